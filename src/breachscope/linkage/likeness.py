"""How alike the form of a leaked list is to the lists of a party: a hint, and no more.

Many systems write alike, and brokers rewrite what they sell; so likeness of form names nobody. It
is told beside the content, and is all there is to say of a list whose people nobody kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.schema import LEAK_FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breachscope.linkage.form import FormFacts

YEARS: Final = 10.0
"""Deciles of birth years that differ by so much on average are nothing alike."""


def likeness(leak_id: str, leak: FormFacts, parties: Mapping[str, FormFacts]) -> pl.DataFrame:
    """LEAK_FORMS of one leak, the likest party first.

    Args:
        leak_id: the leak.
        leak: its form.
        parties: the form of each party's latest list that is kept.
    """
    told = [_row(leak_id, leak, party, form) for party, form in parties.items()]
    table = pl.DataFrame(told, schema=LEAK_FORMS)
    return table.sort("likeness", "party_id", descending=[True, False])


def _row(leak_id: str, leak: FormFacts, party: str, form: FormFacts) -> dict[str, object]:
    facets = {
        "headers": _shared(leak.headers, form.headers),
        "order": _order(leak.roles, form.roles),
        "notation": _notation(leak, form),
        "regions": _overlap(leak.prefectures, form.prefectures),
        "ages": _ages(leak.birth_years, form.birth_years),
    }
    known = [share for share in facets.values() if share is not None]
    whole = sum(known) / len(known) if known else 0.0
    return {"leak_id": leak_id, "party_id": party, **facets, "likeness": round(whole, 4)}


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> float | None:
    """Headers in common, of all in either (Jaccard)."""
    mine, theirs = set(filter(None, one)), set(filter(None, other))
    if not mine or not theirs:
        return None
    return round(len(mine & theirs) / len(mine | theirs), 4)


def _order(one: tuple[str, ...], other: tuple[str, ...]) -> float | None:
    """Of the pairs of roles that both have, the share that stand in the same order (Kendall)."""
    both = [role for role in dict.fromkeys(one) if role in other and role != "other"]
    pairs = [(a, b) for i, a in enumerate(both) for b in both[i + 1 :]]
    if not pairs:
        return None
    same = sum(other.index(a) < other.index(b) for a, b in pairs)
    return round(same / len(pairs), 4)


def _notation(one: FormFacts, other: FormFacts) -> float | None:
    """Shares of styles in common, the mean over the notations that both have."""
    both = sorted(set(one.styles) & set(other.styles))
    found = [_overlap(one.styles[what], other.styles[what]) for what in both]
    known = [share for share in found if share is not None]
    return round(sum(known) / len(known), 4) if known else None


def _overlap(one: Mapping[str, float], other: Mapping[str, float]) -> float | None:
    """What two distributions have in common: one less their total variation."""
    if not one or not other:
        return None
    return round(sum(min(share, other.get(name, 0.0)) for name, share in one.items()), 4)


def _ages(one: tuple[int, ...], other: tuple[int, ...]) -> float | None:
    """How near the deciles of birth years lie."""
    if not one or len(one) != len(other):
        return None
    apart = sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)
    return round(max(1.0 - apart / YEARS, 0.0), 4)
