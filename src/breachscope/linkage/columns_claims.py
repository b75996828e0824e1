"""What role the cells of one column claim, and how far; the header is not asked.

A claim is *strong* if the cells can hardly be anything else: then, from CLEAR on, content
decides. The numbers of each rule stand beside it. Expected of a column of full Japanese
names: half begin with a common family name, four in five end as given names do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from breachscope.linkage.columns_facts import Facts

ROLES: Final = (
    *("name", "family_name", "given_name", "name_kana", "kana", "family_kana", "given_kana"),
    *("phone", "mobile", "phones", "postal_code", "address", "postal_address", "prefecture"),
    *("city", "town", "lot", "building", "birth_date", "birth_era", "birth_year", "birth_month"),
    *("birth_day", "age", "sex", "email", "customer_no", "organisation", "other"),
)
"""`phone`: landlines, or both kinds; `mobile`: nearly all mobiles; `phones`: several in a cell.
`name_kana`: a name with its reading; `postal_address`: an address after its post code."""

CLEAR: Final = 0.8
"""From this share of fitting cells on, a strong claim decides against a header."""
LEAST: Final = 0.5
"""From this share on, a claim gives a role where the header says nothing."""
FEW: Final = 30
"""A column of fewer cells is a small sample; it is said."""
MERGED: Final = 0.3
"""From this share of merged cells on, a column is one of merged cells."""
SEVERAL: Final = 4
"""Fewer different words than these are no names of many people."""
GENERATION: Final = 20
"""Dates that span this many years between the first and last tenth are births."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A role the cells of a column may have."""

    role: str
    share: float
    strong: bool
    why: str  # in words, never a value

    @property
    def is_clear(self) -> bool:
        """It decides, whatever the header says."""
        return self.strong and self.share >= CLEAR


def claims(facts: Facts) -> list[Claim]:
    """All claims of a column, the best first; `other` is among them where content says so."""
    if not facts.filled:
        return []
    found = [claim for make in _CLAIMANTS if (claim := make(facts)) and claim.share > 0]
    return sorted(found, key=rank)


def rank(claim: Claim) -> tuple[bool, bool, float, int]:
    """Order of claims: clear ones, then strong ones, by share; the closer role at a tie."""
    return (not claim.is_clear, not claim.strong, -claim.share, ROLES.index(claim.role))


def percent(share: float) -> str:
    """A share in words; never 100 % or 0 % of what is not all or nothing."""
    if 0 < share < 1:
        return f"{min(max(round(100 * share), 1), 99)} %"
    return f"{round(100 * share)} %"


def _email(f: Facts) -> Claim:
    return Claim("email", f.share("email"), strong=True, why="have the form of e-mail addresses")


def _sex(f: Facts) -> Claim | None:
    """Words for the sexes; the codes 1 and 2 alone may be anything."""
    if words := f.share("sex_word"):
        share = words + (f.share("sex_code") if words >= MERGED else 0.0)
        return Claim("sex", share, strong=f.distinct <= 12, why="are words for a sex")
    if f.distinct <= 4 and f.share("sex_code"):
        return Claim("sex", f.share("sex_code"), strong=False, why="are one of a few digits")
    return None


def _prefecture(f: Facts) -> Claim:
    return Claim("prefecture", f.share("prefecture"), strong=True, why="are prefectures")


def _phone(f: Facts) -> Claim:
    """Numbers in full; those that lost their zero count if two lengths or a mobile's say so.

    Nine digits alone may as well be customer numbers.
    """
    whole, lost = f.share("phone"), f.share("lost_zero")
    long = f.share("lost_zero_long")
    two_lengths = min(long, lost - long) >= 0.03
    sure = whole >= 0.5 or (lost >= 0.5 and (two_lengths or long >= CLEAR * lost))
    share = min(whole + lost if sure else whole, 1.0)
    return Claim(_kind_of_phone(f, share), share, strong=sure, why=_phone_words(f, share))


def _kind_of_phone(f: Facts, share: float) -> str:
    if f.share("phones") >= 0.2 * share:
        return "phones"
    return "mobile" if f.share("mobile") >= 0.9 * share else "phone"


def _phone_words(f: Facts, share: float) -> str:
    mobile = f.share("mobile") / share if share else 0.0
    words = f"are telephone numbers, {percent(min(mobile, 1.0))} of them mobiles"
    if several := f.share("phones"):
        words = f"are telephone numbers, {percent(several)} of all cells hold several"
    if lost := f.share("lost_zero"):
        words += f"; {percent(lost)} lack the leading zero"
    return words


def _postal(f: Facts) -> Claim:
    """With dash or 〒 for certain; seven bare digits if they have the zeros of towns.

    Nearly half of the people live under codes with a 0 in fourth place, of customer numbers
    one in ten has it, or all of a run. So the codes must repeat, or begin in many ways.
    """
    share, short = f.share("postal"), f.share("postal_short")
    if share >= 0.3 and short < 0.5:  # of codes that lost their first zero
        share += short
    spread = f.areas >= max(5, min(f.filled // 10, 50))
    strong = f.share("postal_sure") >= 0.5 or (has_zeros_of_towns(f) and (repeats(f) or spread))
    return Claim("postal_code", share, strong=strong, why="have the form of post codes")


def repeats(f: Facts) -> bool:
    """Some cells occur twice, as post codes do and customer numbers do not."""
    return f.filled >= FEW and f.distinct_share < 0.99


def has_zeros_of_towns(f: Facts) -> bool:
    """Of bare seven digits three in ten have a 0 in fourth place."""
    return f.share("postal_town") >= 0.3 * (f.share("postal") - f.share("postal_sure"))


def _postal_address(f: Facts) -> Claim:
    """From three in ten on, the addresses without a code belong to the same column."""
    share = f.share("postal_address")
    if share >= MERGED:
        share = min(share + f.share("address") + f.share("city"), 1.0)
    return Claim("postal_address", share, strong=True, why="are addresses after their post code")


def _address(f: Facts) -> Claim:
    """Municipality and number; where many have both, those without a number count as well."""
    whole = f.share("address")
    if whole >= MERGED:
        whole += f.share("city")
        whole += f.share("postal_address") if f.share("postal_address") < MERGED else 0.0
    why = "name a municipality and a number"
    return Claim("address", min(whole, 1.0), strong=True, why=why)


def _city(f: Facts) -> Claim:
    share = f.share("city") if f.share("address") < MERGED else 0.0
    return Claim("city", share, strong=True, why="end in or name a municipality, without a number")


def _town(f: Facts) -> Claim:
    why = "are a place and a number without a municipality"
    return Claim("town", f.share("town"), strong=False, why=why)


def _lot(f: Facts) -> Claim:
    return Claim("lot", f.share("lot"), strong=False, why="have the form of house numbers")


def _building(f: Facts) -> Claim:
    return Claim("building", f.share("building"), strong=True, why="name a building or a room")


def _date(f: Facts) -> Claim | None:
    """Births if they span a generation; else dates, of which the header or the others decide."""
    share = f.share("date")
    first, last = f.year_at(0.1), f.year_at(0.9)
    if not share or first is None or last is None:
        return None
    span = last - first
    why = f"are dates; the middle eight tenths span {span} years"
    return Claim("birth_date", share, strong=span >= GENERATION and f.distinct > 3, why=why)


def _age(f: Facts) -> Claim:
    if f.share("age_word") >= 0.5:
        return Claim("age", f.share("age_word"), strong=True, why="are ages in words")
    spread = f.distinct >= min(8, f.filled // 2 + 1)
    share = f.share("age") if spread else 0.0
    return Claim("age", share, strong=False, why="are whole numbers up to 110")


def _name(f: Facts) -> Claim | None:
    """Whole names, in kanji with or without a space."""
    share, common, ends = f.share("name"), f.share("family_start"), f.share("given_end")
    merged = f.share("name_kana")
    spelt = share + f.share("latin") + (merged if merged < MERGED else 0.0)
    if f.share("latin") > share:
        return None
    several = f.distinct >= max(min(SEVERAL, f.filled), 0.02 * f.filled)
    strong = are_names(f) and several
    why = (
        f"are spelt as names; {percent(common)} begin with a common family name, "
        f"{percent(f.share('family_signs'))} with the signs of one, "
        f"{percent(ends)} end as given names do"
    )
    return Claim("name", min(spelt, 1.0), strong=strong, why=why)


def are_names(f: Facts) -> bool:
    """15 % begin with a common family name, or 40 % with its signs, and 30 % end as given names."""
    begin = f.share("family_start") >= 0.15 or f.share("family_signs") >= 0.4
    return begin and f.share("given_end") >= 0.3


def _latin_name(f: Facts) -> Claim | None:
    share, sounds = f.share("latin"), f.share("romaji")
    if share <= f.share("name"):
        return None
    why = f"are words in Latin letters; {percent(sounds)} sound Japanese"
    strong = sounds >= 0.6 and f.distinct >= min(SEVERAL, f.filled)
    return Claim("name", share, strong=strong, why=why)


def _family_name(f: Facts) -> Claim:
    """Family names if 20 % are common ones."""
    common = f.share("family_exact")
    why = f"are short words; {percent(common)} are common family names"
    strong = common >= 0.2 and f.distinct >= min(SEVERAL, f.filled)
    return Claim("family_name", f.share("family"), strong=strong, why=why)


def _given_name(f: Facts) -> Claim:
    """Given names if half end as these do, and hardly any are family names."""
    ends, common = f.share("given_end"), f.share("family_exact") + f.share("family_start")
    several = f.distinct >= max(min(SEVERAL, f.filled), 0.01 * f.filled)
    why = f"are short words; {percent(ends)} end as given names do"
    strong = ends >= 0.5 and common < 0.12 and several and f.filled >= 5
    return Claim("given_name", f.share("given"), strong=strong, why=why)


def _name_kana(f: Facts) -> Claim:
    """From three in ten on, the names without a reading belong to the same column."""
    share = f.share("name_kana")
    if share >= MERGED:
        share = min(share + f.share("name"), 1.0)
    return Claim("name_kana", share, strong=True, why="are names with their reading")


def _kana(f: Facts) -> Claim:
    """Readings if 15 % begin with the reading of a common family name, or are one."""
    starts, exact = f.share("reading_start"), f.share("reading_exact")
    why = (
        f"are kana; {percent(starts)} begin with the reading of a common family name, "
        f"{percent(exact)} are one"
    )
    role = "family_kana" if exact >= 0.2 and exact > starts else "kana"
    several = f.distinct >= max(min(SEVERAL, f.filled), 0.02 * f.filled)
    strong = (role == "family_kana" or starts >= 0.15) and several
    return Claim(role, f.share("kana"), strong=strong, why=why)


def _organisation(f: Facts) -> Claim:
    why = "are names of organisations"
    return Claim("organisation", f.share("organisation"), strong=True, why=why)


def _customer_no(f: Facts) -> Claim:
    """Codes of one pattern (in 95 of 100 cells), hardly one of them twice."""
    one_pattern = f.signature_share >= 0.95 and f.distinct_share >= 0.97
    share = f.share("code") if one_pattern else 0.0
    strong = f.filled >= 10 and max(f.share(test) for test in _OTHER_NUMBERS) < 0.3
    return Claim("customer_no", share, strong=strong, why="are codes, hardly one of them twice")


def _amount(f: Facts) -> Claim:
    return Claim("other", f.share("amount"), strong=True, why="are amounts")


_OTHER_NUMBERS: Final = ("phone", "lost_zero", "postal", "date", "amount")
_CLAIMANTS: Final[tuple[Callable[[Facts], Claim | None], ...]] = (
    *(_email, _sex, _prefecture, _phone, _postal, _postal_address, _address, _city, _town),
    *(_lot, _building, _date, _age, _name, _latin_name, _family_name, _given_name, _name_kana),
    *(_kana, _organisation, _customer_no, _amount),
)
