"""Bad input of native logs: each broken line costs itself, and all are accounted for."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest
from evidence_files import Taken, file, spec, take
from log_samples import LIST, SAMPLES, lines

from breachscope.evidence import encodings
from breachscope.schema import Kind

if TYPE_CHECKING:
    from pathlib import Path

D = Kind.DOWNLOADS
FIELDS = "#Fields: date time cs-method cs-uri-stem cs-username c-ip sc-status sc-bytes"
ROW = "2014-05-01 01:00:00 GET /%s.csv adm 10.0.0.1 200 10"


def taken(folder: Path, content: bytes, *, rows: int, kind: Kind = D, **options: Any) -> Taken:
    """The file as read, of so many lines, all accounted for."""
    found = take(file(folder, content, name="some.log"), spec(kind, **options))
    account = found.reading.account
    assert account.rows_read == rows
    assert rows == account.taken + account.quarantined + account.skipped
    assert rows == found.rows.height + found.quarantined.height + found.skipped.height
    places = [*found.rows["line"], *found.quarantined["line"], *found.skipped["line"]]
    assert sorted(places) == list(range(1, rows + 1))
    return found


def broken(found: Taken) -> list[tuple[int, str]]:
    return found.quarantined.select("line", "reason").rows()


def test_names_in_several_encodings_in_one_log_come_out_right(tmp_path: Path) -> None:
    codecs = ("utf-8", "cp932", "euc_jp", "utf-8", "cp932")
    named = [(ROW % LIST).encode(codec) for codec in codecs]
    found = taken(tmp_path, lines(FIELDS, *named), rows=6)

    assert found.rows["title"].to_list() == [LIST] * 5


def test_two_encodings_in_one_line_come_out_right(tmp_path: Path) -> None:
    fields = "#Fields: date time cs-method cs-uri-stem cs-uri-query cs-username c-ip sc-status"
    row = b"2014-05-01 01:00:00 GET /%s.csv - %s 10.0.0.1 200" % (
        LIST.encode("cp932"),
        "山田".encode(),
    )
    found = taken(tmp_path, lines(fields, row), rows=2)

    assert found.rows.select("title", "account").rows() == [(LIST, "山田")]


def test_bytes_of_no_encoding_are_kept_escaped_and_counted(tmp_path: Path) -> None:
    found = taken(tmp_path, lines(FIELDS, (ROW % "a").encode().replace(b"a.", b"a\xff.")), rows=2)

    assert found.rows["title"].to_list() == [r"a\xff"]
    assert found.reading.account.undecodable == 1


def test_a_directive_in_the_middle_of_a_request_breaks_that_line_alone(tmp_path: Path) -> None:
    other = "#Fields: date time c-ip cs-username cs-method cs-uri-stem sc-status sc-bytes"
    found = taken(
        tmp_path,
        lines(
            FIELDS,
            ROW % "a",
            "2014-05-01 01:00:01 GET /b.c" + other,
            "2014-05-01 01:00:02 10.0.0.9 adm GET /c.csv 200 10",
            "2014-05-01 01:00:03 GET /d" + "#Software: Microsoft Internet Information Services 8",
            FIELDS,
            ROW % "e",
        ),
        rows=7,
    )

    assert found.rows.select("title", "source_ip").rows() == [
        ("a", "10.0.0.1"),
        ("c", "10.0.0.9"),
        ("e", "10.0.0.1"),
    ]
    assert broken(found) == [(3, TORN), (5, TORN)]


TORN = "torn: a directive begins inside it"


def test_a_number_sign_in_a_name_is_no_directive(tmp_path: Path) -> None:
    found = taken(tmp_path, lines(FIELDS, ROW % "a#1", ROW % "b#Fields:x"), rows=3)

    assert found.rows["title"].to_list() == ["a#1", "b#Fields:x"]


def test_fields_may_have_any_names(tmp_path: Path) -> None:
    fields = "#Fields: date time cs-uri-stem path title * ^.*$ text line bad day account account"
    row = "2014-05-01 01:00:00 /a.csv p t s r x 1 b d adm adm"
    found = taken(tmp_path, lines(fields, row), rows=2)

    told = {name.removeprefix("attr:"): found.rows[name][0] for name in found.rows.columns}
    assert found.rows.select("path", "title").rows() == [("/a.csv", "a")]
    assert (found.rows["attr:path"][0], told["*"], told["^.*$"]) == ("p", "s", "r")


def test_a_line_of_ten_megabytes_is_a_line(tmp_path: Path) -> None:
    long = ROW % ("x" * (10 << 20))
    found = taken(tmp_path, lines(FIELDS, ROW % "a", long, ROW % "b"), rows=4)

    assert [len(title) for title in found.rows["title"]] == [1, 10 << 20, 1]


def test_a_line_longer_than_is_allowed_costs_itself(tmp_path: Path) -> None:
    content = lines(FIELDS, ROW % "a", ROW % ("x" * 9000), ROW % "b")
    found = taken(tmp_path, content, rows=4, longest_line=4000, block_bytes=1000)

    assert found.rows["title"].to_list() == ["a", "b"]
    assert broken(found) == [(3, "line too long")]
    assert found.rows["byte"].to_list() == [content.index(b"2014"), content.rindex(b"2014")]


@pytest.mark.parametrize("name", ["iis", "access", "xferlog", "squid", "m365", "teamviewer"])
def test_lines_ended_by_cr_alone_are_the_same_lines(tmp_path: Path, name: str) -> None:
    kind = Kind.REMOTE if name == "teamviewer" else D
    content, rows = SAMPLES[name], SAMPLES[name].count(b"\n")
    plain = taken(tmp_path, content, rows=rows, kind=kind)
    old = taken(tmp_path, content.replace(b"\n", b"\r"), rows=rows, kind=kind)

    assert old.rows.equals(plain.rows)


def test_zero_bytes_cost_their_line(tmp_path: Path) -> None:
    rest = bytes(4096)  # as a server leaves that lost its power
    found = taken(tmp_path, lines(FIELDS, ROW % "a", ROW % "b\0") + rest, rows=4)

    assert found.rows["title"].to_list() == ["a"]
    assert broken(found) == [(3, "zero byte"), (4, "zero byte")]


def test_rubbish_after_packed_data_is_told_and_costs_no_line(tmp_path: Path) -> None:
    content = lines(FIELDS, ROW % "a", ROW % "b")
    packed = gzip.compress(content) + gzip.compress(lines(ROW % "c"))
    found = taken(tmp_path, packed + b"rubbish, not packed", rows=4)

    assert found.rows["title"].to_list() == ["a", "b", "c"]
    assert "19 bytes after the packed data were not read" in found.reading.notes
    assert found.reading.account.size == len(packed) + 19


@pytest.mark.parametrize("padding", [b"", bytes(512)])
def test_zeros_after_packed_data_are_padding(tmp_path: Path, padding: bytes) -> None:
    found = taken(tmp_path, gzip.compress(lines(FIELDS, ROW % "a")) + padding, rows=2)

    assert not found.reading.notes


def test_hours_the_clock_skipped_or_showed_twice_are_not_guessed(tmp_path: Path) -> None:
    line = 'Sun %s 2016 [pid 3] [a] OK DOWNLOAD: Client "1.1.1.1", "/a.csv", 1 bytes, 1Kbyte/sec'
    times = ["Mar 27 01:59:59", "Mar 27 02:30:00", "Oct 30 02:30:00", "Oct 30 03:00:00"]
    content = lines(*(line % time for time in times))
    found = taken(tmp_path, content, rows=4, zone="Europe/Berlin")

    assert [str(at) for at in found.rows["at"]] == [
        "2016-03-27 00:59:59+00:00",
        "2016-10-30 02:00:00+00:00",
    ]
    why = "at: does not exist, or twice, in the zone's local time"
    assert broken(found) == [(2, why), (3, why)]
    assert taken(tmp_path, content, rows=4, zone="+01:00").rows.height == 4


def test_a_mark_before_the_text_moves_no_byte(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + lines(FIELDS, ROW % "a")
    found = taken(tmp_path, content, rows=2)

    assert found.rows["byte"].to_list() == [content.index(b"2014")]
    assert found.skipped["byte"].to_list() == [3]


def test_a_declared_encoding_goes_before_the_ones_told(tmp_path: Path) -> None:
    half = "ｶﾅ"
    found = taken(tmp_path, lines(FIELDS, (ROW % half).encode("cp932")), rows=2, encoding="cp932")

    assert found.rows["title"].to_list() == [half]
    assert encodings.is_utf8(half.encode("cp932")) is False


def test_the_last_line_may_lack_its_end(tmp_path: Path) -> None:
    found = taken(tmp_path, lines(FIELDS, ROW % "a").rstrip(b"\n"), rows=2)

    assert found.rows["title"].to_list() == ["a"]
