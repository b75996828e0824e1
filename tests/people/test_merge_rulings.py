"""What a ruling on joined records does to the count and its bounds, worked by hand."""

from people_frames import POLICY, identity, persons, records

from breachscope.people.identity import PartyIdentity, over_parties, party_identity
from breachscope.people.merge_rulings import RuledMerge, rejected, ruled

RUNG = "name, telephone"
MOVED = (
    {"name": "佐藤弘", "phone": "1", "address": "北町1-2"},
    {"name": "佐藤弘", "phone": "1", "address": "南町3-4"},
)


def under(*rulings: RuledMerge, party: str = "P1") -> PartyIdentity:
    return party_identity(party, [("V1", records(*MOVED))], ruled(POLICY, party, rulings))


def counted(found: PartyIdentity) -> tuple[int, int, int]:
    """Persons by the loose, the standard and the strict policy: low, told, high."""
    low, told, high = (len(persons(found, by)) for by in ("loose", "standard", "strict"))
    return low, told, high


def test_without_a_ruling_the_bounds_hold_both_answers() -> None:
    assert counted(identity(V1=MOVED)) == (1, 1, 2)


def test_records_ruled_to_be_one_person_are_one_under_every_policy() -> None:
    found = under(RuledMerge("P1", RUNG, holds=True))

    assert counted(found) == (1, 1, 1)
    assert list(found.persons["reason"]) == [RUNG] * 2


def test_records_ruled_to_be_two_people_are_two_under_every_policy() -> None:
    found = under(RuledMerge("P1", RUNG, holds=False))

    assert counted(found) == (2, 2, 2)
    assert list(found.persons["reason"]) == ["alone"] * 2


def test_a_ruling_on_one_party_leaves_the_others_as_they_were() -> None:
    for holds in (True, False):
        assert counted(under(RuledMerge("P2", RUNG, holds=holds))) == (1, 1, 2)


def test_a_ruling_on_a_rung_the_playbook_no_longer_has_changes_nothing() -> None:
    assert ruled(POLICY, "P1", [RuledMerge("P1", "shoe size", holds=False)]) == POLICY


def test_what_was_ruled_apart_in_a_party_is_not_joined_over_the_parties_by_that_rung() -> None:
    rulings = [RuledMerge("P1", RUNG, holds=False)]
    third = {"name": "佐藤弘", "phone": "1", "address": "西町5-6"}
    other = party_identity("P2", [("V2", records(third))], POLICY)
    parts = [(found.party_id, found.keys, found.persons) for found in (under(*rulings), other)]

    assert rejected(rulings) == {RUNG: frozenset({"P1"})}
    assert over_parties(parts, POLICY)["standard"].n_unique() == 1
    assert over_parties(parts, POLICY, rejected(rulings))["standard"].n_unique() == 3
