"""Keys of records, persons, what reached them, and the ladder of counts."""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.schema.columns import UTC_TIME
from breachscope.schema.reconstruction import CONTENT, COUNTED_TIERS, TIER

RECORD_KEYS: Final = pl.Schema(
    {
        "row_no": pl.UInt32(),
        "name_key": pl.String(),
        "kana_key": pl.String(),
        "phone_key": pl.String(),
        "phone2_key": pl.String(),
        "postal_key": pl.String(),
        "address_key": pl.String(),
        "birth_date": pl.Date(),
        "sex_key": pl.String(),
        "email_key": pl.String(),
        "customer_key": pl.String(),
        "given_key": pl.String(),  # where the source parts it from the family name
        "given_kana_key": pl.String(),  # its reading, if parted, and the name's last sign
    }
)
"""One row a record of one version, in row_no order: canonical values, null where there is none."""

KEY_COLUMNS: Final = tuple(name for name in RECORD_KEYS if name != "row_no")

PARTED: Final = ("given_key", "given_kana_key")
"""Parts of the name and the reading, where the source parts them."""

VALUE_COLUMNS: Final = tuple(name for name in KEY_COLUMNS if name not in PARTED)
"""What tells two records apart: the given name is part of the name already."""

NAME_SIGNS: Final = ("name_start_key", "name_end_key")
"""Of a name of three signs or more its first sign and its last two, as hashes: whoever marries
keeps the end of a name that no system parts."""

RECORD_INDEX: Final = pl.Schema(
    {
        "version_id": pl.Categorical(),
        "row_no": pl.UInt32(),
        "distinct": pl.UInt32(),
    }
)
"""Of one party: which distinct record (0-based, dense) each row of each version is."""

POLICIES: Final = ("strict", "standard", "loose")

PERSONS: Final = pl.Schema(
    {
        "distinct": pl.UInt32(),
        "strict": pl.UInt32(),
        "standard": pl.UInt32(),
        "loose": pl.UInt32(),
        "person_key": pl.String(),  # stable while its earliest record is
        "reason": pl.String(),  # the rung of the policy that joined it; "alone" if none did
        "times": pl.UInt32(),  # people its rows of one version may be: 1 unless it tells little
    }
)
"""Of one party: one row a distinct record, the person it is under each policy."""

SEGMENTS: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "version_id": pl.String(),
        "event_id": pl.String(),
        "at": UTC_TIME,
        "tier": TIER,
        "sure": pl.Boolean(),  # false: these rows may have left (count scope, conflict, bounds)
        "content": CONTENT,
        "row_from": pl.UInt32(),
        "row_to": pl.UInt32(),
        "at_least": pl.UInt32(),  # of a count: rows that left for certain, though not which
        "version_rows": pl.UInt32(),
    }
)
"""What counting starts from: stretches of rows of a version, each reached by one download."""

SCOPE: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "person_key": pl.String(),
        "tier": TIER,
        "first_at": UTC_TIME,
        "event_id": pl.String(),
    }
)
"""One row a person whose record surely left, in the highest tier that reaches them."""

PEOPLE: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "person_key": pl.String(),
        "version_id": pl.String(),
        "row_no": pl.UInt32(),
        "reason": pl.String(),
    }
)

MEASURES: Final = ("count", "low", "high")
LADDER_TIERS: Final = (*COUNTED_TIERS, "all")


def person_columns(prefix: str = "") -> dict[str, pl.DataType]:
    """Columns `{prefix}{tier}_{measure}` of the ladder, all UInt64."""
    return {f"{prefix}{tier}_{m}": pl.UInt64() for tier in LADDER_TIERS for m in MEASURES}


COUNTS: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "name": pl.String(),
        "sector": pl.String(),
        "rows_gross": pl.UInt64(),
        "rows_gross_low": pl.UInt64(),
        "rows_gross_high": pl.UInt64(),
        "rows_distinct": pl.UInt64(),
        "first_at": UTC_TIME,
        "last_at": UTC_TIME,
        "downloads": pl.UInt32(),
        "fields": pl.List(pl.String()),
        **person_columns(),
    }
)
"""The ladder: one row a party, also of parties nothing of which left (all zero)."""

OVER_PARTIES: Final = pl.Schema(person_columns())
"""One row: persons counted once over all parties."""
