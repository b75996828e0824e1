"""What one run looks at: the case as of some moment, its evidence proved unchanged."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from breachscope.case import decisions, ledger
from breachscope.case.fingerprint import Fingerprint, sha256_of
from breachscope.errors import EvidenceError, TamperedEvidence
from breachscope.reconstruct import copies, retold, timeline
from breachscope.schema import RETOLD, Kind
from breachscope.workflow import frames, intake

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from breachscope.case.register import Item
    from breachscope.workflow.context import Context
    from breachscope.workflow.parts import Parts

LOGS = (Kind.DOWNLOADS, Kind.LOGINS, Kind.REMOTE, Kind.MEDIA, Kind.PRESENCE)
"""Kinds that are logs: they have a rhythm, a clock, and may be handed in twice."""

COPIES_VERSION = 3
_MOST_LISTED = 20
"""Files an error names; a case that was moved away from its evidence would fill the screen."""
SPAN_VERSION = 2


@dataclass(frozen=True, slots=True)
class Moment:
    """As of when: events until, evidence acquired until (both UTC, included)."""

    events_until: datetime | None = None
    acquired_until: datetime | None = None

    def settings(self) -> dict[str, str | None]:
        """For fingerprints and run.json."""
        return {
            "events_until": self.events_until.isoformat() if self.events_until else None,
            "acquired_until": self.acquired_until.isoformat() if self.acquired_until else None,
        }


@dataclass(frozen=True, slots=True)
class Situation:
    """The evidence one run looks at, and where its parts are kept."""

    context: Context
    items: tuple[Item, ...]
    parts: Parts
    moment: Moment
    rulings: tuple[decisions.Decision, ...]
    copies: dict[Kind, Path] = field(default_factory=dict)  # the copies part of each kind asked for

    def of(self, *kinds: Kind) -> list[Item]:
        """The evidence of these kinds, in order of id; timelines with what is routed to them."""
        views = [i.viewed(kind) for i in self.items for kind in i.kinds[1:] if kind in kinds]
        found = [*(item for item in self.items if item.kind in kinds), *views]
        return sorted(found, key=lambda item: (item.evidence_id, item.kind))

    def own(self, kind: Kind) -> list[Item]:
        """The evidence of a kind itself, without timelines."""
        return [item for item in self.items if item.kind is kind]

    def inputs(self, *kinds: Kind) -> dict[str, str]:
        """Digests of that evidence as read, for a fingerprint."""
        return {item.evidence_id: item.store for item in self.of(*kinds)}

    def table(self, kind: Kind) -> pl.LazyFrame:
        """All rows of a kind in use: copies' lines left out, nothing after `events_until`."""
        rows = frames.table(self.context.case, self.of(kind), kind)
        if kind in LOGS:
            rows = copies.in_use(rows, pl.scan_parquet(self.superseded(kind)))
        return self.until(rows, kind)

    def until(self, rows: pl.LazyFrame, kind: Kind) -> pl.LazyFrame:
        """Nothing after `events_until`; keys of accounts and hosts added."""
        keyed = frames.with_keys(rows, self.context.playbook.rules.accounts)
        moment, column = self.moment.events_until, _TIMES.get(kind)
        if moment is None or column is None:
            return keyed
        return timeline.until(keyed, moment, column)

    def superseded(self, kind: Kind) -> Path:
        """The lines of copies that make no event (until a ruling takes them up)."""
        if kind not in self.copies:
            self.copies[kind] = copies_part(self, kind)
        return self.copies[kind] / "superseded.parquet"


_TIMES = {
    **timeline.EVENT_TIME,
    Kind.LISTS: "uploaded_at",
    Kind.FILES: "modified_at",
}


def situation(context: Context, parts: Parts, moment: Moment) -> Situation:
    """The evidence of the case as of `moment`, every file and its stored tables hashed anew.

    Raises:
        TamperedEvidence: a file is not what was taken in, a table not what was read from it, a
            ruling not what was entered.
        EvidenceError: a file is not there any more.

    """
    items = [item for item in context.items if had(item, moment)]
    proved(context, items)
    read = [intake.current(context, item) for item in items]
    intake.refuse_changed_tables(context, read)
    return Situation(
        context=context,
        items=tuple(read),
        parts=parts,
        moment=moment,
        rulings=tuple(
            decisions.entered(context.case.decisions, ledger.entries(context.case.ledger))
        ),
    )


def had(item: Item, moment: Moment) -> bool:
    """The inquiry had this file by the moment asked about."""
    until = moment.acquired_until
    return until is None or datetime.fromisoformat(item.known_at) <= until


def proved(context: Context, items: Sequence[Item]) -> None:
    """Hash every file again and compare it with the ledger; no shortcut by time or size.

    Raises:
        TamperedEvidence: files that changed, the first of them by name.
        EvidenceError: files that are gone, likewise.

    """
    places = [item.located(context.case) for item in items]
    gone = [item for item, place in zip(items, places, strict=True) if not place.is_file()]
    if gone:
        raise EvidenceError("evidence is not where it was added from:\n  " + _listed(gone))
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
        digests = list(workers.map(sha256_of, places))
    changed = [item for item, digest in zip(items, digests, strict=True) if item.sha256 != digest]
    if changed:
        raise TamperedEvidence(
            "evidence changed since it was added:\n  " + _listed(changed),
            hint="restore the file, or add the new one as evidence of its own",
        )


def _listed(items: Sequence[Item]) -> str:
    told = [f"{item.evidence_id} {item.path}" for item in items[:_MOST_LISTED]]
    if more := len(items) - len(told):
        told.append(f"and {more:,} more; breachscope verify tells all")
    return "\n  ".join(told)


def span_part(s: Situation, item: Item) -> Path:
    """First and last time of one log file (microseconds from 1970), and its rows."""

    def make(target: Path) -> None:
        at = pl.col(timeline.EVENT_TIME[item.kind])
        rows = frames.scan(s.context.case, item)
        first, last = at.min().cast(pl.Int64), at.max().cast(pl.Int64)
        rows.select(first=first, last=last, rows=pl.len()).sink_parquet(target / "span.parquet")

    wanted = Fingerprint("span", item.evidence_id, {item.evidence_id: item.store}, {}, SPAN_VERSION)
    return s.parts.get(wanted, make) / "span.parquet"


def overlapping(s: Situation, kind: Kind) -> list[Item]:
    """Files of one kind of log that share some time with another: only they can be copies."""
    items = s.own(kind)
    declared = _declared(s, kind)
    spans = [(*pl.read_parquet(span_part(s, item)).row(0)[:2], item) for item in items]
    found = {
        item.evidence_id for item in items if item.evidence_id in {*declared, *declared.values()}
    }
    dated = sorted(
        (first, last, item.evidence_id) for first, last, item in spans if first is not None
    )
    for place, (_, last, mine) in enumerate(dated):
        for first, _, other in dated[place + 1 :]:
            if first > last:
                break
            found |= {mine, other}
    return [item for item in items if item.evidence_id in found]


def _declared(s: Situation, kind: Kind) -> dict[str, str]:
    """Copies the users declared: copy -> original, by evidence id or by file."""
    items = s.own(kind)
    known = {item.evidence_id: item.evidence_id for item in items}
    for item in items:
        known.setdefault(item.file, item.evidence_id)
        known.setdefault(item.path, item.evidence_id)
    found = {}
    for item in items:
        named = item.options.copy_of
        if named is None:
            continue
        original = known.get(named) or known.get(named.rsplit("/", 1)[-1])
        if original and original != item.evidence_id:
            found[item.evidence_id] = original
    return found


def undeclared_originals(s: Situation, kind: Kind) -> list[tuple[Item, str]]:
    """Files said to be a copy of something the case does not have, and what was named."""
    found = _declared(s, kind)
    return [
        (item, item.options.copy_of)
        for item in s.own(kind)
        if item.options.copy_of is not None and item.evidence_id not in found
    ]


def copies_part(s: Situation, kind: Kind) -> Path:
    """Copies of one log compared: pairs, differing lines, superseded lines, events told again."""
    items = overlapping(s, kind)
    timelines = [item for item in s.of(kind) if item.is_view]
    declared = _declared(s, kind)
    ruled = decisions.latest_by_subject(s.rulings)
    originals = [subject for subject, ruling in ruled.items() if ruling.action == "original"]
    accepted = [subject for subject, ruling in ruled.items() if ruling.action == "accept"]

    def make(target: Path) -> None:
        rulings = copies.Rulings(
            declared=declared,
            originals=originals,
            acquired={item.evidence_id: _acquired(item) for item in items},
        )
        events = frames.table(s.context.case, items, kind).collect()
        found = copies.compared(events, kind, rulings, s.context.playbook.rules.limits.copy_share)
        again = _retold(s, kind, timelines, found.superseded)
        superseded = pl.concat([found.superseded, again.select(_superseded_by(again))])
        waits = ~(pl.col("alone") & timeline.place().is_in(accepted))
        found.pairs.write_parquet(target / "pairs.parquet")
        found.lines.write_parquet(target / "lines.parquet")
        superseded.filter(waits).write_parquet(target / "superseded.parquet")
        again.write_parquet(target / "retold.parquet")

    wanted = Fingerprint(
        "copies",
        kind.value,
        {item.evidence_id: item.store for item in (s.of(kind) if timelines else items)},
        {
            "declared": declared,
            "originals": originals,
            "accepted": accepted,
            "acquired": {item.evidence_id: item.custody.acquired_at for item in items},
            "share": s.context.playbook.rules.limits.copy_share,
        },
        COPIES_VERSION,
    )
    return s.parts.get(wanted, make)


def _retold(
    s: Situation, kind: Kind, timelines: list[Item], superseded: pl.DataFrame
) -> pl.DataFrame:
    """The events of timelines that the logs, or an earlier timeline, tell already."""
    if not timelines:
        return pl.DataFrame(schema=RETOLD)
    accounts = s.context.playbook.rules.accounts
    gone = superseded.filter(~pl.col("alone")).lazy()
    own = copies.in_use(frames.table(s.context.case, s.own(kind), kind), gone)
    return retold.retold(
        frames.with_keys(own, accounts).collect(),
        {
            item.evidence_id: frames.with_keys(
                frames.table(s.context.case, [item], kind), accounts
            ).collect()
            for item in timelines
        },
        kind,
    )


def _superseded_by(again: pl.DataFrame) -> list[pl.Expr]:
    """SUPERSEDED of RETOLD."""
    alone = (pl.col("fate") == "differs").alias("alone")
    return [pl.col("evidence_id"), pl.col("member"), pl.col("line"), alone]


def _acquired(item: Item) -> datetime | None:
    text = item.custody.acquired_at
    return datetime.fromisoformat(text) if text else None


def described(item: Item) -> str:
    """An evidence file in one line, without its path."""
    return f"{item.evidence_id} ({item.kind.value}, {item.file})"
