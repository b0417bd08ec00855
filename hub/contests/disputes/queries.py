"""What of an entry can be disputed, by whom, and what each way to end it moves."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from hub.contests.awards.models import Award
from hub.contests.awards.queries import REASONS_SHOWN
from hub.contests.awards.states import LIVE, State
from hub.contests.challenges.models import Challenge, Remark
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.disputes import rules
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry
from hub.contests.entries.states import State as EntryState
from hub.contests.judging import queries as judging
from hub.contests.launch import queries as launch
from hub.core.accounts import queries as accounts
from hub.core.disputes.rules import Claim, Effect, Ground, Matter, Side
from hub.core.holds import queries as holds
from hub.db.extensions import db
from hub.kernel.money import Money, breakdown


def matter(number: int) -> Matter | None:
    """What of an entry can be disputed: that it was turned down, or that its award lapsed."""
    entry = db.session.get(Entry, number)
    if entry is None or entry.challenge.is_imported:
        return None
    challenge, seeker_id = entry.challenge, entry.challenge.organisation_id
    awards = db.session.scalars(select(Award).where(Award.challenge_id == challenge.id)).all()
    own = next((one for one in awards if one.entry_id == entry.id), None)
    won = next((one for one in awards if one.state in LIVE), None)
    claims = [claim for claim in [_turned_down(entry, own, won)] if claim is not None]
    nobody_won = bool(claims) and challenge.state is ChallengeState.ENDED
    unsigned = won is not None and won.state is State.SELECTED
    ways = rules.ways(challenge.prize, nobody_won=nobody_won, unsigned=unsigned) if claims else []
    grounds = (Ground.WRONG_REASON, Ground.PROCEDURE, Ground.INTEREST, Ground.USED, Ground.OTHER)
    return Matter(
        entry.ref, challenge.title, (Side(entry.person_id), Side(organisation_id=seeker_id)), claims, grounds, ways, held_for=entry.ref,
        secure=(seeker_id, challenge.prize) if nobody_won and not _secured(challenge) else None,
        hidden=rules.hidden(entry.person_id, seeker_id, challenge.seeker_shown) if own is None else {},
    )  # fmt: skip


def _turned_down(entry: Entry, own: Award | None, won: Award | None) -> Claim | None:
    """The decision against the entry that stands now. Who declined the award has nothing to dispute; whose award lapsed may say so at once,
    also while the seeker chooses anew."""
    solver = Side(person_id=entry.person_id)
    if entry.state is not EntryState.NOT_SELECTED:
        return None
    if own is not None and own.state is not State.REOPENED:
        return Claim(solver, own.sign_by, "") if own.state is State.LAPSED else None
    if entry.challenge.state not in REASONS_SHOWN:
        return None
    if won is not None:
        return Claim(solver, won.selected_at, won.message)
    query = select(Remark).where(Remark.challenge_id == entry.challenge_id, Remark.decision == "end").order_by(Remark.id.desc())
    ended = db.session.scalars(query.limit(1)).one_or_none()
    return Claim(solver, ended.at, ended.text) if ended is not None else None


def barred(number: int) -> frozenset[int]:
    """Who took part in the decision, whatever has become of it: the judges, and who of the staff approved the challenge."""
    challenge = db.session.get_one(Entry, number).challenge
    approval = launch.approval(challenge)
    approved = {approval.person_id} if approval is not None and approval.person_id is not None else set()
    return frozenset({*judging.judging(challenge.id), *approved})


def _secured(challenge: Challenge) -> bool:
    """Is the prize set aside for an entrant's dispute already? Once is enough, however many dispute."""
    return holds.is_any_held([entry.ref for entry in entries.entries_in(challenge.id)], challenge.currency)


def beside(number: int) -> list[int]:
    """The entries for which the same prize is set aside: all others to the challenge."""
    entry = db.session.get_one(Entry, number)
    return list(db.session.scalars(select(Entry.id).where(Entry.challenge_id == entry.challenge_id, Entry.id != number)))


def hidden(numbers: Sequence[int]) -> dict[int, dict[Side, str]]:
    """As `rules.hidden`, by entry; the agreement about an award tells both."""
    query = select(Entry.id, Entry.person_id, Challenge.organisation_id, Challenge.seeker_shown).join(Challenge)
    query = query.where(Entry.id.in_(numbers), ~select(Award.id).where(Award.entry_id == Entry.id).exists())
    return {number: rules.hidden(person, seeker, shown) for number, person, seeker, shown in db.session.execute(query)}


def to_pay(entry: Entry, way: str, amount: Money | None) -> Money | None:
    """What the solver gets, before the fee."""
    return entry.challenge.prize if way == rules.AWARD else amount if way == rules.SUM else None


def effects(number: int, way: str, amount: Money | None) -> list[Effect]:
    """What a way to end a dispute moves."""
    entry = db.session.get_one(Entry, number)
    gross = to_pay(entry, way, amount)
    if gross is None:
        return []
    whom = hidden([number]).get(number, {}).get(Side(person_id=entry.person_id)) or accounts.card(entry.person_id).name
    return [Effect(whom, gross, breakdown(gross, entry.challenge.fee_bp).fee)]


def place_of(number: int) -> str:
    """What both sides may read: the author's own page of the entry is nobody else's."""
    return f"/challenges/{db.session.get_one(Entry, number).challenge.slug}"
