"""Reads of the platforms room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, case, cast, func, select

from hub.complement.platforms import policy
from hub.complement.platforms.models import Platform
from hub.complement.platforms.states import PUBLIC, State
from hub.core.agreements import queries as agreements
from hub.core.organisations import queries as organisations
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.types import Lines, lines
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

AGREEMENT = "developer"
"""The kind of agreement that developers sign."""
NO_SUCH = N_("There is no such platform.")


@dataclass(frozen=True)
class Shown:
    """A platform with whoever runs it."""

    platform: Platform
    owner: organisations.OrganisationCard

    @property
    def id(self) -> int:
        return self.platform.id


@dataclass(frozen=True)
class Standing:
    """How somebody stands to a platform's developer agreement: the current version, when they signed it, whether only an older one."""

    terms: Any
    signed_at: Any = None
    signed_before: bool = False


def shown(platforms: Iterable[Platform]) -> list[Shown]:
    """Each with its organisation. One statement."""
    platforms = list(platforms)
    owners = organisations.cards(platform.organisation_id for platform in platforms)
    return [Shown(platform, owners[platform.organisation_id]) for platform in platforms]


def get_for(actor: Actor, slug: str) -> Platform:
    """The platform, if this actor may read it. Raises NotFound otherwise, so that drafts cannot be guessed."""
    platform = by_slug(slug)
    if platform is None or not policy.may_read(actor, platform):
        raise NotFound(NO_SUCH)
    return platform


def by_slug(slug: str) -> Platform | None:
    """Unchecked."""
    return db.session.scalars(select(Platform).where(Platform.slug == slug)).one_or_none()


def by_id(platform_id: int) -> Platform:
    """Unchecked. Raises NotFound."""
    platform = db.session.get(Platform, platform_id)
    if platform is None:
        raise NotFound(NO_SUCH)
    return platform


def by_ids(ids: Iterable[int]) -> dict[int, Platform]:
    """Unchecked, by id."""
    wanted = set(ids)
    return {p.id: p for p in db.session.scalars(select(Platform).where(Platform.id.in_(wanted)))} if wanted else {}


def by_source(source_key: str) -> Platform | None:
    return db.session.scalars(select(Platform).where(Platform.source_key == source_key)).one_or_none()


def listed(*, page: int = 1, size: int = 20) -> tuple[Sequence[Platform], int]:
    """One page of what is public, open ones first, the newest before, and how many there are. Two statements."""
    chosen = Platform.state.in_(PUBLIC)
    total = db.session.scalar(select(func.count()).select_from(Platform).where(chosen)) or 0
    order = ((Platform.state == State.CLOSED).asc(), Platform.opened_at.desc(), Platform.id.desc())
    return db.session.scalars(select(Platform).where(chosen).order_by(*order).limit(size).offset((page - 1) * size)).all(), total


def public_after(last_id: int | None, limit: int) -> Sequence[Platform]:
    """Up to `limit` + 1 public platforms, newest first, after the one numbered `last_id`."""
    query = select(Platform).where(Platform.state.in_(PUBLIC))
    return db.session.scalars(older(query, Platform.id, last_id, limit + 1)).all()


def of_organisation(organisation_id: int) -> Sequence[Platform]:
    query = select(Platform).where(Platform.organisation_id == organisation_id).order_by(Platform.updated_at.desc(), Platform.id.desc())
    return db.session.scalars(query.limit(200)).all()


LINES_ORDER = (Platform.updated_at.desc(), Platform.id.desc())


def lines_of(organisation_id: int) -> Lines:
    """The public platforms of an organisation as its page asks for them: in which state, or nothing for a catalogue."""
    state = case((Platform.source_key.is_(None), cast(Platform.state, String)))
    return lines(Platform.name, Platform.slug, words=state).where(Platform.organisation_id == organisation_id, Platform.state.in_(PUBLIC))


def public_ids() -> Sequence[int]:
    """Everything that lists show, for the search index."""
    return db.session.scalars(select(Platform.id).where(Platform.state.in_(PUBLIC))).all()


def taken_slugs(stem: str) -> set[str]:
    return set(db.session.scalars(select(Platform.slug).where(Platform.slug.startswith(stem, autoescape=True))))


def manager_ids(platform: Platform) -> list[int]:
    """The people who decide for it, as person ids."""
    return organisations.member_ids(platform.organisation_id, (Role.OWNER, Role.MANAGER))


def standing(actor: Actor, platform: Platform) -> Standing:
    """Two statements for whoever has signed the current version, three for the others."""
    if platform.terms_id is None:
        return Standing(None)
    terms = agreements.get(platform.terms_id)
    if actor.person_id is None:
        return Standing(terms)
    signature = agreements.signature(actor.person_id, terms.id)
    if signature is not None:
        return Standing(terms, signature.signed_at)
    return Standing(terms, signed_before=terms.number > 1 and agreements.signed_any(actor.person_id, platform.ref, AGREEMENT))


def _may_read_agreement(actor: Actor, subject: str) -> bool:
    number = subject.partition(":")[2]
    platform = db.session.get(Platform, int(number)) if number.isdecimal() else None
    return platform is not None and policy.may_read(actor, platform)


agreements.may_read_with("platform", _may_read_agreement)
