"""An IIS log of any length, the same for the same seed: pages, pictures, lists with Japanese names.

python bench/readers/make_log.py 100000 out.log
"""

from __future__ import annotations

import random
import sys
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

FIELDS = (
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "
    "cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes time-taken"
)
HEAD = (
    "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
    f"#Date: 2014-05-01 00:00:00\r\n#Fields: {FIELDS}\r\n"
)
NAME = quote("顧客名簿".encode("cp932"))
SEED = 7


def write(path: Path, count: int, seed: int = SEED) -> None:
    """So many requests, about 150 bytes each, in rising time; ASCII, so that all can read it."""
    dice, at = random.Random(seed), datetime(2014, 5, 1)
    with path.open("w", encoding="ascii", newline="") as file:
        file.write(HEAD)
        for _ in range(count):
            at += timedelta(seconds=dice.random() * 2)
            file.write(_line(at, dice))


def _line(at: datetime, dice: random.Random) -> str:
    stem, query = _asked(dice)
    user = rf"CORP\user{dice.randrange(300)}" if dice.random() < 0.7 else "-"
    code = dice.choice((200, 200, 200, 304, 404))
    return (
        f"{at:%Y-%m-%d %H:%M:%S} 10.1.0.5 GET {stem} {query} 443 {user} "
        f"10.2.{dice.randrange(20)}.{dice.randrange(250)} Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)"
        f"+AppleWebKit/{500 + dice.randrange(40)}.36 - {code} 0 0 {dice.randrange(10**6)} "
        f"{dice.randrange(900)}\r\n"
    )


def _asked(dice: random.Random) -> tuple[str, str]:
    kind = dice.random()
    if kind < 0.5:
        return f"/static/img/{dice.randrange(800)}.png", "-"
    if kind < 0.8:
        session, number = dice.randrange(10**12), dice.randrange(10**6)
        return f"/app/view{dice.randrange(60)}.aspx", f"session={session:x}&id={number}"
    if kind < 0.9:
        return f"/pds/export/{NAME}{dice.randrange(3000)}.csv", "-"
    return "/get.aspx", f"list=L{dice.randrange(3000)}&file=x{dice.randrange(3000)}.csv"


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]))
