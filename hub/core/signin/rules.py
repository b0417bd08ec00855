"""Pure rules of signing in: how long its first half is good for."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

HALF_LIFE = timedelta(minutes=10)


def half_is_good(begun: datetime, now: datetime) -> bool:
    return begun <= now < begun + HALF_LIFE


def mark_of(password_hash: str) -> str:
    """Stands in the browser's session for the password that was proven: another password, and the first half is worth nothing."""
    return hashlib.sha256(b"half " + password_hash.encode()).hexdigest()[:24]
