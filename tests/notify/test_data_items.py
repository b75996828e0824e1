"""The data items of documents: their titles, their marks, what waits for a ruling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from notify_cases import TEMPLATES, counts, extractions, package
from word_files import text_of

from breachscope.notify.checking import figures
from breachscope.notify.documents import items, of_party, words
from breachscope.notify.documents.form_fields import boxes
from breachscope.notify.package import Reached, Recipient
from item_rows import reached, row

if TYPE_CHECKING:
    from breachscope.notify.documents.items import ItemList
    from breachscope.notify.documents.press import Made, Press

WORDS = words.read(TEMPLATES)


NAME = row("お名前", "identity", field="name", label="氏名")
ILLNESS = row("既往歴", "special_care", label="病歴・診療")
CARD = row("card_no", "financial", label="クレジットカード番号", sure=False)
REMARKS = row("備考", "handling", label="対応記録等")
HEALTH_IN_REMARKS = row("備考", "special_care", label="健康に関する記載", sure=False, by="content")
UNHEARD = row("ZZ", "other", label="ZZ", sure=False)
TITLE = row("検診の名簿", "special_care", label="健康診断等の対象者であること", sure=False,
            by="title", of_title=True)  # fmt: skip


def listed(*rows: dict[str, object], **other: Any) -> ItemList:
    return items.item_list(reached(*rows), (), WORDS, **other)


def test_known_columns_come_first_by_their_japanese_names_and_marks_stand_behind() -> None:
    found = listed(ILLNESS, CARD, NAME)

    assert found.names == (
        "氏名",
        "クレジットカード番号（card_no）〔財産的被害のおそれか要確認〕",
        "既往歴〔要配慮個人情報〕",
    )


def test_what_waits_for_a_ruling_is_said_once_beside_what_is_sure() -> None:
    assert listed(REMARKS, HEALTH_IN_REMARKS).names == ("備考〔要配慮個人情報か要確認〕",)


def test_a_column_no_rule_knows_is_named_and_never_dropped() -> None:
    found = listed(NAME, UNHEARD)

    assert found.names == ("氏名", "ZZ〔分類は要確認〕")
    assert found.unsorted == ("ZZ",)


def test_what_the_title_of_a_list_tells_is_an_item_of_its_own() -> None:
    assert listed(NAME, TITLE).names[-1] == (
        "健康診断等の対象者であること（リスト名による）〔要配慮個人情報か要確認〕"
    )


def test_one_list_that_settles_a_class_settles_the_item() -> None:
    waits = row("既往歴", "special_care", sure=False, version_id="V2")
    (only,) = listed(ILLNESS, waits).items

    assert (only.sure, only.versions) == (True, 2)


@pytest.mark.parametrize(
    ("rows", "other", "said"),
    [
        ([NAME], {}, "規則集の分類では該当なし"),
        ([NAME, UNHEARD], {}, "分類できた項目には該当なし"),
        ([NAME], {"unbound": True}, "分類できた項目には該当なし"),
        ([ILLNESS, TITLE], {}, "既往歴／要確認: 健康診断等の対象者であること（リスト名による）"),
    ],
)
def test_none_is_said_firmly_only_where_every_item_is_known(
    rows: list[dict[str, object]], other: dict[str, bool], said: str
) -> None:
    special = listed(*rows, **other).marked[0]

    assert special.item_class == "special_care"
    assert str(special.said).startswith(said)


def test_signs_that_steer_the_reading_are_taken_out_of_a_column_s_name() -> None:
    assert listed(row("既\u202e往歴", "special_care")).names == ("既往歴〔要配慮個人情報〕",)


def test_of_a_run_without_items_the_columns_are_told_and_the_classes_are_not() -> None:
    found = items.item_list(None, ["name", "phone"], WORDS)

    assert found.names == ("氏名", "電話番号")
    assert [each.said for each in found.marked] == [None, None, None]


def test_the_boxes_of_the_form_say_yes_no_and_to_be_ruled() -> None:
    known = boxes(listed(NAME, ILLNESS, CARD).items, open_ends=False)
    answers = {box.label: box.answer for box in known}

    assert (answers["氏名"], answers["性別"]) == ("yes", "no")
    assert (answers["要配慮個人情報"], answers["クレジットカード情報等"]) == ("yes", "review")
    assert {box.answer for box in boxes(listed(NAME).items, open_ends=True)} == {"yes", "review"}
    assert {box.answer for box in boxes((), open_ends=False)} == {None}


def made(press: Press, held: Reached, sector: str = "private") -> dict[str, Made]:
    asked = package(items=held, recipient=Recipient("P1", "青嶺ガス", sector))
    counted = counts(sector=sector).row(0, named=True)
    rows = extractions().filter(pl.col("tier") != "explained")
    return {m.name: m for m in of_party.documents(asked, counted, rows, 3, press)}


@pytest.mark.parametrize(
    "name", ["通知書", "報告書_速報", "報告書_確報", "公表文", "本人通知_見本"]
)
def test_every_document_that_names_items_marks_them(press: Press, name: str) -> None:
    held = reached(NAME, ILLNESS, CARD, UNHEARD)
    said = text_of(made(press, held)[name].docx)

    for told in (
        "氏名",
        "既往歴〔要配慮個人情報〕",
        "財産的被害のおそれか要確認",
        "ZZ〔分類は要確認〕",
    ):
        assert told in said


def test_versions_of_unknown_items_are_counted_in_the_notice_and_the_form(press: Press) -> None:
    found = made(press, reached(NAME, unknown=4))

    for name in ("通知書", "報告書_速報", "公表文"):
        assert "項目の分からない版が4ある" in text_of(found[name].docx)


def scope(**other: object) -> dict[str, object]:
    item = {"columns": ["既往歴"], "item_class": "special_care", "sure": True}
    return {"items": [item], "unknown_versions": 0, **other}


TRUTH = figures.ItemTruth({("既往歴", "special_care"): True}, 0)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"items": []}, "1 data items of the run are not told"),
        ({"items": [{"columns": ["既往歴"], "item_class": "special_care", "sure": False}]},
         "which data items are sure"),
        ({"items": [{"columns": ["既往歴", "氏名"], "item_class": "special_care", "sure": True}]},
         "1 not its own"),
        ({"unknown_versions": 3}, "versions of unknown data items"),
    ],
)  # fmt: skip
def test_a_document_whose_items_are_not_the_run_s_is_found(
    changed: dict[str, object], problem: str
) -> None:
    (said,) = figures._items("通知書.json", scope(**changed), TRUTH)

    assert problem in said


def test_a_document_with_the_run_s_items_is_right() -> None:
    assert list(figures._items("通知書.json", scope(), TRUTH)) == []
