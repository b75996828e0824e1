"""Who must be told what, by when."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import polars as pl

from breachscope.schema.columns import UTC_TIME


class Duty(StrEnum):
    """The kinds of obligation, in no jurisdiction's own words."""

    PRELIMINARY_REPORT = "preliminary_report"  # to the regulator, what is known at once
    FINAL_REPORT = "final_report"  # to the regulator, everything
    REPORT = "report"  # to the regulator, where the law knows one report only
    ENTRUSTER_NOTICE = "entruster_notice"  # of one who handles data for another, to that other
    PERSON_NOTICE = "person_notice"  # to the persons, or the public in their place
    RECORD = "record"  # to be kept, told to nobody


class Answer(StrEnum):
    """Whether a duty holds. What is not known is `review`, never `no`."""

    YES = "yes"
    NO = "no"
    REVIEW = "review"


class Binding(StrEnum):
    """What a due date rests on."""

    STATUTE = "statute"
    GUIDELINE = "guideline"  # the regulator's reading of "promptly"
    PROMPT = "prompt"  # promptly, without a number of days: no due date


ANSWER: Final = pl.Enum([word.value for word in Answer])
DUTY: Final = pl.Enum([word.value for word in Duty])
ROLE: Final = pl.Enum(["controller", "processor"])
BINDING: Final = pl.Enum([word.value for word in Binding])

OBLIGATIONS: Final = pl.Schema(
    {
        "obligation_id": pl.String(),  # JURISDICTION/RULE/SUBJECT[/RECIPIENT], stable over runs
        "jurisdiction": pl.String(),
        "regime": pl.String(),  # a body of rules within a jurisdiction, as `private`
        "rule_id": pl.String(),
        "subject": pl.String(),  # who owes it: a party, or an organisation of the entrustments
        "role": ROLE,  # of the subject
        "party_id": pl.String(),  # whose persons; null where it is those of several parties
        "recipient": pl.String(),  # the regulator's code, an organisation, or `persons`
        "kind": DUTY,
        "basis": pl.String(),  # the articles
        "clock_start": pl.Date(),  # day of knowledge in the jurisdiction's zone
        "clock_start_at": UTC_TIME,  # only where the clock runs in hours
        "due": pl.Date(),  # null: promptly, or no knowledge date
        "due_at": UTC_TIME,  # only where the clock runs in hours
        "due_earliest": pl.Date(),  # first day of a range such as 3 to 5 days
        "clock": pl.String(),  # the clock in words
        "binding": BINDING,
        "status": ANSWER,
        "reason": pl.String(),
        "triggers": pl.List(pl.String()),  # those that hold, by id
        "open_triggers": pl.List(pl.String()),  # those nobody can tell yet
        "questions": pl.List(pl.String()),  # subjects of rulings that would settle it
        "settled": pl.List(pl.String()),  # subjects of rulings that settled something of it
        "grounds": pl.List(pl.String()),  # of both, in order: DIGEST SUBJECT, what each rests on
        "content": pl.List(pl.String()),  # codes of what must be told, as i, ii, iv
        "count": pl.UInt64(),  # persons; null where parties are added and overlap
        "low": pl.UInt64(),
        "high": pl.UInt64(),  # null: nothing bounds it
        "valid_from": pl.Date(),  # of the rule
        "valid_to": pl.Date(),
        "unverified": pl.List(pl.String()),  # what of the rule nobody read in its source
        "done_on": pl.Date(),  # the day the evidence shows it was done
        "ruling": pl.String(),
        "evidence": pl.String(),  # where the clock's start stands: EVIDENCE:LINE (column)
    }
)
"""One row a rule and subject (and entruster): also those that do not hold, with the reason.

In order of jurisdiction, subject, regime, rule and recipient. Not legal advice.
"""
