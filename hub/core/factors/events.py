"""What happens to second factors: ids and plain facts, never a secret, a code or a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class FactorAdded:
    """`factor` is app or passkey."""

    SAYS: ClassVar[str] = N_("added a second factor")
    person_id: int
    factor: str


@dataclass(frozen=True)
class FactorRemoved:
    SAYS: ClassVar[str] = N_("removed a second factor")
    person_id: int
    factor: str


@dataclass(frozen=True)
class CodesMade:
    SAYS: ClassVar[str] = N_("made new recovery codes")
    person_id: int


@dataclass(frozen=True)
class CodeUsed:
    """`left` recovery codes still work."""

    SAYS: ClassVar[str] = N_("used a recovery code")
    person_id: int
    left: int


@dataclass(frozen=True)
class FactorsRemoved:
    """By an administrator, because everything was lost. The reason may speak of a person: it stands in the row, here is its SHA-256."""

    SAYS: ClassVar[str] = N_("removed all second factors of an account")
    person_id: int
    removal_id: int
    reason_sha256: str


@dataclass(frozen=True)
class UsedOnNewDevice:
    """Somebody with a second factor signed in on a device that is not remembered; it stands with the session."""

    SAYS: ClassVar[str] = N_("signed in on a new device")
    person_id: int
    session_id: int
    factor: str
