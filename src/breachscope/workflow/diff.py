"""What changed between two runs, per party, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.workflow.parts import previous_parts
from breachscope.workflow.tables import run_folder, run_record

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.case.fingerprint import Fingerprint
    from breachscope.workflow.context import Context
    from breachscope.workflow.parts import Key

    Fingerprints = dict[Key, Fingerprint]


def diff(context: Context, before: int, after: int) -> dict[str, Any]:
    """`{"schema", "before", "after", "parties"}`: every party whose persons or downloads moved.

    `added` and `removed` are persons by person_key; `moved` counts persons that changed tier,
    by the tier they came to. Each reason is {kind: evidence | ruling | setting | method, what}.

    Raises:
        ConfigError: a run is not there.

    """
    first, then = run_folder(context, before)[1], run_folder(context, after)[1]
    old, new = (previous_parts(context.case, number) for number in (before, after))
    moves = _moves(first, then, _counted_anew(old, new))
    figures = _figures(first, then)
    general = _general_reasons(context, before, after)
    own = _own_reasons(context, old, new, first, then)
    parties = []
    for row in figures.iter_rows(named=True):
        party = row["party_id"]
        told = moves.get(party, {"added": 0, "removed": 0, "moved": {}})
        if row["before"] == row["after"] and not row["changed"] and not any(told.values()):
            continue
        parties.append(
            {
                "party_id": party,
                "name": row["name"],
                "before": row["before"],
                "after": row["after"],
                **told,
                "reasons": own.get(party, []) + general,
            }
        )
    return {
        "schema": "breachscope/diff/1",
        "before": before,
        "after": after,
        "parties": parties,
    }


def _figures(first: Path, then: Path) -> pl.DataFrame:
    columns = pl.selectors.integer()
    told = [pl.read_parquet(place / "counts.parquet") for place in (first, then)]
    joined = told[0].join(told[1], on="party_id", how="full", coalesce=True, suffix="_after")
    figures = told[0].select(columns).columns
    changed = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(f"{name}_after")) for name in figures
    )
    return joined.select(
        "party_id",
        name=pl.coalesce("name_after", "name"),
        before=pl.col("all_count").fill_null(0),
        after=pl.col("all_count_after").fill_null(0),
        changed=changed,
    ).sort("party_id")


def _counted_anew(old: Fingerprints, new: Fingerprints) -> list[str]:
    """The parties whose reach was made from something else: only there can persons move."""
    reaches = {key for key in {*old, *new} if key[0] == "reach"}
    return sorted(key[1] for key in reaches if old.get(key) != new.get(key))


def _moves(first: Path, then: Path, parties: list[str]) -> dict[str, dict[str, Any]]:
    """Persons added, removed and moved between tiers, by party."""
    if not parties:
        return {}
    key = ["party_id", "person_key"]
    old, new = (
        pl.scan_parquet(place / "scope.parquet").filter(pl.col("party_id").is_in(parties))
        for place in (first, then)
    )
    old, new = old.select(*key, old="tier"), new.select(*key, new="tier")
    changed = (
        old.join(new, on=key, how="full", coalesce=True)
        .filter(pl.col("old").ne_missing(pl.col("new")))
        .group_by("party_id", "old", "new")
        .agg(persons=pl.len())
        .sort("party_id", "old", "new", nulls_last=True)
        .collect()
    )
    found: dict[str, dict[str, Any]] = {}
    for party, was, now, persons in changed.iter_rows():
        told = found.setdefault(party, {"added": 0, "removed": 0, "moved": {}})
        if was is None:
            told["added"] += persons
        elif now is None:
            told["removed"] += persons
        else:
            told["moved"][now] = told["moved"].get(now, 0) + persons
    return found


def _general_reasons(context: Context, before: int, after: int) -> list[dict[str, str]]:
    """What changed for the whole case: settings, rulings, method."""
    old, new = run_record(context, before), run_record(context, after)
    told = []
    if old["case"] != new["case"] or old["playbook"] != new["playbook"]:
        told.append({"kind": "setting", "what": "case.toml or the playbook changed"})
    moments = ("events_until", "acquired_until")
    if any(old[name] != new[name] for name in moments):
        told.append({"kind": "setting", "what": "as of another moment"})
    if rulings := sorted(set(new["rulings"]) ^ set(old["rulings"])):
        told.append({"kind": "ruling", "what": ", ".join(rulings)})
    if old["version"] != new["version"]:
        told.append({"kind": "method", "what": f"version {old['version']} → {new['version']}"})
    return told


def _own_reasons(
    context: Context, old: Fingerprints, new: Fingerprints, first: Path, then: Path
) -> dict[str, list[dict[str, str]]]:
    """What changed for one party: its downloads by evidence file, its records."""
    found: dict[str, list[dict[str, str]]] = {}
    files = {item.evidence_id: item.file for item in context.items}
    for party, evidence, downloads in _changed_downloads(first, then).iter_rows():
        what = f"{evidence} ({files.get(evidence, 'gone')}): {downloads} downloads new or changed"
        found.setdefault(party, []).append({"kind": "evidence", "what": what})
    for key, wanted in new.items():
        reasons = _records_reasons(wanted, old.get(key)) if key[0] == "identity" else []
        found.setdefault(key[1], []).extend(reasons)
    return found


def _records_reasons(wanted: Fingerprint, last: Fingerprint | None) -> list[dict[str, str]]:
    return [{"kind": "evidence", "what": f"records: {reason}"} for reason in wanted.reasons(last)]


def _changed_downloads(first: Path, then: Path) -> pl.DataFrame:
    columns = ["party_id", "evidence_id", "event_id", "tier", "rows_low", "rows_high", "version_id"]
    tables = [pl.scan_parquet(place / "inquiry.parquet").select(columns) for place in (first, then)]
    either = [
        one.join(other, on=columns, how="anti", nulls_equal=True)
        for one, other in (tables, reversed(tables))
    ]
    return (
        pl.concat(either)
        .filter(pl.col("party_id").is_not_null())
        .group_by("party_id", "evidence_id")
        .agg(downloads=pl.col("event_id").n_unique())
        .sort("party_id", "evidence_id")
        .collect()
    )
