"""RFC 3161: a request for an offline authority, and what its response proves.

A response whose certificates do not stand in DER order (OpenSSL writes such) is read with
them put in order: that part of it is not what the authority signed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography import x509

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from rfc3161_client import TimeStampResponse

GRANTED: Final = 0
LONG_FORM: Final = 0x80
CERTIFICATES: Final = 0xA0
"""The tag of `certificates [0] IMPLICIT` in SignedData."""


class Unreadable(ValueError):
    """A response this program cannot read; `openssl ts -verify` may."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a response says, before anything is verified."""

    granted: bool
    at: datetime | None  # UTC; none if nothing was granted
    authority: str | None  # the subject of the certificate that signed, if it is enclosed


def request(message: bytes) -> bytes:
    """A request over the SHA-256 of a message, asking for the certificate; DER.

    Without a nonce: the response travels by hand, and one given before is as good.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=False).cert_request(cert_request=True).build().as_bytes()


def concerns(raw: bytes, message: bytes) -> bool:
    """Whether a response may be about this message: its digest stands in it."""
    return any(hashlib.new(name, message).digest() in raw for name in ("sha256", "sha512"))


def read(raw: bytes) -> Stamp:
    """What a response says.

    Raises:
        Unreadable: not a response, or not in a form this program reads.

    """
    response = _decoded(raw)
    if response.status != GRANTED:
        return Stamp(granted=False, at=None, authority=None)
    return Stamp(granted=True, at=response.tst_info.gen_time, authority=_authority(response))


def verify(raw: bytes, message: bytes, trusted: Sequence[x509.Certificate]) -> None:
    """Nothing, if the response proves the message under one of the trusted certificates.

    Raises:
        Unreadable: it cannot be read.
        ValueError: it proves nothing about this message, or nobody trusted signed it.

    """
    from rfc3161_client import VerificationError, VerifierBuilder

    response = _decoded(raw)
    try:
        VerifierBuilder(roots=list(trusted)).build().verify_message(response, message)
    except VerificationError as error:
        raise ValueError(str(error)) from None


def certificates(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM file.

    Raises:
        ValueError: there is none.

    """
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise ValueError("holds no certificate in PEM form") from None


def _decoded(raw: bytes) -> TimeStampResponse:
    from rfc3161_client import decode_timestamp_response

    for reorder in (bytes, _ordered):
        try:
            response = decode_timestamp_response(reorder(raw))
            if response.status == GRANTED:
                _ = (response.tst_info.gen_time, response.signed_data.certificates)
        except (ValueError, IndexError):
            continue
        return response
    raise Unreadable("not a time-stamp response this program can read")


def _authority(response: TimeStampResponse) -> str | None:
    signed = response.signed_data
    by = {(info.issuer, info.serial_number) for info in signed.signer_infos}
    for der in sorted(signed.certificates):
        certificate = x509.load_der_x509_certificate(der)
        if (certificate.issuer, certificate.serial_number) in by:
            return certificate.subject.rfc4514_string()
    return None


def _ordered(raw: bytes) -> bytes:
    """The response with its certificates in DER order: same length, same everything else."""
    token = _parts(raw, *_inside(raw, 0))[1]
    content = _parts(raw, *_inside(raw, token[0]))[1]
    signed = _parts(raw, *_inside(raw, content[0]))[0]
    (place,) = [p for p in _parts(raw, *_inside(raw, signed[0])) if raw[p[0]] == CERTIFICATES]
    begin, end = _inside(raw, place[0])
    parts = sorted(raw[a:b] for a, b in _parts(raw, begin, end))
    return raw[:begin] + b"".join(parts) + raw[end:]


def _parts(raw: bytes, begin: int, end: int) -> list[tuple[int, int]]:
    """The elements between two offsets, each as [begin, end)."""

    def elements() -> Iterator[tuple[int, int]]:
        at = begin
        while at < end:
            after = _inside(raw, at)[1]
            yield at, after
            at = after

    return list(elements())


def _inside(raw: bytes, at: int) -> tuple[int, int]:
    """Where the content of the DER element at an offset begins and ends."""
    length, begin = raw[at + 1], at + 2
    if length & LONG_FORM:
        size = length & ~LONG_FORM
        length, begin = int.from_bytes(raw[begin : begin + size], "big"), begin + size
    if begin + length > len(raw):
        raise ValueError("cut off")
    return begin, begin + length
