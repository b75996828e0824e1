"""Small cases of who was at the keyboard: one act each, evidence added piece by piece."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from breachscope import playbook, reliabilities
from breachscope.reconstruct import actors
from breachscope.reconstruct.actors_given import Given
from breachscope.schema import ACTS, EGRESS, SILENCES, Kind
from frames import frame, kind

TOKYO = ZoneInfo("Asia/Tokyo")
_READ = playbook.read_toml(
    playbook.shipped() / playbook.DEFAULT / "actors.toml", reliabilities.Actors, []
)
assert _READ is not None
STATED: reliabilities.Actors = _READ
STAFF = ("A", "B", "C")


def jst(text: str) -> datetime:
    """An instant from a local time in Japan."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def person(who: str, **more: Any) -> dict[str, Any]:
    """A row of `people`: someone who holds `admin` and works at the two terminals."""
    return {
        "person_id": who, "name": f"name of {who}", "accounts": "admin", "from": date(2010, 4, 1),
        "remote_account": f"op-{who}", "hosts": "T1;T2", **more,
    }  # fmt: skip


def stay(who: str, came: str, went: str | None, area: str = "room", **more: Any) -> dict[str, Any]:
    """A row of `presence`."""
    return {
        "person_id": who, "area": area, "entered_at": jst(came),
        "left_at": jst(went) if went else None, **more,
    }  # fmt: skip


def usual_days(*who: str, until: str = "18:00", around: str = "2014-05-14") -> list[dict[str, Any]]:
    """Everyone is in from nine on each weekday of two months around, that day left out."""
    middle = datetime.fromisoformat(around)
    days = [middle + timedelta(days=d) for d in range(-60, 61) if d]
    return [
        stay(w, f"{day:%Y-%m-%d} 09:00", f"{day:%Y-%m-%d} {until}")
        for day in days
        if day.weekday() < 5
        for w in who
    ]


def session(account: str, line: str, came: str, went: str, **more: Any) -> dict[str, Any]:
    """A row of `remote`."""
    return {
        "account": account, "source_ip": line, "assigned_ip": "10.9.0.1", "started_at": jst(came),
        "ended_at": jst(went), **more,
    }  # fmt: skip


def case(
    *,
    people: list[dict[str, Any]] | None = None,
    presence: list[dict[str, Any]] | None = None,
    start: str = "2014-05-14 19:30",
    end: str = "2014-05-14 19:50",
    host: str = "T1",
    remote: list[dict[str, Any]] | None = None,
    act_session: int | None = None,
    confirmed: int = 1,
    **more: list[dict[str, Any]],
) -> Given:
    """One act by `admin` at T1 on a Wednesday evening; `act_session` is a line of `remote`."""
    act = {
        "act_id": "ACT-1", "started_at": jst(start), "ended_at": jst(end), "account": "admin",
        "host": host, "route": "remote" if act_session else "site", "downloads": 2, "rows": 10,
        "confirmed": confirmed, "probable": 0, "possible": 2 - confirmed,
    }  # fmt: skip
    fetches = [
        {
            "event_id": f"e{n}", "at": jst(at), "act_id": "ACT-1", "account_key": "admin",
            "host": host, "host_key": host.lower(),
            "remote_evidence_id": "E1" if act_session else None, "remote_line": act_session,
        }
        for n, at in enumerate((start, end))
    ]  # fmt: skip
    machines = [
        {"host": host, "area": area}
        for host, area in (("T1", "room"), ("T2", "room"), ("S1", "site"), ("V1", "virtual"))
    ]
    silences = more.pop("silences", [])
    return Given(
        acts=frame(ACTS, act),
        downloads=frame(EGRESS, *fetches),
        people=kind(Kind.PEOPLE, *([person(w) for w in STAFF] if people is None else people)),
        presence=kind(Kind.PRESENCE, *(presence or []), evidence_id="EP"),
        roster=kind(Kind.ROSTER, *more.pop("roster", []), evidence_id="ER"),
        hosts=kind(Kind.HOSTS, *machines),
        logins=kind(Kind.LOGINS, *more.pop("logins", [])),
        remote=kind(Kind.REMOTE, *(remote or [])),
        work=kind(Kind.WORK, *more.pop("work", [])),
        files=kind(Kind.FILES, *more.pop("files", [])),
        silences=frame(SILENCES, *silences),
        zone="Asia/Tokyo",
    )


def attributed(given: Given, stated: reliabilities.Actors = STATED) -> actors.Found:
    """The stage's whole result."""
    return actors.attributed(given, stated)


def verdict(given: Given, stated: reliabilities.Actors = STATED) -> dict[str, Any]:
    """The one act's verdict."""
    return attributed(given, stated).verdicts.row(0, named=True)


def posteriors(given: Given, stated: reliabilities.Actors = STATED) -> dict[str | None, float]:
    """Posterior of each candidate of the one act."""
    return dict(attributed(given, stated).actors.select("person_id", "posterior").iter_rows())


def with_rows(given: Given, name: str, *rows: dict[str, Any]) -> Given:
    """The same case with more rows of one kind of evidence."""
    more = kind(Kind(name), *rows, evidence_id="EX")
    return replace(given, **{name: pl.concat([getattr(given, name), more])})
