"""Lists that would drown linkage, or deceive it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from breachscope.linkage.matching import Settings, matched
from breachscope.linkage.pipeline import LinkSettings, copies_of, linked
from linkage.small_town import TownInventory, keys_of, town

SETTINGS = Settings(random_pairs=50_000)
NOTHING = pl.lit(None, pl.String)


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return town(1, 2_000).people


def test_an_office_with_one_telephone_for_5000_people_joins_none_by_it(
    people: pl.DataFrame,
) -> None:
    office = pl.concat([people, town(2, 1_500).people]).with_columns(phone=pl.lit("0355550000"))
    held = TownInventory([office])
    leak = office[:300].with_columns(phone2=NOTHING, address=NOTHING, birth_date=NOTHING)
    found = matched(keys_of(leak), held, SETTINGS)

    capped = {row["block"]: row for row in found.reached.candidates.capped.to_dicts()}
    assert capped["phone"]["rows"] == 300  # said to be left out, for every row
    assert found.compared.row.size < 300 * office.height / 20


def test_dummy_numbers_are_no_telephone(people: pl.DataFrame) -> None:
    held = TownInventory([people.with_columns(phone=pl.lit("000-0000-0000"), phone2=NOTHING)])
    leak = town(9, 50).people.with_columns(phone=pl.lit("000-0000-0000"), phone2=NOTHING)
    found = matched(keys_of(leak), held, SETTINGS)

    assert (found.compared.levels["landline"] == 255).all()  # lacking on both sides
    assert (found.decided.rows["verdict"] != "person").all()


def test_many_rows_of_one_household_are_looked_at_once_each(people: pl.DataFrame) -> None:
    held = TownInventory([people])
    family = people.filter(pl.col("household") == pl.col("household").mode().first())
    many = pl.concat([family] * 5_000 + [people[100:300]]).drop("person", "household")
    found = linked(many.with_row_index("row_no", offset=1), held, LinkSettings(SETTINGS), 1)

    assert found.copies.height == many.height
    assert found.matched.decided.rows.height <= family.height + 200
    assert found.copies["first"].is_in(found.matched.decided.rows["leak_row"].implode()).all()
    named = found.matched.decided.rows.filter(pl.col("verdict") == "person")
    assert named.height > 150


def test_a_row_that_stands_twice_has_its_first_for_both_and_others_themselves() -> None:
    rows = town(3, 5).people.drop("person", "household")
    twice = pl.concat([rows, rows[:2]])
    names = pl.Series(np.zeros(twice.height, np.uint64))
    copies = copies_of(keys_of(twice), names)

    assert copies["leak_row"].to_list() == list(range(1, twice.height + 1))
    assert copies["first"].to_list() == [*range(1, rows.height + 1), 1, 2]


def test_rows_of_other_spelling_are_no_copies() -> None:
    rows = town(3, 5).people.drop("person", "household")
    keys = keys_of(pl.concat([rows[:1], rows[:1]]))

    assert copies_of(keys, pl.Series([1, 2], dtype=pl.UInt64))["first"].to_list() == [1, 2]
