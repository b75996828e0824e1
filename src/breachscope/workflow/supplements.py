"""What a run changes of what was issued before: supplement, withdrawal, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.case.fingerprint import digest_of
from breachscope.errors import ConfigError
from breachscope.notify.package import Change, FigureChange, IssueKind, ItemChange
from breachscope.schema import LADDER_TIERS, MEASURES
from breachscope.workflow import diff
from breachscope.workflow.reached_items import reached, sureness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import Any

    from breachscope.case.issued import Issued
    from breachscope.workflow.context import Context

ROWS: Final = ("rows_gross", "rows_gross_low", "rows_gross_high", "rows_distinct", "downloads")
FIGURES: Final = (*ROWS, *(f"{tier}_{m}" for tier in LADDER_TIERS for m in MEASURES))


def figures(counts: pl.DataFrame, party: str) -> dict[str, int]:
    """Every figure of a party by its column of COUNTS."""
    row = counts.row(by_predicate=pl.col("party_id") == party, named=True)
    return {name: int(row[name]) for name in FIGURES}


def period(counts: pl.DataFrame, party: str) -> list[str]:
    """First and last download and the fields: what else a notice tells."""
    row = counts.row(by_predicate=pl.col("party_id") == party, named=True)
    times = [row[name].isoformat() if row[name] else "" for name in ("first_at", "last_at")]
    return [*times, *sorted(row["fields"] or [])]


def items(place: Path, party: str) -> list[list[str]] | None:
    """Column, class, `sure` or `unsure` of a party's data items; None of a run without them."""
    held = reached(place, party)
    if held is None:
        return None
    return [[*key, SURE if sure else UNSURE] for key, sure in sureness(held).items()]


SURE, UNSURE = "sure", "unsure"


def persons(place: Path, party: str) -> pl.DataFrame:
    """person_key, tier of everyone of a party who surely left, in order of key."""
    return (
        pl.scan_parquet(place / "scope.parquet")
        .filter(pl.col("party_id") == party)
        .select("person_key", pl.col("tier").cast(pl.String))
        .sort("person_key")
        .collect()
    )


def persons_digest(listed: pl.DataFrame) -> str:
    """One digest of who is listed in which tier."""
    return digest_of({"persons": listed.rows()})


@dataclass(frozen=True, slots=True)
class Against:
    """A run held against what was issued before it."""

    context: Context
    number: int
    counts: pl.DataFrame  # COUNTS of the run
    told: dict[int, dict[str, tuple[str, ...]]] = field(default_factory=dict)

    def change(self, issued: Issued) -> Change | None:
        """What the run changes of a package that was issued; none if nothing.

        Less and nothing more is a withdrawal; anything else a supplement.

        Raises:
            ConfigError: the run it was issued from is not there.

        """
        party = issued.party_id
        now = figures(self.counts, party)
        place = self.context.case.run(self.number)
        listed, times = persons(place, party), period(self.counts, party)
        items_now = _item_changes(issued.items, items(place, party))
        same = now == issued.figures and persons_digest(listed) == issued.persons
        if same and times == issued.period and not items_now:
            return None
        people = _people(party, _persons_then(self.context, issued), listed)
        count = dict(people.group_by("change").len().iter_rows())
        figure_changes = tuple(_figures(issued.figures, now))
        return Change(
            kind=_kind(count, figure_changes, items_now),
            previous_issue=issued.issue,
            previous_run=issued.run,
            previous_package=issued.package,
            figures=figure_changes,
            period_changed=times != issued.period,
            added=count.get("added", 0),
            withdrawn=count.get("withdrawn", 0),
            moved=count.get("moved", 0),
            withdrawn_wholly=now["all_high"] == 0 and now["downloads"] == 0,
            reasons=self._reasons(issued.run).get(party, ()),
            people=people,
            period_before=(issued.period[0], issued.period[1]),
            period_after=(times[0], times[1]),
            items=items_now,
        )

    def _reasons(self, before: int) -> dict[str, tuple[str, ...]]:
        """Party -> why, as `diff` between the two runs tells it; worked out once a run."""
        if before not in self.told:
            parties: list[dict[str, Any]] = diff.diff(self.context, before, self.number)["parties"]
            self.told[before] = {
                party["party_id"]: tuple(
                    f"{reason['kind']}: {reason['what']}" for reason in party["reasons"]
                )
                for party in parties
            }
        return self.told[before]


def _item_changes(
    before: list[list[str]] | None, after: list[list[str]] | None
) -> tuple[ItemChange, ...]:
    """Items new, gone, settled or reopened; none where either was not recorded."""
    if before is None or after is None:
        return ()
    then, now = ({(column, of): status for column, of, status in told} for told in (before, after))
    return tuple(
        ItemChange(*key, then.get(key, ""), now.get(key, ""))
        for key in sorted(then.keys() | now.keys())
        if then.get(key) != now.get(key)
    )


def _kind(
    people: Mapping[str, int], changes: Iterable[FigureChange], items: Iterable[ItemChange]
) -> IssueKind:
    steps = [change.after - change.before for change in changes]
    more = people.get("added") or people.get("moved") or any(step > 0 for step in steps)
    more = more or any(change.after for change in items)
    less = people.get("withdrawn") or any(step < 0 for step in steps)
    return IssueKind.WITHDRAWAL if less and not more else IssueKind.SUPPLEMENT


def _persons_then(context: Context, issued: Issued) -> pl.DataFrame:
    place = context.case.run(issued.run)
    if not (place / "scope.parquet").is_file():
        raise ConfigError(
            f"{issued.party_id}: run {issued.run}, from which package {issued.issue} was issued, "
            "is not there"
        )
    return persons(place, issued.party_id)


def _people(party: str, then: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """party_id, person_key, change, tier_before, tier_after of everyone whose standing changed."""
    both = then.rename({"tier": "tier_before"}).join(
        now.rename({"tier": "tier_after"}), on="person_key", how="full", coalesce=True
    )
    kind = (
        pl.when(pl.col("tier_before").is_null())
        .then(pl.lit("added"))
        .when(pl.col("tier_after").is_null())
        .then(pl.lit("withdrawn"))
        .otherwise(pl.lit("moved"))
    )
    return (
        both.filter(pl.col("tier_before").ne_missing(pl.col("tier_after")))
        .select(
            "person_key", "tier_before", "tier_after", party_id=pl.lit(party), change=kind
        )
        .select("party_id", "person_key", "change", "tier_before", "tier_after")
        .sort("change", "person_key")
    )  # fmt: skip


def _figures(before: dict[str, int], after: dict[str, int]) -> list[FigureChange]:
    found = []
    for name in FIGURES:
        was, now = before.get(name, 0), after[name]
        if was != now:
            figure, tier, measure = _named(name)
            found.append(FigureChange(figure, tier, measure, was, now))
    return found


def _named(column: str) -> tuple[str, str, str]:
    """A column of COUNTS as counts.csv tells it: figure, tier, measure."""
    if column in ROWS:
        for measure in ("low", "high"):
            if column.endswith(f"_{measure}"):
                return column.removesuffix(f"_{measure}"), "", measure
        return column, "", "count"
    tier, measure = column.rsplit("_", 1)
    return "persons", tier, measure
