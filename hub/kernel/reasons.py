"""Reasons that somebody reads: what is refused, taken back or ended carries one."""

from __future__ import annotations

from hub.kernel.errors import one_field
from hub.kernel.words import N_, extent

SHORTEST, LONGEST = 10, 2_000
TO_ALL = N_("Say why, in at least 10 characters: the people concerned read it.")
TO_THE_OTHER = N_("Say why, in at least 10 characters: the other side reads it.")


def given(text: str, says: str = TO_ALL, *, most: int = LONGEST, field: str = "reason") -> str:
    """The reason, trimmed. Raises Invalid (code reason_missing) with `says`, who reads it, if it tells too little or is too long."""
    told = text.strip()
    if extent(told) < SHORTEST or len(told) > most:
        raise one_field(field, says, code="reason_missing")
    return told
