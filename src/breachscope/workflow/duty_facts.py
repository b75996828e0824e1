"""The facts duties are decided from, gathered out of a run's tables and the evidence."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl

from breachscope.case import decisions
from breachscope.notify.duties.facts import Affected, Edge, Facts, Handler, Knowledge, Met, Ruled
from breachscope.schema import COUNTED_TIERS, Answer, ItemClass, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from breachscope.workflow.situation import Situation

OWN = "own-organisation"
"""Stands for the organisation under inquiry where nobody gave its name."""


def facts_of(
    s: Situation, items: Path, counted: Mapping[str, Path], segments: pl.DataFrame
) -> Facts:
    """Everything `obligations` asks for."""
    counts = pl.read_parquet(counted["counts"])
    over = pl.read_parquet(counted["over_parties"]).row(0, named=True)
    affected = affected_parties(s, counts, segments, items, blind_spots(s, counted))
    parties = party_handlers(s, counts)
    given = edges(s, parties)
    own = own_organisation(s)
    purpose = s.context.settings.improper_purpose
    said = "case.toml says so" if purpose else "no work explains these downloads"
    return Facts(
        parties=parties,
        organisations=organisations(s, given, own),
        affected=affected,
        together=_together(affected, over),
        edges=(*given, *implied_edges(given, own, parties)),
        purpose=Answer(purpose or s.context.playbook.rules.improper_purpose),
        purpose_why=said,
        rulings=rulings(s),
        met=met(s),
    )


def rulings(s: Situation) -> dict[str, Ruled]:
    """The rulings in force on duties and on the questions they hang on, by subject."""
    return {
        subject: Ruled(ruling.id, ruling.action == "accept", ruling.why)
        for subject, ruling in decisions.latest_by_subject(s.rulings).items()
        if subject.startswith(decisions.DUTIES) and ruling.action in ("accept", "reject")
    }


def met(s: Situation) -> dict[str, Met]:
    """The obligations somebody says were met: id -> the day and the ruling."""
    return {
        subject.removeprefix(decisions.DONE): Met(ruling.id, date.fromisoformat(ruling.value))
        for subject, ruling in decisions.latest_by_subject(s.rulings).items()
        if ruling.action == "met" and ruling.value
    }


def blind_spots(s: Situation, counted: Mapping[str, Path]) -> tuple[str, ...]:
    """Why nothing found need not be nothing left."""
    silences = pl.read_parquet(counted["silences"]).filter(pl.col("kind") == "downloads").height
    broken = sum(item.rows_quarantined for item in s.of(Kind.DOWNLOADS))
    loose = (
        pl.scan_parquet(counted["inquiry"])
        .filter(pl.col("tier").is_in(COUNTED_TIERS) & pl.col("version_id").is_null())
        .select(pl.len())
        .collect()
        .item()
    )
    found = {
        f"the download log is silent in {silences} stretches": silences,
        f"{broken} lines of the download log could not be read": broken,
        f"{loose} downloads under inquiry are tied to no list": loose,
    }
    return tuple(said for said, number in found.items() if number)


def affected_parties(
    s: Situation,
    counts: pl.DataFrame,
    segments: pl.DataFrame,
    items: Path,
    blind: tuple[str, ...],
) -> dict[str, Affected]:
    """What left of each party: its counts, first and last day, and the data items reached."""
    zone = s.context.settings.zone
    day = pl.col("at").dt.convert_time_zone(zone).dt.date()
    surely = pl.col("sure") | (pl.col("at_least") > 0).fill_null(value=False)
    reached = (
        segments.filter(pl.col("party_id").is_not_null())
        .group_by("party_id")
        .agg(
            first=pl.coalesce(day.filter(surely).min(), day.min()),
            last=pl.coalesce(day.filter(surely).max(), day.max()),
            endless=pl.col("row_to").is_null().any(),
            versions=pl.col("version_id").drop_nulls().unique().sort(),
        )
    )
    by_party = {row["party_id"]: row for row in reached.iter_rows(named=True)}
    classes = _classes(items)
    found = {}
    for row in counts.iter_rows(named=True):
        party = row["party_id"]
        what = by_party.get(party, {"first": None, "last": None, "endless": False, "versions": []})
        held = [classes.get(version) for version in what["versions"]]
        found[party] = Affected(
            count=row["all_count"],
            low=row["all_low"],
            high=None if what["endless"] else row["all_high"],
            first_on=what["first"],
            last_on=what["last"],
            sure=frozenset().union(*(each[0] for each in held if each)),
            unsure=frozenset().union(*(each[1] for each in held if each)),
            unknown_items=sum(each is None or ItemClass.OTHER in each[1] for each in held),
            blind=blind,
        )
    return found


def _classes(items: Path) -> dict[str, tuple[set[ItemClass], set[ItemClass]]]:
    """Version -> classes it surely holds, classes it may hold."""
    table = pl.scan_parquet(items).select("version_id", "item_class", "sure").unique().collect()
    found: dict[str, tuple[set[ItemClass], set[ItemClass]]] = defaultdict(lambda: (set(), set()))
    for version, name, sure in table.iter_rows():
        found[version][0 if sure else 1].add(ItemClass(name))
    return dict(found)


def _together(affected: Mapping[str, Affected], over: Mapping[str, int]) -> Affected:
    """All parties, each person counted once."""
    touched = [each for each in affected.values() if not each.nothing]
    endless = any(each.high is None for each in touched)
    return Affected(
        count=over["all_count"],
        low=over["all_low"],
        high=None if endless else over["all_high"],
        first_on=min((each.first_on for each in touched if each.first_on), default=None),
        last_on=max((each.last_on for each in touched if each.last_on), default=None),
        sure=frozenset().union(*(each.sure for each in touched)),
        unsure=frozenset().union(*(each.unsure for each in touched)),
        unknown_items=sum(each.unknown_items for each in touched),
    )


def party_handlers(s: Situation, counts: pl.DataFrame) -> dict[str, Handler]:
    """Every party, with its sector and the first time it was told."""
    told = _told(s, s.table(Kind.PARTIES).collect(), "party_id")
    edges_told = _told(s, s.table(Kind.ENTRUSTMENTS).collect(), "from_party")
    found = {}
    for party, sector in counts.select("party_id", "sector").iter_rows():
        knew = _earliest([told.get(party), edges_told.get(party)])
        found[party] = _described(s, Handler(party, sector, knew))
    return found


def _described(s: Situation, who: Handler) -> Handler:
    """What case.toml says of a party or organisation goes before what the evidence says."""
    said = s.context.settings.organisations.get(who.id)
    everywhere = tuple(s.context.settings.jurisdictions)
    if said is None:
        return replace(who, jurisdictions=everywhere)
    knew = (
        Knowledge(said.knew_on, evidence=f"case.toml (organisations.{who.id}.knew_on)")
        if said.knew_on
        else who.knew
    )
    bound = everywhere if said.jurisdictions is None else tuple(said.jurisdictions)
    return Handler(who.id, said.sector or who.sector, knew, bound)


def _told(s: Situation, rows: pl.DataFrame, of: str) -> dict[str, Knowledge]:
    """For each, the first time somebody is said to have told it."""
    first = (
        rows.filter(pl.col("told_at").is_not_null())
        .sort("told_at", "evidence_id", "line")
        .unique(of, keep="first", maintain_order=True)
    )
    if s.moment.events_until is not None:
        first = first.filter(pl.col("told_at") <= s.moment.events_until)
    return {row[of]: _knowledge(s, row) for row in first.iter_rows(named=True)}


def _knowledge(s: Situation, row: Mapping[str, Any]) -> Knowledge:
    at: datetime = row["told_at"]
    on = at.astimezone(ZoneInfo(s.context.settings.zone)).date()
    return Knowledge(on, at, f"{row['evidence_id']}:{row['line']} (told_at)")


def _earliest(found: Sequence[Knowledge | None]) -> Knowledge | None:
    known = [each for each in found if each]
    return min(known, key=lambda each: (each.on, each.at or datetime.max), default=None)


def edges(s: Situation, parties: Mapping[str, Handler]) -> list[Edge]:
    """The entrustments in evidence; several contracts between two are one edge."""
    rows = s.table(Kind.ENTRUSTMENTS).sort("evidence_id", "line").collect()
    own = own_organisation(s)
    parties_told = _told(s, s.table(Kind.PARTIES).collect(), "party_id")
    entrustees: dict[str, set[str]] = defaultdict(set)
    for who, whom in rows.select("from_party", "to_party").iter_rows():
        entrustees[who].add(whom)
    found = []
    for (who, whom), contracts in rows.group_by("from_party", "to_party", maintain_order=True):
        told = _told(s, contracts, "from_party").get(str(who))
        alone = len(entrustees[str(who)]) == 1 or whom == own
        if told is None and alone and str(who) in parties:
            told = parties_told.get(str(who))
        since, until = contracts["since"].drop_nulls(), contracts["until"]
        first = contracts.row(0, named=True)
        found.append(
            Edge(
                str(who),
                str(whom),
                basis="; ".join(contracts["basis"].drop_nulls().unique(maintain_order=True)),
                since=_date(since.min()),
                until=None if until.null_count() else _date(until.max()),
                told=told,
                evidence=f"{first['evidence_id']}:{first['line']}",
            )
        )
    return found


def _date(value: object) -> date | None:
    return value if isinstance(value, date) else None


def own_organisation(s: Situation) -> str | None:
    """The organisation under inquiry: as case.toml names it, else the parties' only entrustee."""
    if s.context.settings.organisation:
        return s.context.settings.organisation
    parties = s.table(Kind.PARTIES).select(from_party="party_id")
    edges_of_parties = s.table(Kind.ENTRUSTMENTS).join(parties, on="from_party", how="semi")
    direct = set(edges_of_parties.select("to_party").collect()["to_party"])
    if not direct:
        return OWN
    return direct.pop() if len(direct) == 1 else None


def organisations(s: Situation, given: Sequence[Edge], own: str | None) -> dict[str, Handler]:
    """Everyone in the chain, with what case.toml and the entrustments say."""
    rows = _told(s, s.table(Kind.ENTRUSTMENTS).collect(), "from_party")
    names = {name for edge in given for name in (edge.entruster, edge.entrustee)} | (
        {own} if own else set()
    )
    found = {}
    for name in sorted(names):
        knew = rows.get(name)
        day = s.context.settings.knowledge_date
        if name == own and day:
            knew = _earliest([knew, Knowledge(day, evidence="case.toml (knowledge_date)")])
        found[name] = _described(s, Handler(name, None, knew))
    return found


def implied_edges(
    given: Sequence[Edge], own: str | None, parties: Mapping[str, Handler]
) -> Iterator[Edge]:
    """A party with no entrustment in evidence entrusted its lists to the own organisation."""
    held = {edge.entruster for edge in given}
    for party, who in parties.items():
        if own and party not in held and party != own:
            yield Edge(party, own, told=who.knew, evidence="no entrustment of it in evidence")
