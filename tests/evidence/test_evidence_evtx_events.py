from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from windows_records import AT, record, sound

from breachscope.evidence.readers.evtx import rows, wholeness
from breachscope.evidence.readers.evtx.fields import fields
from breachscope.schema import Kind

RDP = "Microsoft-Windows-TerminalServices-"
GATEWAY = f"{RDP}Gateway"
LOGON = {
    "TargetUserName": "kanri",
    "TargetDomainName": "CORP",
    "TargetLogonId": "0x2A8EACE",
    "LogonType": 3,
    "WorkstationName": "PC7",
    "IpAddress": "::ffff:10.1.2.7",
}


def one(kind: Kind, *texts: str) -> dict[str, Any]:
    found = rows.judged(sound(*texts), kind)
    assert found.rows.height == 1
    return found.rows.row(0, named=True)


def reasons(kind: Kind, *texts: str) -> list[str]:
    found = rows.judged(sound(*texts), kind)
    assert found.rows.height == 0
    return found.skipped["reason"].to_list()


@pytest.mark.parametrize(
    "number",
    [4624, "4624", {"#text": 4624, "#attributes": {"Qualifiers": 0}},
     {"#attributes": {"Qualifiers": 16384}, "#text": "4624"}],
)  # fmt: skip
def test_an_event_id_is_a_number_a_text_or_the_text_of_an_element(number: object) -> None:
    assert one(Kind.LOGINS, record(number, LOGON))["attr:EventID"] == "4624"


def test_a_logon_names_account_machine_client_and_session() -> None:
    row = one(Kind.LOGINS, record(4624, LOGON))
    assert row["account"] == r"CORP\kanri"
    assert (row["action"], row["host"], row["source_ip"]) == ("login", "FILES01", "10.1.2.7")
    assert row["session_id"] == "FILES01:0x2a8eace"
    assert row["at"] == AT.removesuffix("Z")
    assert row["attr:LogonType"] == "3"


@pytest.mark.parametrize(
    ("number", "action"),
    [(4624, "login"), (4625, "fail"), (4634, "logout"), (4647, "logout"), (4648, "login")],
)
def test_each_logon_event_has_its_action(number: int, action: str) -> None:
    assert one(Kind.LOGINS, record(number, LOGON))["action"] == action


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "-", "LOCAL", ""])
def test_the_machines_own_address_is_no_clients(address: str) -> None:
    assert one(Kind.LOGINS, record(4624, LOGON | {"IpAddress": address}))["source_ip"] is None


@pytest.mark.parametrize(("number", "action"), [(4778, "login"), (4779, "logout")])
def test_a_desktop_is_taken_up_again_and_left(number: int, action: str) -> None:
    data = {
        "AccountName": "kanri",
        "AccountDomain": "CORP",
        "LogonID": "0x1F",
        "SessionName": "RDP-Tcp#5",
        "ClientName": "PC7",
        "ClientAddress": "192.168.30.10",
    }
    row = one(Kind.LOGINS, record(number, data))
    assert (row["action"], row["account"]) == (action, r"CORP\kanri")
    assert (row["source_ip"], row["session_id"]) == ("192.168.30.10", "FILES01:0x1f")


@pytest.mark.parametrize(
    ("number", "action"),
    [(21, "login"), (22, "login"), (23, "logout"), (24, "logout"), (25, "login")],
)
def test_sessions_of_the_terminal_service(number: int, action: str) -> None:
    data = {"User": r"CORP\kanri", "SessionID": 2, "Address": "10.0.0.9"}
    text = record(number, data, provider=f"{RDP}LocalSessionManager", part="EventXML")
    row = one(Kind.LOGINS, text)
    assert (row["action"], row["account"], row["source_ip"]) == (action, r"CORP\kanri", "10.0.0.9")
    assert row["session_id"] == "FILES01:session 2"


def test_network_authentication_before_a_session() -> None:
    data = {"Param1": "kanri", "Param2": "corp", "Param3": "10.0.2.16"}
    text = record(1149, data, provider=f"{RDP}RemoteConnectionManager", part="EventXML")
    row = one(Kind.LOGINS, text)
    assert (row["account"], row["source_ip"]) == (r"corp\kanri", "10.0.2.16")


def test_the_same_id_of_another_provider_is_another_event() -> None:
    text = record(21, {"User": "x"}, provider="Some-Other-Provider")
    assert reasons(Kind.LOGINS, text) == ["event 21: gives no logins"]


READ = {
    "SubjectUserName": "kanri",
    "SubjectDomainName": "CORP",
    "SubjectLogonId": "0xFFA8",
    "ObjectType": "File",
    "ObjectName": r"D:\名簿\顧客名簿.csv",
    "AccessMask": "0x1",
    "ProcessName": "",
}


def test_a_file_read_over_the_network_waits_for_its_sessions_client() -> None:
    row = one(Kind.DOWNLOADS, record(4663, READ))
    assert row["path"] == r"D:\名簿\顧客名簿.csv"
    assert (row["title"], row["account"]) == ("顧客名簿", r"CORP\kanri")
    assert (row["host"], row["session_id"]) == (None, "FILES01:0xffa8")


def test_a_file_read_by_a_program_was_read_on_the_machine() -> None:
    row = one(Kind.DOWNLOADS, record(4663, READ | {"ProcessName": r"C:\Windows\explorer.exe"}))
    assert row["host"] == "FILES01"


@pytest.mark.parametrize("change", [{"AccessMask": "0x2"}, {"ObjectType": "Key"}])
def test_what_read_no_file_is_no_download(change: dict[str, str]) -> None:
    assert reasons(Kind.DOWNLOADS, record(4663, READ | change)) == ["event 4663: nothing was read"]


SHARED = {
    "SubjectUserName": "kanri",
    "SubjectDomainName": "CORP",
    "SubjectLogonId": "0x38d34",
    "IpAddress": "10.1.2.7",
    "ShareName": r"\\*\Meibo",
    "ShareLocalPath": r"\??\D:\Meibo",
    "RelativeTargetName": r"2014\list.csv",
    "AccessMask": "0x100081",
}


def test_a_file_read_over_a_share_has_its_path_on_the_server() -> None:
    row = one(Kind.DOWNLOADS, record(5145, SHARED))
    assert (row["path"], row["title"]) == (r"D:\Meibo\2014\list.csv", "list")
    assert (row["source_ip"], row["host"], row["status"]) == ("10.1.2.7", None, "ok")


def test_a_share_access_that_was_refused_failed() -> None:
    refused = record(5145, SHARED, keywords="0x8010000000000000")
    assert one(Kind.DOWNLOADS, refused)["status"] == "failed"


def test_the_share_itself_is_no_file() -> None:
    assert reasons(
        Kind.DOWNLOADS, record(5145, SHARED | {"RelativeTargetName": "\\"}), record(5140, SHARED)
    ) == ["event 5145: nothing was read", "event 5140: gives no downloads"]


STICK = {
    "DeviceId": r"USBSTOR\Disk&Ven_JetFlash&Prod_Transcend_64GB&Rev_1100\1234567890ABCDEF&0",
    "DeviceDescription": "JetFlash Transcend 64GB USB Device",
    "ClassId": "4d36e967-e325-11ce-bfc1-08002be10318",
    "ClassName": "DiskDrive",
}


def test_a_stick_is_storage_with_its_own_serial_number() -> None:
    row = one(Kind.MEDIA, record(6416, STICK))
    assert (row["serial"], row["vendor"]) == ("1234567890ABCDEF", "JetFlash")
    assert (row["product"], row["action"]) == ("Transcend 64GB", "connect")


@pytest.mark.parametrize(
    ("path", "class_id"),
    [
        (r"SWD\PRINTENUM\{1F2A}", "1ed2bbf9-11f0-4084-b21f-ad83a8e6dcdc"),  # PrintQueue
        (r"USB\VID_04A9&PID_1776\A1B2C3", "4d36e979-e325-11ce-bfc1-08002be10318"),  # Printer
        (r"USB\VID_0951&PID_1643\1234567890ABCDEF", "36fc9e60-c465-11cf-8056-444553540000"),
        (r"SWD\WPDBUSENUM\_??_USBSTOR#DISK&VEN_X&PROD_Y&REV_1#123&0#{53F5}",
         "eec5ad98-8080-425f-922a-dabf3de3f69a"),
    ],
)  # fmt: skip
def test_printers_and_repeated_announcements_are_not_storage(path: str, class_id: str) -> None:
    text = record(6416, STICK | {"DeviceId": path, "ClassId": class_id})
    assert "not storage" in reasons(Kind.MEDIA, text)[0]


def test_a_telephone_is_storage() -> None:
    data = STICK | {
        "DeviceId": r"USB\VID_04E8&PID_6860\R58M123ABC",
        "ClassId": "{EEC5AD98-8080-425F-922A-DABF3DE3F69A}",
    }
    assert one(Kind.MEDIA, record(6416, data))["serial"] == "R58M123ABC"


def test_a_serial_number_windows_made_up_is_none() -> None:
    data = STICK | {"DeviceId": r"USBSTOR\Disk&Ven_X&Prod_Y&Rev_1\7&2a1b3c4d&0"}
    assert one(Kind.MEDIA, record(6416, data))["serial"] is None


@pytest.mark.parametrize("as_attributes", [True, False])
def test_drivers_loaded_and_removed(as_attributes: bool) -> None:
    instance = r"SWD\WPDBUSENUM\_??_USBSTOR#DISK&VEN_SANDISK&PROD_CRUZER&REV_1.27#2006087&0#{53F5}"
    provider = "Microsoft-Windows-DriverFrameworks-UserMode"
    named: dict[str, Any] = {"InstanceId": instance}
    if as_attributes:
        named = {"#attributes": {"instance": instance, "lifetime": "{A}"}}
    arrival = record(2003, named, provider=provider, part="UMDFHostDeviceArrivalBegin")
    codes = {"RequestMajorCode": 27, "RequestMinorCode": 23}
    removal = record(2100, named | codes, provider=provider, part="UMDFHostDeviceRequest")
    other = record(
        2100,
        named | codes | {"RequestMinorCode": 9},
        provider=provider,
        part="UMDFHostDeviceRequest",
    )
    found = rows.judged(sound(arrival, removal, other), Kind.MEDIA)
    assert found.rows["action"].to_list() == ["connect", "disconnect"]
    assert found.rows["serial"].unique().to_list() == ["2006087"]
    assert found.skipped["reason"].to_list() == ["event 2100: no removal"]


def gateway(number: int, at: str, **data: object) -> str:
    said = {"Username": r"CORP\kanri", "IpAddress": "203.0.113.9", "Resource": "PC7"}
    return record(number, said | data, provider=GATEWAY, at=at, host="GW1", part="EventInfo")


def sessions(*texts: str) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    from breachscope.evidence.readers.evtx import remote

    return remote.paired(rows.judged(sound(*texts), Kind.REMOTE).rows)


def test_a_gateway_session_is_one_row_from_its_end() -> None:
    ended, begins, open_ = sessions(
        gateway(302, "2014-05-01T01:00:00.200000Z", ConnectionProtocol="HTTP"),
        gateway(
            303,
            "2014-05-01T01:10:00.900000Z",
            ConnectionProtocol="HTTP",
            BytesReceived=4900,
            BytesTransfered=2102,
            SessionDuration=600,
        ),
    )
    row = ended.row(0, named=True)
    assert row["started_at"] == "2014-05-01T01:00:00.900000"
    assert (row["ended_at"], row["bytes_out"]) == ("2014-05-01T01:10:00.900000", "4900")
    assert (row["gateway"], row["source_ip"]) == ("GW1", "203.0.113.9")
    assert begins["line"].to_list() == [1]
    assert open_.height == 0


def test_a_begin_of_another_time_is_not_ended() -> None:
    ended, begins, open_ = sessions(
        gateway(302, "2014-05-01T00:30:00.000000Z"),
        gateway(303, "2014-05-01T01:10:00.000000Z", SessionDuration=600, BytesReceived=1),
    )
    assert (ended.height, begins.height) == (1, 0)
    assert open_["line"].to_list() == [1]


def test_a_cleared_log_says_who_and_when() -> None:
    said = {"SubjectUserName": "Administrator", "SubjectDomainName": "WIN10"}
    text = record(1102, said, provider="Microsoft-Windows-Eventlog", part="LogFileCleared")
    other = record(1102, said, provider="Another", part="LogFileCleared")
    marks = wholeness.cleared(sound(other, text), None)
    assert marks["line"].to_list() == [2]
    row = marks.row(0, named=True)
    assert (row["mark"], row["log"], row["account"]) == (
        "cleared",
        "Security",
        r"WIN10\Administrator",
    )
    assert row["at"].isoformat() == "2014-05-01T01:02:03.456789+00:00"


def test_a_value_cannot_be_taken_for_a_key() -> None:
    planted = '","TargetUserName":"somebody'
    text = record(4624, {"WorkstationName": planted} | LOGON | {"WorkstationName": planted})
    row = one(Kind.LOGINS, text)
    assert row["account"] == r"CORP\kanri"
    assert row["attr:WorkstationName"] == planted


def test_fields_come_out_as_they_were_written() -> None:
    values = ['a"b', "back\\", "tab\there", "日本語", "{x}", "1,2", "\u2028"]
    data = {f"F{n}": value for n, value in enumerate(values)}
    read = fields(sound(record(1, data)), list(data))
    assert [read[name].item() for name in data] == values


def test_a_clock_set_back_is_told_between_neighbours_only() -> None:
    times = ["2014-05-01T02:00:00Z", "2014-05-01T01:00:00Z", "2014-05-01T01:00:00Z"]
    records = sound(*(record(1, {}, at=at) for at in times)).with_columns(line=pl.Series([5, 6, 7]))
    assert [(m["line"], m["seconds"]) for m in wholeness.clock_back(wholeness.dated(records))] == [
        (6, 3600.0)
    ]
    apart = records.with_columns(line=pl.Series([5, 9, 10]))
    assert wholeness.clock_back(wholeness.dated(apart)) == []
