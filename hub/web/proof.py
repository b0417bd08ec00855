"""Confirm that it is you: what moves money, signs, or changes how one signs in asks again when the last proof is old.

The question is put in place of the answer, with everything that was sent carried along; the right proof sends it all on its way.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import current_app, make_response, request

from hub.kernel import clock
from hub.kernel.errors import NotAllowed
from hub.kernel.words import N_
from hub.web import auth
from hub.web.handle import View

MARK = "_proof"
"""How the names of the question's own fields begin."""


def _nobody_asks() -> Any:
    raise RuntimeError("no room knows how to ask who is there")


_check: Callable[[], Any] = _nobody_asks
_ask: Callable[[], Any] = _nobody_asks


def ask_with(*, ask: Callable[[], Any], check: Callable[[], Any]) -> None:
    """Called once by the room that knows how people prove themselves.

    `ask` shows the question. `check` looks at the proof that was sent and writes down that it was right: None, or else the question again.
    """
    global _ask, _check
    _ask, _check = ask, check


def is_fresh() -> bool:
    """Did whoever sits there prove who they are a short while ago? Programs prove themselves with every request."""
    minutes, viewer = current_app.config["HUB"].proof_minutes, auth.viewer()
    if not minutes or viewer is None or viewer.proved_at is None:
        return True
    return bool(clock.now() < viewer.proved_at + timedelta(minutes=minutes))


def carried() -> list[tuple[str, str]]:
    """The fields that were sent, without the question's own."""
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token" and not name.startswith(MARK)]


def asks_proof(view: View) -> View:
    """Mark a page's POST: it asks for a fresh proof of who is there. Stands above `writes`."""

    @functools.wraps(view)
    def door(*args: Any, **kwargs: Any) -> Any:
        if is_fresh():
            return view(*args, **kwargs)
        if request.is_json:
            raise NotAllowed(N_("Confirm that it is you first: sign in again."), code="proof_needed")
        if MARK not in request.form:
            return make_response(_ask())
        wrong = _check()
        return view(*args, **kwargs) if wrong is None else wrong

    door.asks_proof = True  # type: ignore[attr-defined]
    return door
