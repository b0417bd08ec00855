"""Time stamps of a third party (RFC 3161): the question, and the check of what comes back. Pure; the one place that knows rfc3161-client.

An authority signs the SHA-256 of some content (the *imprint*) together with the time of its own clock. Who trusts the authority's
certificate knows that the content existed then, whatever the site's clock says.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from hub.kernel.errors import Invalid
from hub.kernel.words import N_

ASKS, ANSWERS = "application/timestamp-query", "application/timestamp-reply"
SHA256 = "2.16.840.1.101.3.4.2.1"
LONGEST = 64 * 1024
CERTIFICATES = 0xA0
"""The tag of the certificates in SignedData (RFC 5652)."""

WHY = {
    "stamp_unreadable": N_("The time stamp cannot be read: it is no answer of a time-stamping authority."),
    "stamp_not_granted": N_("The authority gave no time stamp: it answered “%(detail)s”."),
    "stamp_imprint": N_("The time stamp is for something else: its SHA-256 is not that of this content."),
    "stamp_replayed": N_("The time stamp answers another question: it was given before, and sent again."),
    "stamp_untrusted": N_("The time stamp is not signed by an authority that is trusted here (%(detail)s)."),
    "stamp_clock": N_("The time stamp says %(detail)s, which is too far from the site’s own clock."),
    "stamp_labels": N_("The authority or the time beside the time stamp is not the one in it."),
}


class Refused(Invalid):
    """A time stamp that is not taken. `code` is one of WHY."""


@dataclass(frozen=True)
class Trusted:
    """Certificates of authorities: those that sign themselves, and those between them and a stamp's signer."""

    roots: tuple[x509.Certificate, ...]
    between: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True)
class Question:
    """`body` is what is sent; a good answer repeats `nonce`."""

    body: bytes
    nonce: int


@dataclass(frozen=True)
class Stamp:
    """`authority` is the name in its certificate, `at` its clock's time, `imprint` the SHA-256 of the content, in hex."""

    authority: str
    at: datetime
    imprint: str


def imprint_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_certificates(pem: bytes) -> Trusted:
    """Raises ValueError if there is none that signs itself."""
    found = x509.load_pem_x509_certificates(pem)
    roots = tuple(one for one in found if one.issuer == one.subject)
    if not roots:
        raise ValueError("no certificate of an authority that signs itself")
    return Trusted(roots, tuple(one for one in found if one not in roots))


def question(content: bytes) -> Question:
    """Ask for a stamp of the content, with the signer's certificates, and a nonce that no earlier answer knows."""
    made = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build()
    assert made.nonce is not None
    return Question(made.as_bytes(), made.nonce)


def check(answer: bytes, content: bytes, trusted: Trusted | None, nonce: int | None = None) -> Stamp:
    """What the authority's answer (DER) says of the content. Without `trusted` only its form and its imprint are looked at; `nonce` is that
    of the question. The signer's certificate must have been valid at the time of the stamp. Raises Refused."""
    response = _decoded(answer)
    try:
        info = response.tst_info
        stamp = Stamp(_signer(response), info.gen_time.astimezone(UTC), info.message_imprint.message.hex())
        kind, repeated = info.message_imprint.hash_algorithm.dotted_string, info.nonce
    except (ValueError, TypeError, OverflowError) as error:
        _refuse("stamp_unreadable", from_=error)
    if kind != SHA256 or stamp.imprint != imprint_of(content):
        _refuse("stamp_imprint")
    if nonce is not None and repeated != nonce:
        _refuse("stamp_replayed")
    if trusted is not None:
        try:
            VerifierBuilder(roots=[*trusted.roots], intermediates=[*trusted.between]).build().verify(response, bytes.fromhex(stamp.imprint))
        except (VerificationError, ValueError) as error:
            _refuse("stamp_untrusted", str(error)[:200], from_=error)
    return stamp


def _decoded(answer: bytes) -> TimeStampResponse:
    if len(answer) > LONGEST:
        _refuse("stamp_unreadable")
    try:
        response = decode_timestamp_response(_in_order(answer))
        status, told = PKIStatus(response.status), response.status_string
    except (ValueError, TypeError) as error:
        _refuse("stamp_unreadable", from_=error)
    if status is not PKIStatus.GRANTED:
        _refuse("stamp_not_granted", " ".join([status.name.lower(), *map(str, told)])[:200])
    return response


def _in_order(answer: bytes) -> bytes:
    """The answer with its certificates in the order of DER. Many authorities put the signer's first, which the decoder does not take; no
    signature covers their order. What is not an answer stays as it is."""
    try:
        [whole] = _elements(answer, 0, len(answer))
        token = _elements(answer, *whole[1:])[1]
        [signed] = _elements(answer, *_elements(answer, *token[1:])[1][1:])
        _, start, end = next(one for one in _elements(answer, *signed[1:]) if one[0] == CERTIFICATES)
        listed = _elements(answer, start, end)
    except (ValueError, IndexError, StopIteration):
        return answer
    first = [start, *(stop for _, _, stop in listed[:-1])]
    ordered = sorted(answer[begin:stop] for begin, (_, _, stop) in zip(first, listed, strict=True))
    return answer[:start] + b"".join(ordered) + answer[end:]


def _elements(data: bytes, start: int, end: int) -> list[tuple[int, int, int]]:
    """The DER elements between two places: the tag of each, and where its content begins and ends. Raises ValueError, IndexError."""
    found = []
    while start < end:
        tag, size, at = data[start], data[start + 1], start + 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(data[start + 2 : at], "big")
        start = at + size
        if start > end:
            raise ValueError("longer than what it is in")
        found.append((tag, at, start))
    return found


def _signer(response: TimeStampResponse) -> str:
    """The common name of whoever signed, else the whole name. Raises ValueError."""
    signed = response.signed_data
    [info] = signed.signer_infos
    for der in signed.certificates:
        one = x509.load_der_x509_certificate(der)
        if one.issuer == info.issuer and one.serial_number == info.serial_number:
            names = one.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
            return str(names[0].value if names else one.subject.rfc4514_string())[:200]
    raise ValueError("the signer's certificate is missing")


def _refuse(code: str, detail: str = "", from_: Exception | None = None) -> NoReturn:
    raise refusal(code, detail) from from_


def refusal(code: str, detail: str = "") -> Refused:
    """The refusal with its sentence from WHY."""
    return Refused(WHY[code], code=code, detail=detail)


# As a part of a file that people keep


def told(stamp: Stamp, answer: bytes) -> dict[str, str]:
    """The stamp as JSON."""
    return {
        "authority": stamp.authority, "at": stamp.at.isoformat(), "sha256": stamp.imprint, "answer": base64.b64encode(answer).decode(),
    }  # fmt: skip


def check_told(said: Any, content: bytes, trusted: Trusted | None) -> Stamp:
    """As `check`, of what `told` wrote. Raises Refused."""
    if not isinstance(said, Mapping) or said.keys() != {"authority", "at", "sha256", "answer"} or not isinstance(said["answer"], str):
        _refuse("stamp_unreadable")
    try:
        answer = base64.b64decode(said["answer"], validate=True)
    except (binascii.Error, ValueError) as error:
        _refuse("stamp_unreadable", from_=error)
    stamp = check(answer, content, trusted)
    if told(stamp, answer) != dict(said):
        _refuse("stamp_labels")
    return stamp
