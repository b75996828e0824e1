"""What an answer was held against: sources with their coverage, what is missing, the queries."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.reconstruct import answer, coverage, facts, timeline
from breachscope.schema import COUNTED_TIERS, FINDING_SORTS, FINDINGS, Kind
from breachscope.workflow import reconstruction
from breachscope.workflow.answer_basis import Basis, cleared
from breachscope.workflow.situation import LOGS, Situation, span_part
from breachscope.workflow.tables import iso, iso_times

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.case.register import Item

SORTS: Final = FINDING_SORTS
SHOWN: Final = 500
"""Findings, lines and stretches named one by one; beyond that they are counted."""

SEARCHED: Final = (
    Kind.DOWNLOADS, Kind.LISTS, Kind.WORK, Kind.MEDIA, Kind.REMOTE, Kind.FILES, Kind.LEAK,
    Kind.LOGINS, Kind.PRESENCE, Kind.HOSTS,
)  # fmt: skip
"""The evidence an answer is held against, in the order it is told."""

Row = dict[str, Any]


def searched(found: Basis, row: Row) -> list[Row]:
    """One entry a kind of evidence: its files, and of a log its events within the stretch."""
    told = []
    for kind in SEARCHED:
        items = found.s.of(kind)
        if not items:
            continue
        entry: Row = {
            "kind": kind.value,
            "evidence_ids": [item.evidence_id for item in items],
            "rows": sum(item.rows_taken for item in items),
        }
        if kind in LOGS:
            entry |= _log(found, kind, row)
        told.append(entry)
    return told


def _log(found: Basis, kind: Kind, row: Row) -> Row:
    """Events of a log within the stretch, its share covered, and lines that could not be read."""
    times = _times(found, kind)
    inside = times.filter((times >= row["from"]) & (times < row["to"]))
    dark = found.unseen if kind is Kind.DOWNLOADS else _unseen(found.s, kind, times)
    asked = pl.DataFrame([row]).select("party_id", "from", "to")
    share = answer.answers(
        asked.lazy().cast({"from": times.dtype, "to": times.dtype}),
        pl.LazyFrame(schema=FINDINGS),
        dark.lazy(),
        (),
    )
    broken = [_broken(item) for item in _of_period(found.s, kind, row) if item.rows_quarantined]
    return {
        "events": len(inside),
        "first": iso(_moment(inside.min())),
        "last": iso(_moment(inside.max())),
        "covered_share": round(share.collect()["detectable_share"][0], 6),
        "unreadable_lines": broken,
    }


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _times(found: Basis, kind: Kind) -> pl.Series:
    """When the events of a log were, copies' lines left out."""
    if kind is Kind.DOWNLOADS and found.judged is not None:
        rows = pl.scan_parquet(found.judged.egress / "extractions.parquet").select("at")
    else:
        rows = found.s.table(kind).select(at=timeline.EVENT_TIME[kind])
    return rows.filter(coverage.plausible("at")).collect()["at"]


def _unseen(s: Situation, kind: Kind, times: pl.Series) -> pl.DataFrame:
    silences = pl.read_parquet(reconstruction.coverage_part(s, kind) / "silences.parquet")
    zone = s.context.settings.zone
    return answer.unseen(times, silences, cleared(s, kind, times), facts.Focus(), zone)


def _broken(item: Item) -> Row:
    return {"evidence_id": item.evidence_id, "file": item.file, "lines": item.rows_quarantined}


def _of_period(s: Situation, kind: Kind, row: Row) -> list[Item]:
    """The files of a log that reach into the stretch."""
    bounds = [int(row[name].timestamp() * 1_000_000) for name in ("from", "to")]
    reaching = []
    for item in s.of(kind):
        first, last = pl.read_parquet(span_part(s, item)).row(0)[:2]
        if first is not None and first < bounds[1] and last >= bounds[0]:
            reaching.append(item)
    return reaching


def coverage_of(found: Basis, row: Row) -> Row:
    """Of the download log: where a removal would not show, clock steps, copies that differ."""
    inside = found.unseen.filter((pl.col("from") < row["to"]) & (pl.col("to") > row["from"]))
    clipped = inside.select(
        begin=pl.max_horizontal("from", pl.lit(row["from"])),
        end=pl.min_horizontal("to", pl.lit(row["to"])),
        why="why",
    )
    stretches = [
        {"from": iso(begin), "to": iso(end), "why": why} for begin, end, why in clipped.iter_rows()
    ]
    if found.judged is None:
        return {"unseen": stretches, "backward_steps": [], "copies": [], "detectable_hours": None}
    place = reconstruction.coverage_part(found.s, Kind.DOWNLOADS)
    steps = pl.read_parquet(place / "steps.parquet")
    rhythm = pl.read_parquet(place / "rhythm.parquet")
    shown = steps.filter(pl.col("at").is_between(row["from"], row["to"]))
    return {
        "unseen": stretches,
        "backward_steps": [
            {"evidence_id": e, "line": line, "at": iso(at), "seconds": seconds}
            for e, line, at, seconds in shown.select(
                "evidence_id", "line", "at", "seconds"
            ).iter_rows()
        ],
        "copies": _copies(found.s, row),
        # A log lost for less than this would not show by its rhythm.
        "detectable_hours": rhythm["detectable_hours_most"][0] if rhythm.height else None,
        "false_alarms": rhythm["false_alarms"][0] if rhythm.height else None,
    }


def _copies(s: Situation, row: Row) -> list[Row]:
    """Copies of download logs that reach into the stretch, with how many lines differ."""
    place = s.superseded(Kind.DOWNLOADS).parent
    pairs = pl.read_parquet(place / "pairs.parquet").filter(
        pl.col("from") < row["to"], pl.col("to") >= row["from"]
    )
    lines = pl.read_parquet(place / "lines.parquet")
    told = []
    for pair in pairs.iter_rows(named=True):
        own = lines.filter(
            (pl.col("original") == pair["original"]) & (pl.col("copy") == pair["copy"])
        )
        counts = {name: own.filter(pl.col("change") == name).height for name in _CHANGES}
        told.append(
            {"original": pair["original"], "copy": pair["copy"], "by": pair["by"], **counts}
        )
    return told


_CHANGES: Final = ("missing", "altered", "added")


def missing(found: Basis, told: list[Row]) -> list[Row]:
    """Sources the playbook expects that were never given, or say nothing of the stretch."""
    rules = found.s.context.playbook.rules
    present = {kind for item in found.s.items for kind in item.kinds}
    absent = coverage.missing_sources(present, rules.expected)
    never = [{"kind": e.kind.value, "what": "never given", "why": e.why} for e in absent]
    dark = {entry["kind"] for entry in told if entry.get("covered_share") == 0}
    silent = [
        {"kind": e.kind.value, "what": "nothing of this stretch was given", "why": e.why}
        for e in rules.expected
        if e.kind.value in dark
    ]
    return never + silent


def findings(found: Basis, row: Row) -> list[Row]:
    """What was found of the party, or of nobody in particular, within the stretch."""
    mine = (pl.col("party_id") == row["party_id"]) | pl.col("party_id").is_null()
    inside = (pl.col("first") < row["to"]) & (pl.col("last") >= row["from"])
    kept = found.findings.filter(mine & inside & ~pl.col("sort").is_in(["failed"]))
    return [
        {
            "event_id": entry["event_id"],
            "sort": entry["sort"],
            "party_id": entry["party_id"],
            "first": iso(entry["first"]),
            "last": iso(entry["last"]),
        }
        for entry in kept.head(SHOWN).iter_rows(named=True)
    ]


def queries(found: Basis, row: Row) -> list[Row]:
    """What was asked of which table, and how many rows answered.

    Conditions are SQL over the table as `show TABLE --csv` prints it, times as ISO 8601 text.
    """
    if found.judged is None:
        return []
    whose = f"(party_id = '{_quoted(row['party_id'])}' OR party_id IS NULL)"
    when = f"at >= '{_text(row['from'])}' AND at < '{_text(row['to'])}'"
    counted = ", ".join(f"'{tier}'" for tier in COUNTED_TIERS)
    asked = [
        ("extractions", f"{whose} AND {when} AND tier IN ({counted})"),
        ("extractions", f"{whose} AND {when} AND tier = 'explained'"),
        ("extractions", f"{whose} AND {when} AND tier = 'outside_focus'"),
        ("grounds", f"{whose} AND {when}"),
    ]
    return [
        {"table": table, "where": where, "hits": _hits(found.judged.egress, table, where)}
        for table, where in asked
    ]


def _hits(place: Path, table: str, where: str) -> int:
    told = pl.scan_parquet(place / f"{table}.parquet").select("party_id", "at", "tier")
    texts = told.with_columns(iso_times(), pl.col("tier").cast(pl.String))
    return int(texts.filter(pl.sql_expr(where)).select(pl.len()).collect().item())


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")


def _quoted(text: str) -> str:
    return text.replace("'", "''")
