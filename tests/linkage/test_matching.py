import numpy as np
import polars as pl
import pytest

from breachscope.errors import EvidenceError
from breachscope.linkage.decoys import Decoy, decoys
from breachscope.linkage.matching import Settings, matched
from linkage.small_town import TownInventory, keys_of, town

SETTINGS = Settings(random_pairs=100_000)


@pytest.fixture(scope="module")
def listed() -> TownInventory:
    people = town(1, 3_000).people
    return TownInventory([people[:5_000], people[4_000:]])


@pytest.fixture(scope="module")
def leak() -> pl.DataFrame:
    return town(1, 3_000).leak(5, members=1_500, relatives=300, outsiders=town(9, 200))


def test_nearly_every_listed_person_is_found_and_no_relative_is_taken_for_them(
    listed: TownInventory, leak: pl.DataFrame
) -> None:
    found = matched(keys_of(leak), listed, SETTINGS).decided.rows

    named = leak.with_columns(found["verdict"], claimed=found["person"])
    members = named.filter(pl.col("kind") == "member")
    right = members.filter(pl.col("claimed") == pl.col("person"))
    wrong = named.filter(
        pl.col("claimed").is_not_null() & (pl.col("claimed") != pl.col("person").fill_null(0))
    )
    assert right.height / members.height > 0.97
    assert wrong.height / named.height < 0.004


def test_relatives_are_told_as_a_household_and_strangers_as_nobody(
    listed: TownInventory, leak: pl.DataFrame
) -> None:
    found = matched(keys_of(leak), listed, SETTINGS).decided.rows

    verdicts = leak.with_columns(found["verdict"].cast(pl.String))
    kin = verdicts.filter(pl.col("kind") == "relative")["verdict"].value_counts()
    strangers = verdicts.filter(pl.col("kind") == "outsider")["verdict"].value_counts()
    assert dict(kin.iter_rows())["household"] / kin["count"].sum() > 0.9
    assert dict(strangers.iter_rows())["none"] / strangers["count"].sum() > 0.95


def test_the_three_chances_of_a_row_add_up(listed: TownInventory, leak: pl.DataFrame) -> None:
    found = matched(keys_of(leak), listed, SETTINGS)

    persons = found.decided.posteriors.group_by("row").agg(pl.col("probability").sum())
    rows = found.decided.rows.with_columns(row=pl.col("leak_row") - 1)
    whole = rows.join(persons.rename({"probability": "any"}), on="row", how="left").select(
        pl.col("any").fill_null(0) + pl.col("p_household") + pl.col("p_none")
    )
    assert whole.to_series().is_between(0.95, 1 + 1e-9).all()


def test_the_order_of_the_leaked_rows_changes_nothing(
    listed: TownInventory, leak: pl.DataFrame
) -> None:
    turned = leak.reverse()
    fit = matched(keys_of(leak), listed, SETTINGS).fit
    first = matched(keys_of(leak), listed, SETTINGS, fit).decided.rows
    second = matched(keys_of(turned), listed, SETTINGS, fit).decided.rows.reverse()

    assert first["verdict"].to_list() == second["verdict"].to_list()
    assert first["person"].to_list() == second["person"].to_list()


def test_decoys_are_found_to_be_nobody(listed: TownInventory, leak: pl.DataFrame) -> None:
    keys = keys_of(leak)
    real = matched(keys, listed, SETTINGS)
    shares = (real.decided.share_in, real.decided.share_household)
    for kind, most in ((Decoy.INDEPENDENT, 0.002), (Decoy.HOUSEHOLD, 0.02)):
        made = decoys(keys, kind, draws=2, rows=1_000, seed=3)
        rows = matched(made, listed, SETTINGS, real.fit, shares).decided.rows
        assert (rows["verdict"] == "person").mean() <= most


def test_a_leak_that_shares_no_key_with_any_record_is_refused(listed: TownInventory) -> None:
    nobody = pl.DataFrame({"name": ["存在 しない"], "phone": ["0120000001"]})
    with pytest.raises(EvidenceError, match="shares a key"):
        matched(keys_of(nobody), listed, SETTINGS)


def test_blocking_reaches_all_but_few_true_pairs(listed: TownInventory, leak: pl.DataFrame) -> None:
    found = matched(keys_of(leak), listed, SETTINGS)

    assert 0.97 < found.blocking_recall <= 1.0
    assert np.all(np.diff(found.compared.row.astype(np.int64)) >= 0)
