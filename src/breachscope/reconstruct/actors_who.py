"""Who could have used the account: those who held it, those on the spot, and someone unknown.

Pure functions. A mark is one piece of evidence about one candidate of one act; its log10_lr
compares how likely it is if that candidate was at the keyboard with how likely otherwise.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.reconstruct.actors_given import PLACE
from breachscope.schema import ACTOR_MARKS, CHANNEL

if TYPE_CHECKING:
    from breachscope.reliabilities import ActorRates

CANDIDATES: Final = pl.Schema(
    {"act_id": pl.String(), "person_id": pl.String(), "holder": pl.Boolean()}
)
"""One row an act and named candidate; someone unknown is always one more."""


def marks(frame: pl.DataFrame, channel: str) -> pl.DataFrame:
    """ACTOR_MARKS of one channel from act_id, person_id, log10_lr, says and perhaps PLACE.

    `excludes` is left to the verdict, which knows the playbook's limit.
    """
    lacks = [pl.lit(None, ACTOR_MARKS[name]).alias(name) for name in PLACE if name not in frame]
    return frame.with_columns(
        *lacks, channel=pl.lit(channel, CHANNEL), excludes=pl.lit(value=False)
    ).select(pl.col(name).cast(dtype) for name, dtype in ACTOR_MARKS.items())


def candidates(sittings: pl.DataFrame, people: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """CANDIDATES: holders of the account, owners of the remote account, and those on the spot.

    Args:
        sittings: SITTINGS.
        people: `people_rows`.
        there: act_id, person_id of everyone the entry log puts, or may put, at the place.

    """
    held = people.select("person_id", "accounts").explode("accounts").drop_nulls().unique()
    owned = people.select("person_id", "remotes").explode("remotes").drop_nulls().unique()
    acts = sittings.select("act_id", "account_key", "session_account")
    holders = acts.join(held, left_on="account_key", right_on="accounts").select(
        "act_id", "person_id", holder=pl.lit(value=True)
    )
    owners = acts.join(owned, left_on="session_account", right_on="remotes")
    others = pl.concat([owners.select("act_id", "person_id"), there.select("act_id", "person_id")])
    found = pl.concat([holders, others.with_columns(holder=pl.lit(value=False))])
    return (
        found.group_by("act_id", "person_id")
        .agg(pl.col("holder").any())
        .sort("act_id", "person_id")
    )


def account_marks(
    asked: pl.DataFrame, sittings: pl.DataFrame, people: pl.DataFrame, rates: ActorRates
) -> pl.DataFrame:
    """Whether the list of people gives each candidate the account."""
    key = sittings.select("act_id", "account_key")
    rows = people.select("person_id", "accounts", *PLACE).explode("accounts")
    given = rows.unique(["person_id", "accounts"], keep="first", maintain_order=True)
    told = asked.join(key, on="act_id").join(
        given, left_on=["person_id", "account_key"], right_on=["person_id", "accounts"], how="left"
    )
    return marks(
        told.with_columns(
            log10_lr=pl.when("holder").then(0.0).otherwise(math.log10(rates.not_holder)),
            says=pl.when("holder")
            .then(pl.lit("the list of people gives them the account"))
            .otherwise(pl.lit("no list gives them the account")),
        ),
        "account",
    )


def employment_marks(
    asked: pl.DataFrame,
    sittings: pl.DataFrame,
    people: pl.DataFrame,
    rates: ActorRates,
    zone: str,
) -> pl.DataFrame:
    """Whether each candidate worked there on the day; nothing of those in no list."""
    day = pl.col("start").dt.convert_time_zone(zone).dt.date()
    acts = sittings.select("act_id", "outside", day=day)
    begun = (pl.col("from") <= pl.col("day")).fill_null(value=True)
    lasts = (pl.col("to") >= pl.col("day")).fill_null(value=True)
    rows = (
        asked.join(acts, on="act_id")
        .join(people.select("person_id", "from", "to", *PLACE), on="person_id")
        .with_columns(employed=begun & lasts, begun=begun)
        .sort("act_id", "person_id", "employed", "begun", "to", descending=[False, False, True,
              True, True], nulls_last=True)
        .unique(["act_id", "person_id"], keep="first", maintain_order=True)
    )  # fmt: skip
    left = pl.when("outside").then(math.log10(rates.left_remote)).otherwise(
        math.log10(rates.left_on_site)
    )  # fmt: skip
    return marks(
        rows.with_columns(
            log10_lr=pl.when("employed")
            .then(0.0)
            .when("begun")
            .then(left)
            .otherwise(math.log10(rates.not_yet_employed)),
            says=pl.when("employed")
            .then(pl.lit("employed that day"))
            .when("begun")
            .then(pl.format("had left by then: last day {}", "to"))
            .otherwise(pl.format("not yet employed: first day {}", "from")),
        ),
        "employment",
    )


def host_marks(
    asked: pl.DataFrame, sittings: pl.DataFrame, people: pl.DataFrame, rates: ActorRates
) -> pl.DataFrame:
    """Whether the machine is one of the candidate's; only where both are known."""
    known = sittings.filter(pl.col("keyboard").is_not_null()).select("act_id", "keyboard")
    rows = people.filter(pl.col("hosts").is_not_null()).select("person_id", "hosts", *PLACE)
    told = (
        asked.join(known, on="act_id")
        .join(rows, on="person_id")
        .with_columns(own=pl.col("hosts").list.contains(pl.col("keyboard")))
        .sort("act_id", "person_id", "own", descending=[False, False, True], maintain_order=True)
        .unique(["act_id", "person_id"], keep="first", maintain_order=True)
    )
    return marks(
        told.with_columns(
            log10_lr=pl.when("own").then(0.0).otherwise(math.log10(rates.other_host)),
            says=pl.when("own")
            .then(pl.lit("the machine is among theirs"))
            .otherwise(pl.lit("the machine is not among theirs")),
        ),
        "host",
    )
