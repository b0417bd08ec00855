"""The only writes of the store. Each checks the policy, fires the move, writes, records what happened; none commits."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from hub.complement.products import policy as product_policy
from hub.complement.products import queries as products
from hub.complement.products.models import Product, Release
from hub.complement.products.states import Stage
from hub.complement.products.states import State as ProductState
from hub.complement.store import queries, rules
from hub.complement.store.events import (
    EntitlementGivenBack,
    EntitlementRevoked,
    EntitlementTokenReplaced,
    ProductInstalled,
    ProductRated,
    ProductRatingAnswered,
    ProductRatingChanged,
    ProductUninstalled,
    ReleaseDownloaded,
)
from hub.complement.store.models import Entitlement, Rating
from hub.complement.store.policy import POLICY
from hub.complement.store.states import LIFE, Act, State
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.organisations import queries as organisations
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import Conflict, NotAllowed, NotNow, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_
from hub.search.index import operations as index

NOT_INSTALLED = N_("Install it first: only those who have it fetch its files.")


def install(*, actor: Actor, product: Product, organisation_id: int | None = None) -> Entitlement:
    """The holder's entitlement to the product; there is only ever one, whoever asks how often.

    For an organisation its owners and managers ask. What has a price is bought (room `sales`); who had it keeps it.

    Raises NotAllowed (also `revoked`), NotNow (`released_elsewhere`, `nothing_to_install`, `has_a_price`).
    """
    POLICY.require(actor, Act.INSTALL, product)
    if organisation_id is not None and not actor.manages(organisation_id):
        raise NotAllowed(N_("Only owners and managers install for an organisation."))
    if product.is_imported:
        raise NotNow(N_("This product is released elsewhere: get it at its source."), code="released_elsewhere")
    person_id = None if organisation_id is not None else actor.person_id
    known = queries.own(product.id, person_id, organisation_id)
    if product.price is not None and (known is None or known.state is State.RETURNED):
        raise NotNow(N_("It has a price: buy it."), code="has_a_price")
    return grant(actor=actor, product=product, person_id=person_id, organisation_id=organisation_id)


def grant(*, actor: Actor, product: Product, person_id: int | None, organisation_id: int | None) -> Entitlement:
    """The holder's entitlement, made or taken up again. That it is due (it is free, or was paid for), the caller has decided.

    Raises NotAllowed (`revoked`), NotNow (`nothing_to_install`).
    """
    if product.state is not ProductState.LISTED or product.id not in products.latest_of([product.id]):
        raise NotNow(N_("There is nothing to install: no release of it is listed."), code="nothing_to_install")
    known = queries.own(product.id, person_id, organisation_id)
    if known is None:
        known = _grant(actor, product, person_id, organisation_id)
    if known.state is State.REVOKED:
        raise NotAllowed(N_("This entitlement was revoked: %(reason)s"), code="revoked", reason=known.reason)
    if known.state in (State.ENDED, State.RETURNED):
        LIFE.fire(known, Act.INSTALL_AGAIN)
        known.serial += 1
        known.updated_at = clock.now()
        _record(ProductInstalled(entitlement_id=known.id, product_id=product.id), actor, known)
    return known


def _grant(actor: Actor, product: Product, person_id: int | None, organisation_id: int | None) -> Entitlement:
    """A new one, or the one that somebody made a moment ago."""
    now = clock.now()
    entitlement = Entitlement(
        product=product, product_id=product.id, person_id=person_id, organisation_id=organisation_id, since=now, updated_at=now,
        state=LIFE.initial, reason="", serial=1,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(entitlement)
            db.session.flush()
    except IntegrityError:
        found = queries.own(product.id, person_id, organisation_id)
        if found is None:
            raise
        return found
    _record(ProductInstalled(entitlement_id=entitlement.id, product_id=product.id), actor, entitlement)
    return entitlement


def fetch(*, actor: Actor, release: Release) -> Release:
    """The release, to be handed out: noted for those who have installed the product, free to look at for those whom its review concerns.

    Raises NotAllowed for anybody else, NotNow (`yanked`) for a version that nobody should use any more.
    """
    concerned = product_policy.reads_its_review(actor, release.product)
    entitlement = queries.may_use(actor, release.product_id)
    if entitlement is None:
        if concerned:
            return release
        raise NotAllowed(NOT_INSTALLED, code="not_installed")
    if release.state is Stage.YANKED and not concerned:
        raise NotNow(N_("This version was yanked: %(reason)s"), code="yanked", reason=release.yank_reason)
    if release.state is Stage.APPROVED and entitlement.release_id != release.id:
        entitlement.release_id, entitlement.updated_at = release.id, clock.now()
        _record(ReleaseDownloaded(entitlement_id=entitlement.id, release_id=release.id), actor, entitlement)
    return release


def uninstall(*, actor: Actor, entitlement: Entitlement) -> Entitlement:
    """Give it up; its tokens are no longer taken. Raises NotAllowed, NotNow."""
    _move(actor, entitlement, Act.UNINSTALL)
    _record(ProductUninstalled(entitlement_id=entitlement.id), actor, entitlement)
    return entitlement


def renew_token(*, actor: Actor, entitlement: Entitlement) -> Entitlement:
    """Have all tokens that were given out so far refused. Raises NotAllowed, NotNow."""
    _move(actor, entitlement, Act.RENEW_TOKEN)
    entitlement.serial += 1
    _record(EntitlementTokenReplaced(entitlement_id=entitlement.id), actor, entitlement)
    return entitlement


def revoke(*, actor: Actor, entitlement: Entitlement, reason: str) -> Entitlement:
    """Take it away (the vendor, or the platform's reviewers); the holder is told why. Raises NotAllowed, NotNow, Invalid about `reason`."""
    POLICY.require(actor, Act.REVOKE, entitlement)
    said = reason.strip()
    if not rules.SHORTEST_REASON <= len(said) <= rules.LONGEST_REASON:
        raise one_field("reason", N_("Say why, in 10 to 1,000 characters: its holder reads it."))
    _move(actor, entitlement, Act.REVOKE)
    entitlement.reason = said
    _record(EntitlementRevoked(entitlement_id=entitlement.id), actor, entitlement)
    text = N_("Your entitlement to “%(name)s” was revoked: %(reason)s")
    _tell(actor, _holders(entitlement), entitlement.product, text, "/my/installs", reason=said)
    return entitlement


def give_back(*, actor: Actor, entitlement: Entitlement) -> Entitlement:
    """It ends, because its price was returned; that this is due, the calling room has decided. What was revoked stays revoked."""
    if entitlement.state in (State.ACTIVE, State.ENDED):
        LIFE.fire(entitlement, Act.GIVE_BACK)
        entitlement.updated_at = clock.now()
        _record(EntitlementGivenBack(entitlement_id=entitlement.id), actor, entitlement)
    return entitlement


def _holders(entitlement: Entitlement) -> list[int | None]:
    if entitlement.organisation_id is None:
        return [entitlement.person_id]
    return list(organisations.member_ids(entitlement.organisation_id, (Role.OWNER, Role.MANAGER)))


def rate(*, actor: Actor, product: Product, stars: int, text: str = "") -> Rating:
    """Rate what one has installed: one rating a person, which they may change. The vendor is told.

    Raises NotAllowed: the vendor's own people, an address not confirmed, not installed (`not_installed`); Invalid.
    """
    POLICY.require(actor, Act.RATE, product)
    require_verified(actor)
    if stars not in rules.STARS:
        raise one_field("stars", N_("Give one to five stars."))
    if len(text.strip()) > rules.LONGEST_TEXT:
        raise one_field("text", N_("Write at most 4,000 characters."))
    entitlement = queries.has_used(actor, product.id)
    if entitlement is None:
        raise NotAllowed(N_("Only people who have installed it rate it."), code="not_installed")
    number = entitlement.release.number if entitlement.release is not None else ""
    rating = queries.rating_of(product.id, actor.person_id)
    event: ProductRated | ProductRatingChanged
    if rating is None:
        rating, event = _first_rating(actor, product, stars, text.strip(), number)
    else:
        rating.stars, rating.text, rating.number, rating.updated_at = stars, text.strip(), number, clock.now()
        db.session.flush()
        event = ProductRatingChanged(rating_id=rating.id, stars=stars)
    journal.record(event, actor=actor, subject=rating.ref, scope=product.ref)
    index.mark([product.ref])
    said = N_("“%(name)s” was rated: %(stars)s of 5 stars.")
    _tell(actor, products.vendor_ids(product), product, said, f"{product.path}#ratings", stars=stars)
    return rating


def _first_rating(actor: Actor, product: Product, stars: int, text: str, number: str) -> tuple[Rating, ProductRated]:
    now = clock.now()
    rating = Rating(
        product=product, product_id=product.id, person_id=actor.person_id, stars=stars, text=text, number=number, reply="",
        created_at=now, updated_at=now,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(rating)
            db.session.flush()
    except IntegrityError as error:
        raise Conflict(N_("You have just rated it in another window: look at it before you change it.")) from error
    return rating, ProductRated(rating_id=rating.id, stars=stars)


def reply(*, actor: Actor, rating: Rating, text: str) -> Rating:
    """The vendor's one reply. Raises NotAllowed, NotNow (`replied`) for a second one, Invalid about `text`."""
    POLICY.require(actor, Act.REPLY, rating)
    said = text.strip()
    if not 1 <= len(said) <= rules.LONGEST_REPLY:
        raise one_field("text", N_("Write a reply of at most 4,000 characters."))
    if rating.replied_at is not None:
        raise NotNow(N_("There is a reply already: one for each rating."), code="replied")
    rating.reply, rating.replied_by, rating.replied_at = said, actor.person_id, clock.now()
    db.session.flush()
    journal.record(ProductRatingAnswered(rating_id=rating.id), actor=actor, subject=rating.ref, scope=rating.product.ref)
    text = N_("The vendor of “%(name)s” replied to your rating.")
    _tell(actor, [rating.person_id], rating.product, text, f"{rating.product.path}#rating-{rating.id}")
    return rating


def _move(actor: Actor, entitlement: Entitlement, act: Act) -> None:
    POLICY.require(actor, act, entitlement)
    LIFE.fire(entitlement, act)
    entitlement.updated_at = clock.now()


def _record(event: object, actor: Actor, entitlement: Entitlement) -> None:
    journal.record(event, actor=actor, subject=entitlement.ref, scope=entitlement.product.ref)


def _tell(actor: Actor, people: list[int] | list[int | None], product: Product, text: str, link: str, **values: str | int) -> None:
    others = [person_id for person_id in people if person_id != actor.person_id]
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.COMPLEMENT, values={"name": product.name, **values}, link=link)
