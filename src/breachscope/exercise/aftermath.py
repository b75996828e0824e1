"""After the remedies: eight months of logs in which most controls hold and some are broken.

Written with dice of its own and after all else, so that what happened before stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise.days import DAY, JAPAN, day, instant, working_days, written
from breachscope.exercise.facts import Order, Shelf, month
from breachscope.exercise.innocent import FIRST_DAY, LAST_DAY, office_hours
from breachscope.exercise.ledgers import texts, work_columns
from breachscope.exercise.logs import by_version
from breachscope.exercise.traces import operators, write_login_file
from breachscope.exercise.world import (
    ADMIN,
    MAINTENANCE_HOSTS,
    SITES,
    World,
    host_address,
    manager_host,
)
from breachscope.exercise.writing import TextForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breachscope.exercise.dice import Bools, Ints
    from breachscope.exercise.office import Office

FIRST, LAST = "2023-08-01", "2024-03-15"
HANDED_OVER: Final = "2024-03-18T10:00:00+09:00"
RELAY: Final = "RELAY-01"
RELAY_FROM: Final = "2023-08-05"
DIRECT_DAYS: Final = ("2023-09-12", "2023-11-28")
"""On these days a list was fetched straight to a terminal, past the relay."""
SHARED_USED: Final = "2023-08-21"
"""On this day someone logged in with the account nobody was to use any more."""
OWN_STICK: Final = "2023-10-02"
REVIEWS: Final = ("2023-10-25", "2023-10-31")
"""The maintainers' review of the logs, and the call centre's of the maintainers', weekly from."""
REVIEW_MISSED: Final = "2024-01-03"

VERDICTS: Final = {
    "C01": "cannot_tell", "C02": "cannot_tell", "C03": "broken", "C04": "cannot_tell",
    "C05": "cannot_tell", "C06": "cannot_tell", "C07": "held", "C08": "broken", "C09": "broken",
    "C10": "broken", "C11": "cannot_tell", "C12": "held", "C13": "cannot_tell",
}  # fmt: skip
"""What is true of the controls when the last of these logs ends."""

_GIVEN: Final = {"acquired_at": HANDED_OVER}
_UTF8: Final = TextForm("utf-8-sig")
Broken = tuple[str, str, int]  # control, file, line


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What the truth must know of it."""

    downloads: pl.DataFrame  # rows for the truth's downloads
    controls: pl.DataFrame  # control_id, verdict
    lines: pl.DataFrame  # control_id, file, line: what breaks it


def write(office: Office, world: World, shelf: Shelf, done: pl.DataFrame) -> Aftermath:
    """Write the logs; `done` are the truth's downloads so far, whose numbers go on."""
    rng = np.random.default_rng([world.seed, 30])
    fetched = _fetched(world, shelf, rng, len(done))
    lines, broken = _downloads(office, fetched, shelf)
    broken += _logins(office, world, fetched, rng)
    broken += _media(office, world, rng)
    broken += _reviews(office)
    office.table("hosts", "hosts_relay.csv", {
        "端末名": texts([RELAY]), "設置場所": texts(["サーバ室"]), "用途": texts(["中継サーバ"]),
        "設置日": texts([RELAY_FROM]), "撤去日": texts([None]),
    }, form=_UTF8, given=_GIVEN)  # fmt: skip
    schema = {"control_id": pl.String, "file": pl.String, "line": pl.UInt64}
    verdicts = pl.DataFrame({"control_id": list(VERDICTS), "verdict": list(VERDICTS.values())})
    return Aftermath(
        _truth(fetched, lines, shelf, done.schema),
        verdicts,
        pl.DataFrame(broken, schema=schema, orient="row").sort("control_id", "file", "line"),
    )


def _fetched(world: World, shelf: Shelf, rng: np.random.Generator, before: int) -> pl.DataFrame:
    """Managers fetch the lists still in force, at their old pace; through the relay once it is."""
    days = working_days(FIRST, LAST)
    pace = world.scale.manager_downloads / len(working_days(FIRST_DAY, LAST_DAY))
    drawn = np.sort(
        np.concatenate([rng.integers(0, len(days), int(pace * len(days))), _told(days)])
    )
    at = days[drawn] * DAY - JAPAN + (office_hours(rng, len(drawn)) * 3600).astype(np.int64)
    at = np.sort(at)
    version = np.array([_one_in_force(shelf, int(t), rng) for t in at], dtype=np.int64)
    desk = rng.integers(1, 3, len(at))
    site = np.clip(shelf.site[version], 1, SITES)
    own = [manager_host(int(s), int(n)) for s, n in zip(site, desk, strict=True)]
    direct = (at < instant(day(RELAY_FROM), 0)) | _firsts(at, DIRECT_DAYS)
    number = pl.int_range(before, before + len(at), eager=True)
    frame = pl.DataFrame(
        {
            "fetch": number,
            "at": at,
            "account": [f"mgr{s:02d}{n}" for s, n in zip(site, desk, strict=True)],
            "host": pl.Series(own).zip_with(pl.Series(direct), pl.Series([RELAY] * len(at))),
            "actor": [f"CC-{s:02d}{n}" for s, n in zip(site, desk, strict=True)],
            "version": version,
            "direct": direct & (at >= instant(day(RELAY_FROM), 0)),
        }
    )
    address = pl.col("host").map_elements(_address, return_dtype=pl.String)
    rows, size = shelf.rows[version], shelf.bytes[version]
    return frame.with_columns(
        pl.Series("log_rows", rows), pl.Series("log_bytes", size),
        row_from=pl.lit(None, pl.Int64), row_to=pl.lit(None, pl.Int64), outcome=pl.lit("ok"),
        source_ip=address, month=month(pl.col("at")),
        event_id=pl.concat_str(pl.lit("DL"), pl.col("fetch").cast(pl.String).str.zfill(8)),
        session=pl.concat_str(pl.lit("N"), pl.col("fetch").cast(pl.String)),
    )  # fmt: skip


def _address(host: str) -> str:
    return "10.1.0.9" if host == RELAY else host_address(host)


def _told(days: Ints) -> Ints:
    """One on each day of which something is told, whatever the dice say."""
    return np.searchsorted(days, [day(text) for text in DIRECT_DAYS])


def _one_in_force(shelf: Shelf, at: int, rng: np.random.Generator) -> int:
    """A version in force at that time; in a world where all are removed by then the last to go."""
    there = shelf.in_force(at)
    if not len(there):
        return int(np.argmax(np.where(shelf.uploaded <= at, shelf.until, 0)))
    return int(there[int(rng.integers(0, len(there)))])


def _firsts(at: Ints, days: Sequence[str]) -> Bools:
    """The first event of each of these days."""
    found = np.zeros(len(at), dtype=bool)
    for text in days:
        found[np.searchsorted(at, instant(day(text), 0))] = True
    return found


def _downloads(
    office: Office, fetched: pl.DataFrame, shelf: Shelf
) -> tuple[pl.DataFrame, list[Broken]]:
    """A file a month; which line each stands on, and those that break a control.

    August has a file of the months before too: the account was shared until the 9th.
    """
    parts, broken = [], []
    for (name,), part in fetched.partition_by("month", as_dict=True, maintain_order=True).items():
        file = f"downloads/access_after_{str(name).replace('-', '')}.csv"
        lines = office.table("downloads", file, by_version(part, shelf), given=_GIVEN)
        parts.append(
            pl.DataFrame({"fetch": part["fetch"], "file": file, "line": lines.astype(np.uint64)})
        )
        broken += [
            ("C09", file, int(line)) for line, direct in zip(lines, part["direct"], strict=True)
            if direct
        ]  # fmt: skip
    return pl.concat(parts), broken


def _logins(
    office: Office, world: World, fetched: pl.DataFrame, rng: np.random.Generator
) -> list[Broken]:
    """Everyone's sittings, the two administrators' among them, and one that should not be."""
    came = fetched.select(
        "at", "account", "host", "source_ip", "session", action=pl.lit("ログイン")
    )
    went = came.with_columns(at=pl.col("at") + 130, action=pl.lit("ログアウト"))
    days = working_days(FIRST, LAST)
    tuesdays = days[(days + 3) % 7 == 1]
    admin = pl.DataFrame(
        {"at": tuesdays * DAY - JAPAN + 36_000 + rng.integers(0, 7_200, len(tuesdays)),
         "account": [f"bs-adm{1 + i % 2}" for i in range(len(tuesdays))],
         "host": [MAINTENANCE_HOSTS[i % 3] for i in range(len(tuesdays))]}
    )  # fmt: skip
    shared = pl.DataFrame(
        {"at": [instant(day(SHARED_USED), 21.4)], "account": [ADMIN], "host": ["VDI-02"]}
    )
    others = pl.concat([admin, shared]).with_columns(
        action=pl.lit("ログイン"),
        source_ip=pl.lit(None, pl.String),
        session=pl.lit(None, pl.String),
    )
    columns = ["at", "account", "action", "host", "source_ip", "session"]
    everyone = [came.with_columns(at=pl.col("at") - 45), went, others, operators(world, rng, days)]
    events = pl.concat([part.select(columns) for part in everyone]).sort("at", "account", "action")
    file = "logins/logins_2023_08.csv"
    lines = write_login_file(office, file, events.with_columns(shown=pl.col("at")), _GIVEN)
    place = int(np.flatnonzero((events["account"] == ADMIN).to_numpy())[0])
    return [("C08", file, int(lines[place]))]


def _media(office: Office, world: World, rng: np.random.Generator) -> list[Broken]:
    """Registered sticks at the sites, and one of someone's own."""
    days = working_days(FIRST, LAST)
    pace = world.scale.site_media / len(working_days(FIRST_DAY, LAST_DAY))
    n = max(int(pace * len(days)), 6)
    at = np.sort(days[rng.integers(0, len(days), n)] * DAY - JAPAN + 36_000)
    at = np.concatenate([at, [instant(days[-1], 9.0)]])
    rows = [
        (int(t), manager_host(int(rng.integers(1, SITES + 1)), 1), f"FPS{i % 40:03d}", "登録済")
        for i, t in enumerate(at)
    ]
    rows.append((instant(day(OWN_STICK), 19.2), "MNT-02", "PRV90001", "未登録"))
    table = pl.DataFrame(
        sorted(rows), schema={"at": pl.Int64, "host": pl.String, "serial": pl.String,
                              "registered": pl.String}, orient="row",
    )  # fmt: skip
    file = "media/usb_2023_08.csv"
    lines = office.table("media", file, {
        "日時": written(table["at"], "slash"),
        "端末名": table["host"],
        "操作": texts(["接続"] * len(table)),
        "シリアル番号": table["serial"],
        "登録区分": table["registered"],
    }, given=_GIVEN)  # fmt: skip
    own = int(np.flatnonzero((table["registered"] == "未登録").to_numpy())[0])
    return [("C10", file, int(lines[own]))]


def _reviews(office: Office) -> list[Broken]:
    """Both weekly reviews in the work ledger; one of the maintainers' was left out."""
    orders: list[Order] = []
    for first, purpose, who, by in (
        (REVIEWS[0], "ログ週次点検", "BS-0101", "運用責任者"),
        (REVIEWS[1], "委託先ログ週次確認", "CC-011", "責任者"),
    ):
        for chosen in range(day(first), day(LAST) + 1, 7):
            if chosen == day(REVIEW_MISSED):
                continue
            start = instant(chosen, 10.0)
            number = f"R-{len(orders) + 1:04d}"
            orders.append(Order(number, start, start + 5_400, who, None, None, None, purpose, by,
                                start - 86_400))  # fmt: skip
    orders.sort(key=lambda order: (order.start, order.work_id))
    file = "work/点検記録.csv"
    lines = office.table("work", file, work_columns(orders, "slash"), given=_GIVEN)
    before = [
        int(line) for line, order in zip(lines, orders, strict=True)
        if order.purpose == "ログ週次点検" and order.start < instant(day(REVIEW_MISSED), 0)
    ]  # fmt: skip
    return [("C03", file, before[-1])]


def _truth(
    fetched: pl.DataFrame, lines: pl.DataFrame, shelf: Shelf, schema: pl.Schema
) -> pl.DataFrame:
    """Rows of the truth's downloads: nobody under inquiry, nothing carried out."""
    versions = [shelf.versions[v] for v in fetched["version"].to_list()]
    told = fetched.join(lines, on="fetch", validate="1:1", maintain_order="left").with_columns(
        pl.Series("version_id", [v.plan.version_id for v in versions]),
        pl.Series("list_id", [v.one.list_id for v in versions]),
        pl.Series("party_id", [v.one.party.party_id for v in versions]),
        pl.Series("exact_known", shelf.rows_known[fetched["version"].to_numpy()]),
        at_utc=pl.from_epoch("at", time_unit="s").cast(pl.Datetime("us", "UTC")),
        person_id="actor", purpose=pl.lit("manager"), first_row=pl.lit(1, pl.Int64),
        last_row="log_rows", rows_sent="log_rows",
    )  # fmt: skip
    no = ("authorised_before", "in_inquiry", "private_stick_in_host", "via_remote", "carried_out",
          "seized_file_unique")  # fmt: skip
    whole = told.with_columns(pl.lit(value=False).alias(name) for name in no)
    absent = [pl.lit(None).alias(name) for name in schema if name not in whole.columns]
    return whole.with_columns(absent).select(list(schema)).cast(schema)
