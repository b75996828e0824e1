"""The report's words in Japanese and English, and how it writes numbers and times.

All of them stand in `words.toml`. A `Said` is the Japanese text, and has the English beside it;
the page shows one or the other.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.schema import UTC_TIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Said(str):
    """A text in Japanese that has the same in English beside it."""

    __slots__ = ("english",)
    english: str

    def __new__(cls, japanese: str, english: str) -> Said:
        """Both texts; either may be empty."""
        made = super().__new__(cls, japanese)
        made.english = english
        return made

    @property
    def japanese(self) -> str:
        """The Japanese text alone."""
        return str.__str__(self)

    @property
    def by_language(self) -> tuple[tuple[str, str], ...]:
        """Code of the language and its text, both; none where the texts are the same."""
        if self.japanese == self.english:
            return ()
        return (("ja", self.japanese), ("en", self.english))

    @property
    def plain(self) -> str:
        """Both in one text, where there can be no markup."""
        return " / ".join(one for _, one in self.by_language) or self.japanese


Words = dict[str, Said]


def english(text: str) -> str:
    """The English of a text; the text itself where it is a name or a figure."""
    return text.english if isinstance(text, Said) else text


def japanese(text: str) -> str:
    """The Japanese of a text; the text itself where it is a name or a figure."""
    return text.japanese if isinstance(text, Said) else text


def plain(text: str) -> str:
    """Both languages in one text, where there can be no markup."""
    return text.plain if isinstance(text, Said) else text


def _read() -> dict[str, Any]:
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        return tomllib.load(file)


_CATALOGUE: Final = _read()


def _words(table: str) -> Words:
    return {key: Said(*pair) for key, pair in _CATALOGUE[table].items()}


SECTORS: Final = _words("sectors")
TIERS: Final = _words("tiers")
ROUTES: Final = _words("routes")
POLICIES: Final = _words("policies")
CHANGES: Final = _words("changes")
PAIRS: Final = _words("pairs")
KINDS: Final = _words("kinds")
FIELDS: Final = _words("fields")
KEYS: Final = _words("keys")
LIMITS: Final = _words("limits")
UNITS: Final = _words("units")
OBJECTIONS: Final = _words("objections")
DUTIES: Final = _words("duties")
ANSWERS: Final = _words("answers")
RECIPIENTS: Final = _words("recipients")
VERDICTS: Final = _words("verdicts")
CHANNELS: Final = _words("channels")
PRESENCE: Final = _words("presence")
SETTLES: Final = _words("settles")
RATES: Final = _words("rates")
LEAK_VERDICTS: Final = _words("leak_verdicts")
DEPTHS: Final = _words("depths")
VARIED: Final = _words("varied")
VARIATIONS: Final = _words("variations")
CHANGE_KINDS: Final = _words("change_kinds")
_SAY: Final = _words("say")
_OF_THE_RUN: Final = [
    (re.compile(each["english"]), each["japanese"]) for each in _CATALOGUE.get("of_the_run", ())
]

UNKNOWN: Final = _SAY["unknown"]
NONE: Final = "—"


def say(key: str, **values: object) -> Said:
    """A sentence of the catalogue with its figures and names filled in.

    Raises:
        KeyError: the catalogue has no such sentence, or it asks for what is not given.
    """
    text = _SAY[key]
    if not values:
        return text
    theirs = {name: english(v) if isinstance(v, str) else v for name, v in values.items()}
    ours = {name: japanese(v) if isinstance(v, str) else v for name, v in values.items()}
    return Said(text.japanese.format(**ours), text.english.format(**theirs))


def joined(texts: Iterable[str], between: str = "、", in_english: str = ", ") -> Said:
    """Texts one after the other, in both languages; empty of none."""
    every = list(texts)
    return Said(between.join(map(japanese, every)), in_english.join(map(english, every)))


def of_the_run(text: str) -> Said:
    """What the run says in English, part by part, in Japanese too where the catalogue has it."""
    parts = [_part(part) for part in text.split("; ")]
    return joined(parts, "。", "; ") if len(parts) > 1 else parts[0]


def _part(text: str) -> Said:
    for pattern, ours in _OF_THE_RUN:
        if found := pattern.fullmatch(text):
            said = {name: japanese(_part(value or "")) for name, value in found.groupdict().items()}
            return Said(ours.format(**said), text)
    return Said(text, text)


def number(value: float | None) -> str:
    """A count with separators; a fraction keeps one digit; a dash for nothing."""
    if value is None:
        return NONE
    if 0 < value < 0.1:
        return _SAY["under"]
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def span(low: int | None, high: int | None) -> str:
    """`low–high`, or one figure where both are equal."""
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def local(column: str, zone: str, form: str = "%Y-%m-%d %H:%M") -> pl.Expr:
    """A UTC column as text in the case's zone."""
    return pl.col(column).cast(UTC_TIME).dt.convert_time_zone(zone).dt.strftime(form).alias(column)


def word(words: Mapping[str, Said], key: str | None) -> str:
    """The word in both languages; the key itself where the playbook brought a new one."""
    return UNKNOWN if key is None else words.get(key, key)
