"""Small frames for the tests of people/: every value stands in the test that uses it."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from breachscope.people.counts import PartyReach, party_reach
from breachscope.people.identity import PartyIdentity, party_identity
from breachscope.playbook import DEFAULT, Identity, shipped
from breachscope.schema import EGRESS, RECORD_KEYS, SEGMENTS, VERSIONS

POLICY = Identity.model_validate(
    tomllib.loads(Path(shipped() / DEFAULT / "identity.toml").read_text(encoding="utf-8"))
)

SHORT = {
    "name": "name_key",
    "kana": "kana_key",
    "phone": "phone_key",
    "phone2": "phone2_key",
    "postal": "postal_key",
    "address": "address_key",
    "birth": "birth_date",
    "sex": "sex_key",
    "email": "email_key",
    "customer": "customer_key",
    "given": "given_key",
    "given_kana": "given_kana_key",
}

Record = Mapping[str, str | date]


def records(*rows: Record) -> pl.DataFrame:
    """RECORD_KEYS, numbered from 1; values by short names."""
    full = [
        {"row_no": number, **{SHORT[key]: value for key, value in row.items()}}
        for number, row in enumerate(rows, start=1)
    ]
    return pl.DataFrame(full, schema=RECORD_KEYS)


def identity(**versions: Sequence[Record]) -> PartyIdentity:
    """Identity of party P1 whose versions are given by name."""
    return party_identity("P1", [(v, records(*rows)) for v, rows in versions.items()], POLICY)


def persons(found: PartyIdentity, policy: str = "standard") -> list[list[int]]:
    """The persons: for each, the places of its distinct records."""
    groups = found.persons.group_by(policy, maintain_order=True).agg("distinct")
    return [list(group) for group in groups["distinct"]]


def at(day: int) -> datetime:
    return datetime(2020, 1, day, tzinfo=UTC)


def segment(version: str, rows: tuple[int, int], **other: object) -> dict[str, object]:
    """A sure segment of kept content in the possible tier, unless `other` says otherwise."""
    return {
        "party_id": "P1",
        "version_id": version,
        "event_id": "E1",
        "at": at(1),
        "tier": "possible",
        "sure": True,
        "content": "kept",
        "row_from": rows[0],
        "row_to": rows[1],
        "at_least": None,
        "version_rows": rows[1],
        **other,
    }


def segments(*rows: Mapping[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SEGMENTS)


def download(version: str, **other: object) -> dict[str, object]:
    """A possible download of all ten rows of a version, unless `other` says otherwise."""
    return {
        "party_id": "P1",
        "version_id": version,
        "event_id": "E1",
        "at": at(1),
        "tier": "possible",
        "conflict": False,
        "content": "kept",
        "version_rows": 10,
        "row_scope": "all",
        "row_from": 1,
        "row_to": 10,
        "row_to_high": 10,
        "rows": 10,
        "rows_low": 10,
        "rows_high": 10,
        **other,
    }


def egress(*rows: Mapping[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=EGRESS)


def versions(*rows: Mapping[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=VERSIONS)


def reach(found: PartyIdentity, *rows: Mapping[str, object]) -> PartyReach:
    """What left of a party by these segments; gross figures are left at nothing."""
    return party_reach(
        found.party_id, segments(*rows), egress(), found.index, found.persons, fields={}
    )


def figures(found: PartyReach, tier: str) -> tuple[int, int, int]:
    """(low, count, high) of one tier."""
    row = found.counts.row(0, named=True)
    return row[f"{tier}_low"], row[f"{tier}_count"], row[f"{tier}_high"]
