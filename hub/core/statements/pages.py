"""The HTML door to what one has: an organisation's money, one's own earnings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from hub.core.holds import queries as holds
from hub.core.organisations import queries as organisations
from hub.core.payments import queries as payments
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payouts import queries as payouts
from hub.core.statements import queries
from hub.web.handle import actor

pages = Blueprint("statements", __name__, template_folder="templates")

SIZE = 30


def _before() -> int | None:
    said = request.args.get("before", "")
    return int(said) if said.isdecimal() and len(said) < 16 else None


def _older(items: list[Any], **place: Any) -> str:
    """The address of the next page, if `items` holds one more than a page; that one is taken off."""
    if len(items) <= SIZE:
        return ""
    items.pop()
    return url_for(request.endpoint or "", **place, before=items[-1].id)


@pages.get("/orgs/<slug>/money")
def organisation_money(slug: str) -> Any:
    organisation = organisations.by_slug(slug)
    payments.see_money(actor(), organisation.id)
    lines = queries.statement("organisation", organisation.id, before=_before(), limit=SIZE + 1)
    older = _older(lines, slug=slug)
    return render_template(
        "core/statements/organisation.html",
        organisation=organisation,
        balances=payments.balances("organisation", organisation.id),
        in_transit=payouts.in_transit("organisation", organisation.id),
        holds=holds.holds_by(organisation.id),
        fundings=payments.fundings_of(organisation.id, limit=SIZE),
        payouts=payouts.payouts_of("organisation", organisation.id, limit=SIZE),
        lines=lines,
        older=older,
        first_page=_before() is None,
        may_pay_in=BOOKS.can(actor(), BooksAct.PAY_IN, organisation.id),
        may_pay_out=BOOKS.can(actor(), BooksAct.PAY_OUT, organisation.id),
    )


@pages.get("/my/earnings")
def earnings() -> Any:
    me = actor().person_id or 0
    found = queries.earnings(me, before=_before(), limit=SIZE + 1)
    return render_template(
        "core/statements/earnings.html",
        balances=payments.balances("person", me),
        in_transit=payouts.in_transit("person", me),
        older=_older(found),
        earnings=found,
        payouts=payouts.payouts_of("person", me, limit=SIZE),
        first_page=_before() is None,
    )
