"""Few tries in a short time: beyond them the form is shown again, with the reason and what was typed.

`throttled` counts requests in the process's memory, against haste. `guarded` counts guesses in the database (hub.db.tries), against those
who try many passwords or codes: for the account that is tried, and for the net address that tries. A browser in which somebody has signed
in keeps an allowance of its own for that account, so that strangers who guess lock its owner out of nothing.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import secrets
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, current_app, g, make_response, request
from flask_limiter import RequestLimit
from itsdangerous import BadSignature, URLSafeSerializer
from limits import parse

from hub.db import tries, work
from hub.db.tries import Allowance
from hub.kernel.errors import HubError, TooMany
from hub.web.handle import View, is_api, show_again
from hub.web.security import by_address, limiter

DEVICE, DEVICE_PATH, DEVICE_LIFE = "hub_device", "/login", 180 * 86400
MOST_ACCOUNTS = 5
"""Accounts that one browser is known for."""


# Haste: counted in memory


def throttled(form: View, per_caller: str, *, failures_only: bool = False) -> Callable[[View], View]:
    """Limit a POST per address of the net. With `failures_only` what goes well is not counted."""

    def too_many(limit: RequestLimit) -> Response:
        return _show_wait(form, tries.must_wait(limit.reset_at - time.time()))

    deduct = (lambda response: response.status_code >= 400) if failures_only else None

    def limit(view: View) -> View:
        limited: View = limiter.limit(per_caller, key_func=by_address, on_breach=too_many, deduct_when=deduct)(view)
        return limited

    return limit


def _show_wait(form: View, error: TooMany) -> Response:
    answer = show_again(form, error, **(request.view_args or {}))
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


class Often:
    """Visits that are counted wherever they come in: at most so many in a while for each key."""

    def __init__(self, name: str, most: str) -> None:
        self.name, self.most = name, parse(most)

    def count(self, key: str) -> None:
        """Raises TooMany."""
        if limiter.enabled and not limiter.limiter.hit(self.most, self.name, key):
            raise tries.must_wait(limiter.limiter.get_window_stats(self.most, self.name, key).reset_time - time.time())


# Guesses: counted in the database


@dataclass(frozen=True)
class Guesses:
    """One kind of thing that can be guessed. `account` None: only the net address counts."""

    name: str
    address: Allowance | None
    account: Allowance | None = None


Noting = Callable[[HubError | None, bool], None]
"""Called with the refusal of a wrong guess, and whether it has used up the account's free tries; in the unit of work that counts it."""


def by_typed_email() -> str:
    """Counts per address of the mail, however it is written."""
    return by_email(request.form.get("email", ""))


def by_email(email: str) -> str:
    return "mail:" + unicodedata.normalize("NFC", email).strip().lower()[:254]


class Guess:
    """One guess: `begin` before it is looked at, then `failed` or `succeeded`. Outside of any unit of work."""

    def __init__(self, kind: Guesses, account: str = "") -> None:
        self.keys: dict[str, Allowance] = {}
        self.account_key = ""
        self.enabled = current_app.config["HUB"].rate_limits
        device = device_of(account) if account and kind.account is not None else ""
        if account and kind.account is not None:
            self.account_key = _key(kind.name, f"device:{device}" if device else account)
            self.keys[self.account_key] = kind.account
        if kind.address is not None and not device:
            self.keys[_key(kind.name, by_address())] = kind.address

    def begin(self) -> None:
        """Raises TooMany."""
        if self.enabled:
            self.begun = tries.begin(self.keys)

    def failed(self, error: HubError | None = None, noting: Noting | None = None) -> None:
        """Write it down, before the answer goes out."""
        if not self.enabled and noting is None:
            return
        with work.unit():
            used_up = tries.count(self.keys) if self.enabled else set()
            if noting is not None:
                noting(error, self.account_key in used_up)

    def succeeded(self, *, forget: bool = True) -> None:
        if self.enabled:
            tries.went_well(self.begun, self.account_key if forget else "")


def _key(name: str, who: str) -> str:
    return _mac(f"tries\0{name}\0{who}")


def _mac(text: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(key, b"hub throttle 1\0" + text.encode(), "sha256").hex()


def guarded(
    form: View, kind: Guesses, account: Callable[[], str] = lambda: "", *, noting: Noting | None = None, carried_out: bool = False
) -> Callable[[View], View]:
    """A POST by which something can be guessed; stands above `writes`. With `carried_out` what is done counts, not what is refused."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def door(*args: object, **kwargs: object) -> Response:
            guess = Guess(kind, account())
            try:
                guess.begin()
            except TooMany as error:
                if is_api() or request.is_json:
                    raise
                return _show_wait(form, error)
            try:
                answer = make_response(view(*args, **kwargs))
            except HubError as error:
                work.rollback()
                guess.failed(error, noting)
                raise
            refused = answer.status_code >= 400
            if refused is not carried_out:
                guess.failed(g.get("refusal"), noting)
            else:
                guess.succeeded(forget=not carried_out)
            return answer

        return door

    return guard


# The browser that is known


def device_of(account: str) -> str:
    """What this browser is known by for the account ("mail:..."); empty if nobody has signed in to it here."""
    return _devices().get(_mac(f"device\0{account}")[:24], "")


def _devices() -> dict[str, str]:
    try:
        found = _signer().loads(request.cookies.get(_device_cookie(), ""))
    except BadSignature:
        return {}
    return {str(name): str(value) for name, value in found} if isinstance(found, list) else {}


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="hub.web.throttle", signer_kwargs={"digest_method": hashlib.sha256})


def _device_cookie() -> str:
    return ("__Secure-" if current_app.config["SESSION_COOKIE_SECURE"] else "") + DEVICE


def remember_device(answer: Response, account: str) -> None:
    """Somebody has just signed in to the account here: wrong tries elsewhere do not slow this browser any more."""
    known, mine = _devices(), _mac(f"device\0{account}")[:24]
    nonce = known.pop(mine, "") or secrets.token_urlsafe(12)
    kept = [*list(known.items())[-(MOST_ACCOUNTS - 1) :], (mine, nonce)]
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie(
        _device_cookie(), str(_signer().dumps(kept)), max_age=DEVICE_LIFE, path=DEVICE_PATH, samesite="Lax", httponly=True, secure=secure
    )  # fmt: skip


def refused_key() -> None:
    """A program came with a key that is none: after some of them the address waits. Right keys are never slowed by it. Raises TooMany."""
    guess = Guess(KEYS)
    guess.begin()
    guess.failed()


KEYS = Guesses("key", Allowance(free=60))
