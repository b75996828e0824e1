"""Which line names the columns, and which canonical column each of them is.

Names are compared without width, case, spaces and signs; what stands in brackets is
dropped when the whole name is not known: 転送量(バイト) is 転送量.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from breachscope.errors import EvidenceError
from breachscope.schema import ATTRIBUTE_PREFIX, KINDS, ONE_OF, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from breachscope.evidence.spec import ReadSpec
    from breachscope.playbook import Columns

SEARCHED_LINES: Final = 50
SEPARATORS: Final = (",", "\t", ";", "|")

_BRACKETS: Final = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】|<[^>]*>|〔[^〕]*〕|「[^」]*」")
_TELLING: Final = re.compile(r"カナ|かな|ふり|フリ|kana|ローマ|英|旧|緊急|勤務|携帯|2|fax", re.I)
_SIGNS: Final = re.compile(r"[\W_]+")
_DATA: Final = re.compile(r"\d{3}|\d[/:.-]\d|@|様$")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of one table are.

    `cells` are the file's own names in order; `columns` and `attributes` map canonical and
    own names to places in it; `first` and `last` are the lines of the header, from 1, `first`
    greater than `last` where there is none.
    """

    cells: tuple[str, ...]
    columns: dict[str, int]
    attributes: dict[str, int]
    separator: str = ""
    first: int = 1
    last: int = 0
    header: bytes = b""  # as UTF-8, to know it when it is repeated
    notes: tuple[str, ...] = ()

    @property
    def found(self) -> dict[str, str]:
        """The file's column for each canonical one."""
        return {name: self.cells[place] for name, place in self.columns.items()}


@lru_cache(maxsize=4096)
def keys(name: str) -> tuple[str, ...]:
    """The forms under which a column's name is looked up, the closest first."""
    plain = unicodedata.normalize("NFKC", name).casefold().strip().replace("〒", "郵便")
    forms = [_SIGNS.sub("", plain) or plain]
    inside = "".join(_BRACKETS.findall(plain))
    if inside and not _TELLING.search(inside):
        forms.append(_SIGNS.sub("", _BRACKETS.sub("", plain)))
    return tuple(dict.fromkeys(form for form in forms if form))


def aliases(columns: Columns, kind: Kind) -> dict[str, str]:
    """Every known form of a name, and the canonical column it stands for."""
    own = {column.name: [column.name] for column in KINDS[kind]}
    known: dict[str, str] = {}
    for names in (own, columns.columns.get(kind, {})):
        for canonical, others in names.items():
            for other in others:
                known.setdefault(keys(other)[0], canonical)
    return known


def canonical_of(name: str, known: dict[str, str]) -> str | None:
    """The canonical column a name stands for; None if it is not known."""
    return next((known[form] for form in keys(name) if form in known), None)


def matches(cells: Iterable[str], known: dict[str, str]) -> int:
    """How many different canonical columns the cells name."""
    return len({name for cell in cells if (name := canonical_of(cell, known))})


def find(rows: Sequence[Sequence[str]], spec: ReadSpec) -> int | None:
    """Which of the first rows names the columns.

    With a mapping's `skip_rows`, the row after those; else the first row with two known
    names, or all the mapping's; else the first whose only cell is a known name.
    """
    wanted = set(spec.mapping.columns.values()) if spec.mapping else set()
    if spec.mapping and spec.mapping.skip_rows is not None:
        place = spec.mapping.skip_rows
        return place if place < len(rows) else None
    known = aliases(spec.columns, spec.kind)
    for enough in (2, 1):
        for place, cells in enumerate(rows[:SEARCHED_LINES]):
            if wanted and wanted <= {cell.strip() for cell in cells}:
                return place
            filled = [cell for cell in cells if cell.strip()]
            if matches(filled, known) >= (enough if enough > 1 else max(1, len(filled) - 1)):
                return place
    return None


def layout(cells: Sequence[str], spec: ReadSpec, where: str) -> Layout:
    """The columns of a header.

    Raises:
        EvidenceError: two columns of the file stand for one, or the mapping names one the
            file has not.
    """
    names = _own_names(cells)
    known = aliases(spec.columns, spec.kind)
    columns = _mapped(names, spec, where)
    for place, name in enumerate(names):
        canonical = canonical_of(cells[place], known)
        if canonical is None or place in columns.values():
            continue
        if spec.mapping and canonical in spec.mapping.columns:
            continue
        if canonical in columns:
            both = f"“{names[columns[canonical]]}” and “{name}”"
            raise EvidenceError(
                f"{where}: {both} both stand for {canonical}",
                hint="say which in a mapping file: [columns]",
            )
        columns[canonical] = place
    if spec.kind is Kind.TIMELINE and "datetime" not in columns and "timestamp" in names:
        columns["datetime"] = names.index("timestamp")  # as Timesketch allows
    taken = set(columns.values())
    attributes = {
        ATTRIBUTE_PREFIX + name: place for place, name in enumerate(names) if place not in taken
    }
    order = {column.name: None for column in KINDS[spec.kind] if column.name in columns}
    return Layout(tuple(names), {name: columns[name] for name in order}, attributes)


def missing(found: Iterable[str], spec: ReadSpec) -> list[str]:
    """What must be found and is not: columns, and groups of which one is needed."""
    patterns = set(spec.mapping.patterns) if spec.mapping else set()
    have = {*found, *patterns, *spec.filled}
    need = [column.name for column in KINDS[spec.kind] if column.required]
    if spec.kind is Kind.RECORDS:
        need.append("version_id")
    lacking = [name for name in need if name not in have]
    groups = [group for group in ONE_OF.get(spec.kind, ()) if not have & set(group)]
    return lacking + [" or ".join(group) for group in groups]


def refuse_missing(made: Layout, spec: ReadSpec, where: str) -> None:
    """Stop where a required column is not there, naming what is and what would be known.

    Raises:
        EvidenceError: as said.
    """
    lacking = missing(made.columns, spec)
    if not lacking:
        return
    table = spec.columns.columns.get(spec.kind, {})
    lines = [f"{where}: as {spec.kind}, columns are missing"]
    lines += [f"  {name}: known as {_known_as(name, table)}" for name in lacking]
    lines.append(f"  found: {shown(made.cells, spec)}")
    hint = "give a mapping file with --mapping"
    if lacking == ["version_id"]:
        hint = "say which version these records are: --version"
    raise EvidenceError("\n".join(lines), hint=hint)


def shown(cells: Sequence[str], spec: ReadSpec) -> str:
    """The names of a header for a message; a row that may be someone's data is not shown."""
    every = [aliases(spec.columns, kind) for kind in Kind]
    sure = any(canonical_of(cell, known) for cell in cells for known in every)
    if not sure:
        return f"{len(cells)} columns, none of a known name"
    return ", ".join("…" if _DATA.search(cell) else cell for cell in cells if cell)


_OF_PEOPLE: Final = {Kind.RECORDS, Kind.HOLDS, Kind.LEAK}
"""Lists of people: their headers tell them apart too little."""


def better_kind(cells: Sequence[str], spec: ReadSpec) -> str | None:
    """A note, where the header fits another kind of evidence better."""
    here = matches(cells, aliases(spec.columns, spec.kind))
    fits = {kind: _fit(cells, kind, spec) for kind in Kind}
    best = max(fits, key=lambda kind: fits[kind])
    alike = {best, spec.kind} <= _OF_PEOPLE
    if fits[best] <= here or alike or Kind.LEAK in (best, spec.kind):
        return None
    return f"the header fits {best} better: {fits[best]} known columns, {here} as {spec.kind}"


def looks_like_data(cells: Sequence[str]) -> bool:
    """A row of numbers, dates or addresses rather than of names of columns."""
    return any(_DATA.search(unicodedata.normalize("NFKC", cell)) for cell in cells)


def _own_names(cells: Sequence[str]) -> list[str]:
    """The names as they stand, without line breaks; empty and repeated ones told apart."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = re.sub(r"\s*[\r\n]+\s*", "", cell).strip() or f"column_{place}"
        names.append(name if name not in names else f"{name}#{place}")
    return names


def is_timesketch(cells: Sequence[str]) -> bool:
    """A header by which Timesketch knows its CSV; times without an offset are UTC to it."""
    return {"message", "datetime", "timestamp_desc"} <= set(cells)


def _mapped(names: list[str], spec: ReadSpec, where: str) -> dict[str, int]:
    """The places of the columns the mapping names."""
    wanted = dict(spec.mapping.columns) if spec.mapping else {}
    sought = (
        [*wanted.values(), *(p.column for p in spec.mapping.patterns.values())]
        if spec.mapping
        else []
    )
    if absent := sorted({name for name in sought if _place(name, names) is None}):
        raise EvidenceError(
            f"{where}: has no column {', '.join(absent)}, which the mapping names",
            hint=f"found: {shown(names, spec)}",
        )
    return {c: place for c, name in wanted.items() if (place := _place(name, names)) is not None}


def _place(name: str, names: list[str]) -> int | None:
    if name in names:
        return names.index(name)
    form = keys(name)[0]
    return next((place for place, other in enumerate(names) if keys(other)[0] == form), None)


def place_of(name: str, made: Layout) -> int | None:
    """Where the column of that name stands, however it is spelled."""
    return _place(name, list(made.cells))


def _known_as(name: str, table: dict[str, list[str]]) -> str:
    wanted = name.split(" or ")
    return ", ".join([*wanted, *(alias for part in wanted for alias in table.get(part, []))][:12])


def _fit(cells: Sequence[str], kind: Kind, spec: ReadSpec) -> int:
    """How many columns of a kind the cells name; none if one it requires is not among them."""
    known = aliases(spec.columns, kind)
    named = {canonical_of(cell, known) for cell in cells} - {None}
    required = {column.name for column in KINDS[kind] if column.required}
    return len(named) if required <= named else 0
