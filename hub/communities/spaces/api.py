"""The JSON door to spaces, their charters and members."""

from __future__ import annotations

from typing import Any

from flask import jsonify

from hub.communities.spaces import operations, queries
from hub.communities.spaces.models import Space
from hub.communities.spaces.queries import Wanted
from hub.communities.spaces.schemas import (
    CharterIn,
    CharterOut,
    JoinIn,
    NewSpaceIn,
    ReasonIn,
    RoleIn,
    SeatOut,
    SpaceIn,
    SpaceListIn,
    SpaceMemberOut,
    SpaceOut,
)
from hub.core.accounts import queries as accounts
from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotFound, NotSignedIn
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("spaces", __name__, prefix="/spaces", description="Communities: charter, licence, members.")


def _told(space: Space, status: int = 200) -> Any:
    return tagged(SpaceOut().dump(queries.shown(space)), space.version, status)


def _content(data: dict[str, Any]) -> dict[str, Any]:
    """The schema's fields as the operations take them: an organisation by its id."""
    if "organisation" in data:
        slug = data.pop("organisation")
        data["organisation_id"] = organisations.by_slug(slug).id if slug else None
    return data


@api.get("")
@public
@api.arguments(SpaceListIn, location="query")
@api.response(200, SpaceOut(many=True))
def listed(asked: dict[str, Any]) -> Any:
    """The communities, newest first."""
    last_id, limit = cursor()
    if asked["mine"] and not actor().signed_in:
        raise NotSignedIn(N_("This needs an API key: send it as “Authorization: Bearer <key>”."))
    wanted = Wanted(
        sectors=(asked["sector"],) if asked["sector"] else (),
        languages=(asked["language"],) if asked["language"] else (),
        states=(asked["state"],),
        person_id=actor().person_id if asked["mine"] else None,
    )
    return paged(queries.listed_after(last_id, limit, wanted), SpaceOut(), limit)


@api.post("")
@writes
@api.arguments(NewSpaceIn)
@api.response(201, SpaceOut)
def found(data: dict[str, Any]) -> Any:
    """Found a community; you are its first steward."""
    return _told(operations.found(actor=actor(), **_content(data)), 201)


@api.get("/<slug>")
@public
@api.response(200, SpaceOut)
def show(slug: str) -> Any:
    """One community, with the ETag that an edit sends back."""
    return _told(queries.get_for(actor(), slug))


@api.patch("/<slug>")
@writes
@api.arguments(SpaceIn)
@api.response(200, SpaceOut)
def change(data: dict[str, Any], slug: str) -> Any:
    """Change what it says about itself (stewards). Takes If-Match."""
    space = queries.get_for(actor(), slug)
    check_version(space.version)
    return _told(operations.edit(actor=actor(), space=space, **_content(data)))


@api.get("/<slug>/charters")
@public
@api.response(200, CharterOut(many=True))
def charters(slug: str) -> Any:
    """Every version of the charter, the newest first."""
    return jsonify(items=CharterOut(many=True).dump(queries.charters(queries.get_for(actor(), slug))), next=None)


@api.post("/<slug>/charters")
@writes
@api.arguments(CharterIn)
@api.response(201, CharterOut)
def set_charter(data: dict[str, Any], slug: str) -> Any:
    """Publish a changed charter or licence (stewards); members accept it before they write again."""
    return operations.set_charter(actor=actor(), space=queries.get_for(actor(), slug), **data)


@api.get("/<slug>/membership")
@api.response(200, SeatOut)
def membership(slug: str) -> Any:
    """Your own place in the community."""
    return queries.seat(actor(), queries.get_for(actor(), slug))


@api.put("/<slug>/membership")
@writes
@api.arguments(JoinIn)
@api.response(200, SeatOut)
def join(data: dict[str, Any], slug: str) -> Any:
    """Accept the charter and licence and join; members accept a changed charter."""
    space = queries.get_for(actor(), slug)
    operations.join(actor=actor(), space=space, seen=data["charter"])
    return queries.seat(actor(), space)


@api.delete("/<slug>/membership")
@writes
@api.response(204)
def leave(slug: str) -> Any:
    """Leave; what you wrote stays, with your name."""
    operations.leave(actor=actor(), space=queries.get_for(actor(), slug))
    return "", 204


@api.get("/<slug>/members")
@public
@api.response(200, SpaceMemberOut(many=True))
def members(slug: str) -> Any:
    """Everybody who belongs to it."""
    last_id, limit = cursor()
    return paged(queries.members_after(queries.get_for(actor(), slug), last_id, limit), SpaceMemberOut(), limit)


def _person(handle: str) -> int:
    person = accounts.by_handle(handle)
    if person is None:
        raise NotFound(N_("There is no such person."))
    return person.id


@api.patch("/<slug>/members/<handle>")
@writes
@api.arguments(RoleIn)
@api.response(204)
def change_role(data: dict[str, Any], slug: str, handle: str) -> Any:
    """Give a member another role (stewards)."""
    space = queries.get_for(actor(), slug)
    operations.change_role(actor=actor(), space=space, person_id=_person(handle), role=data["role"])
    return "", 204


@api.delete("/<slug>/members/<handle>")
@writes
@api.arguments(ReasonIn)
@api.response(204)
def remove_member(data: dict[str, Any], slug: str, handle: str) -> Any:
    """End a membership, with the reason (stewards)."""
    space = queries.get_for(actor(), slug)
    operations.remove_member(actor=actor(), space=space, person_id=_person(handle), reason=data["reason"])
    return "", 204


@api.post("/<slug>/archive")
@writes
@api.response(200, SpaceOut)
def archive(slug: str) -> Any:
    """Close it for writing; everything stays readable (stewards)."""
    return _told(operations.archive(actor=actor(), space=queries.get_for(actor(), slug)))


@api.post("/<slug>/reopen")
@writes
@api.response(200, SpaceOut)
def reopen(slug: str) -> Any:
    """Open it again (stewards)."""
    return _told(operations.reopen(actor=actor(), space=queries.get_for(actor(), slug)))
