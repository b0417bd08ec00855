"""The only writes of the sales room: prices, the platform's shares, buying, giving back. None commits."""

from __future__ import annotations

from datetime import date

from hub.complement.platforms.models import Platform
from hub.complement.products import operations as products
from hub.complement.products import queries as products_read
from hub.complement.products.models import Product
from hub.complement.products.policy import POLICY as PRODUCTS
from hub.complement.products.states import Act as ProductAct
from hub.complement.sales import queries, rules
from hub.complement.sales.events import ProductBought, PurchaseReturned, SharesAnnounced
from hub.complement.sales.models import Purchase
from hub.complement.sales.policy import POLICY, spends_for
from hub.complement.sales.states import LIFE, Act
from hub.complement.store import operations as store
from hub.complement.store import queries as holdings
from hub.complement.store.states import State as Holding
from hub.core.disputes import queries as disputes
from hub.core.disputes.rules import Source
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.organisations import queries as organisations
from hub.core.royalties import operations as royalties
from hub.core.royalties import queries as royalties_read
from hub.core.royalties.rules import Bands
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor, Role
from hub.kernel.errors import NotAllowed, NotNow, one_field
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_, extent

MONEY_PEOPLE = (Role.OWNER, Role.MANAGER, Role.FINANCE)
NOT_FOR_SALE = N_("Nothing is sold on a catalogue: its products are released elsewhere.")


# What the platform says


def say_shares(*, actor: Actor, platform: Platform, currency: str, bands: Bands, from_on: date) -> royalties_read.RevenueShare:
    """From a day on the platform's owner gets these shares of what each vendor sells there in a calendar year, after the site's fee.

    Never more than the developer agreement says, and no rise without notice; vendors with priced products are told. Raises NotAllowed,
    NotNow (`not_open`), Invalid: bands_*, percent_out_of_range, share_over_agreement, notice_too_short, day_past.
    """
    POLICY.require(actor, Act.SAY_SHARES, platform)
    require_verified(actor)
    if platform.terms_id is None:
        raise NotNow(N_("Open the platform first: the developer agreement says what its shares are at most."), code="not_open")
    before = royalties_read.share_of(platform.ref, currency, from_on)
    held = before.bands if before is not None else queries.agreed_bands(platform)
    checked = rules.check_bands(bands, platform.share_bp, held, from_on, clock.now().date())
    share = royalties.share_revenue(
        actor=actor, subject=platform.ref, currency=currency, owner_id=platform.organisation_id, bands=checked, from_on=from_on
    )
    event = SharesAnnounced(platform_id=platform.id, currency=currency, from_on=from_on.isoformat())
    journal.record(event, actor=actor, subject=platform.ref)
    text = N_("“%(name)s” announced its shares of sales in %(currency)s from %(day)s on.")
    values = {"name": platform.name, "currency": currency, "day": from_on.isoformat()}
    _tell(actor, queries.sellers(platform), text, f"{platform.path}/shares", values)
    return share


# What the vendor says


def set_price(*, actor: Actor, product: Product, amount: Money | None) -> Product:
    """What new users pay from now on; None makes it free. Where nothing was said of the currency, the agreement's share holds from today.

    Raises NotAllowed, NotNow (`not_open`, `released_elsewhere`), Invalid (amount_zero, amount_negative).
    """
    PRODUCTS.require(actor, ProductAct.PRICE, product)
    platform = product.platform
    if platform.is_catalogue or product.is_imported:
        raise NotNow(NOT_FOR_SALE, code="released_elsewhere")
    queries.lock_price(product)
    products.price(actor=actor, product=product, amount=amount)
    if amount is not None and royalties_read.share_of(platform.ref, amount.currency) is None:
        royalties.share_revenue(
            actor=SYSTEM, subject=platform.ref, currency=amount.currency, owner_id=platform.organisation_id,
            bands=queries.agreed_bands(platform), from_on=clock.now().date(),
        )  # fmt: skip
    return product


# Buying and giving back


def buy(*, actor: Actor, product: Product, agreed: Money, organisation_id: int | None = None) -> Purchase:
    """Pay the price from the balance and get the product at once, for oneself or an organisation; who has bought it pays no second time.

    `agreed` is the price that the buyer saw. Raises NotAllowed (also `revoked`), NotNow (`is_free`, `nothing_to_install`), Invalid
    (`price_changed`, `over_balance`, `own_product`, `has_it`).
    """
    POLICY.require(actor, Act.BUY, product)
    require_verified(actor)
    if organisation_id is not None and not spends_for(actor, organisation_id):
        raise NotAllowed(N_("An organisation’s owners, managers and finance people spend its money."))
    person_id = None if organisation_id is not None else actor.person_id
    queries.lock_price(product)
    known = queries.standing(product.id, person_id, organisation_id)
    if known is not None:
        return known
    if product.price is None:
        raise NotNow(N_("It is free: install it."), code="is_free")
    _has_none(product, person_id, organisation_id)
    purchase = _agree(actor, product, rules.check_price(agreed, product.price), person_id, organisation_id)
    sale = royalties.sell(
        actor=actor, subject=product.platform.ref, gross=purchase.price, buyer=queries.buyer_of(purchase),
        seller=queries.seller_of(product), label=product.name, key=purchase.ref, item=product.ref,
        returnable_until=purchase.returnable_until,
    )  # fmt: skip
    purchase.sale_id = sale.id
    db.session.flush()
    journal.record(ProductBought(purchase.id, product.id, sale.id), actor=actor, subject=purchase.ref, scope=product.ref)
    _tell_bought(actor, purchase, sale.parts.seller)
    return purchase


def _has_none(product: Product, person_id: int | None, organisation_id: int | None) -> None:
    """Who had it before it had a price keeps it, and pays nothing."""
    held = holdings.own(product.id, person_id, organisation_id)
    if held is not None and held.state in (Holding.ACTIVE, Holding.ENDED):
        raise one_field("organisation", N_("You have it already: there is nothing to pay."), code="has_it")


def _agree(actor: Actor, product: Product, price: Money, person_id: int | None, organisation_id: int | None) -> Purchase:
    """The entitlement, and what was agreed to for it."""
    entitlement = store.grant(actor=actor, product=product, person_id=person_id, organisation_id=organisation_id)
    release, now = products_read.latest_of([product.id])[product.id], clock.now()
    purchase = Purchase(
        product=product, product_id=product.id, release=release, release_id=release.id, entitlement=entitlement,
        entitlement_id=entitlement.id, person_id=person_id, organisation_id=organisation_id, bought_by=actor.person_id,
        licence=release.licence, price_minor=price.minor, currency=price.currency, at=now, state=LIFE.initial, reason="",
        returnable_until=rules.returnable_until(now, product.platform.refund_days),
    )  # fmt: skip
    db.session.add(purchase)
    db.session.flush()
    return purchase


def give_back(*, actor: Actor, purchase: Purchase, reason: str) -> Purchase:
    """The buyer, while the platform's days last: the whole price comes back, and the right to use the product ends.

    Raises NotAllowed, NotNow (`given_back` already, `too_late`), Invalid about `reason`.
    """
    POLICY.require(actor, Act.RETURN, purchase)
    said = rules.reason(reason)
    queries.lock(purchase)
    if LIFE.move(purchase.state, Act.RETURN) is not None and not purchase.is_returnable:
        raise NotNow(N_("The days in which it could be given back are over: ask its vendor."), code="too_late")
    return _return(actor, purchase, Act.RETURN, said)


def refund(*, actor: Actor, purchase: Purchase, reason: str) -> Purchase:
    """The vendor returns the money of its own accord, also later, as far as everybody who got some still has it.

    Raises NotAllowed, NotNow (`given_back` already, `not_enough_to_reverse`), Invalid about `reason`.
    """
    POLICY.require(actor, Act.REFUND, purchase)
    said = rules.reason(reason)
    queries.lock(purchase)
    return _return(actor, purchase, Act.REFUND, said)


def _return(actor: Actor, purchase: Purchase, act: Act, reason: str) -> Purchase:
    if LIFE.move(purchase.state, act) is None:
        raise NotNow(N_("It was given back already."), code="given_back")
    sale = _sale(purchase)
    royalties.refund_sale(actor=actor, sale=sale, reason=reason)
    LIFE.fire(purchase, act)
    purchase.returned_at, purchase.reason = clock.now(), reason
    store.give_back(actor=actor, entitlement=purchase.entitlement)
    db.session.flush()
    event = PurchaseReturned(purchase.id, sale.id, by_vendor=act is Act.REFUND)
    journal.record(event, actor=actor, subject=purchase.ref, scope=purchase.product.ref)
    values = {"name": purchase.product.name, "price": str(purchase.price), "reason": reason}
    _tell(
        actor,
        _buyers(purchase),
        N_("%(price)s for “%(name)s” are on your balance again: %(reason)s"),
        purchase.path,
        values,
        also_actor=True,
    )
    text = N_("“%(name)s” was given back, and %(price)s returned: %(reason)s")
    _tell(actor, products_read.vendor_ids(purchase.product), text, f"{purchase.product.path}/sales", values)
    return purchase


# Disputes


def _found(number: int) -> Purchase:
    purchase = queries.by_id(number)
    assert purchase is not None
    return purchase


def _keep(number: int) -> None:
    """What each of those who were paid still has of it is set aside until the dispute is closed."""
    royalties.keep_returnable(actor=SYSTEM, sale=_sale(_found(number)))


def _free(number: int) -> None:
    royalties.stop_keeping(actor=SYSTEM, sale=_sale(_found(number)))


def _sale(purchase: Purchase) -> royalties_read.Sale:
    return royalties_read.sales([purchase.sale_id])[purchase.sale_id or 0]


def _carry_out(number: int, way: str, amount: Money | None, reason: str, ref: str) -> None:
    refund(actor=SYSTEM, purchase=_found(number), reason=reason if extent(reason) >= rules.SHORTEST_REASON else SETTLED)


SETTLED = N_("Both sides settled their dispute.")
DISPUTED = Source(
    N_("Purchase"), "/purchases/{}".format, queries.matter, lambda number: queries.lock(_found(number)), queries.effects, _carry_out,
    _keep, _free, hidden=queries.hidden,
)  # fmt: skip
disputes.can_be_disputed("purchase", DISPUTED)


def _buyers(purchase: Purchase) -> list[int]:
    if purchase.organisation_id is None:
        return [purchase.person_id] if purchase.person_id is not None else []
    return sorted({*organisations.member_ids(purchase.organisation_id, MONEY_PEOPLE)})


def _tell_bought(actor: Actor, purchase: Purchase, net: Money) -> None:
    """The buyer's is the receipt, so whoever paid gets it, too."""
    values = {"name": purchase.product.name, "price": str(purchase.price), "net": str(net)}
    _tell(
        actor,
        _buyers(purchase),
        N_("“%(name)s” is bought: %(price)s were paid. It is yours to use now."),
        purchase.path,
        values,
        also_actor=True,
    )
    text = N_("“%(name)s” was sold: of %(price)s you get %(net)s.")
    _tell(actor, products_read.vendor_ids(purchase.product), text, f"{purchase.product.path}/sales", values)


def _tell(actor: Actor, people: list[int], text: str, link: str, values: dict[str, str], *, also_actor: bool = False) -> None:
    told = [person_id for person_id in people if also_actor or person_id != actor.person_id]
    messages.notify(actor=actor, person_ids=told, text=text, kind=About.MONEY, values=values, link=link)
