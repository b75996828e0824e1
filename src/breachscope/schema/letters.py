"""Whom to write to: what is known of each person, holds, and the file letters are merged from."""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.schema.columns import UTC_TIME

WRITTEN_TO: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "person_key": pl.String(),
        "tier": pl.String(),
        "name": pl.String(),  # as the newest record that left spells it
        "postal_code": pl.String(),
        "address": pl.String(),
        "email": pl.String(),
        "phone": pl.String(),
        "contact_at": UTC_TIME,  # when the version was uploaded that the address is from
        "items": pl.List(pl.String()),  # the columns in which records that left held a value
        "first_at": UTC_TIME,  # of the downloads that surely took a record of this person
        "last_at": UTC_TIME,
        "downloads": pl.UInt32(),
    }
)
"""One row a person of one party's scope: only what left with this person's own records."""

HELD: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "hold": pl.String(),
        "instruction": pl.String(),
        "match": pl.String(),  # certain; uncertain: a person must look; none: nobody fits
        "person_key": pl.String(),
        "person_name": pl.String(),
        "hold_name": pl.String(),
        "agree": pl.String(),  # the columns that agree
        "differ": pl.String(),  # those that do not
        "evidence_id": pl.String(),
        "line": pl.UInt64(),
    }
)
"""One row a hold and person it may mean; a hold that fits nobody has one row too."""

LETTERS: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "person_key": pl.String(),
        "tier": pl.String(),
        "channel": pl.String(),  # post, mail, phone, substitute
        "channel_reason": pl.String(),  # of substitute: no_contact, stale_contact, returned
        "by_hand": pl.String(),  # code points the letter shows by name; empty if it can be mailed
        "name": pl.String(),
        "postal_code": pl.String(),
        "address": pl.String(),
        "email": pl.String(),
        "phone": pl.String(),
        "items": pl.String(),  # as the letter prints them
        "first": pl.String(),
        "last": pl.String(),
        "downloads": pl.UInt32(),
    }
)
"""The merge file: one row a person who is not held back, fixed columns."""
