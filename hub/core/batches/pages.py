"""The HTML door to bank files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.core.batches import operations, queries, rules
from hub.core.batches.policy import BATCHES, BatchAct
from hub.core.batches.schemas import BatchIn
from hub.core.payouts import queries as payouts
from hub.kernel.errors import NotNow
from hub.kernel.words import N_
from hub.web.handle import actor, parse, writes
from hub.web.proof import asks_proof

pages = Blueprint("batches", __name__, template_folder="templates")

SIZE = 30


def _see() -> None:
    BATCHES.require(actor(), BatchAct.SEE, None)


@pages.get("/admin/payouts/batches")
def batches() -> Any:
    _see()
    said = request.args.get("before", "")
    found = queries.batches(before=int(said) if said.isdecimal() and len(said) < 16 else None, limit=SIZE + 1)
    older = url_for(".batches", before=found[SIZE - 1].id) if len(found) > SIZE else ""
    return render_template("core/batches/batches.html", found=found[:SIZE], older=older, newest=url_for(".batches") if said else "")


@pages.post("/admin/payouts/batches")
@asks_proof
@writes(again=batches)
def make() -> Any:
    _see()
    batch = operations.make_batch(actor=actor(), payout_ids=parse(BatchIn())["payouts"])
    flash(gettext("The bank file is made. Download it, give it to the bank, then confirm its transfers here."))
    return redirect(url_for(".batch", batch_id=batch.id))


@pages.get("/admin/payouts/batches/<int:batch_id>")
def batch(batch_id: int) -> Any:
    _see()
    found = queries.batch(batch_id)
    inside = queries.payouts_in(batch_id)
    payer = rules.payer_of(current_app.config["HUB"].bank_account)
    return render_template(
        "core/batches/batch.html",
        batch=found,
        payouts=inside,
        names=payouts.names(inside),
        payer=payer,
        by_iban=sum(1 for order in queries.told(inside, {}) if order.iban),
        going=[payout for payout in inside if payout.state == "sending"],
    )


def _file(name: str, body: bytes, kind: str) -> Response:
    answer = Response(body, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/admin/payouts/batches/<int:batch_id>/payouts.csv")
def as_csv(batch_id: int) -> Any:
    """The file as a table."""
    _see()
    found = queries.batch(batch_id)
    return _file(f"payouts-{found.id}.csv", rules.as_csv(queries.orders(found.id)).encode(), "text/csv; charset=utf-8")


@pages.get("/admin/payouts/batches/<int:batch_id>/pain.001.xml")
def as_pain001(batch_id: int) -> Any:
    """The file as banks read it: its transfers to IBANs."""
    _see()
    found = queries.batch(batch_id)
    payer = rules.payer_of(current_app.config["HUB"].bank_account)
    orders = [order for order in queries.orders(found.id) if order.iban]
    if payer is None or not orders:
        text = N_("There is no pain.001 file: the site’s own account (HUB_BANK_ACCOUNT) or those of the payouts have no IBAN.")
        raise NotNow(text, code="no_iban")
    body = rules.as_pain001(found.id, found.made_at, payer, orders)
    return _file(f"payouts-{found.id}.pain.001.xml", body, "application/xml; charset=utf-8")


@pages.post("/admin/payouts/batches/<int:batch_id>/confirm")
@asks_proof
@writes(again=batch)
def confirm(batch_id: int) -> Any:
    _see()
    sent = {name.removeprefix("reference."): text for name, text in request.form.items() if name.startswith("reference.")}
    references = {int(number): text for number, text in sent.items() if number.isdecimal() and len(number) < 16}
    done = operations.confirm_batch(actor=actor(), batch=queries.batch(batch_id), references=references)
    flash(ngettext("%(num)s payout is confirmed.", "%(num)s payouts are confirmed.", done))
    return redirect(url_for(".batch", batch_id=batch_id))


@pages.post("/admin/payouts/batches/<int:batch_id>/take-back")
@writes(again=batch)
def take_back(batch_id: int) -> Any:
    _see()
    back = operations.take_back(actor=actor(), batch=queries.batch(batch_id))
    flash(ngettext("%(num)s payout waits again.", "%(num)s payouts wait again.", back))
    return redirect(url_for("payouts.money_out"))
