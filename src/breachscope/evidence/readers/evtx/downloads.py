r"""Downloads: files read where object access is audited (4663), and over a share (5145).

Neither event tells how much was read. 4663 of the system process comes over the network: its
host is then the client, which its session's login names; else it is the machine itself.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.evidence.readers.evtx.events import (
    AT,
    HOST,
    SECURITY,
    Event,
    account,
    address,
    attributes,
    session,
)

NOT_READ: Final = "nothing was read"
_BASE: Final = r"([^\\/]+?)(?:\.[^.\\/]*)?$"
_READS: Final = pl.col("AccessMask").str.contains("(?i)[13579bdf]$")
"""Bit 0 of the access mask: read data."""

_OVER_NETWORK: Final = pl.col("ProcessName").is_null() | (pl.col("ProcessName") == "System")
_SHARED: Final = pl.concat_str(
    [
        pl.coalesce(pl.col("ShareLocalPath").str.strip_prefix("\\??\\"), "ShareName"),
        pl.col("RelativeTargetName"),
    ],
    separator="\\",
).str.replace(r"([^\\])\\{2,}", "${1}\\")

_COMMON: Final = {
    "at": AT,
    "account": account("SubjectDomainName", "SubjectUserName"),
    "session_id": session("SubjectLogonId"),
}

EVENTS: Final = (
    Event(
        SECURITY,
        "4663",
        {
            **_COMMON,
            "path": pl.col("ObjectName"),
            "title": pl.col("ObjectName").str.extract(_BASE, 1),
            "host": pl.when(~_OVER_NETWORK).then(HOST),
            "status": pl.lit("ok"),
            **attributes("AccessMask", "ProcessName", "Computer"),
        },
        wanted=_READS & (pl.col("ObjectType") == "File"),
        unwanted=NOT_READ,
    ),
    Event(
        SECURITY,
        "5145",
        {
            **_COMMON,
            "path": _SHARED,
            "title": _SHARED.str.extract(_BASE, 1),
            "host": pl.when(address("IpAddress").is_null()).then(HOST),
            "source_ip": address("IpAddress"),
            "status": pl.when(pl.col("Keywords").str.to_lowercase() == "0x8010000000000000")
            .then(pl.lit("failed"))
            .otherwise(pl.lit("ok")),
            **attributes("AccessMask", "ShareName", "RelativeTargetName", "Computer"),
        },
        wanted=_READS & (pl.col("RelativeTargetName") != "\\"),
        unwanted=NOT_READ,
    ),
)
