import polars as pl
import pytest
from polars.testing import assert_frame_equal

from breachscope.linkage.decoys import DECOYS, Decoy, decoys
from linkage.small_town import keys_of, town

PERSONAL = ("phone_key", "phone2_key", "email_key", "customer_key")


@pytest.fixture(scope="module")
def keys() -> pl.DataFrame:
    """Some 600 people with everything a record may hold; the landline is a household's."""
    people = town(4, 240).people
    return keys_of(
        people.with_columns(
            email=pl.concat_str(pl.lit("m"), pl.col("person"), pl.lit("@example.jp")),
            customer_no=pl.concat_str(pl.lit("K"), pl.col("person")),
        )
    )


def made(keys: pl.DataFrame, kind: Decoy, seed: int = 1, rows: int = 300) -> pl.DataFrame:
    return decoys(keys, kind, draws=3, rows=rows, seed=seed)


def lender(keys: pl.DataFrame, found: pl.DataFrame, column: str) -> pl.DataFrame:
    """row_no, from: of each decoy the rows of the leak that have its value in this column."""
    return found.select("row_no", column).join(
        keys.select(column, row="row_no"), on=column, how="inner"
    )


@pytest.mark.parametrize("kind", list(Decoy))
def test_the_same_seed_gives_the_same_decoys_and_another_others(
    keys: pl.DataFrame, kind: Decoy
) -> None:
    assert_frame_equal(made(keys, kind), made(keys, kind))
    assert not made(keys, kind).equals(made(keys, kind, seed=2))


@pytest.mark.parametrize("kind", list(Decoy))
def test_decoys_are_numbered_through_and_a_row_lends_itself_once_a_draw(
    keys: pl.DataFrame, kind: Decoy
) -> None:
    found = made(keys, kind)

    assert found.schema == DECOYS
    assert found["row_no"].to_list() == list(range(1, 901))
    assert found.group_by("draw").len()["len"].to_list() == [300] * 3
    assert not found.select("draw", "of").is_duplicated().any()


@pytest.mark.parametrize("kind", list(Decoy))
def test_a_short_leak_has_as_many_decoys_a_draw_as_rows(keys: pl.DataFrame, kind: Decoy) -> None:
    assert made(keys[:40], kind).height == 3 * 40


@pytest.mark.parametrize("kind", list(Decoy))
def test_nothing_that_belongs_to_one_person_alone_stays_with_the_name(
    keys: pl.DataFrame, kind: Decoy
) -> None:
    """Of a telephone, e-mail or customer number no more are the namesake's own than chance gives.

    A decoy's name and number are from one row once in about 600 draws.
    """
    found = made(keys, kind)
    for column in PERSONAL:
        own = keys.select("name_key", column).drop_nulls().unique()
        true = found.join(own, on=["name_key", column], how="semi").height
        household = column == "phone_key" and kind is Decoy.HOUSEHOLD  # the landline is kept
        assert true <= (found.height if household else 15)


def test_a_household_decoy_has_no_mobile_no_email_and_no_customer_number(
    keys: pl.DataFrame,
) -> None:
    found = made(keys, Decoy.HOUSEHOLD)

    mobile = pl.concat_str("phone_key", "phone2_key", separator=" ", ignore_nulls=True)
    assert not found.select(mobile.str.contains(r"(^| )0[789]0\d{8}( |$)")).to_series().any()
    assert found["email_key"].null_count() == found.height
    assert found["customer_key"].null_count() == found.height


def test_a_household_decoy_keeps_address_and_landline(keys: pl.DataFrame) -> None:
    found = made(keys, Decoy.HOUSEHOLD)

    of = keys[found["of"]]
    assert found["address_key"].equals(of["address_key"])
    assert found["postal_key"].equals(of["postal_key"])
    landlines = found["phone_key"].drop_nulls()
    assert landlines.len() == found.height  # everyone in this town has one
    assert landlines.equals(of["phone_key"])


def test_a_household_decoy_keeps_the_family_name_and_changes_the_given_one(
    keys: pl.DataFrame,
) -> None:
    found = made(keys, Decoy.HOUSEHOLD)

    of = keys[found["of"]]
    family = found["name_key"].str.slice(0, 2) == of["name_key"].str.slice(0, 2)
    assert family.all()
    assert (found["name_key"] != of["name_key"]).mean() > 0.99


def test_a_household_decoy_has_not_the_birth_of_who_lent_the_name(keys: pl.DataFrame) -> None:
    """With it the decoy would be the lender, moved in with a namesake."""
    found = made(keys, Decoy.HOUSEHOLD)

    born = keys.select("name_key", "birth_date").unique()
    assert found.join(born, on=["name_key", "birth_date"], how="semi").height <= 15
    of = keys[found["of"]]
    assert (found["birth_date"] == of["birth_date"]).mean() < 0.02


def test_an_independent_decoys_cells_are_from_different_rows(keys: pl.DataFrame) -> None:
    found = made(keys, Decoy.INDEPENDENT)

    places = lender(keys, found, "address_key")
    births = lender(keys, found, "birth_date")
    both = places.join(births, on=["row_no", "row"], how="semi")
    assert both["row_no"].n_unique() <= 15


def test_an_independent_decoy_keeps_together_what_is_one_fact(keys: pl.DataFrame) -> None:
    """Kanji and reading of a name, post code and address."""
    found = made(keys, Decoy.INDEPENDENT)

    for fact in (
        ["name_key", "kana_key", "given_key", "given_kana_key"],
        ["postal_key", "address_key"],
    ):
        true = keys.select(fact).unique()
        assert found.join(true, on=fact, how="semi", nulls_equal=True).height == found.height


def test_a_family_name_that_stands_alone_borrows_a_given_name_and_has_no_reading() -> None:
    people = pl.DataFrame(
        {
            "name": ["石川 一男", "青山 正子", "赤田 和美"],
            "kana": ["イシカワ カズオ", "アオヤマ マサコ", "アカタ カズミ"],
            "address": ["緑野原市東町1-1-1", "緑野原市西町2-2-2", "緑野原市南町3-3-3"],
        }
    )
    found = decoys(keys_of(people), Decoy.HOUSEHOLD, draws=20, rows=3, seed=1)

    families = found["name_key"].str.slice(0, 2)
    assert families.equals(keys_of(people)["name_key"][found["of"]].str.slice(0, 2))
    assert found["kana_key"].null_count() == found.height
    assert set(found["name_key"].str.slice(2)) == {"一男", "正子", "和美"}
