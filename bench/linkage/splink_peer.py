"""Splink as a careful user would set it up, on the values our own matching gets.

    python bench/linkage/inputs.py FOLDER
    python bench/linkage/splink_peer.py FOLDER --pairs 1e6 --out predictions.parquet

Kanji and kana are one nested comparison; scored apart they count one fact twice. Columns that
one side lacks are neither compared nor trained on.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import inputs
import polars as pl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_level_library as levels
from splink import comparison_library as comparisons

SEED: Final = 17
_NUMBER: Final = r"([0-9].*)$"


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it."""

    pairs: pl.DataFrame  # leak_row, record, probability
    seconds: dict[str, float]
    untrained: list[str]
    failed: str | None


def run(
    leak_keys: pl.DataFrame, inventory_keys: pl.DataFrame, u_pairs: float, threshold: float
) -> Run:
    """Link the leak to the inventory.

    Args:
        leak_keys: RECORD_KEYS of the leak.
        inventory_keys: RECORD_KEYS of the records.
        u_pairs: how many random pairs the chances of agreement by accident are estimated from.
        threshold: the least probability of a pair that is given.
    """
    seconds: dict[str, float] = {}
    clock = time.perf_counter()

    def mark(step: str) -> None:
        nonlocal clock
        now = time.perf_counter()
        seconds[step], clock = round(now - clock, 2), now

    have = _filled(leak_keys) & _filled(inventory_keys)
    linker = _linker(leak_keys, inventory_keys, have)
    mark("set up")
    failed = _trained(linker, have, u_pairs, mark)
    pairs = _pairs(linker, threshold) if failed is None else _NO_PAIRS.clone()
    mark("predict")
    return Run(pairs, seconds, _untrained(linker), failed)


_NO_PAIRS: Final = pl.DataFrame(
    schema={"leak_row": pl.UInt32, "record": pl.UInt32, "probability": pl.Float64}
)


def _filled(keys: pl.DataFrame) -> set[str]:
    return {name for name in keys.columns if keys[name].null_count() < 0.98 * keys.height}


def _linker(leak: pl.DataFrame, inventory: pl.DataFrame, have: set[str]) -> Linker:
    api = DuckDBAPI()
    tables = [
        api.register(_prepared(keys).to_arrow(), table_name=name)
        for name, keys in (("a_leak", leak), ("b_inventory", inventory))
    ]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=_comparisons(have),
        blocking_rules_to_generate_predictions=_blocking(have),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    return Linker(tables, settings, log_level=logging.ERROR)


def _prepared(keys: pl.DataFrame) -> pl.DataFrame:
    """Columns that blocking and levels ask for."""
    return keys.select(
        "name_key", "kana_key", "given_key", "phone_key", "phone2_key", "postal_key",
        "address_key", "email_key", "sex_key",
        unique_id="row_no",
        birth=pl.col("birth_date").dt.to_string("%Y-%m-%d"),
        town=pl.col("address_key").str.replace(_NUMBER, ""),
        number=pl.col("address_key").str.extract(_NUMBER, 1),
        family=pl.col("name_key").str.head(2),
    )  # fmt: skip


def _comparisons(have: set[str]) -> list[Any]:
    made: list[Any] = [_name("kana_key" in have)]
    if "phone_key" in have:
        made.append(_phone("phone2_key" in have))
    if "birth_date" in have:
        made.append(_birth())
    if "address_key" in have:
        made.append(_address())
    made += [comparisons.ExactMatch(name) for name in ("email_key", "sex_key") if name in have]
    return made


def _level(sql: str, frequency_of: str | None = None) -> Any:
    level: Any = levels.CustomLevel(sql)
    if frequency_of:
        level = level.configure(
            tf_adjustment_column=frequency_of, disable_tf_exact_match_detection=True
        )
    return level


def _null(sql: str) -> Any:
    return levels.CustomLevel(sql).configure(is_null_level=True)


def _name(kana: bool) -> Any:
    same, near = "name_key_l = name_key_r", "damerau_levenshtein(name_key_l, name_key_r) <= 1"
    ends = "right(name_key_l, 2) = right(name_key_r, 2)"
    made = [_null("name_key_l IS NULL OR name_key_r IS NULL")]
    if kana:
        made += [
            _level(f"{same} AND kana_key_l = kana_key_r", "name_key"),
            _level(same, "name_key"),
            _level("kana_key_l = kana_key_r", "kana_key"),
        ]
        near += " OR damerau_levenshtein(kana_key_l, kana_key_r) <= 1"
        ends += " OR right(kana_key_l, 3) = right(kana_key_r, 3)"
    else:
        made.append(_level(same, "name_key"))
    given = f"(given_key_l = given_key_r OR {ends})"
    made += [_level(near), _level("family_l = family_r"), _level(given), levels.ElseLevel()]
    return comparisons.CustomComparison(made, output_column_name="name")


def _phone(second: bool) -> Any:
    cross = ("phone_key_l = phone2_key_r OR phone2_key_l = phone_key_r "
             "OR phone2_key_l = phone2_key_r")  # fmt: skip
    made = [
        _null("phone_key_l IS NULL OR phone_key_r IS NULL"),
        _level("phone_key_l = phone_key_r", "phone_key"),
        *([_level(cross)] if second else []),
        _level("damerau_levenshtein(phone_key_l, phone_key_r) <= 1"),
        levels.ElseLevel(),
    ]
    return comparisons.CustomComparison(made, output_column_name="phone")


def _birth() -> Any:
    swapped = (
        "left(birth_l, 4) = left(birth_r, 4) AND substr(birth_l, 6, 2) = substr(birth_r, 9, 2) "
        "AND substr(birth_l, 9, 2) = substr(birth_r, 6, 2)"
    )
    made = [
        _null("birth_l IS NULL OR birth_r IS NULL"),
        _level("birth_l = birth_r"),
        _level(f"damerau_levenshtein(birth_l, birth_r) <= 1 OR ({swapped})"),
        _level("left(birth_l, 7) = left(birth_r, 7)"),
        levels.ElseLevel(),
    ]
    return comparisons.CustomComparison(made, output_column_name="birth")


def _address() -> Any:
    near = (
        "damerau_levenshtein(address_key_l, address_key_r) <= 1 "
        "OR (postal_key_l = postal_key_r AND number_l = number_r)"
    )
    made = [
        _null("address_key_l IS NULL OR address_key_r IS NULL"),
        _level("address_key_l = address_key_r", "address_key"),
        _level(near),
        _level("town_l = town_r OR postal_key_l = postal_key_r"),
        levels.ElseLevel(),
    ]
    return comparisons.CustomComparison(made, output_column_name="address")


def _blocking(have: set[str]) -> list[Any]:
    rules: list[Any] = []
    if "phone_key" in have:
        rules.append(block_on("phone_key"))
    if {"phone_key", "phone2_key"} <= have:
        rules += [
            "l.phone_key = r.phone2_key",
            "l.phone2_key = r.phone_key",
            block_on("phone2_key"),
        ]
    rules.append(block_on("name_key"))
    rules += [block_on(name) for name in ("kana_key", "email_key", "address_key") if name in have]
    if "birth_date" in have:
        rules.append(block_on("birth", "left(name_key, 1)"))
    rules.append(block_on("town", "family"))
    if "postal_key" in have:
        rules.append(block_on("postal_key", "number", "left(name_key, 1)"))
    return rules


def _trained(linker: Linker, have: set[str], u_pairs: float, mark: Any) -> str | None:
    """Train; the message of what went wrong, if something did."""
    sure, blocks = _training(have)
    try:
        linker.training.estimate_probability_two_random_records_match(sure, recall=0.8)
        mark("prior")
        linker.training.estimate_u_using_random_sampling(max_pairs=u_pairs, seed=SEED)
        mark("u")
        for rule in blocks:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        mark("EM")
    except Exception as problem:
        return f"{type(problem).__name__}: {str(problem)[:200]}"
    return None


def _training(have: set[str]) -> tuple[list[Any], list[Any]]:
    """Rules that hardly ever join two people, and the blocks EM runs on."""
    if "birth_date" in have:
        sure = [block_on("name_key", "birth"), block_on("name_key", "phone_key")]
        blocks = [
            block_on("phone_key"),
            block_on("birth", "name_key"),
            block_on("address_key", "birth"),
        ]
        return sure, blocks
    sure = [block_on("name_key", "phone_key"), block_on("name_key", "address_key")]
    return sure, [block_on("phone_key"), block_on("name_key"), block_on("address_key")]


def _pairs(linker: Linker, threshold: float) -> pl.DataFrame:
    """leak_row, record, probability; the leak is always the left side."""
    found = linker.inference.predict(threshold_match_probability=threshold)
    table = found.as_pyarrow_table()  # type: ignore[no-untyped-call]
    return pl.DataFrame(table).select(
        leak_row=pl.col("unique_id_l").cast(pl.UInt32),
        record=pl.col("unique_id_r").cast(pl.UInt32),
        probability=pl.col("match_probability"),
    )


def _untrained(linker: Linker) -> list[str]:
    return [
        f"{one.output_column_name} {level.label_for_charts}"
        for one in linker._settings_obj.comparisons
        for level in one.comparison_levels
        if not level.is_null_level
        and not (level._has_estimated_m_values and level._has_estimated_u_values)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pairs", type=float, default=1e6, help="random pairs for u")
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    leak = pl.read_parquet(given.folder / inputs.LEAK_KEYS)
    inventory = pl.read_parquet(given.folder / inputs.INVENTORY_KEYS)
    began = time.perf_counter(), time.process_time()
    made = run(leak, inventory, given.pairs, given.threshold)
    report = {
        "wall": round(time.perf_counter() - began[0], 1),
        "cpu": round(time.process_time() - began[1], 1),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
        "seconds": made.seconds,
        "untrained": made.untrained,
        "failed": made.failed,
        "pairs": made.pairs.height,
    }
    inputs.identified(given.folder, made.pairs).write_parquet(given.out)
    print(json.dumps(report, ensure_ascii=False))


if __name__ == "__main__":
    main()
