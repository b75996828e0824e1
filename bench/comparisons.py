"""Comparisons with a peer on the same input, one after the other in one process.

    python bench/comparisons.py intake|ladder FOLDER

prints one JSON object. FOLDER holds `exercise/` and `case/` as `run.py` makes them.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from breachscope import evidence
from breachscope.people import counts, scope
from breachscope.schema import COUNTED_TIERS, Kind
from breachscope.workflow import counting, intake, intake_tables, judging
from breachscope.workflow.context import Context, opened
from breachscope.workflow.parts import Parts, previous_parts
from breachscope.workflow.situation import Moment, Situation

LARGEST = 12
"""Record files the intake is measured on: the largest of plain CP932."""

ROUNDS = 3


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def best_of(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The best time of each, taken in turns so that both meet the same load."""
    times = [[seconds(work) for work in works] for _ in range(rounds)]
    return [min(column) for column in zip(*times, strict=True)]


def intake_comparison(context: Context) -> dict[str, Any]:
    """`add`'s reading, hash, quarantine and storing, against `pl.read_csv` of the same files.

    The peer reads quotes, as these files need; beside it stands its time when it reads none.
    """
    items = [
        item
        for item in context.items
        if item.kind is Kind.RECORDS
        and item.format == intake.PLAIN
        and (item.encoding or "").startswith("cp932")
        and not item.rows_quarantined  # the peer stops at the first broken line
    ]
    chosen = sorted(items, key=lambda item: (-item.bytes, item.evidence_id))[:LARGEST]
    scratch = Path(tempfile.mkdtemp())

    def ours() -> None:
        for item in chosen:
            spec = intake.spec_of(item.kind, item.options, context.playbook, context.settings.zone)
            reading = evidence.read(item.located(context.case), spec)
            target = scratch / item.evidence_id
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir()
            intake_tables.write_tables(reading, target, spec)

    def peer(**options: Any) -> None:
        for item in chosen:
            path = item.located(context.case)
            pl.read_csv(
                path,
                encoding="cp932",
                infer_schema=False,
                truncate_ragged_lines=True,
                ignore_errors=True,
                **_shape(path),
                **options,
            )

    mine, theirs, quoteless = best_of(ROUNDS, ours, peer, lambda: peer(quote_char=None))
    shutil.rmtree(scratch)
    return {
        "files": len(chosen),
        "bytes": sum(item.bytes for item in chosen),
        "rows": sum(item.rows_read for item in chosen),
        "ours": mine,
        "peer": theirs,
        "ratio": mine / theirs,
        "peer_without_quotes": quoteless,
        "ratio_without_quotes": mine / quoteless,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def _shape(path: Path) -> dict[str, Any]:
    """What the peer must be told: the separator, and how many lines stand above the header."""
    with path.open("rb") as file:
        lines = [file.readline() for _ in range(5)]
    counts = {mark: [line.count(mark.encode()) for line in lines] for mark in ",\t;"}
    mark = max(counts, key=lambda name: max(counts[name]))
    return {"separator": mark, "skip_lines": counts[mark].index(max(counts[mark][:3]))}


def ladder_comparison(context: Context) -> dict[str, Any]:
    """The count ladder against the same ladder in DuckDB SQL, on the same Parquet."""
    latest = context.case.run_numbers()[-1]
    parts = Parts(context.case, previous_parts(context.case, latest))
    judged = judging.judged(Situation(context, context.items, parts, Moment(), ()))
    persons, labels = judged.persons, judged.labels
    # Rows that only leaks show are not in the peer's SQL.
    segments = counting.all_segments(judged.inventory, judged.egress, None)
    downloads = counting.counted_downloads(judged.egress)
    found: dict[str, Any] = {}

    def ours() -> None:
        reaches = [
            counts.party_reach(
                party,
                segments,
                downloads,
                pl.read_parquet(path / "index.parquet"),
                pl.read_parquet(path / "persons.parquet"),
                {},
            )
            for party, path in persons.items()
        ]
        over = counts.over_parties_counts(reaches, pl.read_parquet(labels))
        found["ours"] = (
            int(pl.concat([reach.counts for reach in reaches])["rows_distinct"].sum()),
            _sure_persons(reaches),
            over["all_low"].item(),
        )

    def peer() -> None:
        found["peer"] = sql_ladder(persons, labels, segments)

    mine, theirs = best_of(ROUNDS, ours, peer)
    return {
        "ours": mine,
        "peer": theirs,
        "ratio": mine / theirs,
        "same_distinct_rows": found["ours"][0] == found["peer"]["rows_distinct"],
        "same_persons": found["ours"][1] == found["peer"]["persons"],
        "rows_distinct": found["ours"][0],
        "duckdb": duckdb.__version__,
    }


def _sure_persons(reaches: list[counts.PartyReach]) -> int:
    return sum(reach.scope.height for reach in reaches)


def sql_ladder(persons: dict[str, Path], labels: Path, segments: pl.DataFrame) -> dict[str, int]:
    """Gross rows, distinct rows, persons of each party by tier and policy, persons over all."""
    stretches = scope.best_rows(segments).filter(pl.col("tier").is_not_null())
    tiers = {tier: rank for rank, tier in enumerate(COUNTED_TIERS)}
    seg = stretches.select(
        "version_id",
        "row_from",
        "row_to",
        tier=pl.col("tier").cast(pl.String).replace_strict(tiers, return_dtype=pl.UInt8),
    )
    parties = pl.DataFrame(
        {"party": range(len(persons)), "digest": [path.name for path in persons.values()]}
    )
    scratch = Path(tempfile.mkdtemp())
    seg.write_parquet(scratch / "seg.parquet")
    parties.write_parquet(scratch / "parties.parquet")
    folder = next(iter(persons.values())).parent
    base = duckdb.connect()
    for name in ("seg", "parties"):
        base.execute(f"create table {name} as from read_parquet('{scratch / name}.parquet')")
    names = ", ".join(f"'{path / 'index.parquet'}'" for path in persons.values())
    people = ", ".join(f"'{path / 'persons.parquet'}'" for path in persons.values())
    base.execute(
        f"""
        create temp table reached as
        select p.party, i.distinct as node, min(s.tier) as tier, count(*) as rows
        from read_parquet([{names}], filename = true) i
        join parties p on p.digest = split_part(replace(i.filename, '{folder}/', ''), '/', 1)
        join seg s on s.version_id = i.version_id and i.row_no between s.row_from and s.row_to
        group by 1, 2
        """
    )
    base.execute(
        f"""
        create temp table who as
        select r.party, r.node, r.tier, w.strict, w.standard, w.loose
        from reached r
        join parties p using (party)
        join read_parquet([{people}], filename = true) w
          on p.digest = split_part(replace(w.filename, '{folder}/', ''), '/', 1)
         and w.distinct = r.node
        """
    )
    ladder = {}
    for policy in ("strict", "standard", "loose"):
        base.execute(
            f"""
            create or replace temp table by_{policy} as
            select party, {policy}, min(tier) as tier from who group by 1, 2
            """
        )
        base.execute(f"select party, tier, count(*) from by_{policy} group by 1, 2").fetchall()
        ladder[policy] = base.execute(f"select count(*) from by_{policy}").fetchone()[0]
        base.execute(
            f"""
            select tier, count(*) from (
              select l.{policy}, min(r.tier) as tier
              from reached r join read_parquet('{labels}') l
                on l.party = r.party and l.distinct = r.node
              group by 1)
            group by 1
            """
        ).fetchall()
    distinct = base.execute("select count(*), sum(rows) from reached").fetchone()
    return {"rows_distinct": distinct[0], "persons": ladder["standard"]}


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    context = opened(folder / "case")
    work = {"intake": intake_comparison, "ladder": ladder_comparison}[name]
    print(json.dumps(work(context)))


if __name__ == "__main__":
    main()
