"""Leaked lists: rows matched, parts, parties, versions, traces, kin."""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.schema.columns import UTC_TIME

MATCH_VERDICT: Final = pl.Enum(["person", "household", "none", "ambiguous"])

LEAK_ROWS: Final = pl.Schema(
    {
        "leak_row": pl.UInt32(),  # data row from 1
        "verdict": MATCH_VERDICT,
        "person": pl.UInt32(),  # over all parties; null unless the verdict is `person`
        "probability": pl.Float64(),  # of that person; else of the likeliest
        "p_household": pl.Float64(),  # someone else of a household in the inventory
        "p_none": pl.Float64(),  # nobody the inventory knows
    }
)
"""Linkage: one row a leaked row, what came of it."""

CLAIMS: Final = pl.Schema(
    {
        "leak_row": pl.UInt32(),
        "person": pl.UInt32(),  # over all parties
        "party_id": pl.String(),
        "distinct": pl.UInt32(),  # the party's record
        "probability": pl.Float64(),  # that the row is about this person: equal on all its records
        # The leaked cell is spelt as in this very record, but for width and spaces; null where
        # one of them has none.
        "name_same": pl.Boolean(),
        "kana_same": pl.Boolean(),
        "phone_same": pl.Boolean(),
        "address_same": pl.Boolean(),
        "birth_same": pl.Boolean(),
        "email_same": pl.Boolean(),
        "customer_same": pl.Boolean(),
    }
)
"""Linkage: one row a leaked row and a record of a person it may be about."""

SPELT_ALIKE: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "field": pl.String(),  # a column `…_same` of CLAIMS
        "told": pl.UInt32(),  # pairs in which both hold the field
        "same": pl.UInt32(),
    }
)
"""How often a party's records and another party's, of one person, are spelt alike."""

STANDS: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "distinct": pl.UInt32(),
        "version_id": pl.String(),
    }
)
"""In which versions a party's record stands."""

MATCHES: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "leak_row": pl.UInt32(),  # data row from 1
        "party_id": pl.String(),
        "person_key": pl.String(),
        "probability": pl.Float64(),
        "verdict": MATCH_VERDICT,
        "part": pl.UInt32(),
    }
)
"""Linkage: whom each row of a leak is about."""

LEAKS: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "evidence_id": pl.String(),
        "found_at": UTC_TIME,  # null where unknown
        "rows": pl.UInt32(),
        "person": pl.UInt32(),  # rows of each verdict
        "household": pl.UInt32(),
        "ambiguous": pl.UInt32(),
        "none": pl.UInt32(),
        "refused": pl.String(),  # why nothing may be said of it; null where it was linked
        "blocking_recall": pl.Float64(),
        "decoy_independent": pl.Float64(),  # share of decoys taken for a person
        "decoy_household": pl.Float64(),
        "share_in": pl.Float64(),  # of its rows, whose person is in the inventory, as fitted
        "linked": pl.String(),  # digest of its part in the store, with the weights of every row
    }
)
"""One row a leaked list: what linkage made of it."""

LEAK_PARTS: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "part": pl.UInt32(),  # from 1
        "party_id": pl.String(),  # null if it cannot be told
        "list_id": pl.String(),
        "version_id": pl.String(),  # null where several fit
        "versions": pl.List(pl.String()),  # those that fit, by likelihood: the 95 % set
        "event_id": pl.String(),
        "events": pl.List(pl.String()),
        "rows": pl.UInt32(),
        "exclusive": pl.UInt32(),  # rows about people no other party holds
        "exclusive_expected": pl.Float64(),  # as many false matches would give
        "verdict": pl.Enum(["attributed", "cannot_tell"]),
        "depth": pl.Enum(["content", "trace", "form"]),  # which carried it
        "weight": pl.Float64(),  # share of the leak's rows, by the mixture
        "weight_low": pl.Float64(),
        "weight_high": pl.Float64(),
        "posterior": pl.Float64(),
        "log10_lr": pl.Float64(),  # against the best explanation without this party
        "reason": pl.String(),
    }
)
"""Linkage: the rows of a leak that have one source."""

LEAK_PARTIES: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "party_id": pl.String(),
        "weight": pl.Float64(),  # share of the leak's rows, by the mixture
        "weight_low": pl.Float64(),
        "weight_high": pl.Float64(),
        "rows": pl.UInt32(),  # rows that are surely about its people, other holders' among them
        "exclusive": pl.UInt32(),
        "exclusive_expected": pl.Float64(),
        "p_value": pl.Float64(),
        "q_value": pl.Float64(),  # adjusted for all parties asked
        "by_place_expected": pl.Float64(),  # exclusive rows, were labels exchanged within towns
        "by_place_p": pl.Float64(),
        "log10_lr": pl.Float64(),  # against the best mixture without it
        "spelt_as_its": pl.Float64(),  # cells that agree with it and not with another holder
        "spelt_otherwise": pl.Float64(),
        "log10_spelling": pl.Float64(),
        "log10_history": pl.Float64(),  # its rows stand in one version, as a copy's do, or do not
        "log10_overlap": pl.Float64(),  # so rarely does a list lie within another as the leak in it
        "named": pl.Boolean(),
        "reason": pl.String(),  # why not; empty where it is named
    }
)
"""Linkage: what speaks for each party that any row of a leak may be about."""

LEAK_VERSIONS: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "part": pl.UInt32(),
        "version_id": pl.String(),
        "uploaded_at": UTC_TIME,
        "probability": pl.Float64(),
        "standing": pl.UInt32(),  # rows of the part that stand in it
    }
)
"""Linkage: every kept version of a part's party, and how likely the part comes from it."""

LEAK_SENSITIVITY: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "kind": pl.Enum(
            ["as it is", "setting", "threshold", "field", "half of the households",
             "without a party"]
        ),
        "what": pl.String(),
        "rows": pl.UInt32(),
        "named": pl.List(pl.String()),
        "strongest": pl.String(),
        "weight": pl.Float64(),
        "more": pl.List(pl.String()),  # named here and not as it is
        "fewer": pl.List(pl.String()),
    }
)  # fmt: skip
"""Linkage: the source of a leak under other assumptions; one row a variation."""

LEAK_TRACES: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "version_id": pl.String(),
        "party_id": pl.String(),
        "by": pl.Enum(["sha256", "bytes and rows", "rows"]),
        "by_chance": pl.Float64(),  # chance that any version would fit so well by coincidence
    }
)
"""Linkage: versions whose file is the leak's, or as long: by the inventory, whatever is kept."""

LEAK_FORMS: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "party_id": pl.String(),
        "likeness": pl.Float64(),  # mean of those below that are known, 0 to 1
        "headers": pl.Float64(),
        "order": pl.Float64(),
        "notation": pl.Float64(),
        "regions": pl.Float64(),
        "ages": pl.Float64(),
    }
)
"""Linkage: how alike the form of a leak is to each party's latest list."""

LEAK_KIN: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "other_leak_id": pl.String(),
        "rows_shared": pl.UInt32(),  # rows about the same person, telephone or address as well
        "share": pl.Float64(),  # of this leak's rows
        "rows_expected": pl.Float64(),  # as many as decoys of this leak share
    }
)
"""Linkage: leaks that share people: one may be made from the other, or both from one list."""
