"""Whose keys are trusted: OpenSSH's allowed-signers file, the part of it this program reads.

A line is `PRINCIPALS [namespaces="…"] ssh-ed25519 BASE64 [comment]`. A line with any other
option is refused rather than half obeyed.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from breachscope.errors import ConfigError
from breachscope.sealing.sshsig import KEY_BYTES, public_blob

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from breachscope.sealing.sshsig import Signature

_LINE: Final = re.compile(
    r"(?P<who>\"[^\"]+\"|\S+)\s+(?:(?P<options>[a-z-]+(?:=\"[^\"]*\")?\S*)\s+)?"
    r"(?P<type>(?:sk-)?(?:ssh|ecdsa)-\S+)\s+(?P<key>[A-Za-z0-9+/=]+)(?:\s.*)?"
)
_NAMESPACES: Final = re.compile(r'namespaces="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Signer:
    """A trusted key: whose it is, and what it may sign."""

    who: str
    key: bytes
    namespaces: tuple[str, ...] = ("*",)


def read(path: Path) -> list[Signer]:
    """The Ed25519 keys of an allowed-signers file; keys of other types are passed over.

    Raises:
        ConfigError: it cannot be read, or a line is not understood; by line.

    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path}: cannot be read as a file of signers") from None
    found = [
        signer
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
        for signer in _signers(f"{path.name}: line {number}", line.strip())
    ]
    if not found:
        raise ConfigError(f"{path}: holds no Ed25519 key")
    return found


def who_signed(signature: Signature, signers: Iterable[Signer]) -> str | None:
    """The name under which a signature's key is trusted for its purpose; none if it is not."""
    for signer in signers:
        if signer.key == signature.key and any(
            fnmatchcase(signature.namespace, pattern) for pattern in signer.namespaces
        ):
            return signer.who
    return None


def _signers(where: str, line: str) -> list[Signer]:
    found = _LINE.fullmatch(line)
    if not found:
        raise ConfigError(f"{where}: is not NAME ssh-ed25519 KEY")
    if found["type"] != "ssh-ed25519":
        return []
    try:
        blob = base64.b64decode(found["key"], validate=True)
    except binascii.Error:
        raise ConfigError(f"{where}: the key is not base64") from None
    key = blob[-KEY_BYTES:]
    if blob != public_blob(key):
        raise ConfigError(f"{where}: is no Ed25519 key")
    return [Signer(found["who"].strip('"'), key, _allowed(where, found["options"]))]


def _allowed(where: str, options: str | None) -> tuple[str, ...]:
    if not options:
        return ("*",)
    only = _NAMESPACES.fullmatch(options)
    if not only:
        raise ConfigError(
            f"{where}: option {options.split('=')[0]} is not understood",
            hint="ssh-keygen -Y verify reads the whole of such a file",
        )
    return tuple(only[1].split(","))
