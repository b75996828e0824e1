"""Bad input: what is wrong is told by file, line and column; the case goes on as it was."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from golden import golden_case
from golden.command import Done, apart, breachscope, written

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "日時,利用者ID,端末,リストID,件数"
GOOD = "2014-05-07 12:00:00,opsadm,PC-01,L2,4"


def log(path: Path, *lines: str, encoding: str = "cp932", head: str = HEAD) -> Path:
    return written(path, "\n".join([head, *lines, ""]), encoding)


def add(case: Path, *words: object, kind: str = "downloads") -> Done:
    return breachscope("add", "--case", case, "--as", kind, *words)


def refused(result: Done, *told: str, code: int = 3) -> None:
    """One clear message, no traceback, and the words that place the fault."""
    assert result.code == code, result.said
    assert "error: " in result.err
    assert "internal" not in result.err
    assert "Traceback" not in result.said
    assert "opsadm" not in result.said
    assert [word for word in told if word not in result.err] == [], result.err


def goes_on(case: Path) -> None:
    """The case verifies, holds nothing half-written, and is as it was or runs."""
    assert breachscope("verify", "--case", case).code == 0
    assert list(case.rglob(".tmp-*")) == []
    if breachscope("plan", "--exit-code", "--case", case).code == 0:
        return  # its run answers to the evidence still
    ran = breachscope("run", "--case", case)
    assert ran.code == 0, ran.err


def quarantine(case: Path, file: str) -> list[tuple[int, str | None, str]]:
    """(line, column, reason) of each quarantined line of a file."""
    evidence = breachscope("status", "--case", case, "--json").json()["evidence"]
    (row,) = [row for row in evidence if row["file"] == file]
    assert row["rows_read"] == row["rows_taken"] + row["rows_quarantined"] + row["rows_skipped"]
    return [(entry["line"], entry["column"], entry["reason"]) for entry in row["quarantine"]]


def test_an_unknown_encoding_is_refused(golden_copy: Path, tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv", GOOD)
    refused(add(golden_copy, "--encoding", "klingon", path), "klingon", code=2)
    goes_on(golden_copy)


def test_bytes_that_are_text_in_no_encoding_are_refused(golden_copy: Path, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(bytes(range(128, 256)) * 50 + b"\x00\x01\x02" * 99)
    refused(add(golden_copy, path), "log.csv")
    goes_on(golden_copy)


def test_of_mixed_encodings_the_broken_lines_are_quarantined_by_line(
    golden_copy: Path, tmp_path: Path
) -> None:
    path = tmp_path / "log.csv"
    lines = [
        HEAD.encode("utf-8"),
        *[GOOD.encode()] * 30,
        "2014-05-07 12:00:00,利用者表,PC-01,L2,4".encode("cp932"),
        *["2014-05-07 12:00:00,利用者,PC-01,L2,4".encode()] * 30,
    ]
    path.write_bytes(b"\r\n".join(lines) + b"\r\n")
    assert add(golden_copy, path).code == 0
    told = quarantine(golden_copy, "log.csv")
    assert [line for line, _, _ in told] in ([32], [])  # broken, or read for what it is
    goes_on(golden_copy)


def test_a_truncated_gzip_is_refused(golden_copy: Path, tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    whole = gzip.compress("\n".join([HEAD, *[GOOD] * 2000]).encode(), 1)
    path.write_bytes(whole[: len(whole) // 2])
    refused(add(golden_copy, path), "log.csv.gz")
    goes_on(golden_copy)


def test_a_gzip_with_rubbish_inside_is_refused(golden_copy: Path, tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(b"\x1f\x8b" + b"rubbish" * 99)
    refused(add(golden_copy, path), "log.csv.gz")
    goes_on(golden_copy)


def test_a_zip_that_unpacks_to_far_more_than_it_weighs_is_refused(
    golden_copy: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log.csv", b"0" * 300_000_000)
    assert path.stat().st_size < 1_000_000
    refused(add(golden_copy, path), "bomb.zip")
    goes_on(golden_copy)


def test_a_truncated_zip_is_refused(golden_copy: Path, tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("log.csv", "\n".join([HEAD, GOOD]))
    path = tmp_path / "log.zip"
    path.write_bytes(whole.getvalue()[:-30])
    refused(add(golden_copy, path), "log.zip")
    goes_on(golden_copy)


@pytest.mark.parametrize("member", ["../log.csv", "/etc/log.csv", "a/../../log.csv"])
def test_a_member_whose_path_leaves_the_archive_writes_nothing_outside(
    golden_copy: Path, tmp_path: Path, member: str
) -> None:
    path = tmp_path / "inside" / "log.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "\n".join([HEAD, GOOD]).encode("cp932"))
    before = sorted(tmp_path.rglob("log.csv"))
    result = add(golden_copy, path)
    assert result.code in (0, 3)
    assert sorted(tmp_path.rglob("log.csv")) == before
    goes_on(golden_copy)


@pytest.mark.parametrize("named", ["../log.csv", "/etc/hostname", "deep/../../log.csv"])
def test_a_manifest_may_not_leave_its_folder(golden_copy: Path, tmp_path: Path, named: str) -> None:
    log(tmp_path / "log.csv", GOOD)
    manifest = written(tmp_path / "in" / "manifest.csv", f"kind,file\ndownloads,{named}\n", "utf-8")
    result = breachscope("add", "--case", golden_copy, "--manifest", manifest)
    refused(result, "manifest.csv", "line 2", "outside", code=2)
    goes_on(golden_copy)


def test_a_manifest_link_may_not_leave_its_folder(golden_copy: Path, tmp_path: Path) -> None:
    target = log(tmp_path / "log.csv", GOOD)
    manifest = written(tmp_path / "in" / "manifest.csv", "kind,file\ndownloads,link.csv\n", "utf-8")
    (tmp_path / "in" / "link.csv").symlink_to(target)
    result = breachscope("add", "--case", golden_copy, "--manifest", manifest)
    refused(result, "line 2", "outside", code=2)


def test_every_mistake_of_a_manifest_is_told_with_its_line(
    golden_copy: Path, tmp_path: Path
) -> None:
    log(tmp_path / "log.csv", GOOD)
    manifest = written(
        tmp_path / "manifest.csv",
        "kind,file,clock_offset\nnonsense,log.csv,\ndownloads,,\ndownloads,log.csv,soon\n",
        "utf-8",
    )
    result = breachscope("add", "--case", golden_copy, "--manifest", manifest)
    refused(result, "line 2", "line 3", "line 4", code=2)


def test_a_missing_column_is_named(golden_copy: Path, tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv", "2014-05-07 12:00:00,PC-01,L2", head="日時,端末,リストID")
    refused(add(golden_copy, path), "log.csv", "account")
    goes_on(golden_copy)


def test_a_column_found_twice_is_named(golden_copy: Path, tmp_path: Path) -> None:
    path = log(
        tmp_path / "log.csv",
        "2014-05-07 12:00:00,opsadm,opsadm,L2",
        head="日時,利用者ID,ユーザー名,リストID",
    )
    refused(add(golden_copy, path), "log.csv", "account")
    goes_on(golden_copy)


def test_a_header_that_stands_twice_is_refused(golden_copy: Path, tmp_path: Path) -> None:
    path = log(
        tmp_path / "log.csv",
        "2014-05-07 12:00:00,opsadm,other,L2",
        head="日時,利用者ID,利用者ID,リストID",
    )
    refused(add(golden_copy, path), "log.csv")
    goes_on(golden_copy)


NO_SUCH_TIMES = (
    "2014-02-30 10:00:00",
    "2014-13-01 10:00:00",
    "2014-05-07 25:00:00",
    "2015-02-29 09:00:00",
)


def test_dates_that_do_not_exist_are_quarantined_by_line_and_column(
    golden_copy: Path, tmp_path: Path
) -> None:
    bad = [f"{moment},opsadm,PC-01,L2,4" for moment in NO_SUCH_TIMES]
    result = add(golden_copy, log(tmp_path / "log.csv", GOOD, *bad, GOOD))
    assert result.code == 0
    assert "4 quarantined" in result.err
    told = quarantine(golden_copy, "log.csv")
    assert [(line, column) for line, column, _ in told] == [(n, "at") for n in (3, 4, 5, 6)]
    for moment in NO_SUCH_TIMES:
        assert moment not in result.said
        assert not [reason for _, _, reason in told if moment in reason]
    goes_on(golden_copy)


def test_a_number_that_is_none_is_quarantined_by_line_and_column(
    golden_copy: Path, tmp_path: Path
) -> None:
    path = log(tmp_path / "log.csv", GOOD, "2014-05-07 12:00:00,opsadm,PC-01,L2,たくさん")
    assert add(golden_copy, path).code == 0
    ((line, column, reason),) = quarantine(golden_copy, "log.csv")
    assert (line, column) == (3, "rows")
    assert "たくさん" not in reason
    goes_on(golden_copy)


def test_a_row_with_too_many_cells_is_quarantined_by_line(
    golden_copy: Path, tmp_path: Path
) -> None:
    path = log(tmp_path / "log.csv", GOOD, f"{GOOD},x,y", GOOD)
    assert add(golden_copy, path).code == 0
    assert [line for line, _, _ in quarantine(golden_copy, "log.csv")] == [3]
    goes_on(golden_copy)


def test_a_time_without_a_zone_takes_the_cases_and_says_so(
    golden_copy: Path, tmp_path: Path
) -> None:
    path = log(tmp_path / "log.csv", GOOD)
    assert add(golden_copy, path).code == 0
    evidence = breachscope("status", "--case", golden_copy, "--json").json()["evidence"]
    (row,) = [row for row in evidence if row["file"] == "log.csv"]
    assert "Asia/Tokyo" in row["zone"]
    assert "case" in row["zone"]


def test_a_zone_that_does_not_exist_is_refused(golden_copy: Path, tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv", GOOD)
    refused(add(golden_copy, "--zone", "Mars/Olympus", path), "Mars/Olympus", code=2)
    goes_on(golden_copy)


def test_a_download_of_a_list_no_version_covers_stays_and_is_unbound(
    golden_copy: Path, tmp_path: Path
) -> None:
    path = log(tmp_path / "log.csv", "2014-05-07 12:00:00,opsadm,PC-01,L404,4")
    assert add(golden_copy, path).code == 0
    goes_on(golden_copy)
    shown = breachscope("show", "extractions", "--case", golden_copy, "--json").json()
    (row,) = [row for row in shown["extractions"] if row["list_id"] == "L404"]
    assert (row["bind"], row["version_id"], row["tier"]) == ("unbound", None, "possible")


def test_two_parties_with_one_id_stop_the_run_with_file_and_line(
    golden_copy: Path, tmp_path: Path
) -> None:
    path = written(tmp_path / "more.csv", "委託元コード,委託元名,区分\nP1,べつの商会,民間事業者\n")
    assert add(golden_copy, path, kind="parties").code == 0
    result = breachscope("run", "--case", golden_copy)
    refused(result, ".csv", "line 2", "party_id")
    assert "べつの" not in result.said
    assert "みどり" not in result.said
    assert breachscope("verify", "--case", golden_copy).code == 0
    assert breachscope("show", "scope", "--case", golden_copy).code == 0


def test_a_line_of_300_megabytes_is_told_and_does_not_fill_the_memory(
    golden_copy: Path, tmp_path: Path
) -> None:
    path = tmp_path / "log.csv"
    with path.open("wb") as file:
        file.write(f"{HEAD}\r\n{GOOD}\r\n".encode("cp932"))
        for _ in range(300):
            file.write(b"x" * 1_000_000)
        file.write(f"\r\n{GOOD}\r\n".encode("cp932"))
    result = apart("add", "--case", golden_copy, "--as", "downloads", path)
    assert "Traceback" not in result.said
    assert "xxxx" not in result.said
    assert result.code in (0, 3), result.said
    if result.code == 0:
        assert [line for line, _, _ in quarantine(golden_copy, "log.csv")] == [3]
    else:
        assert "log.csv" in result.err
    path.unlink()


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(golden_copy: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    refused(add(golden_copy, path), "log.csv")
    goes_on(golden_copy)


def test_a_header_without_rows_is_taken_as_nothing(golden_copy: Path, tmp_path: Path) -> None:
    result = add(golden_copy, log(tmp_path / "log.csv"))
    assert result.code in (0, 3), result.said
    assert "internal" not in result.said
    goes_on(golden_copy)


def test_a_file_that_changes_between_add_and_run_stops_the_run(golden_copy: Path) -> None:
    changed = golden_copy.parent / "evidence" / golden_case.SPRING
    before = changed.read_bytes()
    changed.write_bytes(before.replace(b"D01", b"D99"))
    result = breachscope("run", "--case", golden_copy)
    refused(result, golden_case.SPRING, code=4)
    changed.write_bytes(before)
    goes_on(golden_copy)


def test_a_file_that_is_gone_stops_the_run(golden_copy: Path) -> None:
    gone = golden_copy.parent / "evidence" / golden_case.SPRING
    kept = gone.read_bytes()
    gone.unlink()
    refused(breachscope("run", "--case", golden_copy), golden_case.SPRING)
    gone.write_bytes(kept)
    goes_on(golden_copy)


def test_a_folder_or_a_file_that_is_not_there_is_refused(golden_copy: Path, tmp_path: Path) -> None:
    refused(add(golden_copy, tmp_path / "nowhere.csv"), "nowhere.csv")
    refused(add(golden_copy, tmp_path), str(tmp_path.name))


def test_one_bad_file_does_not_keep_the_others_out(golden_copy: Path, tmp_path: Path) -> None:
    good, empty = log(tmp_path / "good.csv", GOOD), log(tmp_path / "empty.csv", head="")
    empty.write_bytes(b"")
    refused(add(golden_copy, empty, good), "empty.csv")
    assert quarantine(golden_copy, "good.csv") == []
    goes_on(golden_copy)


@pytest.mark.parametrize("kind", ["records", "leak", "people"])
def test_a_list_without_a_header_prints_nobody(
    golden_copy: Path, tmp_path: Path, kind: str
) -> None:
    people = [f"山田 太郎{n},ヤマダ,090-1234-567{n},架空県架空市{n}" for n in range(5)]
    path = written(tmp_path / "list.csv", "\n".join(people) + "\n")
    words = {"records": ("--version", "V1"), "leak": ("--leak", "K1"), "people": ()}[kind]
    for more in ((), ("-n",)):
        result = breachscope("add", "--case", golden_copy, "--as", kind, *words, *more, path)
        assert "山田" not in result.said, result.said
        assert "090" not in result.said
    assert "山田" not in (golden_copy / "evidence" / "ledger.jsonl").read_text()
