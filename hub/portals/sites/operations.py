"""The only writes of this room. Each checks the policy, writes and records what happened; none commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from sqlalchemy import select

from hub.core.accounts import queries as accounts
from hub.core.files import operations as files
from hub.core.files import queries as stored
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.organisations import queries as organisations
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, Invalid, NotFound, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_
from hub.portals.sites import queries, rules
from hub.portals.sites.events import (
    PortalClosed,
    PortalEdited,
    PortalFounded,
    PortalManagerNamed,
    PortalManagerRemoved,
    PortalOpened,
)
from hub.portals.sites.models import Portal, PortalManager
from hub.portals.sites.policy import POLICY
from hub.portals.sites.states import LIFE, Act, State
from hub.portals.themes import rules as themes

IMAGES = frozenset({"image/png", "image/jpeg", "image/webp"})
LARGEST_LOGO = 256 * 1024


def found(*, actor: Actor, slug: str, organisation_id: int, names: Mapping[str, str], languages: Sequence[str]) -> Portal:
    """Begin a portal for a customer, as a draft with the starting texts. `languages`: the first is the portal's own.

    Raises NotAllowed unless the actor consults for the site, Invalid about `slug`, `languages` or `names.LANGUAGE`, NotFound.
    """
    POLICY.require(actor, Act.FOUND, None)
    require_verified(actor)
    customer = organisations.get(organisation_id)
    chosen = _read_languages(languages)
    called = rules.read_texts(names, chosen, most=rules.LONGEST_NAME, field="names", required=True)
    address = rules.read_slug(slug.strip())
    if db.session.scalar(select(Portal.id).where(Portal.slug == address)):
        raise one_field("slug", N_("This address is taken: choose another."), code="slug_taken")
    now = clock.now()
    portal = Portal(
        slug=address, organisation_id=customer.id, opened_by=actor.person_id, name=called[chosen[0]], names=called, languages=chosen,
        taglines={}, welcomes={}, terms=rules.starting_terms(chosen, customer.name), theme={}, first=[], hidden=[],
        stages=rules.starting_stages(), days=rules.starting_days(), state=LIFE.initial, created_at=now, updated_at=now,
    )  # fmt: skip
    db.session.add(portal)
    db.session.flush()
    journal.record(PortalFounded(portal_id=portal.id, organisation_id=customer.id), actor=actor, subject=portal.ref)
    return portal


def _read_languages(sent: Sequence[str]) -> list[str]:
    chosen = list(dict.fromkeys(sent))
    if not chosen or any(language not in rules.LANGUAGES for language in chosen):
        raise one_field("languages", N_("Choose at least one of the site’s languages."))
    return chosen


def edit(*, actor: Actor, portal: Portal, **content: Any) -> Portal:
    """Change what the portal says. `content`: `names`, `taglines`, `welcomes`, `terms` (texts by language), `languages`; the rest stays.

    An open portal keeps what opening takes. Raises NotAllowed, Invalid naming the field.
    """
    POLICY.require(actor, Act.EDIT, portal)
    languages = _read_languages(content["languages"]) if "languages" in content else portal.languages
    given: dict[str, Any] = {"languages": languages}
    most = {"names": rules.LONGEST_NAME, "taglines": rules.LONGEST_TAGLINE, "welcomes": rules.LONGEST_WELCOME, "terms": rules.LONGEST_TERMS}
    for name, limit in most.items():
        texts = content.get(name, getattr(portal, name))
        given[name] = rules.read_texts(texts, languages, most=limit, field=name, required=name == "names")
    given["name"] = given["names"][languages[0]]
    _write(actor, portal, given)
    if portal.state is State.OPEN and (gaps := rules.opening_gaps(portal)):
        raise Invalid(N_("An open portal needs these."), code="incomplete", fields=gaps)
    return portal


def _write(actor: Actor, portal: Portal, given: Mapping[str, Any]) -> None:
    """Put the values in and record the names of what changed, if anything did."""
    changed = [name for name, value in given.items() if getattr(portal, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(portal, name, given[name])
    portal.updated_at = clock.now()
    db.session.flush()
    journal.record(PortalEdited(portal_id=portal.id, fields=", ".join(changed)), actor=actor, subject=portal.ref)


def set_theme(*, actor: Actor, portal: Portal, theme: Mapping[str, Any]) -> Portal:
    """Give the portal its colours (see themes.read_theme). Raises NotAllowed, Invalid `bad_theme` or `contrast`: nothing is saved then."""
    POLICY.require(actor, Act.EDIT, portal)
    read = themes.read_theme(theme)
    themes.check_contrast(read)
    _write(actor, portal, {"theme": read.plain()})
    return portal


def set_logo(*, actor: Actor, portal: Portal, stream: BinaryIO, filename: str) -> Portal:
    """Show this image (PNG, JPEG or WebP, at most 256 kB) beside the name. Raises NotAllowed, Invalid about `logo`."""
    POLICY.require(actor, Act.EDIT, portal)
    try:
        kept = files.store(actor=actor, stream=stream, filename=filename, purpose="portal logo")
    except Invalid as error:
        raise Invalid(error.message, code=error.code, fields={"logo": str(error)}, **error.values) from error
    if kept.media_type not in IMAGES:
        raise one_field("logo", N_("A logo is a PNG, JPEG or WebP image."), code="not_an_image")
    if kept.size > LARGEST_LOGO:
        raise one_field("logo", N_("A logo is at most 256 kB: every visitor loads it."), code="file_too_large")
    stored.path_of(kept)
    _write(actor, portal, {"logo_id": kept.id})
    return portal


def remove_logo(*, actor: Actor, portal: Portal) -> Portal:
    """Raises NotAllowed."""
    POLICY.require(actor, Act.EDIT, portal)
    _write(actor, portal, {"logo_id": None})
    return portal


def arrange(*, actor: Actor, portal: Portal, first: Sequence[str], hidden: Sequence[str]) -> Portal:
    """Order what is published (`first`, by "challenge:3" or "need:5") and leave some out. Others' things are passed over.

    Raises NotAllowed.
    """
    POLICY.require(actor, Act.EDIT, portal)
    own = {item.ref for item in queries.public_items(portal)}
    order = [ref for ref in dict.fromkeys(first) if ref in own]
    _write(actor, portal, {"first": order, "hidden": sorted(own & set(hidden))})
    return portal


def set_pipeline(*, actor: Actor, portal: Portal, stages: object, days: object) -> Portal:
    """Name the three stages and promise days for each; clocks that run keep their day. Raises NotAllowed, Invalid."""
    POLICY.require(actor, Act.EDIT, portal)
    _write(actor, portal, {"stages": rules.read_stages(stages, portal.languages), "days": rules.read_days(days)})
    return portal


def open_portal(*, actor: Actor, portal: Portal) -> Portal:
    """Let visitors in. Raises NotAllowed, NotNow, Invalid (code incomplete) naming what is missing."""
    POLICY.require(actor, Act.OPEN, portal)
    if portal.state is not State.OPEN and (gaps := rules.opening_gaps(portal)):
        raise Invalid(N_("Some parts are missing before it can open."), code="incomplete", fields=gaps)
    LIFE.fire(portal, Act.OPEN)
    portal.opened_at = portal.opened_at or clock.now()
    portal.closed_at, portal.updated_at = None, clock.now()
    journal.record(PortalOpened(portal_id=portal.id), actor=actor, subject=portal.ref)
    _tell(actor, portal, N_("The portal “%(portal)s” is open."))
    return portal


def close(*, actor: Actor, portal: Portal) -> Portal:
    """Take no more submissions; those that came are decided as before. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.CLOSE, portal)
    LIFE.fire(portal, Act.CLOSE)
    portal.closed_at = portal.updated_at = clock.now()
    journal.record(PortalClosed(portal_id=portal.id), actor=actor, subject=portal.ref)
    _tell(actor, portal, N_("The portal “%(portal)s” takes no more submissions."))
    return portal


def _tell(actor: Actor, portal: Portal, text: str) -> None:
    others = [person_id for person_id in queries.manager_ids(portal) if person_id != actor.person_id]
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.PORTAL, values={"portal": portal.name}, link=portal.path)


def name_manager(*, actor: Actor, portal: Portal, email: str) -> PortalManager:
    """Let somebody of the customer's organisation run the portal. Raises NotAllowed, Invalid about `email`, Conflict if they do already."""
    POLICY.require(actor, Act.APPOINT, portal)
    person = accounts.by_email(email.strip())
    if person is None or person.id not in organisations.member_ids(portal.organisation_id):
        raise one_field("email", N_("Nobody with this address belongs to the customer’s organisation."), code="not_a_member")
    if any(manager.person_id == person.id for manager in portal.managers):
        raise Conflict(N_("This person runs the portal already."), fields={"email": N_("This person runs the portal already.")})
    manager = PortalManager(portal_id=portal.id, person_id=person.id, named_by=actor.person_id, since=clock.now())
    portal.managers.append(manager)
    db.session.flush()
    journal.record(PortalManagerNamed(portal_id=portal.id, person_id=person.id), actor=actor, subject=portal.ref)
    messages.notify(
        actor=actor, person_ids=[person.id], text=N_("You now run the portal “%(portal)s”."), kind=About.PORTAL,
        values={"portal": portal.name}, link=f"{portal.path}/manage",
    )  # fmt: skip
    return manager


def remove_manager(*, actor: Actor, portal: Portal, person_id: int) -> None:
    """Raises NotAllowed, NotFound."""
    POLICY.require(actor, Act.APPOINT, portal)
    manager = next((manager for manager in portal.managers if manager.person_id == person_id), None)
    if manager is None:
        raise NotFound(N_("This person does not run the portal."))
    portal.managers.remove(manager)
    db.session.flush()
    journal.record(PortalManagerRemoved(portal_id=portal.id, person_id=person_id), actor=actor, subject=portal.ref)
    messages.notify(
        actor=actor, person_ids=[person_id], text=N_("You no longer run the portal “%(portal)s”."), kind=About.PORTAL,
        values={"portal": portal.name},
    )  # fmt: skip
