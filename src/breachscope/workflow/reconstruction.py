"""The stages that read events: inventory, coverage, extraction, egress."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from breachscope.case import decisions
from breachscope.case.fingerprint import Fingerprint, digest_of
from breachscope.errors import EvidenceError
from breachscope.reconstruct import (
    addresses,
    copies,
    coverage,
    egress,
    extraction,
    facts,
    retold,
    rows,
    rules,
    sessions,
    timeline,
    versions,
)
from breachscope.schema import BACKWARD_STEPS, MARKS_OF_LOGS, RHYTHMS, Kind, conform
from breachscope.workflow import frames
from breachscope.workflow.situation import LOGS, Situation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from breachscope.case.register import Item

INVENTORY_VERSION = 2
COVERAGE_VERSION = 3
EXTRACTION_VERSION = 2
EGRESS_VERSION = 4

TRACES = (Kind.WORK, Kind.MEDIA, Kind.REMOTE, Kind.FILES, Kind.HOSTS)
"""The evidence that is held against downloads."""


def kept_content(s: Situation) -> pl.LazyFrame:
    """KEPT_CONTENT: which version each records file holds, and how much of it."""
    found = [
        {
            "version_id": version,
            "records_evidence_id": item.evidence_id,
            "content_rows": count,
            "file_sha256": item.sha256,
            "file_bytes": item.bytes,
            "plain": item.plain and len(item.versions) == 1,
        }
        for item in s.of(Kind.RECORDS)
        for version, count in item.versions.items()
    ]
    return pl.LazyFrame(found, schema=versions.KEPT_CONTENT)


def inventory_part(s: Situation) -> Path:
    """VERSIONS of the case, from the inventory and the contents kept."""

    def make(target: Path) -> None:
        listed = s.table(Kind.LISTS)
        refuse_double_versions(s, listed)
        versions.versions(listed, kept_content(s)).sink_parquet(target / "versions.parquet")

    wanted = Fingerprint(
        "inventory",
        "all",
        s.inputs(Kind.LISTS, Kind.RECORDS),
        {"until": s.moment.settings()["events_until"]},
        INVENTORY_VERSION,
    )
    return s.parts.get(wanted, make) / "versions.parquet"


def refuse_double_versions(s: Situation, listed: pl.LazyFrame) -> None:
    """One version id cannot belong to two lists or parties.

    Raises:
        EvidenceError: names the file and line of the second one.

    """
    double = versions.contested(listed).filter(pl.col("owners") > 1).collect()
    if double.height:
        names = {item.evidence_id: item.file for item in s.of(Kind.LISTS)}
        told = [
            f"{names[evidence]} line {line}: version_id is another list's or party's"
            for evidence, line in double.select("evidence_id", "line").head(10).iter_rows()
        ]
        raise EvidenceError("the inventory contradicts itself:\n  " + "\n  ".join(told))


def coverage_part(s: Situation, kind: Kind) -> Path:
    """Months, silences, rhythm and backward steps of one kind of log."""
    superseded = s.superseded(kind)
    zone, limits = s.context.settings.zone, s.context.playbook.rules.limits

    def make(target: Path) -> None:
        column = timeline.EVENT_TIME[kind]
        events = (
            s.table(kind)
            .select("evidence_id", "member", "line", column)
            .filter(coverage.plausible(column))
            .collect()
        )
        judged = coverage.judged(events, kind, zone, limits.silence_events)
        coverage.months(events.lazy(), kind, zone).sink_parquet(target / "months.parquet")
        judged.silences.write_parquet(target / "silences.parquet")
        judged.rhythm.lazy().pipe(conform, RHYTHMS).sink_parquet(target / "rhythm.parquet")
        _steps(s, events, kind).write_parquet(target / "steps.parquet")

    wanted = Fingerprint(
        "coverage",
        kind.value,
        s.inputs(kind) | {"copies": superseded.parent.name},
        {"zone": zone, "events": limits.silence_events, **s.moment.settings()},
        COVERAGE_VERSION,
    )
    return s.parts.get(wanted, make)


def _steps(s: Situation, events: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """BACKWARD_STEPS of one kind: as a log tells of all its records, else from its rows."""
    rows = timeline.backward_steps(events.lazy(), kind).pipe(conform, BACKWARD_STEPS).collect()
    marks = marks_of_logs(s, [kind]).filter(pl.col("mark") == "clock_back")
    own = marks.lazy().pipe(conform, BACKWARD_STEPS).collect()
    others = rows.filter(~pl.col("evidence_id").is_in(own["evidence_id"].unique().to_list()))
    return pl.concat([others, own]).sort("evidence_id", "line", maintain_order=True)


def marks_of_logs(s: Situation, kinds: Sequence[Kind]) -> pl.DataFrame:
    """MARKS_OF_LOGS of these kinds: what each log tells of its own wholeness."""
    found = frames.beside(s.context.case, s.of(*kinds), "log_marks")
    if s.moment.events_until is not None:
        found = timeline.until(found.lazy(), s.moment.events_until).collect()
    order = ("kind", "evidence_id", "member", "mark", "line", "first")
    return conform(found.lazy(), MARKS_OF_LOGS).collect().sort(*order, maintain_order=True)


def extraction_part(s: Situation, item: Item, inventory: Path, superseded: Path) -> Path:
    """EXTRACTIONS of one download log."""
    accounts = s.context.playbook.rules.accounts

    def make(target: Path) -> None:
        case = s.context.case
        known = pl.scan_parquet(inventory)
        lines = pl.scan_parquet(superseded)
        logged = frames.table(case, [item], Kind.DOWNLOADS)
        own = timeline.event_id(copies.in_use(logged, lines))
        tied = (
            extraction.bound(frames.with_keys(own, accounts), known)
            .pipe(rows.with_version_facts, known)
            .collect()
            .lazy()
        )
        asked = rows.needs_offsets(tied).collect()
        inside = rows.rows_inside(_offsets(s, known, asked), asked)
        rows.extractions(tied, inside).sink_parquet(target / "extractions.parquet")

    wanted = Fingerprint(
        "extraction",
        item.evidence_id,
        {
            item.evidence_id: item.store,
            "inventory": inventory.parent.name,
            "copies": digest_of(_superseded_of(superseded, item)),
        },
        {"accounts": accounts.model_dump()},
        EXTRACTION_VERSION,
    )
    return s.parts.get(wanted, make) / "extractions.parquet"


def _superseded_of(superseded: Path, item: Item) -> list[tuple[str | None, int]]:
    lines = pl.scan_parquet(superseded).filter(pl.col("evidence_id") == item.evidence_id)
    return lines.select("member", "line").sort("member", "line").collect().rows()


def _offsets(
    s: Situation, versions_known: pl.LazyFrame, asked: pl.DataFrame
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Where each record of the versions asked for begins and ends, in the content chosen."""
    chosen = (
        versions_known.filter(pl.col("version_id").is_in(asked["version_id"].unique().to_list()))
        .select("version_id", "records_evidence_id")
        .sort("version_id")
        .collect()
    )
    items = {item.evidence_id: item for item in s.of(Kind.RECORDS)}
    for version, evidence in chosen.iter_rows():
        records = frames.scan(s.context.case, items[evidence])
        yield version, records.select("row_no", "byte", "byte_end").collect()


def traces(s: Situation, inventory: Path, sources: pl.LazyFrame) -> egress.Traces:
    """The evidence held against downloads, in frames; `sources` are LEAK_SOURCES."""
    tables = {kind.value: s.table(kind) for kind in TRACES}
    tables["files"] = _told_apart(tables["files"])
    return egress.Traces(**tables, versions=pl.scan_parquet(inventory), leaks=sources)


def _told_apart(files: pl.LazyFrame) -> pl.LazyFrame:
    """Files whose id stands in two listings, or twice in one, get their place appended."""
    place = pl.concat_str(
        [pl.col("file_id"), pl.col("evidence_id"), pl.col("line").cast(pl.String)], separator=":"
    )
    repeated = pl.col("file_id").is_duplicated()
    return files.with_columns(file_id=pl.when(repeated).then(place).otherwise("file_id"))


def focus(s: Situation) -> facts.Focus:
    """What is under inquiry, as `case.toml` says, in comparable keys."""
    told = s.context.settings.focus
    start, end = s.context.settings.focus_bounds()
    names = pl.DataFrame(
        {"account": told.accounts, "host": [None] * len(told.accounts)},
        schema={"account": pl.String(), "host": pl.String()},
    )
    machines = pl.DataFrame({"host": told.hosts}, schema={"host": pl.String()})
    accounts = s.context.playbook.rules.accounts
    return facts.Focus(
        accounts=tuple(frames.with_keys(names.lazy(), accounts).collect()["account_key"]),
        hosts=tuple(frames.with_keys(machines.lazy(), accounts).collect()["host_key"]),
        start=start,
        end=end,
    )


def rulings_frame(s: Situation) -> pl.LazyFrame:
    """The latest ruling on each download: event_id, ruling, action, ruled_tier, why."""
    lines = _copied_lines(s)
    latest = {
        subject: decision
        for subject, decision in decisions.latest_by_subject(s.rulings).items()
        if decision.action in ("accept", "reject", "reclassify")
        and subject not in lines
        and not subject.startswith(decisions.OF_NO_DOWNLOAD)
    }
    found = [
        {
            "event_id": subject,
            "ruling": decision.id,
            "action": str(decision.action),
            "ruled_tier": decision.tier,
            "why": decision.why,
        }
        for subject, decision in sorted(latest.items())
    ]
    names = ("event_id", "ruling", "action", "ruled_tier", "why")
    return pl.LazyFrame(found, schema=dict.fromkeys(names, pl.String()))


def _copied_lines(s: Situation) -> set[str]:
    """Lines that stand in a copy alone, and events told again that differ from what is told.

    A ruling on one of them is about the line: whether it makes an event.
    """
    lines = pl.scan_parquet(s.superseded(Kind.DOWNLOADS).parent / "lines.parquet")
    added = lines.filter(pl.col("change") == "added").select("copy", "copy_line").collect()
    told = pl.read_parquet(s.superseded(Kind.DOWNLOADS).parent / "retold.parquet")
    return {*(f"{copy}:{line}" for copy, line in added.iter_rows()), *retold.waiting(told)}


def egress_part(
    s: Situation, inventory: Path, extracted: list[Path], sources: pl.DataFrame
) -> Path:
    """EGRESS of all downloads, of those under inquiry apart, ACTS, and grounds without a download.

    `sources` are the leaks whose source is known (LEAK_SOURCES).

    Writes extractions.parquet, inquiry.parquet, acts.parquet, grounds.parquet.
    """
    playbook = s.context.playbook.rules
    seen = focus(s)
    rulings = rulings_frame(s)

    def make(target: Path) -> None:
        everything = _unique_ids(_unique_ids(pl.scan_parquet(extracted)))
        if s.moment.events_until is not None:
            everything = everything.filter(pl.col("at") <= s.moment.events_until)
        held = traces(s, inventory, sources.lazy())
        logins = s.table(Kind.LOGINS)
        everything = sessions.with_addresses(everything, logins)
        everything = addresses.with_hosts(
            everything, addresses.hosts_by_address(everything, logins), held.remote
        )
        # Each of these is read many times below; in one plan they would be worked out anew.
        everything = everything.collect().lazy()
        told = egress.evidence_facts(everything, held, seen, playbook).collect().lazy()
        judged = egress.egress(told, playbook, rulings).collect()
        judged.write_parquet(target / "extractions.parquet", compression_level=1)
        asked = judged.filter(pl.col("tier") != "outside_focus")
        asked.write_parquet(target / "inquiry.parquet")
        rules.act_table(asked.lazy()).sink_parquet(target / "acts.parquet")
        egress.grounds(everything, asked.lazy(), held, seen, playbook).sink_parquet(
            target / "grounds.parquet"
        )

    copied = {kind.value: s.superseded(kind).parent.name for kind in TRACES if kind in LOGS}
    wanted = Fingerprint(
        "egress",
        "all",
        s.inputs(*TRACES, Kind.LOGINS)
        | {f"copies of {kind}": digest for kind, digest in copied.items()}
        | {path.parent.name: path.parent.name for path in extracted}
        | {"inventory": inventory.parent.name},
        {
            "rules": playbook.model_dump(mode="json"),
            "focus": [seen.accounts, seen.hosts, str(seen.start), str(seen.end)],
            "rulings": rulings.collect().to_dicts(),
            "leaks": sources.with_columns(pl.col("found_at").cast(pl.String)).to_dicts(),
            **s.moment.settings(),
        },
        EGRESS_VERSION,
    )
    return s.parts.get(wanted, make)


def _unique_ids(extractions: pl.LazyFrame) -> pl.LazyFrame:
    """Ids are unique within a log; one that stands in two logs gets its place appended."""
    repeated = pl.col("event_id").is_duplicated()
    place = pl.concat_str(
        [pl.col("event_id"), pl.col("evidence_id"), pl.col("line").cast(pl.String)], separator=":"
    )
    return extractions.with_columns(event_id=pl.when(repeated).then(place).otherwise("event_id"))
