from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from breachscope.exercise import dice, world
from breachscope.exercise.population import MARRIED, MOVED, NEW_PHONE, Codes, after, codes
from breachscope.exercise.rendering import lines
from breachscope.exercise.scales import SCALES
from breachscope.exercise.styles import draw
from breachscope.exercise.tables import GIVEN, SURNAME_VARIANTS, SURNAMES, half_kana

WORLD = world.build(7, SCALES["small"])


def people(count: int = 60_000) -> Codes:
    return codes(np.arange(count, dtype=np.uint64), WORLD)


def test_a_household_shares_surname_and_dwelling() -> None:
    them = people()
    frame = pl.DataFrame(
        {
            "household": them.household,
            "surname": them.surname,
            "lot": them.lot[2],
            "room": them.room,
        }
    )

    homes = frame.group_by("household").agg(pl.col("surname", "lot", "room").n_unique())
    assert homes.select(pl.col("surname", "lot", "room").max()).row(0) == (1, 1, 1)


def test_two_of_one_household_never_have_the_same_name() -> None:
    them = people()
    names = pl.DataFrame({"household": them.household, "given": them.given})

    assert not names.is_duplicated().any()


def test_no_two_people_have_the_same_mobile_number() -> None:
    mobile = people().mobile
    own = mobile[mobile >= 0]

    assert len(np.unique(own)) == len(own)


def test_nobody_changes_two_things() -> None:
    before = people()
    later = after(before)

    moved, phone = before.change == MOVED, before.change == NEW_PHONE
    assert (later.surname == before.surname)[before.change != MARRIED].all()
    assert (later.second_block == phone).all()
    assert (later.lot[1] == before.lot[1])[~moved].all()


def test_a_few_per_cent_change_something() -> None:
    assert 0.02 < (people().change > 0).mean() < 0.08


def test_next_to_nobody_is_written_down_too_poorly_to_be_known() -> None:
    assert people().poor.mean() < 0.0005


def test_the_tables_can_be_written_in_the_encoding_of_business_files() -> None:
    for text in (*SURNAMES, *SURNAME_VARIANTS, *GIVEN):
        assert text.encode("cp932").decode("cp932") == text


def test_voiced_kana_become_two_half_width_characters() -> None:
    assert half_kana("ガパッー") == "ｶﾞﾊﾟｯｰ"


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 68), st.integers(1, 2_000))
def test_every_system_writes_one_line_a_person_with_a_cell_a_column(
    seed: int, party: int, count: int
) -> None:
    rng = np.random.default_rng(seed)
    style = draw(rng, WORLD.parties[party], "\t", variants=True)

    text = lines(people(count), style, 100)

    assert len(text) == count
    assert (text.str.count_matches("\t") == len(style.columns) - 1).all()


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=50), st.integers(0, 500))
def test_chance_does_not_depend_on_who_else_is_asked(ids: list[int], salt: int) -> None:
    together = dice.unit(np.array(ids, dtype=np.uint64), salt)

    assert together.tolist() == [dice.one(number, salt) for number in ids]
