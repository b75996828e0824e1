"""A small case of two parties for the tests of packages: what they are told over several runs."""

from __future__ import annotations

import hashlib
import json
import subprocess
from typing import TYPE_CHECKING, Any

from golden import golden_case
from golden.command import Done, breachscope, written

if TYPE_CHECKING:
    from pathlib import Path

PARTIES = "party_id,name,sector,contact\nP1,みどり通販,private,\nP2,あさひ生活,private,\n"
LISTS = """\
list_id,party_id,uploaded_at,rows,version_id
L1,P1,2014-04-01 09:00:00,3,V1
L2,P1,2014-04-01 09:00:00,2,V2
L3,P2,2014-04-01 09:00:00,3,V3
"""
V1 = """\
name,phone,email,birth_date
青木 一郎,090-0000-0001,ao@a.example,1970-01-01
井上 花子,090-0000-0002,,1971-02-02
上田 誠一,090-0000-0003,,1972-03-03
"""
V2 = """\
name,phone,birth_date
井上 花子,090-0000-0002,1971-02-02
江口 恵美,090-0000-0004,1974-04-04
"""
V3 = """\
name,phone,email,birth_date
佐藤 三千代,080-0000-0011,sato@b.example,1980-01-01
鈴木 四季子,080-0000-0012,,1981-01-01
青木 一,080-0000-0013,,1982-01-01
"""
DOWNLOADS = """\
download_id,at,account,host,version_id,rows,status
D1,2014-05-07 10:00:00,opsadm,PC1,V1,3,ok
D2,2014-05-08 10:00:00,opsadm,PC1,V3,3,ok
"""
MORE = """\
download_id,at,account,host,version_id,rows,status
D3,2014-06-07 10:00:00,opsadm,PC1,V2,2,ok
"""
WORK = """\
work_id,started_at,ended_at,account,host,list_id,purpose,approved_at
W1,2014-05-08 09:00:00,2014-05-08 12:00:00,opsadm,PC1,L3,点検,2014-05-07 09:00:00
"""
WORK_OF_P1 = WORK.replace("W1,2014-05-08", "W2,2014-05-07").replace(
    "2014-05-08 12", "2014-05-07 12"
).replace("L3", "L1").replace("2014-05-07 09:00:00\n", "2014-05-06 09:00:00\n")  # fmt: skip


def taken_in(case: Path, kind: str, text: str, name: str, *more: object) -> None:
    path = written(case.parent / "evidence" / name, text, "utf-8")
    golden_case.done(breachscope("add", "--case", case, "--as", kind, *more, path))


def ran(case: Path) -> Path:
    golden_case.done(breachscope("run", "--case", case))
    return case


def make(root: Path) -> Path:
    """The case, run once: three persons of P1 and three of P2 left."""
    case = root / "case"
    golden_case.done(breachscope("init", case, "--name", "架空事案"))
    taken_in(case, "parties", PARTIES, "parties.csv")
    taken_in(case, "lists", LISTS, "lists.csv")
    for version, text in (("V1", V1), ("V2", V2), ("V3", V3)):
        taken_in(case, "records", text, f"{version}.csv", "--version", version)
    taken_in(case, "downloads", DOWNLOADS, "downloads.csv")
    return ran(case)


def packed(case: Path, *more: object) -> Done:
    return golden_case.done(breachscope("package", "--case", case, *more))


def checked(case: Path, *more: object) -> Done:
    return breachscope("package", "--check", *more, "--case", case)


def issued(case: Path, *more: object) -> Done:
    packed(case, "--final")
    return golden_case.done(breachscope("package", "--issue", "--case", case, *more))


def package_of(case: Path, party: str, run: int = 1) -> Path:
    return case / "reports" / f"{run:04d}" / "packages" / party


def manifest(package: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((package / "data" / "manifest.json").read_text("utf-8"))
    return found


def sealed_again(package: Path) -> None:
    """Make manifest, sums and tag sums agree with whatever is in the package now."""
    told = manifest(package)
    data = package / "data"
    names = sorted(p.name for p in data.iterdir() if p.name != "manifest.json")
    told["files"] = [
        {"name": n, "bytes": (data / n).stat().st_size, "sha256": _sha256(data / n)} for n in names
    ]
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    (data / "manifest.json").write_text(text, encoding="utf-8")
    _sums(package, "manifest-sha256.txt", [f"data/{n}" for n in sorted([*names, "manifest.json"])])
    tags = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"]
    _sums(package, "tagmanifest-sha256.txt", tags)


def replaced(path: Path, *pairs: tuple[str, str]) -> None:
    """Change a file of text; every pair must be there."""
    text = path.read_bytes().decode()
    for this, that in pairs:
        assert this in text, this
        text = text.replace(this, that)
    path.unlink()  # it may be one file under two names
    path.write_bytes(text.encode())


def _sums(package: Path, name: str, files: list[str]) -> None:
    done = subprocess.run(
        ["sha256sum", *files], cwd=package, check=True, capture_output=True, text=True
    )
    (package / name).write_text(done.stdout, encoding="utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
