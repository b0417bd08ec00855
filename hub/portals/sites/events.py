"""What happens to portals. Ids only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class PortalFounded:
    SAYS: ClassVar[str] = N_("began a portal")
    portal_id: int
    organisation_id: int


@dataclass(frozen=True)
class PortalEdited:
    """`fields` names what changed, separated by commas."""

    SAYS: ClassVar[str] = N_("changed the portal: %(fields)s")
    portal_id: int
    fields: str


@dataclass(frozen=True)
class PortalOpened:
    SAYS: ClassVar[str] = N_("opened the portal")
    portal_id: int


@dataclass(frozen=True)
class PortalClosed:
    SAYS: ClassVar[str] = N_("closed the portal")
    portal_id: int


@dataclass(frozen=True)
class PortalManagerNamed:
    SAYS: ClassVar[str] = N_("named a manager of the portal")
    portal_id: int
    person_id: int


@dataclass(frozen=True)
class PortalManagerRemoved:
    SAYS: ClassVar[str] = N_("removed a manager of the portal")
    portal_id: int
    person_id: int
