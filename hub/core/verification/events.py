"""What happens in verification: ids and plain facts, never what stands in a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class DocumentsSent:
    SAYS: ClassVar[str] = N_("sent documents to be checked")
    check_id: int
    files: int


@dataclass(frozen=True)
class CheckTaken:
    SAYS: ClassVar[str] = N_("took documents to check")
    check_id: int


@dataclass(frozen=True)
class CheckGivenBack:
    SAYS: ClassVar[str] = N_("left documents to another checker")
    check_id: int


@dataclass(frozen=True)
class DocumentViewed:
    SAYS: ClassVar[str] = N_("opened document %(place)s")
    check_id: int
    place: int


@dataclass(frozen=True)
class DocumentsAccepted:
    SAYS: ClassVar[str] = N_("accepted documents")
    check_id: int


@dataclass(frozen=True)
class DocumentsRejected:
    SAYS: ClassVar[str] = N_("rejected documents")
    check_id: int


@dataclass(frozen=True)
class DocumentsWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew documents")
    check_id: int


@dataclass(frozen=True)
class DocumentsLost:
    """The site was restored from a backup, which holds no documents."""

    SAYS: ClassVar[str] = N_("lost the documents: they have to be sent again")
    check_id: int


@dataclass(frozen=True)
class CheckLapsed:
    SAYS: ClassVar[str] = N_("counts no longer: the check has run out")
    check_id: int


@dataclass(frozen=True)
class CheckRevoked:
    SAYS: ClassVar[str] = N_("took a check of documents back")
    check_id: int


@dataclass(frozen=True)
class DocumentsPurged:
    SAYS: ClassVar[str] = N_("deleted the documents of a check")
    check_id: int
    files: int


@dataclass(frozen=True)
class LevelChanged:
    """Of a person or an organisation; `level` is one of hub.kernel.levels."""

    SAYS: ClassVar[str] = N_("has another verification level now: %(level)s")
    owner_kind: str
    owner_id: int
    level: str
