"""Row numbers: within a file, every row of a version has its own."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from evidence_files import file, spec, take
from hypothesis import given
from hypothesis import strategies as st

from breachscope.evidence import describe
from breachscope.schema import Kind

if TYPE_CHECKING:
    from pathlib import Path


def zipped(**members: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.csv", text)
    return whole.getvalue()


@pytest.mark.parametrize("kind", [Kind.RECORDS, Kind.LEAK])
def test_rows_are_numbered_on_over_the_members_of_an_archive(tmp_path: Path, kind: Kind) -> None:
    members = zipped(
        a="氏名,電話番号\n甲,1\n壊れた\n乙,2\n",
        b="氏名,電話番号\n丙,3\n",
        c="氏名,電話番号\n丁,4\n",
    )

    taken = take(file(tmp_path, members, "list.zip"), spec(kind))

    assert taken.rows.select("name", "row_no").rows() == [
        ("甲", 1),
        ("乙", 3),
        ("丙", 4),
        ("丁", 5),
    ]


def test_a_file_of_several_versions_numbers_each_from_one(tmp_path: Path) -> None:
    text = "版ID,氏名,住所\nA,甲,x\nB,乙,x\nA,丙,x\n,誰か,x\nB,丁\nB,戊,x\n"

    taken = take(file(tmp_path, text), spec(version_id=None, block_bytes=30))

    assert taken.rows.select("version_id", "name", "row_no").rows() == [
        ("A", "甲", 1),
        ("B", "乙", 1),
        ("A", "丙", 2),
        ("B", "戊", 2),
    ]
    assert taken.quarantined.height == 2


def test_a_number_given_twice_within_a_version_sets_the_later_row_aside(tmp_path: Path) -> None:
    text = "版ID,行番号,氏名\nA,1,甲\nB,1,乙\nA,2,丙\nA,1,丁\nA,2,戊\nA,3,己\n"

    taken = take(file(tmp_path, text), spec(version_id=None, block_bytes=40))

    assert taken.rows.select("version_id", "row_no", "name").rows() == [
        ("A", 1, "甲"),
        ("B", 1, "乙"),
        ("A", 2, "丙"),
        ("A", 3, "己"),
    ]
    assert taken.quarantined.select("line", "reason", "column").rows() == [
        (5, "row_no: given twice", "row_no"),
        (6, "row_no: given twice", "row_no"),
    ]


def test_a_number_that_numbers_no_row_sets_the_row_aside(tmp_path: Path) -> None:
    text = "行番号,氏名\n0,甲\n,乙\n4294967296,丙\n1,丁\n"

    taken = take(file(tmp_path, text), spec())

    assert taken.rows["name"].to_list() == ["丁"]
    assert taken.quarantined["reason"].to_list() == [
        "row_no: is not between 1 and 4294967295",
        "row_no: is empty",
        "row_no: is not between 1 and 4294967295",
    ]


@given(rows=st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 6)), min_size=1, max_size=25))
def test_the_first_of_each_number_is_taken_however_the_file_is_cut(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]]
) -> None:
    text = "".join(f"{version},{number},人{i}\n" for i, (version, number) in enumerate(rows))
    path = file(tmp_path_factory.mktemp("cut"), f"版ID,行番号,氏名\n{text}")

    taken = take(path, spec(version_id=None, block_bytes=32))

    assert taken.rows.select("version_id", "row_no").rows() == list(dict.fromkeys(rows))
    assert taken.reading.account.quarantined == len(rows) - len(set(rows))


def test_a_description_says_types_in_our_words(tmp_path: Path) -> None:
    text = "日時,利用者ID,リストID,件数,状態\n2014-05-07 12:00:00,opsadm,L2,10,正常\n"

    told = describe(file(tmp_path, text), spec(Kind.DOWNLOADS))

    assert told.types == {
        "at": "time",
        "account": "text",
        "list_id": "text",
        "rows": "integer",
        "status": "word",
    }
