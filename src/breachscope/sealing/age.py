"""Encryption for a recipient's public key in age's form, which `age -d` opens.

Only keys: a password would have to travel too.
"""

from __future__ import annotations

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
    with source.open("rb") as plain, target.open("wb") as sealed:
        pyrage.encrypt_io(plain, sealed, recipients)


def _recipient(text: str) -> Any:
    import pyrage

    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise ValueError(f"not a public key ({FORMS})") from None
