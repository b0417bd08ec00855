"""The only writes on organisations and their members."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update

from hub.core.accounts import queries as accounts
from hub.core.accounts.states import State
from hub.core.organisations import queries
from hub.core.organisations.events import (
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    OrganisationChanged,
    OrganisationFounded,
    OrganisationImported,
)
from hub.core.organisations.models import Membership, Organisation
from hub.core.organisations.policy import POLICY
from hub.core.organisations.states import Act, Kind
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotAllowed, NotNow, one_field
from hub.kernel.levels import Level
from hub.kernel.permissions import administers, by_the_system, either, require_verified
from hub.kernel.slugs import slugify
from hub.kernel.words import N_

RESERVED_SLUGS = frozenset({"new", "mine", "all"})


def found(*, actor: Actor, name: str, kind: Kind, country: str = "", website: str = "", about: str = "") -> Organisation:
    """A new organisation, owned by the actor. Raises NotSignedIn, NotAllowed (code unverified_address)."""
    require_verified(actor)
    if actor.person_id is None:
        raise NotAllowed(N_("An organisation is founded by a person, who owns it."))
    organisation = _new(name=name, kind=kind, country=country, website=website, about=about)
    db.session.add(Membership(organisation_id=organisation.id, person_id=actor.person_id, role=Role.OWNER, since=clock.now()))
    db.session.flush()
    journal.record(
        OrganisationFounded(organisation_id=organisation.id, kind=kind.value), actor=actor, subject=f"organisation:{organisation.id}"
    )
    return organisation


def find_or_create_imported(*, actor: Actor, name: str, kind: Kind, source: str, country: str = "", website: str = "") -> Organisation:
    """The organisation of this name that came with the data set `source`; made, without members, at the first time.

    Raises NotAllowed for anybody but the system and administrators.
    """
    if not either(by_the_system, administers)(actor, None):
        raise NotAllowed(N_("Only imports and administrators do this."))
    known = db.session.scalars(select(Organisation).where(Organisation.source == source, Organisation.name == name)).first()
    if known is not None:
        return known
    organisation = _new(name=name, kind=kind, country=country, website=website, source=source)
    journal.record(
        OrganisationImported(organisation_id=organisation.id, source=source), actor=actor, subject=f"organisation:{organisation.id}"
    )
    return organisation


def _new(*, name: str, kind: Kind, country: str = "", website: str = "", about: str = "", source: str = "") -> Organisation:
    organisation = Organisation(
        slug=_free_slug(name),
        name=name.strip(),
        kind=kind,
        country=country,
        website=website,
        about=about,
        source=source,
        created_at=clock.now(),
    )
    db.session.add(organisation)
    db.session.flush()
    return organisation


def _free_slug(name: str) -> str:
    """The name's address, numbered if another organisation has it."""
    stem = slugify(name, "org", 70)
    taken = set(db.session.scalars(select(Organisation.slug).where(Organisation.slug.startswith(stem, autoescape=True)))) | RESERVED_SLUGS
    if stem not in taken:
        return stem
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def change(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str | None = None,
    kind: Kind | None = None,
    country: str | None = None,
    website: str | None = None,
    about: str | None = None,
) -> Organisation:
    """Change what is given; the address stays, because others point to it. Raises NotAllowed."""
    POLICY.require(actor, Act.CHANGE, organisation)
    asked = {"name": name, "kind": kind, "country": country, "website": website, "about": about}
    changed = [column for column, value in asked.items() if value is not None and value != getattr(organisation, column)]
    for column in changed:
        setattr(organisation, column, asked[column])
    db.session.flush()
    if changed:
        journal.record(
            OrganisationChanged(organisation_id=organisation.id, fields=changed), actor=actor, subject=f"organisation:{organisation.id}"
        )
    return organisation


def vouch(*, organisation_id: int, level: Level) -> bool:
    """Write down what the room of verification has found out, which tells of it itself. Was it something else before?"""
    changed = update(Organisation).where(Organisation.id == organisation_id, Organisation.level != level).values(level=level)
    return cast(CursorResult[Any], db.session.execute(changed)).rowcount == 1


def add_member(*, actor: Actor, organisation: Organisation, email: str, role: Role) -> Membership:
    """Let the person with this confirmed address act for the organisation, at once. Raises NotAllowed, Invalid."""
    POLICY.require(actor, Act.ADD_MEMBER, organisation)
    person = accounts.by_email(email)
    if person is None or person.email_verified_at is None or person.state is not State.ACTIVE:
        raise one_field(
            "email", N_("There is no confirmed account with this address: ask the person to register first."), code="no_such_account"
        )
    if person.id in queries.member_ids(organisation.id):
        raise one_field("email", N_("This person belongs to the organisation already."), code="already_member")
    membership = Membership(organisation_id=organisation.id, person_id=person.id, role=role, since=clock.now())
    db.session.add(membership)
    db.session.flush()
    _tell(MemberAdded(organisation_id=organisation.id, person_id=person.id, role=role.value), actor)
    return membership


def change_role(*, actor: Actor, organisation: Organisation, person_id: int, role: Role) -> Membership:
    """Give a member another role. Raises NotAllowed, NotFound, NotNow (code last_owner)."""
    POLICY.require(actor, Act.CHANGE_ROLE, organisation)
    membership = queries.membership(organisation.id, person_id)
    if membership.role is not role:
        _keep_an_owner(organisation, membership)
        membership.role = role
        _tell(MemberRoleChanged(organisation_id=organisation.id, person_id=person_id, role=role.value), actor)
    return membership


def remove_member(*, actor: Actor, organisation: Organisation, person_id: int) -> None:
    """End a membership: an owner anybody's, everybody their own. Raises NotAllowed, NotFound, NotNow (code last_owner)."""
    if person_id != actor.person_id:
        POLICY.require(actor, Act.REMOVE_MEMBER, organisation)
    membership = queries.membership(organisation.id, person_id)
    _keep_an_owner(organisation, membership)
    db.session.delete(membership)
    db.session.flush()
    _tell(MemberRemoved(organisation_id=organisation.id, person_id=person_id), actor)


def _keep_an_owner(organisation: Organisation, membership: Membership) -> None:
    """Refuse to take the last owner's role. The organisation's row is locked, so that two owners cannot both go at once."""
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    owners = select(func.count()).where(Membership.organisation_id == organisation.id, Membership.role == Role.OWNER)
    if membership.role is Role.OWNER and (db.session.scalar(owners) or 0) < 2:
        raise NotNow(N_("This is the last owner: name another owner first."), code="last_owner")


def _tell(event: MemberAdded | MemberRoleChanged | MemberRemoved, actor: Actor) -> None:
    """A membership's event belongs to the person and to the organisation's story."""
    journal.record(event, actor=actor, subject=f"person:{event.person_id}", scope=f"organisation:{event.organisation_id}")
