"""The JSON door to needs and offers: the same for both, under /needs and /offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema

from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotSignedIn
from hub.kernel.words import N_
from hub.tech_market.listings import operations, queries
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.queries import Wanted
from hub.tech_market.listings.rules import Kind
from hub.tech_market.listings.schemas import (
    ListIn,
    NeedChangeIn,
    NeedOut,
    NewNeedIn,
    NewOfferIn,
    OfferChangeIn,
    OfferListIn,
    OfferOut,
    RemarksIn,
)
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("listings", __name__, prefix="", description="What organisations look for, and what they have to give.")

OUT: dict[Kind, type[Schema]] = {Kind.NEED: NeedOut, Kind.OFFER: OfferOut}
NEW: dict[Kind, type[Schema]] = {Kind.NEED: NewNeedIn, Kind.OFFER: NewOfferIn}
CHANGE: dict[Kind, type[Schema]] = {Kind.NEED: NeedChangeIn, Kind.OFFER: OfferChangeIn}
LIST: dict[Kind, type[Schema]] = {Kind.NEED: ListIn, Kind.OFFER: OfferListIn}
MOVES: dict[str, tuple[Callable[..., Listing], str]] = {
    "submit": (operations.submit, "Send the draft for review."),
    "publish": (operations.publish, "Publish what was reviewed (consultants)."),
    "revise": (operations.revise, "Take it back into a draft."),
    "renew": (operations.renew, "Keep it listed for another year."),
    "withdraw": (operations.withdraw, "Take it off the list, or discard the draft."),
}


def _told(listing: Listing, status: int = 200) -> Any:
    (shown,) = queries.shown(actor(), [listing])
    return tagged(OUT[listing.kind]().dump(shown), listing.version, status)


def _one_of(value: Any) -> tuple[Any, ...]:
    return () if value is None else (value,)


def _listed(kind: Kind, asked: dict[str, Any]) -> Any:
    last_id, limit = cursor()
    owner = organisations.by_slug(asked["organisation"]) if asked["organisation"] else None
    if asked["mine"]:
        if not actor().signed_in:
            raise NotSignedIn(N_("This needs an API key: send it as “Authorization: Bearer <key>”."))
        mine = [number for number in actor().roles if owner is None or number == owner.id]
        found = queries.of_organisations_after(mine, kind, last_id, limit)
    else:
        wanted = Wanted(
            kind=kind,
            sectors=_one_of(asked["sector"]),
            statuses=_one_of(asked.get("status")),
            deals=_one_of(asked["deal"]),
            readiness=_one_of(asked["readiness"]),
            organisation_ids=_one_of(owner and owner.id),
        )
        found = queries.public_after(last_id, limit, wanted)
    return paged(queries.shown(actor(), found), OUT[kind](), limit)


def _reading_doors(kind: Kind) -> None:
    @api.get(f"/{kind}s", endpoint=f"{kind}s")
    @public
    @api.arguments(LIST[kind], location="query")
    @api.response(200, OUT[kind](many=True))
    def listed(asked: dict[str, Any]) -> Any:
        """Those that are published, or with `mine` those of your organisations in every state; the newest first."""
        return _listed(kind, asked)

    @api.get(f"/{kind}s/<int:listing_id>", endpoint=f"{kind}")
    @public
    @api.response(200, OUT[kind])
    def show(listing_id: int) -> Any:
        """One of them, with the ETag that an edit sends back."""
        return _told(queries.get_for(actor(), listing_id, kind))


def _writing_doors(kind: Kind) -> None:
    @api.post(f"/{kind}s", endpoint=f"draft_{kind}")
    @writes
    @api.arguments(NEW[kind])
    @api.response(201, OUT[kind])
    def draft(data: dict[str, Any]) -> Any:
        """Begin a draft for an organisation that you manage."""
        organisation = organisations.by_slug(data.pop("organisation"))
        return _told(operations.draft(actor=actor(), kind=kind, organisation_id=organisation.id, **data), 201)

    @api.patch(f"/{kind}s/<int:listing_id>", endpoint=f"change_{kind}")
    @writes
    @api.arguments(CHANGE[kind])
    @api.response(200, OUT[kind])
    def change(data: dict[str, Any], listing_id: int) -> Any:
        """Change a draft; what is left out stays. Takes If-Match."""
        listing = queries.get_for(actor(), listing_id, kind)
        check_version(listing.version)
        return _told(operations.edit(actor=actor(), listing=listing, **data))

    @api.post(f"/{kind}s/<int:listing_id>/return", endpoint=f"return_{kind}")
    @writes
    @api.arguments(RemarksIn)
    @api.response(200, OUT[kind])
    def send_back(data: dict[str, Any], listing_id: int) -> Any:
        """Send it back to its authors with remarks (consultants)."""
        return _told(operations.send_back(actor=actor(), listing=queries.get_for(actor(), listing_id, kind), **data))


def _move_door(kind: Kind, act: str, operate: Callable[..., Listing], says: str) -> None:
    def move(listing_id: int) -> Any:
        return _told(operate(actor=actor(), listing=queries.get_for(actor(), listing_id, kind)))

    move.__doc__ = says
    answering = api.response(200, OUT[kind])(move)
    api.post(f"/{kind}s/<int:listing_id>/{act}", endpoint=f"{act}_{kind}")(writes(answering))


for _kind in Kind:
    _reading_doors(_kind)
    _writing_doors(_kind)
    for _act, (_operate, _says) in MOVES.items():
        _move_door(_kind, _act, _operate, _says)
