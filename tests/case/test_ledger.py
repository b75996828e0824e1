import json
import os
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachscope.case import appending, canonical_json, ledger
from breachscope.case.ledger import Head, Wrong
from breachscope.errors import ConfigError, TamperedEvidence

AT = "2024-01-31T00:00:00Z"


def entry(number: int = 0) -> dict[str, object]:
    return {"at": AT, "action": "add", "command": ["add", f"file-{number}.csv"], "version": "0"}


def written(folder: Path, number: int = 5) -> Path:
    path = folder / "ledger.jsonl"
    for each in range(number):
        ledger.append(path, entry(each))
    return path


def rewrite(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def wrongs(path: Path, head: str | None = None) -> set[tuple[Wrong, int]]:
    return {(finding.wrong, finding.seq) for finding in ledger.check(path, head)}


def test_a_ledger_as_it_was_written_has_nothing_wrong(tmp_path: Path) -> None:
    path = written(tmp_path)

    assert ledger.check(path, str(ledger.head(path))) == []


def test_each_entry_seals_the_bytes_of_the_one_before(tmp_path: Path) -> None:
    path = written(tmp_path, 3)

    read = ledger.entries(path)

    assert [each["seq"] for each in read] == [1, 2, 3]
    assert read[0]["prev"] == ledger.NOTHING
    assert read[2]["prev"] == ledger._digest(path.read_bytes().split(b"\n")[1])


def test_the_head_counts_the_entries_and_is_the_digest_of_the_last(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    assert ledger.head(path) == Head(0, ledger.NOTHING)

    assert ledger.append(path, entry()) == ledger.head(path)
    assert ledger.head(path).seq == 1


def test_the_ledger_and_its_head_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    path = written(tmp_path, 1)

    modes = {stat.S_IMODE(file.stat().st_mode) for file in (path, path.with_suffix(".head"))}

    assert modes == {0o600}


def test_an_edited_entry_is_found_and_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"file-2.csv", b"file-9.csv"))

    assert wrongs(path) == {(Wrong.EDITED, 3)}


def test_an_edited_last_entry_is_found_by_the_head(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"file-4.csv", b"file-9.csv"))

    assert wrongs(path) == {(Wrong.EDITED, 5)}


def test_an_edited_first_entry_is_found_and_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"file-0.csv", b"file-9.csv"))

    assert wrongs(path) == {(Wrong.EDITED, 1)}


def test_a_removed_entry_is_found_and_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    lines = path.read_bytes().splitlines()
    rewrite(path, [*lines[:1], *lines[2:]])

    findings = ledger.check(path)

    assert [(f.wrong, f.seq, f.line) for f in findings] == [(Wrong.REMOVED, 2, 2)]


def test_two_entries_that_changed_places_are_found(tmp_path: Path) -> None:
    path = written(tmp_path)
    lines = path.read_bytes().splitlines()
    rewrite(path, [lines[0], lines[2], lines[1], *lines[3:]])

    assert wrongs(path) == {(Wrong.REORDERED, 2)}


def test_an_entry_written_twice_is_found(tmp_path: Path) -> None:
    path = written(tmp_path)
    lines = path.read_bytes().splitlines()
    rewrite(path, [*lines[:2], lines[1], *lines[2:]])

    assert wrongs(path) == {(Wrong.REORDERED, 2)}


def test_a_ledger_cut_short_is_found_by_the_head_beside_it(tmp_path: Path) -> None:
    path = written(tmp_path)
    rewrite(path, path.read_bytes().splitlines()[:3])

    assert wrongs(path) == {(Wrong.TRUNCATED, 5)}


def test_a_ledger_cut_short_with_its_head_is_found_by_a_head_kept_elsewhere(
    tmp_path: Path,
) -> None:
    path = written(tmp_path)
    kept = str(ledger.head(path))
    rewrite(path, path.read_bytes().splitlines()[:3])
    path.with_suffix(".head").write_text(f"{ledger.head(path)}\n")

    assert wrongs(path) == set()
    assert wrongs(path, kept) == {(Wrong.TRUNCATED, 5)}


def test_a_ledger_written_anew_is_found_by_a_head_kept_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    kept = str(ledger.head(written(tmp_path)))
    anew = written(tmp_path / "other", 4)
    ledger.append(anew, entry(9))

    assert wrongs(anew) == set()
    assert wrongs(anew, kept) == {(Wrong.EDITED, 5)}


def test_an_older_head_kept_elsewhere_still_fits_a_ledger_that_grew(tmp_path: Path) -> None:
    path = written(tmp_path)
    kept = str(ledger.head(path))
    ledger.append(path, entry(5))

    assert ledger.check(path, kept) == []


def test_a_ledger_that_is_gone_is_found(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.unlink()

    assert wrongs(path) == {(Wrong.MISSING, 0)}


def test_a_head_that_is_gone_is_found(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.with_suffix(".head").unlink()

    assert wrongs(path) == {(Wrong.MISSING, 0)}


def test_an_expected_head_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="SEQ:DIGEST"):
        ledger.check(written(tmp_path), "5")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_changed_byte_of_any_line_is_found(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), 3)
        content = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255).filter(lambda b: b != content[place]))
        path.write_bytes(content)

        assert ledger.check(path)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 10_000))
def test_a_line_torn_anywhere_is_put_aside_and_the_next_entry_says_so(cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), 2)
        before = path.read_bytes()
        line = canonical_json.dumps({**entry(2), "seq": 3, "prev": ledger.head(path).digest})
        piece = line[: 1 + cut % len(line)]
        path.write_bytes(before + piece)

        assert wrongs(path) == {(Wrong.TORN, 0)}
        ledger.append(path, entry(7))

        assert path.read_bytes().startswith(before)
        assert ledger.check(path) == []
        assert (Path(folder) / "ledger.torn-1").read_bytes() == piece
        assert ledger.entries(path)[-1]["torn"]["bytes"] == len(piece)


def test_a_second_torn_line_does_not_overwrite_the_first(tmp_path: Path) -> None:
    path = written(tmp_path, 1)
    for number in range(2):
        with path.open("ab") as file:
            file.write(b'{"at"')
        ledger.append(path, entry(number))

    assert sorted(p.name for p in tmp_path.glob("*torn*")) == ["ledger.torn-1", "ledger.torn-2"]


def test_a_kill_between_the_entry_and_its_head_leaves_a_ledger_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, 2)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(appending, "write_new", killed)
        with pytest.raises(KeyboardInterrupt):
            ledger.append(path, entry(2))

    assert ledger.check(path) == []
    assert ledger.append(path, entry(3)).seq == 4
    assert ledger.check(path) == []


def test_nothing_is_added_to_a_ledger_cut_short(tmp_path: Path) -> None:
    path = written(tmp_path)
    rewrite(path, path.read_bytes().splitlines()[:3])

    with pytest.raises(TamperedEvidence):
        ledger.append(path, entry())


def test_nothing_is_added_to_a_ledger_that_was_deleted(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.unlink()

    with pytest.raises(TamperedEvidence):
        ledger.append(path, entry())


def test_threads_that_write_at_once_wait_for_one_another(tmp_path: Path) -> None:
    path = written(tmp_path, 1)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: ledger.append(path, entry(number)), range(20)))

    assert ledger.head(path).seq == 21
    assert ledger.check(path) == []


def test_processes_that_write_at_once_wait_for_one_another(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    program = (
        "import sys; from pathlib import Path; from breachscope.case import ledger\n"
        "for _ in range(15): ledger.append(Path(sys.argv[1]), {'at': '2024-01-31T00:00:00Z'})"
    )
    both = [subprocess.Popen([sys.executable, "-c", program, str(path)]) for _ in range(2)]

    assert [process.wait(60) for process in both] == [0, 0]
    assert ledger.head(path).seq == 30
    assert ledger.check(path) == []


@pytest.mark.parametrize("name", ["seq", "prev", "torn"])
def test_an_entry_may_not_set_what_is_the_ledgers_own(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="an entry needs"):
        ledger.append(tmp_path / "ledger.jsonl", {**entry(), name: "x"})


@pytest.mark.parametrize("at", [None, "yesterday", "2024-01-31T09:00:00+09:00"])
def test_an_entry_needs_a_time_in_utc(tmp_path: Path, at: str | None) -> None:
    with pytest.raises(ValueError, match="an entry needs"):
        ledger.append(tmp_path / "ledger.jsonl", {"at": at})


def test_canonical_json_sorts_keys_and_leaves_no_blanks() -> None:
    assert canonical_json.dumps({"b": [1, None], "a": {"z": True, "y": "名簿"}}) == (
        '{"a":{"y":"名簿","z":true},"b":[1,null]}'.encode()
    )


def test_canonical_json_sorts_keys_by_utf_16() -> None:
    assert canonical_json.dumps({"\ufb33": 1, "\U0001f600": 2}) == (
        '{"\U0001f600":2,"\ufb33":1}'.encode()
    )


@pytest.mark.parametrize("value", [0.5, float("nan"), 2**60, b"x", {1: "x"}, {"a": object()}])
def test_canonical_json_refuses_what_has_more_than_one_spelling(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json.dumps(value)


@pytest.mark.parametrize("line", [b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b"1.0", b"\xff"])
def test_canonical_json_reads_nothing_it_would_not_write(line: bytes) -> None:
    with pytest.raises(ValueError, match="not canonical JSON"):
        canonical_json.loads(line)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_canonical_json_reads_back_what_it_wrote(value: object) -> None:
    line = canonical_json.dumps(value)

    assert canonical_json.loads(line) == value
    assert json.loads(line) == value
    assert b"\n" not in line


def test_a_file_name_that_is_not_utf_8_can_be_recorded(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    name = os.fsdecode(b"\x96\xbc\x95\xeb.csv")

    ledger.append(path, {"at": AT, "command": ["add", name]})

    assert ledger.entries(path)[0]["command"] == ["add", name]
    assert ledger.check(path) == []
