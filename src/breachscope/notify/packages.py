"""One entrusting party's package: documents, counts, people and extractions, sealed.

It is written under a temporary name and renamed when complete; files are readable by their
owner alone. The same package gives the same bytes.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.errors import ConfigError, ReconciliationError
from breachscope.notify import changes, notice
from breachscope.notify.cells import people_columns
from breachscope.notify.documents import mailing, of_party
from breachscope.notify.documents.press import Press
from breachscope.notify.seal import PAYLOAD, sealed
from breachscope.notify.sheets import write_csv, write_people
from breachscope.schema import COUNTED_TIERS, COUNTS, EGRESS, LADDER_TIERS, MEASURES, conform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from breachscope.notify.package import Package
    from breachscope.notify.seal import SealedFile

Row = dict[str, Any]

EXTRACTION_COLUMNS: Final = (
    "party_id", "event_id", "at", "account", "host", "list_id", "version_id", "bind",
    "row_scope", "row_from", "row_to", "row_to_high", "rows", "rows_low", "rows_high",
    "content", "tier", "reason", "act_id", "route", "media_serial", "file_id",
    "evidence_id", "member", "line", "byte",
)  # fmt: skip


ROW_COUNTS: Final = ("rows_gross", "rows_gross_low", "rows_gross_high", "rows_distinct")


def write_package(
    folder: Path,
    package: Package,
    templates: Path,
    sign: Callable[[bytes], str] | None = None,
    *,
    press: Press | None = None,
) -> list[SealedFile]:
    """Write and seal a package; `templates` is the playbook's folder of templates.

    `sign` gives the text of a signature over the bytes of the manifest; `press` fills in the
    documents, and one serves many packages.

    Raises:
        ConfigError: the folder is there already, or a template is missing or asks too much.
        EvidenceError: a frame is not of its schema.
        ReconciliationError: rows or persons of another party; nothing is left behind.
    """
    if folder.exists():
        raise ConfigError(f"{folder.name}: is there already", hint="packages are never overwritten")
    staging = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(staging, ignore_errors=True)  # of a run that was cut off
    staging.mkdir(mode=0o700, parents=True)
    try:
        (staging / PAYLOAD).mkdir(mode=0o700)
        with contextlib.ExitStack() as stack:
            own = press or stack.enter_context(Press(templates, package.created))
            listed = _fill(staging / PAYLOAD, package, templates, own)
        files = sealed(staging, _facts(package, listed), sign)
        for path in staging.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return files


def _fill(folder: Path, package: Package, templates: Path, press: Press) -> int:
    """Write everything the recipient reads; give the number of persons listed."""
    counts, extractions = _counts(package), _extractions(package)
    with ThreadPoolExecutor(1) as beside:  # each table of people keeps one processor busy
        mail = beside.submit(mailing.write, folder, package, press)
        listed = _tables(folder, package, templates, counts, extractions)
        mail.result()
    for made in list(of_party.documents(package, counts, extractions, listed, press)):
        for name, content in made.files().items():
            (folder / name).write_bytes(content)
    return listed


def _tables(
    folder: Path, package: Package, templates: Path, counts: Row, extractions: pl.DataFrame
) -> int:
    """Write counts, people and extractions, and the page that names them; the persons listed."""
    figures = list(_figures(counts))
    people, columns = _watched(package)
    listed = write_people(
        folder / "affected_people.csv", folder / "affected_people.xlsx", people,
        _summary(package, figures),
    )  # fmt: skip
    write_csv(folder / "extractions.csv", _places(extractions, package), package.zone)
    write_csv(
        folder / "counts.csv",
        pl.DataFrame(figures, schema=["figure", "tier", *MEASURES], orient="row"),
        package.zone,
    )
    _write(folder / "counts.json", _document(package, counts, listed))
    if package.change:
        for name, text in changes.files(package, package.change, templates).items():
            _write(folder / name, text)
        write_csv(folder / changes.PEOPLE, package.change.people, package.zone)
    _write(folder / "README.txt", notice.readme(templates, package, listed, columns))
    return listed


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def _watched(package: Package) -> tuple[Package, list[str]]:
    """The same package, and a list that holds the people's columns once they were read."""
    columns: list[str] = []

    def frames() -> Iterator[pl.DataFrame]:
        for frame in package.people:
            columns[:] = people_columns(frame.columns)
            yield frame

    return replace(package, people=frames()), columns


def _counts(package: Package) -> Row:
    frame = conform(package.counts.lazy(), COUNTS).collect()
    if frame["party_id"].to_list() != [package.recipient.party_id]:
        raise ReconciliationError(f"{package.recipient.party_id}: counts are not this party's")
    return frame.row(0, named=True)


def _extractions(package: Package) -> pl.DataFrame:
    """The party's counted downloads in order of time."""
    frame = conform(package.extractions.lazy(), EGRESS).sort("at", "event_id").collect()
    party = package.recipient.party_id
    if not frame.select((pl.col("party_id") == party).fill_null(value=False).all()).item():
        raise ReconciliationError(f"{party}: a download of another party is among its own")
    return frame.filter(pl.col("tier").cast(pl.String).is_in(COUNTED_TIERS))


def _places(extractions: pl.DataFrame, package: Package) -> pl.DataFrame:
    """The extractions as handed over, each with the file it stands in."""
    names = pl.DataFrame(
        {"evidence_id": list(package.files), "file": list(package.files.values())},
        schema={"evidence_id": pl.String(), "file": pl.String()},
    )
    return extractions.select(EXTRACTION_COLUMNS).join(
        names, on="evidence_id", how="left", validate="m:1", maintain_order="left"
    )


def _figures(counts: Row) -> Iterator[tuple[str, ...]]:
    """Every count as text: figure, tier, count, low, high."""
    gross = (counts[name] for name in ("rows_gross", "rows_gross_low", "rows_gross_high"))
    yield ("rows_gross", "", *(str(n) for n in gross))
    yield ("rows_distinct", "", str(counts["rows_distinct"]), "", "")
    yield ("downloads", "", str(counts["downloads"]), "", "")
    for tier in LADDER_TIERS:
        yield ("persons", tier, *(str(counts[f"{tier}_{m}"]) for m in MEASURES))


def _summary(package: Package, figures: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The book's first sheet: what this is, then the counts."""
    head = (
        "案" if package.draft else "確定",
        f"{package.case} 実行{package.run} 第{package.issue}版",
    )
    return [head, ("委託元", package.recipient.name), ("figure", "tier", *MEASURES), *figures]


def _document(package: Package, counts: Row, listed: int) -> str:
    """The counts for programs, keyed as in `show scope`."""
    plain = {key: counts[key] for key in (*ROW_COUNTS, "downloads")}
    times = {key: _iso(counts[key]) for key in ("first_at", "last_at")}
    persons = {t: {m: counts[f"{t}_{m}"] for m in MEASURES} for t in LADDER_TIERS}
    party = {key: counts[key] for key in ("party_id", "name", "sector")}
    party |= {**plain, **times, "fields": counts["fields"] or [], "persons": persons}
    whole = {"schema": "breachscope/package-counts/1", "run": package.run, "party": party}
    whole["persons_listed"] = listed
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _iso(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()


def _facts(package: Package, listed: int) -> Row:
    return {
        "party_id": package.recipient.party_id,
        "case": package.case,
        "run": package.run,
        "run_digest": package.run_digest,
        "issue": package.issue,
        "kind": package.kind.value,
        "previous_package": package.change.previous_package if package.change else None,
        "draft": package.draft,
        "stated_digest": package.stated_digest,
        "created": _iso(package.created),
        "program_version": package.program_version,
        "playbook_digest": package.playbook_digest,
        "persons_listed": listed,
        "letters_printed": package.mailing.printed,
    }
