"""Persons of other parties in the texts of a package: by name, telephone, e-mail and key.

Looked for is every value that other parties' records hold and the package's own party's do
not. A namesake of an own person cannot be told from that person, and is not reported.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SHORTEST_NAME, LONGEST_NAME = 3, 12
"""A name of two characters is a word of the language as often as not."""
SHORTEST_PHONE: Final = 9

_SPELLS: Final = (
    r"\u3005-\u3007\u303b\u3041-\u309f\u30a1-\u30ff"
    r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN: Final = re.compile(f"[{_SPELLS}]+")
_GAP: Final = re.compile(f"(?<=[{_SPELLS}])[ \t\u3000・]+(?=[{_SPELLS}])")
_PHONE: Final = re.compile(r"(?<![\d-])\+?\d[\d\-() ]{7,16}\d(?![\d-])")
_MAIL: Final = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_KEY: Final = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{16}(?![0-9a-zA-Z])")
KINDS: Final = ("name", "telephone", "e-mail", "person key")


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a package, in the form it is searched in."""

    party: str
    package: str
    file: str
    text: str = field(repr=False)


def said(party: str, package: str, file: str, text: str) -> Said:
    """A text made ready to be searched: widths folded, gaps inside names closed."""
    return Said(party, package, file, _GAP.sub("", unicodedata.normalize("NFKC", text)))


def candidates(texts: Iterable[Said]) -> pl.DataFrame:
    """kind, value of everything in the texts that could identify a person; each once."""
    runs: set[str] = set()
    found: set[tuple[str, str]] = set()
    for one in texts:
        runs.update(_RUN.findall(one.text))
        found |= _numbers(one.text)
    found.update(("name", window) for run in runs for window in _windows(run))
    schema = {"kind": pl.String(), "value": pl.String()}
    return pl.DataFrame(sorted(found), schema=schema, orient="row")


def values(records: pl.LazyFrame) -> pl.LazyFrame:
    """kind, value of everything in records that identifies a person, in the same form.

    `records` has any of the fields of a record, as text.
    """
    have = set(records.collect_schema().names())
    parts = [records.select(kind=pl.lit("name"), value=_name(form)) for form in _names(have)]
    parts += [
        records.select(kind=pl.lit("telephone"), value=_phone(name))
        for name in ("phone", "phone2")
        if name in have
    ]
    if "email" in have:
        mail = pl.col("email").str.normalize("NFKC").str.strip_chars().str.to_lowercase()
        parts.append(records.select(kind=pl.lit("e-mail"), value=mail))
    if not parts:
        return pl.LazyFrame(schema={"kind": pl.String(), "value": pl.String()})
    return pl.concat(parts).drop_nulls("value")


def problems(
    texts: Iterable[Said],
    owners: Mapping[tuple[str, str], set[str]],
    public: str,
) -> Iterator[tuple[str, str]]:
    """Package and problem of every text that holds a person of another party.

    Args:
        texts: what the packages say.
        owners: kind and value -> the parties whose records hold it.
        public: text anybody may read: templates, what people state, names of the parties.
    """
    open_to_all = said("", "", "", public).text
    secret = {pair: whose for pair, whose in owners.items() if pair[1] not in open_to_all}
    names = [(value, whose) for (kind, value), whose in secret.items() if kind == "name"]
    own_names: dict[str, list[str]] = defaultdict(list)
    for (kind, value), whose in owners.items():
        for party in whose if kind == "name" else ():
            own_names[party].append(value)
    for one in texts:
        rest = _without_own(one, own_names[one.party])
        kinds: dict[str, int] = defaultdict(int)
        for kind, value in _numbers(rest):
            holders = secret.get((kind, value))
            kinds[kind] += holders is not None and one.party not in holders
        kinds["name"] = sum(v in rest for v, whose in names if one.party not in whose)
        for kind in KINDS:
            if kinds[kind]:
                what = f"{one.file}: holds {kinds[kind]} {kind}s of persons of another party"
                yield one.package, what


def _without_own(one: Said, own: Iterable[str]) -> str:
    """The text without its own persons' names, so that no part of one is taken for another's."""
    text = one.text
    for name in sorted((v for v in own if v in text), key=len, reverse=True):
        text = text.replace(name, "\n")
    return text


def _numbers(text: str) -> set[tuple[str, str]]:
    """Every telephone, e-mail and person key in a text, each once."""
    found = {("telephone", digits) for m in _PHONE.findall(text) if (digits := _digits(m))}
    found.update(("e-mail", m.casefold()) for m in _MAIL.findall(text))
    found.update(("person key", m) for m in _KEY.findall(text))
    return found


def _windows(run: str) -> Iterator[str]:
    for begin in range(len(run)):
        for end in range(begin + SHORTEST_NAME, min(len(run), begin + LONGEST_NAME) + 1):
            yield run[begin:end]


def _digits(text: str) -> str | None:
    digits = re.sub(r"\D", "", text)
    digits = f"0{digits[2:]}" if text.startswith("+81") else digits
    return digits if len(digits) >= SHORTEST_PHONE else None


def _names(have: set[str]) -> Iterator[pl.Expr]:
    for whole, family, given in (
        ("name", "family_name", "given_name"),
        ("kana", "family_kana", "given_kana"),
    ):
        if whole in have:
            yield pl.col(whole)
        if {family, given} <= have:
            yield pl.concat_str(family, given)


def _name(text: pl.Expr) -> pl.Expr:
    plain = text.str.normalize("NFKC").str.replace_all(r"[\s・]", "")
    length = plain.str.len_chars()
    only = plain.str.contains(r"^[\p{Han}\p{Hiragana}\p{Katakana}ー々]+$")
    return pl.when(only & length.is_between(SHORTEST_NAME, LONGEST_NAME)).then(plain)


def _phone(column: str) -> pl.Expr:
    digits = pl.col(column).str.normalize("NFKC").str.replace_all(r"\D", "")
    return pl.when(digits.str.len_chars() >= SHORTEST_PHONE).then(digits)
