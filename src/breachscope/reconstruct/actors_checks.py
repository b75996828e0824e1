"""What the case itself says of stated reliabilities, where it can: told beside them, never used.

Pure functions. A rate fitted to the case would let the evidence vouch for itself; a stated rate
far from what the case shows should be stated anew, and the run made again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.schema import ACTOR_CHECKS

if TYPE_CHECKING:
    from breachscope.reconstruct.actors_given import Given
    from breachscope.reliabilities import ActorRates

_Z: Final = 1.96


def checks(given: Given, known: pl.DataFrame, rates: ActorRates) -> pl.DataFrame:
    """ACTOR_CHECKS: one row a rate the case can test.

    `missed_entry`: work records that name a person and a machine in an area with an entry log,
    on a day that log has a line: how many without any stay of that person over their time.
    `roster_wrong`: shifts on the roster, on such days, without any such stay. Both count the
    errors of the other source too, so they are too high rather than too low.

    Args:
        given: the evidence.
        known: `stays`.
        rates: as stated.

    """
    machines = given.hosts.select("host_key", "area").drop_nulls().unique(
        "host_key", keep="first", maintain_order=True
    )  # fmt: skip
    work = (
        given.work.join(machines, on="host_key")
        .filter(pl.col("ended_at") >= pl.col("started_at"))
        .select("person_id", "area", start="started_at", end="ended_at")
        .collect()
    )
    shifts = (
        given.roster.filter(pl.col("ends_at") > pl.col("starts_at"))
        .select("person_id", "area", start="starts_at", end="ends_at")
        .collect()
    )
    told = (
        ("missed_entry", rates.missed_entry, _unseen(work, known, given.zone)),
        ("roster_wrong", rates.roster_wrong, _unseen(shifts, known, given.zone)),
    )
    rows = [(name, stated, n, wrong, *_interval(wrong, n)) for name, stated, (n, wrong) in told]
    found = pl.DataFrame(rows, schema=ACTOR_CHECKS, orient="row")
    return found.filter(pl.col("asked") > 0)


def _unseen(spans: pl.DataFrame, known: pl.DataFrame, zone: str) -> tuple[int, int]:
    """Of the spans a working log could have seen, how many, and how many it did not.

    A day of an area counts if the log has somebody's entry; a person, if it knows them there.
    """
    local = known.with_columns(day=pl.col("entered_at").dt.convert_time_zone(zone).dt.date())
    day = pl.col("start").dt.convert_time_zone(zone).dt.date()
    asked = (
        spans.drop_nulls()
        .unique()
        .with_columns(day=day)
        .join(local.select("area", "day").unique(), on=["area", "day"], how="semi")
        .join(local.select("area", "person_id").unique(), on=["area", "person_id"], how="semi")
        .with_row_index("n")
    )
    near = pl.date_ranges(pl.col("start").dt.date() - timedelta(days=1), pl.col("end").dt.date())
    dated = known.select("person_id", "area", "entered_at", "until",
                         near=pl.col("entered_at").dt.date())  # fmt: skip
    seen = (
        asked.with_columns(near=near)
        .explode("near")
        .join(dated, on=["person_id", "area", "near"])
        .filter((pl.col("entered_at") <= pl.col("end")) & (pl.col("until") >= pl.col("start")))
    )
    return asked.height, asked.height - seen["n"].n_unique()


def _interval(wrong: int, asked: int) -> tuple[float, float, float]:
    """The share and its 95 % interval (Wilson)."""
    if not asked:
        return 0.0, 0.0, 1.0
    share, square = wrong / asked, _Z * _Z
    middle = (share + square / (2 * asked)) / (1 + square / asked)
    spread = _Z / (1 + square / asked) * (
        share * (1 - share) / asked + square / (4 * asked * asked)
    ) ** 0.5  # fmt: skip
    return share, max(0.0, middle - spread), min(1.0, middle + spread)
