"""The stages that read records: keys, persons, what was reached, the count ladder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import polars as pl

from breachscope.case import folder
from breachscope.case.fingerprint import Fingerprint, digest_of
from breachscope.people import counts, distinct, identity, ladder, scope
from breachscope.resolve import keys
from breachscope.schema import COUNTED_TIERS, COUNTS, RECORD_FIELDS, Kind, conform
from breachscope.workflow import frames
from breachscope.workflow.situation import Situation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from breachscope.case.register import Item

KEYS_VERSION = 1
IDENTITY_VERSION = 1
OVER_VERSION = 1
REACH_VERSION = 1
COUNTS_VERSION = 1


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


def keys_part(s: Situation, content: Content) -> Path:
    """RECORD_KEYS of one version: made once, at the first run that needs them."""

    def make(target: Path) -> None:
        rows = frames.scan(s.context.case, content.item)
        if not content.alone:
            rows = rows.filter(pl.col("version_id") == content.version_id)
        held = set(rows.collect_schema())
        wanted = ["row_no", *(name for name in RECORD_FIELDS if name in held)]
        made = keys.record_keys(rows.select(wanted)).collect(engine="streaming")
        made.write_parquet(target / "keys.parquet", compression_level=1, statistics=False)

    wanted = Fingerprint(
        "keys",
        f"{content.item.evidence_id} {content.version_id}",
        {content.item.evidence_id: content.item.store},
        {},
        KEYS_VERSION,
    )
    return s.parts.get(wanted, make) / "keys.parquet"


def identity_part(s: Situation, party: str, contents: Sequence[Content]) -> Path:
    """The persons of one party: index.parquet, persons.parquet, keys.parquet, people.parquet."""
    made = [(content.version_id, keys_part(s, content)) for content in contents]
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
        unread=ladder.Unread(tuple(unread["tiers"]), unread["all"]),
        endless=tuple(rest["endless"]),
    )


def counts_part(s: Situation, reaches: Mapping[str, Path], labels: Path) -> Path:
    """The ladder: counts.parquet (COUNTS) and over_parties.parquet, sums proved.

    Raises:
        ReconciliationError: sums that must agree do not; nothing is kept.

    """

    def make(target: Path) -> None:
        found = [_read_reach(party, path) for party, path in reaches.items()]
        over = counts.over_parties_counts(found, pl.read_parquet(labels))
        whole = _named(s, pl.concat([reach.counts for reach in found]))
        counts.reconciled(whole, over)
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


def all_segments(inventory: Path, judged: Path) -> pl.DataFrame:
    """SEGMENTS of the run: from downloads, and from seized files without a download."""
    asked = pl.scan_parquet(judged / "inquiry.parquet")
    found = scope.segments(asked, pl.scan_parquet(inventory))
    grounds = pl.scan_parquet(judged / "grounds.parquet")
    return (
        pl.concat([found, grounds])
        .sort("party_id", "version_id", "event_id", "sure", "row_from", nulls_last=True)
        .collect()
    )


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
