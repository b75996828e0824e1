"""Encryption for a recipient's public key in age's form, which `age -d` opens.

Only keys: a password would have to travel too.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FORMS: Final = "age1…, ssh-ed25519 … or ssh-rsa …"


def is_key(text: str) -> bool:
    """Whether a text is a public key this program can seal for."""
    try:
        _recipient(text)
    except ValueError:
        return False
    return True


def encrypt(source: Path, target: Path, keys: Sequence[str]) -> None:
    """Write `source` so that whoever holds one of these keys' private halves can read it.

    Raises:
        ValueError: no key, or one that is not a key.
        OSError: no room, or no access.

    """
    import pyrage

    if not keys:
        raise ValueError("no key")
    recipients = [_recipient(key) for key in keys]
    try:
        with source.open("rb") as plain, target.open("wb") as sealed:
            pyrage.encrypt_io(plain, sealed, recipients)
    except pyrage.EncryptError as error:  # the system's refusal, in an error of its own
        full = any(f"{told} {errno.ENOSPC}" in str(error) for told in ("[Errno", "(os error"))
        code = errno.ENOSPC if full else errno.EIO
        raise OSError(code, os.strerror(code), str(target)) from None


def _recipient(text: str) -> Any:
    import pyrage

    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise ValueError(f"not a public key ({FORMS})") from None
