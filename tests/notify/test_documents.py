"""Every document of a party: what it must say, in which words, the same bytes each time."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from notify_cases import TEMPLATES, counts, extractions, package
from word_files import text_of

from breachscope import schema
from breachscope.errors import ConfigError
from breachscope.notify.documents import of_party, words
from breachscope.notify.documents.deadlines import deadlines
from breachscope.notify.documents.typesetter import Typesetter
from breachscope.notify.package import (
    Change,
    Exhibit,
    FigureChange,
    IssueKind,
    ItemChange,
    Package,
    Recipient,
    Sender,
)
from breachscope.notify.packages import write_package

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.notify.documents.press import Made, Press


def made(press: Press, asked: Package) -> dict[str, Made]:
    counted = counts(sector=asked.recipient.sector).row(0, named=True)
    rows = extractions().filter(pl.col("tier") != "explained").sort("at", "event_id")
    return {m.name: m for m in of_party.documents(asked, counted, rows, 3, press)}


@pytest.fixture(scope="module")
def usual(press: Press) -> dict[str, Made]:
    return made(press, package())


def figures(one: Made) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(one.figures)
    return told


def change(kind: IssueKind, *, wholly: bool = False) -> Change:
    return Change(
        kind=kind, previous_issue=1, previous_run=2, previous_package="a" * 64,
        figures=(FigureChange("persons", "all", "count", 5000, 4001),), period_changed=False,
        added=0, withdrawn=999, moved=0, withdrawn_wholly=wholly,
        reasons=("evidence: 11 downloads new or changed",), people=pl.DataFrame(),
    )  # fmt: skip


def test_the_same_package_gives_the_same_bytes_of_word_and_pdf(
    press: Press, usual: dict[str, Made]
) -> None:
    again = made(press, package())

    assert {n: m.files() for n, m in usual.items()} == {n: m.files() for n, m in again.items()}


@pytest.mark.parametrize(
    ("sector", "basis", "never"),
    [("private", "第26条第1項", "第68条"), ("local", "第68条第1項", "第7条第3号")],
)
def test_the_form_follows_the_sector_of_the_party(
    press: Press, sector: str, basis: str, never: str
) -> None:
    body = made(press, package(recipient=Recipient("P1", "風見市", sector)))
    said = text_of(body["報告書_速報"].docx)

    assert basis in said
    assert never not in said


def test_preliminary_and_final_form_say_which_they_are(usual: dict[str, Made]) -> None:
    both = usual

    assert "（速報）記載事項" in text_of(both["報告書_速報"].docx)
    assert "（確報）記載事項" in text_of(both["報告書_確報"].docx)
    assert figures(both["報告書_確報"])["content"]["report"] == "final"


def test_a_form_holds_all_nine_items_as_data(press: Press) -> None:
    kinds = ("outline", "cause", "secondary_damage", "response", "publication",
             "prevention_done", "prevention_planned", "other", "items")  # fmt: skip
    stated = dict.fromkeys(kinds, "述べた")
    content = figures(made(press, package(statements=stated))["報告書_速報"])["content"]

    assert content["scope"]["total"] == {"tier": "all", "label": "計", "count": 4001, "low": 4000,
                                         "high": 4002}  # fmt: skip
    assert {content["stated"][kind] for kind in stated} == {"述べた"}


def test_the_letter_tells_no_number_of_persons(usual: dict[str, Made]) -> None:
    said = text_of(usual["本人通知_見本"].docx)

    assert "4,001" not in said
    assert "見本" in said


def test_the_specimen_is_about_nobody(usual: dict[str, Made]) -> None:
    content = figures(usual["本人通知_見本"])["content"]

    assert content["person"]["name"] == "〔見本〕氏名"
    assert content["specimen"] is True


def test_the_appendix_has_every_counted_download_with_exhibit_file_and_line(press: Press) -> None:
    exhibit = Exhibit("甲7", "e" * 64, "downloads_2014-05.csv", "downloads", "f" * 64, 900)
    one = made(press, package(exhibits=(exhibit,)))["証拠別紙"]
    rows = figures(one)["content"]["extractions"]

    assert [(r["event_id"], r["exhibit"], r["line"]) for r in rows] == [
        ("D1", "甲7", "7"), ("D3", "甲7", "7")
    ]  # fmt: skip
    assert "ダウンロード記録" in text_of(one.docx)


def test_a_supplement_says_previous_figure_new_figure_and_why(press: Press) -> None:
    all_of_it = made(press, package(change=change(IssueKind.SUPPLEMENT), issue=2))
    said = text_of(all_of_it["追完"].docx)

    for told in (
        "本人の数・計",
        "5,000",
        "4,001",
        "-999",
        "証拠: ダウンロード11件が新たに加わり、又は変わった",
        "第1版（実行2）",
    ):
        assert told in said
    assert "通知書" in all_of_it


def test_a_whole_withdrawal_stands_alone_and_claims_no_proof(press: Press) -> None:
    taken_back = made(press, package(change=change(IssueKind.WITHDRAWAL, wholly=True), issue=2))

    assert list(taken_back) == ["通知の撤回"]
    assert "証明するものではありません" in text_of(taken_back["通知の撤回"].docx)


def test_a_partial_withdrawal_comes_with_the_notice_of_what_is_left(press: Press) -> None:
    partly = made(press, package(change=change(IssueKind.WITHDRAWAL), issue=2))

    assert "一部の撤回" in text_of(partly["通知の撤回"].docx)
    assert "通知書" in partly


@pytest.mark.parametrize("name", ["通知書", "報告書_速報", "公表文", "証拠別紙", "本人通知_見本"])
def test_every_document_says_draft_version_run_and_that_it_is_no_advice(
    usual: dict[str, Made], name: str
) -> None:
    said = text_of(usual[name].docx)

    for told in ("【案】", "第1版", "実行3", "法的助言ではありません"):
        assert told in said


def test_a_gaiji_in_a_party_s_name_stays_in_word_and_is_named_in_the_figures(
    press: Press,
) -> None:
    one = made(press, package(recipient=Recipient("P1", "佐\ue000木商店", "private")))["通知書"]

    assert "佐\ue000木商店" in text_of(one.docx)
    assert figures(one)["printed_by_code_point"] == ["U+E000"]


def test_markup_in_data_is_text(press: Press) -> None:
    hostile = "#panic() *x* $y$ <b>&amp; {{ run }} {% if %} </w:t>"
    one = made(press, package(sender=Sender(name=hostile)))["通知書"]

    assert hostile in text_of(one.docx)
    assert one.pdf.result().startswith(b"%PDF")


def test_a_layout_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    layout = tmp_path / "layout.typ"
    layout.write_text("#for i in range(4000000) { for j in range(400) { } }", encoding="utf-8")

    with (
        Typesetter(layout, tmp_path, seconds=0.5) as setter,
        pytest.raises(ConfigError, match=r"stopped after 0\.5 seconds"),
    ):
        setter.submit({}, 0).result()


def test_after_a_stopped_layout_the_next_document_is_set(press: Press) -> None:
    one = made(press, replace(package(), prepared_on="2023年10月5日"))["公表文"]
    process = press.typesetter.processes[0]
    process.kill()
    process.wait()
    results = []
    for _ in range(3):
        try:
            results.append(made(press, package())["公表文"].pdf.result()[:4])
        except ConfigError:
            results.append(b"")

    assert one.pdf.result()[:4] == b"%PDF"
    assert results[-1] == b"%PDF"


def owed(**other: object) -> pl.DataFrame:
    usual = {
        "obligation_id": "jp-appi/private-final/P1", "jurisdiction": "jp-appi",
        "regime": "private", "subject": "P1", "recipient": "PPC",
        "kind": "final_report", "basis": "Art. 26(1)", "clock_start": date(2023, 8, 7),
        "due": date(2023, 10, 5), "status": "yes", "triggers": ["improper_purpose"],
        "open_triggers": ["special_care"], "unverified": [],
    }  # fmt: skip
    return pl.DataFrame([{**usual, **other}], schema=schema.OBLIGATIONS)


def test_the_final_form_has_the_deadline_of_the_run(press: Press) -> None:
    said = text_of(made(press, package(obligations=owed()))["報告書_確報"].docx)

    assert "2023年10月5日まで（必要。起算日 2023年8月7日。不正の目的のおそれ）" in said


def test_a_duty_nobody_can_tell_yet_is_printed_as_such_and_one_that_is_not_is_left_out() -> None:
    known = words.read(TEMPLATES)
    both = pl.concat(
        [owed(status="review", due=None), owed(obligation_id="jp-appi/other/P1", status="no")]
    )
    (only,) = deadlines(both, "P1", known)

    assert (only.status, only.due, only.open_triggers) == ("要確認", None, ("要配慮個人情報",))


def test_deadlines_of_another_party_are_none_of_this_ones() -> None:
    assert deadlines(owed(subject="P2"), "P1", words.read(TEMPLATES)) == ()


def test_a_full_disk_leaves_no_half_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Made) -> dict[str, bytes]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("breachscope.notify.documents.press.Made.files", full)
    with pytest.raises(OSError, match="No space left"):
        write_package(tmp_path / "P1", package(), TEMPLATES)
    assert list(tmp_path.iterdir()) == []


def test_a_supplement_tells_period_and_items_as_they_were_and_are(press: Press) -> None:
    told = replace(
        change(IssueKind.SUPPLEMENT),
        period_before=("2014-05-01T03:00:00+00:00", "2014-05-01T03:00:00+00:00"),
        period_after=("2014-05-01T03:00:00+00:00", "2015-06-01T20:00:00+00:00"),
        items=(ItemChange("既往歴", "special_care", "", "unsure"),),
    )
    found = figures(made(press, package(change=told, issue=2))["追完"])["content"]["others"]

    assert found == [
        {"label": "最後のダウンロード", "before": "2014年5月1日", "after": "2015年6月2日"},
        {"label": "項目「既往歴」（要配慮個人情報）", "before": "なし", "after": "要確認"},
    ]
