"""The evidence appendix of a party: every counted download with its place, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from breachscope.notify.documents.views import DAY, head_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from breachscope.notify.documents.views import Head
    from breachscope.notify.documents.words import Words
    from breachscope.notify.package import Exhibit, Package, Recipient, Source

MOMENT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Extraction:
    """One download: when, by what, which rows, how sure, and where it is written."""

    event_id: str
    at: str
    account: str | None
    host: str | None
    route: str
    list_id: str | None
    version_id: str | None
    bind: str
    rows: int | None
    rows_low: int | None
    rows_high: int | None
    row_scope: str
    tier: str
    reason: str
    exhibit: str | None
    file: str | None
    line: str | None


@dataclass(frozen=True, slots=True)
class Covered:
    """One kind of evidence: what of it there is, and the shortest silence it would show."""

    label: str
    files: int
    events: int
    first: str | None
    last: str | None
    detectable_hours: str | None


@dataclass(frozen=True, slots=True)
class EvidenceAppendix:
    """What a party's figures rest on."""

    head: Head
    recipient: Recipient
    extractions: tuple[Extraction, ...]
    exhibits: tuple[Exhibit, ...]
    coverage: tuple[Covered, ...]
    limits: tuple[str, ...]


def appendix(package: Package, extractions: pl.DataFrame, words: Words) -> EvidenceAppendix:
    """The appendix; `extractions` are the party's counted rows of EGRESS in order of time."""
    marks = {exhibit.evidence_id: exhibit for exhibit in package.exhibits}
    used = dict.fromkeys(extractions["evidence_id"].drop_nulls())
    return EvidenceAppendix(
        head=head_of(package, words),
        recipient=package.recipient,
        extractions=tuple(_extractions(extractions, marks, package.zone, words)),
        exhibits=tuple(labelled(e, words) for e in package.exhibits if e.evidence_id in used),
        coverage=tuple(covered(source, package.zone, words) for source in package.sources),
        limits=package.limits,
    )


def _extractions(
    extractions: pl.DataFrame, marks: dict[str, Exhibit], zone: str, words: Words
) -> Iterator[Extraction]:
    at = pl.col("at").dt.convert_time_zone(zone).dt.strftime(MOMENT)
    for row in extractions.with_columns(at=at).iter_rows(named=True):
        exhibit = marks.get(row["evidence_id"])
        yield Extraction(
            event_id=row["event_id"],
            at=row["at"],
            account=row["account"],
            host=row["host"],
            route=words.routes.get(row["route"], row["route"] or ""),
            list_id=row["list_id"],
            version_id=row["version_id"],
            bind=words.binds.get(row["bind"], row["bind"] or ""),
            rows=row["rows"],
            rows_low=row["rows_low"],
            rows_high=row["rows_high"],
            row_scope=words.scopes.get(row["row_scope"], row["row_scope"] or ""),
            tier=words.tiers.get(row["tier"], row["tier"]),
            reason=words.reasons.get(row["reason"], row["reason"] or ""),
            exhibit=exhibit.mark if exhibit else None,
            file=exhibit.file if exhibit else None,
            line=None if row["line"] is None else str(row["line"]),
        )


def labelled(exhibit: Exhibit, words: Words) -> Exhibit:
    """The exhibit with its kind in the documents' words."""
    return replace(exhibit, kind=words.kinds.get(exhibit.kind, exhibit.kind))


def covered(source: Source, zone: str, words: Words) -> Covered:
    """One kind of evidence in words."""
    first, last = (
        pl.Series([source.first, source.last], dtype=pl.Datetime("us", "UTC"))
        .dt.convert_time_zone(zone)
        .dt.strftime(DAY)
    )
    hours = source.detectable_hours
    return Covered(
        words.kinds.get(source.kind, source.kind),
        source.files,
        source.events,
        first,
        last,
        None if hours is None else f"{hours:,.0f}",
    )
