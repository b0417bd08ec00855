"""The HTML door: one's keys, made and revoked; and how the API knows whose key speaks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext

from hub.core.accounts.pages import identity_of, note_use
from hub.core.keys import operations, queries
from hub.core.keys.rules import KeyKind
from hub.core.keys.schemas import KeyIn
from hub.kernel import clock
from hub.web import auth
from hub.web.auth import Identity
from hub.web.handle import actor, parse, writes
from hub.web.proof import asks_proof

pages = Blueprint("keys", __name__, template_folder="templates")
SHOWN_ONCE = "new_key"


def _by_key(secret: str) -> Identity | None:
    known = queries.identity_by_key(secret)
    if known is None:
        return None
    note_use(known, lambda: operations.note_use(key_id=known.credential_id))
    return identity_of(known)


auth.load_programs_with(_by_key)


@pages.get("/settings/keys")
def mine() -> Any:
    fresh = session.pop(SHOWN_ONCE, "") if request.method == "GET" else ""
    access_key, _, secret = fresh.rpartition(":")
    return render_template(
        "core/keys/keys.html", keys=queries.keys_of(actor().person_id or 0), secret=secret, access_key=access_key, kinds=KeyKind,
        now=clock.now(),
    )  # fmt: skip


@pages.post("/settings/keys")
@asks_proof
@writes(again=mine)
def issue() -> Any:
    """The secret goes to the next page in the browser's own cookie: the server keeps no copy of it, nor of an answer that shows it."""
    data = parse(KeyIn())
    days = data.pop("days")
    ends = clock.now() + timedelta(days=days) if days else None
    key, secret = operations.issue_key(actor=actor(), **data, expires_at=ends, site_key=current_app.config["HUB"].secret_key)
    session[SHOWN_ONCE] = f"{key.prefix}:{secret}" if key.kind is KeyKind.MTURK else secret
    return redirect(url_for("keys.mine"))


@pages.post("/settings/keys/<int:key_id>/revoke")
@writes
def revoke(key_id: int) -> Any:
    operations.revoke_key(actor=actor(), key_id=key_id)
    flash(gettext("The key is revoked: programs that use it are turned away from now on."))
    return redirect(url_for("keys.mine"))
