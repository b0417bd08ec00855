"""Pages for anonymous visitors, kept in memory as long as nothing has happened.

The key holds the newest journal number, so any recorded change makes every kept page stale at once; the short life bounds what
depends on the clock alone ("closes in 2 days"). Only answers without cookies are kept, so no form token is ever shared.
"""

from __future__ import annotations

import functools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, g, make_response, request

from hub.db import journal
from hub.web.i18n import language

SECONDS = 15
MOST = 512

_kept: OrderedDict[tuple[Any, ...], tuple[float, bytes, str]] = OrderedDict()
_lock = threading.Lock()
_generations: list[Callable[[], Any]] = []


def depends_on(generation: Callable[[], Any]) -> Callable[[], Any]:
    """Add something cheap that changes when pages do and the journal does not (the search index's generation)."""
    if generation not in _generations:
        _generations.append(generation)
    return generation


def forget_all() -> None:
    with _lock:
        _kept.clear()


def for_visitors(view: Callable[..., Any]) -> Callable[..., Any]:
    """Keep this page for visitors who are not signed in."""

    @functools.wraps(view)
    def cached(*args: Any, **kwargs: Any) -> Any:
        if not current_app.config["HUB"].page_cache or g.get("identity") is not None or request.method != "GET" or _has_session():
            return view(*args, **kwargs)
        key = (
            current_app.config["SQLALCHEMY_DATABASE_URI"], request.full_path, language(), request.cookies.get("theme", ""),
            request.headers.get("HX-Request", ""), journal.last_id(), *(generation() for generation in _generations),
        )  # fmt: skip
        with _lock:
            found = _kept.get(key)
            if found is not None:
                _kept.move_to_end(key)
        if found is not None and found[0] > time.monotonic():
            return Response(found[1], content_type=found[2])
        response = make_response(view(*args, **kwargs))
        if response.status_code == 200 and not g.get("csrf_token") and not response.is_streamed and "Set-Cookie" not in response.headers:
            with _lock:
                _kept[key] = (time.monotonic() + SECONDS, response.get_data(), response.content_type or "text/html")
                while len(_kept) > MOST:
                    _kept.popitem(last=False)
        return response

    return cached


def _has_session() -> bool:
    """A visitor with a session cookie may have a flash message or a form under way: always a fresh page."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies
