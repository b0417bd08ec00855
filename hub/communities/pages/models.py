"""Tables of the pages room. A revision, once saved, is never changed: triggers in the database see to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.communities.pages.rules import Kind
from hub.communities.pages.states import LIFE, State
from hub.communities.spaces.rules import Licence
from hub.db.extensions import db
from hub.db.kept import keep
from hub.db.personal import PUBLIC, holds_of_person
from hub.db.retention import forgets
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_


class SpacePage(db.Model):
    """A page of a space. Its text is that of its newest revision, whose number is `number`; the address stays when the title changes."""

    __tablename__ = "space_page"
    __table_args__ = (
        UniqueConstraint("space_id", "slug"),
        CheckConstraint("number > 0", name="has_revision"),
        CheckConstraint("length(slug) > 0", name="has_address"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"))
    slug: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(120))
    number: Mapped[int] = mapped_column(default=1)
    size: Mapped[int]
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        """How the journal names it."""
        return f"page:{self.id}"


class PageRevision(db.Model):
    """What a page said at one time. `number` counts from 1; `base` is the revision it was made of (0 for the first).

    `author_id` wrote it, `saved_by` saved it (a reviewer who merges somebody's work). Sizes are in characters. `runs` says whose words
    the text has (rules.Runs), `licence` under which licence it was given.
    """

    __tablename__ = "page_revision"
    __table_args__ = (
        UniqueConstraint("page_id", "number"),
        CheckConstraint("number > 0 AND base >= 0 AND base < number", name="made_of_an_earlier_one"),
        CheckConstraint("(kind = 'restored') = (restored IS NOT NULL)", name="restored_names_its_source"),
        Index("ix_page_revision_space", "space_id", "id"),
        Index("ix_page_revision_author", "author_id", "space_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"))
    page_id: Mapped[int] = mapped_column(ForeignKey("space_page.id"))
    number: Mapped[int]
    base: Mapped[int]
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    restored: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(String(200), default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    saved_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    size: Mapped[int]
    delta: Mapped[int]
    licence: Mapped[Licence] = mapped_column(enum_type(Licence))
    runs: Mapped[list[list[int]]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PageDraft(Versioned, db.Model):
    """Words somebody typed and has not saved as a revision: kept while they type, and when somebody else saved first.

    `page_id` is None for a page that is not there yet. `base` is the revision they began from; while the page has a newer one, the
    draft waits to be merged.
    """

    __tablename__ = "page_draft"
    __table_args__ = (CheckConstraint("(page_id IS NULL) = (base = 0)", name="based"), Index("ix_page_draft_person", "person_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("space_page.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    base: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(120), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[str] = mapped_column(String(200), default="")
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def token(self) -> str:
        """Names this draft as it is now: the form sends it back, so that two windows never write over one another."""
        return f"{self.id}.{self.version}"


class PageWatch(db.Model):
    """Who is told of every revision of a page."""

    __tablename__ = "page_watch"

    page_id: Mapped[int] = mapped_column(ForeignKey("space_page.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class PageShare(db.Model):
    """How many characters of a page's present text a person wrote. Follows from the newest revision's `runs`."""

    __tablename__ = "page_share"
    __table_args__ = (CheckConstraint("characters > 0", name="wrote"),)

    page_id: Mapped[int] = mapped_column(ForeignKey("space_page.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    characters: Mapped[int]


_revisions: Any = PageRevision.__table__
keep(_revisions, "a revision is never changed")


holds_of_person("space_page", acted="created_by updated_by", keeps=PUBLIC)
holds_of_person("page_revision", "author_id", what=N_("What you wrote on community pages"), acted="saved_by", keeps=PUBLIC, fixed=True)
holds_of_person("page_share", "person_id", what=N_("How much of each page is yours"), keeps=PUBLIC)
holds_of_person("page_draft", "person_id", what=N_("Drafts of pages"), erase=True)
holds_of_person("page_watch", "person_id", what=N_("Pages you watch"), erase=True)
forgets(
    "page_drafts", N_("Drafts of community pages that were never saved"), table="page_draft", days=730, least=30,
    old=lambda before: PageDraft.saved_at < before,
)  # fmt: skip
