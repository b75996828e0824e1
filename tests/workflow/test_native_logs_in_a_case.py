"""Native logs from `add` to what a run ties them to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from golden.command import breachscope

if TYPE_CHECKING:
    from pathlib import Path

NAME = "顧客名簿"
PARTIES = "party_id,name,sector\nP1,A,private\n"
LISTS = (
    "list_id,party_id,uploaded_at,title,path,rows,bytes\n"
    f"L1,P1,2016-01-01T00:00:00+09:00,{NAME},/export/{NAME}.csv,6,494\n"
)
ESCAPED = "".join(f"\\x{byte:02x}" if byte > 126 else chr(byte) for byte in NAME.encode("cp932"))
ACCESS = (
    f'10.0.0.1 - admin [13/Jan/2016:19:31:16 +0900] "GET /export/{ESCAPED}.csv HTTP/1.1" 200 494\n'
    f'10.0.0.1 - admin [13/Jan/2016:19:31:17 +0900] "GET /export/{ESCAPED}.csv HTTP/1.1" 404 494\n'
)
VSFTPD = (
    'Mon Jun  6 18:44:25 2016 [pid 3] [admin] OK DOWNLOAD: Client "192.168.1.9", '
    f'"/srv/ftp/{NAME}.csv", 494 bytes, 1.71Kbyte/sec\n'
)
SETUPAPI = (
    "[Device Install Log]\r\n"
    ">>>  [Device Install (Hardware initiated) - USBSTOR\\Disk&Ven_A&Prod_B\\0123456789&0]\r\n"
    ">>>  Section start 2016/01/13 19:40:00.000\r\n"
)


def test_downloads_of_native_logs_are_tied_to_the_list_they_name(tmp_path: Path) -> None:
    case = tmp_path / "case"
    assert breachscope("init", case, "--zone", "Asia/Tokyo").code == 0
    files = {
        "parties": PARTIES.encode(),
        "lists": LISTS.encode(),
        "downloads": ACCESS.encode(),
        "downloads ": VSFTPD.encode("euc_jp"),
        "media": SETUPAPI.encode(),
    }
    for number, (kind, content) in enumerate(files.items()):
        file = tmp_path / f"{number}.log"
        file.write_bytes(content)
        host = ["--host", "PC1"] if kind == "media" else []
        done = breachscope("add", "--case", case, "--as", kind.strip(), *host, file)
        assert done.code == 0, done.err

    assert breachscope("run", "--case", case).code == 0

    found = breachscope("show", "extractions", "--case", case, "--json").json()["extractions"]
    told = [(one["at"][:10], one["bind"], one["list_id"], one["row_scope"]) for one in found]
    assert sorted(told) == [
        ("2016-01-13", "path", "L1", "all"),
        ("2016-01-13", "path", "L1", "none"),
        ("2016-06-06", "title", "L1", "all"),
    ]
