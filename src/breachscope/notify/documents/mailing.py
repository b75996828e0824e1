"""The files letters are sent from: merge file, those held back, and the letters as PDF."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.errors import ReconciliationError
from breachscope.notify.documents import fonts, letters, persons
from breachscope.notify.sheets import write_csv, write_table
from breachscope.schema import HELD, WRITTEN_TO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from breachscope.notify.documents.letters import Merged
    from breachscope.notify.documents.press import Press
    from breachscope.notify.package import Package

BATCH: Final = 1_000
"""Letters in one PDF: what the typesetter holds in memory at a time."""
AHEAD: Final = 2
"""Batches being set while the next is filled in."""
TEMPLATE: Final = "notice_person"
LETTERS: Final = "letters"
HELD_FILE: Final = "held"


def write(folder: Path, package: Package, press: Press) -> None:
    """Merge file and those held back, as CSV and XLSX; the letters, where they are asked for.

    Raises:
        ConfigError: the template of the letter is wrong.
        ReconciliationError: a person is neither written to nor held back.
    """
    found = _merged(package, press)
    for name, frame in ((LETTERS, found.letters), (HELD_FILE, found.held)):
        write_csv(folder / f"{name}.csv", frame, package.zone)
        write_table(folder / f"{name}.xlsx", frame, package)
    files = list(_printed(folder, package, found, press)) if package.mailing.printed else []
    document = {
        "schema": "breachscope/letters/1",
        "party_id": package.recipient.party_id,
        "run": package.run,
        "issue": package.issue,
        "draft": package.draft,
        "persons": found.summary(),
        "files": files,
    }
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    (folder / f"{LETTERS}.json").write_bytes(text.encode())


def _merged(package: Package, press: Press) -> Merged:
    who = pl.DataFrame(schema=WRITTEN_TO) if package.addressees is None else package.addressees
    held = pl.DataFrame(schema=HELD) if package.held is None else package.held
    party = package.recipient.party_id
    if not who.filter(pl.col("party_id").ne_missing(party)).is_empty():
        raise ReconciliationError(f"letters of {party}: a person of another party is among them")
    found = letters.merged(
        who,
        held,
        order=package.mailing.order,
        stale_before=package.mailing.stale_before,
        zone=package.zone,
        words=press.words,
    )
    told = pl.concat([found.letters["person_key"], found.held["person_key"].drop_nulls()])
    if not told.unique().sort().equals(who["person_key"].unique().sort()):
        raise ReconciliationError(f"letters of {party}: a person is neither told nor held back")
    return found


def _printed(
    folder: Path, package: Package, found: Merged, press: Press
) -> Iterator[dict[str, Any]]:
    """Write the letters to be posted, in batches; say what is in each file.

    A letter whose text holds signs that steer the reading is never printed; it is left to a
    person, as the merge file says.
    """
    steer = pl.Series(
        [bool(fonts.steering(f"{n}{a}")) for n, a in _texts(found.letters)], dtype=pl.Boolean
    )
    nameless = pl.col("by_hand") == letters.NO_NAME
    posted = found.letters.filter((pl.col("channel") == "post") & ~steer & ~nameless)
    waiting: deque[tuple[Path, int, Future[bytes]]] = deque()
    for number, batch in enumerate(posted.iter_slices(BATCH), 1):
        pdf, letters_in = press.many(TEMPLATE, "本人への通知", _views(package, batch, press))
        waiting.append((folder / f"{LETTERS}-{number:04d}.pdf", letters_in, pdf))
        if len(waiting) > AHEAD:
            yield _written(*waiting.popleft())
    while waiting:
        yield _written(*waiting.popleft())


def _texts(frame: pl.DataFrame) -> Iterator[tuple[str, str]]:
    for name, address in frame.select("name", "address").iter_rows():
        yield name or "", address or ""


def _written(path: Path, count: int, pdf: Future[bytes]) -> dict[str, Any]:
    path.write_bytes(pdf.result())
    return {"name": path.name, "letters": count}


def _views(package: Package, batch: pl.DataFrame, press: Press) -> Iterator[persons.PersonNotice]:
    nobody = persons.Addressee("", None, None)
    common = persons.notice_to(package, press.words, nobody, (), (None, None), None)
    for row in batch.iter_rows(named=True):
        yield replace(
            common,
            person=persons.Addressee(row["name"], row["postal_code"], row["address"]),
            items=tuple(row["items"].split("、")) if row["items"] else (),
            first=row["first"],
            last=row["last"],
            downloads=row["downloads"],
        )
