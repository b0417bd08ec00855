"""What happens to proposals. Ids alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ProposalSubmitted:
    SAYS: ClassVar[str] = N_("handed in a proposal")
    brief_id: int
    proposal_id: int


@dataclass(frozen=True)
class ProposalChanged:
    SAYS: ClassVar[str] = N_("changed the proposal")
    brief_id: int
    proposal_id: int


@dataclass(frozen=True)
class ProposalWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew the proposal")
    brief_id: int
    proposal_id: int


@dataclass(frozen=True)
class ProposalSorted:
    """`state` is what it is now: shortlisted, or submitted again."""

    SAYS: ClassVar[str] = N_("sorted the proposal")
    brief_id: int
    proposal_id: int
    state: str
