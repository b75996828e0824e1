"""What the question of who used the account starts from: the evidence, and each act's sitting.

Pure functions from frame to frame. Times are UTC; a day is a day in the case's zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.reconstruct import addresses, timeline
from breachscope.schema import PROVENANCE, ROUTE, UTC_TIME

if TYPE_CHECKING:
    from breachscope.reliabilities import ActorLimits

PLACE: Final = tuple(PROVENANCE)

SITTINGS: Final = pl.Schema(
    {
        "act_id": pl.String(),
        "start": UTC_TIME,
        "end": UTC_TIME,
        "account_key": pl.String(),
        "machine": pl.String(),  # host_key of the downloads; may be a virtual one
        "keyboard": pl.String(),  # host_key of the machine someone sat at; null where not known
        "route": ROUTE,
        "removal": pl.Boolean(),  # some download of it is confirmed or probable
        "outside": pl.Boolean(),  # by a remote session from no address of our own
        "area": pl.String(),  # where that machine stood
        "presence": pl.String(),  # recorded, silent or no_log
        "session_account": pl.String(),
        "session_ip": pl.String(),
        "session_evidence_id": pl.String(),
        "session_member": pl.String(),
        "session_line": pl.UInt64(),
        "session_byte": pl.UInt64(),
        "log_evidence_id": pl.String(),  # the line of the entry log nearest before, or after
        "log_member": pl.String(),
        "log_line": pl.UInt64(),
        "log_byte": pl.UInt64(),
    }
)
"""One row an act: when, by which account, and where the keyboard was."""


@dataclass(frozen=True, slots=True)
class Given:
    """The evidence about who was at the keyboard, each kind in its canonical columns.

    `logins`, `remote`, `hosts` and `work` also have account_key and host_key where they have
    the columns.
    """

    acts: pl.LazyFrame  # ACTS
    downloads: pl.LazyFrame  # EGRESS of what is under inquiry
    people: pl.LazyFrame
    presence: pl.LazyFrame
    roster: pl.LazyFrame
    hosts: pl.LazyFrame
    logins: pl.LazyFrame
    remote: pl.LazyFrame
    work: pl.LazyFrame
    files: pl.LazyFrame
    silences: pl.LazyFrame  # SILENCES
    zone: str
    domain_forms_are_one: bool = False


def sittings(given: Given, limits: ActorLimits) -> pl.DataFrame:
    """SITTINGS of all acts, in order of time."""
    told = _sessions(given).join(_areas(given), on="keyboard", how="left")
    inside = (pl.col("from") <= pl.col("day")).fill_null(value=True) & (
        pl.col("to") >= pl.col("day")
    ).fill_null(value=True)
    day = pl.col("start").dt.convert_time_zone(given.zone).dt.date()
    placed = (
        told.with_columns(day=day)
        .with_columns(area=pl.when(inside & ~pl.col("outside")).then("area"))
        .sort("start", "act_id", "area", nulls_last=True)
        .unique("act_id", keep="first", maintain_order=True)
        .collect()
    )
    state = presence_state(placed, given, limits)
    return placed.join(state, on="act_id", how="left", validate="1:1").select(SITTINGS.names())


def _sessions(given: Given) -> pl.LazyFrame:
    """Each act with its remote session, and the machine the session came from, if it is ours."""
    acts = given.acts.select(
        "act_id",
        "route",
        start="started_at",
        end="ended_at",
        removal=(pl.col("confirmed") + pl.col("probable")) > 0,
    )
    first = (
        given.downloads.filter(pl.col("act_id").is_not_null())
        .sort("at", "event_id")
        .group_by("act_id", maintain_order=True)
        .agg(
            pl.col("account_key", "host_key").first(),
            evidence_id=pl.col("remote_evidence_id").drop_nulls().first(),
            line=pl.col("remote_line").drop_nulls().first(),
        )
    )
    sessions = given.remote.select(
        *PLACE, session_account="account_key", session_ip="source_ip"
    ).unique(["evidence_id", "line"], keep="first", maintain_order=True)
    ours = addresses.hosts_by_address(given.downloads, given.logins).select(
        session_ip="source_ip", from_host="known_key"
    )
    remote = pl.col("evidence_id").is_not_null()
    return (
        acts.join(first, on="act_id", how="left", validate="1:1")
        .join(sessions, on=["evidence_id", "line"], how="left", validate="m:1")
        .join(ours, on="session_ip", how="left", validate="m:1")
        .with_columns(
            outside=remote & pl.col("from_host").is_null(),
            machine="host_key",
            keyboard=pl.when(remote).then("from_host").otherwise("host_key"),
        )
        .rename({name: f"session_{name}" for name in PLACE})
    )


def _areas(given: Given) -> pl.LazyFrame:
    return given.hosts.select("area", "from", "to", keyboard="host_key").drop_nulls(
        ["keyboard", "area"]
    )


def presence_state(placed: pl.DataFrame, given: Given, limits: ActorLimits) -> pl.DataFrame:
    """Whether the entry log of each act's place was working then: act_id, presence, log_PLACE.

    `recorded`: the log has a line in that area within the playbook's hours, and the act lies in
    none of its silences. In a `silent` log the absence of an entry tells nothing; an area of
    which no line exists has `no_log`.
    """
    near = timedelta(hours=limits.alive_hours)
    logged = [f"log_{name}" for name in PLACE]
    stamps = [
        given.presence.select("area", pl.col(at).alias("at"), pl.col(PLACE).name.prefix("log_"))
        for at in ("entered_at", "left_at")
    ]
    events = (
        pl.concat(stamps)
        .drop_nulls(["area", "at"])
        .sort("at", "log_evidence_id", "log_line")
        .unique(["area", "at"], keep="first", maintain_order=True)
        .collect()
    )
    asked = placed.select("act_id", "area", "start", "end").drop_nulls("area").sort("start")
    heard = asked.join_asof(
        events.rename({"at": "last"}), left_on="start", right_on="last", by="area",
        strategy="backward", coalesce=False, check_sortedness=False,
    ).join_asof(
        events.rename({"at": "next"}), left_on="start", right_on="next", by="area",
        strategy="forward", coalesce=False, check_sortedness=False, suffix="_next",
    )  # fmt: skip
    alive = (pl.col("start") - pl.col("last") <= near) | (pl.col("next") - pl.col("end") <= near)
    silences = given.silences.filter(pl.col("kind") == "presence").select("from", "to").collect()
    quiet = _in_any(asked, silences)
    known = events["area"].unique().to_list()
    state = (
        pl.when(~pl.col("area").is_in(known))
        .then(pl.lit("no_log"))
        .when(alive.fill_null(value=False) & ~pl.col("act_id").is_in(quiet))
        .then(pl.lit("recorded"))
        .otherwise(pl.lit("silent"))
    )
    ahead = pl.col("last").is_null() | (pl.col("start") - pl.col("last") > near)
    cited = [pl.when(ahead).then(f"{name}_next").otherwise(name).alias(name) for name in logged]
    found = heard.select("act_id", *cited, presence=state)
    return placed.select("act_id").join(found, on="act_id", how="left").with_columns(
        pl.col("presence").fill_null("no_log")
    )  # fmt: skip


def _in_any(asked: pl.DataFrame, silences: pl.DataFrame) -> list[str]:
    """The acts that touch one of these stretches."""
    if silences.is_empty():
        return []
    hit = asked.join_where(silences, pl.col("start") < pl.col("to"), pl.col("end") > pl.col("from"))
    found: list[str] = hit["act_id"].unique().to_list()
    return found


def people_rows(given: Given) -> pl.DataFrame:
    """One row a row of `people`: person_id, dates, PLACE, and lists of compared names.

    `accounts`, `remotes`, `hosts` are split at `;`, `|` and `、`; they compare as elsewhere.
    """
    one = given.domain_forms_are_one
    lists = {
        "accounts": timeline.account_key("accounts", domain_forms_are_one=one),
        "remotes": timeline.account_key("remote_account", domain_forms_are_one=one),
        "hosts": timeline.host_key("hosts", domain_forms_are_one=one),
    }
    rows = given.people.filter(pl.col("person_id").is_not_null()).with_row_index("row").collect()
    told = rows.select("row", "person_id", "from", "to", *PLACE)
    for name, key in lists.items():
        column = key.meta.root_names()[0]
        split = pl.col(column).str.replace_all("[|、]", ";").str.split(";")
        names = (
            rows.select("row", split)
            .explode(column)
            .select("row", key.alias(name))
            .drop_nulls()
            .group_by("row")
            .agg(pl.col(name).unique().sort())
        )
        told = told.join(names, on="row", how="left", validate="1:1")
    return told.sort("person_id", "evidence_id", "line", "member", nulls_last=True)
