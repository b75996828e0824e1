"""The persons of one party whose records surely left, each with a record that really did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from breachscope.errors import ReconciliationError
from breachscope.people import reach, scope
from breachscope.schema import RECORD_FIELDS, Kind
from breachscope.workflow import counting
from breachscope.workflow.tables import rows_of_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from breachscope.case.register import Item
    from breachscope.workflow.context import Context


def affected_people(
    context: Context, items: Iterable[Item], place: Path, party: str, left: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """The persons of a party, each with one record of theirs that surely left.

    `left` is what `records_that_left` gives.

    That of the download or leak which put them in their tier, where it took one; the other
    records they have, and those nobody took, are not shown. `versions` are those they left with.

    Yields:
        party_id, person_key, tier, first_at, versions, row_no and the record's fields as the
        source spells them; one frame a version, every frame alike.

    Raises:
        ReconciliationError: a person of the scope has no record that left.

    """
    persons = pl.read_parquet(place / "scope.parquet").filter(pl.col("party_id") == party)
    if persons.is_empty():
        return
    if persons.join(left, on="person_key", how="anti").height:
        raise ReconciliationError(f"{party}: persons of the scope without a record that left")
    first = (
        persons.join(left, on="person_key", how="inner", suffix="_by")
        .with_columns(by_another=pl.col("event_id") != pl.col("event_id_by"))
        .sort("person_key", "by_another", "version_id", "row_no")
        .unique("person_key", keep="first", maintain_order=True)
        .join(_versions_of_each(left), on="person_key", validate="1:1")
    )
    yield from _with_fields(context, items, place, first)


def _versions_of_each(left: pl.DataFrame) -> pl.DataFrame:
    return left.group_by("person_key").agg(
        versions=pl.col("version_id").unique().sort().str.join(";")
    )


def records_that_left(place: Path, party: str) -> pl.DataFrame:
    """person_key, version_id, row_no, event_id: the party's records that surely left.

    By the very rule that counts persons, only that each row stands for itself.
    """
    held = (
        pl.scan_parquet(place / "people.parquet")
        .filter(pl.col("party_id") == party)
        .select("person_key", "version_id", "row_no")
        .collect()
    )
    index = held.with_row_index("distinct")
    segments = counting.segments_of_run(place)
    stretches = scope.best_rows(segments.filter(pl.col("party_id") == party))
    surely = stretches.filter(pl.col("tier").is_not_null())
    found = reach.places(surely, reach.version_rows(index))[: surely.height]
    events = zip(surely["event_id"], found, strict=True)
    taken = [
        held[took.distinct].with_columns(event_id=pl.lit(event, pl.String))
        for event, took in events
    ]
    return pl.concat([held.head(0).with_columns(event_id=pl.lit(None, pl.String)), *taken])


def _with_fields(
    context: Context, items: Iterable[Item], place: Path, first: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """The chosen records with their fields, version by version, every frame alike."""
    contents = {item.evidence_id: item for item in items if item.kind is Kind.RECORDS}
    kept = dict(
        pl.read_parquet(place / "versions.parquet")
        .select("version_id", "records_evidence_id")
        .drop_nulls()
        .iter_rows()
    )
    parts = {
        str(part["version_id"][0]): part
        for part in first.sort("version_id").partition_by("version_id", maintain_order=True)
    }
    held = {version: contents[kept[version]] for version in parts}
    fields = [name for name in RECORD_FIELDS if any(name in item.columns for item in held.values())]
    for version, part in parts.items():
        yield _one_version(context, part, held[version], version, fields)


def _one_version(
    context: Context, part: pl.DataFrame, item: Item, version: str, fields: Sequence[str]
) -> pl.DataFrame:
    rows = rows_of_version(context, item, version)
    there = set(rows.collect_schema())
    values = rows.select(
        pl.col("row_no").cast(pl.UInt32),
        *(
            pl.col(name) if name in there else pl.lit(None, pl.String).alias(name)
            for name in fields
        ),
    ).collect()
    return (
        part.join(values, on="row_no", how="left", validate="m:1", maintain_order="left")
        .select("party_id", "person_key", "tier", "first_at", "versions", "row_no", *fields)
        .sort("person_key")
    )
