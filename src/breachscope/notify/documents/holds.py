"""Which persons must not be written to: holds matched to persons by their identifying columns.

A hold is certain where name or reading agrees and one thing more (birth date, telephone,
address, e-mail, customer number) and no birth date speaks against it; or where the customer
number agrees and the name does not differ. What fits less is uncertain: listed for a person, and
not mailed either. A hold that fits nobody is listed too.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.resolve.keys import record_keys
from breachscope.schema import HELD, RECORD_FIELDS, conform

COMPARED: Final = {
    "name_key": "name",
    "kana_key": "kana",
    "birth_date": "birth_date",
    "address_key": "address",
    "email_key": "email",
    "customer_key": "customer_no",
    "phone": "phone",
}
"""Key -> the column it speaks of."""

_JOINED: Final = (
    ["name_key"], ["kana_key"], ["customer_key"], ["email_key"], ["address_key", "birth_date"],
)  # fmt: skip
_ELSE: Final = ("birth_date", "phone", "address_key", "email_key", "customer_key")


def held(holds: pl.DataFrame, records: pl.DataFrame, party_id: str) -> pl.DataFrame:
    """HELD: every hold that concerns a party, with the persons it may mean.

    Args:
        holds: the canonical table of holds, of all parties; those without a party concern all.
        records: person_key, name_shown and any of RECORD_FIELDS: every record of this party's
            persons that left, so that an older spelling is found too.
        party_id: the party.
    """
    own = holds.filter((pl.col("party_id") == party_id) | pl.col("party_id").is_null())
    if own.is_empty():  # of most parties: their records need no keys
        return pl.DataFrame(schema=HELD)
    asked = _keyed(own.with_row_index("hold_no"), "hold_no")
    known = _keyed(records.with_row_index("record"), "record").with_columns(records["person_key"])
    pairs = _judged(_candidates(asked, known))
    names = records.group_by("person_key").agg(person_name=pl.col("name_shown").first())
    shown = own.with_row_index("hold_no").select(
        "hold_no", "party_id", "hold", "instruction", "evidence_id", "line",
        hold_name=pl.coalesce("name", pl.concat_str("family_name", "given_name", separator=" "),
                              "kana", "customer_no"),
    )  # fmt: skip
    return (
        shown.join(pairs, on="hold_no", how="left")
        .join(names, on="person_key", how="left", validate="m:1")
        .with_columns(
            match=pl.col("match").fill_null("none"),
            hold_name=_name_for_the_party(),
            party_id=pl.lit(party_id),
        )
        .filter((pl.col("match") != "none") | pl.col("hold_no").is_in(_of_party(own, party_id)))
        .sort("hold_no", "match", "person_key", nulls_last=True)
        .lazy()
        .pipe(conform, HELD)
        .collect()
    )


def _name_for_the_party() -> pl.Expr:
    """The name a hold gives, unless it may be that of another party's person."""
    own = pl.col("party_id").is_not_null() | (pl.col("match") == "certain")
    return pl.when(own).then("hold_name")


def _of_party(own: pl.DataFrame, party_id: str) -> list[int]:
    """Holds that name the party: those of all parties that fit nobody here are told elsewhere."""
    return own.with_row_index("hold_no").filter(party_id=party_id)["hold_no"].to_list()


def _keyed(rows: pl.DataFrame, number: str) -> pl.DataFrame:
    """The canonical values of each row, in their order, under its number."""
    fields = [name for name in RECORD_FIELDS if name in rows.columns]
    texts = rows.select(pl.col(name).cast(pl.String) for name in fields)
    if not fields:
        texts = pl.DataFrame({"name": [None] * rows.height}, schema={"name": pl.String()})
    keys = record_keys(texts.lazy()).drop("row_no").collect()
    phones = pl.concat_list("phone_key", "phone2_key").list.drop_nulls()
    return keys.with_columns(rows[number], phones=phones)


def _candidates(asked: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Pairs of hold and record that share anything telling."""
    both = (
        asked.select("hold_no", *COMPARED_KEYS),
        known.select("person_key", "record", *COMPARED_KEYS),
    )
    found = [
        both[0].join(both[1], on=key, how="inner").select("hold_no", "record") for key in _JOINED
    ]
    one, other = (
        frame.select(number, phone="phones").explode("phone").drop_nulls()
        for frame, number in ((asked, "hold_no"), (known, "record"))
    )
    found.append(one.join(other, on="phone", how="inner").select("hold_no", "record"))
    pairs = pl.concat(found).unique(maintain_order=True)
    return pairs.join(asked, on="hold_no", validate="m:1").join(
        known, on="record", suffix="_known", validate="m:1"
    )


COMPARED_KEYS: Final = tuple(key for key in COMPARED if key != "phone")


def _judged(pairs: pl.DataFrame) -> pl.DataFrame:
    """hold_no, person_key, match, agree, differ: the best of each hold and person."""
    agree = {key: _agrees(key) for key in COMPARED}
    differ = {key: _differs(key) for key in COMPARED}
    told = pairs.with_columns(
        **{f"agree_{key}": value for key, value in agree.items()},
        **{f"differ_{key}": value for key, value in differ.items()},
    )
    named = pl.col("agree_name_key") | pl.col("agree_kana_key")
    unnamed = pl.col("differ_name_key") | pl.col("differ_kana_key")
    more = pl.any_horizontal(f"agree_{key}" for key in _ELSE)
    born = ~pl.col("differ_birth_date")
    certain = (named & more & born) | (pl.col("agree_customer_key") & ~unnamed & born)
    apart = named & ~more & ~born  # a namesake of another birth date
    return (
        told.filter(~apart)
        .with_columns(
            match=pl.when(certain).then(pl.lit("certain")).otherwise(pl.lit("uncertain")),
            agree=_listed("agree"),
            differ=_listed("differ"),
        )
        .sort("hold_no", "person_key", "match", "differ", "agree")
        .unique(["hold_no", "person_key"], keep="first", maintain_order=True)
        .select("hold_no", "person_key", "match", "agree", "differ")
    )


def _agrees(key: str) -> pl.Expr:
    if key == "phone":
        return pl.col("phones").list.set_intersection("phones_known").list.len() > 0
    return (pl.col(key) == pl.col(f"{key}_known")).fill_null(value=False)


def _differs(key: str) -> pl.Expr:
    if key == "phone":
        both = (pl.col("phones").list.len() > 0) & (pl.col("phones_known").list.len() > 0)
        return both & ~_agrees(key)
    return (pl.col(key) != pl.col(f"{key}_known")).fill_null(value=False)


def _listed(what: str) -> pl.Expr:
    names = [pl.when(pl.col(f"{what}_{key}")).then(pl.lit(name)) for key, name in COMPARED.items()]
    return pl.concat_list(names).list.drop_nulls().list.join("; ")
