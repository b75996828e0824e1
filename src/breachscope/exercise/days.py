"""Days and times: the working calendar, and the ways logs and ledgers write an instant.

Instants are whole seconds since 1970 in UTC; days are days since 1970 in Japan.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from breachscope.exercise.dice import Ints

JAPAN: Final = 9 * 3600
DAY: Final = 86_400
EPOCH: Final = date(1970, 1, 1)


def day(text: str) -> int:
    """Day number of an ISO date."""
    return (date.fromisoformat(text) - EPOCH).days


def instant(day_number: int, hour: float) -> int:
    """That hour of that day in Japan."""
    return day_number * DAY + int(hour * 3600) - JAPAN


def iso(at: int) -> str:
    """UTC, ISO 8601 with Z."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def working_days(first: str, last: str) -> Ints:
    """Day numbers without Saturdays, Sundays and the turn of the year."""
    days = np.arange(day(first), day(last) + 1, dtype=np.int64)
    weekday = (days + 3) % 7  # 1970-01-01 was a Thursday
    month_day = pl.Series(days).cast(pl.Int32).cast(pl.Date).dt.strftime("%m%d")
    closed = month_day.is_in(["1229", "1230", "1231", "0101", "0102", "0103"]).to_numpy()
    kept: Ints = days[(weekday < 5) & ~closed]
    return kept


def days_of(at: Ints) -> Ints:
    """The day in Japan of each instant."""
    return (at + JAPAN) // DAY


_FORMS: Final = {
    "slash": "%Y/%m/%d %H:%M:%S",
    "dash": "%Y-%m-%d %H:%M:%S",
    "kanji": "%Y年%m月%d日 %H時%M分%S秒",
    "short": "%Y/%-m/%-d %-H:%M",
    "offset": "%Y-%m-%dT%H:%M:%S+09:00",
}


def written(at: pl.Series, form: str) -> pl.Series:
    """Instants as text; `utc` and `zulu` are UTC, all others local. Null stays null."""
    utc = pl.from_epoch(at.rename("t").cast(pl.Int64), time_unit="s")
    if form in ("utc", "zulu"):
        return utc.dt.to_string("%Y-%m-%d %H:%M:%S" if form == "utc" else "%Y-%m-%dT%H:%M:%SZ")
    local = utc.dt.offset_by("9h")
    return _era(local) if form == "era" else local.dt.to_string(_FORMS[form])


def _era(local: pl.Series) -> pl.Series:
    """平成26年5月1日 9時03分04秒."""
    t = pl.col("t")
    reiwa = t >= pl.datetime(2019, 5, 1)
    year = pl.when(reiwa).then(t.dt.year() - 2018).otherwise(t.dt.year() - 1988).cast(pl.String)
    text = pl.concat_str(
        [pl.when(reiwa).then(pl.lit("令和")).otherwise(pl.lit("平成")), year.replace("1", "元"),
         t.dt.to_string("年%-m月%-d日 %-H時%M分%S秒")]
    )  # fmt: skip
    return pl.DataFrame({"t": local}).select(text=text).to_series()


def wide(text: pl.Series) -> pl.Series:
    """The same with full-width digits."""
    return text.str.replace_many(list("0123456789"), list("０１２３４５６７８９"))


def dates(days: pl.Series, form: str = "%Y/%m/%d") -> pl.Series:
    """Day numbers as text."""
    return days.cast(pl.Int32).cast(pl.Date).dt.to_string(form)
