"""The JSON door of the awards room: the same operations as the pages."""

from __future__ import annotations

from typing import Any

from hub.contests.awards import operations, queries
from hub.contests.awards.models import Award, AwardSharing
from hub.contests.awards.schemas import AnswerIn, AwardOut, DeclineIn, EndIn, RefusalIn, ResultOut, SelectIn, SharingIn, SharingOut
from hub.contests.challenges import queries as challenges
from hub.contests.entries import queries as entries
from hub.core.agreements import queries as agreements
from hub.core.agreements.schemas import ReadIn
from hub.kernel.errors import NotFound
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, needs_scope, writes

api = ApiBlueprint("awards", __name__, prefix="", description="Choosing the winner, results with reasons, signing and receiving the prize")


def _shown(award: Award) -> dict[str, Any]:
    return {"award": award, "terms": agreements.get(award.terms_id or 0)}


@api.get("/entries/<int:entry_id>/result")
@api.response(200, ResultOut)
def result(entry_id: int) -> Any:
    """The result of one's own entry: place, points and a reason for every criterion."""
    return queries.result_for(actor(), entry_id)


@api.post("/challenges/<slug>/select")
@needs_scope("money")
@writes
@api.arguments(SelectIn)
@api.response(201, AwardOut)
def select(sent: dict[str, Any], slug: str) -> Any:
    """Select the winner. Takes an Idempotency-Key; refused while an entry lacks a reason for a criterion."""
    challenge = challenges.get_for(actor(), slug)
    award = operations.select_winner(actor=actor(), challenge=challenge, entry=entries.find(sent["entry_id"]), message=sent["message"])
    return _shown(award)


@api.post("/challenges/<slug>/end")
@needs_scope("money")
@writes
@api.arguments(EndIn)
@api.response(204)
def end(sent: dict[str, Any], slug: str) -> Any:
    """End the challenge without a winner; the prize goes back, everybody who entered is told why."""
    operations.end_without_award(actor=actor(), challenge=challenges.get_for(actor(), slug), **sent)
    return ""


@api.get("/awards")
@api.response(200, AwardOut(many=True))
def mine() -> Any:
    """Awards that wait for one's signature."""
    awards = queries.to_sign(actor())
    terms = agreements.get_all(award.terms_id for award in awards if award.terms_id is not None)
    return [{"award": award, "terms": terms.get(award.terms_id or 0)} for award in awards]


@api.get("/awards/<int:award_id>")
@api.response(200, AwardOut)
def award(award_id: int) -> Any:
    """An award with the agreement to be signed, for the winner and the seeker's managers."""
    return _shown(queries.get_for(actor(), award_id))


@api.post("/awards/<int:award_id>/accept")
@needs_scope("money")
@writes
@api.arguments(ReadIn)
@api.response(200, AwardOut)
def accept(sent: dict[str, Any], award_id: int) -> Any:
    """Sign the award agreement as it was read, and receive the prize. Takes an Idempotency-Key."""
    return _shown(operations.accept(actor=actor(), award=queries.get_for(actor(), award_id), **sent))


@api.post("/awards/<int:award_id>/decline")
@writes
@api.arguments(DeclineIn)
@api.response(200, AwardOut)
def decline(sent: dict[str, Any], award_id: int) -> Any:
    """Go without the prize and keep all rights; the seeker may select another entry."""
    return _shown(operations.decline(actor=actor(), award=queries.get_for(actor(), award_id), **sent))


# Sharing


def _sharing(award: Award, sharing: AwardSharing) -> dict[str, Any]:
    return {"award": award, "sharing": sharing, "parts": queries.parts(award, sharing)}


@api.get("/awards/<int:award_id>/sharing")
@api.response(200, SharingOut)
def sharing(award_id: int) -> Any:
    """How the team shares the award, with each one's gross, fee and net; for its leader and those asked."""
    award, found = queries.sharing_for(actor(), award_id)
    if found is None:
        raise NotFound(operations.NO_SHARING)
    return _sharing(award, found)


@api.post("/awards/<int:award_id>/sharing")
@needs_scope("money")
@writes
@api.arguments(SharingIn)
@api.response(201, SharingOut)
def propose_sharing(sent: dict[str, Any], award_id: int) -> Any:
    """Propose how the award is shared. Equal parts bind at once; for any other way everybody named must agree."""
    award, _ = queries.sharing_for(actor(), award_id)
    return _sharing(award, operations.propose_sharing(actor=actor(), award=award, **sent))


@api.post("/awards/<int:award_id>/sharing/agree")
@needs_scope("money")
@writes
@api.arguments(AnswerIn)
@api.response(200, SharingOut)
def agree(sent: dict[str, Any], award_id: int) -> Any:
    """Agree to the sharing as it was read."""
    award, _ = queries.sharing_for(actor(), award_id)
    return _sharing(award, operations.agree_to_sharing(actor=actor(), award=award, **sent))


@api.post("/awards/<int:award_id>/sharing/refuse")
@writes
@api.arguments(RefusalIn)
@api.response(200, SharingOut)
def refuse(sent: dict[str, Any], award_id: int) -> Any:
    """Do not agree, and say why; the leader proposes another way."""
    award, _ = queries.sharing_for(actor(), award_id)
    return _sharing(award, operations.refuse_sharing(actor=actor(), award=award, **sent))


@api.delete("/awards/<int:award_id>/sharing")
@writes
@api.response(200, SharingOut)
def take_back(award_id: int) -> Any:
    """Take one's own proposal back, unless everybody has agreed to it."""
    award, _ = queries.sharing_for(actor(), award_id)
    return _sharing(award, operations.take_back_sharing(actor=actor(), award=award))
