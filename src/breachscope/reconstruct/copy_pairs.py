"""Which files are copies of one log, which of two is the original, and in what period.

Looked for by the columns every line has, so that files are not compared one by one; then
proved on whole lines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.reconstruct.copy_lines import content_columns, equal_lines, required_columns
from breachscope.schema import UTC_TIME, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    Frames = dict[str, pl.DataFrame]

LEAST_LINES: Final = 20
MOST_COPIES: Final = 20
"""A line that stands in more files than this does not help to find copies."""

EDGE: Final = timedelta(days=1)
EDGE_SHARE: Final = 0.01
"""Where one file begins or ends so little before the other, the period is taken to its end."""

NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)
UNKNOWN: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rulings:
    """What people said: which file is a copy of which, which is the original, when acquired."""

    declared: Mapping[str, str]  # copy -> original
    originals: Collection[str] = ()
    acquired: Mapping[str, datetime | None] | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two copies of one log: which is which, why, what to compare them by, and in what period."""

    original: str
    copy: str
    declared: bool
    by: str
    columns: list[str]
    begin: datetime | None
    end: datetime | None
    whole: bool  # the copy was declared one: all its lines are a copy's

    def within(self) -> pl.Expr:
        """The period compared, for rows with `time`."""
        return pl.col("time").is_between(pl.lit(self.begin, UTC_TIME), pl.lit(self.end, UTC_TIME))


def found_pairs(files: Frames, kind: Kind, rulings: Rulings, share: float) -> list[Pair]:
    """The copies among the files of one kind of log, declared or recognised, in order of id.

    `files`: by evidence id, the content columns, `time` and `row` of each. Of three copies of
    one log two are compared with the third, and not with each other.
    """
    stated = {frozenset(pair) for pair in rulings.declared.items() if set(pair) <= files.keys()}
    likely = stated | _likely(files, kind, share)
    pairs = [
        pair
        for names in sorted(sorted(names) for names in likely if len(names) == 2)
        if (pair := _pair(names, files, kind, rulings, share, frozenset(names) in stated))
    ]
    return _needed(_acyclic(pairs, files))


def _likely(files: Frames, kind: Kind, share: float) -> set[frozenset[str]]:
    """Pairs of files with so many lines in common, judged by the columns every line has."""
    columns = required_columns(kind)
    names = _overlapping(files)
    if not names:
        return set()
    lines = pl.concat([files[name].select("evidence_id", *columns) for name in names])
    counted = lines.group_by(pl.struct(columns).hash().alias("key"), "evidence_id").agg(n=pl.len())
    counted = counted.filter(pl.len().over("key").is_between(2, MOST_COPIES))
    common = (
        counted.join(counted, on="key", suffix="_other")
        .filter(pl.col("evidence_id") < pl.col("evidence_id_other"))
        .group_by("evidence_id", "evidence_id_other")
        .agg(common=pl.min_horizontal("n", "n_other").sum())
        .filter(pl.col("common") >= LEAST_LINES)
    )
    return {
        frozenset((one, other))
        for one, other, number in common.iter_rows()
        if number >= share * _fewer(files[one], files[other])
    }


def _overlapping(files: Frames) -> list[str]:
    """The files whose time overlaps another's."""
    found: set[str] = set()
    furthest, holder = None, ""
    for begin, end, name in sorted((*_span(lines), name) for name, lines in files.items()):
        if furthest is not None and begin <= furthest:
            found |= {name, holder}
        if furthest is None or end > furthest:
            furthest, holder = end, name
    return sorted(found)


def _span(lines: pl.DataFrame) -> tuple[datetime, datetime]:
    """First and last time of a file; an instant long past if it has none."""
    first, last = lines.select(first=pl.col("time").min(), last=pl.col("time").max()).row(0)
    return first or NEVER, last or NEVER


def _fewer(one: pl.DataFrame, other: pl.DataFrame) -> int:
    """Lines of the file with fewer, in the period both cover."""
    (one_first, one_last), (other_first, other_last) = _span(one), _span(other)
    begin, end = max(one_first, other_first), min(one_last, other_last)
    within = pl.col("time").is_between(begin, end)
    return min(one.filter(within).height, other.filter(within).height)


def _pair(
    names: list[str], files: Frames, kind: Kind, rulings: Rulings, share: float, declared: bool
) -> Pair | None:
    """Two files as original and copy, or none if they are not copies of one log."""
    one, other = (files[name] for name in names)
    columns = _common_columns(one, other, kind, declared)
    if not columns or not (declared or _recognised(one, other, columns, share)):
        return None
    begin, end = _period(one, other)
    within = pl.col("time").is_between(pl.lit(begin, UTC_TIME), pl.lit(end, UTC_TIME))
    lines = {name: files[name].filter(within).height for name in names}
    original, by = _original(names, lines, rulings)
    copy = names[1] if original == names[0] else names[0]
    whole = rulings.declared.get(copy) == original
    return Pair(original, copy, declared, by, columns, begin, end, whole)


def _common_columns(
    one: pl.DataFrame, other: pl.DataFrame, kind: Kind, declared: bool
) -> list[str]:
    """The columns both files fill. An undeclared copy may lack columns, not have others too."""
    names = content_columns(kind)
    filled, others = ({n for n in names if f[n].count() > 0} for f in (one, other))
    if not (declared or filled <= others or others <= filled):
        return []
    return [name for name in names if name in filled & others]


def _recognised(one: pl.DataFrame, other: pl.DataFrame, columns: list[str], share: float) -> bool:
    (one_first, one_last), (other_first, other_last) = _span(one), _span(other)
    within = pl.col("time").is_between(max(one_first, other_first), min(one_last, other_last))
    one, other = one.filter(within), other.filter(within)
    fewer = min(one.height, other.height)
    return fewer >= LEAST_LINES and equal_lines(one, other, columns).height >= share * fewer


def _period(one: pl.DataFrame, other: pl.DataFrame) -> tuple[datetime | None, datetime | None]:
    """The period both cover, and small edges of one: lines may be gone from the very ends."""
    firsts, lasts = zip(_span(one), _span(other), strict=True)
    begin, end = max(firsts), min(lasts)
    if begin > end:
        return None, None
    few = EDGE_SHARE * _fewer(one, other)
    both = pl.concat([one.select("time"), other.select("time")])["time"]
    if begin - min(firsts) <= EDGE or (both < begin).sum() <= few:
        begin = min(firsts)
    if max(lasts) - end <= EDGE or (both > end).sum() <= few:
        end = max(lasts)
    return begin, end


def _original(names: list[str], lines: Mapping[str, int], rulings: Rulings) -> tuple[str, str]:
    """Which of two is the original, and why: ruling, fuller, acquired earlier, or its id."""
    ruled = [name for name in names if name in rulings.originals]
    if len(ruled) == 1:
        return ruled[0], "ruling"
    if lines[names[0]] != lines[names[1]]:
        return max(names, key=lambda name: lines[name]), "fuller"
    acquired = {name: (rulings.acquired or {}).get(name) or UNKNOWN for name in names}
    if acquired[names[0]] != acquired[names[1]]:
        return min(names, key=lambda name: acquired[name]), "acquired"
    return min(names), "id"


def _acyclic(pairs: list[Pair], files: Frames) -> list[Pair]:
    """The pairs, so turned that no file is in the end a copy of itself (rare: three periods)."""
    order = TopologicalSorter[str]()
    for pair in pairs:
        order.add(pair.copy, pair.original)
    try:
        order.prepare()
    except CycleError:
        rank = {name: (-lines.height, name) for name, lines in files.items()}
        return [pair if rank[pair.original] < rank[pair.copy] else _turned(pair) for pair in pairs]
    return pairs


def _turned(pair: Pair) -> Pair:
    return replace(pair, original=pair.copy, copy=pair.original, by="fuller", whole=False)


def _needed(pairs: list[Pair]) -> list[Pair]:
    """Without the pairs of two copies of one original: each is compared with that."""
    known = {(pair.original, pair.copy) for pair in pairs}
    originals = {original for original, _ in known}
    return [
        pair
        for pair in pairs
        if not any({(o, pair.original), (o, pair.copy)} <= known for o in originals)
    ]
