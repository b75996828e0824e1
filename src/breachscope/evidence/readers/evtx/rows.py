"""Records as rows of a kind, and the reasons of those that are none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.evidence.account import Batch
from breachscope.evidence.headers import Layout, place_of
from breachscope.evidence.readers import devices
from breachscope.evidence.readers.evtx import downloads, logins, media, remote
from breachscope.evidence.readers.evtx.decoding import PLACE, SOUND
from breachscope.evidence.readers.evtx.fields import event_ids, fields, with_providers
from breachscope.evidence.shape import PLACES, conformed
from breachscope.schema import ATTRIBUTE_PREFIX, KINDS, SET_ASIDE, Kind

if TYPE_CHECKING:
    from breachscope.evidence.readers.evtx.decoding import Records
    from breachscope.evidence.readers.evtx.events import Event
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

EVENTS: Final[dict[Kind, tuple[Event, ...]]] = {
    Kind.LOGINS: logins.EVENTS,
    Kind.DOWNLOADS: downloads.EVENTS,
    Kind.MEDIA: media.EVENTS,
    Kind.REMOTE: remote.EVENTS,
}
EVENT_ID: Final = f"{ATTRIBUTE_PREFIX}EventID"
NOBODY: Final = "-"
"""Stands for an account the event does not name, until the row is taken."""

_VOLUMES: Final = "volume_serial"


@dataclass(frozen=True, slots=True)
class Judged:
    """Records of some chunks as text: rows of the kind, and those skipped with their reason."""

    rows: pl.DataFrame
    skipped: pl.DataFrame


def judged(sound: pl.DataFrame, kind: Kind) -> Judged:
    """Which records are rows of a kind, their columns as text.

    Args:
        sound: line, byte and `_text`, the record's JSON.
        kind: of logins, downloads, media and remote.

    Returns:
        rows: line, byte, the canonical columns found, `attr:` columns; skipped: line, byte,
        reason. In order of line.

    """
    events = EVENTS[kind]
    read = sound if "_id" in sound.columns else sound.with_columns(_id=event_ids())
    asked = pl.col("_id").is_in(sorted({event.number for event in events})).fill_null(value=False)
    known = with_providers(read.filter(asked), {event.provider for event in events})
    of_event = known.partition_by("_id", "_provider", as_dict=True, include_key=True)
    rows: list[pl.DataFrame] = []
    skipped: list[pl.DataFrame] = []
    for event in events:
        if (own := of_event.pop((event.number, event.provider), None)) is None:
            continue
        made, unwanted = _of_event(own, event)
        rows.append(made)
        skipped += unwanted
    brief = ["line", "byte", "_id"]
    foreign = [own.select(brief) for own in of_event.values()]
    others = pl.concat([read.select(brief).filter(~asked), *foreign])
    reason = "event " + pl.col("_id").fill_null("without an id") + f": gives no {kind.value}"
    skipped.append(others.select("line", "byte", reason=reason))
    names = (column.name for column in KINDS[kind])
    empty = pl.DataFrame(schema={**PLACE, **dict.fromkeys(names, pl.String())})
    return Judged(
        pl.concat([empty, *rows], how="diagonal").sort("line"), pl.concat(skipped).sort("line")
    )


def _of_event(own: pl.DataFrame, event: Event) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    read, unwanted = fields(own, event.fields), []
    if event.wanted is not None:
        keep = event.wanted.fill_null(value=False)
        reason = pl.lit(f"event {event.number}: {event.unwanted}")
        unwanted = [read.filter(~keep).select("line", "byte", reason=reason)]
        read = read.filter(keep)
    made = read.select(
        "line",
        "byte",
        *(column.cast(pl.String).alias(name) for name, column in event.columns.items()),
        pl.lit(event.number).alias(EVENT_ID),
    )
    if media.BOOT_RECORDS[0] in event.fields:
        made = _with_volumes(made)
    return made, unwanted


def _with_volumes(made: pl.DataFrame) -> pl.DataFrame:
    """Boot records as the serial numbers of their volumes, `;` between them."""
    names = [f"{ATTRIBUTE_PREFIX}{name}" for name in media.BOOT_RECORDS]
    serials = made.select(devices.volume_serials(made[name]) for name in names)
    joined = serials.select(pl.concat_str(pl.all(), separator=";", ignore_nulls=True))
    return made.drop(names).with_columns(joined.to_series().alias(_VOLUMES))


@dataclass(slots=True)
class Maker:
    """Batches of one file; of remote sessions, those whose end is still to come are held back."""

    spec: ReadSpec
    zone: Zone
    member: str | None
    open_sessions: pl.DataFrame = field(default_factory=pl.DataFrame)
    columns: pl.DataFrame | None = None  # those of the rows so far

    def batch(self, records: Records, marks: pl.DataFrame) -> Batch:
        """The records of some chunks."""
        found = judged(records.sound, self.spec.kind)
        held = self.open_sessions.height
        if self.spec.kind is Kind.REMOTE:
            found = self._sessions(found)
        count = records.sound.height + records.broken.height
        count += held - self.open_sessions.height
        made = self._conformed(found, records.broken, count, marks)
        self.columns = made.taken.clear()
        return made

    def rest(self, marks: pl.DataFrame) -> Batch:
        """What was held back, once the file has ended."""
        count, rows = self.open_sessions.height, self.open_sessions
        if self.columns is not None and not count:
            none = pl.DataFrame(schema=SET_ASIDE)
            return Batch(self.columns, none, none, 0, {"log_marks": marks})
        found = judged(pl.DataFrame(schema=SOUND), self.spec.kind)
        if count:
            found = Judged(rows, found.skipped)
        broken = found.skipped.clear()
        return self._conformed(found, broken, count, marks)

    def _sessions(self, found: Judged) -> Judged:
        every = pl.concat([self.open_sessions, found.rows], how="diagonal")
        rows, ended, self.open_sessions = remote.paired(every)
        return Judged(rows, pl.concat([found.skipped, ended]).sort("line"))

    def _conformed(
        self, found: Judged, broken: pl.DataFrame, count: int, marks: pl.DataFrame
    ) -> Batch:
        layout = _layout(found.rows, self.spec)
        rows = found.rows
        if "account" in rows.columns:
            rows = rows.with_columns(pl.col("account").fill_null(NOBODY))
        text = rows.select(
            *(pl.col(name).alias(str(place)) for place, name in enumerate(_names(rows))),
            "line",
            "byte",
            byte_end=pl.lit(None, pl.Int64),
            row_no=pl.lit(None, pl.Int64),
        )
        taken, faulty = conformed(text, layout, self.spec, self.zone, self.member)
        if "account" in taken.columns:
            name = pl.col("account")
            taken = taken.with_columns(account=pl.when(name != NOBODY).then(name))
        quarantined = pl.concat([_aside(broken, self.member), faulty]).sort("line")
        skipped = _aside(found.skipped, self.member)
        return Batch(taken, quarantined, skipped, count, {"log_marks": marks})


def _layout(rows: pl.DataFrame, spec: ReadSpec) -> Layout:
    """Where each column stands; a mapping may take another for a canonical one."""
    names = _names(rows)
    known = {column.name for column in KINDS[spec.kind]}
    columns = {name: place for place, name in enumerate(names) if name in known}
    attributes = {name: place for place, name in enumerate(names) if name not in known}
    cells = tuple(name.removeprefix(ATTRIBUTE_PREFIX) for name in names)
    layout = Layout(cells, columns, attributes)
    for name, other in spec.mapping.columns.items() if spec.mapping else ():
        if (place := place_of(other, layout)) is not None:
            columns[name] = place
    return layout


def _names(rows: pl.DataFrame) -> list[str]:
    return [name for name in rows.columns if name not in PLACES]


def _aside(lines: pl.DataFrame, member: str | None) -> pl.DataFrame:
    whole = lines.select(
        member=pl.lit(member, pl.String),
        line="line",
        byte="byte",
        reason="reason",
        column=pl.lit(None, pl.String),
    )
    return whole.cast(SET_ASIDE)
