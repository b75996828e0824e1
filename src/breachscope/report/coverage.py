"""The report's part on coverage: months, silences, rhythms, copies and clocks, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.report import words
from breachscope.report.charts import CoverageRow, Month, months_between
from breachscope.report.tables import MOST_LINES, Table, all_in, columns
from breachscope.report.words import local, number, say, word
from breachscope.schema import CLOCKS, TIERS, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breachscope.report.inputs import Frame

MONTH = "%Y-%m"


def months(egress: Frame, zone: str) -> list[Month]:
    """Downloads by month and tier, every month from the first counted one to the last.

    Months outside that stretch hold only downloads of uncounted tiers and are left out.
    """
    counted = (
        egress.lazy()
        .filter(pl.col("at").is_not_null())
        .with_columns(local("at", zone, MONTH), pl.col("tier").cast(pl.String))
        .group_by("at", "tier")
        .agg(n=pl.len())
        .collect()
    )
    inside = counted.filter(~pl.col("tier").is_in(["failed", "outside_focus"]))["at"]
    if inside.is_empty():
        return []
    found: dict[str, dict[str, int]] = {}
    for at, tier, n in counted.iter_rows():
        found.setdefault(at, {})[tier] = n
    whole = months_between(str(inside.min()), str(inside.max()))
    return [Month(m, {t: found.get(m, {}).get(t, 0) for t in TIERS}) for m in whole]


def month_table(rows: list[Month]) -> Table:
    """The chart's values; months without any download are left out."""
    told = [m for m in rows if any(m.tiers.values())]
    made = tuple((m.month, *(number(m.tiers[t]) for t in TIERS)) for m in told)
    heads = columns("月|month|t", *(f"{words.TIERS[t]}|{words.TIERS[t].english}|n" for t in TIERS))
    return Table(say("t_months"), heads, made, len(made))


def calendar_rows(seen: Frame, silences: Frame, zone: str) -> tuple[list[CoverageRow], list[str]]:
    """One row a kind of evidence, in the order of `Kind`, and the months all of them span."""
    frame = (
        seen.lazy()
        .with_columns(month=pl.col("month").dt.strftime(MONTH))
        .group_by("kind", "month")
        .agg(pl.col("events").sum())
        .collect()
    )
    if frame.is_empty():
        return [], []
    events: dict[str, dict[str, int]] = {}
    for kind, month, n in frame.iter_rows():
        events.setdefault(kind, {})[month] = n
    silent = _silent_months(silences, zone)
    every = [m for of in events.values() for m in of]
    order = [kind for kind in Kind if kind in events] + sorted(events.keys() - set(Kind))
    return (
        [CoverageRow(word(words.KINDS, k), events[k], silent.get(k, frozenset())) for k in order],
        months_between(min(every), max(every)),
    )


def _silent_months(silences: Frame, zone: str) -> dict[str, frozenset[str]]:
    frame = silences.lazy().with_columns(local("from", zone, MONTH), local("to", zone, MONTH))
    found: dict[str, set[str]] = {}
    for kind, start, end in frame.select("kind", "from", "to").collect().iter_rows():
        found.setdefault(kind, set()).update(months_between(start, end))
    return {kind: frozenset(of) for kind, of in found.items()}


def silence_table(silences: Frame, zone: str) -> Table:
    """Stretches in which a source should have had events and has none, the worst first."""
    frame = (
        silences.lazy()
        .sort(["expected", "kind", "from"], descending=[True, False, False])
        .with_columns(hours=(pl.col("to") - pl.col("from")).dt.total_minutes() / 60)
        .with_columns(local("from", zone), local("to", zone))
        .collect()
    )
    rows = tuple(
        (word(words.KINDS, r["kind"]), r["from"], r["to"], number(r["hours"]),
         number(r["expected"]))
        for r in frame.head(MOST_LINES).iter_rows(named=True)
    )  # fmt: skip
    heads = columns(
        "証拠の種類|source", "始め|from|t", "終わり|to|t", "長さ（時間）|hours|n",
        "本来あるべき件数|events expected|n",
    )  # fmt: skip
    rest = all_in("breachscope show coverage --json")
    return Table(say("t_silences"), heads, rows, frame.height, rest)


def rhythm_table(rhythms: Frame, zone: str) -> Table:
    """What each source covers, and the shortest loss that its rhythm would show."""
    frame = (
        rhythms.lazy()
        .sort("kind")
        .with_columns(local("first", zone, "%Y-%m-%d"), local("last", zone, "%Y-%m-%d"))
        .collect()
    )
    rows = tuple(
        (word(words.KINDS, r["kind"]), number(len(r["evidence_ids"] or [])), number(r["events"]),
         r["first"] or words.UNKNOWN, r["last"] or words.UNKNOWN, number(r["events_per_week"]),
         number(r["detectable_hours"]), number(r["false_alarms"]))
        for r in frame.iter_rows(named=True)
    )  # fmt: skip
    heads = columns(
        "証拠の種類|source", "ファイル|files|n", "件数|events|n", "最初|first|t", "最後|last|t",
        "週あたり|a week|n", "検出できる最短の空白（時間）|shortest detectable, hours|n",
        "偶然に見える空白の期待数|false alarms expected|n",
    )  # fmt: skip
    return Table(say("t_rhythms"), heads, rows, len(rows))


def copy_table(lines: Frame) -> Table:
    """Two copies of one log: in which lines they differ."""
    frame = lines.lazy().sort("original", "copy", "line", "copy_line", nulls_last=True).collect()
    rows = tuple(
        (r["original"][:12], r["copy"][:12], word(words.CHANGES, r["change"]), number(r["line"]),
         number(r["copy_line"]), "、".join(r["columns"] or []) or words.NONE)
        for r in frame.head(MOST_LINES).iter_rows(named=True)
    )  # fmt: skip
    heads = columns(
        "原本|original|c", "写し|copy|c", "違い|change", "原本の行|line|n", "写しの行|copy line|n",
        "異なる列|columns|c",
    )  # fmt: skip
    rest = all_in("breachscope show coverage --json")
    return Table(say("t_copies"), heads, rows, frame.height, rest)


def offset_table(clocks: Frame | None) -> Table:
    """How far each source's clock is off by events that are one with another's: estimates."""
    frame = pl.DataFrame(schema=CLOCKS) if clocks is None else clocks.lazy().collect()
    rows = tuple(
        (word(words.KINDS, r["kind"]), r["evidence_id"][:12],
         words.PAIRS.get(r["pairs_of"], words.NONE), number(r["pairs"]), _ahead(r),
         _between(r), number(r["declared_seconds"]),
         words.UNKNOWN if r["tiers_within_spread"] is None else number(r["tiers_within_spread"]))
        for r in frame.iter_rows(named=True)
    )  # fmt: skip
    heads = columns(
        "証拠の種類|source", "証拠|evidence|c", "組|pairs of", "組数|pairs|n",
        "進み（秒）|ahead, s|n",
        "範囲（秒）|between, s|n", "申告した補正（秒）|declared, s|n",
        "段階の変わる件数（最大）|downloads changing tier, at most|n",
    )  # fmt: skip
    return Table(say("t_offsets"), heads, rows, len(rows))


def _ahead(row: Mapping[str, Any]) -> str:
    if row["verdict"] == "too_few":
        return words.UNKNOWN
    return number(row["offset_seconds"]) if row["verdict"] == "offset" else say("t_no_offset")


def _between(row: Mapping[str, Any]) -> str:
    if row["low_seconds"] is None:
        return words.UNKNOWN
    return f"{number(row['low_seconds'])} ~ {number(row['high_seconds'])}"


def clock_table(steps: Frame, zone: str) -> Table:
    """Where a source's clock went backwards, the longest steps first."""
    frame = (
        steps.lazy()
        .sort(["seconds", "evidence_id", "line"], descending=[True, False, False])
        .with_columns(local("at", zone, "%Y-%m-%d %H:%M:%S"))
        .collect()
    )
    rows = tuple(
        (word(words.KINDS, r["kind"]), r["evidence_id"][:12], number(r["line"]),
         r["at"] or words.UNKNOWN, number(r["seconds"]))
        for r in frame.head(20).iter_rows(named=True)
    )  # fmt: skip
    heads = columns(
        "証拠の種類|source", "証拠|evidence|c", "行|line|n", "時刻|at|t", "戻り（秒）|seconds|n",
    )  # fmt: skip
    rest = all_in("breachscope show coverage --json")
    return Table(say("t_steps"), heads, rows, frame.height, rest)
