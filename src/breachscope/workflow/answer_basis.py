"""What an answer rests on: a situation judged, what was found in it, what it could not see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from breachscope.errors import ConfigError
from breachscope.reconstruct import answer, coverage, facts
from breachscope.schema import FINDINGS, QUESTIONS, SILENCES, UNSEEN, Kind, conform
from breachscope.workflow import integrity, judging, reconstruction
from breachscope.workflow.situation import Moment, Situation, had

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

NEEDED = (Kind.DOWNLOADS, Kind.LISTS)
"""Without these nothing can be said of any party."""

CHANGES_EVENT = ("at", "account", "list_id", "version_id", "path", "title", "status")
"""Two copies that differ in one of these tell of two different events."""

STRETCHES = pl.Schema({"from": UNSEEN["from"], "to": UNSEEN["to"]})


@dataclass(frozen=True, slots=True)
class Basis:
    """All a question is held against."""

    s: Situation
    judged: judging.Judged | None  # none: no download log was given
    findings: pl.DataFrame  # FINDINGS
    unseen: pl.DataFrame  # UNSEEN
    never_given: tuple[str, ...]

    def answers(self, questions: pl.DataFrame) -> pl.DataFrame:
        """ANSWERS to these QUESTIONS."""
        told = answer.answers(
            questions.lazy(), self.findings.lazy(), self.unseen.lazy(), self.never_given
        )
        return told.collect()


def basis(s: Situation, without: Sequence[tuple[datetime, datetime]] = ()) -> Basis:
    """Judge a situation; `without` are stretches of copies it was made to do without."""
    never = tuple(kind.value for kind in NEEDED if not s.of(kind))
    if not s.of(Kind.DOWNLOADS):
        nothing = pl.Series("at", [], pl.Datetime("us", "UTC"))
        dark = answer.unseen(
            nothing,
            pl.DataFrame(schema=SILENCES),
            pl.DataFrame(schema=STRETCHES),
            facts.Focus(),
            "UTC",
        )
        return Basis(s, None, pl.DataFrame(schema=FINDINGS), dark, never)
    judged = judging.judged(s)
    return Basis(s, judged, findings(s, judged), _unseen(s, judged, without), never)


def findings(s: Situation, judged: judging.Judged) -> pl.DataFrame:
    """FINDINGS of every sort, in order of time."""
    egress = pl.scan_parquet(judged.egress / "extractions.parquet")
    versions = pl.scan_parquet(judged.inventory)
    parts = [
        answer.download_findings(egress, worked(s), s.context.playbook.rules.limits),
        answer.ground_findings(pl.scan_parquet(judged.egress / "grounds.parquet")),
        answer.leak_findings(judged.leaks.sources.lazy(), versions, egress),
        copy_findings(s, judged),
    ]
    return pl.concat(parts).sort("first", "party_id", "event_id", "sort").collect()


def worked(s: Situation) -> tuple[datetime, datetime] | None:
    """First and last time any work record speaks of; none if there is no work record."""
    ends = pl.coalesce("ended_at", "started_at")
    span = s.table(Kind.WORK).select(pl.col("started_at").min(), ends.max()).collect()
    first, last = span.row(0)
    return None if first is None else (first, last)


def copy_findings(s: Situation, judged: judging.Judged) -> pl.LazyFrame:
    """FINDINGS of lines that stand in a copy of a download log and differ from the original's.

    Lines added in the copy, and altered ones whose event differs, until a ruling takes them up
    or says which copy is the original.
    """
    place = s.superseded(Kind.DOWNLOADS).parent
    open_pairs = pl.scan_parquet(place / "pairs.parquet").filter(pl.col("by") != "ruling")
    differs = pl.col("columns").list.set_intersection(list(CHANGES_EVENT)).list.len() > 0
    lines = (
        pl.scan_parquet(place / "lines.parquet")
        .filter((pl.col("change") == "added") | ((pl.col("change") == "altered") & differs))
        .join(open_pairs.select("original", "copy"), on=["original", "copy"], how="semi")
        .select("copy", line="copy_line")
    )
    told = integrity.integrity_part(s, judged) / "copy_events.parquet"
    taken_up = pl.scan_parquet(place / "superseded.parquet").select("line", copy="evidence_id")
    return (
        pl.scan_parquet(told)
        .filter(pl.col("side") == "copy")
        .join(lines, on=["copy", "line"], how="semi")
        .join(taken_up, on=["copy", "line"], how="semi")
        .filter(facts.in_focus(replace(reconstruction.focus(s), hosts=())))
        .select(
            "party_id",
            "event_id",
            first="at",
            last="at",
            sort=pl.lit("copy_line", FINDINGS["sort"]),
        )
        .pipe(conform, FINDINGS)
    )


def _unseen(
    s: Situation, judged: judging.Judged, without: Sequence[tuple[datetime, datetime]]
) -> pl.DataFrame:
    place = reconstruction.coverage_part(s, Kind.DOWNLOADS)
    egress = pl.scan_parquet(judged.egress / "extractions.parquet")
    grounds = pl.scan_parquet(judged.egress / "grounds.parquet")
    whole = integrity.integrity_part(s, judged)
    times = egress.filter(coverage.plausible("at")).select("at").collect()["at"]
    dark = [
        answer.unseen(
            times,
            pl.read_parquet(place / "silences.parquet"),
            cleared(s, Kind.DOWNLOADS, times),
            reconstruction.focus(s),
            s.context.settings.zone,
        ),
        answer.proved_short(grounds, egress, times, s.context.playbook.rules.limits),
        numbers_missing(pl.read_parquet(whole / "number_gaps.parquet")),
        answer.left_out(without),
    ]
    return pl.concat(dark).sort("from", "to", "why")


def cleared(s: Situation, kind: Kind, times: pl.Series) -> pl.DataFrame:
    """STRETCHES a cleared log took away: from the last line left before it was cleared."""
    marks = reconstruction.marks_of_logs(s, [kind])
    moments = marks.filter(pl.col("mark") == "cleared", pl.col("at").is_not_null())["at"].sort()
    at = times.drop_nulls().sort()
    before = [int(at.search_sorted(moment, "left")) for moment in moments]
    rows = [
        (at[n - 1] if n else answer.EVER[0], moment)
        for n, moment in zip(before, moments, strict=True)
    ]
    return pl.DataFrame(rows, schema=STRETCHES, orient="row")


def numbers_missing(gaps: pl.DataFrame) -> pl.DataFrame:
    """UNSEEN: the pauses in which the log's running numbers leave some out."""
    why = pl.lit("numbers_missing", UNSEEN["why"])
    return gaps.select("from", "to", why=why).filter(pl.col("from") < pl.col("to"))


@dataclass(frozen=True, slots=True)
class Altered:
    """A copy of a download log that differs from its original, and the period compared."""

    evidence_id: str
    original: str
    first: datetime
    last: datetime


def altered_copies(s: Situation) -> list[Altered]:
    """The copies of download logs that differ from their original by a line or more."""
    if not s.of(Kind.DOWNLOADS):
        return []
    pairs = pl.read_parquet(s.superseded(Kind.DOWNLOADS).parent / "pairs.parquet")
    changed = pairs.filter(
        (pl.col("equal") < pl.col("original_lines")) | (pl.col("equal") < pl.col("copy_lines"))
    ).drop_nulls(["from", "to"])
    return [Altered(*row) for row in changed.select("copy", "original", "from", "to").iter_rows()]


def as_of(full: Situation, moment: Moment) -> Situation:
    """The situation as the inquiry had it at `moment`."""
    items = tuple(item for item in full.items if had(item, moment))
    return replace(full, items=items, moment=moment, copies={})


def doing_without(s: Situation, altered: Sequence[Altered]) -> tuple[Situation, list[Altered]]:
    """The situation without copies known to be altered whose original it does not have."""
    had_then = {item.evidence_id for item in s.items}
    gone = [a for a in altered if a.evidence_id in had_then and a.original not in had_then]
    names = {a.evidence_id for a in gone}
    items = tuple(item for item in s.items if item.evidence_id not in names)
    return replace(s, items=items, copies={}), gone


def known_parties(s: Situation) -> list[str]:
    """Every party the evidence names, in order."""
    listed = s.table(Kind.LISTS).select("party_id")
    named = pl.concat([s.table(Kind.PARTIES).select("party_id"), listed])
    return named.drop_nulls().unique().sort("party_id").collect()["party_id"].to_list()


def refuse_unknown(s: Situation, party: str) -> None:
    """A question must be about a party of the case.

    Raises:
        ConfigError: the evidence names no such party.

    """
    if party not in known_parties(s):
        raise ConfigError(f"there is no party {party}", hint="breachscope show scope lists them")


def questions(rows: Sequence[tuple[str, datetime, datetime]]) -> pl.DataFrame:
    """QUESTIONS of (party, from, to)."""
    return pl.DataFrame(list(rows), schema=QUESTIONS, orient="row")
