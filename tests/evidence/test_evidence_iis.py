from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from evidence_files import Taken, file, spec, take
from polars.testing import assert_frame_equal

from breachscope.evidence import load_mapping
from breachscope.schema import Kind

if TYPE_CHECKING:
    from pathlib import Path

NAMES = "date time cs-method cs-uri-stem cs-uri-query cs-username c-ip sc-status sc-bytes"


def requests(folder: Path, *lines: bytes | str, **options: object) -> Taken:
    rows = [line.encode() if isinstance(line, str) else line for line in lines]
    how = spec(Kind.DOWNLOADS, **{"zone": None, **options})
    return take(file(folder, b"\r\n".join([*rows, b""]), name="ex140501.log"), how)


NAME = "顧客名簿"
STEMS = {
    "raw CP932": f"/export/{NAME}.csv".encode("cp932"),
    "raw UTF-8": f"/export/{NAME}.csv".encode(),
    "escaped CP932": f"/export/{quote(NAME.encode('cp932'))}.csv".encode(),
    "escaped UTF-8": f"/export/{quote(NAME)}.csv".encode(),
}


@pytest.mark.parametrize("how", STEMS)
def test_a_japanese_name_comes_out_of_a_thousand_requests(tmp_path: Path, how: str) -> None:
    plain = "2014-05-01 01:00:00 GET /index.html - adm 10.0.0.1 200 10"
    named = b"2014-05-01 02:00:00 GET " + STEMS[how] + rb" - CORP\adm 10.0.0.1 200 1234"
    taken = requests(tmp_path, f"#Fields: {NAMES} ", *[plain] * 700, named, *[plain] * 299)

    found = taken.rows.row(700, named=True)
    assert taken.reading.account.taken == 1000
    assert (found["path"], found["title"]) == (f"/export/{NAME}.csv", NAME)
    assert (found["account"], found["bytes"], found["status"]) == (r"CORP\adm", 1234, "ok")
    assert found["rows"] is None


@pytest.mark.parametrize("name", ["予防接種案内_表", "ソフト会員", "十日町市_能登"])
def test_a_character_whose_second_byte_is_a_backslash_cuts_no_name(
    tmp_path: Path, name: str
) -> None:
    stem = b"/pds/export/" + quote(f"{name}_第9期.csv".encode("cp932")).encode()
    behind = b"/pds/files?file=D:" + quote(f"\\名簿\\{name}.csv".encode("cp932")).encode()
    taken = requests(
        tmp_path,
        f"#Fields: {NAMES}",
        b"2014-05-01 02:00:00 GET " + stem + b" - adm 10.0.0.1 200 1234",
        b"2014-05-01 02:00:01 GET " + behind.replace(b"?", b" ") + b" adm 10.0.0.1 200 1234",
    )

    assert taken.rows["title"].to_list() == [f"{name}_第9期", name]


def test_fields_may_change_come_late_and_be_repeated(tmp_path: Path) -> None:
    taken = requests(
        tmp_path,
        "#Software: Microsoft Internet Information Services 10.0",
        "2014-05-01 01:00:00 GET /a.csv - adm 10.0.0.1 200 10",
        f"#Fields: {NAMES}",
        f"#Fields: {NAMES}",
        "2014-05-01 01:00:01 GET /b.csv - adm 10.0.0.1 200 10",
        "#Date: 2014-05-02 00:00:00",
        "#Fields: time c-ip cs-username cs-method cs-uri-stem sc-status",
        "01:00:02 10.0.0.1 - GET /c.csv 206",
        "01:00:03 10.0.0.1 - GET",
        "",
    )

    assert taken.rows["title"].to_list() == ["a", "b", "c"]
    assert taken.rows["status"].to_list() == ["ok", "ok", "partial"]
    assert taken.rows["account"].to_list() == ["adm", "adm", None]
    assert str(taken.rows["at"][2]) == "2014-05-02 01:00:02+00:00"
    assert taken.quarantined.select("line", "reason").rows() == [(9, "4 fields, 6 expected")]
    assert taken.skipped["reason"].to_list() == ["comment"] * 5 + ["blank line"]
    assert "lines before the first #Fields are read by it" in taken.reading.notes


def test_a_double_space_is_an_empty_field(tmp_path: Path) -> None:
    taken = requests(
        tmp_path,
        f"#Fields: {NAMES}",
        "2014-05-01 01:00:00 GET /a.csv  adm 10.0.0.1 200 10",
        r"2014-05-01 01:00:00 GET /a.csv x=1  CORP\adm 10.0.0.1 200 10",
    )

    assert taken.rows["attr:cs-uri-query"].to_list() == [None, "x=1"]
    assert taken.rows["account"].to_list() == ["adm", r"CORP\adm"]


def test_only_a_get_that_was_answered_fetched_something(tmp_path: Path) -> None:
    names = f"#Fields: {NAMES} sc-win32-status"
    rest = "/a.csv - adm 10.0.0.1"
    taken = requests(
        tmp_path,
        names,
        f"2014-05-01 01:00:00 GET {rest} 200 10 0",
        f"2014-05-01 01:00:00 GET {rest} 200 10 64",
        f"2014-05-01 01:00:00 POST {rest} 200 10 0",
        f"2014-05-01 01:00:00 GET {rest} 404 10 2",
    )

    assert taken.rows["status"].to_list() == ["ok", "partial", "failed", "failed"]


def test_a_list_in_the_query_is_found(tmp_path: Path) -> None:
    taken = requests(
        tmp_path,
        f"#Fields: {NAMES}",
        f"2014-05-01 01:00:00 GET /get.aspx list=L7&file={quote(NAME)}.csv adm 10.0.0.1 200 1",
    )

    assert taken.rows.select("list_id", "title", "path").rows() == [("L7", NAME, "/get.aspx")]


def test_a_pattern_says_which_requests_are_downloads(tmp_path: Path) -> None:
    mapping = load_mapping(
        file(
            tmp_path,
            'kind = "downloads"\n[patterns]\nlist_id = '
            '{ column = "cs-uri-stem", regex = "/export/(?<list_id>[^/.]+)" }\n',
            name="m.toml",
        )
    )
    taken = requests(
        tmp_path,
        f"#Fields: {NAMES}",
        "2014-05-01 01:00:00 GET /export/L7.csv - adm 10.0.0.1 200 1",
        "2014-05-01 01:00:00 GET /logo.png - adm 10.0.0.1 200 1",
        mapping=mapping,
    )

    assert taken.rows["list_id"].to_list() == ["L7"]
    assert taken.skipped["reason"].to_list()[-1] == "not matched by the mapping's pattern"


def test_blocks_change_nothing_in_a_log(tmp_path: Path) -> None:
    lines = [
        f"#Fields: {NAMES}",
        *(f"2014-05-01 01:00:{i:02} GET /{i}.csv - a 1 200 1" for i in range(9)),
    ]

    whole = requests(tmp_path, *lines).rows
    assert_frame_equal(whole, requests(tmp_path, *lines, block_bytes=50).rows)
