"""The JSON door of the store: installing, fetching, verifying, rating."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request

from hub.complement.products import queries as products
from hub.complement.store import operations, queries
from hub.complement.store.models import Entitlement, Rating
from hub.complement.store.policy import POLICY
from hub.complement.store.schemas import (
    EntitlementOut,
    InstallIn,
    RatingIn,
    RatingOut,
    ReplyIn,
    RevokeIn,
    ScoreOut,
    TokenIn,
    TokenOut,
    VerdictOut,
)
from hub.complement.store.states import Act
from hub.core.files import queries as files
from hub.core.files.pages import send
from hub.core.organisations import queries as organisations
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, load, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("store", __name__, prefix="", description="Installing products, proving it, rating them.")

ONE = "/platforms/<platform>/products/<slug>"


def _told(entitlement: Entitlement, status: int = 200) -> Any:
    (install,) = queries.installs([entitlement])
    return tagged(EntitlementOut().dump(install), entitlement.version, status)


def _told_rating(rating: Rating, status: int = 200) -> Any:
    (shown,) = queries.shown([rating])
    return tagged(RatingOut().dump(shown), rating.version, status)


@api.post(f"{ONE}/install")
@writes
@api.arguments(InstallIn)
@api.response(200, EntitlementOut)
def install(data: dict[str, Any], platform: str, slug: str) -> Any:
    """Install it for yourself or an organisation that you manage; asking twice is asking once."""
    product = products.get_for(actor(), platform, slug)
    organisation_id = organisations.by_slug(data["organisation"]).id if data["organisation"] else None
    return _told(operations.install(actor=actor(), product=product, organisation_id=organisation_id))


@api.get(f"{ONE}/releases/<int:release_id>/file")
@writes
def fetch(platform: str, slug: str, release_id: int) -> Response:
    """The release's file, for those who have the product; its SHA-256 stands in `Repr-Digest` and with the release."""
    release = products.release_of(actor(), products.get_for(actor(), platform, slug), release_id)
    operations.fetch(actor=actor(), release=release)
    return send(files.get(release.file_id))


@api.get("/installs")
@api.response(200, EntitlementOut(many=True))
def mine() -> Any:
    """What you and your organisations have installed, the newest first, with the version that could be had."""
    found = queries.of_actor(actor())
    return paged(found, EntitlementOut(), len(found) or 1)


@api.get("/installs/<int:entitlement_id>")
@api.response(200, EntitlementOut)
def show(entitlement_id: int) -> Any:
    return _told(queries.get_for(actor(), entitlement_id))


@api.get("/installs/<int:entitlement_id>/token")
@api.response(200, TokenOut)
def token(entitlement_id: int) -> Any:
    """A fresh signed token, good for 90 days (its holders)."""
    entitlement = queries.held_by(actor(), entitlement_id)
    return {"token": queries.token_of(current_app.config["SECRET_KEY"], entitlement)}


@api.post("/installs/<int:entitlement_id>/renew-token")
@writes
@api.response(200, TokenOut)
def renew_token(entitlement_id: int) -> Any:
    """Have all earlier tokens refused, and get a new one."""
    entitlement = operations.renew_token(actor=actor(), entitlement=queries.get_for(actor(), entitlement_id))
    return {"token": queries.token_of(current_app.config["SECRET_KEY"], entitlement)}


@api.post("/installs/<int:entitlement_id>/uninstall")
@writes
@api.response(200, EntitlementOut)
def uninstall(entitlement_id: int) -> Any:
    """Give it up."""
    return _told(operations.uninstall(actor=actor(), entitlement=queries.get_for(actor(), entitlement_id)))


@api.post("/installs/<int:entitlement_id>/revoke")
@writes
@api.arguments(RevokeIn)
@api.response(200, EntitlementOut)
def revoke(data: dict[str, Any], entitlement_id: int) -> Any:
    """Take it away with a reason (the vendor, or the platform's reviewers)."""
    return _told(operations.revoke(actor=actor(), entitlement=queries.get_for(actor(), entitlement_id), **data))


@api.get("/entitlements/verify")
@public
@api.arguments(TokenIn, location="query")
@api.response(200, VerdictOut)
def verify(asked: dict[str, Any]) -> Any:
    """Is this token good? Better POST it: addresses end up in logs."""
    return queries.verify(current_app.config["SECRET_KEY"], asked["token"])


@api.post("/entitlements/verify")
@public
@api.response(200, VerdictOut)
def verify_sent() -> Any:
    """Is this token good? Send `{"token": "hub1..."}`. Writes nothing."""
    data = load(TokenIn(), request.get_json(silent=True) or {})
    return queries.verify(current_app.config["SECRET_KEY"], data["token"])


@api.get(f"{ONE}/ratings")
@public
@api.response(200, RatingOut(many=True))
def ratings(platform: str, slug: str) -> Any:
    """What users say, the newest first."""
    product = products.get_for(actor(), platform, slug)
    last_id, limit = cursor()
    return paged(queries.ratings_after(product.id, last_id, limit), RatingOut(), limit)


@api.get(f"{ONE}/score")
@public
@api.response(200, ScoreOut)
def score(platform: str, slug: str) -> Any:
    """The histogram and the mean that the lists show."""
    return queries.score(products.get_for(actor(), platform, slug))


@api.put(f"{ONE}/rating")
@writes
@api.arguments(RatingIn)
@api.response(200, RatingOut)
def rate(data: dict[str, Any], platform: str, slug: str) -> Any:
    """Your one rating of what you have installed: the first, or instead of the one before."""
    product = products.get_for(actor(), platform, slug)
    POLICY.require(actor(), Act.RATE, product)
    return _told_rating(operations.rate(actor=actor(), product=product, **data))


@api.post("/ratings/<int:rating_id>/reply")
@writes
@api.arguments(ReplyIn)
@api.response(200, RatingOut)
def reply(data: dict[str, Any], rating_id: int) -> Any:
    """The vendor's one reply."""
    return _told_rating(operations.reply(actor=actor(), rating=queries.rating_for(actor(), rating_id), **data))
