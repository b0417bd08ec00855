"""The HTML door to fees: what is charged, for everybody; to change it, for administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.core.accounts import queries as people
from hub.core.fees import operations, queries, rules
from hub.core.fees.policy import FEES, FeeAct
from hub.core.fees.rules import Mode
from hub.core.fees.schemas import RateIn, points_of
from hub.kernel import clock, money
from hub.kernel.errors import Invalid
from hub.kernel.money import Money
from hub.web.handle import actor, checks, parse, public, writes
from hub.web.pagecache import for_visitors

pages = Blueprint("fees", __name__, template_folder="templates")

EXAMPLE = Money(1_000_000, "USD")
CURRENCIES = ("USD", "EUR", "CNY", "GBP", "JPY", "CHF")


@pages.get("/fees")
@public
@for_visitors
def fees() -> Any:
    """What is charged, and an example that one may change."""
    gross, wrong = _asked()
    rows = [(rate, following, rules.share(gross, rate.fee_bp, rate.consultant_bp)) for rate, following in queries.table()]
    return render_template("core/fees/fees.html", rows=rows, gross=gross, wrong=wrong, percent=rules.percent, currencies=CURRENCIES)


def _asked() -> tuple[Money, str]:
    """The amount of the example, and what is wrong with the one asked for."""
    if "amount" not in request.args:
        return EXAMPLE, ""
    try:
        return money.parse(request.args["amount"], request.args.get("currency", "USD")), ""
    except Invalid as error:
        return EXAMPLE, gettext(error.message)


@pages.get("/admin/fees")
def rates() -> Any:
    FEES.require(actor(), FeeAct.SET, None)
    said = queries.history()
    return render_template(
        "core/fees/admin.html",
        table=queries.table(),
        history=said,
        people=people.cards([row.set_by for row in said if row.set_by is not None]),
        modes=Mode,
        percent=rules.percent,
        tomorrow=clock.now().date() + timedelta(days=1),
    )


@pages.post("/admin/fees/check")
@checks(again=rates)
def check_rate() -> Any:
    FEES.require(actor(), FeeAct.SET, None)
    sent = parse(RateIn())
    data = points_of(sent)
    rules.future(data["from_on"], clock.now().date())
    operations.checked(data["fee_bp"], data["consultant_bp"], data["reason"])
    before = queries.terms(data["mode"])
    examples = [rules.share(EXAMPLE, rate, share) for rate, share in (_pair(before), (data["fee_bp"], data["consultant_bp"]))]
    return render_template("core/fees/check.html", data=data, sent=sent, before=before, examples=examples, percent=rules.percent)


def _pair(rate: rules.Rate) -> tuple[int, int]:
    return rate.fee_bp, rate.consultant_bp


@pages.post("/admin/fees")
@writes(again=rates)
def set_rate() -> Any:
    row = operations.set_rate(actor=actor(), **points_of(parse(RateIn())))
    flash(gettext("Said: from %(day)s on. What was agreed before that day keeps its fee.", day=row.from_on.isoformat()), "success")
    return redirect(url_for(".rates"))
