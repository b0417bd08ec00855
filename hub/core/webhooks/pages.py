"""The HTML door: one's own webhooks and an organisation's, each with its log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext, ngettext

from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.webhooks import operations, queries, rules
from hub.core.webhooks.models import Endpoint
from hub.core.webhooks.policy import POLICY
from hub.core.webhooks.queries import Asked
from hub.core.webhooks.rules import Reason
from hub.core.webhooks.schemas import DaysIn, EndpointIn, ResumeIn
from hub.core.webhooks.states import ENDPOINT, EndpointAct, MessageState
from hub.kernel import clock
from hub.kernel.egress import WHY
from hub.kernel.words import N_
from hub.web.handle import actor, check_version, parse, public, writes
from hub.web.pagecache import for_visitors
from hub.web.paging import Page, page_number
from hub.web.proof import asks_proof

pages = Blueprint("webhooks", __name__, template_folder="templates")
SHOWN_ONCE = "new_webhook_secret"
SIZE = 30


def _site_key() -> str:
    return str(current_app.config["HUB"].secret_key)


def _managed(slug: str) -> Organisation:
    organisation = organisations.by_slug(slug)
    POLICY.require(actor(), EndpointAct.SEE, Endpoint(organisation_id=organisation.id))
    return organisation


def _groups(organisation_id: int | None, chosen: list[str] | None = None) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The types that the actor may choose here, by their first word, as the form shows them."""
    groups: dict[str, list[tuple[str, str, str]]] = {}
    words = _words()
    for sent in queries.types():
        if queries.may_choose(actor(), organisation_id, sent) or sent.type in (chosen or []):
            groups.setdefault(sent.group, []).append((sent.type, sent.type, words[sent.type]))
    return list(groups.items())


def _list(organisation: Organisation | None) -> Any:
    mine = queries.of_owner(person_id=actor().person_id, organisation_id=organisation.id if organisation else None)
    return render_template("core/webhooks/list.html", endpoints=mine, organisation=organisation, reasons=Reason, most=rules.MOST_ENDPOINTS)


def _new(organisation: Organisation | None) -> Any:
    groups = _groups(organisation.id if organisation else None)
    return render_template("core/webhooks/form.html", organisation=organisation, endpoint=None, groups=groups, chosen=[])


def _set_up(organisation: Organisation | None) -> Any:
    """The secret goes to the next page in the browser's own cookie: no stored answer holds it."""
    ours = organisation.id if organisation else None
    endpoint, secret = operations.set_up(actor=actor(), organisation_id=ours, site_key=_site_key(), **parse(EndpointIn()))
    session[SHOWN_ONCE] = f"{endpoint.id}:{secret}"
    return redirect(url_for("webhooks.show", endpoint_id=endpoint.id))


@pages.get("/settings/webhooks")
def mine() -> Any:
    return _list(None)


@pages.get("/settings/webhooks/new")
def new() -> Any:
    return _new(None)


@pages.post("/settings/webhooks/new")
@asks_proof
@writes(again=new)
def set_up() -> Any:
    return _set_up(None)


@pages.get("/orgs/<slug>/webhooks")
def ours(slug: str) -> Any:
    return _list(_managed(slug))


@pages.get("/orgs/<slug>/webhooks/new")
def new_of_ours(slug: str) -> Any:
    return _new(_managed(slug))


@pages.post("/orgs/<slug>/webhooks/new")
@asks_proof
@writes(again=new_of_ours)
def set_up_ours(slug: str) -> Any:
    return _set_up(_managed(slug))


@pages.get("/webhooks/events")
@public
@for_visitors
def events() -> Any:
    """What receivers are told, and how they check it."""
    return render_template("core/webhooks/events.html", types=queries.types(), words=_words(), attempts=rules.MOST_ATTEMPTS)


def _words() -> dict[str, str]:
    """What each type of event says, in the reader's language."""
    return {sent.type: rules.left_open(gettext(sent.says)) for sent in queries.types()}


# One endpoint


def _owner_of(endpoint: Endpoint) -> Organisation | None:
    return organisations.get(endpoint.organisation_id) if endpoint.organisation_id is not None else None


def _list_of(endpoint: Endpoint) -> str:
    organisation = _owner_of(endpoint)
    return url_for("webhooks.ours", slug=organisation.slug) if organisation else url_for("webhooks.mine")


def _asked(types: list[str]) -> Asked:
    state, type = request.args.get("state", ""), request.args.get("type", "")
    return Asked(MessageState(state) if state in set(MessageState) else None, type if type in types else "")


@pages.get("/webhooks/<int:endpoint_id>")
def show(endpoint_id: int) -> Any:
    endpoint = queries.get_for(actor(), endpoint_id)
    fresh = session.pop(SHOWN_ONCE, "") if request.method == "GET" else ""
    number, _, secret = fresh.partition(":")
    types = queries.choices([endpoint.id]).get(endpoint.id, [])
    asked = _asked([rules.TEST, *types])
    messages, total = queries.log(endpoint, asked, page=page_number(), size=SIZE)
    return render_template(
        "core/webhooks/show.html",
        endpoint=endpoint,
        organisation=_owner_of(endpoint),
        secret=secret if number == str(endpoint.id) else "",
        types=types,
        words=_words(),
        moves=ENDPOINT.moves_for(actor(), endpoint, POLICY),
        reason=Reason(endpoint.reason).label if endpoint.reason else "",
        messages=messages,
        attempts=queries.attempts_of(message.id for message in messages),
        why=_why,
        asked=asked,
        states=MessageState,
        log_types=[rules.TEST, *types],
        page=Page(page_number(), SIZE, total),
        failed=queries.count_failed(endpoint),
        missed=queries.count_missed(endpoint),
        now=clock.now(),
    )


def _why(trouble: str) -> str:
    """In words: what went wrong on the way, or that the address may not be called."""
    return gettext(WHY[trouble]) if trouble in WHY else gettext("This address may not be called any more.")


@pages.get("/webhooks/<int:endpoint_id>/edit")
def edit(endpoint_id: int) -> Any:
    endpoint = queries.get_for(actor(), endpoint_id)
    chosen = queries.choices([endpoint.id]).get(endpoint.id, [])
    groups = _groups(endpoint.organisation_id, chosen)
    return render_template("core/webhooks/form.html", organisation=_owner_of(endpoint), endpoint=endpoint, groups=groups, chosen=chosen)


@pages.post("/webhooks/<int:endpoint_id>/edit")
@asks_proof
@writes(again=edit)
def change(endpoint_id: int) -> Any:
    endpoint = queries.get_for(actor(), endpoint_id)
    check_version(endpoint.version)
    operations.change(actor=actor(), endpoint=endpoint, **parse(EndpointIn()))
    flash(gettext("Saved."))
    return redirect(url_for("webhooks.show", endpoint_id=endpoint_id))


@pages.post("/webhooks/<int:endpoint_id>/rotate")
@asks_proof
@writes(again=show)
def rotate(endpoint_id: int) -> Any:
    secret = operations.rotate(actor=actor(), endpoint=queries.get_for(actor(), endpoint_id), site_key=_site_key())
    session[SHOWN_ONCE] = f"{endpoint_id}:{secret}"
    return redirect(url_for("webhooks.show", endpoint_id=endpoint_id))


@pages.post("/webhooks/<int:endpoint_id>/test")
@writes(again=show)
def send_test(endpoint_id: int) -> Any:
    operations.send_test(actor=actor(), endpoint=queries.get_for(actor(), endpoint_id))
    flash(gettext("A test is on its way: look at the log in a moment."))
    return redirect(url_for("webhooks.show", endpoint_id=endpoint_id))


@pages.post("/webhooks/<int:endpoint_id>/replay")
@writes(again=show)
def replay_failed(endpoint_id: int) -> Any:
    endpoint = queries.get_for(actor(), endpoint_id)
    since = clock.now() - timedelta(days=parse(DaysIn())["days"])
    count = operations.replay_failed(actor=actor(), endpoint=endpoint, since=since)
    flash(ngettext("%(num)s message is sent again.", "%(num)s messages are sent again.", count))
    return redirect(url_for("webhooks.show", endpoint_id=endpoint_id))


MOVES = {
    "pause": (operations.pause, N_("Paused: nothing is sent until you switch it on.")),
    "end": (operations.end, N_("The webhook is removed.")),
}


def _show_again(endpoint_id: int, **about: Any) -> Any:
    return show(endpoint_id)


@pages.post("/webhooks/<int:endpoint_id>/<any(pause,end):act>")
@writes(again=_show_again)
def move(endpoint_id: int, act: str) -> Any:
    endpoint = queries.get_for(actor(), endpoint_id)
    target = _list_of(endpoint) if act == EndpointAct.END else url_for("webhooks.show", endpoint_id=endpoint_id)
    operate, said = MOVES[act]
    operate(actor=actor(), endpoint=endpoint)
    flash(gettext(said))
    return redirect(target)


@pages.post("/webhooks/<int:endpoint_id>/resume")
@writes(again=show)
def resume(endpoint_id: int) -> Any:
    operations.resume(actor=actor(), endpoint=queries.get_for(actor(), endpoint_id), **parse(ResumeIn()))
    flash(gettext("It is on."))
    return redirect(url_for("webhooks.show", endpoint_id=endpoint_id))


@pages.get("/webhooks/<int:endpoint_id>/messages/<int:message_id>")
def message(endpoint_id: int, message_id: int) -> Any:
    endpoint = queries.get_for(actor(), endpoint_id)
    found = queries.message_of(endpoint, message_id)
    site = current_app.config["HUB"].base_url
    return render_template(
        "core/webhooks/message.html",
        endpoint=endpoint,
        organisation=_owner_of(endpoint),
        message=found,
        body=rules.body_of(found.type, found.at, found.facts, site + found.path if found.path else ""),
        attempts=queries.attempts_of([found.id]).get(found.id, []),
        why=_why,
    )


@pages.post("/webhooks/<int:endpoint_id>/messages/<int:message_id>/replay")
@writes(again=message)
def replay(endpoint_id: int, message_id: int) -> Any:
    endpoint = queries.get_for(actor(), endpoint_id)
    operations.replay(actor=actor(), endpoint=endpoint, message=queries.message_of(endpoint, message_id))
    flash(gettext("It is sent again."))
    return redirect(url_for("webhooks.message", endpoint_id=endpoint_id, message_id=message_id))
