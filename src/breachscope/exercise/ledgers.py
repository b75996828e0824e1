"""The papers: parties, inventory, staff, machines, work, seized sticks, contracts, remedies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise.days import dates, day, instant, wide, written
from breachscope.exercise.office import FIRST_INQUIRY, SEIZURE, Office
from breachscope.exercise.population import codes
from breachscope.exercise.tables import GIVEN, SURNAMES
from breachscope.exercise.world import (
    MAINTENANCE_AREA,
    MAINTENANCE_HOSTS,
    REMOTE_HOSTS,
    SITES,
    Staff,
    World,
    manager_host,
)
from breachscope.exercise.writing import TextForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breachscope.exercise.facts import Happenings, Order, Shelf

_SECTORS: Final = {"private": "民間事業者", "iaa": "独立行政法人", "local": "地方公共団体"}
_UTF8: Final = TextForm("utf-8-sig")
_EARLY: Final = {"acquired_at": FIRST_INQUIRY}
_CONTROLS: Final = (
    ("C01", "past_survey_reviewed", "2024-02-29", "過去調査の不備の検証", "10-3(5)"),
    ("C02", "staff_trained", "2023-12-07", "従業者教育", "10-4"),
    ("C03", "log_reviewed_weekly", "2023-10-25", "ログの週次点検", "10-3(2)"),
    ("C04", "audit_effective", "2024-03-29", "監査の見直し", "10-3(5)"),
    ("C05", "staff_trained", "2023-12-08", "保守要員の教育", "10-4"),
    ("C06", "no_media_brought_in", "2024-03-29", "媒体の持込検査", "10-5(1)"),
    ("C07", "admin_limited_to_two", "2023-08-09", "管理者権限を二名に限定", "10-6(1)"),
    ("C08", "shared_account_unused", "2023-08-09", "共用アカウントの停止", "10-6(2)"),
    ("C09", "no_direct_download", "2023-08-05", "中継サーバの設置", "10-6(4)"),
    ("C10", "no_unregistered_media", "2023-07-18", "USB書出しの禁止", "10-6(4)"),
    ("C11", "entrustment_clauses", "2023-10-19", "取扱条項の覚書", "3-4-4(2)"),
    ("C12", "entrustee_reviewed_weekly", "2023-10-31", "委託先ログの週次確認", "3-4-4(3)"),
    ("C13", "reentrustment_approved", "2024-03-29", "再委託の事前承認", "3-4-4(3)"),
)


def write_organisation(office: Office, world: World) -> None:
    """Parties, people, machines, contracts, remedies and what to heed with some persons."""
    _parties(office, world)
    _people(office, world)
    _hosts(office, world)
    _entrustments(office, world)
    _controls(office)
    _holds(office, world)


def texts(values: Sequence[str | None]) -> pl.Series:
    """A text column."""
    return pl.Series(values, dtype=pl.String)


def _parties(office: Office, world: World) -> None:
    rng = np.random.default_rng([world.seed, 20])
    n = len(world.parties)
    start, end = rng.integers(day("2011-04-01"), day("2013-04-01"), n), rng.integers(
        day("2021-03-31"), day("2023-09-30"), n
    )  # fmt: skip
    told = [instant(day("2023-08-08") + int(i), 10) for i in rng.integers(0, 60, n)]
    office.table("parties", "parties.csv", {
        "委託元コード": texts([p.party_id for p in world.parties]),
        "委託元名": texts([p.name for p in world.parties]),
        "区分": texts([_SECTORS[p.sector] for p in world.parties]),
        "契約開始日": dates(pl.Series(start)),
        "契約終了日": dates(pl.Series(end), "%Y-%m-%d"),
        "廃棄期限": dates(pl.Series(end + 30)),
        "再委託承認日時": texts([None] * n),
        "連絡先": texts([f"{p.party_id.lower()}@example.org" for p in world.parties]),
        "通知日時": written(pl.Series(told), "slash"),
    }, given=_EARLY)  # fmt: skip


def _people(office: Office, world: World) -> None:
    staff: Sequence[Staff] = (*world.maintainers, *world.managers)
    office.table("people", "people.csv", {
        "社員番号": texts([s.person_id for s in staff]),
        "氏名": texts([s.name for s in staff]),
        "所属": texts([s.employer for s in staff]),
        "役割": texts([s.role for s in staff]),
        "開始日": texts([s.since for s in staff]),
        "終了日": texts([s.until for s in staff]),
        "アカウント": texts([";".join(s.accounts) for s in staff]),
        "リモートアカウント": texts([s.remote_account for s in staff]),
        "使用端末": texts(["、".join(s.hosts) for s in staff]),
    }, given=_EARLY)  # fmt: skip


def _hosts(office: Office, world: World) -> None:
    rows = [(host, MAINTENANCE_AREA, "保守端末") for host in MAINTENANCE_HOSTS]
    rows += [(host, "リモート", "仮想端末") for host in REMOTE_HOSTS]
    rows += [(manager_host(s, n), f"拠点{s:02d}", "管理者端末")
             for s in range(1, SITES + 1) for n in (1, 2)]  # fmt: skip
    office.table("hosts", "hosts.csv", {
        "端末名": texts([row[0] for row in rows]),
        "設置場所": texts([row[1] for row in rows]),
        "用途": texts([row[2] for row in rows]),
        "設置日": texts(["2012-10-01"] * len(rows)),
        "撤去日": texts([None] * len(rows)),
    }, form=_UTF8, given=_EARLY)  # fmt: skip


def _entrustments(office: Office, world: World) -> None:
    links = [
        (p.party_id, "ORG-CENTRE", "業務委託契約", "2012-04-01", "要" if p.index % 4 else "不要")
        for p in world.parties
    ]
    links.append(("ORG-CENTRE", "ORG-MAINT", "サービス利用契約", "2012-04-01", "要"))
    links.append(("ORG-MAINT", "ORG-AGENCY", "労働者派遣契約", "2008-06-01", "不要"))
    office.table("entrustments", "entrustments.csv", {
        "委託元": texts([link[0] for link in links]),
        "委託先": texts([link[1] for link in links]),
        "根拠": texts([link[2] for link in links]),
        "開始日": texts([link[3] for link in links]),
        "終了日": texts([None] * len(links)),
        "承認要否": texts([link[4] for link in links]),
        "承認日時": texts([None] * len(links)),
    })  # fmt: skip


def _controls(office: Office) -> None:
    office.table("controls", "controls.csv", {
        "control_id": texts([row[0] for row in _CONTROLS]),
        "check": texts([row[1] for row in _CONTROLS]),
        "in_force_from": texts([row[2] for row in _CONTROLS]),
        "description": texts([row[3] for row in _CONTROLS]),
        "guideline": texts([row[4] for row in _CONTROLS]),
        "owner": texts(["システム部"] * len(_CONTROLS)),
    }, form=TextForm("utf-8"), given={"acquired_at": SEIZURE})  # fmt: skip


def _holds(office: Office, world: World) -> None:
    """Persons to whom one must not simply write."""
    chosen = world.parties[:4]
    people = codes(np.array([p.first + 2 for p in chosen], dtype=np.uint64), world)
    names = [SURNAMES[s] + GIVEN[g] for s, g in zip(people.surname, people.given, strict=True)]
    office.table("holds", "holds.csv", {
        "委託元コード": texts([p.party_id for p in chosen]),
        "氏名": texts(names),
        "生年月日": dates(pl.Series(people.birth), "%Y-%m-%d"),
        "区分": texts(["支援措置", "死亡", "後見人", "支援措置"]),
        "対応": texts(["住所に送付しない", None, "後見人に送付", "電話で連絡しない"]),
    })  # fmt: skip


def write_inventory(office: Office, shelf: Shelf) -> None:
    """Two inventories: one gives every version an id, the older knows lists and times only."""
    for explicit in (True, False):
        versions = [v for v in shelf.versions if v.plan.explicit_id == explicit]
        given = [[value if known else None for value, known in
                  zip((str(v.rows), str(v.bytes), v.sha256), v.plan.inventory, strict=True)]
                 for v in versions]  # fmt: skip
        removed = pl.Series([v.plan.removed for v in versions], dtype=pl.Int64)
        uploaded = pl.Series([v.plan.uploaded for v in versions], dtype=pl.Int64)
        columns = {"版ID": texts([v.plan.version_id for v in versions])} if explicit else {}
        columns |= {
            "リストID": texts([v.one.list_id for v in versions]),
            "委託元コード": texts([v.one.party.party_id for v in versions]),
            "リスト名": texts([v.one.title for v in versions]),
            "登録日時": written(uploaded, "slash" if explicit else "era"),
            "削除日時": written(removed, "slash" if explicit else "era"),
            "パス": texts([v.plan.path for v in versions]),
            "件数": texts([row[0] for row in given]),
            "バイト数": texts([row[1] for row in given]),
            "SHA256": texts([row[2] for row in given]),
            "項目": texts([v.columns for v in versions]),
        }
        office.table("lists", f"inventory_{'new' if explicit else 'old'}.csv", columns)


def write_work(office: Office, orders: Sequence[Order]) -> None:
    """The work ledger: on paper-like forms with era dates first, as an Excel book later."""
    ordered = sorted(orders, key=lambda order: (order.start, order.work_id))
    change = instant(day("2019-05-01"), 0)
    old, new = [o for o in ordered if o.start < change], [o for o in ordered if o.start >= change]
    office.table("work", "work/作業管理簿_平成.csv", work_columns(old, "era"),
                 above=("作業管理簿（平成２５年度から）",))  # fmt: skip
    office.book("work", "work/作業管理簿_令和.xlsx", work_columns(new, "slash"))


def work_columns(orders: Sequence[Order], form: str) -> dict[str, pl.Series]:
    """The columns of a work ledger, its times written in one form."""

    def times(values: list[int | None]) -> pl.Series:
        return written(pl.Series(values, dtype=pl.Int64), form)

    approved = times([o.approved_at for o in orders])
    return {
        "作業番号": texts([o.work_id for o in orders]),
        "開始日時": times([o.start for o in orders]),
        "終了日時": times([o.end for o in orders]),
        "作業者番号": texts([o.person for o in orders]),
        "使用アカウント": texts([o.account for o in orders]),
        "端末名": texts([o.host for o in orders]),
        "リストID": texts([o.list_id for o in orders]),
        "作業内容": texts([o.purpose for o in orders]),
        "承認者": texts([o.approved_by for o in orders]),
        "承認日時": wide(approved) if form == "era" else approved,
    }


def write_roster(office: Office, rows: Sequence[tuple[str, int, int]]) -> None:
    """Who was planned to work when (`attendance.planned`)."""
    start, end = (pl.Series([row[i] for row in rows], dtype=pl.Int64) for i in (1, 2))
    office.table("roster", "roster.csv", {
        "社員番号": texts([row[0] for row in rows]),
        "勤務開始": written(start, "short"),
        "勤務終了": written(end, "short"),
        "区域": texts([MAINTENANCE_AREA] * len(rows)),
    })  # fmt: skip


def write_seized(
    office: Office, facts: pl.DataFrame, shelf: Shelf, events: Happenings, seed: int
) -> pl.DataFrame:
    """The listing of the sticks found; returns (fetch, file_id, modified) of what truly is what.

    Some files were cut down or renamed later and tie to nothing.
    """
    rng = np.random.default_rng([seed, 21])
    sticks = pl.DataFrame(
        {"act": list(events.seized_acts), "serial": list(events.seized_acts.values())}
    )
    found = facts.filter((pl.col("outcome") == "ok") & (pl.col("purpose") == "theft")).join(
        sticks, on="act", how="inner", validate="m:1"
    )
    found = found.filter(pl.Series(rng.random(len(found)) < 0.85)).sort("fetch")
    n = len(found)
    modified = pl.Series(found["at"].to_numpy() + rng.integers(4, 240, n))
    version = found["version"].to_list()
    names = [f"F{i + 1:04d}" for i in range(n)]
    edited = rng.random(n) < 0.06
    hashed, counted = rng.random(n) < 0.7, rng.random(n) < 0.9
    rows = [int(shelf.rows[v]) for v in version]
    size = [int(shelf.bytes[v]) for v in version]
    later = pl.Series(np.where(edited, modified.to_numpy() + 86_400 * 40, modified.to_numpy()))
    office.table("files", "seized/files.csv", {
        "file_id": texts(names),
        "media_serial": found["serial"],
        "path": texts([f"/data/{i:04d}.csv" for i in range(n)]),
        "bytes": texts([str(b * 9 // 10 if e else b) for b, e in zip(size, edited, strict=True)]),
        "modified_at": written(later, "offset"),
        "sha256": texts([shelf.versions[v].sha256 if h and not e else None
                          for v, h, e in zip(version, hashed, edited, strict=True)]),
        "rows": texts([str(r * 9 // 10 if e else r) if c or e else None
                        for r, c, e in zip(rows, counted, edited, strict=True)]),
    }, form=_UTF8, given={"acquired_at": SEIZURE, "received_from": "捜査機関"})  # fmt: skip
    return (
        pl.DataFrame(
            {"fetch": found["fetch"], "file_id": names, "modified": later, "edited": edited}
        )
        .filter(~pl.col("edited"))
        .drop("edited")
    )


def _stolen_whole(
    facts: pl.DataFrame, events: Happenings, rng: np.random.Generator
) -> pl.DataFrame:
    """Whole lists stolen onto sticks that were found later, most of them still there."""
    acts, serials = list(events.seized_acts), list(events.seized_acts.values())
    sticks = pl.DataFrame({"act": acts, "serial": serials})
    found = facts.filter((pl.col("outcome") == "ok") & (pl.col("purpose") == "theft")).join(
        sticks, on="act", how="inner", validate="m:1"
    ).sort("fetch")  # fmt: skip
    return found.filter(pl.Series(rng.random(len(found)) < 0.85))
