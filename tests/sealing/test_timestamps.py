from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from breachscope.sealing import timestamps
from sealing.keys import Authority, openssl_verifies

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = b"9:abc\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "tsa").make()


def stamped(authority: Authority, folder: Path, *more: str) -> bytes:
    (folder / "r.tsq").write_bytes(timestamps.request(MESSAGE))
    return authority.stamp(folder / "r.tsq", folder / "r.tsr", *more).read_bytes()


def roots(authority: Authority) -> list[object]:
    return list(timestamps.certificates(authority.root.read_bytes()))


def test_a_response_says_its_time_and_authority_and_holds(
    authority: Authority, tmp_path: Path
) -> None:
    raw = stamped(authority, tmp_path)
    stamp = timestamps.read(raw)
    assert stamp.granted
    assert stamp.at is not None
    assert stamp.at.tzinfo is not None
    assert stamp.authority == "CN=Clock"
    assert timestamps.concerns(raw, MESSAGE)
    timestamps.verify(raw, MESSAGE, roots(authority))  # type: ignore[arg-type]


def test_a_response_with_its_certificates_out_of_order_holds_as_openssl_says(
    authority: Authority, tmp_path: Path
) -> None:
    raw = stamped(authority, tmp_path, "-chain", str(authority.root))
    (tmp_path / "m").write_bytes(MESSAGE)
    assert openssl_verifies(tmp_path / "r.tsr", tmp_path / "m", authority.root)
    timestamps.verify(raw, MESSAGE, roots(authority))  # type: ignore[arg-type]


def test_another_message_does_not_hold(authority: Authority, tmp_path: Path) -> None:
    raw = stamped(authority, tmp_path)
    assert not timestamps.concerns(raw, b"other")
    with pytest.raises(ValueError, match="Mismatch"):
        timestamps.verify(raw, b"other", roots(authority))  # type: ignore[arg-type]


def test_an_authority_nobody_trusts_does_not_hold(authority: Authority, tmp_path: Path) -> None:
    raw = stamped(authority, tmp_path)
    other = Authority(tmp_path / "other").make()
    with pytest.raises(ValueError, match="certificates"):
        timestamps.verify(raw, MESSAGE, roots(other))  # type: ignore[arg-type]


def test_a_response_damaged_anywhere_never_proves_something_else(
    authority: Authority, tmp_path: Path
) -> None:
    raw = stamped(authority, tmp_path)
    said, trusted, refused = timestamps.read(raw), roots(authority), 0
    for place in range(0, len(raw), 11):
        damaged = raw[:place] + bytes([raw[place] ^ 0x41]) + raw[place + 1 :]
        try:
            timestamps.verify(damaged, MESSAGE, trusted)  # type: ignore[arg-type]
        except ValueError:
            refused += 1
        else:  # names of algorithms and versions stand outside what was signed
            assert timestamps.read(damaged) == said
    assert refused > 60


@pytest.mark.parametrize("raw", [b"", b"0", b"\x30\x80\x80", b"rubbish" * 50])
def test_rubbish_is_unreadable(raw: bytes) -> None:
    with pytest.raises(timestamps.Unreadable):
        timestamps.read(raw)


def test_a_refusal_grants_nothing() -> None:
    refused = bytes.fromhex("3005300302010 2".replace(" ", ""))
    stamp = timestamps.read(refused)
    assert not stamp.granted
    assert stamp.at is None
