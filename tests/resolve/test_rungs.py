"""One rung: who agrees, and which contradiction in the group keeps them apart."""

import numpy as np

from breachscope.playbook import Rung
from breachscope.resolve.components import alone, components
from breachscope.resolve.policies import known_of_person
from breachscope.resolve.rungs import Edges, Hashes, Keys, holding, rung_edges, telling
from breachscope.schema import KEY_COLUMNS


def keys(**given: list[int]) -> dict[str, Hashes]:
    size = len(next(iter(given.values())))
    blank = {column: [0] * size for column in KEY_COLUMNS}
    whole = {**blank, **{f"{name}_key": values for name, values in given.items()}}
    whole["birth_date"] = whole.pop("birth_key", blank["birth_date"])
    return {name: np.array(values, dtype=np.uint64) for name, values in whole.items()}


def rung(*agree: str, unless: tuple[str, ...] = ()) -> Rung:
    return Rung(name="a rung", policy="standard", agree=[*agree], unless_differ=[*unless])


def groups(edges: Edges, size: int) -> list[int]:
    return list(components(edges.left, edges.right, size))


def climbed(step: Rung, of: Keys, limit: int = 50) -> list[int]:
    told = telling(of, limit)
    size = of["name_key"].size
    return groups(rung_edges(step, told, told, alone(size)), size)


def test_records_that_agree_on_every_key_are_one() -> None:
    found = climbed(rung("name_key", "phone_key"), keys(name=[7, 7, 7, 8], phone=[1, 1, 2, 1]))

    assert found == [0, 0, 2, 3]


def test_records_without_a_key_never_join() -> None:
    found = climbed(rung("name_key", "phone_key"), keys(name=[7, 7, 0, 0], phone=[0, 0, 1, 1]))

    assert found == [0, 1, 2, 3]


def test_a_second_telephone_may_be_another_record_s_first() -> None:
    found = climbed(
        rung("name_key", "any_phone"), keys(name=[7, 7, 7], phone=[1, 2, 3], phone2=[2, 0, 9])
    )

    assert found == [0, 0, 2]


def test_a_group_with_one_birth_date_is_one_person() -> None:
    found = climbed(
        rung("name_key", "phone_key", unless=("birth_date",)),
        keys(name=[7, 7, 7], phone=[1, 1, 1], birth=[5, 0, 5]),
    )

    assert found == [0, 0, 0]


def test_in_a_group_with_two_birth_dates_records_without_one_stay_apart() -> None:
    found = climbed(
        rung("name_key", "phone_key", unless=("birth_date",)),
        keys(name=[7] * 5, phone=[1] * 5, birth=[5, 0, 6, 5, 6]),
    )

    assert found == [0, 1, 2, 0, 2]


def test_whoever_stays_apart_is_named_with_someone_they_may_be() -> None:
    of = keys(name=[7] * 3, phone=[1] * 3, birth=[6, 0, 5])
    step = rung("name_key", "phone_key", unless=("birth_date",))
    edges = rung_edges(step, telling(of, 50), of, alone(3))

    assert [*zip(edges.doubtful_left, edges.doubtful_right, strict=True)] == [(1, 2)]


def test_each_field_splits_what_the_one_before_has_left() -> None:
    found = climbed(
        rung("phone_key", unless=("birth_date", "sex_key")),
        keys(phone=[1] * 5, birth=[5, 5, 6, 6, 5], sex=[1, 2, 1, 0, 1]),
    )

    assert found == [0, 1, 2, 2, 0]


def test_a_number_that_many_names_share_tells_nothing() -> None:
    found = climbed(
        rung("name_key", "phone_key"),
        keys(name=[1, 2, 3, 3], phone=[9, 9, 9, 9]),
        limit=2,
    )

    assert found == [0, 1, 2, 3]


def test_a_number_is_common_though_some_hold_it_as_their_second() -> None:
    found = climbed(
        rung("name_key", "phone_key"),
        keys(name=[1, 2, 3, 3], phone=[9, 8, 9, 9], phone2=[0, 9, 0, 0]),
        limit=2,
    )

    assert found == [0, 1, 2, 3]


def test_many_records_of_few_names_do_not_make_a_number_common() -> None:
    found = climbed(rung("name_key", "phone_key"), keys(name=[1] * 4, phone=[9] * 4), limit=2)

    assert found == [0, 0, 0, 0]


def test_a_record_is_known_by_the_value_of_its_person() -> None:
    labels = np.array([0, 0, 2, 2, 2], dtype=np.uint32)
    values = np.array([4, 0, 5, 0, 6], dtype=np.uint64)

    assert list(known_of_person(values, labels)) == [4, 4, 5, 0, 6]


def test_a_rung_says_nothing_of_records_that_are_one_already() -> None:
    of = keys(name=[7, 7, 7], phone=[1, 1, 2])
    edges = rung_edges(rung("name_key", "phone_key"), of, of, np.array([0, 0, 2], dtype=np.uint32))

    assert edges.left.size == edges.right.size == 0


def test_whom_a_doubtful_record_may_be_does_not_depend_on_the_order_of_rows() -> None:
    of = keys(name=[7, 7, 7, 7], phone=[1, 1, 1, 1], sex=[0, 5, 5, 6], email=[0, 3, 4, 0])
    turned = {name: values[::-1].copy() for name, values in of.items()}
    step = rung("name_key", "phone_key", unless=("sex_key",))

    one, two = (rung_edges(step, told, told, alone(4)) for told in (of, turned))

    assert list(one.doubtful_left) == [0]
    assert list(two.doubtful_left) == [3]
    assert one.doubtful_right[0] == 3 - two.doubtful_right[0]


def test_a_record_holds_a_rung_if_it_has_all_its_keys_and_any_telephone() -> None:
    of = keys(name=[7, 7, 7, 0], phone=[1, 0, 0, 1], phone2=[0, 2, 0, 0])

    assert list(holding(rung("name_key", "any_phone"), of)) == [True, True, False, False]
