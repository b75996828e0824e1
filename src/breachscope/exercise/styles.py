"""How one source system writes people down: which columns, which headings, which notations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from breachscope.exercise.tables import HEADERS

if TYPE_CHECKING:
    import numpy as np

    from breachscope.exercise.world import Party


@dataclass(frozen=True, slots=True)
class Style:
    """One source system's way of writing."""

    columns: tuple[str, ...]  # canonical names and `note`, in file order
    headings: tuple[str, ...]
    separator: str
    quoted: bool
    name_gap: str  # between surname and given name
    variants: bool  # writes variant characters
    kana: str  # full, half, hiragana
    kana_gap: str
    mobile_first: bool
    phone: str  # dashes, plain, brackets, wide, lost_zero
    postal: str  # dash, plain, mark, wide
    prefecture: bool
    address: str  # chome, dashes, kanji, wide, chome_dashes
    building: str  # full, short, none
    small_ke: bool
    birth: str  # slash, era, era_kanji, plain, dash
    sex: str  # kanji, letter, digit
    birth_missing: float
    phone_missing: float


def draw(rng: np.random.Generator, party: Party, separator: str, variants: bool) -> Style:
    """A system of one party: it knows at least what ties that party's lists together."""
    columns = _columns(rng, party)
    naming = int(rng.integers(0, 4))

    def one(*words: str) -> str:
        return words[int(rng.integers(0, len(words)))]

    return Style(
        columns=columns,
        headings=tuple(HEADERS[name][naming] for name in columns),
        separator=separator,
        quoted=bool(rng.random() < 0.2) or "note" in columns,
        name_gap=one("　", "　", " ", ""),
        variants=variants,
        kana=one("full", "full", "half", "half", "hiragana"),
        kana_gap=one("　", " ", ""),
        mobile_first=bool(rng.random() < 0.6),
        phone=one("dashes", "dashes", "plain", "brackets", "wide", "lost_zero"),
        postal=one("dash", "plain", "mark", "wide"),
        prefecture=bool(rng.random() < 0.7),
        address=one("chome", "dashes", "kanji", "wide", "chome_dashes"),
        building=one("full", "short", "none"),
        small_ke=bool(rng.random() < 0.7),
        birth=one("slash", "era", "era_kanji", "plain", "dash"),
        sex=one("kanji", "letter", "digit"),
        birth_missing=float(rng.choice([0.0, 0.03, 0.15])),
        phone_missing=float(rng.choice([0.0, 0.02, 0.06])),
    )


def _columns(rng: np.random.Generator, party: Party) -> tuple[str, ...]:
    """Address and telephone always, the rest as the party and the system happen to have it."""
    columns = ["customer_no"] if party.has_customer_no else []
    columns += ["family_name", "given_name"] if rng.random() < 0.2 else ["name"]
    if rng.random() < 0.7:
        columns.append("kana")
    if rng.random() < 0.8:
        columns.append("postal_code")
    columns.append("address")
    columns += ["phone", "phone2"] if rng.random() < 0.35 else ["phone"]
    if party.has_birth:
        columns.append("birth_date")
    if rng.random() < 0.5:
        columns.append("sex")
    if party.sector == "private" and rng.random() < 0.1:
        columns.append("email")
    if rng.random() < 0.4:
        columns.append("note")
    if rng.random() < 0.2:  # some systems put the telephone first
        columns.remove("phone")
        columns.insert(0, "phone")
    return tuple(columns)
