"""Controls held against the logs: held, broken, or it cannot be told.

What speaks for or against a control is said by the playbook's checks, in conditions over the
tables of evidence. A broken control is broken whatever else is missing; one without a line
against it has held only as far as the logs reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.errors import ConfigError
from breachscope.schema import CONTROL_LINES, CONTROLS, UNSEEN, UTC_TIME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from breachscope.checks import Check, CheckTable

_PLACE: Final = ("at", "until", "evidence_id", "member", "line")


@dataclass(frozen=True, slots=True)
class Source:
    """A table a check may look at, and where it would not show a line."""

    rows: pl.DataFrame  # at, until (null: still), evidence_id, member, line, and its own columns
    unseen: pl.DataFrame  # UNSEEN
    given: bool  # there is evidence of that kind


@dataclass(frozen=True, slots=True)
class Results:
    """CONTROLS and CONTROL_LINES."""

    controls: pl.DataFrame
    lines: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one table says of one control."""

    lines: pl.DataFrame  # CONTROL_LINES without control_id and table
    dark: list[tuple[datetime, datetime]]
    reason: str | None  # why the table cannot tell, were there no line against it


def held_against(
    controls: pl.DataFrame,
    checks: Mapping[str, Check],
    sources: Mapping[str, Source],
    as_of: datetime,
) -> Results:
    """Every control of the case, as of a moment.

    Args:
        controls: canonical controls with `begin`, the instant from which each is in force.
        checks: the playbook's, by name.
        sources: by the name of the table.
        as_of: nothing later counts.

    Raises:
        ConfigError: a condition of a check cannot be held against its table.

    """
    told, lines = [], [pl.DataFrame(schema=CONTROL_LINES)]
    ordered = controls.sort("control_id", "in_force_from", "evidence_id", "line")
    for control in ordered.iter_rows(named=True):
        check = checks.get(control["check"])
        seen = [
            (table.table, _asked(control["check"], table, sources, control["begin"], as_of))
            for table in (check.tables if check else [])
        ]
        against = [
            found.lines.with_columns(
                control_id=pl.lit(control["control_id"]), table=pl.lit(name)
            ).select(CONTROL_LINES.names())
            for name, found in seen
        ]
        lines += against
        told.append(
            _row(control, check, [one for _, one in seen], pl.concat([lines[0], *against]), as_of)
        )
    return Results(pl.DataFrame(told, schema=CONTROLS, orient="row"), pl.concat(lines))


def _row(
    control: dict[str, Any],
    check: Check | None,
    seen: Sequence[_Seen],
    lines: pl.DataFrame,
    as_of: datetime,
) -> dict[str, Any]:
    begin = control["begin"]
    after, before = lines.filter("in_force"), lines.filter(~pl.col("in_force"))
    dark = _merged([piece for found in seen for piece in found.dark])
    asked = (as_of - begin).total_seconds()
    hidden = sum((end - start).total_seconds() for start, end in dark)
    verdict, reason = _verdict(check, seen, after, begin, as_of)
    return {
        **{name: control[name] for name in CONTROLS.names() if name in control},
        "title": check.title if check else None,
        "verdict": verdict,
        "reason": reason,
        "lines": after.height,
        "first": after["at"].min(),
        "last": after["at"].max(),
        "lines_before": before.height,
        "last_before": before["at"].max(),
        "covered_share": max(0.0, 1 - hidden / asked) if seen and asked > 0 else 0.0,
        "seen_until": (dark[0][0] if dark else as_of) if seen and asked > 0 else None,
    }


def _verdict(
    check: Check | None,
    seen: Sequence[_Seen],
    after: pl.DataFrame,
    begin: datetime,
    as_of: datetime,
) -> tuple[str, str]:
    if check is None:
        return "cannot_tell", "the playbook knows no such check"
    if begin >= as_of:
        return "cannot_tell", "not in force yet"
    if not check.tables:
        return "cannot_tell", "no log shows it: a matter of papers and interviews"
    if after.height:
        counts = after.group_by("table").len().sort("table")
        return "broken", "; ".join(f"{n:,} against it in {table}" for table, n in counts.rows())
    reasons = [found.reason for found in seen if found.reason]
    return ("cannot_tell", "; ".join(reasons)) if reasons else ("held", "no line against it")


def _asked(
    check: str, table: CheckTable, sources: Mapping[str, Source], begin: datetime, as_of: datetime
) -> _Seen:
    try:
        return _seen(table, sources[table.table], begin, as_of)
    except pl.exceptions.PolarsError:  # its own words may quote cells of the evidence
        raise ConfigError(
            f"controls.toml: check {check}: a condition on {table.table} is no SQL, or names a "
            "column it has not, or compares what cannot be compared",
            hint="the columns of each table are in docs/method.md, Controls and contracts",
        ) from None


def _seen(table: CheckTable, source: Source, begin: datetime, as_of: datetime) -> _Seen:
    """The lines of one table against a control, and where the table would not show one."""
    known = source.rows.lazy().filter(pl.col("at") <= pl.lit(as_of, UTC_TIME))
    dark = _dark(table, source, begin, as_of) if begin < as_of else []
    if table.broken is not None:
        lines = _broken(known, table, begin, as_of)
    elif table.shows is not None and table.every_days is not None:
        lines = _undone(known, table, begin, as_of, dark)
    else:
        lines = _too_many(known, table, begin)
    reason = None
    if not source.given:
        reason = f"{table.table}: no such evidence was given"
    elif dark:
        share = sum((end - start).total_seconds() for start, end in dark)
        share /= (as_of - begin).total_seconds()
        reason = f"{table.table}: nothing would show in {share:.0%} of the time it is in force"
    return _Seen(lines, dark, reason)


def _dark(
    table: CheckTable, source: Source, begin: datetime, as_of: datetime
) -> list[tuple[datetime, datetime]]:
    """Where the table would show nothing; one that ends before the control begins, all along.

    That something was not done shows up to the table's last line only.
    """
    dark = _within(source.unseen, begin, as_of)
    last = source.rows.filter(pl.col("at") <= pl.lit(as_of, UTC_TIME))["at"].max()
    if not isinstance(last, datetime) or (last < begin and source.unseen.height):
        return [(begin, as_of)]
    if table.every_days is not None and as_of - last > timedelta(days=table.every_days):
        dark = _merged([*dark, (max(last, begin), as_of)])
    return dark


def _broken(
    known: pl.LazyFrame, table: CheckTable, begin: datetime, as_of: datetime
) -> pl.DataFrame:
    """Lines that must not be there; one that lasts counts while it lasts."""
    lasting = pl.col("until").is_null() | (pl.col("until") >= pl.lit(begin, UTC_TIME))
    told = pl.col("what") if "what" in known.collect_schema() else pl.lit(table.table)
    found = known.filter(pl.sql_expr(table.broken or "false")).select(
        *_PLACE, in_force=lasting & pl.lit(begin < as_of), what=told
    )
    return _lines(found)


def _undone(
    known: pl.LazyFrame,
    table: CheckTable,
    begin: datetime,
    as_of: datetime,
    dark: list[tuple[datetime, datetime]],
) -> pl.DataFrame:
    """Stretches longer than allowed in which no line shows it done; not where none would show."""
    allowed = timedelta(days=(table.every_days or 0) + 1)  # the hour of the day does not matter
    done = known.filter(pl.sql_expr(table.shows or "false")).select(*_PLACE).sort("at").collect()
    marks = done.filter(pl.col("at") >= pl.lit(begin, UTC_TIME))
    edges = [begin, *marks["at"].to_list(), as_of]
    places: list[dict[str, Any]] = [{}, *marks.iter_rows(named=True)]
    rows = []
    for start, end, place in zip(edges, edges[1:], places, strict=False):
        hidden = any(piece[0] < end and piece[1] > start for piece in dark)
        if end - start >= allowed and not hidden:
            rows.append(
                {
                    **{name: place.get(name) for name in ("evidence_id", "member", "line")},
                    "at": start,
                    "until": end,
                    "in_force": True,
                    "what": f"not done for more than {table.every_days} days",
                }
            )
    return _lines(pl.LazyFrame(rows, schema=_LINE_SCHEMA))


def _too_many(known: pl.LazyFrame, table: CheckTable, begin: datetime) -> pl.DataFrame:
    """The first line of every value beyond those allowed, before its date and after."""
    value, most = table.distinct or "", table.at_most or 0
    in_force = pl.col("at") >= pl.lit(begin, UTC_TIME)
    firsts = (
        known.filter(pl.sql_expr(table.where or "false"), pl.col(value).is_not_null())
        .with_columns(in_force=in_force)
        .sort("at", "evidence_id", "member", "line", nulls_last=True)
        .unique(["in_force", value], keep="first", maintain_order=True)
        .with_columns(place=pl.int_range(pl.len()).over("in_force"))
        .filter(pl.col("place") >= most)
    )
    told = pl.concat_str(pl.lit(f"{value} beyond {most}: "), value)
    return _lines(firsts.select(*_PLACE, "in_force", what=told))


_LINE_SCHEMA: Final = pl.Schema(
    {n: dtype for n, dtype in CONTROL_LINES.items() if n not in ("control_id", "table")}
)


def _lines(found: pl.LazyFrame) -> pl.DataFrame:
    ordered = found.select(list(_LINE_SCHEMA)).cast(_LINE_SCHEMA)
    return ordered.sort("at", "evidence_id", "member", "line", nulls_last=True).collect()


def _within(unseen: pl.DataFrame, begin: datetime, as_of: datetime) -> list[tuple[datetime, Any]]:
    bounds = (pl.lit(begin, UNSEEN["from"]), pl.lit(as_of, UNSEEN["to"]))
    touching = unseen.filter((pl.col("from") < bounds[1]) & (pl.col("to") > bounds[0]))
    clipped = touching.select(
        begin=pl.max_horizontal("from", bounds[0]), end=pl.min_horizontal("to", bounds[1])
    )
    return _merged(list(clipped.iter_rows()))


def _merged(pieces: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The same time in stretches that do not overlap, in order."""
    whole: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(pieces):
        if whole and begin <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((begin, end))
    return whole
