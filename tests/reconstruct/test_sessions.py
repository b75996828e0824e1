from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from breachscope.reconstruct import sessions
from breachscope.schema import EXTRACTIONS, Kind, canonical

DAY = datetime(2014, 5, 1, tzinfo=UTC)


def frame(rows: list[dict[str, Any]], schema: pl.Schema) -> pl.LazyFrame:
    whole = [dict.fromkeys(schema) | row for row in rows]
    return pl.DataFrame(whole, schema=schema, orient="row").lazy()


def login(hour: int, action: str, ip: str | None, session: str = "F:0x1") -> dict[str, Any]:
    at = DAY + timedelta(hours=hour)
    return {"at": at, "action": action, "source_ip": ip, "session_id": session, "line": hour}


def address(hour: int, *logins: dict[str, Any], **given: Any) -> str | None:
    download = {"event_id": "D", "at": DAY + timedelta(hours=hour), "session_id": "F:0x1"} | given
    found = sessions.with_addresses(
        frame([download], EXTRACTIONS), frame(list(logins), canonical(Kind.LOGINS))
    ).collect()
    assert found.schema == EXTRACTIONS
    assert found.height == 1
    ip: str | None = found["source_ip"].item()
    return ip


def test_a_file_read_in_a_session_has_its_clients_address() -> None:
    assert address(3, login(1, "login", "10.1.2.7")) == "10.1.2.7"


def test_a_session_taken_up_from_elsewhere_has_the_new_address() -> None:
    moved = [login(1, "login", "10.1.2.7"), login(2, "login", "10.9.9.9")]
    assert address(3, *moved) == "10.9.9.9"


def test_a_session_that_ended_tells_nothing() -> None:
    assert address(3, login(1, "login", "10.1.2.7"), login(2, "logout", None)) is None


@pytest.mark.parametrize("session", ["F:0x2", None])
def test_another_session_tells_nothing(session: str | None) -> None:
    assert address(3, login(1, "login", "10.1.2.7"), session_id=session) is None


def test_a_later_login_tells_nothing() -> None:
    assert address(3, login(4, "login", "10.1.2.7")) is None


def test_an_address_the_log_gives_stands() -> None:
    assert address(3, login(1, "login", "10.1.2.7"), source_ip="10.0.0.1") == "10.0.0.1"


def test_a_failed_login_begins_no_session() -> None:
    assert address(3, login(1, "login", "10.1.2.7"), login(2, "fail", "6.6.6.6")) == "10.1.2.7"
