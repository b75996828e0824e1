from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from breachscope.exercise.scoring import leak_scores
from breachscope.exercise.scoring.leaks import KindScore, figures
from breachscope.schema import LEAK_PARTS, MATCHES, PEOPLE

if TYPE_CHECKING:
    from pathlib import Path

PART = {"leak_id": "K1", "part": 1, "party_id": "P1", "version_id": None, "versions": ["V1"],
        "event_id": None, "events": [], "rows": 2, "verdict": "attributed"}  # fmt: skip
MATCH = {"leak_id": "K1", "leak_row": 1, "party_id": "P1", "person_key": "a", "verdict": "person"}


def parts(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([PART | row for row in rows], schema=LEAK_PARTS)


def matches(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([MATCH | row for row in rows], schema=MATCHES)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """K1: V1 of P1 (kept) and V3 of P3 (lost), an outsider, poison of P2. K2: from nowhere."""
    (tmp_path / "records").mkdir()
    (tmp_path / "leak_rows").mkdir()
    leaks = {
        "leak_id": ["K1", "K2"],
        "kind": ["poisoned", "nowhere"],
        "framed_party_id": ["P2", None],
    }
    pl.DataFrame(leaks).write_parquet(tmp_path / "leaks.parquet")
    pl.DataFrame(
        {"leak_id": ["K1", "K1"], "party_id": ["P1", "P3"], "version_id": ["V1", "V3"],
         "event_id": ["DL1", None], "rows": [1, 1], "determinable": [True, False]}
    ).write_parquet(tmp_path / "leak_parts.parquet")  # fmt: skip
    pl.DataFrame(
        {"version_id": ["V1", "V2", "V3"], "content_kept": [True, True, False]}
    ).write_parquet(tmp_path / "versions.parquet")
    pl.DataFrame(
        {"party_id": ["P1", "P1", "P2", "P3"], "version_id": ["V1", "V1", "V2", "V3"],
         "row_no": [1, 2, 1, 1], "person": [10, 11, 20, 30]},
        schema_overrides={"row_no": pl.UInt32, "person": pl.UInt32},
    ).write_parquet(tmp_path / "records" / "all.parquet")  # fmt: skip
    schema = {"leak_row": pl.UInt32, "person": pl.UInt32, "kind": pl.String}
    first = {"leak_row": [1, 2, 3, 4], "person": [10, 30, None, 20],
             "kind": ["member", "member", "outsider", "poison"]}  # fmt: skip
    second = {"leak_row": [1], "person": [40], "kind": ["relative"]}
    pl.DataFrame(first, schema=schema).write_parquet(tmp_path / "leak_rows" / "K1.parquet")
    pl.DataFrame(second, schema=schema).write_parquet(tmp_path / "leak_rows" / "K2.parquet")
    return tmp_path


def test_a_source_named_rightly_counts_with_its_version_and_download(truth: Path) -> None:
    found = figures(parts({"versions": ["V0", "V1"], "events": ["DL1"]}), matches(), truth)

    assert (found.right, found.determinable, found.cannot_tell) == (1, 1, 0)
    assert (found.versions_covered, found.versions, found.mean_versions) == (1, 1, 2.0)
    assert (found.downloads_covered, found.downloads) == (1, 1)


def test_a_version_outside_the_set_is_missed(truth: Path) -> None:
    found = figures(parts({"versions": ["V9"], "event_id": "DL2"}), matches(), truth)

    assert (found.right, found.versions_covered, found.downloads_covered) == (1, 0, 0)


def test_one_version_named_alone_is_a_set_of_one(truth: Path) -> None:
    found = figures(parts({"version_id": "V1", "versions": None}), matches(), truth)

    assert found.versions_covered == 1


def test_what_cannot_be_told_is_no_error(truth: Path) -> None:
    found = figures(parts({"verdict": "cannot_tell", "party_id": None}), matches(), truth)

    assert (found.right, found.cannot_tell, found.wrong_party) == (0, 1, 0)
    assert (found.sourceless_quiet, found.framed_clear) == (1, 1)


def test_a_party_whose_content_is_lost_may_still_be_named(truth: Path) -> None:
    found = figures(parts({"party_id": "P3"}), matches(), truth)

    assert (found.beyond_right, found.beyond, found.right) == (1, 1, 0)


def test_naming_the_framed_party_is_an_error(truth: Path) -> None:
    found = figures(parts({}, {"party_id": "P2", "part": 2}), matches(), truth)

    assert (found.framed_clear, found.framed, found.wrong_party) == (0, 1, 1)


def test_naming_anybody_for_a_leak_from_nowhere_is_an_error(truth: Path) -> None:
    found = figures(parts({"leak_id": "K2"}), matches(), truth)

    assert (found.sourceless_quiet, found.sourceless, found.wrong_party) == (0, 1, 1)


def test_rows_are_right_wrong_or_left_unsaid_by_kind(truth: Path) -> None:
    rows = matches({}, {"leak_row": 2, "party_id": "P1"}, {"leak_row": 3, "verdict": "none"})

    assert figures(parts(), rows, truth).kinds == (
        KindScore("member", 1, 1, 0),
        KindScore("outsider", 1, 0, 0),
        KindScore("poison", 0, 0, 1),
        KindScore("relative", 1, 0, 0),
    )


def test_only_a_household_is_nobody(truth: Path) -> None:
    rows = matches({"verdict": "household"}, {"leak_id": "K2", "verdict": "person"})

    kinds = {kind.kind: kind for kind in figures(parts(), rows, truth).kinds}
    assert kinds["member"] == KindScore("member", 1, 0, 1)
    assert kinds["relative"] == KindScore("relative", 0, 1, 0)


def test_with_the_people_of_the_run_the_very_person_must_be_named(truth: Path) -> None:
    people = pl.LazyFrame(
        {"party_id": ["P1", "P1"], "person_key": ["a", "b"], "version_id": ["V1", "V1"],
         "row_no": [1, 2], "reason": [None, None]},
        schema=PEOPLE,
    )  # fmt: skip
    for key, right in (("a", 1), ("b", 0)):
        found = figures(parts(), matches({"person_key": key}), truth, people)
        assert found.kinds[0].right - 1 == right  # of another member nothing is known or said


def test_the_page_fits_a_terminal(truth: Path) -> None:
    page = leak_scores(parts({}), matches({}), truth)

    assert max(map(len, page)) <= 80
