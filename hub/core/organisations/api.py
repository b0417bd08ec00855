"""The JSON door: organisations and their members."""

from __future__ import annotations

from typing import Any

from hub.core.organisations import operations, queries
from hub.core.organisations.models import Organisation
from hub.core.organisations.schemas import (
    MemberIn,
    MemberOut,
    MembersOut,
    OrganisationChangeIn,
    OrganisationIn,
    OrganisationOut,
    OwnOrganisationOut,
    OwnOrganisationsOut,
    RoleIn,
)
from hub.core.organisations.states import Act
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("organisations", __name__, prefix="/organisations", description="Organisations and who may act for them.")


def _tagged(organisation: Organisation, status: int = 200) -> Any:
    return tagged(OrganisationOut().dump(organisation), organisation.version, status)


@api.get("")
@api.response(200, OwnOrganisationsOut)
def own() -> Any:
    """The organisations that the key's person belongs to, with the role there."""
    after, limit = cursor()
    return paged(queries.own_after(actor().person_id or 0, after, limit + 1), OwnOrganisationOut(), limit)


@api.post("")
@writes
@api.arguments(OrganisationIn)
@api.response(201, OrganisationOut)
def found(data: dict[str, Any]) -> Any:
    """Found an organisation; the key's person becomes its owner."""
    return _tagged(operations.found(actor=actor(), **data), 201)


@api.get("/<slug>")
@public
@api.response(200, OrganisationOut)
def show(slug: str) -> Any:
    """An organisation, as everybody sees it."""
    return _tagged(queries.by_slug(slug))


@api.patch("/<slug>")
@writes
@api.arguments(OrganisationChangeIn)
@api.response(200, OrganisationOut)
def change(data: dict[str, Any], slug: str) -> Any:
    """Change what is sent. Takes If-Match. For owners and managers."""
    organisation = queries.get_for(actor(), slug, Act.CHANGE)
    check_version(organisation.version)
    return _tagged(operations.change(actor=actor(), organisation=organisation, **data))


@api.get("/<slug>/members")
@api.response(200, MembersOut)
def members(slug: str) -> Any:
    """Everybody who belongs to it. For members."""
    return {"items": queries.members(queries.get_for(actor(), slug, Act.SEE_PEOPLE).id), "next": None}


def _member(organisation: Organisation, person_id: int) -> queries.Member:
    return next(member for member in queries.members(organisation.id) if member.person_id == person_id)


@api.post("/<slug>/members")
@writes
@api.arguments(MemberIn)
@api.response(201, MemberOut)
def add_member(data: dict[str, Any], slug: str) -> Any:
    """Add the person with this confirmed address, at once. For owners."""
    organisation = queries.get_for(actor(), slug, Act.ADD_MEMBER)
    return _member(organisation, operations.add_member(actor=actor(), organisation=organisation, **data).person_id)


@api.patch("/<slug>/members/<int:person_id>")
@writes
@api.arguments(RoleIn)
@api.response(200, MemberOut)
def change_role(data: dict[str, Any], slug: str, person_id: int) -> Any:
    """Give a member another role. For owners."""
    organisation = queries.get_for(actor(), slug, Act.CHANGE_ROLE)
    operations.change_role(actor=actor(), organisation=organisation, person_id=person_id, **data)
    return _member(organisation, person_id)


@api.delete("/<slug>/members/<int:person_id>")
@writes
@api.response(204)
def remove_member(slug: str, person_id: int) -> Any:
    """End a membership: an owner anybody's, everybody their own."""
    operations.remove_member(actor=actor(), organisation=queries.by_slug(slug), person_id=person_id)
