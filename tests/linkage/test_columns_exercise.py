"""Roles of lists whose author did not write the tests: the exercise's, without their headers.

A list is read as a leak; its headers are taken away and its columns shuffled. Inferred roles
must be those the headers gave.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import polars as pl
import pytest

from breachscope.evidence import read
from breachscope.exercise import write_exercise
from breachscope.linkage.cells import as_records
from breachscope.linkage.columns import about_people, column_roles
from breachscope.linkage.columns_facts import own_columns
from breachscope.resolve.keys import record_keys
from breachscope.schema import RECORD_FIELDS, Kind
from evidence.evidence_files import spec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEAST_ROWS = 20
PHONES = ("phone", "mobile", "phones")


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> list[pl.DataFrame]:
    folder = tmp_path_factory.mktemp("lists")
    write_exercise(folder / "tiny", "tiny", 5)
    found = list(_leaks(folder / "tiny" / "evidence" / "records"))
    assert len(found) > 30
    return found


def _leaks(folder: Path) -> Iterator[pl.DataFrame]:
    for path in sorted(folder.iterdir()):
        batches = read(path, spec(Kind.LEAK)).batches()
        cells = pl.concat([batch.taken for batch in batches], how="diagonal")
        if cells.height >= LEAST_ROWS:
            yield cells


def _shuffled(cells: pl.DataFrame, seed: int) -> tuple[pl.DataFrame, list[str]]:
    """The list without headers, and what its columns were."""
    own = own_columns(cells)
    random.Random(seed).shuffle(own)
    renamed = [pl.col(name).alias(f"attr:column_{i}") for i, name in enumerate(own, 1)]
    return cells.select(*renamed, "row_no"), own


def _is_right(column: str, role: str) -> bool:
    if column in ("phone", "phone2"):
        return role in PHONES
    return role == (column if column in RECORD_FIELDS else "other")


def test_without_headers_99_of_100_columns_have_the_role_their_header_gave(
    lists: list[pl.DataFrame],
) -> None:
    right = columns = 0
    for seed, cells in enumerate(lists):
        nameless, own = _shuffled(cells, seed)
        roles = column_roles(nameless)
        right += sum(_is_right(was, role.role) for was, role in zip(own, roles, strict=True))
        columns += len(own)
        assert about_people(roles) is None
    assert right / columns >= 0.99


def test_with_headers_content_never_contradicts_them(lists: list[pl.DataFrame]) -> None:
    for cells in lists[::2]:
        for role in column_roles(cells):
            assert _is_right(role.column, role.role)
            assert not role.disagrees


def test_the_canonical_values_without_headers_are_those_with_them(
    lists: list[pl.DataFrame],
) -> None:
    same, some = 0, lists[::4]
    for seed, cells in enumerate(some):
        nameless, _ = _shuffled(cells, seed)
        inferred = record_keys(as_records(nameless, column_roles(nameless)).lazy()).collect()
        known = record_keys(as_records(cells, column_roles(cells)).lazy()).collect()
        unphoned = [name for name in known.columns if not name.startswith("phone")]
        same += inferred.select(unphoned).equals(known.select(unphoned))
    assert same / len(some) >= 0.95
