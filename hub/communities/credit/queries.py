"""Who did what in a space: the recorded credit of each person, and what they wrote of its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from hub.communities.credit.models import SpaceCredit
from hub.communities.credit.states import Kind
from hub.communities.spaces.models import Space
from hub.core.accounts import queries as accounts
from hub.db.extensions import db


@dataclass(frozen=True)
class Written:
    """What a person wrote on the space's pages: how many revisions, and how many characters of today's text are theirs."""

    revisions: int = 0
    characters: int = 0


@dataclass(frozen=True)
class Credited:
    """One person's line of the credit list. `share` is theirs of all characters on the pages today, 0..1; `items` are newest first."""

    person: accounts.PersonCard
    written: Written = Written()
    share: float = 0.0
    items: Sequence[SpaceCredit] = field(default_factory=list)

    @property
    def id(self) -> int:
        return self.person.id

    @property
    def points(self) -> dict[Kind, int]:
        """The points of each kind, in the kinds' order; kinds are not added up, because they weigh different things."""
        return {kind: total for kind in Kind if (total := sum(item.points for item in self.items if item.kind is kind))}


Writers = Callable[[Space], Mapping[int, Written]]
Linker = Callable[[Space, str], str]
_writers: list[Writers] = []
_linkers: dict[str, Linker] = {}


def written_with(find: Writers) -> Writers:
    """Called once by the room that keeps the pages: one statement, what each person wrote, by person id."""
    if find not in _writers:
        _writers.append(find)
    return find


def links_with(prefix: str, link: Linker) -> None:
    """A room says where the subjects of its credit are read: `link(space, "package:7")` for the prefix "package"; no statements."""
    _linkers[prefix] = link


def link_of(space: Space, credit: SpaceCredit) -> str:
    """Where the credited work is read; empty if nowhere on this site."""
    link = _linkers.get(credit.subject.partition(":")[0])
    return link(space, credit.subject) if link is not None and credit.subject else ""


def items_of(space: Space) -> Sequence[SpaceCredit]:
    """Everything recorded, the newest first."""
    return db.session.scalars(select(SpaceCredit).where(SpaceCredit.space_id == space.id).order_by(SpaceCredit.id.desc())).all()


def list_of(space: Space) -> list[Credited]:
    """Everybody with a part in the space, whoever wrote most of today's text first, then by recorded items. Three statements."""
    items: dict[int, list[SpaceCredit]] = {}
    for item in items_of(space):
        items.setdefault(item.person_id, []).append(item)
    written = {person_id: found for find in _writers for person_id, found in find(space).items()}
    whole = sum(found.characters for found in written.values())
    cards = accounts.cards([*items, *written])
    found = [
        Credited(card, mine, mine.characters / whole if whole else 0.0, items.get(card.id, []))
        for card in cards.values()
        for mine in [written.get(card.id, Written())]
    ]
    return sorted(found, key=lambda one: (-one.written.characters, -len(one.items), -one.written.revisions, one.id))


def given_to(person_id: int) -> Any:
    """When each credit was given to this person; communities and their credits are public."""
    return select(SpaceCredit.at).where(SpaceCredit.person_id == person_id)
