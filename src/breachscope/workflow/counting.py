"""The stages that read records: keys, persons, what was reached, the count ladder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import polars as pl

from breachscope.case import folder
from breachscope.case.fingerprint import Fingerprint, digest_of
from breachscope.people import counts, distinct, identity, ladder, scope
from breachscope.resolve import repeated
from breachscope.schema import COUNTED_TIERS, COUNTS, RECORD_FIELDS, RECORD_KEYS, Kind, conform
from breachscope.workflow import frames

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from breachscope.case.register import Item
    from breachscope.workflow.situation import Situation

KEYS_BATCH = 1_500_000
"""Records normalised together; bounds the memory a first run takes."""

KEYS_VERSION = 3
IDENTITY_VERSION = 2
OVER_VERSION = 2
REACH_VERSION = 2
COUNTS_VERSION = 2


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


def keys_parts(s: Situation, contents: Sequence[Content]) -> list[Path]:
    """RECORD_KEYS of each version: made once, at the first run that needs them.

    Versions still without keys are normalised together, list by list, so that what they repeat
    is worked out once; each is kept by itself.
    """
    wanted = {content.version_id: _keys_wanted(content) for content in contents}
    lacking = [content for content in contents if not s.parts.has(wanted[content.version_id])]
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
            found[version] = s.parts.get(fingerprint, _never)
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


def identity_part(s: Situation, party: str, contents: Sequence[Content]) -> Path:
    """The persons of one party: index.parquet, persons.parquet, keys.parquet, people.parquet."""
    kept = keys_parts(s, contents)
    made = [(content.version_id, path) for content, path in zip(contents, kept, strict=True)]
    policy = s.context.playbook.identity

    def versions() -> Iterator[tuple[str, pl.DataFrame]]:
        for version, path in made:
            yield version, pl.read_parquet(path)

    def make(target: Path) -> None:
        found = identity.party_identity(party, versions(), policy)
        found.index.write_parquet(target / "index.parquet", compression_level=1)
        found.persons.write_parquet(target / "persons.parquet", compression_level=1)
        found.keys.write_parquet(target / "keys.parquet", compression_level=1)
        people = identity.people(party, found.index, found.persons).collect()
        people.write_parquet(target / "people.parquet", compression_level=1)

    wanted = Fingerprint(
        "identity",
        party,
        {version: path.parent.name for version, path in made},
        {
            "order": [version for version, _ in made],
            "policy": policy.model_dump(mode="json"),
            "hashing": distinct.hashing(),
        },
        IDENTITY_VERSION,
    )
    return s.parts.get(wanted, make)


def over_part(s: Situation, persons: Mapping[str, Path]) -> Path:
    """OVER_LABELS: persons over all parties, the parties in order of id."""
    policy = s.context.playbook.identity

    def make(target: Path) -> None:
        parts = [
            (
                party,
                pl.read_parquet(path / "keys.parquet"),
                pl.read_parquet(path / "persons.parquet"),
            )
            for party, path in persons.items()
        ]
        identity.over_parties(parts, policy).write_parquet(
            target / "labels.parquet", compression_level=1
        )

    wanted = Fingerprint(
        "identity over parties",
        "all",
        {party: path.name for party, path in persons.items()},
        {"policy": policy.model_dump(mode="json"), "order": list(persons)},
        OVER_VERSION,
    )
    return s.parts.get(wanted, make) / "labels.parquet"


def fields_by_version(contents: Sequence[Content]) -> dict[str, list[str]]:
    """The data items each kept version holds: canonical names, then its own other columns."""
    return {
        content.version_id: [
            *(name for name in RECORD_FIELDS if name in content.item.columns),
            *content.item.attributes,
        ]
        for content in contents
    }


def reach_part(
    s: Situation,
    party: str,
    segments: pl.DataFrame,
    downloads: pl.DataFrame,
    persons: Path,
    contents: Sequence[Content],
) -> Path:
    """What left of one party: counts.parquet, scope.parquet, reached.parquet, rest.json."""
    fields = fields_by_version(contents)

    def make(target: Path) -> None:
        found = counts.party_reach(
            party,
            segments,
            downloads,
            pl.read_parquet(persons / "index.parquet"),
            pl.read_parquet(persons / "persons.parquet"),
            fields,
        )
        found.counts.write_parquet(target / "counts.parquet")
        found.scope.write_parquet(target / "scope.parquet", compression_level=1)
        reached = found.reached
        pl.DataFrame(
            {"nodes": reached.nodes, "tier": reached.tier, "maybe": reached.maybe}
        ).write_parquet(target / "reached.parquet", compression_level=1)
        rest = {
            "minimum": asdict(found.minimum),
            "unread": asdict(found.unread),
            "endless": list(found.endless),
            "seized": found.seized,
        }
        folder.write_json(target / "rest.json", rest)

    wanted = Fingerprint(
        "reach",
        party,
        {
            "persons": persons.name,
            "segments": _content(segments),
            "downloads": _content(downloads),
        },
        {"fields": digest_of(fields)},
        REACH_VERSION,
    )
    return s.parts.get(wanted, make)


def _content(frame: pl.DataFrame) -> str:
    """Digest of a small frame's content."""
    plain = frame.with_columns(pl.selectors.categorical().cast(pl.String))
    return digest_of([frame.columns, plain.write_csv()])


def _read_reach(party: str, path: Path) -> counts.PartyReach:
    rest = folder.read_json(path / "rest.json")
    reached = pl.read_parquet(path / "reached.parquet")
    unread = rest["unread"]
    return counts.PartyReach(
        party_id=party,
        counts=pl.read_parquet(path / "counts.parquet"),
        scope=pl.DataFrame(),
        reached=ladder.Reached(
            reached["nodes"].to_numpy(), reached["tier"].to_numpy(), reached["maybe"].to_numpy()
        ),
        minimum=ladder.Minimum(**rest["minimum"]),
        unread=ladder.Unread(tuple(unread["tiers"]), unread["all"], tuple(unread["repeats"])),
        endless=tuple(rest["endless"]),
        seized=rest["seized"],
    )


def counts_part(s: Situation, reaches: Mapping[str, Path], labels: Path) -> Path:
    """The ladder: counts.parquet (COUNTS) and over_parties.parquet, sums proved.

    Raises:
        ReconciliationError: sums that must agree do not; nothing is kept.

    """

    def make(target: Path) -> None:
        found = [_read_reach(party, path) for party, path in reaches.items()]
        over = counts.over_parties_counts(found, pl.read_parquet(labels))
        none = pl.DataFrame(schema=counts.PARTY_COUNTS)
        whole = _named(s, pl.concat([none, *(reach.counts for reach in found)]))
        counts.reconciled(whole, over, {reach.party_id: reach.seized for reach in found})
        whole.write_parquet(target / "counts.parquet")
        over.write_parquet(target / "over_parties.parquet")

    wanted = Fingerprint(
        "counts",
        "all",
        {party: path.name for party, path in reaches.items()}
        | {"over parties": labels.parent.name}
        | s.inputs(Kind.PARTIES),
        {},
        COUNTS_VERSION,
    )
    return s.parts.get(wanted, make)


def _named(s: Situation, table: pl.DataFrame) -> pl.DataFrame:
    names = (
        s.table(Kind.PARTIES)
        .sort("party_id", "evidence_id", "line")
        .unique("party_id", keep="first", maintain_order=True)
        .select("party_id", "name", "sector")
    )
    return (
        table.lazy()
        .join(names, on="party_id", how="left", validate="1:1")
        .pipe(conform, COUNTS)
        .sort("party_id")
        .collect()
    )


def all_segments(inventory: Path, judged: Path, leaked: Path | None) -> pl.DataFrame:
    """SEGMENTS of the run: from downloads, from seized files without one, and from leaks.

    `leaked` is not there in runs of versions that read no leaks.
    """
    asked = pl.scan_parquet(judged / "inquiry.parquet")
    found = scope.segments(asked, pl.scan_parquet(inventory))
    grounds = pl.scan_parquet(judged / "grounds.parquet")
    more = [pl.scan_parquet(leaked)] if leaked and leaked.is_file() else []
    return (
        pl.concat([found, grounds, *more])
        .sort("party_id", "version_id", "event_id", "sure", "row_from", nulls_last=True)
        .collect()
    )


@lru_cache(maxsize=1)
def segments_of_run(place: Path) -> pl.DataFrame:
    """`all_segments` of a finished run: its folder is never written again."""
    return all_segments(place / "versions.parquet", place, place / "leak_grounds.parquet")


def counted_downloads(judged: Path) -> pl.DataFrame:
    """The downloads that count, of every party."""
    return (
        pl.scan_parquet(judged / "inquiry.parquet")
        .filter(pl.col("tier").is_in(COUNTED_TIERS) & pl.col("party_id").is_not_null())
        .sort("at", "event_id")
        .collect()
    )


def party_ids(s: Situation, inventory: Path) -> list[str]:
    """Every party of the case: of the list of parties, and of the inventory."""
    named = s.table(Kind.PARTIES).select("party_id")
    listed = pl.scan_parquet(inventory).select("party_id")
    return pl.concat([named, listed]).unique().sort("party_id").collect()["party_id"].to_list()
