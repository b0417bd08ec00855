"""The HTML door: registering, confirming, a forgotten password, one's own account."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext
from flask_login import logout_user
from sqlalchemy.exc import OperationalError

from hub.core.accounts import operations, queries, rules
from hub.core.accounts.schemas import (
    TIMEZONES,
    AccountIn,
    AddressIn,
    NewPasswordIn,
    RegisterIn,
)
from hub.core.accounts.states import Purpose
from hub.db import work
from hub.db.tries import Allowance
from hub.kernel.actor import Actor
from hub.kernel.errors import HubError
from hub.web import auth, i18n, todo
from hub.web.auth import Identity
from hub.web.handle import actor, check_version, parse, public, safe_next, writes
from hub.web.throttle import Guesses, by_typed_email, guarded, throttled

pages = Blueprint("accounts", __name__, template_folder="templates")
log = logging.getLogger("hub.accounts")

HOME = "/home"
MAILED = Guesses(
    "mail", Allowance(free=20, first=timedelta(minutes=5), longest=timedelta(hours=1)),
    Allowance(free=5, first=timedelta(minutes=15), longest=timedelta(hours=1)),
)  # fmt: skip
"""What sends a mail to an address that anybody may type in, and could tell whether it has an account."""


# Who is asking


def identity_of(known: queries.Known, token: str = "") -> Identity:
    return Identity(
        actor=known.actor,
        name=known.name,
        handle=known.handle,
        email=known.email,
        language=known.language,
        timezone=known.timezone,
        token=token,
        proved_at=known.proved_at,
        organisations=[(place.slug, place.name) for place in known.belongings],
    )


def note_use(known: queries.Known, note: Callable[[], None]) -> None:
    """At most once an hour, in a short unit of work of its own; a busy database is no reason to turn the person away.

    What open pages ask for by themselves is no use.
    """
    if known.noted or auth.is_background():
        return
    try:
        with work.unit():
            note()
    except (HubError, OperationalError) as error:
        log.warning("the use of %s was not noted: %s", known.actor.credential, error)


def _by_token(token: str) -> Identity | None:
    known = queries.identity_by_token(token)
    if known is None:
        return None
    note_use(known, lambda: operations.note_use(session_id=known.credential_id))
    return identity_of(known, token)


auth.load_people_with(_by_token)


@pages.record
def _cheap_hashes_in_tests(state: BlueprintSetupState) -> None:
    if state.app.config["HUB"].testing:
        rules.hash_cheaply()


@todo.needs_attention
def unconfirmed(who: Actor) -> list[todo.Todo]:
    if not who.signed_in or who.verified:
        return []
    why = gettext("Until then you can look at everything, but not enter, sign, or act for an organisation.")
    return [todo.Todo(gettext("Confirm your e-mail address"), why, href=url_for("signin.security"), action=gettext("Confirm"))]


# Registration


@pages.get("/register")
@public
def register() -> Any:
    if auth.viewer() is not None:
        return redirect(safe_next(request.args.get("next"), HOME))
    if "next" in request.args:
        session["come_back"] = safe_next(request.args["next"], HOME)  # until the address is confirmed
    return render_template("core/accounts/register.html")


@pages.post("/register")
@public
@guarded(register, MAILED, by_typed_email, carried_out=True)
@writes(again=register)
def register_now() -> Any:
    data = parse(RegisterIn())
    operations.register(actor=actor(), **data, language=i18n.language())
    session["mail_to"] = data["email"]
    return redirect(url_for("accounts.registered"))


@pages.get("/register/sent")
@public
def registered() -> Any:
    return render_template("core/accounts/sent.html", purpose=Purpose.VERIFY, **_mail_facts())


def _mail_facts() -> dict[str, Any]:
    """To whom a mail just went, and whether it only went into a file."""
    return {"email": session.get("mail_to", ""), "into_files": current_app.config["HUB"].mail_url.startswith("file:")}


@pages.get("/verify/<token>")
@public
def verify(token: str) -> Any:
    """Asks for a press of a button: programs that open every link in a mail must not use it up."""
    row = queries.open_token(token, Purpose.VERIFY)
    return render_template("core/accounts/verify.html", email=queries.get(row.person_id).email)


@pages.post("/verify/<token>")
@public
@throttled(verify, "60 per hour")
@writes
def verify_now(token: str) -> Any:
    operations.verify_email(token=token)
    flash(gettext("Your address is confirmed."))
    target = safe_next(session.pop("come_back", HOME), HOME)
    return redirect(target if auth.viewer() is not None else url_for("signin.sign_in", next=None if target == HOME else target))


# A forgotten password


@pages.get("/reset")
@public
def reset_request() -> Any:
    return render_template("core/accounts/reset_request.html", email=request.args.get("email", ""))


@pages.post("/reset")
@public
@guarded(reset_request, MAILED, by_typed_email, carried_out=True)
@writes(again=reset_request)
def reset_request_now() -> Any:
    data = parse(AddressIn())
    operations.request_reset(actor=actor(), **data)
    session["mail_to"] = data["email"]
    return redirect(url_for("accounts.reset_sent"))


@pages.get("/reset/sent")
@public
def reset_sent() -> Any:
    return render_template("core/accounts/sent.html", purpose=Purpose.RESET, **_mail_facts())


@pages.get("/reset/<token>")
@public
def reset(token: str) -> Any:
    row = queries.open_token(token, Purpose.RESET)
    return render_template("core/accounts/reset.html", email=queries.get(row.person_id).email)


@pages.post("/reset/<token>")
@public
@throttled(reset, "60 per hour")
@writes(again=reset)
def reset_now(token: str) -> Any:
    operations.reset(token=token, **parse(NewPasswordIn()))
    if auth.viewer() is not None:
        logout_user()
    session.clear()
    flash(gettext("Your new password is set, and every session has ended. Sign in with it."))
    return redirect(url_for("signin.sign_in"))


# Settings


@pages.get("/settings/profile")
def profile() -> Any:
    return render_template("core/accounts/profile.html", person=_me(), timezones=TIMEZONES)


def _me() -> Any:
    return queries.get(actor().person_id or 0)


@pages.post("/settings/profile")
@writes(again=profile)
def change_profile() -> Any:
    check_version(_me().version)
    person = operations.change_profile(actor=actor(), **parse(AccountIn()))
    flash(gettext("Saved."))
    answer: Any = redirect(url_for("accounts.profile"))
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie("lang", person.language, max_age=31_536_000, samesite="Lax", httponly=True, secure=secure)
    return answer
