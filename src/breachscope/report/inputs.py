"""What the report is made from: the frames of a run, and the facts about it.

Nothing here holds a person's value: frames carry ids, times, counts and places in evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    Frame: TypeAlias = pl.DataFrame | pl.LazyFrame


@dataclass(frozen=True, slots=True)
class QuarantineLine:
    """One line of evidence that could not be read; the reason never repeats a value."""

    line: int | None
    reason: str
    column: str | None = None
    member: str | None = None


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One evidence file as received. rows_read = taken + quarantined + skipped."""

    evidence_id: str
    kind: str
    file: str  # its name only, no path of a machine
    sha256: str
    bytes: int
    encoding: str | None
    zone: str | None
    acquired_at: datetime | None  # None: not known, and said so
    rows_read: int
    rows_taken: int
    rows_quarantined: int
    rows_skipped: int
    quarantine: tuple[QuarantineLine, ...] = ()  # the first few


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One tier rule of the playbook, in the order it is read."""

    tier: str
    when: str
    reason: str


@dataclass(frozen=True, slots=True)
class RungRow:
    """One rung of the identity policy, strongest first."""

    name: str
    policy: str
    agree: tuple[str, ...]
    unless_differ: tuple[str, ...]
    across_parties: bool


@dataclass(frozen=True, slots=True)
class MissingSource:
    """A source that should exist in such a case and was never given."""

    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One party whose persons differ from the previous run's."""

    party_id: str
    name: str
    before: int
    after: int
    added: int
    removed: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the run was told: every one of these can move a number."""

    case: str
    run: int
    version: str  # of the program
    zone: str  # for every time shown
    focus: str  # accounts, hosts and period under inquiry, in words
    playbook: str
    playbook_version: int
    playbook_title: str
    playbook_digest: str
    rules: tuple[RuleRow, ...]
    conflict: str
    limits: tuple[tuple[str, float], ...]
    rungs: tuple[RungRow, ...]
    events_until: datetime | None = None
    acquired_until: datetime | None = None
    signed: bool = False
    timestamped: bool = False


@dataclass(frozen=True, slots=True)
class LeakFrames:
    """Leaked lists, in the schemas LEAKS, LEAK_PARTS, LEAK_PARTIES, LEAK_VERSIONS and so on."""

    leaks: pl.DataFrame
    parts: pl.DataFrame
    parties: pl.DataFrame
    versions: pl.DataFrame
    sensitivity: pl.DataFrame


@dataclass(frozen=True, slots=True)
class ActorFrames:
    """Who was at the keyboard: the tables of schema/actors.py, and the rates as stated."""

    actors: pl.DataFrame
    verdicts: pl.DataFrame
    marks: pl.DataFrame
    people: pl.DataFrame
    checks: pl.DataFrame
    rates: tuple[tuple[str, float], ...]  # of the playbook, as stated


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """Everything the report shows; each frame is of the schema of its name in `schema.py`.

    `over_parties` has one row. `changes` is None in the first run.
    """

    settings: Settings
    counts: Frame
    over_parties: Frame
    egress: Frame
    acts: Frame
    silences: Frame
    sources_seen: Frame
    rhythms: Frame
    copy_lines: Frame
    backward_steps: Frame
    versions: Frame
    evidence: tuple[EvidenceRow, ...] = ()
    missing: tuple[MissingSource, ...] = ()
    changes: tuple[ChangeRow, ...] | None = None
    notes: tuple[str, ...] = ()  # what the run noticed that moves no figure
    actors: ActorFrames | None = None
    sensitivity: Frame | None = None  # None: not asked for
    obligations: pl.DataFrame | None = None  # None: the run was made before they were reckoned
    leaks: LeakFrames | None = None  # None: no leaked list is in evidence
    outside_focus: int = 0  # downloads outside the inquiry that `egress` leaves out
    clocks: Frame | None = None  # CLOCKS; None: of a run that estimated none
