"""How many of a party's people a list of the same towns would hold by chance."""

from __future__ import annotations

import polars as pl
import pytest

from breachscope.linkage.strata import STRATA, by_place, strata
from breachscope.schema import CLAIMS


def claims(*parties: str) -> pl.DataFrame:
    """One sure row about each party's own people, in this order."""
    return pl.DataFrame(
        [
            {
                "leak_row": row,
                "person": row,
                "party_id": party,
                "distinct": row,
                "probability": 0.99,
            }
            for row, party in enumerate(parties, 1)
        ],
        schema=CLAIMS,
    )


def towns(*names: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"leak_row": range(1, len(names) + 1), "town": names},
        schema={"leak_row": pl.UInt32, "town": pl.String},
    )


def held(*rows: tuple[str, str, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=STRATA, orient="row")


def test_a_towns_own_office_holds_its_people_by_place_alone() -> None:
    """Of the town's listed people nine in ten are P1's: 27 of 30 rows are no wonder."""
    found = by_place(
        claims(*["P1"] * 27, *["P2"] * 3),
        towns(*["東町"] * 30),
        held(("P1", "東町", 900), ("P2", "東町", 100)),
    )
    assert found["P1"].expected == pytest.approx(27.0)
    assert found["P1"].p_value > 0.5


def test_a_small_party_whose_people_come_up_again_and_again_is_no_accident_of_place() -> None:
    found = by_place(
        claims(*["P1"] * 27, *["P2"] * 3),
        towns(*["東町"] * 30),
        held(("P1", "東町", 100), ("P2", "東町", 900)),
    )
    assert found["P1"].expected == pytest.approx(3.0)
    assert found["P1"].p_value < 1e-15


def test_each_town_has_its_own_chances() -> None:
    found = by_place(
        claims("P1", "P1", "P2", "P2"),
        towns("東町", "東町", "西町", "西町"),
        held(("P1", "東町", 50), ("P2", "東町", 50), ("P2", "西町", 10)),
    )
    assert found["P1"].expected == pytest.approx(1.0)
    assert found["P2"].expected == pytest.approx(3.0)


def test_people_of_several_parties_are_not_counted() -> None:
    both = pl.concat([claims("P1"), claims("P2")])
    assert by_place(both, towns("東町"), held(("P1", "東町", 5))) == {}


def test_records_are_counted_by_the_town_before_the_house_number() -> None:
    values = pl.LazyFrame({"address_key": ["東町1-2-3", "東町9-9", "西町5", None, "北町"]})
    found = strata("P1", values).collect()

    assert dict(found.select("town", "records").iter_rows()) == {
        "": 1, "東町": 2, "西町": 1, "北町": 1
    }  # fmt: skip
