"""What is true: computed from what people did, never from what a rule would say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from breachscope.exercise.attendance import DOOR_LOST
from breachscope.exercise.days import day, instant
from breachscope.exercise.facts import (
    LOST_WEEKS,
    Happenings,
    Plugged,
    Shelf,
    in_inquiry_time,
)
from breachscope.exercise.population import codes
from breachscope.exercise.world import ADMIN, World

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from breachscope.exercise.dice import Bools, Ids

PRIVATE_MINUTES = 60


def downloads(
    facts: pl.DataFrame, shelf: Shelf, events: Happenings, seized: pl.DataFrame
) -> pl.DataFrame:
    """One row a download that happened, logged or not."""
    table = pl.DataFrame(
        {"version": np.arange(len(shelf.versions)),
         "version_id": [v.plan.version_id for v in shelf.versions],
         "list_id": [v.one.list_id for v in shelf.versions],
         "party_id": [v.one.party.party_id for v in shelf.versions]}
    )  # fmt: skip
    admin = (facts["account"].str.to_lowercase() == ADMIN).to_numpy()
    at = facts["at"].to_numpy()
    frame = (
        facts.join(table, on="version", how="left", validate="m:1", maintain_order="left")
        .with_columns(
            pl.Series("in_inquiry", admin & in_inquiry_time(at)),
            pl.Series("private_stick_in_host", _private_stick(facts, events.plugged)),
            pl.Series("via_remote", _remote(facts, events)),
            pl.Series("work_order_id", _orders(facts, table, events), dtype=pl.String),
        )
        .with_columns(authorised_before=pl.col("work_order_id").is_not_null())
        .join(seized, on="fetch", how="left", validate="1:1", maintain_order="left")
    )
    unique = pl.Series("seized_file_unique", _unique(frame))
    return _shown(frame.with_columns(unique))


def _shown(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort("fetch").select(
        "file", "line", "event_id",
        pl.from_epoch("at", time_unit="s").cast(pl.Datetime("us", "UTC")).alias("at_utc"),
        "account", "host", pl.col("actor").alias("person_id"), "purpose", "version_id", "list_id",
        "party_id", "outcome", "first_row", "last_row", "rows_sent",
        "exact_known", "work_order_id", "authorised_before", "in_inquiry", "private_stick_in_host",
        "via_remote",
        ((pl.col("purpose") == "theft") & (pl.col("rows_sent") > 0)).alias("carried_out"),
        pl.col("file_id").alias("seized_file_id"), "seized_file_unique", "act",
    )  # fmt: skip


def _private_stick(facts: pl.DataFrame, plugged: Sequence[Plugged]) -> Bools:
    """A private device was in that machine at some time within the hour from the download."""
    at, host = facts["at"].to_numpy(), facts["host"].to_numpy()
    found = np.zeros(len(at), dtype=bool)
    for device in (device for device in plugged if not device.registered):
        low = np.searchsorted(at, device.start - PRIVATE_MINUTES * 60)
        high = np.searchsorted(at, device.end, side="right")
        found[low:high] |= host[low:high] == device.host
    return found


def _remote(facts: pl.DataFrame, events: Happenings) -> Bools:
    """Made from the address a remote session had at that time."""
    at, address = facts["at"].to_numpy(), facts["source_ip"].to_numpy()
    found = np.zeros(len(at), dtype=bool)
    for session in events.sessions:
        low = np.searchsorted(at, session.start)
        high = np.searchsorted(at, session.end, side="right")
        found[low:high] |= address[low:high] == session.assigned_ip
    return found


def _orders(facts: pl.DataFrame, table: pl.DataFrame, events: Happenings) -> list[str | None]:
    """An order for that list, on that machine or account, over that time, approved before."""
    lists = table["list_id"].to_list()
    by_list: dict[str, list[int]] = {}
    for i, order in enumerate(events.orders):
        if order.list_id:
            by_list.setdefault(order.list_id, []).append(i)
    found: list[str | None] = [None] * len(facts)
    admin = facts.with_row_index("place").filter(pl.col("purpose") != "manager")
    for place, at, account, host, version in admin.select(
        "place", "at", "account", "host", "version"
    ).iter_rows():
        for i in by_list.get(lists[version], []):
            order = events.orders[i]
            covers = (
                order.start <= at <= order.end
                and order.account in (None, account.lower())
                and order.host in (None, host)
            )
            if covers and order.approved_at is not None and order.approved_at < at:
                found[place] = order.work_id
                break
    return found


def _unique(frame: pl.DataFrame) -> list[bool]:
    """No other unauthorised download of the same whole version fits the seized file's time."""
    whole = frame.filter((pl.col("outcome") == "ok") & pl.col("in_inquiry"))
    whole = whole.filter(~pl.col("authorised_before") & pl.col("line").is_not_null())
    times: dict[int, list[int]] = {}
    for version, at in whole.select("version", "at").iter_rows():
        times.setdefault(version, []).append(at)
    rows = frame.select("version", "at", "modified", "authorised_before").iter_rows()
    unique = []
    for version, at, modified, authorised in rows:
        near = [
            t for t in times.get(version, []) if modified and modified - 7200 <= t <= modified + 2
        ]
        unique.append(modified is not None and not authorised and near == [at])
    return unique


def versions(shelf: Shelf) -> pl.DataFrame:
    """One row a version, with whether its content was kept and how many rows it truly has."""
    rows = [
        (v.plan.version_id, v.one.list_id, v.one.party.party_id, v.plan.uploaded, v.plan.until,
         v.plan.removed, v.file, v.member, v.file is not None, v.original_kept, v.rows, v.bytes,
         v.sha256)
        for v in shelf.versions
    ]  # fmt: skip
    schema = {
        "version_id": pl.String, "list_id": pl.String, "party_id": pl.String,
        "uploaded_at": pl.Int64, "until": pl.Int64, "removed_at": pl.Int64, "file": pl.String,
        "member": pl.String, "content_kept": pl.Boolean, "original_kept": pl.Boolean,
        "rows_true": pl.Int64, "bytes": pl.Int64, "sha256": pl.String,
    }  # fmt: skip
    times = pl.from_epoch(pl.col("uploaded_at", "until", "removed_at"), time_unit="s")
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        times.cast(pl.Datetime("us", "UTC"))
    )


def acts(frame: pl.DataFrame, events: Happenings) -> pl.DataFrame:
    """One row a sitting in which something was stolen."""
    sticks = {p.act: p.serial for p in events.plugged if p.act is not None}
    return (
        frame.filter(pl.col("purpose") == "theft")
        .group_by("act")
        .agg(
            pl.col("at_utc").min().alias("started_at"), pl.col("at_utc").max().alias("ended_at"),
            pl.col("person_id", "account", "host").first(),
            pl.col("via_remote").any(), pl.len().alias("downloads"),
            pl.col("rows_sent").sum().alias("rows"),
            pl.col("line").is_not_null().all().alias("logged"),
            _shown_to_leave().any().alias("shown"),
        )
        .sort("act")
        .with_columns(
            pl.col("act").replace_strict(sticks, default=None, return_dtype=pl.String)
            .alias("serial"),
            pl.col("act").is_in(list(events.seized_acts)).alias("stick_seized"),
        )
    )  # fmt: skip


def _shown_to_leave() -> pl.Expr:
    """Carried out without leave, and a stick, a remote session or a seized file shows it."""
    shows = pl.col("private_stick_in_host") | pl.col("via_remote") | pl.col("seized_file_unique")
    return pl.col("carried_out") & pl.col("in_inquiry") & ~pl.col("authorised_before") & shows


def gaps(frame: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Lost stretches with what happened in them, and the clock that was put back."""
    rows: list[tuple[object, ...]] = []
    for first, after in LOST_WEEKS:
        start, end = instant(day(first), 0), instant(day(after), 0)
        within = pl.col("at_utc").dt.epoch("s").is_between(start, end, closed="left")
        rows.append(
            ("downloads", "lost", start, end, frame.filter(within).height, None, None, None)
        )
    rows += [
        ("presence", "lost", instant(day(first), 0), instant(day(after), 0), None, None, None, None)
        for first, after in DOOR_LOST
    ]
    rows += [("logins", "clock", None, None, None, *step) for step in steps.iter_rows()]
    texts, numbers = ("kind", "what", "file"), ("from", "to", "unlogged", "seconds")
    names = ("kind", "what", "from", "to", "unlogged", "file", "line", "seconds")
    types = dict.fromkeys(texts, pl.String()) | dict.fromkeys(numbers, pl.Int64())
    schema = {name: types.get(name, pl.UInt64()) for name in names}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.from_epoch(pl.col("from", "to"), time_unit="s").cast(pl.Datetime("us", "UTC"))
    )


def staff(world: World) -> pl.DataFrame:
    """Who worked there, and who of them was the thief."""
    people = (*world.maintainers, *world.managers)
    return pl.DataFrame(
        {"person_id": [p.person_id for p in people], "role": [p.role for p in people],
         "thief": [p.person_id == world.thief for p in people]}
    )  # fmt: skip


def write_people(world: World, path: Path) -> None:
    """person, household, change (0 none, 1 moved, 2 new telephone, 3 married), poor."""
    step, parts = 2_000_000, []
    for start in range(0, world.people, step):
        ids: Ids = np.arange(start, min(start + step, world.people), dtype=np.uint64)
        people = codes(ids, world)
        parts.append(
            pl.DataFrame(
                {"person": ids.astype(np.uint32), "household": people.household.astype(np.uint32),
                 "change": people.change.astype(np.uint8), "poor": people.poor}
            )
        )  # fmt: skip
    pl.concat(parts).write_parquet(path, compression_level=1)


def files(counts: Sequence[tuple[str, str, int, int, int]], aside: pl.DataFrame) -> pl.DataFrame:
    """Of every evidence file its lines: header, taken, quarantined, skipped."""
    schema = {"file": pl.String, "kind": pl.String, "lines": pl.Int64, "headers": pl.Int64,
              "taken": pl.Int64}  # fmt: skip
    what = pl.col("what")
    sums = aside.group_by("file").agg(
        (what == "quarantined").sum().cast(pl.Int64).alias("quarantined"),
        (what == "skipped").sum().cast(pl.Int64).alias("skipped"),
    )
    return (
        pl.DataFrame(list(counts), schema=schema, orient="row")
        .join(sums, on="file", how="left", validate="1:1")
        .with_columns(pl.col("quarantined", "skipped").fill_null(0))
        .sort("file")
    )
