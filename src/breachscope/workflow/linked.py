"""One leaked list linked to the inventory, kept by itself: a new leak computes only its own."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.case import folder
from breachscope.case.fingerprint import Fingerprint, digest_of
from breachscope.errors import EvidenceError
from breachscope.linkage import cells, columns, form, pipeline
from breachscope.linkage.pipeline import COPIES, LinkSettings
from breachscope.linkage.waterfall import WATERFALL
from breachscope.schema import (
    ATTRIBUTE_PREFIX,
    CLAIMS,
    LEAK_ROWS,
    RECORD_FIELDS,
    RECORD_KEYS,
    SPELT_ALIKE,
)
from breachscope.workflow import frames, keying, linking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from breachscope.case.register import Item
    from breachscope.linkage.columns import ColumnRole
    from breachscope.workflow.keying import Content
    from breachscope.workflow.situation import Situation

LINK_VERSION = 1

SETTINGS: Final = LinkSettings()
"""Frozen before any leak is opened; their digest is in the fingerprint of every linked leak."""


def linked_part(
    s: Situation,
    item: Item,
    places: Mapping[str, Path],
    labels: Path,
    held: Callable[[], linking.StoredInventory],
) -> Path:
    """What is kept of one leak, linked.

    roles.json, form.json, told.json; keys and copies; of distinct rows: rows, claims, waterfall,
    alike and decoys, as Parquet. `held` opens the inventory of these places, where it is needed.
    """

    def make(target: Path) -> None:
        table = frames.scan(s.context.case, item).collect()
        text = table.select(_text_columns(table))
        roles = columns.column_roles(text, mapped(item), item.columns)
        folder.write_json(target / "roles.json", [asdict(role) for role in roles])
        folder.write_json(target / "form.json", asdict(form.form(text, roles)))
        reason = _not_linkable(table.height, roles)
        if reason is None:
            reason = _link(target, item, cells.as_records(table, roles), held())
        if reason is not None:
            _refused(target, reason, table.height)

    wanted = Fingerprint(
        "leak",
        item.evidence_id,
        {item.evidence_id: item.store, "over parties": labels.parent.name}
        | {f"inventory of {party}": place.name for party, place in places.items()},
        {"settings": digest_of(asdict(SETTINGS))},
        LINK_VERSION,
    )
    return s.parts.get(wanted, make)


def form_part(s: Situation, party: str, content: Content) -> Path:
    """The form of the latest list of a party that is kept: form.json."""

    def make(target: Path) -> None:
        rows = keying.spelt_rows(s, content).head(form.MOST_ROWS).collect()
        text = rows.select(_text_columns(rows))
        roles = columns.column_roles(text, {}, content.item.columns)
        folder.write_json(target / "form.json", asdict(form.form(text, roles)))

    wanted = Fingerprint(
        "form",
        party,
        {content.item.evidence_id: content.item.store},
        {"version": content.version_id},
        LINK_VERSION,
    )
    return s.parts.get(wanted, make) / "form.json"


def mapped(item: Item) -> dict[str, str]:
    """Columns whose role a mapping file gave: a person ruled, and the cells are not asked."""
    return {name: name for name in item.columns} if item.options.mapping else {}


def _text_columns(table: pl.DataFrame) -> list[str]:
    """The list's own columns: canonical ones, and those kept under their own names."""
    return [
        name for name in table.columns if name in RECORD_FIELDS or name.startswith(ATTRIBUTE_PREFIX)
    ]


def _not_linkable(rows: int, roles: Sequence[ColumnRole]) -> str | None:
    return columns.about_people(roles) if rows else "it has no rows"


def _link(
    target: Path, item: Item, records: pl.DataFrame, held: linking.StoredInventory
) -> str | None:
    """Link a list of people; the reason where it is refused."""
    if not held.size:
        return "the case keeps no records to compare it with"
    try:
        found = pipeline.linked(records, held, SETTINGS, int(item.sha256[:8], 16))
    except EvidenceError as refusal:
        return str(refusal)
    if refusal_of_fit := found.matched.fit.refused():
        return refusal_of_fit
    tables = {
        "keys": found.keys,
        "copies": found.copies,
        "rows": found.matched.decided.rows,
        "claims": found.claims,
        "alike": found.alike,
        "waterfall": _placed(found.weights, held),
    }
    for drawn in found.decoys:
        tables[f"decoy_{drawn.kind}_rows"] = drawn.rows
        tables[f"decoy_{drawn.kind}_claims"] = drawn.claims
    for name, table in tables.items():
        table.write_parquet(target / f"{name}.parquet", compression_level=1)
    folder.write_json(target / "told.json", _told(found))
    return None


def _placed(weights: pl.DataFrame, held: linking.StoredInventory) -> pl.DataFrame:
    """WATERFALL with each record's party_id and distinct."""
    return pl.concat([weights, held.places(weights["record"].to_numpy())], how="horizontal")


def _told(found: pipeline.Linked) -> dict[str, Any]:
    """What is kept of a linkage beside its rows: weights, shares, caps, recall, decoys."""
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
        "persons": found.persons,
        "decoys": {str(drawn.kind): _taken(drawn.rows) for drawn in found.decoys},
    }


def _taken(rows: pl.DataFrame) -> float | None:
    """The share of decoys that were taken for a person."""
    share = (rows["verdict"] == "person").mean()
    return round(share, 6) if isinstance(share, float) else None


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
    copies = nothing.select("leak_row", first="leak_row").cast(COPIES)
    copies.write_parquet(target / "copies.parquet")
    empty = {"claims": CLAIMS, "alike": SPELT_ALIKE, "keys": RECORD_KEYS, "waterfall": WATERFALL}
    for name, schema in empty.items():
        pl.DataFrame(schema=schema).write_parquet(target / f"{name}.parquet")
    folder.write_json(target / "told.json", {"refused": reason})
