"""The generator of linkage tasks: the same seed gives the same bytes, and its truth holds."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

BENCH = Path(__file__).parents[2] / "bench" / "linkage"
FILES = ("records", "truth_records", "versions", "leak", "truth_leak")


@pytest.fixture(scope="module", autouse=True)
def modules():
    """The bench's folder on the path, as when one of its scripts runs."""
    before = set(sys.modules)
    sys.path.insert(0, str(BENCH))
    yield
    sys.path.remove(str(BENCH))
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(BENCH)):
            del sys.modules[name]


def generated(folder: Path, name: str = "default", **changes: object) -> dict[str, pl.DataFrame]:
    from tasks import TASKS
    from world import generate

    task = replace(TASKS[name], people=8_000, parties=5, records=2_500, leak_rows=300, **changes)
    generate(task, folder)
    return {file: pl.read_parquet(folder / f"{file}.parquet") for file in FILES}


@pytest.fixture(scope="module")
def made(modules, tmp_path_factory):
    return generated(tmp_path_factory.mktemp("default"))


def test_same_seed_same_bytes(made, tmp_path):
    again = generated(tmp_path / "again")
    other = generated(tmp_path / "other", seed=8)
    for file in FILES:
        assert again[file].equals(made[file]), file
    assert not other["leak"].equals(made["leak"])


def test_records_are_numbered_densely_and_stand_for_a_stretch(made):
    records = made["records"]
    assert records.select("party_id", "distinct").equals(
        made["truth_records"].select("party_id", "distinct")
    )
    for _, rows in records.group_by("party_id"):
        assert rows["distinct"].sort().to_list() == list(range(rows.height))
    assert (records["first_version"] <= records["last_version"]).all()
    assert records["last_version"].max() == 11


def test_version_rows_are_the_records_that_stand(made):
    for party, version, rows in made["versions"].select("party_id", "version", "rows").rows():
        stands = made["records"].filter(
            pl.col("party_id") == party,
            pl.col("first_version") <= version,
            pl.col("last_version") >= version,
        )
        assert stands.height == rows


def test_leaked_rows_come_from_where_the_truth_says(made):
    truth, leak = made["truth_leak"], made["leak"]
    assert truth["leak_row"].equals(leak["leak_row"])
    assert leak["leak_row"].to_list() == list(range(1, leak.height + 1))
    members = truth.filter(pl.col("kind") == "member")
    records = made["records"].join(made["truth_records"], on=["party_id", "distinct"])
    origin = members.join(
        records,
        left_on=["source_party", "source_distinct"],
        right_on=["party_id", "distinct"],
        how="inner",
    )
    assert origin.height == members.height
    assert (origin["person"] == origin["person_right"]).all()
    assert (origin["first_version"] <= origin["source_version"]).all()
    assert (origin["last_version"] >= origin["source_version"]).all()


def test_strangers_are_in_no_list_and_relatives_are_of_a_listed_household(made):
    truth, listed = made["truth_leak"], made["truth_records"]
    outside = truth.filter(pl.col("kind") != "member")
    assert outside["person"].null_count() == outside.height
    homes = listed["household"].unique().implode()
    related = outside.filter(pl.col("household").is_in(homes))
    assert set(related["kind"]) == {"relative"}
    assert set(outside.filter(~pl.col("household").is_in(homes))["kind"]) == {"outsider"}


@pytest.mark.parametrize(
    ("name", "noise"), [("hard", "clerk"), ("null", "broker"), ("nap", "clerk")]
)
def test_every_task_is_made_under_both_models_of_error(name, noise, tmp_path):
    made = generated(tmp_path / noise, name, noise=noise)
    assert made["leak"].height > 200
    if name == "null":
        assert made["truth_leak"]["source_party"].null_count() == made["leak"].height
    if name == "nap":
        assert set(made["leak"].columns) <= {"leak_row", "name", "phone", "address"}


def test_a_nested_party_has_its_people_in_another(tmp_path):
    listed = generated(tmp_path, "nested")["truth_records"]
    outer, inner = (set(listed.filter(pl.col("party_id") == p)["person"]) for p in ("P01", "P05"))
    assert len(inner & outer) > 0.9 * len(inner)


def test_scores_count_rows_and_pairs(made):
    from scores import scores

    truth, listed = made["truth_leak"], made["truth_records"]
    right = truth.join(listed, on="person").select(
        "leak_row", "party_id", "distinct", probability=pl.lit(1.0)
    )
    best = scores(right, truth, listed)[0]
    assert (best.row_precision, best.row_recall, best.pair_precision, best.pair_recall) == (1,) * 4
    stranger = truth.filter(pl.col("kind") != "member").head(1)["leak_row"]
    wrong = right.head(1).with_columns(leak_row=pl.lit(stranger.item(), pl.UInt32))
    worse = scores(pl.concat([right, wrong]), truth, listed)[0]
    assert worse.wrong_rows == worse.wrong_outside == worse.wrong_pairs == 1
