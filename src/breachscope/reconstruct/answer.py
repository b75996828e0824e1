"""Did data of a party leave between two days: found, not found within bounds, or cannot tell.

Pure functions from frame to frame. A question is answered `found` by a download in a counted
tier or a ground; else `cannot_tell` where anything stands in the way of a "no"; and only then
`not_found_within`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.schema import (
    ANSWERS,
    COUNTED_TIERS,
    FINDING_SORTS,
    FINDINGS,
    UNSEEN,
    UNSEEN_WHYS,
    UTC_TIME,
    conform,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breachscope.playbook import Limits
    from breachscope.reconstruct.facts import Focus

EVER: Final = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))

FOUND: Final = ("confirmed", "probable", "possible", "ground")
OPEN: Final = ("unweighed", "open_ground", "conflict", "beside", "copy_line", "unbound")
"""Findings that keep an answer from being "not found" without making it "found"."""


def download_findings(
    egress: pl.LazyFrame, worked: tuple[datetime, datetime] | None, limits: Limits
) -> pl.LazyFrame:
    """FINDINGS of the downloads under inquiry.

    Args:
        egress: EGRESS.
        limits: how long a pause parts two sittings.
        worked: first and last time of any work record; null if none was given. A merely
            possible download outside it could not have been explained by anything.

    """
    tier, at = pl.col("tier").cast(pl.String), pl.col("at")
    weighed = at.is_between(*worked) if worked else pl.lit(value=False)
    sort = (
        pl.when(tier.is_in(COUNTED_TIERS) & pl.col("party_id").is_null())
        .then(pl.lit("unbound"))
        .when((tier == "possible") & ~weighed & pl.col("ruling").is_null())
        .then(pl.lit("unweighed"))
        .when((tier == "explained") & pl.col("conflict"))
        .then(pl.lit("conflict"))
        .when((tier == "explained") & pl.col("beside") & pl.col("ruling").is_null())
        .then(pl.lit("beside"))
        .otherwise(tier)
    )
    return (
        egress.filter(tier != "outside_focus")
        .pipe(_with_beside, timedelta(minutes=limits.act_gap_minutes))
        .select("party_id", "event_id", first=at, last=at, sort=sort.cast(FINDINGS["sort"]))
        .pipe(conform, FINDINGS)
    )


def _with_beside(egress: pl.LazyFrame, gap: timedelta) -> pl.LazyFrame:
    """`beside`: the same account fetched something unexplained on that host within the gap."""
    who = ["account_key", "host_key"]
    counted = (
        egress.filter(pl.col("tier").cast(pl.String).is_in(COUNTED_TIERS))
        .select("at", *who, beside=pl.lit(value=True))
        .drop_nulls()
        .sort("at")
    )
    return (
        egress.sort("at")
        .join_asof(
            counted,
            on="at",
            by=who,
            strategy="nearest",
            tolerance=gap,
            check_sortedness=False,
        )
        .with_columns(pl.col("beside").fill_null(value=False))
    )


def ground_findings(grounds: pl.LazyFrame) -> pl.LazyFrame:
    """FINDINGS of seized files that no one download can be named for (SEGMENTS, FILE:ID)."""
    return (
        grounds.select(
            "party_id", "event_id", first="at", last="at", sort=pl.lit("ground", FINDINGS["sort"])
        )
        .unique()
        .pipe(conform, FINDINGS)
    )


def leak_findings(
    sources: pl.LazyFrame, versions: pl.LazyFrame, egress: pl.LazyFrame
) -> pl.LazyFrame:
    """FINDINGS of leaked lists whose source is known but which no logged download can be.

    When it left is known only to lie between the upload of the version and the day the list
    was found. One for which a download was logged says nothing more than that download.

    Args:
        sources: leaked.LEAK_SOURCES.
        versions: VERSIONS.
        egress: EGRESS; `leak_id` is the part a download fits.

    """
    part = pl.concat_str("leak_id", pl.lit("/"), pl.col("part").cast(pl.String))
    logged = egress.filter(pl.col("leak_id").is_not_null()).select(part="leak_id").unique()
    return (
        sources.with_columns(part=part)
        .join(logged, on="part", how="anti")
        .join(
            versions.select("version_id", "party_id", "uploaded_at"),
            on="version_id",
            validate="m:1",
        )
        .group_by("party_id", "part")
        .agg(first=pl.col("uploaded_at").min(), last=pl.col("found_at").max())
        .select(
            "party_id",
            "first",
            last=pl.col("last").fill_null(EVER[1]).cast(UTC_TIME),
            event_id=pl.concat_str(pl.lit("LEAK:"), "part"),
            sort=pl.lit("open_ground", FINDINGS["sort"]),
        )
        .pipe(conform, FINDINGS)
    )


def unseen(
    times: pl.Series,
    silences: pl.DataFrame,
    cleared: pl.DataFrame,
    focus: Focus,
    zone: str,
) -> pl.DataFrame:
    """UNSEEN: where a download log would not show a removal.

    Args:
        times: of every line of the log in use, any order.
        silences: SILENCES of the log.
        cleared: `from`, `to`: stretches a cleared log took away.
        focus: its time under inquiry; outside it nothing was searched.
        zone: months are those of this zone.

    The stretch before the first line and after the last counts from the length of the longest
    pause the log has (silences left out); less is as usual.

    """
    at = times.drop_nulls().sort()
    if at.is_empty():
        return _rows([(*EVER, "never_given")])
    first, last = at[0], at[-1]
    usual = _longest_pause(at, silences)
    found: list[tuple[datetime, datetime, str]] = [
        (EVER[0], first - usual, "before_first"),
        (last + usual, EVER[1], "after_last"),
    ]
    found += [(*stretch, "silent") for stretch in silences.select("from", "to").iter_rows()]
    found += [(*stretch, "cleared") for stretch in cleared.select("from", "to").iter_rows()]
    found += [(*stretch, "no_line_in_month") for stretch in empty_months(at, zone)]
    if focus.start:
        found.append((EVER[0], focus.start, "outside_focus"))
    if focus.end:
        found.append((focus.end, EVER[1], "outside_focus"))
    return _rows(found)


def proved_short(
    grounds: pl.LazyFrame, egress: pl.LazyFrame, times: pl.Series, limits: Limits
) -> pl.DataFrame:
    """UNSEEN: the pauses of a log in which a seized file shows a download without a line.

    Args:
        grounds: SEGMENTS of seized files (`seized.open_grounds`).
        egress: EGRESS. Of its downloads, those of the file's version in the time a seized file
            may be dated after them would be its line.
        times: of every line of the log in use, any order.
        limits: how long before and after a download its file may be dated.

    """
    early = pl.duration(seconds=int(limits.file_before_seconds))
    late = pl.duration(minutes=int(limits.file_after_minutes))
    lines = egress.select("version_id", line_at="at")
    dated = grounds.select("event_id", "version_id", "at").unique()
    logged = dated.join(lines, on="version_id").filter(
        pl.col("line_at").is_between(pl.col("at") - late, pl.col("at") + early)
    )
    alone = dated.join(logged, on="event_id", how="anti").select("at").unique().sort("at")
    at = times.drop_nulls().sort()
    found = []
    for moment in alone.collect()["at"].to_list():
        after = int(at.search_sorted(moment, "left"))
        if 0 < after < len(at):
            found.append((at[after - 1], at[after], "proved_short"))
    return _rows(sorted(set(found)))


def left_out(stretches: Sequence[tuple[datetime, datetime]]) -> pl.DataFrame:
    """UNSEEN: the stretches of copies an answer does without."""
    return _rows([(begin, end, "left_out") for begin, end in stretches])


def empty_months(at: pl.Series, zone: str) -> list[tuple[datetime, datetime]]:
    """Months of `zone` between the first and the last time in which there is none."""
    local = at.dt.convert_time_zone(zone).dt.truncate("1mo")
    every = pl.datetime_range(local[0], local[-1], "1mo", eager=True)
    empty = every.filter(~every.is_in(local.unique().implode()))
    ends = empty.dt.offset_by("1mo")
    utc = [part.dt.convert_time_zone("UTC").to_list() for part in (empty, ends)]
    return list(zip(*utc, strict=True))


def answers(
    questions: pl.LazyFrame,
    findings: pl.LazyFrame,
    unseen_stretches: pl.LazyFrame,
    never_given: Sequence[str],
) -> pl.LazyFrame:
    """ANSWERS: one row a question, in the order asked.

    Args:
        questions: QUESTIONS.
        findings: FINDINGS.
        unseen_stretches: UNSEEN.
        never_given: kinds of evidence without which nothing can be said, and which are not there.

    """
    asked = questions.with_row_index("question")
    counted = _counted(asked, findings)
    dark = _dark(asked, unseen_stretches)
    whys = _whys(asked, unseen_stretches)
    length = (pl.col("to") - pl.col("from")).dt.total_microseconds()
    told = (
        asked.join(counted, on="question", how="left", validate="1:1")
        .join(dark, on="question", how="left", validate="1:1")
        .join(whys, on="question", how="left", validate="1:1")
        .with_columns(pl.col(sort).fill_null(0) for sort in FINDING_SORTS)
        .with_columns(
            detectable_share=pl.lit(0.0)
            if never_given
            else (1 - pl.col("dark").fill_null(0) / length).clip(0.0, 1.0),
            reasons=pl.concat_list(
                pl.lit([f"never_given:{kind}" for kind in never_given], pl.List(pl.String)),
                pl.col("whys").fill_null([]),
                *(_named(sort) for sort in OPEN),
            ),
        )
    )
    found = pl.any_horizontal(pl.col(sort) > 0 for sort in FOUND)
    hindered = pl.col("reasons").list.len() > 0
    statement = (
        pl.when(found)
        .then(pl.lit("found"))
        .when(hindered)
        .then(pl.lit("cannot_tell"))
        .otherwise(pl.lit("not_found_within"))
    )
    strongest = (
        pl.when((pl.col("confirmed") > 0) | (pl.col("ground") > 0))
        .then(pl.lit("confirmed"))
        .when(pl.col("probable") > 0)
        .then(pl.lit("probable"))
        .when(pl.col("possible") > 0)
        .then(pl.lit("possible"))
    )
    return (
        told.with_columns(
            statement=statement.cast(ANSWERS["statement"]),
            strongest=strongest.cast(ANSWERS["strongest"]),
        )
        .sort("question")
        .pipe(conform, ANSWERS)
    )


def _counted(asked: pl.LazyFrame, findings: pl.LazyFrame) -> pl.LazyFrame:
    """Findings of each sort that fall into each question; one of no known party falls into all."""
    own = asked.join(findings.filter(pl.col("party_id").is_not_null()), on="party_id")
    anyone = asked.join(findings.filter(pl.col("party_id").is_null()).drop("party_id"), how="cross")
    columns = ["question", "from", "to", "first", "last", "sort", "event_id"]
    inside = (pl.col("first") < pl.col("to")) & (pl.col("last") >= pl.col("from"))
    # An open ground wholly inside the stretch left in it, whenever that was.
    whole = (pl.col("first") >= pl.col("from")) & (pl.col("last") < pl.col("to"))
    sort = pl.when((pl.col("sort") == "open_ground") & whole).then(pl.lit("ground"))
    return (
        pl.concat([own.select(columns), anyone.select(columns)])
        .filter(inside)
        .with_columns(sort=sort.otherwise(pl.col("sort").cast(pl.String)))
        .unique(["question", "sort", "event_id"])
        .group_by("question")
        .agg(
            *((pl.col("sort") == sort).sum().cast(pl.UInt32).alias(sort) for sort in FINDING_SORTS)
        )
    )


def _overlaps(asked: pl.LazyFrame, stretches: pl.LazyFrame) -> pl.LazyFrame:
    """question, why, begin, end: each stretch clipped to each question it touches."""
    shown = stretches.select(begin="from", end="to", why="why")
    return (
        asked.join(shown, how="cross")
        .filter((pl.col("begin") < pl.col("to")) & (pl.col("end") > pl.col("from")))
        .select(
            "question",
            "why",
            begin=pl.max_horizontal("begin", "from"),
            end=pl.min_horizontal("end", "to"),
        )
    )


def _dark(asked: pl.LazyFrame, stretches: pl.LazyFrame) -> pl.LazyFrame:
    """question, dark: microseconds of the question that no line would show; overlaps once."""
    pieces = _overlaps(asked, stretches).sort("question", "begin", "end")
    before = pl.col("end").cum_max().shift(1).over("question")
    start = pl.max_horizontal("begin", before)
    length = (pl.col("end") - start).dt.total_microseconds().clip(0)
    return pieces.with_columns(length=length).group_by("question").agg(dark=pl.col("length").sum())


def _whys(asked: pl.LazyFrame, stretches: pl.LazyFrame) -> pl.LazyFrame:
    told = _overlaps(asked, stretches).select("question", "why").unique()
    named = told.sort("question", "why").with_columns(pl.col("why").cast(pl.String))
    return named.group_by("question").agg(whys="why").with_columns(pl.col("whys").list.sort())


def _named(sort: str) -> pl.Expr:
    """The sort's name as a list of one where it was found, else an empty list."""
    nothing = pl.lit([], pl.List(pl.String))
    return pl.when(pl.col(sort) > 0).then(pl.lit([sort], pl.List(pl.String))).otherwise(nothing)


def _longest_pause(at: pl.Series, silences: pl.DataFrame) -> timedelta:
    pauses = pl.DataFrame({"from": at, "pause": at.diff().shift(-1)})
    usual = pauses.join(silences.select("from"), on="from", how="anti")["pause"].max()
    return usual if isinstance(usual, timedelta) else timedelta(0)


def _rows(found: Sequence[tuple[datetime, datetime, str]]) -> pl.DataFrame:
    order = {why: place for place, why in enumerate(UNSEEN_WHYS)}
    kept = sorted((row for row in found if row[0] < row[1]), key=lambda r: (r[0], order[r[2]]))
    return pl.DataFrame(kept, schema=UNSEEN, orient="row")
