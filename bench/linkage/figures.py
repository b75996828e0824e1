"""The figures of the table, from what was found and the truth. Nothing here runs anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import polars as pl
from scores import KEY, Score, scores

AT: Final = 0.9
"""A match counts from this probability on, ours and the peer's."""
LIKELY: Final = 4.0
"""Powers of ten by which the mixture with the top party is likelier: strong by the ratio alone."""
OPERATION: Final = "moved, with a new telephone|name, address and telephone only|[^, ][^,]*"
"""One mishap in a truth's `operations`: two are named with a comma."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One leak sent from its rows to the parties named, and the truth of it."""

    rows: int
    sources: tuple[str, ...]  # parties its rows came from, the one with most rows first
    top: str | None  # the party of greatest weight
    named: tuple[str, ...]
    versions: dict[str, list[str]]  # of each named party
    unasked: list[str]  # versions of the top party, had it been named
    true_versions: dict[str, str]  # of each true source
    refused: str | None = None
    log10_lr: float = 0.0  # of the top party against the best mixture without it
    evidence: list[dict[str, Any]] = field(default_factory=list)  # of the likeliest parties


def quality(
    predictions: pl.DataFrame, truth_leak: pl.DataFrame, truth_records: pl.DataFrame
) -> dict[str, Any]:
    """Scores at AT, and the row figures at every threshold."""
    found = scores(predictions, truth_leak, truth_records)
    told = {name: _told(value) for name, value in asdict(_at(found)).items()}
    curve = [[_told(x) for x in (s.threshold, s.row_precision, s.row_recall)] for s in found]
    return told | {"curve": curve}


def _told(value: float) -> float | None:
    """A share of nothing is none."""
    return None if value != value else value


def _at(found: Sequence[Score]) -> Score:
    return next(one for one in found if one.threshold == AT)


def judged_rows(
    rows: pl.DataFrame, truth_leak: pl.DataFrame, truth_records: pl.DataFrame
) -> pl.DataFrame:
    """Rows with the truth beside, and `right`: the person given is the true one; null if none is.

    Args:
        rows: LEAK_ROWS with party_id and distinct of a record of the person.
        truth_leak: truth_leak.parquet of the task.
        truth_records: truth_records.parquet of the task.
    """
    given = rows.join(
        truth_records.select(*KEY, given="person", given_household="household"),
        on=KEY,
        how="left",
        validate="m:1",
    )
    told = truth_leak.select(
        "leak_row", "kind", "household", "operations", "source_party", true="person"
    )
    right = (pl.col("given") == pl.col("true")).fill_null(value=False)
    return given.join(told, on="leak_row", how="left", validate="1:1").with_columns(
        right=pl.when(pl.col("verdict") == "person").then(right)
    )


def stated_error(judged: pl.DataFrame) -> dict[str, float | None]:
    """Of rows given a person: the share stated to be wrong, and the share that is."""
    given = judged.filter(pl.col("verdict") == "person")
    stated = float((1 - given["probability"]).mean() or 0.0)  # type: ignore[arg-type]
    wrong = int((~given["right"]).sum())
    true = wrong / given.height if given.height else 0.0
    return {
        "rows": given.height,
        "wrong": wrong,
        "stated": round(stated, 6),
        "true": round(true, 6),
        "ratio": round(stated / true, 3) if true else None,
    }


def untied(judged: pl.DataFrame, unchanged: pl.Series | None = None) -> dict[str, float]:
    """The share of rows no person was given to: of those in retained content, and of all.

    Args:
        judged: `judged_rows`.
        unchanged: `as_retained`, for the share of these beside.
    """
    tied = judged["verdict"] == "person"
    held = judged["kind"] == "member"
    inside = judged.filter(held)
    told: dict[str, float] = {}
    if unchanged is not None:
        same = judged["leak_row"].is_in(unchanged.implode())
        told["as_retained"] = int(same.sum())
        told["untied_as_retained"] = round(1 - _mean(tied.filter(same)), 5)
        if "tied" in judged.columns:
            kept = judged.filter(same)["tied"]
            told["no_party_as_retained"] = round(_mean(kept.is_null()), 5)
    if "tied" in judged.columns:
        told |= _by_party(judged)
    return told | {
        "rows": judged.height,
        "held": inside.height,
        "untied_held": round(1 - _mean(tied.filter(held)), 5),
        "untied_all": round(1 - _mean(tied), 5),
    }


def _by_party(judged: pl.DataFrame) -> dict[str, float]:
    """Rows tied to no party's part, and to the part of a party they do not come from."""
    held = judged.filter(pl.col("kind") == "member")
    tied = judged.filter(pl.col("tied").is_not_null())
    astray = (tied["tied"] != tied["source_party"]).fill_null(value=True)
    return {
        "no_party_held": round(_mean(held["tied"].is_null()), 5),
        "no_party_all": round(_mean(judged["tied"].is_null()), 5),
        "astray": round(_mean(astray), 5),
    }


def as_retained(
    truth_leak: pl.DataFrame,
    truth_records: pl.DataFrame,
    leak_keys: pl.DataFrame,
    record_keys: pl.DataFrame,
) -> pl.Series:
    """Leaked rows that a retained record of their person holds as they are.

    The name, and the telephone or the address, are canonically that record's; rows that moved,
    changed their telephone or lost their name are not.

    Args:
        truth_leak: truth_leak.parquet of the task.
        truth_records: truth_records.parquet of the task, in the order of `record_keys`.
        leak_keys: RECORD_KEYS of the leak; row_no is the leaked row.
        record_keys: RECORD_KEYS of the records.
    """
    cells = ("name_key", "phone_key", "phone2_key", "address_key")
    rows = (
        truth_leak.drop_nulls("person")
        .select("leak_row", "person")
        .join(leak_keys.select(*cells, leak_row="row_no"), on="leak_row", validate="1:1")
    )
    records = pl.concat([truth_records.select("person"), record_keys.select(cells)],
                        how="horizontal")  # fmt: skip
    pairs = rows.join(records, on="person", suffix="_kept")
    phones = [
        pl.col(mine) == pl.col(f"{theirs}_kept") for mine in cells[1:3] for theirs in cells[1:3]
    ]
    contact = pl.any_horizontal(*phones, pl.col("address_key") == pl.col("address_key_kept"))
    same = (pl.col("name_key") == pl.col("name_key_kept")) & contact
    return pairs.filter(same.fill_null(value=False))["leak_row"].unique()


def _mean(flags: pl.Series) -> float:
    return float(flags.mean() or 0.0)  # type: ignore[arg-type]


def errors(judged: pl.DataFrame, most: int = 12) -> dict[str, Any]:
    """What sort the wrong and the missed rows are of: by kind, verdict and what befell them."""
    wrong = judged.filter(~pl.col("right"))
    kin = (wrong["given_household"] == wrong["household"]).fill_null(value=False)
    missed = judged.filter((pl.col("kind") == "member") & (pl.col("verdict") != "person"))
    members = judged.filter(pl.col("kind") == "member")
    every = Counter(_operations(members))
    befell = Counter(_operations(missed))
    return {
        "wrong_by_kind": dict(wrong["kind"].value_counts(sort=True).iter_rows()),
        "wrong_in_household": int(kin.sum()),
        "wrong_by_operations": dict(Counter(_operations(wrong)).most_common(most)),
        "missed": missed.height,
        "missed_by_verdict": dict(missed["verdict"].cast(pl.String).value_counts().iter_rows()),
        "missed_by_operations": {
            name: [count, round(count / every[name], 4)] for name, count in befell.most_common(most)
        },
    }


def _operations(rows: pl.DataFrame) -> list[str]:
    """Names of all that befell the rows; rows that nothing befell count as "none"."""
    names = rows["operations"].fill_null("").str.extract_all(OPERATION)
    return [name for row in names.to_list() for name in row or ["none"]]


def drawn(draws: Sequence[Draw]) -> dict[str, Any]:
    """How often the source is found, named, dated; and never another."""
    count = max(len(draws), 1)
    right_parts = [
        (one.versions[party], one.true_versions[party])
        for one in draws
        for party in one.named
        if party in one.true_versions and party in one.versions
    ]
    whoever = [
        (one.unasked, one.true_versions[one.top])
        for one in draws
        if one.top in one.true_versions and one.unasked
    ]
    return {
        "draws": len(draws),
        "top_right": sum(_is_main(one, one.top) for one in draws) / count,
        "strong_right": sum(_is_strong_right(one) for one in draws) / count,
        "strong_wrong": sum(bool(set(one.named) - set(one.sources)) for one in draws),
        "likely_right": sum(_is_main(one, one.top) and one.log10_lr >= LIKELY for one in draws)
        / count,
        "abstained": sum(not one.named for one in draws) / count,
        "refused": sum(one.refused is not None for one in draws),
        "dated": len(right_parts),
        **_covered("named", right_parts),
        **_covered("whoever", whoever),
    }


def _is_main(one: Draw, party: str | None) -> bool:
    return bool(one.sources) and party == one.sources[0]


def _is_strong_right(one: Draw) -> bool:
    """The main source is named, and nobody who is no source."""
    return any(_is_main(one, party) for party in one.named) and set(one.named) <= set(one.sources)


def _covered(name: str, sets: Sequence[tuple[list[str], str]]) -> dict[str, float | None]:
    if not sets:
        return {f"covered_{name}": None, f"set_size_{name}": None}
    inside = sum(true in known for known, true in sets) / len(sets)
    size = sum(len(known) for known, _ in sets) / len(sets)
    return {f"covered_{name}": round(inside, 4), f"set_size_{name}": round(size, 3)}


def matching(found: dict[str, str], truth: dict[str, str]) -> dict[str, float]:
    """Precision, recall and F1 of one-to-one links."""
    right = sum(truth.get(one) == other for one, other in found.items())
    precision, recall = right / max(len(found), 1), right / max(len(truth), 1)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {
        "links": len(found),
        "precision": round(precision, 5),
        "recall": round(recall, 5),
        "f1": round(f1, 5),
    }
