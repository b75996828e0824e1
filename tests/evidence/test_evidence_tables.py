from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

import polars as pl
import pytest
import zstandard
from evidence_files import PHONE, file, spec, take
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from breachscope.schema import Kind

if TYPE_CHECKING:
    from pathlib import Path

LIST = "氏名,電話番号,住所\r\n髙木一郎,090-0000-0001,札幌市①番\r\n佐藤花子,,表町ソ\r\n"
ENCODINGS = {
    "utf-8": "髙①",
    "utf-8-sig": "髙①",
    "utf-16": "髙①",
    "utf-16-le": "髙①",
    "utf-16-be": "髙①",
    "cp932": "髙①",
    "euc_jp": "高1",
    "iso2022_jp": "高1",
}


def packed(data: bytes, container: str) -> bytes:
    if container == "gzip":
        return gzip.compress(data)
    if container == "zstd":
        return zstandard.compress(data)
    if container == "zip":
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("名簿/一覧.csv", data)
        return whole.getvalue()
    return data


@pytest.mark.parametrize("container", ["plain", "gzip", "zstd", "zip"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_in_every_container_gives_the_same_rows(
    tmp_path: Path, encoding: str, container: str
) -> None:
    high, number = ENCODINGS[encoding]
    text = LIST.replace("髙", high).replace("①", number)
    data = packed(text.encode(encoding), container)
    path = file(tmp_path, data)

    taken = take(path, spec())

    assert taken.rows["name"].to_list() == [f"{high}木一郎", "佐藤花子"]
    assert taken.rows["address"].to_list() == [f"札幌市{number}番", "表町ソ"]
    assert taken.rows["phone"].to_list() == ["090-0000-0001", None]
    assert taken.reading.account.sha256 == hashlib.sha256(data).hexdigest()
    assert taken.reading.members == (["名簿/一覧.csv"] if container == "zip" else [])


def test_vendor_characters_of_euc_jp_are_read(tmp_path: Path) -> None:
    path = file(tmp_path, "氏名,住所\n高木,①番\n".encode("euc_jis_2004"))

    assert take(path, spec()).rows["address"].to_list() == ["①番"]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_the_separator_is_found_whatever_the_ending(tmp_path: Path, mark: str) -> None:
    path = file(tmp_path, LIST.replace(",", mark), name="list.csv", encoding="cp932")

    assert take(path, spec()).rows["name"].to_list() == ["髙木一郎", "佐藤花子"]


def test_what_is_no_row_is_skipped_and_told(tmp_path: Path) -> None:
    text = "顧客リスト,,\n氏名,電話番号,住所\n甲,1,a\n\n,,\n# 出力\n"
    text += "氏名,電話番号,住所\n乙,2,b\n合計,,2\n以上\n全2件\n"
    taken = take(file(tmp_path, text), spec())

    assert taken.rows["row_no"].to_list() == [1, 2]
    assert taken.skipped.select("line", "reason").rows() == [
        (1, "above the header"),
        (4, "blank line"),
        (5, "blank line"),
        (6, "comment"),
        (7, "repeated header"),
        (9, "footer"),
        (10, "footer"),
        (11, "footer"),
    ]


def test_one_cell_before_the_last_row_is_a_broken_row(tmp_path: Path) -> None:
    taken = take(file(tmp_path, "氏名,電話番号\n甲,1\n乙\n丙,3\n"), spec())

    assert taken.quarantined.select("line", "reason").rows() == [(3, "1 fields, 2 expected")]
    assert taken.rows["row_no"].to_list() == [1, 3]


def test_a_last_line_cut_short_is_not_a_footer(tmp_path: Path) -> None:
    taken = take(file(tmp_path, "氏名,電話番号\n甲,1\n乙"), spec())

    assert taken.quarantined["line"].to_list() == [3]


def test_a_quoted_cell_may_span_lines(tmp_path: Path) -> None:
    text = '氏名,住所,電話番号\n甲,"東町\n""1""-2,3",1\n乙,b,2\n'
    taken = take(file(tmp_path, text), spec())

    assert taken.rows["address"].to_list() == ['東町\n"1"-2,3', "b"]
    assert taken.rows["line"].to_list() == [2, 4]


def test_a_quote_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    text = '氏名,住所,電話番号\n甲,"a,1\n乙,b,2\n丙,5" c,3\n丁,d" e,4\n'
    taken = take(file(tmp_path, text), spec())

    assert taken.quarantined.select("line", "reason").rows() == [(2, "quotes do not close")]
    assert taken.rows["address"].to_list() == ["b", '5" c', 'd" e']


def test_a_header_may_hold_a_line_break(tmp_path: Path) -> None:
    taken = take(file(tmp_path, '氏名,"電話\n番号"\n甲,1\n'), spec())

    assert taken.reading.columns_found["phone"] == "電話番号"
    assert taken.rows.select("name", "line").rows() == [("甲", 3)]


def test_lines_of_another_encoding_are_set_aside(tmp_path: Path) -> None:
    rows = "氏名,電話番号\n甲野一,1\n".encode("cp932")
    rows += "乙野二,2\n".encode() + "丙野三,3\n".encode("iso2022_jp") + "丁野四,4\n".encode("cp932")
    taken = take(file(tmp_path, rows), spec())

    assert taken.rows["name"].to_list() == ["甲野一", "丁野四"]
    assert set(taken.quarantined["reason"]) == {"in another encoding"}
    assert taken.reading.account.undecodable == 2


def test_lines_of_euc_in_a_file_of_cp932_are_set_aside_and_half_width_kana_are_not(
    tmp_path: Path,
) -> None:
    rows = "氏名,カナ,住所\n甲野一,ｺｳﾉ,青葉市\n".encode("cp932")
    rows += "乙野二,オツノ,緑野原市北浦九丁目\n".encode("euc_jp")
    rows += "ﾃｲﾉ,ﾃｲﾉ ｼﾛｳ,ｱｵﾊﾞｼ\n".encode("cp932") + "熙,ﾋﾛｼ,渙\n".encode("cp932")
    taken = take(file(tmp_path, rows), spec())

    assert taken.rows["name"].to_list() == ["甲野一", "ﾃｲﾉ", "熙"]
    assert taken.quarantined["line"].to_list() == [3]
    assert set(taken.quarantined["reason"]) == {"in another encoding"}


def test_undecodable_bytes_and_zeros_cost_one_line_each(tmp_path: Path) -> None:
    rows = "氏名,電話番号\n甲野一,1\n".encode("cp932") + b"\x81\xff,2\na\0b,3\n\xfd\xfe,4\n"
    taken = take(file(tmp_path, rows + "乙,5\n".encode("cp932")), spec())

    assert taken.rows["row_no"].to_list() == [1, 5]
    assert taken.quarantined["reason"].to_list() == [
        "undecodable bytes",
        "zero byte",
        "undecodable bytes",
    ]


def test_user_defined_characters_are_counted(tmp_path: Path) -> None:
    taken = take(
        file(tmp_path, "氏名,電話番号\n".encode("cp932") + b"\xf0\x40\xf0\x41\xf0\x40,1\n"), spec()
    )

    assert taken.reading.account.gaiji == 3
    assert taken.reading.account.gaiji_seen == {"U+E000", "U+E001"}


def test_japanese_that_comes_late_is_still_read(tmp_path: Path) -> None:
    text = "name,phone\n" + "a,1\n" * 100_000 + "髙木,2\n"
    taken = take(file(tmp_path, text, encoding="cp932"), spec())

    assert taken.rows["name"][-1] == "髙木"


def test_a_line_too_long_is_set_aside_and_the_next_is_read(tmp_path: Path) -> None:
    text = "氏名,電話番号\n甲,1\n" + "x" * 5000 + "\n乙,2\n"
    for block in (64, 100_000):
        taken = take(file(tmp_path, text), spec(block_bytes=block, longest_line=1000))

        assert taken.rows["row_no"].to_list() == [1, 3]
        assert taken.quarantined.select("line", "reason").rows() == [(3, "line too long")]


def test_old_line_ends_are_known(tmp_path: Path) -> None:
    assert take(file(tmp_path, LIST.replace("\r\n", "\r")), spec()).rows.height == 2


def test_a_file_of_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    account = take(file(tmp_path, "氏名,電話番号\n"), spec()).reading.account

    assert (account.rows_read, account.taken) == (0, 0)


def test_a_leak_without_a_header_keeps_every_row(tmp_path: Path) -> None:
    taken = take(file(tmp_path, f"甲野,{PHONE}\n乙野,03-0000-0000\n"), spec(Kind.LEAK))

    assert taken.rows["attr:column_2"].to_list() == [PHONE, "03-0000-0000"]
    assert taken.reading.notes == ["no header"]


def test_a_user_s_encoding_wins(tmp_path: Path) -> None:
    taken = take(
        file(tmp_path, "name,phone\nﾃｽﾄ,1\n", encoding="cp932"), spec(encoding="Shift_JIS")
    )

    assert (taken.rows["name"][0], taken.reading.encoding) == ("ﾃｽﾄ", "cp932 (declared)")


def test_unknown_columns_are_kept_and_told(tmp_path: Path) -> None:
    taken = take(file(tmp_path, "氏名,電話番号,メモ,メモ,\n甲,1,x,,z\n"), spec())

    assert taken.reading.attributes == ["attr:メモ", "attr:メモ#4", "attr:column_5"]
    assert taken.rows["attr:メモ"].to_list() == ["x"]


def test_a_header_that_fits_another_kind_better_is_noted(tmp_path: Path) -> None:
    text = "日時,端末,操作,シリアル番号,ドライブ,利用者ID,リストID\n"
    notes = take(file(tmp_path, text), spec(Kind.DOWNLOADS)).reading.notes

    assert notes == ["the header fits media better: 5 known columns, 4 as downloads"]


CELLS = st.text("甲乙ソ表a1 -", max_size=6)
PLAIN = st.tuples(CELLS, CELLS, CELLS).map(",".join)
BROKEN = st.sampled_from(
    [
        '"',
        'a,"b,c',
        "a,b",
        "a,b,c,d",
        "",
        ",,",
        "# x",
        "氏名,電話番号,住所",
        'a,"b\nc",d',
        '"x","y","z"',
        "合計",
        "a\0,b,c",
        '甲,"乙""丙",丁',
        'a,5" b,c',
        'a, "b" ,c',
        'a,"b"c,d',
    ]
)


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(PLAIN | BROKEN, max_size=25), encoding=st.sampled_from(["cp932", "utf-8"]))
def test_every_line_is_accounted_for_and_leads_back_to_its_bytes(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], encoding: str
) -> None:
    folder = tmp_path_factory.mktemp("conserved")
    data = "\r\n".join(["氏名,電話番号,住所", *lines, ""]).encode(encoding)
    taken = take(file(folder, data), spec())

    account = taken.reading.account
    assert account.rows_read == account.taken + account.quarantined + account.skipped
    starts = [0, *(i + 1 for i, b in enumerate(data) if b == 10)]
    for line, byte in [
        *taken.rows.select("line", "byte").rows(),
        *taken.quarantined.select("line", "byte").rows(),
        *taken.skipped.select("line", "byte").rows(),
    ]:
        assert starts[line - 1] == byte
    for name, first, past in taken.rows.select("name", "byte", "byte_end").rows():
        assert (name or "") in data[first:past].decode(encoding).replace('""', '"')
        assert data[past : past + 2] == b"\r\n"


@settings(max_examples=40, deadline=None)
@given(lines=st.lists(PLAIN | BROKEN, max_size=25), block=st.integers(1, 200))
def test_the_size_of_blocks_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], block: int
) -> None:
    folder = tmp_path_factory.mktemp("blocks")
    path = file(folder, "\n".join(["氏名,電話番号,住所", *lines]), encoding="cp932")

    whole, pieces = take(path, spec()), take(path, spec(block_bytes=block))

    assert_frame_equal(whole.rows, pieces.rows)
    assert_frame_equal(whole.quarantined, pieces.quarantined, check_row_order=False)
    assert_frame_equal(whole.skipped.sort("line"), pieces.skipped.sort("line"))
    assert whole.reading.account == pieces.reading.account


def test_utf_16_does_not_depend_on_blocks_either(tmp_path: Path) -> None:
    path = file(tmp_path, codecs.BOM_UTF16_LE + (LIST * 3).encode("utf-16-le"))

    assert_frame_equal(take(path, spec()).rows, take(path, spec(block_bytes=33)).rows)


def test_excel_is_read_as_text_with_lost_zeros_restored(tmp_path: Path) -> None:
    book = pl.DataFrame(
        {
            "氏名": ["甲", "乙", "合計"],
            "電話番号": [9000000001, None, None],
            "郵便番号": [600001, None, None],
            "生年月日": ["S55.3.1", "1980-03-01", None],
        }
    )
    book.write_excel(tmp_path / "list.xlsx", worksheet="名簿")
    taken = take(tmp_path / "list.xlsx", spec())

    assert taken.rows["phone"].to_list() == ["09000000001", None]
    assert taken.rows["postal_code"].to_list() == ["0600001", None]
    assert taken.rows["attr:zero_restored"].to_list() == ["postal_code,phone", None]
    assert taken.rows.select("member", "line", "byte").rows() == [
        ("名簿", 2, None),
        ("名簿", 3, None),
    ]
    assert taken.skipped["reason"].to_list() == ["footer"]


def test_parquet_and_json_lines_give_the_same_events(tmp_path: Path) -> None:
    events = pl.DataFrame(
        {"日時": ["2014-05-01 10:00:00"], "利用者ID": ["adm"], "リストID": ["L1"], "件数": [12]}
    )
    events.write_parquet(tmp_path / "a.parquet")
    events.write_ndjson(tmp_path / "a.jsonl")
    how = spec(Kind.DOWNLOADS)

    parquet, objects = take(tmp_path / "a.parquet", how), take(tmp_path / "a.jsonl", how)

    assert parquet.rows["rows"].to_list() == [12]
    assert_frame_equal(parquet.rows.drop("byte"), objects.rows.drop("byte"))


def test_a_line_that_is_no_object_costs_itself_only(tmp_path: Path) -> None:
    taken = take(
        file(tmp_path, '{"氏名":"甲","電話番号":1}\n{"氏\n{"氏名":"乙","x":[1]}\n'), spec()
    )

    assert taken.rows.select("name", "row_no", "attr:x").rows() == [
        ("甲", 1, None),
        ("乙", 3, "[1]"),
    ]
    assert taken.quarantined["reason"].to_list() == ["not a JSON object"]


def test_members_of_an_archive_are_all_read(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.csv", LIST.encode("cp932"))
        archive.writestr("__MACOSX/a.csv", b"\0")
        archive.writestr("b.csv", "電話番号,氏名\n1,丙\n".encode())
    taken = take(file(tmp_path, whole.getvalue(), name="a.zip"), spec())

    assert taken.rows.select("member", "name", "line").rows() == [
        ("a.csv", "髙木一郎", 2),
        ("a.csv", "佐藤花子", 3),
        ("b.csv", "丙", 2),
    ]
