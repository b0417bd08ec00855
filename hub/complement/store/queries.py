"""Reads of the store: who has installed what, what they say of it, and what a token is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, or_, select

from hub.complement.platforms.models import Platform
from hub.complement.products import policy as product_policy
from hub.complement.products import queries as products
from hub.complement.products import rules as product_rules
from hub.complement.products.models import Product, Release
from hub.complement.store import policy, rules
from hub.complement.store.models import Entitlement, Rating
from hub.complement.store.rules import NEUTRAL, STARS, Refusal, Score, TokenRefused
from hub.complement.store.states import State
from hub.core.accounts import queries as accounts
from hub.core.organisations import queries as organisations
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound, NotNow
from hub.kernel.words import N_
from hub.search.index import queries as index

SIZE = 24
RATINGS = 20
NO_SUCH = N_("There is no such installation.")


@dataclass(frozen=True)
class Install:
    """An entitlement as its holders see it: whose it is, which version they have, which one they could have."""

    entitlement: Entitlement
    vendor: products.Vendor
    holder: str
    has: Release | None
    latest: Release | None

    @property
    def id(self) -> int:
        return self.entitlement.id

    @property
    def has_update(self) -> bool:
        return bool(self.has and self.latest and product_rules.is_newer(self.latest.number, self.has.number))


@dataclass(frozen=True)
class RatingShown:
    rating: Rating
    name: str
    href: str

    @property
    def id(self) -> int:
        return self.rating.id


@dataclass(frozen=True)
class Verdict:
    """What a token is worth now. Without a refusal it is valid."""

    refusal: Refusal | None
    entitlement: Entitlement | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    holder: str = ""
    reason: str = ""

    @property
    def valid(self) -> bool:
        return self.refusal is None


# --- finding ----------------------------------------------------------------------------------------------------------


def find(platform: Platform, q: str, sectors: tuple[str, ...], centres: tuple[str, ...], *, page: int, newest: bool) -> index.Results:
    """The platform's products in the site's index: words, categories (sectors), centres. No statement."""
    request = index.SearchRequest(
        q=q, kinds=("product",), sectors=sectors, centres=centres, group=platform.ref, offset=min((page - 1) * SIZE, 10_000), size=SIZE,
        sort=index.NEWEST if newest else index.BEST,
    )  # fmt: skip
    return index.search(request)


# --- entitlements -----------------------------------------------------------------------------------------------------


def get_for(actor: Actor, entitlement_id: int) -> Entitlement:
    """For its holders, and those who answer for the product. Raises NotFound."""
    entitlement = db.session.get(Entitlement, entitlement_id)
    if entitlement is None or not (policy.holds_it(actor, entitlement) or policy.answers_for_product(actor, entitlement)):
        raise NotFound(NO_SUCH)
    return entitlement


def held_by(actor: Actor, entitlement_id: int) -> Entitlement:
    """For its holders, while it is in force. Raises NotFound, NotAllowed for those who only answer for the product, NotNow."""
    entitlement = get_for(actor, entitlement_id)
    if not policy.holds_it(actor, entitlement):
        raise NotAllowed(N_("Only its holder gets the token."))
    if entitlement.state is not State.ACTIVE:
        raise NotNow(N_("There is a token only while it is installed."))
    return entitlement


def own(product_id: int, person_id: int | None, organisation_id: int | None) -> Entitlement | None:
    """The one entitlement of this holder."""
    query = select(Entitlement).where(Entitlement.product_id == product_id)
    if organisation_id is not None:
        return db.session.scalars(query.where(Entitlement.organisation_id == organisation_id)).one_or_none()
    return db.session.scalars(query.where(Entitlement.person_id == person_id)).one_or_none()


def held(actor: Actor, product_id: int) -> list[Entitlement]:
    """The actor's own and those of their organisations, in any state; their own first."""
    if actor.person_id is None:
        return []
    mine = or_(Entitlement.person_id == actor.person_id, Entitlement.organisation_id.in_(list(actor.roles)))
    found = db.session.scalars(select(Entitlement).where(Entitlement.product_id == product_id, mine))
    return sorted(found, key=lambda each: (each.person_id is None, each.id))


def may_use(actor: Actor, product_id: int) -> Entitlement | None:
    """The entitlement by which the actor may fetch the product's files now."""
    return next((each for each in held(actor, product_id) if each.state is State.ACTIVE), None)


def has_used(actor: Actor, product_id: int) -> Entitlement | None:
    """The entitlement by which the actor may rate: in force, or their own once. A revoked one is none."""
    return next((each for each in held(actor, product_id) if each.state is not State.REVOKED), None)


def of_actor(actor: Actor) -> list[Install]:
    """Everything the actor and their organisations have installed, the newest first. Five statements at most."""
    mine = or_(Entitlement.person_id == (actor.person_id or 0), Entitlement.organisation_id.in_(list(actor.roles)))
    query = (
        select(Entitlement)
        .where(mine, Entitlement.state.not_in([State.ENDED, State.RETURNED]))
        .order_by(Entitlement.since.desc(), Entitlement.id.desc())
    )
    return installs(db.session.scalars(query.limit(200)).all())


def of_product(product: Product) -> Sequence[Entitlement]:
    """For those who answer for it: numbers and dates, not names. The newest first."""
    query = select(Entitlement).where(Entitlement.product_id == product.id).order_by(Entitlement.id.desc())
    return db.session.scalars(query.limit(500)).all()


def installs(entitlements: Sequence[Entitlement]) -> list[Install]:
    of = products.vendors([each.product for each in entitlements])
    latest = products.latest_of({each.product_id for each in entitlements})
    wanted = {each.release_id for each in entitlements if each.release_id is not None}
    has = {r.id: r for r in db.session.scalars(select(Release).where(Release.id.in_(wanted)))} if wanted else {}
    bodies = organisations.cards(each.organisation_id for each in entitlements)
    return [
        Install(
            each,
            of[each.product_id],
            bodies[each.organisation_id].name if each.organisation_id is not None else "",
            has.get(each.release_id or 0),
            latest.get(each.product_id),
        )
        for each in entitlements
    ]


def count(product_id: int) -> int:
    """How many have it installed now."""
    query = select(func.count()).where(Entitlement.product_id == product_id, Entitlement.state == State.ACTIVE)
    return db.session.scalar(query) or 0


def holders_of(release_id: int) -> list[int]:
    """Whom a yank concerns: those who fetched this version and still have the product."""
    rows = db.session.execute(
        select(Entitlement.person_id, Entitlement.organisation_id).where(
            Entitlement.release_id == release_id, Entitlement.state == State.ACTIVE
        )
    ).all()
    people = {row.person_id for row in rows if row.person_id is not None}
    for organisation_id in {row.organisation_id for row in rows if row.organisation_id is not None}:
        people |= set(organisations.member_ids(organisation_id))
    return sorted(people)


def verify(secret: str, token: str) -> Verdict:
    """What the token is worth now. A forged one tells nothing about anything."""
    try:
        claims = rules.read(secret, token, clock.now())
    except TokenRefused as refused:
        return Verdict(refused.refusal)
    entitlement = db.session.get(Entitlement, claims.entitlement_id)
    if entitlement is None:
        return Verdict(Refusal.FORGED)
    ended = {State.ENDED: Refusal.ENDED, State.REVOKED: Refusal.REVOKED, State.RETURNED: Refusal.RETURNED}
    refusal = ended.get(entitlement.state)
    if refusal is None and claims.serial != entitlement.serial:
        refusal = Refusal.REPLACED
    return Verdict(
        refusal,
        entitlement,
        datetime.fromtimestamp(claims.issued_at, UTC),
        datetime.fromtimestamp(claims.expires_at, UTC),
        "organisation" if entitlement.organisation_id is not None else "person",
        entitlement.reason,
    )


def token_of(secret: str, entitlement: Entitlement) -> str:
    """A fresh token, good for `rules.VALID_FOR`."""
    product = entitlement.product
    name = f"{product.platform.slug}/{product.slug}"
    return rules.issue(secret, entitlement_id=entitlement.id, serial=entitlement.serial, product=name, now=clock.now())


# --- ratings ----------------------------------------------------------------------------------------------------------


def score(product: Product) -> Score:
    """The product's ratings and its platform's mean, in one statement."""
    is_own = (Rating.product_id == product.id).label("is_own")
    query = select(is_own, Rating.stars, func.count()).join(Product, Product.id == Rating.product_id)
    rows = db.session.execute(query.where(Product.platform_id == product.platform_id).group_by(is_own, Rating.stars)).all()
    total, number = sum(stars * n for _, stars, n in rows), sum(n for _, _, n in rows)
    own_stars = {stars: n for own_one, stars, n in rows if own_one}
    return Score({star: own_stars.get(star, 0) for star in STARS}, total / number if number else NEUTRAL)


def changes(product_ids: Sequence[int]) -> dict[int, int]:
    """How often ratings of each were written or changed: a number that only grows."""
    query = select(Rating.product_id, func.sum(Rating.version)).where(Rating.product_id.in_(product_ids)).group_by(Rating.product_id)
    return {product_id: int(number) for product_id, number in db.session.execute(query)} if product_ids else {}


def scores(product_ids: Sequence[int]) -> dict[int, Score]:
    """As `score`, for many at once. Two statements."""
    if not product_ids:
        return {}
    platforms = dict(db.session.execute(select(Product.id, Product.platform_id).where(Product.id.in_(product_ids))).all())
    query = select(Product.platform_id, Rating.product_id, Rating.stars, func.count()).join(Product, Product.id == Rating.product_id)
    query = query.where(Product.platform_id.in_(set(platforms.values()))).group_by(Product.platform_id, Rating.product_id, Rating.stars)
    rows = db.session.execute(query).all()
    found = {}
    for product_id, platform_id in platforms.items():
        there = [(own_id, stars, n) for place, own_id, stars, n in rows if place == platform_id]
        number = sum(n for _, _, n in there)
        mean = sum(stars * n for _, stars, n in there) / number if number else NEUTRAL
        found[product_id] = Score({star: sum(n for own_id, s, n in there if own_id == product_id and s == star) for star in STARS}, mean)
    return found


def ratings(product_id: int, *, page: int = 1, size: int = RATINGS) -> list[RatingShown]:
    """One page, the last changed first. Two statements."""
    query = select(Rating).where(Rating.product_id == product_id).order_by(Rating.updated_at.desc(), Rating.id.desc())
    return shown(db.session.scalars(query.limit(size).offset((page - 1) * size)).all())


def ratings_after(product_id: int, last_id: int | None, limit: int) -> list[RatingShown]:
    query = select(Rating).where(Rating.product_id == product_id)
    return shown(db.session.scalars(older(query, Rating.id, last_id, limit + 1)).all())


def shown(found: Sequence[Rating]) -> list[RatingShown]:
    people = accounts.cards(rating.person_id for rating in found)
    return [
        RatingShown(rating, people[rating.person_id].name, f"/people/{people[rating.person_id].handle}")
        if rating.person_id in people
        else RatingShown(rating, "", "")
        for rating in found
    ]


def rating_of(product_id: int, person_id: int | None) -> Rating | None:
    return db.session.scalars(select(Rating).where(Rating.product_id == product_id, Rating.person_id == (person_id or 0))).one_or_none()


def rating_for(actor: Actor, rating_id: int) -> Rating:
    """A rating of a product that the actor may read. Raises NotFound."""
    rating = db.session.get(Rating, rating_id)
    if rating is None or not product_policy.may_read(actor, rating.product):
        raise NotFound(N_("There is no such rating."))
    return rating
