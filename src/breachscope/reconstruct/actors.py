"""Actors: for each act everyone who could have used the account, and what speaks for whom.

The likelihood-ratio framework of forensic evaluation (ENFSI guideline for evaluative
reporting, 2015): each piece of evidence is weighed by how likely it is if this candidate was
at the keyboard against how likely otherwise, under reliabilities stated beforehand in the
playbook. Pure functions from frame to frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from breachscope.reconstruct import (
    actors_acts,
    actors_checks,
    actors_devices,
    actors_given,
    actors_presence,
    actors_records,
    actors_remote,
    actors_roster,
    actors_verdict,
    actors_who,
)

if TYPE_CHECKING:
    from breachscope.reconstruct.actors_given import Given
    from breachscope.reliabilities import Actors


@dataclass(frozen=True, slots=True)
class Found:
    """ACTORS, ACT_VERDICTS, ACTOR_MARKS, ACTOR_PEOPLE and ACTOR_CHECKS."""

    actors: pl.DataFrame
    verdicts: pl.DataFrame
    marks: pl.DataFrame
    people: pl.DataFrame
    checks: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Facts:
    """What the evidence says, before any reliability is put in; see the functions of the names."""

    sittings: pl.DataFrame
    people: pl.DataFrame
    known: pl.DataFrame
    touching: pl.DataFrame
    candidates: pl.DataFrame
    usual: pl.DataFrame
    seen: pl.DataFrame
    lines: pl.DataFrame
    recorded: list[str]  # AREA:PERSON of everyone an entry log knows
    guarded: list[str]  # areas with an entry log
    devices: pl.DataFrame  # DEVICES


def attributed(given: Given, playbook: Actors) -> Found:
    """Weigh all evidence about who was at the keyboard of each act."""
    facts = gathered(given, playbook)
    marks = marked(facts, given, playbook)
    scored, judged = _judged(facts, marks, playbook)
    judged = judged.with_columns(holds_doubled=_holds(judged, doubled(facts, given, playbook)))
    there = facts.touching.filter(pl.col("here") & pl.col("sure"))
    return Found(
        actors=actors_verdict.actors(scored, marks, judged),
        verdicts=judged,
        marks=marks,
        people=actors_acts.people(
            facts.candidates, scored, judged, there, facts.usual, facts.sittings
        ),
        checks=actors_checks.checks(given, facts.known, playbook.rates),
    )


def gathered(given: Given, playbook: Actors) -> Facts:
    """Sittings, candidates, stays and habits: what does not hang on how reliable sources are."""
    sittings = actors_given.sittings(given, playbook.limits)
    people = actors_given.people_rows(given)
    known = actors_presence.stays(given.presence, playbook.limits.stay_hours)
    touching = actors_presence.about(sittings, known, playbook)
    asked = actors_who.candidates(sittings, people, touching.filter("here"))
    spans = people.select("person_id", "from", "to").unique()
    planned = (
        given.roster.select(
            "person_id", day=pl.col("starts_at").dt.convert_time_zone(given.zone).dt.date()
        )
        .unique()
        .collect()
    )
    usual = actors_presence.usual(
        asked, sittings, known, planned, spans, given.zone, playbook.limits.base_days
    )
    names = known.select(pl.concat_str("area", pl.lit(":"), "person_id")).to_series().unique()
    return Facts(
        sittings=sittings,
        people=people,
        known=known,
        touching=touching,
        candidates=asked,
        usual=usual,
        seen=actors_presence.seen_that_day(asked, sittings, known, given.zone),
        lines=actors_remote.lines(given, sittings, people, playbook),
        recorded=names.drop_nulls().to_list(),
        guarded=known["area"].drop_nulls().unique().to_list(),
        devices=actors_devices.of_acts(given),
    )


def marked(facts: Facts, given: Given, playbook: Actors) -> pl.DataFrame:
    """ACTOR_MARKS of every channel, under these reliabilities."""
    asked, sittings, people = facts.candidates, facts.sittings, facts.people
    guarded = facts.guarded
    found = [
        actors_who.employment_marks(asked, sittings, people, playbook.rates, given.zone),
        actors_who.account_marks(asked, sittings, people, playbook.rates),
        actors_who.host_marks(asked, sittings, people, playbook.rates),
        actors_presence.presence_marks(
            asked, sittings, facts.touching, facts.usual, facts.seen, facts.recorded, playbook
        ),
        actors_roster.roster_marks(asked, sittings, given.roster, given.zone, playbook),
        actors_remote.remote_marks(asked, sittings, people, facts.lines, playbook),
        actors_remote.elsewhere_marks(asked, sittings, people, given, playbook),
        actors_records.login_marks(asked, sittings, people, given, guarded, playbook),
        actors_records.work_marks(asked, sittings, given, guarded, playbook),
    ]
    return actors_verdict.excluding(pl.concat(found), playbook)


def doubled(facts: Facts, given: Given, playbook: Actors) -> pl.DataFrame:
    """ACT_VERDICTS were every source twice as often wrong."""
    other = playbook.model_copy(update={"rates": playbook.rates.doubled()})
    marks = marked(facts, given, other)
    return _judged(facts, marks, other)[1]


def _judged(
    facts: Facts, marks: pl.DataFrame, playbook: Actors
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Candidates with their posteriors, and ACT_VERDICTS; the devices looked at over all acts."""
    alone = actors_verdict.weighed(facts.sittings, facts.candidates, marks, playbook)
    first = actors_verdict.verdicts(facts.sittings, alone, facts.lines, playbook)
    found = actors_devices.others(first, facts.devices)
    scored = actors_devices.widened(alone, found)
    return scored, actors_verdict.verdicts(facts.sittings, scored, facts.lines, playbook, found)


def _holds(judged: pl.DataFrame, other: pl.DataFrame) -> pl.Series:
    """Of each act, whether the other verdicts say the same of the same person."""
    both = judged.select("act_id", "verdict", "person_id").join(
        other.select("act_id", "verdict", "person_id"),
        on="act_id",
        how="left",
        suffix="_other",
        validate="1:1",
        maintain_order="left",
    )
    same = (pl.col("verdict") == pl.col("verdict_other")) & pl.col("person_id").eq_missing(
        pl.col("person_id_other")
    )
    return both.select(same).to_series()
