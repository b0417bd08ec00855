"""Reads of ballots. Who sees a count, and when, is the rallies' to say: see their `queries`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from hub.communities.ballots import rules
from hub.communities.ballots.models import IdeaVote, Participant
from hub.communities.ballots.rules import Uncounted
from hub.core.accounts import queries as accounts
from hub.core.verification import queries as verification
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.levels import Level


@dataclass(frozen=True)
class Author:
    """Who stands beside an idea. A pseudonym has no `handle`: nobody learns who it is."""

    name: str
    handle: str
    mine: bool

    @property
    def pseudonym(self) -> bool:
        return not self.handle


@dataclass(frozen=True)
class Box:
    """A rally's votes as (idea, participant), and whose of them do not count."""

    cast: Sequence[tuple[int, int]]
    uncounted: dict[int, Uncounted]

    @property
    def counted(self) -> list[tuple[int, int]]:
        return [(idea, voter) for idea, voter in self.cast if voter not in self.uncounted]

    def left_out(self, why: Uncounted) -> int:
        """How many people's votes do not count for this reason."""
        return sum(reason is why for reason in self.uncounted.values())


def participant(rally_id: int, person_id: int) -> Participant | None:
    query = select(Participant).where(Participant.rally_id == rally_id, Participant.person_id == person_id)
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def participants(rally_id: int) -> Sequence[Participant]:
    """Everybody who has joined, in that order."""
    return db.session.scalars(select(Participant).where(Participant.rally_id == rally_id).order_by(Participant.id)).all()


def authors_of(people: Iterable[Participant], actor: Actor) -> dict[int, Author]:
    """Who stands beside an idea, by participant id. One statement."""
    people = list({one.id: one for one in people}.values())
    cards = accounts.cards(one.person_id for one in people if not one.alias)
    found = {}
    for one in people:
        card = None if one.alias else cards.get(one.person_id)
        name, handle = (one.alias, "") if card is None else (card.name, card.handle)
        found[one.id] = Author(name, handle, mine=one.person_id == actor.person_id)
    return found


def own_votes(actor: Actor, rally_id: int) -> set[int]:
    """The ideas that the actor has voted for: theirs alone to know before the close."""
    if actor.person_id is None:
        return set()
    query = select(IdeaVote.idea_id).join(Participant, Participant.id == IdeaVote.participant_id)
    return set(db.session.scalars(query.where(Participant.person_id == actor.person_id, IdeaVote.rally_id == rally_id)))


def same_person(one: int, other: int) -> bool:
    """Are they one person, as far as their documents say?"""
    shown = verification.identities([one, other])
    return bool(shown.get(one, set()) & shown.get(other, set()))


def level_of(person_id: int) -> Level:
    return accounts.card(person_id).level


def box(rally_id: int, least: Level, *, closed: bool) -> Box:
    """All votes. Once they are counted (`closed`), who counts stands written beside the participants; before, it is judged as it is now."""
    rows = select(IdeaVote.idea_id, Participant.id, Participant.person_id, Participant.uncounted)
    rows = rows.join(Participant, Participant.id == IdeaVote.participant_id).where(IdeaVote.rally_id == rally_id)
    found = db.session.execute(rows.order_by(Participant.id, IdeaVote.idea_id)).all()
    cast = [(row.idea_id, row.id) for row in found]
    if closed:
        return Box(cast, {row.id: row.uncounted for row in found if row.uncounted is not None})
    return Box(cast, _judged({row.id: row.person_id for row in found}, least))


def _judged(voters: dict[int, int], least: Level) -> dict[int, Uncounted]:
    """Whose votes do not count: who is not verified as far as is asked, and who is somebody that joined before them. Three statements."""
    levels = {number: card.level for number, card in accounts.cards(voters.values()).items()}
    below = {voter: Uncounted.LEVEL for voter, person in voters.items() if not rules.reaches(levels.get(person, Level.NONE), least)}
    rest = [voter for voter in voters if voter not in below]
    shown = verification.identities(voters[voter] for voter in rest)
    again = rules.repeated(rest, {voter: shown.get(voters[voter], ()) for voter in rest})
    return below | dict.fromkeys(sorted(again), Uncounted.TWICE)
