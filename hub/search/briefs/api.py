"""The JSON door to briefs, matches and invitations."""

from __future__ import annotations

from typing import Any

from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotFound, NotSignedIn
from hub.kernel.words import N_
from hub.search.briefs import operations, queries
from hub.search.briefs.models import Brief
from hub.search.briefs.policy import FEES, POLICY
from hub.search.briefs.schemas import (
    BriefChangeIn,
    BriefOut,
    FeeIn,
    FeeOut,
    HoldFeeIn,
    InvitedOut,
    InviteIn,
    ListIn,
    MatchesOut,
    NewBriefIn,
    RemarksIn,
    SignOffIn,
    WithdrawIn,
)
from hub.search.briefs.states import Act, FeeAct
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, needs_scope, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("briefs", __name__, prefix="/briefs", description="Search briefs: written, signed off, published, matched")


def _told(brief: Brief, status: int = 200) -> Any:
    (shown,) = queries.shown(actor(), [brief])
    return tagged(BriefOut().dump(shown), brief.version, status)


@api.get("")
@public
@api.arguments(ListIn, location="query")
@api.response(200, BriefOut(many=True))
def listed(asked: dict[str, Any]) -> Any:
    """Open calls, the newest first; with `mine` those you work on or that are of your organisations, in every state."""
    last_id, limit = cursor()
    if asked["mine"] and not actor().signed_in:
        raise NotSignedIn(N_("This needs an API key: send it as “Authorization: Bearer <key>”."))
    return paged(queries.shown(actor(), queries.after(actor(), last_id, limit, mine=asked["mine"])), BriefOut(), limit)


@api.post("")
@writes
@api.arguments(NewBriefIn)
@api.response(201, BriefOut)
def draft(sent: dict[str, Any]) -> Any:
    """Begin a brief for a client (consultants)."""
    POLICY.require(actor(), Act.DRAFT, None)
    client = organisations.by_slug(sent.pop("organisation"))
    return _told(operations.draft(actor=actor(), organisation_id=client.id, **sent), 201)


@api.get("/<int:brief_id>")
@public
@api.response(200, BriefOut)
def show(brief_id: int) -> Any:
    """One brief, with the ETag that an edit sends back."""
    return _told(queries.get_for(actor(), brief_id))


@api.patch("/<int:brief_id>")
@writes
@api.arguments(BriefChangeIn)
@api.response(200, BriefOut)
def change(sent: dict[str, Any], brief_id: int) -> Any:
    """Change a draft; what is left out stays. Takes If-Match."""
    brief = queries.get_for(actor(), brief_id)
    POLICY.require(actor(), Act.EDIT, brief)
    check_version(brief.version)
    return _told(operations.edit(actor=actor(), brief=brief, **sent))


@api.post("/<int:brief_id>/submit")
@writes
@api.response(200, BriefOut)
def submit(brief_id: int) -> Any:
    """Send the draft to the client for sign-off."""
    return _told(operations.submit(actor=actor(), brief=queries.get_for(actor(), brief_id)))


@api.post("/<int:brief_id>/signoff")
@writes
@api.arguments(SignOffIn)
@api.response(200, BriefOut)
def sign_off(sent: dict[str, Any], brief_id: int) -> Any:
    """Sign it off: it is published as it stands (the client's managers). Takes an Idempotency-Key."""
    return _told(operations.sign_off(actor=actor(), brief=queries.get_for(actor(), brief_id), version=sent["version"]))


@api.post("/<int:brief_id>/return")
@writes
@api.arguments(RemarksIn)
@api.response(200, BriefOut)
def send_back(sent: dict[str, Any], brief_id: int) -> Any:
    """Send it back to the consultant with remarks (the client's managers)."""
    return _told(operations.send_back(actor=actor(), brief=queries.get_for(actor(), brief_id), **sent))


@api.post("/<int:brief_id>/withdraw")
@writes
@api.arguments(WithdrawIn)
@api.response(200, BriefOut)
def withdraw(sent: dict[str, Any], brief_id: int) -> Any:
    """Withdraw it, with a reason if it was published."""
    return _told(operations.withdraw(actor=actor(), brief=queries.get_for(actor(), brief_id), **sent))


@api.get("/<int:brief_id>/matches")
@api.response(200, MatchesOut)
def matches(brief_id: int) -> Any:
    """Experts and offers that fit, with scores and reasons (consultants)."""
    brief = queries.get_for(actor(), brief_id)
    POLICY.require(actor(), Act.INVITE, brief)
    return queries.matches(brief)


@api.post("/<int:brief_id>/invite")
@writes
@api.arguments(InviteIn)
@api.response(200, InvitedOut)
def invite(sent: dict[str, Any], brief_id: int) -> Any:
    """Invite the people behind a match (consultants); nobody is asked twice."""
    return {"invited": len(operations.invite(actor=actor(), brief=queries.get_for(actor(), brief_id), **sent))}


@api.post("/<int:brief_id>/decline")
@writes
@api.response(204)
def decline(brief_id: int) -> Any:
    """Decline one's own invitation."""
    operations.decline_invitation(actor=actor(), brief=queries.get_for(actor(), brief_id))
    return ""


# The consultant's fee


@api.get("/<int:brief_id>/fee")
@api.response(200, FeeOut)
def fee(brief_id: int) -> Any:
    """What the search costs the client, with the site's fee and what the consultant receives; for these two sides."""
    brief = queries.get_for(actor(), brief_id)
    FEES.require(actor(), FeeAct.READ, brief)
    found = queries.fee_of(brief)
    if found is None:
        raise NotFound(N_("This search costs nothing."))
    return found


@api.put("/<int:brief_id>/fee")
@needs_scope("money")
@writes
@api.arguments(FeeIn)
@api.response(204)
def offer_fee(sent: dict[str, Any], brief_id: int) -> Any:
    """Name the fee of a draft, or with an empty amount that there is none (consultants)."""
    operations.offer_fee(actor=actor(), brief=queries.get_for(actor(), brief_id), **sent)
    return ""


@api.post("/<int:brief_id>/fee/hold")
@needs_scope("money")
@writes
@api.arguments(HoldFeeIn)
@api.response(200, FeeOut)
def hold_fee(sent: dict[str, Any], brief_id: int) -> Any:
    """Agree to the fee and set it aside (the client's managers). Takes an Idempotency-Key."""
    return operations.hold_fee(actor=actor(), brief=queries.get_for(actor(), brief_id), **sent)
