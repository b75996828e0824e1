from __future__ import annotations

import gzip
import hashlib
import io
import time
import tomllib
import zipfile
from typing import TYPE_CHECKING

import polars as pl
import pytest
import zstandard

from breachscope.errors import ConfigError
from breachscope.exercise import ExercisePaths, write_exercise
from breachscope.schema import Kind

if TYPE_CHECKING:
    from pathlib import Path


def table(paths: ExercisePaths, name: str) -> pl.DataFrame:
    return pl.read_parquet(paths.truth / f"{name}.parquet")


def manifest(paths: ExercisePaths) -> pl.DataFrame:
    return pl.read_csv(paths.manifest, infer_schema=False)


def plain(path: Path) -> bytes:
    """The text's bytes, out of whatever container."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    if path.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.read(archive.namelist()[0])
    return data


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def physical_lines(data: bytes) -> int:
    if data[:2] == b"\xff\xfe":
        return data.decode("utf-16").count("\n")
    return data.count(b"\n")


def test_the_same_seed_gives_the_same_bytes(tiny: ExercisePaths, tmp_path: Path) -> None:
    again = write_exercise(tmp_path / "again", "tiny", 7)

    assert digests(again.root) == digests(tiny.root)


def test_another_seed_gives_another_case(tiny: ExercisePaths, tmp_path: Path) -> None:
    other = digests(write_exercise(tmp_path / "other", "tiny", 8).root)

    assert other["evidence/parties.csv"] != digests(tiny.root)["evidence/parties.csv"]


def test_a_tiny_case_takes_seconds(tmp_path: Path) -> None:
    start = time.process_time()

    write_exercise(tmp_path / "quick", "tiny", 1)

    assert time.process_time() - start < 12


def test_every_kind_but_timelines_is_handed_over(tiny: ExercisePaths) -> None:
    kinds = {str(kind) for kind in Kind} - {"timeline"}

    assert set(manifest(tiny)["kind"].unique()) == kinds


def test_the_manifest_names_every_file_with_its_hash(tiny: ExercisePaths) -> None:
    there = {
        name: digest
        for name, digest in digests(tiny.evidence).items()
        if name != "manifest.csv" and not name.startswith("mappings/")
    }

    assert dict(manifest(tiny).select("file", "sha256").iter_rows()) == there


def test_each_line_of_each_file_is_header_taken_quarantined_or_skipped(
    tiny: ExercisePaths,
) -> None:
    for row in table(tiny, "files").iter_rows(named=True):
        told = row["headers"] + row["taken"] + row["quarantined"] + row["skipped"]
        assert row["lines"] == told, row["file"]
        if not row["file"].endswith(".xlsx"):
            assert physical_lines(plain(tiny.evidence / row["file"])) == told, row["file"]


def test_every_logged_download_has_a_line_of_its_own(tiny: ExercisePaths) -> None:
    logged = table(tiny, "downloads").filter(pl.col("line").is_not_null())
    aside = table(tiny, "set_aside").select("file", "line")

    assert not logged.select("file", "line").is_duplicated().any()
    assert logged.join(aside, on=["file", "line"], how="inner").is_empty()


def test_the_line_of_a_download_says_who_and_when(tiny: ExercisePaths) -> None:
    logged = table(tiny, "downloads").filter(pl.col("event_id").is_not_null())
    for file, line, event in logged.select("file", "line", "event_id").head(50).iter_rows():
        text = (tiny.evidence / file).read_bytes().decode("cp932").split("\r\n")[line - 1]
        assert text.startswith(event)


def test_the_truth_has_a_person_for_every_row_of_every_version(tiny: ExercisePaths) -> None:
    records = pl.scan_parquet(tiny.truth / "records" / "*.parquet")
    found = records.group_by("version_id").agg(
        n=pl.len().cast(pl.Int64), last=pl.col("row_no").max()
    )
    joined = table(tiny, "versions").join(found.collect(), on="version_id", validate="1:1")

    assert len(joined) == len(table(tiny, "versions"))
    assert (joined["n"] == joined["rows_true"]).all()
    assert (joined["last"] == joined["n"]).all()


def test_kept_originals_have_the_size_and_hash_of_the_upload(tiny: ExercisePaths) -> None:
    kept = table(tiny, "versions").filter(pl.col("original_kept"))

    assert len(kept) > 100
    for file, size, digest in kept.select("file", "bytes", "sha256").iter_rows():
        data = (tiny.evidence / file).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (size, digest)


def test_rows_sent_by_a_broken_transfer_lie_within_the_bytes_logged(tiny: ExercisePaths) -> None:
    versions = table(tiny, "versions").filter("original_kept").select("version_id", "bytes")
    sent = table(tiny, "downloads").filter(pl.col("outcome") == "partial_bytes", "exact_known")
    joined = sent.join(versions, on="version_id", validate="m:1")

    assert len(joined) > 0
    assert (joined["first_row"] == 1).all()


def test_sixty_nine_parties_are_very_unequal(tiny: ExercisePaths) -> None:
    records = pl.scan_parquet(tiny.truth / "records" / "*.parquet")
    sizes = records.group_by("party_id").agg(n=pl.col("person").n_unique()).collect()["n"]

    assert len(sizes) == 69
    assert sizes.max() > 900
    assert sizes.min() < 20


def test_the_shared_account_is_used_by_thief_and_others_alike(tiny: ExercisePaths) -> None:
    admin = table(tiny, "downloads").filter("in_inquiry")

    assert admin["account"].str.to_lowercase().unique().to_list() == ["pds-admin"]
    assert admin["person_id"].n_unique() > 2
    assert admin.filter("carried_out")["person_id"].unique().to_list() == ["BS-0103"]


def test_acts_are_at_least_twenty_five_by_both_routes(tiny: ExercisePaths) -> None:
    acts = table(tiny, "acts")

    assert len(acts) >= 25
    assert acts["via_remote"].any()
    assert not acts["via_remote"].all()


def test_some_downloads_left_no_line(tiny: ExercisePaths) -> None:
    silent = table(tiny, "downloads").filter(pl.col("line").is_null())

    assert silent.filter("carried_out").height > 0
    assert table(tiny, "gaps").filter(pl.col("what") == "lost")["unlogged"].sum() == len(silent)


def test_equal_lines_of_one_log_are_events_of_their_own(tiny: ExercisePaths) -> None:
    logged = table(tiny, "downloads").filter(pl.col("line").is_not_null())
    names = ("file", "at_utc", "account", "host", "list_id", "rows_sent", "outcome")

    twice = logged.filter(logged.select(names).is_duplicated())
    assert twice["line"].n_unique() >= 2
    for (file, *_), pair in twice.group_by(names):
        lines = (tiny.evidence / str(file)).read_bytes().split(b"\r\n")
        assert len({lines[line - 1] for line in pair["line"]}) == 1


def test_the_altered_copy_lacks_lines_of_the_original(tiny: ExercisePaths) -> None:
    changes = table(tiny, "tampering")
    original, copy = changes["file"][0], changes["copy"][0]
    lines = [(tiny.evidence / file).read_bytes().split(b"\r\n") for file in (original, copy)]

    missing = changes.filter(pl.col("change") == "missing")["line"].to_list()
    assert all(lines[0][line - 1] not in lines[1] for line in missing)
    broken = table(tiny, "set_aside").filter(pl.col("file") == original).height
    assert len(lines[0]) - broken - len(missing) == len(lines[1])


def test_the_copy_was_acquired_before_the_original(tiny: ExercisePaths) -> None:
    copy = manifest(tiny).filter(pl.col("copy_of").is_not_null())
    original = manifest(tiny).filter(pl.col("file") == copy["copy_of"][0])

    assert copy["acquired_at"][0].startswith("2022-06-10")
    assert original["acquired_at"][0].startswith("2023-09")


def test_one_clock_runs_backwards_once(tiny: ExercisePaths) -> None:
    step = table(tiny, "gaps").filter(pl.col("what") == "clock")

    assert len(step) == 1
    assert step["kind"][0] == "logins"


def test_a_mandate_names_the_account_and_the_days(tiny: ExercisePaths) -> None:
    mandate = tomllib.loads(tiny.mandate.read_text(encoding="utf-8"))

    assert mandate["focus"]["accounts"] == ["pds-admin"]
    assert mandate["zone"] == "Asia/Tokyo"
    assert mandate["organisations"]["ORG-MAINT"]["sector"] == "private"


def test_an_order_that_came_late_authorises_nothing(tiny: ExercisePaths) -> None:
    downloads = table(tiny, "downloads")

    assert downloads.filter("authorised_before", pl.col("purpose") == "theft").height >= 1
    assert downloads.filter(~pl.col("authorised_before"), pl.col("purpose") == "maintenance").height


def test_one_person_stands_in_several_parties_and_versions(tiny: ExercisePaths) -> None:
    records = pl.scan_parquet(tiny.truth / "records" / "*.parquet").collect()

    parties = records.group_by("person").agg(pl.col("party_id").n_unique())["party_id"]
    assert (parties > 1).sum() > 50
    assert records["person"].value_counts()["count"].max() > 4


def test_an_exercise_never_overwrites_another(tiny: ExercisePaths) -> None:
    with pytest.raises(ConfigError, match="already there"):
        write_exercise(tiny.root, "tiny", 7)


def test_an_unknown_scale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no scale called"):
        write_exercise(tmp_path / "x", "huge", 7)  # type: ignore[arg-type]
