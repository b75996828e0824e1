from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from evidence_files import Taken, file, spec, take
from pydantic import ValidationError

from breachscope import playbook
from breachscope.evidence import ReadSpec, read
from breachscope.routes import Route
from breachscope.schema import Kind

ROUTES = tuple(playbook.load(playbook.DEFAULT).routes.routes)
REAL = Path(
    os.environ.get(
        "BREACHSCOPE_REAL", Path(__file__).resolve().parents[2].parent / "shared" / "real"
    )
)
L2T = (
    "date,time,timezone,MACB,source,sourcetype,type,user,host,short,desc,version,filename,inode,"
    "notes,format,extra"
)
XML = (
    '<Event><EventData><Data Name="TargetUserName">adm</Data>'
    '<Data Name="IpAddress">10.0.0.5</Data><Data Name="TargetLogonId">0x3e7</Data></EventData>'
    "</Event>"
)


def timeline(folder: Path, content: str, name: str = "t.jsonl", **options: Any) -> Taken:
    return take(file(folder, content, name=name), as_timeline(**options))


def as_timeline(**options: Any) -> ReadSpec:
    return spec(Kind.TIMELINE, zone=None, default_zone="Asia/Tokyo", routes=ROUTES, **options)


def routed(path: Path, kind: Kind, **options: Any) -> pl.DataFrame:
    batches = list(read(path, as_timeline(**options)).batches())
    return pl.concat([batch.routed[kind] for batch in batches if kind in batch.routed])


def lines(*events: dict[str, Any]) -> str:
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)


def iis(**own: Any) -> dict[str, Any]:
    return {
        "data_type": "iis:log:line",
        "parser": "text/winiis",
        "timestamp": 1398906000000000,
        "timestamp_desc": "Content Modification Time",
        "message": "GET /export/L1.csv",
        "requested_uri_stem": "/export/%E9%A1%A7%E5%AE%A2.csv",
        "cs_uri_query": "list_id=L1",
        "cs_username": "adm",
        "source_ip": "10.0.0.5",
        "http_method": "GET",
        "http_status": 200,
        "sent_bytes": 120,
        **own,
    }


def logon(**own: Any) -> dict[str, Any]:
    return {
        "data_type": "windows:evtx:record",
        "event_identifier": 4624,
        "hostname": "PC1",
        "xml_string": XML,
        "timestamp": 1398906000123456,
        "timestamp_desc": "Creation Time",
        "message": "[4624 / 0x1210] …",
        **own,
    }


@pytest.mark.real
def test_no_event_of_plaso_s_own_file_is_lost() -> None:
    if not (REAL / "plaso_json_line.log").is_file():
        pytest.skip("plaso_json_line.log is not here")
    taken = take(REAL / "plaso_json_line.log", spec(Kind.TIMELINE, zone=None, routes=ROUTES))

    account = taken.reading.account
    assert (account.rows_read, account.taken, account.quarantined) == (20, 20, 0)
    assert str(taken.rows["datetime"][0]) == "2012-01-22 07:52:33+00:00"
    assert taken.rows["datetime_raw"][0] == "1327218753000000"
    assert taken.rows["routed_to"].null_count() == 20


def test_an_iis_event_is_the_download_the_log_itself_would_give(tmp_path: Path) -> None:
    path = file(tmp_path, lines(iis(), iis(http_status=404), iis(http_status=206)), "t.jsonl")

    found = routed(path, Kind.DOWNLOADS)

    first = found.row(0, named=True)
    assert str(first["at"]) == "2014-05-01 01:00:00+00:00"
    assert (first["account"], first["source_ip"]) == ("adm", "10.0.0.5")
    assert (first["path"], first["title"], first["list_id"]) == ("/export/顧客.csv", "顧客", "L1")
    assert found["status"].to_list() == ["ok", "failed", "partial"]
    assert found["bytes"].to_list() == [120, None, 120]
    assert found["line"].to_list() == [1, 2, 3]
    assert found["at_raw"][0] == "1398906000000000"
    assert found["zone_from"].cast(str).to_list() == ["value"] * 3


def test_one_windows_record_is_one_logon_though_plaso_tells_it_twice(tmp_path: Path) -> None:
    text = lines(logon(), logon(timestamp_desc="Content Modification Time"))
    path = file(tmp_path, text, "t.jsonl")

    found = routed(path, Kind.LOGINS)

    assert found.select("account", "action", "host", "source_ip", "session_id").rows() == [
        ("adm", "login", "PC1", "10.0.0.5", "0x3e7")
    ]
    assert str(found["at"][0]) == "2014-05-01 01:00:00.123456+00:00"


def test_what_no_route_takes_or_lacks_what_its_kind_needs_is_kept_and_said(
    tmp_path: Path,
) -> None:
    taken = timeline(
        tmp_path,
        lines(logon(xml_string="<Event/>"), logon(event_identifier=4672, message="x"), logon()),
    )

    assert taken.rows.select("routed_to", "route", "unfit").rows() == [
        (None, "Windows logon", "account: is empty"),
        (None, None, None),
        ("logins", "Windows logon", None),
    ]
    assert taken.reading.account.taken == 3


def test_an_event_without_a_time_is_quarantined(tmp_path: Path) -> None:
    timeless = logon(
        timestamp=0, timestamp_desc="Not a time", date_time={"__class_name__": "NotSet"}
    )
    taken = timeline(tmp_path, lines(logon(), timeless, logon(timestamp="soon")))

    assert taken.quarantined.select("line", "reason").rows() == [
        (2, "datetime: is empty"),
        (3, "datetime: not a date and time"),
    ]


def test_times_before_1970_and_beyond_sixteen_digits_are_read_whole(tmp_path: Path) -> None:
    taken = timeline(tmp_path, lines(logon(timestamp=-1), logon(timestamp=951782400000000)))

    assert [str(at) for at in taken.rows["datetime"]] == [
        "1969-12-31 23:59:59.999999+00:00",
        "2000-02-29 00:00:00+00:00",
    ]


def test_timesketch_lines_hold_to_datetime_and_tell_where_timestamp_differs(
    tmp_path: Path,
) -> None:
    event = {"message": "m", "timestamp_desc": "d", "datetime": "2014-05-01T10:00:00+09:00"}
    taken = timeline(
        tmp_path,
        lines({**event, "timestamp": 1398906000000000}, {**event, "timestamp": 1398938400000000}),
    )

    assert [str(at) for at in taken.rows["datetime"]] == ["2014-05-01 01:00:00+00:00"] * 2
    assert taken.reading.notes == [
        "1 events: datetime and timestamp differ by more than a second; datetime holds"
    ]


def test_a_naive_time_is_utc_in_timesketch_csv_and_of_the_case_in_other_tables(
    tmp_path: Path,
) -> None:
    own = timeline(tmp_path, "message,datetime,timestamp_desc\nm,2014-05-01 01:00:00,d\n", "t.csv")
    other = timeline(tmp_path, "内容,日時,時刻種別\nm,2014-05-01 10:00:00,d\n", "u.csv")

    assert str(own.rows["datetime"][0]) == str(other.rows["datetime"][0])
    assert own.rows["zone_from"].cast(str).to_list() == ["format"]
    assert other.rows["zone_from"].cast(str).to_list() == ["case"]


def test_timesketch_csv_may_have_a_timestamp_alone(tmp_path: Path) -> None:
    taken = timeline(tmp_path, "message,timestamp,timestamp_desc\nm,1398906000000000,d\n", "t.csv")

    assert str(taken.rows["datetime"][0]) == "2014-05-01 01:00:00+00:00"


def l2t(zone: str = "UTC", message: str = "[4624 / 0x1210] …", extra: str = "") -> str:
    cells = ("05/01/2014", "01:00:00", zone, "M..B", "EVT", "WinEVTX")
    return ",".join(
        [*cells, "Content Modification Time; Creation Time", "-", "PC1", "s", message, "2", "f",
         "-", "-", "winevtx", extra]
    )  # fmt: skip


def test_l2tcsv_is_read_month_first_with_its_zone_and_extra_attributes(tmp_path: Path) -> None:
    extra = f'event_version: 0; message_identifier: 4624; sha256_hash: ab; xml_string: "{XML}"'
    path = file(
        tmp_path,
        "\n".join([L2T, l2t(extra=extra), l2t("Asia/Tokyo", extra=extra), l2t("JST"), ""]),
        "t.csv",
    )
    taken = timeline(tmp_path, path.read_text(), "t.csv")

    assert [str(at) for at in taken.rows["datetime"]] == [
        "2014-05-01 01:00:00+00:00",
        "2014-04-30 16:00:00+00:00",
        "2014-04-30 16:00:00+00:00",
    ]
    assert taken.rows["attr:sha256_hash"].to_list() == ["ab", "ab", None]
    assert taken.rows["datetime_raw"][0] == "05/01/2014 01:00:00 UTC"
    found = routed(path, Kind.LOGINS)
    assert found.select("line", "account", "host").rows() == [(2, "adm", "PC1"), (3, "adm", "PC1")]
    assert taken.rows["unfit"].to_list() == [None, None, "account: is empty"]


def test_broken_lines_of_l2tcsv_cost_themselves_alone(tmp_path: Path) -> None:
    bad_zone = l2t("CEST")
    taken = timeline(
        tmp_path,
        "\n".join([L2T, l2t(), "a,b", L2T, l2t().replace("05/01/2014", "00/00/0000"), bad_zone]),
        "t.csv",
    )

    assert taken.quarantined.select("line", "reason").rows() == [
        (3, "2 fields, 17 expected"),
        (5, "datetime: no such date or time"),
    ]
    assert taken.skipped["reason"].to_list() == ["repeated header"]
    assert taken.reading.account.rows_read == 5
    assert "CEST" in taken.reading.notes[0]
    assert str(taken.rows["datetime"][1]) == "2014-04-30 16:00:00+00:00"  # the case's zone


def test_a_clock_offset_is_applied_once_to_a_routed_event(tmp_path: Path) -> None:
    text = lines(iis())
    path = file(tmp_path, text, "t.jsonl")

    taken = timeline(tmp_path, text, clock_offset=-60.0)
    found = routed(path, Kind.DOWNLOADS, clock_offset=-60.0)

    assert str(taken.rows["datetime"][0]) == "2014-05-01 00:59:00+00:00"
    assert found["at"][0] == taken.rows["datetime"][0]
    assert found["clock_offset"].to_list() == [-60.0]


def test_a_route_that_names_no_column_of_its_kind_is_a_mistake_of_the_playbook() -> None:
    with pytest.raises(ValidationError, match="has no such column: no_such"):
        Route.model_validate(
            {"name": "x", "kind": "logins", "when": "true", "columns": {"no_such": "a"}}
        )
    with pytest.raises(ValidationError, match="not Polars SQL"):
        Route.model_validate({"name": "x", "kind": "logins", "when": "((("})
