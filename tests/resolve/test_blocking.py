"""Which pairs are compared, and what a cap hides."""

import polars as pl

from breachscope.resolve.blocking import BLOCKS, Caps, Wanted, block_keys, candidates, hits, recall
from breachscope.resolve.keys import record_keys


def blocks(*people: dict[str, str]) -> pl.DataFrame:
    return block_keys(record_keys(pl.LazyFrame(list(people), infer_schema_length=None))).collect()


def pairs(leak: pl.DataFrame, *parties: pl.DataFrame, caps: Caps = Caps()) -> list[tuple[int, int]]:  # noqa: B008
    found, first = [], 0
    for records in parties:
        found.append(hits(Wanted.of(leak), records, first))
        first += records.height
    made = candidates(leak, pl.concat(found), caps).pairs
    return made.select("row", "record").rows()


def test_a_row_meets_every_record_that_shares_any_key_once() -> None:
    leak = blocks({"name": "山田太郎", "phone": "0311112222"})
    first = blocks(
        {"name": "山田太郎", "phone": "0311112222"}, {"name": "鈴木花子", "phone": "0344445555"}
    )
    second = blocks({"name": "佐藤次郎", "phone": "0399998888", "phone2": "0311112222"})

    assert pairs(leak, first, second) == [(0, 0), (0, 2)]


def test_rows_without_a_value_meet_nobody_by_it() -> None:
    leak = blocks({"name": "", "phone": "", "address": "緑野原市"})
    listed = blocks({"name": "", "phone": "", "address": "緑野原市"})

    assert pairs(leak, listed) == []


def test_what_a_cap_hides_is_told_with_its_rows() -> None:
    leak = blocks({"phone": "0311112222"}, {"phone": "0311112222"})
    listed = blocks(*[{"phone": "0311112222"} for _ in range(4)])

    made = candidates(leak, hits(Wanted.of(leak), listed, 0), Caps(records=3))

    assert made.pairs.is_empty()
    assert made.capped.rows() == [("phone", 1, 8, 2)]


def test_a_pair_remembers_every_key_that_gave_it() -> None:
    leak = blocks({"name": "山田太郎", "phone": "0311112222"})

    made = candidates(leak, hits(Wanted.of(leak), leak, 0), Caps())

    by = made.pairs["by"].item()
    assert {b for i, b in enumerate(BLOCKS) if by >> i & 1} == {"name", "phone", "phone_tail_name"}


def test_no_candidates_at_all_is_an_empty_answer() -> None:
    leak = blocks({"name": "山田太郎"})

    made = candidates(leak, hits(Wanted.of(leak), blocks({"name": "鈴木花子"}), 0), Caps())

    assert made.pairs.is_empty()
    assert made.capped.is_empty()


def test_recall_is_estimated_from_what_two_kinds_of_keys_find_apart() -> None:
    # 90 of 100 by contact, 80 by identity, 72 by both: 98 reached of about 100.
    assert abs(recall(90, 80, 72) - 0.98) < 0.002
    assert recall(0, 0, 0) == 1.0
