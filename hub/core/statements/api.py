"""The JSON door to what one has: balances, earnings, statements."""

from __future__ import annotations

from typing import Any

from hub.core.billing.rules import Owner
from hub.core.ledger.rules import OwnerKind
from hub.core.payments import queries as payments
from hub.core.payments.queries import organisation_seen
from hub.core.payouts import queries as payouts
from hub.core.statements import queries
from hub.core.statements.schemas import BalancesOut, EarningOut, EarningsOut, MonthsOut, StatementLineOut, StatementOut
from hub.web.api import ApiBlueprint
from hub.web.handle import actor
from hub.web.paging import cursor, paged

api = ApiBlueprint("statements", __name__, prefix="", description="Balances, earnings and statements. Amounts are text with a currency.")


def _money_of(owner: str, owner_id: int) -> dict[str, Any]:
    own = (owner, owner_id)
    return {"balances": payments.balances(*own), "available": payouts.available(*own), "in_transit": payouts.in_transit(*own)}


@api.get("/me/balances")
@api.response(200, BalancesOut)
def my_balances() -> Any:
    """What the key's person may have paid out, and what is on its way."""
    return _money_of("person", (actor().person_id or 0))


@api.get("/me/earnings")
@api.response(200, EarningsOut)
def my_earnings() -> Any:
    """The awards of the key's person, the newest first: gross, fee, net."""
    before, limit = cursor()
    return paged(queries.earnings((actor().person_id or 0), before=before, limit=limit + 1), EarningOut(), limit)


@api.get("/organisations/<slug>/balances")
@api.response(200, BalancesOut)
def balances(slug: str) -> Any:
    """The organisation's free money, and what is on its way out. For owners, managers and finance people."""
    return _money_of("organisation", organisation_seen(actor(), slug))


@api.get("/organisations/<slug>/statement")
@api.response(200, StatementOut)
def statement(slug: str) -> Any:
    """Every posting on the organisation's accounts, the newest first."""
    before, limit = cursor()
    lines = queries.statement("organisation", organisation_seen(actor(), slug), before=before, limit=limit + 1)
    return paged(lines, StatementLineOut(), limit)


def _month(owner: Owner, month: str) -> Any:
    asked = queries.month_asked(month)
    numbers = queries.papers_of_month(owner, asked)
    found = queries.month(owner, asked)
    return {"month": asked, "statements": [{"currency": name, "paper": numbers.get(name), **said} for name, said in found.items()]}


@api.get("/me/statements/<month>")
@api.response(200, MonthsOut)
def my_month(month: str) -> Any:
    """A month (`2026-03`) of the key's person, per currency: opening balance, every movement, closing balance."""
    return _month(Owner(OwnerKind.PERSON, actor().person_id or 0), month)


@api.get("/organisations/<slug>/statements/<month>")
@api.response(200, MonthsOut)
def month(slug: str, month: str) -> Any:
    """A month (`2026-03`) of the organisation, per currency. For owners, managers and finance people."""
    return _month(Owner(OwnerKind.ORGANISATION, organisation_seen(actor(), slug)), month)
