"""What this evidence cannot tell, with figures: said before any detail.

Every point is always listed, so that a reader sees what was looked for and not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.report import words
from breachscope.report.lineage import counted
from breachscope.report.tables import open_conflicts
from breachscope.report.words import Said, joined, number, of_the_run, say, span, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from breachscope.report.inputs import ReportInputs

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unknown:
    """One thing the evidence cannot tell: a figure, and what it means for the answer."""

    title: Said
    figure: str
    text: Said
    found: bool


def unknowns(inputs: ReportInputs) -> tuple[Unknown, ...]:
    """Every limit of the evidence; what was found comes first."""
    every = [
        *_downloads(inputs),
        *_actors(inputs),
        *_coverage(inputs),
        *_files(inputs),
        *_custody(inputs),
    ]
    return tuple(sorted(every, key=lambda point: not point.found))


def _downloads(inputs: ReportInputs) -> Iterator[Unknown]:
    facts = _egress_facts(inputs)
    span_of_rows = span(facts["count_low"], facts["count_high"])
    lost = {"downloads": number(facts["lost"]), "rows": number(facts["lost_rows"])}
    yield _point("u_count_scope", facts["count_scope"], "unit_times", span=span_of_rows)
    yield _point("u_lost", facts["lost_versions"], "unit_versions", **lost)
    yield _point("u_endless", facts["endless"], "unit_times")
    yield _point("u_conflicts", facts["conflicts"], "unit_times")
    yield _point("u_unbound", facts["unbound"], "unit_times")
    yield _point("u_outside", facts["outside"], "unit_times")
    yield _point("u_contradicted", facts["contradicted"], "unit_times")
    yield _point("u_elsewhere", facts["elsewhere"], "unit_times")


def _actors(inputs: ReportInputs) -> Iterator[Unknown]:
    """Acts of which nobody can be named, and those whose entry log was silent."""
    if inputs.actors is None:
        return
    told = inputs.actors.verdicts
    open_acts = told.filter(pl.col("verdict") != "identified")
    silent = told.filter(pl.col("presence") == "silent").height
    narrowed = told.filter(pl.col("verdict") == "narrowed").height
    told_of = {"narrowed": number(narrowed), "silent": number(silent)}
    yield _point("u_nobody", open_acts.height, "unit_cases", **told_of)


def _egress_facts(inputs: ReportInputs) -> Facts:
    """Figures over the counted downloads, then over the others."""
    rough, lost = pl.col("row_scope") == "count", pl.col("content") == "lost"
    ours = (
        counted(inputs.egress)
        .select(
            count_scope=rough.sum(),
            count_low=pl.col("rows_low").filter(rough).sum(),
            count_high=pl.col("rows_high").filter(rough).sum(),
            lost=lost.sum(),
            lost_versions=pl.col("version_id").filter(lost).n_unique(),
            endless=(pl.col("version_id").is_not_null() & pl.col("rows_high").is_null()).sum(),
            unbound=pl.col("version_id").is_null().sum(),
            outside=pl.col("outside_interval").fill_null(value=False).sum(),
            contradicted=pl.col("contradicted").fill_null(value=False).sum(),
        )
        .collect()
    )
    versions = counted(inputs.egress).filter(lost).group_by("version_id")
    lost_rows = versions.agg(rows=pl.col("version_rows").max()).select(pl.col("rows").sum())
    tier = pl.col("tier").cast(pl.String)
    elsewhere = inputs.egress.lazy().select((tier == "outside_focus").sum()).collect().item()
    return ours.row(0, named=True) | {
        "lost_rows": lost_rows.collect().item(),
        "conflicts": open_conflicts(inputs.egress).select(pl.len()).collect().item(),
        "elsewhere": elsewhere + inputs.outside_focus,
    }


def _coverage(inputs: ReportInputs) -> Iterator[Unknown]:
    silences = inputs.silences.lazy().select(
        "kind", hours=(pl.col("to") - pl.col("from")).dt.total_minutes() / 60
    )
    hours = silences.collect()
    kinds = [word(words.KINDS, kind) for kind in sorted(set(hours["kind"]))]
    days = [h / 24 for h in hours["hours"]]
    yield _point(
        "u_silences", hours.height, "unit_places", kinds=joined(kinds),
        days=number(round(sum(days), 1)), most=number(round(max(days, default=0), 1)),
    )  # fmt: skip
    yield _copies(inputs)
    back = inputs.backward_steps.lazy().select(n=pl.len(), most=pl.col("seconds").max())
    n, most = back.collect().row(0)
    yield _point("u_clock", n, "unit_places", most=number(most))
    every = [
        say("u_missing_one", kind=word(words.KINDS, m.kind), why=of_the_run(m.why))
        for m in inputs.missing
    ]
    yield Unknown(
        say("u_missing"), say("unit_kinds", n=number(len(every))), joined(every, "", ""),
        found=bool(every),
    )  # fmt: skip


def _copies(inputs: ReportInputs) -> Unknown:
    changes = inputs.copy_lines.lazy().group_by(pl.col("change").cast(pl.String)).agg(n=pl.len())
    found = dict(changes.collect().iter_rows())
    told = joined(
        say("u_copies_one", said=said, n=number(found.get(c, 0)))
        for c, said in words.CHANGES.items()
    )
    return _point("u_copies", sum(found.values()), "unit_lines", told=told)


def _files(inputs: ReportInputs) -> Iterator[Unknown]:
    with_some = sum(file.rows_quarantined > 0 for file in inputs.evidence)
    lines = sum(f.rows_quarantined for f in inputs.evidence)
    yield _point("u_quarantine", lines, "unit_lines", files=number(with_some))
    undated = sum(file.acquired_at is None for file in inputs.evidence)
    yield _point("u_undated", undated, "unit_cases")


def _custody(inputs: ReportInputs) -> Iterator[Unknown]:
    settings = inputs.settings
    absent = [
        say(said)
        for said, there in (("u_signature", settings.signed), ("u_timestamp", settings.timestamped))
        if not there
    ]
    yield Unknown(
        say("u_custody"),
        say("absent" if absent else "present"),
        say("u_custody_text", absent=joined(absent, "と", " and no ")),
        found=bool(absent),
    )


def _point(key: str, n: int, unit: str, **values: object) -> Unknown:
    """A point of the catalogue: `key` is its title, `key_text` what it means."""
    text = say(f"{key}_text", **values)
    return Unknown(say(key), say(unit, n=number(n)), text, found=n > 0)
