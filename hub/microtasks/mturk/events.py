"""What happened at the door of the Mechanical Turk protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class HitCreated:
    SAYS: ClassVar[str] = N_("started a task by program")
    hit_id: int
    hit_type_id: int
    project_id: int
    answers: int
    expires_at: str


@dataclass(frozen=True)
class HitExpirationChanged:
    SAYS: ClassVar[str] = N_("changed when a task ends")
    hit_id: int
    project_id: int
    expires_at: str


@dataclass(frozen=True)
class HitDisposed:
    SAYS: ClassVar[str] = N_("put a task away")
    hit_id: int
    project_id: int


@dataclass(frozen=True)
class BonusSent:
    SAYS: ClassVar[str] = N_("sent a bonus")
    assignment_id: int
    project_id: int
    person_id: int
    amount_minor: int
    currency: str
