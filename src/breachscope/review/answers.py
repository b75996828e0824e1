"""A file of questions, to be filled in and read back; all mistakes at once, by row."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from breachscope.errors import ConfigError
from breachscope.schema import TIERS, ItemClass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

COLUMNS: Final = (
    "id", "state", "topic", "people", "due", "question", "hangs_on", "evidence", "allowed",
    "ground", "ruling", "why", "who",
)  # fmt: skip
FILLED: Final = ("ruling", "why", "who")

STARTS: Final = "=+-@\t\r＝＋－＠"
"""A cell that begins so could run in a spreadsheet: an apostrophe goes before it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One ruling read from a file or a terminal."""

    subject: str
    action: str
    why: str
    who: str
    ground: str
    tier: str | None = None
    value: str | None = None


def as_csv(review: pl.DataFrame) -> str:
    """The questions as a file for spreadsheets, with empty columns for ruling, why and who."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in review.iter_rows(named=True):
        allowed = row["allowed"]
        told = {
            **row,
            "id": row["question_id"],
            "allowed": " | ".join(allowed) if allowed else "evidence or case.toml",
            "ruling": "",
            "why": "",
            "who": "",
        }
        writer.writerow([_safe(told[name]) for name in COLUMNS])
    return text.getvalue()


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] and text[0] in STARTS else text


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:2] and text[1] in STARTS else text


def read(text: str, review: pl.DataFrame, who: str | None) -> list[Answer]:
    """The rulings filled in, each held against its question.

    Args:
        text: the file.
        review: REVIEW as it stands now.
        who: rules where the file's own column is empty.

    Raises:
        ConfigError: all mistakes at once, by row of the file; no ruling is given back.

    """
    reader = csv.DictReader(io.StringIO(text))
    lacking = [name for name in ("id", "ground", *FILLED) if name not in (reader.fieldnames or ())]
    if lacking:
        raise ConfigError(f"the file has no column {', '.join(lacking)}")
    known = {row["question_id"]: row for row in review.iter_rows(named=True)}
    found, wrong = [], []
    for number, row in enumerate(reader, 2):
        cells = {name: _plain((row.get(name) or "").strip()) for name in ("id", "ground", *FILLED)}
        if not cells["ruling"]:
            continue
        try:
            found.append(answer(known, cells, who))
        except ConfigError as error:
            wrong.append(f"row {number}: {error}")
    subjects = [each.subject for each in found]
    wrong += [f"{s}: ruled on twice" for s in dict.fromkeys(subjects) if subjects.count(s) > 1]
    if wrong:
        raise ConfigError("the rulings have mistakes:\n  " + "\n  ".join(wrong))
    return found


def answer(
    known: Mapping[str, Mapping[str, object]], cells: Mapping[str, str], who: str | None
) -> Answer:
    """One ruling.

    Raises:
        ConfigError: it answers no question there is, or not as may be, or its ground has changed.

    """
    question = known.get(cells["id"])
    if question is None:
        raise ConfigError(f"there is no question {cells['id']}")
    if cells["ground"] != question["ground"]:
        raise ConfigError(f"{cells['id']}: its ground has changed since the file was written")
    allowed = question["allowed"]
    assert isinstance(allowed, list)
    if not allowed:
        raise ConfigError(f"{cells['id']}: only evidence or case.toml can answer")
    words = (
        cells["ruling"].lower() if not cells["ruling"].startswith("original") else cells["ruling"]
    )
    said = " ".join(words.split())
    if said not in allowed:
        raise ConfigError(f"{cells['id']}: wants one of: {', '.join(allowed)}")
    name = cells["who"] or who
    missing = [what for what, there in (("why", cells["why"]), ("who", name)) if not there]
    if missing:
        raise ConfigError(f"{cells['id']}: {' and '.join(missing)} is missing")
    return _parted(cells["id"], said, cells["why"], str(name), cells["ground"])


def _parted(subject: str, said: str, why: str, who: str, ground: str) -> Answer:
    action, _, more = said.partition(" ")
    if action == "original":
        return Answer(more, action, why, who, ground)
    tier = more if more in TIERS and action == "reclassify" else None
    value = more if action == "classify" and more in set(ItemClass) else None
    return Answer(subject, action, why, who, ground, tier, value)


def shown(review: pl.DataFrame) -> Iterator[Sequence[str]]:
    """For a terminal: people, due, topic, id of each question."""
    for row in review.iter_rows(named=True):
        yield (f"{row['people']:,}", str(row["due"] or "–"), row["topic"], row["question_id"])
