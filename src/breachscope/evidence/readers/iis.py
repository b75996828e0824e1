"""IIS and other W3C extended logs: every request line is a download, unless patterns say.

`#Fields` may come late, change or be repeated; without a `date` field the day is that of
`#Date`. Names in a URL are UTF-8 or CP932, raw or %-escaped, told value by value.
A download is a GET answered with 200 to 299; 206, or a connection that broke off
(sc-win32-status 64, 995, 1236), is `partial`; every other request is `failed`. What a
redirection or an error of the client was answered with is no part of a list: it has no bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.evidence import loglines, urls, w3c
from breachscope.evidence.loglines import Read
from breachscope.schema import ATTRIBUTE_PREFIX, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.account import Account, Batch
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "IIS (W3C extended log)"
ENCODING: Final = loglines.ENCODING
KINDS: Final = (Kind.DOWNLOADS,)
STANDARD_ZONE: Final = "UTC"

_SOFTWARE: Final = re.compile(rb"^(?:\xef\xbb\xbf)?#Software: Microsoft Internet Info", re.M)
_BROKEN_OFF: Final = ("64", "995", "1236")
_USED: Final = ("date", "time", "cs-username", "c-ip")


def matches(head: bytes) -> bool:
    """The file begins with IIS's own line, or with fields of requests."""
    return bool(_SOFTWARE.search(head)) or w3c.has_fields(head, b"cs-uri-stem")


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The requests of a log, as `downloads`; directives and blank lines are skipped."""
    return w3c.batches(stream, Read(spec, zone, member, account), note, _downloads)


def _downloads(lines: pl.DataFrame, fields: tuple[str, ...]) -> pl.DataFrame:
    """Requests as downloads."""

    def cell(name: str) -> pl.Expr:
        return pl.col(name) if name in fields else pl.lit(None, pl.String)

    day = cell("date") if "date" in fields else pl.col("day")
    status = cell("sc-status")
    kept = {name: lines[name] for name in fields if name not in _USED}
    made = urls.with_list(lines, cell("cs-uri-stem"), cell("cs-uri-query"))
    return made.with_columns(
        *(values.alias(ATTRIBUTE_PREFIX + name) for name, values in kept.items()),
        at=pl.concat_str(day.fill_null(""), cell("time").fill_null(""), separator=" "),
        account=loglines.named(cell("cs-username")),
        source_ip=cell("c-ip"),
        bytes=pl.when(~status.str.contains("^[34]").fill_null(value=False)).then(cell("sc-bytes")),
        status=_status(cell("cs-method"), status, cell("sc-win32-status")),
    )


def _status(method: pl.Expr, code: pl.Expr, win32: pl.Expr) -> pl.Expr:
    fetched = (method == "GET") & code.str.starts_with("2")
    broken = (code == "206") | win32.is_in(_BROKEN_OFF).fill_null(value=False)
    return (
        pl.when(code.is_null())
        .then(None)
        .when(~fetched.fill_null(value=False))
        .then(pl.lit("failed"))
        .when(broken)
        .then(pl.lit("partial"))
        .otherwise(pl.lit("ok"))
    )
