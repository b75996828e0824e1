"""The stages that count: persons, what was reached, the count ladder."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from breachscope.case import decisions, folder
from breachscope.case.fingerprint import Fingerprint, digest_of
from breachscope.people import counts, distinct, identity, ladder, merge_rulings, scope
from breachscope.schema import COUNTED_TIERS, COUNTS, RECORD_FIELDS, Kind, conform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from breachscope.workflow.keying import Content
    from breachscope.workflow.situation import Situation

IDENTITY_VERSION = 4
OVER_VERSION = 4
REACH_VERSION = 2
COUNTS_VERSION = 2


def identity_part(
    s: Situation,
    party: str,
    contents: Sequence[Content],
    kept: Sequence[Path],
) -> Path:
    """The persons of one party: index.parquet, persons.parquet, keys.parquet, people.parquet.

    `kept` are the RECORD_KEYS of its contents.
    """
    made = [(content.version_id, path) for content, path in zip(contents, kept, strict=True)]
    policy = merge_rulings.ruled(s.context.playbook.identity, party, ruled_merges(s))

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


def ruled_merges(s: Situation) -> list[merge_rulings.RuledMerge]:
    """The rulings in force on records joined by a rung."""
    found = []
    for subject, ruling in decisions.latest_by_subject(s.rulings).items():
        if subject.startswith(decisions.MERGE) and ruling.action in ("accept", "reject"):
            named = subject.removeprefix(decisions.MERGE)
            found += [
                merge_rulings.RuledMerge(
                    named.removesuffix(f"/{rung.name}"), rung.name, ruling.action == "accept"
                )
                for rung in s.context.playbook.identity.rungs
                if named.endswith(f"/{rung.name}")
            ]
    return found


def over_part(s: Situation, persons: Mapping[str, Path]) -> Path:
    """OVER_LABELS: persons over all parties, the parties in order of id."""
    policy, rejected = s.context.playbook.identity, merge_rulings.rejected(ruled_merges(s))

    def make(target: Path) -> None:
        parts = [
            (
                party,
                pl.read_parquet(path / "keys.parquet"),
                pl.read_parquet(path / "persons.parquet"),
            )
            for party, path in persons.items()
        ]
        identity.over_parties(parts, policy, rejected).write_parquet(
            target / "labels.parquet", compression_level=1
        )

    wanted = Fingerprint(
        "identity over parties",
        "all",
        {party: path.name for party, path in persons.items()},
        {"policy": policy.model_dump(mode="json"), "order": list(persons)}
        | (
            {"rejected": {rung: sorted(found) for rung, found in rejected.items()}}
            if rejected
            else {}
        ),
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
