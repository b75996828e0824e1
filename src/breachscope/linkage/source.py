"""The source of one leak in tables: by content, and where content is silent by the file's trace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log10
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.linkage import traces
from breachscope.linkage.spelling import SPELLINGS
from breachscope.schema import LEAK_PARTIES, LEAK_PARTS, LEAK_VERSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breachscope.linkage.naming import Judged
    from breachscope.linkage.sourcing import Sourced

SURE: Final = 0.9
ROWS: Final = pl.Schema({"leak_row": pl.UInt32(), "part": pl.UInt32()})
NEAREST: Final = pl.Schema(
    {
        "part": pl.UInt32(),
        "leak_row": pl.UInt32(),
        "party_id": pl.String(),
        "distinct": pl.UInt32(),
    }
)
"""The records of a part's party that are spelt most like each of its rows."""


@dataclass(frozen=True, slots=True)
class LeakSource:
    """All that is told of one leak's source."""

    parts: pl.DataFrame  # LEAK_PARTS, without downloads
    rows: pl.DataFrame  # ROWS: each row's part, null where it is of none
    parties: pl.DataFrame  # LEAK_PARTIES
    versions: pl.DataFrame  # LEAK_VERSIONS
    nearest: pl.DataFrame  # NEAREST


def by_content(
    leak_id: str, judged: Judged, sourced: Sourced, claims: pl.DataFrame, versions: pl.DataFrame
) -> LeakSource:
    """What the records matched tell.

    Args:
        leak_id: the leak.
        judged: the evidence for every party.
        sourced: the leak in parts.
        claims: CLAIMS.
        versions: VERSIONS.
    """
    return LeakSource(
        sourced.parts,
        sourced.rows.cast(ROWS),
        _parties(leak_id, judged, claims),
        _versions(leak_id, sourced, versions),
        nearest(sourced, claims),
    )


def refused(leak_id: str, rows: pl.DataFrame, reason: str) -> LeakSource:
    """A leak that could not be linked: one part that cannot be told, and why.

    Args:
        leak_id: the leak.
        rows: LEAK_ROWS.
        reason: why it was not linked.
    """
    part = pl.DataFrame(
        {
            "leak_id": [leak_id],
            "part": [1],
            "rows": [rows.height],
            "versions": [[]],
            "events": [[]],
            "verdict": ["cannot_tell"],
            "reason": [reason],
        }
    )
    absent = {name: None for name in LEAK_PARTS.names() if name not in part.columns}
    return LeakSource(
        part.with_columns(pl.lit(None).alias(name) for name in absent)
        .select(LEAK_PARTS.names())
        .cast(LEAK_PARTS),
        rows.select("leak_row", part=pl.lit(1, pl.UInt32)).cast(ROWS),
        pl.DataFrame(schema=LEAK_PARTIES),
        pl.DataFrame(schema=LEAK_VERSIONS),
        pl.DataFrame(schema=NEAREST),
    )


def with_traces(
    found: LeakSource, seen: pl.DataFrame, versions: pl.DataFrame, rows: pl.DataFrame
) -> LeakSource:
    """The same, with what the file's hash and length tell.

    Where content named nobody, a trace beyond coincidence names the party by itself; where it
    did, the trace is told beside it.

    Args:
        found: by content.
        seen: LEAK_TRACES.
        versions: VERSIONS.
        rows: LEAK_ROWS.
    """
    kept = set(versions.filter(pl.col("content") == "kept")["version_id"])
    carried = traces.carried(seen, kept)
    if (found.parts["verdict"] == "attributed").any():
        return replace(found, parts=_traced_too(found.parts, seen))
    if carried.is_empty():
        return found
    part = _traced_part(found.parts, carried, versions, rows.height)
    whole = rows.select("leak_row", part=pl.lit(1, pl.UInt32)).cast(ROWS)
    return replace(found, parts=part, rows=whole)


def with_copies(found: LeakSource, copies: pl.DataFrame) -> LeakSource:
    """The same with every row of the leak told of; so far a row that stands twice stood once.

    Args:
        found: of the distinct rows.
        copies: leak_row, first.
    """
    rows = copies.join(
        found.rows.rename({"leak_row": "first"}), on="first", how="left", validate="m:1"
    ).select(ROWS.names())
    counted = rows.drop_nulls("part").group_by("part").agg(whole=pl.len().cast(pl.UInt32))
    parts = (
        found.parts.join(counted, on="part", how="left", validate="1:1", maintain_order="left")
        .with_columns(rows=pl.coalesce("whole", "rows"))
        .drop("whole")
    )
    return replace(found, rows=rows.sort("leak_row"), parts=parts)


def _traced_too(parts: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """The reason of a part one of whose versions is as long as the leak says so."""
    told = {
        row["version_id"]: f"; {row['version_id']} has its {row['by']} "
        f"(by chance {row['by_chance']:.2g})"
        for row in seen.iter_rows(named=True)
    }
    more = [next((told[name] for name in fit if name in told), "") for fit in parts["versions"]]
    return parts.with_columns(reason=pl.col("reason") + pl.Series(more, dtype=pl.String))


def _traced_part(
    parts: pl.DataFrame, carried: pl.DataFrame, versions: pl.DataFrame, rows: int
) -> pl.DataFrame:
    ids = carried["version_id"].to_list()
    lists = versions.filter(pl.col("version_id").is_in(ids))["list_id"].unique().to_list()
    by, chance = carried["by"][0], float(carried["by_chance"][0])
    told = {
        "leak_id": parts["leak_id"][0],
        "part": 1,
        "party_id": carried["party_id"][0],
        "list_id": lists[0] if len(lists) == 1 else None,
        "version_id": ids[0] if len(ids) == 1 else None,
        "versions": ids,
        "events": [],
        "rows": rows,
        "verdict": "attributed",
        "depth": "trace",
        "posterior": 1 - chance,
        "log10_lr": round(-log10(max(chance, 1e-300)), 3),
        "reason": f"the file has the {by} of the version; by chance {chance:.2g}. "
        f"By content: {parts['reason'][0]}",
    }
    absent = dict.fromkeys(name for name in LEAK_PARTS.names() if name not in told)
    return pl.DataFrame([told | absent], schema=LEAK_PARTS)


def nearest(sourced: Sourced, claims: pl.DataFrame) -> pl.DataFrame:
    """NEAREST of every named part."""
    named = sourced.parts.filter(pl.col("verdict") == "attributed").select("part", "party_id")
    alike = pl.sum_horizontal(pl.col(field).cast(pl.Int8).fill_null(0) for field in SPELLINGS)
    best = (pl.col("probability") == pl.col("probability").max().over("leak_row", "party_id")) & (
        pl.col("alike") == pl.col("alike").max().over("leak_row", "party_id")
    )
    return (
        claims.join(sourced.rows.drop_nulls("part"), on="leak_row", validate="m:1")
        .join(named, on=["part", "party_id"], how="semi")
        .with_columns(alike=alike)
        .filter(best)
        .select(NEAREST.names())
        .cast(NEAREST)
        .sort("part", "leak_row", "distinct")
    )


def _parties(leak_id: str, judged: Judged, claims: pl.DataFrame) -> pl.DataFrame:
    about: Mapping[str, int] = dict(
        claims.filter(pl.col("probability") >= SURE)
        .group_by("party_id")
        .agg(pl.col("leak_row").n_unique())
        .iter_rows()
    )
    told = [
        {
            "leak_id": leak_id,
            "party_id": one.party_id,
            "weight": one.weight,
            "weight_low": one.low,
            "weight_high": one.high,
            "rows": about.get(one.party_id, 0),
            "exclusive": one.exclusive,
            "exclusive_expected": one.expected,
            "p_value": one.p_value,
            "q_value": one.q_value,
            "by_place_expected": one.place.expected if one.place else None,
            "by_place_p": one.place.p_value if one.place else None,
            "log10_lr": one.log10_lr,
            "spelt_as_its": one.wins,
            "spelt_otherwise": one.losses,
            "log10_spelling": one.log10_contrast + one.log10_own,
            "log10_history": one.log10_history,
            "log10_overlap": one.log10_overlap,
            "named": one.named,
            "reason": one.reason,
        }
        for one in judged.evidence
    ]
    return pl.DataFrame(told, schema=LEAK_PARTIES)


def _versions(leak_id: str, sourced: Sourced, versions: pl.DataFrame) -> pl.DataFrame:
    told = [
        {"leak_id": leak_id, "part": part, "version_id": version, "probability": probability}
        for part, found in sorted(sourced.dated.items())
        for version, probability in zip(found.versions, found.probabilities, strict=True)
    ]
    names = ("leak_id", "part", "version_id", "probability")
    schema = {name: LEAK_VERSIONS[name] for name in names}
    uploaded = versions.select("version_id", "uploaded_at")
    return (
        pl.DataFrame(told, schema=schema)
        .join(uploaded, on="version_id", how="left", validate="m:1", maintain_order="left")
        .with_columns(standing=pl.lit(None, pl.UInt32))
        .select(LEAK_VERSIONS.names())
    )
