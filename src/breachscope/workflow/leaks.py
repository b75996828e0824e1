"""Leaked lists in a run: each linked to the inventory, its source found, its people counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import polars as pl

from breachscope.case import decisions, folder
from breachscope.case.fingerprint import Fingerprint
from breachscope.linkage import form, grounds, kinship
from breachscope.linkage.decoys import Decoy, decoys
from breachscope.linkage.likeness import likeness
from breachscope.reconstruct.leaked import LEAK_SOURCES, leak_pairs
from breachscope.schema import (
    LEAK_FORMS,
    LEAK_KIN,
    LEAK_PARTIES,
    LEAK_PARTS,
    LEAK_SENSITIVITY,
    LEAK_TRACES,
    LEAK_VERSIONS,
    LEAKS,
    MATCHES,
    SEGMENTS,
    Kind,
)
from breachscope.workflow import beside, linking
from breachscope.workflow.linked import form_part, linked_part
from breachscope.workflow.sourced import overlap_part, sourced_part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from breachscope.case.register import Item
    from breachscope.workflow.keying import Content
    from breachscope.workflow.situation import Situation

LEAK_VERSION = 1
TABLES: Final = (
    "leaks", "leak_parts", "leak_parties", "leak_versions", "leak_traces", "leak_kin", "matches",
    "leak_sensitivity", "leak_forms", "leak_grounds",
)  # fmt: skip
"""The tables of a run about its leaks, `runs/N/NAME.parquet`."""


@dataclass(frozen=True, slots=True)
class Leak:
    """One leak of the case and where its parts lie."""

    leak_id: str
    item: Item
    found_at: datetime | None
    linked: Path
    sourced: Path


@dataclass(frozen=True, slots=True)
class Found:
    """What the leaks of a case came to."""

    leaks: tuple[Leak, ...]
    sources: pl.DataFrame  # LEAK_SOURCES
    grounds: Path | None = None  # SEGMENTS
    forms: Mapping[str, Path] = field(default_factory=dict)  # party -> form of its latest list


def found(
    s: Situation,
    inventory: Path,
    contents: Mapping[str, Sequence[Content]],
    persons: Mapping[str, Path],
    labels: Path,
) -> Found:
    """Every leak of the case, linked and sourced; nothing where there is none."""
    items = s.of(Kind.LEAK)
    if not items:
        return Found((), pl.DataFrame(schema=LEAK_SOURCES))

    def inventory_of(apart: Situation, party: str) -> Path:
        return linking.linkage_inventory_part(apart, party, contents.get(party, []), persons[party])

    def form_of(apart: Situation, party: str) -> Path:
        return form_part(apart, party, contents[party][-1])

    made = beside.each(s, inventory_of, list(persons))
    places = dict(zip(persons, made, strict=True))
    held = linking.Shared(places, labels)
    within = overlap_part(s, list(places), labels)

    def one(apart: Situation, leak: tuple[Item, str]) -> Leak:
        item, leak_id = leak
        at = found_at(item, s.context.settings.zone)
        linked = linked_part(apart, item, places, labels, held.opened)
        sourced = sourced_part(
            apart, item, leak_id, at, linked, inventory, persons, places, labels, within
        )
        return Leak(leak_id, item, at, linked, sourced)

    leaks = beside.each(s, one, list(zip(items, leak_ids(items), strict=True)))
    rejected = rejections(s, leaks)
    kept = [party for party, some in contents.items() if some]
    forms = beside.each(s, form_of, kept)
    return Found(
        tuple(leaks),
        _sources(leaks, rejected),
        _grounds_part(s, inventory, leaks, rejected),
        dict(zip(kept, forms, strict=True)),
    )


def leak_ids(items: Sequence[Item]) -> list[str]:
    """The id each leak was given, else its evidence's; of one given twice both with evidence."""
    given = [item.options.leak or item.evidence_id for item in items]
    return [
        f"{name}:{item.evidence_id}" if given.count(name) > 1 else name
        for name, item in zip(given, items, strict=True)
    ]


def found_at(item: Item, zone: str) -> datetime | None:
    """When a leak was found (UTC); the end of that day in the zone where only the day is known."""
    text = item.options.found_at
    if not text:
        return None
    found = datetime.fromisoformat(text)
    if len(text) <= len("2022-07-31"):
        found = datetime.combine(found.date(), time.max)
    found = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    return found.astimezone(UTC)


def rejections(s: Situation, leaks: Sequence[Leak]) -> dict[tuple[str, int], str]:
    """Parts whose source a person rejected: (leak, part) -> the ruling's id."""
    ruled = decisions.latest_by_subject(s.rulings)
    names = {leak.leak_id for leak in leaks}
    rejected = {}
    for subject, ruling in ruled.items():
        leak, _, part = subject.rpartition("/")
        if ruling.action == "reject" and leak in names and part.isdecimal():
            rejected[leak, int(part)] = ruling.id
    return rejected


def _sources(leaks: Sequence[Leak], rejected: Mapping[tuple[str, int], str]) -> pl.DataFrame:
    """LEAK_SOURCES of the parts whose source is known and was not rejected."""
    tables = [pl.DataFrame(schema=LEAK_SOURCES)]
    for leak in leaks:
        parts = pl.read_parquet(leak.sourced / "parts.parquet")
        standing = pl.read_parquet(leak.sourced / "spans.parquet")
        tables.append(
            _upheld(parts, leak.leak_id, rejected)
            .filter(pl.col("verdict") == "attributed")
            .select("leak_id", "part", version_id="versions")
            .explode("version_id")
            .drop_nulls("version_id")
            .join(standing, on=["part", "version_id"], how="left", validate="1:1")
            .with_columns(found_at=pl.lit(leak.found_at, pl.Datetime("us", "UTC")))
            .select(LEAK_SOURCES.names())
            .cast(LEAK_SOURCES)
        )
    return pl.concat(tables).sort("leak_id", "part", "version_id")


def _upheld(
    parts: pl.DataFrame, leak_id: str, rejected: Mapping[tuple[str, int], str]
) -> pl.DataFrame:
    """The parts as rulings leave them: a rejected source is one that cannot be told."""
    refused = {part: ruling for (leak, part), ruling in rejected.items() if leak == leak_id}
    if not refused:
        return parts
    is_refused = pl.col("part").is_in(list(refused))
    why = pl.col("part").replace_strict(refused, default=None, return_dtype=pl.String)
    nothing = {
        name: pl.when(~is_refused).then(pl.col(name)) for name in ("list_id", "version_id", "depth")
    }
    return parts.with_columns(
        **nothing,
        verdict=pl.when(is_refused).then(pl.lit("cannot_tell")).otherwise("verdict"),
        reason=pl.when(is_refused)
        .then(pl.format("{}: its source was rejected by ruling {}", "party_id", why))
        .otherwise("reason"),
        party_id=pl.when(~is_refused).then("party_id"),
    ).cast(LEAK_PARTS)


def _grounds_part(
    s: Situation, inventory: Path, leaks: Sequence[Leak], rejected: Mapping[tuple[str, int], str]
) -> Path:
    """SEGMENTS of the people of every leak whose source is known."""

    def make(target: Path) -> None:
        parts = pl.concat([_parts(leak, rejected) for leak in leaks])
        kept = parts.filter(pl.col("verdict") == "attributed").select("leak_id", "part")
        rows = pl.concat(
            [
                pl.read_parquet(leak.sourced / "people_rows.parquet").select(
                    pl.lit(leak.leak_id).alias("leak_id"), pl.all()
                )
                for leak in leaks
            ]
        ).join(kept, on=["leak_id", "part"], how="semi")
        versions = pl.scan_parquet(inventory)
        dated = pl.LazyFrame(
            [(leak.leak_id, leak.found_at) for leak in leaks],
            schema={"leak_id": pl.String(), "found_at": pl.Datetime("us", "UTC")},
            orient="row",
        )
        people = grounds.leak_grounds(rows.lazy(), versions, dated)
        lost = grounds.lost_grounds(parts.lazy(), versions, dated)
        pl.concat([people, lost]).sink_parquet(target / "segments.parquet")

    wanted = Fingerprint(
        "leak grounds",
        "all",
        {leak.leak_id: leak.sourced.name for leak in leaks} | {"inventory": inventory.parent.name},
        _settings(leaks, rejected),
        LEAK_VERSION,
    )
    return s.parts.get(wanted, make) / "segments.parquet"


def _settings(
    leaks: Sequence[Leak], rejected: Mapping[tuple[str, int], str]
) -> dict[str, list[list[str]]]:
    return {
        "found_at": [[leak.leak_id, str(leak.found_at)] for leak in leaks],
        "rejected": [[leak, str(part), rejected[leak, part]] for leak, part in sorted(rejected)],
    }


def _parts(leak: Leak, rejected: Mapping[tuple[str, int], str]) -> pl.DataFrame:
    return _upheld(pl.read_parquet(leak.sourced / "parts.parquet"), leak.leak_id, rejected)


def tables(s: Situation, of: Found, judged: Path, persons: Mapping[str, Path]) -> dict[str, Path]:
    """TABLES of the run, the downloads that fit each part among them.

    Args:
        s: the situation.
        of: `found`.
        judged: the egress part.
        persons: the identity part of each party.
    """
    rejected = rejections(s, of.leaks)

    def make(target: Path) -> None:
        parts = [pl.DataFrame(schema=LEAK_PARTS), *(_parts(leak, rejected) for leak in of.leaks)]
        segments = pl.read_parquet(of.grounds) if of.grounds else pl.DataFrame(schema=SEGMENTS)
        written = {
            "leak_parts": with_events(pl.concat(parts), of.sources, judged),
            "leak_kin": _kin(of.leaks),
            "leak_forms": _forms(of),
            "leak_grounds": segments,
            "leaks": _leaks(of.leaks),
            "leak_parties": _gathered(of.leaks, "parties", LEAK_PARTIES),
            "leak_versions": _gathered(of.leaks, "versions", LEAK_VERSIONS),
            "leak_traces": _gathered(of.leaks, "traces", LEAK_TRACES),
            "leak_sensitivity": _gathered(of.leaks, "sensitivity", LEAK_SENSITIVITY),
            "matches": _matches(of.leaks),
        }
        for name, table in written.items():
            table.write_parquet(target / f"{name}.parquet", compression_level=1)

    wanted = Fingerprint(
        "leak tables",
        "all",
        {f"linked {leak.leak_id}": leak.linked.name for leak in of.leaks}
        | {f"sourced {leak.leak_id}": leak.sourced.name for leak in of.leaks}
        | {party: path.name for party, path in persons.items() if of.leaks}
        | {f"form of {party}": place.parent.name for party, place in of.forms.items()}
        | {"egress": judged.name, "grounds": of.grounds.parent.name if of.grounds else "none"},
        _settings(of.leaks, rejected),
        LEAK_VERSION,
    )
    place = s.parts.get(wanted, make)
    return {name: place / f"{name}.parquet" for name in TABLES}


def with_events(parts: pl.DataFrame, sources: pl.DataFrame, judged: Path) -> pl.DataFrame:
    """The parts with the downloads that fit them: unexplained ones, or where none is, any."""
    everything = pl.scan_parquet(judged / "extractions.parquet")
    unexplained = pl.col("tier").is_in(["confirmed", "probable", "possible"])
    tiers = everything.select("event_id", "at", unexplained=unexplained)
    fitting = (
        leak_pairs(everything, sources.lazy())
        .join(tiers, on="event_id", validate="m:1")
        .filter(pl.col("unexplained") | ~pl.col("unexplained").any().over("leak_part"))
        .sort("leak_part", "at", "event_id")
        .group_by("leak_part")
        .agg(events="event_id")
        .collect()
    )
    name = pl.concat_str("leak_id", pl.lit("/"), pl.col("part").cast(pl.String))
    only = pl.when(pl.col("events").list.len() == 1).then(pl.col("events").list.first())
    return (
        parts.drop("events", "event_id")
        .with_columns(leak_part=name)
        .join(fitting, on="leak_part", how="left", validate="1:1", maintain_order="left")
        .with_columns(pl.col("events").fill_null([]))
        .with_columns(event_id=only)
        .select(LEAK_PARTS.names())
        .cast(LEAK_PARTS)
    )


def _kin(leaks: Sequence[Leak]) -> pl.DataFrame:
    """LEAK_KIN; leaks that were refused share nothing."""
    hashes, rows, made = {}, {}, {}
    for leak in leaks:
        keys = pl.read_parquet(leak.linked / "keys.parquet")
        if keys.is_empty():
            continue
        hashes[leak.leak_id] = kinship.person_hashes(keys)
        rows[leak.leak_id] = keys.height
        drawn = decoys(keys, Decoy.INDEPENDENT, 1, keys.height, int(leak.item.sha256[:8], 16))
        made[leak.leak_id] = kinship.person_hashes(drawn)
    return kinship.kin(hashes, rows, made) if len(hashes) > 1 else pl.DataFrame(schema=LEAK_KIN)


def _forms(of: Found) -> pl.DataFrame:
    """LEAK_FORMS of every leak."""
    parties = {party: form.read(folder.read_json(path)) for party, path in of.forms.items()}
    found = [
        likeness(leak.leak_id, form.read(folder.read_json(leak.linked / "form.json")), parties)
        for leak in of.leaks
    ]
    return pl.concat([pl.DataFrame(schema=LEAK_FORMS), *found])


def _leaks(leaks: Sequence[Leak]) -> pl.DataFrame:
    told = []
    for leak in leaks:
        record = folder.read_json(leak.linked / "told.json")
        rows = pl.read_parquet(leak.linked / "rows.parquet", columns=["leak_row", "verdict"])
        copies = pl.read_parquet(leak.linked / "copies.parquet")
        every = copies.join(rows, left_on="first", right_on="leak_row", validate="m:1")
        verdicts = every["verdict"].cast(pl.String)
        counts = {name: int((verdicts == name).sum()) for name in VERDICTS}
        shares = record.get("decoys", {})
        told.append(
            {
                "leak_id": leak.leak_id,
                "evidence_id": leak.item.evidence_id,
                "found_at": leak.found_at,
                "rows": len(verdicts),
                **counts,
                "refused": record["refused"],
                "blocking_recall": record.get("blocking_recall"),
                "decoy_independent": shares.get("independent"),
                "decoy_household": shares.get("household"),
                "share_in": record.get("share_in"),
                "linked": leak.linked.name,
            }
        )
    return pl.DataFrame(told, schema=LEAKS).sort("leak_id")


VERDICTS: Final = ("person", "household", "ambiguous", "none")


def _gathered(leaks: Sequence[Leak], name: str, schema: pl.Schema) -> pl.DataFrame:
    scans = [pl.read_parquet(leak.sourced / f"{name}.parquet") for leak in leaks]
    return pl.concat([pl.DataFrame(schema=schema), *scans])


def _matches(leaks: Sequence[Leak]) -> pl.DataFrame:
    """MATCHES of every leak, by row and party."""
    found = [pl.read_parquet(leak.sourced / "matches.parquet") for leak in leaks]
    return pl.concat([pl.DataFrame(schema=MATCHES), *found]).sort(
        "leak_id", "leak_row", "party_id", nulls_last=True
    )
