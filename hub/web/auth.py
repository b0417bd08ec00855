"""Who is asking: a browser session (Flask-Login over server-side sessions) or an API key. The accounts room says who they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_login import LoginManager, UserMixin, current_user

from hub.kernel.actor import ANONYMOUS, Actor, Duty
from hub.kernel.errors import NotAllowed, NotSignedIn
from hub.web import logs
from hub.web.handle import is_api, sign_in_first
from hub.web.throttle import refused_key

login_manager = LoginManager()
login_manager.session_protection = None  # our sessions live on the server and are rotated at sign-in


@dataclass
class Identity(UserMixin):
    """What a page needs to know of the signed-in person. `token` is the browser session's secret, empty for an API key.

    `proved_at`: when the person in the browser last proved who they are.
    """

    actor: Actor
    name: str
    handle: str
    email: str = ""
    language: str = ""
    timezone: str = "UTC"
    token: str = ""
    proved_at: datetime | None = None
    organisations: list[tuple[str, str]] = field(default_factory=list)

    def get_id(self) -> str:
        return self.token

    @property
    def is_admin(self) -> bool:
        return self.actor.is_admin

    @property
    def is_consultant(self) -> bool:
        return self.actor.is_consultant

    @property
    def unread(self) -> int:
        if "unread" not in g:
            g.unread = _count_unread(self.actor.person_id or 0)
        return int(g.unread)


Loader = Callable[[str], Identity | None]
_by_token: Loader = lambda token: None  # noqa: E731
_by_key: Loader = lambda key: None  # noqa: E731
_count_unread: Callable[[int], int] = lambda person_id: 0  # noqa: E731
_has_factor: Callable[[int], bool] = lambda person_id: False  # noqa: E731


def load_people_with(by_token: Loader) -> None:
    """Called once by the room that keeps the people."""
    global _by_token
    _by_token = by_token


def load_programs_with(by_key: Loader) -> None:
    """Called once by the room that keeps the keys."""
    global _by_key
    _by_key = by_key


def count_unread_with(count: Callable[[int], int]) -> None:
    """Called once by the room that keeps the messages."""
    global _count_unread
    _count_unread = count


def administrators_need(factor: Callable[[int], bool]) -> None:
    """Called once by the room that keeps second factors: does this person have one?"""
    global _has_factor
    _has_factor = factor


def lacks_factor() -> bool:
    """Is this an administrator who has no second step, though the site asks for one? They act without their duty (HUB_ADMIN_FACTOR)."""
    return bool(g.get("lacks_factor", False))


def in_background(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark what open pages ask for by themselves: that keeps no session alive which nobody uses."""
    view.is_background = True  # type: ignore[attr-defined]
    return view


def is_background() -> bool:
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), "is_background", False))


@login_manager.user_loader
def load_session(token: str) -> Identity | None:
    return _by_token(token)


def viewer() -> Identity | None:
    """The person looking at this page, or None."""
    return g.get("identity")


def identify() -> Response | None:
    """Before every request: find the actor; turn away visitors from what is not public."""
    g.identity, g.actor, g.lacks_factor = None, ANONYMOUS, False
    if request.endpoint in {"static", "web.healthz", "web.readyz"}:
        return None
    if is_api():
        _identify_by_key()
    elif request.cookies.get(current_app.config["SESSION_COOKIE_NAME"]) and current_user.is_authenticated:
        g.identity = current_user._get_current_object()
        g.actor = g.identity.actor
    _ask_factor_of_administrators()
    view = current_app.view_functions.get(request.endpoint or "")
    if g.identity is None and view is not None and not getattr(view, "is_public", False):
        if is_api():
            raise NotSignedIn("This needs an API key: send it as “Authorization: Bearer <key>”.")
        return sign_in_first()
    _check_scope(view)
    return None


def _ask_factor_of_administrators() -> None:
    """Whoever has not set up a second step does not administer: by no page, no program, and nothing below them."""
    if not g.actor.is_admin or not current_app.config["HUB"].admin_factor or _has_factor(g.actor.person_id or 0):
        return
    g.lacks_factor = True
    g.actor = replace(g.actor, duties=g.actor.duties - {Duty.ADMIN})
    g.identity = replace(g.identity, actor=g.actor)


def _identify_by_key() -> None:
    header = request.headers.get("Authorization", "")
    if not header:
        return
    scheme, _, key = header.partition(" ")
    identity = _by_key(key.strip()) if scheme.lower() == "bearer" else None
    if identity is None:
        _wrong_key()
        raise NotSignedIn("This API key is unknown, revoked or expired.", code="bad_key")
    g.identity, g.actor = identity, identity.actor


def _wrong_key() -> None:
    logs.note("bad_key")
    refused_key()


def _check_scope(view: object) -> None:
    if g.identity is None:
        return
    needed = getattr(view, "scope", None) or ("read" if request.method in {"GET", "HEAD", "OPTIONS"} else "write")
    if needed not in g.actor.scopes:
        raise NotAllowed("This API key lacks the scope “%(scope)s”.", code="missing_scope", scope=needed)


def init(app: Flask) -> None:
    login_manager.init_app(app)
    app.before_request(identify)
