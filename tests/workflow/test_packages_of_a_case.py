"""Packages, `why` and `--reveal` of a whole case: each party its own, each record one that left."""

from __future__ import annotations

import csv
import hashlib
import shutil
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from breachscope.errors import ConfigError
from breachscope.workflow.package_names import folder_names
from golden import golden_case
from golden.command import Done, breachscope, written

if TYPE_CHECKING:
    from pathlib import Path

PARTIES = "party_id,name,sector,contact\nP1,みどり,private,\nP2,あさひ,private,\n"
LISTS = """\
list_id,party_id,uploaded_at,rows,version_id,bytes
L1,P1,2014-04-01 09:00:00,3,V1,
L1,P1,2014-06-01 09:00:00,3,V2,
L2,P1,2014-06-01 09:00:00,1,V3,777
L3,P2,2014-04-01 09:00:00,2,V4,
"""
V1 = "name,phone,email\n青木 一,090-0000-0001,old@a.example\n井上 二,090-0000-0002,\n"
V2 = "name,phone,email\n青木 一,090-0000-0001,new@a.example\n井上 二,090-0000-0002,\n"
V3 = "name,phone,email\n井上 二,090-0000-0002,file@a.example\n"
DOWNLOADS = """\
download_id,at,account,host,version_id,rows,row_from,row_to,status
P1,2014-05-07 10:00:00,opsadm,PC1,V1,2,1,2,ok
"""
FILES = "file_id,bytes,modified_at,rows\nF0,5,2014-07-01 10:00:00,\nF1,777,2014-07-01 10:04:00,1\n"


def taken_in(case: Path, kind: str, text: str, name: str, *more: object) -> None:
    path = written(case.parent / "evidence" / name, text, "utf-8")
    golden_case.done(breachscope("add", "--case", case, "--as", kind, *more, path))


def ran(case: Path) -> Path:
    golden_case.done(breachscope("run", "--case", case))
    return case


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    golden_case.done(breachscope("init", tmp_path / "case"))
    return tmp_path / "case"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One download of V1, one seized file that is V3, of P1."""
    case = tmp_path_factory.mktemp("whole") / "case"
    golden_case.done(breachscope("init", case))
    taken_in(case, "parties", PARTIES, "parties.csv")
    taken_in(case, "lists", LISTS, "lists.csv")
    for version, text in (("V1", V1), ("V2", V2), ("V3", V3)):
        taken_in(case, "records", text, f"{version}.csv", "--version", version)
    taken_in(case, "downloads", DOWNLOADS, "downloads.csv")
    taken_in(case, "files", FILES, "files.csv")
    return ran(case)


@pytest.fixture
def packed(whole: Path, tmp_path: Path) -> Path:
    case = golden_case.copied(whole, tmp_path / "copy")
    golden_case.done(breachscope("package", "--case", case))
    return case


def packages(case: Path) -> Path:
    return case / "reports" / "0001" / "packages"


def listed(folder: Path) -> dict[str, dict[str, str]]:
    """The affected people of a package by name."""
    text = (folder / "data" / "affected_people.csv").read_text("utf-8-sig")
    return {row["name"]: row for row in csv.DictReader(text.splitlines())}


def checked(case: Path) -> Done:
    return breachscope("package", "--check", "--case", case)


def resealed(folder: Path) -> None:
    """Change a table, and make manifest and sums agree with it again."""
    old, new = _changed(folder / "data/extractions.csv", "opsadm", "nobody")
    was, now = _changed(folder / "data/manifest.json", old, new)
    _changed(folder / "manifest-sha256.txt", old, new)
    _changed(folder / "manifest-sha256.txt", was, now)


def _changed(path: Path, this: str, that: str) -> tuple[str, str]:
    before = path.read_bytes()
    after = before.replace(this.encode(), that.encode())
    assert after != before
    path.write_bytes(after)
    return hashlib.sha256(before).hexdigest(), hashlib.sha256(after).hexdigest()


# ------------------------------------------------------------------ one folder a party


def test_parties_whose_ids_differ_in_one_forbidden_character_have_folders_of_their_own() -> None:
    names = folder_names(["PARTY1/2", "PARTY1:2", "PARTY1_2"])
    assert len({name.casefold() for name in names.values()}) == 3


def test_parties_whose_ids_differ_in_case_alone_have_folders_of_their_own() -> None:
    names = folder_names(["abc", "ABC"])
    assert names["abc"].casefold() != names["ABC"].casefold()


def test_a_party_named_like_the_folder_above_stays_inside() -> None:
    assert not {".", "..", ""} & set(folder_names([".", "..", "a"]).values())


def test_an_ordinary_id_is_the_folders_name() -> None:
    assert folder_names(["P1", "P-2"]) == {"P1": "P1", "P-2": "P-2"}


def test_two_parties_that_would_share_a_folder_all_the_same_are_refused() -> None:
    taken = folder_names(["a/b"])["a/b"]
    with pytest.raises(ConfigError, match="one folder"):
        folder_names(["a/b", taken])


# ------------------------------------------------------------------ packages and the ledger


def test_a_package_left_alone_must_be_the_one_that_was_written(packed: Path) -> None:
    resealed(packages(packed) / "P1")
    again = breachscope("package", "--case", packed)
    assert again.code == 4
    assert "P1" in again.err


def test_a_package_of_another_party_in_its_place_is_not_left_alone(packed: Path) -> None:
    shutil.copytree(packages(packed) / "P1", packages(packed) / "P2")
    golden_case.done(breachscope("package", "P2", "--case", packed))
    assert '"party_id": "P2"' in (packages(packed) / "P2" / "data" / "manifest.json").read_text(
        "utf-8"
    )


def test_a_check_compares_each_package_with_the_ledger(packed: Path) -> None:
    golden_case.done(checked(packed))
    resealed(packages(packed) / "P1")
    result = checked(packed)
    assert result.code == 5
    assert "ledger" in result.out


def test_a_check_misses_a_package_that_is_gone(packed: Path) -> None:
    shutil.rmtree(packages(packed) / "P1")
    assert checked(packed).code == 5


def test_a_check_names_a_package_nobody_wrote(packed: Path) -> None:
    shutil.copytree(packages(packed) / "P1", packages(packed) / "P2")
    result = checked(packed)
    assert result.code == 5
    assert "P2: the ledger does not tell of this package" in result.out


def test_a_package_of_a_stopped_command_is_written_again(whole: Path, tmp_path: Path) -> None:
    case = golden_case.copied(whole, tmp_path / "copy")
    (packages(case) / "P1").mkdir(parents=True)
    golden_case.done(breachscope("package", "--case", case))
    golden_case.done(checked(case))


# ------------------------------------------------------------------ records that really left


def test_each_person_is_shown_with_the_record_that_left(packed: Path) -> None:
    people = listed(packages(packed) / "P1")
    assert people["青木 一"]["email"] == "old@a.example"
    assert people["青木 一"]["versions"] == "V1"


def test_a_seized_file_without_a_download_shows_its_own_versions_record(packed: Path) -> None:
    person = listed(packages(packed) / "P1")["井上 二"]
    assert person["tier"] == "confirmed"
    assert person["email"] == "file@a.example"
    assert person["versions"] == "V1;V3"


def test_the_contact_is_that_of_the_runs_own_evidence(packed: Path) -> None:
    later = "party_id,name,sector,contact\nP1,みどり,private,後から届いた窓口\n"
    taken_in(packed, "parties", later, "later.csv")
    shutil.rmtree(packages(packed) / "P1")
    golden_case.done(breachscope("package", "--case", packed))
    texts = [path.read_text("utf-8") for path in (packages(packed) / "P1" / "data").glob("*.txt")]
    assert not any("後から届いた窓口" in text for text in texts)


# ------------------------------------------------------------------ why, show


def steps(case: Path, subject: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = breachscope("why", subject, "--case", case, "--json").json()[
        "steps"
    ]
    return found


def test_why_names_the_line_of_a_seized_file_no_download_fits(whole: Path) -> None:
    scope = pl.read_parquet(whole / "runs" / "0001" / "scope.parquet")
    (person,) = scope.filter(pl.col("event_id") == "FILE:F1")["person_key"].to_list()
    for subject in (person, "P1", "FILE:F1"):
        (ground,) = [step for step in steps(whole, subject) if step["what"] == "ground"]
        assert (ground["file"], ground["line"]) == ("files.csv", 3)


def test_why_tells_a_download_from_a_party_of_the_same_id(whole: Path) -> None:
    assert steps(whole, "P1")[0]["what"] == "figure"
    assert steps(whole, "party:P1")[0]["what"] == "figure"
    assert steps(whole, "party:P1:confirmed:high") == steps(whole, "P1:confirmed:high")
    assert steps(whole, "event:P1")[0]["what"] == "download"
    assert breachscope("why", "event:P2", "--case", whole).code == 2


def test_what_a_run_lacked_is_not_filled_in_by_later_evidence(packed: Path) -> None:
    media = "at,host,action,serial,registered\n2014-05-07 10:30:00,PC1,connect,U1,false\n"
    show = ("show", "coverage", "--run", "1", "--case", packed, "--json")
    before = breachscope(*show).json()["expected_missing"]
    taken_in(packed, "media", media, "media.csv")
    assert breachscope(*show).json()["expected_missing"] == before


# ------------------------------------------------------------------ one file, several versions

TWO_PARTIES = """\
version_id,row_no,name,phone
V1,1,青木 一,090-0000-0001
V1,2,井上 二,090-0000-0002
V4,1,佐藤 三,090-0000-0003
V4,2,鈴木 四,090-0000-0004
"""
BOTH = """\
at,account,host,version_id,rows,status
2014-05-07 10:00:00,opsadm,PC1,V1,3,ok
2014-05-07 10:05:00,opsadm,PC1,V4,2,ok
"""


@pytest.fixture
def together(begun: Path) -> Path:
    """The records of two parties in one file, each party's rows numbered from 1."""
    taken_in(begun, "parties", PARTIES, "parties.csv")
    taken_in(begun, "lists", LISTS, "lists.csv")
    taken_in(begun, "records", TWO_PARTIES, "records.csv")
    taken_in(begun, "downloads", BOTH, "downloads.csv")
    return ran(begun)


def test_a_person_revealed_is_never_another_partys(together: Path) -> None:
    for key in _keys(together, "P2"):
        words = ("--party", "P2", "--reveal", key, "--case", together, "--json")
        records = breachscope("show", "people", *words).json()["records"]
        assert [row["version_id"] for row in records] == ["V4"]


def test_why_of_a_person_points_at_the_line_of_their_own_version(together: Path) -> None:
    lines = {
        step["line"]
        for key in _keys(together, "P2")
        for step in steps(together, key)
        if step["what"] == "record"
    }
    assert lines == {4, 5}


def test_a_package_holds_the_rows_of_its_own_version_alone(together: Path) -> None:
    golden_case.done(breachscope("package", "--case", together))
    assert set(listed(packages(together) / "P2")) == {"佐藤 三", "鈴木 四"}
    golden_case.done(checked(together))


def _keys(case: Path, party: str) -> list[str]:
    scope = pl.read_parquet(case / "runs" / "0001" / "scope.parquet")
    return scope.filter(pl.col("party_id") == party)["person_key"].to_list()
