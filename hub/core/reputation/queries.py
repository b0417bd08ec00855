"""Reads of reputation: what rooms above tell, one's own deals, what is shown of a side, what the clock waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, null, or_, select, type_coerce, union_all

from hub.core.accounts.models import Person
from hub.core.accounts.states import State as AccountState
from hub.core.disputes import queries as disputes
from hub.core.disputes.models import Dispute
from hub.core.disputes.rules import UPHOLD, Side
from hub.core.disputes.states import OPEN as DISPUTED
from hub.core.disputes.states import State as DisputeState
from hub.core.organisations.models import Organisation
from hub.core.parties import queries as parties
from hub.core.profiles.models import Profile
from hub.core.questions.models import Question as Asking
from hub.core.questions.states import State as AskingState
from hub.core.reputation import rules
from hub.core.reputation.models import DealRating, FinishedDeal, Recommendation, Standing
from hub.core.reputation.policy import POLICY, part_of
from hub.core.reputation.rules import Asked, Badge, Facts, Mode, Part, Rate, Scores
from hub.core.reputation.states import Act, State
from hub.db.extensions import db
from hub.db.types import Question, UtcDateTime
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.levels import Level
from hub.kernel.words import N_

NO_DEAL, NO_RATING = N_("There is no such deal."), N_("There is no such rating.")

# What rooms above tell

Told: TypeAlias = Callable[[Any, Any], Iterable[Any]]
Answers: TypeAlias = Select[*tuple[Any, ...]]
"""Rows of when somebody was asked, when they answered (or null), and until when an answer was due (or null)."""

_tellers: dict[str, tuple[type, Told]] = {}
_answerers: list[Callable[[Side], Iterable[Answers]]] = []


def declare(event: type, teller: Told) -> None:
    _tellers[event.__name__] = (event, teller)


def telling() -> dict[str, tuple[type, Told]]:
    """Kinds of facts that tell of deals, with their events."""
    return dict(_tellers)


def counts_answers(provider: Callable[[Side], Iterable[Answers]]) -> Callable[[Side], Iterable[Answers]]:
    """Register what a room's people are asked: the rows about one side, see `Answers`. All rooms are asked in one statement."""
    if provider not in _answerers:
        _answerers.append(provider)
    return provider


@counts_answers
def _questions(side: Side) -> Iterable[Answers]:
    """Mediated questions to an organisation."""
    if side.organisation_id is not None:
        answered = case((Asking.state.in_((AskingState.ANSWERED, AskingState.DECLINED)), Asking.decided_at), else_=null())
        mine = (Asking.organisation_id == side.organisation_id, Asking.state != AskingState.WITHDRAWN)
        yield select(Asking.asked_at, answered, Asking.due_at).where(*mine)


# One deal


def get_for(actor: Actor, deal_id: int, act: Act = Act.READ) -> FinishedDeal:
    """For those who speak for one of its sides. Raises NotFound."""
    deal = db.session.get(FinishedDeal, deal_id)
    if deal is None or deal.told_at is None or not POLICY.can(actor, Act.READ, deal):
        raise NotFound(NO_DEAL)
    POLICY.require(actor, act, deal)
    return deal


def by_id(deal_id: int) -> FinishedDeal:
    """Unchecked, for reactions."""
    return db.session.get_one(FinishedDeal, deal_id)


def by_key(key: str) -> FinishedDeal | None:
    return db.session.scalars(select(FinishedDeal).where(FinishedDeal.key == key)).one_or_none()


def locked(deal_id: int) -> FinishedDeal:
    """The deal as it is now, kept from others until this unit of work ends."""
    db.session.flush()
    query = select(FinishedDeal).where(FinishedDeal.id == deal_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def ratings(deal_id: int) -> dict[Part, DealRating]:
    """By the part that says it, sealed ones, too: for those who decide what is shown."""
    query = select(DealRating).where(DealRating.deal_id == deal_id).execution_options(populate_existing=True)
    return {one.part: one for one in db.session.scalars(query)}


def is_disputed(deal: FinishedDeal) -> bool:
    last = disputes.last_about(deal.subject)
    return last is not None and last.state in DISPUTED


def rating_for(actor: Actor, rating_id: int, act: Act) -> DealRating:
    """Raises NotFound for everybody but both sides; NotAllowed for what they may not do."""
    rating = db.session.get(DealRating, rating_id)
    if rating is None or rating.state is State.SEALED or not POLICY.can(actor, Act.READ, rating.deal):
        raise NotFound(NO_RATING)
    POLICY.require(actor, act, rating)
    return rating


def rating_by_id(rating_id: int) -> DealRating:
    """Unchecked, for what the moderators have decided. Raises NotFound."""
    rating = db.session.get(DealRating, rating_id)
    if rating is None:
        raise NotFound(NO_RATING)
    return rating


def read_by(actor: Actor, rating_id: int) -> tuple[DealRating, str]:
    """A rating that the actor reads, and where: in the record that everybody reads, or as one side of the deal. Raises NotFound."""
    rating = rating_by_id(rating_id)
    if rating.state is State.SHOWN and (href := sums([rating.about]).get(rating.about, Sums()).href):
        return rating, href
    if rating.state is State.SHOWN and POLICY.can(actor, Act.READ, rating.deal):
        return rating, rating.deal.path
    raise NotFound(NO_RATING)


@dataclass(frozen=True)
class View:
    """A deal as one of its sides sees it. `theirs` is None until it is shown. `veil`: words, to be translated, for another side that this
    one is not to know; then `other` is empty."""

    deal: FinishedDeal
    part: Part
    other: str
    veil: str
    mine: DealRating | None
    theirs: DealRating | None


def views(actor: Actor, deals: Sequence[FinishedDeal]) -> list[View]:
    """In three statements, and one for each kind of thing that hides somebody."""
    parts = {deal.id: part for deal in deals if (part := part_of(actor, deal)) is not None}
    names = parties.names([deal.side(parts[deal.id].other) for deal in deals if deal.id in parts])
    said: dict[tuple[int, Part], DealRating] = {}
    if parts:
        for one in db.session.scalars(select(DealRating).where(DealRating.deal_id.in_(parts))):
            said[one.deal_id, one.part] = one
    found, hidden = [], disputes.hidden(deal.subject for deal in deals)
    for deal in deals:
        if (part := parts.get(deal.id)) is None:
            continue
        theirs, side = said.get((deal.id, part.other)), deal.side(part.other)
        shown = theirs if theirs is not None and theirs.state is not State.SEALED else None
        veil = hidden.get(deal.subject, {}).get(side, "")
        found.append(View(deal, part, "" if veil else names.of(side), veil, said.get((deal.id, part)), shown))
    return found


def view(actor: Actor, deal: FinishedDeal) -> View:
    return views(actor, [deal])[0]


def has_recommended(person_id: int | None, deal_id: int) -> bool:
    query = select(Recommendation.id).where(Recommendation.deal_id == deal_id, Recommendation.person_id == (person_id or 0))
    return db.session.scalar(query) is not None


# Lists


def everything(limit: int = 1_000) -> Sequence[FinishedDeal]:
    """Unchecked, the oldest first: for demo content."""
    told = select(FinishedDeal).where(FinishedDeal.told_at.is_not(None))
    return db.session.scalars(told.order_by(FinishedDeal.finished_at, FinishedDeal.id).limit(limit)).all()


def _of_side(part: Part, person_id: int, organisation_ids: Sequence[int]) -> ColumnElement[bool]:
    if part is Part.ASKED:
        return or_(FinishedDeal.asked_person_id == person_id, FinishedDeal.asked_organisation_id.in_(organisation_ids))
    return or_(FinishedDeal.delivered_person_id == person_id, FinishedDeal.delivered_organisation_id.in_(organisation_ids))


def _mine(actor: Actor, part: Part) -> ColumnElement[bool]:
    """Deals in which the actor speaks for this part and has nothing to do with the other."""
    person, managed = actor.person_id or 0, [number for number in actor.roles if actor.manages(number)]
    return and_(_of_side(part, person, managed), _not(_of_side(part.other, person, list(actor.roles))))


def _not(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Not true: false or unknown (a column that is null)."""
    return func.coalesce(condition, False).is_(False)


def _own(actor: Actor) -> Select[FinishedDeal]:
    mine = or_(*(_mine(actor, part) for part in Part))
    return select(FinishedDeal).where(FinishedDeal.told_at.is_not(None), mine)


def _unrated(part: Part) -> tuple[ColumnElement[bool], ...]:
    said = exists().where(DealRating.deal_id == FinishedDeal.id, DealRating.part == part)
    return (FinishedDeal.told_at.is_not(None), FinishedDeal.shown_at.is_(None), FinishedDeal.closes_at > clock.now(), ~said)


def of_actor(actor: Actor, *, before: int | None = None, limit: int = 50) -> list[FinishedDeal]:
    """Up to `limit` + 1, the newest first."""
    query = _own(actor) if before is None else _own(actor).where(FinishedDeal.id < before)
    return list(db.session.scalars(query.order_by(FinishedDeal.id.desc()).limit(limit + 1)))


def page_of(actor: Actor, *, page: int = 1, size: int = 20) -> tuple[list[FinishedDeal], int]:
    total = db.session.scalar(select(func.count()).select_from(_own(actor).subquery())) or 0
    query = _own(actor).order_by(FinishedDeal.id.desc()).limit(size).offset((page - 1) * size)
    return list(db.session.scalars(query)), total


def to_rate(actor: Actor) -> Question:
    """As hub.web.todo asks. Whoever asked many for small tasks is not reminded of each of them."""
    asked = and_(_mine(actor, Part.ASKED), FinishedDeal.many.is_(False), *_unrated(Part.ASKED))
    delivered = and_(_mine(actor, Part.DELIVERED), *_unrated(Part.DELIVERED))
    return select(FinishedDeal.title.label("detail"), FinishedDeal.id.label("key"), FinishedDeal.closes_at.label("due")).where(
        or_(asked, delivered)
    )


def _about(side: Side) -> tuple[ColumnElement[bool], ...]:
    person, body = DealRating.about_person_id == side.person_id, DealRating.about_organisation_id == side.organisation_id
    return person if side.person_id is not None else body, DealRating.state == State.SHOWN


def shown_about(side: Side, *, page: int = 1, size: int = 20) -> tuple[list[DealRating], int]:
    """What everybody reads of a side, the newest first, and how many there are."""
    total = db.session.scalar(select(func.count()).select_from(DealRating).where(*_about(side))) or 0
    query = select(DealRating).where(*_about(side)).order_by(DealRating.shown_at.desc(), DealRating.id.desc())
    return list(db.session.scalars(query.limit(size).offset((page - 1) * size))), total


def shown_after(side: Side, *, before: int | None, limit: int) -> list[DealRating]:
    older = (DealRating.id < before,) if before is not None else ()
    query = select(DealRating).where(*_about(side), *older)
    return list(db.session.scalars(query.order_by(DealRating.id.desc()).limit(limit + 1)))


# A side's record


@dataclass(frozen=True)
class Sums:
    """What adds up of one side."""

    deals: int = 0
    ratings: int = 0
    points: int = 0
    due: int = 0
    on_time: int = 0
    href: str = ""

    @property
    def score(self) -> Fraction | None:
        """None while nobody has rated."""
        return rules.shrunk(self.points, self.ratings) if self.ratings else None


def sums(sides: Iterable[Side]) -> dict[Side, Sums]:
    """Of those of whom anything adds up; `href` is where everybody reads more, if there is such a page. One statement."""
    wanted = set(sides)
    people = [side.person_id for side in wanted if side.person_id is not None]
    bodies = [side.organisation_id for side in wanted if side.organisation_id is not None]
    if not wanted:
        return {}
    query = (
        select(Standing, Person.handle, Profile.visible, Organisation.slug)
        .join(Person, and_(Person.id == Standing.person_id, Person.state == AccountState.ACTIVE), isouter=True)
        .join(Profile, Profile.person_id == Person.id, isouter=True)
        .join(Organisation, Organisation.id == Standing.organisation_id, isouter=True)
    )
    rows = db.session.execute(query.where(or_(Standing.person_id.in_(people), Standing.organisation_id.in_(bodies))))
    found = {}
    for one, handle, visible, slug in rows:
        href = f"/orgs/{slug}/record" if slug else f"/people/{handle}/record" if handle and visible else ""
        side = Side(one.person_id, one.organisation_id)
        found[side] = Sums(one.deals, one.ratings, one.points, one.due, one.on_time, href)
    return found


@dataclass(frozen=True)
class Record:
    """Everything that facts say of one side."""

    side: Side
    sums: Sums
    answers: Rate
    median: timedelta | None
    on_time: Rate
    lost: Rate
    badges: list[Badge]

    @property
    def score(self) -> str | None:
        return rules.one_decimal(self.sums.score) if self.sums.score is not None else None


def record(side: Side, *, level: Level, since: datetime) -> Record:
    """Three statements."""
    known, now = sums([side]).get(side, Sums()), clock.now()
    rate, median = rules.answers(_asked(side), now)
    lost, on_time = _lost(side), Rate(known.on_time, known.due)
    facts = Facts(known.deals, known.ratings, known.points, rate, on_time, lost, level, since)
    return Record(side, known, rate, median, on_time, Rate(min(lost, known.deals), known.deals), rules.badges(facts, now))


def _asked(side: Side) -> list[Asked]:
    parts = []
    for provider in _answerers:
        for query in provider(side):
            rows = query.subquery()
            at, answered, due = list(rows.c)
            typed = (type_coerce(at, UtcDateTime()), type_coerce(answered, UtcDateTime()), type_coerce(due, UtcDateTime()))
            parts.append(select(*typed).where(typed[0] > clock.now() - rules.LOOKING_BACK))
    return [Asked(*row) for row in db.session.execute(union_all(*parts))] if parts else []


def _lost(side: Side) -> int:
    """Disputes about this side's decisions that did not end with the decision standing."""
    person, body = Dispute.other_person_id == side.person_id, Dispute.other_organisation_id == side.organisation_id
    mine = person if side.person_id is not None else body
    ended = (Dispute.state.in_((DisputeState.SETTLED, DisputeState.DECIDED)), Dispute.outcome != UPHOLD)
    return db.session.scalar(select(func.count()).select_from(Dispute).where(mine, *ended)) or 0


def person_shown(actor: Actor, handle: str) -> tuple[Person, str]:
    """The person with a public profile, and the name that it shows. Raises NotFound, but not for themselves and administrators."""
    query = select(Person, Profile).join(Profile, Profile.person_id == Person.id, isouter=True)
    row = db.session.execute(query.where(Person.handle == handle.lower(), Person.state == AccountState.ACTIVE)).one_or_none()
    visible = row is not None and row.Profile is not None and row.Profile.visible
    if row is None or not (visible or row.Person.id == actor.person_id or actor.is_admin):
        raise NotFound(N_("There is no such profile."))
    named = row.Profile is None or row.Profile.name_shown
    return row.Person, row.Person.name if named else row.Person.handle


# The clock


def to_open(limit: int = 200) -> Sequence[int]:
    query = select(FinishedDeal.id).where(FinishedDeal.told_at.is_(None), FinishedDeal.rate_from <= clock.now())
    return db.session.scalars(query.order_by(FinishedDeal.rate_from, FinishedDeal.id).limit(limit)).all()


def to_show(limit: int = 200) -> Sequence[int]:
    """Told, not shown, and nobody can rate any more; those that are disputed now wait."""
    over = (FinishedDeal.shown_at.is_(None), FinishedDeal.told_at.is_not(None), FinishedDeal.closes_at <= clock.now())
    disputed = exists().where(Dispute.subject == FinishedDeal.subject, Dispute.state.in_(DISPUTED))
    query = select(FinishedDeal.id).where(*over, ~disputed).order_by(FinishedDeal.closes_at, FinishedDeal.id)
    return db.session.scalars(query.limit(limit)).all()


# Recommendations


@dataclass(frozen=True)
class Recommended:
    """What everybody together answered: of all times by mode, and by month."""

    total: Scores
    by_mode: dict[Mode, Scores]
    by_month: dict[str, Scores]


def recommended(now: datetime) -> Recommended:
    """One statement, however many there are."""
    rows = db.session.execute(
        select(Recommendation.mode, Recommendation.month, Recommendation.score, func.count()).group_by(
            Recommendation.mode, Recommendation.month, Recommendation.score
        )
    ).all()
    modes = {mode: rules.scores((row[2], row[3]) for row in rows if row[0] is mode) for mode in Mode}
    months = {month: rules.scores((row[2], row[3]) for row in rows if row[1] == month) for month in rules.months(now)}
    return Recommended(rules.scores((row[2], row[3]) for row in rows), {m: s for m, s in modes.items() if s.total}, months)


def reasons(limit: int = 50) -> list[Any]:
    """The newest words, without who said them: (mode, score, why, month)."""
    query = select(Recommendation.mode, Recommendation.score, Recommendation.why, Recommendation.month)
    return list(db.session.execute(query.where(Recommendation.why != "").order_by(Recommendation.id.desc()).limit(limit)))
