"""What `controls` calls: the case's controls held against its logs, recorded week by week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope import __version__
from breachscope.case import folder, ledger
from breachscope.case.fingerprint import digest_of, sha256_of
from breachscope.errors import ConfigError
from breachscope.reconstruct import controls
from breachscope.schema import Kind
from breachscope.workflow import control_sources, judging
from breachscope.workflow.context import now, opened
from breachscope.workflow.parts import Parts, previous_parts
from breachscope.workflow.run import settings_digest
from breachscope.workflow.running import moment_of
from breachscope.workflow.situation import Moment, Situation, situation
from breachscope.workflow.tables import iso, iso_times

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from breachscope.workflow.context import Context

LINES_SHOWN = 200
"""Lines of one control named one by one in the document; beyond that they are counted."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The document, and its tables for spreadsheets."""

    document: dict[str, Any]
    controls: pl.DataFrame  # CONTROLS
    lines: pl.DataFrame  # CONTROL_LINES
    contracts: pl.DataFrame  # CONTRACT_FINDINGS


def check(
    case: Path | None, *, as_of: str | None, command: Sequence[str], record: bool = True
) -> Checked:
    """Hold every control against the logs; a result that is new becomes the next record.

    As of the last event of any log, or of the day given: never of the clock.

    Raises:
        ConfigError: the case has no controls, or no log.

    """
    with folder.exclusive(folder.find(case)):
        context = opened(case)
        numbers = context.case.run_numbers()
        latest = numbers[-1] if numbers else None
        parts = Parts(context.case, previous_parts(context.case, latest))
        s = situation(context, parts, Moment())
        if not s.of(Kind.CONTROLS):
            raise ConfigError("the case has no controls", hint="breachscope add --as controls FILE")
        moment = moment_of(as_of, None, context.settings.zone).events_until
        until = moment or control_sources.last_event(s)
        if until is None:
            raise ConfigError("the case has no log", hint="breachscope add --as logins FILE")
        told = _checked(context, s, until, latest)
        if record:
            _record(context, s, told, command)
        return told


def _checked(context: Context, s: Situation, until: datetime, latest: int | None) -> Checked:
    judged = judging.judged(s) if s.of(Kind.DOWNLOADS) else None
    found = control_sources.contract_findings(s, judged, until)
    zone = context.settings.zone
    begin = pl.col("in_force_from").cast(pl.Datetime("us"))
    given = s.table(Kind.CONTROLS).with_columns(
        begin=begin.dt.replace_time_zone(
            zone, ambiguous="earliest", non_existent="null"
        ).dt.convert_time_zone("UTC")
    )
    results = controls.held_against(
        given.collect(),
        {check.name: check for check in context.playbook.checks.checks},
        control_sources.sources(s, judged, found),
        until,
    )
    document = {
        "schema": "breachscope/controls/1",
        "as_of": iso(until),
        "evidence": digest_of({item.evidence_id: item.sha256 for item in s.items}),
        "settings": settings_digest(s),
        "run": latest,
        "controls": [_control(row, results.lines) for row in _rows(results.controls)],
        "contracts": _rows(found),
        "exposure": _exposure(context, found, latest),
    }
    return Checked(document, results.controls, results.lines, found)


def _rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    return table.with_columns(iso_times(), pl.selectors.date().cast(pl.String)).to_dicts()


def _control(row: dict[str, Any], lines: pl.DataFrame) -> dict[str, Any]:
    own = lines.filter((pl.col("control_id") == row["control_id"]) & pl.col("in_force"))
    against = _rows(own.head(LINES_SHOWN).drop("control_id", "in_force"))
    return {**row, "covered_share": round(row["covered_share"], 6), "against": against}


def _exposure(context: Context, found: pl.DataFrame, latest: int | None) -> list[dict[str, Any]]:
    """Of each party with a finding: what stood against its contract, and what left meanwhile."""
    kept, passed = (
        (pl.col("finding").cast(pl.String) == name)
        for name in ("kept_past_disposal", "passed_on_unapproved")
    )
    told = (
        found.group_by("party_id")
        .agg(
            versions_kept=kept.sum(),
            rows_kept=pl.col("kept_rows").filter(kept).sum(),
            days_kept_most=pl.col("days").filter(kept).max(),
            downloads_of_kept=pl.col("downloads").filter(kept).sum(),
            links_unapproved=passed.sum(),
            downloads_while_unapproved=pl.col("downloads").filter(passed).max(),
            rows_while_unapproved=pl.col("rows").filter(passed).max(),
        )
        .sort("party_id")
    )
    if latest is not None:
        persons = pl.read_parquet(context.case.run(latest) / "counts.parquet").select(
            "party_id",
            persons="all_count",
            persons_low="all_low",
            persons_high="all_high",
        )
        told = told.join(persons, on="party_id", how="left", validate="1:1").sort("party_id")
    return told.to_dicts()


def records(case: folder.CaseFolder) -> list[Path]:
    """The records of earlier checks, in order of number."""
    place = case.root / "controls"
    return sorted(place.glob("[0-9]*.json")) if place.is_dir() else []


def _record(context: Context, s: Situation, told: Checked, command: Sequence[str]) -> None:
    """Keep the document under the next number, unless it says what the last one says."""
    earlier = records(context.case)
    before = folder.read_json(earlier[-1]) if earlier else None
    if before is not None and _content(before) == _content(told.document):
        told.document.update(
            {"record": before["record"], "changed": before["changed"], "new": False}
        )
        return
    number = before["record"] + 1 if before is not None else 1
    told.document.update({"record": number, "changed": _changed(before, told.document)})
    place = context.case.root / "controls"
    place.mkdir(mode=folder.PRIVATE_FOLDER, exist_ok=True)
    path = place / f"{number:04d}.json"
    folder.write_json(path, told.document)
    entry = {
        "action": "controls checked",
        "at": now(),
        "command": list(command),
        "version": __version__,
        "record": number,
        "as_of": told.document["as_of"],
        "sha256": sha256_of(path),
        "verdicts": {row["control_id"]: row["verdict"] for row in told.document["controls"]},
        "evidence": {item.evidence_id: item.sha256 for item in s.items},
    }
    ledger.append(context.case.ledger, entry)
    told.document.update({"new": True})


def _content(document: dict[str, Any]) -> str:
    told = {k: v for k, v in document.items() if k not in ("record", "changed", "new", "run")}
    return digest_of(told)


def _changed(before: dict[str, Any] | None, after: dict[str, Any]) -> list[dict[str, Any]]:
    """Controls whose verdict is not that of the record before."""
    then = {row["control_id"]: row["verdict"] for row in (before or {"controls": []})["controls"]}
    return [
        {
            "control_id": row["control_id"],
            "before": then.get(row["control_id"]),
            "after": row["verdict"],
        }
        for row in after["controls"]
        if before is not None and then.get(row["control_id"]) != row["verdict"]
    ]


def csv(table: pl.DataFrame) -> str:
    """A table as CSV, times in ISO 8601 with their offset."""
    return table.with_columns(iso_times()).write_csv()
