"""The HTML door: having one's account erased, after reading what goes and what stays; and keeping it after all."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext

from hub.core.accounts.rules import former
from hub.core.erasure import operations, queries, rules
from hub.db import personal
from hub.kernel.errors import one_field
from hub.kernel.words import N_
from hub.web.handle import actor, writes
from hub.web.proof import asks_proof
from hub.web.throttle import throttled

pages = Blueprint("erasure", __name__, template_folder="templates")
SETTINGS = "/settings/privacy"


@pages.get("/settings/privacy/erase")
def check() -> Any:
    """Everything to know before asking: what has to be settled, what goes, what stays and why."""
    me = actor().person_id or 0
    if queries.erasure_of(me) is not None:
        return redirect(SETTINGS)
    shelves = queries.shelves(me)
    return render_template(
        "core/erasure/check.html",
        hindrances=personal.open_things(me),
        goes=[shelf for shelf in shelves if shelf.goes],
        stays=queries.kept(shelves),
        former=former(me),
        days=rules.WAITING.days,
    )


@pages.post("/settings/privacy/erase")
@asks_proof
@throttled(check, "20 per day")
@writes(again=check)
def ask() -> Any:
    if not request.form.get("sure"):
        raise one_field("sure", N_("Tick this to say that you have read it."))
    erasure = operations.ask(actor=actor())
    flash(gettext("Your account will be erased on %(day)s. Until then you can change your mind.", day=erasure.due_at.date().isoformat()))
    return redirect(SETTINGS)


@pages.post("/settings/privacy/erase/cancel")
@writes
def cancel() -> Any:
    operations.cancel(actor=actor())
    flash(gettext("Your account stays as it is."))
    return redirect(SETTINGS)
