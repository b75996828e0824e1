"""A small made-up run for the report's tests: two parties, three downloads that count."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from breachscope import schema
from breachscope.report.inputs import (
    ChangeRow,
    EvidenceRow,
    MissingSource,
    QuarantineLine,
    ReportInputs,
    RuleRow,
    RungRow,
    Settings,
)

NAMES = {"P1": "青嶺ガス", "P2": "<風見&市>"}


def at(day: int, hour: int = 3, month: int = 7) -> datetime:
    return datetime(2013, month, day, hour, tzinfo=UTC)


def ladder(count: int, low: int, high: int) -> dict[str, int]:
    """All persons in the tier probable."""
    zero = {f"{t}_{m}": 0 for t in ("confirmed", "possible") for m in schema.MEASURES}
    found = {f"{t}_{m}": n for t in ("probable", "all")
             for m, n in zip(schema.MEASURES, (count, low, high), strict=True)}  # fmt: skip
    return zero | found


def counts() -> pl.DataFrame:
    one = {"party_id": "P1", "name": NAMES["P1"], "sector": "private", "rows_gross": 51234,
           "rows_gross_low": 50001, "rows_gross_high": 52002, "rows_distinct": 23456,
           "first_at": at(1), "last_at": at(3), "downloads": 2, "fields": ["name", "phone"],
           **ladder(12345, 12001, 13002)}  # fmt: skip
    two = {"party_id": "P2", "name": NAMES["P2"], "sector": "local", "rows_gross": 777,
           "rows_gross_low": 776, "rows_gross_high": 779, "rows_distinct": 555,
           "first_at": at(2), "last_at": at(2), "downloads": 1, "fields": ["name"],
           **ladder(444, 433, 466)}  # fmt: skip
    return pl.DataFrame([one, two], schema=schema.COUNTS)


def download(event_id: str, **facts: object) -> dict[str, object]:
    usual = {"event_id": event_id, "evidence_id": "e" * 64, "line": 7, "at": at(1),
             "account": "pds-admin", "host": "保守端末1", "party_id": "P1", "list_id": "L1",
             "version_id": "L1@1", "content": "kept", "version_rows": 900, "row_scope": "all",
             "rows": 900, "rows_low": 900, "rows_high": 900, "outside_interval": False,
             "contradicted": False, "route": "site", "tier": "probable",
             "conflict": False}  # fmt: skip
    return {**usual, **facts}


def egress() -> pl.DataFrame:
    rows = [
        download("D1", media_serial="4C53", tier="confirmed", file_id="F1"),
        download("D2", at=at(2), party_id="P2", list_id="L2", version_id="L2@1", rows=50,
                 route="remote", host="RAS"),
        download("D3", at=at(3), row_scope="count", rows_low=100, media_serial="4C53"),
        download("D4", at=at(4), version_id=None, list_id=None, party_id=None, tier="possible"),
        download("D5", at=at(5), tier="explained", conflict=True, conflict_tier="probable",
                 work_id="W9", unregistered_device=True, remote_assigned=False,
                 file_only_this=False),
        download("D6", at=at(6), tier="outside_focus", account="mgr1"),
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema.EGRESS)


def versions() -> pl.DataFrame:
    rows = [
        {"version_id": "L1@1", "list_id": "L1", "party_id": "P1", "title": "架電", "rows": 900},
        {"version_id": "L2@1", "list_id": "L2", "party_id": "P2", "title": "通知", "rows": 50},
    ]
    return pl.DataFrame(rows, schema=schema.VERSIONS)


def settings(**other: object) -> Settings:
    usual: dict[str, object] = {
        "case": "架空事案", "run": 3, "version": "0.1.0", "zone": "Asia/Tokyo",
        "focus": "pds-admin", "playbook": "insider-list-theft", "playbook_version": 1,
        "playbook_title": "t", "playbook_digest": "d" * 64,
        "rules": (RuleRow("failed", "row_scope = 'none'", "nothing sent"),),
        "conflict": "remote_assigned", "limits": (("act_gap_minutes", 30.0),),
        "rungs": (RungRow("name-phone", "standard", ("name_key",), ("birth_date",), True),),
    }  # fmt: skip
    return Settings(**{**usual, **other})  # type: ignore[arg-type]


def inputs(**other: object) -> ReportInputs:
    seen = [
        {"kind": "downloads", "evidence_id": "e", "month": date(2013, m, 1), "events": 10 * m}
        for m in (7, 9)
    ]
    silence = {"kind": "downloads", "from": at(1, month=8), "to": at(9, month=8), "expected": 31.0}
    changed = {"original": "a" * 64, "copy": "b" * 64, "change": "missing", "line": 421}
    step = {"kind": "media", "evidence_id": "c" * 64, "line": 8, "at": at(2), "seconds": 3541.0}
    rhythm = {"kind": "downloads", "evidence_ids": ["e"], "events": 160, "first": at(1),
              "last": at(30), "events_per_week": 18.5, "detectable_hours": 201.5,
              "false_alarms": 0.01}  # fmt: skip
    act = {"act_id": "A-1", "started_at": at(1), "ended_at": at(1, 4), "account": "pds-admin",
           "host": "保守端末1", "route": "site", "downloads": 2, "rows": 1800, "confirmed": 1,
           "probable": 1, "possible": 0, "media_serial": "4C53"}  # fmt: skip
    file = EvidenceRow("e" * 64, "downloads", "dl.csv", "f" * 64, 4096, "cp932", None, None,
                       100, 97, 2, 1, (QuarantineLine(31, "too few fields", "氏名"),))  # fmt: skip
    usual: dict[str, object] = {
        "settings": settings(),
        "counts": counts(),
        "over_parties": pl.DataFrame([ladder(12700, 12340, 13400)], schema=schema.OVER_PARTIES),
        "egress": egress(),
        "acts": pl.DataFrame([act], schema=schema.ACTS),
        "silences": pl.DataFrame([silence], schema=schema.SILENCES),
        "sources_seen": pl.DataFrame(seen, schema=schema.SOURCES_SEEN),
        "rhythms": pl.DataFrame([rhythm], schema=schema.RHYTHMS),
        "copy_lines": pl.DataFrame([changed], schema=schema.COPY_LINES),
        "backward_steps": pl.DataFrame([step], schema=schema.BACKWARD_STEPS),
        "versions": versions(),
        "evidence": (file,),
        "missing": (MissingSource("logins", "sessions cannot be told apart"),),
        "changes": (ChangeRow("P1", "青嶺ガス", 12000, 12345, 350, 5, ("証拠の追加",)),),
    }
    return ReportInputs(**{**usual, **other})  # type: ignore[arg-type]


def nothing() -> ReportInputs:
    """A run in which nothing was found at all."""
    names = ("egress", "acts", "silences", "sources_seen", "rhythms", "copy_lines",
             "backward_steps", "versions", "counts")  # fmt: skip
    frames = {name: pl.DataFrame(schema=getattr(schema, name.upper())) for name in names}
    zero = pl.DataFrame([ladder(0, 0, 0)], schema=schema.OVER_PARTIES)
    return inputs(**frames, over_parties=zero, evidence=(), missing=(), changes=None)
