"""Holds against persons: nobody is written to by mistake, nobody is held back for a namesake."""

from __future__ import annotations

import polars as pl

from breachscope import schema
from breachscope.notify.documents.holds import held


def holds(*rows: dict[str, str]) -> pl.DataFrame:
    usual = {"party_id": "P1", "hold": "支援措置", "evidence_id": "E1"}
    filled = [{**usual, "line": n, **row} for n, row in enumerate(rows, 2)]
    return pl.DataFrame(filled, schema=schema.canonical(schema.Kind.HOLDS))


def records(*rows: dict[str, str]) -> pl.DataFrame:
    columns = {"person_key": pl.String(), "name_shown": pl.String(),
               **dict.fromkeys(schema.RECORD_FIELDS, pl.String())}  # fmt: skip
    filled = [{"name_shown": row.get("name"), **row} for row in rows]
    return pl.DataFrame(filled, schema=columns)


HANAKO = {"person_key": "k1", "name": "白波 花子", "birth_date": "1980-02-03",
          "phone": "090-1234-5678", "address": "北海道架空市1-2-3"}  # fmt: skip


def told(hold: dict[str, str], *people: dict[str, str]) -> list[tuple[str, str | None]]:
    found = held(holds(hold), records(*people), "P1")
    return list(found.select("match", "person_key").iter_rows())


def test_name_and_birth_date_are_certain_however_they_are_written() -> None:
    assert told({"name": "白波　花子", "birth_date": "昭和55年2月3日"}, HANAKO) == [
        ("certain", "k1")
    ]


def test_a_name_alone_is_listed_for_a_person_to_look() -> None:
    assert told({"name": "白波花子"}, HANAKO) == [("uncertain", "k1")]


def test_a_namesake_of_another_birth_date_is_not_held_back() -> None:
    assert told({"name": "白波花子", "birth_date": "1975-12-24"}, HANAKO) == [("none", None)]


def test_a_namesake_at_the_same_address_with_another_birth_date_is_uncertain() -> None:
    hold = {"name": "白波花子", "birth_date": "1975-12-24", "address": "北海道架空市１丁目２番３号"}
    assert told(hold, HANAKO) == [("uncertain", "k1")]


def test_another_name_at_the_same_telephone_is_uncertain() -> None:
    assert told({"name": "白波 太郎", "phone": "09012345678"}, HANAKO) == [("uncertain", "k1")]


def test_a_hold_that_fits_several_holds_all_of_them() -> None:
    twin = {**HANAKO, "person_key": "k2"}
    hold = {"name": "白波花子", "phone": "09012345678"}
    assert told(hold, HANAKO, twin) == [("certain", "k1"), ("certain", "k2")]


def test_an_older_spelling_of_the_same_person_is_found_too() -> None:
    moved = {**HANAKO, "address": "東京都別市9", "name": "霞 花子"}
    assert told({"name": "白波花子", "birth_date": "1980-02-03"}, moved, HANAKO) == [
        ("certain", "k1")
    ]


def test_a_hold_that_fits_nobody_is_listed_and_not_lost() -> None:
    assert told({"name": "青嶺 次郎"}, HANAKO) == [("none", None)]


def test_a_hold_without_any_identifying_column_is_listed() -> None:
    assert told({"instruction": "送付しない"}, HANAKO) == [("none", None)]


def test_a_hold_of_another_party_is_none_of_this_ones() -> None:
    assert told({"party_id": "P2", "name": "白波花子", "birth_date": "1980-02-03"}, HANAKO) == []


def test_a_hold_without_a_party_concerns_all() -> None:
    every = holds({"name": "白波花子", "birth_date": "1980-02-03"}).with_columns(
        party_id=pl.lit(None, pl.String)
    )
    assert held(every, records(HANAKO), "P1")["person_key"].to_list() == ["k1"]


def test_what_agrees_and_what_differs_is_told() -> None:
    hold = {"name": "白波花子", "birth_date": "1975-12-24", "phone": "090-1234-5678"}
    row = held(holds(hold), records(HANAKO), "P1").row(0, named=True)

    assert (row["agree"], row["differ"], row["line"]) == ("name; phone", "birth_date", 2)


def test_a_name_that_may_be_of_another_party_s_person_is_not_shown() -> None:
    every = holds({"name": "霞 太郎", "phone": "090-1234-5678"}).with_columns(
        party_id=pl.lit(None, pl.String)
    )
    row = held(every, records(HANAKO), "P1").row(0, named=True)

    assert (row["match"], row["hold_name"], row["line"]) == ("uncertain", None, 2)
