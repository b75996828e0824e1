"""Microsoft 365 audit log: JSON Lines, or the CSV export with its AuditData column.

Files fetched are downloads, sign-ins are logins; every other operation is skipped. Times are
UTC. A file synchronised in part is `partial`. Opening a file in the browser is not a download.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.evidence import jsonlines, loglines, urls
from breachscope.evidence.loglines import Read
from breachscope.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.account import Account, Batch
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "Microsoft 365 audit log"
ENCODING: Final = loglines.ENCODING
KINDS: Final = (Kind.DOWNLOADS, Kind.LOGINS)
STANDARD_ZONE: Final = "UTC"

DOWNLOADS: Final = {
    "FileDownloaded": "ok",
    "FileSyncDownloadedFull": "ok",
    "FileSyncDownloadedPartial": "partial",
}
LOGINS: Final = {
    "UserLoggedIn": "login",
    "UserLoginFailed": "fail",
    "UserLoggedOff": "logout",
}
OTHER: Final = {Kind.DOWNLOADS: "not a download", Kind.LOGINS: "not a login"}

_DATA: Final = "AuditData"
_BYTES: Final = ("FileSizeBytes", "FileSize")
_IPV4_PORT: Final = r"^((?:[0-9]{1,3}\.){3}[0-9]{1,3})(?::[0-9]+)?$"
_BRACKETS: Final = r"^\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?$"
_KEPT: Final = ("Operation", "Workload", "SiteUrl", "UserAgent", "DeviceDisplayName",
                "ResultStatus", "ObjectId", "ApplicationDisplayName")  # fmt: skip
_ENOUGH: Final = 0.5


def matches(head: bytes) -> bool:
    """The first line names AuditData, or half the first lines or more are audit records."""
    if _header(_first_line(head)):
        return True
    return loglines.share(head, _fits) >= _ENOUGH


def _first_line(head: bytes) -> str:
    lines = head.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"\n").split(b"\n", 50)[:50]
    return next((line for line in lines if line.strip()), b"").decode("latin-1")


def _fits(line: bytes) -> bool:
    found = jsonlines.loaded(line.decode("latin-1")) if line.lstrip().startswith(b"{") else None
    return found is not None and _record(found) is not None


def _record(found: dict[str, Any]) -> dict[str, Any] | None:
    """The record of an object: itself, or what its AuditData holds."""
    data = found.get(_DATA)
    if isinstance(data, str):
        data = jsonlines.loaded(data)
    record = data if isinstance(data, dict) else found
    return record if {"CreationTime", "Operation"} <= record.keys() else None


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The files fetched as `downloads`, or the sign-ins as `logins`."""
    take = _Records(spec.kind)
    return loglines.batches(stream, Read(spec, zone, member, account), take)


class _Records:
    """Lines to records; keeps the header of a CSV export."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._header: list[str] = []

    def __call__(self, lines: pl.DataFrame) -> pl.DataFrame:
        """The lines with what their records say."""
        rows = [self._row(text) for text in lines["text"].to_list()]
        cells = {n: pl.Series([row.get(n) for row in rows], dtype=pl.String) for n in _NAMES}
        found = lines.with_columns(**cells)
        made = _logins(found) if self._kind is Kind.LOGINS else _downloads(found)
        kept = (pl.col(name).alias(f"attr:{name}") for name in _KEPT)
        return made.with_columns(
            *kept,
            at="CreationTime",
            account=loglines.named(pl.col("UserId")),
            source_ip=_address(pl.col("ClientIP")),
        )

    def _row(self, text: str) -> dict[str, str | None]:
        if text.lstrip().startswith("{"):
            found = jsonlines.loaded(text)
        elif header := _header(text):
            repeated, self._header = bool(self._header), header
            return {"skip": "repeated header" if repeated else "header"}
        else:
            found = self._object(text)
        record = _record(found) if found else None
        if record is None:
            return {"bad": loglines.NOT_THE_FORMAT}
        return _told(record, self._kind)

    def _object(self, text: str) -> dict[str, Any] | None:
        cells = _cells(text)
        if not self._header or cells is None or len(cells) != len(self._header):
            return None
        return dict(zip(self._header, cells, strict=True))


def _told(record: dict[str, Any], kind: Kind) -> dict[str, str | None]:
    row = {name: jsonlines.text_of(record.get(name)) for name in _ASKED}
    row["size"] = jsonlines.first({k: v for k, v in row.items() if v is not None}, _BYTES)
    wanted = LOGINS if kind is Kind.LOGINS else DOWNLOADS
    if row["Operation"] not in wanted:
        row["skip"] = OTHER[kind]
    return row


def _header(text: str) -> list[str] | None:
    """The names of a CSV export's columns, where a line is those."""
    if _DATA not in text or "{" in text:
        return None
    cells = [cell.strip() for cell in _cells(text.removeprefix("ï»¿")) or []]
    return cells if _DATA in cells else None


def _cells(text: str) -> list[str] | None:
    try:
        return next(csv.reader([text], strict=True), None)
    except csv.Error:
        return None


def _downloads(found: pl.DataFrame) -> pl.DataFrame:
    relative = pl.concat_str(
        pl.lit("/"), pl.col("SourceRelativeUrl"), pl.lit("/"), pl.col("SourceFileName")
    )
    whole = pl.col("ObjectId").str.replace(r"^[A-Za-z]+://[^/]*", "")
    found = found.with_columns(path=pl.coalesce(whole, relative, "SourceFileName"))
    path = urls.unescaped(found["path"])
    name = pl.coalesce("SourceFileName", path)
    return found.with_columns(
        path=path,
        title=urls.titles(found.select(name).to_series()),
        bytes="size",
        status=pl.col("Operation").replace_strict(DOWNLOADS, default=None, return_dtype=pl.String),
    )


def _logins(found: pl.DataFrame) -> pl.DataFrame:
    return found.with_columns(
        action=pl.col("Operation").replace_strict(LOGINS, default=None, return_dtype=pl.String),
        session_id=pl.lit(None, pl.String),
    )


def _address(told: pl.Expr) -> pl.Expr:
    """An address without the port that some records add to it."""
    bare = pl.coalesce(told.str.extract(_IPV4_PORT, 1), told.str.extract(_BRACKETS, 1), told)
    return bare.str.replace(r"(?i)^::ffff:", "")


_ASKED: Final = ("CreationTime", "UserId", "ClientIP", "SourceFileName", "SourceRelativeUrl",
                 *_BYTES, *_KEPT)  # fmt: skip
_NAMES: Final = tuple(dict.fromkeys((*_ASKED, "size", "bad", "skip")))
