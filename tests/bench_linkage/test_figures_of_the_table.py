"""The table's figures, on cases small enough to count by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest

from breachscope.schema import MATCH_VERDICT

BENCH = Path(__file__).parents[2] / "bench" / "linkage"


@pytest.fixture(scope="module", autouse=True)
def modules():
    """The bench's folder on the path, as when one of its scripts runs."""
    before = set(sys.modules)
    sys.path.insert(0, str(BENCH))
    yield
    sys.path.remove(str(BENCH))
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(BENCH)):
            del sys.modules[name]


TRUTH_RECORDS = pl.DataFrame(
    {
        "party_id": ["A", "A", "A", "B"],
        "distinct": [0, 1, 2, 0],
        "person": [10, 11, 12, 10],
        "household": [1, 1, 2, 1],
    },
    schema_overrides={"distinct": pl.UInt32, "person": pl.UInt32, "household": pl.UInt32},
)
TRUTH_LEAK = pl.DataFrame(
    {
        "leak_row": [1, 2, 3, 4, 5],
        "kind": ["member", "member", "member", "relative", "outsider"],
        "person": [10, 11, 12, None, None],
        "household": [1, 1, 2, 2, 9],
        "operations": ["", "moved, with a new telephone, married", "married", "", ""],
        "source_party": ["A", "A", "A", None, None],
    },
    schema_overrides={"leak_row": pl.UInt32, "person": pl.UInt32, "household": pl.UInt32},
)
"""Row 1 is tied rightly, row 2 to a relative, row 3 to nobody, row 4 wrongly to a relative."""


def rows() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "leak_row": [1, 2, 3, 4, 5],
            "verdict": ["person", "person", "ambiguous", "person", "none"],
            "probability": [0.98, 0.94, 0.6, 0.92, 0.0],
            "party_id": ["B", "A", None, "A", None],
            "distinct": [0, 0, None, 2, None],
        },
        schema_overrides={
            "leak_row": pl.UInt32, "verdict": MATCH_VERDICT, "distinct": pl.UInt32,
        },
    )  # fmt: skip


def judged() -> pl.DataFrame:
    from figures import judged_rows

    return judged_rows(rows(), TRUTH_LEAK, TRUTH_RECORDS)


def test_a_row_is_right_if_any_record_of_its_person_is_given():
    assert judged()["right"].to_list() == [True, False, None, False, None]


def test_the_stated_error_is_the_mean_doubt_and_the_true_one_the_share_of_wrong_rows():
    from figures import stated_error

    told = stated_error(judged())
    assert (told["rows"], told["wrong"]) == (3, 2)
    assert told["stated"] == pytest.approx((0.02 + 0.06 + 0.08) / 3, abs=1e-6)
    assert told["true"] == pytest.approx(2 / 3, abs=1e-6)
    assert told["ratio"] == pytest.approx(0.08, abs=1e-3)


def test_without_a_wrong_row_there_is_no_ratio():
    from figures import stated_error

    right = judged().filter(pl.col("leak_row") == 1)
    assert stated_error(right)["ratio"] is None


def test_rows_without_a_person_are_untied_of_those_held_and_of_all():
    from figures import untied

    told = untied(judged())
    assert (told["held"], told["rows"]) == (3, 5)
    assert told["untied_held"] == pytest.approx(1 / 3, abs=1e-4)
    assert told["untied_all"] == pytest.approx(2 / 5, abs=1e-4)


def test_rows_are_tied_to_a_party_rightly_wrongly_or_not_at_all():
    from figures import untied

    told = untied(judged().with_columns(tied=pl.Series(["A", "B", None, "A", None])))
    assert told["no_party_held"] == pytest.approx(1 / 3, abs=1e-4)
    assert told["no_party_all"] == pytest.approx(2 / 5, abs=1e-4)
    assert told["astray"] == pytest.approx(2 / 3, abs=1e-4)  # rows 2 and 4


def test_of_rows_a_record_holds_as_they_are_those_tied_to_no_party_are_told_apart():
    from figures import untied

    parts = judged().with_columns(tied=pl.Series(["A", "B", None, "A", None]))
    kept = pl.Series([1, 3], dtype=pl.UInt32)
    assert untied(parts, kept)["no_party_as_retained"] == pytest.approx(1 / 2)


def keys(**columns):
    names = ("name_key", "phone_key", "phone2_key", "address_key")
    size = len(next(iter(columns.values())))
    return pl.DataFrame(
        {name: columns.get(name, [None] * size) for name in names},
        schema=dict.fromkeys(names, pl.String),
    ).with_columns(row_no=pl.int_range(1, size + 1, dtype=pl.UInt32))


def test_a_row_is_as_retained_if_a_record_of_its_person_has_its_name_and_a_contact():
    from figures import as_retained, untied

    leak = keys(
        name_key=["山", "川", "谷", "森", "林"],
        phone_key=["1", "2", None, None, None],
        address_key=[None, None, "x", "y", None],
    )
    records = keys(
        name_key=["海", "川", "谷", "山"],
        phone_key=["1", "9", None, None],
        phone2_key=[None, None, None, "1"],
        address_key=["z", None, "x", "z"],
    )
    same = as_retained(TRUTH_LEAK, TRUTH_RECORDS, leak, records)
    assert sorted(same) == [1, 3]
    told = untied(judged(), same)
    assert (told["as_retained"], told["untied_as_retained"]) == (2, 0.5)


def test_errors_are_told_by_what_befell_the_rows():
    from figures import errors

    told = errors(judged())
    assert told["wrong_by_kind"] == {"member": 1, "relative": 1}
    assert told["wrong_in_household"] == 2
    assert told["missed"] == 1
    assert told["missed_by_verdict"] == {"ambiguous": 1}
    assert told["missed_by_operations"] == {"married": [1, 0.5]}
    wrong = {"moved, with a new telephone": 1, "married": 1, "none": 1}
    assert told["wrong_by_operations"] == wrong


def test_quality_is_taken_at_the_one_threshold_and_a_share_of_nothing_is_none():
    from figures import quality

    pairs = pl.DataFrame(
        {
            "leak_row": [1, 2, 4],
            "party_id": ["A", "A", "A"],
            "distinct": [0, 1, 2],
            "probability": [0.95, 0.7, 0.99],
        },
        schema_overrides={"leak_row": pl.UInt32, "distinct": pl.UInt32},
    )
    told = quality(pairs, TRUTH_LEAK, TRUTH_RECORDS)
    assert told["row_precision"] == pytest.approx(1 / 2)
    assert told["row_recall"] == pytest.approx(1 / 3, abs=1e-4)
    assert told["pair_precision"] == pytest.approx(1 / 2)
    assert quality(pairs.clear(), TRUTH_LEAK, TRUTH_RECORDS)["row_precision"] is None


def draw(**changes):
    from figures import Draw

    usual = {
        "rows": 10, "sources": ("A", "C"), "top": "A", "named": ("A",),
        "versions": {"A": ["A-1", "A-2"]}, "unasked": ["A-1", "A-2"],
        "true_versions": {"A": "A-2", "C": "C-1"}, "log10_lr": 5.0,
    }  # fmt: skip
    return Draw(**(usual | changes))


def test_strong_and_right_is_the_main_source_named_and_no_party_that_is_none():
    from figures import drawn

    lesser_too = draw(named=("A", "C"), versions={"A": ["A-2"], "C": ["C-9"]})
    lesser_alone = draw(named=("C",), versions={"C": ["C-1"]})
    other_too = draw(named=("A", "B"), versions={"A": ["A-2"], "B": ["B-1"]})
    silent = draw(named=(), versions={}, log10_lr=1.0)
    told = drawn([draw(), lesser_too, lesser_alone, other_too, silent])
    assert told["draws"] == 5
    assert told["strong_right"] == pytest.approx(2 / 5)
    assert told["strong_wrong"] == 1
    assert told["abstained"] == pytest.approx(1 / 5)
    assert told["top_right"] == 1.0
    assert told["likely_right"] == pytest.approx(4 / 5)


def test_a_version_set_covers_if_the_true_version_is_in_it():
    from figures import drawn

    beside = draw(versions={"A": ["A-1"]}, unasked=["A-1"])
    silent = draw(named=(), versions={}, unasked=["A-2", "A-3", "A-4"])
    told = drawn([draw(), beside, silent])
    assert told["dated"] == 2
    assert (told["covered_named"], told["set_size_named"]) == (0.5, 1.5)
    assert told["covered_whoever"] == pytest.approx(2 / 3, abs=1e-4)
    assert told["set_size_whoever"] == pytest.approx(2.0)


def test_a_refused_draw_names_nobody_and_has_no_set():
    from figures import drawn

    told = drawn([draw(top=None, named=(), versions={}, unasked=[], refused="few")])
    assert (told["refused"], told["abstained"], told["top_right"]) == (1, 1.0, 0.0)
    assert told["covered_named"] is None


def test_f1_counts_links_against_all_true_ones():
    from figures import matching

    told = matching({"a": "1", "b": "2", "c": "9"}, {"a": "1", "b": "2", "c": "3", "d": "4"})
    assert told["precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert told["recall"] == pytest.approx(1 / 2)
    assert told["f1"] == pytest.approx(4 / 7, abs=1e-4)
    assert matching({}, {"a": "1"})["f1"] == 0.0


def test_related_pairs_are_parted_into_persons_and_relatives():
    from oracle import related_pairs, true_shares

    listed = pl.DataFrame(
        {"person": [10, 11, 12], "household": [1, 1, 2], "record": [0, 1, 2]},
        schema_overrides={"person": pl.UInt32, "household": pl.UInt32, "record": pl.UInt32},
    )
    persons, kin = related_pairs(TRUTH_LEAK, listed)
    assert sorted(persons.rows()) == [(0, 0), (1, 1), (2, 2)]
    assert sorted(kin.rows()) == [(0, 1), (1, 0), (3, 2)]
    assert true_shares(TRUTH_LEAK) == (0.6, 0.2)


def figures_of_a_cell(ours: float, oracle: float, splink: float) -> dict:
    return {
        "ours": {
            "quality": {"row_precision": ours, "row_recall": ours, "pair_precision": ours},
            "stated": {"rows": 100, "wrong": 0, "stated": 0.02, "true": 0.0, "ratio": None},
        },
        "oracle": {"quality": {"row_precision": oracle, "row_recall": oracle}},
        "splink 1e6": {"quality": {"row_precision": splink, "row_recall": splink}},
    }


def test_the_page_says_what_is_reached_and_leaves_open_what_is_not_measured():
    from rendering import page

    machine = {"processors": 2, "python": "3.11", "polars": "2.1", "breachscope": "0.1"}
    cells = {
        "default": {"1": figures_of_a_cell(0.999, 0.999, 0.99), "2": {}},
        "hard": {
            "1": figures_of_a_cell(0.8, 0.805, 0.9),
            "2": figures_of_a_cell(0.8, 0.95, 0.9),
        },
    }
    lines = page({"machine": machine, "cells": cells}).splitlines()
    told = {line.split(" | ")[0].strip("| "): line for line in lines if line.startswith("| row")}
    default = next(line for line in lines if line.startswith("| row recall | ≥ Splink"))
    assert default.endswith("| 0.9990 / – | 0.9900 / – | yes |")
    assert told["row recall"].endswith("| 0.8000 / 0.8000 | 0.9000 / 0.9000 | 1 of 2 |")
    assert sum(line.startswith("### ") for line in lines) == 2
    assert any(line.startswith("| stated ÷ true") and line.endswith("| no |") for line in lines)


def test_drawn_rows_are_the_same_for_a_seed_and_others_for_the_next_draw():
    from draws import drawn_rows

    leak = pl.DataFrame({"leak_row": pl.int_range(1, 101, eager=True)})
    one, again = drawn_rows(leak, 10, 3, 0), drawn_rows(leak, 10, 3, 0)
    assert one.equals(again)
    assert one["leak_row"].is_sorted()
    assert one.height == one["leak_row"].n_unique() == 10
    assert not one.equals(drawn_rows(leak, 10, 3, 1))
    assert drawn_rows(leak, None, 3, 0).equals(leak)


def test_the_truth_of_a_draw_is_of_its_own_rows():
    from draws import with_truth

    truth = pl.DataFrame(
        {
            "leak_row": [1, 2, 3, 4],
            "source_party": ["A", "C", "C", None],
            "source_version": [1, 0, 0, None],
        }
    )
    versions = pl.DataFrame(
        {
            "party_id": ["A", "A", "C"],
            "version": [0, 1, 0],
            "version_id": ["A-1", "A-2", "C-1"],
        }
    )
    told = with_truth(draw(), truth.select("leak_row"), truth, versions)
    assert told.sources == ("C", "A")
    assert told.true_versions == {"A": "A-2", "C": "C-1"}
    alone = with_truth(draw(), pl.DataFrame({"leak_row": [1, 4]}), truth, versions)
    assert alone.sources == ("A",)
