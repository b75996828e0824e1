"""A linked leak taken apart by source: one part for each party that may be named, and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.linkage.dated import Dated, dated
from breachscope.linkage.naming import LEAST_COPY
from breachscope.linkage.spelling import SPELLINGS
from breachscope.schema import LEAK_PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breachscope.linkage.naming import Evidence, Judged

LEAST: Final = 0.5
"""A row about somebody belongs to a part if the part is likelier for it than all else together."""
TIED: Final = 0.9
"""A row of nobody in particular that may be about one of the party's people does if the part is so
likely for it: whom it is about is open. One about a relative only does not: no list has them."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """The parts of one leak."""

    parts: pl.DataFrame  # LEAK_PARTS
    rows: pl.DataFrame  # leak_row, part: null where a row is of no part
    dated: Mapping[int, Dated]


def sourced(
    leak_id: str,
    judged: Judged,
    claims: pl.DataFrame,
    rows: pl.DataFrame,
    stands: pl.DataFrame,
    versions: pl.DataFrame,
) -> Sourced:
    """Part a leak by the parties that may be named.

    Args:
        leak_id: the leak.
        judged: the evidence for every party.
        claims: CLAIMS.
        rows: LEAK_ROWS.
        stands: STANDS of the claimed records.
        versions: party_id, list_id, version_id, uploaded_at, rows, content (`kept`, `lost`; all
            kept where it is not said).
    """
    named = [one for one in judged.evidence if one.named]
    of_row = _part_of_row(judged, named, rows, claims)
    told: list[dict[str, object]] = []
    dates: dict[int, Dated] = {}
    for part, one in enumerate(named, 1):
        mine = of_row.filter(pl.col("part") == part).select("leak_row")
        found = _dated(one.party_id, mine, claims, stands, versions)
        if found:
            dates[part] = found
        told.append(_named_part(leak_id, part, one, mine.height, found, versions))
    rest = _rest(of_row, rows)
    if rest.height or not named:
        told.append(_rest_part(leak_id, len(named) + 1, rest.height, judged, bool(named)))
        of_row = of_row.with_columns(
            part=pl.when(pl.col("leak_row").is_in(rest["leak_row"].to_list()))
            .then(pl.lit(len(named) + 1, pl.UInt32))
            .otherwise("part")
        )
    return Sourced(pl.DataFrame(told, schema=LEAK_PARTS), of_row, dates)


def _part_of_row(
    judged: Judged, named: list[Evidence], rows: pl.DataFrame, claims: pl.DataFrame
) -> pl.DataFrame:
    """leak_row, part: by the mixture's responsibilities."""
    place = {party: i for i, party in enumerate(judged.parties)}
    columns = [place[one.party_id] for one in named]
    about = rows.select("leak_row", about=pl.col("verdict").is_in(["person", "ambiguous"]))
    if not columns:
        return about.select("leak_row", part=pl.lit(None, pl.UInt32))
    shares = judged.mixture.responsibilities[:, columns]
    best = shares.argmax(axis=1)
    highest = shares[np.arange(len(best)), best]
    names = pl.Series([one.party_id for one in named]).gather(best)
    likeliest = rows.select("leak_row", "verdict", party_id=names)
    met = likeliest.join(
        claims.select("leak_row", "party_id", met=pl.lit(value=True)).unique(),
        on=["leak_row", "party_id"], how="left", validate="1:1", maintain_order="left",
    )["met"]  # fmt: skip
    is_open = (rows["verdict"] == "none") & met.fill_null(value=False)
    sure = ((highest > TIED) & is_open.to_numpy()) | ((highest > LEAST) & about["about"].to_numpy())
    parts = pl.Series("part", np.where(sure, best + 1, 0), dtype=pl.UInt32)
    return about.select("leak_row").with_columns(parts.replace(0, None))


def _rest(of_row: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows about somebody known that are of no named party's part."""
    about = rows.filter(pl.col("verdict").is_in(["person", "ambiguous"])).select("leak_row")
    return about.join(of_row.filter(pl.col("part").is_null()), on="leak_row", how="semi")


def _dated(
    party: str, mine: pl.DataFrame, claims: pl.DataFrame, stands: pl.DataFrame,
    versions: pl.DataFrame,
) -> Dated | None:  # fmt: skip
    """The versions the party's rows can come from: by the records spelt most like them."""
    alike = pl.sum_horizontal(pl.col(field).cast(pl.Int8).fill_null(0) for field in SPELLINGS)
    likely = (
        claims.filter(pl.col("party_id") == party)
        .join(mine, on="leak_row", how="semi")
        .with_columns(alike=alike)
        .filter(pl.col("probability") == pl.col("probability").max().over("leak_row"))
        .filter(pl.col("alike") == pl.col("alike").max().over("leak_row"))
        .select("leak_row", "distinct")
    )
    own = versions.filter(pl.col("party_id") == party).drop("party_id")
    here = stands.filter(pl.col("party_id") == party).select("distinct", "version_id")
    if likely.is_empty() or own.is_empty():
        return None
    return dated(likely, here, own)


def _named_part(
    leak_id: str, part: int, one: Evidence, rows: int, found: Dated | None, versions: pl.DataFrame
) -> dict[str, object]:
    known = list(found.versions) if found else []
    lists = versions.filter(pl.col("version_id").is_in(known))["list_id"].unique().to_list()
    return {
        "leak_id": leak_id,
        "part": part,
        "party_id": one.party_id,
        "list_id": lists[0] if len(lists) == 1 else None,
        "version_id": known[0] if len(known) == 1 else None,
        "versions": known,
        "event_id": None,
        "events": [],
        "rows": rows,
        "exclusive": one.exclusive,
        "exclusive_expected": one.expected,
        "verdict": "attributed",
        "depth": "content",
        "weight": one.weight,
        "weight_low": one.low,
        "weight_high": one.high,
        "posterior": _posterior(one.log10_lr),
        "log10_lr": round(one.log10_lr, 3),
        "reason": "; ".join(_reasons(one, found)),
    }


def _posterior(log10_lr: float) -> float:
    """At even odds before: how sure the ratio alone makes one."""
    return float(1 / (1 + 10 ** (-min(log10_lr, 300.0))))


def _reasons(one: Evidence, found: Dated | None) -> list[str]:
    told = [_spelling(one), found.told() if found else "no kept version holds its rows"]
    if one.log10_history >= 1:
        times = f"10^{one.log10_history:.0f}"
        told.append(f"a list of its people of all times would stand so in its versions {times} "
                    "times less often")  # fmt: skip
    if one.log10_copy < LEAST_COPY <= one.log10_copy + one.log10_overlap:
        told.append("hardly a list of the case lies so far within another party's")
    return told


def _spelling(one: Evidence) -> str:
    told = one.wins + one.losses
    if told < 1:
        return "no cell tells its spelling from another holder's"
    return (
        f"where holders differ, {one.wins:.0f} cells are spelt as it has them, {one.losses:.0f} not"
    )


def _rest_part(
    leak_id: str, part: int, rows: int, judged: Judged, is_rest: bool
) -> dict[str, object]:
    """What cannot be told: the rows that no named party explains."""
    doubts = [one for one in judged.evidence if not one.named and one.rows >= 1]
    if is_rest:
        reason = "about people of parties that were not named, or bought elsewhere"
    elif doubts:
        reason = f"{doubts[0].party_id}: {doubts[0].reason}"
    else:
        reason = "no row is surely about anybody the inventory knows"
    return {
        "leak_id": leak_id,
        "part": part,
        "rows": rows,
        "versions": [],
        "events": [],
        "verdict": "cannot_tell",
        "reason": reason,
    } | dict.fromkeys(
        ("party_id", "list_id", "version_id", "event_id", "exclusive", "exclusive_expected",
         "depth", "weight", "weight_low", "weight_high", "posterior", "log10_lr")
    )  # fmt: skip
