"""Due dates as iCalendar (RFC 5545): one event a duty that falls due, the same in every export."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from breachscope.schema import Answer, Duty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

WIDEST = 75
"""Octets of a line, its end not counted (RFC 5545, 3.1)."""

SUMMARIES = {
    Duty.PRELIMINARY_REPORT: "preliminary report to {to}",
    Duty.FINAL_REPORT: "final report to {to}",
    Duty.REPORT: "report to {to}",
    Duty.ENTRUSTER_NOTICE: "notice to {to}",
    Duty.PERSON_NOTICE: "notice to persons",
    Duty.RECORD: "record to be kept",
}


def calendar(rows: Iterable[Mapping[str, Any]], case: str, version: str) -> str:
    """The calendar file of these obligations; those without a due date make no event.

    Args:
        rows: OBLIGATIONS, as dictionaries.
        case: name of the case; with the obligation's id it makes the event's UID.
        version: of the program.

    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//breachscope//breachscope {version}//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(case)}",
        *(line for row in rows if row["due"] for line in _event(row, case)),
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def uid(case: str, obligation_id: str) -> str:
    """An event's UID: the same for one duty of one case in every run."""
    return hashlib.sha256(f"{case}\0{obligation_id}".encode()).hexdigest()[:32] + "@breachscope"


def folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets, each but the first begun by a space.

    No character is cut in two.
    """
    piece = ""
    for character in line:
        if len((piece + character).encode()) > WIDEST:
            yield piece
            piece = " "
        piece += character
    yield piece


def _event(row: Mapping[str, Any], case: str) -> Iterator[str]:
    kind = Duty(row["kind"])
    what = SUMMARIES[kind].format(to=row["recipient"])
    review = row["status"] == Answer.REVIEW
    told = [
        f"{row['basis']}. {row['clock']}.",
        f"Known on {row['clock_start']} ({row['evidence']}).",
        f"Status {row['status']}: {row['reason']}.",
        *(f"Not verified: {doubt}." for doubt in row["unverified"]),
        "Not legal advice.",
    ]
    yield "BEGIN:VEVENT"
    yield f"UID:{uid(case, row['obligation_id'])}"
    yield f"DTSTAMP:{_stamp(row)}"
    yield from _when(row["due"], row["due_at"])
    yield f"SUMMARY:{_text(row['subject'] + ': ' + what + (' (to be reviewed)' if review else ''))}"
    yield f"DESCRIPTION:{_text(chr(10).join(told))}"
    yield f"CATEGORIES:{_text(row['jurisdiction'])},{_text(row['regime'])}"
    yield f"STATUS:{'TENTATIVE' if review else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _when(due: date, at: datetime | None) -> Iterator[str]:
    if at is not None:
        yield f"DTSTART:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        return
    yield f"DTSTART;VALUE=DATE:{due:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{due + timedelta(days=1):%Y%m%d}"


def _stamp(row: Mapping[str, Any]) -> str:
    """The day the clock began: the same run gives the same bytes, so no clock is read."""
    return f"{row['clock_start']:%Y%m%d}T000000Z"


def _text(value: str) -> str:
    """Text escaped as RFC 5545, 3.3.11 asks; other control characters are left out."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    escaped = escaped.replace("\r\n", "\n").replace("\n", "\\n")
    return "".join(character for character in escaped if character >= " " or character == "\t")
