"""What a remote session says of who was at the keyboard: its account, and its line.

Pure functions. A remote account and the outside address it came from are one source, nearly:
where both point at one person the second counts only as far as the first could be false.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.reconstruct.actors_given import PLACE
from breachscope.reconstruct.actors_who import marks

if TYPE_CHECKING:
    from breachscope.reconstruct.actors_given import Given
    from breachscope.reliabilities import Actors

LINE_DAYS: Final = 400
"""Ordinary sessions tell whose an address was for about a year before and after."""


def lines(
    given: Given, sittings: pl.DataFrame, people: pl.DataFrame, playbook: Actors
) -> pl.DataFrame:
    """Whose line each act's outside address was: act_id, person_id, sessions, PLACE of one.

    An address is someone's line if their own remote account came from it in ordinary sessions,
    those without a download under inquiry, on as many days as the playbook asks, within about a
    year of the act.
    """
    asked = sittings.filter("outside").select("act_id", "start", "session_ip")
    owned = people.select("person_id", "remotes").explode("remotes").drop_nulls().unique()
    busy = given.downloads.select(evidence_id="remote_evidence_id", line="remote_line").drop_nulls()
    addresses = asked["session_ip"].drop_nulls().unique().to_list()
    ordinary = (
        given.remote.filter(pl.col("source_ip").is_in(addresses))
        .join(busy, on=["evidence_id", "line"], how="anti")
        .join(owned.lazy(), left_on="account_key", right_on="remotes")
        .select("person_id", "started_at", *PLACE, session_ip="source_ip")
        .collect()
    )
    day = pl.col("started_at").dt.convert_time_zone(given.zone).dt.date()
    within = (pl.col("started_at") - pl.col("start")).abs() <= timedelta(days=LINE_DAYS)
    return (
        asked.join(ordinary, on="session_ip")
        .filter(within)
        .sort("act_id", "person_id", "started_at", "evidence_id", "line")
        .group_by("act_id", "person_id", maintain_order=True)
        .agg(pl.col(PLACE).first(), sessions=day.n_unique())
        .filter(pl.col("sessions") >= playbook.limits.line_sessions)
    )


def remote_marks(
    asked: pl.DataFrame,
    sittings: pl.DataFrame,
    people: pl.DataFrame,
    known: pl.DataFrame,
    playbook: Actors,
) -> pl.DataFrame:
    """Whose account the act's session used, and over whose line it came: one mark a candidate.

    Compared with someone unknown, to whom the session does nothing.

    Args:
        asked: CANDIDATES.
        sittings: SITTINGS.
        people: `people_rows`.
        known: `lines`.
        playbook: reliabilities.

    """
    acts = sittings.filter(pl.col("session_evidence_id").is_not_null())
    owned = people.select("person_id", "remotes").explode("remotes").drop_nulls().unique()
    owners = acts.select("act_id", "session_account").join(
        owned, left_on="session_account", right_on="remotes"
    )
    told = (
        asked.join(acts.select("act_id", "outside", "session_account", *(f"session_{n}" for n in
                   PLACE)), on="act_id")
        .join(_flag(owners, "own"), on=["act_id", "person_id"], how="left")
        .join(_flag(known, "home"), on=["act_id", "person_id"], how="left")
        .join(_ordinary(known), on="act_id", how="left")
        .join(_count(owners, "owners"), on="act_id", how="left")
        .join(_count(known, "homes"), on="act_id", how="left")
        .join(_both(owners, known), on="act_id", how="left")
        .with_columns(pl.col("own", "home", "both").fill_null(value=False),
                      pl.col("owners", "homes").fill_null(0))
    )  # fmt: skip
    named = told.with_columns(
        log10_lr=_account(playbook) + _line(playbook), says=_session_says()
    ).rename({f"session_{name}": name for name in PLACE})
    return marks(named, "remote")


def _flag(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.select("act_id", "person_id").unique().with_columns(pl.lit(value=True).alias(name))


def _ordinary(known: pl.DataFrame) -> pl.DataFrame:
    """In words, the ordinary sessions that make the act's address somebody's: act_id, ordinary."""
    first = pl.concat_str("evidence_id", pl.col("line").cast(pl.String), separator=":")
    return (
        known.sort("act_id", "person_id")
        .with_columns(ordinary=pl.format("{} days, first {}", "sessions", first))
        .group_by("act_id", maintain_order=True)
        .agg(pl.col("ordinary").str.join("; "))
    )


def _count(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.group_by("act_id").agg(pl.col("person_id").n_unique().alias(name))


def _both(owners: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Acts whose account and line are one person's."""
    same = owners.join(known, on=["act_id", "person_id"], how="semi")
    return same.select("act_id").unique().with_columns(both=pl.lit(value=True))


def _account(playbook: Actors) -> pl.Expr:
    """One's own account against how seldom another would come by it; nobody's tells nothing."""
    rates = playbook.rates
    own = math.log10((1 - rates.other_account) / rates.lent_account)
    return pl.when("own").then(own).otherwise(0.0)


def _line(playbook: Actors) -> pl.Expr:
    """One's own line against how seldom another would; less where the account says so too."""
    rates, at_home = playbook.rates, 1 - playbook.rates.not_own_line
    other = pl.when("both").then(rates.line_with_account).otherwise(rates.other_line)
    return (
        pl.when(~pl.col("outside"))
        .then(0.0)
        .when("home")
        .then((at_home / other).log10())
        .otherwise(0.0)
    )


def _session_says() -> pl.Expr:
    account = (
        pl.when("own")
        .then(pl.lit("the session used their remote account"))
        .when(pl.col("owners") > 0)
        .then(pl.lit("the session used another's remote account"))
        .otherwise(pl.lit("the session used a remote account nobody of the list has"))
    )
    line = (
        pl.when(~pl.col("outside"))
        .then(pl.lit(" from a machine of our own"))
        .when("home")
        .then(pl.format(" over the line their ordinary sessions come from ({})", "ordinary"))
        .when(pl.col("homes") > 0)
        .then(pl.format(" over a line another's ordinary sessions come from ({})", "ordinary"))
        .otherwise(pl.lit(" over a line nobody's ordinary sessions come from"))
    )
    return account + line


def elsewhere_marks(
    asked: pl.DataFrame, sittings: pl.DataFrame, people: pl.DataFrame, given: Given,
    playbook: Actors,
) -> pl.DataFrame:  # fmt: skip
    """Candidates whose own remote account was in a session from outside while the act was here.

    Only acts at a machine in a known area, without a session of their own.
    """
    site = sittings.filter(
        pl.col("area").is_not_null() & pl.col("session_evidence_id").is_null()
    ).select("act_id", "start", "end")
    owned = people.select("person_id", "remotes").explode("remotes").drop_nulls().unique()
    ours = asked.join(site, on="act_id").join(owned, on="person_id")
    found = (
        given.remote.filter(pl.col("account_key").is_in(owned["remotes"].unique().to_list()))
        .filter(pl.col("ended_at").is_not_null())
        .select("account_key", "started_at", "ended_at", *PLACE)
        .collect()
    )
    hit = (
        ours.join(found, left_on="remotes", right_on="account_key")
        .filter((pl.col("started_at") <= pl.col("start")) & (pl.col("ended_at") >= pl.col("end")))
        .sort("act_id", "person_id", "started_at", "evidence_id", "line")
        .unique(["act_id", "person_id"], keep="first", maintain_order=True)
    )
    return marks(
        hit.with_columns(
            log10_lr=math.log10(playbook.rates.lent_account),
            says=pl.lit("their own remote account was in a session from elsewhere meanwhile"),
        ),
        "remote",
    )
