"""The JSON door to products and their releases."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import request

from hub.complement.platforms import queries as platforms
from hub.complement.products import operations, queries
from hub.complement.products.models import Product, Release
from hub.complement.products.policy import POLICY, reads_its_review
from hub.complement.products.schemas import (
    DecisionOut,
    NewProductIn,
    ProductChangeIn,
    ProductListIn,
    ProductOut,
    ReasonsIn,
    ReleaseIn,
    ReleaseOut,
    RemarksIn,
    YankIn,
)
from hub.complement.products.states import Act
from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotSignedIn, one_field
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, parse, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("products", __name__, prefix="", description="What others publish on a platform, and its releases.")

ONE = "/platforms/<platform>/products/<slug>"


def _told(product: Product, status: int = 200) -> Any:
    (shown,) = queries.shown([product])
    return tagged(ProductOut().dump(shown), product.version, status)


def _told_release(release: Release, status: int = 200) -> Any:
    return tagged(ReleaseOut().dump(release), release.version, status)


def _of(platform: str, slug: str, release_id: int) -> Release:
    return queries.release_of(actor(), queries.get_for(actor(), platform, slug), release_id)


@api.get("/products")
@public
@api.arguments(ProductListIn, location="query")
@api.response(200, ProductOut(many=True))
def everything(asked: dict[str, Any]) -> Any:
    """What is listed on all platforms, the newest first; with `mine` what you publish, in every state."""
    if asked["mine"]:
        if not actor().signed_in:
            raise NotSignedIn(N_("This needs an API key: send it as “Authorization: Bearer <key>”."))
        found = queries.of_vendor(actor())
        return paged(queries.shown(found), ProductOut(), len(found) or 1)
    last_id, limit = cursor()
    return paged(queries.shown(queries.listed_after(None, last_id, limit)), ProductOut(), limit)


@api.get("/platforms/<platform>/products")
@public
@api.response(200, ProductOut(many=True))
def index(platform: str) -> Any:
    """What the platform lists, the newest first."""
    last_id, limit = cursor()
    place = platforms.get_for(actor(), platform)
    return paged(queries.shown(queries.listed_after(place.id, last_id, limit)), ProductOut(), limit)


@api.post("/platforms/<platform>/products")
@writes
@api.arguments(NewProductIn)
@api.response(201, ProductOut)
def draft(data: dict[str, Any], platform: str) -> Any:
    """Begin a product, for an organisation that you manage or for yourself."""
    place, slug = platforms.get_for(actor(), platform), data.pop("organisation")
    organisation_id = organisations.by_slug(slug).id if slug else None
    return _told(operations.draft(actor=actor(), platform=place, organisation_id=organisation_id, **data), 201)


@api.get(ONE)
@public
@api.response(200, ProductOut)
def show(platform: str, slug: str) -> Any:
    """One of them, with the ETag that an edit sends back."""
    return _told(queries.get_for(actor(), platform, slug))


@api.patch(ONE)
@writes
@api.arguments(ProductChangeIn)
@api.response(200, ProductOut)
def change(data: dict[str, Any], platform: str, slug: str) -> Any:
    """Change the product's page. Takes If-Match."""
    product = queries.get_for(actor(), platform, slug)
    check_version(product.version)
    return _told(operations.edit(actor=actor(), product=product, **data))


@api.post(f"{ONE}/withdraw")
@writes
@api.response(200, ProductOut)
def withdraw(platform: str, slug: str) -> Any:
    """Take it off the list, or discard the draft."""
    return _told(operations.withdraw(actor=actor(), product=queries.get_for(actor(), platform, slug)))


@api.post(f"{ONE}/take-up")
@writes
@api.response(200, ProductOut)
def take_up(platform: str, slug: str) -> Any:
    """Make a draft of a withdrawn one."""
    return _told(operations.take_up(actor=actor(), product=queries.get_for(actor(), platform, slug)))


@api.post(f"{ONE}/take-off")
@writes
@api.arguments(ReasonsIn)
@api.response(200, ProductOut)
def take_off(data: dict[str, Any], platform: str, slug: str) -> Any:
    """Take it off the list with reasons (reviewers)."""
    return _told(operations.take_off(actor=actor(), product=queries.get_for(actor(), platform, slug), **data))


@api.get(f"{ONE}/decisions")
@api.response(200, DecisionOut(many=True))
def decisions(platform: str, slug: str) -> Any:
    """What reviewers decided, the newest first (the vendor's people and the reviewers)."""
    product = queries.get_for(actor(), platform, slug)
    POLICY.require(actor(), Act.READ_REVIEW, product)
    found = queries.decisions(product.id)
    return paged(found, DecisionOut(), len(found) or 1)


@api.get(f"{ONE}/releases")
@public
@api.response(200, ReleaseOut(many=True))
def releases(platform: str, slug: str) -> Any:
    """The published history, the highest version first; for those whom the review concerns, the others too."""
    product = queries.get_for(actor(), platform, slug)
    found = queries.releases(product, published_only=not reads_its_review(actor(), product))
    return paged(found, ReleaseOut(), len(found) or 1)


@api.post(f"{ONE}/releases")
@writes
@api.response(201, ReleaseOut)
def send_release(platform: str, slug: str) -> Any:
    """Send a version for review: multipart/form-data with number, licence, notes and the archive as `file`."""
    product = queries.get_for(actor(), platform, slug)
    POLICY.require(actor(), Act.RELEASE, product)
    data, sent = parse(ReleaseIn()), request.files.get("file")
    if sent is None or not sent.filename:
        raise one_field("file", N_("Choose a file."), code="file_missing")
    release = operations.send_release(actor=actor(), product=product, stream=cast(BinaryIO, sent.stream), filename=sent.filename, **data)
    return _told_release(release, 201)


@api.get(f"{ONE}/releases/<int:release_id>")
@public
@api.response(200, ReleaseOut)
def show_release(platform: str, slug: str, release_id: int) -> Any:
    return _told_release(_of(platform, slug, release_id))


@api.post(f"{ONE}/releases/<int:release_id>/recall")
@writes
@api.response(200, ReleaseOut)
def recall(platform: str, slug: str, release_id: int) -> Any:
    """Take it back before the decision."""
    return _told_release(operations.recall(actor=actor(), release=_of(platform, slug, release_id)))


@api.post(f"{ONE}/releases/<int:release_id>/approve")
@writes
@api.arguments(RemarksIn)
@api.response(200, ReleaseOut)
def approve(data: dict[str, Any], platform: str, slug: str, release_id: int) -> Any:
    """Release it (reviewers)."""
    return _told_release(operations.approve(actor=actor(), release=_of(platform, slug, release_id), **data))


@api.post(f"{ONE}/releases/<int:release_id>/return")
@writes
@api.arguments(ReasonsIn)
@api.response(200, ReleaseOut)
def send_back(data: dict[str, Any], platform: str, slug: str, release_id: int) -> Any:
    """Send it back with reasons (reviewers)."""
    return _told_release(operations.send_back(actor=actor(), release=_of(platform, slug, release_id), **data))


@api.post(f"{ONE}/releases/<int:release_id>/yank")
@writes
@api.arguments(YankIn)
@api.response(200, ReleaseOut)
def yank(data: dict[str, Any], platform: str, slug: str, release_id: int) -> Any:
    """Say that nobody should use it any more."""
    return _told_release(operations.yank(actor=actor(), release=_of(platform, slug, release_id), **data))
