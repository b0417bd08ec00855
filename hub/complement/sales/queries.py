"""Reads of the sales room: what was bought, what was sold, what a price comes to; and whether it agrees with the books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from sqlalchemy import or_, select

from hub.complement.platforms.models import Platform
from hub.complement.products import queries as products
from hub.complement.products.models import Product
from hub.complement.sales import policy
from hub.complement.sales.models import Purchase
from hub.complement.sales.policy import POLICY
from hub.complement.sales.states import Act, State
from hub.complement.store.states import State as Holding
from hub.core.billing import queries as billing
from hub.core.billing.rules import Owner, Party, Tax, tax
from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.controls import queries as controls
from hub.core.disputes import rules as disputing
from hub.core.disputes.rules import Claim, Effect, Ground, Matter, Outcome
from hub.core.ledger.rules import OwnerKind
from hub.core.organisations import queries as organisations
from hub.core.papers import queries as papers
from hub.core.royalties import queries as royalties
from hub.core.royalties.queries import MonthOfSales
from hub.core.royalties.rules import Band, SaleParts, Step, steps
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound
from hub.kernel.money import CURRENCIES, Money
from hub.kernel.words import N_

Side = tuple[OwnerKind, int]
CHUNK = 500


@dataclass(frozen=True)
class Quote:
    """What a sale at a price would come to today, and band by band over a year."""

    parts: SaleParts
    steps: list[Step]
    fee_bp: int
    share: royalties.RevenueShare | None


@dataclass(frozen=True)
class Bought:
    """A purchase as its sides see it. `sale` is None only where the books are damaged; `holder` names the organisation that has it."""

    purchase: Purchase
    sale: royalties.Sale | None
    vendor: products.Vendor
    holder: str

    @property
    def id(self) -> int:
        return self.purchase.id


def seller_of(product: Product) -> Side:
    if product.organisation_id is not None:
        return OwnerKind.ORGANISATION, product.organisation_id
    return OwnerKind.PERSON, product.person_id or 0


def buyer_of(purchase: Purchase) -> Side:
    if purchase.organisation_id is not None:
        return OwnerKind.ORGANISATION, purchase.organisation_id
    return OwnerKind.PERSON, purchase.person_id or 0


def agreed_bands(platform: Platform) -> list[Band]:
    """What holds as long as the platform has said nothing of a currency: the share of its developer agreement, on everything."""
    return [Band(None, platform.share_bp)]


def quote(product: Product, price: Money) -> Quote:
    """Three statements."""
    seller = seller_of(product)
    share, fee_bp, parts = royalties.quote(product.platform.ref, price, seller, unless_said=agreed_bands(product.platform))
    bands = share.bands if share is not None else agreed_bands(product.platform)
    return Quote(parts, steps(price, fee_bp, bands), fee_bp, share)


def shares_of(platform: Platform) -> dict[str, list[royalties.RevenueShare]]:
    """By currency: what holds, then what is to come."""
    return royalties.shares_of(platform.ref)


def contained_tax(seller: Side, buyer: Side, price: Money, site: Party) -> Tax:
    """The tax that the price contains, as the seller's invoice will say. Two statements."""
    one, other = Owner(*seller), Owner(*buyer)
    known = billing.parties((one, other), site)
    return tax(price.minor, known[one].tax_bp if one.kind is OwnerKind.ORGANISATION else 0, known[other].treatment)


# What was bought


def get_for(actor: Actor, purchase_id: int) -> Purchase:
    """For who bought, who sold, and administrators. Raises NotFound."""
    purchase = db.session.get(Purchase, purchase_id)
    if purchase is None or not POLICY.can(actor, Act.READ, purchase):
        raise NotFound(N_("There is no such purchase."))
    return purchase


def by_id(purchase_id: int) -> Purchase | None:
    """Unchecked."""
    return db.session.get(Purchase, purchase_id)


def bought_by(actor: Actor, purchase_id: int) -> Purchase:
    """For who bought it. Raises NotFound; NotAllowed for those who only sold it."""
    purchase = get_for(actor, purchase_id)
    if not policy.bought_it(actor, purchase):
        raise NotAllowed(N_("Only who bought it sees this."))
    return purchase


def standing(product_id: int, person_id: int | None, organisation_id: int | None) -> Purchase | None:
    """The one purchase of this buyer that stands."""
    chosen = select(Purchase).where(Purchase.product_id == product_id, Purchase.state == State.PAID)
    whose = Purchase.organisation_id == organisation_id if organisation_id is not None else Purchase.person_id == (person_id or 0)
    return db.session.scalars(chosen.where(whose)).one_or_none()


def standing_of(entitlement_id: int) -> Purchase | None:
    """What was paid for this entitlement and not given back."""
    chosen = select(Purchase).where(Purchase.entitlement_id == entitlement_id, Purchase.state == State.PAID)
    return db.session.scalars(chosen).one_or_none()


def lock(purchase: Purchase) -> None:
    """Read it afresh and keep others from deciding on it until this unit of work ends."""
    db.session.flush()
    db.session.refresh(purchase, with_for_update={"of": Purchase})


def lock_price(product: Product) -> None:
    """Read the product afresh; nobody changes its price or sells it until this unit of work ends."""
    db.session.flush()
    products.hold(product.id)
    db.session.refresh(product)


def of_actor(actor: Actor, *, before: int | None = None, limit: int = 30) -> Sequence[Purchase]:
    """The actor's own, and those of organisations whose money they spend; the newest first."""
    able = [number for number in actor.roles if policy.spends_for(actor, number)]
    chosen = select(Purchase).where(or_(Purchase.person_id == (actor.person_id or 0), Purchase.organisation_id.in_(able)))
    return db.session.scalars(older(chosen, Purchase.id, before, limit)).all()


def shown(purchases: Sequence[Purchase]) -> list[Bought]:
    """Four statements at most."""
    sales = royalties.sales(one.sale_id for one in purchases)
    of = products.vendors([one.product for one in purchases])
    bodies = organisations.cards(one.organisation_id for one in purchases)
    return [
        Bought(
            one, sales.get(one.sale_id or 0), of[one.product_id],
            bodies[one.organisation_id].name if one.organisation_id is not None else "",
        )
        for one in purchases
    ]  # fmt: skip


def papers_of(bought: Bought, owner: Side) -> list[papers.Paper]:
    """The papers about it that this side got: receipts, invoices, credit notes."""
    if bought.sale is None:
        return []
    moved = (bought.sale.transaction_id, bought.sale.refund_id)
    return [paper for number in moved if number is not None for paper in papers.of_transaction(number, Owner(*owner))]


# Disputes

REFUND = "refund"


def matter(number: int) -> Matter | None:
    """What of a purchase can be disputed, once its days are over: that the vendor does not return the money. What is left is at stake."""
    purchase = db.session.get(Purchase, number)
    if purchase is None:
        return None
    (buyer, seller), since = (_side(buyer_of(purchase)), _side(seller_of(purchase.product))), purchase.returnable_until or purchase.at
    claims = [Claim(buyer, since, "")] if purchase.state is State.PAID and since <= clock.now() else []
    left = royalties.left_of(purchase.sale_id or 0) if claims else None
    return Matter(
        purchase.ref, purchase.product.name, (buyer, seller), claims, (Ground.NOT_AS_DESCRIBED, Ground.NOT_DELIVERED, Ground.OTHER),
        [Outcome(REFUND, N_("The price goes back to the buyer, and the right to use the product ends"))], at_stake=left or None,
        hidden={buyer: BUYER},
    )  # fmt: skip


BUYER = N_("The buyer")


def hidden(numbers: Sequence[int]) -> dict[int, dict[disputing.Side, str]]:
    """Who bought is not shown to who sold."""
    chosen = select(Purchase.id, Purchase.person_id, Purchase.organisation_id).where(Purchase.id.in_(numbers))
    return {number: {disputing.Side(person, body): BUYER} for number, person, body in db.session.execute(chosen)}


def _side(side: Side) -> disputing.Side:
    kind, number = side
    return disputing.Side(organisation_id=number) if kind is OwnerKind.ORGANISATION else disputing.Side(person_id=number)


def effects(number: int, way: str, amount: Money | None) -> list[Effect]:
    """What a way to end a dispute moves: the sale's mirror."""
    if way != REFUND:
        return []
    purchase = db.session.get_one(Purchase, number)
    return [Effect(BUYER, purchase.price, purchase.price.of(0))]


# What was sold


def months(*, product: Product | None = None, platform: Platform | None = None) -> list[MonthOfSales]:
    """Month by month, the newest first. Two statements."""
    return royalties.months_of(item=product.ref) if product is not None else royalties.months_of(subject=platform.ref if platform else "-")


@dataclass(frozen=True)
class Sold:
    """A sale as its seller and the platform see it: numbers, no names."""

    sale: royalties.Sale
    purchase: Purchase

    @property
    def id(self) -> int:
        return self.sale.id


def sold(*, product: Product | None = None, platform: Platform | None = None, before: int | None = None, limit: int = 30) -> list[Sold]:
    """The newest first, those below the sale `before`. Two statements."""
    which = {"item": product.ref} if product is not None else {"subject": platform.ref if platform else "-"}
    sales = royalties.sales_page(**which, before=before, limit=limit)
    of = {one.sale_id: one for one in db.session.scalars(select(Purchase).where(Purchase.sale_id.in_([sale.id for sale in sales])))}
    return [Sold(sale, of[sale.id]) for sale in sales if sale.id in of]


def sellers(platform: Platform) -> list[int]:
    """The people who decide for what has a price on the platform."""
    chosen = select(Product).where(Product.platform_id == platform.id, Product.price_minor > 0)
    return sorted({number for product in db.session.scalars(chosen) for number in products.vendor_ids(product)})


# The check


@controls.also_verifies
def verify(report: Report) -> None:
    """Add to `report` where purchases do not say the same as the sales in the books, or as what their buyers may use."""
    checks.verify_values(report, Purchase.state, State)
    checks.verify_values(report, Purchase.currency, CURRENCIES)
    if report.unreadable:
        return
    for above, last in checks.slices(Purchase.id):
        chosen = checks.afresh(select(Purchase).where(Purchase.id > above, Purchase.id <= last))
        purchases = db.session.scalars(chosen).all()
        sales = royalties.sales(one.sale_id for one in purchases)
        for one in purchases:
            _verify_one(report, one, sales.get(one.sale_id or 0))
    for portion in _sold_products():
        known = set(db.session.scalars(select(Purchase.sale_id).where(Purchase.sale_id.in_([sale.id for sale in portion]))))
        for sale in portion:
            if sale.id not in known:
                report.add("sale_without_purchase", sale.ref, f"{sale.item} was sold, but nobody has bought it.")


def _sold_products() -> Iterable[Sequence[royalties.Sale]]:
    after = 0
    for _ in count():
        portion = royalties.items_sold("product", after=after, limit=CHUNK)
        if not portion:
            return
        yield portion
        after = portion[-1].id


def _verify_one(report: Report, one: Purchase, sale: royalties.Sale | None) -> None:
    said = (one.product.ref, one.price_minor, one.currency, *buyer_of(one))
    if sale is None or said != (sale.item, sale.gross_minor, sale.currency, sale.buyer_kind, sale.buyer_id):
        report.add("purchase_sale", one.ref, f"It says that {one.price} were paid for {one.product.ref}; the books know no such sale.")
        return
    if (one.state is State.RETURNED) != (sale.refund_id is not None):
        report.add("purchase_state", one.ref, f"It is “{one.state}”, but the books say otherwise of {sale.ref}.")
    held = one.entitlement
    same = (held.product_id, held.person_id, held.organisation_id) == (one.product_id, one.person_id, one.organisation_id)
    if not same or (one.state is State.PAID and held.state is Holding.RETURNED):
        report.add("purchase_entitlement", one.ref, f"What was paid for is not what {held.ref} gives.")
