"""Threads, their posts, what posts said before they were changed, their files, and who wants to hear of a thread."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.discussions.rules import page_of
from hub.core.discussions.states import LIFE, POST, PostState, State, Wish
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import PUBLIC, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_


class Thread(Versioned, db.Model):
    """`subject` is what it is about ("challenge:5"). `posts` counts all that were ever written, so it is the last one's number, too."""

    __tablename__ = "thread"
    __table_args__ = (
        CheckConstraint("posts >= 0", name="counted"),
        CheckConstraint("length(title) > 0", name="titled"),
        Index("ix_thread_subject", "subject", "last_at"),
        Index("ix_thread_last", "state", "last_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(120))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    posts: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"thread:{self.id}"

    @property
    def path(self) -> str:
        return f"/discussions/{self.id}"


class Post(Versioned, db.Model):
    """The `number`th of its thread. `for_host` says that its author spoke for the subject's own people when it was written.

    `named` are the handles it addresses that existed then. The text of one that its author deleted is kept as its last earlier text.
    """

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("thread_id", "number"),
        CheckConstraint("number > 0 AND edits >= 0", name="counted"),
        CheckConstraint("reply_to IS NULL OR reply_to < number", name="answers_an_earlier_one"),
        CheckConstraint("state = 'deleted' OR length(body) > 0", name="says_something"),
        CheckConstraint("(state = 'shown') = (ended_at IS NULL)", name="ended_has_its_time"),
        Index("ix_post_author", "author_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"))
    number: Mapped[int]
    reply_to: Mapped[int | None]
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    for_host: Mapped[bool]
    body: Mapped[str] = mapped_column(Text)
    named: Mapped[list[Any]] = mapped_column(JSON, default=list)
    state: Mapped[PostState] = mapped_column(enum_type(PostState), default=POST.initial)
    edits: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    thread: Mapped[Thread] = relationship(lazy="raise")

    @property
    def ref(self) -> str:
        return f"post:{self.id}"

    @property
    def permalink(self) -> str:
        return f"/discussions/posts/{self.id}"

    @property
    def page(self) -> int:
        return page_of(self.number)


class PostText(db.Model):
    """What a post said before it was changed or deleted; `number` counts from 1, `at` is when it was replaced."""

    __tablename__ = "post_text"
    __table_args__ = (UniqueConstraint("post_id", "number"), CheckConstraint("number > 0", name="counted"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    number: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PostFile(db.Model):
    """A file that hangs on a post."""

    __tablename__ = "post_file"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), primary_key=True)


class ThreadWish(db.Model):
    """Who follows a thread, and who wants to hear nothing of it. Nobody has both."""

    __tablename__ = "thread_wish"

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    wish: Mapped[Wish] = mapped_column(enum_type(Wish))
    since: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person("thread", "author_id", what=N_("Discussions you began"), words="title", keeps=PUBLIC)
holds_of_person("post", "author_id", what=N_("Your posts in discussions"), words="body", handles="named", keeps=PUBLIC)
holds_of_person("post_text", "post_id.author_id", what=N_("What your posts said before you changed them"), erase=True)
holds_of_person("post_file", "post_id.author_id", what=N_("Files on your posts"), keeps=PUBLIC)
holds_of_person("thread_wish", "person_id", what=N_("Discussions you follow"), erase=True)
