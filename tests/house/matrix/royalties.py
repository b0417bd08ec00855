"""The doors of royalties: the licensor is the house, or the other organisation's where the house is the licensee."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from hub.core.accounts import queries as people
from hub.core.organisations.models import Organisation
from hub.core.royalties import operations, queries
from hub.core.royalties.models import Royalty
from hub.core.royalties.rules import Band, Period
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.money import Money
from tests.house.matrix.table import ADMIN, DONE, MANAGERS, MONEY, NOT_YOURS, STOPPED, Row, get, post, who

OTHER = who("other")
BASE, API = "/orgs/{org}/money/royalties", "/api/v1/organisations/{org}/royalties"
TERMS = {
    "licensee": "{other_org}", "title": "A coating", "currency": "USD", "period": "quarter", "minimum": "10.00", "from_on": "{royalty_day}",
    "pay_days": "30",
}  # fmt: skip
FORM = {**TERMS, "band_upto": ["1000.00", ""], "band_percent": ["30", "15"]}
BODY = {**TERMS, "pay_days": 30, "bands": [{"upto": "1000.00", "percent": "30"}, {"percent": "15"}]}
WHY = {"reason": "The shares are too high for us."}
SALES = {"from_on": "{royalty_period}", "sales": "100.00"}
SIDES = MONEY | OTHER | ADMIN


def doors(prefix: str) -> list[Row]:
    return [
        get(prefix + "/{royalty_asked}", SIDES),
        post(prefix + "/{royalty_asked}/accept", MANAGERS, SIDES - MANAGERS, money=True),
        post(prefix + "/{royalty_asked}/decline", MANAGERS, SIDES - MANAGERS, send=WHY),
        post(prefix + "/{royalty_in}/report", MONEY, SIDES - MONEY, send=SALES, money=True),
        post(prefix + "/{royalty_out}/end", MANAGERS, SIDES - MANAGERS, send=WHY),
        post(prefix + "/dues/{royalty_due}/pay", MONEY, SIDES - MONEY, ok=DONE | STOPPED, money=True, about="as far as the balance goes"),
    ]


ROWS: list[Row] = [
    get(BASE, MONEY | ADMIN, rest=NOT_YOURS),
    get(f"{BASE}/new", MANAGERS, rest=NOT_YOURS),
    post(f"{BASE}/new", MANAGERS, rest=NOT_YOURS, send=FORM),
    *doors("/royalties"),
    get("/royalties/dues/{royalty_due}/pay", MONEY, SIDES - MONEY),
    get(API, MONEY | ADMIN, rest=NOT_YOURS),
    post(API, MANAGERS, rest=NOT_YOURS, send=BODY, money=True),
    *doors("/api/v1/royalties"),
]


def _organisation(slug: str) -> Organisation:
    return db.session.scalars(select(Organisation).where(Organisation.slug == slug)).one()


def _actor(person: str) -> Actor:
    found = people.by_email(f"{person}@demo.example")
    assert found is not None
    return people.actor_of(found.id)


def _propose(actor: Actor, licensor: Organisation, licensee: Organisation, title: str, **more: object) -> Royalty:
    told = {
        "title": title, "currency": "USD", "period": Period.QUARTER, "bands": [Band(100_000, 3_000), Band(None, 1_500)],
        "minimum": Money(1_000, "USD"), "from_on": clock.now().date() - timedelta(days=200), "pay_days": 30,
    } | more  # fmt: skip
    return operations.propose(actor=actor, licensor_id=licensor.id, licensee=licensee.slug, **told)  # type: ignore[arg-type]


def places() -> dict[str, str]:
    house, lab = _organisation("meridian-foods"), _organisation("loom-materials-lab")
    owner, other = _actor("company"), _actor("owner")
    asked = _propose(other, lab, house, "Asked of the house")
    taken = operations.accept(actor=owner, royalty=_propose(other, lab, house, "The house pays"))
    given = operations.accept(actor=other, royalty=_propose(owner, house, lab, "The house is paid"))
    fixed = _propose(other, lab, house, "A fixed sum", period=Period.ONCE, minimum=Money(1, "USD"))
    due = queries.dues_of([operations.accept(actor=owner, royalty=fixed).id])[fixed.id][0]
    period = queries.next_period(taken)
    assert period is not None
    return {
        "royalty_asked": str(asked.id), "royalty_in": str(taken.id), "royalty_out": str(given.id), "royalty_due": str(due.id),
        "royalty_day": date(clock.now().year, 1, 1).isoformat(), "royalty_period": period[0].isoformat(),
    }  # fmt: skip
