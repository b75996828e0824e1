"""Which host stands behind an address."""

from __future__ import annotations

from breachscope.reconstruct.addresses import hosts_by_address, with_hosts
from breachscope.schema import EXTRACTIONS, Kind
from frames import at, frame, kind

LOG = kind(
    Kind.LOGINS,
    {"host": "MT-1", "source_ip": "10.0.0.1", "account": "a", "at": at("2014-05-01")},
    {"host": "MT-2", "source_ip": "10.0.0.2", "account": "a", "at": at("2014-05-01")},
    {"host": "MT-3", "source_ip": "10.0.0.2", "account": "a", "at": at("2014-06-01")},
    {"host": "VDI", "source_ip": "10.9.0.1", "account": "a", "at": at("2014-06-01")},
)
SESSION = kind(Kind.REMOTE, {"assigned_ip": "10.9.0.1", "account": "a"})


def host_of(**download: object) -> tuple[object, object]:
    made = frame(EXTRACTIONS, {"event_id": "e", **download})
    row = with_hosts(made, hosts_by_address(LOG), SESSION).collect().row(0, named=True)
    return row["host"], row["host_inferred"]


def test_an_address_that_was_one_hosts_alone_names_it() -> None:
    assert host_of(source_ip="10.0.0.1") == ("MT-1", True)


def test_an_address_of_two_hosts_or_of_remote_sessions_tells_nothing() -> None:
    assert host_of(source_ip="10.0.0.2") == (None, False)
    assert host_of(source_ip="10.9.0.1") == (None, False)
    assert host_of(source_ip="10.0.0.9") == (None, False)


def test_a_logged_host_stands() -> None:
    assert host_of(host="MT-7", host_key="mt-7", source_ip="10.0.0.1") == ("MT-7", False)
