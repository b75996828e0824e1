from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from breachscope.exercise import world
from breachscope.exercise.population import codes
from breachscope.exercise.recipes import KINDS
from breachscope.exercise.scales import SCALES
from breachscope.exercise.tables import GIVEN
from breachscope.schema import Kind
from breachscope.workflow import demonstrating, intake, requests, start
from breachscope.workflow.context import opened

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.exercise import ExercisePaths


def table(paths: ExercisePaths, name: str) -> pl.DataFrame:
    return pl.read_parquet(paths.truth / f"{name}.parquet")


def records(paths: ExercisePaths) -> pl.DataFrame:
    return pl.read_parquet(paths.truth / "records" / "*.parquet")


def rows(paths: ExercisePaths) -> pl.DataFrame:
    return pl.concat(
        pl.read_parquet(path).with_columns(leak_id=pl.lit(path.stem))
        for path in sorted((paths.truth / "leak_rows").iterdir())
    )


def of_kind(paths: ExercisePaths, *kinds: str) -> pl.DataFrame:
    leaks = table(paths, "leaks").filter(pl.col("kind").is_in(kinds))
    return rows(paths).join(leaks, on="leak_id", how="inner", suffix="_of_leak")


def text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


def take_in(paths: ExercisePaths, case: Path) -> dict[str, tuple[int, int, int]]:
    """Taken, quarantined and skipped rows of every leak, as `add --manifest` counts them."""
    start.init(case, **demonstrating.mandate(paths.mandate), command=())
    asked = [one for one in requests.manifest(paths.manifest) if one.kind is Kind.LEAK]
    outcomes = intake.add(opened(case), asked, command=(), quiet=True)
    items = [outcome.item for outcome in outcomes if outcome.item]
    return {
        str(item.options.leak): (item.rows_taken, item.rows_quarantined, item.rows_skipped)
        for item in items
    }


def test_a_small_case_has_every_kind_of_leak(small: ExercisePaths) -> None:
    assert Counter(table(small, "leaks")["kind"]) == Counter(KINDS[:16])
    assert set(KINDS[:16]) == set(KINDS)


def test_a_tiny_case_has_a_handful(tiny: ExercisePaths) -> None:
    assert sorted(table(tiny, "leaks")["kind"]) == sorted(KINDS[:6])


@pytest.mark.parametrize("scale", ["tiny", "small"])
def test_every_row_of_every_leak_is_taken_in(
    scale: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    paths: ExercisePaths = request.getfixturevalue(scale)
    files = table(paths, "files").filter(pl.col("kind") == "leak")
    told = files.join(table(paths, "leaks"), on="file", validate="1:1")

    taken = take_in(paths, tmp_path / "case")

    assert taken == {
        leak: (count, quarantined, skipped)
        for leak, count, quarantined, skipped in told.select(
            "leak_id", "rows", "quarantined", "skipped"
        ).iter_rows()
    }
    assert files["quarantined"].sum() == 0


def test_there_is_a_truth_for_every_row(small: ExercisePaths) -> None:
    counted = rows(small).group_by("leak_id").agg(n=pl.len(), last=pl.col("leak_row").max())
    joined = table(small, "leaks").join(counted, on="leak_id", validate="1:1")

    assert len(joined) == 16
    assert (joined["rows"] == joined["n"]).all()
    assert (joined["rows"] == joined["last"]).all()


def test_the_parts_are_the_rows_that_came_from_somewhere(small: ExercisePaths) -> None:
    by = ["leak_id", "party_id", "version_id"]
    counted = rows(small).drop_nulls("version_id").group_by(by).agg(rows=pl.len().cast(pl.Int64))

    assert counted.sort(by).equals(table(small, "leak_parts").select(*by, "rows").sort(by))


def test_a_stolen_row_is_about_who_stands_in_that_row_of_the_version(small: ExercisePaths) -> None:
    stolen = rows(small).drop_nulls("version_id")
    joined = stolen.join(
        records(small), on=["party_id", "version_id", "row_no"], how="left", suffix="_there",
        validate="m:1",
    )  # fmt: skip

    assert len(stolen) > 3_000
    assert (joined["person"] == joined["person_there"]).all()


def test_a_row_bears_the_name_of_whom_it_is_about(small: ExercisePaths) -> None:
    files = table(small, "files").filter(
        pl.col("kind") == "leak", ~pl.col("file").str.ends_with("x")
    )
    leaks = table(small, "leaks").join(files, on="file", suffix="_there")
    everyone = world.build(5, SCALES["small"])
    for leak, file, headers, count in leaks.select(
        "leak_id", "file", "headers", "rows"
    ).iter_rows():
        lines = [line for line in text(small.evidence / file).splitlines() if "合計" not in line]
        true = rows(small).filter(pl.col("leak_id") == leak).drop_nulls("person")
        persons = codes(true["person"].to_numpy().astype(np.uint64), everyone)
        data = lines[len(lines) - count :]
        named = [
            GIVEN[given] in data[row - 1].replace("　", "").replace(" ", "")
            for given, row in zip(persons.given, true["leak_row"], strict=True)
        ]
        assert len(lines) in (count + headers, count + headers + 1)
        assert sum(named) >= 0.9 * len(named), file


def test_only_rows_that_truly_left_are_sold_and_only_afterwards(small: ExercisePaths) -> None:
    removals = table(small, "downloads").filter("carried_out")
    parts = table(small, "leak_parts").join(table(small, "leaks"), on="leak_id", suffix="_leak")
    known = parts.join(
        removals.select("version_id", "at_utc", "first_row", "last_row"),
        on=["version_id", "at_utc"],
    )
    within = rows(small).drop_nulls("version_id").join(known, on=["leak_id", "version_id"])

    assert known.select("leak_id", "version_id").n_unique() == len(parts)
    assert within["row_no"].is_between(within["first_row"], within["last_row"]).all()
    assert (known["at_utc"].dt.date() < known["made_at"]).all()
    assert (known["made_at"] < known["found_at"]).all()


def test_a_broken_transfer_gives_only_its_beginning(small: ExercisePaths) -> None:
    broken = table(small, "downloads").filter(
        "carried_out", pl.col("outcome").str.starts_with("partial")
    )

    assert len(broken) > 0
    assert (broken["first_row"] == 1).all()


def test_a_list_handed_on_whole_has_the_lines_of_the_upload(small: ExercisePaths) -> None:
    whole = table(small, "leaks").filter(pl.col("kind") == "whole")
    parts = table(small, "leak_parts").join(table(small, "versions"), on="version_id")
    for leak, file, count in whole.select("leak_id", "file", "rows").iter_rows():
        upload = parts.filter(pl.col("leak_id") == leak)["file_right"].item()
        lines = text(small.evidence / file).split()
        assert set(lines) <= set(text(small.evidence / upload).split())
        assert len(text(small.evidence / file).splitlines()) > count


def test_a_lost_list_can_be_told_only_by_another_version_of_it(small: ExercisePaths) -> None:
    versions = table(small, "versions")
    kept = versions.filter("content_kept")["list_id"].unique()
    parts = table(small, "leak_parts").join(versions, on="version_id", validate="m:1")
    lost = parts.join(table(small, "leaks"), on="leak_id", suffix="_of_leak").filter(
        pl.col("kind") == "lost"
    )

    assert not lost["content_kept"].any()
    assert set(lost["determinable"]) == {True, False}
    assert (parts["determinable"] == parts["list_id"].is_in(kept.implode())).all()


def test_a_mixture_has_four_parties_and_strangers(small: ExercisePaths) -> None:
    mixtures = of_kind(small, "mixture").group_by("leak_id").agg(
        parties=pl.col("party_id").drop_nulls().n_unique(),
        outside=pl.col("kind").is_in(["outsider", "relative"]).mean(),
    )  # fmt: skip

    assert mixtures["parties"].to_list() == [4, 4]
    assert mixtures["outside"].is_between(0.08, 0.4).all()


def test_what_merges_versions_has_one_party(small: ExercisePaths) -> None:
    merged = of_kind(small, "merged")

    assert merged["party_id"].n_unique() == 1
    assert merged["version_id"].n_unique() > 1


def test_outsiders_are_unknown_and_relatives_live_with_the_listed(small: ExercisePaths) -> None:
    outside = of_kind(small, "nowhere")
    people = table(small, "people_truth")
    listed = people.join(records(small), on="person", how="semi")
    kin = outside.filter(pl.col("kind") == "relative").join(people, on="person", validate="m:1")

    assert outside.filter(pl.col("kind") == "outsider")["person"].is_null().all()
    assert 0.2 < len(kin) / len(outside) < 0.4
    assert kin.join(listed, on="person", how="semi").is_empty()
    assert kin.join(listed, on="household", how="anti").is_empty()
    assert outside["version_id"].is_null().all()


def test_shared_customers_stand_with_two_parties_and_came_from_neither(
    small: ExercisePaths,
) -> None:
    shared = of_kind(small, "shared").filter(pl.col("kind") == "member")
    known = records(small).unique(["person", "party_id"])
    everyone = shared.join(known, on="person", suffix="_there").group_by("party_id_there").len()

    assert shared["version_id"].is_null().all()
    assert everyone.filter(pl.col("len") == len(shared)).height >= 2


def test_poison_is_about_people_of_a_party_nothing_of_which_left(small: ExercisePaths) -> None:
    poisoned = of_kind(small, "poisoned").filter(pl.col("kind") == "poison")
    framed = poisoned["framed_party_id"].unique().item()
    theirs = records(small).filter(pl.col("party_id") == framed)
    removals = table(small, "downloads").filter("carried_out")

    assert len(poisoned) > 5
    assert poisoned.join(theirs, on="person", how="anti").is_empty()
    assert removals.filter(pl.col("party_id") == framed).is_empty()


def test_what_is_resold_was_in_the_leak_before(small: ExercisePaths) -> None:
    again = of_kind(small, "resold")
    same = ["parent_leak_id", "version_id", "row_no", "person"]
    before = rows(small).rename({"leak_id": "parent_leak_id"}).select(same)

    assert len(again) > 10
    assert again.join(before, on=same, how="anti", nulls_equal=True).is_empty()


def test_few_rows_are_ten_to_a_hundred(small: ExercisePaths) -> None:
    few = table(small, "leaks").filter(pl.col("kind") == "few")

    assert few["rows"].is_between(10, 100).all()


def test_what_is_bare_has_three_columns(small: ExercisePaths) -> None:
    file = table(small, "leaks").filter(pl.col("kind") == "bare")["file"].item()
    lines = text(small.evidence / file).splitlines()

    assert len(re.split(r"[,\t]", lines[-1])) <= 5  # with a number and the building apart


def test_leaks_name_no_party_no_list_and_nothing_of_the_truth(small: ExercisePaths) -> None:
    ids = re.compile(r"\b(P\d{3}|L\d{4}|V\d{6}|DL\d+)\b|_person|_kind|_removal")
    for file in table(small, "leaks")["file"]:
        if not file.endswith(".xlsx"):
            assert not ids.search(text(small.evidence / file)), file


def test_the_manifest_says_when_and_from_whom_but_not_what(small: ExercisePaths) -> None:
    manifest = pl.read_csv(small.manifest, infer_schema=False)
    leaks = manifest.filter(pl.col("kind") == "leak")
    joined = leaks.join(table(small, "leaks"), left_on="leak", right_on="leak_id", validate="1:1")
    told = set(leaks.unpivot()["value"].drop_nulls())

    assert len(joined) == 16
    assert (joined["found_at"] == joined["found_at_right"].cast(pl.String)).all()
    assert (joined["found_from"] == joined["found_from_right"]).all()
    assert not any(kind in value for kind in KINDS for value in told)
    assert manifest.filter(pl.col("kind") != "leak")["leak"].is_null().all()


def test_the_number_of_a_leak_does_not_tell_its_kind(
    small: ExercisePaths, tiny: ExercisePaths
) -> None:
    for paths, count in ((small, 16), (tiny, 6)):
        assert table(paths, "leaks").sort("leak_id")["kind"].to_list() != list(KINDS[:count])


def test_leaks_differ_in_form(small: ExercisePaths) -> None:
    files = table(small, "files").filter(pl.col("kind") == "leak")

    assert {file.rsplit(".", 1)[1] for file in files["file"]} >= {"csv", "xlsx"}
    assert set(files["headers"]) == {0, 1}
    assert files["skipped"].sum() > 0
