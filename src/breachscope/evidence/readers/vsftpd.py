"""vsftpd's own log: files sent are downloads, sessions opened are logins.

Times are the server's local time and say no zone. A download that failed fetched nothing,
unless the line says how many bytes went before.
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

NAME: Final = "vsftpd log"
ENCODING: Final = loglines.ENCODING
KINDS: Final = (Kind.DOWNLOADS, Kind.LOGINS)
STANDARD_ZONE: Final = None

OTHER: Final = {Kind.DOWNLOADS: "not a download", Kind.LOGINS: "not a login"}

_DATE: Final = r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}"
_LINE: Final = (
    rf"(?s)^(?<at>{_DATE}) \[pid +(?<pid>[0-9]+)\] (?:\[(?<user>[^\]]*)\] )?"
    r'(?:(?<result>OK|FAIL) )?(?<what>[A-Za-z ]+): Client "(?<ip>[^"]*)"(?<rest>.*)$'
)
_SENT: Final = r'(?s)^, "(?<path>.*)"(?:, (?<bytes>[0-9]+) bytes)?, [0-9.]+ ?Kbyte/sec *$'
_HEAD: Final = re.compile(rf"^{_DATE} \[pid +[0-9]+\] ".encode())
_ENOUGH: Final = 0.5


def matches(head: bytes) -> bool:
    """Half the first lines or more begin as vsftpd's do."""
    return loglines.share(head, _HEAD.match) >= _ENOUGH


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The downloads or the logins of a log; lines of other events are skipped."""
    take = _logins if spec.kind is Kind.LOGINS else _downloads
    return loglines.batches(stream, Read(spec, zone, member, account), take)


def _found(lines: pl.DataFrame) -> pl.DataFrame:
    parts = lines["text"].str.extract_groups(_LINE).struct.unnest()
    found = lines.hstack(parts)
    no_line = pl.col("at").is_null()
    return found.with_columns(
        bad=pl.when(no_line).then(pl.lit(loglines.NOT_THE_FORMAT)).otherwise("bad"),
        account=loglines.named(pl.col("user")),
        source_ip=pl.col("ip").str.replace(r"(?i)^::ffff:", ""),
        session_id=pl.lit(None, pl.String),
    ).with_columns(pl.col("pid").alias("attr:pid"))


def _downloads(lines: pl.DataFrame) -> pl.DataFrame:
    found = _found(lines)
    sent = found["rest"].str.extract_groups(_SENT).struct.unnest()
    found = found.hstack(sent)
    is_download = pl.col("what") == "DOWNLOAD"
    found = found.with_columns(
        bad=pl.when(is_download & pl.col("path").is_null())
        .then(pl.lit(loglines.NOT_THE_FORMAT))
        .otherwise("bad"),
        skip=pl.when(~is_download).then(pl.lit(OTHER[Kind.DOWNLOADS])).otherwise("skip"),
        status=pl.when(pl.col("result") == "OK").then(pl.lit("ok")).otherwise(pl.lit("failed")),
        title=urls.titles(found["path"]),
    )
    return found.drop("session_id")


def _logins(lines: pl.DataFrame) -> pl.DataFrame:
    is_login = pl.col("what") == "LOGIN"
    return _found(lines).with_columns(
        skip=pl.when(~is_login).then(pl.lit(OTHER[Kind.LOGINS])).otherwise("skip"),
        action=pl.when(pl.col("result") == "OK").then(pl.lit("login")).otherwise(pl.lit("fail")),
    )
