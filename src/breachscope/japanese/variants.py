"""Variant kanji, read from the tables and folded to one sign each, tier by tier.

Tier 1: old and new forms, and forms of one sign (髙 高). Tier 2: also those the family
registers take for one (嶋 島). Tier 3: also look-alike surnames (斉 斎): for finding
candidates only.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

_FILES: Final = ("kanji_variants.tsv", "kanji_variants_mj.tsv")


@cache
def folding(tier: int) -> dict[str, str]:
    """Variant -> base for all rows up to a tier; no base is itself a variant."""
    steps: dict[str, str] = {}
    for name in _FILES:
        table = files(__package__).joinpath("tables", name)
        if table.is_file():
            steps |= _rows(table.read_text(encoding="utf-8"), tier)
    return {variant: _end(variant, steps) for variant in steps}


def _rows(text: str, tier: int) -> dict[str, str]:
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return {variant: base for variant, base, weakest, _ in rows if int(weakest) <= tier}


def _end(variant: str, steps: dict[str, str]) -> str:
    while variant in steps:
        variant = steps[variant]
    return variant
