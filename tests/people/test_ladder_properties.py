"""What holds of the ladder whatever left."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from people_frames import POLICY, Record, figures, identity, reach, segment

from breachscope.people.counts import over_parties_counts, reconciled
from breachscope.people.identity import over_parties
from breachscope.schema import COUNTED_TIERS, LADDER_TIERS

ROWS = 8
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["甲", "乙", "丙"])},
        optional={
            "phone": st.sampled_from(["1", "2"]),
            "address": st.sampled_from(["北町1", "南町2"]),
            "customer": st.sampled_from(["C1", "C2"]),
            "sex": st.sampled_from(["m", "f"]),
        },
    ),
    min_size=ROWS,
    max_size=ROWS,
)


@st.composite
def taken(draw: st.DrawFn) -> dict[str, Any]:
    """A segment of any sort; of a count, also the rows that left for certain."""
    first, last = sorted(draw(st.tuples(st.integers(1, ROWS), st.integers(1, ROWS))))
    sure = draw(st.booleans())
    lost = draw(st.integers(0, 4)) == 0
    return segment(
        "V0" if lost else draw(st.sampled_from(["V1", "V2"])),
        (first, last),
        tier=draw(st.sampled_from(COUNTED_TIERS)),
        event_id=f"E{draw(st.integers(1, 99))}",
        sure=sure,
        content="lost" if lost else "kept",
        at_least=None if sure else draw(st.none() | st.integers(0, last - first + 1)),
        version_rows=ROWS,
    )


SEGMENTS = st.lists(taken(), max_size=6)
SETTINGS = settings(max_examples=60, deadline=None)


@SETTINGS
@given(PEOPLE, PEOPLE, SEGMENTS)
def test_every_count_lies_between_its_bounds_and_tiers_add_up(
    one: list[Record], two: list[Record], left: list[dict[str, Any]]
) -> None:
    who = identity(V1=one, V2=two)
    found = reach(who, *left)
    labels = over_parties([("P1", who.keys, who.persons)], POLICY)

    reconciled(found.counts, over_parties_counts([found], labels), {"P1": found.seized})
    for tier in LADDER_TIERS:
        low, count, high = figures(found, tier)
        assert low <= count <= high


@SETTINGS
@given(PEOPLE, PEOPLE, SEGMENTS, taken())
def test_one_more_segment_never_lowers_the_high_bound(
    one: list[Record], two: list[Record], left: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    who = identity(V1=one, V2=two)

    assert figures(reach(who, *left, more), "all")[2] >= figures(reach(who, *left), "all")[2]


@SETTINGS
@given(PEOPLE, PEOPLE, SEGMENTS)
def test_counting_a_segment_twice_changes_nothing(
    one: list[Record], two: list[Record], left: list[dict[str, Any]]
) -> None:
    who = identity(V1=one, V2=two)

    assert reach(who, *left, *left).counts.equals(reach(who, *left).counts)


@SETTINGS
@given(PEOPLE, PEOPLE, SEGMENTS, st.randoms(use_true_random=False))
def test_the_order_of_segments_does_not_matter(
    one: list[Record], two: list[Record], left: list[dict[str, Any]], random: Any
) -> None:
    who = identity(V1=one, V2=two)
    shuffled = list(left)
    random.shuffle(shuffled)
    first, then = reach(who, *left), reach(who, *shuffled)

    assert first.counts.equals(then.counts)
    assert first.scope.equals(then.scope)


@SETTINGS
@given(PEOPLE, PEOPLE)
def test_one_party_alone_is_the_whole(one: list[Record], two: list[Record]) -> None:
    who = identity(V1=one, V2=two)
    found = reach(who, segment("V1", (1, ROWS)), segment("V2", (1, ROWS), tier="confirmed"))
    over = over_parties_counts([found], over_parties([("P1", who.keys, who.persons)], POLICY))

    assert over.equals(found.counts.select(over.columns))
