"""The HTML door to pages: reading, history, comparison, what is done with them, and what changed in a space."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.communities.pages import documents, operations, queries, rules
from hub.communities.pages.models import SpacePage
from hub.communities.pages.policy import POLICY
from hub.communities.pages.schemas import RestoreForm
from hub.communities.pages.states import LIFE, Act, State
from hub.communities.spaces import queries as spaces
from hub.communities.spaces.models import Space
from hub.communities.spaces.rules import compare
from hub.communities.spaces.states import State as SpaceState
from hub.core.accounts import queries as accounts
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.web import markdown, pagecache
from hub.web.handle import actor, parse, public, writes
from hub.web.i18n import label
from hub.web.paging import Page, page_number

pages = Blueprint("pages", __name__, template_folder="templates")
spaces.add_tab(10, "/pages", N_("Pages"))
spaces.add_tab(20, "/changes", N_("Changes"))
PLACE = "communities/pages/"
SIZE, SHOWN_WRITERS, PANEL = 50, 5, 6
BASE = "/communities/<slug>/pages"
ACTS: dict[str, tuple[Callable[..., Any], str]] = {
    "watch": (operations.watch, N_("Every change is told to you from now on.")),
    "unwatch": (operations.unwatch, N_("You hear no more of this page.")),
    "lock": (operations.lock, N_("Locked: only editors and stewards change it.")),
    "unlock": (operations.unlock, N_("Unlocked: every member changes it.")),
    "retire": (operations.retire, N_("Retired: off the list, still readable with all its revisions.")),
    "bring_back": (operations.bring_back, N_("Back on the list.")),
}


def found(slug: str, page: str) -> tuple[Space, SpacePage]:
    space = spaces.get_for(actor(), slug)
    return space, queries.get_for(actor(), space, page)


def path(space: Space, page: SpacePage, rest: str = "") -> str:
    return url_for("pages.show", slug=space.slug, page=page.slug) + rest


# Reading


@pages.get(BASE)
@public
@pagecache.for_visitors
def index(slug: str) -> Any:
    space = spaces.get_for(actor(), slug)
    every = queries.listed(space, retired=True)
    shown = [page for page in every if page.state is not State.RETIRED]
    return render_template(
        PLACE + "index.html",
        space=space,
        listed=shown,
        retired=[page for page in every if page.state is State.RETIRED],
        people=accounts.cards(page.updated_by for page in every),
        may_write=space.state is SpaceState.OPEN,
        drafts=queries.drafts_of(actor(), space, None),
    )


@pages.get(f"{BASE}/<page>", defaults={"number": None})
@pages.get(f"{BASE}/<page>/revisions/<int:number>")
@public
@pagecache.for_visitors
def show(slug: str, page: str, number: int | None) -> Any:
    """The page as it is now, or as it was."""
    space, written = found(slug, page)
    chosen, desk = queries.revision(written, number or written.number), queries.desk(actor(), space, written)
    shares = queries.shares_of(written)
    whole = sum(size for _, size in shares)
    people = accounts.cards([chosen.author_id, *(person for person, _ in shares[:SHOWN_WRITERS])])
    open_moves = LIFE.open_moves(written) if actor().signed_in and space.state is SpaceState.OPEN else []
    return render_template(
        PLACE + "show.html",
        space=space,
        page=written,
        chosen=chosen,
        html=markdown.render(rules.linked(chosen.body, queries.resolver(space), gettext("not written yet"))),
        people=people,
        writers=[(people[person], size / whole) for person, size in shares[:SHOWN_WRITERS] if person in people],
        others=max(0, len(shares) - SHOWN_WRITERS),
        seat=desk.seat,
        may_write=space.state is SpaceState.OPEN and written.state is not State.RETIRED and POLICY.can(actor(), Act.WRITE, desk),
        moves=[move for move in open_moves if POLICY.can(actor(), move.act, desk)],
        watched=queries.watches(actor(), written),
    )


@pages.get(f"{BASE}/<page>/history")
@public
@pagecache.for_visitors
def history(slug: str, page: str) -> Any:
    space, written = found(slug, page)
    number, desk = page_number(), queries.desk(actor(), space, written)
    writable = space.state is SpaceState.OPEN and written.state is not State.RETIRED
    return render_template(
        PLACE + "history.html",
        space=space,
        page=written,
        changes=queries.history(written, number=number, size=SIZE),
        paging=Page(number, SIZE, written.number),
        may_write=writable and POLICY.can(actor(), Act.WRITE, desk),
    )


def _asked(name: str, default: int) -> int:
    """A revision's number in the address; `default` for none, -1 (which no page has) for anything else."""
    said = request.args.get(name, "")
    if not said:
        return default
    return int(said) if said.isdecimal() and len(said) < 10 else -1


@pages.get(f"{BASE}/<page>/diff")
@public
@pagecache.for_visitors
def diff(slug: str, page: str) -> Any:
    space, written = found(slug, page)
    after = queries.revision(written, _asked("to", written.number))
    number = _asked("from", after.number - 1)
    before = queries.revision(written, number) if number else None
    return render_template(
        PLACE + "diff.html",
        space=space,
        page=written,
        before=before,
        after=after,
        rows=compare(before.body if before else "", after.body),
        people=accounts.cards([after.author_id, before.author_id if before else None]),
    )


# What else is done with a page


@pages.post(f"{BASE}/<page>/restore")
@writes(again=history)
def restore(slug: str, page: str) -> Any:
    space, written = found(slug, page)
    said = parse(RestoreForm())
    saved = operations.restore(actor=actor(), page=written, number=said["number"], base_revision=said["base"])
    flash(gettext("Restored: revision %(n)s says what revision %(old)s said.", n=saved.number, old=said["number"]))
    return redirect(path(space, written))


@pages.post(f"{BASE}/<page>/<any({','.join(ACTS)}):act>")
@writes
def act_on(slug: str, page: str, act: str) -> Any:
    """Watching, locking, retiring."""
    space, written = found(slug, page)
    operate, said = ACTS[act]
    operate(actor=actor(), page=written)
    flash(gettext(said))
    return redirect(path(space, written))


# What changed, and what others show of it


@pages.get("/communities/<slug>/changes")
@public
@pagecache.for_visitors
def changes(slug: str) -> Any:
    """The newest revisions of all pages, or of one person."""
    space, handle, before = spaces.get_for(actor(), slug), request.args.get("by", ""), _asked("before", 0)
    author = accounts.by_handle(handle) if handle else None
    if handle and author is None:
        raise NotFound(N_("There is no such person."))
    found = queries.recent(space, before=before or None, limit=SIZE, author_id=author.id if author else None)
    shown = found[:SIZE]
    return render_template(
        PLACE + "changes.html",
        space=space,
        changes=shown,
        author=author,
        older=shown[-1].id if len(found) > SIZE else None,
        first=not before,
    )


@pages.get("/communities/<slug>/changes.atom")
@public
@pagecache.for_visitors
def feed(slug: str) -> Any:
    space = spaces.get_for(actor(), slug)
    title = gettext("Changes in %(name)s", name=space.name)
    body = documents.atom(space, queries.recent(space)[:SIZE], base_url=current_app.config["HUB"].base_url, title=title)
    return Response(body, content_type=documents.ATOM)


@spaces.shows_in_space(10)
def pages_panel(who: Actor, space: Space) -> spaces.Panel:
    every = queries.listed(space)
    lines = [spaces.Line(page.title, path(space, page)) for page in every[:PANEL]]
    more = ngettext("%(num)s page", "All %(num)s pages", len(every))
    return spaces.Panel(gettext("Pages"), lines, f"{space.path}/pages" if every else "", more, gettext("No page has been written yet."))


@spaces.shows_in_space(20)
def changes_panel(who: Actor, space: Space) -> spaces.Panel | None:
    lines = [
        spaces.Line(
            title=change.title,
            href=f"{space.path}/pages/{change.page_slug}/diff?to={change.number}",
            detail=f"{change.author.name} · {change.summary or label(change.kind)}",
            at=change.at,
        )
        for change in queries.recent(space, limit=PANEL)[:PANEL]
    ]
    return spaces.Panel(gettext("What changed last"), lines, f"{space.path}/changes", gettext("All changes")) if lines else None
