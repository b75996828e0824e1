"""A table that answers "is this in it?" to whoever knows what to ask, and lists nothing.

Each entry is a keyed hash (BLAKE2b) of an identifier and of a number that nobody wrote down:
whoever asks has to try them all, a million by default, while making an entry costs one hash
(U. Manber, "A simple scheme to make passwords based on one-way functions much harder to
crack", Computers & Security 15, 1996). The key comes from an access code by scrypt: without
the code the table says nothing at all.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from breachscope.errors import ConfigError, EvidenceError, TamperedEvidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BITS: Final = 20
"""Of the number nobody wrote down: 2**20 hashes a question."""

WIDTH: Final = 12
KEY_BYTES: Final = 32
MAC_BYTES: Final = 32
CHUNK: Final = 1 << 15
SCRYPT: Final = {"n": 1 << 15, "r": 8, "p": 1}
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none looks like another."""

CODE_LETTERS: Final = 20
SCHEMA: Final = "breachscope/lookup/1"
_ENTRY: Final = np.dtype([("head", ">u8"), ("tail", ">u4")])


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table."""

    told: dict[str, Any]  # what stands at its head, readable by anybody
    key: bytes
    heads: np.ndarray[Any, np.dtype[np.uint64]]
    tails: np.ndarray[Any, np.dtype[np.uint32]]

    def mark(self, identifier: bytes) -> bool | None:
        """The mark an identifier was entered with; none, after all numbers, if it was not."""
        for chunk in _chunks(identifier, self.key, self.told["bits"]):
            found = self._any(chunk)
            if found is not None:
                return found
        return None

    def _any(self, chunk: bytes) -> bool | None:
        asked = np.frombuffer(chunk, _ENTRY)
        head = asked["head"].astype(np.uint64)
        places = np.searchsorted(self.heads, head)
        if not len(self.heads):
            return None
        met = np.flatnonzero(self.heads[np.minimum(places, len(self.heads) - 1)] == head)
        marks = (self._same(int(places[at]), head[at], int(asked["tail"][at])) for at in met)
        return next((mark for mark in marks if mark is not None), None)

    def _same(self, place: int, head: np.uint64, tail: int) -> bool | None:
        while place < len(self.heads) and self.heads[place] == head:
            if int(self.tails[place]) | 1 == tail | 1:
                return bool(int(self.tails[place]) & 1)
            place += 1
        return None


def access_code(secret: bytes, purpose: str) -> str:
    """The code of one table: 100 bits in 20 letters, the same for the same secret and purpose."""
    digest = hashlib.blake2b(f"code\0{purpose}".encode(), key=secret, digest_size=16).digest()
    number = int.from_bytes(digest, "big")
    letters = "".join(LETTERS[(number >> (5 * place)) & 31] for place in range(CODE_LETTERS))
    return "-".join(letters[at : at + 5] for at in range(0, CODE_LETTERS, 5))


def made(
    secret: bytes,
    purpose: str,
    identifiers: Mapping[bytes, bool],
    told: Mapping[str, object],
    bits: int | None = None,
) -> bytes:
    """The whole table as bytes: the same for the same secret, purpose and content.

    Args:
        secret: of the case; it never leaves it.
        purpose: what the table is of; the code and the key are its own.
        identifiers: what is entered, each with a mark that the answer gives back.
        told: what stands readable at its head.
        bits: how many numbers each question has to try, as a power of two; BITS by default.

    """
    bits = BITS if bits is None else bits
    salt = hashlib.blake2b(f"salt\0{purpose}".encode(), key=secret, digest_size=16).digest()
    key = _key(access_code(secret, purpose), salt)
    hidden = hashlib.blake2b(f"hidden\0{purpose}".encode(), key=secret, digest_size=32).digest()
    entries = sorted(
        _hashed(identifier, _hidden(identifier, hidden, bits), key, mark=mark)
        for identifier, mark in identifiers.items()
    )
    head = {
        "schema": SCHEMA,
        **told,
        "kdf": {**SCRYPT, "salt": salt.hex()},
        "bits": bits,
        "entries": len(entries),
    }
    line = json.dumps(head, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    body = line + b"".join(entries)
    return body + hmac.digest(key, body, "sha256")


def opened(path: Path, code: str) -> Table:
    """A table, opened with its access code.

    Raises:
        EvidenceError: it is no such table.
        ConfigError: the code is wrong, or the table was changed: nobody can tell which.

    """
    raw = path.read_bytes()
    line, _, rest = raw.partition(b"\n")
    try:
        told = json.loads(line)
        salt, count, bits = bytes.fromhex(told["kdf"]["salt"]), told["entries"], told["bits"]
        if told["schema"] != SCHEMA or {k: told["kdf"][k] for k in SCRYPT} != SCRYPT:
            raise ValueError
        if not (isinstance(count, int) and 0 <= bits <= 2 * BITS):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise EvidenceError(f"{path.name}: is no look-up file of this version") from None
    if len(rest) != count * WIDTH + MAC_BYTES:
        raise TamperedEvidence(f"{path.name}: is not as long as it says")
    key = _key(code, salt)
    if not hmac.compare_digest(hmac.digest(key, raw[:-MAC_BYTES], "sha256"), raw[-MAC_BYTES:]):
        raise ConfigError(f"{path.name}: the access code is not its own, or the file was changed")
    entries = np.frombuffer(rest[:-MAC_BYTES], _ENTRY)
    return Table(told, key, entries["head"].astype(np.uint64), entries["tail"].astype(np.uint32))


def _key(code: str, salt: bytes) -> bytes:
    plain = "".join(c for c in code.upper() if c.isalnum()).translate(str.maketrans("OIL", "011"))
    return hashlib.scrypt(
        plain.encode(), salt=salt, dklen=KEY_BYTES, maxmem=1 << 27, **SCRYPT
    )  # fmt: skip


def _hidden(identifier: bytes, secret: bytes, bits: int) -> int:
    digest = hashlib.blake2b(identifier, key=secret, digest_size=8).digest()
    return int.from_bytes(digest, "big") & ((1 << bits) - 1)


def _hashed(identifier: bytes, number: int, key: bytes, *, mark: bool) -> bytes:
    """The entry; its last bit is the mark."""
    message = identifier + number.to_bytes(8, "big")
    digest = hashlib.blake2b(message, key=key, digest_size=WIDTH).digest()
    return digest[:-1] + bytes([digest[-1] & ~1 | mark])


def _chunks(identifier: bytes, key: bytes, bits: int) -> Iterator[bytes]:
    """The identifier's hash with every number it may have been entered under."""
    begun = hashlib.blake2b(identifier, key=key, digest_size=WIDTH)
    for first in range(0, 1 << bits, CHUNK):
        found = bytearray()
        for number in range(first, min(first + CHUNK, 1 << bits)):
            one = begun.copy()
            one.update(number.to_bytes(8, "big"))
            found += one.digest()
        yield bytes(found)
