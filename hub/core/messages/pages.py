"""The inbox, the mail settings, and the link that stops mails."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import force_locale, get_locale, gettext

from hub.core.messages import gateway, operations, queries, rules
from hub.core.messages.models import Notification
from hub.core.messages.schemas import MailSettings
from hub.core.messages.states import Kind, Pace
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.web import live
from hub.web.auth import count_unread_with, in_background
from hub.web.handle import actor, parse, public, safe_next, writes
from hub.web.i18n import language
from hub.web.paging import Page, page_number
from hub.web.security import csrf
from hub.web.shell import inbox_label

pages = Blueprint("messages", __name__, template_folder="templates")
SIZE = 30
MODES = {
    Kind.CHALLENGE: "contest", Kind.ENTRY: "contest", Kind.JUDGING: "contest", Kind.AWARD: "contest", Kind.MARKET: "market",
    Kind.SEARCH: "search", Kind.COMMUNITY: "community", Kind.PAGE: "community", Kind.RALLY: "community", Kind.BOOKING: "market",
    Kind.COMPLEMENT: "complement", Kind.MICROTASK: "microtask",
}  # fmt: skip

count_unread_with(queries.unread)


@pages.record_once
def _check_mail_url(state: BlueprintSetupState) -> None:
    """A setting that cannot work is found at the start, not with the first mail. Raises BadSetting."""
    config = state.app.config["HUB"]
    gateway.for_url(config.mail_url, config.data_dir / "mail")


def _me() -> int:
    return actor().person_id or 0


@pages.get("/inbox")
def inbox() -> Any:
    new_only = request.args.get("show") == "new"
    unread = queries.unread(_me())
    page = Page(page_number(), SIZE, unread if new_only else queries.count(_me()))
    notes = queries.inbox(_me(), limit=SIZE, offset=(page.number - 1) * SIZE, unread_only=new_only)
    return render_template("core/messages/inbox.html", items=[_item(note) for note in notes], page=page, unread=unread, new_only=new_only)


def _item(note: Notification) -> dict[str, Any]:
    """As ui.notices shows it; opening it goes through our address, which marks it as read."""
    return {
        "title": queries.in_words(note, gettext),
        "when": note.at,
        "href": url_for("messages.open_", notification_id=note.id) if note.link else "",
        "detail": gettext(note.kind.label),
        "unread": note.read_at is None,
        "mode": MODES.get(note.kind, ""),
    }


@pages.get("/inbox/live")
@in_background
def unread_now() -> Any:
    """How many messages are new, as the bell shows it: as events while the page is open, or once for whoever asks for JSON."""
    me, spoken = _me(), language()

    def look() -> str:
        with force_locale(spoken):
            unread = queries.unread(me)
            return json.dumps({"unread": unread, "shown": str(unread) if unread < 100 else "99+", "label": inbox_label(unread)})

    if request.accept_mimetypes.best == "application/json":
        return jsonify(json.loads(look()))
    return live.events(look)


@pages.get("/inbox/<int:notification_id>")
@writes
def open_(notification_id: int) -> Any:
    """Mark as read and go where the notice leads."""
    note = operations.read(actor=actor(), notification_id=notification_id)
    return redirect(safe_next(note.link, url_for("messages.inbox")))


@pages.post("/inbox/read-all")
@writes
def read_all() -> Any:
    operations.read_all(actor=actor())
    flash(gettext("Everything is marked as read."))
    return redirect(url_for("messages.inbox"))


@pages.get("/settings/notifications")
def settings() -> Any:
    weekdays = get_locale().days["stand-alone"]["wide"]
    return render_template(
        "core/messages/settings.html",
        groups=rules.GROUPS,
        paces=Pace,
        choices=queries.mail_choices(_me()),
        hours=queries.hours(_me()),
        hour_options=[(str(hour), f"{hour:02}:00") for hour in range(24)],
        weekday_options=[(str(day), weekdays[day]) for day in range(7)],
    )


@pages.post("/settings/notifications")
@writes(again=settings)
def save_settings() -> Any:
    operations.choose_mail(actor=actor(), **rules.choices(parse(MailSettings()), queries.hours(_me())))
    flash(gettext("Your settings are saved."))
    return redirect(url_for("messages.settings"))


def _from_link(token: str) -> tuple[int, rules.Stopped]:
    found = rules.read_unsubscribe_token(current_app.config["SECRET_KEY"], token)
    if found is None:
        raise NotFound(
            N_("This link is not complete. Open it from the mail again, or change your settings after signing in."), code="bad_link"
        )
    return found


@pages.get("/unsubscribe/<token>")
@public
def unsubscribe(token: str) -> Any:
    """Asks first: mail scanners open every link."""
    _, what = _from_link(token)
    return render_template("core/messages/unsubscribe.html", what=what, digest=what in rules.DIGESTS, done=False)


@pages.post("/unsubscribe/<token>")
@public
@writes
def unsubscribe_now(token: str) -> Any:
    """The button's address and, by RFC 8058, the mail program's: one POST without a session, so the link's signature is the proof."""
    person_id, what = _from_link(token)
    operations.unsubscribe(person_id=person_id, what=what)
    return render_template("core/messages/unsubscribe.html", what=what, digest=what in rules.DIGESTS, done=True)


csrf.exempt(unsubscribe_now)
