"""Every sentence of the report stands there in Japanese and in English."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from report_cases import NAMES, inputs
from test_actors_section import frames as actor_frames
from test_browser import duties
from test_leaks_section import frames as leak_frames

from breachscope.report import words
from breachscope.report.html import render
from breachscope.report.view import view
from breachscope.report.words import Said, joined, number, of_the_run, say

if TYPE_CHECKING:
    from collections.abc import Iterator

JAPANESE = re.compile(r"[぀-ヿ㐀-鿿]")
SENTENCE = re.compile(r"[A-Za-z]{2,} +[A-Za-z]{2,} +[A-Za-z]{2,}")
AS_WRITTEN = {*NAMES.values(), "保守端末1", "架空事案", "証拠の追加", "氏名"}
"""What stands in the evidence, in its own words."""
VOID = {"meta", "br", "input", "rect", "path", "line", "circle"}


class Walk(HTMLParser):
    """Every text of the page with the languages of what it stands in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside: list[tuple[str, str | None]] = []
        self.texts: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID or tag in ("rect", "path", "line", "circle"):
            self.inside.append((tag, dict(attrs).get("lang")))

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, text: str) -> None:
        tags = {tag for tag, _ in self.inside}
        if text.strip() and not tags & {"script", "style", "code", "head", "title", "desc"}:
            told = [lang for tag, lang in self.inside if lang and tag != "html"]
            self.texts.append((text.strip(), told[-1] if told else None))


def the_page(**other: Any) -> str:
    return render(view(inputs(**other)))


@pytest.fixture(scope="module")
def page() -> str:
    held = {"actors": actor_frames(), "leaks": leak_frames(), "obligations": duties()}
    return the_page(**held)


def of_one_language(page: str) -> Iterator[str]:
    """Texts that are shown whatever is read, and can be read in one language alone."""
    for text, lang in Walk(page).texts:
        left = re.sub("|".join(map(re.escape, sorted(AS_WRITTEN, key=len)[::-1])), "", text)
        if lang is None and (JAPANESE.search(left) or SENTENCE.search(left)):
            yield text


def test_no_sentence_stands_outside_its_language(page: str) -> None:
    assert list(of_one_language(page)) == []


def test_the_walk_finds_a_sentence_that_has_one_language_only(page: str) -> None:
    spoilt = page.replace("</main>", "<p>これは一つの言語だけ。</p><p>only one of two</p></main>")

    assert list(of_one_language(spoilt)) == ["これは一つの言語だけ。", "only one of two"]


def test_each_text_has_its_other_language_beside_it(page: str) -> None:
    told = [(text, lang) for text, lang in Walk(page).texts if lang]
    alone = [
        text
        for (text, lang), after in zip(told, [*told[1:], ("", None)], strict=True)
        if lang == "ja" and after[1] != "en"
    ]

    assert alone == []
    assert sum(lang == "ja" for _, lang in told) == sum(lang == "en" for _, lang in told)


def test_english_holds_no_japanese(page: str) -> None:
    found = [t for t, lang in Walk(page).texts if lang == "en" and JAPANESE.search(t)]

    assert [text for text in found if not any(name in text for name in AS_WRITTEN)] == []


def test_the_catalogue_has_both_languages_for_every_entry_and_no_stray_japanese() -> None:
    for table in vars(words).values():
        if isinstance(table, dict) and table and isinstance(next(iter(table.values())), Said):
            for key, said in table.items():
                assert said.english is not None, key
                assert not JAPANESE.search(said.english), key


def test_a_sentence_is_filled_in_for_each_language_by_its_own_words() -> None:
    said = say("u_silences_text", kinds=joined([words.KINDS["media"], words.KINDS["work"]]),
               days=number(0.05), most="3")  # fmt: skip

    assert said.startswith("媒体接続記録、作業管理簿。合わせて0.1未満日")
    assert said.english.startswith("device connections, work records. under 0.1 days")


def test_what_the_run_says_in_english_is_said_in_japanese_where_the_catalogue_can() -> None:
    said = of_the_run("no row was sent")

    assert (str(said), said.english) == ("送られた行がない", "no row was sent")
    assert of_the_run("something nobody foresaw").english == "something nobody foresaw"
