"""The only writes of this room. Each checks the policy, fires the move, writes, records what happened; none commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from hub.communities.spaces import queries, rules
from hub.communities.spaces.events import (
    CharterAccepted,
    CharterPublished,
    SpaceArchived,
    SpaceChanged,
    SpaceFounded,
    SpaceJoined,
    SpaceLeft,
    SpaceMemberRemoved,
    SpaceReopened,
    SpaceRoleChanged,
)
from hub.communities.spaces.models import CharterAcceptance, Space, SpaceCharter, SpaceMember
from hub.communities.spaces.policy import POLICY
from hub.communities.spaces.rules import Licence
from hub.communities.spaces.states import LIFE, Act, SpaceRole, State
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, NotAllowed, NotNow, NotSignedIn, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_, extent
from hub.search.index import operations as index

RESERVED_SLUGS = frozenset({"new", "mine", "rallies", "packages"})


def found(
    *,
    actor: Actor,
    name: str,
    summary: str,
    charter: str,
    licence: Licence,
    language: str = "en",
    sector: Sector | None = None,
    organisation_id: int | None = None,
) -> Space:
    """Found a space; the founder is its first steward and has accepted its charter. `charter` is Markdown, `language` "en" or "zh".

    Raises NotSignedIn, NotAllowed (address not confirmed; an organisation that the actor does not manage), Invalid naming the field.
    """
    require_verified(actor)
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in first."))
    now = clock.now()
    space = Space(
        slug=_free_slug(name), name="", summary="", charter=charter, licence=licence, charter_number=1, language=language,
        state=LIFE.initial, created_by=actor.person_id, created_at=now, active_at=now,
    )  # fmt: skip
    _write(actor, space, {"name": name, "summary": summary, "sector": sector, "organisation_id": organisation_id})
    db.session.add(space)
    db.session.flush()
    db.session.add(SpaceMember(space_id=space.id, person_id=actor.person_id, role=SpaceRole.STEWARD, joined_at=now))
    _record(SpaceFounded(space_id=space.id), actor, space)
    _publish(actor, space, charter, licence, note="")
    index.mark([space.ref])
    return space


def edit(*, actor: Actor, space: Space, **content: Any) -> Space:
    """Change `name`, `summary`, `language`, `sector` or `organisation_id`; what is not named stays, and so does the address.

    Raises NotAllowed, NotNow when it is archived, Invalid naming the field.
    """
    queries.require_seat(actor, space, Act.CHANGE)
    changed = _write(actor, space, content)
    if changed:
        db.session.flush()
        _record(SpaceChanged(space_id=space.id, fields=",".join(changed)), actor, space)
        index.mark([space.ref])
    return space


def _write(actor: Actor, space: Space, content: dict[str, Any]) -> list[str]:
    """Put the content in; returns the names of what changed."""
    asked: dict[str, Any] = {
        name: content[name] for name in ("name", "summary", "language", "sector", "organisation_id") if name in content
    }
    for name, least, most in (
        ("name", rules.SHORTEST_NAME, rules.LONGEST_NAME),
        ("summary", rules.SHORTEST_SUMMARY, rules.LONGEST_SUMMARY),
    ):
        if name in asked:
            asked[name] = " ".join(asked[name].split())
            if extent(asked[name]) < least or len(asked[name]) > most:
                raise one_field(name, N_("Write %(least)s to %(most)s characters."), least=least, most=most)
    body = asked.get("organisation_id")
    if body is not None and body != space.organisation_id and not actor.manages(body):
        raise NotAllowed(N_("Only owners and managers of an organisation make it the steering body."))
    changed: list[str] = [name for name, value in asked.items() if getattr(space, name) != value]
    for name in changed:
        setattr(space, name, asked[name])
    return changed


def set_charter(*, actor: Actor, space: Space, charter: str, licence: Licence, note: str) -> SpaceCharter:
    """Publish a changed charter or licence; every member is told and accepts it before they write again. `note` says what and why.

    What was written before stays under the licence it was written under. The same words and licence change nothing.
    Raises NotAllowed, NotNow when it is archived, Invalid naming the field.
    """
    queries.require_seat(actor, space, Act.SET_CHARTER)
    _lock(space)
    if (charter.strip(), licence) == (space.charter, space.licence):
        current = queries.charter(space, space.charter_number)
        assert current is not None
        return current
    if not note.strip():
        raise one_field("note", N_("Say what changes and why: every member reads it."))
    space.charter_number += 1
    published = _publish(actor, space, charter, licence, note=note.strip())
    index.mark([space.ref])
    others = [person_id for person_id in queries.member_ids(space) if person_id != actor.person_id]
    text = N_("The charter of “%(space)s” has changed. Read it and accept it before you write there again.")
    messages.notify(
        actor=actor, person_ids=others, text=text, kind=About.COMMUNITY, values={"space": space.name}, link=f"{space.path}/join"
    )
    return published


def _publish(actor: Actor, space: Space, charter: str, licence: Licence, *, note: str) -> SpaceCharter:
    """A new version, accepted by whoever publishes it, if they belong to the space."""
    charter = charter.strip()
    if extent(charter) < rules.SHORTEST_CHARTER or len(charter) > rules.LONGEST_CHARTER:
        raise one_field("charter", N_("Write %(least)s to %(most)s characters."), least=rules.SHORTEST_CHARTER, most=rules.LONGEST_CHARTER)
    space.charter, space.licence = charter, licence
    version = SpaceCharter(
        space_id=space.id, number=space.charter_number, charter=charter, licence=licence, hash=rules.fingerprint(charter, licence),
        note=note[: rules.LONGEST_NOTE], author_id=actor.person_id, published_at=clock.now(),
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    _record(CharterPublished(space_id=space.id, number=version.number, hash=version.hash), actor, space)
    if queries.role_in(space, actor.person_id) is not None:
        _accept(actor, space)
    return version


def join(*, actor: Actor, space: Space, seen: int) -> SpaceMember:
    """Accept the charter and licence and belong to the space; for members, accept a changed charter. Again is harmless.

    `seen` is the number of the charter the actor was shown. Raises Conflict (code `charter_changed`) if it is not the present one,
    NotSignedIn, NotAllowed before the address is confirmed, NotNow when the space is archived.
    """
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in to join."))
    require_verified(actor)
    _lock(space)
    if space.state is not State.OPEN:
        raise NotNow(N_("This community is archived: everything can be read, nothing is changed any more."), code="archived")
    if seen != space.charter_number:
        raise Conflict(N_("The charter has changed since you opened it. Read the new one before you accept it."), code="charter_changed")
    member = db.session.get(SpaceMember, (space.id, actor.person_id))
    if member is None:
        member = SpaceMember(space_id=space.id, person_id=actor.person_id, role=SpaceRole.MEMBER, joined_at=clock.now())
        db.session.add(member)
        db.session.flush()
        _record(SpaceJoined(space_id=space.id, person_id=actor.person_id), actor, space)
    _accept(actor, space)
    return member


def _accept(actor: Actor, space: Space) -> None:
    if queries.seat(actor, space).is_up_to_date:
        return
    mark = rules.fingerprint(space.charter, space.licence)
    db.session.add(
        CharterAcceptance(
            space_id=space.id,
            person_id=actor.person_id,
            number=space.charter_number,
            hash=mark,
            credential=actor.credential,
            accepted_at=clock.now(),
        )
    )
    db.session.flush()
    accepted = CharterAccepted(space_id=space.id, person_id=actor.person_id or 0, number=space.charter_number, hash=mark)
    _record(accepted, actor, space)


def leave(*, actor: Actor, space: Space) -> None:
    """Belong to the space no longer; what one wrote stays, with one's name. Raises NotFound, NotNow (code `last_steward`)."""
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in first."))
    _lock(space)
    member = queries.membership(space, actor.person_id)
    _keep_a_steward(space, member)
    db.session.delete(member)
    db.session.flush()
    _record(SpaceLeft(space_id=space.id, person_id=actor.person_id), actor, space)


def remove_member(*, actor: Actor, space: Space, person_id: int, reason: str) -> None:
    """End somebody's membership; they read the reason. Raises NotAllowed, NotFound, NotNow, Invalid about `reason`."""
    queries.require_seat(actor, space, Act.REMOVE_MEMBER)
    if not reason.strip():
        raise one_field("reason", N_("Give the reason: the person reads it word for word."))
    _lock(space)
    member = queries.membership(space, person_id)
    _keep_a_steward(space, member)
    db.session.delete(member)
    db.session.flush()
    _record(SpaceMemberRemoved(space_id=space.id, person_id=person_id), actor, space)
    text = N_("Your membership of “%(space)s” has ended. The reason: %(reason)s")
    values = {"space": space.name, "reason": reason.strip()}
    messages.notify(actor=actor, person_ids=[person_id], text=text, kind=About.COMMUNITY, values=values, link=space.path)


def change_role(*, actor: Actor, space: Space, person_id: int, role: SpaceRole) -> SpaceMember:
    """Give a member another role. Raises NotAllowed, NotFound, NotNow (code `last_steward`, or archived)."""
    queries.require_seat(actor, space, Act.CHANGE_ROLE)
    _lock(space)
    member = queries.membership(space, person_id)
    if member.role is role:
        return member
    _keep_a_steward(space, member)
    member.role = role
    db.session.flush()
    _record(SpaceRoleChanged(space_id=space.id, person_id=person_id, role=role.value), actor, space)
    if person_id != actor.person_id:
        text = N_("You have another role in “%(space)s” now.")
        values = {"space": space.name}
        messages.notify(actor=actor, person_ids=[person_id], text=text, kind=About.COMMUNITY, values=values, link=f"{space.path}/members")
    return member


def _keep_a_steward(space: Space, member: SpaceMember) -> None:
    """Refuse to take the last steward's role; the space's row is locked, so that two cannot both go at once."""
    stewards = select(func.count()).where(SpaceMember.space_id == space.id, SpaceMember.role == SpaceRole.STEWARD)
    if member.role is SpaceRole.STEWARD and (db.session.scalar(stewards) or 0) < 2:
        raise NotNow(N_("This is the last steward: make somebody else a steward first."), code="last_steward")


def archive(*, actor: Actor, space: Space) -> Space:
    """Close the space for writing; everything stays readable, and its members are told. Raises NotAllowed, NotNow."""
    _move(actor, space, Act.ARCHIVE)
    _record(SpaceArchived(space_id=space.id), actor, space)
    others = [person_id for person_id in queries.member_ids(space) if person_id != actor.person_id]
    text = N_("“%(space)s” is archived: everything can be read, nothing is changed any more.")
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.COMMUNITY, values={"space": space.name}, link=space.path)
    return space


def reopen(*, actor: Actor, space: Space) -> Space:
    """Open an archived space again. Raises NotAllowed, NotNow."""
    _move(actor, space, Act.REOPEN)
    _record(SpaceReopened(space_id=space.id), actor, space)
    return space


def note_activity(*, actor: Actor, space: Space, at: datetime) -> None:
    """Something was written in the space: lists show it further up, never down. For the rooms above; leaves the row's version as it is."""
    later = update(Space).where(Space.id == space.id, Space.active_at < at).values(active_at=at)
    db.session.execute(later.execution_options(synchronize_session=False))


def _move(actor: Actor, space: Space, act: Act) -> None:
    POLICY.require(actor, act, queries.seat(actor, space))
    LIFE.fire(space, act)
    db.session.flush()
    index.mark([space.ref])


def _lock(space: Space) -> None:
    """The space as it is now, held until we commit. Row locks are PostgreSQL's; SQLite has one writer anyway."""
    db.session.flush()
    db.session.scalars(select(Space).where(Space.id == space.id).with_for_update().execution_options(populate_existing=True)).one()


def _record(event: object, actor: Actor, space: Space) -> None:
    journal.record(event, actor=actor, subject=space.ref)


def _free_slug(name: str) -> str:
    """The name's address, numbered if another space has it."""
    wanted = rules.address(name, 70) or "community"
    taken = set(db.session.scalars(select(Space.slug).where(Space.slug.startswith(wanted, autoescape=True)))) | RESERVED_SLUGS
    return next(slug for slug in [wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3))] if slug not in taken)
