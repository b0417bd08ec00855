"""`/admin`: what waits for the administrators, and the engine room."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.core.payments import queries as payments
from hub.core.payouts import queries as payouts
from hub.guide.admin import operations, queries
from hub.guide.admin.policy import POLICY
from hub.guide.admin.states import Act
from hub.web.handle import actor, writes

pages = Blueprint("admin", __name__, template_folder="templates")


def _see() -> None:
    POLICY.require(actor(), Act.SEE, None)


@pages.get("/admin")
def desk() -> Any:
    _see()
    return render_template(
        "guide/admin/desk.html",
        coming=payments.waiting_fundings(),
        going=payouts.waiting_payouts(),
        backlog=queries.backlog(),
        health=queries.index_health(),
    )


@pages.get("/admin/jobs")
def jobs() -> Any:
    _see()
    before = request.args.get("before", "")
    dead = queries.dead(int(before) if before.isdecimal() and len(before) < 18 else None)
    shown = dead[: queries.SHOWN]
    return render_template(
        "guide/admin/jobs.html",
        backlog=queries.backlog(),
        health=queries.index_health(),
        dead=shown,
        failing=queries.failing(limit=10)[:10],
        older=url_for(".jobs", before=shown[-1].id) if len(dead) > len(shown) else "",
        newer=url_for(".jobs") if before else "",
    )


@pages.post("/admin/jobs/<int:delivery_id>/revive")
@writes
def revive(delivery_id: int) -> Any:
    _see()
    operations.revive(actor=actor(), delivery=queries.delivery(delivery_id))
    flash(gettext("It will be tried again in a moment."))
    return redirect(url_for(".jobs"))


@pages.post("/admin/jobs/index")
@writes
def rebuild_index() -> Any:
    operations.rebuild_index(actor=actor())
    flash(gettext("A new index is being built. Searches go on meanwhile."))
    return redirect(url_for(".jobs"))
