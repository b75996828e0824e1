"""Native text logs: what each line becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from evidence_files import Taken, file, spec, take
from log_samples import LIST, SAMPLES, lines, name_of

from breachscope.errors import EvidenceError
from breachscope.evidence import ReadSpec, describe, load_mapping
from breachscope.evidence.readers import reader_of
from breachscope.schema import Kind

if TYPE_CHECKING:
    from pathlib import Path

D, L, R, M = Kind.DOWNLOADS, Kind.LOGINS, Kind.REMOTE, Kind.MEDIA
FIRST_KIND = {
    "iis": D, "access": D, "vsftpd": D, "xferlog": D, "squid": D, "m365": D, "m365 CSV": D,
    "firewall": R, "teamviewer": R, "setupapi": M,
}  # fmt: skip


def taken(folder: Path, content: bytes, kind: Kind, **options: Any) -> Taken:
    found = take(file(folder, content, name="some.log"), spec(kind, **options))
    account = found.reading.account
    assert account.rows_read == account.taken + account.quarantined + account.skipped
    return found


def told(rows: Taken, *names: str) -> list[tuple[Any, ...]]:
    return rows.rows.select(names).rows()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_log_is_known_by_its_content(name: str) -> None:
    reader = reader_of(SAMPLES[name], FIRST_KIND[name])

    assert reader is not None
    assert name_of(reader) == name.split()[0]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_line_of_a_log_is_accounted_for(tmp_path: Path, name: str) -> None:
    found = taken(tmp_path, SAMPLES[name], FIRST_KIND[name])

    assert found.reading.account.rows_read == SAMPLES[name].count(b"\n")
    assert found.reading.account.quarantined == 0
    for line, byte in found.rows.select("line", "byte").iter_rows():
        before = SAMPLES[name][:byte]
        assert (before.count(b"\n") + 1, before[-1:]) in {(line, b"\n"), (1, b"")}


@pytest.mark.parametrize("name", SAMPLES)
def test_blocks_change_nothing(tmp_path: Path, name: str) -> None:
    whole = taken(tmp_path, SAMPLES[name] * 3, FIRST_KIND[name])
    small = taken(tmp_path, SAMPLES[name] * 3, FIRST_KIND[name], block_bytes=64)

    assert small.rows.select(whole.rows.columns).sort("line").equals(whole.rows.sort("line"))
    assert small.skipped.sort("line").equals(whole.skipped.sort("line"))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_dry_run_tells_the_format_and_what_it_fills(tmp_path: Path, name: str) -> None:
    path = file(tmp_path, SAMPLES[name], name="some.log")
    described = describe(path, spec(FIRST_KIND[name]))

    assert {"at", "started_at"} & described.columns_found.keys()
    assert LIST not in str(described)


def test_utf_16_is_read_as_the_same_log(tmp_path: Path) -> None:
    text = SAMPLES["teamviewer"].decode()
    plain = taken(tmp_path, text.encode(), R)
    wide = taken(tmp_path, text.encode("utf-16"), R)

    assert wide.rows.drop("byte").equals(plain.rows.drop("byte"))
    assert wide.rows["byte"].to_list() == [2 * byte + 2 for byte in _units(text, plain)]


def _units(text: str, plain: Taken) -> list[int]:
    return [len("\n".join(text.split("\n")[: n - 1]) + "\n") for n in plain.rows["line"]]


def test_forms_of_an_access_log_give_the_same_columns(tmp_path: Path) -> None:
    found = taken(tmp_path, SAMPLES["access"], D)

    assert told(found, "title", "status", "bytes", "account", "source_ip") == [
        ("L1", "ok", 494, "adm", "10.0.0.1"),
        (LIST, "partial", 9, "adm", "10.0.0.1"),
        (LIST, "failed", 12, None, "::1"),
        (None, "failed", None, None, "10.0.0.1"),
        (LIST, "ok", 77, "adm", "10.0.0.2"),
    ]
    assert found.rows["zone"].to_list() == ["+09:00", "+09:00", "+00:00", "+00:00", "+09:00"]
    assert set(found.rows["zone_from"]) == {"value"}


def test_an_error_page_is_no_part_of_a_list(tmp_path: Path) -> None:
    line = '10.0.0.1 - - [13/Jan/2016:19:31:16 +0000] "GET /L1.csv HTTP/1.1" %s 512'
    found = taken(tmp_path, lines(*(line % code for code in ("404", "302", "200"))), D)

    assert told(found, "status", "bytes") == [("failed", None), ("failed", None), ("ok", 512)]


def test_a_host_before_the_address_is_known_by_the_address(tmp_path: Path) -> None:
    rest = '[13/Jan/2016:19:31:16 +0000] "GET / HTTP/1.1" 200 1'
    found = taken(
        tmp_path,
        lines(f"a.example 10.0.0.1 - x {rest}", f"10.0.0.2 - two words {rest}"),
        D,
    )

    assert told(found, "source_ip", "account", "attr:vhost") == [
        ("10.0.0.1", "x", "a.example"),
        ("10.0.0.2", "two words", None),
    ]


def test_what_nginx_writes_into_json_is_read_though_it_is_none(tmp_path: Path) -> None:
    raw = "".join(f"\\x{byte:02X}" for byte in LIST.encode("cp932"))
    row = (
        '{"time_local":"13/Jan/2016:19:31:16 +0900","remote_addr":"10.0.0.1","status":"200",'
        f'"request":"GET /{raw}.csv HTTP/1.1","body_bytes_sent":"5"}}'
    )
    escaped = row.replace(raw, LIST.encode("ascii", "backslashreplace").decode())
    latin = row.replace(raw, r"caf\u00e9")
    found = taken(tmp_path, lines(row, escaped, latin, row.replace(raw, LIST)), D)

    assert found.rows["title"].to_list() == [LIST, LIST, "café", LIST]


def test_the_host_of_an_object_is_the_server_not_the_client(tmp_path: Path) -> None:
    row = (
        '{"time":"2016-01-13T19:31:16+09:00","client_ip":"10.0.0.1","host":"www.example.jp",'
        '"method":"GET","uri":"/L1.csv","args":"a=1","status":200,"bytes":5}'
    )
    found = taken(tmp_path, lines(row), D)

    assert told(found, "source_ip", "attr:vhost", "path", "bytes") == [
        ("10.0.0.1", "www.example.jp", "/L1.csv", 5)
    ]


def test_downloads_of_vsftpd_are_those_sent(tmp_path: Path) -> None:
    found = taken(tmp_path, SAMPLES["vsftpd"], D)

    assert told(found, "title", "status", "bytes") == [
        (LIST, "ok", 40120),
        ("a b", "failed", None),
    ]
    assert set(found.skipped["reason"]) == {"not a download"}


def test_logins_of_vsftpd_failed_or_not(tmp_path: Path) -> None:
    found = taken(tmp_path, SAMPLES["vsftpd"], L)

    assert told(found, "account", "action") == [("jean", "login"), ("jean", "fail")]


def test_a_transfer_cut_short_is_partial(tmp_path: Path) -> None:
    found = taken(tmp_path, SAMPLES["xferlog"], D)

    assert told(found, "path", "status", "account") == [
        ("/srv/a b.csv", "ok", "suporte"),
        (f"/srv/{LIST}.csv", "partial", "adm"),
    ]


def test_times_of_squid_keep_their_milliseconds(tmp_path: Path) -> None:
    found = taken(tmp_path, SAMPLES["squid"], D)

    assert str(found.rows["at"][0]) == "2023-03-04 23:15:35.123000+00:00"
    assert told(found, "title", "status") == [(LIST, "ok"), (None, "failed"), ("a", "partial")]


@pytest.mark.parametrize("name", ["m365", "m365 CSV"])
def test_both_exports_of_microsoft_365_are_one_log(tmp_path: Path, name: str) -> None:
    found = taken(tmp_path, SAMPLES[name], D, zone=None)
    logins = taken(tmp_path, SAMPLES[name], L, zone=None)

    assert set(found.rows["title"]) == {LIST}
    assert found.rows["path"][0] == f"/personal/adm/Documents/{LIST}.xlsx"
    assert (found.rows["source_ip"][0], found.rows["zone"][0]) == ("203.0.113.42", "UTC")
    assert told(logins, "action", "source_ip") == [("login", "2001:db8::1")]


def test_only_connections_let_in_to_remote_services_are_remote(tmp_path: Path) -> None:
    found = taken(tmp_path, SAMPLES["firewall"], R)

    assert told(found, "source_ip", "attr:service", "account") == [
        ("203.0.113.9", "remote desktop", None),
        ("203.0.113.9", "ssh", None),
    ]


def test_remote_sessions_come_in_and_go_out(tmp_path: Path) -> None:
    found = taken(tmp_path, SAMPLES["teamviewer"], R, zone=None)

    assert told(found, "attr:direction", "attr:display_name", "attr:local_account") == [
        ("incoming", "山田", "IEUser"),
        ("incoming", "x", "IEUser"),
        ("outgoing", None, "IE User"),
    ]
    assert found.rows["ended_at"].null_count() == 1
    assert found.rows["zone"][0] == "UTC"


def test_a_device_set_up_is_a_device_connected(tmp_path: Path) -> None:
    found = taken(tmp_path, SAMPLES["setupapi"], M, host="PC1")

    assert told(found, "host", "action", "serial", "vendor", "product", "line") == [
        ("PC1", "connect", "200608767007B7C08A6A", "SanDisk", "Cruzer", 4),
        ("PC1", "connect", "RF8N", "VID_04E8", "PID_6860", 10),
    ]
    assert str(found.rows["at"][0]) == "2020-03-17 14:02:38.955000+00:00"
    assert "3 sections, 2 of them storage devices set up" in found.reading.notes


def test_a_device_log_without_a_host_says_so(tmp_path: Path) -> None:
    found = taken(tmp_path, SAMPLES["setupapi"], M)

    assert found.rows["host"].to_list() == [None, None]
    assert "names no machine: say which with --host" in found.reading.notes


def test_a_log_added_as_what_it_does_not_give_says_what_it_gives(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="is a vsftpd log, which gives downloads, logins, not"):
        taken(tmp_path, SAMPLES["vsftpd"], M)


def test_a_pattern_takes_the_list_out_of_a_path(tmp_path: Path) -> None:
    mapping = load_mapping(
        file(
            tmp_path,
            'kind = "downloads"\n[patterns]\nlist_id = '
            '{ column = "path", regex = "/export/(?<list_id>[^/.]+)" }\n',
            name="m.toml",
        )
    )
    found = taken(tmp_path, SAMPLES["access"], D, mapping=mapping)

    assert found.rows["list_id"].to_list() == ["L1", LIST]
    assert set(found.skipped["reason"]) == {"not matched by the mapping's pattern"}


@pytest.mark.parametrize("name", ["iis", "m365", "squid", "teamviewer"])
def test_the_zone_of_a_standard_yields_to_the_one_declared(tmp_path: Path, name: str) -> None:
    for zone, expected in ((None, "format"), ("Asia/Tokyo", "option")):
        how: ReadSpec = spec(FIRST_KIND[name], zone=zone, default_zone="Asia/Tokyo")
        found = take(file(tmp_path, SAMPLES[name], name="some.log"), how)
        says = {"value"} if name == "squid" else {expected}
        assert set(found.rows["zone_from"]) == says


@pytest.mark.parametrize("name", ["vsftpd", "xferlog", "firewall", "setupapi"])
def test_local_times_take_the_zone_of_the_case_and_say_so(tmp_path: Path, name: str) -> None:
    how: ReadSpec = spec(FIRST_KIND[name], zone=None, default_zone="Asia/Tokyo")
    found = take(file(tmp_path, SAMPLES[name], name="some.log"), how)

    assert set(found.rows["zone_from"]) == {"case"}
    assert "not declared for this file" in found.reading.zone_note
