"""Reads of the proposals room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from hub.core.accounts import queries as accounts
from hub.core.discussions import queries as talks
from hub.core.files import queries as files
from hub.core.looks import queries as looks
from hub.core.organisations import queries as organisations
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.search.briefs import queries as briefs
from hub.search.briefs.models import Brief, Invitation
from hub.search.briefs.policy import sees_client
from hub.search.briefs.states import InvitationState
from hub.search.proposals.models import Proposal, ProposalFile
from hub.search.proposals.policy import POLICY
from hub.search.proposals.states import DECIDED, HANDED_IN, ProposalAct, ProposalState

NO_PROPOSAL = N_("There is no such proposal.")


@dataclass(frozen=True)
class ShownProposal:
    """A proposal as one reader may see it: `handle` always, name and address only once it is selected; the answer is the author's to read
    only with the decision (`is_told`)."""

    proposal: Proposal
    handle: str
    name: str
    email: str
    is_told: bool

    @property
    def id(self) -> int:
        return self.proposal.id

    @property
    def chosen(self) -> bool | None:
        return self.proposal.chosen if self.is_told else None

    @property
    def answer(self) -> str:
        return self.proposal.answer if self.is_told else ""


@dataclass(frozen=True)
class Contact:
    """Who speaks for the client, for those who were selected."""

    organisation: organisations.OrganisationCard
    name: str
    email: str


def own_proposal(actor: Actor, brief: Brief) -> Proposal | None:
    query = select(Proposal).where(Proposal.brief_id == brief.id, Proposal.person_id == actor.person_id)
    return db.session.scalars(query).one_or_none() if actor.signed_in else None


def proposal_for(actor: Actor, brief_id: int, proposal_id: int) -> Proposal:
    """For its author, and once handed in for those who compare. Raises NotFound."""
    proposal = db.session.get(Proposal, proposal_id)
    if proposal is None or proposal.brief_id != brief_id or not POLICY.can(actor, ProposalAct.READ, proposal):
        raise NotFound(NO_PROPOSAL)
    return proposal


@looks.shows("proposal")
def looked_at(actor: Actor, number: int) -> looks.Thing:
    """Who has read a proposal is its author's to see. Raises NotFound."""
    proposal = db.session.get(Proposal, number)
    if proposal is None or not actor.signed_in or proposal.person_id != actor.person_id:
        raise NotFound(NO_PROPOSAL)
    return looks.Thing(proposal.title, proposal.path, "" if sees_client(actor, proposal.brief) else N_("The client"))


def handed_in(brief: Brief) -> Sequence[Proposal]:
    """Those that take part, the shortlisted first, in the order they came. Unchecked."""
    query = select(Proposal).where(Proposal.brief_id == brief.id, Proposal.state.in_(sorted(HANDED_IN)))
    found = db.session.scalars(query.order_by(Proposal.handed_in_at, Proposal.id)).all()
    return sorted(found, key=lambda one: one.state not in {ProposalState.SHORTLISTED, ProposalState.SELECTED})


def mine(actor: Actor, *, page: int = 1, size: int = 20) -> tuple[Sequence[Proposal], int]:
    """One page of the actor's proposals, the last touched first."""
    query = select(Proposal).where(Proposal.person_id == actor.person_id)
    total = db.session.scalar(select(func.count()).select_from(query.with_only_columns(Proposal.id).subquery())) or 0
    found = db.session.scalars(query.order_by(Proposal.updated_at.desc(), Proposal.id.desc()).limit(size).offset((page - 1) * size))
    return found.all(), total


def mine_after(actor: Actor, last_id: int | None, limit: int) -> Sequence[Proposal]:
    query = select(Proposal).where(Proposal.person_id == actor.person_id)
    return db.session.scalars(older(query, Proposal.id, last_id, limit + 1)).all()


def invited_to(actor: Actor) -> Sequence[Brief]:
    """Open calls to which the actor is invited and has not begun a proposal."""
    begun = select(Proposal.brief_id).where(Proposal.person_id == actor.person_id)
    query = select(Brief).join(Invitation, Invitation.brief_id == Brief.id)
    query = query.where(Invitation.person_id == actor.person_id, Invitation.state == InvitationState.INVITED, briefs.is_open())
    return db.session.scalars(query.where(Brief.id.not_in(begun)).order_by(Brief.closes_at)).all()


def shown_proposals(actor: Actor, proposals: Iterable[Proposal]) -> list[ShownProposal]:
    """With their authors' handles; name and address of the selected ones. Two statements."""
    proposals = list(proposals)
    cards = accounts.cards(one.person_id for one in proposals)
    chosen = accounts.addressees(one.person_id for one in proposals if one.state is ProposalState.SELECTED)
    return [
        ShownProposal(
            one,
            cards[one.person_id].handle if one.person_id in cards else "",
            chosen[one.person_id].name if one.person_id in chosen else "",
            chosen[one.person_id].email if one.person_id in chosen else "",
            is_told=one.state in DECIDED or one.person_id != actor.person_id,
        )
        for one in proposals
    ]


def file_ids(proposal: Proposal) -> list[int]:
    return list(db.session.scalars(select(ProposalFile.file_id).where(ProposalFile.proposal_id == proposal.id).order_by(ProposalFile.id)))


def files_of(proposal: Proposal) -> list[Any]:
    ids = file_ids(proposal)
    found = files.files(ids)
    return [found[number] for number in ids if number in found]


def contact(proposal: Proposal) -> Contact | None:
    """Whom a selected author talks to: the client's manager who decided. None for everybody else."""
    if proposal.state is not ProposalState.SELECTED:
        return None
    brief = proposal.brief
    person = accounts.addressees([brief.decided_by or 0]).get(brief.decided_by or 0)
    return Contact(organisations.card(brief.organisation_id), person.name if person else "", person.email if person else "")


@talks.counts_accepted
def selected_of(person_id: int) -> Select[int]:
    """Proposals of the person's that were selected."""
    chosen = Proposal.person_id == person_id, Proposal.state == ProposalState.SELECTED
    return select(func.count()).select_from(Proposal).where(*chosen)
