"""`package --check` from outside: each thing wrong is found, also under a seal made anew."""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING

import package_cases as cases
import pytest

from golden import golden_case
from golden.command import breachscope
from sealing import keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def case(drafted: Path, tmp_path: Path) -> Path:
    return golden_case.copied(drafted, tmp_path / "copy")


@pytest.fixture
def package(case: Path, tmp_path: Path) -> Path:
    """P1's package as somebody outside has it."""
    return shutil.copytree(cases.package_of(case, "P1"), tmp_path / "received" / "P1")


def test_packages_as_written_pass_inside_and_outside(case: Path, package: Path) -> None:
    told = golden_case.done(cases.checked(case))
    assert "2 packages are as run 1 gives them" in told.err
    golden_case.done(cases.checked(case, package))
    golden_case.done(cases.checked(case, package.parent, "--run", "1"))


# ------------------------------------------------------------------ one thing wrong each

LIST, BOOK, NOTICE = "affected_people.csv", "affected_people.xlsx", "通知書.docx"
LEDGER = "manifest-sha256.txt is not the one the ledger tells of"

BROKEN: dict[str, Callable[[Path], object]] = {
    "changed": lambda data: cases.replaced(data / "counts.csv", ('"3"', '"4"')),
    "missing": lambda data: (data / "通知書.pdf").unlink(),
    "added": lambda data: (data / "more.txt").write_text("x"),
}
"""Done to a package as it was sealed."""

FORGED: dict[str, Callable[[Path], object]] = {
    "gone": lambda data: (data / "通知書.pdf").unlink(),
    "more": lambda data: (data / "more.txt").write_text("ok"),
    "person": lambda data: cases.replaced(data / LIST, ("青木 一郎", "佐藤 三千代")),
    "book": lambda data: part_changed(data / BOOK, "青木 一郎", "佐藤 三千代"),
    "key": lambda data: foreign_line(data / LIST),
    "name": lambda data: docx_changed(data / NOTICE, "みどり通販", "みどり通販 佐藤三千代様"),
    "gap": lambda data: docx_changed(data / NOTICE, "みどり通販", "みどり通販 佐藤 三千代 様"),
    "phone": lambda data: docx_changed(data / NOTICE, "みどり通販", "電話 080-0000-0012"),
    "wide": lambda data: docx_changed(data / NOTICE, "みどり通販", "０８０（００００）００１２"),
    "mail": lambda data: (data / "note.txt").write_text("SATO@b.example"),
    "noted": lambda data: (data / "note.txt").write_text(f"see {foreign_key(data)}"),
    "own": lambda data: docx_changed(data / NOTICE, "みどり通販", "みどり通販 青木 一郎"),
    "part": lambda data: docx_changed(data / NOTICE, "みどり通販", "みどり通販 青木 一"),
    "count": lambda data: cases.replaced(data / "counts.json", ('"count": 3', '"count": 4')),
    "word": lambda data: docx_changed(data / NOTICE, "3人", "7654人"),
    "record": lambda data: cases.replaced(data / "通知書.json", ('"listed": 3', '"listed": 2')),
    "pdf": lambda data: added_to(data / "通知書.pdf", b"\n% changed\n"),
    "table": lambda data: cases.replaced(data / "counts.csv", ('"all","3","3"', '"all","3","0"')),
}
"""Done to a package whose seal is then made anew: only the run can tell."""


def docx_changed(path: Path, this: str, that: str) -> None:
    part_changed(path, this, that, "word/document.xml")


def part_changed(path: Path, this: str, that: str, part: str = "") -> None:
    """Change the words of an Office file where they stand."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = {
        name: content.replace(this.encode(), that.encode()) if part in name else content
        for name, content in parts.items()
    }
    assert changed != parts
    path.unlink()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in changed.items():
            archive.writestr(name, content)


def added_to(path: Path, more: bytes) -> None:
    path.write_bytes(path.read_bytes() + more)


def foreign(data: Path) -> str:
    """The first line of the list of people of the other party."""
    other = data.parents[1] / "P2" / "data" / LIST
    return other.read_text("utf-8-sig").splitlines()[1]


def foreign_line(path: Path) -> None:
    added_to(path, f"{foreign(path.parent)}\r\n".replace('"P2"', '"P1"').encode())


def foreign_key(data: Path) -> str:
    return foreign(data).split(",")[1].strip('"')


@pytest.fixture(scope="module")
def told(drafted: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What one check says of many packages of P1, each with one thing wrong: name -> lines."""
    received = tmp_path_factory.mktemp("received")
    shutil.copytree(cases.package_of(drafted, "P2"), received / "P2")
    for name, damage in {**BROKEN, **FORGED}.items():
        package = shutil.copytree(cases.package_of(drafted, "P1"), received / name)
        damage(package / "data")
        if name in FORGED:
            cases.sealed_again(package)
    result = cases.checked(drafted, received)
    assert result.code == 5, result.said
    found: dict[str, list[str]] = {name: [] for name in (*BROKEN, *FORGED, "P2")}
    for line in result.out.splitlines():
        name, _, problem = line.partition(": ")
        if problem != LEDGER:
            found[name].append(problem)
    assert "佐藤" not in result.said
    assert "0012" not in result.said
    return found


Told = dict[str, list[str]]


def test_a_package_among_wrong_ones_is_not_blamed(told: Told) -> None:
    assert told["P2"] == []


def test_a_changed_file_fails(told: Told) -> None:
    assert "data/counts.csv: changed since it was sealed" in told["changed"]


def test_a_missing_file_fails(told: Told) -> None:
    assert "data/通知書.pdf: missing" in told["missing"]


def test_an_added_file_fails(told: Told) -> None:
    assert "data/more.txt: not in the manifest" in told["added"]


def test_a_file_missing_under_a_new_seal_fails(told: Told) -> None:
    assert told["gone"] == ["通知書.pdf: the run makes this file, and it is not there"]


def test_a_file_added_under_a_new_seal_fails(told: Told) -> None:
    assert told["more"] == ["more.txt: the run makes no such file"]


def test_a_foreign_person_in_the_list_fails(told: Told) -> None:
    assert f"{LIST}: 1 rows are not the run's, 1 of the run's are not there" in told["person"]


def test_a_foreign_person_in_the_book_alone_fails(told: Told) -> None:
    assert f"{BOOK}: 1 rows are not the run's, 1 of the run's are not there" in told["book"]


def test_a_person_more_fails_by_key_and_by_number(told: Told) -> None:
    assert f"{LIST}: 1 persons are not this party's in the run" in told["key"]
    assert f"{LIST}: 4 persons possible, the run gives 3" in told["key"]


@pytest.mark.parametrize(
    ("name", "file", "kind"),
    [
        ("name", NOTICE, "name"),
        ("gap", NOTICE, "name"),
        ("phone", NOTICE, "telephone"),
        ("wide", NOTICE, "telephone"),
        ("mail", "note.txt", "e-mail"),
        ("noted", "note.txt", "person key"),
    ],
)
def test_a_foreign_person_in_the_words_of_a_file_fails(
    told: Told, name: str, file: str, kind: str
) -> None:
    assert f"{file}: holds 1 {kind}s of persons of another party" in told[name]


def test_an_own_persons_name_that_begins_with_anothers_is_no_stranger(told: Told) -> None:
    assert not [line for line in told["own"] if "another party" in line]
    assert f"{NOTICE}: holds 1 names of persons of another party" in told["part"]


def test_a_changed_number_in_the_counts_fails(told: Told) -> None:
    assert "counts.json: all_count is not the run's" in told["count"]
    assert "counts.json: possible_count is not the run's" in told["count"]


def test_a_changed_number_in_a_word_file_fails(told: Told) -> None:
    wanted = f"{NOTICE}: 1 numbers that neither the run nor the template gives"
    assert wanted in told["word"]
    assert f"{NOTICE}: is not what the run gives" in told["word"]


def test_a_changed_number_in_the_record_of_a_document_fails(told: Told) -> None:
    assert "通知書.json: listed is not the run's" in told["record"]


def test_a_changed_pdf_fails(told: Told) -> None:
    assert told["pdf"] == ["通知書.pdf: is not what the run gives"]


def test_a_figure_that_stands_elsewhere_in_the_run_fails_in_its_place(told: Told) -> None:
    assert any(line.startswith("counts.csv: line") for line in told["table"])


# ------------------------------------------------------------------ run and ledger


def test_a_package_from_another_run_fails(case: Path, package: Path) -> None:
    cases.taken_in(case, "downloads", cases.MORE, "more.csv")
    cases.ran(case)
    cases.packed(case)
    told = cases.checked(case, package, "--run", "2")
    assert told.code == 5
    assert "P1: is of run 1, not of run 2 as the ledger has it" in told.out
    golden_case.done(cases.checked(case, package, "--run", "1"))


def test_a_package_that_only_says_it_is_of_this_run_fails(case: Path, package: Path) -> None:
    cases.taken_in(case, "downloads", cases.MORE, "more.csv")
    cases.ran(case)
    cases.packed(case)
    cases.replaced(package / "data" / "manifest.json", ('"run": 1', '"run": 2'))
    cases.sealed_again(package)
    told = cases.checked(case, package, "--run", "2")
    assert told.code == 5
    assert "not of run 2 as the ledger has it" in told.out


def test_a_package_of_another_case_fails(case: Path, package: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = cases.make(tmp_path / "other")
    cases.taken_in(other, "downloads", cases.MORE, "more.csv")
    cases.ran(other)
    told = cases.checked(other, package, "--run", "2")
    assert told.code == 5


def test_a_folder_with_something_that_is_no_package_fails(case: Path, package: Path) -> None:
    (package.parent / "list.csv").write_text("x")
    told = cases.checked(case, package.parent)
    assert told.code == 5
    assert "list.csv: is no package" in told.out


def test_an_empty_folder_is_refused(case: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert cases.checked(case, tmp_path / "empty").code == 2
    assert cases.checked(case, tmp_path / "absent").code == 2


# ------------------------------------------------------------------ signatures


def test_a_signature_of_somebody_expected_is_asked_for(case: Path, tmp_path: Path) -> None:
    office, judge = keys.key(tmp_path / "office"), keys.key(tmp_path / "judge")
    cases.packed(case, "--key", office)
    known = keys.signers(tmp_path / "known", office=office)
    told = golden_case.done(cases.checked(case, "--signers", known))
    assert "(office)" in told.err
    other = keys.signers(tmp_path / "other", judge=judge)
    assert cases.checked(case, "--signers", other).code == 5


def test_signing_a_package_later_leaves_its_content_as_it_was(case: Path, tmp_path: Path) -> None:
    package = cases.package_of(case, "P1")
    before = (package / "manifest-sha256.txt").read_bytes()
    cases.packed(case, "--key", keys.key(tmp_path / "office"))
    assert (package / "manifest-sha256.txt").read_bytes() == before
    assert (package / "manifest-sha256.txt.sig").is_file()
    cases.packed(case)
    assert (package / "manifest-sha256.txt.sig").is_file()


def test_an_unsigned_package_fails_where_a_signer_is_expected(case: Path, tmp_path: Path) -> None:
    known = keys.signers(tmp_path / "known", office=keys.key(tmp_path / "office"))
    told = cases.checked(case, "--signers", known)
    assert told.code == 5
    assert "unsigned" in told.out


def test_check_never_changes_the_case(case: Path) -> None:
    head = (case / "evidence" / "ledger.head").read_text()
    golden_case.done(cases.checked(case))
    assert (case / "evidence" / "ledger.head").read_text() == head
    assert not list(case.rglob(".tmp-*"))
    golden_case.done(breachscope("verify", "--case", case))
