"""What `add` calls: requests from the command line or a manifest, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from breachscope import evidence
from breachscope.case import folder, register
from breachscope.errors import BreachscopeError, ConfigError, EvidenceError
from breachscope.schema import Kind
from breachscope.workflow import intake
from breachscope.workflow import requests as asked
from breachscope.workflow.context import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from breachscope.case.register import Custody, Options


@dataclass(frozen=True, slots=True)
class Given:
    """What stood on the command line."""

    files: tuple[Path, ...]
    kind: str | None
    manifest: Path | None
    mapping: Path | None
    options: Options
    custody: Custody


def requests(given: Given) -> list[asked.Request]:
    """One request a file.

    Raises:
        ConfigError: files or kind are missing, an option is wrong.

    """
    if given.manifest:
        if given.files or given.kind:
            raise ConfigError("give files with --as KIND, or --manifest, not both")
        return asked.manifest(given.manifest)
    if not given.files or not given.kind:
        raise ConfigError("say which files and, with --as, which kind", hint=", ".join(Kind))
    options = given.options
    if given.mapping:
        options = replace(options, mapping=asked.mapping_text(given.mapping))
    kind = asked.kind_named(given.kind)
    custody = asked.checked_custody(given.custody)
    return [
        asked.Request(path, kind, asked.checked_options(options), custody) for path in given.files
    ]


def describe(case: Path | None, given: Given) -> Iterator[str]:
    """What each file would be read as: columns and types, no values."""
    context = opened(case)
    for request in map(intake.with_end, requests(given)):
        spec = intake.spec_of(
            request.kind, request.options, context.playbook, context.settings.zone
        )
        told = evidence.describe(request.path, spec)
        encoding, zone = told.encoding or "no encoding", told.zone or "–"
        yield f"{request.path.name}: {told.format}, {encoding}, zone {zone}"
        for canonical, column in told.columns_found.items():
            yield f"  {canonical} ← {column} ({told.types.get(canonical, 'empty')})"
        for column in told.unknown:
            yield f"  kept as an attribute: {column}"
        for note in told.notes:
            yield f"  note: {note}"


def take_in(
    case: Path | None,
    given: Given,
    *,
    command: Sequence[str],
    copy: bool,
    strict: bool,
    quiet: bool,
) -> list[intake.Outcome]:
    """Take the files in, holding the case."""
    wanted = requests(given)
    with folder.exclusive(opened_folder(case)):
        return intake.add(
            opened(case), wanted, command=command, copy=copy, strict=strict, quiet=quiet
        )


def opened_folder(case: Path | None) -> folder.CaseFolder:
    """The case's folder, to hold it before its ledger is read."""
    return folder.find(case)


TOLD_ONE_BY_ONE = 20


def told(outcomes: list[intake.Outcome]) -> Iterator[str]:
    """What came of the files; of many, those with something to say, and the sums."""
    many = len(outcomes) > TOLD_ONE_BY_ONE
    for outcome in outcomes:
        item, name = outcome.item, outcome.request.path.name
        if item is None:
            continue
        if outcome.already:
            yield f"{name}: already in, as {item.evidence_id}"
        elif not many or item.rows_quarantined or item.notes:
            yield (
                f"{name}: {item.evidence_id} {item.kind.value}, {item.rows_read:,} rows = "
                f"{item.rows_taken:,} taken + {item.rows_quarantined:,} quarantined + "
                f"{item.rows_skipped:,} skipped"
            )
            yield from (f"  note: {note}" for note in item.notes)
            if item.kind is Kind.TIMELINE:
                yield f"  routed: {routed_in_words(item)}"
    new = [outcome.item for outcome in outcomes if outcome.item and not outcome.already]
    if many:
        sums = [sum(getattr(item, f"rows_{n}") for item in new) for n in _SUMS]
        yield (
            f"{len(new):,} files: {sums[0]:,} rows = {sums[1]:,} taken + {sums[2]:,} quarantined "
            f"+ {sums[3]:,} skipped"
        )


def routed_in_words(item: register.Item) -> str:
    """What the events of a timeline are evidence of, and how many are of nothing."""
    rest = item.rows_taken - sum(item.routed.values())
    told = [f"{kind} {rows:,}" for kind, rows in item.routed.items()]
    return ", ".join([*told, f"{rest:,} by no route (kept)"])


_SUMS = ("read", "taken", "quarantined", "skipped")


def raise_problems(outcomes: list[intake.Outcome]) -> None:
    """Raise what went wrong, all of it in one message.

    Raises:
        BreachscopeError: of the kind of the gravest problem.

    """
    problems = [outcome.problem for outcome in outcomes if outcome.problem]
    if not problems:
        return
    if len(problems) == 1:
        raise problems[0]
    gravest: type[BreachscopeError] = type(max(problems, key=lambda problem: problem.exit_code))
    if not issubclass(gravest, EvidenceError):
        gravest = EvidenceError
    told_all = "\n  ".join(str(problem) for problem in problems)
    raise gravest(f"{len(problems)} files were not taken in:\n  {told_all}")
