import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachscope.linkage.sourcing import Sourced
from breachscope.schema import LEAK_PARTS
from linkage.told import OTHER_PHONE, PUBLIC, VERBATIM, Told, stands_of, versions_of

CASE = {"P1": 2_000, "P2": 3_000}


def two_sources() -> Told:
    """Sixty rows of P1, forty of P2, about people the other does not have; ten about nobody."""
    told = Told()
    for person in range(60):
        told.about(person, P1=VERBATIM)
    for person in range(100, 140):
        told.about(person, P2=VERBATIM)
    return told.nobody(10)


def parted(told: Told, **more: pl.DataFrame) -> Sourced:
    return told.sourced(told.judged(CASE, copied=True), **more)


def test_a_mixture_of_two_parties_comes_apart_by_rows() -> None:
    found = parted(two_sources())

    assert found.parts.select("part", "party_id", "rows", "verdict").rows() == [
        (1, "P1", 60, "attributed"),
        (2, "P2", 40, "attributed"),
    ]
    assert found.rows["part"].to_list() == [1] * 60 + [2] * 40 + [None] * 10


def test_a_part_carries_its_weight_and_what_it_rests_on() -> None:
    part = parted(two_sources()).parts.row(0, named=True)

    assert part["weight_low"] < part["weight"] < part["weight_high"]
    assert part["weight"] == pytest.approx(60 / 110, abs=0.02)
    assert (part["exclusive"], part["exclusive_expected"], part["depth"]) == (60, 0, "content")
    assert part["log10_lr"] > 50
    assert part["posterior"] == 1.0
    assert part["reason"].startswith("no cell tells its spelling from another holder's; ")
    assert part["reason"].endswith(" times less often")


def test_a_part_named_by_how_seldom_lists_overlap_says_so() -> None:
    told = Told()
    for person in range(40):
        told.about(person, P1=VERBATIM, P2=VERBATIM)
    within = {f"P{n}": 0.1 for n in range(1, 21)}
    found = told.nobody(10).judged({"P1": 1_000, "P2": 9_000}, copied=True, of_people=0.85,
                                   within=within)  # fmt: skip

    part = told.sourced(found).parts.row(0, named=True)
    assert (part["party_id"], part["verdict"]) == ("P1", "attributed")
    assert part["reason"].endswith("hardly a list of the case lies so far within another party's")


def test_rows_of_a_party_that_is_not_named_are_the_rest_and_cannot_be_told() -> None:
    told = two_sources()
    for person in range(200, 220):
        told.about(person, P2=None).about(person + 500, P3=PUBLIC)
    found = told.sourced(told.judged(CASE | {"P3": 2_000}, copied=True))

    rest = found.parts.row(2, named=True)
    assert (rest["part"], rest["verdict"], rest["rows"]) == (3, "cannot_tell", 20)
    assert rest["party_id"] is None
    assert rest["reason"] == "about people of parties that were not named, or bought elsewhere"
    assert found.rows.filter(pl.col("part") == 3)["leak_row"].to_list() == list(range(112, 151, 2))


def test_where_nobody_is_named_the_foremost_doubt_is_told() -> None:
    told = Told().nobody(10)
    for person in range(4):
        told.about(person, P1=VERBATIM)
    found = parted(told)

    assert found.parts.height == 1
    assert found.parts["verdict"].to_list() == ["cannot_tell"]
    assert found.parts["reason"].to_list() == ["P1: too few rows are about its people"]
    assert found.parts["rows"].to_list() == [4]


def test_a_leak_about_nobody_known_is_one_part_without_rows() -> None:
    found = parted(Told().nobody(10))

    assert found.parts.select("part", "rows", "verdict", "reason").rows() == [
        (1, 0, "cannot_tell", "no row is surely about anybody the inventory knows")
    ]
    assert found.rows["part"].null_count() == 10


def test_a_row_that_two_sources_may_have_given_goes_to_the_likelier() -> None:
    """Both hold the person; P1 has fewer people, and gave more of the leak."""
    told = two_sources().about(300, P1=OTHER_PHONE, P2=OTHER_PHONE)
    found = parted(told)

    # P1: .98 / 2,000 at a weight of 60 in 111, P2: .98 / 3,000 at 40 in 111: 9 to 4.
    assert found.rows["part"][-1] == 1


def test_a_row_about_a_relative_only_is_of_no_part_however_likely_its_party() -> None:
    told = two_sources().about(300, 0.4, "household", P1=VERBATIM)
    judged = told.judged(CASE, copied=True)

    assert judged.mixture.responsibilities[-1, 0] > 0.5
    assert told.sourced(judged).rows["part"][-1] is None


def test_a_part_is_dated_by_the_versions_its_rows_stand_in() -> None:
    stands = stands_of("P1", V1=range(50), V2=range(60), V3=range(10, 60))
    found = parted(two_sources(), stands=stands, versions=versions_of(P1=[50, 60, 50]))

    part = found.parts.row(0, named=True)
    assert (part["list_id"], part["version_id"], part["versions"]) == ("P1-L", "P1-V2", ["P1-V2"])
    assert found.dated[1].not_before == 10
    assert found.dated[1].not_after == 10
    assert "; all but the whole of P1-V2: the easy case" in part["reason"]


def test_of_a_party_whose_content_was_not_kept_no_version_is_told() -> None:
    stands = stands_of("P1", V1=range(60))
    found = parted(two_sources(), stands=stands, versions=versions_of(P1=[60]))

    other = found.parts.row(1, named=True)
    assert (other["party_id"], other["verdict"]) == ("P2", "attributed")
    assert (other["versions"], other["version_id"], other["list_id"]) == ([], None, None)
    assert "; no kept version holds its rows" in other["reason"]
    assert list(found.dated) == [1]


def test_the_record_spelt_most_like_the_row_dates_it() -> None:
    """P1 has everybody twice: as they were in V1, and with a new telephone since V2."""
    told = Told()
    for person in range(60):
        told.about(person, P1=VERBATIM)
    old = {"distinct": pl.col("distinct") + 1_000, "phone_same": pl.lit(value=False)}
    claims = pl.concat([told.claims_frame, told.claims_frame.with_columns(**old)])
    told.claims = claims.to_dicts()
    stands = stands_of("P1", V1=range(1_000, 1_060), V2=range(60))
    found = parted(told, stands=stands, versions=versions_of(P1=[60, 60]))

    assert found.parts["versions"].to_list() == [["P1-V2"]]
    assert found.dated[1].not_before == 60


PARTIES = ("P1", "P2", "P3")
spellings = st.sampled_from([VERBATIM, OTHER_PHONE, PUBLIC])


@st.composite
def leaks(draw: st.DrawFn) -> Told:
    """Stretches of rows that are alike, so that some parties are named."""
    told, person = Told(), 0
    for _ in range(draw(st.integers(1, 5))):
        held = draw(st.dictionaries(st.sampled_from(PARTIES), spellings))
        probability = draw(st.sampled_from([1.0, 0.95, 0.5]))
        for _ in range(draw(st.integers(1, 30))):
            person += 1
            if held:
                told.about(person, probability, **held)
            else:
                told.nobody(1, draw(st.sampled_from(["none", "household"])))
    return told


@given(leaks())
def test_every_row_about_somebody_known_is_in_one_part_and_no_other_is_in_any(told: Told) -> None:
    found = told.sourced(told.judged(CASE | {"P3": 2_500}, copied=True))
    rows = told.rows_frame.join(found.rows, on="leak_row", validate="1:1")

    about = pl.col("verdict").is_in(["person", "ambiguous"])
    assert rows.height == len(told.rows)
    assert rows.filter(about)["part"].null_count() == 0
    assert rows.filter(~about)["part"].drop_nulls().is_empty()


@given(leaks())
def test_the_rows_of_the_parts_add_up_to_the_rows_about_somebody_known(told: Told) -> None:
    found = told.sourced(told.judged(CASE | {"P3": 2_500}, copied=True))

    assert found.parts.schema == LEAK_PARTS
    assert found.parts["part"].to_list() == list(range(1, found.parts.height + 1))
    counted = dict(found.rows.drop_nulls().group_by("part").len().iter_rows())
    assert {row["part"]: row["rows"] for row in found.parts.iter_rows(named=True)} == {
        part: counted.get(part, 0) for part in found.parts["part"]
    }
    known = told.rows_frame["verdict"].is_in(["person", "ambiguous"]).sum()
    assert found.parts["rows"].sum() == known
