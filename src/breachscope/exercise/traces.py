"""The other logs: logins, the remote gateway, devices, entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise.days import DAY, JAPAN, day, instant, working_days, written
from breachscope.exercise.facts import Happenings, Plugged, Shelf, month
from breachscope.exercise.innocent import FIRST_DAY, LAST_DAY
from breachscope.exercise.office import FIRST_INQUIRY, NOTHING, Office
from breachscope.exercise.world import MAINTENANCE_AREA, World
from breachscope.exercise.writing import TextForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breachscope.exercise.dice import Ints

CLOCK_STEP: Final = "2016-06"
"""In this month the clock ran an hour fast for a while and was then put back."""
REMOTE_CLOCK: Final = 180
"""Seconds by which the last gateway's clock was fast; the manifest tells."""
MAPPING: Final = "mappings/entries.toml"
_UTF8: Final = TextForm("utf-8-sig")
_MAPPING_TEXT: Final = """kind = "presence"
zone = "Asia/Tokyo"
skip_rows = 0

[columns]
person_id = "ITEM01"
area = "ITEM02"
entered_at = "ITEM03"
left_at = "ITEM04"

[formats]
entered_at = "%Y年%m月%d日 %H時%M分%S秒"
left_at = "%Y年%m月%d日 %H時%M分%S秒"
"""


def write_logins(office: Office, world: World, facts: pl.DataFrame) -> pl.DataFrame:
    """Logins of all, a file a year; returns the backward clock step (file, line, seconds)."""
    events = pl.concat([_sittings(facts), _operators(world)]).sort("at", "account", "action")
    fast = _fast(events)
    events = events.with_columns(shown=pl.col("at") + 3_600 * fast.cast(pl.Int64))
    years = events.with_columns(year=month(pl.col("at")).str.slice(0, 4))
    steps = []
    for (year,), part in years.partition_by("year", as_dict=True, maintain_order=True).items():
        file = f"logins/logins_{year}.csv"
        lines = write_login_file(office, file, part)
        back = np.flatnonzero(np.diff(part["shown"].to_numpy()) < -1)
        steps += [(file, int(lines[i + 1]), int(part["shown"][int(i)] - part["shown"][int(i) + 1]))
                  for i in back]  # fmt: skip
    schema = {"file": pl.String, "line": pl.UInt64, "seconds": pl.Int64}
    return pl.DataFrame(steps, schema=schema, orient="row")


def write_login_file(
    office: Office, file: str, part: pl.DataFrame, given: Mapping[str, str] = NOTHING
) -> Ints:
    """One file of logins with the times `shown`; returns the line of every row."""
    return office.table("logins", file, {
        "日時": written(part["shown"], "slash"),
        "ユーザーID": part["account"],
        "操作": part["action"],
        "端末名": part["host"],
        "接続元IP": part["source_ip"],
        "セッションID": part["session"],
    }, form=_UTF8, given=given)  # fmt: skip


def _fast(events: pl.DataFrame) -> pl.Series:
    """The last days of a stretch in that month, up to a line soon followed by another."""
    inside = events.select(month(pl.col("at")) == CLOCK_STEP).to_series().to_numpy()
    places = np.flatnonzero(inside)
    at = events["at"].to_numpy()
    soon = places[:-1][np.diff(at[places]) < 1_800]
    last = int(soon[len(soon) // 2])
    fast = np.zeros(len(events), dtype=bool)
    fast[last - min(40, len(places) // 4) : last + 1] = True
    return pl.Series(fast)


def _sittings(facts: pl.DataFrame) -> pl.DataFrame:
    """A login before and a logout after the downloads of one session."""
    sessions = facts.group_by("session", maintain_order=True).agg(
        pl.col("at").min().alias("first"), pl.col("at").max().alias("last"),
        pl.col("account", "host", "source_ip").first(),
    )  # fmt: skip
    came = sessions.with_columns(at=pl.col("first") - 45, action=pl.lit("ログイン"))
    went = sessions.with_columns(at=pl.col("last") + 130, action=pl.lit("ログアウト"))
    failed = came.gather_every(37).with_columns(
        at=pl.col("at") - 20, action=pl.lit("失敗"), session=pl.lit(None, dtype=pl.String)
    )
    columns = ["at", "account", "action", "host", "source_ip", "session"]
    return pl.concat([part.select(columns) for part in (came, went, failed)])


def _operators(world: World) -> pl.DataFrame:
    rng = np.random.default_rng([world.seed, 14])
    return operators(world, rng, working_days(FIRST_DAY, LAST_DAY))


def operators(world: World, rng: np.random.Generator, days: Ints) -> pl.DataFrame:
    """Operators come in the morning and go in the evening, some of them on each of these days."""
    number = world.scale.operators
    there = rng.random((len(days), number)) < world.scale.operator_days
    at_day, who = np.nonzero(there)
    start = days[at_day] * DAY - JAPAN
    came = start + rng.integers(30_600, 36_000, len(start))
    went = start + rng.integers(57_600, 66_600, len(start))
    account = pl.Series([f"op-{2000 + i}" for i in range(number)]).gather(who.astype(np.uint32))
    host = pl.Series([f"OPT-{i:04d}" for i in range(number)]).gather(who.astype(np.uint32))
    base = {"account": account, "host": host}
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, len(start))
    return pl.concat(
        pl.DataFrame({"at": at, **base, "action": [word] * len(at), "source_ip": empty,
                      "session": empty})
        .select("at", "account", "action", "host", "source_ip", "session")
        for at, word in ((came, "ログイン"), (went, "ログアウト"))
    )  # fmt: skip


def write_remote(office: Office, events: Happenings) -> None:
    """Three gateways over the years: one with offsets, one in bare UTC, one with a fast clock."""
    sessions = pl.DataFrame(
        [(s.account, s.source_ip, s.assigned_ip, s.start, s.end) for s in events.sessions],
        schema={"account": pl.String, "source_ip": pl.String, "assigned_ip": pl.String,
                "start": pl.Int64, "end": pl.Int64}, orient="row",
    ).sort("start", "account", "assigned_ip")  # fmt: skip
    first, second = instant(day("2018-01-01"), 0), instant(day("2021-01-01"), 0)
    start = pl.col("start")
    _gateway(office, "remote/gateway_a.csv", sessions.filter(start < first), "zulu", 0, {})
    middle = sessions.filter((start >= first) & (start < second))
    _gateway(office, "remote/gateway_b.csv", middle, "utc", 0, {"zone": "UTC"})
    given = {"zone": "Asia/Tokyo", "clock_offset": str(-REMOTE_CLOCK)}
    late = sessions.filter(start >= second)
    _gateway(office, "remote/gateway_c.csv", late, "slash", REMOTE_CLOCK, given)


def _gateway(
    office: Office, file: str, part: pl.DataFrame, form: str, fast: int, given: dict[str, str]
) -> None:
    ended = part["end"] + fast
    if form == "zulu":  # the first gateway lost some ends
        ended = pl.DataFrame({"e": ended, "i": np.arange(len(part))}).select(
            pl.when(pl.col("i") % 211 != 210).then("e")
        ).to_series()  # fmt: skip
    office.table("remote", file, {
        "started_at": written(part["start"] + fast, form),
        "ended_at": written(ended, form),
        "account": part["account"],
        "source_ip": part["source_ip"],
        "assigned_ip": part["assigned_ip"],
        "gateway": pl.Series(["gw-" + file[-5]]).new_from_index(0, len(part)),
        "bytes_out": ((part["end"] - part["start"]) * 911).cast(pl.String),
    }, form=TextForm("utf-8", "\n"), given=given)  # fmt: skip


def write_media(office: Office, facts: pl.DataFrame, shelf: Shelf, events: Happenings) -> None:
    """Devices coming and going, and some of what was written to them; a file a year."""
    rows = [row for plugged in events.plugged for row in _device_rows(plugged)]
    rows += _copies(facts, shelf, events)
    names = ("at", "host", "action", "serial", "vendor", "product", "registered", "name", "bytes")
    frame = pl.DataFrame(
        rows, schema=dict.fromkeys(names, pl.String) | {"at": pl.Int64}, orient="row"
    ).sort("at", "host", "action", "serial")
    years = frame.with_columns(year=month(pl.col("at")).str.slice(0, 4))
    for (year,), part in years.partition_by("year", as_dict=True, maintain_order=True).items():
        office.table("media", f"media/usb_{year}.csv", {
            "日時": written(part["at"], "slash"),
            "端末名": part["host"],
            "操作": part["action"],
            "シリアル番号": part["serial"],
            "ベンダ": part["vendor"],
            "製品名": part["product"],
            "登録区分": part["registered"],
            "ファイル名": part["name"],
            "バイト数": part["bytes"],
        })  # fmt: skip


_Row = tuple[int, str, str, str, str, str, str, str | None, str | None]


def _device_rows(p: Plugged) -> list[_Row]:
    word = "登録済" if p.registered else "未登録"
    about = (p.serial, p.vendor, p.product, word, None, None)
    rows: list[_Row] = [(p.start, p.host, "接続", *about)]
    return [*rows, (p.end, p.host, "取外し", *about)] if p.end_logged else rows


def _copies(facts: pl.DataFrame, shelf: Shelf, events: Happenings) -> list[_Row]:
    """In every other act the terminal noted which files went to the stick."""
    sticks = {p.act: p for p in events.plugged if p.act is not None and p.act % 2 == 0}
    rows: list[_Row] = []
    taken = facts.filter((pl.col("outcome") == "ok") & pl.col("act").is_in(list(sticks)))
    for act, at, version in taken.sort("fetch").select("act", "at", "version").iter_rows():
        p, v = sticks[act], shelf.versions[version]
        when = min(max(at + 20, p.start + 30), p.end - 5)
        rows.append((when, p.host, "書込", p.serial, p.vendor, p.product, "未登録",
                     f"{v.one.title}.csv", str(v.bytes)))  # fmt: skip
    return rows


def write_entries(office: Office, events: Happenings) -> None:
    """The maintenance room's door: an old system, and a new one that needs a mapping file."""
    rows = [(s.person, s.came, s.went if s.exit_read else None) for s in events.attended if s.read]
    frame = pl.DataFrame(
        rows, schema={"who": pl.String, "came": pl.Int64, "went": pl.Int64}, orient="row"
    ).with_columns(area=pl.lit(MAINTENANCE_AREA))
    change = instant(day("2019-04-01"), 0)
    _door(office, "entries/entries_old.csv", frame.filter(pl.col("came") < change), "slash",
          ("社員番号", "区域", "入室日時", "退室日時"), {"acquired_at": FIRST_INQUIRY})  # fmt: skip
    (office.evidence / "mappings").mkdir(parents=True, exist_ok=True)
    (office.evidence / MAPPING).write_text(_MAPPING_TEXT, encoding="utf-8")
    _door(office, "entries/entries_new.csv", frame.filter(pl.col("came") >= change), "kanji",
          ("ITEM01", "ITEM02", "ITEM03", "ITEM04"), {"mapping": MAPPING})  # fmt: skip


def _door(
    office: Office, file: str, part: pl.DataFrame, form: str, names: tuple[str, ...],
    given: dict[str, str],
) -> None:  # fmt: skip
    values = (part["who"], part["area"], written(part["came"], form), written(part["went"], form))
    office.table("presence", file, dict(zip(names, values, strict=True)), given=given)
