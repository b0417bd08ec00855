"""The settings of private addresses, and what is read at them without signing in."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import force_locale, gettext
from sqlalchemy.exc import OperationalError

from hub.core.accounts import queries as accounts
from hub.core.accounts.queries import Addressee
from hub.core.feeds import documents, operations, queries
from hub.core.feeds.models import PrivateAddress
from hub.core.feeds.rules import READ_NOTED_EVERY, Feed
from hub.core.messages import queries as messages
from hub.db import work
from hub.kernel import clock
from hub.kernel.errors import HubError
from hub.web.handle import actor, public, writes
from hub.web.i18n import LANGUAGES

pages = Blueprint("feeds", __name__, template_folder="templates")
log = logging.getLogger("hub.feeds")
SHOWN_ONCE, NEWEST = "new_address", 50


@pages.get("/settings/feeds")
def mine() -> Any:
    fresh = session.pop(SHOWN_ONCE, "") if request.method == "GET" else ""
    feed, _, secret = fresh.partition(":")
    address = _address(Feed(feed), secret) if secret else ""
    return render_template(
        "core/feeds/feeds.html", feeds=Feed, mine=queries.addresses_of(actor().person_id or 0), fresh=feed, address=address
    )


@pages.post("/settings/feeds/<any(inbox,calendar):feed>/new")
@writes
def make(feed: str) -> Any:
    """The secret goes to the next page in the browser's own cookie: the server keeps no copy of it, nor of an answer that shows it."""
    secret = operations.make_address(actor=actor(), feed=Feed(feed))
    session[SHOWN_ONCE] = f"{feed}:{secret}"
    return redirect(url_for("feeds.mine"))


@pages.post("/settings/feeds/<any(inbox,calendar):feed>/revoke")
@writes
def revoke(feed: str) -> Any:
    operations.revoke_address(actor=actor(), feed=Feed(feed))
    flash(gettext("The address is revoked: programs that use it are turned away from now on."))
    return redirect(url_for("feeds.mine"))


@pages.get("/private/<secret>/inbox.atom")
@public
def inbox(secret: str) -> Any:
    def body(address: PrivateAddress, owner: Addressee) -> bytes:
        notes = messages.inbox(owner.id, limit=NEWEST)
        own = _address(Feed.INBOX, secret)
        return documents.atom(notes, base_url=_base(), address=own, language=owner.language, since=address.made_at)

    return _answer(secret, Feed.INBOX, "application/atom+xml", body)


@pages.get("/private/<secret>/calendar.ics")
@public
def calendar(secret: str) -> Any:
    def body(address: PrivateAddress, owner: Addressee) -> bytes:
        return documents.calendar(documents.dates_of(accounts.actor_of(owner.id)), base_url=_base(), since=address.made_at)

    return _answer(secret, Feed.CALENDAR, "text/calendar", body)


def _answer(secret: str, feed: Feed, mimetype: str, body: Callable[[PrivateAddress, Addressee], bytes]) -> Response:
    """In the owner's language; a program that has it already is told so (304). The secret leaves with nobody's Referer."""
    address, owner = queries.by_secret(secret, feed)
    with force_locale(owner.language if owner.language in LANGUAGES else "en"):
        content = body(address, owner)
    _note_read(address)
    answer = Response(content, content_type=f"{mimetype}; charset=utf-8")
    answer.set_etag(hashlib.sha256(content).hexdigest()[:32])
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer.make_conditional(request)  # type: ignore[return-value]


def _note_read(address: PrivateAddress) -> None:
    """In a short unit of work of its own; a busy database is no reason to turn the program away."""
    if address.read_at is not None and clock.now() < address.read_at + READ_NOTED_EVERY:
        return
    known = address.secret_hash
    try:
        with work.unit():
            operations.note_read(secret_hash=known)
    except (HubError, OperationalError) as error:
        log.warning("that a private address was read was not noted: %s", error)


def _base() -> str:
    return str(current_app.config["HUB"].base_url)


def _address(feed: Feed, secret: str) -> str:
    return f"{_base()}/private/{secret}/{feed.file}"
