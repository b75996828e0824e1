"""What a run noticed that moves no figure but must not pass in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from breachscope.case import decisions
from breachscope.reconstruct import retold, versions
from breachscope.schema import Kind
from breachscope.workflow.duty_facts import own_organisation
from breachscope.workflow.situation import LOGS, undeclared_originals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from breachscope.workflow.situation import Situation


def notes(s: Situation, tables: Mapping[str, Path]) -> list[str]:
    """Every note of a run, in a fixed order; `tables` are those of the run."""
    inventory = tables["versions"]
    return [
        *_inventory(s),
        *_records(s, inventory),
        *_copies(s),
        *_duties(s),
        *_rulings(s, tables),
    ]


def _inventory(s: Situation) -> Iterator[str]:
    """Lines of the inventory that describe one version differently, or leave it open."""
    files = {item.evidence_id: item.file for item in s.of(Kind.LISTS)}
    listed = s.table(Kind.LISTS)
    for version, _, evidence, line in versions.contested(listed).collect().iter_rows():
        yield (
            f"{files[evidence]} line {line}: describes version {version} differently from an "
            "earlier line, which stands"
        )
    at_once = (
        listed.with_columns(version_id=versions.default_version_id())
        .group_by("list_id", "uploaded_at")
        .agg(versions=pl.col("version_id").n_unique())
        .filter(pl.col("versions") > 1)
        .sort("list_id", "uploaded_at")
    )
    for list_id, moment, count in at_once.collect().iter_rows():
        yield f"list {list_id}: {count} versions uploaded at one moment, {moment:%Y-%m-%d %H:%M}Z"


def _records(s: Situation, inventory: Path) -> Iterator[str]:
    """Contents of versions nobody listed, and second contents of one version."""
    known = dict(
        pl.read_parquet(inventory, columns=["version_id", "records_evidence_id"]).iter_rows()
    )
    for item in s.of(Kind.RECORDS):
        for version, rows in item.versions.items():
            if version not in known:
                yield f"{item.file}: {rows:,} records of version {version}, which no inventory has"
            elif known[version] != item.evidence_id:
                yield f"{item.file}: another content of version {version}; {known[version]} stands"


def _copies(s: Situation) -> Iterator[str]:
    for kind in LOGS:
        for item, named in undeclared_originals(s, kind):
            yield f"{item.file}: is said to be a copy of {named}, which the case does not have"


def _duties(s: Situation) -> Iterator[str]:
    """A knowledge date that belongs to nobody starts no clock."""
    settings = s.context.settings
    if settings.knowledge_date and not own_organisation(s):
        yield (
            "knowledge_date of case.toml belongs to no organisation: the parties entrust to "
            "several; say there which is the own: organisation"
        )


def _rulings(s: Situation, tables: Mapping[str, Path]) -> Iterator[str]:
    """Rulings on what this run does not have: they moved nothing."""
    ruled = decisions.latest_by_subject(s.rulings)
    if not ruled:
        return
    events = pl.scan_parquet(tables["extractions"]).filter(pl.col("event_id").is_in(list(ruled)))
    known = set(events.select("event_id").collect()["event_id"])
    lines = pl.read_parquet(s.superseded(Kind.DOWNLOADS).parent / "lines.parquet")
    known |= {f"{copy}:{line}" for copy, line in lines.select("copy", "copy_line").iter_rows()}
    told = [
        pl.read_parquet(s.superseded(kind).parent / "retold.parquet") for kind in LOGS if s.of(kind)
    ]
    known |= {place for again in told for place in retold.waiting(again)}
    known |= {item.evidence_id for item in s.items}
    known |= _other_subjects(tables)
    rungs = [rung.name for rung in s.context.playbook.identity.rungs]
    parties = pl.read_parquet(tables["counts"], columns=["party_id"])["party_id"]
    known |= {f"{decisions.MERGE}{party}/{rung}" for party in parties for rung in rungs}
    for subject, decision in ruled.items():
        if subject not in known:
            yield f"ruling {decision.id} has no effect: this run has nothing called {subject}"


def _other_subjects(tables: Mapping[str, Path]) -> set[str]:
    """What rulings on items, obligations, questions and parts of leaks may name."""
    items = pl.read_parquet(tables["items"], columns=["list_id", "item"]).unique()
    known = {f"{decisions.ITEM}{listed}/{item}" for listed, item in items.iter_rows()}
    known |= {f"{decisions.ITEM}*/{item}" for item in items["item"]}
    duties = pl.read_parquet(tables["obligations"])
    for obligation in duties["obligation_id"]:
        known |= {f"obligation:{obligation}", f"{decisions.DONE}{obligation}"}
    for name in ("questions", "settled"):
        known |= set(duties[name].explode().drop_nulls())
    parts = pl.read_parquet(tables["leak_parts"], columns=["leak_id", "part"])
    known |= {f"{leak}/{part}" for leak, part in parts.iter_rows()}
    return known
