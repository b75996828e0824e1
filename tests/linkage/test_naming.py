import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachscope.linkage import naming, spelling
from breachscope.linkage.naming import Evidence
from breachscope.linkage.spelling import own_agreement, spelling_counts
from breachscope.schema import SPELT_ALIKE
from linkage.told import OTHER_PHONE, PUBLIC, VERBATIM, Told

CASE = {"P1": 2_000, "P2": 2_500, "P3": 5_500}
"""Persons of each party."""


def evidence(told: Told, party: str = "P1", **more: object) -> Evidence:
    found = told.judged(CASE, **more)  # type: ignore[arg-type]
    return next(one for one in found.evidence if one.party_id == party)


def few_false_matches(party: str, exclusive: int, decoys: int = 1_000) -> list[tuple]:
    """Decoys of which so many were taken for people of this party alone."""
    told = Told()
    for person in range(exclusive):
        told.about(person, 0.95, **{party: VERBATIM})
    return [(told.claims_frame, decoys)]


def exclusive_leak(rows: int = 60, spelt: dict[str, bool] | None = None) -> Told:
    told = Told()
    for person in range(rows):
        told.about(person, P1=spelt or VERBATIM)
    return told


def shared_leak(discordant: int = 30, concordant: int = 40) -> Told:
    """A copy of P1's list: P2 and the much larger P3 hold the same people.

    In the discordant rows P2 has another telephone than the leak; so has P3 in some.
    """
    told = Told()
    for person in range(discordant):
        told.about(person, P1=VERBATIM, P2=OTHER_PHONE, P3=VERBATIM)
    for person in range(discordant, discordant + concordant):
        told.about(person, P1=VERBATIM, P2=VERBATIM, P3=OTHER_PHONE)
    return told


def test_a_party_with_exclusive_rows_spelt_as_it_has_them_is_named() -> None:
    found = evidence(exclusive_leak(), decoys=few_false_matches("P1", 2))

    assert found.named
    assert (found.reason, found.exclusive, found.expected) == ("", 60, pytest.approx(0.12))


def test_a_party_whose_people_others_share_is_named_for_its_history_and_not_for_spelling() -> None:
    """A list from nowhere agrees with the holder that is up to date, cell for cell."""
    told = shared_leak(60, 80)
    found = {one.party_id: one for one in told.judged(CASE).evidence}

    assert evidence(told, copied=True).named
    assert not found["P1"].named
    assert found["P1"].exclusive == 0
    assert (found["P1"].wins, found["P1"].losses) == (70, 0)  # half a cell where one of two differs
    assert found["P1"].log10_contrast == pytest.approx(70 * np.log10(0.97 / 0.9))


def test_a_third_lists_agreement_with_the_more_accurate_holder_names_nobody() -> None:
    """Seven of eight differing cells agree with P1: as with whoever writes people right."""
    told = shared_leak(60, 80)
    for person in range(200, 216):
        told.about(person, P1=OTHER_PHONE, P2=VERBATIM)
    found = {one.party_id: one for one in told.judged(CASE).evidence}

    assert not found["P1"].named
    assert found["P1"].log10_contrast < 0


def test_a_party_that_shares_the_people_but_spells_them_otherwise_is_not_named() -> None:
    told = shared_leak()
    for person in range(900, 910):  # rows that make it likelier than the mixture without it
        told.about(person, P2=None)
    found = evidence(told, "P2", decoys=few_false_matches("P2", 0))

    assert not found.named
    assert found.log10_contrast + found.log10_own < 0
    assert found.reason == (
        "its people are in the list, but not as its records spell them: shared customers"
    )


def test_rows_made_up_from_a_directory_do_not_frame_the_party_they_are_about() -> None:
    told = exclusive_leak(100)
    for person in range(500, 540):
        told.about(person, P2=PUBLIC)
    framed, source = evidence(told, "P2", copied=True), evidence(told, "P1", copied=True)

    assert source.named
    assert not framed.named
    assert framed.exclusive == 40
    assert framed.log10_lr > 50  # the mixture alone would have been sure
    assert framed.reason == (
        "its people are in the list, but nothing shows that its own records were copied"
    )


def test_made_up_rows_with_telephones_that_are_wrong_do_not_frame_either() -> None:
    told = exclusive_leak(100)
    for person in range(500, 540):
        told.about(person, P2={**PUBLIC, "phone_same": person % 10 == 0, "birth_same": False})

    assert not evidence(told, "P2").named


def test_a_leak_without_a_source_names_nobody() -> None:
    """Rows bought elsewhere, one in ten about people of the parties by chance."""
    told, dice = Told().nobody(450), np.random.default_rng(3)
    sizes = list(CASE.values())
    for person in range(50):
        party = list(CASE)[dice.choice(3, p=np.array(sizes) / sum(sizes))]
        told.about(person, **{party: VERBATIM if person % 2 else PUBLIC})
    found = told.judged(CASE)

    assert [one.party_id for one in found.evidence if one.named] == []
    assert found.mixture.weights[-1] > 0.9


def test_a_leak_about_nobody_at_all_has_evidence_for_no_party() -> None:
    found = Told().nobody(30).judged(CASE)

    assert found.evidence == ()
    assert found.leak_rows == tuple(range(1, 31))


def test_too_few_rows_name_nobody() -> None:
    found = evidence(exclusive_leak(4).nobody(2))

    assert found.reason == "too few rows are about its people"


def test_a_party_without_which_the_rows_are_explained_as_well_is_not_named() -> None:
    told = Told()
    for person in range(60):
        told.about(person, P1=VERBATIM, P2=VERBATIM)
    both = told.judged({"P1": 2_000, "P2": 2_000}).evidence

    assert [one.reason for one in both] == ["the rows are explained nearly as well without it"] * 2


def test_as_many_exclusive_rows_as_false_matches_give_name_nobody() -> None:
    """Sixty of sixty rows, but sixty of sixty decoys as well."""
    found = evidence(exclusive_leak(), decoys=few_false_matches("P1", 60, decoys=60))

    assert found.reason == (
        "60 rows are about its people alone, where false matches give about 60.0"
    )


def test_the_worse_kind_of_decoys_counts() -> None:
    kinds = few_false_matches("P1", 500) + few_false_matches("P1", 1)

    assert evidence(exclusive_leak(), decoys=kinds).expected == pytest.approx(30)


def test_a_party_that_explains_nearly_all_is_named_where_hardly_a_cell_tells() -> None:
    """A list of names and addresses alone, of people that nobody else has."""
    assert evidence(exclusive_leak(spelt=PUBLIC)).named


def test_rows_that_two_sources_gave_are_held_against_neither() -> None:
    told = Told()
    for person in range(30):
        told.about(person, P1=VERBATIM, P2=OTHER_PHONE)
    claims = told.claims_frame

    assert spelling_counts(claims, "P2", set()) == (0, 30)
    assert spelling_counts(claims, "P2", {"P1"}) == (0, 0)


def test_of_several_records_of_one_person_the_one_most_alike_speaks_for_the_party() -> None:
    told = Told().about(1, P1=OTHER_PHONE).about(2, P1=VERBATIM)
    old = told.claims_frame.with_columns(leak_row=pl.lit(1, pl.UInt32), person=pl.lit(1, pl.UInt32))

    assert spelling.best_spelt(old)["phone_same"].to_list() == [True]


def test_agreement_is_evidence_only_beyond_what_another_list_would_show() -> None:
    """All of 40 telephones agree; of 950 pairs of two parties 500 do.

    Lists agree in (500 + 50 * .85) of (950 + 50), which is the square of what one writes right on
    the whole; P1 and another in (500 + 50 * that) of 1,000.
    """
    told = Told()
    for person in range(40):
        told.about(person, P1={"phone_same": True})
    alike = pl.DataFrame(
        {"party_id": ["P1"], "field": ["phone_same"], "told": [950], "same": [500]},
        schema=SPELT_ALIKE,
    )

    every = (500 + 50 * 0.85) / 1_000
    right = (500 + 50 * every) / 1_000 / np.sqrt(every)
    most = right + 1.645 * np.sqrt(right * (1 - right) / 1_000)
    rate = 40.5 / 41
    by_hand = (40 * np.log(rate)) - (40 * np.log(most))
    assert own_agreement(told.claims_frame, "P1", alike) == pytest.approx(by_hand / np.log(10))


def test_agreement_no_better_than_another_lists_is_no_evidence() -> None:
    told = Told()
    for person in range(40):
        told.about(person, P1={"phone_same": person % 4 > 0})
    alike = pl.DataFrame(schema=SPELT_ALIKE)

    assert own_agreement(told.claims_frame, "P1", alike) == 0


def nested_leak(rows: int = 40, strangers: int = 10) -> Told:
    """A copy of P1's list, all of whose people the larger P3 has too; a fifth are strangers."""
    told = Told()
    for person in range(rows):
        told.about(person, P1=VERBATIM, P3=VERBATIM)
    return told.nobody(strangers)


NESTED = {"P1": 0.95, "P3": 0.2} | {f"OTHER{n}": 0.2 for n in range(18)}
"""Of twenty lists one lies within another."""


def test_a_list_that_lies_within_anothers_is_named_where_hardly_any_list_does() -> None:
    """Forty rows in a version of 0.85 of the people: 10 ^ 1.7 to 1, and so seldom 10 to 1."""
    plain = evidence(nested_leak(), copied=True, of_people=0.85)
    found = evidence(nested_leak(), copied=True, of_people=0.85, within=NESTED)

    assert plain.log10_history == pytest.approx(40 * np.log10((1 - 0.5 / 41) / 0.85) / 1.5)
    assert not plain.named
    assert found.log10_overlap == 1.0
    assert found.named


def test_that_lists_share_so_much_so_seldom_names_nobody_alone() -> None:
    assert not evidence(nested_leak(), within=NESTED).named


def people_of_all_times() -> Told:
    """All but four of 100 rows are about P1's people alone; half of them left long ago."""
    told = Told()
    for person in range(96):
        told.about(person, P1=VERBATIM if person % 2 else OTHER_PHONE)
    return told.nobody(4)


def test_a_list_of_a_partys_people_of_all_times_is_no_copy_however_much_of_it_they_are() -> None:
    told = people_of_all_times()
    found = evidence(told, copied=True, of_people=0.5, within=NESTED)

    assert evidence(told).named  # nothing is known of the versions
    assert found.low > 0.85
    assert found.log10_history < -1
    assert (found.log10_overlap, found.named) == (0.0, False)


def test_a_share_that_few_rows_cannot_tell_from_less_names_nobody() -> None:
    """Thirty of thirty-two rows: 0.94, and 0.77 at the least."""
    told = Told()
    for person in range(30):
        told.about(person, P1=PUBLIC)
    found = evidence(told.nobody(2))

    assert found.weight > 0.9
    assert found.low < 0.85
    assert not found.named


PUBLISHED = (
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
    0.5719, 0.6528, 0.7590, 1.0,
)  # fmt: skip
"""Benjamini and Hochberg, JRSS B 57, 1995, section 4: fifteen tests of Neuhaus et al. (1992)."""


def test_the_false_discovery_rate_is_held_as_in_the_published_example() -> None:
    found = naming._adjusted(dict(enumerate(PUBLISHED)), len(PUBLISHED))

    assert sorted(i for i, q in found.items() if q <= 0.05) == [0, 1, 2, 3]  # as published
    assert found[3] == pytest.approx(0.0095 * 15 / 4)
    assert found[5] == pytest.approx(0.0298 * 15 / 7)  # the sixth is no worse than the seventh


def test_parties_that_hold_nobody_count_as_tests_too() -> None:
    assert naming._adjusted({0: 0.01}, tests=69) == {0: pytest.approx(0.69)}


PARTIES = ("P1", "P2", "P3")
spellings = st.sampled_from([VERBATIM, OTHER_PHONE, PUBLIC, None])


@st.composite
def leaks(draw: st.DrawFn) -> Told:
    told = Told()
    for person in range(draw(st.integers(1, 14))):
        held = draw(st.dictionaries(st.sampled_from(PARTIES), spellings))
        if held:
            told.about(person, draw(st.sampled_from([1.0, 0.95, 0.5])), **held)
        else:
            told.nobody(1, draw(st.sampled_from(["none", "household"])))
    return told


@given(leaks(), st.permutations(PARTIES), st.integers(0, 1_000))
def test_the_order_of_claims_and_parties_does_not_change_what_is_told(
    told: Told, order: list[str], seed: int
) -> None:
    claims = told.claims_frame
    turned = claims[np.random.default_rng(seed).permutation(claims.height)]
    alike = pl.DataFrame(schema=SPELT_ALIKE)
    sizes = {party: CASE[party] for party in order}

    first = naming.judged(claims, told.rows_frame, CASE, 10_000, [], alike)
    second = naming.judged(turned, told.rows_frame, sizes, 10_000, [], alike)

    assert [one.party_id for one in first.evidence] == [one.party_id for one in second.evidence]
    for one, other in zip(first.evidence, second.evidence, strict=True):
        assert (one.named, one.reason, one.exclusive) == (
            other.named,
            other.reason,
            other.exclusive,
        )
        assert (one.weight, one.log10_lr, one.log10_own, one.wins) == pytest.approx(
            (other.weight, other.log10_lr, other.log10_own, other.wins)
        )


@given(leaks(), st.integers(0, 1_000))
def test_the_order_of_rows_does_not_change_what_is_told(told: Told, seed: int) -> None:
    """Rows are numbered anew in another order."""
    size = len(told.rows)
    number = np.random.default_rng(seed).permutation(size) + 1
    again = {"leak_row": pl.Series(number, dtype=pl.UInt32)}
    rows = told.rows_frame.with_columns(**again).sort("leak_row")
    claims = told.claims_frame.with_columns(
        pl.col("leak_row").replace_strict(
            range(1, size + 1), number.tolist(), return_dtype=pl.UInt32
        )
    )
    alike = pl.DataFrame(schema=SPELT_ALIKE)

    first = told.judged(CASE, everybody=10_000)
    second = naming.judged(claims, rows, CASE, 10_000, [], alike)

    for one, other in zip(first.evidence, second.evidence, strict=True):
        assert (one.party_id, one.named, one.reason) == (other.party_id, other.named, other.reason)
        assert one.weight == pytest.approx(other.weight)
