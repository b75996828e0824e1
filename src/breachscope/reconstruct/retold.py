"""Events of timelines that the case has already: from the log itself, or from an earlier timeline.

A timeline tells at second hand what a log says at first hand. Its event is `same` where a line of
the case has the same second of the same clock, the same account or host and action, and agrees in
every column both sources fill; `differs` where a line has that second, account and action and
disagrees in the rest, or where one of the two does not say who and the rest fits. Neither makes an
event; one that differs is shown and waits for a ruling. Lines are matched one to one, so that three
events told of two lines give one that is new. Pure functions over frames in memory, of one kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.reconstruct.copy_lines import content_columns
from breachscope.reconstruct.timeline import EVENT_TIME, place
from breachscope.schema import RETOLD, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

WHO: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.DOWNLOADS: ("account_key",),
    Kind.LOGINS: ("account_key", "action"),
    Kind.REMOTE: ("account_key",),
    Kind.MEDIA: ("host_key", "action"),
    Kind.PRESENCE: ("person_id", "area"),
}
"""What two tellings of one event share, besides the second."""

NAMELESS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.DOWNLOADS: ("path",),
    Kind.LOGINS: ("host_key", "action"),
    Kind.REMOTE: ("assigned_ip",),
    Kind.MEDIA: ("serial", "action"),
}
"""What they share, besides the second, where one of them does not say who: tools lose names."""

_NAMES: Final = {"account": "account_key", "host": "host_key"}
_PLACE: Final = ("evidence_id", "member", "line")


def retold(own: pl.DataFrame, timelines: Mapping[str, pl.DataFrame], kind: Kind) -> pl.DataFrame:
    """RETOLD: the events of timelines that are told already, sorted by place.

    Args:
        own: canonical rows of the logs themselves, with keys; lines of copies left out, but for
            those that stand in a copy alone.
        timelines: by evidence id, the rows each timeline gives, with keys. Of two timelines the
            one with the lower id is taken for the first telling.
        kind: of all these rows.

    """
    known = own
    found = [pl.DataFrame(schema=RETOLD)]
    for evidence_id in sorted(timelines):
        events = timelines[evidence_id]
        again = _told_again(known, events, kind)
        found.append(again)
        new = events.join(again, on=_PLACE, how="anti", nulls_equal=True)
        known = pl.concat([known, new], how="diagonal")
    return pl.concat(found).sort(_PLACE, nulls_last=False)


def _told_again(known: pl.DataFrame, events: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    who = ["second", *WHO[kind]]
    shared = [c for c in _compared(kind) if known[c].count() and events[c].count()]
    before, after = _keyed(known, kind, shared), _keyed(events, kind, shared)
    same = _paired(before, after, [*who, *shared])
    left = before.join(same, left_on="row", right_on="row_known", how="anti")
    rest = after.join(same, on="row", how="anti")
    differs = _paired(left, rest, who)
    left = left.join(differs, left_on="row", right_on="row_known", how="anti")
    nameless = _nameless(left, rest.join(differs, on="row", how="anti"), kind, shared)
    differs = pl.concat([differs, nameless])
    pairs = pl.concat(
        [same.with_columns(fate=pl.lit("same")), differs.with_columns(fate=pl.lit("differs"))]
    )
    other = known.with_row_index("row_known").select(
        "row_known", of_evidence_id="evidence_id", of_line="line"
    )
    told = events.with_row_index("row").select("row", *_PLACE)
    return (
        pairs.join(told, on="row", validate="1:1")
        .join(other, on="row_known", validate="1:1")
        .with_columns(kind=pl.lit(kind.value))
        .select(RETOLD.names())
        .cast(RETOLD)
    )


def _compared(kind: Kind) -> list[str]:
    """The columns two tellings are compared in, as keys where there is one."""
    time = EVENT_TIME[kind]
    names = (_NAMES.get(name, name) for name in content_columns(kind) if name != time)
    return [name for name in names if name not in WHO[kind] and name != "download_id"]


def _keyed(rows: pl.DataFrame, kind: Kind, shared: list[str]) -> pl.DataFrame:
    """The rows in order of place, with the second of their own clock."""
    shift = pl.duration(microseconds=(pl.col("clock_offset") * 1_000_000).round())
    second = (pl.col(EVENT_TIME[kind]) - shift).dt.truncate("1s")
    keyed = rows.with_row_index("row").with_columns(second=second)
    return keyed.sort(_PLACE, nulls_last=False).select("row", "second", *WHO[kind], *shared)


def _nameless(
    before: pl.DataFrame, after: pl.DataFrame, kind: Kind, shared: list[str]
) -> pl.DataFrame:
    """Pairs of which one does not say who, and that agree in what NAMELESS names."""
    what = [name for name in NAMELESS.get(kind, ()) if name in shared or name in WHO[kind]]
    if len(what) < len(NAMELESS.get(kind, ("",))):
        return after.select("row", row_known="row").clear()
    left, right = (frame.drop_nulls(what) for frame in (before, after))
    pairs = _paired(left, right, ["second", *what])
    named = [
        frame.select(name, unknown=pl.any_horizontal(pl.col(n).is_null() for n in WHO[kind]))
        for frame, name in (
            (right, "row"),
            (left.rename({"row": "row_known"}), "row_known"),
        )
    ]
    told = pairs.join(named[0], on="row").join(named[1], on="row_known", suffix="_known")
    return told.filter(pl.col("unknown") | pl.col("unknown_known")).select("row", "row_known")


def _paired(before: pl.DataFrame, after: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Pairs (row, row_known) equal in these columns, one to one, in order of place."""
    nth = pl.int_range(pl.len()).over(columns)
    left = after.select("row", *columns, nth=nth)
    right = before.select(*columns, row_known="row", nth=nth)
    pairs = left.join(right, on=[*columns, "nth"], nulls_equal=True, validate="1:1")
    return pairs.select("row", "row_known").sort("row")


def waiting(told: pl.DataFrame) -> list[str]:
    """Places of the events that differ: a ruling may take each up as an event."""
    return told.filter(pl.col("fate") == "differs").select(place()).to_series().to_list()
