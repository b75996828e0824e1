"""How far a column could be what its header says: what a cell must at least be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from breachscope.linkage.columns_claims import are_names

if TYPE_CHECKING:
    from breachscope.linkage.columns_facts import Facts

_FITS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("spelt", "latin"),
    "name_kana": ("name_kana",),
    "kana": ("kana",),
    "family_kana": ("kana_short",),
    "given_kana": ("kana_short",),
    "phone": ("phone", "lost_zero"),
    "mobile": ("phone", "lost_zero"),
    "phones": ("phone", "lost_zero"),
    "postal_code": ("postal", "postal_short", "postal_address"),
    "address": ("address", "city", "town", "postal_address"),
    "postal_address": ("postal_address",),
    "prefecture": ("prefecture",),
    "city": ("city",),
    "town": ("town", "words"),
    "lot": ("lot", "whole", "town"),
    "building": ("building", "words", "lot", "whole"),
    "birth_date": ("date",),
    "birth_era": ("era", "sex_code"),
    "birth_year": ("year", "era_year", "short_year"),
    "birth_month": ("month",),
    "birth_day": ("day",),
    "age": ("age", "age_word"),
    "sex": ("sex_word", "sex_code"),
    "email": ("email",),
    "customer_no": ("code", "whole"),
    "organisation": ("organisation", "words"),
}
"""What a cell must at least be, for its header's word to stand. No two tests of a role
overlap much; the sum is cut at 1."""

_ANY_WORDS: Final = ("town", "building", "organisation")
"""Any words may be these, but for names of people."""


def fit(facts: Facts, role: str) -> float:
    """The share of cells that could have this role, if the header says so."""
    if role == "family_name":
        common = facts.share("family_exact")
        share = facts.share("family") if facts.share("given_end") < 0.4 else common
        return share + facts.share("letters")
    if role == "given_name":
        ends = facts.share("given_end")
        share = facts.share("given") if facts.share("family_exact") < 0.12 else ends
        return share + facts.share("letters")
    tests = _FITS.get(role, ())
    if role in _ANY_WORDS:
        wanted = [test for test in tests if test != "words" or not are_names(facts)]
        return max((facts.share(test) for test in wanted), default=0.0)
    return min(sum(facts.share(test) for test in tests), 1.0)
