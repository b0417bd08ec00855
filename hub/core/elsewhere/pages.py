"""The HTML door: to another site and back, connecting an account there, and which ones are connected."""

from __future__ import annotations

import hmac
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext

from hub.config import Provider
from hub.core.accounts import queries as people
from hub.core.accounts.pages import HOME
from hub.core.elsewhere import gateway, operations, queries, rules
from hub.core.elsewhere.rules import Vouched
from hub.core.elsewhere.schemas import PasswordIn
from hub.core.signin import pages as signin
from hub.core.signin.rules import Step
from hub.db import work
from hub.kernel import clock
from hub.kernel.errors import HubError, Invalid, NotFound
from hub.kernel.words import N_
from hub.web import logs
from hub.web.handle import actor, parse, public, safe_next, show_again, writes
from hub.web.proof import asks_proof
from hub.web.security import by_address
from hub.web.throttle import Often, by_email, guarded

pages = Blueprint("elsewhere", __name__, template_folder="templates")
STARTS = Often("sign-in elsewhere", "30 per 10 minutes")


@pages.app_template_global("sign_in_providers")
def providers() -> tuple[Provider, ...]:
    found: tuple[Provider, ...] = current_app.config["HUB"].providers
    return found


@pages.app_template_global("proven_orcid")
def proven_orcid(person_id: int) -> str:
    return queries.orcid_of(person_id)


def _provider(key: str) -> Provider:
    """Raises NotFound for one that this site does not know."""
    found = next((one for one in providers() if one.key == key), None)
    if found is None:
        raise NotFound(N_("There is no such page."))
    return found


def _back(provider: Provider) -> str:
    return current_app.config["HUB"].base_url + url_for("elsewhere.back", key=provider.key)


def _take(name: str) -> dict[str, Any]:
    """What this browser kept of an earlier step, once and in time. Raises Invalid (code bad_state)."""
    kept = session.pop(name, None)
    if not kept or not rules.step_is_good(datetime.fromisoformat(kept["at"]), clock.now()):
        raise gateway.refused("bad_state")
    found: dict[str, Any] = kept
    return found


def _keep(name: str, **kept: Any) -> None:
    session[name] = kept | {"at": clock.now().isoformat()}


def _same(kept: str, sent: str) -> bool:
    """Compared in the same time, whatever was sent."""
    return hmac.compare_digest(kept.encode(), sent.encode())


# There and back


@pages.get("/login/with/<key>")
@public
def begin(key: str) -> Any:
    """To the other site. Whoever is signed in and has just proved it connects the account over there; everybody else signs in with it."""
    provider, me, may = _provider(key), actor().person_id, session.get("may_connect")
    connects = me is not None and isinstance(may, dict) and (may["person"], may["key"]) == (me, key)
    try:
        if connects:
            _take("may_connect")
        STARTS.count(by_address())
        begun = gateway.begin(provider, _back(provider))
    except HubError as error:
        return show_again(mine if connects else signin.sign_in, error)
    _keep(
        "elsewhere", key=key, state=begun.state, nonce=begun.nonce, verifier=begun.verifier,
        next=safe_next(request.args.get("next"), HOME), connects=me if connects else None,
    )  # fmt: skip
    return redirect(begun.url)


@pages.get("/login/with/<key>/back")
@public
def back(key: str) -> Any:
    provider, me = _provider(key), actor().person_id
    connects = None
    try:
        kept = _take("elsewhere")
        connects = kept["connects"]
        if kept["key"] != key or not _same(kept["state"], request.args.get("state", "")):
            raise gateway.refused("bad_state")
        if "code" not in request.args:
            raise gateway.refused("cancelled")
        vouched = gateway.finish(
            provider, _back(provider), code=request.args["code"], verifier=kept["verifier"], nonce=kept["nonce"]
        )  # before anything is written
        if connects is None:
            return _let_in(provider, vouched, kept["next"])
        if me != connects:
            raise gateway.refused("bad_state")
        with work.unit():
            operations.connect(actor=actor(), vouched=vouched)
    except HubError as error:
        work.rollback()
        logs.note("sign_in_refused", step=key, code=error.code)
        return show_again(mine if connects is not None and me is not None else signin.sign_in, error)
    flash(gettext("%(name)s is connected: you can sign in with it from now on.", name=provider.name))
    return redirect(url_for("elsewhere.mine"))


def _let_in(provider: Provider, vouched: Vouched, target: str) -> Any:
    """Into the account that it opens; else, where both sites have confirmed one address, on to the password that connects them."""
    found = queries.find(vouched.provider, vouched.subject)
    if found is not None:
        person = people.may_enter(people.get(found.person_id))
        with work.unit():
            operations.note_use(connection_id=found.id, shown=vouched.shown)
        return signin.go_on(person, target, vouched.provider)
    known = people.by_email(vouched.email) if vouched.email_verified and vouched.email else None
    if known is not None and known.email_verified_at is not None:
        _keep("vouched", next=target, **asdict(vouched))
        return redirect(url_for("elsewhere.ask", key=provider.key))
    raise Invalid(
        N_("No account here is connected with this one at %(name)s. Sign in first, then connect it under Settings, Security."),
        code="not_connected",
        name=provider.name,
    )


# Connecting upon a confirmed address: the password once


def _waiting(key: str) -> dict[str, Any]:
    kept = session.get("vouched")
    if not kept or kept["provider"] != key or not rules.step_is_good(datetime.fromisoformat(kept["at"]), clock.now()):
        raise gateway.refused("bad_state")
    found: dict[str, Any] = kept
    return found


@pages.get("/login/with/<key>/connect")
@public
def ask(key: str) -> Any:
    provider = _provider(key)
    try:
        kept = _waiting(key)
    except Invalid as error:
        return show_again(signin.sign_in, error)
    return render_template("core/elsewhere/ask.html", provider=provider, email=kept["email"], shown=kept["shown"])


def _waiting_email() -> str:
    return str((session.get("vouched") or {}).get("email", ""))


@pages.post("/login/with/<key>/connect")
@public
@guarded(ask, signin.SIGN_INS, lambda: by_email(_waiting_email()), noting=signin.turned_away(Step.PASSWORD, _waiting_email))
def connect(key: str) -> Any:
    """The right password connects the two; a second step, where there is one, comes before it does."""
    _provider(key)
    try:
        kept = _waiting(key)
    except Invalid as error:
        return show_again(signin.sign_in, error)
    try:
        person = people.with_password(kept["email"], parse(PasswordIn())["password"])
    except HubError as error:
        return show_again(ask, error, key=key)
    session.pop("vouched")
    about = {name: kept[name] for name in ("provider", "subject", "shown")}
    _keep("connects", person=person.id, **about)
    return signin.go_on(person, kept["next"], f"password {kept['provider']}")


@signin.upon_entering
def connect_what_waited(person_id: int) -> None:
    """Within the unit of work that opens the session."""
    kept = session.pop("connects", None)
    if kept and kept["person"] == person_id and rules.step_is_good(datetime.fromisoformat(kept["at"]), clock.now()):
        vouched = Vouched(kept["provider"], kept["subject"], kept["shown"])
        operations.connect(actor=people.actor_of(person_id), vouched=vouched)


# Settings


@pages.get("/settings/security/elsewhere")
def mine() -> Any:
    connections = {one.provider: one for one in queries.of_person(actor().person_id or 0)}
    names = {one.key: one.name for one in providers()}
    return render_template("core/elsewhere/mine.html", connections=connections, names=names)


@pages.post("/settings/security/elsewhere/<key>")
@asks_proof
def may_connect(key: str) -> Any:
    """After a fresh proof, a link to the other site: a form may not lead away from this one."""
    provider = _provider(key)
    _keep("may_connect", person=actor().person_id, key=key)
    return render_template("core/elsewhere/go.html", provider=provider)


@pages.post("/settings/security/elsewhere/<int:connection_id>/remove")
@asks_proof
@writes
def disconnect(connection_id: int) -> Any:
    operations.disconnect(actor=actor(), connection_id=connection_id)
    flash(gettext("It is disconnected and opens your account no more."))
    return redirect(url_for("elsewhere.mine"))
