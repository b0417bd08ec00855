"""The HTML door to pages: reading, writing, history, comparison, the merge, and what changed in a space."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.communities.pages import documents, operations, queries, rules
from hub.communities.pages.models import PageDraft, SpacePage
from hub.communities.pages.policy import POLICY
from hub.communities.pages.rules import Kind
from hub.communities.pages.schemas import DraftForm, NewPageForm, PageForm, RestoreForm
from hub.communities.pages.states import LIFE, Act, State
from hub.communities.spaces import queries as spaces
from hub.communities.spaces.models import Space
from hub.communities.spaces.rules import compare
from hub.communities.spaces.states import State as SpaceState
from hub.core.accounts import queries as accounts
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid, NotFound
from hub.kernel.words import N_
from hub.web import markdown, pagecache
from hub.web.handle import actor, checks, parse, public, writes
from hub.web.i18n import label
from hub.web.paging import Page, page_number
from hub.web.todo import Waiting, waits

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


def _found(slug: str, page: str) -> tuple[Space, SpacePage]:
    space = spaces.get_for(actor(), slug)
    return space, queries.get_for(actor(), space, page)


def _path(space: Space, page: SpacePage, rest: str = "") -> str:
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
    space, found = _found(slug, page)
    chosen, desk = queries.revision(found, number or found.number), queries.desk(actor(), space, found)
    shares = queries.shares_of(found)
    whole = sum(size for _, size in shares)
    people = accounts.cards([chosen.author_id, *(person for person, _ in shares[:SHOWN_WRITERS])])
    open_moves = LIFE.open_moves(found) if actor().signed_in and space.state is SpaceState.OPEN else []
    return render_template(
        PLACE + "show.html",
        space=space,
        page=found,
        chosen=chosen,
        html=markdown.render(rules.linked(chosen.body, queries.resolver(space), gettext("not written yet"))),
        people=people,
        writers=[(people[person], size / whole) for person, size in shares[:SHOWN_WRITERS] if person in people],
        others=max(0, len(shares) - SHOWN_WRITERS),
        seat=desk.seat,
        may_write=space.state is SpaceState.OPEN and found.state is not State.RETIRED and POLICY.can(actor(), Act.WRITE, desk),
        moves=[move for move in open_moves if POLICY.can(actor(), move.act, desk)],
        watched=queries.watches(actor(), found),
    )


@pages.get(f"{BASE}/<page>/history")
@public
@pagecache.for_visitors
def history(slug: str, page: str) -> Any:
    space, found = _found(slug, page)
    number, desk = page_number(), queries.desk(actor(), space, found)
    writable = space.state is SpaceState.OPEN and found.state is not State.RETIRED
    return render_template(
        PLACE + "history.html",
        space=space,
        page=found,
        changes=queries.history(found, number=number, size=SIZE),
        paging=Page(number, SIZE, found.number),
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
    space, found = _found(slug, page)
    after = queries.revision(found, _asked("to", found.number))
    number = _asked("from", after.number - 1)
    before = queries.revision(found, number) if number else None
    return render_template(
        PLACE + "diff.html",
        space=space,
        page=found,
        before=before,
        after=after,
        rows=compare(before.body if before else "", after.body),
        people=accounts.cards([after.author_id, before.author_id if before else None]),
    )


# Writing


def _require_desk(space: Space, page: SpacePage | None) -> None:
    """May the actor write here? Not asked again while a refused form is shown: what was typed has to be seen. Raises NotAllowed, NotNow."""
    if g.get("refusal") is not None:
        return
    seat = spaces.require_seat(actor(), space)
    if page is not None:
        operations.require_writable(actor=actor(), page=page, seat=seat)


def _chosen(drafts: Any) -> PageDraft | None:
    """The draft that the address names, else the newest."""
    asked = request.args.get("draft", "")
    return next((draft for draft in drafts if str(draft.id) == asked), drafts[0] if drafts and asked != "0" else None)


@pages.get(f"{BASE}/new")
def new(slug: str) -> Any:
    space = spaces.get_for(actor(), slug)
    _require_desk(space, None)
    drafts = queries.drafts_of(actor(), space, None)
    asked = " ".join(request.args.get("title", "").split())[: rules.LONGEST_TITLE]
    fitting = [draft for draft in drafts if not asked or draft.title == asked]
    draft = _chosen(fitting if asked else [] if "draft" not in request.args else drafts)
    return render_template(PLACE + "form.html", space=space, page=None, draft=draft, drafts=drafts, title=asked, newest=None)


@pages.post(f"{BASE}/new")
@writes(again=new)
def create(slug: str) -> Any:
    space, said = spaces.get_for(actor(), slug), parse(NewPageForm())
    page = operations.create(
        actor=actor(), space=space, title=said["title"], text=said["body"], summary=said["summary"], token=said["version"]
    )  # fmt: skip
    flash(gettext("Saved. You watch this page: every change is told to you."))
    return redirect(_path(space, page))


@pages.get(f"{BASE}/<page>/edit")
def edit(slug: str, page: str) -> Any:
    space, found = _found(slug, page)
    _require_desk(space, found)
    drafts = queries.drafts_of(actor(), space, found)
    more = {"draft": _chosen(drafts), "drafts": drafts, "newest": queries.current(found), "title": found.title}
    return render_template(PLACE + "form.html", space=space, page=found, **more)


@pages.post(f"{BASE}/<page>/edit")
@writes(again=edit)
def save(slug: str, page: str) -> Any:
    """Saves, or keeps the text as a draft and leads to the merge."""
    space, found = _found(slug, page)
    said = parse(PageForm())
    result = operations.save(
        actor=actor(),
        page=found,
        title=said["title"],
        text=said["body"],
        base_revision=said["base"],
        summary=said["summary"],
        kind=Kind.MERGED if "merged" in request.form else Kind.EDITED,
        token=said["version"],
    )
    if isinstance(result, PageDraft):
        flash(gettext("Somebody else saved this page while you wrote. Your text is kept."))
        return redirect(url_for("pages.merge", slug=slug, page=page, draft=result.id))
    flash(gettext("Saved as revision %(n)s.", n=result.number))
    return redirect(_path(space, found))


@pages.post(f"{BASE}/draft", defaults={"page": None})
@pages.post(f"{BASE}/<page>/draft")
@writes
def keep(slug: str, page: str | None) -> Any:
    """The saving while one types."""
    space, said = spaces.get_for(actor(), slug), parse(DraftForm())
    found = queries.get_for(actor(), space, page) if page is not None else None
    kept = operations.keep_draft(
        actor=actor(), space=space, page=found, title=said["title"], text=said["body"], summary=said["summary"],
        base_revision=said["base"], token=said["version"],
    )  # fmt: skip
    return jsonify(version=kept.token if kept is not None else "")


# The merge


def _collision(slug: str, page: str) -> tuple[Space, SpacePage, queries.Collision]:
    space, found = _found(slug, page)
    asked = request.args.get("draft", "")
    draft = queries.draft_for(actor(), int(asked) if asked.isdecimal() and len(asked) < 10 else 0)
    if draft.page_id != found.id:
        raise NotFound(N_("There is no such draft."))
    return space, found, queries.collision(found, draft)


@pages.get(f"{BASE}/<page>/merge")
def merge(slug: str, page: str) -> Any:
    """Both texts, and what they make together: to save at once where nobody has to decide, else part by part."""
    space, found, collision = _collision(slug, page)
    if collision.draft.base >= found.number:
        return redirect(url_for("pages.edit", slug=slug, page=page, draft=collision.draft.id))
    return _merging(space, found, collision, collision.merge.text if collision.merge.is_clean else None)


def _merging(space: Space, page: SpacePage, collision: queries.Collision, text: str | None) -> Any:
    return render_template(
        PLACE + "merge.html",
        space=space,
        page=page,
        collision=collision,
        text=text,
        rows=compare(collision.current.body, text) if text is not None else [],
        author=accounts.cards([collision.current.author_id]).get(collision.current.author_id),
    )


@pages.post(f"{BASE}/<page>/merge")
@checks(again=merge)
def decide(slug: str, page: str) -> Any:
    """What was chosen for each part, as one text to look over and save. Writes nothing."""
    space, found, collision = _collision(slug, page)
    if request.form.get("seen") != str(found.number):
        flash(gettext("Somebody saved the page once more. These are the parts as they are now."))
        return redirect(url_for("pages.merge", slug=slug, page=page, draft=collision.draft.id))
    choices = [request.form.get(f"part-{n}", "") for n in range(len(collision.merge.conflicts))]
    open_parts = {
        f"part-{n}": N_("Choose what this part becomes.") for n, said in enumerate(choices) if said not in {"theirs", "yours", "both"}
    }
    if open_parts:
        raise Invalid(N_("Some parts are still open."), fields=open_parts)
    return _merging(space, found, collision, collision.merge.decided(choices))


# Drafts


@pages.get("/my/drafts")
def drafts() -> Any:
    return render_template(PLACE + "drafts.html", drafts=queries.own_drafts(actor().person_id or 0))


@pages.get("/my/drafts/<int:draft_id>")
def draft(draft_id: int) -> Any:
    """Where a draft is gone on with."""
    mine = queries.draft_for(actor(), draft_id)
    one = next(each for each in queries.own_drafts(mine.person_id, only=draft_id))
    if one.page is None:
        return redirect(url_for("pages.new", slug=one.space.slug, draft=draft_id))
    return redirect(url_for("pages.merge" if one.is_behind else "pages.edit", slug=one.space.slug, page=one.page.slug, draft=draft_id))


@pages.post("/my/drafts/<int:draft_id>/discard")
@writes
def discard(draft_id: int) -> Any:
    operations.discard(actor=actor(), draft=queries.draft_for(actor(), draft_id))
    flash(gettext("Discarded."))
    return redirect(url_for("pages.drafts"))


# What else is done with a page


@pages.post(f"{BASE}/<page>/restore")
@writes(again=history)
def restore(slug: str, page: str) -> Any:
    space, found = _found(slug, page)
    said = parse(RestoreForm())
    saved = operations.restore(actor=actor(), page=found, number=said["number"], base_revision=said["base"])
    flash(gettext("Restored: revision %(n)s says what revision %(old)s said.", n=saved.number, old=said["number"]))
    return redirect(_path(space, found))


@pages.post(f"{BASE}/<page>/<any({','.join(ACTS)}):act>")
@writes
def act_on(slug: str, page: str, act: str) -> Any:
    """Watching, locking, retiring."""
    space, found = _found(slug, page)
    operate, said = ACTS[act]
    operate(actor=actor(), page=found)
    flash(gettext(said))
    return redirect(_path(space, found))


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
    lines = [spaces.Line(page.title, _path(space, page)) for page in every[:PANEL]]
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


@waits
def texts_to_merge(who: Actor) -> list[Waiting]:
    if who.person_id is None:
        return []
    title, action = N_("Your text is kept: the page has gone on without it"), N_("Bring both together")
    return [Waiting(queries.waiting_for(who.person_id), title, "/my/drafts/{}", action, "community")]
