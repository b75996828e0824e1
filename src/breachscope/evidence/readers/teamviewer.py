"""TeamViewer's lists of connections: `Connections_incoming.txt` and `Connections.txt`.

Times are UTC. The account of a session is the TeamViewer id at the other end: of an incoming
one who came, of an outgoing one where it went to. The name shown and the local account
are kept as attributes; a name shown is chosen by whoever bears it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.evidence import loglines
from breachscope.evidence.loglines import Read
from breachscope.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.account import Account, Batch
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "TeamViewer connections"
ENCODING: Final = loglines.ENCODING
KINDS: Final = (Kind.REMOTE,)
STANDARD_ZONE: Final = "UTC"

_WHEN: Final = r"[0-9]{2}-[0-9]{2}-[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}"
_INCOMING: Final = (
    rf"(?s)^(?<id>[0-9]+)\t(?<shown>[^\t]*)\t(?<started_at>{_WHEN})\t"
    rf"(?<ended_at>{_WHEN})?\t(?<local>[^\t]*)\t(?<mode>[^\t]*)(?:\t(?<connection>[^\t]*))?\s*$"
)
_OUTGOING: Final = (
    rf"(?s)^(?<id>[0-9]+)[ \t]+(?<started_at>{_WHEN})[ \t]+(?:(?<ended_at>{_WHEN})[ \t]+)?"
    r"(?<local>.*?)[ \t]+(?<mode>\S+)[ \t]+(?<connection>\{[^}]*\})\s*$"
)
_HEAD: Final = re.compile(rf"^[0-9]+(?:\t[^\t]*)?[ \t]+{_WHEN}[ \t]".encode())
_FORMATS: Final = dict.fromkeys(("started_at", "ended_at"), "%d-%m-%Y %H:%M:%S")
_ENOUGH: Final = 0.5


def matches(head: bytes) -> bool:
    """Half the first lines or more are connections."""
    return loglines.share(head, _HEAD.match) >= _ENOUGH


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The sessions, as `remote`."""
    return loglines.batches(stream, Read(spec, zone, member, account, _FORMATS), _sessions)


def _sessions(lines: pl.DataFrame) -> pl.DataFrame:
    came = lines["text"].str.extract_groups(_INCOMING).struct.unnest()
    went = lines["text"].str.extract_groups(_OUTGOING).struct.unnest()
    is_in = came["started_at"].is_not_null()
    both = {name: came[name].zip_with(is_in, went[name]) for name in went.columns}
    found = lines.with_columns(shown=came["shown"], **both)
    way = pl.when(is_in).then(pl.lit("incoming")).otherwise(pl.lit("outgoing"))
    return found.with_columns(
        pl.col("shown").alias("attr:display_name"),
        pl.col("local").alias("attr:local_account"),
        pl.col("mode").alias("attr:mode"),
        pl.col("connection").alias("attr:connection"),
        way.alias("attr:direction"),
        bad=pl.when(pl.col("started_at").is_null())
        .then(pl.lit(loglines.NOT_THE_FORMAT))
        .otherwise("bad"),
        account=loglines.named(pl.col("id")),
    )
