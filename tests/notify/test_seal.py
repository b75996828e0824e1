from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from notify_cases import TEMPLATES, package, scope

from breachscope.notify.packages import write_package
from breachscope.notify.seal import NAMESPACE, SUMS, check
from breachscope.sealing import sshsig

if TYPE_CHECKING:
    from pathlib import Path

OWN = scope(("P1", "k1"), ("P1", "k2"), ("P1", "k3"), ("P2", "k9"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_package(tmp_path / "P1", package(), TEMPLATES)
    return tmp_path / "P1"


def test_a_package_as_written_has_nothing_wrong(folder: Path) -> None:
    assert check(folder, OWN) == []


def test_the_sums_are_such_as_sha256sum_reads(folder: Path) -> None:
    done = subprocess.run(["sha256sum", "-c", "--strict", "--quiet", SUMS], cwd=folder, check=False)

    assert done.returncode == 0


def test_a_changed_file_is_named(folder: Path) -> None:
    with (folder / "data/counts.json").open("ab") as file:
        file.write(b" ")

    assert check(folder) == ["data/counts.json: changed since it was sealed"]


def test_an_extra_file_is_named(folder: Path) -> None:
    (folder / "more.csv").write_text("x")

    assert check(folder) == ["more.csv: not in the manifest"]


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "data/README.txt").unlink()

    assert check(folder) == ["data/README.txt: missing"]


def test_a_file_replaced_by_a_link_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / "data/README.txt").rename(tmp_path / "elsewhere")
    (folder / "data/README.txt").symlink_to(tmp_path / "elsewhere")

    assert check(folder) == ["data/README.txt: is a link"]


def summed(folder: Path, sums: str, *names: str) -> None:
    done = subprocess.run(
        ["sha256sum", *names], cwd=folder, check=True, capture_output=True, text=True
    )
    (folder / sums).write_text(done.stdout)


def test_sums_made_again_do_not_hide_a_change_from_the_manifest(folder: Path) -> None:
    (folder / "data/counts.csv").write_text("other")
    summed(folder, SUMS, *(f"data/{p.name}" for p in (folder / "data").iterdir()))
    summed(folder, "tagmanifest-sha256.txt", "bagit.txt", "bag-info.txt", SUMS)

    assert check(folder) == ["data/counts.csv: manifest.json and manifest-sha256.txt do not agree"]


def test_a_package_is_a_bag_that_the_library_of_congress_tool_accepts(folder: Path) -> None:
    import bagit

    assert bagit.Bag(str(folder)).is_valid()


def test_a_signed_package_is_accepted_by_ssh_keygen_and_not_once_its_manifest_changed(
    tmp_path: Path,
) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    (tmp_path / "signers").write_text(f"office {key.with_suffix('.pub').read_text()}")
    private = sshsig.load_key(key, lambda: None)
    write_package(
        tmp_path / "P1", package(), TEMPLATES, lambda told: sshsig.sign(private, told, NAMESPACE)
    )
    folder = tmp_path / "P1"
    verify = ["ssh-keygen", "-Y", "verify", "-f", "../signers", "-I", "office", "-n", NAMESPACE,
              "-s", f"{SUMS}.sig"]  # fmt: skip

    def verified() -> int:
        told = (folder / SUMS).read_bytes()
        done = subprocess.run(verify, cwd=folder, input=told, capture_output=True, check=False)
        return done.returncode

    assert verified() == 0
    assert check(folder, OWN) == []
    with (folder / SUMS).open("ab") as file:
        file.write(b"\n")
    assert verified() != 0


def test_a_package_without_its_sums_is_not_readable(folder: Path) -> None:
    (folder / SUMS).unlink()

    assert check(folder) == ["manifest.json or manifest-sha256.txt: missing or not readable"]


def test_a_person_who_is_another_partys_is_caught(folder: Path) -> None:
    found = check(folder, scope(("P1", "k1"), ("P1", "k2"), ("P2", "k3")))

    assert found == ["affected_people.csv: 1 persons are not this party's in the run"]


def test_a_row_of_another_party_is_caught(folder: Path) -> None:
    path = folder / "data/extractions.csv"
    path.write_bytes(path.read_bytes().replace(b'"P1","D3"', b'"P2","D3"'))

    assert "extractions.csv: has rows of another party" in check(folder)


def test_the_manifest_says_whose_package_of_which_run_it_is(folder: Path) -> None:
    manifest = json.loads((folder / "data/manifest.json").read_text(encoding="utf-8"))

    assert manifest["draft"] is True
    assert (manifest["party_id"], manifest["run"], manifest["persons_listed"]) == ("P1", 3, 3)
