"""The HTML door to paid products: shares, prices, buying, giving back, what was sold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.complement.platforms import queries as platforms
from hub.complement.platforms.models import Platform
from hub.complement.products import queries as products
from hub.complement.products.models import Product
from hub.complement.products.policy import POLICY as PRODUCTS
from hub.complement.products.states import Act as ProductAct
from hub.complement.sales import operations, policy, queries, rules
from hub.complement.sales.models import Purchase
from hub.complement.sales.policy import POLICY
from hub.complement.sales.schemas import BuyIn, PriceIn, ReturnIn, SharesForm, WalletIn
from hub.complement.sales.states import Act, State
from hub.complement.store import queries as holdings
from hub.core.disputes import queries as disputes
from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode, percent
from hub.core.organisations import queries as organisations
from hub.core.papers.reactions import site
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.core.payments.schemas import CURRENCIES
from hub.core.royalties import queries as royalties
from hub.core.royalties.rules import MOST_BANDS
from hub.kernel import clock
from hub.kernel.errors import NotAllowed, NotNow, one_field
from hub.kernel.money import Money
from hub.kernel.words import N_
from hub.web.exports import csv_file
from hub.web.forms import typed_rows
from hub.web.handle import actor, checks, needs_scope, parse, public, writes
from hub.web.i18n import show_money

pages = Blueprint("sales", __name__, template_folder="templates")

SIZE = 30
ONE = "/platforms/<slug>/products/<product>"


def show_page(template: str, **context: Any) -> str:
    return render_template(f"complement/sales/{template}.html", percent=percent, amount_of=Money, **context)


def _before() -> int | None:
    return int(said) if (said := request.args.get("before", "")).isdecimal() and len(said) < 16 else None


def _page(found: list[Any]) -> tuple[list[Any], int | None]:
    """One page, and where the next begins."""
    return found[:SIZE], found[SIZE - 1].id if len(found) > SIZE else None


# The platform's shares


def _shop(slug: str) -> Platform:
    """A platform on which something can be sold. Raises NotFound, NotNow."""
    platform = platforms.get_for(actor(), slug)
    if platform.is_catalogue:
        raise NotNow(operations.NOT_FOR_SALE, code="released_elsewhere")
    return platform


@pages.get("/platforms/<slug>/shares")
@public
def shares(slug: str) -> Any:
    platform = _shop(slug)
    return show_page(
        "shares", platform=platform, said=queries.shares_of(platform), today=clock.now().date(), fee_bp=fees.rate(Mode.PRODUCTS),
        may_say=POLICY.can(actor(), Act.SAY_SHARES, platform) and platform.terms_id is not None,
        may_see=POLICY.can(actor(), Act.SEE_PLATFORM_SALES, platform),
    )  # fmt: skip


def _says(slug: str) -> Platform:
    platform = _shop(slug)
    POLICY.require(actor(), Act.SAY_SHARES, platform)
    return platform


@pages.get("/platforms/<slug>/shares/new")
def new_shares(slug: str) -> Any:
    platform = _says(slug)
    rows = typed_rows("band_upto", "band_percent", least=3, most=MOST_BANDS)
    return show_page("shares_form", platform=platform, rows=rows, currencies=CURRENCIES, today=clock.now().date())


@pages.post("/platforms/<slug>/shares/check")
@checks(again=new_shares)
def check_shares(slug: str) -> Any:
    """What will hold, and what a sale comes to in each band, before it is announced."""
    platform, data = _says(slug), parse(SharesForm())
    held = royalties.share_of(platform.ref, data["currency"], data["from_on"])
    before = held.bands if held is not None else queries.agreed_bands(platform)
    bands = rules.check_bands(data["bands"], platform.share_bp, before, data["from_on"], clock.now().date())
    example = Money(10_000, data["currency"])
    steps = queries.steps(example, fees.rate(Mode.PRODUCTS), bands)
    return show_page(
        "shares_check", platform=platform, steps=steps, example=example, form_rows=bands, told=queries.sellers(platform), **data
    )


@pages.post("/platforms/<slug>/shares")
@needs_scope("money")
@writes(again=new_shares)
def say_shares(slug: str) -> Any:
    share = operations.say_shares(actor=actor(), platform=_says(slug), **parse(SharesForm()))
    flash(gettext("Announced. It holds from %(day)s on; vendors with a price have been told.", day=share.from_on.isoformat()))
    return redirect(url_for(".shares", slug=slug))


# A product's price


def _vendors(slug: str, product: str) -> Product:
    found = products.get_for(actor(), slug, product)
    PRODUCTS.require(actor(), ProductAct.PRICE, found)
    return found


@pages.get(f"{ONE}/price")
def pricing(slug: str, product: str) -> Any:
    found = _vendors(slug, product)
    return show_page(
        "price", product=found, platform=found.platform, currencies=CURRENCIES, fee_bp=fees.rate(Mode.PRODUCTS),
        quote=queries.quote(found, found.price) if found.price else None, said=queries.shares_of(found.platform),
    )  # fmt: skip


@pages.post(f"{ONE}/price/check")
@checks(again=pricing)
def check_price(slug: str, product: str) -> Any:
    found, data = _vendors(slug, product), parse(PriceIn())
    quote = queries.quote(found, data["amount"]) if data["amount"] else None
    return show_page("price_check", product=found, platform=found.platform, quote=quote, **data)


@pages.post(f"{ONE}/price")
@needs_scope("money")
@writes(again=pricing)
def set_price(slug: str, product: str) -> Any:
    found = operations.set_price(actor=actor(), product=_vendors(slug, product), amount=parse(PriceIn())["amount"])
    flash(
        gettext("New users pay %(price)s from now on.", price=show_money(found.price))
        if found.price
        else gettext("It is free from now on.")
    )
    return redirect(found.path)


# Buying


def _for_sale(slug: str, product: str) -> Product:
    found = products.get_for(actor(), slug, product)
    if not POLICY.can(actor(), Act.BUY, found):
        raise NotAllowed(N_("Who decides for a product does not buy it."))
    return found


def _wallets(found: Product, price: Money) -> list[tuple[str, str, Money]]:
    """Whose money can pay: (value of the choice, its words, what may be spent)."""
    all_ = payments_read.wallets(actor(), price.currency, found.organisation_id or 0)
    return [(slug, name or gettext("Myself"), free) for _kind, _number, name, slug, free in all_]


@pages.get(f"{ONE}/buy")
def buying(slug: str, product: str) -> Any:
    found = _for_sale(slug, product)
    latest = products.latest_of([found.id]).get(found.id)
    held = holdings.held(actor(), found.id)
    return show_page(
        "buy", product=found, platform=found.platform, vendor=products.vendors([found])[found.id], latest=latest,
        wallets=_wallets(found, found.price) if found.price else [],
        mine=next((each for each in held if each.state.value == "active"), None),
    )  # fmt: skip


def _payer(found: Product, price: Money, slug: str) -> tuple[queries.Side, tuple[str, str, Money]]:
    """Who pays, and their wallet. Raises Invalid about `organisation`."""
    wallet = next((one for one in _wallets(found, price) if one[0] == slug), None)
    if wallet is None:
        raise one_field("organisation", N_("Choose who buys it."))
    kind = queries.OwnerKind.ORGANISATION if slug else queries.OwnerKind.PERSON
    return (kind, organisations.by_slug(slug).id if slug else actor().person_id or 0), wallet


@pages.post(f"{ONE}/buy/check")
@checks(again=buying)
def check_buy(slug: str, product: str) -> Any:
    """Price, contained tax, who gets what, licence and days for giving back, before anything is paid."""
    found, data = _for_sale(slug, product), parse(WalletIn())
    latest = products.latest_of([found.id]).get(found.id)
    if found.price is None or latest is None:
        raise NotNow(N_("There is nothing to buy now."), code="nothing_to_buy")
    buyer, wallet = _payer(found, found.price, data["organisation"])
    seller, parts = queries.seller_of(found), queries.quote(found, found.price).parts
    return show_page(
        "buy_check", product=found, platform=found.platform, vendor=products.vendors([found])[found.id], latest=latest, parts=parts,
        wallet=wallet, tax=queries.contained_tax(seller, buyer, found.price, site()), short=wallet[2] < found.price,
        missing=found.price - wallet[2], until=rules.returnable_until(clock.now(), found.platform.refund_days),
    )  # fmt: skip


@pages.post(f"{ONE}/buy/pay-in")
@needs_scope("money")
@writes(again=buying)
def pay_in(slug: str, product: str) -> Any:
    """Ask to pay in what the balance lacks; the next page says how (bank transfer, or a card where the site takes cards)."""
    found, data = _for_sale(slug, product), parse(WalletIn())
    if found.price is None:
        raise NotNow(N_("There is nothing to buy now."), code="nothing_to_buy")
    buyer, wallet = _payer(found, found.price, data["organisation"])
    if not wallet[2] < found.price:
        raise NotNow(N_("The balance is enough."), code="enough")
    missing, named = found.price - wallet[2], data["organisation"]
    if named:
        asked = payments.request_funding(actor=actor(), organisation_id=buyer[1], subject="", amount=missing, label=found.name)
        return redirect(url_for("payments.funding", slug=named, funding_id=asked.id))
    asked = payments.request_top_up(actor=actor(), person_id=buyer[1], amount=missing, label=found.name)
    return redirect(url_for("payments.own_funding", funding_id=asked.id))


@pages.post(f"{ONE}/buy")
@needs_scope("money")
@writes(again=buying)
def buy(slug: str, product: str) -> Any:
    found, data = _for_sale(slug, product), parse(BuyIn())
    named = data["organisation"]
    purchase = operations.buy(
        actor=actor(), product=found, agreed=data["agreed"], organisation_id=organisations.by_slug(named).id if named else None
    )
    flash(gettext("Bought. Download it here; its token proves that it is yours."), "success")
    return redirect(purchase.path)


# What one has bought


@pages.get("/my/purchases")
def mine() -> Any:
    found, older = _page(list(queries.of_actor(actor(), before=_before(), limit=SIZE + 1)))
    return show_page("mine", bought=queries.shown(found), older=older, states=State)


@pages.get("/purchases/<int:purchase_id>")
def show(purchase_id: int) -> Any:
    purchase = queries.get_for(actor(), purchase_id)
    (bought,) = queries.shown([purchase])
    own = policy.bought_it(actor(), purchase)
    return show_page(
        "purchase", bought=bought, purchase=purchase, product=purchase.product, states=State, own=own,
        sells=policy.sold_it(actor(), purchase), way=disputes.way_for(actor(), purchase.ref),
        papers=queries.papers_of(bought, queries.buyer_of(purchase) if own else queries.seller_of(purchase.product)),
    )  # fmt: skip


@pages.get("/purchases/<int:purchase_id>/return")
def returning(purchase_id: int) -> Any:
    """For the buyer while the days last; for the vendor, who may return the money at any time."""
    purchase = queries.get_for(actor(), purchase_id)
    _returns(purchase)
    (bought,) = queries.shown([purchase])
    return show_page(
        "return", bought=bought, purchase=purchase, product=purchase.product, states=State, own=policy.bought_it(actor(), purchase)
    )


def _returns(purchase: Purchase) -> None:
    if not (POLICY.can(actor(), Act.RETURN, purchase) or POLICY.can(actor(), Act.REFUND, purchase)):
        raise NotAllowed(N_("Only who bought or sold it gives it back."))


@pages.post("/purchases/<int:purchase_id>/return")
@needs_scope("money")
@writes(again=returning)
def give_back(purchase_id: int) -> Any:
    purchase = queries.get_for(actor(), purchase_id)
    _returns(purchase)
    operate = operations.give_back if policy.bought_it(actor(), purchase) else operations.refund
    operate(actor=actor(), purchase=purchase, **parse(ReturnIn()))
    flash(gettext("Given back: %(price)s are on the buyer’s balance again.", price=show_money(purchase.price)))
    return redirect(purchase.path)


# What was sold


def _sold(slug: str, product: str) -> Product:
    found = products.get_for(actor(), slug, product)
    POLICY.require(actor(), Act.SEE_SALES, found)
    return found


@pages.get(f"{ONE}/sales")
def of_product(slug: str, product: str) -> Any:
    found = _sold(slug, product)
    lines, older = _page(queries.sold(product=found, before=_before(), limit=SIZE + 1))
    return show_page(
        "sales", product=found, platform=found.platform, months=queries.months(product=found), lines=lines, older=older, states=State,
        csv=url_for(".product_csv", slug=slug, product=product), sells=PRODUCTS.can(actor(), ProductAct.PRICE, found),
        first=_before() is None,
    )  # fmt: skip


@pages.get(f"{ONE}/sales.csv")
def product_csv(slug: str, product: str) -> Response:
    """Every sale of it, the newest first."""
    found = _sold(slug, product)
    return csv_file(f"{found.slug}-sales.csv", _rows({"product": found}))


def _earned(slug: str) -> Platform:
    platform = _shop(slug)
    POLICY.require(actor(), Act.SEE_PLATFORM_SALES, platform)
    return platform


@pages.get("/platforms/<slug>/sales")
def of_platform(slug: str) -> Any:
    platform = _earned(slug)
    lines, older = _page(queries.sold(platform=platform, before=_before(), limit=SIZE + 1))
    owner = organisations.card(platform.organisation_id)
    return show_page(
        "sales", product=None, platform=platform, months=queries.months(platform=platform), lines=lines, older=older, states=State,
        csv=url_for(".platform_csv", slug=slug), sells=False, first=_before() is None, owner=owner,
    )  # fmt: skip


@pages.get("/platforms/<slug>/sales.csv")
def platform_csv(slug: str) -> Response:
    """Every sale on it, the newest first."""
    platform = _earned(slug)
    return csv_file(f"{platform.slug}-sales.csv", _rows({"platform": platform}))


def _rows(which: dict[str, Any]) -> Iterator[list[list[Any]]]:
    yield [["sale", "at", "product", "version", "licence", "state", "gross", "fee", "share", "net", "currency", "returned_at"]]
    last: int | None = None
    while found := queries.sold(**which, before=last, limit=500):
        last = found[-1].id
        yield [_row(one) for one in found]


def _row(one: queries.Sold) -> list[Any]:
    purchase, parts = one.purchase, one.sale.parts
    returned = purchase.returned_at.isoformat(timespec="seconds") if purchase.returned_at else ""
    amounts = [part.decimal() for part in (parts.gross, parts.fee, parts.owner, parts.seller)]
    named = [purchase.product.name, purchase.release.number, purchase.licence, purchase.state.value]
    return [one.id, purchase.at.isoformat(timespec="seconds"), *named, *amounts, parts.gross.currency, returned]
