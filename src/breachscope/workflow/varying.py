"""What the counts hang on: the stages after extraction, run again under other assumptions.

Identity is never counted again: a variation changes which rows left and in which tier, not
who is one person. Of each variation only the parties whose rows differ are reached anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.case import folder
from breachscope.case.fingerprint import Fingerprint
from breachscope.errors import EvidenceError
from breachscope.playbook import Limits
from breachscope.reconstruct.leaked import LEAK_SOURCES
from breachscope.schema import SENSITIVITY, Kind, conform, person_columns
from breachscope.workflow import counting, judging, reconstruction
from breachscope.workflow.context import opened
from breachscope.workflow.parts import Parts, previous_parts
from breachscope.workflow.situation import Moment, Situation, situation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from breachscope.workflow.judging import Judged

SENSITIVITY_VERSION = 1

WITHHELD: Final = (
    Kind.WORK, Kind.MEDIA, Kind.REMOTE, Kind.FILES, Kind.LEAK, Kind.LOGINS, Kind.HOSTS,
)  # fmt: skip
"""The evidence held against downloads; each is withheld in turn."""


@dataclass(frozen=True, slots=True)
class Variation:
    """One assumption changed."""

    number: int
    sort: str
    what: str
    value: float | None
    s: Situation
    without_leaks: bool = False


def sensitivity(case: Path | None, told: Callable[[str], None] = lambda _: None) -> pl.DataFrame:
    """SENSITIVITY of the case, all evidence; kept until anything it rests on changes.

    Raises:
        EvidenceError: the case has no downloads.

    """
    with folder.exclusive(folder.find(case)):
        context = opened(case)
        numbers = context.case.run_numbers()
        latest = numbers[-1] if numbers else None
        s = situation(context, Parts(context.case, previous_parts(context.case, latest)), Moment())
        if not s.of(Kind.DOWNLOADS):
            raise EvidenceError("the case has no downloads", hint="breachscope add")
        return pl.read_parquet(sensitivity_part(s, judging.judged(s), told))


def sensitivity_part(s: Situation, base: Judged, told: Callable[[str], None]) -> Path:
    """SENSITIVITY of a situation judged.

    Parts of variations are kept in the store as all others, and are no parts of a run.
    """

    def make(target: Path) -> None:
        apart = replace(s, parts=Parts(s.context.case, {}), copies={})
        found = [_counted(variation, base, told) for variation in variations(apart)]
        whole = pl.concat(found).sort("variation", "party_id", nulls_last=True)
        whole.lazy().pipe(conform, SENSITIVITY).sink_parquet(target / "sensitivity.parquet")

    wanted = Fingerprint(
        "sensitivity",
        "all",
        {"egress": base.egress.name, "over parties": base.labels.parent.name}
        | {party: place.name for party, place in base.persons.items()}
        | s.inputs(*WITHHELD),
        {"variations": [[v.sort, v.what, v.value] for v in variations(s)]},
        SENSITIVITY_VERSION,
    )
    return s.parts.get(wanted, make) / "sensitivity.parquet"


def variations(s: Situation) -> Iterator[Variation]:
    """The case as it is, each limit halved and doubled, each kind of evidence withheld."""
    yield Variation(0, "as_it_is", "", None, s)
    number = 1
    limits = s.context.playbook.rules.limits
    for name, value in limits.model_dump().items():
        for sort, factor in (("limit_halved", 0.5), ("limit_doubled", 2.0)):
            changed = _within(name, value * factor)
            if changed != value:
                yield Variation(number, sort, name, changed, _with_limit(s, name, changed))
                number += 1
    for kind in WITHHELD:
        if s.of(kind):
            items = tuple(item for item in s.items if item.kind is not kind)
            without = replace(s, items=items, copies={})
            yield Variation(number, "withheld", kind.value, None, without, kind is Kind.LEAK)
            number += 1


def _within(name: str, value: float) -> float:
    """The value, held to what the limit may be (a share is at most 1)."""
    most = [rule.le for rule in Limits.model_fields[name].metadata if hasattr(rule, "le")]
    return float(min([value, *most]))


def _with_limit(s: Situation, name: str, value: float) -> Situation:
    playbook = s.context.playbook
    limits = playbook.rules.limits.model_copy(update={name: value})
    rules = playbook.rules.model_copy(update={"limits": limits})
    context = replace(s.context, playbook=playbook.model_copy(update={"rules": rules}))
    return replace(s, context=context, copies={})


def _counted(variation: Variation, base: Judged, told: Callable[[str], None]) -> pl.DataFrame:
    """SENSITIVITY of one variation."""
    told(f"{variation.sort} {variation.what}".strip())
    s = variation.s
    superseded = s.superseded(Kind.DOWNLOADS)
    extracted = [
        reconstruction.extraction_part(s, item, base.inventory, superseded)
        for item in s.of(Kind.DOWNLOADS)
    ]
    sources = pl.DataFrame(schema=LEAK_SOURCES) if variation.without_leaks else base.leaks.sources
    egress = reconstruction.egress_part(s, base.inventory, extracted, sources)
    grounds = None if variation.without_leaks else base.leaks.grounds
    segments = counting.all_segments(base.inventory, egress, grounds)
    downloads = counting.counted_downloads(egress)
    reaches = {
        party: counting.reach_part(
            s,
            party,
            segments.filter(pl.col("party_id") == party),
            downloads.filter(pl.col("party_id") == party),
            base.persons[party],
            base.contents.get(party, []),
        )
        for party in base.persons
    }
    ladder = counting.counts_part(s, reaches, base.labels)
    names = list(person_columns())
    parties = pl.read_parquet(ladder / "counts.parquet").select("party_id", *names)
    once = pl.read_parquet(ladder / "over_parties.parquet").select(
        pl.lit(None, pl.String).alias("party_id"), *names
    )
    return pl.concat([parties, once]).select(
        variation=pl.lit(variation.number, pl.UInt32),
        sort=pl.lit(variation.sort, SENSITIVITY["sort"]),
        what=pl.lit(variation.what),
        value=pl.lit(variation.value, pl.Float64),
        party_id="party_id",
        **{name: pl.col(name) for name in names},
    )


def document(table: pl.DataFrame) -> dict[str, Any]:
    """The table for programs: every variation with its totals and the parties it moves."""
    by_party = table.filter(pl.col("party_id").is_not_null())
    as_it_is = by_party.filter(pl.col("variation") == 0)
    told = []
    for (number,), own in table.group_by("variation", maintain_order=True):
        first = own.row(0, named=True)
        parties = own.filter(pl.col("party_id").is_not_null())
        once = own.filter(pl.col("party_id").is_null()).row(0, named=True)
        sums = parties.select(pl.selectors.integer().sum()).row(0, named=True)
        told.append(
            {
                "variation": number,
                "sort": first["sort"],
                "what": first["what"],
                "value": first["value"],
                "persons": _measures(sums),
                "persons_over_parties": _measures(once),
                "parties": _moved(as_it_is, parties),
            }
        )
    return {"schema": "breachscope/sensitivity/1", "variations": told}


def _measures(row: dict[str, Any]) -> dict[str, dict[str, int]]:
    tiers = ("confirmed", "probable", "possible", "all")
    return {tier: {m: row[f"{tier}_{m}"] for m in ("count", "low", "high")} for tier in tiers}


def _moved(before: pl.DataFrame, after: pl.DataFrame) -> list[dict[str, Any]]:
    """The parties of which any figure differs, with their figures before and after."""
    names = list(person_columns())
    both = before.select("party_id", *names).join(
        after.select("party_id", *names), on="party_id", suffix="_after", validate="1:1"
    )
    differs = pl.any_horizontal(pl.col(name) != pl.col(f"{name}_after") for name in names)
    return [
        {
            "party_id": row["party_id"],
            "before": _measures(row),
            "after": _measures({name: row[f"{name}_after"] for name in names}),
        }
        for row in both.filter(differs).sort("party_id").iter_rows(named=True)
    ]
