"""Leaked lists in a run: each linked to the inventory, its source found, its people counted."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.case import folder
from breachscope.case.fingerprint import Fingerprint, digest_of
from breachscope.errors import EvidenceError
from breachscope.linkage import cells, columns, pipeline
from breachscope.linkage.pipeline import LinkSettings
from breachscope.reconstruct.leaked import LEAK_SOURCES
from breachscope.schema import ATTRIBUTE_PREFIX, CLAIMS, LEAK_ROWS, RECORD_FIELDS, Kind
from breachscope.workflow import frames, linking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from breachscope.case.register import Item
    from breachscope.workflow.counting import Content
    from breachscope.workflow.situation import Situation

LEAK_VERSION = 1

SETTINGS: Final = LinkSettings()
"""Frozen before any leak is opened; their digest is in the fingerprint of every linked leak."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the leaks of a case came to."""

    sources: pl.DataFrame  # LEAK_SOURCES
    grounds: Path | None = None  # SEGMENTS
    tables: dict[str, Path] = field(default_factory=dict)


def leak_tables(
    s: Situation,
    inventory: Path,
    contents: Mapping[str, Sequence[Content]],
    persons: Mapping[str, Path],
    labels: Path,
) -> Found:
    """Every leak of the case, linked and sourced; nothing where there is none."""
    leaks = s.of(Kind.LEAK)
    if not leaks:
        return Found(no_sources())
    places = {
        party: linking.linkage_inventory_part(s, party, contents.get(party, []), path)
        for party, path in persons.items()
    }
    for item in leaks:
        linked_part(s, item, places, labels)
    return Found(no_sources())


def sources(found: Found) -> pl.DataFrame:
    """LEAK_SOURCES of the leaks whose source is known."""
    return found.sources


def no_sources() -> pl.DataFrame:
    """LEAK_SOURCES of a case without leaks."""
    return pl.DataFrame(schema=LEAK_SOURCES)


def leak_id(item: Item) -> str:
    """The id a leak was given, else its evidence's."""
    return item.options.leak or item.evidence_id


def linked_part(s: Situation, item: Item, places: Mapping[str, Path], labels: Path) -> Path:
    """One leak linked: roles.json, told.json, rows.parquet, claims.parquet, and its decoys'."""

    def make(target: Path) -> None:
        table = frames.scan(s.context.case, item).collect()
        text = table.select(_text_columns(table))
        roles = columns.column_roles(text, {}, item.columns)
        folder.write_json(target / "roles.json", [asdict(role) for role in roles])
        reason = columns.about_people(roles)
        if reason is None:
            reason = _link(target, item, cells.as_records(table, roles), places, labels)
        if reason is not None:
            _refused(target, reason, table.height)

    wanted = Fingerprint(
        "leak",
        item.evidence_id,
        {item.evidence_id: item.store, "over parties": labels.parent.name}
        | {f"inventory of {party}": place.name for party, place in places.items()},
        {"settings": digest_of(asdict(SETTINGS))},
        LEAK_VERSION,
    )
    return s.parts.get(wanted, make)


def _text_columns(table: pl.DataFrame) -> list[str]:
    """The list's own columns: canonical ones, and those kept under their own names."""
    return [
        name for name in table.columns if name in RECORD_FIELDS or name.startswith(ATTRIBUTE_PREFIX)
    ]


def _link(
    target: Path, item: Item, records: pl.DataFrame, places: Mapping[str, Path], labels: Path
) -> str | None:
    """Link a list of people; the reason where it is refused."""
    held = linking.StoredInventory(places, labels)
    try:
        found = pipeline.linked(records, held, SETTINGS, int(item.sha256[:8], 16))
    except EvidenceError as refusal:
        return str(refusal)
    if refusal_of_fit := found.matched.fit.refused():
        return refusal_of_fit
    found.matched.decided.rows.write_parquet(target / "rows.parquet")
    found.claims.write_parquet(target / "claims.parquet", compression_level=1)
    for drawn in found.decoys:
        drawn.rows.write_parquet(target / f"decoy_{drawn.kind}_rows.parquet")
        drawn.claims.write_parquet(target / f"decoy_{drawn.kind}_claims.parquet")
    folder.write_json(target / "told.json", _told(found))
    return None


def _told(found: pipeline.Linked) -> dict[str, Any]:
    """What is kept of a linkage beside its rows: weights, shares, caps, recall."""
    fit, decided = found.matched.fit, found.matched.decided
    chances = {
        name: {
            kind: [float(f"{chance:.6g}") for chance in getattr(fit, kind)[name]]
            for kind in ("person", "household", "unrelated")
        }
        for name in fit.person
    }
    return {
        "refused": None,
        "weights": chances,
        "rounds": fit.rounds,
        "share_in": round(decided.share_in, 6),
        "share_household": round(decided.share_household, 6),
        "blocking_recall": round(found.matched.blocking_recall, 6),
        "capped": found.matched.reached.candidates.capped.to_dicts(),
        "pairs": int(found.matched.compared.row.size),
    }


def _refused(target: Path, reason: str, rows: int) -> None:
    """A list nothing can be said of: every row is about nobody known, and the reason is told."""
    nothing = pl.DataFrame(
        {
            "leak_row": pl.int_range(1, rows + 1, dtype=pl.UInt32, eager=True),
            "verdict": ["none"] * rows,
            "person": [None] * rows,
            "probability": [0.0] * rows,
            "p_household": [0.0] * rows,
            "p_none": [1.0] * rows,
        },
        schema=LEAK_ROWS,
    )
    nothing.write_parquet(target / "rows.parquet")
    pl.DataFrame(schema=CLAIMS).write_parquet(target / "claims.parquet")
    folder.write_json(target / "told.json", {"refused": reason})


def found_at(item: Item) -> datetime | None:
    """When a leak was found; the end of that day where only the day is known."""
    text = item.options.found_at
    return datetime.fromisoformat(text) if text else None
