from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachscope.errors import ConfigError
from breachscope.sealing import signers, sshsig
from sealing import keys

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = b"9:abc\n"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keys.key(tmp_path_factory.mktemp("keys") / "office")


def signed(key: Path, namespace: str = "ledger") -> str:
    return sshsig.sign(sshsig.load_key(key, lambda: None), MESSAGE, namespace)


def test_ssh_keygen_accepts_the_signature_for_its_purpose_only(key: Path, tmp_path: Path) -> None:
    (tmp_path / "s").write_text(signed(key))
    known = keys.signers(tmp_path / "signers", office=key)

    def accepted(message: bytes, namespace: str) -> bool:
        return keys.ssh_verify(tmp_path / "s", message, known, "office", namespace)

    assert accepted(MESSAGE, "ledger")
    assert not accepted(MESSAGE + b" ", "ledger")
    assert not accepted(MESSAGE, "package")


def test_a_signature_of_ssh_keygen_holds_here(key: Path, tmp_path: Path) -> None:
    file = tmp_path / "head"
    file.write_bytes(MESSAGE)
    for more in ((), ("-O", "hashalg=sha256")):
        command = ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "ledger", *more, file]
        subprocess.run(command, check=True, capture_output=True)
        signature = sshsig.read((tmp_path / "head.sig").read_text())
        assert signature.holds(MESSAGE, "ledger")
        assert not signature.holds(MESSAGE, "package")
        assert not signature.holds(b"other", "ledger")
        (tmp_path / "head.sig").unlink()


def test_the_fingerprint_is_the_one_ssh_keygen_prints(key: Path) -> None:
    told = subprocess.run(
        ["ssh-keygen", "-l", "-f", key], check=True, capture_output=True, text=True
    ).stdout
    assert sshsig.read(signed(key)).fingerprint in told


def test_the_same_key_and_message_give_the_same_signature(key: Path) -> None:
    assert signed(key) == signed(key)


def test_an_openssl_key_signs_too(tmp_path: Path) -> None:
    path = tmp_path / "pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", path], check=True)
    assert sshsig.read(signed(path)).holds(MESSAGE, "ledger")


@pytest.mark.parametrize("content", [b"", b"rubbish", b"-----BEGIN OPENSSH PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(ConfigError):
        sshsig.load_key(tmp_path / "key", lambda: "secret")


def test_a_key_of_another_type_is_refused_and_a_good_one_named(tmp_path: Path) -> None:
    path = tmp_path / "ec"
    command = ["openssl", "ecparam", "-genkey", "-noout", "-name", "prime256v1", "-out", path]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(ConfigError, match="Ed25519") as caught:
        sshsig.load_key(path, lambda: None)
    assert "ssh-keygen" in str(caught.value.hint)


def test_a_locked_key_without_a_terminal_says_how_to_sign_otherwise(tmp_path: Path) -> None:
    locked = keys.key(tmp_path / "locked", "secret")
    with pytest.raises(ConfigError) as caught:
        sshsig.load_key(locked, lambda: None)
    assert "--response" in str(caught.value.hint)


def test_a_locked_openssl_key_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    path = tmp_path / "pem"
    words = ["-algorithm", "ed25519", "-aes256", "-pass", "pass:secret", "-out", path]
    subprocess.run(["openssl", "genpkey", *words], check=True)
    assert sshsig.load_key(path, lambda: "secret")
    with pytest.raises(ConfigError, match="wrong"):
        sshsig.load_key(path, lambda: "other")


@given(st.binary(max_size=200))
def test_rubbish_is_never_taken_for_a_signature(rubbish: bytes) -> None:
    with pytest.raises(ValueError, match="signature"):
        sshsig.read(rubbish.decode("latin-1"))


@given(cut=st.integers(0, 300), flip=st.integers(0, 150))
def test_a_damaged_signature_never_holds(key: Path, cut: int, flip: int) -> None:
    lines = signed(key).splitlines()
    body = "".join(lines[1:-1])
    damaged = body[: min(cut, len(body) - 1)] if cut % 2 else body[:flip] + "A" + body[flip + 1 :]
    if damaged == body:
        return
    try:
        signature = sshsig.read("\n".join([lines[0], damaged, lines[-1]]))
    except ValueError:
        return
    assert not signature.holds(MESSAGE, "ledger")


# ------------------------------------------------------------------ trusted signers


def test_a_signer_is_known_by_key_and_purpose(key: Path, tmp_path: Path) -> None:
    public = key.with_suffix(".pub").read_text()
    (tmp_path / "s").write_text(f'# people\n\noffice namespaces="led*" {public}')
    known = signers.read(tmp_path / "s")
    assert signers.who_signed(sshsig.read(signed(key)), known) == "office"
    assert signers.who_signed(sshsig.read(signed(key, "package")), known) is None


def test_another_key_is_nobodys(key: Path, tmp_path: Path) -> None:
    known = signers.read(keys.signers(tmp_path / "s", office=key))
    other = keys.key(tmp_path / "other")
    assert signers.who_signed(sshsig.read(signed(other)), known) is None


@pytest.mark.parametrize("line", ["office cert-authority KEY", 'a valid-before="2020" KEY', "a"])
def test_a_line_of_signers_that_is_not_understood_is_refused_by_line(
    key: Path, tmp_path: Path, line: str
) -> None:
    public = " ".join(key.with_suffix(".pub").read_text().split()[:2])
    (tmp_path / "s").write_text("# first\n" + line.replace("KEY", public))
    with pytest.raises(ConfigError, match="line 2"):
        signers.read(tmp_path / "s")
