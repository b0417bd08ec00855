"""The doors of paid products: the platform is the house's, its vendor the other organisation, the author has bought.

The vendor does not buy its own; who bought and who sold know of a purchase, administrators read it.
"""

from __future__ import annotations

from hub.complement.products import queries as products
from hub.complement.sales import operations
from hub.core.accounts import queries as people
from hub.core.organisations import queries as organisations
from hub.db import work
from hub.kernel import clock
from hub.kernel.actor import Actor
from tests.factories import platforms as made
from tests.factories import sales
from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    AUTHOR,
    DONE,
    MANAGERS,
    MONEY,
    NOT_YOURS,
    SIGNED,
    STOPPED,
    Row,
    get,
    post,
    put,
    who,
)

OTHER = who("other")
BUYERS = SIGNED - OTHER
SIDES = AUTHOR | OTHER
SHOP, ONE = "/platforms/{shop}", "/platforms/{shop}/products/{paid}"
V1 = "/api/v1"
FORM = {"currency": "EUR", "from_on": "{share_day}", "band_upto": ["1000.00", ""], "band_percent": ["10", "5"]}
BODY = {"currency": "EUR", "from_on": "{share_day}", "bands": [{"upto": "1000.00", "percent": "10"}, {"percent": "5"}]}
PRICE = {"amount": "30.00", "currency": "EUR"}
AGREED = {"price": "20.00", "currency": "EUR", "organisation": ""}
WHY = {"reason": "It does not run on our line."}

PAGES = [
    get(SHOP + "/shares", ANYONE),
    get(SHOP + "/shares/new", MANAGERS, rest=NOT_YOURS),
    post(SHOP + "/shares/check", MANAGERS, rest=NOT_YOURS, send=FORM),
    post(SHOP + "/shares", MANAGERS, rest=NOT_YOURS, send=FORM),
    get(SHOP + "/sales", MONEY | ADMIN, rest=NOT_YOURS),
    get(SHOP + "/sales.csv", MONEY | ADMIN, rest=NOT_YOURS),
    get(ONE + "/price", OTHER, rest=NOT_YOURS),
    post(ONE + "/price/check", OTHER, rest=NOT_YOURS, send=PRICE),
    post(ONE + "/price", OTHER, rest=NOT_YOURS, send=PRICE),
    get(ONE + "/buy", BUYERS, OTHER),
    post(ONE + "/buy/check", BUYERS, OTHER, send={"organisation": ""}),
    post(ONE + "/buy/pay-in", BUYERS, OTHER, send={"organisation": ""}, ok=DONE | STOPPED, about="where something is missing"),
    post(ONE + "/buy", BUYERS, OTHER, send=AGREED, ok=DONE | STOPPED, about="as far as the balance goes"),
    get(ONE + "/sales", OTHER | ADMIN, rest=NOT_YOURS),
    get(ONE + "/sales.csv", OTHER | ADMIN, rest=NOT_YOURS),
    get("/my/purchases", SIGNED),
    get("/purchases/{purchase}", SIDES | ADMIN),
    get("/purchases/{purchase}/return", SIDES, ADMIN),
    post("/purchases/{purchase}/return", SIDES, ADMIN, send=WHY),
]
PROGRAMS = [
    get(V1 + SHOP + "/shares", ANYONE),
    post(V1 + SHOP + "/shares", MANAGERS, rest=NOT_YOURS, send=BODY, money=True),
    get(V1 + SHOP + "/sales", MONEY | ADMIN, rest=NOT_YOURS),
    post(V1 + ONE + "/quote", OTHER, rest=NOT_YOURS, send=PRICE),
    put(V1 + ONE + "/price", OTHER, rest=NOT_YOURS, send=PRICE, money=True),
    post(V1 + ONE + "/buy", BUYERS, OTHER, send=AGREED, money=True, ok=DONE | STOPPED, about="as far as the balance goes"),
    get(V1 + ONE + "/sales", OTHER | ADMIN, rest=NOT_YOURS),
    get(V1 + "/purchases", SIGNED),
    get(V1 + "/purchases/{purchase}", SIDES | ADMIN),
    post(V1 + "/purchases/{purchase}/return", SIDES, ADMIN, send=WHY, money=True),
]

ROWS: list[Row] = [*PAGES, *PROGRAMS]


def _actor(email: str) -> Actor:
    found = people.by_email(email)
    assert found is not None
    return people.actor_of(found.id)


def places() -> dict[str, str]:
    owner, other, author = _actor("company@demo.example"), _actor("owner@demo.example"), _actor("solver@demo.example")
    house, vendor = organisations.by_slug("meridian-foods"), organisations.by_slug("loom-materials-lab")
    shop = made.platform(owner, house.id, name="Matrix shop")
    paid = sales.priced(other, shop, owner, name="Matrix paid", organisation_id=vendor.id)
    names, number = {"shop": shop.slug, "paid": paid.slug}, paid.id
    work.commit()
    sales.rich(author, sales.eur(5_000))
    work.start_writing()
    purchase = operations.buy(actor=author, product=products.by_id(number), agreed=sales.eur(2_000))
    return names | {"purchase": str(purchase.id), "share_day": clock.now().date().isoformat()}
