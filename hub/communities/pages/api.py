"""The JSON door to pages: the same operations as the forms, stale answers carry what is there now."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request
from flask_babel import gettext

from hub.communities.pages import operations, queries
from hub.communities.pages.models import PageRevision, SpacePage
from hub.communities.pages.rules import merge3
from hub.communities.pages.schemas import (
    DiffIn,
    DiffOut,
    FullPageOut,
    NewPageIn,
    PageIn,
    PageOut,
    RestoreIn,
    RevisionOut,
    TextOut,
)
from hub.communities.spaces import queries as spaces
from hub.communities.spaces.models import Space
from hub.communities.spaces.rules import compare
from hub.core.accounts import queries as accounts
from hub.kernel.errors import Conflict, NotFound, one_field
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("pages", __name__, prefix="/spaces/<slug>", description="A community's pages, their revisions and comparisons.")


def _page(slug: str, page: str) -> SpacePage:
    return queries.get_for(actor(), spaces.get_for(actor(), slug), page)


def _full(page: SpacePage, status: int = 200) -> Any:
    now = queries.current(page)
    return tagged(FullPageOut().dump(page) | {"body": now.body, "licence": now.licence.value}, page.number, status)


def _base(data: dict[str, Any]) -> tuple[int, int]:
    """The revision the sender began from, and the status of a refusal: 412 for If-Match, 409 for `base_revision`. Raises Invalid."""
    seen = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    given = data.pop("base_revision", None)
    if seen.isdecimal() and len(seen) < 10:
        return int(seen), 412
    if given is None:
        raise one_field(
            "base_revision", N_("Say which revision this was made of: send its ETag as If-Match, or base_revision."), code="no_base"
        )
    return int(given), 409


def _stale(page: SpacePage, base: int, status: int, body: str | None = None) -> Response:
    """The refusal with the newest revision and, for a text, what both make together (null where it cannot be done without a person)."""
    now, old = queries.current(page), queries.find_revision(page, base)
    merge = merge3(old.body, now.body, body) if old is not None and body is not None else None
    told = {
        "type": "/problems/edit_conflict",
        "title": gettext("Somebody else saved this page while you wrote. Both texts are kept: bring them together."),
        "status": status,
        "code": "edit_conflict",
        "current": TextOut().dump(now),
        "merged": merge.text if merge is not None and merge.is_clean else None,
        "conflicts": len(merge.conflicts) if merge is not None else 0,
    }
    answer = Response(json.dumps(told, ensure_ascii=False), status=status, content_type="application/problem+json")
    answer.headers["ETag"] = f'"{page.number}"'
    return answer


@api.get("/pages")
@public
@api.response(200, PageOut(many=True))
def listed(slug: str) -> Any:
    """The pages, in the order of their making."""
    last_id, limit = cursor()
    return paged(queries.listed_after(spaces.get_for(actor(), slug), last_id, limit), PageOut(), limit)


@api.post("/pages")
@writes
@api.arguments(NewPageIn)
@api.response(201, FullPageOut)
def create(data: dict[str, Any], slug: str) -> Any:
    """Begin a page."""
    space = spaces.get_for(actor(), slug)
    page = operations.create(actor=actor(), space=space, title=data["title"], text=data["body"], summary=data["summary"])
    return _full(page, 201)


@api.get("/pages/<page>")
@public
@api.response(200, FullPageOut)
def show(slug: str, page: str) -> Any:
    """A page as it is now; its ETag is the number of its newest revision."""
    return _full(_page(slug, page))


@api.put("/pages/<page>")
@writes
@api.arguments(PageIn)
@api.response(200, FullPageOut)
def write(data: dict[str, Any], slug: str, page: str) -> Any:
    """Save a revision. 412 (If-Match) or 409 (`base_revision`) when the page has gone on: the answer's `current` is what is there
    now, `merged` what both texts make together, if nobody has to decide."""
    found = _page(slug, page)
    base, status = _base(data)
    try:
        operations.write(
            actor=actor(), page=found, text=data["body"], base_revision=base, summary=data["summary"], title=data.get("title")
        )  # fmt: skip
    except Conflict as refusal:
        if refusal.code != "edit_conflict":
            raise
        return _stale(found, base, status, data["body"])
    return _full(found)


@api.post("/pages/<page>/restore")
@writes
@api.arguments(RestoreIn)
@api.response(200, FullPageOut)
def restore(data: dict[str, Any], slug: str, page: str) -> Any:
    """Save an old revision again, as a new one."""
    found = _page(slug, page)
    base, status = _base(data)
    try:
        operations.restore(actor=actor(), page=found, number=data["revision"], base_revision=base, summary=data["summary"])
    except Conflict as refusal:
        if refusal.code != "edit_conflict":
            raise
        return _stale(found, base, status)
    return _full(found)


@api.get("/pages/<page>/revisions")
@public
@api.response(200, RevisionOut(many=True))
def revisions(slug: str, page: str) -> Any:
    """All revisions, the newest first, without their texts."""
    last_id, limit = cursor()
    return paged(queries.history_after(_page(slug, page), last_id, limit), RevisionOut(), limit)


@api.get("/pages/<page>/revisions/<int:number>")
@public
@api.response(200, TextOut)
def revision(slug: str, page: str, number: int) -> Any:
    """One revision with its text; it never changes."""
    found: PageRevision = queries.revision(_page(slug, page), number)
    return tagged(TextOut().dump(found), found.number)


@api.get("/pages/<page>/diff")
@public
@api.arguments(DiffIn, location="query")
@api.response(200, DiffOut)
def diff(asked: dict[str, Any], slug: str, page: str) -> Any:
    """Two revisions side by side, line by line and word by word."""
    found = _page(slug, page)
    after = queries.revision(found, asked.get("after", found.number))
    number = asked.get("before", after.number - 1)
    before = queries.revision(found, number).body if number else ""
    return {"before": number, "after": after.number, "rows": compare(before, after.body)}


@api.put("/pages/<page>/watch")
@writes
@api.response(204)
def watch(slug: str, page: str) -> Any:
    """Hear of every revision."""
    operations.watch(actor=actor(), page=_page(slug, page))
    return "", 204


@api.delete("/pages/<page>/watch")
@writes
@api.response(204)
def unwatch(slug: str, page: str) -> Any:
    """Hear no more of it."""
    operations.unwatch(actor=actor(), page=_page(slug, page))
    return "", 204


def _move_door(act: str, says: str) -> None:
    operate = getattr(operations, act)

    def move(slug: str, page: str) -> Any:
        return _full(operate(actor=actor(), page=_page(slug, page)))

    move.__doc__ = says
    api.post(f"/pages/<page>/{act.replace('_', '-')}", endpoint=act)(writes(api.response(200, FullPageOut)(move)))


_move_door("lock", "Have only editors and stewards write on it (stewards).")
_move_door("unlock", "Have every member write on it again (stewards).")
_move_door("retire", "Take it off the list and out of the search (editors and stewards).")
_move_door("bring_back", "Put a retired page back on the list (editors and stewards).")


@api.get("/changes")
@public
@api.response(200, RevisionOut(many=True))
def changes(slug: str) -> Any:
    """The newest revisions of all pages; `?by=handle` for one person's."""
    space: Space = spaces.get_for(actor(), slug)
    last_id, limit = cursor()
    handle = request.args.get("by", "")
    author = accounts.by_handle(handle) if handle else None
    if handle and author is None:
        raise NotFound(N_("There is no such person."))
    return paged(queries.recent(space, before=last_id, limit=limit, author_id=author.id if author else None), RevisionOut(), limit)
