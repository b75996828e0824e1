"""The case as a bag: what other programs make of it."""

from __future__ import annotations

import csv
import shutil
import subprocess
from typing import TYPE_CHECKING

import bagit
import pytest
from test_kills import left_over, small_disk  # noqa: F401
from test_same_bytes import digests

from golden import golden_case
from golden.command import breachscope
from sealing import keys

if TYPE_CHECKING:
    from pathlib import Path


def exported(case: Path, target: Path, *more: object) -> Path:
    golden_case.done(breachscope("export", "--case", case, "--bagit", target, *more))
    return target


def test_the_bag_is_valid_for_bagit_and_sha256sum(golden_copy: Path, tmp_path: Path) -> None:
    bag = exported(golden_copy, tmp_path / "bag")
    assert bagit.Bag(str(bag)).is_valid()
    for sums in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(
            ["sha256sum", "-c", "--strict", "--quiet", sums], cwd=bag, check=False
        )
        assert done.returncode == 0


def test_the_bag_holds_every_evidence_file_the_ledger_and_the_run(
    golden_copy: Path, tmp_path: Path
) -> None:
    bag = exported(golden_copy, tmp_path / "bag")
    items = breachscope("status", "--case", golden_copy, "--json").json()["evidence"]
    with (bag / "data" / "evidence.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["evidence_id"]: row for row in csv.DictReader(file)}
    assert listed.keys() == {item["evidence_id"] for item in items}
    for item in items:
        row = listed[item["evidence_id"]]
        assert row["sha256"] == item["sha256"]
        assert (bag / row["file"]).stat().st_size == item["bytes"]
    tables = {path.name for path in (bag / "data" / "runs" / "0001").iterdir()}
    assert {"counts.parquet", "scope.parquet", "run.json"} <= tables
    assert (bag / "data" / "reports" / "0001" / "report.html").is_file()
    assert (bag / "data" / "evidence" / "ledger.jsonl").is_file()


def test_the_ledger_in_the_bag_is_whole_by_itself(golden_copy: Path, tmp_path: Path) -> None:
    from breachscope.case import ledger

    bag = exported(golden_copy, tmp_path / "bag")
    assert ledger.check(bag / "data" / "evidence" / "ledger.jsonl") == []


def test_the_same_run_gives_the_same_bag_but_for_the_ledger(
    golden_copy: Path, tmp_path: Path
) -> None:
    one, two = (digests(exported(golden_copy, tmp_path / n), "*") for n in ("one", "two"))
    differ = {name for name in one if one[name] != two[name]}
    assert differ == {
        "data/evidence/ledger.jsonl", "data/evidence/ledger.head", "bag-info.txt",
        "manifest-sha256.txt", "tagmanifest-sha256.txt",
    }  # fmt: skip


def test_a_signed_bag_is_accepted_by_ssh_keygen(golden_copy: Path, tmp_path: Path) -> None:
    key = keys.key(tmp_path / "key")
    bag = exported(golden_copy, tmp_path / "bag", "--key", key)
    known = keys.signers(tmp_path / "signers", office=key)
    manifest = (bag / "manifest-sha256.txt").read_bytes()
    signature = bag / "manifest-sha256.txt.sig"
    assert keys.ssh_verify(signature, manifest, known, "office", "breachscope-export")
    assert bagit.Bag(str(bag)).is_valid()


def test_evidence_that_changed_stops_the_export_and_nothing_is_left(
    golden_copy: Path, tmp_path: Path
) -> None:
    evidence = golden_copy.parent / "evidence" / "parties.csv"
    evidence.write_bytes(evidence.read_bytes() + b" ")
    (tmp_path / "out").mkdir()
    told = breachscope("export", "--case", golden_copy, "--bagit", tmp_path / "out" / "bag")
    assert told.code == 4
    assert "parties.csv" in told.err
    assert list((tmp_path / "out").iterdir()) == []


def test_a_table_of_the_run_that_changed_stops_the_export(
    golden_copy: Path, tmp_path: Path
) -> None:
    table = golden_copy / "runs" / "0001" / "counts.parquet"
    content = table.read_bytes()
    table.unlink()
    table.write_bytes(content + b" ")
    told = breachscope("export", "--case", golden_copy, "--bagit", tmp_path / "bag")
    assert told.code == 4
    assert "counts.parquet" in told.err


@pytest.mark.parametrize("where", ["there", "case"])
def test_a_bag_is_never_written_over_something_or_into_the_case(
    golden_copy: Path, tmp_path: Path, where: str
) -> None:
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" if where == "there" else golden_copy / "bag"
    told = breachscope("export", "--case", golden_copy, "--bagit", target)
    assert told.code == 2


def test_a_name_a_manifest_cannot_hold_is_changed_and_listed(tmp_path: Path) -> None:
    case = tmp_path / "case"
    golden_case.done(breachscope("init", case))
    odd = tmp_path / "100%\\of\nparties.csv"
    odd.write_text("party_id,name,sector\nP1,みどり,private\n", encoding="utf-8")
    golden_case.done(breachscope("add", "--case", case, "--as", "parties", odd))
    bag = exported(case, tmp_path / "bag")
    assert bagit.Bag(str(bag)).is_valid()
    assert "100__of_parties.csv" in (bag / "manifest-sha256.txt").read_text("utf-8")


def test_a_full_disk_leaves_no_half_a_bag(
    golden_copy: Path,
    small_disk: Path,  # noqa: F811
) -> None:
    free = shutil.disk_usage(small_disk).free
    (small_disk / "ballast").write_bytes(b"\0" * (free - 16384))
    told = breachscope("export", "--case", golden_copy, "--bagit", small_disk / "bag")
    assert told.code == 1
    assert "No space left" in told.err
    assert [path.name for path in small_disk.iterdir()] == ["ballast"]
    assert left_over(golden_copy) == []
    golden_case.done(breachscope("verify", "--case", golden_copy))
