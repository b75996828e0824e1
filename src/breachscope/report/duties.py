"""Who must be told what, by when: the obligations of a run in order of their due dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.report import words
from breachscope.report.charts import WIDTH
from breachscope.report.svg import element, label, picture
from breachscope.report.tables import Table, all_in, columns
from breachscope.report.words import Said, number, of_the_run, say, word

if TYPE_CHECKING:
    from markupsafe import Markup

MOST_ROWS: Final = 400
LEFT, LINE = 110.0, 22.0
OWED, OPEN = "#1f6570", "#c9a227"


def table(obligations: pl.DataFrame) -> Table:
    """What is owed or must be looked at, earliest due first; what is not owed is counted only."""
    open_ = obligations.filter(pl.col("status") != "no").sort(
        "due", "obligation_id", nulls_last=True
    )
    rows = tuple(
        (
            _day(r["due"]),
            r["subject"],
            word(words.DUTIES, r["kind"]),
            word(words.RECIPIENTS, r["recipient"]),
            r["basis"],
            _day(r["clock_start"]),
            word(words.ANSWERS, r["status"]),
            words.UNKNOWN if r["count"] is None else number(r["count"]),
            _standing(r),
        )
        for r in open_.head(MOST_ROWS).iter_rows(named=True)
    )
    heads = columns(
        "期限|due|t", "義務者|who owes it|c", "種別|kind", "相手|to whom|c", "根拠|basis|l",
        "起算日|clock starts|t", "要否|status", "本人の数|persons|n", "理由|reason|l",
    )  # fmt: skip
    no = obligations.height - open_.height
    rest = all_in("breachscope show obligations --csv")
    return Table(say("t_duties", no=number(no)), heads, rows, open_.height, rest)


def _standing(row: dict[str, Any]) -> Said:
    """When it was done, or why it is owed."""
    if row["done_on"]:
        return say("t_done", day=_day(row["done_on"]))
    return of_the_run(row["reason"] or "")


def _day(day: object) -> str:
    return str(day) if day else words.UNKNOWN


def by_day(obligations: pl.DataFrame) -> list[tuple[str, int, int]]:
    """(due date, owed, to be looked at), in order; days on which something is due."""
    dated = obligations.filter(
        (pl.col("status") != "no") & pl.col("due").is_not_null() & pl.col("done_on").is_null()
    )
    counted = dated.group_by("due").agg(
        yes=(pl.col("status") == "yes").sum(), review=(pl.col("status") == "review").sum()
    )
    return [(str(d), int(y), int(r)) for d, y, r in counted.sort("due").iter_rows()]


def calendar(days: list[tuple[str, int, int]]) -> Markup:
    """A bar a due date, with the number written on it; the earliest forty dates."""
    shown = days[:40]
    most = max(yes + review for _, yes, review in shown)
    return picture(
        say("c_duties"),
        say("c_duties_text", n=len(shown)),
        WIDTH,
        LINE * len(shown) + 4,
        *(_bar(day, LINE * place, (WIDTH - 2 * LEFT) / most) for place, day in enumerate(shown)),
    )


def _bar(day: tuple[str, int, int], top: float, unit: float) -> Markup:
    due, yes, review = day
    said = say("c_waiting", yes=number(yes), review=number(review)) if review else number(yes)
    return element(
        "g",
        label(due, LEFT - 10, top + 15, text_anchor="end"),
        element("rect", x=LEFT, y=top + 3, width=yes * unit, height=LINE - 7, fill=OWED),
        element("rect", x=LEFT + yes * unit, y=top + 3, width=review * unit, height=LINE - 7,
                fill=OPEN),
        label(said, LEFT + (yes + review) * unit + 8, top + 15),
    )  # fmt: skip
