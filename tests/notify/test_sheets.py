from __future__ import annotations

import csv
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import fastexcel
import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from notify_cases import package, people

from breachscope.notify import sheets
from breachscope.notify.cells import STARTS, as_text, safe_value
from breachscope.notify.xlsx import BOLD, _few, _row, letters

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, *frames: pl.DataFrame) -> tuple[list[dict[str, str]], list[pl.DataFrame]]:
    """The rows of the CSV, and the book's sheets of people."""
    rows, book = folder / "p.csv", folder / "p.xlsx"
    sheets.write_people(rows, book, package(people=frames), [("人数", "3")])
    with rows.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    opened = fastexcel.read_excel(book)
    pages = [
        opened.load_sheet(name, dtypes="string").to_polars() for name in opened.sheet_names[1:]
    ]
    return found, pages


@pytest.mark.parametrize("start", list(STARTS))
def test_a_cell_that_could_run_is_disarmed_in_both_tables(tmp_path: Path, start: str) -> None:
    rows, (page,) = written(tmp_path, people(f"{start}1+1"))

    assert rows[0]["name"] == f"'{start}1+1"
    assert page["氏名"].to_list() == [f"'{start}1+1"]


def test_no_cell_of_the_book_is_a_formula_a_number_or_a_link(tmp_path: Path) -> None:
    written(tmp_path, people("=1+1", "12", "mailto:a@b"))
    with zipfile.ZipFile(tmp_path / "p.xlsx") as book:
        cells = [
            cell
            for name in book.namelist()
            if "sheet" in name
            for cell in ET.fromstring(book.read(name)).iter()
        ]
    tags = {cell.tag.rsplit("}")[-1] for cell in cells}

    assert {cell.get("t") for cell in cells if cell.tag.endswith("}c")} == {"inlineStr"}
    assert not tags & {"f", "hyperlink", "hyperlinks"}


def test_leading_zeros_are_kept(tmp_path: Path) -> None:
    rows, (page,) = written(tmp_path, people("東雲 一郎"))

    assert (rows[0]["phone"], rows[0]["postal_code"]) == ("0901234567", "0010001")
    assert page.select("電話番号", "郵便番号").row(0) == ("0901234567", "0010001")


def test_rare_kanji_marks_newlines_and_surrounding_spaces_are_kept(tmp_path: Path) -> None:
    name = " 𠮷田\n<&>\"' 髙﨑 "
    rows, (page,) = written(tmp_path, people(name))

    assert rows[0]["name"] == name
    assert page["氏名"].to_list() == [name]


def test_an_empty_value_is_an_empty_cell(tmp_path: Path) -> None:
    rows, (page,) = written(tmp_path, people("東雲 一郎", phone=None))

    assert rows[0]["phone"] == ""
    assert page["電話番号"].to_list() == [None]


def test_people_beyond_one_sheet_go_on_the_next_under_the_same_heading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "ROWS_A_SHEET", 3)
    rows, pages = written(tmp_path, people(*"abcde"), people(*"fgh", start=6))

    assert [page["氏名"].to_list() for page in pages] == [list("abc"), list("def"), list("gh")]
    assert [row["name"] for row in rows] == list("abcdefgh")


def test_a_sheet_exactly_full_begins_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "ROWS_A_SHEET", 3)
    _, pages = written(tmp_path, people(*"abc"))

    assert [page.height for page in pages] == [3]


def test_a_very_long_cell_is_cut_in_the_book_alone_and_says_so(tmp_path: Path) -> None:
    rows, (page,) = written(tmp_path, people("長" * 20_000))

    assert rows[0]["name"] == "長" * 20_000
    assert page["氏名"][0].endswith("CSVを参照）")


def test_unknown_columns_of_a_record_are_kept_under_their_own_name(tmp_path: Path) -> None:
    _, (page,) = written(
        tmp_path, people("東雲 一郎").with_columns(pl.lit("金").alias("attr:会員種別"))
    )

    assert page["会員種別"].to_list() == ["金"]


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), min_size=1))
def test_any_text_comes_out_of_both_tables_as_it_went_in(
    tmp_path: Path, names: list[str]
) -> None:  # fmt: skip
    frame = people(*names)
    text = as_text(frame, "Asia/Tokyo")["name"].to_list()
    rows, _ = written(tmp_path, frame)

    assert text == [safe_value(name) for name in names]
    assert [row["name"] for row in rows] == text
    with zipfile.ZipFile(tmp_path / "p.xlsx") as book:
        ET.fromstring(book.read("xl/worksheets/sheet2.xml"))  # well-formed


@hypothesis_settings(max_examples=60)
@given(
    st.lists(
        st.tuples(*[st.text('_x0Af<&>"\r\n\t\0\x1f\ufffe\uffff語', max_size=9)] * 2), min_size=1
    ),
    st.integers(0, 200_000),
)
def test_rows_made_cell_by_cell_are_those_made_by_columns(
    rows: list[tuple[str, str]], before: int
) -> None:
    frame = pl.DataFrame(rows, schema=["a", "b"], orient="row")
    by_columns = frame.select(_row(frame.columns, before, BOLD)).to_series().to_list()

    assert list(_few(frame, before, BOLD)) == by_columns


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    assert [letters(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"
    ]  # fmt: skip
