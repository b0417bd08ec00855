"""The HTML door to moderation: reporting a post, the moderators' queue, a case."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from hub.core.discussions import queries as threads
from hub.core.discussions.models import Post
from hub.core.discussions.states import PostState
from hub.core.moderation import operations, policy, queries, rules, schemas
from hub.core.moderation.models import Case
from hub.core.moderation.policy import POLICY
from hub.core.moderation.rules import Measure, Reason
from hub.core.moderation.states import Act, State
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound, NotNow
from hub.kernel.permissions import consults
from hub.kernel.words import N_
from hub.web.handle import actor, parse, writes
from hub.web.i18n import LANGUAGES
from hub.web.paging import in_tabs
from hub.web.todo import Waiting, waits

pages = Blueprint("moderation", __name__, template_folder="templates")
TABS: dict[str, tuple[str, tuple[State, ...]]] = {
    "open": (N_("To decide"), (State.OPEN,)),
    "appealed": (N_("Appeals"), (State.APPEALED,)),
    "decided": (N_("Decided"), queries.DECIDED),
}


def show_page(template: str, **context: Any) -> str:
    return render_template(f"core/moderation/{template}.html", **context)


# Reporting


def _post(post_id: int) -> Post:
    """A post that can be reported. Raises NotFound, also for what is hidden."""
    post = threads.post_for(actor(), post_id)
    if post.state is PostState.HIDDEN and not consults(actor(), post):
        raise NotFound(threads.NO_POST)
    return post


@pages.get("/moderation/posts/<int:post_id>/flag")
def flagging(post_id: int) -> Any:
    post = _post(post_id)
    if post.author_id == actor().person_id:
        raise NotAllowed(N_("This is your own post: change it or delete it."), code="own_post")
    if post.state is not PostState.SHOWN and request.method == "GET":
        raise NotNow(N_("This post is not shown any more."), code="not_shown")
    return show_page("flag", said=threads.said(post), thread=threads.by_id(post.thread_id), reasons=Reason, rules=rules)


@pages.post("/moderation/posts/<int:post_id>/flag")
@writes(again=flagging)
def flag(post_id: int) -> Any:
    post = _post(post_id)
    operations.flag(actor=actor(), post=post, **parse(schemas.FlagForm()))
    flash(_("Reported. You are told what the moderators decide."))
    return redirect(post.permalink)


def _thing(kind: str, number: int) -> rules.Thing:
    thing = queries.thing_for(actor(), kind, number)
    if thing.author_id == actor().person_id:
        raise NotAllowed(N_("This is your own: change it or take it back."), code="own_thing")
    return thing


@pages.get("/moderation/report/<kind>/<int:number>")
def reporting(kind: str, number: int) -> Any:
    """Report something else than a post."""
    thing = _thing(kind, number)
    return show_page("report", thing=thing, word=queries.source(thing.ref).word, reasons=Reason, rules=rules)


@pages.post("/moderation/report/<kind>/<int:number>")
@writes(again=reporting)
def report(kind: str, number: int) -> Any:
    thing = _thing(kind, number)
    operations.report(actor=actor(), kind=kind, number=number, **parse(schemas.FlagForm()))
    flash(_("Reported. You are told what the moderators decide."))
    return redirect(thing.href)


# The queue


@pages.get("/moderation")
def queue() -> Any:
    if not consults(actor(), None):
        raise NotAllowed(N_("Consultants and administrators decide about reports."))
    return show_page("queue", **in_tabs(TABS, partial(queries.queue, actor())))


@waits
def waiting(who: Actor) -> Iterable[Waiting]:
    if consults(who, None):
        yield Waiting(queries.to_decide(who), N_("Decide about a report"), "/moderation/cases/{}", N_("Decide"))


# One case


@pages.get("/moderation/cases/<int:case_id>")
def case(case_id: int) -> Any:
    found = queries.get_for(actor(), case_id)
    return _page_of(found)


def _page_of(found: Case) -> str:
    who = actor()
    file = queries.file_of(found)
    moderates = policy.decides(who, found)
    reply = rules.REPLIES.get(request.args.get("reply", ""))
    return show_page(
        "case" if moderates else "own", file=file, case=found, states=State, rules=rules, post_states=PostState,
        measures=[(m.value, _(m.label)) for m in queries.ways(found) if m is not Measure.SUSPEND or who.is_admin],
        prefilled=_in_language(reply[1], file.people[found.author_id].language) if reply is not None else "",
        replies=[(key, _(words[0])) for key, words in rules.REPLIES.items()],
        may_settle=found.state is State.APPEALED and POLICY.can(who, Act.CONFIRM, found),
        may_appeal=found.state is State.UPHELD and rules.in_time(found),
    )  # fmt: skip


def _in_language(text: str, language: str) -> str:
    """A template in the author's language: the moderator may change it."""
    with force_locale(language if language in LANGUAGES else "en"):
        return _(text)


@pages.post("/moderation/cases/<int:case_id>/decide")
@writes(again=case)
def decide(case_id: int) -> Any:
    found = operations.decide(actor=actor(), case=queries.get_for(actor(), case_id), **parse(schemas.DecideIn()))
    flash(_("Decided. Those concerned are told."))
    return redirect(found.path)


@pages.post("/moderation/cases/<int:case_id>/appeal")
@writes(again=case)
def appeal(case_id: int) -> Any:
    found = operations.appeal(actor=actor(), case=queries.get_for(actor(), case_id), **parse(schemas.AppealIn()))
    flash(_("Sent. Another moderator reads it."))
    return redirect(found.path)


@pages.post("/moderation/cases/<int:case_id>/<any(confirm,overturn):act>")
@writes(again=lambda case_id, act: case(case_id))
def settle(case_id: int, act: str) -> Any:
    operate = operations.confirm if act == Act.CONFIRM.value else operations.overturn
    found = operate(actor=actor(), case=queries.get_for(actor(), case_id), **parse(schemas.SettleIn()))
    flash(_("Decided. Those concerned are told."))
    return redirect(url_for(".case", case_id=found.id))
