"""What happens to submissions. Ids only: what people wrote stays in its own tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class SubmissionBegun:
    SAYS: ClassVar[str] = N_("began a submission")
    submission_id: int
    portal_id: int


@dataclass(frozen=True)
class SubmissionDiscarded:
    SAYS: ClassVar[str] = N_("discarded a draft of a submission")
    submission_id: int
    portal_id: int


@dataclass(frozen=True)
class SubmissionReceived:
    SAYS: ClassVar[str] = N_("sent the submission")
    submission_id: int
    portal_id: int
    terms_hash: str


@dataclass(frozen=True)
class SubmissionDecided:
    """`act` is what was decided, `step` its number."""

    SAYS: ClassVar[str] = N_("decided on the submission at stage %(stage)s: %(act)s")
    submission_id: int
    portal_id: int
    act: str
    stage: int
    step: int


@dataclass(frozen=True)
class SubmissionAnswered:
    SAYS: ClassVar[str] = N_("answered the portal’s question")
    submission_id: int
    portal_id: int
    step: int


@dataclass(frozen=True)
class SubmissionWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew the submission")
    submission_id: int
    portal_id: int
    step: int


@dataclass(frozen=True)
class SubmissionNoted:
    SAYS: ClassVar[str] = N_("left a note among the portal’s managers")
    submission_id: int
    portal_id: int


@dataclass(frozen=True)
class SubmissionAssigned:
    """`person_id` is None when it is nobody's any more."""

    SAYS: ClassVar[str] = N_("said who looks after the submission")
    submission_id: int
    portal_id: int
    person_id: int | None
