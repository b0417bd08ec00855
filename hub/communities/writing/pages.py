"""The HTML door to writing: the form, what is kept while one types, the merge of two texts, one's own drafts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.communities.pages import operations, queries, rules
from hub.communities.pages.models import PageDraft, SpacePage
from hub.communities.pages.pages import BASE, found, path
from hub.communities.pages.rules import Kind
from hub.communities.pages.schemas import DraftForm, NewPageForm, PageForm
from hub.communities.spaces import queries as spaces
from hub.communities.spaces.models import Space
from hub.communities.spaces.rules import compare
from hub.core.accounts import queries as accounts
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid, NotFound
from hub.kernel.words import N_
from hub.web.handle import actor, checks, parse, writes
from hub.web.todo import Waiting, waits

pages = Blueprint("writing", __name__, template_folder="templates")
PLACE = "communities/writing/"


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
    return redirect(path(space, page))


@pages.get(f"{BASE}/<page>/edit")
def edit(slug: str, page: str) -> Any:
    space, written = found(slug, page)
    _require_desk(space, written)
    drafts = queries.drafts_of(actor(), space, written)
    more = {"draft": _chosen(drafts), "drafts": drafts, "newest": queries.current(written), "title": written.title}
    return render_template(PLACE + "form.html", space=space, page=written, **more)


@pages.post(f"{BASE}/<page>/edit")
@writes(again=edit)
def save(slug: str, page: str) -> Any:
    """Saves, or keeps the text as a draft and leads to the merge."""
    space, written = found(slug, page)
    said = parse(PageForm())
    result = operations.save(
        actor=actor(),
        page=written,
        title=said["title"],
        text=said["body"],
        base_revision=said["base"],
        summary=said["summary"],
        kind=Kind.MERGED if "merged" in request.form else Kind.EDITED,
        token=said["version"],
    )
    if isinstance(result, PageDraft):
        flash(gettext("Somebody else saved this page while you wrote. Your text is kept."))
        return redirect(url_for(".merge", slug=slug, page=page, draft=result.id))
    flash(gettext("Saved as revision %(n)s.", n=result.number))
    return redirect(path(space, written))


@pages.post(f"{BASE}/draft", defaults={"page": None})
@pages.post(f"{BASE}/<page>/draft")
@writes
def keep(slug: str, page: str | None) -> Any:
    """The saving while one types."""
    space, said = spaces.get_for(actor(), slug), parse(DraftForm())
    written = queries.get_for(actor(), space, page) if page is not None else None
    kept = operations.keep_draft(
        actor=actor(), space=space, page=written, title=said["title"], text=said["body"], summary=said["summary"],
        base_revision=said["base"], token=said["version"],
    )  # fmt: skip
    return jsonify(version=kept.token if kept is not None else "")


# The merge


def _collision(slug: str, page: str) -> tuple[Space, SpacePage, queries.Collision]:
    space, written = found(slug, page)
    asked = request.args.get("draft", "")
    draft = queries.draft_for(actor(), int(asked) if asked.isdecimal() and len(asked) < 10 else 0)
    if draft.page_id != written.id:
        raise NotFound(N_("There is no such draft."))
    return space, written, queries.collision(written, draft)


@pages.get(f"{BASE}/<page>/merge")
def merge(slug: str, page: str) -> Any:
    """Both texts, and what they make together: to save at once where nobody has to decide, else part by part."""
    space, written, collision = _collision(slug, page)
    if collision.draft.base >= written.number:
        return redirect(url_for(".edit", slug=slug, page=page, draft=collision.draft.id))
    return _merging(space, written, collision, collision.merge.text if collision.merge.is_clean else None)


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
    space, written, collision = _collision(slug, page)
    if request.form.get("seen") != str(written.number):
        flash(gettext("Somebody saved the page once more. These are the parts as they are now."))
        return redirect(url_for(".merge", slug=slug, page=page, draft=collision.draft.id))
    choices = [request.form.get(f"part-{n}", "") for n in range(len(collision.merge.conflicts))]
    open_parts = {
        f"part-{n}": N_("Choose what this part becomes.") for n, said in enumerate(choices) if said not in {"theirs", "yours", "both"}
    }
    if open_parts:
        raise Invalid(N_("Some parts are still open."), fields=open_parts)
    return _merging(space, written, collision, collision.merge.decided(choices))


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
        return redirect(url_for(".new", slug=one.space.slug, draft=draft_id))
    return redirect(url_for(".merge" if one.is_behind else ".edit", slug=one.space.slug, page=one.page.slug, draft=draft_id))


@pages.post("/my/drafts/<int:draft_id>/discard")
@writes
def discard(draft_id: int) -> Any:
    operations.discard(actor=actor(), draft=queries.draft_for(actor(), draft_id))
    flash(gettext("Discarded."))
    return redirect(url_for(".drafts"))


@waits
def texts_to_merge(who: Actor) -> list[Waiting]:
    if who.person_id is None:
        return []
    title, action = N_("Your text is kept: the page has gone on without it"), N_("Bring both together")
    return [Waiting(queries.waiting_for(who.person_id), title, "/my/drafts/{}", action, "community")]
