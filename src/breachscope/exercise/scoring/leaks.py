"""How near the sources a run found for its leaks came to the truth of an exercise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

SOURCELESS: Final = ("nowhere", "shared")
"""Kinds of leaks none of whose rows came from a list of the case: no party may be named."""


@dataclass(frozen=True, slots=True)
class KindScore:
    """Rows of one kind, by what was said of them; together all rows."""

    kind: str
    right: int  # the person the row is about, or nobody where the contents kept know none
    wrong: int  # someone else
    unsaid: int  # nobody, though the contents kept know the person


@dataclass(frozen=True, slots=True)
class LeakScores:
    """Sources named against true ones; a part here is a leak's rows from one party."""

    determinable: int  # parts of whose list some content was kept
    right: int
    cannot_tell: int
    beyond: int  # other parts
    beyond_right: int
    wrong_party: int  # parties named of whom nothing stands in the leak
    versions: int  # versions of the parts named rightly
    versions_covered: int
    mean_versions: float  # in the sets of the parts named rightly
    downloads: int  # those of them the log gives an id
    downloads_covered: int
    sourceless: int  # leaks from no list of the case
    sourceless_quiet: int  # with nobody named
    framed: int  # leaks with rows added to point to a party
    framed_clear: int  # that party not named
    kinds: tuple[KindScore, ...]

    def as_lines(self) -> list[str]:
        """A page for a terminal of 80 columns."""
        return _lines(self)


def leak_scores(
    parts: pl.DataFrame, rows: pl.DataFrame, truth_folder: Path, people: pl.LazyFrame | None = None
) -> list[str]:
    """Compare sources (LEAK_PARTS) and rows (MATCHES) of a run with the truth, as a page.

    With `people` (PEOPLE of the run) a row is right if it names the very person; without, if it
    names someone of a party that knows the person.
    """
    return figures(parts, rows, truth_folder, people).as_lines()


def figures(
    parts: pl.DataFrame, rows: pl.DataFrame, truth_folder: Path, people: pl.LazyFrame | None = None
) -> LeakScores:
    """As `leak_scores`, in figures."""
    leaks = pl.read_parquet(truth_folder / "leaks.parquet")
    true = pl.read_parquet(truth_folder / "leak_parts.parquet")
    named = parts.filter(pl.col("verdict") == "attributed")
    pair = ["leak_id", "party_id"]
    whole = true.group_by(pair).agg(pl.col("determinable").any())
    found = named.select(pair).unique()
    right = whole.join(found, on=pair, how="semi")
    told = whole.filter("determinable")
    framed = leaks.filter(pl.col("framed_party_id").is_not_null())
    blamed = framed.join(found, left_on=["leak_id", "framed_party_id"], right_on=pair, how="semi")
    sourceless = pl.col("kind").is_in(SOURCELESS)
    rightly = named.join(right, on=pair, how="semi")
    shown = true.filter("determinable").join(right, on=pair, how="semi")
    versions, versions_covered = _covered(shown, rightly, "version_id", "versions")
    downloads, downloads_covered = _covered(shown, rightly, "event_id", "events")
    mean = rightly.select(pl.col("versions").list.len().mean()).item()
    right_told = right.filter("determinable").height
    quiet = leaks.filter(sourceless).join(found, on="leak_id", how="anti")
    return LeakScores(
        determinable=len(told),
        right=right_told,
        cannot_tell=len(told) - right_told,
        beyond=len(whole) - len(told),
        beyond_right=len(right) - right_told,
        wrong_party=len(found) - len(right),
        versions=versions,
        versions_covered=versions_covered,
        mean_versions=mean or 0.0,
        downloads=downloads,
        downloads_covered=downloads_covered,
        sourceless=leaks.filter(sourceless).height,
        sourceless_quiet=len(quiet),
        framed=len(framed),
        framed_clear=len(framed) - len(blamed),
        kinds=_kinds(leaks["leak_id"].to_list(), rows, truth_folder, people),
    )


def _covered(true: pl.DataFrame, named: pl.DataFrame, one: str, several: str) -> tuple[int, int]:
    """How many parts have such an id, and in how many of them the run's sets have it too."""
    pair = ["leak_id", "party_id"]
    both = pl.concat_list(pl.col(several).fill_null([]), one)
    said = named.select(*pair, both.alias(one)).explode(one).drop_nulls(one)
    wanted = true.drop_nulls(one)
    return len(wanted), len(wanted.join(said, on=[*pair, one], how="semi"))


def _kinds(
    leaks: list[str], rows: pl.DataFrame, truth_folder: Path, people: pl.LazyFrame | None
) -> tuple[KindScore, ...]:
    true = pl.concat(
        pl.read_parquet(truth_folder / "leak_rows" / f"{leak}.parquet").with_columns(
            leak_id=pl.lit(leak)
        )
        for leak in leaks
    )
    known = _known(true.select("person").drop_nulls().unique(), truth_folder, people)
    row = ["leak_id", "leak_row"]
    said = rows.filter(pl.col("verdict") == "person").drop("verdict")
    keys = ["person", "party_id"] + (["person_key"] if people is not None else [])
    right = true.select(*row, "person").join(said, on=row).join(known, on=keys, how="semi")
    judged = (
        true.join(_marked(known, ["person"], "known"), on="person", how="left", validate="m:1")
        .join(_marked(said, row, "said"), on=row, how="left", validate="1:1")
        .join(_marked(right, row, "hit"), on=row, how="left", validate="1:1")
        .with_columns(pl.col("known", "said", "hit").fill_null(value=False))
    )
    is_right = pl.when("known").then("hit").otherwise(~pl.col("said"))
    counted = judged.group_by("kind").agg(
        right=is_right.sum(),
        wrong=(pl.col("said") & ~pl.col("hit")).sum(),
        unsaid=(pl.col("known") & ~pl.col("said")).sum(),
    )
    return tuple(KindScore(*line) for line in counted.sort("kind").iter_rows())


def _marked(frame: pl.DataFrame, keys: list[str], mark: str) -> pl.DataFrame:
    return frame.select(keys).unique().with_columns(pl.lit(value=True).alias(mark))


def _known(persons: pl.DataFrame, truth_folder: Path, people: pl.LazyFrame | None) -> pl.DataFrame:
    """person, party_id and, with `people`, person_key: how the contents kept know these persons."""
    versions = pl.scan_parquet(truth_folder / "versions.parquet").filter("content_kept")
    records = (
        pl.scan_parquet(truth_folder / "records" / "*.parquet")
        .join(persons.lazy(), on="person", how="semi")
        .join(versions, on="version_id", how="semi")
    )
    if people is None:
        return records.select("person", "party_id").unique().collect(engine="streaming")
    keyed = people.select("party_id", pl.col("version_id").cast(pl.String), "row_no", "person_key")
    of_row = ["party_id", "version_id", "row_no"]
    found = records.join(keyed, on=of_row).select("person", "party_id", "person_key").unique()
    return found.collect(engine="streaming")


def _lines(s: LeakScores) -> list[str]:
    page = [
        "Leaks against the truth",
        f"  sources named rightly                  {s.right:>6,} of {s.determinable:,}"
        f"   cannot tell {s.cannot_tell:,}",
        f"  of parts without any content kept      {s.beyond_right:>6,} of {s.beyond:,}",
        f"  parties named wrongly                  {s.wrong_party:>6,}",
        f"  versions within the sets named         {s.versions_covered:>6,} of {s.versions:,}"
        f"   {s.mean_versions:.1f} in a set",
        f"  downloads within the sets named        {s.downloads_covered:>6,} of {s.downloads:,}"
        " with an id",
        f"  leaks from no list, nobody named       {s.sourceless_quiet:>6,} of {s.sourceless:,}",
        f"  framed parties not named               {s.framed_clear:>6,} of {s.framed:,}",
        "  rows                 right      wrong     unsaid",
    ]
    page += [
        f"  {kind.kind:<13}{kind.right:>13,}{kind.wrong:>11,}{kind.unsaid:>11,}" for kind in s.kinds
    ]
    return page
