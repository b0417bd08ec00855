"""Places to talk, threads, posts and questions for tests, made by the rooms' own operations and committed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from hub.contests.challenges.models import Challenge
from hub.core.discussions import operations
from hub.core.discussions.models import Post, Thread
from hub.core.discussions.states import PostState
from hub.core.questions import operations as questions
from hub.core.questions.models import Question
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from tests.factories import challenges


def place(company: Any, owner: Actor, **changes: Any) -> Challenge:
    """A published challenge: people talk and ask about it."""
    with work.unit():
        return challenges.challenge(company, owner, "open", **changes)


def thread(actor: Actor, about: Challenge, title: str = "How fresh is fresh?", body: str = "Who has measured it?", **more: Any) -> Thread:
    with work.unit():
        return operations.open_thread(actor=actor, subject=about.ref, title=title, body=body, **more)


def reply(actor: Actor, to: Thread, body: str = "We have.", **more: Any) -> Post:
    with work.unit():
        return operations.reply(actor=actor, thread=to, body=body, **more)


def crowd(actor: Actor, in_thread: Thread, number: int) -> None:
    """So many posts more, as if written over many days."""
    first = in_thread.posts
    rows = [
        {"thread_id": in_thread.id, "number": first + n, "reply_to": first + n - 1 if n % 3 == 0 else None, "author_id": actor.person_id,
         "for_host": False, "body": f"Post **{n}** about the film, the pack and the phone. " * 6, "named": [], "state": PostState.SHOWN,
         "edits": 0, "at": clock.now() - timedelta(days=2, minutes=number - n), "version": 1}
        for n in range(1, number + 1)
    ]  # fmt: skip
    with work.unit():
        db.session.execute(insert(Post), rows)
        db.session.get_one(Thread, in_thread.id).posts = first + number


def question(actor: Actor, about: Challenge, text: str = "May the phone's lamp be replaced?") -> Question:
    with work.unit():
        return questions.ask(actor=actor, subject=about.ref, text=text)
