"""What `answer` calls: one bounded statement, with all it was held against."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from breachscope import __version__
from breachscope.case import folder, ledger
from breachscope.errors import ConfigError
from breachscope.workflow import answer_basis, answer_sources, answer_words
from breachscope.workflow.context import now, opened
from breachscope.workflow.parts import Parts, previous_parts
from breachscope.workflow.run import settings_digest
from breachscope.workflow.running import moment_of
from breachscope.workflow.situation import Moment, situation
from breachscope.workflow.tables import iso

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from breachscope.case.config import CaseSettings
    from breachscope.workflow.answer_basis import Basis
    from breachscope.workflow.context import Context
    from breachscope.workflow.situation import Situation


def answer(
    case: Path | None,
    *,
    party: str,
    first: str,
    last: str,
    acquired_until: str | None = None,
    command: Sequence[str],
) -> dict[str, Any]:
    """Answer whether data of `party` left between two days, and enter the question in the ledger.

    With `acquired_until`, from the evidence the inquiry had then: as it was given, without the
    copies known today to be altered, and, to compare, from all evidence.

    Raises:
        ConfigError: no such party, or a day that is none.

    """
    with folder.exclusive(folder.find(case)):
        context = opened(case)
        begin, end = period(context.settings, first, last)
        numbers = context.case.run_numbers()
        latest = numbers[-1] if numbers else None
        parts = Parts(context.case, previous_parts(context.case, latest))
        full = situation(context, parts, Moment())
        answer_basis.refuse_unknown(full, party)
        asked = answer_basis.questions([(party, begin, end)])
        moment = moment_of(None, acquired_until, context.settings.zone)
        told = [
            {"name": name, **_told(found, asked)} for name, found in _bases(full, moment).items()
        ]
        document = {
            "schema": "breachscope/answer/1",
            "run": _run_of(context, latest, full, told[0]),
            "question": {
                "party_id": party,
                "from": iso(begin),
                "to": iso(end),
                "zone": context.settings.zone,
            },
            "acquired_until": moment.settings()["acquired_until"],
            **{name: value for name, value in told[0].items() if name != "name"},
            "variants": told if acquired_until else [],
        }
        ledger.append(context.case.ledger, _entry(document, full, command))
    return document


def period(settings: CaseSettings, first: str, last: str) -> tuple[datetime, datetime]:
    """[from, to) in UTC: whole days of the case's zone, both included, or times.

    Raises:
        ConfigError: one is neither, or they are the wrong way round.

    """
    begin, _ = _day_or_time(first, settings)
    _, end = _day_or_time(last, settings)
    if begin >= end:
        raise ConfigError(f"{last} is before {first}", hint="--from DAY --to DAY, both included")
    return begin, end


def _day_or_time(text: str, settings: CaseSettings) -> tuple[datetime, datetime]:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{text!r} is no day or time", hint="write 2022-07-31") from error
    if len(text) > len("2022-07-31"):
        zoned = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(settings.zone))
        moment = zoned.astimezone(ZoneInfo("UTC"))
        return moment, moment
    day = datetime.combine(found.date(), time()).date()
    return settings.day_start(day), settings.day_start(day + timedelta(days=1))


def _bases(full: Situation, moment: Moment) -> dict[str, Basis]:
    """The bases an answer is given on, by name; the first is the answer."""
    if moment.acquired_until is None:
        return {"all evidence": answer_basis.basis(full)}
    then = answer_basis.as_of(full, moment)
    without, gone = answer_basis.doing_without(then, answer_basis.altered_copies(full))
    stretches = [(copy.first, copy.last) for copy in gone]
    return {
        "as given then": answer_basis.basis(then),
        "without altered copies": answer_basis.basis(without, stretches),
        "all evidence": answer_basis.basis(full),
    }


def _told(found: Basis, asked: pl.DataFrame) -> dict[str, Any]:
    """One answer with its sources, as the document holds it."""
    row = found.answers(asked).row(0, named=True)
    searched = answer_sources.searched(found, row)
    missing = answer_sources.missing(found, searched)
    told = {
        "statement": row["statement"],
        "strongest": row["strongest"],
        "detectable_share": round(row["detectable_share"], 6),
        "reasons": [
            {"code": code, "text": answer_words.reason(code, row)} for code in row["reasons"]
        ],
        "counts": {sort: row[sort] for sort in answer_sources.SORTS},
        "findings": answer_sources.findings(found, row),
        "searched": searched,
        "coverage": answer_sources.coverage_of(found, row),
        "missing": missing,
        "queries": answer_sources.queries(found, row),
    }
    told["bounds"] = answer_words.bounds(found, row, told)
    told["sentence"] = answer_words.sentence(row, found.s.context.settings.zone)
    return told


def _run_of(
    context: Context, latest: int | None, full: Situation, told: dict[str, Any]
) -> int | None:
    """The last run, if it rests on the very same judged downloads; else none."""
    if latest is None:
        return None
    of_run = previous_parts(context.case, latest).get(("egress", "all"))
    mine = [asked for asked in full.parts.asked if asked.stage == "egress"]
    same = of_run is not None and mine and of_run.digest() == mine[0].digest()
    return latest if same and told["statement"] else None


def _entry(document: dict[str, Any], full: Situation, command: Sequence[str]) -> dict[str, Any]:
    """What the ledger keeps: the question, the statement, and the evidence it was held against."""
    return {
        "action": "answer",
        "at": now(),
        "command": list(command),
        "version": __version__,
        "question": document["question"],
        "acquired_until": document["acquired_until"],
        "statement": document["statement"],
        "detectable_share": str(document["detectable_share"]),
        "variants": {told["name"]: told["statement"] for told in document["variants"]},
        "settings": settings_digest(full),
        "evidence": {item.evidence_id: item.sha256 for item in full.items},
    }


def grid(case: Path, spans: Sequence[tuple[datetime, datetime]]) -> pl.DataFrame:
    """ANSWERS of every party for every stretch, from all evidence; the ledger is not written."""
    context = opened(case)
    numbers = context.case.run_numbers()
    parts = Parts(context.case, previous_parts(context.case, numbers[-1] if numbers else None))
    full = situation(context, parts, Moment())
    found = answer_basis.basis(full)
    rows = [(party, *span) for party in answer_basis.known_parties(full) for span in spans]
    return found.answers(answer_basis.questions(rows))
