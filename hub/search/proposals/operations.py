"""The only writes of this room: proposals, what their authors are answered, and the decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import lazyload

from hub.core.files import operations as files
from hub.core.looks import operations as looks
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_
from hub.search.briefs import operations as briefs
from hub.search.briefs import queries as briefs_read
from hub.search.briefs import rules as brief_rules
from hub.search.briefs.models import Brief
from hub.search.briefs.policy import POLICY as BRIEFS
from hub.search.briefs.states import Act, State
from hub.search.proposals import events, queries, rules
from hub.search.proposals.models import Proposal, ProposalFile
from hub.search.proposals.policy import POLICY
from hub.search.proposals.states import EDITABLE, HANDED_IN, PROPOSAL, RUNNING, ProposalAct, ProposalState


def look(*, actor: Actor, proposal: Proposal) -> None:
    """Write down that somebody who compares reads it. Raises NotFound."""
    if not POLICY.can(actor, ProposalAct.READ, proposal):
        raise NotFound(queries.NO_PROPOSAL)
    if actor.person_id != proposal.person_id:
        looks.look(actor=actor, subject=proposal.ref)


def save(*, actor: Actor, brief: Brief, title: str, approach: str, answers: Sequence[str], version: int | None = None) -> Proposal:
    """Keep the actor's proposal; a first save begins it. What is handed in already must stay complete.

    `answers` are in the order of the brief's questions. Raises NotAllowed, NotNow (code `deadline_passed`), Conflict (code `stale`),
    Invalid.
    """
    proposal = _own(actor, brief)
    if version is not None and proposal.id is not None and version != proposal.version:
        raise Conflict(N_("The proposal was changed in another window. Your text is kept below: compare and save again."), code="stale")
    if proposal.state not in EDITABLE:
        raise NotNow(N_("This proposal can no longer be changed."))
    answers = [said.strip() for said in answers][: len(brief.questions)]
    if proposal.state is ProposalState.SUBMITTED:
        _require_whole(title, approach, answers, brief)
    if (proposal.title, proposal.approach, list(proposal.answers or [])) != (title, approach, answers):
        proposal.title, proposal.approach, proposal.answers, proposal.updated_at = title, approach, answers, clock.now()
        db.session.add(proposal)
        db.session.flush()
        if proposal.state is ProposalState.SUBMITTED:
            briefs.record(events.ProposalChanged(brief_id=brief.id, proposal_id=proposal.id), actor, brief)
    return proposal


def _own(actor: Actor, brief: Brief) -> Proposal:
    """The actor's proposal while it can be worked on: held, and the call is open."""
    require_verified(actor)
    briefs.hold(brief, share=True)
    if not BRIEFS.can(actor, Act.PROPOSE, brief):
        raise NotAllowed(N_("Who reads the proposals or chooses among them cannot propose."), code="barred")
    briefs.require_open(brief)
    proposal = queries.own_proposal(actor, brief) or _begun(actor, brief)
    _lock_proposal(proposal)
    return proposal


def _begun(actor: Actor, brief: Brief) -> Proposal:
    """An empty draft; the one that another window of the same person has begun this moment, if so."""
    now = clock.now()
    proposal = Proposal(
        brief=brief, brief_id=brief.id, person_id=actor.person_id, title="", approach="", answers=[], state=PROPOSAL.initial,
        non_confidential=False, answer="", created_at=now, updated_at=now,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(proposal)
            db.session.flush()
    except IntegrityError:
        other = queries.own_proposal(actor, brief)
        assert other is not None
        return other
    return proposal


def hand_in(*, actor: Actor, brief: Brief, non_confidential: bool) -> Proposal:
    """Hand in the saved proposal; it can be changed until the deadline.

    Raises NotFound before the first save, NotAllowed, NotNow (code `deadline_passed`), Invalid (what is missing; the declaration that
    nothing in it is confidential).
    """
    if queries.own_proposal(actor, brief) is None and BRIEFS.can(actor, Act.PROPOSE, brief):
        raise NotFound(queries.NO_PROPOSAL)
    proposal = _own(actor, brief)
    _require_whole(proposal.title, proposal.approach, proposal.answers, brief)
    if not non_confidential:
        raise one_field("non_confidential", N_("Declare that nothing in it is confidential: the client reads it without an agreement."))
    proposal.non_confidential, proposal.handed_in_at = True, clock.now()
    PROPOSAL.fire(proposal, ProposalAct.HAND_IN)
    db.session.flush()
    briefs.record(events.ProposalSubmitted(brief_id=brief.id, proposal_id=proposal.id), actor, brief)
    told = [brief.consultant_id, *briefs_read.client_managers(brief)]
    briefs.tell(actor, told, brief, N_("A proposal has come in for “%(title)s”."), f"/proposals/{proposal.id}")
    return proposal


def take_back(*, actor: Actor, proposal: Proposal) -> Proposal:
    """Withdraw it, at any time before the decision. Raises NotAllowed, NotNow."""
    POLICY.require(actor, ProposalAct.TAKE_BACK, proposal)
    briefs.hold(proposal.brief, share=True)
    _lock_proposal(proposal)
    PROPOSAL.fire(proposal, ProposalAct.TAKE_BACK)
    proposal.chosen, proposal.answer = None, ""
    db.session.flush()
    briefs.record(events.ProposalWithdrawn(brief_id=proposal.brief_id, proposal_id=proposal.id), actor, proposal.brief)
    return proposal


def attach(*, actor: Actor, brief: Brief, stream: BinaryIO, filename: str) -> ProposalFile:
    """Add a file to the actor's proposal. Raises NotAllowed, NotNow, Invalid about "file"."""
    proposal = _own(actor, brief)
    if len(queries.file_ids(proposal)) >= rules.MOST_FILES:
        raise one_field("file", N_("A proposal takes at most %(most)s files."), code="too_many_files", most=rules.MOST_FILES)
    file = files.store(actor=actor, stream=stream, filename=filename, purpose="proposal")
    attached = ProposalFile(proposal_id=proposal.id, file_id=file.id, added_at=clock.now())
    db.session.add(attached)
    db.session.flush()
    return attached


def detach(*, actor: Actor, brief: Brief, file_id: int) -> None:
    """Take a file off. Raises NotFound, NotAllowed, NotNow."""
    proposal = _own(actor, brief)
    query = select(ProposalFile).where(ProposalFile.proposal_id == proposal.id, ProposalFile.file_id == file_id)
    attached = db.session.scalars(query).one_or_none()
    if attached is None:
        raise NotFound(N_("There is no such file."))
    db.session.delete(attached)
    db.session.flush()


def sort(*, actor: Actor, proposal: Proposal, shortlisted: bool) -> Proposal:
    """Put it on the shortlist or take it off. Raises NotAllowed, NotNow."""
    act = ProposalAct.SHORTLIST if shortlisted else ProposalAct.UNLIST
    _begin_choice(actor, proposal, act)
    PROPOSAL.fire(proposal, act)
    db.session.flush()
    state = proposal.state.value
    briefs.record(events.ProposalSorted(brief_id=proposal.brief_id, proposal_id=proposal.id, state=state), actor, proposal.brief)
    return proposal


def answer(*, actor: Actor, proposal: Proposal, chosen: bool, reason: str) -> Proposal:
    """Write down what the author will be told with the decision; it may be changed until then. Raises NotAllowed, NotNow, Invalid."""
    _begin_choice(actor, proposal, ProposalAct.SELECT)
    brief_rules.check_words("reason", reason, rules.SHORTEST_REASON, rules.LONGEST_REASON)
    if proposal.state not in RUNNING:
        raise NotNow(N_("This proposal takes no part in the selection."))
    proposal.chosen, proposal.answer = chosen, reason.strip()
    db.session.flush()
    return proposal


def decide(*, actor: Actor, brief: Brief) -> Brief:
    """End the selection: every author gets their answer with its reason; the selected ones and the client learn how to reach each other.

    Raises NotAllowed, NotNow (not in selection; code `answers_missing` while a proposal has none).
    """
    BRIEFS.require(actor, Act.DECIDE, brief)
    briefs.hold(brief)
    running = [one for one in queries.handed_in(brief) if one.state in RUNNING]
    missing = sum(1 for one in running if not one.is_answered)
    if missing and brief.state is State.SELECTING:
        raise NotNow(
            N_("%(missing)s of %(of)s proposals have no answer yet: everybody gets one, with a reason."),
            code="answers_missing", missing=missing, of=len(running),
        )  # fmt: skip
    briefs.decide(actor=actor, brief=brief, selected=[one.id for one in running if one.chosen])
    for one in running:
        PROPOSAL.fire(one, ProposalAct.SELECT if one.chosen else ProposalAct.TURN_DOWN)
        chosen = N_("Your proposal for “%(title)s” is selected. You see now whom to talk to.")
        not_chosen = N_("Your proposal for “%(title)s” was not selected. Read why.")
        briefs.tell(actor, [one.person_id], brief, chosen if one.chosen else not_chosen, f"/proposals/{one.id}")
    db.session.flush()
    return brief


def turn_down_all(*, actor: Actor, brief: Brief) -> int:
    """The brief was withdrawn: whoever takes part reads why. Returns how many are told. Bears being repeated. By the system."""
    running = [one for one in queries.handed_in(brief) if one.state in RUNNING]
    for one in running:
        one.chosen, one.answer = False, brief.words
        PROPOSAL.fire(one, ProposalAct.TURN_DOWN)
        briefs.tell(actor, [one.person_id], brief, N_("“%(title)s” was withdrawn. Read why."), f"/proposals/{one.id}")
    db.session.flush()
    return len(running)


def close_due() -> int:
    """Close every call whose deadline has come. Returns how many. Bears being repeated."""
    due = briefs_read.due_to_close()
    for brief in due:
        briefs.close(actor=SYSTEM, brief=brief, proposals=len(queries.handed_in(brief)))
    return len(due)


def _begin_choice(actor: Actor, proposal: Proposal, act: ProposalAct) -> None:
    POLICY.require(actor, act, proposal)
    briefs.hold(proposal.brief)
    _lock_proposal(proposal)
    if proposal.brief.state is not State.SELECTING or proposal.state not in HANDED_IN:
        raise NotNow(N_("Proposals are sorted and answered after the deadline and before the decision."))


def _lock_proposal(proposal: Proposal) -> None:
    query = select(Proposal).where(Proposal.id == proposal.id).options(lazyload(Proposal.brief)).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).one()


def _require_whole(title: str, approach: str, answers: Sequence[str], brief: Brief) -> None:
    if gaps := rules.gaps(title, approach, answers, brief.questions):
        raise Invalid(N_("Some parts are missing before the proposal can be handed in."), code="incomplete", fields=gaps)
