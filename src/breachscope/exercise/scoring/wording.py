"""The scores as a page of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from breachscope.exercise.scoring.counts import LineScore, Persons, Scores


def lines(scores: Scores) -> list[str]:
    """At most 80 columns; ids and figures only."""
    parties = scores.parties
    clear = parties.filter(pl.col("clear"))
    near = clear.filter(pl.col("near")).height
    found, removals = scores.removals_found, scores.removals
    page = [
        "Against the truth",
        *_persons("persons, added over parties", scores.by_party),
        *_persons("persons, once over all parties", scores.over_parties),
        f"  parties with the truth within bounds   {scores.parties_inside:>6,} of {len(parties):,}",
        f"  parties near it (2 persons or 0.1 %)   {near:>6,} of {len(clear):,} with all known",
        f"  error of their total                   {scores.known_error:>9.3%}",
        f"  differences of all parties, of truth   {scores.total_error:>9.3%}",
        f"  width of bounds, median of those       {scores.median_spread:>9.3%}",
        f"  removals found                         {found:>6,} of {removals:,}",
        f"  tiers right                            {scores.tiers_right:>9.2%}"
        f"   in the inquiry {scores.tiers_right_in_inquiry:.2%}",
        f"  row scopes exact                       {scores.scopes_exact:>6,}"
        f" of {scores.scopes_known:,}",
        f"  downloads lost, invented               {scores.downloads_lost:>6,}"
        f", {scores.downloads_invented:,}",
        _lines("lines quarantined", scores.quarantined),
        _lines("lines skipped", scores.skipped),
        "  tier            true removals   others      persons       others",
    ]
    page += [
        f"  {tier.tier:<14}{tier.true_downloads:>15,}{tier.false_downloads:>9,}"
        f"{tier.true_persons:>13,}{tier.false_persons:>13,}"
        for tier in scores.tiers
    ]
    return page


def _persons(title: str, persons: Persons) -> list[str]:
    bounds = f"{persons.low:,} to {persons.high:,}"
    return [
        f"  {title}",
        f"    truth {persons.taken:>12,}   found {persons.count:>12,}   bounds {bounds}",
        f"    really carried out {persons.carried:,}; beyond any evidence {persons.unseen:,}",
    ]


def _lines(title: str, score: LineScore) -> str:
    figures = f"{score.right:>6,} right, {score.missing:,} overlooked, {score.extra:,} wrong"
    return f"  {title:<38} {figures}"
