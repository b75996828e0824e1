"""A few lines of every native text log, as their programs write them: for tests, fuzzing, benches.

A reader that is not named here is fuzzed all the same, with the lines of the others.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from breachscope.evidence.readers import READERS

if TYPE_CHECKING:
    from breachscope.evidence.readers import Reader
    from breachscope.schema import Kind

LIST: Final = "顧客名簿"

_CP932 = LIST.encode("cp932")
_APACHE = "".join(f"\\x{byte:02x}" if byte > 126 else chr(byte) for byte in _CP932).encode()


def lines(*given: str | bytes) -> bytes:
    return b"\n".join([*(x.encode() if isinstance(x, str) else x for x in given), b""])


IIS: Final = lines(
    "#Software: Microsoft Internet Information Services 10.0",
    "#Date: 2014-05-01 00:00:00",
    "#Fields: date time cs-method cs-uri-stem cs-uri-query cs-username c-ip sc-status sc-bytes",
    r"2014-05-01 01:00:00 GET /a.csv - CORP\adm 10.0.0.1 200 10",
    b"2014-05-01 01:00:01 GET /" + _CP932 + b".csv x=1  adm 10.0.0.1 206 10",
    f"2014-05-01 01:00:02 GET /get.aspx list=L7&file={quote(LIST)}.csv - ::1 404 1",
    "#Fields: time c-ip cs-username cs-method cs-uri-stem sc-status",
    "01:00:02 10.0.0.1 - GET /c.csv 200",
)
ACCESS: Final = lines(
    '10.0.0.1 - adm [13/Jan/2016:19:31:16 +0900] "GET /export/L1.csv?a=1 HTTP/1.1" 200 494',
    b'10.0.0.1 - adm [13/Jan/2016:19:31:17 +0900] "GET /' + _APACHE + b'.csv HTTP/1.1" 206 9 '
    b'"-" "Mozilla/5.0 (a \\"b\\")"',
    f'www.example.jp:443 ::1 - - [13/Jan/2016:19:31:18 +0000] "GET /{quote(LIST)}.csv HTTP/2.0" '
    '499 12 "http://a/?q=1" "curl/8" 0.003',
    '10.0.0.1 - - [13/Jan/2016:19:31:19 +0000] "-" 408 -',
    json.dumps(
        {
            "time_iso8601": "2016-01-13T19:31:20+09:00",
            "remote_addr": "10.0.0.2",
            "remote_user": "adm",
            "request": f"GET /export/{LIST}.csv HTTP/1.1",
            "status": 200,
            "body_bytes_sent": 77,
        },
        ensure_ascii=False,
    ),
)
VSFTPD: Final = lines(
    'Mon Jun  6 18:43:28 2016 [pid 2] CONNECT: Client "::ffff:192.168.1.9"',
    'Mon Jun  6 18:43:32 2016 [pid 1] [jean] OK LOGIN: Client "192.168.1.9"',
    'Mon Jun  6 18:43:33 2016 [pid 1] [jean] FAIL LOGIN: Client "192.168.1.9"',
    b'Mon Jun  6 18:44:25 2016 [pid 3] [jean] OK DOWNLOAD: Client "192.168.1.9", "/srv/'
    + LIST.encode("euc_jp")
    + b'.csv", 40120 bytes, 14548.71Kbyte/sec',
    'Mon Jun  6 18:44:19 2016 [pid 3] [jean] FAIL DOWNLOAD: Client "192.168.1.9", "/a b", '
    "0.00Kbyte/sec",
)
XFERLOG: Final = lines(
    "Thu Sep  2 09:52:00 2004 50 192.168.20.10 896242 /srv/a b.csv b _ o r suporte ftp 0 * c",
    b"Sun Sep 12 09:52:00 2004 1 10.0.0.1 5 /srv/" + _CP932 + b".csv b _ o r adm ftp 0 * i ",
    "Thu Sep  2 09:52:00 2004 50 192.168.20.10 896242 /srv/a.csv b _ i r suporte ftp 0 * c",
)
SQUID: Final = lines(
    "1677971735.123    567 192.168.1.100 TCP_MISS/200 5432 GET http://ex.jp/"
    + quote(LIST)
    + ".csv user1 HIER_DIRECT/93.184.216.34 text/csv",
    "1677971734.079  1234 1.2.3.4 TCP_TUNNEL/200 39 CONNECT domain.xyz:443 - HIER_DIRECT/1.2.3.4 -",
    "1677971736.456    890 10.0.0.50 TCP_HIT_ABORTED/200 7 GET http://ex.jp/a - NONE/- image/png",
)
_RECORD = {
    "CreationTime": "2026-06-06T14:32:08",
    "Operation": "FileDownloaded",
    "UserId": "adm@example.jp",
    "ClientIP": "203.0.113.42:5011",
    "Workload": "OneDrive",
    "ObjectId": f"https://ex-my.sharepoint.com/personal/adm/Documents/{LIST}.xlsx",
    "SourceFileName": f"{LIST}.xlsx",
}
_LOGIN = {**_RECORD, "Operation": "UserLoggedIn", "ClientIP": "[2001:db8::1]:443"}
M365: Final = lines(
    json.dumps(_RECORD, ensure_ascii=False),
    json.dumps(_RECORD),
    json.dumps(_LOGIN),
    json.dumps({**_RECORD, "Operation": "FileAccessed"}),
)


def _quoted(record: dict[str, str]) -> str:
    return '"' + json.dumps(record, ensure_ascii=False).replace('"', '""') + '"'


M365_CSV: Final = lines(
    "CreationDate,UserIds,Operations,AuditData",
    f"2026-06-06T14:32:08.0000000Z,adm@example.jp,FileDownloaded,{_quoted(_RECORD)}",
    f"2026-06-06T14:32:09.0000000Z,adm@example.jp,UserLoggedIn,{_quoted(_LOGIN)}",
)
_FIREWALL_FIELDS = (
    "#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn "
    "tcpack tcpwin icmptype icmpcode info path"
)
FIREWALL: Final = lines(
    "#Version: 1.5",
    "#Software: Microsoft Windows Firewall",
    "#Time Format: Local",
    _FIREWALL_FIELDS,
    "",
    "2019-11-06 12:35:19 ALLOW TCP 203.0.113.9 10.0.0.5 51234 3389 0 - 0 0 0 - - - RECEIVE",
    "2019-11-06 12:35:20 DROP TCP 203.0.113.9 10.0.0.5 51234 3389 0 - 0 0 0 - - - RECEIVE",
    "2019-11-06 12:35:21 ALLOW TCP 10.0.0.5 203.0.113.9 51234 3389 0 - 0 0 0 - - - SEND",
    "2005-04-11 08:05:58 OPEN-INBOUND TCP 203.0.113.9 10.0.0.5 500 22 - - - - - - - - -",
)
TEAMVIEWER: Final = lines(
    "",
    "1660360496\t山田\t16-02-2024 14:16:32\t16-02-2024 14:18:36\tIEUser\tRemoteControl\t{b3a4}\t",
    "1660360497\tx\t16-02-2024 15:16:32\t\tIEUser\tRemoteControl\t{b3a5}\t",
    "1660360496        20-02-2024 13:10:33     20-02-2024 13:11:52     IE User      RemoteControl"
    "    {b35110b2}",
)
SETUPAPI: Final = lines(
    "[Device Install Log]\r",
    "     OS Version = 10.0.10240\r",
    "\r",
    r">>>  [Device Install (Hardware initiated) - USBSTOR\Disk&Ven_SanDisk&Prod_Cruzer&Rev_1.26"
    "\\200608767007B7C08A6A&0]\r",
    ">>>  Section start 2020/03/17 23:02:38.955\r",
    "     dvi: {Build Driver List} 23:02:38.970\r",
    "<<<  Section end 2020/03/17 23:02:39.955\r",
    "<<<  [Exit status: SUCCESS]\r",
    "\r",
    ">>>  [Device Install (Hardware initiated) - USB\\VID_04E8&PID_6860\\RF8N]\r",
    ">>>  Section start 2020/03/18 23:02:38.955\r",
    "     dvi:      InfName      - C:\\Windows\\INF\\wpdmtp.inf\r",
    "<<<  [Exit status: SUCCESS]\r",
    ">>>  [Setup Import Driver Package - C:\\x.inf]\r",
    ">>>  Section start 2020/03/19 23:02:38.955\r",
)
SYSLOG: Final = lines(
    "Dec 31 23:59:59 web1 sshd[4711]: Accepted password for adm from 10.0.0.1 port 5022 ssh2",
    "Jan  1 00:00:10 web1 sshd[4712]: Failed password for root from 10.0.0.9 port 5023 ssh2",
    "<38>1 2024-01-01T00:00:11.5Z web1 sshd 4711 - - Disconnected from user adm 10.0.0.1 port 5022",
)
SAMPLES: Final = {
    "iis": IIS,
    "access": ACCESS,
    "vsftpd": VSFTPD,
    "xferlog": XFERLOG,
    "squid": SQUID,
    "m365": M365,
    "m365 CSV": M365_CSV,
    "firewall": FIREWALL,
    "teamviewer": TEAMVIEWER,
    "setupapi": SETUPAPI,
}
EVENTS: Final = lines(
    json.dumps(
        {
            "message": f"[200] GET /{LIST}.csv",
            "datetime": "2024-01-01T00:00:00+00:00",
            "timestamp": 1704067200000000,
            "timestamp_desc": "Recorded Time",
            "data_type": "iis:log:line",
        },
        ensure_ascii=False,
    ),
    '{"message": "x", "datetime": "2024-01-01T00:00:01", "timestamp_desc": "y"}',
)
L2TCSV: Final = lines(
    "date,time,timezone,MACB,source,sourcetype,type,user,host,short,desc,version,filename,inode,"
    "notes,format,extra",
    f"01/31/2024,23:59:59,UTC,M...,LOG,IIS,Recorded Time,adm,PC1,s,GET /{LIST}.csv,2,x.log,-,-,"
    "text/winiis,a: b; c: d",
)
SEEDS: Final = (*SAMPLES.values(), SYSLOG, EVENTS, L2TCSV)
"""What fuzzing begins with."""


def name_of(reader: Reader) -> str:
    """The last part of a reader's module."""
    return reader.__name__.rsplit(".", 1)[-1]  # type: ignore[attr-defined,no-any-return]


def readers_and_kinds() -> list[tuple[Reader, Kind]]:
    """Every registered reader with every kind it gives."""
    return [(reader, kind) for reader in READERS for kind in reader.KINDS]
