"""The only writes on discussions. Whoever writes in a thread or decides about it locks its row first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.core.discussions import events, queries, rules
from hub.core.discussions.models import Post, PostFile, PostText, Thread, ThreadWish
from hub.core.discussions.policy import POLICY, POSTS
from hub.core.discussions.states import LIFE, POST, Act, PostAct, PostState, State, Wish
from hub.core.files import operations as files
from hub.core.files.rules import Upload
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, refs
from hub.kernel.actor import Actor
from hub.kernel.errors import NotNow, NotSignedIn, TooMany, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_, extent


def open_thread(*, actor: Actor, subject: str, title: str, body: str, uploads: Sequence[Upload] = ()) -> Thread:
    """Begin a discussion about "challenge:5" with its first post; its author follows it.

    Raises NotFound, NotSignedIn, NotAllowed (unverified_address, and what the subject's room asks), NotNow, TooMany, Invalid.
    """
    require_verified(actor)
    queries.place_for(actor, subject)
    speaks = _enter(actor, subject)
    if extent(title) < rules.SHORTEST_TITLE or len(title) > rules.LONGEST_TITLE:
        raise one_field("title", N_("Say in 5 to 120 characters what it is about."), code="title_missing")
    thread = Thread(
        subject=subject, title=title.strip(), author_id=actor.person_id, state=LIFE.initial, posts=0,
        opened_at=clock.now(), last_at=clock.now(),
    )  # fmt: skip
    db.session.add(thread)
    db.session.flush()
    post = _write(actor, thread, body, None, uploads, speaks)
    _record(actor, thread, events.ThreadOpened(thread_id=thread.id, post_id=post.id))
    return thread


def reply(*, actor: Actor, thread: Thread, body: str, reply_to: int | None = None, uploads: Sequence[Upload] = ()) -> Post:
    """Write in a discussion, where `reply_to` says so in answer to one of its posts (by number). Its author follows it from now on.

    Raises NotFound, NotSignedIn, NotAllowed (as `open_thread`), NotNow (code locked), TooMany, Invalid.
    """
    require_verified(actor)
    thread = queries.locked(thread.id)
    if thread.state is not State.OPEN:
        raise NotNow(queries.LOCKED, code="locked")
    speaks = _enter(actor, thread.subject)
    if reply_to is not None:
        answered = queries.numbered(thread, reply_to)
        if answered is None or answered.state is not PostState.SHOWN:
            raise one_field(
                "reply_to", N_("The post that you answer is not there any more. Your text is kept below."), code="reply_unknown"
            )
    post = _write(actor, thread, body, reply_to, uploads, speaks)
    _record(actor, thread, events.PostMade(thread_id=thread.id, post_id=post.id))
    return post


def _enter(actor: Actor, subject: str) -> bool:
    return queries.source_of(subject).enter(actor, refs.split(subject)[1])


def _write(actor: Actor, thread: Thread, body: str, reply_to: int | None, uploads: Sequence[Upload], speaks: bool) -> Post:
    body = _text(body)
    _check_allowance(actor, body)
    if len(uploads) > rules.MOST_FILES:
        raise one_field("file", N_("A post takes at most %(n)s files."), code="too_many_files", n=rules.MOST_FILES)
    thread.posts += 1
    thread.last_at = clock.now()
    post = Post(
        thread_id=thread.id, number=thread.posts, reply_to=reply_to, author_id=actor.person_id, for_host=speaks, body=body,
        named=sorted(queries.people_named(rules.named_in(body))), state=POST.initial, edits=0, at=clock.now(),
    )  # fmt: skip
    db.session.add(post)
    db.session.flush()
    for upload in uploads:
        kept = files.store(actor=actor, stream=upload.stream, filename=upload.filename, purpose="discussion")
        db.session.add(PostFile(post_id=post.id, file_id=kept.id))
    if db.session.get(ThreadWish, (thread.id, actor.person_id)) is None:
        db.session.add(ThreadWish(thread_id=thread.id, person_id=actor.person_id, wish=Wish.FOLLOW, since=clock.now()))
    return post


def _text(body: str) -> str:
    if not body.strip():
        raise one_field("body", N_("Write something first."), code="body_missing")
    if len(body) > rules.LONGEST_POST:
        raise one_field("body", N_("Write at most %(n)s characters."), code="body_too_long", n=rules.LONGEST_POST)
    return body.strip()


def _check_allowance(actor: Actor, body: str, before: Sequence[str] = ()) -> None:
    """Those who are new here write less, link less and name fewer people. `before` is what a changed post said so far: a change that names
    somebody new counts as a post. Raises TooMany (too_many, too_many_names), Invalid (too_many_links)."""
    if queries.is_unlimited(actor):
        return
    record = queries.record_of(actor.person_id or 0)
    allowed = rules.ALLOWED[record.trust]
    rules.check_links(body, allowed)
    named = len(queries.people_named(rules.newly_named([*before, body])[-1]))
    counts = named or not before
    if counts and (seconds := rules.waits(allowed, record.in_hour, record.in_day)):
        told = N_("That was a lot at once: you may write %(hour)s posts an hour and %(day)s a day. More as people get to know you.")
        raise TooMany(told, retry_after=seconds, hour=allowed.an_hour, day=allowed.a_day)
    if named and record.named + named > allowed.names:
        told = N_("You may name %(names)s people a day, with @. Leave some out, or wait until tomorrow.")
        raise TooMany(told, code="too_many_names", retry_after=24 * 3600, names=allowed.names)


def edit(*, actor: Actor, post: Post, body: str) -> Post:
    """Change one's own post; what it said stays readable for its author and the moderators.

    Raises NotAllowed, NotNow (not shown any more, or the discussion is locked), Invalid, TooMany.
    """
    POSTS.require(actor, PostAct.EDIT, post)
    thread = queries.locked(post.thread_id)
    post = queries.locked_post(post.id)
    if post.state is not PostState.SHOWN:
        raise NotNow(N_("This post is not shown any more, so it cannot be changed."), code="not_shown")
    if thread.state is not State.OPEN:
        raise NotNow(queries.LOCKED, code="locked")
    body = _text(body)
    if body == post.body:
        return post
    _check_allowance(actor, body, [*(text.body for text in reversed(queries.history(post))), post.body])
    _keep_text(post)
    post.body, post.edited_at = body, clock.now()
    post.named = sorted(queries.people_named(rules.named_in(body)))
    _record(actor, thread, events.PostEdited(thread_id=thread.id, post_id=post.id, number=post.edits), post)
    return post


def _keep_text(post: Post) -> None:
    post.edits += 1
    db.session.add(PostText(post_id=post.id, number=post.edits, body=post.body, at=clock.now()))


def delete(*, actor: Actor, post: Post) -> Post:
    """Take one's own post back: its place stays, with a note; its files are not given out any more. Raises NotAllowed, NotNow."""
    POSTS.require(actor, PostAct.DELETE, post)
    thread = queries.locked(post.thread_id)
    post = queries.locked_post(post.id)
    POST.fire(post, PostAct.DELETE)
    _keep_text(post)
    post.body, post.named, post.ended_at = "", [], clock.now()
    _record(actor, thread, events.PostDeleted(thread_id=thread.id, post_id=post.id), post)
    return post


# What moderators decide; the moderation room, above this one, says why and tells those concerned


def hide(*, actor: Actor, post: Post) -> Post:
    """Nobody but its author and the moderators reads it from now on; with a first post, the whole thread. Raises NotAllowed, NotNow."""
    POSTS.require(actor, PostAct.HIDE, post)
    thread = queries.locked(post.thread_id)
    post = queries.locked_post(post.id)
    POST.fire(post, PostAct.HIDE)
    post.ended_at = clock.now()
    if post.number == 1:
        LIFE.fire(thread, Act.HIDE)
    _record(actor, thread, events.PostHidden(thread_id=thread.id, post_id=post.id), post)
    return post


def restore(*, actor: Actor, post: Post) -> Post:
    """Show a hidden post again, with a first post the whole thread. Raises NotAllowed, NotNow."""
    POSTS.require(actor, PostAct.RESTORE, post)
    thread = queries.locked(post.thread_id)
    post = queries.locked_post(post.id)
    POST.fire(post, PostAct.RESTORE)
    post.ended_at = None
    if post.number == 1:
        LIFE.fire(thread, Act.RESTORE)
    _record(actor, thread, events.PostRestored(thread_id=thread.id, post_id=post.id), post)
    return post


def lock(*, actor: Actor, thread: Thread) -> Thread:
    """Nobody writes in it any more. Raises NotAllowed, NotNow."""
    return _turn(actor, thread, Act.LOCK, events.ThreadLocked(thread_id=thread.id))


def unlock(*, actor: Actor, thread: Thread) -> Thread:
    """Raises NotAllowed, NotNow."""
    return _turn(actor, thread, Act.UNLOCK, events.ThreadUnlocked(thread_id=thread.id))


def _turn(actor: Actor, thread: Thread, act: Act, event: Any) -> Thread:
    POLICY.require(actor, act, thread)
    thread = queries.locked(thread.id)
    LIFE.fire(thread, act)
    _record(actor, thread, event)
    return thread


# Following


def want(*, actor: Actor, thread: Thread, wish: Wish | None) -> None:
    """Follow the thread, mute it, or neither. Raises NotSignedIn."""
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in first."))
    queries.locked(thread.id)
    found = db.session.get(ThreadWish, (thread.id, actor.person_id))
    if wish is None and found is not None:
        db.session.delete(found)
    elif wish is not None and found is not None:
        found.wish, found.since = wish, clock.now()
    elif wish is not None:
        db.session.add(ThreadWish(thread_id=thread.id, person_id=actor.person_id, wish=wish, since=clock.now()))


def _record(actor: Actor, thread: Thread, event: Any, post: Post | None = None) -> None:
    journal.record(event, actor=actor, subject=post.ref if post is not None else thread.ref, scope=thread.ref)
