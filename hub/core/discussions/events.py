"""What happens in discussions. Ids only; texts and reasons stand in the tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ThreadOpened:
    SAYS: ClassVar[str] = N_("opened a discussion")
    thread_id: int
    post_id: int


@dataclass(frozen=True)
class PostMade:
    SAYS: ClassVar[str] = N_("wrote a post")
    thread_id: int
    post_id: int


@dataclass(frozen=True)
class PostEdited:
    """`number` is that of the text which was replaced."""

    SAYS: ClassVar[str] = N_("changed a post")
    thread_id: int
    post_id: int
    number: int


@dataclass(frozen=True)
class PostDeleted:
    SAYS: ClassVar[str] = N_("deleted a post")
    thread_id: int
    post_id: int


@dataclass(frozen=True)
class PostHidden:
    SAYS: ClassVar[str] = N_("hid a post")
    thread_id: int
    post_id: int


@dataclass(frozen=True)
class PostRestored:
    SAYS: ClassVar[str] = N_("showed a hidden post again")
    thread_id: int
    post_id: int


@dataclass(frozen=True)
class ThreadLocked:
    SAYS: ClassVar[str] = N_("locked a discussion")
    thread_id: int


@dataclass(frozen=True)
class ThreadUnlocked:
    SAYS: ClassVar[str] = N_("unlocked a discussion")
    thread_id: int
