"""Clocks of sources, estimated from pairs of events that are one, and what they would change."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.case.fingerprint import Fingerprint
from breachscope.reconstruct import clocks, egress, rules
from breachscope.schema import CLOCKS, EXTRACTIONS, Kind
from breachscope.workflow import reconstruction
from breachscope.workflow.tables import Shown, run_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from breachscope.workflow.context import Context
    from breachscope.workflow.situation import Situation

CLOCKS_VERSION = 1

READ: Final = (Kind.REMOTE, Kind.LOGINS, Kind.MEDIA, Kind.FILES)
MOST_TRIED: Final = 12
"""Sources whose corrected clock is tried out on the tiers: those with the most pairs."""

_TIMES: Final = {
    Kind.REMOTE: ("started_at", "ended_at"),
    Kind.MEDIA: ("at",),
    Kind.FILES: ("modified_at",),
}


def clocks_part(s: Situation, inventory: Path, judged: Path, sources: pl.DataFrame) -> Path:
    """CLOCKS of the case. `judged` is the egress part, `sources` LEAK_SOURCES."""

    def make(target: Path) -> None:
        found = _estimated(s, judged)
        tried = _tried(s, inventory, judged, sources, found)
        tried.write_parquet(target / "clocks.parquet")

    wanted = Fingerprint(
        "clocks",
        "all",
        s.inputs(*READ)
        | {f"copies of {kind.value}": s.superseded(kind).parent.name for kind in READ[:3]}
        | {"egress": judged.name, "inventory": inventory.parent.name},
        s.moment.settings(),
        CLOCKS_VERSION,
    )
    return s.parts.get(wanted, make) / "clocks.parquet"


def _estimated(s: Situation, judged: Path) -> pl.DataFrame:
    """CLOCKS without what they would change, in order of kind, evidence and pairs."""
    held = {kind: s.table(kind).collect() for kind in READ}
    downloads = pl.read_parquet(judged / "inquiry.parquet")
    logins, remote = held[Kind.LOGINS], held[Kind.REMOTE]
    found = [
        clocks.estimates(clocks.session_pairs(remote, logins), clocks.SESSIONS),
        clocks.estimates(clocks.write_pairs(held[Kind.MEDIA]), clocks.WRITES),
        clocks.estimates(clocks.file_pairs(downloads, held[Kind.FILES]), clocks.FILES),
    ]
    declared = {item.evidence_id: float(item.options.clock_offset) for item in s.items}
    told = pl.concat([pl.DataFrame(schema=CLOCKS), *found])
    given = pl.col("evidence_id").replace_strict(declared, default=0.0, return_dtype=pl.Float64)
    return told.with_columns(declared_seconds=given).sort("kind", "evidence_id", "pairs_of")


def _tried(
    s: Situation, inventory: Path, judged: Path, sources: pl.DataFrame, found: pl.DataFrame
) -> pl.DataFrame:
    """CLOCKS with how many downloads would change tier."""
    chosen = found.filter(pl.col("verdict") != "too_few").sort(
        "pairs", "evidence_id", "pairs_of", descending=[True, False, False]
    )
    rows = chosen.head(MOST_TRIED).rows(named=True)
    if not rows:
        return found
    trial = _Trial(s, inventory, judged, sources)
    told = [(row["evidence_id"], row["pairs_of"], *_changes(trial, row)) for row in rows]
    changes = pl.DataFrame(told, schema=_CHANGES, orient="row")
    whole = found.drop("tiers_if_corrected", "tiers_within_spread")
    joined = whole.join(changes, on=["evidence_id", "pairs_of"], how="left", maintain_order="left")
    return joined.select(CLOCKS.names())


_CHANGES: Final = {
    "evidence_id": pl.String(),
    "pairs_of": pl.String(),
    "tiers_if_corrected": pl.UInt32(),
    "tiers_within_spread": pl.UInt32(),
}


def _changes(trial: _Trial, row: Mapping[str, Any]) -> tuple[int | None, int]:
    """Tiers that change if the source is corrected by its estimate, and at most by its bounds."""
    kind, evidence_id = Kind(row["kind"]), row["evidence_id"]
    low, high = (
        trial.changed(kind, evidence_id, -row[f"{end}_seconds"]) for end in ("low", "high")
    )
    if row["verdict"] != "offset":
        return None, max(low, high)
    middle = trial.changed(kind, evidence_id, -row["offset_seconds"])
    return middle, max(low, middle, high)


class _Trial:
    """The tiers of the inquiry, as they are and with the times of one source moved."""

    def __init__(self, s: Situation, inventory: Path, judged: Path, sources: pl.DataFrame) -> None:
        held = reconstruction.traces(s, inventory, sources.lazy())
        kept = {f.name: getattr(held, f.name).collect().lazy() for f in fields(held)}
        self._held = egress.Traces(**kept)
        self._focus, self._rules = reconstruction.focus(s), s.context.playbook.rules
        self._rulings = reconstruction.rulings_frame(s)
        inquiry = pl.read_parquet(judged / "inquiry.parquet")
        self._downloads = inquiry.select(EXTRACTIONS.names()).lazy()
        self._own = self._tiers(self._held)

    def changed(self, kind: Kind, evidence_id: str, seconds: float) -> int:
        """Downloads of another tier, were the source's times so many seconds later."""
        if round(seconds, 3) == 0:
            return 0
        mine = pl.col("evidence_id") == evidence_id
        shift = pl.duration(microseconds=round(seconds * 1_000_000))
        table: pl.LazyFrame = getattr(self._held, kind.value)
        moved = table.with_columns(
            pl.when(mine).then(pl.col(name) + shift).otherwise(name).alias(name)
            for name in _TIMES[kind]
        )
        tiers = self._tiers(replace(self._held, **{kind.value: moved}))
        both = self._own.join(tiers, on="event_id", suffix="_moved")
        return both.filter(pl.col("tier") != pl.col("tier_moved")).height

    def _tiers(self, held: egress.Traces) -> pl.DataFrame:
        told = egress.evidence_facts(self._downloads, held, self._focus, self._rules)
        judged = rules.ruled(rules.judged(told, self._rules), self._rulings)
        return judged.select("event_id", "tier").collect()


def shown(context: Context, number: int | None) -> Shown:
    """Every source whose clock can be held against another's."""
    chosen, place = run_folder(context, number)
    path = place / "clocks.parquet"
    table = pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=CLOCKS)
    names = {item.evidence_id: item.file for item in context.items}
    rows = [{**row, "file": names.get(row["evidence_id"])} for row in table.iter_rows(named=True)]
    return Shown("clocks", {"schema": "breachscope/clocks/1", "run": chosen, "clocks": rows}, table)
