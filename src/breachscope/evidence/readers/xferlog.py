"""The transfer log of wu-ftpd, which ProFTPD, Pure-FTPd and vsftpd write too.

What went out is a download; what came in or was deleted is skipped. A transfer that was not
completed is `partial`. Times are the server's local time and say no zone; the time is that of
the end of the transfer, how long it took is kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.evidence import loglines, urls
from breachscope.evidence.loglines import Read
from breachscope.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.account import Account, Batch
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "xferlog (FTP transfers)"
ENCODING: Final = loglines.ENCODING
KINDS: Final = (Kind.DOWNLOADS,)
STANDARD_ZONE: Final = None

OTHER: Final = "not a download"

_DATE: Final = r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}"
_LINE: Final = (
    rf"(?s)^(?<at>{_DATE}) +(?<seconds>[0-9]+) (?<ip>\S+) (?<bytes>[0-9]+) (?<path>.*) [ab] "
    r"[_CUT]+ (?<way>[oid]) (?<mode>[agr]) (?<user>.*) (?<service>\S+) [01*] \S+ (?<end>[ci])\s*$"
)
_HEAD: Final = re.compile(
    rf"^{_DATE} +[0-9]+ \S+ [0-9]+ .* [ab] [_CUT]+ [oid] [agr] .* [ci]\s*$".encode()
)
_ENOUGH: Final = 0.5


def matches(head: bytes) -> bool:
    """Half the first lines or more are transfers."""
    return loglines.share(head, _HEAD.match) >= _ENOUGH


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The files sent, as `downloads`; files received or deleted are skipped."""
    return loglines.batches(stream, Read(spec, zone, member, account), _downloads)


def _downloads(lines: pl.DataFrame) -> pl.DataFrame:
    found = lines.hstack(lines["text"].str.extract_groups(_LINE).struct.unnest())
    whole = pl.col("end") == "c"
    return found.with_columns(
        pl.col("seconds").alias("attr:seconds"),
        pl.col("service").alias("attr:service"),
        bad=pl.when(pl.col("at").is_null()).then(pl.lit(loglines.NOT_THE_FORMAT)).otherwise("bad"),
        skip=pl.when(pl.col("way") != "o").then(pl.lit(OTHER)).otherwise("skip"),
        account=loglines.named(pl.col("user")),
        source_ip=pl.col("ip").str.replace(r"(?i)^::ffff:", ""),
        title=urls.titles(found["path"]),
        status=pl.when(whole).then(pl.lit("ok")).otherwise(pl.lit("partial")),
    )
