"""Leaks that share people."""

from __future__ import annotations

import polars as pl
import pytest

from breachscope.linkage.kinship import kin, passed_along, person_hashes
from breachscope.schema import LEAK_PARTS, RECORD_KEYS


def keys(first: int, last: int, phone: str = "03") -> pl.DataFrame:
    """One row for each of these people."""
    rows = [
        {"row_no": n - first + 1, "name_key": f"人{n}", "phone_key": f"{phone}{n:08}"}
        for n in range(first, last)
    ]
    return pl.DataFrame(rows, schema=RECORD_KEYS)


def told(**leaks: pl.DataFrame) -> pl.DataFrame:
    nothing = person_hashes(pl.DataFrame(schema=RECORD_KEYS))
    return kin(
        {name: person_hashes(rows) for name, rows in leaks.items()},
        {name: rows.height for name, rows in leaks.items()},
        dict.fromkeys(leaks, nothing),
    )


def test_a_leak_made_from_another_shares_all_its_people_with_it() -> None:
    found = told(A=keys(0, 100), B=keys(20, 50)).to_dicts()

    assert [(f["leak_id"], f["other_leak_id"], f["rows_shared"]) for f in found] == [
        ("A", "B", 30),
        ("B", "A", 30),
    ]
    assert [f["share"] for f in found] == [0.3, 1.0]


def test_the_same_name_with_another_telephone_is_not_shared() -> None:
    assert told(A=keys(0, 100), B=keys(0, 100, phone="06")).is_empty()


def test_a_row_is_counted_once_though_several_of_its_values_agree() -> None:
    more = keys(0, 30).with_columns(address_key=pl.col("name_key"), kana_key=pl.col("name_key"))
    assert told(A=more, B=more)["rows_shared"].to_list() == [30, 30]


def test_what_decoys_share_as_well_is_no_kinship() -> None:
    hashes = {"A": person_hashes(keys(0, 60)), "B": person_hashes(keys(40, 100))}
    rows = {"A": 60, "B": 60}
    assert kin(hashes, rows, hashes).is_empty()


def parts(*rows: tuple[str, str | None, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "leak_id": leak,
                "part": 1,
                "party_id": party,
                "rows": count,
                "verdict": "attributed" if party else "cannot_tell",
                "log10_lr": 40.0 if party else None,
            }
            for leak, party, count in rows
        ],
        schema=LEAK_PARTS,
    )


def test_what_is_known_of_one_leak_is_passed_along_with_its_loss() -> None:
    """B shares half of its rows with A; C shares all of its rows with B."""
    found = told(A=keys(0, 100), B=keys(60, 140), C=keys(110, 140))
    passed = passed_along(found, parts(("A", "P1", 100), ("B", None, 80), ("C", None, 30)))
    worth = {row["leak_id"]: row for row in passed.iter_rows(named=True)}

    assert worth["B"]["share"] == pytest.approx(0.5)
    assert worth["B"]["log10_lr"] == pytest.approx(20.0)
    assert worth["C"]["through"] == "B < A"
    assert worth["C"]["share"] == pytest.approx(0.5)
    assert "A" not in worth
