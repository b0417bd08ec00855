"""The HTML door: staff's queue of flags, and the affiliations that somebody declares."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from hub.core.integrity import operations, queries, rules
from hub.core.integrity.schemas import AffiliationIn, ReasonIn
from hub.core.integrity.states import State
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed
from hub.kernel.permissions import consults
from hub.kernel.words import N_
from hub.web.handle import actor, parse, writes
from hub.web.paging import in_tabs
from hub.web.todo import Waiting, waits

pages = Blueprint("integrity", __name__, template_folder="templates")
TABS: dict[str, tuple[str, tuple[State, ...]]] = {
    "open": (N_("To look at"), (State.OPEN,)),
    "decided": (N_("Decided"), (State.DISMISSED, State.ACTED)),
}


@pages.get("/integrity")
def queue() -> Any:
    if not consults(actor(), None):
        raise NotAllowed(N_("Consultants and administrators look at flags."))
    return render_template("core/integrity/queue.html", **in_tabs(TABS, partial(queries.queue, actor())))


@waits
def waiting(who: Actor) -> Iterable[Waiting]:
    if consults(who, None):
        yield Waiting(queries.to_judge(who), N_("Look at a flag"), "/integrity/{}", N_("Look"))


@pages.get("/integrity/<int:flag_id>")
def flag(flag_id: int) -> Any:
    (shown,) = queries.shown([queries.get_for(actor(), flag_id)])
    return render_template("core/integrity/flag.html", shown=shown, flag=shown.flag, states=State, rules=rules)


@pages.post("/integrity/<int:flag_id>/<any(dismiss,settle):act>")
@writes(again=lambda flag_id, act: flag(flag_id))
def decide(flag_id: int, act: str) -> Any:
    operate = operations.dismiss if act == "dismiss" else operations.settle
    operate(actor=actor(), flag=queries.get_for(actor(), flag_id), **parse(ReasonIn()))
    flash(_("Noted."))
    return redirect(url_for(".queue"))


@pages.get("/settings/affiliations")
def affiliations() -> Any:
    return render_template("core/integrity/affiliations.html", declared=queries.affiliations(actor().person_id or 0))


@pages.post("/settings/affiliations")
@writes(again=affiliations)
def declare() -> Any:
    operations.declare(actor=actor(), **parse(AffiliationIn()))
    flash(_("Saved."))
    return redirect(url_for(".affiliations"))


@pages.post("/settings/affiliations/<int:organisation_id>/end")
@writes
def end(organisation_id: int) -> Any:
    operations.end(actor=actor(), organisation_id=organisation_id)
    flash(_("Removed."))
    return redirect(url_for(".affiliations"))
