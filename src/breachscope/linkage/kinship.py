"""Leaks that share people: one made from another, or both from one list.

A file whose party destroyed the content may stand beside a file of the same people whose source
is known. What is known of that one is passed along, less by what the two do not share; it is
shown as an alternative and names nobody by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.schema import LEAK_KIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    import networkx as nx

LEAST_SHARE: Final = 0.05
LEAST_ROWS: Final = 5
FARTHEST: Final = 3
"""Leaks that evidence is passed over, at most."""

_TOGETHER: Final = (
    ("name_key", "phone_key"),
    ("name_key", "address_key"),
    ("name_key", "birth_date"),
    ("kana_key", "phone_key"),
    ("kana_key", "birth_date"),
)
"""Two rows are about one person if one of these pairs agrees."""
_SEED: Final = 20_141_107


def person_hashes(keys: pl.DataFrame) -> pl.DataFrame:
    """row_no, hash: a row of the leak for each pair of values that tells a person.

    Args:
        keys: RECORD_KEYS.
    """
    parts = [
        keys.select(
            "row_no",
            hash=pl.concat_str(pl.lit(str(place)), *(pl.col(c).cast(pl.String) for c in pair),
                               separator="\0").hash(_SEED),
            known=pl.all_horizontal(pl.col(c).is_not_null() for c in pair),
        )
        .filter("known")
        .drop("known")
        for place, pair in enumerate(_TOGETHER)
    ]  # fmt: skip
    return pl.concat(parts)


def kin(
    hashes: Mapping[str, pl.DataFrame], rows: Mapping[str, int], decoys: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """LEAK_KIN: every ordered pair of leaks that share more rows than decoys would.

    Args:
        hashes: leak -> `person_hashes` of it.
        rows: leak -> its rows.
        decoys: leak -> `person_hashes` of independent decoys of it, as many as its rows.
    """
    found = [
        _shared(one, other, hashes, rows, decoys)
        for one in sorted(hashes)
        for other in sorted(hashes)
        if one != other
    ]
    table = pl.DataFrame(found, schema=LEAK_KIN)
    beyond = pl.col("rows_shared") >= 3 * pl.col("rows_expected") + LEAST_ROWS
    return table.filter((pl.col("share") >= LEAST_SHARE) & beyond)


def _shared(
    one: str, other: str, hashes: Mapping[str, pl.DataFrame], rows: Mapping[str, int],
    decoys: Mapping[str, pl.DataFrame],
) -> dict[str, object]:  # fmt: skip
    shared = _in_both(hashes[one], hashes[other])
    return {
        "leak_id": one,
        "other_leak_id": other,
        "rows_shared": shared,
        "share": shared / max(rows[one], 1),
        "rows_expected": float(_in_both(decoys[one], hashes[other])),
    }


def _in_both(one: pl.DataFrame, other: pl.DataFrame) -> int:
    met = one.join(other.select("hash").unique(), on="hash", how="semi")
    return met["row_no"].n_unique()


def passed_along(kin: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """leak_id, party_id, through, share, log10_lr: parties named for leaks akin to this one.

    Of several ways the one that loses least; the likelihood ratio is worth as much less as is
    not shared.

    Args:
        kin: LEAK_KIN.
        parts: LEAK_PARTS.
    """
    import networkx as nx  # slow to import, and wanted only where leaks are akin

    graph = nx.DiGraph()
    for row in kin.iter_rows(named=True):
        graph.add_edge(row["leak_id"], row["other_leak_id"], share=min(row["share"], 1.0))
    named = parts.filter(pl.col("verdict") == "attributed")
    whole = dict(parts.group_by("leak_id").agg(pl.col("rows").sum()).iter_rows())
    found: dict[tuple[str, str], dict[str, object]] = {}
    for leak in sorted(graph):
        for other, (share, way) in sorted(_reached(graph, leak).items()):
            for part in named.filter(pl.col("leak_id") == other).iter_rows(named=True):
                worth = share * part["rows"] / max(whole[other], 1)
                told = {
                    "leak_id": leak,
                    "party_id": part["party_id"],
                    "through": " < ".join(way),
                    "share": worth,
                    "log10_lr": (part["log10_lr"] or 0.0) * worth,
                }
                before = found.get((leak, part["party_id"]))
                if before is None or worth > float(str(before["share"])):
                    found[leak, part["party_id"]] = told
    schema = {"leak_id": pl.String(), "party_id": pl.String(), "through": pl.String(),
              "share": pl.Float64(), "log10_lr": pl.Float64()}  # fmt: skip
    return pl.DataFrame(list(found.values()), schema=schema).sort("leak_id", "party_id")


def _reached(graph: nx.DiGraph, start: str) -> dict[str, tuple[float, list[str]]]:
    """Leaks within FARTHEST steps: the largest product of shares, and the way."""
    best: dict[str, tuple[float, list[str]]] = {start: (1.0, [])}
    edge = [start]
    for _ in range(FARTHEST):
        following: list[str] = []
        for leak in edge:
            share, way = best[leak]
            for other in sorted(graph.successors(leak)):
                reached = share * graph.edges[leak, other]["share"]
                if other not in best or reached > best[other][0]:
                    best[other] = (reached, [*way, other])
                    following.append(other)
        edge = following
    del best[start]
    return best
