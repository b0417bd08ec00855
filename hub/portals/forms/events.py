"""What happens to intake forms. Ids only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class IntakeFormEdited:
    SAYS: ClassVar[str] = N_("changed the intake form (version %(number)s, not in use yet)")
    portal_id: int
    form_id: int
    number: int


@dataclass(frozen=True)
class IntakeFormPublished:
    SAYS: ClassVar[str] = N_("put version %(number)s of the intake form to use")
    portal_id: int
    form_id: int
    number: int


@dataclass(frozen=True)
class IntakeFormDropped:
    SAYS: ClassVar[str] = N_("dropped the changes to the intake form")
    portal_id: int
    number: int
