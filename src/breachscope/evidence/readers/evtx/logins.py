"""Logins: who was let in, turned away, cut off or left, on which machine, from which address.

4648 is an attempt with another account's credentials, from within a session of its subject's;
whether it succeeded is not in it, and it begins no session.
1149 says that a user passed network authentication, before any session.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.evidence.readers.evtx.events import (
    AT,
    HOST,
    SECURITY,
    Event,
    account,
    address,
    attributes,
    session,
)

_RDP: Final = "Microsoft-Windows-TerminalServices-"
_CONNECTIONS: Final = f"{_RDP}RemoteConnectionManager"
_SESSIONS: Final = f"{_RDP}LocalSessionManager"
_TARGET: Final = account("TargetDomainName", "TargetUserName")
_ADDRESS: Final = address("IpAddress")
_LOGON_ID: Final = session("TargetLogonId")


def _security(number: str, action: str, *kept: str, **columns: pl.Expr) -> Event:
    made = {"at": AT, "account": _TARGET, "action": pl.lit(action), "host": HOST}
    return Event(SECURITY, number, {**made, **columns, **attributes(*kept)})


def _reconnection(number: str, action: str) -> Event:
    return _security(
        number,
        action,
        "ClientName",
        "SessionName",
        account=account("AccountDomain", "AccountName"),
        source_ip=address("ClientAddress"),
        session_id=session("LogonID"),
    )


def _session(number: str, action: str) -> Event:
    made = {
        "at": AT,
        "account": pl.col("User"),
        "action": pl.lit(action),
        "host": HOST,
        "source_ip": address("Address"),
        "session_id": pl.concat_str([HOST, pl.col("SessionID")], separator=":session "),
    }
    return Event(_SESSIONS, number, made)


EVENTS: Final = (
    _security(
        "4624",
        "login",
        "LogonType",
        "WorkstationName",
        source_ip=_ADDRESS,
        session_id=_LOGON_ID,
    ),
    _security(
        "4625", "fail", "LogonType", "WorkstationName", "Status", "SubStatus", source_ip=_ADDRESS
    ),
    _security("4634", "logout", "LogonType", session_id=_LOGON_ID),
    _security("4647", "logout", session_id=_LOGON_ID),
    _security(
        "4648",
        "login",
        "SubjectUserName",
        "SubjectDomainName",
        "SubjectLogonId",
        "TargetServerName",
        source_ip=_ADDRESS,
    ),
    _reconnection("4778", "login"),
    _reconnection("4779", "logout"),
    Event(
        _CONNECTIONS,
        "1149",
        {
            "at": AT,
            "account": account("Param2", "Param1"),
            "action": pl.lit("login"),
            "host": HOST,
            "source_ip": address("Param3"),
        },
    ),
    _session("21", "login"),
    _session("22", "login"),
    _session("23", "logout"),
    _session("24", "logout"),
    _session("25", "login"),
)
