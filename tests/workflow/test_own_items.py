"""Each person is told of the items their own records held, and of no other's."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from breachscope import playbook
from breachscope.notify.documents import words
from breachscope.workflow.own_items import OwnItems
from item_rows import reached, row

PLAYBOOK = Path(__file__).resolve().parents[2] / "playbooks/insider-list-theft"
WORDS = words.read(PLAYBOOK / "templates")
RULES = playbook.load("insider-list-theft").items


def own(*rows: dict[str, object]) -> OwnItems:
    return OwnItems.of(reached(*rows), RULES, WORDS)


NAME = row("お名前", "identity", field="name", label="氏名")
REMARKS = row("備考", "handling", label="対応記録等")
HEALTH = row("備考", "special_care", sure=False, by="content", rule="health words")
CARD = row("会員番号", "financial", field="customer_no", sure=False, by="content",
           rule="card number by check digit")  # fmt: skip
MEMBER = row("会員番号", "identity", field="customer_no", label="顧客番号等")


def told(found: OwnItems, rows: pl.DataFrame, version: str = "V1") -> dict[str, list[str]]:
    records = rows.select("person_key").with_columns(found.filled(version, rows.drop("person_key")))
    return dict(found.of_persons(records).iter_rows())


def test_words_of_health_in_one_person_s_remarks_are_told_to_that_person_alone() -> None:
    rows = pl.DataFrame({"person_key": ["a", "b", "c"], "name": ["甲", "乙", "丙"],
                         "attr:備考": ["入院中", "不在", " "]})  # fmt: skip

    assert told(own(NAME, REMARKS, HEALTH), rows) == {
        "a": ["氏名", "備考〔要配慮個人情報か要確認〕"],
        "b": ["氏名", "備考"],
        "c": ["氏名"],
    }


def test_a_number_that_passes_as_a_card_is_told_to_whom_it_stands_by() -> None:
    rows = pl.DataFrame({"person_key": ["a", "b"], "name": ["甲", "乙"],
                         "customer_no": ["4111 1111 1111 1111", "0001"]})  # fmt: skip

    found = told(own(NAME, MEMBER, CARD), rows)

    assert found["a"] == ["氏名", "顧客番号〔財産的被害のおそれか要確認〕"]
    assert found["b"] == ["氏名", "顧客番号"]


def test_a_column_that_is_ruled_on_is_told_to_all_who_fill_it() -> None:
    rows = pl.DataFrame({"person_key": ["a", "b"], "attr:備考": ["入院中", "不在"]})
    ruled = row("備考", "special_care", by="ruling", ruling="r1")

    assert set(map(tuple, told(own(ruled), rows).values())) == {("備考〔要配慮個人情報〕",)}


def test_what_a_list_s_title_tells_is_told_to_everyone_in_that_list_and_no_other() -> None:
    title = row("検診の名簿", "special_care", label="検診の対象者であること", by="title",
                of_title=True)  # fmt: skip
    other = row("お名前", "identity", field="name", label="氏名", version_id="V2")
    found = own(NAME, title, other)
    rows = pl.DataFrame({"person_key": ["a"], "name": ["甲"]})

    assert told(found, rows)["a"][-1].startswith("検診の対象者であること（リスト名による）")
    assert told(found, rows, "V2") == {"a": ["氏名"]}


def test_the_items_of_all_records_of_a_person_are_told_once() -> None:
    rows = pl.DataFrame({"person_key": ["a", "a"], "name": ["甲", "甲"], "attr:備考": ["", "不在"]})

    assert told(own(NAME, REMARKS), rows) == {"a": ["氏名", "備考"]}


def test_without_items_the_columns_are_told_by_their_names() -> None:
    found = OwnItems.of(None, RULES, WORDS)
    rows = pl.DataFrame({"person_key": ["a"], "phone": ["090"], "name": ["甲"], "attr:備考": ["x"]})

    assert told(found, rows) == {"a": ["氏名", "電話番号", "備考"]}


def test_of_more_columns_than_a_number_tells_apart_each_person_s_own_are_told() -> None:
    names = [f"項目{n:02d}" for n in range(70)]
    rows = pl.DataFrame(
        {"person_key": [f"p{n:02d}" for n in range(70)]}
        | {f"attr:{name}": ["x" if n == at else "" for n in range(70)]
           for at, name in enumerate(names)}
    )  # fmt: skip

    found = told(own(*(row(name, "other", label=name) for name in names)), rows)

    assert found == {f"p{n:02d}": [names[n]] for n in range(70)}
