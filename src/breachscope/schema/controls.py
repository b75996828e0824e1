"""Controls held against the logs, and what contracts asked for and did not get."""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.schema.columns import UTC_TIME

CONTROL_VERDICTS: Final = ("held", "broken", "cannot_tell")

CONTROLS: Final = pl.Schema(
    {
        "control_id": pl.String(),
        "check": pl.String(),
        "title": pl.String(),  # of the check, as the playbook says; null if it knows none
        "description": pl.String(),
        "guideline": pl.String(),
        "owner": pl.String(),
        "in_force_from": pl.Date(),
        "verdict": pl.Enum(CONTROL_VERDICTS),
        "reason": pl.String(),
        "lines": pl.UInt32(),  # against it, since it is in force
        "first": UTC_TIME,
        "last": UTC_TIME,
        "lines_before": pl.UInt32(),  # the same, before it was in force
        "last_before": UTC_TIME,
        "covered_share": pl.Float64(),  # of the time in force, in which a line would have shown
        "seen_until": UTC_TIME,  # from its date to here nothing is hidden
        "evidence_id": pl.String(),  # where the control itself stands
        "line": pl.UInt64(),
    }
)
"""One row a control, as of some day."""

CONTROL_LINES: Final = pl.Schema(
    {
        "control_id": pl.String(),
        "table": pl.String(),
        "at": UTC_TIME,
        "until": UTC_TIME,
        "in_force": pl.Boolean(),  # the control was in force then
        "what": pl.String(),
        "evidence_id": pl.String(),
        "member": pl.String(),
        "line": pl.UInt64(),
    }
)
"""The lines that speak against a control, before its date and after."""

CONTRACT_FINDINGS: Final = pl.Schema(
    {
        "finding": pl.Enum(["kept_past_disposal", "passed_on_unapproved", "passed_on_unknown"]),
        "party_id": pl.String(),
        "subject": pl.String(),  # the version kept; or FROM → TO
        "at": UTC_TIME,  # since when it stands against the contract
        "until": UTC_TIME,  # null: still
        "days": pl.UInt32(),
        "basis": pl.String(),
        "kept_rows": pl.Int64(),
        "downloads": pl.UInt32(),  # in a counted tier in that time
        "rows": pl.Int64(),
        "evidence_id": pl.String(),
        "member": pl.String(),
        "line": pl.UInt64(),
    }
)
"""One row a thing done against a contract, with what was exposed by it."""
