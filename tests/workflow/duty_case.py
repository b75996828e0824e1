"""A small case with three parties, a chain of entrustment, telling columns and titles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from golden import golden_case
from golden.command import breachscope, written

if TYPE_CHECKING:
    from pathlib import Path

PARTIES = """\
party_id,name,sector,told_at
P1,みどり,private,2023-08-07 10:00:00
P2,あさひ市,local,2023-08-10 23:30:00
P3,ゆめ,private,
"""
LISTS = """\
list_id,party_id,uploaded_at,rows,version_id,title,columns
L1,P1,2023-05-01 09:00:00,2,V1,満期案内,
L2,P2,2023-05-01 09:00:00,2,V2,健診受診勧奨,
L3,P3,2023-05-01 09:00:00,2,V3,案内,氏名|病歴
"""
V1 = "お名前,電話番号,カード番号\n青木 一,090-0000-0001,4242424242424242\n井上 二,090-0000-0002,\n"
V2 = "氏名,住所,備考\n上田 三,架空県あさひ市1-1,入院中\n江口 四,架空県あさひ市1-2,\n"
DOWNLOADS = """\
download_id,at,account,host,version_id,rows,status
D1,2023-05-07 10:00:00,opsadm,PC1,V1,2,ok
D2,2023-05-07 10:05:00,opsadm,PC1,V2,2,ok
D3,2023-05-07 10:09:00,opsadm,PC1,V3,2,ok
"""
ENTRUSTMENTS = """\
from_party,to_party,basis,told_at
P1,CENTRE,業務委託契約,
P2,CENTRE,業務委託契約,
P3,CENTRE,業務委託契約,
CENTRE,MAINT,サービス利用契約,2023-08-01 09:00:00
"""
SETTINGS = """
[organisations.CENTRE]
sector = "private"
"""


def table(case: Path, name: str, *more: object) -> dict[str, Any]:
    done = breachscope("show", name, "--case", case, "--json", *more)
    golden_case.done(done)
    return dict(json.loads(done.out))


def make(made: Path) -> Path:
    """The case, taken in and run once."""
    golden_case.done(breachscope("init", made))
    text = (made / "case.toml").read_text(encoding="utf-8")
    text = text.replace("\n[focus]", "\nknowledge_date = 2023-08-02\n\n[focus]") + SETTINGS
    (made / "case.toml").write_text(text, encoding="utf-8")
    files = {
        "parties": PARTIES, "lists": LISTS, "downloads": DOWNLOADS, "entrustments": ENTRUSTMENTS,
    }  # fmt: skip
    for kind, content in files.items():
        path = written(made.parent / "evidence" / f"{kind}.csv", content, "utf-8")
        golden_case.done(breachscope("add", "--case", made, "--as", kind, path))
    for version, content in (("V1", V1), ("V2", V2)):
        path = written(made.parent / "evidence" / f"{version}.csv", content, "utf-8")
        golden_case.done(
            breachscope("add", "--case", made, "--as", "records", "--version", version, path)
        )
    golden_case.done(breachscope("run", "--case", made))
    return made
