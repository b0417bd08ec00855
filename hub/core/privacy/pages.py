"""The HTML door: one's own page about privacy, the export, and what everybody may read about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from hub.core.erasure import queries as erasures
from hub.core.privacy import operations, queries, rules
from hub.core.privacy.rules import ConsentKind
from hub.core.privacy.states import UNDER_WAY, ExportState
from hub.core.retention import queries as retention
from hub.db import personal
from hub.db.retention import aging
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.web.exports import private_archive
from hub.web.handle import actor, public, writes
from hub.web.pagecache import for_visitors
from hub.web.proof import asks_proof
from hub.web.throttle import throttled

pages = Blueprint("privacy", __name__, template_folder="templates")


@pages.get("/settings/privacy")
def mine() -> Any:
    me = actor().person_id or 0
    exports = queries.exports_of(me)
    return render_template(
        "core/privacy/mine.html",
        exports=exports,
        under_way=any(one.state in UNDER_WAY for one in exports),
        states=ExportState,
        erasure=erasures.erasure_of(me),
        consents=queries.consents_of(me),
        uses=rules.USES,
        withdrawable=rules.WITHDRAWABLE,
        days=retention.days()["exports"],
        shelves=erasures.shelves(me),
    )


@pages.post("/settings/privacy/exports")
@asks_proof
@throttled(mine, "20 per day")
@writes(again=mine)
def ask_export() -> Any:
    operations.ask_export(actor=actor())
    flash(gettext("We put everything together and tell you when it is ready. You may leave this page."))
    return redirect(url_for(".mine"))


@pages.get("/settings/privacy/exports/<int:export_id>")
def download(export_id: int) -> Any:
    export = queries.own_export(actor(), export_id)
    return private_archive(queries.file_of(export), export.download_name)


@pages.post("/settings/privacy/consents/<kind>/withdraw")
@writes(again=lambda kind: mine())
def withdraw(kind: str) -> Any:
    if kind not in set(ConsentKind):
        raise NotFound(N_("There is nothing of that kind to agree to."))
    operations.withdraw(actor=actor(), kind=ConsentKind(kind))
    flash(gettext("Withdrawn, from now on."))
    return redirect(url_for(".mine"))


# What everybody may read


@pages.get("/terms")
@public
@for_visitors
def terms() -> Any:
    return render_template("core/privacy/terms.html", version=rules.TERMS_VERSION)


@pages.get("/privacy")
@public
@for_visitors
def notice() -> Any:
    held = [holding for holdings in personal.by_room().values() for holding in holdings if holding.by]
    return render_template(
        "core/privacy/notice.html",
        goes=[one.what for one in held if one.erase and not one.keeps],
        stays=_by_reason(held),
        aging=aging(),
        days=retention.days(),
    )


def _by_reason(held: list[personal.Holding]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for one in held:
        if one.keeps:
            found.setdefault(one.keeps, []).append(one.what)
    return list(found.items())
