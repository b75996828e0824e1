"""Records of Windows event logs as the library gives them: compact JSON of one event each.

Field names are those of EricZimmerman/evtx's maps and of Microsoft's documentation of the
events; values are made up here.
"""

from __future__ import annotations

import json
from typing import Any

import polars as pl

SECURITY = "Microsoft-Windows-Security-Auditing"
AT = "2014-05-01T01:02:03.456789Z"


def record(
    number: object,
    data: dict[str, Any] | None = None,
    *,
    provider: str = SECURITY,
    at: str = AT,
    host: str = "FILES01",
    channel: str = "Security",
    keywords: str = "0x8020000000000000",
    part: str = "EventData",
) -> str:
    """One event; `part` is EventData, or the element UserData holds."""
    system = {
        "Provider": {"#attributes": {"Name": provider, "Guid": "54849625-5478-4994-A5BA"}},
        "EventID": number,
        "Keywords": keywords,
        "TimeCreated": {"#attributes": {"SystemTime": at}},
        "Channel": channel,
        "Computer": host,
    }
    body = {part: data} if part == "EventData" else {"UserData": {part: data}}
    event = {"Event": {"#attributes": {"xmlns": "x"}, "System": system, **body}}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def sound(*texts: str) -> pl.DataFrame:
    """Those records, numbered from 1, a hundred bytes apart."""
    count = len(texts)
    return pl.DataFrame(
        {
            "line": list(range(1, count + 1)),
            "byte": [100 * n for n in range(1, count + 1)],
            "_text": list(texts),
        },
        schema={"line": pl.Int64(), "byte": pl.Int64(), "_text": pl.String()},
    )
