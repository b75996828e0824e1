"""Who must be told what, by when: the obligations of a run in order of their due dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.report import words
from breachscope.report.charts import WIDTH
from breachscope.report.svg import element, label, picture
from breachscope.report.tables import Table, columns
from breachscope.report.words import number

if TYPE_CHECKING:
    from markupsafe import Markup

MOST_ROWS: Final = 400
LEFT, LINE = 110.0, 22.0
OWED, OPEN = "#1f6570", "#c9a227"
KINDS: Final = {
    "preliminary_report": "速報",
    "final_report": "確報",
    "report": "当局への報告",
    "entruster_notice": "委託元への通知",
    "person_notice": "本人への通知",
    "record": "記録",
}
ANSWERS: Final = {"yes": "必要", "review": "要確認", "no": "不要"}


def table(obligations: pl.DataFrame) -> Table:
    """What is owed or must be looked at, earliest due first; what is not owed is counted only."""
    open_ = obligations.filter(pl.col("status") != "no").sort(
        "due", "obligation_id", nulls_last=True
    )
    rows = tuple(
        (
            _day(r["due"]),
            r["subject"],
            word(r["kind"]),
            "本人" if r["recipient"] == "persons" else r["recipient"],
            r["basis"],
            _day(r["clock_start"]),
            ANSWERS[r["status"]],
            words.UNKNOWN if r["count"] is None else number(r["count"]),
            "済 " + _day(r["done_on"]) if r["done_on"] else r["reason"],
        )
        for r in open_.head(MOST_ROWS).iter_rows(named=True)
    )
    heads = columns(
        "期限|due|t", "義務者|who owes it|c", "種別|kind", "相手|to whom|c", "根拠|basis|l",
        "起算日|clock starts|t", "要否|status", "本人の数|persons|n", "理由|reason|l",
    )  # fmt: skip
    no = obligations.height - open_.height
    rest = "全件: breachscope show obligations --csv"
    caption = f"報告・通知義務（ほかに不要と判断したもの {number(no)}件）"
    return Table(caption, "Obligations", heads, rows, open_.height, rest)


def word(kind: str) -> str:
    """The Japanese word of a kind of duty."""
    return KINDS.get(kind, kind)


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
        "期限ごとの義務の数 / Obligations by due date",
        f"{len(shown)}の期限。濃い棒は必要なもの、薄い棒は要否の確認を要するもの。値は下の表にある。",
        WIDTH,
        LINE * len(shown) + 4,
        *(_bar(day, LINE * place, (WIDTH - 2 * LEFT) / most) for place, day in enumerate(shown)),
    )


def _bar(day: tuple[str, int, int], top: float, unit: float) -> Markup:
    due, yes, review = day
    said = number(yes) + (f" ＋要確認 {number(review)}" if review else "")
    return element(
        "g",
        label(due, LEFT - 10, top + 15, text_anchor="end"),
        element("rect", x=LEFT, y=top + 3, width=yes * unit, height=LINE - 7, fill=OWED),
        element("rect", x=LEFT + yes * unit, y=top + 3, width=review * unit, height=LINE - 7,
                fill=OPEN),
        label(said, LEFT + (yes + review) * unit + 8, top + 15),
    )  # fmt: skip
