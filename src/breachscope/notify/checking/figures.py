"""Every number of a package held against the run's own figures."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.notify.checking.texts import text_of
from breachscope.schema import COUNTED_TIERS, LADDER_TIERS, MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

ROWS: Final = ("rows_gross", "rows_gross_low", "rows_gross_high", "rows_distinct", "downloads")
DOCUMENT: Final = "breachscope/document/"
CHECKED: Final = (".docx", ".txt", ".html")
_NUMBER: Final = re.compile(r"\d[\d,]*")


@dataclass(frozen=True, slots=True)
class ItemTruth:
    """The data items of the versions that left."""

    columns: Mapping[tuple[str, str], bool]  # column and class -> one of its versions is sure
    unknown_versions: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What the run says of one party."""

    counts: Mapping[str, Any]  # the party's row of COUNTS
    tiers: Mapping[str, int]  # persons listed by tier, from SCOPE
    downloads: Mapping[str, int]  # counted downloads by list
    words: str  # every other text that documents may hold numbers of
    items: ItemTruth | None = None  # none of runs that have none

    @property
    def listed(self) -> int:
        """Persons who surely left."""
        return sum(self.tiers.values())


def problems(data: Path, truth: Truth) -> Iterator[str]:
    """Everything in a package's files that is not the run's number; files by name."""
    yield from _sums(truth)
    yield from _counts_json(data / "counts.json", truth)
    yield from _counts_csv(data / "counts.csv", truth)
    yield from _listed(data / "affected_people.csv", truth)
    yield from _extractions(data / "extractions.csv", truth)
    told = _documents(data)
    for name, document in told.items():
        yield from _document(name, document, truth)
    known = _numbers(truth.words) | _numbers(" ".join(_figures(truth)))
    for path in sorted(p for p in data.iterdir() if p.suffix in CHECKED):
        own = told.get(f"{path.stem}.json", {})
        yield from _text(path, known | _numbers(" ".join(_leaves(own))))


def _sums(truth: Truth) -> Iterator[str]:
    counts = truth.counts
    if sum(counts[f"{tier}_count"] for tier in COUNTED_TIERS) != counts["all_count"]:
        yield "the run's own counts do not add up over tiers"


def _figures(truth: Truth) -> Iterator[str]:
    numbers = {truth.listed, *truth.tiers.values(), *truth.downloads.values()}
    numbers |= {v for v in truth.counts.values() if isinstance(v, int)}
    for number in numbers:
        yield str(number)
        yield f"{number:,}"


def _counts_json(path: Path, truth: Truth) -> Iterator[str]:
    try:
        document = json.loads(path.read_bytes())
        party = document["party"]
        told = {name: party[name] for name in ROWS}
        told |= {
            f"{tier}_{m}": party["persons"][tier][m] for tier in LADDER_TIERS for m in MEASURES
        }
        listed = document["persons_listed"]
    except (OSError, ValueError, KeyError, TypeError):
        yield f"{path.name}: missing or not readable"
        return
    for name, value in told.items():
        if value != truth.counts[name]:
            yield f"{path.name}: {name} is not the run's"
    if listed != truth.listed:
        yield f"{path.name}: persons_listed is not the run's"


def _counts_csv(path: Path, truth: Truth) -> Iterator[str]:
    try:
        rows = pl.read_csv(path, infer_schema=False).fill_null("").rows()
    except (OSError, pl.exceptions.PolarsError):
        yield f"{path.name}: missing or not readable"
        return
    c = truth.counts
    wanted = [
        ("rows_gross", "", *(str(c[n]) for n in ROWS[:3])),
        ("rows_distinct", "", str(c["rows_distinct"]), "", ""),
        ("downloads", "", str(c["downloads"]), "", ""),
        *(("persons", t, *(str(c[f"{t}_{m}"]) for m in MEASURES)) for t in LADDER_TIERS),
    ]
    for place, (found, right) in enumerate(zip(rows, wanted, strict=False), 2):
        if found != right:
            yield f"{path.name}: line {place}: is not the run's"
    if len(rows) != len(wanted):
        yield f"{path.name}: has {len(rows)} figures, the run gives {len(wanted)}"


def _listed(path: Path, truth: Truth) -> Iterator[str]:
    try:
        table = pl.scan_csv(path, infer_schema=False, glob=False)
        if "tier" not in table.collect_schema():
            found: dict[str, int] = {}
        else:
            found = dict(table.group_by("tier").len().collect().iter_rows())
    except (OSError, pl.exceptions.PolarsError):
        yield f"{path.name}: missing or not readable"
        return
    for tier in sorted({*found, *truth.tiers}, key=str):
        if found.get(tier, 0) != truth.tiers.get(tier, 0):
            yield (
                f"{path.name}: {found.get(tier, 0)} persons {tier}, "
                f"the run gives {truth.tiers.get(tier, 0)}"
            )


def _extractions(path: Path, truth: Truth) -> Iterator[str]:
    try:
        table = pl.scan_csv(path, infer_schema=False, glob=False)
        found = dict(table.group_by("list_id").len().collect().iter_rows())
    except (OSError, pl.exceptions.PolarsError):
        yield f"{path.name}: missing or not readable"
        return
    if found != dict(truth.downloads):
        yield f"{path.name}: is not the run's downloads by list"


def _documents(data: Path) -> dict[str, dict[str, Any]]:
    """The records of what was printed in each document, by file name."""
    found = {}
    for path in sorted(data.glob("*.json")):
        try:
            document = json.loads(path.read_bytes())
        except ValueError:
            continue
        if isinstance(document, dict) and str(document.get("schema")).startswith(DOCUMENT):
            found[path.name] = document
    return found


def _document(name: str, document: Mapping[str, Any], truth: Truth) -> Iterator[str]:
    """What was printed of the scope is the run's; a document may print less, never other."""
    scope = (document.get("content") or {}).get("scope")
    if not isinstance(scope, dict):
        return
    c = truth.counts
    pairs = [
        ("downloads", scope.get("downloads"), c["downloads"]),
        ("listed", scope.get("listed"), truth.listed),
    ]
    rows = scope.get("rows") or {}
    pairs += [
        (f"rows {key}", rows.get(key), c[column])
        for key, column in zip(("gross", "low", "high", "distinct"), ROWS, strict=False)
    ]
    tiers = [*(scope.get("persons") or []), scope.get("total") or {}]
    pairs += [
        (f"persons {t.get('tier')} {m}", t.get(m), c.get(f"{t.get('tier')}_{m}"))
        for t in tiers
        for m in MEASURES
    ]
    pairs += [
        (f"downloads of list {one.get('list_id')}", one.get("downloads"),
         truth.downloads.get(str(one.get("list_id"))))
        for one in scope.get("lists") or []
    ]  # fmt: skip
    for what, told, right in pairs:
        if told is not None and told != right:
            yield f"{name}: {what} is not the run's"
    if truth.items is not None:
        yield from _items(name, scope, truth.items)


def _items(name: str, scope: Mapping[str, Any], truth: ItemTruth) -> Iterator[str]:
    """Every data item of the run is told with its class, as sure as it is, and no other."""
    told = {
        (column, item["item_class"]): item["sure"]
        for item in scope.get("items") or []
        for column in item["columns"]
    }
    by_class = [{c: any(s for (_, o), s in of.items() if o == c) for _, c in of}
                for of in (told, truth.columns)]  # fmt: skip
    lost, strange = truth.columns.keys() - told.keys(), told.keys() - truth.columns.keys()
    if lost or strange:
        yield f"{name}: {len(lost)} data items of the run are not told, {len(strange)} not its own"
    elif by_class[0] != by_class[1]:
        yield f"{name}: which data items are sure is not the run's"
    if scope.get("unknown_versions") != truth.unknown_versions:
        yield f"{name}: versions of unknown data items are not the run's"


def _text(path: Path, known: set[str]) -> Iterator[str]:
    try:
        text = text_of(path) or ""
    except ValueError:
        yield f"{path.name}: cannot be read"
        return
    if strange := _numbers(text) - known:
        yield f"{path.name}: {len(strange)} numbers that neither the run nor the template gives"


def _numbers(text: str) -> set[str]:
    """The numbers a text holds, as it writes them, leading zeros and separators apart."""
    plain = unicodedata.normalize("NFKC", text)
    return {n.replace(",", "").lstrip("0") or "0" for n in _NUMBER.findall(plain)}


def _leaves(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif value is not None:
        yield str(value)
