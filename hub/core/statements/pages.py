"""The HTML door to what one has: an organisation's money, one's own earnings, their months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for

from hub.core.billing.rules import Owner
from hub.core.holds import queries as holds
from hub.core.ledger import queries as books
from hub.core.ledger.rules import Kind, OwnerKind, Purpose
from hub.core.organisations import queries as organisations
from hub.core.papers.schemas import chosen_year
from hub.core.payments import queries as payments
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payouts import queries as payouts
from hub.core.statements import queries, rules
from hub.kernel.money import CURRENCIES, Money
from hub.web.exports import csv_file
from hub.web.handle import actor
from hub.web.i18n import label
from hub.web.paging import Page, page_number

pages = Blueprint("statements", __name__, template_folder="templates")

SIZE, OF_EACH, LINES = 30, 10, 200


def _before() -> int | None:
    said = request.args.get("before", "")
    return int(said) if said.isdecimal() and len(said) < 16 else None


def _currency() -> str:
    said = request.args.get("currency", "")
    return said if said in CURRENCIES else ""


def _asked() -> dict[str, Any]:
    """What the address asks of the postings; what means nothing is left out."""
    kind, purpose = request.args.get("kind", ""), request.args.get("account", "")
    return {
        "currency": _currency(),
        "kind": Kind(kind) if kind in {member.value for member in Kind} else None,
        "purposes": [Purpose(purpose)] if purpose in {member.value for member in Purpose} else list(Purpose),
        "subject": request.args.get("subject", "")[:80].replace("\x00", ""),
    }


NAMES = ("currency", "kind", "account", "subject")


def _kept(before: str) -> str:
    """What the address asks of the postings, to be put behind another address after `before`."""
    kept = {name: request.args[name] for name in NAMES if request.args.get(name)}
    return before + urlencode(kept) if kept else ""


def _older(items: list[Any], **place: Any) -> str:
    """The address of the next page, if `items` holds one more than a page; that one is taken off."""
    if len(items) <= SIZE:
        return ""
    items.pop()
    return url_for(request.endpoint or "", **place, before=items[-1].id) + _kept("&")


# An organisation's money


@pages.get("/orgs/<slug>/money")
def organisation_money(slug: str) -> Any:
    organisation = organisations.by_slug(slug)
    payments.see_money(actor(), organisation.id)
    asked = _asked()
    lines = queries.statement("organisation", organisation.id, **asked, before=_before(), limit=SIZE + 1)
    older = _older(lines, slug=slug)
    narrowed = bool(_kept("?"))
    overview = _before() is None and not narrowed
    return render_template(
        "core/statements/organisation.html",
        organisation=organisation,
        overview=overview,
        balances=payments.balances("organisation", organisation.id) if overview else [],
        in_transit=payouts.in_transit("organisation", organisation.id) if overview else [],
        holds=holds.holds_by(organisation.id) if overview else [],
        fundings=payments.fundings_of(organisation.id, limit=OF_EACH) if overview else [],
        payouts=payouts.payouts_of("organisation", organisation.id, limit=OF_EACH) if overview else [],
        lines=lines,
        older=older,
        first_page=_before() is None,
        narrowed=narrowed,
        asked=asked,
        kinds=Kind,
        purposes=[(one.value, label(one)) for one in (Purpose.BALANCE, Purpose.HOLD, Purpose.IN_TRANSIT)],
        csv=url_for(".organisation_postings", slug=slug) + _kept("?"),
        month=queries.this_month(),
        may_pay_in=BOOKS.can(actor(), BooksAct.PAY_IN, organisation.id),
        may_pay_out=BOOKS.can(actor(), BooksAct.PAY_OUT, organisation.id),
    )


@pages.get("/orgs/<slug>/money/postings.csv")
def organisation_postings(slug: str) -> Response:
    """Every posting that the address asks for, the newest first."""
    organisation = organisations.by_slug(slug)
    payments.see_money(actor(), organisation.id)
    return csv_file(f"{slug}-postings.csv", _postings(queries.every_line("organisation", organisation.id, **_asked())))


def _postings(portions: Iterable[list[books.Line]]) -> Iterator[list[list[Any]]]:
    yield [["posting", "at", "transaction", "kind", "account", "subject", "memo", "amount", "balance_after", "currency"]]
    for lines in portions:
        yield [
            [
                line.id, line.at.isoformat(timespec="seconds"), line.transaction_id, line.kind.value, line.purpose.value, line.subject,
                line.memo, line.amount.decimal(), line.after.decimal(), line.amount.currency,
            ]
            for line in lines
        ]  # fmt: skip


@pages.get("/orgs/<slug>/money/months/<month>")
def organisation_month(slug: str, month: str) -> Any:
    organisation = organisations.by_slug(slug)
    payments.see_money(actor(), organisation.id)
    owner = Owner(OwnerKind.ORGANISATION, organisation.id)
    return _month(owner, month, url_for(".organisation_money", slug=slug), organisation=organisation)


# One's own


@pages.get("/my/earnings")
def earnings() -> Any:
    me = actor().person_id or 0
    number, year, currency = page_number(), chosen_year(), _currency()
    total, found = queries.sources(me, year=year, currency=currency, offset=(number - 1) * SIZE, limit=SIZE)
    return render_template(
        "core/statements/earnings.html",
        balances=payments.balances("person", me),
        in_transit=payouts.in_transit("person", me),
        sources=found,
        source_name=rules.source_name,
        page=Page(number, SIZE, total),
        payouts=payouts.payouts_of("person", me, limit=OF_EACH),
        plan=payouts.plan_of(me),
        years=queries.years_of(me),
        year=year,
        currency=currency,
        narrowed=bool(year or currency),
        month=queries.this_month(),
    )


@pages.get("/my/earnings/awards.csv")
def earnings_csv() -> Response:
    """Every single payment: gross, fee, net."""
    return csv_file("earnings.csv", _earned(actor().person_id or 0))


def _earned(person_id: int) -> Iterator[list[list[Any]]]:
    yield [["transaction", "at", "subject", "memo", "gross", "fee", "net", "currency"]]
    last: int | None = None
    while found := queries.earnings(person_id, before=last, limit=500):
        yield [
            [
                one.id, one.at.isoformat(timespec="seconds"), one.subject, one.memo, one.gross.decimal(), one.fee.decimal(),
                one.net.decimal(), one.net.currency,
            ]
            for one in found
        ]  # fmt: skip
        last = found[-1].id


@pages.get("/my/earnings/months/<month>")
def my_month(month: str) -> Any:
    return _month(Owner(OwnerKind.PERSON, actor().person_id or 0), month, url_for(".earnings"))


def _month(owner: Owner, said: str, back: str, **more: Any) -> Any:
    month = queries.month_asked(said)
    earlier, later = rules.neighbours(month)
    return render_template(
        "core/statements/month.html",
        month=month,
        statements=queries.month(owner, month, most=LINES),
        numbers=queries.papers_of_month(owner, month),
        back=back,
        earlier=earlier,
        later=later if later <= queries.this_month() else "",
        open=month == queries.this_month(),
        Kind=Kind,
        Purpose=Purpose,
        Money=Money,
        **more,
    )
