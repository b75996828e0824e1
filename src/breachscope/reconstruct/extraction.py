"""Extraction: which version each download fetched from.

A download is tied to the version in force at its time, [uploaded_at, until), by version id,
list id, path or title, in that order; `bind` says how. What lies outside every interval is
tied to the nearest version and flagged. Pure functions from frame to frame.
"""

from __future__ import annotations

import polars as pl
from rapidfuzz import fuzz

from breachscope.schema import BIND

NEAR_TITLE = 90.0
"""Titles less alike than this (RapidFuzz ratio, 0 to 100) are different titles."""

_VERSION_SIDE = ("party_id", "list_id", "version_id", "uploaded_at", "until")


def text_key(column: str) -> pl.Expr:
    """Paths and titles compare without width, case, spaces and slash direction."""
    return (
        pl.col(column)
        .str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all(r"[\s　]+", "")
        .str.replace_all(r"\\", "/")
    )


def title_key(column: str) -> pl.Expr:
    """As `text_key`, without a file's ending."""
    return text_key(column).str.replace(r"\.(csv|tsv|txt|xlsx?|zip|gz|zst|dat)$", "")


def bound(downloads: pl.LazyFrame, versions: pl.LazyFrame) -> pl.LazyFrame:
    """Every download with the version it fetched from, or none.

    Args:
        downloads: canonical downloads with a unique `event_id`.
        versions: VERSIONS.

    Returns:
        The downloads with party_id, list_id, version_id (as bound), bind, outside_interval;
        same number of rows, sorted by event_id.

    """
    given = downloads.rename({"version_id": "said_version", "list_id": "said_list"}).with_columns(
        path_key=text_key("path"), title_key=title_key("title")
    )
    known = versions.with_columns(path_key=text_key("path"), title_key=title_key("title"))
    ties = pl.concat(
        [
            _by_version(given, known),
            *(_in_force(given, known, *way) for way in _WAYS),
            _by_near_title(given, known),
        ]
    )
    best = ties.sort("event_id", "bind", "version_id").unique(
        "event_id", keep="first", maintain_order=True
    )
    return (
        given.drop("path_key", "title_key")
        .join(best, on="event_id", how="left", validate="1:1")
        .with_columns(
            bind=pl.col("bind").fill_null(pl.lit("unbound", BIND)),
            list_id=pl.coalesce("list_id", "said_list"),
            outside_interval=pl.col("outside_interval").fill_null(value=False),
        )
        .sort("event_id")
    )


_WAYS = (
    ("said_list", "list_id", "list_id"),
    ("path_key", "path_key", "path"),
    ("title_key", "title_key", "title"),
)
"""Column of the download, column of the version, name of the bind."""

_TIE = ("event_id", "party_id", "list_id", "version_id", "bind", "outside_interval")


def _by_version(given: pl.LazyFrame, known: pl.LazyFrame) -> pl.LazyFrame:
    return (
        given.filter(pl.col("said_version").is_not_null())
        .select("event_id", "at", version_id="said_version")
        .join(known.select(_VERSION_SIDE), on="version_id", validate="m:1")
        .with_columns(bind=pl.lit("version_id", BIND), outside_interval=~_covers())
        .select(_TIE)
    )


def _covers() -> pl.Expr:
    ended = (pl.col("at") >= pl.col("until")).fill_null(value=False)
    return (pl.col("at") >= pl.col("uploaded_at")) & ~ended


def _in_force(
    given: pl.LazyFrame, known: pl.LazyFrame, mine: str, theirs: str, bind: str
) -> pl.LazyFrame:
    """Of the versions one key names: the one in force, else the nearest in time.

    A path or title that several lists bear is settled by the row count, if one fits.
    """
    asked = given.filter(pl.col(mine).is_not_null()).select("event_id", "at", "rows", key=mine)
    named = known.filter(pl.col(theirs).is_not_null()).select(
        *_VERSION_SIDE, key=theirs, version_rows="rows"
    )
    lists_of_key = named.group_by("key").agg(pl.col("list_id").unique())
    pairs = (
        asked.join(lists_of_key, on="key", validate="m:1")
        .with_columns(rivals=pl.col("list_id").list.len())
        .explode("list_id", empty_as_null=False)
    )
    before = pairs.sort("at").join_asof(
        named.sort("uploaded_at"),
        left_on="at",
        right_on="uploaded_at",
        by=["key", "list_id"],
        check_sortedness=False,
    )
    after = pairs.sort("at").join_asof(
        named.sort("uploaded_at"),
        left_on="at",
        right_on="uploaded_at",
        by=["key", "list_id"],
        strategy="forward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    return (
        pl.concat([before, after])
        .filter(pl.col("version_id").is_not_null())
        .with_columns(
            covers=_covers(),
            fits=(pl.col("rows") == pl.col("version_rows")).fill_null(value=False),
            away=_away(),
        )
        .filter(pl.col("covers").any().over("event_id") == pl.col("covers"))
        .filter(_settled())
        .sort("event_id", "away", "version_id")
        .unique("event_id", keep="first", maintain_order=True)
        .with_columns(bind=pl.lit(bind, BIND), outside_interval=~pl.col("covers"))
        .select(_TIE)
    )


def _settled() -> pl.Expr:
    """One list bears the name, or exactly one of those that bear it has that many rows."""
    only = pl.col("list_id").n_unique().over("event_id") == 1
    fitting = pl.col("list_id").filter(pl.col("fits")).n_unique().over("event_id")
    return only | ((fitting == 1) & pl.col("fits"))


def _away() -> pl.Expr:
    """How far the download lies from the version's interval, in microseconds."""
    early = (pl.col("uploaded_at") - pl.col("at")).dt.total_microseconds()
    late = (pl.col("at") - pl.col("until")).dt.total_microseconds()
    return pl.max_horizontal(early, late, pl.lit(0, pl.Int64))


def _by_near_title(given: pl.LazyFrame, known: pl.LazyFrame) -> pl.LazyFrame:
    """Titles written a little differently: the nearest in force that has the same row count."""
    titles = known.select("title_key").drop_nulls().unique().sort("title_key")
    unnamed = given.filter(pl.col("said_version").is_null() & pl.col("said_list").is_null())
    nearest = near_titles(
        unnamed.select("title_key").drop_nulls().unique().sort("title_key"), titles
    )
    return (
        unnamed.filter(pl.col("rows").is_not_null())
        .select("event_id", "at", "rows", "title_key")
        .join(nearest, on="title_key")
        .join(
            known.select(*_VERSION_SIDE, known_title="title_key", version_rows="rows"),
            on="known_title",
        )
        .filter(_covers() & (pl.col("rows") == pl.col("version_rows")))
        .filter(pl.col("version_id").n_unique().over("event_id") == 1)
        .with_columns(bind=pl.lit("nearest", BIND), outside_interval=pl.lit(value=False))
        .select(_TIE)
    )


def near_titles(asked: pl.LazyFrame, titles: pl.LazyFrame) -> pl.LazyFrame:
    """Pairs (title_key, known_title) at least NEAR_TITLE alike but not equal.

    The similarity is computed on the distinct titles only, when the plan is executed.
    """

    def pairs(both: pl.DataFrame) -> pl.DataFrame:
        mine = both.filter(pl.col("asked"))["title_key"].to_list()
        theirs = both.filter(~pl.col("asked"))["title_key"].to_list()
        known = set(theirs)
        rows = [
            (title, other)
            for title in mine
            if title not in known
            for other in theirs
            if fuzz.ratio(title, other, score_cutoff=NEAR_TITLE)
        ]
        return pl.DataFrame(rows, schema=_PAIRS, orient="row")

    both = pl.concat(
        [
            asked.with_columns(asked=pl.lit(value=True)),
            titles.with_columns(asked=pl.lit(value=False)),
        ]
    )
    return both.map_batches(pairs, schema=_PAIRS)


_PAIRS = pl.Schema({"title_key": pl.String(), "known_title": pl.String()})
