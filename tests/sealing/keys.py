"""Keys, signers and a time authority for the tests, made by the outside's own tools."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

AUTHORITY = """\
[tsa]
default_tsa = one
[one]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def key(path: Path, passphrase: str = "") -> Path:
    """An Ed25519 key as ssh-keygen makes it; its public half beside it."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "office", "-f", path]
    subprocess.run(command, check=True)
    return path


def signers(path: Path, **keys: Path) -> Path:
    """An allowed-signers file: name -> key."""
    lines = [f"{who} {k.with_suffix('.pub').read_text()}" for who, k in keys.items()]
    path.write_text("".join(lines))
    return path


def ssh_verify(signature: Path, message: bytes, signers: Path, who: str, namespace: str) -> bool:
    """What OpenSSH says of a signature."""
    words = ["-f", signers, "-I", who, "-n", namespace, "-s", signature]
    done = subprocess.run(
        ["ssh-keygen", "-Y", "verify", *words], input=message, capture_output=True, check=False
    )
    return done.returncode == 0


@dataclass(frozen=True, slots=True)
class Authority:
    """A time authority of openssl's in a folder of its own."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "ca.pem"

    def stamp(self, request: Path, response: Path, *more: str) -> Path:
        """Its response to a request."""
        words = ["-queryfile", request, "-out", response, "-config", "tsa.cnf", *more]
        self._openssl("ts", "-reply", *words)
        return response

    def make(self) -> Authority:
        self.folder.mkdir()
        self._openssl("req", "-x509", *CURVE, "-keyout", "ca.key", "-out", "ca.pem",
                      "-subj", "/CN=Root", "-days", "3650")  # fmt: skip
        self._openssl("req", *CURVE, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Clock")
        purpose = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
        (self.folder / "purpose").write_text(purpose)
        self._openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                      "-CAcreateserial", "-days", "3650", "-extfile", "purpose",
                      "-out", "tsa.pem")  # fmt: skip
        (self.folder / "tsa.cnf").write_text(AUTHORITY)
        (self.folder / "serial").write_text("01\n")
        return self

    def _openssl(self, *words: object) -> None:
        command = ["openssl", *(str(word) for word in words)]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)


def openssl_verifies(stamp: Path, message: Path, root: Path) -> bool:
    """What openssl says of a time stamp."""
    words = ["-in", stamp, "-data", message, "-CAfile", root]
    done = subprocess.run(["openssl", "ts", "-verify", *words], capture_output=True, check=False)
    return done.returncode == 0
