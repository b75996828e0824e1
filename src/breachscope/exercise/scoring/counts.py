"""How near a run came to the truth of an exercise.

Pure: frames of the truth and frames of the run in, figures out. Downloads are tied by
evidence file and line, persons by the rows that were truly sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.exercise.reach import over_all, persons, stretches
from breachscope.exercise.scoring.wording import lines
from breachscope.schema import COUNTED_TIERS, TIERS

if TYPE_CHECKING:
    from pathlib import Path

NEAR_PERSONS: Final = 2
NEAR_SHARE: Final = 0.001


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth's tables, as `write_exercise` writes them."""

    downloads: pl.DataFrame
    versions: pl.DataFrame
    set_aside: pl.DataFrame
    records: pl.LazyFrame  # party_id, version_id, row_no, person


@dataclass(frozen=True, slots=True)
class Run:
    """A run's tables: EGRESS, COUNTS, OVER_PARTIES; lines set aside; evidence_id and file."""

    egress: pl.DataFrame
    counts: pl.DataFrame
    over_parties: pl.DataFrame
    quarantined: pl.DataFrame  # evidence_id, line
    skipped: pl.DataFrame  # evidence_id, line
    files: pl.DataFrame  # evidence_id, file (relative to the evidence folder)


@dataclass(frozen=True, slots=True)
class Persons:
    """Persons of all parties together: the truth, and what the run says."""

    taken: int  # rows sent in the inquiry's downloads no order allowed, as far as evidence goes
    carried: int  # of all that was truly carried out
    unseen: int  # taken, but nothing at all is left that could show it
    count: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class TierScore:
    """Downloads and persons the run puts in one tier, by whether they truly were removals."""

    tier: str
    true_downloads: int
    false_downloads: int
    true_persons: int
    false_persons: int


@dataclass(frozen=True, slots=True)
class LineScore:
    """Lines set aside: rightly, overlooked, wrongly."""

    right: int
    missing: int
    extra: int


@dataclass(frozen=True, slots=True)
class Scores:
    """All figures; `parties` has one row a party."""

    parties: pl.DataFrame  # party_id, taken, carried, count, low, high, inside, clear, near, spread
    by_party: Persons  # added over parties
    over_parties: Persons  # each person once
    total_error: float  # sum of the parties' differences, as a share of the truth
    known_error: float  # of the sum over parties where contents and rows are known
    median_spread: float  # (high - low) / truth where contents and rows are known
    removals: int  # downloads truly carried out that stand in a log
    removals_found: int
    tiers: tuple[TierScore, ...]
    tiers_right: float
    tiers_right_in_inquiry: float
    downloads_lost: int  # logged, but not in the run
    downloads_invented: int
    scopes_known: int
    scopes_exact: int
    quarantined: LineScore
    skipped: LineScore

    @property
    def parties_inside(self) -> int:
        """Parties whose truth lies within low and high."""
        return int(self.parties["inside"].sum())

    def as_lines(self) -> list[str]:
        """A page for a terminal of 80 columns."""
        return lines(self)


def read_truth(folder: Path) -> Truth:
    """The truth's tables from an exercise's `truth` folder; records are scanned, not read."""
    names = ("downloads", "versions", "set_aside")
    tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in names}
    return Truth(**tables, records=pl.scan_parquet(folder / "records" / "*.parquet"))


def scores(truth: Truth, run: Run) -> Scores:
    """Compare a run with the truth."""
    joined = _joined(truth, run)
    facts = truth.downloads.with_columns(
        taken=pl.col("in_inquiry") & ~pl.col("authorised_before") & (pl.col("rows_sent") > 0),
        evidenced=pl.col("line").is_not_null() | pl.col("seized_file_id").is_not_null(),
    )
    parties = _parties(facts, truth, run)
    clear = parties.filter("clear")
    spread = clear["spread"].median()
    known = int(clear["taken"].sum())
    difference = (parties["count"].cast(pl.Int64) - parties["taken"]).abs().sum()
    logged = facts.filter(pl.col("line").is_not_null())
    carried = joined.filter("carried_out")
    exact = _scopes(joined)
    return Scores(
        parties=parties,
        by_party=_added(parties, facts, truth),
        over_parties=_once(facts, truth, run),
        total_error=float(difference) / max(int(parties["taken"].sum()), 1),
        known_error=abs(int(clear["count"].sum()) - known) / max(known, 1),
        median_spread=float(spread) if isinstance(spread, int | float) else 0.0,
        removals=logged.filter("carried_out").height,
        removals_found=carried.filter(pl.col("tier").is_in(COUNTED_TIERS)).height,
        tiers=_tiers(joined, truth),
        tiers_right=_share(joined["tier"] == joined["expected"]),
        tiers_right_in_inquiry=_share(
            (joined["tier"] == joined["expected"]).filter(joined["in_inquiry"])
        ),
        downloads_lost=logged.height - joined.height,
        downloads_invented=run.egress.height - joined.height,
        scopes_known=len(exact),
        scopes_exact=int(exact.sum()),
        quarantined=_lines(truth, run.quarantined, run.files, "quarantined"),
        skipped=_lines(truth, run.skipped, run.files, "skipped"),
    )


def expected_tier() -> pl.Expr:
    """The tier a download deserves, from the facts alone."""
    return (
        pl.when(pl.col("rows_sent") == 0).then(pl.lit("failed"))
        .when(~pl.col("in_inquiry")).then(pl.lit("outside_focus"))
        .when(pl.col("authorised_before")).then(pl.lit("explained"))
        .when(pl.col("seized_file_unique")).then(pl.lit("confirmed"))
        .when(pl.col("private_stick_in_host") | pl.col("via_remote")).then(pl.lit("probable"))
        .otherwise(pl.lit("possible"))
    )  # fmt: skip


def _joined(truth: Truth, run: Run) -> pl.DataFrame:
    """Downloads that are in both, by file and line."""
    said = run.egress.join(run.files, on="evidence_id", how="left", validate="m:1").select(
        "file", "line", "row_from", "row_to", pl.col("tier", "row_scope").cast(pl.String)
    )
    logged = truth.downloads.filter(pl.col("line").is_not_null())
    return logged.join(said, on=["file", "line"], how="inner", validate="1:1").with_columns(
        expected=expected_tier()
    )


def _parties(facts: pl.DataFrame, truth: Truth, run: Run) -> pl.DataFrame:
    """One row a party of the run or of the truth."""
    taken = facts.filter("taken", "evidenced")
    true = persons(truth.records, stretches(taken), ["party_id"]).rename({"persons": "taken"})
    carried = stretches(facts.filter("carried_out"))
    out = persons(truth.records, carried, ["party_id"]).rename({"persons": "carried"})
    kept = truth.versions.select("version_id", "content_kept")
    clear = (
        taken.join(kept, on="version_id", how="left", validate="m:1")
        .group_by("party_id")
        .agg(clear=(pl.col("content_kept") & pl.col("exact_known")).all())
    )
    said = run.counts.select("party_id", count="all_count", low="all_low", high="all_high")
    frame = said.cast(dict.fromkeys(("count", "low", "high"), pl.Int64))
    for other in (true, out, clear):
        frame = frame.join(other, on="party_id", how="full", coalesce=True, validate="1:1")
    return _judged(frame).sort("party_id")


def _judged(frame: pl.DataFrame) -> pl.DataFrame:
    taken, count = pl.col("taken"), pl.col("count")
    allowed = pl.max_horizontal(pl.lit(float(NEAR_PERSONS)), taken * NEAR_SHARE)
    return frame.with_columns(
        pl.col("taken", "carried", "count", "low", "high").fill_null(0),
        pl.col("clear").fill_null(True),
    ).with_columns(
        inside=taken.is_between(pl.col("low"), pl.col("high")),
        near=(count - taken).abs() <= allowed,
        spread=(pl.col("high") - pl.col("low")) / pl.max_horizontal(taken, pl.lit(1)),
    )


def _added(parties: pl.DataFrame, facts: pl.DataFrame, truth: Truth) -> Persons:
    everything = persons(truth.records, stretches(facts.filter("taken")), ["party_id"])
    total = {
        name: int(parties[name].sum()) for name in ("taken", "carried", "count", "low", "high")
    }
    return Persons(unseen=int(everything["persons"].sum()) - total["taken"], **total)


def _once(facts: pl.DataFrame, truth: Truth, run: Run) -> Persons:
    said = run.over_parties.row(0, named=True)
    taken = over_all(truth.records, stretches(facts.filter("taken", "evidenced")))
    return Persons(
        taken=taken,
        carried=over_all(truth.records, stretches(facts.filter("carried_out"))),
        unseen=over_all(truth.records, stretches(facts.filter("taken"))) - taken,
        count=int(said["all_count"]),
        low=int(said["all_low"]),
        high=int(said["all_high"]),
    )


def _tiers(joined: pl.DataFrame, truth: Truth) -> tuple[TierScore, ...]:
    """Every tier; persons only for the counted ones, whom those alone concern."""
    by = ["tier", "carried_out"]
    downloads = _figures(joined.group_by(by).len())
    counted = joined.filter(pl.col("tier").is_in(COUNTED_TIERS), pl.col("rows_sent") > 0)
    reached = persons(truth.records, stretches(counted, by), ["party_id", *by])
    people = _figures(reached.group_by(by).agg(pl.col("persons").sum()))
    return tuple(
        TierScore(
            tier, downloads.get((tier, True), 0), downloads.get((tier, False), 0),
            people.get((tier, True), 0), people.get((tier, False), 0),
        )
        for tier in TIERS
    )  # fmt: skip


def _figures(frame: pl.DataFrame) -> dict[tuple[str, bool], int]:
    return {(tier, carried): int(figure) for tier, carried, figure in frame.iter_rows()}


def _scopes(joined: pl.DataFrame) -> pl.Series:
    """Of downloads whose rows the evidence tells: whether the run has those very rows."""
    known = joined.filter("exact_known")
    none = pl.col("rows_sent") == 0
    same = pl.col("row_from").eq_missing(pl.col("first_row")) & pl.col("row_to").eq_missing(
        pl.col("last_row")
    )
    right = pl.when(none).then(pl.col("row_scope") == "none").otherwise(same)
    return known.select(right.fill_null(False)).to_series()


def _lines(truth: Truth, found: pl.DataFrame, files: pl.DataFrame, what: str) -> LineScore:
    """Compare by file and line; the directives of web logs are a matter of taste."""
    named = found.join(files, on="evidence_id", how="inner", validate="m:1")
    true = truth.set_aside.filter(pl.col("what") == what)
    taste = _places(true.filter(pl.col("why") == "directive"))
    said, meant = _places(named) - taste, _places(true) - taste
    return LineScore(len(said & meant), len(meant - said), len(said - meant))


def _places(frame: pl.DataFrame) -> set[tuple[str, int]]:
    return set(frame.select("file", pl.col("line").cast(pl.Int64)).iter_rows())


def _share(right: pl.Series) -> float:
    return float(right.sum() / len(right)) if len(right) else 1.0
