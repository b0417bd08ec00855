"""Reads of the products room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from hub.complement.platforms import queries as platforms
from hub.complement.platforms import rules as platform_rules
from hub.complement.platforms.models import Platform
from hub.complement.products import policy, rules
from hub.complement.products.models import Decision, Product, Release
from hub.complement.products.rules import ImportedProduct
from hub.complement.products.states import PUBLISHED, Stage, State
from hub.core.accounts import queries as accounts
from hub.core.organisations import queries as organisations
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

CHUNK = 500
NO_SUCH = N_("There is no such product.")
NO_RELEASE = N_("There is no such release.")


@dataclass(frozen=True)
class Vendor:
    """Who answers for a product: a name, and where to read about them."""

    name: str
    href: str
    is_person: bool = False


@dataclass(frozen=True)
class Shown:
    """A product with its vendor and its newest release, if there is one."""

    product: Product
    vendor: Vendor
    latest: Release | None

    @property
    def id(self) -> int:
        return self.product.id


@dataclass(frozen=True)
class Plan:
    """What an import would do with its records. `vanished`: products here that the source no longer holds; they stay as they are."""

    new: Sequence[ImportedProduct]
    changed: Sequence[ImportedProduct]
    unchanged: Sequence[ImportedProduct]
    vanished: int


def vendors(products: Iterable[Product]) -> dict[int, Vendor]:
    """By the product's id. Two statements at most."""
    products = list(products)
    bodies = organisations.cards(product.organisation_id for product in products)
    people = accounts.cards(product.person_id for product in products)
    found: dict[int, Vendor] = {}
    for product in products:
        if product.organisation_id is not None:
            body = bodies[product.organisation_id]
            found[product.id] = Vendor(body.name, f"/orgs/{body.slug}")
        else:
            person = people[product.person_id or 0]
            found[product.id] = Vendor(person.name, f"/people/{person.handle}", is_person=True)
    return found


def shown(products: Iterable[Product]) -> list[Shown]:
    """Three statements at most, however many there are."""
    products = list(products)
    of, newest = vendors(products), latest_of([product.id for product in products])
    return [Shown(product, of[product.id], newest.get(product.id)) for product in products]


def latest_of(product_ids: Iterable[int]) -> dict[int, Release]:
    """The newest approved release of each that has one. One statement per 500."""
    ids, found = list(product_ids), {}
    by_product: dict[int, list[Release]] = {}
    for start in range(0, len(ids), CHUNK):
        chosen = select(Release).where(Release.product_id.in_(ids[start : start + CHUNK]), Release.state == Stage.APPROVED)
        for release in db.session.scalars(chosen):
            by_product.setdefault(release.product_id, []).append(release)
    for product_id, releases in by_product.items():
        number = rules.newest(release.number for release in releases)
        found[product_id] = next(release for release in releases if release.number == number)
    return found


def get_for(actor: Actor, platform_slug: str, slug: str) -> Product:
    """The product, if this actor may read it. Raises NotFound otherwise. One statement."""
    query = select(Product).join(Platform, Platform.id == Product.platform_id)
    product = db.session.scalars(query.where(Platform.slug == platform_slug, Product.slug == slug)).one_or_none()
    if product is None or not policy.may_read(actor, product):
        raise NotFound(NO_SUCH)
    return product


def release_of(actor: Actor, product: Product, release_id: int) -> Release:
    """A release of the product: published ones for everybody who may read it, the others for those whom the review concerns."""
    release = db.session.get(Release, release_id)
    if release is None or release.product_id != product.id:
        raise NotFound(NO_RELEASE)
    if release.state not in PUBLISHED and not policy.reads_its_review(actor, product):
        raise NotFound(NO_RELEASE)
    return release


def by_id(product_id: int) -> Product:
    """Unchecked. Raises NotFound."""
    product = db.session.get(Product, product_id)
    if product is None:
        raise NotFound(NO_SUCH)
    return product


def release_by_id(release_id: int) -> Release:
    """Unchecked. Raises NotFound."""
    release = db.session.get(Release, release_id)
    if release is None:
        raise NotFound(NO_RELEASE)
    return release


def by_ids(ids: Iterable[int]) -> dict[int, Product]:
    """Unchecked, by id."""
    wanted = list(ids)
    found: dict[int, Product] = {}
    for start in range(0, len(wanted), CHUNK):
        found |= {p.id: p for p in db.session.scalars(select(Product).where(Product.id.in_(wanted[start : start + CHUNK])))}
    return found


def releases(product: Product, *, published_only: bool) -> list[Release]:
    """The highest version first."""
    query = select(Release).where(Release.product_id == product.id)
    if published_only:
        query = query.where(Release.state.in_(PUBLISHED))
    return sorted(db.session.scalars(query), key=lambda release: (rules.precedence(release.number), release.id), reverse=True)


def published_numbers(product_id: int) -> Sequence[str]:
    return db.session.scalars(select(Release.number).where(Release.product_id == product_id, Release.state.in_(PUBLISHED))).all()


def hold(product_id: int) -> None:
    """Have whoever else is about to send a release of it wait for this transaction's end."""
    db.session.execute(select(Product.id).where(Product.id == product_id).with_for_update())


def in_review(product_id: int) -> Release | None:
    query = select(Release).where(Release.product_id == product_id, Release.state == Stage.IN_REVIEW)
    return db.session.scalars(query).one_or_none()


def decisions(product_id: int) -> Sequence[Decision]:
    """The newest first."""
    return db.session.scalars(select(Decision).where(Decision.product_id == product_id).order_by(Decision.id.desc())).all()


def waiting(platform_id: int) -> Sequence[Release]:
    """What waits for the platform's reviewers, the longest waiting first."""
    query = select(Release).join(Product, Product.id == Release.product_id)
    query = query.where(Product.platform_id == platform_id, Release.state == Stage.IN_REVIEW)
    return db.session.scalars(query.order_by(Release.sent_at, Release.id)).all()


def promise(platform_id: int, since: datetime) -> tuple[int, int]:
    """How the platform keeps its promise: (decided in time, due) of what was sent since then."""
    query = select(Release.decided_at, Release.due_at).join(Product, Product.id == Release.product_id)
    rows = db.session.execute(query.where(Product.platform_id == platform_id, Release.sent_at >= since, Release.state != Stage.RECALLED))
    return platform_rules.kept_promise(rows)


def listed_after(platform_id: int | None, last_id: int | None, limit: int) -> Sequence[Product]:
    """Up to `limit` + 1 listed products, newest first, after the one numbered `last_id`."""
    query = select(Product).where(Product.state == State.LISTED)
    if platform_id is not None:
        query = query.where(Product.platform_id == platform_id)
    return db.session.scalars(older(query, Product.id, last_id, limit + 1)).all()


def listed(platform_id: int, *, page: int, size: int) -> tuple[Sequence[Product], int]:
    """One page of what the platform lists, the newest first: where the index cannot be asked. Two statements."""
    chosen = and_(Product.platform_id == platform_id, Product.state == State.LISTED)
    total = db.session.scalar(select(func.count()).select_from(Product).where(chosen)) or 0
    order = (Product.listed_at.desc(), Product.id.desc())
    return db.session.scalars(select(Product).where(chosen).order_by(*order).limit(size).offset((page - 1) * size)).all(), total


def released(platform_id: int, limit: int = 40) -> Sequence[Release]:
    """The platform's latest releases of listed products, the newest first: its feed."""
    query = select(Release).join(Product, Product.id == Release.product_id)
    query = query.where(Product.platform_id == platform_id, Product.state == State.LISTED, Release.state == Stage.APPROVED)
    return db.session.scalars(query.order_by(Release.decided_at.desc(), Release.id.desc()).limit(limit)).all()


def of_vendor(actor: Actor, limit: int = 200) -> Sequence[Product]:
    """What the actor publishes, alone or for an organisation, in every state; the last changed first."""
    query = select(Product).where(_of_vendor(actor), Product.source_key.is_(None))
    return db.session.scalars(query.order_by(Product.updated_at.desc(), Product.id.desc()).limit(limit)).all()


def _of_vendor(actor: Actor) -> ColumnElement[bool]:
    mine = [number for number in actor.roles if actor.manages(number)]
    return or_(Product.person_id == (actor.person_id or 0), Product.organisation_id.in_(mine))


def public_ids() -> Sequence[int]:
    """Everything that lists show, for the search index."""
    return db.session.scalars(select(Product.id).where(Product.state == State.LISTED)).all()


def taken_slugs(platform_id: int, stem: str = "") -> set[str]:
    query = select(Product.slug).where(Product.platform_id == platform_id)
    return set(db.session.scalars(query.where(Product.slug.startswith(stem, autoescape=True)) if stem else query))


def vendor_ids(product: Product) -> list[int]:
    """The people who decide for the product, as person ids."""
    if product.is_imported:
        return []
    if product.organisation_id is None:
        return [product.person_id] if product.person_id is not None else []
    return organisations.member_ids(product.organisation_id, (Role.OWNER, Role.MANAGER))


def reviewer_ids(product: Product) -> list[int]:
    """Whom a review waits for: the platform's managers who do not belong to the vendor."""
    own: set[int] = set(organisations.member_ids(product.organisation_id)) if product.organisation_id is not None else set()
    own |= {product.person_id} if product.person_id is not None else set()
    return [person_id for person_id in platforms.manager_ids(product.platform) if person_id not in own]


def compare(source: str, records: Iterable[ImportedProduct]) -> Plan:
    """What an import of these records would do. One statement."""
    rows = db.session.execute(select(Product.source_key, Product.source_hash).where(Product.source == source))
    known: dict[str | None, str] = {row.source_key: row.source_hash for row in rows}
    plan: dict[str, list[ImportedProduct]] = {"new": [], "changed": [], "unchanged": []}
    for record in records:
        stored = known.pop(record.source_key, None)
        plan["new" if stored is None else "unchanged" if stored == record.fingerprint else "changed"].append(record)
    return Plan(plan["new"], plan["changed"], plan["unchanged"], vanished=len(known))


def by_source_keys(keys: Iterable[str]) -> Mapping[str, Product]:
    """Imported products by their source's key."""
    wanted = list(keys)
    found: dict[str, Product] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = db.session.scalars(select(Product).where(Product.source_key.in_(wanted[start : start + CHUNK])))
        found |= {product.source_key: product for product in rows if product.source_key}
    return found


def listed_of(*, person_id: int | None = None, organisation_id: int | None = None) -> Any:
    """When each product was listed that this vendor sells here now, catalogues of others apart."""
    mine = Product.person_id == person_id if person_id is not None else Product.organisation_id == organisation_id
    return select(Product.listed_at).where(mine, Product.state == State.LISTED, Product.source == "", Product.listed_at.is_not(None))
