"""Pure rules of signing in: how long its first half is good for, and how often each step may be tried."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from hub.kernel.words import N_, Worded

HALF_LIFE = timedelta(minutes=10)
SHOWN_TRIES = 5
"""Refused tries that a person is shown."""


class Step(Worded):
    """Where somebody was turned away."""

    PASSWORD = "password", N_("Wrong password")
    SECOND = "second", N_("Right password, wrong code or passkey")
    PASSKEY = "passkey", N_("A passkey that proves nothing")
    SUSPENDED = "suspended", N_("Right password, but the account is suspended")


def half_is_good(begun: datetime, now: datetime) -> bool:
    return begun <= now < begun + HALF_LIFE


def mark_of(password_hash: str) -> str:
    """Stands in the browser's session for the password that was proven: another password, and the first half is worth nothing."""
    return hashlib.sha256(b"half " + password_hash.encode()).hexdigest()[:24]
