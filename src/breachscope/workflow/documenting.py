"""The documents of the whole case, and what those of single parties cite: exhibits, coverage."""

from __future__ import annotations

import csv
import io
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope import __version__
from breachscope.case import folder
from breachscope.notify import package as packages
from breachscope.notify.cells import safe_value
from breachscope.notify.documents import forms
from breachscope.notify.documents import inquiry as inquiries
from breachscope.notify.documents.views import DAY, Head
from breachscope.schema import COUNTED_TIERS, Kind
from breachscope.workflow import diff, frames, intake, reached_items
from breachscope.workflow.tables import run_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from breachscope.case.register import Item
    from breachscope.case.stated import Statements
    from breachscope.notify.documents.press import Made, Press
    from breachscope.workflow.context import Context


@dataclass(frozen=True, slots=True)
class Basis:
    """What the documents of all parties cite, read once."""

    items: list[Item]
    exhibits: tuple[packages.Exhibit, ...]
    sources: tuple[packages.Source, ...]
    contacts: dict[str, str]  # party -> contact
    told_on: dict[str, str]  # party -> the day it was told
    holds: pl.DataFrame
    obligations: pl.DataFrame | None  # of runs that have them


def basis(context: Context, place: Path, number: int) -> Basis:
    """What the documents of a run cite."""
    items = [intake.current(context, item) for item in run_items(context, number)]
    return Basis(
        items,
        exhibits(items),
        sources(place),
        contacts(context, items),
        told_on(context, items),
        frames.table(context.case, items, Kind.HOLDS).collect(),
        pl.read_parquet(owed) if (owed := place / "obligations.parquet").is_file() else None,
    )


FOLDER: Final = "documents"
OPEN_POINTS: Final = "open_points.csv"


def exhibits(items: Iterable[Item]) -> tuple[packages.Exhibit, ...]:
    """Every evidence file under the number documents cite: its exhibit mark, else its place."""
    ordered = sorted(
        items,
        key=lambda item: (
            _natural(item.custody.exhibit or ""),
            item.kind,
            item.file,
            item.evidence_id,
        ),
    )
    return tuple(
        packages.Exhibit(
            mark=item.custody.exhibit or f"証{number}",
            evidence_id=item.evidence_id,
            file=item.file,
            kind=item.kind.value,
            sha256=item.sha256,
            rows=item.rows_taken,
            received_from=item.custody.received_from,
            acquired_at=item.custody.acquired_at,
        )
        for number, item in enumerate(ordered, 1)
    )


def _natural(mark: str) -> list[tuple[int, int, str]]:
    """甲2 before 甲10; files without a mark last."""
    if not mark:
        return [(2, 0, "")]
    parts = re.findall(r"\d+|\D+", mark)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def sources(place: Path) -> tuple[packages.Source, ...]:
    """What there is of each kind of log, as coverage tells it."""
    rhythms = pl.read_parquet(place / "rhythms.parquet").sort("kind")
    return tuple(
        packages.Source(
            row["kind"], len(row["evidence_ids"]), row["events"], row["first"], row["last"],
            row["detectable_hours"],
        )
        for row in rhythms.iter_rows(named=True)
    )  # fmt: skip


def told_on(context: Context, items: Iterable[Item]) -> dict[str, str]:
    """Party -> the day it was told, in the case's zone; parties nobody told are not there."""
    parties = frames.table(context.case, items, Kind.PARTIES)
    local = pl.col("told_at").min().dt.convert_time_zone(context.settings.zone)
    told = (
        parties.filter(pl.col("told_at").is_not_null())
        .group_by("party_id")
        .agg(day=local.dt.strftime(DAY))
    )
    return dict(told.collect().iter_rows())


def write(
    context: Context, place: Path, number: int, basis: Basis, told: Statements,
    press: Press, *, final: bool,
) -> Path:  # fmt: skip
    """The documents about all parties, in place of those that were there; gives their folder."""
    target = context.case.report(number) / FOLDER
    staging = target.with_name(f".{FOLDER}.partial")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=folder.PRIVATE_FOLDER, parents=True)
    try:
        for made in list(_of_the_case(context, place, number, basis, told, press, final=final)):
            for name, content in made.files().items():
                _private(staging / name, content)
        _private(staging / OPEN_POINTS, _open_points(place, basis, told))
        shutil.rmtree(target, ignore_errors=True)
        staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target


def _private(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(folder.PRIVATE_FILE)


def _of_the_case(
    context: Context, place: Path, number: int, basis: Basis, told: Statements,
    press: Press, *, final: bool,
) -> Iterator[Made]:  # fmt: skip
    head = Head(
        mark=press.words.marks["final" if final else "draft"],
        draft=not final,
        issue="1",
        run=str(number),
        case=context.settings.name,
        prepared_on=told.prepared_on,
        program_version=__version__,
        playbook_digest=context.playbook.digest,
        zone=context.settings.zone,
    )
    whole = _inquiry(context, place, number, basis, told)
    report = inquiries.report(whole, head, press.words)
    yield press.made("investigation_report", "調査報告書", "調査報告書", report)
    for kind, name in forms.NAMES.items():
        own = inquiries.own_report(whole, head, press.words, kind)
        yield press.made("regulator_private", f"自社の{name}", f"自社の{name}", own)


def _inquiry(
    context: Context, place: Path, number: int, basis: Basis, told: Statements
) -> packages.Inquiry:  # fmt: skip
    return packages.Inquiry(
        counts=pl.read_parquet(place / "counts.parquet").sort("party_id"),
        over_parties=pl.read_parquet(place / "over_parties.parquet"),
        acts=pl.read_parquet(place / "acts.parquet"),
        zone=context.settings.zone,
        sender=packages.Sender(**told.sender.model_dump()),
        known_on=_day(context.settings.knowledge_date),
        told_on=basis.told_on,
        statements=told.statements,
        sources=basis.sources,
        exhibits=basis.exhibits,
        limits=tuple(_limits(place)),
        changes=tuple(_changes(context, number)),
        items=reached_items.reached(place),
        unbound=_unbound(place),
        obligations=basis.obligations,
        organisation=_organisation(context, basis.items),
    )


def _organisation(context: Context, items: Iterable[Item]) -> str:
    """The organisation under inquiry: as case.toml names it, else the parties' only entrustee."""
    if context.settings.organisation:
        return context.settings.organisation
    parties = frames.table(context.case, items, Kind.PARTIES).select(from_party="party_id")
    entrusted = frames.table(context.case, items, Kind.ENTRUSTMENTS)
    direct = entrusted.join(parties, on="from_party", how="semi").select("to_party").unique()
    named = direct.collect()["to_party"].to_list()
    return str(named[0]) if len(named) == 1 else ""


def _unbound(place: Path) -> int:
    """Downloads that count and are tied to no version."""
    counted = pl.col("tier").is_in(COUNTED_TIERS) & pl.col("version_id").is_null()
    inquiry = pl.scan_parquet(place / "inquiry.parquet")
    return int(inquiry.filter(counted).select(pl.len()).collect().item())


def _day(day: date | None) -> str | None:
    return None if day is None else f"{day.year}年{day.month}月{day.day}日"


def _limits(place: Path) -> Iterator[str]:
    """What the evidence cannot tell of the whole case, in sentences."""
    inquiry = pl.scan_parquet(place / "inquiry.parquet")
    counted = pl.col("tier").is_in(COUNTED_TIERS)
    told = inquiry.select(
        lost=(counted & (pl.col("content") == "lost")).sum(),
        count_only=(counted & (pl.col("row_scope") == "count")).sum(),
        unbound=(counted & pl.col("party_id").is_null()).sum(),
        conflicts=pl.col("conflict").fill_null(value=False).sum(),
    ).collect()
    lost, count_only, unbound, conflicts = told.row(0)
    if lost:
        yield f"{lost:,}件のダウンロードは、版の内容が現存しないため、本人を特定できません。"
    if count_only:
        yield f"{count_only:,}件のダウンロードは件数のみの記録で、どの行かは分かりません。"
    if unbound:
        yield f"{unbound:,}件のダウンロードは、どの委託元のリストか分かりません。"
    if conflicts:
        yield f"{conflicts:,}件のダウンロードは承認済み作業と矛盾する証拠があり、判断待ちです。"
    for row in pl.read_parquet(place / "silences.parquet").iter_rows(named=True):
        yield (
            f"{row['from']:%Y-%m-%d}から{row['to']:%Y-%m-%d}まで（UTC）は"
            f"{KINDS.get(row['kind'], row['kind'])}がなく、この間のことは分かりません。"
        )


KINDS: Final = {
    "downloads": "ダウンロード記録", "logins": "ログイン記録", "remote": "遠隔接続記録",
    "media": "外部媒体の接続記録", "presence": "入退室記録",
}  # fmt: skip


def _changes(context: Context, number: int) -> Iterator[str]:
    """What changed since the run before, by party."""
    earlier = [n for n in context.case.run_numbers() if n < number]
    if not earlier:
        return
    parties: list[dict[str, Any]] = diff.diff(context, earlier[-1], number)["parties"]
    for party in parties:
        yield f"{party['party_id']}: 本人の数 {party['before']:,} → {party['after']:,}"


def _open_points(place: Path, basis: Basis, told: Statements) -> bytes:
    """What a person must still see to, one line each; a party without contact is never dropped."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["party_id", "what", "detail"])
    for row in _points(place, basis, told):
        writer.writerow([safe_value(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _points(place: Path, basis: Basis, told: Statements) -> Iterator[tuple[str, str, str]]:
    touched = (pl.col("downloads") > 0) | (pl.col("all_high") > 0)
    counts = pl.scan_parquet(place / "counts.parquet").filter(touched).sort("party_id").collect()
    for party in counts["party_id"]:
        if not basis.contacts.get(party):
            yield party, "no_contact", "連絡先が証拠にない"
        if party not in basis.told_on:
            yield party, "no_knowledge_date", "通知した日が証拠になく、期限を計算できない"
        yield from _items_open(place, party)
    for name, value in told.sender.model_dump().items():
        if value is None:
            yield "", "not_stated", f"sender.{name}"


def _items_open(place: Path, party: str) -> Iterator[tuple[str, str, str]]:
    """Data items that wait for a ruling, and versions whose items nobody knows."""
    held = reached_items.reached(place, party)
    if held is None:
        return
    waiting = (
        held.table.filter(~pl.col("sure")).select("item", "item_class").unique().sort(pl.all())
    )
    for item, item_class in waiting.iter_rows():
        yield party, "item_to_rule", f"{item}: {item_class}"
    if held.unknown_versions:
        yield party, "items_unknown", f"{held.unknown_versions}版"


def contacts(context: Context, items: Iterable[Item]) -> dict[str, str]:
    """Party -> its contact, where the evidence has one."""
    parties = frames.table(context.case, items, Kind.PARTIES)
    held = parties.filter(pl.col("contact").is_not_null())
    first = held.group_by("party_id", maintain_order=True).agg(pl.col("contact").first())
    return dict(first.collect().iter_rows())
