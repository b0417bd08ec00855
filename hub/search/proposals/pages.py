"""The HTML door to proposals: writing one, comparing them, answering everybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from hub.core.files import pages as file_pages
from hub.core.files.rules import ACCEPT
from hub.core.looks import pages as looks
from hub.db.types import NO_DUE
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound
from hub.kernel.words import N_
from hub.search.briefs import queries as briefs
from hub.search.briefs.models import Brief, Invitation
from hub.search.briefs.policy import POLICY as BRIEFS
from hub.search.briefs.queries import NextStep
from hub.search.briefs.states import Act, InvitationState, State
from hub.search.proposals import operations, queries, rules, schemas
from hub.search.proposals.models import Proposal
from hub.search.proposals.policy import POLICY
from hub.search.proposals.states import EDITABLE, PROPOSAL, RUNNING, ProposalAct, ProposalState
from hub.web.handle import actor, parse, writes
from hub.web.paging import Page, page_number
from hub.web.security import limiter
from hub.web.todo import Waiting, waits

pages = Blueprint("proposals", __name__, template_folder="templates")
PLACE = "search/proposals/"
SIZE = 20


@pages.get("/my/proposals")
def mine() -> Any:
    number = page_number()
    found, total = queries.mine(actor(), page=number, size=SIZE)
    invited = briefs.shown(actor(), queries.invited_to(actor()))
    return render_template(PLACE + "mine.html", proposals=found, invited=invited, page=Page(number, SIZE, total))


def _to_propose(brief_id: int) -> Brief:
    """Raises NotFound, NotAllowed."""
    brief = briefs.get_for(actor(), brief_id)
    if not BRIEFS.can(actor(), Act.PROPOSE, brief):
        raise NotAllowed(N_("Who reads the proposals or chooses among them cannot propose."), code="barred")
    return brief


@pages.get("/briefs/<int:brief_id>/propose")
def propose(brief_id: int) -> Any:
    brief = _to_propose(brief_id)
    own = queries.own_proposal(actor(), brief)
    return render_template(
        PLACE + "propose.html",
        brief=brief,
        own=own,
        files=queries.files_of(own) if own else [],
        is_open=briefs.takes_proposals(brief),
        editable=briefs.takes_proposals(brief) and (own is None or own.state in EDITABLE),
        accept=ACCEPT,
        most=rules.MOST_FILES,
    )


@pages.post("/briefs/<int:brief_id>/propose")
@writes(again=propose)
def save(brief_id: int) -> Any:
    brief = briefs.get_for(actor(), brief_id)
    proposal = operations.save(actor=actor(), brief=brief, **parse(schemas.ProposalForm()))
    if request.form.get("then") == "check" and proposal.state is not ProposalState.SUBMITTED:
        return redirect(url_for(".check", brief_id=brief_id))
    flash(gettext("Saved: the client reads it as it is now.") if proposal.state is ProposalState.SUBMITTED else gettext("Draft saved."))
    return redirect(url_for(".propose", brief_id=brief_id))


@pages.get("/briefs/<int:brief_id>/propose/check")
def check(brief_id: int) -> Any:
    """Check your answers before they are handed in."""
    brief = _to_propose(brief_id)
    own = queries.own_proposal(actor(), brief)
    if own is None:
        raise NotFound(queries.NO_PROPOSAL)
    gaps = rules.gaps(own.title, own.approach, own.answers, brief.questions)
    return render_template(
        PLACE + "check.html", brief=brief, own=own, gaps=gaps, files=queries.files_of(own), is_open=briefs.takes_proposals(brief)
    )


@pages.post("/briefs/<int:brief_id>/propose/handin")
@limiter.limit("30 per hour")
@writes(again=check)
def hand_in(brief_id: int) -> Any:
    proposal = operations.hand_in(actor=actor(), brief=briefs.get_for(actor(), brief_id), **parse(schemas.HandInForm()))
    flash(gettext("Handed in. You can change it until the deadline."))
    return redirect(proposal.path)


@pages.post("/briefs/<int:brief_id>/propose/files")
@writes(again=propose)
def attach(brief_id: int) -> Any:
    brief, sent = briefs.get_for(actor(), brief_id), file_pages.some_uploads()
    for file in sent:
        operations.attach(actor=actor(), brief=brief, stream=file.stream, filename=file.filename)
    return redirect(url_for(".propose", brief_id=brief_id, _anchor="files"))


def _propose_again(brief_id: int, file_id: int) -> Any:
    return propose(brief_id)


@pages.post("/briefs/<int:brief_id>/propose/files/<int:file_id>/remove")
@writes(again=_propose_again)
def detach(brief_id: int, file_id: int) -> Any:
    operations.detach(actor=actor(), brief=briefs.get_for(actor(), brief_id), file_id=file_id)
    return redirect(url_for(".propose", brief_id=brief_id, _anchor="files"))


# Compared and answered


@pages.get("/briefs/<int:brief_id>/proposals")
def proposals(brief_id: int) -> Any:
    brief = briefs.get_for(actor(), brief_id)
    BRIEFS.require(actor(), Act.COMPARE, brief)
    found = queries.shown_proposals(actor(), queries.handed_in(brief))
    return render_template(PLACE + "proposals.html", brief=brief, found=found, is_open=briefs.takes_proposals(brief))


@pages.get("/briefs/<int:brief_id>/proposals/<int:proposal_id>")
@writes
def proposal(brief_id: int, proposal_id: int) -> Any:
    """For its author; of everybody who compares it is written down that they read it."""
    one = queries.proposal_for(actor(), brief_id, proposal_id)
    operations.look(actor=actor(), proposal=one)
    return _page_of(one)


def _page_of(one: Proposal) -> str:
    (shown,) = queries.shown_proposals(actor(), [one])
    is_author = one.person_id == actor().person_id
    compares = POLICY.can(actor(), ProposalAct.SELECT, one)
    return render_template(
        PLACE + "proposal.html",
        brief=one.brief,
        one=one,
        shown=shown,
        files=queries.files_of(one),
        is_author=is_author,
        compares=compares,
        contact=queries.contact(one) if is_author else None,
        may_answer=compares and one.brief.state is State.SELECTING and one.state in RUNNING,
        may_take_back=is_author and any(move.act is ProposalAct.TAKE_BACK for move in PROPOSAL.open_moves(one)),
        may_edit=is_author and briefs.takes_proposals(one.brief) and one.state in EDITABLE,
        states=ProposalState,
    )


def _proposal_again(brief_id: int, proposal_id: int) -> Any:
    return _page_of(queries.proposal_for(actor(), brief_id, proposal_id))


@pages.get("/briefs/<int:brief_id>/proposals/<int:proposal_id>/files/<int:file_id>")
@writes
def file(brief_id: int, proposal_id: int, file_id: int) -> Any:
    one = queries.proposal_for(actor(), brief_id, proposal_id)
    found = next((each for each in queries.files_of(one) if each.id == file_id), None)
    if found is None:
        raise NotFound(N_("There is no such file."))
    return file_pages.send(found) if one.person_id == actor().person_id else looks.send_marked(found, one.ref)


@pages.post("/briefs/<int:brief_id>/proposals/<int:proposal_id>/withdraw")
@writes(again=_proposal_again)
def take_back(brief_id: int, proposal_id: int) -> Any:
    operations.take_back(actor=actor(), proposal=queries.proposal_for(actor(), brief_id, proposal_id))
    flash(gettext("Withdrawn. Nobody else reads it any more."))
    return redirect(url_for(".mine"))


@pages.post("/briefs/<int:brief_id>/proposals/<int:proposal_id>/sort")
@writes(again=_proposal_again)
def sort(brief_id: int, proposal_id: int) -> Any:
    one = operations.sort(actor=actor(), proposal=queries.proposal_for(actor(), brief_id, proposal_id), **parse(schemas.SortIn()))
    return redirect(one.path)


@pages.post("/briefs/<int:brief_id>/proposals/<int:proposal_id>/answer")
@writes(again=_proposal_again)
def answer(brief_id: int, proposal_id: int) -> Any:
    operations.answer(actor=actor(), proposal=queries.proposal_for(actor(), brief_id, proposal_id), **parse(schemas.AnswerIn()))
    flash(gettext("Kept. The author reads it when you decide."))
    return redirect(url_for(".choose", brief_id=brief_id))


@pages.get("/briefs/<int:brief_id>/select", endpoint="choose")
def choose(brief_id: int) -> Any:
    """Every proposal with its answer, what is still missing, and the decision."""
    brief = briefs.get_for(actor(), brief_id)
    BRIEFS.require(actor(), Act.COMPARE, brief)
    found = queries.shown_proposals(actor(), queries.handed_in(brief))
    missing = sum(1 for one in found if one.proposal.state in RUNNING and not one.proposal.is_answered)
    return render_template(
        PLACE + "select.html",
        brief=brief,
        found=found,
        missing=missing,
        may_decide=brief.state is State.SELECTING and BRIEFS.can(actor(), Act.DECIDE, brief),
        is_open=briefs.takes_proposals(brief),
    )


@pages.post("/briefs/<int:brief_id>/select")
@writes(again=choose)
def decide(brief_id: int) -> Any:
    brief = operations.decide(actor=actor(), brief=briefs.get_for(actor(), brief_id))
    flash(gettext("Decided. Everybody who proposed has their answer."))
    return redirect(url_for(".proposals", brief_id=brief.id))


# What other pages ask of this room


@briefs.advise_with
def next_step(who: Actor, brief: Brief) -> NextStep | None:
    """Go on with one's own proposal, or begin one."""
    if not BRIEFS.can(who, Act.PROPOSE, brief):
        return None
    own, is_open = queries.own_proposal(who, brief), briefs.takes_proposals(brief)
    if own is None or own.state is ProposalState.WITHDRAWN:
        return NextStep(f"{brief.path}/propose", gettext("Propose"), begun=False) if is_open else None
    if own.state is ProposalState.DRAFT:
        late = "" if is_open else gettext("Your draft was not handed in by the deadline.")
        return NextStep(f"{brief.path}/propose", gettext("Go on with your proposal"), late)
    return NextStep(own.path, gettext("See your proposal"), gettext("Your proposal is handed in.") if is_open else "")


@waits
def waiting(who: Actor) -> list[Waiting]:
    """Drafts to hand in, invitations, proposals to answer."""
    dated: Any = select(Brief.title.label("detail"), Brief.id.label("key"), Brief.closes_at.label("due"))
    dateless: Any = select(Brief.title.label("detail"), Brief.id.label("key"), NO_DUE)
    mine = Proposal.person_id == who.person_id
    draft = dated.join(Proposal, Proposal.brief_id == Brief.id).where(briefs.is_open(), mine, Proposal.state == ProposalState.DRAFT)
    asked = dated.join(Invitation, Invitation.brief_id == Brief.id).where(Invitation.person_id == who.person_id)
    begun = select(Proposal.brief_id).where(mine)
    invited = asked.where(Invitation.state == InvitationState.INVITED, briefs.is_open(), Brief.id.not_in(begun))
    found = [
        Waiting(draft, N_("Hand in your proposal"), "/briefs/{}/propose", N_("Continue"), "search"),
        Waiting(invited, N_("You are invited to propose"), "/briefs/{}", N_("Read"), "search"),
    ]
    if managed := [number for number in who.roles if who.manages(number)]:
        to_answer = dateless.where(Brief.organisation_id.in_(managed), Brief.state == State.SELECTING)
        found.append(Waiting(to_answer, N_("Answer the proposals"), "/briefs/{}/select", N_("Decide"), "search"))
    if who.is_consultant:
        selecting = dateless.where(Brief.consultant_id == who.person_id, Brief.state == State.SELECTING)
        found.append(Waiting(selecting, N_("Prepare the answers"), "/briefs/{}/select", N_("Look"), "search"))
    return found
