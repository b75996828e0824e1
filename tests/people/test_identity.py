"""Who is one person within a party, worked by hand."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_frames import POLICY, Record, identity, persons

from breachscope.people.identity import party_identity, people
from breachscope.schema import PEOPLE, PERSONS, POLICIES, RECORD_INDEX

BORN, LATER = date(1950, 1, 1), date(1980, 5, 5)


def test_rows_of_equal_values_are_one_distinct_record() -> None:
    found = identity(
        V1=[{"name": "甲", "phone": "1"}, {"name": "乙", "phone": "1"}],
        V2=[{"name": "乙", "phone": "1"}, {"name": "丙", "phone": "2"}],
    )

    assert list(found.index["distinct"]) == [0, 1, 1, 2]
    assert found.index.schema == RECORD_INDEX
    assert found.persons.schema == PERSONS


def test_a_family_at_one_address_and_telephone_is_four_persons() -> None:
    home = {"phone": "0311112222", "address": "北町1-2-3", "postal": "1000001"}
    found = identity(V1=[{"name": name, **home} for name in ("父", "母", "子", "娘")])

    assert persons(found) == [[0], [1], [2], [3]]


def test_namesakes_in_two_towns_are_two_persons() -> None:
    found = identity(
        V1=[
            {"name": "佐藤弘", "phone": "1", "address": "北町1-2"},
            {"name": "佐藤弘", "phone": "2", "address": "南町3-4"},
        ]
    )

    assert persons(found) == [[0], [1]]


def test_a_town_without_a_house_number_joins_nobody() -> None:
    found = identity(
        V1=[
            {"name": "佐藤弘", "phone": "1", "address": "北町"},
            {"name": "佐藤弘", "phone": "2", "address": "北町"},
        ]
    )

    assert persons(found, "loose") == [[0], [1]]


def test_a_person_in_two_lists_is_found_by_name_and_telephone() -> None:
    found = identity(
        V1=[{"name": "佐藤弘", "phone": "1", "address": "北町1-2"}],
        V2=[{"name": "佐藤弘", "phone": "1", "address": "南町3-4"}],
    )

    assert persons(found, "strict") == [[0], [1]]
    assert persons(found) == [[0, 1]]
    assert list(found.persons["reason"]) == ["name, telephone"] * 2


def test_a_married_name_is_found_by_the_given_names_reading_where_the_name_is_not_parted() -> None:
    """Telephone, address and the reading of the given name agree; the family name changed."""
    home = {"phone": "1", "address": "北町1-2", "given_kana": "カノ乃"}
    found = identity(
        V1=[{"name": "河合香乃", "kana": "カワイカノ", **home}],
        V2=[{"name": "新井香乃", "kana": "アライカノ", **home}],
    )

    assert persons(found, "strict") == [[0], [1]]
    assert persons(found) == [[0, 1]]
    assert set(found.persons["reason"]) == {"given name's reading, telephone, address"}


def test_two_given_names_of_one_reading_in_one_house_stay_two() -> None:
    home = {"phone": "1", "address": "北町1-2"}
    found = identity(
        V1=[
            {"name": "後藤優香", "kana": "ゴトウユカ", "given_kana": "ユカ香", **home},
            {"name": "後藤優花", "kana": "ゴトウユカ", "given_kana": "ユカ花", **home},
        ]
    )

    assert persons(found) == [[0], [1]]


def test_a_married_name_is_found_by_its_last_signs_where_nothing_is_parted() -> None:
    """Birth date and telephone agree; the family name changed."""
    own = {"phone": "1", "birth": date(1991, 3, 14)}
    found = identity(
        V1=[{"name": "熊谷典奈", "kana": "クマガイノリナ", **own}],
        V2=[{"name": "桑原典奈", "kana": "クワバラノリナ", **own}],
    )

    assert persons(found, "strict") == [[0], [1]]
    assert persons(found) == [[0, 1]]
    assert set(found.persons["reason"]) == {"name's last two signs, birth date, telephone"}


def test_twins_whose_names_end_alike_stay_two() -> None:
    own = {"phone": "1", "birth": date(1991, 3, 14), "address": "北町1-2"}
    found = identity(V1=[{"name": "田中亜由美", **own}, {"name": "田中真由美", **own}])

    assert persons(found) == [[0], [1]]


def test_of_twins_whose_names_end_alike_a_changed_family_name_is_nobodys() -> None:
    own = {"phone": "1", "birth": date(1991, 3, 14), "address": "北町1-2"}
    found = identity(
        V1=[{"name": "田中亜由美", **own}, {"name": "田中真由美", **own}],
        V2=[{"name": "鈴木亜由美", **own}],
    )

    assert persons(found) == [[0], [1], [2]]


def test_without_a_birth_date_last_signs_bring_names_together_in_the_low_bound_alone() -> None:
    home = {"phone": "1", "address": "北町1-2"}
    found = identity(V1=[{"name": "浅野亜那", **home}], V2=[{"name": "四方亜那", **home}])

    assert persons(found) == [[0], [1]]
    assert persons(found, "loose") == [[0, 1]]


def test_a_name_of_two_signs_has_no_last_two() -> None:
    own = {"phone": "1", "birth": date(1991, 3, 14)}
    found = identity(V1=[{"name": "森誠", **own}], V2=[{"name": "林誠", **own}])

    assert persons(found) == [[0], [1]]


def test_father_and_son_of_one_name_at_one_telephone_are_two() -> None:
    found = identity(
        V1=[
            {"name": "林一", "phone": "1", "birth": BORN},
            {"name": "林一", "phone": "1", "birth": LATER},
        ]
    )

    assert persons(found, "loose") == [[0], [1]]


def test_a_record_without_a_birth_date_does_not_chain_two_people() -> None:
    found = identity(
        V1=[
            {"name": "林一", "phone": "1", "birth": BORN},
            {"name": "林一", "phone": "1", "phone2": "2"},
            {"name": "林一", "phone": "2", "birth": LATER},
        ]
    )

    assert persons(found) == [[0], [1], [2]]
    assert list(found.persons["reason"]) == ["alone"] * 3


def test_the_loose_policy_gives_the_doubtful_record_to_one_of_the_two() -> None:
    found = identity(
        V1=[
            {"name": "林一", "phone": "1", "birth": BORN},
            {"name": "林一", "phone": "1", "email": "a@example.com"},
            {"name": "林一", "phone": "1", "birth": LATER},
        ]
    )

    assert persons(found) == [[0], [1], [2]]
    assert len(persons(found, "loose")) == 2


def test_what_a_strong_rung_found_guards_the_weaker_ones() -> None:
    found = identity(
        V1=[
            {"name": "林一", "customer": "C1", "birth": BORN, "phone": "9"},
            {"name": "林一", "customer": "C1", "phone": "1"},
            {"name": "林一", "phone": "1", "birth": LATER},
        ]
    )

    assert persons(found) == [[0, 1], [2]]


def test_twins_are_two_persons() -> None:
    home = {"phone": "1", "address": "北町1-2", "birth": LATER, "postal": "1000001"}
    found = identity(
        V1=[
            {"name": "森愛", "kana": "モリアイ", "sex": "f", **home},
            {"name": "森舞", "kana": "モリマイ", "sex": "f", **home},
        ]
    )

    assert persons(found) == [[0], [1]]


def test_sex_tells_people_of_one_name_apart() -> None:
    found = identity(
        V1=[
            {"name": "森薫", "phone": "1", "sex": "f"},
            {"name": "森薫", "phone": "1", "sex": "m"},
        ]
    )

    assert persons(found, "loose") == [[0], [1]]


def test_a_changed_name_is_found_by_customer_number_and_birth_date() -> None:
    found = identity(
        V1=[{"name": "森愛", "customer": "C1", "birth": LATER, "phone": "1"}],
        V2=[{"name": "林愛", "customer": "C1", "birth": LATER, "phone": "2"}],
    )

    assert persons(found) == [[0, 1]]


def test_a_family_name_changed_by_marriage_is_found_by_given_name_birth_date_and_telephone() -> (
    None
):
    then = {"name": "森愛", "given": "愛", "birth": LATER, "phone": "1"}
    found = identity(V1=[then], V2=[{**then, "name": "林愛"}])

    assert persons(found) == [[0, 1]]
    assert persons(found, "strict") == [[0], [1]]


def test_twins_whose_given_names_are_parted_stay_two() -> None:
    home = {"phone": "1", "address": "北町1-2", "birth": LATER}
    found = identity(
        V1=[
            {"name": "森愛", "given": "愛", **home},
            {"name": "森舞", "given": "舞", **home},
        ]
    )

    assert persons(found) == [[0], [1]]


def test_one_record_may_stand_parted_in_one_list_and_unparted_in_another() -> None:
    record = {"name": "森愛", "birth": LATER, "phone": "1"}
    married = {**record, "name": "林愛", "given": "愛"}
    found = identity(V1=[record], V2=[{**record, "given": "愛"}], V3=[married])

    assert found.persons.height == 2
    assert persons(found) == [[0, 1]]


def test_a_household_s_customer_number_is_nobody_s() -> None:
    found = identity(
        V1=[
            {"name": "森愛", "customer": "C1", "phone": "1"},
            {"name": "森舞", "customer": "C1", "phone": "1"},
        ],
        V2=[{"name": "森愛", "customer": "C1", "address": "北町1-2"}],
    )

    assert persons(found, "loose") == [[0, 2], [1]]


def test_kanji_variants_are_one_person_by_kana_and_birth_date() -> None:
    found = identity(
        V1=[{"name": "斎藤弘", "kana": "サイトウヒロシ", "birth": BORN, "phone": "1"}],
        V2=[{"name": "斉藤弘", "kana": "サイトウヒロシ", "birth": BORN, "phone": "1"}],
    )

    assert persons(found) == [[0, 1]]


def test_name_and_birth_date_alone_are_for_the_loose_policy() -> None:
    found = identity(
        V1=[{"name": "佐藤弘", "birth": BORN, "phone": "1"}],
        V2=[{"name": "佐藤弘", "birth": BORN, "phone": "2"}],
    )

    assert persons(found) == [[0], [1]]
    assert persons(found, "loose") == [[0, 1]]


def test_a_care_home_s_telephone_joins_no_namesakes() -> None:
    crowd = [{"name": f"入居者{n}", "phone": "1"} for n in range(60)]
    found = identity(
        V1=[
            *crowd,
            {"name": "佐藤弘", "phone": "1", "email": "a@example.com"},
            {"name": "佐藤弘", "phone": "1", "email": "b@example.com"},
        ]
    )

    assert len(persons(found)) == 62


def test_a_row_without_any_value_is_nobody() -> None:
    found = identity(V1=[{"name": "甲"}, {}, {}])

    assert found.persons.height == found.index.height == 1


def test_a_person_s_key_stays_when_later_versions_come() -> None:
    first: list[Record] = [{"name": "甲", "phone": "1"}, {"name": "乙", "phone": "2"}]
    before = identity(V1=first)
    after = identity(V1=first, V2=[{"name": "乙", "phone": "2", "address": "北町1-2"}])

    assert list(after.persons["person_key"][:2]) == list(before.persons["person_key"])
    assert after.persons["person_key"][2] == after.persons["person_key"][1]
    assert before.persons["person_key"].n_unique() == 2


def test_people_says_of_each_record_whose_it_is() -> None:
    found = identity(V1=[{"name": "甲"}], V2=[{"name": "乙"}, {"name": "甲"}])
    frame = people("P1", found.index, found.persons).collect()

    assert frame.schema == PEOPLE
    assert frame["person_key"][0] == frame["person_key"][2] != frame["person_key"][1]
    assert list(frame["version_id"]) == ["V1", "V2", "V2"]
    assert list(frame["row_no"]) == [1, 1, 2]


def test_a_party_without_records_has_no_persons() -> None:
    found = party_identity("P1", [], POLICY)

    assert found.index.schema == RECORD_INDEX
    assert found.persons.height == 0


VALUES = {
    "name": st.sampled_from(["甲", "乙"]),
    "phone": st.sampled_from(["1", "2"]),
    "phone2": st.sampled_from(["1", "3"]),
    "address": st.sampled_from(["北町1", "南町2"]),
    "birth": st.sampled_from([BORN, LATER]),
    "sex": st.sampled_from(["m", "f"]),
    "customer": st.sampled_from(["C1", "C2"]),
}
RECORDS = st.lists(st.fixed_dictionaries({}, optional=VALUES), max_size=8)


@settings(max_examples=60, deadline=None)
@given(RECORDS)
def test_the_policies_are_nested(rows: list[Record]) -> None:
    found = identity(V1=rows).persons

    for wider, narrower in (("standard", "strict"), ("loose", "standard")):
        pairs = found.select(narrower, wider).unique()
        assert pairs[narrower].is_unique().all()


@settings(max_examples=60, deadline=None)
@given(RECORDS)
@pytest.mark.parametrize("policy", POLICIES)
def test_no_person_has_two_birth_dates_or_sexes(policy: str, rows: list[Record]) -> None:
    found = identity(V1=rows)
    keys = found.keys.with_columns(found.persons[policy])

    for column in ("birth_date", "sex_key"):
        held = keys.filter(keys[column] > 0).group_by(policy).n_unique()
        assert held[column].max() in (None, 1)


@settings(max_examples=25, deadline=None)
@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_how_many_people_there_are(
    rows: list[Record], random: object
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = identity(V1=rows), identity(V1=shuffled)

    for policy in POLICIES:
        assert len(persons(one, policy)) == len(persons(two, policy))


def test_a_record_that_may_be_either_is_given_to_the_same_one_in_any_order() -> None:
    rows: list[Record] = [
        {"name": "甲", "customer": "C1"},
        {"name": "甲", "customer": "C1", "sex": "m"},
        {"name": "甲", "customer": "C1", "sex": "f", "phone": "2"},
        {"name": "甲", "sex": "f", "phone": "1"},
    ]
    counted = {len(persons(identity(V1=order), "loose")) for order in permutations(rows)}

    assert len(counted) == 1


def test_a_record_tells_how_many_people_its_rows_may_be() -> None:
    full: Record = {"name": "乙", "phone": "1", "address": "北町1-2"}
    found = identity(V1=[{"name": "甲"}] * 3 + [full] * 2, V2=[{"name": "甲"}] * 2)

    assert list(found.persons["times"]) == [3, 1]


@settings(max_examples=30, deadline=None)
@given(RECORDS)
def test_a_version_given_twice_adds_no_person(rows: list[Record]) -> None:
    once, twice = identity(V1=rows), identity(V1=rows, V2=rows)

    assert once.persons.equals(twice.persons)
