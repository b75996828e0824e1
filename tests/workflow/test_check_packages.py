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
    from pathlib import Path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    case = cases.make(tmp_path_factory.mktemp("whole"))
    cases.packed(case)
    return case


@pytest.fixture
def case(whole: Path, tmp_path: Path) -> Path:
    return golden_case.copied(whole, tmp_path / "copy")


@pytest.fixture
def package(case: Path, tmp_path: Path) -> Path:
    """P1's package as somebody outside has it."""
    return shutil.copytree(cases.package_of(case, "P1"), tmp_path / "received" / "P1")


def problems(case: Path, package: Path) -> list[str]:
    """What the check says of a package, its seal made anew; the ledger is no help then."""
    cases.sealed_again(package)
    told = cases.checked(case, package)
    assert told.code == 5, told.said
    lines = [line.removeprefix("P1: ") for line in told.out.splitlines()]
    ledger = "manifest-sha256.txt is not the one the ledger tells of"
    assert ledger in lines
    return [line for line in lines if line != ledger]


def docx_changed(path: Path, this: str, that: str) -> None:
    """Change the words of a Word file, piece by piece."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert this.encode() in parts["word/document.xml"]
    parts["word/document.xml"] = parts["word/document.xml"].replace(this.encode(), that.encode())
    path.unlink()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_packages_as_written_pass_inside_and_outside(case: Path, package: Path) -> None:
    told = golden_case.done(cases.checked(case))
    assert "2 packages are as run 1 gives them" in told.err
    golden_case.done(cases.checked(case, package))
    golden_case.done(cases.checked(case, package.parent, "--run", "1"))


# ------------------------------------------------------------------ files


def test_a_changed_file_fails(case: Path, package: Path) -> None:
    cases.replaced(package / "data" / "counts.csv", ('"3"', '"4"'))
    told = cases.checked(case, package)
    assert told.code == 5
    assert "P1: data/counts.csv: changed since it was sealed" in told.out


def test_a_missing_file_fails(case: Path, package: Path) -> None:
    (package / "data" / "通知書.pdf").unlink()
    told = cases.checked(case, package)
    assert told.code == 5
    assert "P1: data/通知書.pdf: missing" in told.out


def test_an_added_file_fails(case: Path, package: Path) -> None:
    (package / "data" / "more.txt").write_text("x")
    told = cases.checked(case, package)
    assert told.code == 5
    assert "P1: data/more.txt: not in the manifest" in told.out


def test_a_file_missing_under_a_new_seal_fails(case: Path, package: Path) -> None:
    (package / "data" / "通知書.pdf").unlink()
    assert problems(case, package) == ["通知書.pdf: the run makes this file, and it is not there"]


def test_a_file_added_under_a_new_seal_fails(case: Path, package: Path) -> None:
    (package / "data" / "more.txt").write_text("ok")
    assert problems(case, package) == ["more.txt: the run makes no such file"]


# ------------------------------------------------------------------ persons


def test_a_foreign_person_in_the_list_fails(case: Path, package: Path) -> None:
    path = package / "data" / "affected_people.csv"
    cases.replaced(path, ("青木 一郎", "佐藤 三千代"))
    told = problems(case, package)
    assert "affected_people.csv: 1 rows are not the run's, 1 of the run's are not there" in told


def test_a_foreign_person_in_the_book_alone_fails(case: Path, package: Path) -> None:
    path = package / "data" / "affected_people.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = {n: c.replace("青木 一郎".encode(), "佐藤 三千代".encode()) for n, c in parts.items()}
    assert changed != parts
    path.unlink()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in changed.items():
            archive.writestr(name, content)
    assert (
        "affected_people.xlsx: 1 rows are not the run's, 1 of the run's are not there"
        in problems(case, package)
    )


def test_a_persons_key_of_another_party_fails(case: Path, package: Path) -> None:
    other = cases.package_of(case, "P2") / "data" / "affected_people.csv"
    line = other.read_text("utf-8-sig").splitlines()[1].replace('"P2"', '"P1"')
    path = package / "data" / "affected_people.csv"
    path.write_bytes(path.read_bytes() + f"{line}\r\n".encode())
    told = problems(case, package)
    assert "affected_people.csv: 1 persons are not this party's in the run" in told
    assert "affected_people.csv: 4 persons possible, the run gives 3" in told


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("佐藤三千代様", "name"),
        ("佐藤 三千代 様", "name"),
        ("電話 080-0000-0012", "telephone"),
        ("電話 ０８０（００００）００１２", "telephone"),
        ("SATO@b.example", "e-mail"),
    ],
)
def test_a_foreign_person_in_the_words_of_a_document_fails(
    case: Path, package: Path, words: str, kind: str
) -> None:
    path = package / "data" / "通知書.docx"
    docx_changed(path, "みどり通販", f"みどり通販 {words}")
    told = problems(case, package)
    assert f"通知書.docx: holds 1 {kind}s of persons of another party" in told


def test_a_foreign_persons_key_in_any_file_fails(case: Path, package: Path) -> None:
    other = cases.package_of(case, "P2") / "data" / "affected_people.csv"
    key = other.read_text("utf-8-sig").splitlines()[1].split(",")[1].strip('"')
    (package / "data" / "note.txt").write_text(f"see {key}")
    told = problems(case, package)
    assert "note.txt: holds 1 person keys of persons of another party" in told


def test_an_own_persons_name_that_begins_with_anothers_is_no_stranger(
    case: Path, package: Path
) -> None:
    docx_changed(package / "data" / "通知書.docx", "みどり通販", "みどり通販 青木 一郎")
    assert not [line for line in problems(case, package) if "another party" in line]
    docx_changed(package / "data" / "通知書.docx", "青木 一郎", "青木 一")
    told = problems(case, package)
    assert "通知書.docx: holds 1 names of persons of another party" in told


def test_a_problem_never_says_whose_name_it_is(case: Path, package: Path) -> None:
    docx_changed(package / "data" / "通知書.docx", "みどり通販", "佐藤三千代 080-0000-0012")
    told = "\n".join(problems(case, package))
    assert "佐藤" not in told
    assert "0012" not in told


# ------------------------------------------------------------------ numbers


def test_a_changed_number_in_the_counts_fails(case: Path, package: Path) -> None:
    data = package / "data"
    cases.replaced(data / "counts.json", ('"count": 3', '"count": 4'))
    told = problems(case, package)
    assert "counts.json: all_count is not the run's" in told
    assert "counts.json: possible_count is not the run's" in told


def test_a_changed_number_in_a_word_file_fails(case: Path, package: Path) -> None:
    docx_changed(package / "data" / "通知書.docx", "3人", "7654人")
    told = problems(case, package)
    assert "通知書.docx: 1 numbers that neither the run nor the template gives" in told
    assert "通知書.docx: is not what the run gives" in told


def test_a_changed_number_in_the_record_of_a_document_fails(case: Path, package: Path) -> None:
    cases.replaced(package / "data" / "通知書.json", ('"listed": 3', '"listed": 2'))
    assert "通知書.json: listed is not the run's" in problems(case, package)


def test_a_changed_pdf_fails(case: Path, package: Path) -> None:
    path = package / "data" / "通知書.pdf"
    path.write_bytes(path.read_bytes() + b"\n% changed\n")
    assert problems(case, package) == ["通知書.pdf: is not what the run gives"]


def test_a_figure_that_fits_the_run_elsewhere_still_fails(case: Path, package: Path) -> None:
    cases.replaced(package / "data" / "counts.csv", ('"all","3","3"', '"all","3","0"'))
    assert any(line.startswith("counts.csv: line") for line in problems(case, package))


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
