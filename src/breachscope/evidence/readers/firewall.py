"""Windows firewall log (pfirewall.log): who was let in to a service of remote access.

An entry is a remote session's beginning where the firewall let a connection in (`ALLOW` with
path `RECEIVE`, or `OPEN-INBOUND`) to a port by which a machine is worked at from elsewhere.
No account stands in such a log, and no end. Times are the machine's local time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.evidence import loglines, w3c
from breachscope.evidence.loglines import Read
from breachscope.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.account import Account, Batch
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "Windows firewall log"
ENCODING: Final = loglines.ENCODING
KINDS: Final = (Kind.REMOTE,)
STANDARD_ZONE: Final = None

SERVICES: Final = {
    "22": "ssh",
    "3389": "remote desktop",
    "5900": "VNC",
    "5938": "TeamViewer",
    "5985": "WinRM",
    "5986": "WinRM",
}
"""Ports by which a machine is worked at from elsewhere."""
OTHER: Final = "not a connection let in to a service of remote access"
LOST: Final = "entries that say events were lost"

_SOFTWARE: Final = re.compile(rb"^(?:\xef\xbb\xbf)?#Software: Microsoft Windows Firewall", re.M)
_KEPT: Final = ("action", "protocol", "dst-ip", "dst-port", "src-port", "path", "pid")
_LOST_ACTION: Final = "INFO-EVENTS-LOST"


def matches(head: bytes) -> bool:
    """The file begins with the firewall's own line, or with fields of connections."""
    return bool(_SOFTWARE.search(head)) or w3c.has_fields(head, b"action", b"src-ip", b"dst-port")


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The connections let in, as `remote`; every other entry is skipped."""

    def take(lines: pl.DataFrame, fields: tuple[str, ...]) -> pl.DataFrame:
        if "action" in fields and (lines["action"] == _LOST_ACTION).any():
            note(f"has {LOST}: what the firewall saw is not all here")
        return _sessions(lines, fields)

    return w3c.batches(stream, Read(spec, zone, member, account), note, take)


def _sessions(lines: pl.DataFrame, fields: tuple[str, ...]) -> pl.DataFrame:
    def cell(name: str) -> pl.Expr:
        return pl.col(name) if name in fields else pl.lit(None, pl.String)

    let_in = (cell("action") == "OPEN-INBOUND") | (
        (cell("action") == "ALLOW") & (cell("path") == "RECEIVE")
    )
    wanted = let_in & cell("dst-port").is_in(list(SERVICES)) & (cell("protocol") == "TCP")
    service = cell("dst-port").replace_strict(SERVICES, default=None, return_dtype=pl.String)
    return lines.with_columns(
        *(cell(name).alias(f"attr:{name}") for name in _KEPT),
        service.alias("attr:service"),
        started_at=pl.concat_str(
            cell("date").fill_null(pl.col("day")), cell("time").fill_null(""), separator=" "
        ),
        account=loglines.unnamed(),
        source_ip=cell("src-ip"),
        skip=pl.when(~wanted.fill_null(value=False)).then(pl.lit(OTHER)).otherwise("skip"),
    )
