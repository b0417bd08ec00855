"""The demo story of paid products: shares, prices, who bought, who gave back. In both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast, ago
from hub.complement.platforms import queries as platforms
from hub.complement.products import queries as products
from hub.complement.products.models import Product
from hub.complement.sales import operations, queries
from hub.complement.store import operations as store
from hub.core.ledger import operations as ledger
from hub.core.payments import operations as payments
from hub.core.royalties.rules import Band
from hub.kernel import clock, money
from hub.kernel.actor import SYSTEM, Actor

STORIES = Path(hub.cli.__file__).parent / "demo_data" / "sales.toml"
Row = dict[str, Any]
Step = tuple[float, Callable[[], object]]
"""Days before now, and what happened then."""


def tell(cast: Cast) -> None:
    """What is sold, and to whom, day by day. Uncommitted."""
    stories = tomllib.loads(STORIES.read_text(encoding="utf-8"))
    steps: list[Step] = [(row["on"], partial(_say, cast, row)) for row in stories["shares"]]
    for row in stories["product"]:
        product = next(one for one in products.of_vendor(cast.actor(row["vendor"])) if one.name == row["name"])
        steps.append((row["priced"], partial(_price, cast, product, row)))
        steps += [(bought["on"], partial(_buy, cast, product, row, bought)) for bought in row["purchase"]]
        steps += [(bought["returned"], partial(_give_back, cast, product, bought)) for bought in row["purchase"] if "returned" in bought]
    for days, step in sorted(steps, key=lambda step: -step[0]):
        with ago(days):
            step()
    ledger.expire_due()


def _say(cast: Cast, row: Row) -> None:
    platform = platforms.by_slug(row["platform"])
    assert platform is not None
    bands = [Band(money.parse(upto, row["currency"]).minor if upto else None, bp) for upto, bp in row["bands"]]
    operations.say_shares(
        actor=cast.owner_of(row["organisation"]), platform=platform, currency=row["currency"], bands=bands, from_on=clock.now().date()
    )


def _price(cast: Cast, product: Product, row: Row) -> None:
    operations.set_price(actor=cast.actor(row["vendor"]), product=product, amount=money.parse(row["price"], row["currency"]))


def _buy(cast: Cast, product: Product, row: Row, bought: Row) -> None:
    """The money comes by bank transfer; the product is bought and fetched at once."""
    actor, firm = _buyer(cast, bought)
    amount = money.parse(row["price"], row["currency"])
    if firm is None:
        asked = payments.request_top_up(actor=actor, person_id=actor.person_id or 0, amount=amount, label=product.name)
    else:
        asked = payments.request_funding(actor=actor, organisation_id=firm, subject="", amount=amount, label=product.name)
    payments.confirm_funding(actor=SYSTEM, funding=asked, received=amount, bank_reference=asked.reference)
    purchase = operations.buy(actor=actor, product=product, agreed=amount, organisation_id=firm)
    store.fetch(actor=actor, release=purchase.release)


def _give_back(cast: Cast, product: Product, bought: Row) -> None:
    actor, firm = _buyer(cast, bought)
    purchase = queries.standing(product.id, actor.person_id, firm)
    assert purchase is not None
    operations.give_back(actor=actor, purchase=purchase, reason=bought["reason"])


def _buyer(cast: Cast, bought: Row) -> tuple[Actor, int | None]:
    return cast.actor(bought["by"]), cast.organisations[bought["organisation"]] if "organisation" in bought else None
