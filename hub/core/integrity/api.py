"""The JSON door to integrity."""

from __future__ import annotations

from typing import Any

from hub.core.integrity import operations, queries
from hub.core.integrity.models import IntegrityFlag
from hub.core.integrity.schemas import AffiliationIn, AffiliationOut, AffiliationsOut, FlagListIn, FlagOut, ReasonIn
from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotAllowed
from hub.kernel.permissions import consults
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("integrity", __name__, prefix="/integrity", description="Quiet flags for staff, and declared affiliations.")


def _told(flag: IntegrityFlag) -> Any:
    return tagged(FlagOut().dump(flag), flag.version)


@api.get("/flags")
@api.arguments(FlagListIn, location="query")
@api.response(200, FlagOut(many=True))
def flags(asked: dict[str, Any]) -> Any:
    """For staff: the flags in one state that do not concern themselves."""
    if not consults(actor(), None):
        raise NotAllowed(N_("Consultants and administrators look at flags."))
    after, limit = cursor()
    return paged(queries.flags_after(actor(), after, limit, asked["state"]), FlagOut(), limit)


@api.get("/flags/<int:flag_id>")
@api.response(200, FlagOut)
def flag(flag_id: int) -> Any:
    """One flag, for staff whom it does not concern."""
    return _told(queries.get_for(actor(), flag_id))


@api.post("/flags/<int:flag_id>/dismiss")
@writes
@api.arguments(ReasonIn)
@api.response(200, FlagOut)
def dismiss(data: dict[str, Any], flag_id: int) -> Any:
    """Nothing is wrong with it."""
    return _told(operations.dismiss(actor=actor(), flag=queries.get_for(actor(), flag_id), **data))


@api.post("/flags/<int:flag_id>/settle")
@writes
@api.arguments(ReasonIn)
@api.response(200, FlagOut)
def settle(data: dict[str, Any], flag_id: int) -> Any:
    """Somebody has acted upon it; the reason says how."""
    return _told(operations.settle(actor=actor(), flag=queries.get_for(actor(), flag_id), **data))


@api.get("/affiliations")
@api.response(200, AffiliationsOut)
def affiliations() -> Any:
    """What one declared oneself."""
    found = queries.affiliations(actor().person_id or 0)
    return {"items": [{"organisation_id": one.id, "slug": one.slug, "name": one.name} for one in found], "next": None}


@api.post("/affiliations")
@writes
@api.arguments(AffiliationIn)
@api.response(201, AffiliationOut)
def declare(data: dict[str, Any]) -> Any:
    """Say that one works for an organisation without acting for it here."""
    one = organisations.card(operations.declare(actor=actor(), **data).organisation_id)
    return {"organisation_id": one.id, "slug": one.slug, "name": one.name}


@api.delete("/affiliations/<int:organisation_id>")
@writes
@api.response(204)
def end(organisation_id: int) -> Any:
    """Take it back."""
    operations.end(actor=actor(), organisation_id=organisation_id)
