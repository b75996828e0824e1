"""`docs/linkage/example.md`, figure by figure, through the shipped functions.

Records, list and counts are read from the page, and so are the figures: neither the page nor the
code can change without the other. Each line of arithmetic is worked out as well.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from breachscope.linkage import claims as claiming
from breachscope.linkage import naming, origins, spelling
from breachscope.linkage.matching import Settings, matched, odds_of
from breachscope.resolve import weights
from breachscope.resolve.comparison import FIELDS, compared_values
from linkage.small_town import TownInventory, keys_of
from linkage.told import versions_of

if TYPE_CHECKING:
    from breachscope.linkage.matching import Matched
    from breachscope.linkage.naming import Judged

PAGE = (Path(__file__).parents[2] / "docs/linkage/example.md").read_text("utf-8")
SHARES = (0.6, 0.2)
DECOYS = 40


def tables() -> list[list[dict[str, str]]]:
    """Every table of the page, its rows by column."""
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", PAGE, re.MULTILINE):
        lines = [[c.strip() for c in line.strip("|").split("|")] for line in block.splitlines()]
        found.append([dict(zip(lines[0], cells, strict=True)) for cells in lines[2:]])
    return found


RECORDS, LIST, COUNTS, *FIGURES = tables()
PRINTED = {next(iter(row.values())): row["value"] for table in FIGURES for row in table}
ARITHMETIC = {
    next(iter(row.values())): next(text for name, text in row.items() if "arithmetic" in name)
    for table in FIGURES
    for row in table
}


def people(rows: list[dict[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows).rename({"telephone": "phone"})


def numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]


def chances(of: str) -> weights.Chances:
    """Of a class, from its counts; a field the page does not speak of tells nothing."""
    levels = {
        row["field"]: np.repeat(
            np.arange(len(numbers(row["counts"])), dtype=np.uint8),
            np.array(numbers(row["counts"]), int),
        )
        for row in COUNTS
        if row["class"] == of
    }
    silent = {name: np.full(len(words), 1 / len(words)) for name, words in FIELDS.items()}
    return silent | weights.shares(levels, smoothing=1.0)


class Inventory(TownInventory):
    """The nine records, with their places and names as spelt."""

    def __init__(self, records: pl.DataFrame) -> None:
        super().__init__(records.partition_by("party", maintain_order=True))
        self._records = records

    def spelt_names(self, records: np.ndarray) -> np.ndarray:
        lazy = self._records.lazy()
        return lazy.select(claiming.spelt_name(lazy)).collect().to_series().to_numpy()[records]

    def places(self, records: np.ndarray) -> pl.DataFrame:
        party = self._records["party"].gather(records)
        return pl.DataFrame({"party_id": party, "distinct": pl.Series(records, dtype=pl.UInt32)})


@dataclass(frozen=True)
class Worked:
    inventory: Inventory
    fit: weights.Fit
    found: Matched
    claims: pl.DataFrame
    alike: pl.DataFrame
    judged: Judged

    @property
    def rows(self) -> origins.Rows:
        """What the mixture is fitted to."""
        held = naming._held(self.claims, self.found.decided.rows, self.judged.parties)
        matched_rows = naming._matched(self.claims, self.found.decided.rows)
        return origins.Rows(held, matched_rows, np.array([4.0, 5.0]), 8)

    @property
    def chances(self) -> origins.Floats:
        return origins.likelihoods(self.rows, miss=self.judged.missed.share)


@pytest.fixture(scope="module")
def worked() -> Worked:
    records, leak = people(RECORDS), people(LIST)
    records = records.with_columns(pl.col("person").cast(pl.Int64))
    inventory = Inventory(records)
    fit = weights.Fit(chances("P"), chances("H"), chances("U"), 0.5, 0.3)
    keys = keys_of(leak.drop("row"))
    found = matched(keys, inventory, Settings(), fit, SHARES)
    names = leak.lazy().select(claiming.spelt_name(leak.lazy())).collect().to_series().to_numpy()
    values = compared_values(keys.lazy()).collect()
    claims = claiming.claims(found.decided.posteriors, values, names, inventory)
    alike = claiming.spelt_alike(claims, inventory)
    decoys = [(claims.clear(), DECOYS)]
    sizes = {"A": 4, "B": 5}
    judged = naming.judged(claims, found.decided.rows, sizes, 8, decoys, alike)
    return Worked(inventory, fit, found, claims, alike, judged)


@pytest.fixture(scope="module")
def figures(worked: Worked) -> dict[str, float]:
    """Every figure of the page by its name."""
    return ratios(worked) | verdicts(worked) | mixture(worked) | evidence(worked)


def ratios(worked: Worked) -> dict[str, float]:
    odds = odds_of(worked.found.compared, worked.fit, worked.inventory.person)
    pairs = list(zip(odds.row.tolist(), odds.record.tolist(), strict=True))
    person = dict(zip(pairs, np.exp(odds.lr_person).tolist(), strict=True))
    household = dict(zip(pairs, np.exp(odds.lr_household).tolist(), strict=True))
    assert person[2, 0] == pytest.approx(person[2, 1])
    return {
        "row 1, person 3": person[0, 2],
        "row 1, their household": household[0, 2],
        "row 2, person 4 by A's record": person[1, 3],
        "row 2, person 4 by B's record": person[1, 4],
        "row 2, their household": household[1, 3],
        "row 3, person 1 or 2": person[2, 0],
        "row 3, their household": household[2, 0],
    }


def verdicts(worked: Worked) -> dict[str, float]:
    rows = worked.found.decided.rows
    persons = worked.found.decided.posteriors
    likeliest = dict(persons.group_by("row").agg(pl.col("probability").max()).iter_rows())
    return {
        "row 1 is about person 3": likeliest[0],
        "row 2 is about person 4": likeliest[1],
        "row 1, as stated": rows["probability"][0],
        "row 2, as stated": rows["probability"][1],
        "row 3 is about person 1, and likewise 2": rows["probability"][2],
        "row 3 is about a relative of theirs": rows["p_household"][2],
        "row 4 is about nobody known": rows["p_none"][3],
    }


def mixture(worked: Worked) -> dict[str, float]:
    missed, whole, rows = worked.judged.missed, worked.judged.mixture, worked.chances
    share, weight = whole.responsibilities, whole.weights
    scores = rows / (rows @ weight)[:, None]
    telling = origins._telling(scores, weight, weight > 0.25)
    information = scores.T @ scores
    wilson = origins.interval(float(weight[0]), float(telling[0]))
    assert rows[2] == pytest.approx(rows[3])
    assert rows[2, 0] == rows[2, 1]
    return {
        "share of a source's rows missed": missed.share,
        "the same, at least": missed.low,
        "the same, at most": missed.high,
        "row 1 under A": rows[0, 0],
        "row 1 under B": rows[0, 1],
        "row 1 under elsewhere": rows[0, 2],
        "row 2 under A": rows[1, 0],
        "row 2 under B": rows[1, 1],
        "row 2 under elsewhere": rows[1, 2],
        "rows 3 and 4 under A or B": rows[2, 0],
        "rows 3 and 4 under elsewhere": rows[2, 2],
        "weight of A": weight[0],
        "weight of B": weight[1],
        "weight of elsewhere": weight[2],
        "row 1 is A's": share[0, 0],
        "row 2 is A's": share[1, 0],
        "row 3 is A's, and likewise row 4": share[2, 0],
        "log-likelihood": whole.log_likelihood,
        "information of A, squares of the scores": information[0, 0],
        "the same of elsewhere": information[2, 2],
        "of both, products": information[0, 2],
        "rows that tell as much": telling[0],
        "and where 1.5 count as one": telling[0] / origins.DEPENDENCE,
        "weight of A if half as many were missed": weight_if(worked, missed.low),
        "weight of A if twice as many were missed": weight_if(worked, missed.high),
        "Wilson's bounds, low": wilson[0],
        "Wilson's bounds, high": wilson[1],
        "weight of A, at least": worked.judged.evidence[0].low,
        "weight of A, at most": worked.judged.evidence[0].high,
    }


def weight_if(worked: Worked, miss: float) -> float:
    return float(origins.fitted(origins.likelihoods(worked.rows, miss=miss)).weights[0])


def evidence(worked: Worked) -> dict[str, float]:
    without = origins.fitted(worked.chances, np.array([False, True, True]))
    one = worked.judged.evidence[0]
    alike, field = worked.alike, "phone_same"
    every = spelling._share(alike.filter(pl.col("field") == field), spelling.BETWEEN[field])
    own = alike.filter((pl.col("party_id") == "A") & (pl.col("field") == field))
    assert one.log10_own < 0.05
    return {
        "weight of B without A": without.weights[1],
        "log-likelihood without A": without.log_likelihood,
        "log10 of the likelihood ratio": one.log10_lr,
        "exclusive rows of A": one.exclusive,
        "as many false matches give": one.expected,
        "chance of one or more, at 0 + 0.5": one.p_value,
        "the same, for two parties asked": one.q_value,
        "cells that agree with A alone": one.wins,
        "cells that agree with another holder alone": one.losses,
        "log10 of the contrast, of cells no directory tells": one.log10_contrast,
        "two lists agree in the telephone": every,
        "A and another do": spelling._share(own, every),
        "A writes the telephone right, at most": spelling.accuracy(alike, "A", field),
    }


def as_printed(value: float, printed: str) -> str:
    """With as many decimals as the page gives; no minus before nothing."""
    decimals = len(printed.partition(".")[2])
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


@pytest.mark.parametrize("row", COUNTS, ids=lambda row: f"{row['class']} {row['field']}")
def test_chances_follow_from_the_counts(row: dict[str, str]) -> None:
    found = chances(row["class"])[row["field"]]

    assert found.round(10).tolist() == pytest.approx(numbers(row["chances"]))
    assert tuple(row["levels, from unlike to alike"].split(", ")) == FIELDS[row["field"]]


@pytest.mark.parametrize("figure", PRINTED)
def test_a_figure_is_what_the_shipped_functions_give(
    figure: str, figures: dict[str, float]
) -> None:
    printed = PRINTED[figure]

    assert as_printed(figures[figure], printed) == printed


def test_no_figure_is_left_out(figures: dict[str, float]) -> None:
    assert set(PRINTED) == set(figures)


SIGNS = {"×": "*", "÷": "/", "−": "-", "²": "**2", "√": "sqrt"}
WORDS = {"sqrt": math.sqrt, "ln": math.log, "log10": math.log10, "exp": math.exp}


@pytest.mark.parametrize("figure", PRINTED)
def test_the_arithmetic_shown_gives_the_figure(figure: str) -> None:
    text = ARITHMETIC[figure]
    for sign, python in SIGNS.items():
        text = text.replace(sign, python)
    assert re.fullmatch(r"[\d.+*/() a-z-]+", text), text
    printed = PRINTED[figure]
    last = 10.0 ** -len(printed.partition(".")[2])

    result = eval(text, {"__builtins__": {}}, WORDS)
    # The numbers shown are rounded themselves.
    assert result == pytest.approx(float(printed), rel=2e-3, abs=1.01 * last)


def test_the_verdicts_of_the_rows_are_those_of_the_page(worked: Worked) -> None:
    verdicts = worked.found.decided.rows["verdict"].cast(pl.String).to_list()

    assert verdicts == ["person", "person", "household", "none"]
    told = ", ".join(f"`{verdict}`" for verdict in verdicts)
    assert f"the verdicts are: {told}" in PAGE.replace("\n", " ")


def test_row_3_speaks_for_no_party(worked: Worked) -> None:
    assert worked.claims.select("leak_row", "party_id").rows() == [(1, "A"), (2, "A"), (2, "B")]


def test_the_doubt_is_told_as_the_page_has_it(worked: Worked) -> None:
    from breachscope.linkage.sourcing import sourced
    from breachscope.schema import STANDS

    foremost = worked.judged.evidence[0]
    parts = sourced(
        "L1", worked.judged, worked.claims, worked.found.decided.rows,
        pl.DataFrame(schema=STANDS), versions_of(),
    ).parts  # fmt: skip

    assert not foremost.named
    assert f"**{foremost.reason}**" in PAGE
    assert parts.select("verdict", "reason").rows() == [("cannot_tell", f"A: {foremost.reason}")]
