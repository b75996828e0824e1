"""The source of one linked leak, kept by itself: parties, parts, versions, whom rows are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from breachscope.case import folder
from breachscope.case.fingerprint import Fingerprint
from breachscope.linkage import overlap, source, sourcing, traces
from breachscope.linkage.decoys import Decoy
from breachscope.linkage.grounds import standing_rows
from breachscope.linkage.history import History
from breachscope.linkage.naming import judged
from breachscope.linkage.sensitivity import Weighed, households, sensitivity
from breachscope.linkage.spans import SPANS, spans
from breachscope.linkage.strata import by_place, town
from breachscope.resolve.components import how_many
from breachscope.schema import LEAK_SENSITIVITY, MATCHES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import numpy.typing as npt

    from breachscope.case.register import Item
    from breachscope.workflow.situation import Situation

SOURCE_VERSION = 2


def overlap_part(s: Situation, parties: Sequence[str], labels: Path) -> Path:
    """overlap.json: of each party the share of its persons that one other holds as well."""

    def make(target: Path) -> None:
        person, starts = _labelled(labels, len(parties))
        folder.write_json(target / "overlap.json", overlap.contained(person, starts, parties))

    wanted = Fingerprint(
        "party overlap", "all", {"over": labels.parent.name}, {"parties": list(parties)},
        SOURCE_VERSION,
    )  # fmt: skip
    return s.parts.get(wanted, make) / "overlap.json"


def sourced_part(
    s: Situation, item: Item, leak_id: str, found_at: datetime | None, linked: Path,
    inventory: Path, persons: Mapping[str, Path], places: Mapping[str, Path], labels: Path,
    within: Path,
) -> Path:  # fmt: skip
    """parts, parties, versions, spans, traces, sensitivity, people_rows, matches as Parquet."""

    def make(target: Path) -> None:
        versions = pl.read_parquet(inventory)
        rows = pl.read_parquet(linked / "rows.parquet")
        claims = pl.read_parquet(linked / "claims.parquet")
        copies = pl.read_parquet(linked / "copies.parquet")
        file = traces.LeakFile(leak_id, item.sha256, item.bytes, copies.height, found_at)
        seen = traces.traced(file, versions)
        index = _index(persons, claims)
        refused = folder.read_json(linked / "told.json")["refused"]
        if refused:
            found = source.refused(leak_id, rows, f"not linked: {refused}")
            varied = pl.DataFrame(schema=LEAK_SENSITIVITY)
        else:
            past = _history(index, versions)
            lies_within = folder.read_json(within)
            weighed = _weighed(linked, rows, claims, labels, places, past, lies_within)
            found = _found(leak_id, weighed, versions, index, found_at)
            varied = sensitivity(leak_id, weighed, int(item.sha256[:8], 16))
        found = source.with_traces(found, seen, versions, rows)
        found = source.with_copies(found, copies)
        people = _people(found, claims, rows)
        tables = {
            "parts": found.parts,
            "parties": found.parties,
            "versions": found.versions,
            "traces": seen,
            "sensitivity": varied,
            "spans": spans(found.nearest, index) if index.height else pl.DataFrame(schema=SPANS),
            "people_rows": standing_rows(people, _uploaded(index, versions), found.parts),
            "matches": _matches(leak_id, rows, claims, found, copies, persons),
        }
        for name, table in tables.items():
            table.write_parquet(target / f"{name}.parquet", compression_level=1)

    wanted = Fingerprint(
        "leak source",
        item.evidence_id,
        {"linked": linked.name, "inventory": inventory.parent.name, "over": labels.parent.name}
        | {party: path.name for party, path in persons.items()}
        | {f"inventory of {party}": place.name for party, place in places.items()},
        {"leak": leak_id, "found_at": str(found_at)},
        SOURCE_VERSION,
    )
    return s.parts.get(wanted, make)


def _index(persons: Mapping[str, Path], claims: pl.DataFrame) -> pl.DataFrame:
    """party_id, distinct, version_id, row_no: every row of the claimed records."""
    schema = {"party_id": pl.String(), "distinct": pl.UInt32(), "version_id": pl.String(),
              "row_no": pl.UInt32()}  # fmt: skip
    found = [pl.DataFrame(schema=schema)]
    wanted = claims.select("party_id", "distinct").unique()
    for (party,), records in sorted(wanted.partition_by("party_id", as_dict=True).items()):
        found.append(
            pl.scan_parquet(persons[str(party)] / "index.parquet")
            .join(records.lazy().select("distinct"), on="distinct", how="semi")
            .select(
                pl.lit(party).alias("party_id"),
                "distinct",
                pl.col("version_id").cast(pl.String),
                "row_no",
            )
            .collect(engine="streaming")
        )
    return pl.concat(found).sort("party_id", "distinct", "version_id", "row_no")


def _history(index: pl.DataFrame, versions: pl.DataFrame) -> History:
    """The kept versions, and in which of them the claimed records stand."""
    is_kept = (pl.col("content") == "kept").fill_null(value=False)
    kept, lost = versions.filter(is_kept), versions.filter(~is_kept)
    return History(
        index.select("party_id", "distinct", "version_id").unique(),
        kept.select("party_id", "version_id", rows=pl.coalesce("content_rows", "rows")),
        frozenset(lost["party_id"].drop_nulls().to_list()),
    )


def _weighed(
    linked: Path, rows: pl.DataFrame, claims: pl.DataFrame, labels: Path,
    places: Mapping[str, Path], history: History, within: Mapping[str, float],
) -> Weighed:  # fmt: skip
    """What the source stage is given."""
    sizes, everyone = _sizes(labels, list(places))
    drawn = [
        (pl.read_parquet(linked / f"decoy_{kind}_claims.parquet"),
         pl.scan_parquet(linked / f"decoy_{kind}_rows.parquet").select(pl.len()).collect().item())
        for kind in Decoy
    ]  # fmt: skip
    keys = pl.read_parquet(linked / "keys.parquet")
    towns = keys.select(leak_row="row_no", town=town())
    held = pl.concat([pl.read_parquet(place / "strata.parquet") for place in places.values()])
    return Weighed(
        claims, rows, households(keys), sizes, everyone, drawn,
        pl.read_parquet(linked / "alike.parquet"), towns, held, history, within,
    )  # fmt: skip


def _found(
    leak_id: str, of: Weighed, versions: pl.DataFrame, index: pl.DataFrame,
    found_at: datetime | None,
) -> source.LeakSource:  # fmt: skip
    places = by_place(of.claims, of.towns, of.strata)
    weighed = judged(
        of.claims, of.rows, of.persons, of.all_persons, of.decoys, of.alike,
        places=places, history=of.history, within=of.within,
    )  # fmt: skip
    in_time = pl.lit(value=True) if found_at is None else pl.col("uploaded_at") <= found_at
    fitting = versions.filter(pl.col("party_id").is_not_null()).select(
        "party_id", "list_id", "version_id", "uploaded_at", "content",
        rows=pl.coalesce("content_rows", "rows"), possible=in_time,
    )  # fmt: skip
    stands = index.select("party_id", "distinct", "version_id").unique()
    parted = sourcing.sourced(leak_id, weighed, of.claims, of.rows, stands, fitting)
    return source.by_content(leak_id, weighed, parted, of.claims, versions)


def _sizes(labels: Path, parties: list[str]) -> tuple[dict[str, int], int]:
    """Persons of each party, and of all."""
    person, edges = _labelled(labels, len(parties))
    sizes = {name: how_many(person[edges[i] : edges[i + 1]]) for i, name in enumerate(parties)}
    return sizes, how_many(person)


def _labelled(labels: Path, parties: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """The person of every record, and where each party's records begin and the last's end."""
    told = pl.read_parquet(labels, columns=["party", "standard"])
    edges = np.searchsorted(told["party"].to_numpy(), np.arange(parties + 1))
    return told["standard"].to_numpy(), edges


def _people(found: source.LeakSource, claims: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """part, party_id, person, distinct: the records of the people each named part is about."""
    sure = rows.filter(pl.col("verdict") == "person").select("leak_row", "person")
    named = found.parts.filter(pl.col("verdict") == "attributed").select("part", "party_id")
    return (
        claims.join(sure, on=["leak_row", "person"], how="semi")
        .join(found.rows.drop_nulls("part"), on="leak_row", validate="m:1")
        .join(named, on=["part", "party_id"], how="semi")
        .select("part", "party_id", "person", "distinct")
        .unique()
        .sort("part", "party_id", "person", "distinct")
    )


def _uploaded(index: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    return index.join(versions.select("version_id", "uploaded_at"), on="version_id", validate="m:1")


def _matches(
    leak_id: str, rows: pl.DataFrame, claims: pl.DataFrame, found: source.LeakSource,
    copies: pl.DataFrame, persons: Mapping[str, Path],
) -> pl.DataFrame:  # fmt: skip
    """MATCHES of one leak: a row for each party that holds the person, one where there is none.

    Of an ambiguous row the likeliest person; person_key is the party's.
    """
    likeliest = (
        claims.sort("leak_row", "probability", "person", descending=[False, True, False])
        .group_by("leak_row", maintain_order=True)
        .agg(likeliest=pl.col("person").first())
    )
    about = rows.filter(pl.col("verdict").is_in(["person", "ambiguous"])).join(
        likeliest, on="leak_row", how="left", validate="1:1", maintain_order="left"
    )
    held = (
        about.select("leak_row", person=pl.coalesce("person", "likeliest"))
        .join(claims, on=["leak_row", "person"])
        .select("leak_row", "party_id", "distinct")
        .unique(["leak_row", "party_id"], keep="first", maintain_order=True)
    )
    keyed = _with_keys(held, persons)
    whole = rows.select("leak_row", "probability", "verdict").join(
        keyed, on="leak_row", how="left", validate="1:m"
    )
    return (
        copies.join(whole, left_on="first", right_on="leak_row", how="left")
        .join(found.rows, on="leak_row", how="left", validate="m:1")
        .with_columns(leak_id=pl.lit(leak_id))
        .select(MATCHES.names())
        .cast(MATCHES)
        .sort("leak_row", "party_id", nulls_last=True)
    )


def _with_keys(held: pl.DataFrame, persons: Mapping[str, Path]) -> pl.DataFrame:
    """leak_row, party_id, person_key."""
    schema = {"leak_row": pl.UInt32(), "party_id": pl.String(), "person_key": pl.String()}
    parts = [pl.DataFrame(schema=schema)]
    for (party,), records in sorted(held.partition_by("party_id", as_dict=True).items()):
        keys = (
            pl.scan_parquet(persons[str(party)] / "persons.parquet")
            .select("distinct", "person_key")
            .join(records.lazy().select("distinct"), on="distinct", how="semi")
            .collect()
        )
        parts.append(
            records.join(keys, on="distinct", how="left", validate="m:1").select(list(schema))
        )
    return pl.concat(parts)
