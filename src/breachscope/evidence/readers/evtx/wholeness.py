"""What an event log tells of its own wholeness, as `LOG_MARKS`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.evidence.readers.evtx.chunks import Header, Numbers
from breachscope.evidence.readers.evtx.decoding import Records
from breachscope.evidence.readers.evtx.events import EVENTLOG, MOMENT
from breachscope.evidence.readers.evtx.fields import event_ids, fields, providers
from breachscope.schema import LOG_MARKS

if TYPE_CHECKING:
    from breachscope.evidence.readers.evtx.chunks import Group

TWICE: Final = "the record's number stands twice in the file"
WITHIN: Final = "between records of the file"
AT_END: Final = "by the number the file's header counts to"
CLEARED: Final = ("1102", "104")
"""The security log was cleared; another log was."""

BACKWARD_SECONDS: Final = 1.0

_NAMES: Final = ("Channel", "Computer")
_CLEARING: Final = ("Channel", "Computer", "SystemTime", "SubjectDomainName", "SubjectUserName")


@dataclass(slots=True)
class Wholeness:
    """What is carried over the groups of one file."""

    member: str | None
    header: Header
    damaged: int = 0
    log: str | None = None
    host: str | None = None
    numbers: Numbers = field(default_factory=Numbers)
    backward: set[int] = field(default_factory=set)
    edges: list[pl.DataFrame] = field(default_factory=list)  # first and last record of each group

    def of(self, group: Group, records: Records) -> tuple[Records, pl.DataFrame]:
        """A group's records, those with a number met before among the broken; and its marks."""
        if self.log is None and records.sound.height:
            self.log, self.host = fields(records.sound.head(1), _NAMES).select(_NAMES).row(0)
        told = self._once(records)
        damages = [
            {"mark": "damaged", "byte": d.byte, "why": d.why, "records": _count(d.places)}
            for d in group.damages
        ]
        self.damaged += len(damages)
        times = dated(told.sound)
        self.edges += [times.head(1), times.tail(1)]
        back = clock_back(times)
        self.backward |= {mark["line"] for mark in back}
        marks = self._marks([*damages, *back])
        return told, pl.concat([cleared(records.sound, self.member), marks])

    def rest(self) -> pl.DataFrame:
        """What can be told once every record has been met: gaps, and the clock over the groups."""
        back = clock_back(pl.concat(self.edges).sort("line")) if self.edges else []
        late = [mark for mark in back if mark["line"] not in self.backward]
        return pl.concat([self._gaps(), self._marks(late)])

    def _gaps(self) -> pl.DataFrame:
        last = self.numbers.lasts[-1] if self.numbers.lasts else 0
        found = [
            {
                "mark": "gap",
                "line": first - 1,
                "first": first,
                "last": end,
                "records": end - first + 1,
                "why": AT_END if first > last else WITHIN,
            }
            for first, end in self.numbers.gaps(self.header.next_number if self.header.sound else 0)
        ]
        return self._marks(found)

    def _once(self, records: Records) -> Records:
        repeated = self.numbers.take_all(records.sound["line"].to_list())
        self.numbers.take_all(records.broken["line"].drop_nulls().to_list())
        if not repeated:
            return records
        sound = records.sound.with_row_index("_row")
        again = sound.filter(pl.col("_row").is_in(repeated))
        twice = again.select("line", "byte", reason=pl.lit(TWICE))
        kept = sound.filter(~pl.col("_row").is_in(repeated)).drop("_row")
        return Records(kept, pl.concat([records.broken, twice]))

    def _marks(self, found: list[dict[str, Any]]) -> pl.DataFrame:
        common = {"member": self.member, "log": self.log, "host": self.host}
        rows = [dict.fromkeys(LOG_MARKS) | common | mark for mark in found]
        return pl.DataFrame(rows, schema=LOG_MARKS, orient="row")


def _count(places: Any) -> int | None:
    return None if places is None else len(places.numbers)


def dated(records: pl.DataFrame) -> pl.DataFrame:
    """line, byte and `at` of records, in order of their numbers.

    Args:
        records: line, byte, `_text`, and `_at` where the time is known without the text.

    """
    known = records if "_at" in records.columns else records.with_columns(_at=pl.lit(None))
    unread = known.filter(pl.col("_at").is_null())
    read = fields(unread, ["SystemTime"]).select("line", "byte", at=MOMENT)
    times = pl.concat([known.select("line", "byte", at=pl.col("_at").cast(read["at"].dtype)), read])
    return times.drop_nulls(["line", "at"]).sort("line")


def clock_back(times: pl.DataFrame) -> list[dict[str, Any]]:
    """Where the clock goes back by more than a second from one number to the next.

    Args:
        times: line, byte and `at`, in order of line.

    """
    step = pl.col("at").diff().dt.total_microseconds() / 1e6
    follows = pl.col("line").diff() == 1
    found = times.with_columns(seconds=-step).filter(follows & (step < -BACKWARD_SECONDS))
    return [{"mark": "clock_back", **row} for row in found.iter_rows(named=True)]


def cleared(records: pl.DataFrame, member: str | None) -> pl.DataFrame:
    """LOG_MARKS of the records that say a log was cleared.

    Args:
        records: line, byte, `_text`.
        member: the file's member they are of.

    """
    read = records if "_id" in records.columns else records.with_columns(_id=event_ids())
    clearing = read.filter(pl.col("_id").is_in(CLEARED)).filter(providers() == EVENTLOG)
    if clearing.is_empty():
        return pl.DataFrame(schema=LOG_MARKS)
    found = fields(clearing, _CLEARING)
    who = pl.concat_str(["SubjectDomainName", "SubjectUserName"], separator="\\")
    made = {
        "member": pl.lit(member, pl.String),
        "line": pl.col("line"),
        "byte": pl.col("byte"),
        "mark": pl.lit("cleared"),
        "log": pl.col("Channel"),
        "host": pl.col("Computer"),
        "account": pl.coalesce(who, "SubjectUserName"),
        "at": MOMENT,
    }
    absent = {name: pl.lit(None) for name in LOG_MARKS if name not in made}
    return found.select(**made, **absent).select(LOG_MARKS.names()).cast(LOG_MARKS)
