"""What every page needs around it, and the few pages that belong to no room."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import func, select, text

from hub.db import journal
from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState
from hub.kernel import clock
from hub.kernel.words import N_
from hub.web import api, auth, markdown, pagecache
from hub.web.beside import beside
from hub.web.forms import current_form
from hub.web.handle import actor, public, safe_next
from hub.web.i18n import LANGUAGES
from hub.web.standing import standing, standings
from hub.web.trail import trail

web = Blueprint("web", __name__, template_folder="templates")
THEMES = {"light", "dark", "auto"}
YEAR = 31_536_000


@dataclass(frozen=True)
class NavItem:
    href: str
    label: str
    current: bool


_nav: list[tuple[int, str, str, tuple[str, ...]]] = []


def add_to_nav(position: int, href: str, label: str, *also: str) -> None:
    """Give a mode its place in the main navigation; `label` is marked with N_. `also`: other addresses that belong to it."""
    if (position, href, label, also) not in _nav:
        _nav.append((position, href, label, also))


def nav_items() -> list[NavItem]:
    path = request.path + "/"
    return [
        NavItem(href, gettext(label), any(path.startswith(f"{one}/") for one in (href, *also))) for _, href, label, also in sorted(_nav)
    ]


@functools.lru_cache(maxsize=512)
def _fingerprint(file: str, changed: int) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:10]


def _stamp_static(endpoint: str, values: dict[str, Any]) -> None:
    """Static addresses carry their content's hash, so browsers may keep them for a year."""
    if endpoint == "static" and "filename" in values and current_app.static_folder:
        file = Path(current_app.static_folder) / values["filename"]
        if file.is_file():
            values["v"] = _fingerprint(str(file), file.stat().st_mtime_ns)


@web.get("/language/<code>")
@public
def language(code: str) -> Any:
    if code not in LANGUAGES:
        abort(404)
    return _remember("lang", code)


@web.get("/theme/<choice>")
@public
def theme(choice: str) -> Any:
    if choice not in THEMES:
        abort(404)
    return _remember("theme", choice)


def _remember(name: str, value: str) -> Response:
    answer: Any = redirect(safe_next(request.args.get("next"), "/"))
    answer.set_cookie(name, value, max_age=YEAR, samesite="Lax", httponly=True, secure=bool(current_app.config["SESSION_COOKIE_SECURE"]))
    response: Response = answer
    return response


@web.get("/healthz")
@public
def healthz() -> Any:
    return jsonify(status="ok")


@web.get("/readyz")
@public
def readyz() -> Any:
    """Can the database be read, and is it migrated?"""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ready", journal=journal.last_id())


@web.get("/metrics")
@public
def metrics() -> Any:
    """Prometheus text: numbers only, nothing about anybody."""
    counts = dict(db.session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all())
    lines = ["# TYPE hub_journal_rows counter", f"hub_journal_rows {journal.last_id()}", "# TYPE hub_deliveries gauge"]
    lines += [f'hub_deliveries{{state="{state.value}"}} {counts.get(state, 0)}' for state in DeliveryState]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


@web.get("/api/openapi.json")
@public
def openapi() -> Any:
    return jsonify(api.spec(current_app))


METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class ApiRoom:
    """The operations of one room's JSON door, as (path, method, operation, parameters of the path)."""

    name: str
    description: str
    operations: list[tuple[str, str, dict[str, Any], list[dict[str, Any]]]]

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()


@web.get("/api/docs")
@public
@pagecache.for_visitors
def api_docs() -> Any:
    document = api.spec(current_app)
    return render_template("web/api_docs.html", spec=document, rooms=_api_rooms(document))


@web.get("/api/docs/<name>")
@public
@pagecache.for_visitors
def api_room(name: str) -> Any:
    """One room's operations, each with its fields and answers."""
    document = api.spec(current_app)
    rooms = _api_rooms(document)
    room = next((one for one in rooms if one.name == name), None) or abort(404)

    def resolve(ref: str) -> Any:
        return functools.reduce(lambda node, part: node[part], ref.removeprefix("#/").split("/"), document)

    return render_template("web/api_room.html", spec=document, rooms=rooms, room=room, resolve=resolve)


def _api_rooms(document: dict[str, Any]) -> list[ApiRoom]:
    """By name. An operation stands with its first tag."""
    described = {tag["name"]: tag.get("description", "") for tag in document.get("tags", [])}
    rooms: dict[str, ApiRoom] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if operation := item.get(method):
                tag = (operation.get("tags") or ["other"])[0]
                name = tag.removesuffix("_api")
                room = rooms.setdefault(name, ApiRoom(name, described.get(tag, ""), []))
                room.operations.append((path, method, operation, item.get("parameters", [])))
    return sorted(rooms.values(), key=lambda room: room.name)


@web.post("/markdown")
def markdown_preview() -> Any:
    """The form's `text` as it will look, for the preview beside a text area."""
    return str(markdown.render(request.form.get("text", "")[:200_000]))


@web.get("/how-it-works")
@public
@pagecache.for_visitors
def how_it_works() -> Any:
    return render_template("web/how_it_works.html")


@web.get("/styleguide")
@public
def styleguide() -> Any:
    if not current_app.config["HUB"].demo and not current_app.config["HUB"].testing:
        abort(404)
    return render_template("web/styleguide.html", now=clock.now())


@web.get("/problems/<code>")
@public
def problem(code: str) -> Any:
    """What a problem+json `type` leads to."""
    title = code.replace("_", " ").capitalize()
    return render_template("web/error.html", status=code, title=title, message=gettext(PROBLEMS.get(code, PROBLEMS[""])))


PROBLEMS = {
    "": N_("A program received this code as the answer to a request. The answer's title says what to mend."),
    "not_found": N_("There is no such thing, or it is not for this key to see."),
    "not_allowed": N_("The key's person has another role than this step takes."),
    "not_now": N_("The step exists, but not in the present state or at this time; the title says why."),
    "conflict": N_("Somebody else was first. Fetch the thing again and repeat the step if it still makes sense."),
    "stale": N_("The If-Match sent is not the present version. Fetch the thing again, merge, and send the edit once more."),
    "invalid": N_("Some fields cannot be taken as they are; `errors` names each one."),
    "too_many": N_("Too many requests; wait as long as Retry-After says."),
}


def _context() -> dict[str, Any]:
    return {
        "nav": nav_items(),
        "viewer": auth.viewer(),
        "form": current_form(),
        "theme": request.cookies.get("theme", "auto") if request.cookies.get("theme") in THEMES else "auto",
        "config_demo": current_app.config["HUB"].demo,
    }


def init(app: Flask) -> None:
    app.register_blueprint(web)
    app.url_default_functions.setdefault(None, []).append(_stamp_static)
    app.context_processor(_context)
    app.jinja_env.filters["md"] = markdown.render
    app.jinja_env.globals["url_here"] = _url_here
    app.jinja_env.globals["inbox_label"] = inbox_label
    app.jinja_env.globals["trail_of"] = lambda ref: trail(actor(), ref)
    app.jinja_env.globals.update(standing=standing, standings=standings)
    app.jinja_env.globals["beside_of"] = lambda ref: beside(actor(), ref)
    pagecache.init(app)


def inbox_label(unread: int) -> str:
    """What the bell says to those who hear the page."""
    if unread > 99:
        return gettext("Inbox") + ", 99+"
    return ngettext("Inbox, %(num)s new", "Inbox, %(num)s new", unread) if unread else gettext("Inbox")


def _url_here(**changes: Any) -> str:
    """This page's address with some of its query changed."""
    return url_for(request.endpoint or "", **{**request.args, **(request.view_args or {}), **changes})
