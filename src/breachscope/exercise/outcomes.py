"""How each transfer ended: whole, broken off, a part on request, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise.facts import BY_LIST, BY_VERSION, WEB, Shelf, period

if TYPE_CHECKING:
    from breachscope.exercise.dice import Bools, Ints

OK, PARTIAL_ROWS, PARTIAL_BYTES, FAILED, FAILED_BYTES, RANGE, FILTERED = range(7)
WORDS: Final = (
    "ok", "partial", "partial_bytes", "failed", "failed_bytes", "range", "filtered",
)  # fmt: skip
_MANAGERS = (0.955, 0.01, 0.005, 0.015, 0.005, 0.005, 0.005)
_ADMIN = (0.82, 0.035, 0.03, 0.03, 0.02, 0.035, 0.03)
REPEATED: Final = 0.012
"""Share of lines of the first log form that stand there twice because it happened twice."""


def with_outcomes(fetches: pl.DataFrame, shelf: Shelf, seed: int) -> pl.DataFrame:
    """Fetches in time order, with what was really sent and what the log says of it."""
    fetches = fetches.sort("at", "account", "host", "version", maintain_order=True)
    rng = np.random.default_rng([seed, 5])
    version, at = (fetches[name].to_numpy() for name in ("version", "at"))
    admin = (fetches["purpose"] != "manager").to_numpy()
    form = period(at)
    outcome = _possible(_drawn(rng, admin), form, shelf, version)
    sent = _sent(rng, outcome, form, shelf, version)
    exact = pl.Series("exact_known", _exact(outcome, form, shelf, version))
    done = fetches.with_columns(*sent, exact)
    again = (form == BY_LIST) & (rng.random(len(at)) < np.where(admin, 0.03, REPEATED))
    return (
        pl.concat([done, done.filter(pl.Series(again))])
        .sort("at", "account", "host", "version", maintain_order=True)
        .with_row_index("fetch")
    )


def _drawn(rng: np.random.Generator, admin: Bools) -> Ints:
    chance = rng.random(len(admin))
    tables = [np.cumsum(table) for table in (_MANAGERS, _ADMIN)]
    drawn = [np.searchsorted(table, chance * table[-1], side="right") for table in tables]
    outcome: Ints = np.where(admin, drawn[1], drawn[0]).astype(np.int64)
    return outcome


def _possible(outcome: Ints, form: Ints, shelf: Shelf, version: Ints) -> Ints:
    """Not every form of the log can tell every story; a list of four rows does not break off."""
    outcome = np.where((outcome == RANGE) & (form < BY_VERSION), FILTERED, outcome)
    outcome = np.where((outcome == FILTERED) & (form == BY_VERSION), RANGE, outcome)
    web = form == WEB
    outcome = np.where(web & (outcome == PARTIAL_ROWS), PARTIAL_BYTES, outcome)
    outcome = np.where(web & np.isin(outcome, [RANGE, FILTERED]), OK, outcome)
    outcome = np.where(web & (outcome == FAILED_BYTES), FAILED, outcome)
    small = (shelf.cut_count[version] == 0) | (shelf.rows[version] < 5)
    result: Ints = np.where(small & (outcome != FAILED), OK, outcome)
    return result


def _sent(
    rng: np.random.Generator, outcome: Ints, form: Ints, shelf: Shelf, version: Ints
) -> list[pl.Series]:
    n = len(version)
    rows, size = shelf.rows[version], shelf.bytes[version]
    cut = shelf.cuts[version, (rng.random(n) * np.maximum(shelf.cut_count[version], 1)).astype(int)]
    broken = np.isin(outcome, [PARTIAL_ROWS, PARTIAL_BYTES, FAILED_BYTES])
    # some bytes of the row at which it broke off were sent too, never its end
    extra = (rng.random(n) * np.maximum(cut[:, 2] - 4, 0)).astype(np.int64)
    first, last = _stretch(rng, outcome, rows)
    last = np.where(broken, cut[:, 0], last)
    count = np.where(outcome == FAILED, 0, last - first + 1)
    share = (size * (count / np.maximum(rows, 1))).astype(np.int64)
    sent = np.where(broken, cut[:, 1] + extra, np.where(outcome == OK, size, share))
    asked = outcome == RANGE
    no_rows = (form == WEB) | np.isin(outcome, [PARTIAL_BYTES, FAILED_BYTES])
    fetched = outcome != FAILED
    columns = {
        "first_row": (first, fetched),
        "last_row": (last, fetched),
        "rows_sent": (count, None),
        "log_rows": (count, ~no_rows),
        "log_bytes": (np.where(fetched, sent, 0), None),
        "row_from": (first, asked),
        "row_to": (last, asked),
    }
    words = pl.Series("outcome", np.array(WORDS)[outcome], dtype=pl.String)
    return [words, *(_masked(name, values, shown) for name, (values, shown) in columns.items())]


def _stretch(rng: np.random.Generator, outcome: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """The whole list, or for parts asked for a stretch within it."""
    a = 1 + (rng.random(len(rows)) * rows * 0.5).astype(np.int64)
    b = a + (rng.random(len(rows)) * (rows - a) * 0.9).astype(np.int64)
    part = np.isin(outcome, [RANGE, FILTERED])
    return np.where(part, a, 1), np.where(part, b, rows)


def _masked(name: str, values: Ints, shown: Bools | None) -> pl.Series:
    series = pl.Series(name, values, dtype=pl.Int64)
    if shown is None:
        return series
    return (
        pl.DataFrame({"v": series, "s": shown})
        .select(pl.when("s").then("v").alias(name))
        .to_series()
    )


def _exact(outcome: Ints, form: Ints, shelf: Shelf, version: Ints) -> Bools:
    """The evidence says which rows: row numbers, a whole list, a count or bytes of the original."""
    whole = np.where(form == WEB, shelf.bytes_known[version], True) & shelf.rows_known[version]
    by_bytes = np.isin(outcome, [PARTIAL_BYTES, FAILED_BYTES])
    exact = np.where(outcome == OK, whole, outcome != FILTERED)
    result: Bools = np.where(by_bytes, shelf.original_known[version], exact).astype(bool)
    return result
