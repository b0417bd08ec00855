"""Few tries in a short time: beyond them the form is shown again, with the reason and what was typed."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable

from flask import Response, request
from flask_limiter import RequestLimit
from limits import parse

from hub.kernel.errors import TooMany
from hub.kernel.words import N_
from hub.web.handle import View, show_again
from hub.web.security import by_address, limiter


def by_typed_email() -> str:
    """Counts per address of the mail, however it is written."""
    return "mail:" + unicodedata.normalize("NFC", request.form.get("email", "")).strip().lower()[:254]


def too_many_tries(wait: int) -> TooMany:
    return TooMany(N_("Too many tries in a short time. Wait %(minutes)s minutes and go on."), retry_after=wait, minutes=-(-wait // 60))


def throttled(
    form: View, per_caller: str, per_account: str = "", *, account: Callable[[], str] = by_typed_email, failures_only: bool = False
) -> Callable[[View], View]:
    """Limit a POST per address of the net, and per account if `per_account` says so. With `failures_only` what goes well is not counted."""

    def too_many(limit: RequestLimit) -> Response:
        wait = max(1, int(limit.reset_at - time.time()))
        answer = show_again(form, too_many_tries(wait), **(request.view_args or {}))
        answer.headers["Retry-After"] = str(wait)
        return answer

    deduct = (lambda response: response.status_code >= 400) if failures_only else None

    def limit(view: View) -> View:
        limited: View = limiter.limit(per_caller, key_func=by_address, on_breach=too_many, deduct_when=deduct)(view)
        if per_account:
            limited = limiter.limit(per_account, key_func=account, on_breach=too_many, deduct_when=deduct)(limited)
        return limited

    return limit


class Tries:
    """Guesses that are counted wherever they come in: at most so many in a while for each key ("person:5")."""

    def __init__(self, name: str, most: str) -> None:
        self.name, self.most = name, parse(most)

    def count(self, key: str) -> None:
        """Before a guess is looked at. Raises TooMany."""
        if limiter.enabled and not limiter.limiter.hit(self.most, self.name, key):
            ends = limiter.limiter.get_window_stats(self.most, self.name, key).reset_time
            raise too_many_tries(max(1, int(ends - time.time())))

    def forget(self, key: str) -> None:
        """After a right one."""
        if limiter.enabled:
            limiter.limiter.clear(self.most, self.name, key)
