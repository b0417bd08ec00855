"""The HTML door: one's authenticator app, passkeys and recovery codes; and the way out when everything is lost."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import segno
from flask import Blueprint, Response, current_app, flash, redirect, render_template, session, url_for
from flask_babel import gettext

from hub.core.accounts import queries as accounts
from hub.core.factors import operations, queries, rules
from hub.core.factors.rules import Party
from hub.core.factors.schemas import CodeIn, NameIn, PasskeyIn, ReasonIn
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.base64url import as_bytes, as_text
from hub.kernel.errors import Invalid
from hub.kernel.words import N_
from hub.web import auth, todo
from hub.web.handle import actor, parse, writes
from hub.web.proof import asks_proof
from hub.web.throttle import throttled

pages = Blueprint("factors", __name__, template_folder="templates")
SHOWN_ONCE = "new_codes"

auth.administrators_need(lambda person_id: queries.held_by(person_id).any)


@todo.needs_attention
def second_step_missing(who: Actor) -> list[todo.Todo]:
    """What keeps an administrator from administering (HUB_ADMIN_FACTOR)."""
    if not auth.lacks_factor():
        return []
    why = gettext("Until then you may do what everybody may, and nothing that an administrator does.")
    return [
        todo.Todo(gettext("Set up a second step to administer this site"), why, href=url_for("factors.mine"), action=gettext("Set it up"))
    ]


def site_key() -> str:
    return str(current_app.config["HUB"].secret_key)


# Challenges: each belongs to this browser's session and to one purpose, for a few minutes


def party() -> Party:
    """This site as authenticators know it. Raises Invalid (code no_passkeys_here)."""
    found = known_party()
    if found is None:
        raise Invalid(N_("Passkeys need a site that has a name: this one is reached by a number."), code="no_passkeys_here")
    return found


def known_party() -> Party | None:
    config = current_app.config["HUB"]
    return rules.party(config.base_url, config.site_name)


def new_challenge(purpose: str, **more: str) -> bytes:
    """A challenge for this browser; an older one for the same purpose is forgotten."""
    challenge = rules.new_challenge()
    kept = {"challenge": as_text(challenge), "at": clock.now().isoformat(), **more}
    session["passkeys"] = {**session.get("passkeys", {}), purpose: kept}
    return challenge


def take_challenge(purpose: str) -> tuple[bytes, dict[str, str]]:
    """The challenge that this browser was given, gone from its session with that. Raises Invalid (code bad_passkey) if it has lapsed."""
    open_ones = dict(session.get("passkeys", {}))
    kept = open_ones.pop(purpose, None)
    session["passkeys"] = open_ones
    if kept is None or clock.now() >= datetime.fromisoformat(kept["at"]) + rules.CHALLENGE_LIFE:
        raise rules.not_proved()
    return as_bytes(kept["challenge"]), kept


def as_json(options: str) -> Response:
    return Response(options, content_type="application/json", headers={"Cache-Control": "no-store"})


# What one has


@pages.get("/settings/security/factors")
def mine() -> Any:
    who = actor().person_id or 0
    return render_template(
        "core/factors/factors.html",
        held=queries.held_by(who),
        app=queries.app_of(who),
        passkeys=queries.passkeys_of(who),
        site=known_party(),
    )


def _codes_or_back(codes: list[str]) -> Any:
    """Fresh codes go to the next page in the browser's own cookie: the server keeps no copy of them."""
    if not codes:
        return redirect(url_for(".mine"))
    session[SHOWN_ONCE] = codes
    return redirect(url_for(".codes"))


# The authenticator app


@pages.post("/settings/security/app")
@asks_proof
@writes(again=mine)
def begin_app() -> Any:
    operations.begin_app(actor=actor(), site_key=site_key())
    return redirect(url_for(".set_up_app"))


@pages.get("/settings/security/app")
def set_up_app() -> Any:
    app = queries.app_of(actor().person_id or 0)
    if app is None or app.confirmed_at is not None:
        return redirect(url_for(".mine"))
    secret = queries.begun_secret(actor(), site_key())
    return render_template("core/factors/app.html", secret=rules.spaced(secret), begun=int(app.created_at.timestamp()))


@pages.get("/settings/security/app/qr.svg")
def qr() -> Any:
    """The address of the secret as an image of its own: the page itself may hold no drawing (Content-Security-Policy)."""
    viewer = auth.viewer()
    secret = queries.begun_secret(actor(), site_key())
    drawn = io.BytesIO()
    address = rules.app_address(secret, viewer.email if viewer else "", current_app.config["HUB"].site_name)
    segno.make(address, error="m").save(drawn, kind="svg", scale=5, border=3, dark="#000", light="#fff", svgclass=None, lineclass=None)
    return Response(drawn.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


def _code_again() -> Any:
    app = queries.app_of(actor().person_id or 0)
    return set_up_app() if app is not None and app.confirmed_at is None else mine()


@pages.post("/settings/security/app/confirm")
@throttled(_code_again, "30 per 10 minutes", failures_only=True)
@asks_proof
@writes(again=_code_again)
def confirm_app() -> Any:
    codes = operations.confirm_app(actor=actor(), **parse(CodeIn()), site_key=site_key())
    flash(gettext("Your authenticator app is set up: from now on signing in asks for its code."))
    return _codes_or_back(codes)


@pages.post("/settings/security/app/remove")
@asks_proof
@writes(again=mine)
def remove_app() -> Any:
    operations.remove_app(actor=actor())
    flash(gettext("The authenticator app is removed."))
    return redirect(url_for(".mine"))


# Recovery codes


@pages.get("/settings/security/codes")
def codes() -> Any:
    shown = session.pop(SHOWN_ONCE, [])
    return render_template("core/factors/codes.html", codes=shown) if shown else redirect(url_for(".mine"))


@pages.post("/settings/security/codes")
@asks_proof
@writes(again=mine)
def make_codes() -> Any:
    return _codes_or_back(operations.make_codes(actor=actor(), site_key=site_key()))


# Passkeys


@pages.post("/settings/security/passkeys/options")
def options_to_make() -> Any:
    me, viewer, has = actor().person_id or 0, auth.viewer(), queries.passkeys_of(actor().person_id or 0)
    site, handle = party(), operations.handle_of(me)
    challenge = new_challenge("make", handle=handle)
    assert viewer is not None
    known = [each.credential_id for each in has]
    return as_json(rules.options_to_make(site, challenge, handle=handle, email=viewer.email, name=viewer.name, has=known))


@pages.post("/settings/security/passkeys")
@asks_proof
@writes(again=mine)
def add_passkey() -> Any:
    data = parse(PasskeyIn())
    challenge, kept = take_challenge("make")
    fresh = operations.add_passkey(
        actor=actor(), **data, challenge=challenge, handle=kept["handle"], site=party(), site_key=site_key()
    )  # fmt: skip
    flash(gettext("The passkey is registered."))
    return _codes_or_back(fresh)


def _mine_again(passkey_id: int) -> Any:
    return mine()


@pages.get("/settings/security/passkeys/<int:passkey_id>")
def passkey(passkey_id: int) -> Any:
    return render_template("core/factors/passkey.html", passkey=queries.passkey_for(actor(), passkey_id))


@pages.post("/settings/security/passkeys/<int:passkey_id>")
@writes(again=passkey)
def rename_passkey(passkey_id: int) -> Any:
    operations.rename_passkey(actor=actor(), passkey_id=passkey_id, **parse(NameIn()))
    flash(gettext("Saved."))
    return redirect(url_for(".mine"))


@pages.post("/settings/security/passkeys/<int:passkey_id>/remove")
@asks_proof
@writes(again=_mine_again)
def remove_passkey(passkey_id: int) -> Any:
    operations.remove_passkey(actor=actor(), passkey_id=passkey_id)
    flash(gettext("The passkey is removed. Delete it from your device, too."))
    return redirect(url_for(".mine"))


# When everything is lost


@pages.get("/admin/people/<int:person_id>/factors")
def lost(person_id: int) -> Any:
    removals = queries.removals_of(actor(), person_id)
    by = accounts.cards(each.removed_by for each in removals)
    names, site = {person_id: card.name for person_id, card in by.items()}, gettext("The command line")
    told = [{"when": each.created_at, "what": each.reason, "who": names.get(each.removed_by or 0, site)} for each in removals]
    return render_template(
        "core/factors/lost.html", person=accounts.get(person_id), held=queries.held_by(person_id), removals=told, me=actor().person_id
    )


@pages.post("/admin/people/<int:person_id>/factors")
@asks_proof
@writes(again=lost)
def remove_all(person_id: int) -> Any:
    queries.removals_of(actor(), person_id)
    operations.remove_all(actor=actor(), person_id=person_id, **parse(ReasonIn()))
    flash(gettext("All second factors are removed, and the sessions have ended. The person was told, with your reason."))
    return redirect(url_for(".lost", person_id=person_id))
