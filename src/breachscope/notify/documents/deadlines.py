"""What a party itself must report and tell by when, for its documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from breachscope.notify.documents.words import Words


ASKED: Final = ("jp-appi/private", "jp-appi/public")
"""The regimes whose triggers the regulator's form asks for."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One duty of the party: whether it holds, since when it runs, when it falls due."""

    obligation_id: str
    regime: str
    duty: str
    kind: str
    recipient: str
    basis: str
    status: str  # 要確認 where nobody can tell yet
    clock_start: str | None
    due: str | None
    triggers: tuple[str, ...]
    open_triggers: tuple[str, ...]
    unverified: bool


def deadlines(obligations: pl.DataFrame | None, party: str, words: Words) -> tuple[Deadline, ...]:
    """The duties of one party, those that fall due first in front; those that do not hold left out.

    Args:
        obligations: OBLIGATIONS of the run; None where it has none.
        party: whose duties.
        words: the playbook's words.
    """
    if obligations is None:
        return ()
    own = obligations.filter(
        (pl.col("subject") == party) & (pl.col("status").cast(pl.String) != "no")
    ).sort("due", "obligation_id", nulls_last=True)
    return tuple(
        Deadline(
            obligation_id=row["obligation_id"],
            regime=f"{row['jurisdiction']}/{row['regime']}",
            duty=row["kind"],
            kind=words.duties.get(row["kind"], row["kind"]),
            recipient=words.recipients.get(row["recipient"], row["recipient"] or ""),
            basis=row["basis"],
            status=words.answers.get(row["status"], row["status"]),
            clock_start=_day(row["clock_start"]),
            due=_due(row["due_earliest"], row["due"]),
            triggers=tuple(words.triggers.get(t, t) for t in row["triggers"] or ()),
            open_triggers=tuple(words.triggers.get(t, t) for t in row["open_triggers"] or ()),
            unverified=bool(row["unverified"]),
        )
        for row in own.iter_rows(named=True)
    )


def triggers_of(owed: Sequence[Deadline], *, still_open: bool = False) -> tuple[str, ...]:
    """What the duties of the Act rest on, each once; or what is open and settled for none.

    Those under other laws have triggers of their own, which the form does not ask for.
    """
    own = [one for one in owed if one.regime in ASKED]
    sure = dict.fromkeys(trigger for one in own for trigger in one.triggers)
    if not still_open:
        return tuple(sure)
    waiting = dict.fromkeys(trigger for one in own for trigger in one.open_triggers)
    return tuple(trigger for trigger in waiting if trigger not in sure)


def _day(day: date | None) -> str | None:
    return None if day is None else f"{day.year}年{day.month}月{day.day}日"


def _due(earliest: date | None, due: date | None) -> str | None:
    if due is None:
        return None
    last = f"{_day(due)}まで"
    return last if earliest is None else f"速やかに（目安 {_day(earliest)}から{last}）"
