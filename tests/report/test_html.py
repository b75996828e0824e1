from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import polars as pl
import pytest
from report_cases import NAMES, at, counts, download, inputs, nothing, settings

from breachscope import schema
from breachscope.errors import EvidenceError
from breachscope.report.html import render
from breachscope.report.view import view

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """The page's elements; `open` is what was never closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.fixture(scope="module")
def page() -> str:
    return render(view(inputs()))


def test_every_element_of_the_page_is_closed_in_order(page: str) -> None:
    parsed = Page(page)

    assert (parsed.open, parsed.wrong) == ([], [])


def test_the_page_is_one_document_with_a_doctype(page: str) -> None:
    assert page.startswith("<!DOCTYPE html>")
    assert [tag for tag, _ in Page(page).seen].count("html") == 1


def test_the_page_has_one_script_within_it_and_no_handler(page: str) -> None:
    parsed = Page(page)

    assert [attrs for tag, attrs in parsed.seen if tag == "script"] == [{}]
    assert not [name for _, attrs in parsed.seen for name in attrs if name.startswith("on")]


def test_the_page_links_only_within_itself(page: str) -> None:
    fetching = {"href", "src", "srcset", "data", "action", "poster"}
    links = [v for _, attrs in Page(page).seen for k, v in attrs.items() if k in fetching]

    assert "http" not in page.replace("http-equiv", "")
    assert all(link and link.startswith("#") for link in links)
    assert {i for i in links if i} <= {f"#{a['id']}" for _, a in Page(page).seen if "id" in a}


def test_the_policy_forbids_every_connection_and_names_the_style_by_hash(page: str) -> None:
    policy = next(
        attrs["content"]
        for tag, attrs in Page(page).seen
        if "http-equiv" in attrs and tag == "meta"
    )
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)

    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_nothing_uses_an_inline_style_the_policy_would_block(page: str) -> None:
    assert not [tag for tag, attrs in Page(page).seen if "style" in attrs]


def test_every_figure_of_the_counts_stands_in_the_page(page: str) -> None:
    frame = counts()
    numbers = frame.select(pl.col(pl.UInt64, pl.UInt32)).rows()

    assert [n for row in numbers for n in row if f"{n:,}" not in page] == []


def test_the_answer_counts_each_person_once_and_shows_the_parties_sum(page: str) -> None:
    answer = page[page.index('class="answer"') : page.index('id="unknown"')]

    assert "12,700" in answer
    assert "12,340–13,400" in answer
    assert "12,789" in answer
    assert "12,434–13,468" in answer


def test_what_cannot_be_told_comes_before_any_detail(page: str) -> None:
    order = ["answer", "unknown", "parties", "months", "route", "acts", "coverage", "changes",
             "method", "evidence"]  # fmt: skip
    places = [
        page.index(f'id="{name}"' if name != "answer" else 'class="answer"') for name in order
    ]

    assert places == sorted(places)


def test_the_same_run_gives_the_same_bytes() -> None:
    assert render(view(inputs())) == render(view(inputs()))


def test_rows_in_another_order_give_the_same_bytes() -> None:
    before = inputs()
    names = ("counts", "egress", "versions", "sources_seen")
    turned = {name: getattr(before, name).reverse() for name in names}

    assert render(view(inputs(**turned))) == render(view(before))


def test_lazy_frames_do_as_well() -> None:
    before = inputs()
    lazy = {name: getattr(before, name).lazy() for name in ("counts", "egress", "acts", "versions")}

    assert render(view(inputs(**lazy))) == render(view(before))


def test_text_from_evidence_is_escaped(page: str) -> None:
    assert NAMES["P2"] not in page
    assert "&lt;風見&amp;市&gt;" in page


def test_times_are_shown_in_the_zone_of_the_case() -> None:
    late = [download("D1", at=at(1, 20), tier="explained", conflict=True)]
    page = render(view(inputs(egress=pl.DataFrame(late, schema=schema.EGRESS))))

    assert "2013-07-02 05:00" in page


def test_a_run_that_found_nothing_still_makes_a_whole_page() -> None:
    page = render(view(nothing()))

    assert Page(page).wrong == []
    assert "初めての実行" in page
    assert "漏えいがない」ことを意味しない" in page


def test_a_missing_signature_and_timestamp_are_said() -> None:
    signed = render(view(inputs(settings=settings(signed=True, timestamped=True))))

    assert "電子署名はない" in render(view(inputs()))
    assert "電子署名はない" not in signed


def test_an_as_of_run_says_until_when() -> None:
    page = render(view(inputs(settings=settings(acquired_until=at(30)))))

    assert "この時点までに取得した証拠に限る: 2013-07-30 12:00" in page


def test_long_tables_are_cut_and_say_where_the_rest_is() -> None:
    act = inputs().acts.lazy().collect().row(0, named=True)
    many = [{**act, "act_id": f"A-{n:03d}", "rows": n} for n in range(70)]
    page = render(view(inputs(acts=pl.DataFrame(many, schema=schema.ACTS))))

    assert "A-069" in page
    assert "A-019" not in page
    assert "70件のうち50件" in page


def test_counts_of_another_shape_are_refused_by_column() -> None:
    with pytest.raises(EvidenceError, match="all_low"):
        view(inputs(counts=counts().drop("all_low")))


def test_an_estimated_clock_is_shown_with_its_bounds_and_is_said_not_to_be_applied() -> None:
    row = {
        "kind": "remote", "evidence_id": "E1", "declared_seconds": 0.0, "against": "logins",
        "pairs_of": "session, login", "candidates": 40, "pairs": 31, "offset_seconds": 181.5,
        "spread_seconds": 12.0, "low_seconds": 170.0, "high_seconds": 193.0, "basis": "x",
        "verdict": "offset", "tiers_if_corrected": 2, "tiers_within_spread": 3,
    }  # fmt: skip
    few = {**row, "evidence_id": "E2", "verdict": "too_few", "offset_seconds": None,
           "low_seconds": None, "high_seconds": None, "tiers_within_spread": None}  # fmt: skip
    page = render(view(inputs(clocks=pl.DataFrame([row, few], schema=schema.CLOCKS))))

    assert "時計のずれ（推定値。時刻には適用していない）" in page
    assert "181.5" in page
    assert "170 ~ 193" in page
    assert "接続とログイン" in page
