"""The doors of the deals, for people and for programs."""

from __future__ import annotations

import io

from sqlalchemy import select

from hub.core.accounts import queries as people
from hub.core.agreements import queries as agreements
from hub.core.organisations.models import Organisation
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.tech_market.deals import operations
from hub.tech_market.listings.rules import Kind
from tests.factories import deals, listings
from tests.house.matrix.table import (
    ADMIN,
    AUTHOR,
    HOUSE,
    MANAGERS,
    NOT_YOURS,
    SIGNED,
    STAFF,
    STOPPED,
    Row,
    both,
    delete,
    get,
    post,
    put,
)  # fmt: skip

KINDS = ("need", "offer")
SIDES = MANAGERS | AUTHOR
READERS = SIDES | ADMIN
MESSAGE = {"message": deals.MESSAGE}
REASON = {"reason": deals.REASON}
CLOSE = {"agreed": "false", **REASON}
HASH = {"seen_hash": "{deal_hash}"}
FILE = {"file": (b"a,b\n1,2\n", "data.csv")}

PAGES = [
    get("/my/deals", SIGNED),
    get("/orgs/{org}/deals", MANAGERS | ADMIN, rest=NOT_YOURS),
    get("/deals/{deal_asked}", READERS),
    get("/deals/{deal_accepted}", READERS),
    get("/deals/{deal_open}", READERS),
    post("/deals/{deal_asked}/accept", MANAGERS, no=AUTHOR | ADMIN),
    post("/deals/{deal_asked}/decline", MANAGERS, no=AUTHOR | ADMIN, send=REASON),
    post("/deals/{deal_accepted}/sign", SIDES, no=ADMIN, send={**HASH, "agreed": "1"}),
    post("/deals/{deal_accepted}/posts", SIDES, no=ADMIN, send={"body": "A question."}),
    post("/deals/{deal_open}/close", SIDES, no=ADMIN, send=CLOSE),
    post("/deals/{deal_asked}/close", AUTHOR, no=MANAGERS | ADMIN, send=CLOSE, about="before the answer only who asked can"),
]

API = [
    get("/api/v1/deals", SIGNED),
    get("/api/v1/deals/{deal_open}", READERS),
    post("/api/v1/deals", SIGNED - HOUSE, no=HOUSE, send={"listing_id": "{offer_annex}", **MESSAGE}),
    post("/api/v1/deals/{deal_asked}/accept", MANAGERS, no=AUTHOR | ADMIN, send={"years": "3"}),
    post("/api/v1/deals/{deal_asked}/decline", MANAGERS, no=AUTHOR | ADMIN, send=REASON),
    post("/api/v1/deals/{deal_accepted}/sign", SIDES, no=ADMIN, send=HASH),
    post("/api/v1/deals/{deal_open}/close", SIDES, no=ADMIN, send=CLOSE),
    get("/api/v1/deals/{deal_open}/posts", READERS),
    post("/api/v1/deals/{deal_accepted}/posts", SIDES, no=ADMIN, send={"body": "A question."}),
]

ANNEX = [
    get("/KINDs/{KIND_annex}/interest", SIGNED),
    post("/KINDs/{KIND_annex}/interest", SIGNED - HOUSE, rest=NOT_YOURS, send=MESSAGE),
    get("/KINDs/{KIND_draft}/interest", HOUSE | STAFF, about="what one may read of"),
    post("/KINDs/{KIND_draft}/interest", STAFF, no=HOUSE, send=MESSAGE, ok=STOPPED),
    get("/KINDs/{KIND_annex}/annex", HOUSE, rest=NOT_YOURS),
    get("/KINDs/{KIND_annex}/annex/edit", MANAGERS, rest=NOT_YOURS),
    post("/KINDs/{KIND_annex}/annex/edit", MANAGERS, rest=NOT_YOURS, send={"body": "Secret."}),
    post("/KINDs/{KIND_annex}/annex/files", MANAGERS, rest=NOT_YOURS, files=FILE),
    get("/KINDs/{KIND_annex}/annex/files/{KIND_annex_file}", HOUSE, rest=NOT_YOURS),
    post("/KINDs/{KIND_annex}/annex/files/{KIND_annex_file}/remove", MANAGERS, rest=NOT_YOURS),
    get("/api/v1/KINDs/{KIND_annex}/annex", HOUSE, rest=NOT_YOURS),
    put("/api/v1/KINDs/{KIND_annex}/annex", MANAGERS, rest=NOT_YOURS, send={"body": "Secret."}),
    post("/api/v1/KINDs/{KIND_annex}/annex/files", MANAGERS, rest=NOT_YOURS, files=FILE),
    get("/api/v1/KINDs/{KIND_annex}/annex/files/{KIND_annex_file}", HOUSE, rest=NOT_YOURS),
    delete("/api/v1/KINDs/{KIND_annex}/annex/files/{KIND_annex_file}", MANAGERS, rest=NOT_YOURS),
]

SIGNED_FOR = [
    get("/offers/{offer_open}/annex", HOUSE | AUTHOR, rest=NOT_YOURS, about="who signed for it reads it"),
    get("/offers/{offer_open}/annex/files/{open_file}", HOUSE | AUTHOR, rest=NOT_YOURS, about="who signed for it reads it"),
    get("/api/v1/offers/{offer_open}/annex", HOUSE | AUTHOR, rest=NOT_YOURS, about="who signed for it reads it"),
    get("/offers/{offer_half}/annex", HOUSE, rest=NOT_YOURS, about="one signature opens nothing"),
    get("/offers/{offer_over}/annex", HOUSE, rest=NOT_YOURS, about="closed without a deal"),
    get("/offers/{offer_half}/annex/files/{open_file}", HOUSE, rest=NOT_YOURS, ok=frozenset({404}), about="another annex’s file"),
]

ROWS: list[Row] = [*PAGES, *API, *(row for door in ANNEX for row in both(KINDS, door)), *SIGNED_FOR]


def _actor(email: str) -> Actor:
    found = people.by_email(email)
    assert found is not None
    return people.actor_of(found.id)


def places() -> dict[str, str]:
    """Listings of the owner's organisation with annexes, and the author's deals on them at each step."""
    owner, author = _actor("company@demo.example"), _actor("solver@demo.example")
    meridian = db.session.scalars(select(Organisation).where(Organisation.slug == "meridian-foods")).one()
    found: dict[str, str] = {}
    for kind in Kind:
        found |= _annex(f"{kind.value}_annex", f"{kind.value}_annex_file", meridian, owner, kind)
    for state, place in (
        ("interested", "asked"),
        ("accepted", "accepted"),
        ("signed", "half"),
        ("revealed", "open"),
        ("closed_no_deal", "over"),
    ):
        found |= _annex(f"offer_{place}", f"{place}_file", meridian, owner, Kind.OFFER)
        listing = db.session.get(listings.Listing, int(found[f"offer_{place}"]))
        deal = deals.deal(listing, owner, author, state)
        found[f"deal_{place}"] = str(deal.id)
        if place == "accepted":
            found["deal_hash"] = agreements.get(deal.terms_id or 0).hash
    return found


def _annex(place: str, file_place: str, organisation: Organisation, owner: Actor, kind: Kind) -> dict[str, str]:
    listing = listings.listing(organisation, owner, "published", kind, title=f"Something with an annex: {place}")
    operations.write_annex(actor=owner, listing=listing, body="The recipe.")
    attached = operations.attach(actor=owner, listing=listing, stream=io.BytesIO(b"a,b\n1,2\n"), filename="recipe.csv")
    return {place: str(listing.id), file_place: str(attached.file_id)}
