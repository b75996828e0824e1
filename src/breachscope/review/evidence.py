"""Questions about downloads, copies of logs, leaked lists and merged persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.review.questions import Question, ground
from breachscope.schema import COUNTED_TIERS, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FACTS: Final = (
    "evidence_id", "line", "version_id", "row_scope", "rows_low", "rows_high", "work_evidence_id",
    "work_line", "unregistered_device", "media_evidence_id", "media_line", "remote_assigned",
    "remote_evidence_id", "remote_line", "file_only_this", "file_evidence_id", "file_line",
    "leak_only_this", "leak_id",
)  # fmt: skip
"""Of a download in conflict: what speaks for and against its explanation."""

SPEAKING: Final = {
    "unregistered_device": ("an unregistered device", "media"),
    "remote_assigned": ("a remote session", "remote"),
    "file_only_this": ("a seized file that fits no other", "file"),
    "leak_only_this": ("a leaked list that fits no other", "leak"),
}

NEAR: Final = (1.0, 3.0)
"""log10 likelihood ratios on either side of the limit of 2: attributed below, told of above."""


def conflicts(inquiry: pl.DataFrame) -> Iterator[Question]:
    """Explained downloads with evidence against them. `inquiry` is EGRESS."""
    found = inquiry.filter(pl.col("conflict") | pl.col("ruling").is_not_null())
    for row in found.iter_rows(named=True):
        against = [words for fact, (words, _) in SPEAKING.items() if row[fact]]
        people = row["rows_high"] if row["rows_high"] is not None else row["version_rows"]
        work, version = row["work_id"] or "no work", row["version_id"] or "no version"
        otherwise = row["conflict_tier"] or "what the rules say"
        yield Question(
            id=row["event_id"],
            topic=Topic.CONFLICT,
            question=f"{work} explains it, {' and '.join(against) or 'nothing'} speaks against: "
            "does the explanation stand?",
            hangs_on=f"up to {people or 0:,} rows of {version} of {row['party_id'] or 'no party'}; "
            f"rejected it becomes {otherwise}",
            people=people or 0,
            evidence=_places(row),
            allowed=("accept", "reject", *(f"reclassify {tier}" for tier in COUNTED_TIERS)),
            ground=ground(*(row[name] for name in FACTS)),
        )


def _places(row: Mapping[str, Any]) -> str:
    """Where the download and what speaks for and against it stand."""
    told = [
        f"{kind} {row[f'{kind}_evidence_id']}:{row[f'{kind}_line']}"
        for kind in ("work", "media", "remote", "file")
        if row[f"{kind}_evidence_id"]
    ]
    return "; ".join([f"{row['evidence_id']}:{row['line']}", *told])


def copies(lines: pl.DataFrame, pairs: pl.DataFrame) -> Iterator[Question]:
    """Lines that stand in a copy only, and pairs nobody declared.

    `lines` is COPY_LINES; `pairs` has original, copy, by, declared.
    """
    added = lines.filter(pl.col("change") == "added").select("original", "copy", "copy_line")
    for original, copy, line in added.iter_rows():
        yield Question(
            id=f"{copy}:{line}",
            topic=Topic.COPY,
            question="this line stands in the copy only: did it happen?",
            hangs_on="accepted it makes an event; until then it makes none",
            people=0,
            evidence=f"{copy}:{line}; not in {original}",
            allowed=("accept", "reject"),
            ground=ground(original, copy, line),
        )
    for pair in pairs.iter_rows(named=True):
        one, other = sorted((pair["original"], pair["copy"]))
        own = lines.filter(
            (pl.col("original") == pair["original"]) & (pl.col("copy") == pair["copy"])
        )
        differing = own.height
        if pair["declared"] or not differing:
            continue
        yield Question(
            id=f"{one}|{other}",
            topic=Topic.ORIGINAL,
            question=f"two copies of one log differ in {differing:,} lines: which is the original?",
            hangs_on=f"{pair['original']} is taken for it now, by: {pair['by']}",
            people=0,
            evidence=f"{one}; {other}",
            allowed=(f"original {one}", f"original {other}"),
            ground=ground(one, other, differing),
            subjects=(one, other),
        )


def sources(parts: pl.DataFrame) -> Iterator[Question]:
    """Parts of leaked lists whose source lies near the limit, on either side: LEAK_PARTS."""
    low, high = NEAR
    for row in parts.iter_rows(named=True):
        strength = row["log10_lr"]
        if strength is None or not low <= strength < high:
            continue
        told = row["verdict"] == "attributed"
        yield Question(
            id=f"{row['leak_id']}/{row['part']}",
            topic=Topic.SOURCE,
            question=f"the source is attributed to {row['party_id']} on little: does it stand?"
            if told
            else "the source cannot be told, and nearly could: seen?",
            hangs_on=f"{row['rows']:,} rows of the leaked list {row['leak_id']}",
            people=row["rows"],
            evidence=f"log10 LR {strength:.1f}, the limit is 2; "
            f"{row['exclusive'] or 0} exclusive rows",
            allowed=("accept", "reject") if told else ("accept",),
            ground=ground(row["rows"], row["exclusive"], round(strength, 1)),
        )


def merges(
    joined: Iterable[tuple[str, str, int]], rejected: Mapping[str, str | None]
) -> Iterator[Question]:
    """Persons in the scope joined by rungs that are not strict: party, rung, persons.

    `rejected` has the subjects ruled to join nobody, each with the ground of its ruling: a run
    that obeys them joins nobody there, and the question stays where it can be ruled anew.
    """
    asked = {f"merge:{party}/{rung}": (party, rung, persons) for party, rung, persons in joined}
    for subject in sorted(rejected.keys() - asked.keys()):
        party, _, rung = subject.removeprefix("merge:").partition("/")
        asked[subject] = (party, rung, 0)
    for subject, (party, rung, persons) in asked.items():
        obeyed = not persons and rejected.get(subject)
        yield Question(
            id=subject,
            topic=Topic.MERGE,
            question=f"records were joined by {rung}: are they one person each?",
            hangs_on="the count told and one of its bounds; the bounds hold either answer now",
            people=persons,
            evidence=f"breachscope show people --party {party}",
            allowed=("accept", "reject"),
            ground=obeyed or ground(len(str(persons))),
        )
