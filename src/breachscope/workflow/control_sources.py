"""The tables controls are held against: each log with what the checks may ask, and its gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.reconstruct import answer, contracts, controls, coverage, facts, timeline
from breachscope.schema import CONTRACT_FINDINGS, SILENCES, UNSEEN, Kind
from breachscope.workflow import frames, reconstruction
from breachscope.workflow.answer_basis import cleared
from breachscope.workflow.situation import LOGS, Situation

if TYPE_CHECKING:
    from datetime import datetime

    from breachscope.workflow.judging import Judged

TABLES = {
    "logins": Kind.LOGINS,
    "downloads": Kind.DOWNLOADS,
    "media": Kind.MEDIA,
    "remote": Kind.REMOTE,
    "presence": Kind.PRESENCE,
    "work": Kind.WORK,
}


def sources(
    s: Situation, judged: Judged | None, findings: pl.DataFrame
) -> dict[str, controls.Source]:
    """Every table a check may name."""
    told = {name: _log(s, kind, judged) for name, kind in TABLES.items()}
    nothing = pl.DataFrame(schema=UNSEEN)
    named = findings.with_columns(what=pl.concat_str("party_id", pl.lit(": "), "subject"))
    given = bool(s.of(Kind.ENTRUSTMENTS) and s.of(Kind.PARTIES) and s.of(Kind.LISTS))
    return {**told, "contracts": controls.Source(named, nothing, given)}


def _log(s: Situation, kind: Kind, judged: Judged | None) -> controls.Source:
    column = timeline.EVENT_TIME[kind]
    if kind is Kind.DOWNLOADS and judged is not None:
        table = pl.scan_parquet(judged.egress / "extractions.parquet")
    else:
        table = frames.with_keys(s.table(kind), s.context.playbook.rules.accounts)
    rows = table.with_columns(at=pl.col(column)).filter(coverage.plausible("at"))
    rows = rows.with_columns(until=pl.col("at"))
    names = rows.collect_schema().names()
    if "account_key" in names:
        rows = rows.join(_holders(s), on="account_key", how="left", validate="m:1").with_columns(
            pl.col("holders").fill_null(0)
        )
    if "host_key" in names:
        rows = rows.join(_hosts(s), on="host_key", how="left", validate="m:1")
    whole = rows.collect()
    return controls.Source(whole, _unseen(s, kind, whole["at"]), bool(s.of(kind)))


def _unseen(s: Situation, kind: Kind, times: pl.Series) -> pl.DataFrame:
    silences = pl.DataFrame(schema=SILENCES)
    if kind in LOGS and s.of(kind):
        silences = pl.read_parquet(reconstruction.coverage_part(s, kind) / "silences.parquet")
    gone = cleared(s, kind, times)
    return answer.unseen(times, silences, gone, facts.Focus(), s.context.settings.zone)


def _holders(s: Situation) -> pl.LazyFrame:
    """account_key, holders: how many people of the evidence have the account."""
    named = s.table(Kind.PEOPLE).select(
        "person_id", account=pl.col("accounts").str.replace_all(r"[|、；]", ";").str.split(";")
    )
    keyed = frames.with_keys(named.explode("account"), s.context.playbook.rules.accounts)
    counted = keyed.drop_nulls("account_key").group_by("account_key")
    return counted.agg(holders=pl.col("person_id").n_unique())


def _hosts(s: Situation) -> pl.LazyFrame:
    """host_key, host_role, host_area: of a machine listed twice, the first by date and line."""
    keyed = frames.with_keys(s.table(Kind.HOSTS), s.context.playbook.rules.accounts)
    ordered = keyed.drop_nulls("host_key").sort("from", "evidence_id", "line", nulls_last=True)
    first = ordered.unique("host_key", keep="first", maintain_order=True)
    return first.select("host_key", host_role="role", host_area="area")


def contract_findings(s: Situation, judged: Judged | None, as_of: datetime) -> pl.DataFrame:
    """CONTRACT_FINDINGS as of a moment; none where there are no downloads to hold them against."""
    if judged is None:
        return pl.DataFrame(schema=CONTRACT_FINDINGS)
    zone = s.context.settings.zone
    parties = s.table(Kind.PARTIES)
    bounded = contracts.with_bounds(s.table(Kind.ENTRUSTMENTS), zone).collect()
    passed = contracts.passed_on(bounded, parties.collect(), as_of)
    kept = contracts.kept_past_disposal(pl.scan_parquet(judged.inventory), parties, as_of, zone)
    egress = pl.scan_parquet(judged.egress / "extractions.parquet")
    return contracts.exposed(pl.concat([kept, passed.lazy()]), egress, as_of).collect()


def last_event(s: Situation) -> datetime | None:
    """When the last event of any log was: the day the evidence reaches to."""
    found: list[Any] = []
    for kind in LOGS:
        if s.of(kind):
            column = timeline.EVENT_TIME[kind]
            rows = s.table(kind).filter(coverage.plausible(column))
            found.append(rows.select(pl.col(column).max()).collect().item())
    return max((moment for moment in found if moment is not None), default=None)
