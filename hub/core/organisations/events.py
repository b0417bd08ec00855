"""What happens to organisations: ids and roles, no names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class OrganisationFounded:
    SAYS: ClassVar[str] = N_("set up an organisation")
    organisation_id: int
    kind: str


@dataclass(frozen=True)
class OrganisationImported:
    SAYS: ClassVar[str] = N_("imported an organisation")
    organisation_id: int
    source: str


@dataclass(frozen=True)
class OrganisationChanged:
    """`fields` names what changed, not to what."""

    SAYS: ClassVar[str] = N_("changed an organisation")
    organisation_id: int
    fields: list[str]


@dataclass(frozen=True)
class MemberAdded:
    SAYS: ClassVar[str] = N_("added a member")
    organisation_id: int
    person_id: int
    role: str


@dataclass(frozen=True)
class MemberRoleChanged:
    SAYS: ClassVar[str] = N_("changed a member’s role")
    organisation_id: int
    person_id: int
    role: str


@dataclass(frozen=True)
class MemberRemoved:
    """Removed by an owner, or left: then the actor is the person."""

    SAYS: ClassVar[str] = N_("ended a membership")
    organisation_id: int
    person_id: int
