"""What happens to lab services. `SAYS` is how their story tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ServiceDrafted:
    SAYS: ClassVar[str] = N_("began a draft")
    service_id: int


@dataclass(frozen=True)
class ServiceEdited:
    """`fields` are the names of what changed, joined by commas."""

    SAYS: ClassVar[str] = N_("changed the draft")
    service_id: int
    fields: str


@dataclass(frozen=True)
class ServiceSubmitted:
    SAYS: ClassVar[str] = N_("sent it to the consultants for review")
    service_id: int


@dataclass(frozen=True)
class ServiceReturned:
    SAYS: ClassVar[str] = N_("sent it back with remarks")
    service_id: int


@dataclass(frozen=True)
class ServicePublished:
    SAYS: ClassVar[str] = N_("published it")
    service_id: int


@dataclass(frozen=True)
class ServiceRevised:
    SAYS: ClassVar[str] = N_("took it back into a draft")
    service_id: int


@dataclass(frozen=True)
class ServiceWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew it")
    service_id: int
