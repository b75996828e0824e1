"""The merge file: by which channel each person is told, and who must not be written to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.notify.documents import fonts
from breachscope.notify.documents.views import DAY
from breachscope.schema import HELD, LETTERS, conform

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from breachscope.notify.documents.words import Words

RETURNED: Final = "returned"
NO_NAME: Final = "no name"
_CONTACT: Final = {"post": "address", "mail": "email", "phone": "phone"}


@dataclass(frozen=True, slots=True)
class Merged:
    """Who is told how, and who is held back; together every person of the scope."""

    letters: pl.DataFrame  # LETTERS
    held: pl.DataFrame  # HELD

    def summary(self) -> dict[str, int]:
        """Persons by channel, and those held back."""
        told = dict(self.letters.group_by("channel").len().sort("channel").iter_rows())
        kept = self.held.filter(pl.col("person_key").is_not_null())["person_key"].n_unique()
        return {
            **told,
            "held": kept,
            "by_hand": self.letters.filter(pl.col("by_hand") != "").height,
        }


def merged(
    persons: pl.DataFrame,
    held: pl.DataFrame,
    *,
    order: Sequence[str],
    stale_before: date | None,
    zone: str,
    words: Words,
) -> Merged:
    """Choose the channel of each person who is not held back.

    Args:
        persons: WRITTEN_TO of one party.
        held: HELD of that party; a hold of mail that came back only takes the post away.
        order: channels, the preferred first.
        stale_before: contacts from versions uploaded before this day are not used.
        zone: the case's zone.
        words: the playbook's words.
    """
    came_back = _kind(words) == RETURNED
    sure_back = held.filter(came_back & (pl.col("match") == "certain"))["person_key"].implode()
    kept_back = held.filter(~(came_back & (pl.col("match") == "certain")))["person_key"]
    free = persons.filter(~pl.col("person_key").is_in(kept_back.drop_nulls().implode()))
    letters = (
        free.with_columns(returned=pl.col("person_key").is_in(sure_back))
        .with_columns(stale=_stale(stale_before, zone))
        .with_columns(channel=_channel(order))
        .with_columns(
            channel_reason=_reason(),
            items=pl.col("items").list.join("、"),
            first=_day("first_at", zone),
            last=_day("last_at", zone),
            by_hand=_all_by_hand(free),
        )
        .sort("person_key")
    )
    return Merged(conform(letters.lazy(), LETTERS).collect(), held.select(HELD.names()))


def _kind(words: Words) -> pl.Expr:
    """A hold as the evidence words it, as the program knows it."""
    known = {label: code for code, label in words.holds.items()}
    said = pl.col("hold").str.strip_chars()
    return said.replace(known)


def _there(column: str) -> pl.Expr:
    return pl.col(column).str.contains(r"\S").fill_null(value=False)


def _stale(before: date | None, zone: str) -> pl.Expr:
    if before is None:
        return pl.lit(value=False)
    local = pl.col("contact_at").dt.convert_time_zone(zone).dt.date()
    return (local < before).fill_null(value=False)


def _channel(order: Sequence[str]) -> pl.Expr:
    """The first channel there is a contact for, none of them stale."""
    chosen = pl.lit("substitute")
    for channel in reversed(order):
        usable = _there(_CONTACT[channel]) & ~pl.col("stale")
        if channel == "post":
            usable = usable & ~pl.col("returned")
        chosen = pl.when(usable).then(pl.lit(channel)).otherwise(chosen)
    return chosen


def _reason() -> pl.Expr:
    any_contact = pl.any_horizontal(_there(column) for column in _CONTACT.values())
    why = (
        pl.when(pl.col("returned"))
        .then(pl.lit(RETURNED))
        .when(any_contact & pl.col("stale"))
        .then(pl.lit("stale_contact"))
        .otherwise(pl.lit("no_contact"))
    )
    return pl.when(pl.col("channel") == "substitute").then(why).otherwise(pl.lit(""))


def _day(column: str, zone: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(zone).dt.strftime(DAY)


def _all_by_hand(persons: pl.DataFrame) -> pl.Series:
    """Of each person what `_by_hand` says; only texts with an unusual sign are read closely."""
    text = persons.select(pl.concat_str(pl.col("name", "address").fill_null(""))).to_series()
    signs, known = set(text.str.join("").item()), fonts.coverage().characters
    unusual = sorted(sign for sign in signs if sign not in known or fonts.steering(sign))
    plain = persons["name"].str.contains(r"\S").fill_null(value=False)
    if unusual:
        plain = plain & ~text.str.contains_any(unusual)
    closely = persons.filter(~plain).select("name", "address")
    told = pl.Series([_by_hand(*row) for row in closely.iter_rows()], dtype=pl.String())
    return pl.Series([""]).new_from_index(0, persons.height).scatter((~plain).arg_true(), told)


def _by_hand(name: str | None, address: str | None) -> str:
    """What keeps a letter from being mailed as it is printed."""
    if not (name or "").strip():
        return NO_NAME
    text = f"{name}{address or ''}"
    return "; ".join([*fonts.steering(text), *fonts.printed(text).by_hand])
