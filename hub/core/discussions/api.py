"""The JSON door to discussions."""

from __future__ import annotations

from typing import Any

from hub.core.discussions import operations, queries
from hub.core.discussions.models import Post
from hub.core.discussions.policy import POSTS
from hub.core.discussions.schemas import ListIn, PostIn, PostOut, ReplyIn, TextOut, ThreadIn, ThreadOut, WishIn
from hub.core.discussions.states import PostAct
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("discussions", __name__, prefix="/discussions", description="Threads of posts about a thing of the hub.")


@api.get("")
@public
@api.arguments(ListIn, location="query")
@api.response(200, ThreadOut(many=True))
def threads(asked: dict[str, Any]) -> Any:
    """The newest first; `?subject=challenge:5` those about one thing."""
    last, limit = cursor()
    subject = queries.place_for(actor(), asked["subject"]).ref if asked["subject"] else None
    return paged(queries.listed_after(last, limit, subject=subject), ThreadOut(), limit)


@api.post("")
@writes
@api.arguments(ThreadIn)
@api.response(201, ThreadOut)
def open_thread(data: dict[str, Any]) -> Any:
    """Begin a discussion with its first post. Takes an Idempotency-Key."""
    return operations.open_thread(actor=actor(), **data)


@api.get("/<int:thread_id>")
@public
@api.response(200, ThreadOut)
def thread(thread_id: int) -> Any:
    return queries.get_for(actor(), thread_id)


@api.get("/<int:thread_id>/posts")
@public
@api.response(200, PostOut(many=True))
def posts(thread_id: int) -> Any:
    """In order."""
    after, limit = cursor()
    return paged(queries.posts_after(queries.get_for(actor(), thread_id), after or 0, limit), PostOut(), limit)


@api.post("/<int:thread_id>/posts")
@writes
@api.arguments(ReplyIn)
@api.response(201, PostOut)
def reply(data: dict[str, Any], thread_id: int) -> Any:
    """Write in a discussion. Takes an Idempotency-Key."""
    return _told(operations.reply(actor=actor(), thread=queries.get_for(actor(), thread_id), **data), 201)


@api.put("/<int:thread_id>/wish")
@writes
@api.arguments(WishIn)
@api.response(200, WishIn)
def want(data: dict[str, Any], thread_id: int) -> Any:
    """Follow a thread, mute it, or neither."""
    operations.want(actor=actor(), thread=queries.get_for(actor(), thread_id), wish=data["wish"])
    return data


def _told(post: Post, status: int = 200) -> Any:
    return tagged(PostOut().dump(queries.said(post)), post.version, status)


@api.get("/posts/<int:post_id>")
@public
@api.response(200, PostOut)
def post(post_id: int) -> Any:
    """One post, with the ETag that a change sends back."""
    return _told(queries.post_for(actor(), post_id))


@api.patch("/posts/<int:post_id>")
@writes
@api.arguments(PostIn)
@api.response(200, PostOut)
def edit(data: dict[str, Any], post_id: int) -> Any:
    """Change your own post. Takes If-Match."""
    found = queries.post_for(actor(), post_id)
    check_version(found.version)
    return _told(operations.edit(actor=actor(), post=found, **data))


@api.delete("/posts/<int:post_id>")
@writes
@api.response(200, PostOut)
def delete(post_id: int) -> Any:
    """Take your own post back: its place stays."""
    return _told(operations.delete(actor=actor(), post=queries.post_for(actor(), post_id)))


@api.get("/posts/<int:post_id>/history")
@api.response(200, TextOut(many=True))
def history(post_id: int) -> Any:
    """What the post said before, the newest first (its author and the moderators)."""
    found = queries.post_for(actor(), post_id)
    POSTS.require(actor(), PostAct.READ_HISTORY, found)
    return paged(queries.history(found), TextOut(), 1000)
