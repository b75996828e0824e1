"""What is known of each person of one party: contact, data items and dates of their own records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from breachscope.people import reach
from breachscope.schema import ATTRIBUTE_PREFIX, RECORD_FIELDS, WRITTEN_TO, Kind, conform
from breachscope.workflow import counting
from breachscope.workflow.own_items import SET
from breachscope.workflow.tables import rows_of_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from breachscope.case.register import Item
    from breachscope.workflow.context import Context
    from breachscope.workflow.own_items import OwnItems

CONTACTS = ("postal_code", "address", "email", "phone")


def addressees(
    context: Context,
    items: Iterable[Item],
    place: Path,
    party: str,
    own: OwnItems,
    left: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """WRITTEN_TO, one row a person of the scope; and every record of theirs that left.

    `left` is what `records_that_left` gives.
    The name and the contact are those of the newest version that left with one; the items are
    those of which any of the person's records that left held a value, as `own` prints them.
    """
    scope = pl.read_parquet(place / "scope.parquet").filter(pl.col("party_id") == party)
    taken = left.unique(["version_id", "row_no"], maintain_order=True)
    records = pl.concat([_NOTHING, *_records(context, items, place, taken, own)], how="diagonal")
    newest = records.sort("uploaded_at", "version_id", "row_no", descending=True, nulls_last=True)
    return (
        scope.select("party_id", "person_key", pl.col("tier").cast(pl.String))
        .join(_contacts(newest), on="person_key", how="left", validate="1:1")
        .join(own.of_persons(records), on="person_key", how="left", validate="1:1")
        .join(_dates(place, party), on="person_key", how="left", validate="1:1")
        .sort("person_key")
        .lazy()
        .pipe(conform, WRITTEN_TO)
        .collect(),
        records.select("person_key", "name_shown", *RECORD_FIELDS),
    )


_NOTHING = pl.DataFrame(
    schema={
        "person_key": pl.String(),
        "version_id": pl.String(),
        "row_no": pl.UInt32(),
        "uploaded_at": pl.Datetime("us", "UTC"),
        "name_shown": pl.String(),
        "filled": SET,
        **dict.fromkeys(RECORD_FIELDS, pl.String()),
    }
)


def _records(
    context: Context, items: Iterable[Item], place: Path, left: pl.DataFrame, own: OwnItems
) -> Iterator[pl.DataFrame]:
    """Every record that left, version by version, with its fields and the items it fills."""
    contents = {item.evidence_id: item for item in items if item.kind is Kind.RECORDS}
    versions = pl.read_parquet(place / "versions.parquet")
    kept = {row["version_id"]: row for row in versions.iter_rows(named=True)}
    for part in left.sort("version_id", "row_no").partition_by("version_id", maintain_order=True):
        version = str(part["version_id"][0])
        item = contents[kept[version]["records_evidence_id"]]
        rows = rows_of_version(context, item, version)
        there = [c for c in rows.collect_schema() if c in RECORD_FIELDS or _is_attribute(c)]
        values = rows.select(pl.col("row_no").cast(pl.UInt32), *there).collect()
        found = part.select("person_key", "version_id", "row_no").join(
            values, on="row_no", how="left", validate="m:1", maintain_order="left"
        )
        filled = own.filled(version, found.select(there))
        yield found.select(
            "person_key",
            "version_id",
            "row_no",
            pl.lit(kept[version]["uploaded_at"], pl.Datetime("us", "UTC")).alias("uploaded_at"),
            _name_shown(there).alias("name_shown"),
            filled,
            *(name for name in there if name in RECORD_FIELDS),
        )


def _is_attribute(column: str) -> bool:
    return column.startswith(ATTRIBUTE_PREFIX)


def _name_shown(there: list[str]) -> pl.Expr:
    """The name as the source spells it; family and given name with a space between."""
    forms = [pl.col("name")] if "name" in there else []
    if {"family_name", "given_name"} <= set(there):
        forms.append(pl.concat_str("family_name", "given_name", separator="　"))
    forms += [pl.col(one) for one in ("family_name", "kana") if one in there]
    return pl.coalesce(*(_not_blank(form) for form in forms)) if forms else pl.lit(None, pl.String)


def _not_blank(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(r"\S")).then(text)


def _contacts(newest: pl.DataFrame) -> pl.DataFrame:
    """Name and contacts of each person, of the newest record that has one.

    Postal code and address are of one record, as telephone and address may have changed apart.
    """
    first = [_not_blank(pl.col(c)).drop_nulls().first().alias(c) for c in ("email", "phone")]
    lived = pl.col("address").str.contains(r"\S").fill_null(value=False)
    reachable = pl.any_horizontal(
        pl.col(c).str.contains(r"\S").fill_null(value=False) for c in CONTACTS
    )
    at_home = [pl.col(c).filter(lived).first() for c in ("postal_code", "address")]
    contact_at = pl.coalesce(
        pl.col("uploaded_at").filter(lived).first(), pl.col("uploaded_at").filter(reachable).first()
    )
    return newest.group_by("person_key", maintain_order=True).agg(
        pl.col("name_shown").drop_nulls().first().alias("name"),
        *at_home,
        *first,
        contact_at=contact_at,
    )


def _dates(place: Path, party: str) -> pl.DataFrame:
    """person_key, first_at, last_at, downloads: those that surely took a record of theirs."""
    held = (
        pl.scan_parquet(place / "people.parquet")
        .filter(pl.col("party_id") == party)
        .select("person_key", "version_id", "row_no")
        .collect()
    )
    whole = counting.segments_of_run(place)
    mine = (pl.col("party_id") == party) & pl.col("sure") & pl.col("row_to").is_not_null()
    segments = whole.filter(mine).with_columns(maybe=pl.lit(0, pl.UInt8))
    found = reach.places(segments, reach.version_rows(held.with_row_index("distinct")))
    keys = held["person_key"].unique().sort()
    # Joined, since to search for each key among the sorted takes eight times as long.
    numbered = keys.to_frame().with_row_index("person")
    whose = held.join(numbered, on="person_key", how="left", maintain_order="left", validate="m:1")
    person = whose["person"].to_numpy()
    first = np.full(keys.len(), np.iinfo(np.int64).max)
    last, times = np.full(keys.len(), np.iinfo(np.int64).min), np.zeros(keys.len(), np.uint32)
    known = set(pl.read_parquet(place / "inquiry.parquet", columns=["event_id"])["event_id"])
    events = zip(segments["event_id"], segments["at"].cast(pl.Int64), strict=True)
    mark = np.zeros(keys.len(), bool)
    for (event, at), took in zip(events, found[: segments.height], strict=True):
        mark[person[took.distinct]] = True
        reached = np.flatnonzero(mark)
        mark[reached] = False
        times[reached] += event in known  # a leak or seized file is no download of its own
        if at is not None:
            first[reached] = np.minimum(first[reached], at)
            last[reached] = np.maximum(last[reached], at)
    dated = pl.DataFrame({"person_key": keys, "first": first, "last": last, "downloads": times})
    told = pl.when(pl.col("first") <= pl.col("last"))
    return dated.select(
        "person_key",
        first_at=told.then("first").cast(pl.Datetime("us", "UTC")),
        last_at=told.then("last").cast(pl.Datetime("us", "UTC")),
        downloads=pl.col("downloads"),
    )
