"""The HTML door to discussions: lists, a thread with its posts, writing, changing and taking back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from hub.core.discussions import operations, policy, queries, rules, schemas
from hub.core.discussions.models import Post, Thread
from hub.core.discussions.policy import POLICY, POSTS
from hub.core.discussions.queries import Said
from hub.core.discussions.states import Act, PostAct, PostState, State, Wish
from hub.core.files import pages as file_pages
from hub.core.files import queries as files
from hub.core.files import rules as file_rules
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound, NotNow
from hub.kernel.words import N_
from hub.web import pagecache
from hub.web.beside import Found, Line, Panel, lies_beside
from hub.web.errors import said
from hub.web.handle import actor, check_version, parse, public, writes
from hub.web.markdown import excerpt, render
from hub.web.paging import Page, page_number

pages = Blueprint("discussions", __name__, template_folder="templates")
SIZE = 20


def show_page(template: str, **context: Any) -> str:
    return render_template(f"core/discussions/{template}.html", said=said, **context)


# Lists


@pages.get("/discussions")
@public
@pagecache.for_visitors
def index() -> Any:
    mine = request.args.get("mine") == "1" and actor().signed_in
    number = page_number()
    found, total = queries.listed(follower=actor().person_id if mine else None, page=number, size=SIZE)
    places = queries.places(actor(), (thread.subject for thread in found))
    return show_page("index", threads=[(thread, places.get(thread.subject)) for thread in found], page=Page(number, SIZE, total), mine=mine)


@pages.get("/discussions/<kind>/<int:number>")
@public
@pagecache.for_visitors
def about(kind: str, number: int) -> Any:
    """All threads about one thing."""
    place = queries.place_for(actor(), f"{kind}:{number}")
    page = page_number()
    found, total = queries.listed(subject=place.ref, page=page, size=SIZE)
    way = queries.way_to(actor(), place.ref) if actor().signed_in else None
    return show_page("about", place=place, threads=found, page=Page(page, SIZE, total), way=way)


@pages.get("/discussions/<kind>/<int:number>/new")
def new(kind: str, number: int) -> Any:
    place = queries.place_for(actor(), f"{kind}:{number}")
    return show_page("new", place=place, way=queries.way_to(actor(), place.ref), accept=file_rules.ACCEPT, rules=rules)


@pages.post("/discussions/<kind>/<int:number>/new")
@writes(again=new)
def open_thread(kind: str, number: int) -> Any:
    data = parse(schemas.ThreadForm())
    thread = operations.open_thread(actor=actor(), subject=f"{kind}:{number}", uploads=file_pages.uploads(), **data)
    flash(_("Begun. You hear of every answer."))
    return redirect(thread.path)


# One thread


@pages.get("/discussions/<int:thread_id>")
@public
@pagecache.for_visitors
def thread(thread_id: int) -> Any:
    found = queries.get_for(actor(), thread_id)
    last = rules.page_of(max(found.posts, 1))
    number = last if request.args.get("page") == "last" else page_number()
    return _thread_page(found, number)


def _thread_page(found: Thread, number: int, answers: Post | None = None) -> Any:
    who = actor()
    place = queries.place_for(who, found.subject)
    shown = queries.posts(found, page=number)
    return show_page(
        "thread", thread=found, place=place, posts=[_row(who, one, place) for one in shown], page=Page(number, rules.PER_PAGE, found.posts),
        way=queries.way_to(who, found.subject, found) if who.signed_in else None, wish=queries.wish(who, found), wishes=Wish, states=State,
        may_lock=found.state is State.OPEN and who.signed_in and POLICY.can(who, Act.LOCK, found),
        may_unlock=found.state is State.LOCKED and POLICY.can(who, Act.UNLOCK, found), accept=file_rules.ACCEPT, rules=rules,
    )  # fmt: skip


def _row(who: Actor, one: Said, place: rules.Place) -> dict[str, Any]:
    """A post as the template shows it."""
    post = one.post
    own, shown = policy.wrote_it(who, post), post.state is PostState.SHOWN
    answered = one.answers
    return {
        "post": post, "who": one.who, "badge": _(place.host) if post.for_host else "",
        "body": render(post.body, post.named) if policy.reads_text(who, post) else "",
        "files": one.files if shown else [],
        "answers": answered, "answered": one.answered,
        "quote": excerpt(answered.body, 160) if answered is not None and answered.state is PostState.SHOWN else "",
        "may_edit": own and shown, "may_flag": not own and shown and who.signed_in,
        "may_read_history": bool(post.edits) and POSTS.can(who, PostAct.READ_HISTORY, post),
        "deleted": post.state is PostState.DELETED, "hidden": post.state is PostState.HIDDEN,
    }  # fmt: skip


@pages.post("/discussions/<int:thread_id>")
@writes(again=lambda thread_id: _again(thread_id))
def reply(thread_id: int) -> Any:
    data = parse(schemas.ReplyForm())
    post = operations.reply(actor=actor(), thread=queries.get_for(actor(), thread_id), uploads=file_pages.uploads(), **data)
    return redirect(_place_of(post))


def _again(thread_id: int) -> Any:
    """The form with what was typed: that of an answer, or the one below the thread's last page."""
    found = queries.get_for(actor(), thread_id)
    number = request.form.get("reply_to", "")
    answered = queries.numbered(found, int(number)) if number.isdecimal() and len(number) < 9 else None
    return _answer_page(found, answered) if answered is not None else _thread_page(found, rules.page_of(max(found.posts, 1)))


def _place_of(post: Post) -> str:
    return f"/discussions/{post.thread_id}?page={post.page}#post-{post.number}"


@pages.post("/discussions/<int:thread_id>/<any(follow,mute,forget):wish>")
@writes
def want(thread_id: int, wish: str) -> Any:
    found = queries.get_for(actor(), thread_id)
    operations.want(actor=actor(), thread=found, wish=None if wish == "forget" else Wish(wish))
    told = {
        "follow": _("You hear of every new post."),
        "mute": _("Muted: you hear nothing of it, even when you are named."),
        "forget": _("You hear of it only when you are named or answered."),
    }
    flash(told[wish])
    return redirect(found.path)


@pages.post("/discussions/<int:thread_id>/<any(lock,unlock):act>")
@writes
def turn(thread_id: int, act: str) -> Any:
    found = queries.get_for(actor(), thread_id)
    operate = operations.lock if act == Act.LOCK.value else operations.unlock
    operate(actor=actor(), thread=found)
    flash(_("Locked: nobody writes in it any more.") if act == Act.LOCK.value else _("Unlocked."))
    return redirect(found.path)


# One post


def _post(post_id: int, act: PostAct | None = None) -> Post:
    post = queries.post_for(actor(), post_id)
    if act is not None:
        POSTS.require(actor(), act, post)
    return post


@pages.get("/discussions/posts/<int:post_id>")
@public
def permalink(post_id: int) -> Any:
    return redirect(_place_of(_post(post_id)))


@pages.get("/discussions/posts/<int:post_id>/reply")
def answer(post_id: int) -> Any:
    """The post that is answered, and the form."""
    post = _post(post_id)
    if post.state is not PostState.SHOWN:
        raise NotNow(N_("This post is not shown any more, so it cannot be answered."), code="not_shown")
    return _answer_page(queries.by_id(post.thread_id), post)


def _answer_page(found: Thread, post: Post) -> str:
    who, place = actor(), queries.place_for(actor(), found.subject)
    return show_page(
        "answer", thread=found, place=place, row=_row(who, queries.said(post), place), way=queries.way_to(who, found.subject, found),
        accept=file_rules.ACCEPT, rules=rules,
    )  # fmt: skip


@pages.get("/discussions/posts/<int:post_id>/edit")
def edit(post_id: int) -> Any:
    post = _post(post_id, PostAct.EDIT)
    return show_page("edit", post=post, thread=queries.by_id(post.thread_id))


@pages.post("/discussions/posts/<int:post_id>/edit")
@writes(again=edit)
def save(post_id: int) -> Any:
    post = _post(post_id, PostAct.EDIT)
    check_version(post.version)
    return redirect(_place_of(operations.edit(actor=actor(), post=post, **parse(schemas.PostIn()))))


@pages.get("/discussions/posts/<int:post_id>/delete")
def deletion(post_id: int) -> Any:
    post = _post(post_id, PostAct.DELETE)
    found = queries.by_id(post.thread_id)
    return show_page("delete", row=_row(actor(), queries.said(post), queries.place_for(actor(), found.subject)), thread=found)


@pages.post("/discussions/posts/<int:post_id>/delete")
@writes(again=deletion)
def delete(post_id: int) -> Any:
    post = operations.delete(actor=actor(), post=_post(post_id, PostAct.DELETE))
    flash(_("Deleted. A note that something stood here remains."))
    return redirect(_place_of(post))


@pages.get("/discussions/posts/<int:post_id>/history")
def history(post_id: int) -> Any:
    post = _post(post_id, PostAct.READ_HISTORY)
    found = queries.by_id(post.thread_id)
    return show_page("history", post=post, thread=found, texts=queries.history(post), states=PostState)


@pages.get("/discussions/posts/<int:post_id>/files/<int:file_id>")
@public
def file(post_id: int, file_id: int) -> Response:
    post = _post(post_id)
    known = {one.id for one in queries.files_of([post.id]).get(post.id, [])} if policy.reads_text(actor(), post) else set()
    if file_id not in known:
        raise NotFound(N_("There is no such file."))
    return file_pages.send(files.get(file_id))


# On the page of what is talked about


@lies_beside(20)
def panel(who: Actor, ref: str) -> Panel | None:
    """The threads about a thing where somebody wrote last. A community's page has no statement left: it leads there."""
    kind, _sep, number = ref.partition(":")
    if kind not in queries.kinds():
        return None
    here = f"/discussions/{kind}/{number}"
    if kind == "space":
        told = _("What members talk about beside the pages; everybody reads it.")
        return Panel("discussions", _("Discussion"), empty=told, action=(_("Read the discussions"), here))
    return Panel(
        "discussions", _("Discussion"), queries.panel(ref), _line, _("Nobody has begun a discussion yet."),
        more=(lambda total: ngettext("%(num)s discussion", "%(num)s discussions", total), here),
        action=(_("Begin a discussion"), f"{here}/new"),
    )  # fmt: skip


def _line(row: Found) -> Line:
    return Line(row.title, f"/discussions/{row.key}", ngettext("%(num)s post", "%(num)s posts", row.number), row.at)
