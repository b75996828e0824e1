"""The report's section on leaked lists: where each comes from, and what cannot be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.report import leak_charts, words
from breachscope.report.leak_charts import (
    HOUSEHOLD,
    NOBODY,
    PARTS,
    UNTOLD,
    Dating,
    Mix,
    Overlap,
    Share,
)
from breachscope.report.tables import Table, all_in, columns
from breachscope.report.words import Said, local, number, of_the_run, say, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markupsafe import Markup

    from breachscope.report.inputs import LeakFrames

MOST: Final = 40
"""Lines of a picture and of a table."""
LEAST_WEIGHT: Final = 0.01


def pictures(held: LeakFrames) -> tuple[tuple[Said, Markup], ...]:
    """Caption and picture: those there is anything to draw for."""
    found: list[tuple[Said, Markup]] = []
    if held.leaks.height:
        picture = leak_charts.mixture(tuple(_mixes(held)))
        found.append((say("c_mix"), picture))
    if overlaps := tuple(_overlaps(held)):
        found.append((say("c_overlap"), leak_charts.overlaps(overlaps)))
    if dated := tuple(_dated(held)):
        found.append((say("c_versions"), leak_charts.versions(dated)))
    return tuple(found)


def _mixes(held: LeakFrames) -> Iterator[Mix]:
    for leak in held.leaks.head(MOST).iter_rows(named=True):
        parts = held.parts.filter(pl.col("leak_id") == leak["leak_id"]).sort("part")
        named = parts.filter(pl.col("verdict") == "attributed")
        shares = [
            Share(row["party_id"], row["rows"], PARTS[place % len(PARTS)])
            for place, row in enumerate(named.iter_rows(named=True))
        ]
        told = sum(share.rows for share in shares)
        about = leak["person"] + leak["ambiguous"]
        shares.append(Share(say("c_untold_share"), max(about - told, 0), UNTOLD))
        left = leak["rows"] - max(about, told)
        household = min(leak["household"], left)
        shares.append(Share(say("c_household"), household, HOUSEHOLD))
        shares.append(Share(say("c_not_known"), left - household, NOBODY))
        yield Mix(leak["leak_id"], tuple(shares))


def _overlaps(held: LeakFrames) -> Iterator[Overlap]:
    rows = dict(held.leaks.select("leak_id", "rows").iter_rows())
    shown = held.parties.filter(
        (pl.col("weight") >= LEAST_WEIGHT) & ((pl.col("exclusive") > 0) | pl.col("named"))
    ).sort("leak_id", "weight", "party_id", descending=[False, True, False])
    for row in shown.head(MOST).iter_rows(named=True):
        yield Overlap(
            f"{row['leak_id']} {row['party_id']}",
            rows[row["leak_id"]],
            row["exclusive"],
            row["exclusive_expected"],
            row["named"],
        )


def _dated(held: LeakFrames) -> Iterator[Dating]:
    parties = {
        (row["leak_id"], row["part"]): row["party_id"] for row in held.parts.iter_rows(named=True)
    }
    known = held.versions.drop_nulls("uploaded_at").sort("leak_id", "part", "uploaded_at")
    groups = known.partition_by("leak_id", "part", as_dict=True, maintain_order=True)
    for (leak, part), found in list(groups.items())[:MOST]:
        versions = found.select("uploaded_at", "version_id", "probability").iter_rows()
        yield Dating(f"{leak}/{part} {parties.get((leak, part)) or ''}", tuple(versions))


def table(held: LeakFrames, zone: str) -> Table:
    """One row a part of a leak; a refused leak says why."""
    refused = {row["leak_id"]: row["refused"] for row in held.leaks.iter_rows(named=True)}
    dates = dict(held.leaks.select("leak_id", local("found_at", zone, "%Y-%m-%d")).iter_rows())
    shown = held.parts.sort("leak_id", "part")
    rows = tuple(
        (
            f"{r['leak_id']}/{r['part']}",
            dates.get(r["leak_id"]) or words.UNKNOWN,
            number(r["rows"]),
            word(words.LEAK_VERDICTS, r["verdict"]),
            r["party_id"] or words.NONE,
            "、".join(r["versions"] or []) or words.NONE,
            words.DEPTHS.get(r["depth"] or "", words.NONE),
            words.NONE if r["log10_lr"] is None else f"{r['log10_lr']:.1f}",
            _share(r),
            _events(r),
            of_the_run(refused.get(r["leak_id"]) or r["reason"] or words.NONE),
        )
        for r in shown.iter_rows(named=True)
    )
    heads = columns(
        "名簿/部分|leak/part|c", "発見日|found|t", "行数|rows|n", "判定|verdict",
        "委託元|party|c", "合致する版|versions|l", "根拠|told by", "log10 尤度比|log10 LR|n",
        "割合（95%）|share|n", "合致するダウンロード|downloads|l", "理由|reason|l",
    )  # fmt: skip
    rest = all_in("breachscope show sources --json")
    return Table(say("t_leaks"), heads, rows[: 5 * MOST], len(rows), rest)


def _share(row: dict[str, object]) -> str:
    low, high, weight = row["weight_low"], row["weight_high"], row["weight"]
    if not isinstance(weight, float) or not isinstance(low, float) or not isinstance(high, float):
        return words.NONE
    return f"{weight:.1%}（{low:.1%}–{high:.1%}）"


def _events(row: dict[str, object]) -> str:
    events = row["events"]
    if not isinstance(events, list) or not events:
        return words.NONE
    if len(events) == 1:
        return str(events[0])
    return say("one_of", n=len(events))


def rows_table(held: LeakFrames) -> Table:
    """What linkage made of every leak's rows, with what decoys say of its errors."""
    rows = tuple(
        (
            r["leak_id"],
            number(r["rows"]),
            *(number(r[name]) for name in ("person", "household", "ambiguous", "none")),
            *(
                words.NONE if r[name] is None else f"{r[name]:.2%}"
                for name in ("blocking_recall", "decoy_independent", "decoy_household")
            ),
        )
        for r in held.leaks.iter_rows(named=True)
    )
    heads = columns(
        "名簿|leak|c", "行数|rows|n", "本人|person|n", "世帯のみ|household only|n",
        "いずれとも決まらない|ambiguous|n", "台帳にない|nobody known|n",
        "照合候補の捕捉率（推定）|blocking recall|n", "無関係なおとりの誤一致|independent decoys|n",
        "世帯のおとりの誤一致|household decoys|n",
    )  # fmt: skip
    return Table(say("t_rows"), heads, rows, len(rows))


def sensitivity_table(held: LeakFrames) -> Table:
    """For each leak and kind of variation: in how many of them the same parties were named."""
    grouped = held.sensitivity.filter(pl.col("kind") != "as it is").with_columns(
        pl.col("kind").cast(pl.String),
        same=(pl.col("more").list.len() == 0) & (pl.col("fewer").list.len() == 0),
    )
    counted = grouped.group_by("leak_id", "kind", maintain_order=True).agg(
        tried=pl.len(),
        same=pl.col("same").sum(),
        more=pl.col("more").list.explode().drop_nulls().unique().sort(),
        fewer=pl.col("fewer").list.explode().drop_nulls().unique().sort(),
    )
    rows = tuple(
        (
            r["leak_id"],
            word(words.VARIED, r["kind"]),
            f"{r['same']} / {r['tried']}",
            "、".join(r["more"]) or words.NONE,
            "、".join(r["fewer"]) or words.NONE,
        )
        for r in counted.iter_rows(named=True)
    )
    heads = columns(
        "名簿|leak|c", "変えたもの|what was varied", "同じ判定|same answer|n",
        "新たに判定された委託元|named as well|l", "判定されなくなった委託元|named no more|l",
    )  # fmt: skip
    return Table(say("t_robust"), heads, rows, len(rows))
