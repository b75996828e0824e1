"""What `run` and `plan` call."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl

from breachscope.case import folder
from breachscope.errors import ConfigError, OpenReviewError
from breachscope.workflow import reporting, tables
from breachscope.workflow import run as running
from breachscope.workflow.context import opened
from breachscope.workflow.situation import Moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def moment_of(events_until: str | None, acquired_until: str | None, zone: str) -> Moment:
    """The moments as given: a day (whole, included) or a time, in the case's zone.

    Raises:
        ConfigError: one is neither.

    """
    return Moment(_moment(events_until, zone), _moment(acquired_until, zone))


def _moment(text: str | None, zone: str) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{text!r} is no day or time", hint="write 2022-07-31") from error
    if len(text) <= len("2022-07-31"):
        found = datetime.combine(found.date(), time.max)
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(zone))
    return found.astimezone(UTC)


def run(
    case: Path | None,
    *,
    events_until: str | None = None,
    acquired_until: str | None = None,
    command: Sequence[str],
    quiet: bool = False,
    sensitivity: bool = False,
) -> dict[str, Any]:
    """Run the stages and write the report; the answer in short."""
    with folder.exclusive(folder.find(case)):
        context = opened(case)
        moment = moment_of(events_until, acquired_until, context.settings.zone)
        result = running.run(context, moment, command=command, quiet=quiet, sensitivity=sensitivity)
        report = reporting.write_report(context, result.number)
    shown = tables.scope(context, result.number)
    conflicts = (
        pl.scan_parquet(context.case.run(result.number) / "inquiry.parquet")
        .select(pl.col("conflict").sum())
        .collect()
        .item()
    )
    return {
        "schema": "breachscope/run/1",
        "run": result.number,
        "seconds": round(result.seconds, 1),
        "computed": result.computed,
        "kept": result.kept,
        "conflicts": conflicts,
        "notes": tables.run_record(context, result.number)["notes"],
        "totals": shown.document["totals"],
        "report": str(report),
    }


def told(document: dict[str, Any]) -> Iterator[str]:
    """The answer in a few lines."""
    totals = document["totals"]
    over = totals["persons_over_parties"]["all"]
    yield (
        f"run {document['run']}: {document['computed']:,} parts computed, "
        f"{document['kept']:,} kept, {document['seconds']} s"
    )
    yield (
        f"persons, once over all parties: {over['count']:,} (between {over['low']:,} and "
        f"{over['high']:,})"
    )
    for tier, measures in totals["persons"].items():
        yield (
            f"  {tier:<10} {measures['count']:>12,}  ({measures['low']:,}–{measures['high']:,}) "
            "by party, added"
        )
    yield (
        f"rows fetched {totals['rows_gross']:,}, distinct {totals['rows_distinct']:,}, in "
        f"{totals['downloads']:,} downloads"
    )
    if document["conflicts"]:
        yield (
            f"{document['conflicts']} explained downloads have evidence against them: "
            "they wait for a ruling"
        )
    yield from (f"note: {note}" for note in document["notes"])
    yield f"report: {document['report']}"


def raise_open(document: dict[str, Any]) -> None:
    """Raise while something waits for a ruling.

    Raises:
        OpenReviewError: conflicts are open.

    """
    if document["conflicts"]:
        raise OpenReviewError(
            f"{document['conflicts']} conflicts wait for a ruling",
            hint="breachscope show extractions; breachscope decide accept|reject EVENT",
        )


def plan(
    case: Path | None, *, events_until: str | None, acquired_until: str | None
) -> list[dict[str, Any]]:
    """What a run would compute first, and why."""
    with folder.exclusive(folder.find(case)):
        context = opened(case)
        moment = moment_of(events_until, acquired_until, context.settings.zone)
        due = running.plan(context, moment)
    return [
        {"stage": wanted.stage, "part": wanted.part, "reasons": reasons} for wanted, reasons in due
    ]
