"""Ed25519 signatures in OpenSSH's form (PROTOCOL.sshsig), which `ssh-keygen -Y verify` accepts.

The same key and message give the same signature.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from breachscope.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAGIC: Final = b"SSHSIG"
VERSION: Final = 1
KEY_TYPE: Final = b"ssh-ed25519"
HASHES: Final = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
HASH: Final = b"sha512"
BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
END: Final = "-----END SSH SIGNATURE-----"
LINE: Final = 70
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it stands in its file; whether it holds is another question."""

    key: bytes  # the 32 bytes of the public key
    namespace: str
    hash: bytes
    signature: bytes

    @property
    def fingerprint(self) -> str:
        """The key's fingerprint as `ssh-keygen -l` prints it."""
        return fingerprint(self.key)

    def holds(self, message: bytes, namespace: str) -> bool:
        """Whether this key signed this message for this purpose."""
        if self.namespace != namespace:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(
                self.signature, _signed_part(self.namespace.encode(), self.hash, message)
            )
        except InvalidSignature:
            return False
        return True


def load_key(path: Path, passphrase: Callable[[], str | None]) -> Ed25519PrivateKey:
    """A private key, as `ssh-keygen -t ed25519` or `openssl genpkey` writes it.

    `passphrase` is asked only if the key wants one.

    Raises:
        ConfigError: not a private Ed25519 key, or its passphrase is missing or wrong.

    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or 'cannot be read'}") from None
    key = _loaded(path, content, None) or _loaded(path, content, passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{path}: is no Ed25519 key", hint="make one: ssh-keygen -t ed25519")
    return key


def sign(key: Ed25519PrivateKey, message: bytes, namespace: str) -> str:
    """The signature file's text."""
    raw = key.sign(_signed_part(namespace.encode(), HASH, message))
    blob = MAGIC + struct.pack(">I", VERSION)
    blob += b"".join(
        _string(part)
        for part in (
            public_blob(_raw(key.public_key())),
            namespace.encode(),
            b"",
            HASH,
            _string(KEY_TYPE) + _string(raw),
        )
    )
    lines = textwrap.wrap(base64.b64encode(blob).decode(), LINE)
    return "\n".join([BEGIN, *lines, END, ""])


def read(text: str) -> Signature:
    """A signature file's content.

    Raises:
        ValueError: not a signature of this form, or not by an Ed25519 key.

    """
    inner = text.strip().removeprefix(BEGIN).removesuffix(END)
    try:
        blob = base64.b64decode("".join(inner.split()), validate=True)
    except ValueError:
        raise ValueError("not an SSH signature") from None
    try:
        return _parsed(blob)
    except (struct.error, UnicodeDecodeError):
        raise ValueError("not an SSH signature") from None


def public_blob(key: bytes) -> bytes:
    """The public key as OpenSSH writes it before base64."""
    return _string(KEY_TYPE) + _string(key)


def public_line(key: Ed25519PrivateKey) -> str:
    """`ssh-ed25519 AAAA…`: what an allowed-signers file holds after the name."""
    return f"ssh-ed25519 {base64.b64encode(public_blob(_raw(key.public_key()))).decode()}"


def fingerprint(key: bytes) -> str:
    """`SHA256:…`, as `ssh-keygen -l` prints it."""
    digest = hashlib.sha256(public_blob(key)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _loaded(path: Path, content: bytes, ask: Callable[[], str | None] | None) -> object:
    """The key; none if it wants a passphrase and none was asked for yet."""
    secret = ask() if ask else None
    if ask and secret is None:
        raise ConfigError(
            f"{path}: the key wants a passphrase and there is no terminal to ask at",
            hint="sign with ssh-keygen -Y sign instead, and give it back with --response",
        )
    load = (
        serialization.load_ssh_private_key
        if b"BEGIN OPENSSH" in content
        else serialization.load_pem_private_key
    )
    try:
        return load(content, secret.encode() if secret else None)
    except TypeError:
        return None
    except UnsupportedAlgorithm:
        raise ConfigError(
            f"{path}: the key's protection cannot be opened here",
            hint="sign with ssh-keygen -Y sign instead, and give it back with --response",
        ) from None
    except ValueError:
        # an OpenSSH key with a passphrase says so only in this way
        if ask is None and b"BEGIN OPENSSH" in content:
            return None
        raise ConfigError(f"{path}: is no private key, or the passphrase is wrong") from None


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _signed_part(namespace: bytes, hash_name: bytes, message: bytes) -> bytes:
    digest = HASHES[hash_name](message).digest()
    return MAGIC + b"".join(_string(part) for part in (namespace, b"", hash_name, digest))


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _parsed(blob: bytes) -> Signature:
    if blob[:6] != MAGIC or struct.unpack(">I", blob[6:10]) != (VERSION,):
        raise ValueError("not an SSH signature")
    key, namespace, _, hash_name, signature = _strings(blob[10:], 5)
    key_type, raw_key = _strings(key, 2)
    signature_type, raw = _strings(signature, 2)
    if key_type != KEY_TYPE or signature_type != KEY_TYPE:
        raise ValueError("signed by a key that is not Ed25519")
    if hash_name not in HASHES or len(raw_key) != KEY_BYTES or len(raw) != SIGNATURE_BYTES:
        raise ValueError("not an SSH signature")
    return Signature(raw_key, namespace.decode(), hash_name, raw)


def _strings(blob: bytes, count: int) -> list[bytes]:
    """So many length-prefixed strings, and nothing behind them."""
    found = []
    for _ in range(count):
        (length,) = struct.unpack(">I", blob[:4])
        if len(blob) < 4 + length:
            raise ValueError("not an SSH signature")
        found.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    if blob:
        raise ValueError("not an SSH signature")
    return found
