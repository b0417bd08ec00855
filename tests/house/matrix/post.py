"""Private feeds and calendars, mail settings for programs, and the link that stops a digest."""

from __future__ import annotations

from flask import current_app

from hub.core.accounts import queries as accounts
from hub.core.feeds import operations as feeds
from hub.core.feeds.rules import Feed
from hub.core.messages import rules as messages
from tests.house.matrix.table import ANYONE, AUTHOR, CONSULTANT, JUDGE, SIGNED, get, patch, post

SETTINGS = "/api/v1/me/notifications/settings"

ROWS = [
    get("/inbox/live", SIGNED),
    get("/settings/feeds", SIGNED),
    post("/settings/feeds/inbox/new", SIGNED),
    post("/settings/feeds/calendar/new", SIGNED),
    post("/settings/feeds/inbox/revoke", AUTHOR),
    post("/settings/feeds/calendar/revoke", AUTHOR | JUDGE | CONSULTANT),
    get("/private/{inbox_secret}/inbox.atom", ANYONE),
    get("/private/{calendar_secret}/calendar.ics", ANYONE),
    get(SETTINGS, SIGNED),
    patch(SETTINGS, SIGNED, send={"award": "weekly", "weekday": 4}),
    get("/unsubscribe/{stop_digest}", ANYONE, about="a digest"),
    post("/unsubscribe/{stop_digest}", ANYONE, csrf=False, about="a digest"),
]


def places() -> dict[str, str]:
    author = accounts.by_email("solver@demo.example")
    assert author is not None
    actor = accounts.actor_of(author.id)
    return {
        "inbox_secret": feeds.make_address(actor=actor, feed=Feed.INBOX),
        "calendar_secret": feeds.make_address(actor=actor, feed=Feed.CALENDAR),
        "stop_digest": messages.unsubscribe_token(str(current_app.config["SECRET_KEY"]), author.id, messages.Pace.DAILY),
    }
