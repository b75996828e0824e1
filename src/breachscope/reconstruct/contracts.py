"""What contracts asked for and did not get: lists kept too long, data passed on unapproved.

Pure functions from frame to frame. Times are UTC; `due` days are whole, the day included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.schema import CONTRACT_FINDINGS, COUNTED_TIERS, UTC_TIME, conform

if TYPE_CHECKING:
    from datetime import datetime

_FOUND: Final = pl.Schema(
    {n: t for n, t in CONTRACT_FINDINGS.items() if n not in ("days", "downloads", "rows")}
)
_LINK: Final = (
    "from_party", "to_party", "basis", "since_at", "until_at", "approval_required",
    "approved_at", "evidence_id", "member", "line",
)  # fmt: skip


def kept_past_disposal(
    versions: pl.LazyFrame, parties: pl.LazyFrame, as_of: datetime, zone: str
) -> pl.LazyFrame:
    """Findings: versions still on the server after the day their party wanted them gone.

    Args:
        versions: VERSIONS.
        parties: canonical parties.
        as_of: nothing later is known.
        zone: whose day `disposal_due` is.

    """
    due = parties.filter(pl.col("disposal_due").is_not_null()).select(
        "party_id", at=_day_end("disposal_due", zone)
    )
    return (
        versions.join(due.unique("party_id", keep="first"), on="party_id", validate="m:1")
        .with_columns(ended=pl.col("until"))
        .filter(
            (pl.col("at") < as_of)
            & (pl.col("uploaded_at") <= as_of)
            & (pl.col("ended").is_null() | (pl.col("ended") > pl.col("at")))
        )
        .select(
            "party_id",
            "evidence_id",
            "member",
            "line",
            finding=pl.lit("kept_past_disposal", _FOUND["finding"]),
            subject="version_id",
            at=pl.max_horizontal("at", "uploaded_at"),
            until=pl.when(pl.col("ended") <= as_of).then("ended"),
            basis=pl.lit("disposal_due"),
            kept_rows=pl.coalesce("rows", "content_rows"),
        )
        .pipe(conform, _FOUND)
    )


def passed_on(entrustments: pl.DataFrame, parties: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Findings: data passed on by whoever it was entrusted to, without the party's approval.

    Every link that can be reached from a party's own entrustment hands its data on, unless the
    link itself is one that needs no approval (`approval_required` no). Where the party's own
    entrustment asks for approval, the first of `reentrustment_approved_at` of the party and
    `approved_at` of the link ends the breach. Where it does not say, the finding is unknown.

    Args:
        entrustments: canonical entrustments, `with_bounds`.
        parties: canonical parties.
        as_of: nothing later is known.

    """
    links = entrustments.select(_LINK).sort(
        "since_at", "from_party", "to_party", "evidence_id", "line"
    )
    onward: dict[str, list[dict[str, Any]]] = {}
    for link in links.iter_rows(named=True):
        onward.setdefault(link["from_party"], []).append(link)
    approved = dict(parties.select("party_id", "reentrustment_approved_at").iter_rows())
    rows = [
        found
        for party in sorted(approved)
        for own in onward.get(party, [])
        if own["approval_required"] is not False
        for link in _reached(own["to_party"], onward)
        if link["approval_required"] is not False
        if (found := _unapproved(party, own, link, approved[party], as_of))
    ]
    return pl.DataFrame(rows, schema=_FOUND, orient="row").unique(maintain_order=True)


def _reached(start: str, onward: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Every link that hands on what `start` was entrusted with; rings end."""
    found: list[dict[str, Any]] = []
    open_now, seen = [start], {start}
    while open_now:
        for link in onward.get(open_now.pop(0), []):
            found.append(link)
            if link["to_party"] not in seen:
                seen.add(link["to_party"])
                open_now.append(link["to_party"])
    return found


def _unapproved(
    party: str, own: dict[str, Any], link: dict[str, Any], approved: Any, as_of: datetime
) -> tuple[Any, ...] | None:
    begins = [day for day in (own["since_at"], link["since_at"]) if day is not None]
    ends = [
        moment
        for moment in (own["until_at"], link["until_at"], approved, link["approved_at"])
        if moment is not None
    ]
    begin, end = max(begins, default=None), min(ends, default=None)
    if begin is None or begin > as_of or (end is not None and end <= begin):
        return None
    asked = own["approval_required"] is True
    return (
        "passed_on_unapproved" if asked else "passed_on_unknown",
        party,
        f"{link['from_party']} → {link['to_party']}",
        begin,
        end if end is not None and end <= as_of else None,
        link["basis"],
        None,
        link["evidence_id"],
        link["member"],
        link["line"],
    )


def exposed(found: pl.LazyFrame, egress: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """CONTRACT_FINDINGS: each finding with the downloads made while it stood.

    Args:
        found: findings of `kept_past_disposal` and `passed_on`.
        egress: EGRESS. Of a version kept too long, its own downloads count; of data passed on,
            the party's.
        as_of: to here a finding without an end has lasted.

    """
    numbered = found.with_row_index("row")
    taken = egress.filter(pl.col("tier").cast(pl.String).is_in(COUNTED_TIERS)).select(
        "party_id", "version_id", "rows", taken_at="at"
    )
    inside = (pl.col("taken_at") >= pl.col("at")) & (
        pl.col("until").is_null() | (pl.col("taken_at") < pl.col("until"))
    )
    of_subject = (pl.col("finding") != "kept_past_disposal") | (
        pl.col("version_id") == pl.col("subject")
    )
    counted = (
        numbered.join(taken, on="party_id")
        .filter(inside & of_subject.fill_null(value=False))
        .group_by("row")
        .agg(downloads=pl.len().cast(pl.UInt32), rows=pl.col("rows").sum())
    )
    lasted = pl.col("until").fill_null(pl.lit(as_of, UTC_TIME)) - pl.col("at")
    return (
        numbered.join(counted, on="row", how="left", validate="1:1")
        .with_columns(
            pl.col("downloads", "rows").fill_null(0),
            days=lasted.dt.total_days().clip(0).cast(pl.UInt32),
        )
        .pipe(conform, CONTRACT_FINDINGS)
        .sort("finding", "party_id", "at", "subject", "evidence_id", "line")
    )


def _day_end(day: str, zone: str) -> pl.Expr:
    """The first instant after a day of `zone`."""
    after = (pl.col(day) + pl.duration(days=1)).cast(pl.Datetime("us"))
    local = after.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC")


def with_bounds(entrustments: pl.LazyFrame, zone: str) -> pl.LazyFrame:
    """Entrustments with since_at and until_at: their days as instants, the last day included."""
    start = pl.col("since").cast(pl.Datetime("us"))
    local = start.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return entrustments.with_columns(
        since_at=local.dt.convert_time_zone("UTC"), until_at=_day_end("until", zone)
    )
