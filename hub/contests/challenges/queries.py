"""Reads of the challenges room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select, text
from sqlalchemy.orm import joinedload, selectinload

from hub.contests.challenges import rules
from hub.contests.challenges.models import Challenge, ChallengeFollow
from hub.contests.challenges.states import CLOSED, PUBLIC, Phase, State
from hub.core.accounts import queries as accounts
from hub.core.agreements import queries as agreements
from hub.core.audit import queries as audit
from hub.core.holds import queries as holds
from hub.core.organisations import queries as organisations
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor, Duty, Role
from hub.kernel.errors import NotFound
from hub.kernel.levels import Level
from hub.kernel.money import Breakdown, Money, breakdown
from hub.kernel.permissions import consults
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_


@dataclass(frozen=True)
class SeekerCard:
    """The organisation behind a challenge, as this reader may see it: without a name when it stays anonymous."""

    name: str
    slug: str
    level: Level = Level.NONE

    @property
    def anonymous(self) -> bool:
        return not self.name


@dataclass(frozen=True)
class NextStep:
    """What the reader of a challenge page does next. `label` is marked with N_."""

    href: str
    label: str
    note: str = ""


Counter = Callable[[list[int]], dict[int, int]]
Adviser = Callable[[Actor, Challenge], NextStep | None]
_count_entries: Counter = lambda ids: {}  # noqa: E731
_advisers: list[Adviser] = []


def count_entries_with(count: Counter) -> None:
    """Called once by the room that keeps the entries: challenge ids -> how many sealed entries each has (one statement)."""
    global _count_entries
    _count_entries = count


def advise_with(adviser: Adviser) -> Adviser:
    """Let a later room say what a signed-in reader does next (at most one statement). The one registered last is asked first."""
    if adviser not in _advisers:
        _advisers.insert(0, adviser)
    return adviser


def next_step(actor: Actor, challenge: Challenge) -> NextStep | None:
    """The first advice that a later room has for this reader."""
    return next((step for adviser in _advisers if (step := adviser(actor, challenge)) is not None), None)


def entry_counts(ids: list[int]) -> dict[int, int]:
    """Sealed entries per challenge; challenges without any may be missing."""
    return _count_entries(ids)


def may_see(actor: Actor, challenge: Challenge) -> bool:
    """Published challenges are for everybody, others for the seeker's people, the consultants and the administrators."""
    published = challenge.state in PUBLIC or (challenge.state is State.WITHDRAWN and challenge.published_at is not None)
    return published or sees_seeker(actor, challenge)


def sees_seeker(actor: Actor, challenge: Challenge) -> bool:
    """May this reader know who the seeker is even when the seeker stays anonymous?"""
    return actor.belongs_to(challenge.organisation_id) or actor.is_consultant or actor.is_admin


def _may_read_agreement(actor: Actor, subject: str) -> bool:
    challenge = db.session.get(Challenge, int(subject.partition(":")[2]))
    return challenge is not None and may_see(actor, challenge)


agreements.may_read_with("challenge", _may_read_agreement)


def get_for(actor: Actor, slug: str) -> Challenge:
    """The challenge with its criteria, if this actor may see it. Raises NotFound otherwise, so that drafts cannot be guessed."""
    query = select(Challenge).where(Challenge.slug == slug).options(joinedload(Challenge.criteria))
    challenge = db.session.scalars(query).unique().one_or_none()
    if challenge is None or not may_see(actor, challenge):
        raise NotFound(N_("There is no such challenge."))
    return challenge


def by_id(challenge_id: int) -> Challenge:
    """Unchecked, for the rooms above and for reactions. Raises NotFound."""
    challenge = db.session.get(Challenge, challenge_id)
    if challenge is None:
        raise NotFound(N_("There is no such challenge."))
    return challenge


def by_ids(ids: Iterable[int]) -> dict[int, Challenge]:
    """Unchecked. One statement."""
    return {c.id: c for c in db.session.scalars(select(Challenge).where(Challenge.id.in_(list(ids))))}


def is_open(challenge: Challenge) -> bool:
    """Does it take entries at this moment? The clock decides even before the state has followed it."""
    return challenge.state is State.OPEN and rules.deadline_is_ahead(challenge)


def phase(challenge: Challenge) -> Phase | None:
    """None while it is not public."""
    if challenge.state is State.OPEN:
        return Phase.OPEN if is_open(challenge) else Phase.JUDGING
    if challenge.state in {State.JUDGING, State.SELECTED}:
        return Phase.JUDGING
    return Phase.PAST if challenge.state in PUBLIC or challenge.published_at is not None else None


def _in_phase(wanted: Phase) -> ColumnElement[bool]:
    now = clock.now()
    if wanted is Phase.OPEN:
        return and_(Challenge.state == State.OPEN, Challenge.closes_at > now)
    if wanted is Phase.JUDGING:
        return or_(Challenge.state.in_([State.JUDGING, State.SELECTED]), and_(Challenge.state == State.OPEN, Challenge.closes_at <= now))
    return Challenge.state.in_([State.AWARDED, State.ENDED])


@dataclass(frozen=True)
class Wanted:
    """A visitor's choice in the list. None means all."""

    phase: Phase | None = None
    sector: Sector | None = None


def _public(wanted: Wanted) -> ColumnElement[bool]:
    filters: list[ColumnElement[bool]] = [Challenge.state.in_(sorted(PUBLIC)) if wanted.phase is None else _in_phase(wanted.phase)]
    if wanted.sector is not None:
        filters.append(Challenge.sector == wanted.sector)
    return and_(*filters)


def listed(wanted: Wanted, *, page: int = 1, size: int = 20) -> tuple[Sequence[Challenge], int]:
    """One page of the public challenges and how many there are: the open ones first, the soonest on top; then judging, then past."""
    rank = case((_in_phase(Phase.OPEN), 0), (_in_phase(Phase.JUDGING), 1), else_=2)
    soonest = case((_in_phase(Phase.OPEN), Challenge.closes_at))
    query = select(Challenge).where(_public(wanted)).order_by(rank, soonest, Challenge.closes_at.desc(), Challenge.id.desc())
    total = db.session.scalar(select(func.count()).select_from(Challenge).where(_public(wanted))) or 0
    return db.session.scalars(query.limit(size).offset((page - 1) * size)).all(), total


def facet_counts(wanted: Wanted) -> tuple[dict[Phase, int], dict[Sector, int]]:
    """How many public challenges each choice would leave, the other choice standing. One statement each."""
    ranks = case((_in_phase(Phase.OPEN), Phase.OPEN.value), (_in_phase(Phase.JUDGING), Phase.JUDGING.value), else_=Phase.PAST.value)
    by_rank = select(ranks.label("phase"), func.count()).where(_public(Wanted(sector=wanted.sector))).group_by(text("phase"))
    phases = db.session.execute(by_rank)
    sectors = db.session.execute(
        select(Challenge.sector, func.count()).where(_public(Wanted(phase=wanted.phase))).group_by(Challenge.sector)
    )
    return {Phase(name): n for name, n in phases}, {sector: n for sector, n in sectors if sector is not None}


def public_after(last_id: int | None, limit: int, wanted: Wanted) -> Sequence[Challenge]:
    """Up to `limit` + 1 public challenges with their criteria, newest first, after the one numbered `last_id`."""
    query = select(Challenge).where(_public(wanted)).options(selectinload(Challenge.criteria))
    return db.session.scalars(older(query, Challenge.id, last_id, limit + 1)).all()


def newest(limit: int = 50) -> Sequence[Challenge]:
    """The public challenges published last, for the feed. Imported past ones are no news."""
    query = select(Challenge).where(Challenge.state.in_(sorted(PUBLIC)), Challenge.source_key.is_(None))
    return db.session.scalars(query.order_by(Challenge.published_at.desc(), Challenge.id.desc()).limit(limit)).all()


def closing(limit: int = 200) -> Sequence[Challenge]:
    """The challenges that take entries now, the soonest deadline first."""
    return db.session.scalars(select(Challenge).where(_in_phase(Phase.OPEN)).order_by(Challenge.closes_at, Challenge.id).limit(limit)).all()


def of_organisation(organisation_id: int) -> Sequence[Challenge]:
    """All its challenges, whatever their state, the newest first. For its own people."""
    query = select(Challenge).where(Challenge.organisation_id == organisation_id).order_by(Challenge.id.desc())
    return db.session.scalars(query.options(selectinload(Challenge.criteria))).all()


def of_organisation_after(organisation_id: int, last_id: int | None, limit: int, wanted: Wanted) -> Sequence[Challenge]:
    """Up to `limit` + 1 of an organisation's challenges in any state (or one phase), newest first. For its own people."""
    query = select(Challenge).where(Challenge.organisation_id == organisation_id)
    if wanted.phase is not None or wanted.sector is not None:
        query = query.where(_public(wanted))
    return db.session.scalars(older(query.options(selectinload(Challenge.criteria)), Challenge.id, last_id, limit + 1)).all()


def due_to_close() -> Sequence[Challenge]:
    """Open challenges whose deadline has passed."""
    return db.session.scalars(select(Challenge).where(Challenge.state == State.OPEN, Challenge.closes_at <= clock.now())).all()


def with_hold(challenge: Challenge) -> Challenge:
    """The challenge with `held_minor` read from the ledger: ask for it before its moves are drawn or fired."""
    challenge.held_minor = holds.held(challenge.ref, challenge.currency)
    return challenge


def missing(challenge: Challenge) -> Money:
    """What of the prize is not held yet, after `with_hold`."""
    return Money(max(0, challenge.prize_minor - challenge.held_minor), challenge.currency)


def follows(actor: Actor, challenge: Challenge) -> bool:
    return actor.person_id is not None and db.session.get(ChallengeFollow, (challenge.id, actor.person_id)) is not None


def followers(challenge_id: int) -> Sequence[int]:
    """Person ids."""
    return db.session.scalars(select(ChallengeFollow.person_id).where(ChallengeFollow.challenge_id == challenge_id)).all()


def seeker_card(challenge: Challenge, actor: Actor) -> SeekerCard:
    """Who asks, as far as this reader may know; no name of an anonymous seeker."""
    return seeker_cards([challenge], actor)[challenge.id]


def seeker_cards(challenges: Iterable[Challenge], actor: Actor, known: organisations.Cards | None = None) -> dict[int, SeekerCard]:
    """`seeker_card` for many, by challenge id. One statement, unless their organisations' cards are known."""
    challenges = list(challenges)
    cards = known or organisations.cards({c.organisation_id for c in challenges})
    return {c.id: _card(cards[c.organisation_id], c.seeker_shown or sees_seeker(actor, c)) for c in challenges}


def _card(seeker: organisations.OrganisationCard, named: bool) -> SeekerCard:
    """Of an anonymous seeker everybody may know how well the site knows it."""
    return SeekerCard(seeker.name, seeker.slug, seeker.level) if named else SeekerCard("", "", seeker.level)


def seeker_name(challenge: Challenge, actor: Actor) -> str:
    """The seeker's name, or an empty string if it stays anonymous for this reader."""
    return seeker_card(challenge, actor).name


@dataclass(frozen=True)
class Shown:
    """A challenge as one reader sees it: pages, feeds and the API all show this."""

    challenge: Challenge
    seeker: SeekerCard
    entries: int

    @property
    def id(self) -> int:
        return self.challenge.id

    @property
    def open(self) -> bool:
        return is_open(self.challenge)

    @property
    def phase(self) -> Phase | None:
        return phase(self.challenge)

    @property
    def known_seeker(self) -> SeekerCard | None:
        return None if self.seeker.anonymous else self.seeker

    @property
    def entry_range(self) -> rules.Span:
        """Rough while entries are taken, exact afterwards."""
        return rules.span(self.entries) if self.challenge.state is State.OPEN else rules.Span(self.entries, self.entries)

    @property
    def paid(self) -> Breakdown:
        """Gross prize, the site's fee, what the winner receives."""
        return breakdown(self.challenge.prize, self.challenge.fee_bp)

    @property
    def prize_plain(self) -> str:
        return self.paid.gross.plain()

    @property
    def net_plain(self) -> str:
        return self.paid.net.plain()


def shown(actor: Actor, challenges: Iterable[Challenge], known: organisations.Cards | None = None) -> list[Shown]:
    """The challenges as `actor` may see them. At most two statements."""
    challenges = list(challenges)
    seekers, counts = seeker_cards(challenges, actor, known), entry_counts([c.id for c in challenges])
    return [Shown(c, seekers[c.id], counts.get(c.id, 0)) for c in challenges]


def track_record(organisation_id: int) -> tuple[int, int]:
    """(challenges awarded, challenges decided) of an organisation, those imported left out."""
    decided = Challenge.state.in_([State.AWARDED, State.ENDED])
    query = select(func.count().filter(Challenge.state == State.AWARDED), func.count()).where(
        Challenge.organisation_id == organisation_id, Challenge.source_key.is_(None), decided
    )
    awarded, all_decided = db.session.execute(query).one()
    return awarded, all_decided


def manager_ids(challenge: Challenge) -> list[int]:
    """The people who decide for the seeker: owners and managers, as person ids."""
    return organisations.member_ids(challenge.organisation_id, (Role.OWNER, Role.MANAGER))


def people_ids(challenge: Challenge) -> list[int]:
    """Everybody who belongs to the seeker."""
    return organisations.member_ids(challenge.organisation_id)


def public_ids() -> Sequence[int]:
    """Every challenge that anybody may read, for the search index."""
    return db.session.scalars(select(Challenge.id).where(Challenge.state.in_(sorted(PUBLIC)))).all()


def shown_by(organisation_id: int, limit: int = 6) -> Sequence[Challenge]:
    """An organisation's public challenges under its own name, the newest first."""
    query = select(Challenge).where(
        Challenge.organisation_id == organisation_id, Challenge.state.in_(sorted(PUBLIC)), Challenge.seeker_shown.is_(True)
    )
    return db.session.scalars(query.order_by(Challenge.id.desc()).limit(limit)).all()


def story(actor: Actor, challenge: Challenge) -> tuple[list[audit.Line], bool]:
    """What happened, the oldest first, and whether something is kept back.

    Until the deadline the seeker's people read only what they, the consultants and the site did: neither who takes part nor how many.
    """
    lines = audit.story(challenge.ref)
    if consults(actor, challenge) or challenge.state in CLOSED:
        return lines, False
    insiders = {None, actor.person_id, *people_ids(challenge), *accounts.with_duty(Duty.CONSULTANT), *accounts.with_duty(Duty.ADMIN)}
    told = [line for line in lines if line.actor_id in insiders]
    return told, len(told) < len(lines) or challenge.state is State.OPEN
