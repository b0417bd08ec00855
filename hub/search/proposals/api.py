"""The JSON door to proposals, answers and the decision."""

from __future__ import annotations

from typing import Any

from hub.core.files import pages as file_pages
from hub.core.looks import pages as looks
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.search.briefs import queries as briefs
from hub.search.briefs.policy import POLICY as BRIEFS
from hub.search.briefs.schemas import BriefOut
from hub.search.briefs.states import Act
from hub.search.proposals import operations, queries
from hub.search.proposals.models import Proposal
from hub.search.proposals.schemas import AnswerIn, CursorIn, FileOut, HandInIn, ProposalIn, ProposalOut, SortIn, UploadIn
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("proposals", __name__, prefix="", description="Proposals to search briefs, their answers, the selection")
ONE = "/briefs/<int:brief_id>/proposals/<int:proposal_id>"


def _told(proposal: Proposal, status: int = 200) -> Any:
    (shown,) = queries.shown_proposals(actor(), [proposal])
    return tagged(ProposalOut().dump(shown), proposal.version, status)


@api.get("/proposals")
@api.arguments(CursorIn, location="query")
@api.response(200, ProposalOut(many=True))
def mine(asked: dict[str, Any]) -> Any:
    """One's own proposals, the newest first."""
    last_id, limit = cursor()
    return paged(queries.shown_proposals(actor(), queries.mine_after(actor(), last_id, limit)), ProposalOut(), limit)


@api.get("/briefs/<int:brief_id>/proposals")
@api.response(200, ProposalOut(many=True))
def listed(brief_id: int) -> Any:
    """What was handed in, for the consultants and the client's managers."""
    brief = briefs.get_for(actor(), brief_id)
    BRIEFS.require(actor(), Act.COMPARE, brief)
    found = queries.shown_proposals(actor(), queries.handed_in(brief))
    return paged(found, ProposalOut(), len(found))


@api.put("/briefs/<int:brief_id>/proposal")
@writes
@api.arguments(ProposalIn)
@api.response(200, ProposalOut)
def save(sent: dict[str, Any], brief_id: int) -> Any:
    """Save one's own proposal; the first time begins it. Takes If-Match or `version`."""
    brief = briefs.get_for(actor(), brief_id)
    before = queries.own_proposal(actor(), brief)
    if before is not None:
        check_version(before.version)
    return _told(operations.save(actor=actor(), brief=brief, **sent))


@api.post("/briefs/<int:brief_id>/proposal/handin")
@writes
@api.arguments(HandInIn)
@api.response(200, ProposalOut)
def hand_in(sent: dict[str, Any], brief_id: int) -> Any:
    """Hand in the saved proposal. Takes an Idempotency-Key."""
    return _told(operations.hand_in(actor=actor(), brief=briefs.get_for(actor(), brief_id), **sent))


@api.post("/briefs/<int:brief_id>/proposal/files")
@writes
@api.arguments(UploadIn, location="files")
@api.response(201, FileOut)
def attach(sent: dict[str, Any], brief_id: int) -> Any:
    """Add a file to one's own proposal, sent as multipart/form-data in the field `file`."""
    brief, file = briefs.get_for(actor(), brief_id), sent["file"]
    attached = operations.attach(actor=actor(), brief=brief, stream=file.stream, filename=file.filename or "")
    own = queries.own_proposal(actor(), brief)
    return next(one for one in queries.files_of(own) if one.id == attached.file_id) if own else None


@api.delete("/briefs/<int:brief_id>/proposal/files/<int:file_id>")
@writes
@api.response(204)
def detach(brief_id: int, file_id: int) -> Any:
    """Take a file off one's own proposal."""
    operations.detach(actor=actor(), brief=briefs.get_for(actor(), brief_id), file_id=file_id)
    return ""


@api.get(ONE)
@writes
@api.response(200, ProposalOut)
def show(brief_id: int, proposal_id: int) -> Any:
    """One proposal, for its author and for those who compare; the latter's look is written down."""
    one = queries.proposal_for(actor(), brief_id, proposal_id)
    operations.look(actor=actor(), proposal=one)
    return _told(one)


@api.get(f"{ONE}/files/<int:file_id>")
@writes
def file(brief_id: int, proposal_id: int, file_id: int) -> Any:
    """A file of a proposal; those who compare get a copy with their mark, which is written down."""
    one = queries.proposal_for(actor(), brief_id, proposal_id)
    found = next((each for each in queries.files_of(one) if each.id == file_id), None)
    if found is None:
        raise NotFound(N_("There is no such file."))
    return file_pages.send(found) if one.person_id == actor().person_id else looks.send_marked(found, one.ref)


@api.post(f"{ONE}/withdraw")
@writes
@api.response(200, ProposalOut)
def take_back(brief_id: int, proposal_id: int) -> Any:
    """Withdraw one's own proposal, until the decision."""
    return _told(operations.take_back(actor=actor(), proposal=queries.proposal_for(actor(), brief_id, proposal_id)))


@api.post(f"{ONE}/sort")
@writes
@api.arguments(SortIn)
@api.response(200, ProposalOut)
def sort(sent: dict[str, Any], brief_id: int, proposal_id: int) -> Any:
    """Put it on the shortlist, or take it off."""
    return _told(operations.sort(actor=actor(), proposal=queries.proposal_for(actor(), brief_id, proposal_id), **sent))


@api.post(f"{ONE}/answer")
@writes
@api.arguments(AnswerIn)
@api.response(200, ProposalOut)
def answer(sent: dict[str, Any], brief_id: int, proposal_id: int) -> Any:
    """Write down the answer that the author reads with the decision."""
    return _told(operations.answer(actor=actor(), proposal=queries.proposal_for(actor(), brief_id, proposal_id), **sent))


@api.post("/briefs/<int:brief_id>/decide")
@writes
@api.response(200, BriefOut)
def decide(brief_id: int) -> Any:
    """End the selection: everybody gets their answer (the client's managers). Takes an Idempotency-Key."""
    brief = operations.decide(actor=actor(), brief=briefs.get_for(actor(), brief_id))
    (shown,) = briefs.shown(actor(), [brief])
    return tagged(BriefOut().dump(shown), brief.version)
