from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachscope.exercise.days import written
from breachscope.exercise.office import Extra, Office
from breachscope.exercise.records import SetAside
from breachscope.exercise.writing import Body, TextForm, damage, write_original

if TYPE_CHECKING:
    from pathlib import Path


def test_the_cuts_say_where_rows_end(tmp_path: Path) -> None:
    body = Body("氏名,電話", pl.Series(["佐藤,1", "鈴木,2", "高橋,3"]), above=("一覧",))

    written_ = write_original(body, TextForm(), [1], tmp_path / "a.csv")

    data = (tmp_path / "a.csv").read_bytes()
    rows, size, following = written_.cuts[0]
    assert (rows, data[:size].decode("cp932")) == (1, "一覧\r\n氏名,電話\r\n佐藤,1\r\n")
    assert data[size : size + following].decode("cp932") == "鈴木,2\r\n"
    assert written_.sha256 == hashlib.sha256(data).hexdigest()


@given(
    st.lists(st.text("あいう", min_size=1, max_size=4), min_size=1, max_size=20),
    st.sets(st.integers(1, 19), max_size=4),
)
def test_where_it_is_cut_does_not_change_what_is_written(rows: list[str], stops: set[int]) -> None:
    body = Body("h", pl.Series(rows))
    within = [stop for stop in stops if stop < len(rows)]

    assert (
        write_original(body, TextForm(), within, None).sha256
        == write_original(body, TextForm(), [], None).sha256
    )


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-8-sig"])
def test_a_cut_character_cannot_be_decoded(encoding: str) -> None:
    data = damage("undecodable", "佐藤,東京都", TextForm(encoding), ",")

    with pytest.raises(UnicodeDecodeError):
        data.decode(encoding)


def test_extra_lines_move_the_rows_below_them(tmp_path: Path) -> None:
    office = Office(tmp_path, SetAside())
    extras = [Extra(1, "", "skipped", "blank"), Extra(1, "x", "quarantined", "broken")]

    lines = office.table("hosts", "h.csv", {"端末名": pl.Series(["A", "B"])}, extras=extras)

    assert lines.tolist() == [2, 5]
    assert (tmp_path / "h.csv").read_bytes().split(b"\r\n")[4] == b"B"
    assert office.aside.line == [3, 4]


def test_a_cell_with_a_comma_is_quoted(tmp_path: Path) -> None:
    Office(tmp_path, SetAside()).table("hosts", "h.csv", {"a": pl.Series(["1,2"])})

    assert (tmp_path / "h.csv").read_bytes() == b'a\r\n"1,2"\r\n'


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("slash", "2019/05/01 00:00:05"),
        ("era", "令和元年5月1日 0時00分05秒"),
        ("utc", "2019-04-30 15:00:05"),
        ("offset", "2019-05-01T00:00:05+09:00"),
        ("kanji", "2019年05月01日 00時00分05秒"),
    ],
)
def test_one_instant_is_written_in_many_ways(form: str, text: str) -> None:
    assert written(pl.Series(np.array([1_556_636_405])), form).to_list() == [text]
