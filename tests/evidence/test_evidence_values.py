from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest
from evidence_files import Taken, file, spec, take
from hypothesis import given as over
from hypothesis import strategies as st

from breachscope.evidence import load_mapping, values
from breachscope.schema import KINDS, Kind, canonical

if TYPE_CHECKING:
    from pathlib import Path


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def downloads(folder: Path, *rows: str, **options: object) -> Taken:
    text = "\n".join(["アクセス日時\t利用者ID\tリストID\t件数\t転送量(バイト)\t状態", *rows, ""])
    return take(file(folder, text), spec(Kind.DOWNLOADS, **options))


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2014-05-01 09:03:04", at(2014, 5, 1, 0, 3, 4)),
        ("2014/5/1 9:03:04", at(2014, 5, 1, 0, 3, 4)),
        ("2014/05/01 9:03", at(2014, 5, 1, 0, 3)),
        ("2014-05-01T09:03:04.123456", at(2014, 5, 1, 0, 3, 4, 123456)),
        ("2014-05-01T09:03:04Z", at(2014, 5, 1, 9, 3, 4)),
        ("2014-05-01 09:03:04-05:30", at(2014, 5, 1, 14, 33, 4)),
        ("2014-05-01 09:03:04+00", at(2014, 5, 1, 9, 3, 4)),
        ("平成26年5月1日 9時3分4秒", at(2014, 5, 1, 0, 3, 4)),
        ("２０１４年５月１日（木）午後１時５分", at(2014, 5, 1, 4, 5)),
        ("20140501090304", at(2014, 5, 1, 0, 3, 4)),
        ("2014/05/01 24:00:00", at(2014, 5, 1, 15)),
        ("1398902584", at(2014, 5, 1, 0, 3, 4)),
        ("1398902584123", at(2014, 5, 1, 0, 3, 4, 123000)),
        ("01/May/2014:09:03:04 +0900", at(2014, 5, 1, 0, 3, 4)),
        ("2014-05-01", at(2014, 4, 30, 15)),
    ],
)
def test_times_are_read_as_they_are_written(tmp_path: Path, text: str, utc: datetime) -> None:
    taken = downloads(tmp_path, f"{text}\ta\tL\t1\t1\tok")

    assert taken.rows.select("at", "at_raw").rows() == [(utc, text)]


@pytest.mark.parametrize("text", ["2014-02-30 10:00:00", "昨日", "2014-05-01 25:30:00", ""])
def test_a_time_that_does_not_exist_costs_its_row(tmp_path: Path, text: str) -> None:
    taken = downloads(tmp_path, f"{text}\ta\tL\t1\t1\tok", "2014-05-01 10:00:00\ta\tL\t1\t1\tok")

    assert taken.rows.height == 1
    assert taken.quarantined["column"].to_list() == ["at"]


def test_the_value_s_own_offset_comes_first_and_the_zone_is_told(tmp_path: Path) -> None:
    rows = ("2014-05-01 10:00:00+00:00\ta\tL\t\t\t", "2014-05-01 10:00:00\ta\tL\t\t\t")
    declared = downloads(tmp_path, *rows)
    by_case = downloads(tmp_path, *rows, zone=None, default_zone="+09:00")

    assert declared.rows.select("zone", "zone_from").rows() == [
        ("+00:00", "value"),
        ("Asia/Tokyo", "option"),
    ]
    assert by_case.rows["zone_from"].to_list() == ["value", "case"]
    assert by_case.rows["at"].to_list() == declared.rows["at"].to_list()
    assert "not declared" in by_case.reading.zone_note


def test_a_clock_offset_moves_the_instant_and_not_its_text(tmp_path: Path) -> None:
    taken = downloads(tmp_path, "2014-05-01 10:00:00\ta\tL\t\t\t", clock_offset=-90.5)

    assert taken.rows["at"].to_list() == [at(2014, 5, 1, 0, 58, 29, 500000)]
    assert taken.rows.select("at_raw", "clock_offset").rows() == [("2014-05-01 10:00:00", -90.5)]


@pytest.mark.parametrize("local", ["2014-03-09 02:30:00", "2014-11-02 01:30:00"])
def test_local_times_a_zone_skips_or_repeats_are_set_aside(tmp_path: Path, local: str) -> None:
    taken = downloads(tmp_path, f"{local}\ta\tL\t\t\t", zone="America/New_York")

    assert taken.quarantined["reason"].to_list() == [
        "at: does not exist, or twice, in the zone's local time"
    ]


@pytest.mark.parametrize(
    ("text", "count"), [("1,234", 1234), ("１２件", 12), ("1234.0", 1234), ("-", None), ("", None)]
)
def test_counts_are_whole_numbers(tmp_path: Path, text: str, count: int | None) -> None:
    taken = downloads(tmp_path, f"2014-05-01 10:00:00\ta\tL\t{text}\t\tok")

    assert taken.rows["rows"].to_list() == [count]


@pytest.mark.parametrize("text", ["1.5", "12KB", "1,23", "多数", "-3"])
def test_what_is_no_count_costs_its_row(tmp_path: Path, text: str) -> None:
    taken = downloads(tmp_path, f"2014-05-01 10:00:00\ta\tL\t{text}\t\tok")

    assert taken.quarantined["reason"].to_list() == ["rows: not a whole number"]


@pytest.mark.parametrize(
    ("text", "status"),
    [("正常終了", "ok"), ("ＯＫ", "ok"), ("２００", "ok"), ("中断", "partial"), ("", None)],
)
def test_coded_words_are_known(tmp_path: Path, text: str, status: str | None) -> None:
    taken = downloads(tmp_path, f"2014-05-01 10:00:00\ta\tL\t1\t\t{text}")

    assert taken.rows["status"].to_list() == [status]


def test_an_unknown_word_costs_its_row_without_being_repeated(tmp_path: Path) -> None:
    taken = downloads(tmp_path, "2014-05-01 10:00:00\ta\tL\t1\t\t謎の値")

    assert taken.quarantined["reason"].to_list() == ["status: a word the playbook does not know"]


def test_an_empty_required_column_costs_its_row(tmp_path: Path) -> None:
    taken = downloads(tmp_path, "2014-05-01 10:00:00\t \tL\t1\t\tok")

    assert taken.quarantined["reason"].to_list() == ["account: is empty"]


def test_two_equal_lines_are_two_events(tmp_path: Path) -> None:
    assert downloads(tmp_path, *["2014-05-01 10:00:00\ta\tL\t1\t\tok"] * 2).rows.height == 2


def test_a_word_may_mean_another_thing_in_another_kind(tmp_path: Path) -> None:
    media = file(
        tmp_path, "日時,端末,操作,登録状況\n2014-05-01 10:00,PC,接続,未登録\n", name="m.csv"
    )
    logins = file(tmp_path, "日時,利用者ID,操作\n2014-05-01 10:00,a,接続\n", name="l.csv")

    taken = take(media, spec(Kind.MEDIA)).rows
    assert taken.select("action", "registered").rows() == [("connect", False)]
    assert take(logins, spec(Kind.LOGINS)).rows["action"].to_list() == ["login"]


def test_registers_have_dates_and_sectors(tmp_path: Path) -> None:
    text = "委託元コード,委託元名,区分,契約開始日\n"
    text += "001,甲市,地方公共団体,平成25年4月1日\n002,乙,民間事業者,2013/4/1\n"
    taken = take(file(tmp_path, text, encoding="cp932"), spec(Kind.PARTIES))

    assert taken.rows.select("party_id", "sector", "contract_start").rows() == [
        ("001", "local", date(2013, 4, 1)),
        ("002", "private", date(2013, 4, 1)),
    ]


@pytest.mark.parametrize("kind", [k for k in Kind if k not in (Kind.RECORDS, Kind.LEAK)])
def test_every_kind_of_event_comes_in_its_canonical_columns(tmp_path: Path, kind: Kind) -> None:
    schema = canonical(kind)
    own = [column.name for column in KINDS[kind]]
    taken = take(file(tmp_path, ",".join(own) + "\n"), spec(kind))

    assert taken.rows.schema == schema


def test_a_mapping_says_columns_formats_words_and_patterns(tmp_path: Path) -> None:
    mapping = load_mapping(
        file(
            tmp_path,
            """kind = "downloads"
zone = "UTC"
skip_rows = 1
[columns]
at = "いつ"
account = "だれ"
status = "どう"
[formats]
at = "%d.%m.%Y %H-%M-%S"
[values.status]
"よし" = "ok"
[patterns]
list_id = { column = "URL", regex = "/export/(?<list_id>[^/.]+)" }
""",
            name="mapping.toml",
        )
    )
    text = "一覧\nいつ,だれ,どう,URL\n01.05.2014 10-00-00,a,よし,/export/L7.csv\n"
    taken = take(file(tmp_path, text), spec(Kind.DOWNLOADS, mapping=mapping, zone=None))

    assert taken.rows.select("at", "account", "status", "list_id").rows() == [
        (at(2014, 5, 1, 10), "a", "ok", "L7")
    ]


def test_records_stay_text(tmp_path: Path) -> None:
    text = "版ID,No,氏名,生年月日,郵便番号\nV7,10,甲,S55/3/1,0600001\n,11,乙,,\n"
    taken = take(file(tmp_path, text), spec(version_id=None))

    assert taken.rows.drop("line", "byte", "byte_end", "member").rows() == [
        ("V7", 10, "甲", "0600001", "S55/3/1")
    ]
    assert taken.rows["row_no"].dtype == pl.Int64
    assert taken.quarantined["reason"].to_list() == ["version_id: is empty"]


WORDS = ("", "-", "--", "null", "(null)", "n/a")
FORMS = st.sampled_from([*WORDS, "（ＮＵＬＬ）", "ｎ／ａ", "——", "ｰ", "𝐧𝐮𝐥𝐥", "none", "éa"])
SPACE = st.text(alphabet=" \t\n\u00a0\u2003\u3000\u200b\u0301", max_size=9)
OTHER = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), max_size=8)


@over(st.lists(st.tuples(SPACE, FORMS | OTHER, SPACE).map("".join), min_size=1))
def test_a_text_says_nothing_by_its_plain_form_alone(texts: list[str]) -> None:
    found = pl.DataFrame({"t": texts}, schema={"t": pl.String()}).select(values.given(pl.col("t")))
    plain = (unicodedata.normalize("NFKC", text).strip() for text in texts)
    dashes = dict.fromkeys(map(ord, "‐‑–—―−ー"), "-")
    says = [text.translate(dashes).lower() not in WORDS for text in plain]
    assert found["t"].is_not_null().to_list() == says
