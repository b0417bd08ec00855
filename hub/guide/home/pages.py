"""The front page, what needs me now, where to begin, and what search engines ask for."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.core.messages import queries as messages
from hub.guide.explore.pages import card
from hub.guide.home import queries
from hub.kernel.errors import NotFound
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.search.index import queries as index
from hub.web.auth import viewer
from hub.web.handle import actor, public
from hub.web.pagecache import for_visitors
from hub.web.todo import todos

pages = Blueprint("home", __name__, template_folder="templates")
NOTICES, SECTORS, OPEN = 4, 10, 4
MINE = (
    ("/my/entries", "trophy", N_("Entries")), ("/my/tasks", "list-checks", N_("Tasks and answers")),
    ("/my/proposals", "send", N_("Proposals")), ("/my/deals", "handshake", N_("Deals")),
    ("/my/quotes", "flask-conical", N_("Quotes and orders")),
    ("/my/installs", "package", N_("Installed products")), ("/my/submissions", "inbox", N_("Submissions to portals")),
    ("/my/earnings", "wallet", N_("Earnings")), ("/my/pledges", "hand-coins", N_("Pledges")),
    ("/my/agreements", "file-signature", N_("Agreements")),
)  # fmt: skip
"""Where a person finds what is theirs in each mode: address, icon, words."""
DOORS = (
    ("contest", "/challenges", ("challenge",), N_("Challenges"), N_("A prize that is held, sealed entries, a reason for everyone.")),
    ("contest", "/pools", ("pool",), N_("Pools"), N_("Pledges of many towards one goal: all of it by the deadline, or all back.")),
    ("market", "/needs", ("need", "offer"), N_("Needs and offers"), N_("Technologies wanted and on offer; talks that open step by step.")),
    ("search", "/briefs", ("brief",), N_("Search briefs"), N_("A consultant asks the right experts on behalf of somebody.")),
    ("community", "/communities", ("space",), N_("Communities"), N_("Knowledge that many people write, with credit for each.")),
    ("community", "/rallies", ("rally",), N_("Idea rallies"), N_("Post ideas, build on others’, vote without seeing the count.")),
    ("complement", "/platforms", ("platform", "product"), N_("Platforms"), N_("Products that others build on what a company has opened.")),
    ("microtask", "/tasks", ("project",), N_("Tasks"), N_("Small answers from many people, for science or for pay.")),
    ("market", "/services", ("service",), N_("Lab services"), N_("Quotes to compare, instruments to book, payment held until done.")),
)  # fmt: skip
"""The modes as the front page shows them: hue, address, kinds of things in it, name, what it is."""
PER_SITEMAP = 20_000
STATIC = (
    "/", "/explore", "/challenges", "/pools", "/communities", "/rallies", "/platforms", "/tasks", "/needs", "/offers", "/services",
    "/briefs", "/new", "/how-it-works", "/trust",
)  # fmt: skip
PRIVATE = (
    "/admin", "/api/v1", "/deals", "/desk", "/home", "/inbox", "/judge", "/login", "/mturk", "/my/", "/portals", "/register", "/reset",
    "/settings", "/verify",
)  # fmt: skip


@pages.get("/")
@public
@for_visitors
def front() -> Any:
    if viewer() is not None:
        return redirect(url_for(".home"))
    figures = queries.figures()
    sectors = [(gettext(Sector(value).label), value, count) for value, count in figures.sectors if value in set(Sector)]
    return render_template(
        "guide/home/front.html",
        figures=figures,
        challenges=[card(document) for document in queries.closing_soon()],
        offers=[card(document) for document in queries.newest_offers()],
        sectors=sectors[:SECTORS],
        doors=[(hue, href, sum(figures.kinds.get(kind, 0) for kind in kinds), name, text) for hue, href, kinds, name, text in DOORS],
    )


@pages.get("/home")
def home() -> Any:
    me = actor()
    person_id = me.person_id or 0
    fitting = queries.recommended(person_id)
    known = {match.key for match in fitting}
    return render_template(
        "guide/home/home.html",
        todos=todos(me),
        mine=MINE,
        notices=[_notice(note) for note in messages.inbox(person_id, limit=NOTICES)],
        fitting=fitting,
        challenges=[card(document) for document in queries.closing_soon(OPEN + len(known)) if document.key not in known][:OPEN],
    )


def _notice(note: Any) -> dict[str, Any]:
    """As ui.notices shows it."""
    return {
        "title": messages.in_words(note, gettext),
        "when": note.at,
        "href": url_for("messages.open_", notification_id=note.id) if note.link else "",
        "unread": note.read_at is None,
    }


@pages.get("/robots.txt")
@public
def robots() -> Any:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), f"Sitemap: {_base()}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@pages.get("/sitemap.xml")
@public
@for_visitors
def sitemap() -> Any:
    """Everything public; beyond PER_SITEMAP addresses an index of parts, as the protocol asks."""
    entries = [(path, "") for path in STATIC]
    entries += [(document.url, document.at.date().isoformat() if document.at else "") for document in index.listed()]
    parts = -(-len(entries) // PER_SITEMAP)
    said = request.args.get("part", "")
    if not said and parts > 1:
        return _xml("sitemapindex", [f"<sitemap><loc>{_base()}/sitemap.xml?part={part}</loc></sitemap>" for part in range(1, parts + 1)])
    part = int(said) if said.isdecimal() and len(said) < 6 else 1
    if not 1 <= part <= parts:
        raise NotFound(N_("There is no such part of the site map."))
    return _xml("urlset", [_url(*entry) for entry in entries[(part - 1) * PER_SITEMAP : part * PER_SITEMAP]])


def _base() -> str:
    return str(current_app.config["HUB"].base_url)


def _url(path: str, changed: str) -> str:
    return f"<url><loc>{escape(_base() + path)}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</url>"


def _xml(root: str, rows: list[str]) -> Response:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return Response("\n".join([head, *rows, f"</{root}>", ""]), content_type="application/xml; charset=utf-8")
