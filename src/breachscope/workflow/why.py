"""From a figure back to the lines of evidence it rests on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.errors import ConfigError
from breachscope.schema import COUNTED_TIERS, LADDER_TIERS, MEASURES, Kind
from breachscope.workflow import frames, intake, why_actor, why_leak
from breachscope.workflow.tables import rows_of_version, run_folder, run_items

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from breachscope.workflow.context import Context


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a figure towards the evidence."""

    what: str
    says: str
    evidence_id: str | None = None
    file: str | None = None
    line: int | None = None
    byte: int | None = None


def why(context: Context, number: int | None, subject: str) -> dict[str, Any]:
    """`{"schema", "run", "subject", "steps"}` for a party, figure, act, download, leak or person.

    A figure is `PARTY:TIER` or `PARTY:TIER:MEASURE`, as in `P01:confirmed:high`. Where an id is
    a party's and a download's too, it means the party; `event:ID` and `party:ID` say which.

    Raises:
        ConfigError: nothing of this run is called so.

    """
    chosen, place = run_folder(context, number)
    steps = list(_Walk(context, chosen, place).steps(subject))
    return {
        "schema": "breachscope/why/1",
        "run": chosen,
        "subject": subject,
        "steps": [asdict(step) for step in steps],
    }


class _Walk:
    """Looks one subject up in the tables of a run; the tables are read once."""

    def __init__(self, context: Context, number: int, place: Path) -> None:
        self.context, self.number, self.place = context, number, place
        self.counts = pl.read_parquet(place / "counts.parquet")
        self.inquiry = pl.read_parquet(place / "inquiry.parquet")
        self.versions = pl.read_parquet(place / "versions.parquet")
        self.items = {item.evidence_id: item for item in context.items}
        self.opened = pl.read_parquet(place / "grounds.parquet")

    def steps(self, subject: str) -> Iterator[Step]:
        what, _, name = subject.partition(":")
        if what == "event" and name:
            yield from self.event(name) or self.steps_of_any(subject)
        elif what == "party" and self.figure(name):
            yield from self.party(*self.figure(name))
        else:
            yield from self.steps_of_any(subject)

    def steps_of_any(self, subject: str) -> Iterator[Step]:
        if figure := self.figure(subject):
            yield from self.party(*figure)
        elif subject in self.inquiry["act_id"]:
            yield from self.who(subject)
            yield from self.downloads(pl.col("act_id") == subject)
        elif subject in self.inquiry["event_id"]:
            yield from self.event(subject)
        elif subject in self.versions["version_id"]:
            yield from self.version(subject)
        elif subject in self.items:
            yield self.evidence(subject)
        elif leak := why_leak.asked(self.place, subject):
            yield from self.leak(*leak)
        else:
            yield from self.elsewhere(subject)

    def figure(self, subject: str) -> list[str]:
        """Party, tier and perhaps measure, if the subject is a party or one of its figures."""
        if subject in self.counts["party_id"]:
            return [subject, "all"]
        party, _, figure = subject.partition(":")
        words = figure.split(":")
        known = party in self.counts["party_id"] and words[0] in LADDER_TIERS
        return [party, *words] if known and len(words) <= len(("tier", "measure")) else []

    def party(self, party: str, tier: str, measure: str = "count") -> Iterator[Step]:
        if measure not in MEASURES:
            raise ConfigError(f"no measure is called {measure}", hint=", ".join(MEASURES))
        row = self.counts.row(by_predicate=pl.col("party_id") == party, named=True)
        values = ", ".join(f"{m} {row[f'{tier}_{m}']:,}" for m in MEASURES)
        yield Step("figure", f"{party}, persons {tier}: {values}")
        yield Step(
            "ladder",
            f"{row['rows_gross']:,} rows fetched, {row['rows_distinct']:,} distinct, "
            f"{row['all_count']:,} persons, by {row['downloads']:,} downloads",
        )
        tiers = COUNTED_TIERS if tier == "all" else (tier,)
        uncertain = pl.col("conflict") & pl.col("conflict_tier").is_in(tiers)
        yield from self.downloads(
            (pl.col("party_id") == party) & (pl.col("tier").is_in(tiers) | uncertain)
        )
        if "confirmed" in tiers:
            yield from self.grounds(pl.col("party_id") == party)

    def who(self, act_id: str) -> Iterator[Step]:
        """What is said of who was at the keyboard, and on what evidence."""
        for mark in why_actor.steps(self.place, act_id):
            if mark.evidence_id is None:
                yield Step(mark.what, mark.says)
            else:
                yield self.at(mark.what, mark.says, mark.evidence_id, mark.line, mark.byte)

    def grounds(self, which: pl.Expr) -> Iterator[Step]:
        """Seized files that no single download can be named for: the files' own lines."""
        for row in self.opened.filter(which).iter_rows(named=True):
            says = (
                f"{row['event_id']}: rows {row['row_from']}–{row['row_to']} of "
                f"{row['version_id']}; no single download can be named"
            )
            for evidence_id, line, byte in self.listed(row["event_id"]):
                yield self.at("ground", says, evidence_id, line, byte)
            yield from self.version(row["version_id"])

    def listed(self, event: str) -> list[tuple[str, int, int | None]]:
        """Where a seized file stands in the listings of the run: evidence, line, byte."""
        seen = run_items(self.context, self.number)
        items = [intake.current(self.context, item) for item in seen if item.kind is Kind.FILES]
        files = frames.table(self.context.case, items, Kind.FILES)
        mine = files.filter(pl.format("FILE:{}", "file_id") == event)
        return mine.select("evidence_id", "line", "byte").collect().rows()

    def downloads(self, which: pl.Expr) -> Iterator[Step]:
        table = self.inquiry.filter(which).sort("at", "event_id")
        for row in table.iter_rows(named=True):
            yield self.download(row)
            yield from self.supports(row)
        for version in table["version_id"].drop_nulls().unique().sort().to_list():
            yield from self.version(version)

    def download(self, row: dict[str, Any]) -> Step:
        rows = row["rows"] if row["rows"] is not None else f"{row['rows_low']}–{row['rows_high']}"
        doubt = f", conflict (else {row['conflict_tier']})" if row["conflict"] else ""
        return self.at(
            "download",
            f"{row['event_id']} {row['at']:%Y-%m-%d %H:%M:%SZ} {row['account']}@{row['host']}: "
            f"{row['tier']}{doubt}: {row['reason']}; {row['row_scope']} rows {rows} of "
            f"{row['version_id']} (by {row['bind']})",
            row["evidence_id"],
            row["line"],
            row["byte"],
        )

    def supports(self, row: dict[str, Any]) -> Iterator[Step]:
        told = (
            (
                "work",
                "work_id",
                "approved before" if row["work_approved_before"] else "not approved before",
            ),
            ("media", "media_serial", f"unregistered device, {row['device_minutes']} min after"),
            ("remote", "source_ip", "address assigned to a remote session"),
            ("file", "file_id", f"seized file; {row['file_fits']} unexplained downloads fit"),
        )
        for name, column, says in told:
            if row[f"{name}_evidence_id"] is not None:
                yield self.at(
                    name, f"{row[column]}: {says}", row[f"{name}_evidence_id"], row[f"{name}_line"]
                )

    def version(self, version: str) -> Iterator[Step]:
        row = self.versions.row(by_predicate=pl.col("version_id") == version, named=True)
        start = f"{row['uploaded_at']:%Y-%m-%d %H:%M}Z"
        end = f"{row['until']:%Y-%m-%d %H:%M}Z" if row["until"] else "the end"
        yield self.at(
            "version",
            f"{version}: {row['party_id']}, in force {start} to {end}, content {row['content']}",
            row["evidence_id"],
            row["line"],
            row["byte"],
        )
        if row["records_evidence_id"]:
            yield self.evidence(row["records_evidence_id"])

    def evidence(self, evidence_id: str) -> Step:
        item = self.items[evidence_id]
        return Step(
            "evidence",
            f"{item.kind.value}: {item.rows_taken:,} of {item.rows_read:,} rows taken, "
            f"SHA-256 {item.sha256}",
            evidence_id,
            item.file,
        )

    def at(
        self, what: str, says: str, evidence_id: str, line: int | None, byte: int | None = None
    ) -> Step:
        item = self.items[evidence_id]
        if byte is None and line is not None:
            byte = self.byte_of(evidence_id, line)
        return Step(what, says, evidence_id, item.file, line, byte)

    def byte_of(self, evidence_id: str, line: int) -> int | None:
        item = intake.current(self.context, self.items[evidence_id])
        rows = frames.scan(self.context.case, item).filter(pl.col("line") == line)
        found = rows.select("byte").head(1).collect()["byte"]
        return found.item() if len(found) else None

    def event(self, event: str) -> list[Step]:
        """A download, inside the inquiry or outside, or the ground a seized file gives."""
        which = pl.col("event_id") == event
        if found := [*self.downloads(which), *self.grounds(which)]:
            return found
        outside = pl.scan_parquet(self.place / "extractions.parquet").filter(which).collect()
        return [self.download(row) for row in outside.head(1).iter_rows(named=True)]

    def leak(self, leak_id: str, part: int | None, row: int | None) -> Iterator[Step]:
        """A leaked list, one of its parts, or one of its rows with the weight of each field."""
        of = why_leak.Asked(self.context, self.place, leak_id)
        if row is None:
            yield self.evidence(of.evidence_id)
            for told in of.parts(part):
                yield Step(*told)
            for event in of.events(part):
                yield from self.event(event)
            return
        line, byte = of.place_of(row)
        yield self.at("leaked row", of.row_says(row), of.evidence_id, line, byte)
        for told in of.weights(row):
            yield Step(*told)
        for record in of.records(row):
            yield self.record(record)

    def elsewhere(self, subject: str) -> Iterator[Step]:
        """Downloads and persons: looked up in the large tables."""
        if found := self.event(subject):
            yield from found
            return
        mine = pl.col("person_key") == subject
        held = pl.scan_parquet(self.place / "people.parquet").filter(mine).collect()
        if held.is_empty():
            raise ConfigError(
                f"run has nothing called {subject}",
                hint="give a party, PARTY:TIER, an act, a download, a version, a leak, LEAK/PART, "
                "LEAK:ROW or a person_key",
            )
        yield from self.person(subject, held)

    def person(self, key: str, held: pl.DataFrame) -> Iterator[Step]:
        reached = (
            pl.scan_parquet(self.place / "scope.parquet")
            .filter(pl.col("person_key") == key)
            .collect()
        )
        party = held["party_id"][0]
        if reached.height:
            row = reached.row(0, named=True)
            yield Step(
                "person",
                f"{key} of {party}: {row['tier']}, first {row['first_at']:%Y-%m-%d %H:%M}Z",
            )
            yield from self.event(row["event_id"])
        else:
            yield Step("person", f"{key} of {party}: no record surely left")
        for row in held.sort("version_id", "row_no").iter_rows(named=True):
            yield self.record(row)

    def record(self, row: dict[str, Any]) -> Step:
        says = f"{row['version_id']} row {row['row_no']}, one person by: {row['reason']}"
        known = self.versions.row(
            by_predicate=pl.col("version_id") == row["version_id"], named=True
        )
        item = intake.current(self.context, self.items[known["records_evidence_id"]])
        version = rows_of_version(self.context, item, row["version_id"])
        rows = version.filter(pl.col("row_no") == row["row_no"])
        line, byte = rows.select("line", "byte").head(1).collect().row(0)
        return Step("record", says, item.evidence_id, item.file, line, byte)
