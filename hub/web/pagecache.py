"""Pages for anonymous visitors, kept in memory as long as nothing has happened.

A view says with `for_visitors` that its page is the same for everybody who is not signed in. Its finished answer, compressed as the
browser asked, is then sent from in front of the application. Every recorded change makes all kept pages stale: at once in the process
that made it, within MOMENT in the others; their short life bounds what depends on the clock alone ("closes in 2 days"). Only answers
without cookies are kept, so no form token is ever shared.
"""

from __future__ import annotations

import functools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, make_response, request

from hub.db import journal, work

SECONDS = 15
MOMENT = 0.2
"""So many seconds the journal's number is taken as still the newest: asking on every request would cost more than the page."""
MOST, MOST_BYTES = 512, 48_000_000
FLAG = "hub.same_for_all_visitors"
ASKED = (
    "wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING",
    "HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_HX_REQUEST",
)  # fmt: skip

Environ = dict[str, Any]
Key = tuple[str, ...]
Version = tuple[Any, ...]


@dataclass(frozen=True)
class Kept:
    until: float
    version: Version
    status: str
    headers: list[tuple[str, str]]
    body: bytes


_kept: OrderedDict[Key, Kept] = OrderedDict()
_lock = threading.Lock()
_generations: list[Callable[[], Any]] = []
_versions: dict[str, tuple[float, int, Version]] = {}


def depends_on(generation: Callable[[], Any]) -> Callable[[], Any]:
    """Add something cheap that changes when pages do and the journal does not (the search index's generation)."""
    if generation not in _generations:
        _generations.append(generation)
    return generation


def forget_all() -> None:
    with _lock:
        _kept.clear()
        _versions.clear()


def for_visitors(view: Callable[..., Any]) -> Callable[..., Any]:
    """Keep this page for visitors who are not signed in."""

    @functools.wraps(view)
    def flagged(*args: Any, **kwargs: Any) -> Any:
        response = make_response(view(*args, **kwargs))
        if g.get("identity") is None and not g.get("csrf_token") and not response.is_streamed:
            request.environ[FLAG] = True
        return response

    return flagged


class Front:
    """The application as the server sees it: a kept answer is sent without waking it."""

    def __init__(self, app: Flask) -> None:
        self._app, self._inner = app, app.wsgi_app

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        key = self._key(environ)
        if key is None:
            return self._inner(environ, start_response)
        version = self._version()  # before the page is made: what happens meanwhile makes it stale
        kept = _kept.get(key)
        if kept is not None and kept.version == version and kept.until > time.monotonic():
            start_response(kept.status, kept.headers)
            return [kept.body]
        return self._make(key, version, environ, start_response)

    def _key(self, environ: Environ) -> Key | None:
        """What the answer depends on; None for a request that is not a visitor's look at a page.

        A visitor with a session cookie may have a message waiting or a form under way: always a fresh page.
        """
        cookies = environ.get("HTTP_COOKIE", "")
        if environ["REQUEST_METHOD"] != "GET" or self._app.config["SESSION_COOKIE_NAME"] in cookies or "HTTP_AUTHORIZATION" in environ:
            return None
        if not self._app.config["HUB"].page_cache:
            return None
        return (self._app.config["SQLALCHEMY_DATABASE_URI"], *(environ.get(name, "") for name in ASKED))

    def _version(self) -> Version:
        """The newest fact and the other generations, looked up once in MOMENT and again after each commit of this process."""
        database = self._app.config["SQLALCHEMY_DATABASE_URI"]
        when, commits, version = _versions.get(database, (0.0, -1, ()))
        if commits == work.commits() and time.monotonic() - when < MOMENT:
            return version
        when, commits = time.monotonic(), work.commits()
        with self._app.app_context():
            version = (journal.last_id(), *(generation() for generation in _generations))
        _versions[database] = (when, commits, version)
        return version

    def _make(self, key: Key, version: Version, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        said: list[Any] = []

        def note(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            said[:] = [status, headers]
            return start_response(status, headers, *more)

        answer = self._inner(environ, note)
        if not environ.get(FLAG) or not said or not said[0].startswith("200") or any(name == "Set-Cookie" for name, _ in said[1]):
            return answer
        body = b"".join(answer)
        if callable(close := getattr(answer, "close", None)):
            close()
        _keep(key, Kept(time.monotonic() + SECONDS, version, said[0], list(said[1]), body))
        return [body]


def _keep(key: Key, answer: Kept) -> None:
    with _lock:
        _kept[key] = answer
        _kept.move_to_end(key)
        while len(_kept) > MOST or sum(len(kept.body) for kept in _kept.values()) > MOST_BYTES:
            _kept.popitem(last=False)


def init(app: Flask) -> None:
    app.wsgi_app = Front(app)  # type: ignore[method-assign]
