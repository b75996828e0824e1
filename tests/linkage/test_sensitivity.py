"""The source stage again under other assumptions, on a leak of one party."""

from __future__ import annotations

import polars as pl

from breachscope.linkage.history import History
from breachscope.linkage.sensitivity import Weighed, households, sensitivity
from breachscope.linkage.strata import STRATA
from breachscope.schema import CLAIMS, LEAK_ROWS, RECORD_KEYS, SPELT_ALIKE

ROWS = 40
SIZES = {"party_id": pl.String, "version_id": pl.String, "rows": pl.Int64}


def weighed() -> Weighed:
    """Every row is about one of P1's people, a quarter of whom P2 holds too, spelt otherwise."""
    own = [(row, "P1", True) for row in range(1, ROWS + 1)]
    other = [(row, "P2", False) for row in range(1, ROWS // 4 + 1)]
    claims = pl.DataFrame(
        [
            {
                "leak_row": row,
                "person": row,
                "party_id": party,
                "distinct": row,
                "probability": 0.999,
                "name_same": True,
                "phone_same": same,
                "birth_same": True,
            }
            for row, party, same in sorted(own + other)
        ],
        schema=CLAIMS,
    )
    rows = pl.DataFrame(
        {
            "leak_row": range(1, ROWS + 1),
            "verdict": ["person"] * ROWS,
            "person": range(1, ROWS + 1),
            "probability": [0.999] * ROWS,
            "p_household": [0.0005] * ROWS,
            "p_none": [0.0005] * ROWS,
        },
        schema=LEAK_ROWS,
    )
    homes = pl.DataFrame(
        {"leak_row": range(1, ROWS + 1), "household": [n // 2 for n in range(ROWS)]},
        schema={"leak_row": pl.UInt32, "household": pl.UInt32},
    )
    nobody = (claims.clear(), 400)
    return Weighed(
        claims, rows, homes, {"P1": 300, "P2": 300}, 560, [nobody, nobody],
        pl.DataFrame(schema=SPELT_ALIKE),
        pl.DataFrame(schema={"leak_row": pl.UInt32, "town": pl.String}),
        pl.DataFrame(schema=STRATA),
        History(
            claims.filter(pl.col("party_id") == "P1").select(
                "party_id", "distinct", version_id=pl.lit("V1")
            ),
            pl.DataFrame([("P1", "V1", 90)], schema=SIZES, orient="row"),
        ),
        {"P1": 0.1, "P2": 0.1},
    )  # fmt: skip


def test_the_first_line_is_the_leak_as_it_is_and_nothing_differs_from_itself() -> None:
    found = sensitivity("K1", weighed(), 1)
    first = found.row(0, named=True)

    assert (first["kind"], first["named"], first["rows"]) == ("as it is", ["P1"], ROWS)
    assert (first["more"], first["fewer"]) == ([], [])


def test_without_its_party_nobody_else_is_named() -> None:
    found = sensitivity("K1", weighed(), 1).filter(pl.col("kind") == "without a party")

    assert found["what"].to_list() == ["P1"]
    assert found["named"].to_list() == [[]]
    assert found["more"].to_list() == [[]]


def test_fields_that_no_cell_has_are_not_left_out_again() -> None:
    fields = sensitivity("K1", weighed(), 1).filter(pl.col("kind") == "field")["what"].to_list()
    assert fields == [f"without the spelling of {name}" for name in ("name", "phone", "birth")]


def test_half_of_the_households_are_whole_households() -> None:
    halves = sensitivity("K1", weighed(), 1).filter(pl.col("kind") == "half of the households")

    assert halves.height == 10
    assert halves["rows"].to_list() == [ROWS // 2] * 10  # two rows a household


def test_the_same_seed_gives_the_same_page() -> None:
    assert sensitivity("K1", weighed(), 7).equals(sensitivity("K1", weighed(), 7))


def test_rows_of_one_family_at_one_address_are_one_household() -> None:
    keys = pl.DataFrame(
        [
            {"row_no": 1, "name_key": "青木一郎", "address_key": "東町1-1", "phone_key": "031"},
            {"row_no": 2, "name_key": "青木花子", "address_key": "東町1-1", "phone_key": "032"},
            {"row_no": 3, "name_key": "井上修", "address_key": "東町1-1", "phone_key": "033"},
            {"row_no": 4, "name_key": "上田恵", "phone_key": "034"},
            {"row_no": 5, "name_key": "上田誠", "phone_key": "034"},
            {"row_no": 6, "name_key": "江口愛"},
            {"row_no": 7, "name_key": "江口愛"},
        ],
        schema=RECORD_KEYS,
    )
    labels = households(keys)["household"].to_list()

    assert labels[0] == labels[1]
    assert labels[3] == labels[4]
    assert len(set(labels)) == 5
