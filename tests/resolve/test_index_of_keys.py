"""An index finds what going through all records finds."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from breachscope.resolve.blocking import BLOCKS, Wanted
from breachscope.resolve.lookup import Held, Index, gone_through

KEYS = st.lists(
    st.lists(st.integers(0, 5), min_size=len(BLOCKS), max_size=len(BLOCKS)), max_size=12
)


def keys(rows: list[list[int]]) -> pl.DataFrame:
    """Few different keys, spread over all bits as hashes are; 0 is none."""
    spread = np.array(rows, np.uint64).reshape(-1, len(BLOCKS)) * np.uint64(0x9E3779B97F4A7C15)
    return pl.DataFrame({block: spread[:, i] for i, block in enumerate(BLOCKS)})


def told(held: Held) -> tuple[list[tuple[int, ...]], dict[str, int]]:
    return sorted(held.hits.rows()), held.present


@given(KEYS, KEYS, KEYS)
def test_an_index_finds_the_very_records(
    leak: list[list[int]], first: list[list[int]], second: list[list[int]]
) -> None:
    wanted = Wanted.of(keys(leak))
    records = [keys(first), keys(second)]
    whole = pl.concat(records)

    index = Index.of(lambda block: whole[block].to_numpy())

    assert told(index.held(wanted)) == told(gone_through(records, wanted))


def test_a_telephone_is_found_in_either_place() -> None:
    row = [7] + [0] * (len(BLOCKS) - 1)
    other = [0, 7] + [0] * (len(BLOCKS) - 2)
    index = Index.of(lambda block: keys([other, row])[block].to_numpy())

    held = index.held(Wanted.of(keys([row])))

    assert held.hits["record"].to_list() == [1, 0]
    assert held.hits["block"].to_list() == [BLOCKS.index("phone")] * 2
    assert held.present["phone"] == 2
