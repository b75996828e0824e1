"""Squid's native access log: requests through the proxy, as downloads.

Times are seconds since 1970, UTC, with milliseconds: when the answer ended, how long it took
is kept. Bytes are those sent to the client, headers included. What went through a tunnel
(CONNECT) is not in such a log: it has no title.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.evidence import loglines, urls
from breachscope.evidence.loglines import Read
from breachscope.evidence.readers import access
from breachscope.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.account import Account, Batch
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "squid access log (native)"
ENCODING: Final = loglines.ENCODING
KINDS: Final = (Kind.DOWNLOADS,)
STANDARD_ZONE: Final = "UTC"

_LINE: Final = (
    r"(?s)^(?<at>[0-9]{10}\.[0-9]{3}) +(?<elapsed>-?[0-9]+) (?<ip>\S+) (?<result>[A-Z_]+)/"
    r"(?<code>[0-9]{3}) (?<bytes>[0-9]+) (?<method>\S+) (?<url>.*) (?<user>\S+) "
    r"(?<peer>[A-Z_]+/\S+) *(?<type>\S*)\s*$"
)
_HEAD: Final = re.compile(rb"^\d{10}\.\d{3} +-?\d+ \S+ [A-Z_]+/\d{3} \d+ \S+ .* [A-Z_]+/\S+")
_ABORTED: Final = "_ABORTED"
_ENOUGH: Final = 0.5
_KEPT: Final = ("elapsed", "result", "code", "method", "url", "peer", "type")


def matches(head: bytes) -> bool:
    """Half the first lines or more are of squid's native form."""
    return loglines.share(head, _HEAD.match) >= _ENOUGH


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The requests of a log, as `downloads`."""
    return loglines.batches(stream, Read(spec, zone, member, account), _downloads)


def _downloads(lines: pl.DataFrame) -> pl.DataFrame:
    found = lines.hstack(lines["text"].str.extract_groups(_LINE).struct.unnest())
    found = urls.with_target(found, pl.col("url"))
    is_tunnel = pl.col("method") == "CONNECT"
    status = access.http_status(pl.col("method"), pl.col("code"))
    aborted = (status == "ok") & pl.col("result").str.ends_with(_ABORTED)
    return found.with_columns(
        *(pl.col(name).alias(f"attr:{name}") for name in _KEPT),
        bad=pl.when(pl.col("at").is_null()).then(pl.lit(loglines.NOT_THE_FORMAT)).otherwise("bad"),
        title=pl.when(~is_tunnel).then("title"),
        account=loglines.named(pl.when(pl.col("user") != "-").then(pl.col("user"))),
        source_ip=pl.col("ip").str.replace(r"(?i)^::ffff:", ""),
        status=pl.when(aborted).then(pl.lit("partial")).otherwise(status),
        bytes=pl.when(access.sends_content(pl.col("code"))).then(pl.col("bytes")),
    )
