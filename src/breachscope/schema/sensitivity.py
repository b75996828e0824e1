"""What the counts hang on: each limit halved and doubled, each source withheld."""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.schema.people import person_columns

SENSITIVITY: Final = pl.Schema(
    {
        "variation": pl.UInt32(),  # 0 is the case as it is
        "sort": pl.Enum(["as_it_is", "limit_halved", "limit_doubled", "withheld"]),
        "what": pl.String(),  # the limit, or the kind of evidence
        "value": pl.Float64(),  # of the limit
        "party_id": pl.String(),  # null: counted once over all parties
        **person_columns(),
    }
)
"""One row a variation and party, and one more over all parties: persons as the ladder has them."""
