"""What lines of sshd say of logins: accepted, failed, ended; and which lines tell it again.

OpenSSH tells one login in two lines (`Accepted …`, then pam's `session opened`) and its end in
up to three. The first of each is the event; the others are tied to it by process number, or by
address and port, and are no events of their own. Messages as in OpenSSH's `auth.c`, `packet.c`,
`sshd.c`; 9.8 and later log as `sshd-session`.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

PROGRAMS: Final = ("sshd", "sshd-session", "sshd-auth")
NO_EVENT: Final = "no login event"
TOLD: Final = "tells a login or its end again"
MOST_OPEN: Final = 200_000

# A user's name may hold spaces, or "from 10.0.0.1 port 22" to mislead: the last such words hold.
_ACCEPTED: Final = re.compile(r"Accepted (\S+) for (.+) from (\S+) port (\d+)(?:\s|$)")
_FAILED: Final = re.compile(
    r"Failed (\S+) for (?:(invalid user|illegal user) )?(.*) from (\S+) port (\d+)(?:\s|$)"
)
_OPENED: Final = re.compile(
    r"pam_unix\(sshd?:session\): session opened for user (.+?)(?:\(uid=\d+\))?(?: by .*)?$"
)
_CLOSED: Final = re.compile(r"pam_unix\(sshd?:session\): session closed for user (.+)$")
_LEFT: Final = re.compile(
    r"(?:Disconnected from|Connection closed by|Connection reset by|Read error from remote host"
    r"|Timeout, client not responding from) (?:(user) (.*) )?(\S+) port (\d+)(?::.*)?$"
)
_REPEATED: Final = re.compile(r"message repeated (\d+) times: \[ ?(.*)\]$")


@dataclass(frozen=True, slots=True)
class Login:
    """One event: action is `login`, `logout` or `fail`; what a line does not tell is None."""

    action: str
    account: str
    source_ip: str | None = None
    session_id: str | None = None
    method: str | None = None
    port: str | None = None
    repeated: str | None = None


@dataclass(slots=True)
class _Session:
    account: str
    pid: str | None
    source_ip: str | None = None
    port: str | None = None
    ended: bool = False


@dataclass(slots=True)
class Sessions:
    """The sessions that are open, by process and by client, host by host."""

    by_pid: OrderedDict[tuple[str, str], _Session] = field(default_factory=OrderedDict)
    by_client: OrderedDict[tuple[str, str, str], _Session] = field(default_factory=OrderedDict)

    def said(self, host: str, pid: str | None, message: str) -> Login | str:
        """The event a line is, or why it is none."""
        message = message.strip()
        repeated = _REPEATED.match(message)
        if repeated:
            message = repeated[2]
        if found := _FAILED.match(message):
            method, _, account, address, port = found.groups()
            times = repeated[1] if repeated else None
            if not account.strip():
                return NO_EVENT
            return Login("fail", account, address, pid, method, port, times)
        if found := _ACCEPTED.match(message):
            method, account, address, port = found.groups()
            self._open(host, _Session(account, pid, address, port))
            return Login("login", account, address, pid, method, port)
        if found := _OPENED.match(message):
            return self._opened(host, pid, found[1])
        if found := _CLOSED.match(message):
            return self._closed(host, pid, found[1])
        if not message.endswith("[preauth]") and (found := _LEFT.match(message)):
            return self._left(host, pid, found)
        return NO_EVENT

    def _open(self, host: str, session: _Session) -> None:
        if session.pid:
            self.by_pid[host, session.pid] = session
        if session.source_ip and session.port:
            self.by_client[host, session.source_ip, session.port] = session
        for held in (self.by_pid, self.by_client):
            if len(held) > MOST_OPEN:
                held.popitem(last=False)

    def _opened(self, host: str, pid: str | None, account: str) -> Login | str:
        known = self.by_pid.get((host, pid or ""))
        if known and not known.ended and known.account == account:
            return TOLD
        self._open(host, _Session(account, pid))
        return Login("login", account, session_id=pid)

    def _closed(self, host: str, pid: str | None, account: str) -> Login | str:
        known = self.by_pid.pop((host, pid or ""), None)
        if known is None:
            return Login("logout", account, session_id=pid)
        if known.ended:
            return TOLD
        known.ended = True
        return Login("logout", known.account, known.source_ip, known.pid, port=known.port)

    def _left(self, host: str, pid: str | None, found: re.Match[str]) -> Login | str:
        is_user, account, address, port = found.groups()
        known = self.by_client.pop((host, address, port), None)
        if known is None:
            if not is_user or not account.strip():
                return NO_EVENT
            return Login("logout", account, address, pid, port=port)
        if known.ended:
            return TOLD
        known.ended = True
        return Login("logout", known.account, address, known.pid, port=port)
