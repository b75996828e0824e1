"""The report of a run: its frames and facts brought together and written."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from breachscope import __version__
from breachscope.case import folder, ledger
from breachscope.case.fingerprint import sha256_of
from breachscope.reconstruct import coverage
from breachscope.report import html, inputs
from breachscope.report import view as viewing
from breachscope.report.words import say
from breachscope.workflow import actors as actor_tables
from breachscope.workflow import diff, frames, intake, sources
from breachscope.workflow.context import now
from breachscope.workflow.standing import standing
from breachscope.workflow.tables import run_record

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.case.register import Item
    from breachscope.workflow.context import Context

REPORTED = "report written"
"""The ledger's action for the report of a run."""

QUARANTINE_LINES = 5
FRAMES = (
    "counts",
    "over_parties",
    "acts",
    "silences",
    "sources_seen",
    "rhythms",
    "copy_lines",
    "backward_steps",
    "versions",
)


def write_report(context: Context, number: int) -> Path:
    """Write `reports/N/report.html` and enter its digest in the ledger."""
    place = context.case.run(number)
    told = {name: pl.read_parquet(place / f"{name}.parquet") for name in FRAMES}
    page = html.render(
        viewing.view(
            inputs.ReportInputs(
                settings=_settings(context, number),
                egress=pl.read_parquet(place / "inquiry.parquet"),
                evidence=tuple(_evidence(context, item) for item in _used(context, number)),
                missing=_missing(context, number),
                changes=_changes(context, number),
                outside_focus=_outside(place),
                leaks=_leaks(place),
                actors=_actors(context, place),
                sensitivity=_sensitivity(place),
                clocks=_clocks(place),
                obligations=_obligations(place),
                notes=tuple(run_record(context, number)["notes"]),
                **told,
            )
        )
    )
    report = context.case.report(number)
    report.mkdir(mode=folder.PRIVATE_FOLDER, parents=True, exist_ok=True)
    written = report / "report.html"
    folder.write_text(written, page)
    entry = {
        "action": REPORTED,
        "at": now(),
        "version": __version__,
        "run": number,
        "files": {written.name: sha256_of(written)},
    }
    ledger.append(context.case.ledger, entry)
    return written


def _clocks(place: Path) -> pl.DataFrame | None:
    """CLOCKS of a run; none of a run made before there were any."""
    path = place / "clocks.parquet"
    return pl.read_parquet(path) if path.is_file() else None


def _leaks(place: Path) -> inputs.LeakFrames:
    held = sources.tables(place)
    names = ("leaks", "leak_parts", "leak_parties", "leak_versions", "leak_sensitivity")
    return inputs.LeakFrames(*(held[name] for name in names))


def _actors(context: Context, place: Path) -> inputs.ActorFrames:
    stated = context.playbook.actors
    rates = {"unknown": stated.prior.unknown, **stated.rates.model_dump()}
    held = {name: pl.read_parquet(place / f"{name}.parquet") for name in actor_tables.TABLES}
    return inputs.ActorFrames(
        actors=held["actors"],
        verdicts=held["act_verdicts"],
        marks=held["actor_marks"],
        people=held["actor_people"],
        checks=held["actor_checks"],
        rates=tuple(rates.items()),
    )


def _sensitivity(place: Path) -> pl.DataFrame | None:
    """SENSITIVITY of the run, where it was asked for."""
    path = place / "sensitivity.parquet"
    return pl.read_parquet(path) if path.is_file() else None


def _obligations(place: Path) -> pl.DataFrame | None:
    held = place / "obligations.parquet"
    return pl.read_parquet(held) if held.is_file() else None


def _outside(place: Path) -> int:
    """Downloads outside the inquiry: counted and said, but not carried into the report."""
    rows = [
        pl.scan_parquet(place / f"{name}.parquet").select(pl.len()).collect().item()
        for name in ("extractions", "inquiry")
    ]
    return int(rows[0] - rows[1])


def _used(context: Context, number: int) -> list[Item]:
    used = run_record(context, number)["evidence"]
    return [item for item in context.items if item.evidence_id in used]


def _settings(context: Context, number: int) -> inputs.Settings:
    record, rules = run_record(context, number), context.playbook.rules
    outside = standing(context.case, ledger.entries(context.case.ledger))
    return inputs.Settings(
        case=context.settings.name,
        run=number,
        version=__version__,
        zone=context.settings.zone,
        focus=focus_in_words(context),
        playbook=context.settings.playbook,
        playbook_version=rules.version,
        playbook_title=rules.title,
        playbook_digest=context.playbook.digest,
        rules=tuple(inputs.RuleRow(rule.tier, rule.when, rule.reason) for rule in rules.rules),
        conflict=rules.conflict,
        limits=tuple(rules.limits.model_dump().items()),
        rungs=tuple(
            inputs.RungRow(
                rung.name,
                rung.policy,
                tuple(rung.agree),
                tuple(rung.unless_differ),
                rung.across_parties,
            )
            for rung in context.playbook.identity.rungs
        ),
        events_until=_moment(record["events_until"]),
        acquired_until=_moment(record["acquired_until"]),
        signed=bool(outside.signed),
        timestamped=bool(outside.stamped),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def focus_in_words(context: Context) -> str:
    """What is under inquiry, as the report says it."""
    focus = context.settings.focus
    return say(
        "focus",
        accounts="、".join(focus.accounts) or say("every_account"),
        hosts="、".join(focus.hosts) or say("every_host"),
        first=str(focus.first_day) if focus.first_day else say("first_day"),
        last=str(focus.last_day) if focus.last_day else say("last_day"),
    )


def _evidence(context: Context, item: Item) -> inputs.EvidenceRow:
    lines: tuple[inputs.QuarantineLine, ...] = ()
    if item.rows_quarantined:
        aside = frames.set_aside(context.case, intake.current(context, item))
        broken = aside.filter(pl.col("what") == "quarantined").head(QUARANTINE_LINES)
        lines = tuple(
            inputs.QuarantineLine(row["line"], row["reason"], row["column"], row["member"])
            for row in broken.iter_rows(named=True)
        )
    return inputs.EvidenceRow(
        evidence_id=item.evidence_id,
        kind=item.kind.value,
        file=item.file,
        sha256=item.sha256,
        bytes=item.bytes,
        encoding=item.encoding,
        zone=item.zone,
        acquired_at=_moment(item.custody.acquired_at),
        rows_read=item.rows_read,
        rows_taken=item.rows_taken,
        rows_quarantined=item.rows_quarantined,
        rows_skipped=item.rows_skipped,
        quarantine=lines,
    )


def _missing(context: Context, number: int) -> tuple[inputs.MissingSource, ...]:
    present = {kind for item in _used(context, number) for kind in item.kinds}
    sources = coverage.missing_sources(present, context.playbook.rules.expected)
    return tuple(inputs.MissingSource(source.kind.value, source.why) for source in sources)


def _changes(context: Context, number: int) -> tuple[inputs.ChangeRow, ...] | None:
    earlier = [n for n in context.case.run_numbers() if n < number]
    if not earlier:
        return None
    return tuple(
        inputs.ChangeRow(
            party["party_id"],
            party["name"],
            party["before"],
            party["after"],
            party["added"],
            party["removed"],
            tuple(f"{reason['kind']}: {reason['what']}" for reason in party["reasons"]),
        )
        for party in diff.diff(context, earlier[-1], number)["parties"]
    )
