"""The HTML door to royalties: an organisation's, and each with what fell due under it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode, percent
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.payments.queries import see_money, spendable
from hub.core.payments.schemas import CURRENCIES
from hub.core.royalties import operations, queries
from hub.core.royalties.models import Royalty
from hub.core.royalties.policy import POLICY
from hub.core.royalties.rules import MOST_BANDS, Period
from hub.core.royalties.schemas import ReasonIn, ReportIn, RoyaltyForm
from hub.core.royalties.states import ROYALTY, Act, DueState, State
from hub.kernel import money
from hub.kernel.errors import NotAllowed
from hub.kernel.money import breakdown
from hub.kernel.words import N_
from hub.web.forms import typed_rows
from hub.web.handle import actor, needs_scope, parse, writes
from hub.web.i18n import show_money
from hub.web.proof import asks_proof

pages = Blueprint("royalties", __name__, template_folder="templates")
PLACE = "core/royalties/"
SIZE = 30
EXAMPLE = "1000"
"""What a fee is shown on where no sum is agreed."""


@pages.get("/orgs/<slug>/money/royalties")
def of_organisation(slug: str) -> Any:
    organisation = organisations.by_slug(slug)
    see_money(actor(), organisation.id)
    said = request.args.get("before", "")
    found = list(queries.of_organisation(organisation.id, before=int(said) if said.isdecimal() and len(said) < 16 else None, limit=SIZE))
    older = url_for(".of_organisation", slug=slug, before=found[SIZE - 1].id) if len(found) > SIZE else ""
    return render_template(
        PLACE + "organisation.html", organisation=organisation, royalties=queries.shown(found[:SIZE]), older=older, newer=bool(said),
        may_propose=actor().manages(organisation.id), due_states=DueState,
    )  # fmt: skip


def _proposes(slug: str) -> Organisation:
    organisation = organisations.by_slug(slug)
    if not actor().manages(organisation.id):
        raise NotAllowed(N_("Only owners and managers agree on royalties for their organisation."))
    return organisation


@pages.get("/orgs/<slug>/money/royalties/new")
def new(slug: str) -> Any:
    organisation = _proposes(slug)
    rate = fees.rate(Mode.ROYALTIES)
    rows = typed_rows("band_upto", "band_percent", least=3, most=MOST_BANDS)
    return render_template(
        PLACE + "new.html", organisation=organisation, rows=rows, periods=Period, currencies=CURRENCIES,
        fee_percent=percent(rate), paid=breakdown(money.parse(EXAMPLE, "USD"), rate),
    )  # fmt: skip


@pages.post("/orgs/<slug>/money/royalties/new")
@writes(again=new)
def propose(slug: str) -> Any:
    organisation = _proposes(slug)
    royalty = operations.propose(actor=actor(), licensor_id=organisation.id, **parse(RoyaltyForm()))
    flash(gettext("Proposed. The licensee has been told, and reads the same page."), "success")
    return redirect(royalty.path)


@pages.get("/royalties/<int:royalty_id>")
def show(royalty_id: int) -> Any:
    royalty = queries.get_for(actor(), royalty_id)
    (shown,) = queries.shown([royalty])
    moves = {move.act: move.blocked(royalty) for move in ROYALTY.moves_for(actor(), royalty, POLICY)}
    owed = royalty.money(royalty.minimum_minor) if royalty.minimum_minor else money.parse(EXAMPLE, royalty.currency)
    return render_template(
        PLACE + "show.html", shown=shown, royalty=royalty, moves=moves, acts=Act, states=State, periods=Period, percent=percent,
        period=queries.next_period(royalty) if royalty.state is State.RUNNING else None, due_states=DueState,
        may_pay=POLICY.can(actor(), Act.PAY, royalty), paid=breakdown(owed, royalty.fee_bp),
    )  # fmt: skip


@pages.post("/royalties/<int:royalty_id>/accept")
@needs_scope("money")
@asks_proof
@writes(again=show)
def accept(royalty_id: int) -> Any:
    operations.accept(actor=actor(), royalty=queries.get_for(actor(), royalty_id))
    flash(gettext("Accepted. The licensor has been told."), "success")
    return redirect(url_for(".show", royalty_id=royalty_id))


@pages.post("/royalties/<int:royalty_id>/decline")
@writes(again=show)
def decline(royalty_id: int) -> Any:
    operations.decline(actor=actor(), royalty=queries.get_for(actor(), royalty_id), **parse(ReasonIn()))
    flash(gettext("Declined. The licensor reads your reason."))
    return redirect(url_for(".show", royalty_id=royalty_id))


@pages.post("/royalties/<int:royalty_id>/end")
@writes(again=show)
def end(royalty_id: int) -> Any:
    operations.end(actor=actor(), royalty=queries.get_for(actor(), royalty_id), **parse(ReasonIn()))
    flash(gettext("Ended. What is due stays due."))
    return redirect(url_for(".show", royalty_id=royalty_id))


@pages.post("/royalties/<int:royalty_id>/report")
@needs_scope("money")
@writes(again=show)
def report(royalty_id: int) -> Any:
    royalty = queries.get_for(actor(), royalty_id)
    data = parse(ReportIn())
    due = operations.report_sales(actor=actor(), royalty=royalty, sales=_sales(royalty, data["sales"]), from_on=data["from_on"])
    flash(gettext("Reported. It comes to %(amount)s, to be paid by %(day)s.", amount=show_money(due.amount), day=due.pay_by.isoformat()))
    return redirect(url_for(".show", royalty_id=royalty_id))


def _sales(royalty: Royalty, said: str) -> money.Money:
    return money.parse(said, royalty.currency, field="sales")


@pages.get("/royalties/dues/<int:due_id>/pay")
def check_pay(due_id: int) -> Any:
    """Gross, fee and net before it is paid."""
    royalty, due = queries.due_for(actor(), due_id)
    POLICY.require(actor(), Act.PAY, royalty)
    (shown,) = queries.shown([royalty])
    left = spendable(royalty.licensee_id, due.currency)
    return render_template(
        PLACE + "pay.html", shown=shown, royalty=royalty, due=due, left=left, can=due.state is DueState.DUE,
    )  # fmt: skip


@pages.post("/royalties/dues/<int:due_id>/pay")
@needs_scope("money")
@asks_proof
@writes(again=check_pay)
def pay(due_id: int) -> Any:
    royalty, due = queries.due_for(actor(), due_id)
    operations.pay(actor=actor(), royalty=royalty, due=due)
    flash(gettext("Paid. The licensor has been told."), "success")
    return redirect(url_for(".show", royalty_id=royalty.id))
