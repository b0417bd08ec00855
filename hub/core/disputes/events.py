"""What happens in disputes. Ids and plain facts; words stand in the tables. (A cardholder's bank's dispute is another room's: `cards`.)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class DisputeFiled:
    """`minor` of `currency` is held for `held_for` and stays there until the end; 0 if nothing is."""

    SAYS: ClassVar[str] = N_("opened a dispute")
    dispute_id: int
    about: str
    held_for: str
    minor: int
    currency: str


@dataclass(frozen=True)
class DisputeAnswered:
    SAYS: ClassVar[str] = N_("answered a dispute")
    dispute_id: int


@dataclass(frozen=True)
class StatementMade:
    SAYS: ClassVar[str] = N_("made a statement in a dispute")
    dispute_id: int
    statement_id: int
    role: str


@dataclass(frozen=True)
class MediatorCalled:
    """`by_clock` if the time to answer or to settle ran out."""

    SAYS: ClassVar[str] = N_("asked for a mediator")
    dispute_id: int
    by_clock: bool


@dataclass(frozen=True)
class MediatorNamed:
    SAYS: ClassVar[str] = N_("named a mediator")
    dispute_id: int
    person_id: int


@dataclass(frozen=True)
class MediatorDeclared:
    """`declaration` is the version of the words on conflicts of interest."""

    SAYS: ClassVar[str] = N_("declared to have no conflict of interest as mediator")
    dispute_id: int
    declaration: str


@dataclass(frozen=True)
class MediatorLeft:
    """`by_clock` if nothing came in time."""

    SAYS: ClassVar[str] = N_("stood down as mediator")
    dispute_id: int
    person_id: int
    by_clock: bool


@dataclass(frozen=True)
class SettlementOffered:
    """`role` is who offers: opener, other or mediator. What is offered stands in the dispute alone: administrators read the journal."""

    SAYS: ClassVar[str] = N_("offered a settlement")
    dispute_id: int
    offer_id: int
    role: str


@dataclass(frozen=True)
class SettlementAnswered:
    """`answer` is "accepted", "refused" or "lapsed"."""

    SAYS: ClassVar[str] = N_("answered an offer to settle")
    dispute_id: int
    offer_id: int
    role: str
    answer: str


@dataclass(frozen=True)
class DisputeSettled:
    SAYS: ClassVar[str] = N_("settled the dispute")
    dispute_id: int
    offer_id: int
    outcome: str
    minor: int
    currency: str


@dataclass(frozen=True)
class DisputeDecided:
    SAYS: ClassVar[str] = N_("decided the dispute")
    dispute_id: int
    outcome: str
    minor: int
    currency: str


@dataclass(frozen=True)
class DisputeWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew the dispute")
    dispute_id: int


@dataclass(frozen=True)
class ProposalDropped:
    """Refused by a side, or not accepted by both in time: the mediator decides."""

    SAYS: ClassVar[str] = N_("took the mediator’s proposal off the table")
    dispute_id: int


@dataclass(frozen=True)
class MediatorMissing:
    SAYS: ClassVar[str] = N_("still waits for a mediator")
    dispute_id: int


@dataclass(frozen=True)
class DisputeDueSoon:
    SAYS: ClassVar[str] = N_("reminded whose word is waited for in a dispute")
    dispute_id: int
