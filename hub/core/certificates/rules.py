"""Pure rules of certificates: what one says, and how it is checked without this site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.core.evidence.rules import Finding, found
from hub.kernel import signing
from hub.kernel.words import N_, Worded

FORMAT = "innovation-hub-record/1"
LASTS = timedelta(days=365)
MOST = 20
"""Certificates of one side that stand at once."""

KNOWN = ("site", "code", "kind", "name", "level", "since", "deals", "ratings", "score", "issued_at", "until", "key_id")


class Standing(Worded):
    """Whether a genuine certificate still stands."""

    CURRENT = "current", N_("It stands")
    EXPIRED = "expired", N_("It has run out")
    WITHDRAWN = "withdrawn", N_("It was withdrawn")
    UNKNOWN = "unknown", N_("Not known here")


class Unreadable(Exception):
    """What was sent is no certificate; the words say why."""


def signed(told: Mapping[str, Any], pem: bytes) -> str:
    """The signature of the statement: 128 hex digits."""
    return signing.sign(pem, dict(told))


def check(statement: Any, signature: Any, keys: Mapping[str, str]) -> list[Finding]:
    """Does it say what a certificate says, and did the holder of one of `keys` (public keys by id) sign exactly this?"""
    whole = isinstance(statement, dict) and statement.get("format") == FORMAT and all(name in statement for name in KNOWN)
    findings = [found("format", whole, N_("It is a certificate of a record."), N_("It is not a certificate of an Innovation Hub."))]
    if not whole:
        return findings
    key = keys.get(str(statement["key_id"]))
    known, unknown = N_("It names a key of this site."), N_("It names a key that this site does not have: it was not issued here.")
    findings.append(found("key", key is not None, known, unknown))
    if key is not None:
        fits = signing.is_signed(key, signature, statement)
        good, bad = N_("The signature fits: nothing was changed."), N_("The signature does not fit: something in it was changed.")
        findings.append(found("signature", fits, good, bad))
    return findings


def standing(until: datetime, withdrawn_at: datetime | None, now: datetime) -> Standing:
    if withdrawn_at is not None:
        return Standing.WITHDRAWN
    return Standing.CURRENT if now < until else Standing.EXPIRED
