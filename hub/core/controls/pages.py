"""The HTML door to reconciliations."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.core.controls import operations, queries
from hub.core.controls.models import Reconciliation
from hub.core.controls.policy import CONTROLS, ControlAct
from hub.core.controls.reactions import reconcile_now
from hub.core.controls.schemas import DayIn, NoteIn
from hub.core.files import operations as files
from hub.core.files import queries as stored
from hub.core.gateways.reactions import processor
from hub.kernel import clock, tables
from hub.kernel.errors import NotFound, one_field
from hub.kernel.words import N_
from hub.web.handle import actor, parse, writes
from hub.web.i18n import show_money

pages = Blueprint("controls", __name__, template_folder="templates")

SIZE, PURPOSE, SHOWN = 30, "bank_statement", 200


def _see() -> None:
    CONTROLS.require(actor(), ControlAct.SEE, None)


@pages.get("/admin/reconciliation")
def overview() -> Any:
    _see()
    said = request.args.get("before", "")
    found = queries.reconciliations(before=int(said) if said.isdecimal() and len(said) < 16 else None, limit=SIZE + 1)
    return render_template(
        "core/controls/overview.html",
        found=found[:SIZE],
        older=url_for(".overview", before=found[SIZE - 1].id) if len(found) > SIZE else "",
        newest=url_for(".overview") if said else "",
        with_processor=processor() is not None,
        yesterday=(clock.now() - timedelta(days=1)).date().isoformat(),
        columns=", ".join((*queries.COLUMNS, "text")),
    )


def _told(done: Reconciliation) -> Any:
    flash(ngettext("%(num)s difference was found.", "%(num)s differences were found.", done.different))
    return redirect(url_for(".one", reconciliation_id=done.id))


@pages.post("/admin/reconciliation/stripe")
@writes(again=overview)
def stripe() -> Any:
    """Compare one day with the processor now."""
    CONTROLS.require(actor(), ControlAct.RECONCILE, None)
    return _told(reconcile_now(parse(DayIn())["day"], actor()))


@pages.post("/admin/reconciliation/bank")
@writes(again=overview)
def upload() -> Any:
    """Read the statement; only one that can be read is kept for the next step."""
    CONTROLS.require(actor(), ControlAct.RECONCILE, None)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise one_field(tables.FIELD, N_("Choose a file."), code="file_missing")
    data = sent.stream.read(tables.MAX_BYTES + 1)
    queries.read_statement(data)
    kept = files.store(actor=actor(), stream=io.BytesIO(tables.decode(data).encode()), filename="statement.csv", purpose=PURPOSE)
    return redirect(url_for(".preview", file_id=kept.id))


def _statement(file_id: int) -> queries.Statement:
    CONTROLS.require(actor(), ControlAct.RECONCILE, None)
    file = stored.get(file_id)
    if file.purpose != PURPOSE:
        raise NotFound(N_("There is no such file."))
    return queries.read_statement(stored.path_of(file).read_bytes())


@pages.get("/admin/reconciliation/bank/<int:file_id>")
def preview(file_id: int) -> Any:
    """What the statement holds and whose each line is, before anything is kept."""
    found = _statement(file_id)
    return render_template("core/controls/preview.html", file_id=file_id, found=found, shown=found.movements[:SHOWN])


@pages.post("/admin/reconciliation/bank/<int:file_id>")
@writes(again=preview)
def bank(file_id: int) -> Any:
    return _told(operations.reconcile_bank(actor=actor(), statement=_statement(file_id)))


@pages.get("/admin/reconciliation/<int:reconciliation_id>")
def one(reconciliation_id: int) -> Any:
    _see()
    found = queries.reconciliation(reconciliation_id)
    return render_template(
        "core/controls/one.html", found=found, differences=queries.differences(found.id), note_of=request.form.get("_of")
    )


@pages.post("/admin/reconciliation/<int:reconciliation_id>/differences/<int:difference_id>")
@writes(again=lambda reconciliation_id, difference_id: one(reconciliation_id))
def note(reconciliation_id: int, difference_id: int) -> Any:
    _see()
    found = queries.difference(difference_id)
    if found.reconciliation_id != reconciliation_id:
        raise NotFound(N_("There is no such reconciliation."))
    operations.note_difference(actor=actor(), difference=found, note=parse(NoteIn())["note"])
    flash(gettext("Your note on %(amount)s is kept.", amount=show_money(found.here_amount or found.there_amount)))
    return redirect(url_for(".one", reconciliation_id=reconciliation_id))
