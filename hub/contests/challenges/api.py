"""The challenges for programs: the same operations as the pages."""

from __future__ import annotations

from typing import Any

from flask import jsonify

from hub.contests.challenges import operations, queries
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.queries import Wanted
from hub.contests.challenges.schemas import (
    ApproveIn,
    ChallengeIn,
    ChallengeOut,
    ChallengesOut,
    FundIn,
    FundingOut,
    ListIn,
    NewChallengeIn,
    ReasonIn,
    RemarkOut,
    ReturnIn,
)
from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotFound
from hub.kernel.permissions import consults
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, needs_scope, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("challenges", __name__, prefix="/challenges", description="Prize challenges, from the draft to the close.")


def _answer(challenge: Challenge, status: int = 200) -> Any:
    (shown,) = queries.shown(actor(), [challenge])
    return tagged(jsonify(ChallengeOut().dump(shown)), challenge.version, status)


def _found(slug: str) -> Challenge:
    return queries.get_for(actor(), slug)


@api.get("")
@public
@api.arguments(ListIn, location="query")
@api.response(200, ChallengesOut)
def index(asked: dict[str, Any]) -> Any:
    """The public challenges, newest first; with `organisation`, all of one's own organisation, drafts too."""
    last_id, limit = cursor()
    wanted = Wanted(phase=asked["state"], sector=asked["sector"])
    if asked["organisation"]:
        rows = queries.of_organisation_after(_own(asked["organisation"]), last_id, limit, wanted)
    else:
        rows = queries.public_after(last_id, limit, wanted)
    return paged(queries.shown(actor(), rows), ChallengeOut(), limit)


def _own(slug: str) -> int:
    organisation = organisations.by_slug(slug)
    if not actor().belongs_to(organisation.id) and not consults(actor(), None):
        raise NotFound(N_("There is no such organisation."))
    return organisation.id


@api.post("")
@writes
@api.arguments(NewChallengeIn)
@api.response(201, ChallengeOut)
def draft(content: dict[str, Any]) -> Any:
    """Begin a draft for an organisation that the key's person manages."""
    organisation = organisations.by_slug(content.pop("organisation"))
    fee_bp = fees.rate(Mode.CONTESTS)
    return _answer(operations.draft(actor=actor(), organisation_id=organisation.id, fee_bp=fee_bp, **content), 201)


@api.get("/<slug>")
@public
@api.response(200, ChallengeOut)
def show(slug: str) -> Any:
    """One challenge, as the key's person may see it."""
    return _answer(_found(slug))


@api.patch("/<slug>")
@writes
@api.arguments(ChallengeIn(partial=True))
@api.response(200, ChallengeOut)
def edit(content: dict[str, Any], slug: str) -> Any:
    """Change a draft; only what is sent changes, `criteria` as a whole. Send the ETag as If-Match."""
    challenge = _found(slug)
    check_version(challenge.version)
    return _answer(operations.edit(actor=actor(), challenge=challenge, **content))


@api.post("/<slug>/submit")
@writes
@api.response(200, ChallengeOut)
def submit(slug: str) -> Any:
    """Hand the draft to the consultants; `errors` names what is missing."""
    challenge = _found(slug)
    check_version(challenge.version)
    return _answer(operations.submit(actor=actor(), challenge=challenge))


@api.post("/<slug>/return")
@writes
@api.arguments(ReturnIn)
@api.response(200, ChallengeOut)
def return_(sent: dict[str, Any], slug: str) -> Any:
    """Send it back with remarks (consultants)."""
    return _answer(operations.return_(actor=actor(), challenge=_found(slug), remarks=sent["remarks"]))


@api.post("/<slug>/approve")
@writes
@api.arguments(ApproveIn)
@api.response(200, ChallengeOut)
def approve(sent: dict[str, Any], slug: str) -> Any:
    """Let it be funded and published (consultants)."""
    return _answer(operations.approve(actor=actor(), challenge=_found(slug), remarks=sent["remarks"]))


@api.get("/<slug>/remarks")
@api.response(200, RemarkOut(many=True))
def remarks(slug: str) -> Any:
    """What the review said, the latest first, for the seeker's people and the consultants."""
    challenge = _found(slug)
    if not queries.sees_seeker(actor(), challenge):
        raise NotFound(N_("There is no such challenge."))
    return challenge.remarks


@api.post("/<slug>/reopen")
@writes
@api.response(200, ChallengeOut)
def reopen(slug: str) -> Any:
    """Take an approved challenge back into drafting."""
    return _answer(operations.reopen(actor=actor(), challenge=_found(slug)))


@api.post("/<slug>/fund")
@needs_scope("money")
@writes
@api.arguments(FundIn)
@api.response(200, FundingOut)
def fund(sent: dict[str, Any], slug: str) -> Any:
    """Ask for the reference to write on the bank transfer, or take the prize from the organisation's balance."""
    act = operations.fund_from_balance if sent["from_balance"] else operations.fund
    return act(actor=actor(), challenge=_found(slug))


@api.post("/<slug>/publish")
@writes
@api.response(200, ChallengeOut)
def publish(slug: str) -> Any:
    """Open it for entries. Takes an Idempotency-Key."""
    return _answer(operations.publish(actor=actor(), challenge=_found(slug)))


@api.post("/<slug>/close")
@writes
@api.response(200, ChallengeOut)
def close(slug: str) -> Any:
    """Close it if its deadline has passed; the site does it by itself within a minute."""
    return _answer(operations.close(actor=actor(), challenge=_found(slug)))


@api.post("/<slug>/withdraw")
@needs_scope("money")
@writes
@api.response(200, ChallengeOut)
def withdraw(slug: str) -> Any:
    """Give it up before publication; what is held returns to the organisation's balance. Takes an Idempotency-Key."""
    return _answer(operations.withdraw(actor=actor(), challenge=_found(slug)))


@api.post("/<slug>/cancel")
@needs_scope("money")
@writes
@api.arguments(ReasonIn)
@api.response(200, ChallengeOut)
def cancel(sent: dict[str, Any], slug: str) -> Any:
    """Stop a running challenge (administrators); the prize returns to the organisation's balance. Takes an Idempotency-Key."""
    return _answer(operations.cancel(actor=actor(), challenge=_found(slug), reason=sent["reason"]))


@api.put("/<slug>/follow")
@writes
@api.response(204)
def follow(slug: str) -> Any:
    """Hear what becomes of it."""
    operations.follow(actor=actor(), challenge=_found(slug))


@api.delete("/<slug>/follow")
@writes
@api.response(204)
def unfollow(slug: str) -> Any:
    operations.unfollow(actor=actor(), challenge=_found(slug))
