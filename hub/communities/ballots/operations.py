"""The only writes on ballots. The rallies call them, with the rally held and the phase looked at; they record what happened."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError

from hub.communities.ballots import queries
from hub.communities.ballots.models import IdeaVote, Participant
from hub.communities.ballots.rules import Uncounted
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import Conflict, NotNow, one_field
from hub.kernel.levels import Level
from hub.kernel.words import N_


def enter(*, rally_id: int, person_id: int, alias: str, votes: int, terms_hash: str) -> Participant:
    """Somebody takes part. Raises Conflict (in another window), Invalid about "alias" (taken by somebody else here)."""
    alias = " ".join(alias.split())
    me = Participant(
        rally_id=rally_id, person_id=person_id, alias=alias, alias_key=alias.casefold() or None, votes_left=votes, terms_hash=terms_hash,
        joined_at=clock.now(),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(me)
    except IntegrityError as error:
        if queries.participant(rally_id, person_id) is not None:
            raise Conflict(N_("You have joined in another window. Reload the page.")) from error
        raise one_field("alias", N_("Somebody goes by this name here already. Choose another one."), code="alias_taken") from error
    return me


def give(*, me: Participant, idea_id: int) -> bool:
    """Spend one vote; False if the idea has it already. Raises NotNow (code no_votes_left)."""
    taken = _spend(me.id, -1)
    if db.session.get(IdeaVote, (idea_id, me.id)) is not None:
        if taken:
            _spend(me.id, +1)
        return False
    if not taken:
        raise NotNow(N_("You have no vote left. Take one back to give it to another idea."), code="no_votes_left")
    db.session.add(IdeaVote(idea_id=idea_id, participant_id=me.id, rally_id=me.rally_id, cast_at=clock.now()))
    db.session.flush()
    return True


def take_back(*, me: Participant, idea_id: int) -> bool:
    """False if there is nothing to take back."""
    _spend(me.id, 0)  # holds the ballot against another window
    mine = delete(IdeaVote).where(IdeaVote.idea_id == idea_id, IdeaVote.participant_id == me.id)
    if not cast(CursorResult[Any], db.session.execute(mine)).rowcount:
        return False
    _spend(me.id, +1)
    return True


def _spend(participant_id: int, change: int) -> bool:
    """Change what is left of a ballot, in one conditional statement that holds its row; False if nothing is left to spend."""
    left = update(Participant).where(Participant.id == participant_id, Participant.votes_left + change >= 0)
    done = db.session.execute(left.values(votes_left=Participant.votes_left + change))
    return cast(CursorResult[Any], done).rowcount == 1


def give_all_back(*, idea_id: int) -> None:
    """The idea is not voted on any more: its votes go back to the voters."""
    voters = select(IdeaVote.participant_id).where(IdeaVote.idea_id == idea_id)
    db.session.execute(update(Participant).where(Participant.id.in_(voters)).values(votes_left=Participant.votes_left + 1))
    db.session.execute(delete(IdeaVote).where(IdeaVote.idea_id == idea_id))


def count(*, rally_id: int, least: Level) -> None:
    """The vote is over: write down whose votes do not count, so that nothing that happens later changes the result."""
    judged = queries.box(rally_id, least, closed=False).uncounted
    for why in Uncounted:
        ids = [voter for voter, reason in judged.items() if reason is why]
        for start in range(0, len(ids), 500):
            db.session.execute(update(Participant).where(Participant.id.in_(ids[start : start + 500])).values(uncounted=why))
