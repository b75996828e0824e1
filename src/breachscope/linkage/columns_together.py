"""What the columns of one list say of one another, where one alone may be several things.

Each rule takes the claims of all columns and gives them back, some made stronger, some
weaker: which of several dates is the birth, what the codes 1 and 2 mean, three columns that
make one date, a place and a house number beside their municipality.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.japanese.dates import birth_date
from breachscope.linkage import shapes
from breachscope.linkage.columns_agreeing import landlines, readings
from breachscope.linkage.columns_claims import (
    CLEAR,
    FEW,
    LEAST,
    Claim,
    has_zeros_of_towns,
    repeats,
)
from breachscope.linkage.columns_dates import births, births_in_parts
from breachscope.linkage.columns_headers import NUMBER
from breachscope.linkage.columns_judged import with_claim
from breachscope.linkage.columns_names import FEMALE_END

if TYPE_CHECKING:
    from breachscope.linkage.columns_judged import Columns, Judged


def together(columns: Columns, cells: pl.DataFrame, sample: pl.DataFrame) -> Columns:
    """The claims of all columns, each seen beside the others.

    Args:
        columns: by name.
        cells: the whole list, to know a running number.
        sample: the rows looked at.
    """
    columns = births(columns)
    columns = births_in_parts(columns)
    columns = _parts_of_addresses(columns)
    columns = _sexes(columns, sample)
    columns = _ages(columns, sample)
    columns = _halves_of_names(columns)
    columns = readings(columns, sample)
    columns = _halves_of_names(columns)
    columns = landlines(columns, sample)
    return _running_numbers(columns, cells)


def _halves_of_names(columns: Columns) -> Columns:
    """Short words beside given names are family names, and so with readings."""
    for known, role, test in _HALVES:
        if any(column.is_surely(known) for column in columns.values()):
            columns = _other_half(columns, known, role, test)
    return columns


_HALVES: Final = (
    ("given_name", "family_name", "family"),
    ("family_name", "given_name", "given"),
    ("family_kana", "given_kana", "kana_short"),
)
"""A half of the name -> the other, and the test its cells pass."""


def _other_half(columns: Columns, known: str, role: str, test: str) -> Columns:
    """The one column that can be the other half, if it is alone in that."""
    if any(column.is_surely(role) for column in columns.values()):
        return columns
    found = [
        name
        for name, column in columns.items()
        if column.facts.share(test) >= CLEAR
        and not (column.best and column.best.is_clear)
        and max(column.facts.share("reading_start"), column.facts.share("family_start")) < 0.15
    ]
    if len(found) != 1:
        return columns
    claim = Claim(
        role,
        columns[found[0]].facts.share(test),
        strong=True,
        why=f"are short words, alone beside those of a {known.replace('_', ' ')}",
    )
    return columns | {found[0]: with_claim(columns[found[0]], claim)}


def _parts_of_addresses(columns: Columns) -> Columns:
    """Places and house numbers are parts of an address where a municipality stands beside them.

    Seven bare digits beside an address are its post code, if no other column is.
    """
    columns = _post_code_beside(columns)
    if not any(column.is_surely("city", "prefecture") for column in columns.values()):
        return columns
    return {name: _surer(column, "town", "lot") for name, column in columns.items()}


def _post_code_beside(columns: Columns) -> Columns:
    sure = any(column.is_surely("postal_code", "postal_address") for column in columns.values())
    if sure or not any(column.is_surely("address", "city") for column in columns.values()):
        return columns
    found = [
        name
        for name, column in columns.items()
        if (claim := column.claim("postal_code"))
        and claim.share >= CLEAR
        and (repeats(f := column.facts) or has_zeros_of_towns(f) or f.filled < FEW)
    ]
    return (
        columns | {found[0]: _surer(columns[found[0]], "postal_code")}
        if len(found) == 1
        else columns
    )


def _surer(column: Judged, *roles: str) -> Judged:
    claim = column.claim(*roles)
    if claim is None or claim.share < LEAST:
        return column
    why = f"{claim.why}, beside an address"
    share = claim.share
    if claim.role == "town":  # 市 or 郡 within the name of a town
        share = min(share + column.facts.share("address"), 1.0)
    return with_claim(column, replace(claim, share=share, strong=True, why=why))


def _sexes(columns: Columns, sample: pl.DataFrame) -> Columns:
    """Codes are a sex if one of them goes with women's names."""
    codes = [n for n, c in columns.items() if (s := c.claim("sex")) and not s.strong]
    names = [n for n, c in columns.items() if c.is_surely("name", "given_name")]
    if not codes or not names:
        return columns
    best = max(names, key=lambda name: (columns[name].facts.distinct, name))
    female = sample.select(shapes.plain(best).str.contains(FEMALE_END)).to_series()
    changed = dict(columns)
    for name in codes:
        if _are_sexes(sample[name].str.strip_chars(), female):
            claim = columns[name].claim("sex")
            assert claim is not None
            why = "are one of a few digits, one of which goes with women's names"
            changed[name] = with_claim(columns[name], replace(claim, strong=True, why=why))
    return changed


def _are_sexes(code: pl.Series, female: pl.Series) -> bool:
    """The two commonest codes go with women's and men's names, five times likelier than not.

    Women bear such a name in eight cases of ten, men in two of a hundred, both together in
    four of ten.
    """
    frame = pl.DataFrame({"code": code, "female": female}).drop_nulls()
    by_code = frame.group_by("code").agg(all=pl.len(), women=pl.col("female").sum())
    top = by_code.sort("all", "code", descending=True).head(2)
    counts = top.select("all", "women").rows()
    if len(counts) < 2:
        return False
    likely = max(_odds(*counts), _odds(*reversed(counts))) > math.log(5)
    return likely or _differ(*counts)


def _differ(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Or the shares of women's names lie 20 points and four standard errors apart."""
    whole = (one[1] + other[1]) / (one[0] + other[0])
    error = math.sqrt(whole * (1 - whole) * (1 / one[0] + 1 / other[0]))
    return abs(one[1] / one[0] - other[1] / other[0]) >= max(0.2, 4 * error)


def _odds(men: tuple[int, int], women: tuple[int, int]) -> float:
    """How much likelier the names are if these are the sexes; each (all, women's names)."""

    def of(counts: tuple[int, int], chance: float) -> float:
        named, other = counts[1], counts[0] - counts[1]
        return named * math.log(chance / 0.4) + other * math.log((1 - chance) / 0.6)

    return of(men, 0.02) + of(women, 0.8)


def _ages(columns: Columns, sample: pl.DataFrame) -> Columns:
    """Numbers are ages if with the year of birth they add up to about one year."""
    births = [n for n, c in columns.items() if c.is_surely("birth_date")]
    ages = [n for n, c in columns.items() if (a := c.claim("age")) and not a.strong]
    if len(births) != 1 or not ages:
        return columns
    year = sample.select(birth_date(births[0]).dt.year()).to_series()
    changed = dict(columns)
    for name in ages:
        number = shapes.plain(pl.col(name)).cast(pl.Int32, strict=False)
        total = (sample.select(number).to_series() + year).drop_nulls()
        if len(total) >= 5 and _is_tight(total):
            claim = columns[name].claim("age")
            assert claim is not None
            why = "are whole numbers that with the year of birth add up to one year"
            changed[name] = with_claim(columns[name], replace(claim, strong=True, why=why))
    return changed


def _is_tight(total: pl.Series) -> bool:
    low, high = total.quantile(0.1), total.quantile(0.9)
    return low is not None and high is not None and high - low <= 2


def _running_numbers(columns: Columns, cells: pl.DataFrame) -> Columns:
    """Whole numbers without a gap number the rows, and nobody."""
    changed = dict(columns)
    for name, column in columns.items():
        is_code = column.claim("customer_no", "age") is not None or column.hint.role == NUMBER
        unlike = column.hint.role == "customer_no" or column.facts.share("whole") < 1
        if not is_code or unlike or not _has_no_gap(cells[name]):
            continue
        why = "are whole numbers without a gap, each once"
        changed[name] = replace(column, claims=(Claim("other", 1.0, strong=True, why=why),))
    return changed


def _has_no_gap(column: pl.Series) -> bool:
    """From 0 or 1 on, without leading zeros: customer numbers begin elsewhere or have width."""
    text = column.str.strip_chars().drop_nulls()
    numbers = text.cast(pl.Int64, strict=False).drop_nulls()
    if len(numbers) < 5 or text.str.contains("^0[0-9]").any():
        return False
    low, high = numbers.min(), numbers.max()
    assert isinstance(low, int)
    assert isinstance(high, int)
    return low in (0, 1) and high - low == numbers.n_unique() - 1 == len(numbers) - 1
