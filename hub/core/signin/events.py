"""What happens at the door: numbers and plain words, never an address, a name or a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class SignInSlowed:
    """So many wrong tries that the next ones have to wait. `step` is password or second; `person_id` 0 where there is no account."""

    SAYS: ClassVar[str] = N_("was tried to sign in to too often")
    person_id: int
    step: str
