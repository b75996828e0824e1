"""Canonical keys of records: what of a party's lists is kept, and normalised once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from breachscope.case.fingerprint import Fingerprint
from breachscope.resolve import repeated
from breachscope.schema import RECORD_FIELDS, RECORD_KEYS, Kind
from breachscope.workflow import frames

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from breachscope.case.register import Item
    from breachscope.workflow.situation import Situation

KEYS_BATCH = 1_500_000
"""Records normalised together; bounds the memory a first run takes."""
KEYS_TOGETHER = 100_000
"""Records of several parties normalised together."""

KEYS_VERSION = 4


@dataclass(frozen=True, slots=True)
class Content:
    """The kept content of one version."""

    version_id: str
    item: Item
    alone: bool  # the file holds this version only


def contents_by_party(s: Situation, inventory: Path) -> dict[str, list[Content]]:
    """For each party, the contents kept of its versions, in order of upload."""
    known = (
        pl.scan_parquet(inventory)
        .filter(pl.col("content") == "kept")
        .sort("party_id", "uploaded_at", "version_id")
        .select("party_id", "version_id", "records_evidence_id")
        .collect()
    )
    items = {item.evidence_id: item for item in s.of(Kind.RECORDS)}
    found: dict[str, list[Content]] = {}
    for party, version, evidence in known.iter_rows():
        item = items[evidence]
        found.setdefault(party, []).append(Content(version, item, len(item.versions) == 1))
    return found


def lots(
    s: Situation, parties: Sequence[str], contents: Mapping[str, Sequence[Content]]
) -> Iterator[tuple[list[str], dict[str, pl.DataFrame]]]:
    """Parties in their order, a lot at a time, with the RECORD_KEYS their versions lack.

    To plan a normalisation takes a tenth of a second however few the records: parties with few
    of them share one. The versions of a party alone in its lot are left to `keys_parts`.
    """
    lot: list[str] = []
    lacking: list[Content] = []
    rows = 0
    for party in parties:
        own = _lacking(s, contents.get(party, []))
        more = records_in(own)
        if lot and rows + more > KEYS_TOGETHER:
            yield lot, _together(s, lacking, rows)
            lot, lacking, rows = [], [], 0
        lot.append(party)
        lacking += own
        rows += more
    yield lot, _together(s, lacking, rows)


def records_in(contents: Sequence[Content]) -> int:
    """How many records these contents hold."""
    return sum(content.item.versions[content.version_id] for content in contents)


def _lacking(s: Situation, contents: Sequence[Content]) -> list[Content]:
    return [content for content in contents if not s.parts.has(_keys_wanted(content))]


def _together(s: Situation, lacking: Sequence[Content], rows: int) -> dict[str, pl.DataFrame]:
    """RECORD_KEYS by version, if the records are few."""
    if s.parts.dry or not lacking or rows > KEYS_TOGETHER:
        return {}
    made = repeated.keys_by_version(_records(s, lacking)).keys
    return {
        content.version_id: made.get(place, pl.DataFrame(schema=RECORD_KEYS))
        for place, content in enumerate(lacking)
    }


def keys_parts(
    s: Situation, contents: Sequence[Content], ready: Mapping[str, pl.DataFrame]
) -> list[Path]:
    """RECORD_KEYS of each version: made once, at the first run that needs them.

    Versions still without keys are normalised together, list by list, so that what they repeat
    is worked out once; each is kept by itself. `ready` holds keys made before, by version.
    """
    wanted = {content.version_id: _keys_wanted(content) for content in contents}
    lacking = [content for content in _lacking(s, contents) if content.version_id not in ready]
    found: dict[str, Path] = {}
    spellings = None
    for batch in () if s.parts.dry else _batches(lacking):
        made = repeated.keys_by_version(_records(s, batch), spellings)
        spellings = made.spellings
        for place, content in enumerate(batch):
            frame = made.keys.get(place, pl.DataFrame(schema=RECORD_KEYS))
            part = s.parts.get(wanted[content.version_id], partial(_write_keys, frame))
            found[content.version_id] = part
    for version, fingerprint in wanted.items():
        if version not in found:
            make = partial(_write_keys, ready[version]) if version in ready else _never
            found[version] = s.parts.get(fingerprint, make)
    return [found[content.version_id] / "keys.parquet" for content in contents]


def _keys_wanted(content: Content) -> Fingerprint:
    item = content.item
    return Fingerprint(
        "keys",
        f"{item.evidence_id} {content.version_id}",
        {item.evidence_id: item.store},
        {},
        KEYS_VERSION,
    )


def _write_keys(frame: pl.DataFrame, target: Path) -> None:
    frame.write_parquet(target / "keys.parquet", compression_level=1, statistics=False)


def _never(target: Path) -> None:
    raise AssertionError(f"{target.name}: these keys were to be there already")


def _batches(contents: Sequence[Content]) -> Iterator[list[Content]]:
    """Versions in lots of about KEYS_BATCH rows."""
    batch: list[Content] = []
    rows = 0
    for content in contents:
        batch.append(content)
        rows += content.item.versions[content.version_id]
        if rows >= KEYS_BATCH:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _records(s: Situation, batch: Sequence[Content]) -> pl.DataFrame:
    """The identifying columns of these versions, one under the other, as they were spelt."""
    scans = []
    for place, content in enumerate(batch):
        rows = spelt_rows(s, content)
        held = set(rows.collect_schema())
        scans.append(
            rows.select(
                pl.lit(place, pl.UInt32).alias(repeated.PLACE),
                "row_no",
                *(name for name in RECORD_FIELDS if name in held),
            )
        )
    return pl.concat(scans, how="diagonal").collect()


def spelt_rows(s: Situation, content: Content) -> pl.LazyFrame:
    """The rows of one version as they were spelt."""
    rows = frames.scan(s.context.case, content.item)
    return rows if content.alone else rows.filter(pl.col("version_id") == content.version_id)
