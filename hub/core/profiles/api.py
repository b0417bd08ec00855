"""The JSON door: the own profile and evidence, and public profiles."""

from __future__ import annotations

from typing import Any

from hub.core.profiles import operations, queries
from hub.core.profiles.models import Profile
from hub.core.profiles.schemas import EvidenceChangeIn, EvidenceIn, EvidenceOut, PersonOut, ProfileIn, ProfileOut
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.web import deeds
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("profiles", __name__, prefix="", description="What people say they can do, and what they have done.")


def _own() -> Profile | None:
    return queries.own_profile(actor().person_id or 0)


@api.get("/me/profile")
@api.response(200, ProfileOut)
def profile() -> Any:
    """The own profile. 404 until it is saved for the first time."""
    found = _own()
    if found is None:
        raise NotFound(N_("You have no profile yet: send one with PATCH."))
    return tagged(ProfileOut().dump(found), found.version)


@api.patch("/me/profile")
@writes
@api.arguments(ProfileIn)
@api.response(200, ProfileOut)
def save(data: dict[str, Any]) -> Any:
    """Write the own profile; what is left out stays. Takes If-Match."""
    found = _own()
    check_version(found.version if found else 0)
    saved = operations.save_profile(actor=actor(), **data)
    return tagged(ProfileOut().dump(saved), saved.version)


@api.get("/me/evidence")
@api.response(200, EvidenceOut(many=True))
def evidence() -> Any:
    """The own evidence of expertise, newest entry first."""
    last_id, limit = cursor()
    return paged(queries.evidence_after(actor().person_id or 0, last_id, limit), EvidenceOut(), limit)


@api.post("/me/evidence")
@writes
@api.arguments(EvidenceIn)
@api.response(201, EvidenceOut)
def add(data: dict[str, Any]) -> Any:
    """Add one thing you have done."""
    item = operations.add_evidence(actor=actor(), **data)
    return tagged(EvidenceOut().dump(item), item.version, 201)


@api.get("/me/evidence/<int:evidence_id>")
@api.response(200, EvidenceOut)
def one(evidence_id: int) -> Any:
    """One item of the own evidence, with the ETag that an edit sends back."""
    item = queries.own_evidence(actor(), evidence_id)
    return tagged(EvidenceOut().dump(item), item.version)


@api.patch("/me/evidence/<int:evidence_id>")
@writes
@api.arguments(EvidenceChangeIn)
@api.response(200, EvidenceOut)
def change(data: dict[str, Any], evidence_id: int) -> Any:
    """Change an item. Takes If-Match."""
    item = queries.own_evidence(actor(), evidence_id)
    check_version(item.version)
    operations.change_evidence(actor=actor(), evidence=item, **data)
    return tagged(EvidenceOut().dump(item), item.version)


@api.delete("/me/evidence/<int:evidence_id>")
@writes
@api.response(204)
def remove(evidence_id: int) -> Any:
    """Remove an item. Takes If-Match."""
    item = queries.own_evidence(actor(), evidence_id)
    check_version(item.version)
    operations.remove_evidence(actor=actor(), evidence=item)
    return "", 204


@api.get("/people/<handle>")
@public
@api.response(200, PersonOut)
def person(handle: str) -> Any:
    """A visible profile."""
    found = queries.public_profile(actor(), handle)
    return {**vars(found), "record": deeds.of("person", found.person_id) if found.record_shown else []}
