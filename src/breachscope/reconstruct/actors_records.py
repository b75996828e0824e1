"""What logins by accounts of one's own and work records say of who was at the keyboard.

Pure functions; each candidate gets at most one mark of either for an act.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from breachscope.reconstruct.actors_given import PLACE
from breachscope.reconstruct.actors_who import marks

if TYPE_CHECKING:
    from breachscope.reconstruct.actors_given import Given
    from breachscope.reliabilities import Actors


def login_marks(
    asked: pl.DataFrame, sittings: pl.DataFrame, people: pl.DataFrame, given: Given,
    guarded: list[str], playbook: Actors,
) -> pl.DataFrame:  # fmt: skip
    """Logins by accounts that are one person's alone, open over the whole act.

    At the act's keyboard they support that person, elsewhere they speak against. The login
    that is the act's own remote session once more is left out.
    """
    personal = _personal(people)
    opened = _logins(given, personal, playbook.limits.stay_hours)
    machines = given.hosts.select("host_key", "area").drop_nulls().unique("host_key", keep="first",
                                  maintain_order=True).collect()  # fmt: skip
    acts = sittings.select(
        "act_id", "start", "end", "keyboard", "area", "account_key", "session_account", "outside"
    )
    hit = (
        asked.join(acts, on="act_id")
        .join(opened, on="person_id")
        .filter((pl.col("at") <= pl.col("start")) & (pl.col("until") >= pl.col("end")))
        .filter(~pl.col("login").eq_missing(pl.col("account_key"))
                & ~pl.col("login").eq_missing(pl.col("session_account")))
        .join(machines.rename({"area": "login_area"}), on="host_key", how="left")
    )  # fmt: skip
    here = (pl.col("host_key") == pl.col("keyboard")).fill_null(value=False)
    away = _elsewhere("login_area", guarded)
    told = hit.with_columns(here=here).filter(here | away)
    unattended, lent = playbook.rates.unattended, playbook.rates.login_lent
    return marks(
        told.sort("act_id", "person_id", "here", "at", "evidence_id", "line",
                  descending=[False, False, True, False, False, False])
        .unique(["act_id", "person_id"], keep="first", maintain_order=True)
        .with_columns(
            log10_lr=pl.when("here").then(math.log10((1 - unattended) / unattended))
            .otherwise(math.log10(lent)),
            says=pl.when("here").then(pl.lit("an account of their own was logged in there"))
            .otherwise(pl.lit("an account of their own was logged in elsewhere")),
        ),
        "login",
    )  # fmt: skip


def _personal(people: pl.DataFrame) -> pl.DataFrame:
    """Accounts, remote ones too, that one person alone has: person_id, login."""
    both = pl.concat(
        people.select("person_id", login=name).explode("login") for name in ("accounts", "remotes")
    )
    return (
        both.drop_nulls()
        .unique()
        .filter(pl.col("person_id").n_unique().over("login") == 1)
        .sort("login")
    )


def _logins(given: Given, personal: pl.DataFrame, hours: float) -> pl.DataFrame:
    """From each login to the next logout of that account there, or `hours`: at, until."""
    key = ["account_key", "host_key"]
    order = ["at", "evidence_id", "line"]
    events = (
        given.logins.filter(
            pl.col("account_key").is_in(personal["login"].to_list()) & (pl.col("action") != "fail")
        )
        .sort(*key, *order, nulls_last=True)
        .with_columns(
            next_at=pl.col("at").shift(-1).over(key, order_by=order),
            next_action=pl.col("action").shift(-1).over(key, order_by=order),
        )
        .filter((pl.col("action") == "login") & (pl.col("next_action") == "logout"))
        .filter(pl.col("next_at") - pl.col("at") <= timedelta(hours=hours))
        .select("at", "host_key", *PLACE, login="account_key", until="next_at")
        .collect()
    )
    return events.join(personal, on="login")


def _elsewhere(area: str, guarded: list[str]) -> pl.Expr:
    """In another area than the act; of acts from outside, in a room whose door keeps a log.

    An area without a door may be that of virtual machines, which are worked at from anywhere.
    """
    other = (pl.col(area) != pl.col("area")).fill_null(value=False)
    return other | (pl.col("outside") & pl.col(area).is_in(guarded).fill_null(value=False))


def work_marks(
    asked: pl.DataFrame, sittings: pl.DataFrame, given: Given, guarded: list[str],
    playbook: Actors,
) -> pl.DataFrame:  # fmt: skip
    """Work records that name the candidate and span the act.

    One at that machine, or by that account without a machine, supports; one elsewhere speaks
    against. `guarded` are the areas with an entry log.
    """
    machines = given.hosts.select("host_key", work_area="area").drop_nulls().unique(
        "host_key", keep="first", maintain_order=True)  # fmt: skip
    named = (
        given.work.filter(pl.col("person_id").is_not_null() & pl.col("ended_at").is_not_null())
        .join(machines, on="host_key", how="left")
        .select("person_id", "work_id", "started_at", "ended_at", "work_area", *PLACE,
                work_host="host_key", work_account="account_key")
        .collect()
    )  # fmt: skip
    acts = sittings.select("act_id", "start", "end", "machine", "area", "account_key", "outside")
    same = (pl.col("work_host") == pl.col("machine")).fill_null(value=False) | (
        pl.col("work_host").is_null() & (pl.col("work_account") == pl.col("account_key"))
    ).fill_null(value=False)
    away = _elsewhere("work_area", guarded)
    hit = (
        asked.join(acts, on="act_id")
        .join(named, on="person_id")
        .filter((pl.col("started_at") <= pl.col("start")) & (pl.col("ended_at") >= pl.col("end")))
        .with_columns(same=same)
        .filter(same | away)
        .sort("act_id", "person_id", "same", "started_at", "work_id", "line",
              descending=[False, False, True, False, False, False])
        .unique(["act_id", "person_id"], keep="first", maintain_order=True)
    )  # fmt: skip
    wrong = playbook.rates.work_wrong
    strength = math.log10((1 - wrong) / wrong)
    return marks(
        hit.with_columns(
            log10_lr=pl.when("same").then(strength).otherwise(-strength),
            says=pl.when("same")
            .then(pl.format("work record {} names them there then", "work_id"))
            .otherwise(pl.format("work record {} names them elsewhere then", "work_id")),
        ),
        "work",
    )
