"""The HTML door: how long each kind of thing is kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.core.retention import operations, queries
from hub.kernel.errors import Invalid
from hub.kernel.words import N_
from hub.web.handle import actor, checks, writes

pages = Blueprint("retention", __name__, template_folder="templates")


@pages.get("/admin/retention")
def settings() -> Any:
    return render_template("core/retention/settings.html", kept=queries.kept(actor()))


def _sent() -> dict[str, int]:
    """The days typed, by kind. Raises Invalid."""
    known = queries.days()
    sent = {kind: request.form[kind].strip() for kind in known if kind in request.form}
    wrong = {kind: gettext("Write a whole number of days.") for kind, text in sent.items() if not text.isdecimal() or len(text) > 6}
    if wrong:
        raise Invalid(N_("Some fields need another look."), fields=wrong)
    return {kind: int(text) for kind, text in sent.items()}


@pages.post("/admin/retention/check")
@checks(again=settings)
def check() -> Any:
    changed = operations.check(actor=actor(), days=_sent())
    before = {one.kind: one for one in queries.kept(actor())}
    after = [one for one in queries.kept(actor(), changed) if one.kind in changed]
    return render_template("core/retention/check.html", before=before, after=after)


@pages.post("/admin/retention")
@writes(again=settings)
def save() -> Any:
    changed = operations.save(actor=actor(), days=_sent())
    flash(gettext("Saved.") if changed else gettext("Nothing changed."))
    return redirect(url_for(".settings"))
