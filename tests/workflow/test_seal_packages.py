"""Packages sealed for their recipients, opened by the recipients' own tool."""

from __future__ import annotations

import csv
import shutil
import signal
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import package_cases as cases
import pytest
from test_kills import STOPPED, small_disk  # noqa: F401

from golden import golden_case
from golden.command import breachscope
from sealing import keys

if TYPE_CHECKING:
    from pathlib import Path

AGE = shutil.which("age")


@pytest.fixture
def case(two_parties: Path, tmp_path: Path) -> Path:
    return golden_case.copied(two_parties, tmp_path / "copy")


def outgoing(case: Path) -> Path:
    return case / "reports" / "0001" / "outgoing"


def recipients(case: Path, **told: str) -> None:
    settings = case / "case.toml"
    lines = "".join(f'"{party}" = {value}\n' for party, value in told.items())
    text = settings.read_text("utf-8").split("[recipients]")[0]
    settings.write_text(f"{text}[recipients]\n{lines}", encoding="utf-8")


def listed(case: Path) -> dict[str, dict[str, str]]:
    with (outgoing(case) / "recipients.csv").open(encoding="utf-8", newline="") as file:
        return {row["party_id"]: row for row in csv.DictReader(file)}


def x25519(tmp_path: Path, name: str) -> tuple[Path, str]:
    """A private key file as age-keygen writes it, and the public key."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    path = tmp_path / name
    path.write_text(f"{identity}\n")
    return path, str(identity.to_public())


def opened(sealed: Path, private: Path, to: Path) -> Path:
    """The package as the recipient has it, by age and unzip alone."""
    plain = to / "plain.zip"
    if AGE:
        subprocess.run([AGE, "-d", "-i", private, "-o", plain, sealed], check=True)
    else:
        import pyrage

        text = private.read_text()
        identity = (
            pyrage.x25519.Identity.from_str(text.strip())
            if text.startswith("AGE-")
            else pyrage.ssh.Identity.from_buffer(text.encode())
        )
        pyrage.decrypt_file(str(sealed), str(plain), [identity])
    with zipfile.ZipFile(plain) as archive:
        archive.extractall(to)
    return next(path for path in to.iterdir() if path.is_dir())


def test_each_recipient_opens_its_own_package_outside_and_no_other(
    case: Path, tmp_path: Path
) -> None:
    private, public = x25519(tmp_path, "age.key")
    ssh = keys.key(tmp_path / "ssh")
    line = " ".join(ssh.with_suffix(".pub").read_text().split())
    recipients(case, P1=f'"{public}"', P2=f'["{line}"]')
    cases.packed(case)
    for party, own, other in (("P1", private, ssh), ("P2", ssh, private)):
        sealed = outgoing(case) / f"{party}.zip.age"
        assert b"affected_people" not in sealed.read_bytes()
        (tmp_path / party).mkdir()
        package = opened(sealed, own, tmp_path / party)
        assert cases.manifest(package)["party_id"] == party
        done = subprocess.run(
            ["sha256sum", "-c", "--strict", "--quiet", "manifest-sha256.txt"],
            cwd=package,
            check=False,
        )
        assert done.returncode == 0
        golden_case.done(cases.checked(case, package))
        (tmp_path / f"{party}-other").mkdir()
        with pytest.raises(Exception):  # noqa: B017, PT011
            opened(sealed, other, tmp_path / f"{party}-other")


def test_a_recipient_without_a_key_is_listed_and_its_package_lies_open_and_flagged(
    case: Path, tmp_path: Path
) -> None:
    recipients(case, P1=f'"{x25519(tmp_path, "k")[1]}"')
    told = cases.packed(case)
    assert "1 recipients have no key: P2" in told.err
    rows = listed(case)
    assert (rows["P1"]["sealed"], rows["P1"]["file"]) == ("yes", "P1.zip.age")
    assert (rows["P2"]["sealed"], rows["P2"]["file"]) == ("NO", "UNSEALED/P2")
    assert (outgoing(case) / "UNSEALED" / "P2" / "manifest-sha256.txt").is_file()
    assert not (outgoing(case) / "UNSEALED" / "P1").exists()


def test_with_strict_nothing_lies_open_and_the_exit_says_so(case: Path, tmp_path: Path) -> None:
    recipients(case, P1=f'"{x25519(tmp_path, "k")[1]}"')
    told = breachscope("package", "--strict", "--case", case)
    assert told.code == 6
    assert "P2" in told.err
    assert not (outgoing(case) / "UNSEALED").exists()
    assert (outgoing(case) / "P1.zip.age").is_file()
    row = listed(case)["P2"]
    assert (row["sealed"], row["file"], row["package_sha256"]) == ("NO", "", "")


def test_a_key_that_comes_later_seals_what_lay_open(case: Path, tmp_path: Path) -> None:
    cases.packed(case)
    assert (outgoing(case) / "UNSEALED" / "P1").is_dir()
    recipients(case, P1=f'"{x25519(tmp_path, "k")[1]}"', P2=f'"{x25519(tmp_path, "l")[1]}"')
    cases.packed(case, "--strict")
    assert sorted(path.name for path in outgoing(case).iterdir()) == [
        "P1.zip.age", "P2.zip.age", "recipients.csv",
    ]  # fmt: skip


def test_what_is_sealed_stands_until_package_or_key_change(case: Path, tmp_path: Path) -> None:
    recipients(case, P1=f'"{x25519(tmp_path, "k")[1]}"')
    cases.packed(case)
    sealed = outgoing(case) / "P1.zip.age"
    first = sealed.read_bytes()
    cases.packed(case)
    assert sealed.read_bytes() == first
    recipients(case, P1=f'"{x25519(tmp_path, "l")[1]}"')
    cases.packed(case)
    assert sealed.read_bytes() != first


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"P1": '"age1nonsense"'}, "P1: key 1 is not a public key"),
        ({"P1": '"-----BEGIN RSA PRIVATE KEY-----"'}, "P1: key 1 is not a public key"),
        ({"P9": '"age1x"'}, "there is no party P9"),
    ],
)
def test_a_wrong_key_stops_everything_before_anything_is_written(
    case: Path, told: dict[str, str], wanted: str
) -> None:
    recipients(case, **told)
    result = breachscope("package", "--case", case)
    assert result.code == 2
    assert wanted in result.err
    assert "nonsense" not in result.err
    assert not cases.package_of(case, "P1").exists()


def test_two_parties_with_one_key_are_told(case: Path, tmp_path: Path) -> None:
    public = x25519(tmp_path, "k")[1]
    recipients(case, P1=f'"{public}"', P2=f'"{public}"')
    assert "P1, P2 have one key" in cases.packed(case).err


def test_a_sealed_file_that_changed_fails_the_check_and_is_made_again(
    case: Path, tmp_path: Path
) -> None:
    recipients(case, P1=f'"{x25519(tmp_path, "k")[1]}"', P2=f'"{x25519(tmp_path, "l")[1]}"')
    cases.packed(case)
    with (outgoing(case) / "P1.zip.age").open("ab") as file:
        file.write(b"x")
    told = cases.checked(case)
    assert told.code == 5
    assert "outgoing/P1.zip.age: is gone or changed" in told.out
    cases.packed(case)
    golden_case.done(cases.checked(case))


def test_the_same_package_makes_the_same_zip(case: Path, tmp_path: Path) -> None:
    from breachscope.sealing import zips

    cases.packed(case)
    for name in ("one", "two"):
        zips.pack(cases.package_of(case, "P1"), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_kill_while_sealing_leaves_nothing_open_and_the_next_goes_on(
    case: Path, tmp_path: Path
) -> None:
    recipients(case, P1=f'"{x25519(tmp_path, "k")[1]}"', P2=f'"{x25519(tmp_path, "l")[1]}"')
    program = STOPPED.format(module="folder", function="write_text").replace(
        "breachscope.case import folder", "breachscope.sealing import age as folder"
    ).replace("write_text", "encrypt")  # fmt: skip
    told = [sys.executable, "-c", program, "package", "--case", str(case), "1"]
    done = subprocess.run(told, capture_output=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert list(outgoing(case).glob(".tmp-*.zip")), "the kill came too early to tell"
    golden_case.done(breachscope("verify", "--case", case))
    cases.packed(case)
    assert not list((case / "reports").rglob(".tmp-*"))
    golden_case.done(cases.checked(case))


def test_a_full_disk_is_told_and_leaves_nothing_half_sealed(
    two_parties: Path,
    small_disk: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    case = golden_case.copied(two_parties, small_disk / "copy")
    recipients(case, P1=f'"{x25519(tmp_path, "k")[1]}"', P2=f'"{x25519(tmp_path, "l")[1]}"')
    free = shutil.disk_usage(small_disk).free
    (small_disk / "ballast").write_bytes(b"\0" * (free - 65536))
    told = breachscope("package", "--case", case)
    assert told.code == 1
    assert "No space left" in told.err
    (small_disk / "ballast").unlink()
    cases.packed(case)
    golden_case.done(cases.checked(case))
