"""Who could have used the account: for each act the candidates, the marks, the verdict."""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.schema.columns import UTC_TIME

VERDICTS: Final = ("identified", "narrowed", "not_attributable")
VERDICT: Final = pl.Enum(VERDICTS)
CHANNELS: Final = (
    "employment",
    "account",
    "presence",
    "roster",
    "host",
    "remote",
    "login",
    "work",
)
"""The sorts of evidence about who was at the keyboard; each counts once for a person and act."""
CHANNEL: Final = pl.Enum(CHANNELS)

ACTORS: Final = pl.Schema(
    {
        "act_id": pl.String(),
        "person_id": pl.String(),  # null is someone unknown
        "log10_lr": pl.Float64(),  # of the evidence: this one against the likeliest; 0 is that one
        "posterior": pl.Float64(),
        "possible": pl.Boolean(),  # within the playbook's ratio of the likeliest, not excluded
        "excluded_by": pl.String(),
        "supported_by": pl.List(pl.String()),
        "against": pl.List(pl.String()),
        "verdict": VERDICT,  # of the act
    }
)
"""Actors: everyone who could have used the account for an act, likeliest first."""

ACT_VERDICTS: Final = pl.Schema(
    {
        "act_id": pl.String(),
        "verdict": VERDICT,
        "person_id": pl.String(),  # only where identified
        "reason": pl.String(),
        "candidates": pl.UInt32(),  # named ones not barred by their dates of employment
        "possible": pl.UInt32(),  # of them, still possible
        "unknown_possible": pl.Boolean(),
        "log10_lr": pl.Float64(),  # the likeliest against the next, someone unknown among them
        "holds_doubled": pl.Boolean(),  # the same verdict and person with every error rate doubled
        "place": pl.String(),  # where the keyboard stood: an area, or outside
        "presence": pl.String(),  # recorded, silent or no log there
        "settles": pl.List(pl.String()),  # sources that would, or might, name one person
    }
)
"""One row an act: what can be said of who was at the keyboard, and why no more."""

ACTOR_MARKS: Final = pl.Schema(
    {
        "act_id": pl.String(),
        "person_id": pl.String(),  # null is someone unknown
        "channel": CHANNEL,
        "log10_lr": pl.Float64(),  # what it does for this person; 0 tells nothing
        "excludes": pl.Boolean(),
        "says": pl.String(),
        "evidence_id": pl.String(),
        "member": pl.String(),
        "line": pl.UInt64(),
        "byte": pl.UInt64(),
    }
)
"""What stands for and against each candidate of each act, and the line it stands in."""

ACTOR_PEOPLE: Final = pl.Schema(
    {
        "person_id": pl.String(),
        "holder": pl.Boolean(),  # the list of people says the account was theirs
        "acts_candidate": pl.UInt32(),
        "acts_possible": pl.UInt32(),
        "acts_excluded": pl.UInt32(),
        "acts_identified": pl.UInt32(),
        "acts_tested": pl.UInt32(),  # shown removals at a place whose entry log was working
        "acts_there": pl.UInt32(),  # of them, recorded as there
        "there_expected": pl.Float64(),  # of them, by chance: someone innocent of the same shifts
        "p_value": pl.Float64(),  # as many or more by chance
        "p_floor": pl.Float64(),  # the smallest this test can give
        "p_among": pl.Float64(),  # times the persons tested, at most 1
        "first_at": UTC_TIME,  # of the acts they are possible for
        "last_at": UTC_TIME,
    }
)
"""One row a person: for how many acts possible, and how likely that is for someone innocent."""

ACTOR_CHECKS: Final = pl.Schema(
    {
        "rate": pl.String(),
        "stated": pl.Float64(),
        "asked": pl.UInt32(),  # occasions in the case on which the source could be tested
        "wrong": pl.UInt32(),  # of them, those that speak against it
        "share": pl.Float64(),
        "low": pl.Float64(),  # 95 %
        "high": pl.Float64(),
    }
)
"""Stated reliabilities beside what the case shows of them, where it can."""
