"""The HTML door: registering, signing in and out, and the settings that guard an account."""

from __future__ import annotations

import functools
import logging
import time
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext
from flask_limiter import RequestLimit
from flask_login import login_user, logout_user
from sqlalchemy.exc import OperationalError

from hub.core.accounts import operations, queries, rules
from hub.core.accounts.schemas import (
    TIMEZONES,
    AccountIn,
    AddressIn,
    ChangePasswordIn,
    KeyIn,
    NewPasswordIn,
    RegisterIn,
    SignInIn,
)
from hub.core.accounts.states import KeyKind, Purpose
from hub.db import work
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import HubError, TooMany
from hub.kernel.words import N_
from hub.web import auth, i18n, todo
from hub.web.auth import Identity
from hub.web.handle import View, actor, check_version, parse, public, safe_next, show_again, writes
from hub.web.security import by_address, limiter

pages = Blueprint("accounts", __name__, template_folder="templates")
log = logging.getLogger("hub.accounts")

HOME = "/home"
SHOWN_ONCE = "new_key"


# Who is asking


def _identity(known: queries.Known, token: str = "") -> Identity:
    return Identity(
        actor=known.actor,
        name=known.name,
        handle=known.handle,
        email=known.email,
        language=known.language,
        timezone=known.timezone,
        token=token,
        organisations=[(place.slug, place.name) for place in known.belongings],
    )


def _note_use(known: queries.Known) -> None:
    """At most once an hour, in a short unit of work of its own; a busy database is no reason to turn the person away."""
    if known.noted:
        return
    try:
        with work.unit():
            operations.note_use(credential=known.actor.credential)
    except (HubError, OperationalError) as error:
        log.warning("the use of %s was not noted: %s", known.actor.credential, error)


def _by_token(token: str) -> Identity | None:
    known = queries.identity_by_token(token)
    if known is None:
        return None
    _note_use(known)
    return _identity(known, token)


def _by_key(secret: str) -> Identity | None:
    known = queries.identity_by_key(secret)
    if known is None:
        return None
    _note_use(known)
    return _identity(known)


auth.load_people_with(by_token=_by_token, by_key=_by_key)


@pages.record
def _cheap_hashes_in_tests(state: BlueprintSetupState) -> None:
    if state.app.config["HUB"].testing:
        rules.hash_cheaply()


@todo.needs_attention
def unconfirmed(who: Actor) -> list[todo.Todo]:
    if not who.signed_in or who.verified:
        return []
    why = gettext("Until then you can look at everything, but not enter, sign, or act for an organisation.")
    return [todo.Todo(gettext("Confirm your e-mail address"), why, href=url_for("accounts.security"), action=gettext("Confirm"))]


# Throttling: few wrong tries per address of the net and per address of the mail


def _by_typed_email() -> str:
    return "mail:" + rules.normal_email(request.form.get("email", ""))[:254]


def throttled(form: View, per_caller: str, per_email: str = "", failures_only: bool = False) -> Any:
    """Limit a POST; beyond it the `form` is shown again with the reason and what was typed."""

    def too_many(limit: RequestLimit) -> Response:
        wait = max(1, int(limit.reset_at - time.time()))
        answer = show_again(
            form,
            TooMany(N_("Too many tries in a short time. Wait %(minutes)s minutes and go on."), retry_after=wait, minutes=-(-wait // 60)),
            **(request.view_args or {}),
        )
        answer.headers["Retry-After"] = str(wait)
        return answer

    deduct = (lambda response: response.status_code >= 400) if failures_only else None

    def limit(view: View) -> View:
        limited = limiter.limit(per_caller, key_func=by_address, on_breach=too_many, deduct_when=deduct)(view)
        if per_email:
            limited = limiter.limit(per_email, key_func=_by_typed_email, on_breach=too_many, deduct_when=deduct)(limited)
        return limited

    return limit


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
@throttled(register, "20 per hour", "5 per hour")
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
    return redirect(target if auth.viewer() is not None else url_for("accounts.sign_in", next=None if target == HOME else target))


# Signing in and out


@pages.get("/login")
@public
def sign_in() -> Any:
    target = safe_next(request.values.get("next"), HOME)
    if auth.viewer() is not None and request.method == "GET" and "email" not in request.args:
        return redirect(target)
    return render_template("core/accounts/sign_in.html", target=target, email=request.args.get("email", ""))


def proven(view: View) -> View:
    """Prove the password before the view begins to write: hashing is slow on purpose, and must not hold up other writers."""

    @functools.wraps(view)
    def door() -> Any:
        try:
            data = parse(SignInIn())
            g.proven_id = queries.with_password(**data).id
        except HubError as error:
            return show_again(sign_in, error)
        return view()

    return door


@pages.post("/login")
@public
@throttled(sign_in, "30 per 10 minutes", "10 per 10 minutes", failures_only=True)
@proven
@writes(again=sign_in)
def sign_in_now() -> Any:
    before = auth.viewer()
    token = operations.open_session(
        person_id=g.proven_id,
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
        replaces=before.token if before is not None else "",
    )
    known = queries.identity_by_token(token)
    assert known is not None
    session.clear()
    session.permanent = True
    login_user(_identity(known, token))
    return redirect(safe_next(request.values.get("next"), HOME))


@pages.post("/logout")
@public
@writes
def sign_out() -> Any:
    viewer = auth.viewer()
    if viewer is not None:
        operations.sign_out(token=viewer.token)
    logout_user()
    session.clear()
    flash(gettext("You are signed out."))
    return redirect("/")


# A forgotten password


@pages.get("/reset")
@public
def reset_request() -> Any:
    return render_template("core/accounts/reset_request.html", email=request.args.get("email", ""))


@pages.post("/reset")
@public
@throttled(reset_request, "20 per hour", "5 per hour")
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
    return redirect(url_for("accounts.sign_in"))


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


@pages.get("/settings/security")
def security() -> Any:
    who = actor()
    sessions = [
        {"row": row, "device": rules.device(row.user_agent), "current": who.credential == f"session:{row.id}"}
        for row in queries.live_sessions(who.person_id or 0)
    ]
    return render_template("core/accounts/security.html", person=_me(), sessions=sessions)


@pages.post("/settings/security/password")
@throttled(security, "20 per hour", failures_only=True)
@writes(again=security)
def change_password() -> Any:
    operations.change_password(actor=actor(), **parse(ChangePasswordIn()))
    flash(gettext("Your new password is set. Your other sessions have ended."))
    return redirect(url_for("accounts.security"))


@pages.post("/settings/security/confirm")
@throttled(security, "10 per hour")
@writes(again=security)
def request_verification() -> Any:
    operations.request_verification(actor=actor())
    viewer = auth.viewer()
    session["mail_to"] = viewer.email if viewer else ""
    return redirect(url_for("accounts.registered"))


@pages.post("/settings/security/sessions/<int:session_id>/end")
@writes
def end_session(session_id: int) -> Any:
    operations.end_session(actor=actor(), session_id=session_id)
    flash(gettext("The session has ended."))
    return redirect(url_for("accounts.security"))


@pages.post("/settings/security/sessions/end-others")
@writes
def end_other_sessions() -> Any:
    operations.end_other_sessions(actor=actor())
    flash(gettext("Your other sessions have ended."))
    return redirect(url_for("accounts.security"))


@pages.get("/settings/keys")
def keys() -> Any:
    fresh = session.pop(SHOWN_ONCE, "") if request.method == "GET" else ""
    access_key, _, secret = fresh.rpartition(":")
    return render_template(
        "core/accounts/keys.html", keys=queries.keys_of(actor().person_id or 0), secret=secret, access_key=access_key, kinds=KeyKind,
        now=clock.now(),
    )  # fmt: skip


@pages.post("/settings/keys")
@writes(again=keys)
def issue_key() -> Any:
    """The secret goes to the next page in the browser's own cookie: the server keeps no copy of it, nor of an answer that shows it."""
    data = parse(KeyIn())
    days = data.pop("days")
    ends = clock.now() + timedelta(days=days) if days else None
    key, secret = operations.issue_key(actor=actor(), **data, expires_at=ends, site_key=current_app.config["HUB"].secret_key)
    session[SHOWN_ONCE] = f"{key.prefix}:{secret}" if key.kind is KeyKind.MTURK else secret
    return redirect(url_for("accounts.keys"))


@pages.post("/settings/keys/<int:key_id>/revoke")
@writes
def revoke_key(key_id: int) -> Any:
    operations.revoke_key(actor=actor(), key_id=key_id)
    flash(gettext("The key is revoked: programs that use it are turned away from now on."))
    return redirect(url_for("accounts.keys"))
