"""An answer in plain sentences: what was found, why it cannot be told, within what bounds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from breachscope.workflow.answer_basis import Basis

REASONS: Final = {
    "before_first": "part of the period lies before the first line of the download log",
    "after_last": "part of the period lies after the last line of the download log",
    "silent": "the download log is silent in part of the period against its own rhythm",
    "no_line_in_month": "the download log has no line at all in a month of the period",
    "cleared": "a log was cleared and what stood in it is gone",
    "numbers_missing": "the running numbers of the download log leave some out there",
    "proved_short": "a seized file shows that lines of the download log are gone there",
    "left_out": "the log of part of the period is an altered copy, and was left out",
    "outside_focus": "part of the period is not under inquiry: nothing was searched there",
    "never_given": "no download log was given",
    "never_given:downloads": "no download log was given: no removal can be seen",
    "never_given:lists": "no inventory was given: no download can be tied to a party",
    "unweighed": "downloads that nothing explains, but no work record of their time was given",
    "open_ground": "a list found outside left at an unknown time that may lie in the period",
    "conflict": "explained downloads with evidence against them wait for a ruling",
    "beside": "explained downloads made in one sitting with others that nothing explains",
    "copy_line": "lines in which two copies of the log differ wait for a ruling",
    "unbound": "unexplained downloads that could be tied to no party",
}


def reason(code: str, row: dict[str, Any]) -> str:
    """One reason why it cannot be told, with its number where it has one."""
    count = row.get(code)
    return f"{REASONS[code]} ({count:,})" if isinstance(count, int) else REASONS[code]


def sentence(row: dict[str, Any], zone: str) -> str:
    """The statement itself; it never says that nothing left, only what was not found."""
    days = _days(row, zone)
    party = row["party_id"]
    if row["statement"] == "not_found_within":
        return f"No removal of data of {party} was found {days}, within the bounds told below."
    if row["statement"] == "cannot_tell":
        return f"It cannot be told whether data of {party} left {days}."
    counts = [
        f"{row[sort]:,} {word}"
        for sort, word in (
            ("confirmed", "confirmed"),
            ("probable", "probable"),
            ("possible", "possible"),
            ("ground", "known by a file found outside alone"),
        )
        if row[sort]
    ]
    told = ", ".join(counts)
    if row["strongest"] == "possible":
        return (
            f"Data of {party} was fetched {days} and nothing explains it ({told}); nothing shows "
            "that it went outside."
        )
    return f"Data of {party} left {days}: removals found ({told})."


def _days(row: dict[str, Any], zone: str) -> str:
    first = row["from"].astimezone(ZoneInfo(zone))
    last = row["to"].astimezone(ZoneInfo(zone)) - timedelta(microseconds=1)
    whole = first.time() == first.time().min and (last + timedelta(microseconds=1)).time() == (
        first.time().min
    )
    form = "%Y-%m-%d" if whole else "%Y-%m-%d %H:%M:%S"
    return f"between {first.strftime(form)} and {last.strftime(form)} ({zone})"


def bounds(found: Basis, row: dict[str, Any], told: dict[str, Any]) -> list[str]:
    """What limits the statement, each limit a sentence."""
    said = [f"a removal would have been seen in {row['detectable_share']:.1%} of the period"]
    focus = found.s.context.settings.focus
    for names, what in ((focus.accounts, "accounts"), (focus.hosts, "hosts")):
        if names:
            said.append(f"only {what} under inquiry were searched: {', '.join(names)}")
    outside = next((q["hits"] for q in told["queries"] if "'outside_focus'" in q["where"]), 0)
    if outside:
        said.append(f"{outside:,} downloads by others than those under inquiry were not weighed")
    if row["explained"]:
        said.append(f"{row['explained']:,} downloads count as explained by approved work")
    hours = told["coverage"]["detectable_hours"]
    if hours is not None:
        said.append(f"a loss of log shorter than {_long(hours)} would not show by its rhythm")
    said += [f"{entry['kind']}: {entry['what']}; {entry['why']}" for entry in told["missing"]]
    said += _lines(told)
    return said


def _lines(told: dict[str, Any]) -> list[str]:
    """Lines not read, clocks put back, copies that differ."""
    said = [
        f"{sum(broken['lines'] for broken in entry['unreadable_lines']):,} lines of "
        f"{entry['kind']} logs of the period could not be read"
        for entry in told["searched"]
        if entry.get("unreadable_lines")
    ]
    steps = told["coverage"]["backward_steps"]
    if steps:
        most = max(step["seconds"] for step in steps)
        said.append(f"the clock of the download log went back {len(steps)} times, by {most:,.0f} s")
    said += [
        f"{copy['copy']} is a copy of {copy['original']} with {copy['missing']:,} lines missing, "
        f"{copy['altered']:,} altered, {copy['added']:,} added"
        for copy in told["coverage"]["copies"]
    ]
    return said


def _long(hours: float) -> str:
    return f"{hours / 24:,.1f} days" if hours >= 48 else f"{hours:,.0f} hours"
