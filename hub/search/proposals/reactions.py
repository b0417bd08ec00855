"""What the calendar does to calls, and what a withdrawn brief means for those who proposed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from hub.core.disputes.rules import Side
from hub.core.integrity import operations as integrity
from hub.core.reputation import queries as records
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.search.briefs import queries as briefs
from hub.search.briefs.events import BriefWithdrawn
from hub.search.briefs.models import Brief, Invitation
from hub.search.proposals import operations, queries
from hub.search.proposals.events import ProposalSubmitted
from hub.search.proposals.models import Proposal

MINUTE = 60


@every(MINUTE)
def close_calls() -> None:
    """Calls whose deadline has come."""
    operations.close_due()


@reacts_to(BriefWithdrawn)
def answer_proposers(event: BriefWithdrawn, fact: Fact) -> None:
    brief = briefs.by_ids([event.brief_id])[event.brief_id]
    operations.turn_down_all(actor=SYSTEM, brief=brief)


@reacts_to(ProposalSubmitted)
def look_who_proposes(event: ProposalSubmitted, fact: Fact) -> None:
    """Staff may have to look at a proposal of the client's own people, or at several of one hand."""
    brief = briefs.by_ids([event.brief_id])[event.brief_id]
    people = {one.id: one.person_id for one in queries.handed_in(brief)}
    if event.proposal_id in people:
        integrity.look(
            subject=f"proposal:{event.proposal_id}", title=brief.title, link=f"/briefs/{brief.id}", person_id=people[event.proposal_id],
            host_id=brief.organisation_id, among=people.values(),
        )  # fmt: skip


# Reputation


@records.counts_answers
def _invitations(side: Side) -> Iterable[records.Answers]:
    """Invitations to propose, answered by a no or by a proposal."""
    if side.person_id is not None:
        own = (Proposal.brief_id == Invitation.brief_id) & (Proposal.person_id == Invitation.person_id)
        answered = func.coalesce(Invitation.answered_at, Proposal.handed_in_at)
        query = select(Invitation.invited_at, answered, Brief.closes_at).join(Brief, Brief.id == Invitation.brief_id)
        yield query.join(Proposal, own, isouter=True).where(Invitation.person_id == side.person_id)
