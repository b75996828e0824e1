"""The stages that decide duties: what the lists hold, and who must be told what by when."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from breachscope import jurisdictions
from breachscope.case import decisions
from breachscope.case.fingerprint import Fingerprint, digest_of
from breachscope.notify.duties.obligations import obligations
from breachscope.people import item_rulings
from breachscope.people import items as rules_of_items
from breachscope.schema import ATTRIBUTE_PREFIX, ITEMS, RECORD_FIELDS, ItemClass, Kind, conform
from breachscope.workflow import keying
from breachscope.workflow.duty_facts import facts_of, met, rulings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from breachscope.jurisdictions import Jurisdiction
    from breachscope.workflow.keying import Content
    from breachscope.workflow.situation import Situation

ITEMS_VERSION = 2
ITEM_TABLE_VERSION = 1
OBLIGATIONS_VERSION = 2


def tables(
    s: Situation,
    inventory: Path,
    contents: Mapping[str, Sequence[Content]],
    counted: Mapping[str, Path],
    segments: pl.DataFrame,
) -> dict[str, Path]:
    """ITEMS and OBLIGATIONS of the run. `counted` are its tables so far."""
    held = item_table(s, inventory, contents)
    return {"items": held, "obligations": obligations_part(s, held, counted, segments)}


def items_part(s: Situation, content: Content) -> Path:
    """The items of one version whose content is kept."""
    item, rules = content.item, s.context.playbook.items
    columns = [
        *(
            rules_of_items.Column(item.columns[name], name, name)
            for name in RECORD_FIELDS
            if name in item.columns
        ),
        *(
            rules_of_items.Column(name.removeprefix(ATTRIBUTE_PREFIX), None, name)
            for name in item.attributes
        ),
    ]

    def make(target: Path) -> None:
        rows = keying.spelt_rows(s, content)
        rules_of_items.version_items(columns, rules, rows).write_parquet(target / "items.parquet")

    wanted = Fingerprint(
        "items",
        f"{item.evidence_id} {content.version_id}",
        {item.evidence_id: item.store},
        {"rules": digest_of(rules.model_dump(mode="json"))},
        ITEMS_VERSION,
    )
    return s.parts.get(wanted, make)


def item_table(s: Situation, inventory: Path, contents: Mapping[str, Sequence[Content]]) -> Path:
    """ITEMS of every version: of kept ones as read, of lost ones as the inventory names columns."""
    kept = {
        content.version_id: items_part(s, content)
        for party in sorted(contents)
        for content in contents[party]
    }
    rules = s.context.playbook.items
    ruled = rulings_on_items(s)

    def make(target: Path) -> None:
        known = pl.read_parquet(
            inventory, columns=["party_id", "list_id", "version_id", "title", "columns"]
        )
        frames = [pl.DataFrame(schema=ITEMS)]
        for party, listed, version, title, columns in known.iter_rows():
            place = kept.get(version)
            found = (
                pl.read_parquet(place / "items.parquet")
                if place
                else rules_of_items.listed_items(columns, rules, s.context.playbook.columns)
            )
            told = rules_of_items.with_title(found, title, rules)
            named = told.with_columns(
                party_id=pl.lit(party, pl.String),
                list_id=pl.lit(listed, pl.String),
                version_id=pl.lit(version, pl.String),
                ground=pl.lit(None, pl.String),
                ruling=pl.lit(None, pl.String),
            )
            frames.append(named.select(ITEMS.names()))
        whole = (
            item_rulings.ruled(item_rulings.with_grounds(pl.concat(frames)), ruled)
            .lazy()
            .pipe(conform, ITEMS)
        )
        whole.sort("party_id", "list_id", "version_id", "place", "item_class").sink_parquet(
            target / "items.parquet"
        )

    wanted = Fingerprint(
        "items table",
        "all",
        {version: place.name for version, place in kept.items()}
        | {"inventory": inventory.parent.name},
        {
            "rules": digest_of(rules.model_dump(mode="json")),
            "rulings": [dataclasses.astuple(each) for each in ruled],
        },
        ITEM_TABLE_VERSION,
    )
    return s.parts.get(wanted, make) / "items.parquet"


def rulings_on_items(s: Situation) -> list[item_rulings.Ruled]:
    """The rulings in force on data items, those on one list after those on all."""
    return [
        item_rulings.Ruled(
            ruling.id,
            subject.removeprefix(decisions.ITEM),
            ItemClass(str(ruling.value)),
            ruling.why,
        )
        for subject, ruling in decisions.latest_by_subject(s.rulings).items()  # * sorts first
        if ruling.action == "classify"
    ]


def used(s: Situation) -> list[Jurisdiction]:
    """The jurisdictions the case and its organisations name, in order of name."""
    settings = s.context.settings
    named = {
        *settings.jurisdictions,
        *(name for each in settings.organisations.values() for name in each.jurisdictions or ()),
    }
    near = (s.context.case.root, s.context.playbook.folder)
    return [jurisdictions.load(name, near) for name in sorted(named)]


def obligations_part(
    s: Situation, items: Path, counted: Mapping[str, Path], segments: pl.DataFrame
) -> Path:
    """OBLIGATIONS of the case."""
    laws = used(s)
    facts = partial(facts_of, s, items, counted, segments)

    def make(target: Path) -> None:
        obligations(facts(), laws).write_parquet(target / "obligations.parquet")

    settings = s.context.settings
    wanted = Fingerprint(
        "obligations",
        "all",
        s.inputs(Kind.PARTIES, Kind.ENTRUSTMENTS)
        | {"items": items.parent.name}
        | {name: counted[name].parent.name for name in ("counts", "silences", "inquiry")}
        | {law.name: law.digest for law in laws},
        {
            "zone": settings.zone,
            "knowledge_date": str(settings.knowledge_date),
            "organisation": settings.organisation,
            "organisations": {
                k: v.model_dump(mode="json") for k, v in settings.organisations.items()
            },
            "jurisdictions": settings.jurisdictions,
            "purpose": settings.improper_purpose or s.context.playbook.rules.improper_purpose,
            "segments": digest_of(segments.write_csv()),
            "rulings": [[k, r.id, r.holds, r.why] for k, r in sorted(rulings(s).items())],
            "met": [[k, m.id, str(m.on)] for k, m in sorted(met(s).items())],
            **s.moment.settings(),
        },
        OBLIGATIONS_VERSION,
    )
    return s.parts.get(wanted, make) / "obligations.parquet"
