"""The HTML door: signing in and out, saying again who is there, and the sessions and password that guard an account."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import login_user, logout_user

from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.accounts import rules as account_rules
from hub.core.accounts.models import Person
from hub.core.accounts.pages import HOME, identity_of
from hub.core.factors import operations as factors
from hub.core.factors import queries as held
from hub.core.factors import rules as factor_rules
from hub.core.factors.pages import as_json, known_party, new_challenge, party, site_key, take_challenge
from hub.core.factors.rules import Factor
from hub.core.signin import operations, queries, rules
from hub.core.signin.rules import Step
from hub.core.signin.schemas import ChangePasswordIn, ProofIn, SignInIn
from hub.db import work
from hub.db.tries import Allowance
from hub.kernel import clock
from hub.kernel.errors import HubError, Invalid, NotSignedIn, TooMany, one_field
from hub.kernel.words import N_
from hub.web import auth, logs, proof
from hub.web.errors import wants_json
from hub.web.handle import View, actor, load, parse, public, safe_next, show_again, writes
from hub.web.proof import carried
from hub.web.throttle import Guess, Guesses, Noting, by_email, by_typed_email, guarded, remember_device, throttled

pages = Blueprint("signin", __name__, template_folder="templates")

SIGN_INS = Guesses("sign in", Allowance(free=30), Allowance(free=10))
SECOND_STEPS = Guesses("second step", Allowance(free=30), Allowance(free=10, longest=timedelta(hours=1)))
PASSKEYS = Guesses("passkey", Allowance(free=30))
PROOFS = Guesses("proof", None, Allowance(free=10))
PRESENT_PASSWORDS = Guesses("present password", None, Allowance(free=20))

_entering: list[Callable[[int], None]] = []


def upon_entering(call: Callable[[int], None]) -> Callable[[int], None]:
    """Have the function called with the person's id when a session opens, in its unit of work and before the browser's earlier one goes."""
    _entering.append(call)
    return call


# Who is turned away


def turned_away(step: Step, email: Callable[[], str] = lambda: "") -> Noting:
    """What is kept and logged of a refused try."""

    def note(error: HubError | None, slowed: bool) -> None:
        why = error.code if error is not None else "unreadable"
        at = Step.SUSPENDED if why == "suspended" else step
        operations.note_refused(
            email=email(), step=at, slowed=slowed, ip=request.remote_addr or "", user_agent=request.user_agent.string
        )  # fmt: skip
        logs.note("sign_in_refused", step=at.value, code=why, slowed=slowed or None)

    return note


def _typed_email() -> str:
    return request.form.get("email", "")[:254]


def _half_email() -> str:
    person: Person = g.half_in
    return person.email


# Signing in with the password


@pages.get("/login")
@public
def sign_in() -> Any:
    target = safe_next(request.values.get("next"), HOME)
    if auth.viewer() is not None and request.method == "GET" and "email" not in request.args:
        return redirect(target)
    return render_template("core/signin/sign_in.html", target=target, email=request.args.get("email", ""), site=known_party())


def proven(view: View) -> View:
    """Prove the password before the view begins to write: hashing is slow on purpose, and must not hold up other writers."""

    @functools.wraps(view)
    def door() -> Any:
        try:
            data = parse(SignInIn())
            g.proven = people.with_password(**data)
            g.proven_id, g.password = g.proven.id, data["password"]
        except HubError as error:
            return show_again(sign_in, error)
        if held.held_by(g.proven_id).any:
            return _half(g.proven, safe_next(request.values.get("next"), HOME), "password")
        return view()

    return door


def _half(person: Person, target: str, first: str) -> Response:
    """The first half is done: on to the second step."""
    session["half"] = {"person": person.id, "at": clock.now().isoformat(), "mark": operations.half_in(person), "first": first}
    answer: Any = redirect(url_for("signin.second", next=target))
    return answer


def go_on(person: Person, target: str, first: str) -> Response:
    """For whoever has proved who they are in another way than by the form (`first` says how): to the second step or in."""
    if held.held_by(person.id).any:
        return _half(person, target, first)
    with work.unit():
        return _enter(person.id, first=first, target=target)


@pages.post("/login")
@public
@guarded(sign_in, SIGN_INS, by_typed_email, noting=turned_away(Step.PASSWORD, _typed_email))
@proven
@writes(again=sign_in)
def sign_in_now() -> Any:
    return _enter(g.proven_id, password=g.password)


def _enter(person_id: int, *, password: str = "", first: str = "", factor: Factor | None = None, target: str = "") -> Response:
    """A session of its own for whoever has proved who they are; nothing of the browser's earlier one stays."""
    before = auth.viewer()
    token = operations.enter(
        person_id=person_id,
        password=password,
        first=first,
        factor=factor,
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
        replaces=before.token if before is not None else "",
    )
    for call in _entering:
        call(person_id)
    known = people.identity_by_token(token)
    assert known is not None
    target = target or safe_next(request.values.get("next"), HOME)
    session.clear()
    session.permanent = True
    login_user(identity_of(known, token))
    logs.note("signed_in", by=" ".join(filter(None, [first or ("password" if password else ""), factor.value if factor else ""])))
    answer: Any = redirect(target)
    remember_device(answer, by_email(known.email))
    return answer


# The second step


def _half_in() -> Person:
    """Who has proved the password in this browser a moment ago. Raises NotSignedIn."""
    half = session.get("half")
    if half is not None and rules.half_is_good(datetime.fromisoformat(half["at"]), clock.now()):
        person = people.get(half["person"])
        if operations.half_in(person) == half["mark"]:
            return person
    session.pop("half", None)
    raise NotSignedIn(N_("Sign in first."))


def halfway(view: View) -> View:
    """Without a first half, or once it is too old, signing in begins anew."""

    @functools.wraps(view)
    def door() -> Any:
        try:
            g.half_in = _half_in()
        except NotSignedIn:
            if wants_json():
                raise
            target = safe_next(request.values.get("next"), HOME)
            return redirect(target if auth.viewer() is not None else url_for(".sign_in", next=target))
        return view()

    return door


@pages.get("/login/second")
@public
@halfway
def second() -> Any:
    target = safe_next(request.values.get("next"), HOME)
    return render_template("core/signin/second.html", target=target, held=held.held_by(g.half_in.id), site=known_party())


@pages.post("/login/second")
@public
@halfway
@guarded(second, SECOND_STEPS, lambda: by_email(_half_email()), noting=turned_away(Step.SECOND, _half_email))
@writes(again=second)
def second_now() -> Any:
    person: Person = g.half_in
    factor = operations.prove_second(person_id=person.id, **_proof_sent("second"), site_key=site_key())
    return _enter(person.id, first=session["half"].get("first", "password"), factor=factor)


def _proof_sent(purpose: str, prefix: str = "") -> dict[str, Any]:
    """The code or passkey in this request, with the challenge that it answers. Raises Invalid."""
    said = load(ProofIn(), {name: request.form.get(prefix + name, "") for name in ("code", "credential")})
    if not said["credential"]:
        if not said["code"].strip():
            raise one_field(prefix + "code", N_("Write the code."))
        return {"code": said["code"]}
    return {"credential": said["credential"], "challenge": take_challenge(purpose)[0], "site": party()}


# Passkeys: as the second step, as the whole sign-in, and to say again who is there


@pages.post("/login/passkey/options")
@public
@throttled(sign_in, "60 per 10 minutes")
def passkey_options() -> Any:
    """Names no passkey and no person, so it tells nobody who has an account."""
    return as_json(factor_rules.options_to_prove(party(), new_challenge("sign in"), with_one_of=[]))


@pages.post("/login/second/options")
@public
@throttled(sign_in, "60 per 10 minutes")
@halfway
def second_options() -> Any:
    return _options_for(g.half_in.id, "second")


@pages.post("/proof/options")
@throttled(sign_in, "60 per 10 minutes")
def proof_options() -> Any:
    return _options_for(actor().person_id or 0, "proof")


def _options_for(person_id: int, purpose: str) -> Response:
    known = [each.credential_id for each in held.passkeys_of(person_id)]
    if not known:
        raise Invalid(N_("This account has no passkey."), code="no_passkey")
    return as_json(factor_rules.options_to_prove(party(), new_challenge(purpose), with_one_of=known))


@pages.post("/login/passkey")
@public
@guarded(sign_in, PASSKEYS, noting=turned_away(Step.PASSKEY))
@writes(again=sign_in)
def sign_in_with_passkey() -> Any:
    """A passkey that has verified its user is two factors in one: nothing else is asked."""
    challenge, _ = take_challenge("sign in")
    credential = load(ProofIn(), {"credential": request.form.get("credential", "")})["credential"]
    passkey = factors.prove_passkey(credential=credential, challenge=challenge, site=party())
    return _enter(passkey.person_id, factor=Factor.PASSKEY)


@pages.post("/logout")
@public
@writes
def sign_out() -> Any:
    viewer = auth.viewer()
    if viewer is not None:
        accounts.sign_out(token=viewer.token)
    logout_user()
    session.clear()
    flash(gettext("You are signed out."))
    answer: Any = redirect("/")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


# Saying again who is there (hub.web.proof)


def ask_proof() -> Any:
    found = held.held_by(actor().person_id or 0)
    return render_template("core/signin/proof.html", carried=carried(), held=found, site=known_party(), me=auth.viewer())


def check_proof() -> Any:
    """None if the proof that was sent is right, which is then written down; else the question again."""
    me = people.get(actor().person_id or 0)
    guess = Guess(PROOFS, actor().credential)
    try:
        guess.begin()
        password = request.form.get("_proof_password", "")
        if password and not account_rules.password_matches(me.password_hash, password):
            raise one_field("_proof_password", N_("This is not your present password."), code="bad_credentials")
        with work.unit():
            how = "password" if password else _prove_factor(me.id)
            accounts.prove_again(actor=actor(), how=how)
    except HubError as error:
        work.rollback()
        if not isinstance(error, TooMany):
            guess.failed(error)
            logs.note("proof_refused", code=error.code)
        if "code" in error.fields:  # the fields of this question have names of their own
            error.fields["_proof_code"] = error.fields.pop("code")
        return show_again(ask_proof, error)
    guess.succeeded()
    return None


def _prove_factor(person_id: int) -> str:
    said = _proof_sent("proof", "_proof_")
    if "credential" in said:
        factors.prove_passkey(**said, person_id=person_id)
        return Factor.PASSKEY
    return factors.prove_code(person_id=person_id, **said, site_key=site_key(), recovery=False)


proof.ask_with(ask=ask_proof, check=check_proof)


# Sessions and the password


@pages.get("/settings/security")
def security() -> Any:
    who = actor()
    sessions = [
        {"row": row, "device": account_rules.device(row.user_agent), "current": who.credential == f"session:{row.id}"}
        for row in people.live_sessions(who.person_id or 0)
    ]
    me = people.get(who.person_id or 0)
    tried = [{"row": row, "device": account_rules.device(row.user_agent)} for row in queries.refused_at(me.id)]
    return render_template("core/signin/security.html", person=me, sessions=sessions, held=held.held_by(me.id), tried=tried)


@pages.post("/settings/security/password")
@guarded(security, PRESENT_PASSWORDS, lambda: actor().credential)
@writes(again=security)
def change_password() -> Any:
    accounts.change_password(actor=actor(), **parse(ChangePasswordIn()))
    flash(gettext("Your new password is set. Your other sessions have ended."))
    return redirect(url_for(".security"))


@pages.post("/settings/security/confirm")
@throttled(security, "10 per hour")
@writes(again=security)
def request_verification() -> Any:
    accounts.request_verification(actor=actor())
    viewer = auth.viewer()
    session["mail_to"] = viewer.email if viewer else ""
    return redirect(url_for("accounts.registered"))


@pages.post("/settings/security/sessions/<int:session_id>/end")
@writes
def end_session(session_id: int) -> Any:
    accounts.end_session(actor=actor(), session_id=session_id)
    flash(gettext("The session has ended."))
    return redirect(url_for(".security"))


@pages.post("/settings/security/sessions/end-others")
@writes
def end_other_sessions() -> Any:
    accounts.end_other_sessions(actor=actor())
    flash(gettext("Your other sessions have ended."))
    return redirect(url_for(".security"))
