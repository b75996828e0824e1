"""`show actors`: who could have used the account, act by act, always with verdict and evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.workflow import tables

if TYPE_CHECKING:
    from breachscope.workflow.context import Context

_ACT = ("act_id", "started_at", "ended_at", "account", "host", "route")
_SAID = (
    "verdict",
    "person_id",
    "reason",
    "log10_lr",
    "holds_doubled",
    "place",
    "presence",
    "unknown_possible",
    "settles",
)
_CANDIDATE = (
    "person_id",
    "posterior",
    "log10_lr",
    "possible",
    "excluded_by",
    "supported_by",
    "against",
)


def actors(context: Context, number: int | None) -> tables.Shown:
    """Acts with their candidates, and persons with the acts they are possible for."""
    chosen, place = tables.run_folder(context, number)
    said = pl.read_parquet(place / "act_verdicts.parquet")
    acts = (
        pl.read_parquet(place / "acts.parquet")
        .select(_ACT)
        .join(said, on="act_id", how="left", validate="1:1", maintain_order="left")
    )
    weighed = pl.read_parquet(place / "actors.parquet")
    people = pl.read_parquet(place / "actor_people.parquet")
    by_act: dict[str, list[dict[str, Any]]] = {}
    for row in weighed.iter_rows(named=True):
        told = {name: row[name] for name in _CANDIDATE}
        by_act.setdefault(row["act_id"], []).append(told)
    rows = [
        {
            **{name: row[name] for name in (*_ACT, *_SAID)},
            "candidates": by_act.get(row["act_id"], []),
        }
        for row in acts.with_columns(tables.iso_times()).iter_rows(named=True)
    ]
    document = {
        "schema": "breachscope/actors/1",
        "run": chosen,
        "acts": rows,
        "people": people.with_columns(tables.iso_times()).to_dicts(),
        "reliabilities": _stated(context, chosen),
        "checks": pl.read_parquet(place / "actor_checks.parquet").to_dicts(),
    }
    joined = pl.col("supported_by", "against").list.join("; ")
    return tables.Shown("actors", document, weighed.with_columns(joined))


def _stated(context: Context, number: int) -> dict[str, Any] | None:
    """The reliabilities of that run; null if the playbook has been changed since."""
    same = tables.run_record(context, number)["playbook"]["digest"] == context.playbook.digest
    return context.playbook.actors.model_dump(mode="json") if same else None
