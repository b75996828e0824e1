"""Questions about data items and obligations."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.review.questions import Question, ground
from breachscope.schema import Answer, ItemClass, Topic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Row = dict[str, Any]


def items(table: pl.DataFrame, people: Mapping[str, int]) -> Iterator[Question]:
    """Columns and titles whose class waits, or was ruled, of lists that left.

    Args:
        table: ITEMS of the versions reached.
        people: persons at stake of each party.

    """
    wanted = table.filter(~pl.col("sure") | pl.col("ruling").is_not_null())
    for (party, listed, item), rows in wanted.group_by(
        "party_id", "list_id", "item", maintain_order=True
    ):
        waiting = rows["item_class"].cast(pl.String).unique().sort().to_list()
        fitting, filled = rows["fitting"].sum(), rows["filled"].sum()
        yield Question(
            id=f"item:{listed}/{item}",
            topic=Topic.ITEM,
            question=f"what does this {'title' if 'title' in rows['by'] else 'column'} hold? "
            f"it may be {' or '.join(waiting)}",
            hangs_on=f"what {party} must report and tell its persons",
            people=people.get(str(party), 0),
            evidence=f"{'; '.join(rows['why'].unique().sort())}; "
            f"{fitting:,} of {filled:,} values fit; {rows['version_id'].n_unique()} versions",
            allowed=tuple(f"classify {word.value}" for word in ItemClass),
            ground=rows["ground"][0],
        )


def obligations(table: pl.DataFrame) -> Iterator[Question]:
    """What obligations in review hang on, each asked once; those ruled on too. OBLIGATIONS."""
    asked: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for row in table.iter_rows(named=True):
        for told in row["grounds"]:
            digest, _, subject = told.partition(" ")
            asked[subject].append((digest, row))
    for subject, found in sorted(asked.items()):
        yield _asked(subject, found)


def _asked(subject: str, found: list[tuple[str, Row]]) -> Question:
    rows = [row for _, row in found]
    kind = subject.partition(":")[0]
    who = sorted({row["subject"] for row in rows})
    dues = [row["due"] for row in rows if row["due"] and row["status"] == Answer.REVIEW]
    told = sorted({row["evidence"] for row in rows if row["evidence"]})
    return Question(
        id=subject,
        topic=TOPICS.get(kind, Topic.FACT),
        question=_question(subject, rows),
        hangs_on=f"{len(rows)} obligations of {_few(who)}",
        people=_people(rows),
        due=min(dues, default=None),
        evidence=_few(told) if kind in TOPICS else FACTS_FROM,
        allowed=("accept", "reject") if kind in TOPICS else (),
        ground=ground(*sorted({digest for digest, _ in found})),
    )


TOPICS: Final = {"question": Topic.QUESTION, "obligation": Topic.OBLIGATION}
FACTS_FROM: Final = "parties, entrustments, or organisations in case.toml"


def _few(who: list[str]) -> str:
    more = f" and {len(who) - 3} more" if len(who) > 3 else ""
    return ", ".join(who[:3]) + more


def _question(subject: str, rows: list[Row]) -> str:
    kind, _, name = subject.partition(":")
    if kind == "knowledge":
        return f"when did {name} know? without it no due date"
    if kind == "sector":
        return f"of which sector is {name}?"
    if kind == "entrustments":
        return f"the entrustments of {name} run in a circle: which is wrong?"
    if subject.endswith("/earlier"):
        return "all removals found are earlier than the rule: does it cover them?"
    if "/edge/" in subject:
        entruster, entrustee = name.rsplit("/", 2)[1:]
        return f"does the contract of {entruster} with {entrustee} entrust data, and at the time?"
    reason = str(rows[0]["reason"]).split("; ")[0]
    return f"{reason}: does it hold?"


def _people(rows: list[Row]) -> int:
    """Of each subject once; those of an entrustee are its entrusters' people again."""
    most: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        key = (row["role"], row["subject"])
        most[key] = max(most[key], row["high"] or row["low"] or 0)
    own = [number for (role, _), number in most.items() if role == "controller"]
    return sum(own) if own else max(most.values(), default=0)
