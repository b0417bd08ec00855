"""The JSON door to deals and annexes: the same operations, and the same reader's view, as the pages."""

from __future__ import annotations

from typing import Any

from hub.core.agreements.schemas import ReadIn
from hub.core.files import pages as file_pages
from hub.core.files import queries as files
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.tech_market.deals import operations, queries
from hub.tech_market.deals.models import Deal
from hub.tech_market.deals.schemas import (
    AcceptIn,
    AnnexFileOut,
    AnnexIn,
    AnnexOut,
    CloseIn,
    DealOut,
    ListIn,
    NewDealIn,
    PostIn,
    PostOut,
    ReasonIn,
    UploadIn,
)
from hub.tech_market.listings import queries as listings
from hub.tech_market.listings.rules import Kind
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("deals", __name__, prefix="", description="Interest, confidentiality, identities, close: deals of the technology market")


def _told(deal: Deal, status: int = 200) -> Any:
    return tagged(DealOut().dump(queries.view(actor(), deal)), deal.version, status)


def _mine(deal_id: int) -> Deal:
    return queries.get_for(actor(), deal_id)


@api.get("/deals")
@api.arguments(ListIn, location="query")
@api.response(200, DealOut(many=True))
def listed(asked: dict[str, Any]) -> Any:
    """Deals in which you speak for a side, the newest first. Names are null until both sides have signed."""
    last_id, limit = cursor()
    found = queries.of_actor_after(actor(), last_id, limit, asked["listing_id"])
    return paged(queries.views(actor(), found), DealOut(), limit)


@api.post("/deals")
@writes
@api.arguments(NewDealIn)
@api.response(201, DealOut)
def express(sent: dict[str, Any]) -> Any:
    """Express an interest in a need or offer, without a name. Takes an Idempotency-Key."""
    listing = listings.by_id(sent.pop("listing_id"))
    if listing is None:
        raise NotFound(N_("There is no such need or offer."))
    listing = listings.get_for(actor(), listing.id, listing.kind)
    return _told(operations.express_interest(actor=actor(), listing=listing, **sent), 201)


@api.get("/deals/<int:deal_id>")
@api.response(200, DealOut)
def show(deal_id: int) -> Any:
    """One deal as your side sees it."""
    return _told(_mine(deal_id))


@api.post("/deals/<int:deal_id>/accept")
@writes
@api.arguments(AcceptIn)
@api.response(200, DealOut)
def accept(sent: dict[str, Any], deal_id: int) -> Any:
    """Accept to talk (owner): the confidentiality agreement is drawn up for both to sign."""
    return _told(operations.accept(actor=actor(), deal=_mine(deal_id), **sent))


@api.post("/deals/<int:deal_id>/decline")
@writes
@api.arguments(ReasonIn)
@api.response(200, DealOut)
def decline(sent: dict[str, Any], deal_id: int) -> Any:
    """Decline with a reason (owner)."""
    return _told(operations.decline(actor=actor(), deal=_mine(deal_id), **sent))


@api.post("/deals/<int:deal_id>/sign")
@writes
@api.arguments(ReadIn)
@api.response(200, DealOut)
def sign(sent: dict[str, Any], deal_id: int) -> Any:
    """Sign the confidentiality agreement as it was read. With the second signature both sides learn each other's names."""
    return _told(operations.sign(actor=actor(), deal=_mine(deal_id), **sent))


@api.post("/deals/<int:deal_id>/close")
@writes
@api.arguments(CloseIn)
@api.response(200, DealOut)
def close(sent: dict[str, Any], deal_id: int) -> Any:
    """Close with a deal or without one, and say why."""
    return _told(operations.close(actor=actor(), deal=_mine(deal_id), **sent))


@api.get("/deals/<int:deal_id>/posts")
@api.response(200, PostOut(many=True))
def posts(deal_id: int) -> Any:
    """The messages of both sides, in the order they were written."""
    last_id, limit = cursor()
    return paged(queries.posts_after(_mine(deal_id), last_id, limit), PostOut(), limit)


@api.post("/deals/<int:deal_id>/posts")
@writes
@api.arguments(PostIn)
@api.response(201, PostOut)
def post(sent: dict[str, Any], deal_id: int) -> Any:
    """Write to the other side."""
    return operations.post(actor=actor(), deal=_mine(deal_id), **sent)


def _annex_doors(kind: Kind, base: str) -> None:

    @api.get(base, endpoint=f"{kind}_annex")
    @writes
    @api.response(200, AnnexOut)
    def annex(listing_id: int) -> Any:
        """The confidential annex, for the owner's people and for sides whose deal opens it; the latter's look is written down."""
        seen = queries.annex_for(actor(), listings.get_for(actor(), listing_id, kind))
        operations.look(actor=actor(), seen=seen)
        return tagged(AnnexOut().dump(seen), seen.annex.version if seen.annex else 0)

    @api.put(base, endpoint=f"write_{kind}_annex")
    @writes
    @api.arguments(AnnexIn)
    @api.response(200, AnnexOut)
    def write(sent: dict[str, Any], listing_id: int) -> Any:
        """Write the annex's text (managers of the owner). Takes If-Match."""
        listing = listings.get_for(actor(), listing_id, kind)
        before = queries.annex_for(actor(), listing).annex
        check_version(before.version if before else 0)
        operations.write_annex(actor=actor(), listing=listing, **sent)
        seen = queries.annex_for(actor(), listing)
        return tagged(AnnexOut().dump(seen), seen.annex.version if seen.annex else 0)


def _file_doors(kind: Kind, base: str) -> None:
    @api.post(f"{base}/files", endpoint=f"attach_{kind}_annex")
    @writes
    @api.arguments(UploadIn, location="files")
    @api.response(201, AnnexFileOut)
    def attach(sent: dict[str, Any], listing_id: int) -> Any:
        """Add a file, sent as multipart/form-data in the field `file`."""
        listing, file = listings.get_for(actor(), listing_id, kind), sent["file"]
        attached = operations.attach(actor=actor(), listing=listing, stream=file.stream, filename=file.filename or "")
        return next(one for one in queries.annex_for(actor(), listing).files if one.id == attached.file_id)

    @api.get(f"{base}/files/<int:file_id>", endpoint=f"{kind}_annex_file")
    @writes
    def file(listing_id: int, file_id: int) -> Any:
        """A file of the annex; the download of an interested side is written down."""
        seen = queries.annex_for(actor(), listings.get_for(actor(), listing_id, kind))
        found = next((one for one in seen.files if one.id == file_id), None)
        if found is None:
            raise NotFound(N_("There is no such file."))
        copy = operations.take_copy(actor=actor(), seen=seen, file=found, content=lambda: files.path_of(found).read_bytes())
        return file_pages.send_read(found, copy)

    @api.delete(f"{base}/files/<int:file_id>", endpoint=f"detach_{kind}_annex")
    @writes
    @api.response(204)
    def detach(listing_id: int, file_id: int) -> Any:
        """Take a file out of the annex."""
        operations.detach(actor=actor(), listing=listings.get_for(actor(), listing_id, kind), file_id=file_id)
        return ""


for _kind in Kind:
    _annex_doors(_kind, f"/{_kind}s/<int:listing_id>/annex")
    _file_doors(_kind, f"/{_kind}s/<int:listing_id>/annex")
