"""Reads of disputes: what rooms above say can be disputed, one's own disputes with everything said in them, what the clock is due to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from hub.core.accounts import queries as accounts
from hub.core.accounts.queries import PersonCard
from hub.core.audit import queries as audit
from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.controls import queries as controls
from hub.core.disputes import policy
from hub.core.disputes.models import Dispute, DisputeFile, DisputeOffer, DisputeStatement
from hub.core.disputes.policy import POLICY
from hub.core.disputes.rules import COMMON, REMIND_BEFORE, Claim, Effect, Matter, Outcome, Role, Side, Source
from hub.core.disputes.states import CLOSED, OPEN, Act, OfferState, State
from hub.core.files import queries as files
from hub.core.ledger import queries as ledger
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import Kind
from hub.core.organisations import queries as organisations
from hub.db.extensions import db
from hub.db.types import Question
from hub.kernel import clock
from hub.kernel.actor import Actor, Duty
from hub.kernel.errors import NotAllowed, NotFound, NotNow
from hub.kernel.money import Money
from hub.kernel.whose import Of
from hub.kernel.words import N_

NO_DISPUTE = N_("There is no such dispute.")
_sources: dict[str, Source] = {}


def can_be_disputed(kind: str, source: Source) -> None:
    """Let decisions about things of this kind ("order") be disputed; rooms above call it when they are imported."""
    _sources[kind] = source


def source(kind: str) -> Source:
    """Raises NotFound if no room knows such things (any more)."""
    if kind not in _sources:
        raise NotFound(NO_DISPUTE)
    return _sources[kind]


def source_for(dispute: Dispute) -> Source:
    return source(dispute.kind)


def matter_of(dispute: Dispute) -> Matter:
    """The thing as it is now. Raises NotFound."""
    matter = source_for(dispute).one(dispute.number)
    if matter is None:
        raise NotFound(NO_DISPUTE)
    return matter


def matter_for(actor: Actor, kind: str, number: int) -> Matter:
    """A thing whose side the actor speaks for. Raises NotFound for everybody else, and for what cannot be disputed at all."""
    matter = _sources[kind].one(number) if kind in _sources else None
    if matter is None or not any(policy.speaks_for(actor, side) for side in matter.sides):
        raise NotFound(N_("There is nothing here that you could dispute."))
    return matter


def claim_for(actor: Actor, matter: Matter) -> Claim:
    """The decision that the actor may dispute now. Raises NotNow (nothing_to_dispute, too_late, disputed_before, disputed_now)."""
    claim = next((one for one in matter.claims if policy.speaks_for(actor, one.side)), None)
    if claim is None:
        raise NotNow(N_("There is no decision now that you could dispute."), code="nothing_to_dispute")
    before = last_about(matter.ref)
    if before is not None and before.state in OPEN:
        raise NotNow(N_("A dispute about this is open already."), code="disputed_now")
    if before is not None and before.opener == claim.side and before.decided_at >= claim.decided_at:
        raise NotNow(N_("You have disputed this decision before: how it ended stands."), code="disputed_before")
    if not claim.in_time:
        raise NotNow(N_("The time to dispute this decision is over."), code="too_late")
    return claim


def last_about(ref: str) -> Dispute | None:
    """The newest dispute about the thing."""
    return db.session.scalars(select(Dispute).where(Dispute.subject == ref).order_by(Dispute.id.desc()).limit(1)).one_or_none()


@dataclass(frozen=True)
class Way:
    """What a thing's page shows: the dispute about it, or how to open one until `until`."""

    href: str
    dispute: Dispute | None = None
    until: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.dispute is not None and self.dispute.state in OPEN


def way_for(actor: Actor, ref: str) -> Way | None:
    """For the two sides alone. One statement, and what the room asks to tell of the thing."""
    kind, _sep, number = ref.partition(":")
    if not actor.signed_in or kind not in _sources:
        return None
    last = last_about(ref)
    if last is not None and last.state in OPEN:
        return Way(last.path, last) if policy.is_party(actor, last) else None
    matter = _sources[kind].one(int(number))
    claim = next((one for one in matter.claims if policy.speaks_for(actor, one.side)), None) if matter is not None else None
    known = last is not None and policy.is_party(actor, last)
    fresh = claim is not None and claim.in_time
    if claim is not None and last is not None and last.opener == claim.side and last.decided_at >= claim.decided_at:
        fresh = False
    if claim is not None and fresh:
        return Way(f"/disputes/new/{kind}/{number}", None, claim.until)
    return Way(last.path, last) if known and last is not None else None


def is_frozen(held_for: str) -> bool:
    """Is a dispute open about the money held for this?"""
    return db.session.scalar(select(Dispute.id).where(Dispute.held_for == held_for, Dispute.state.in_(OPEN)).limit(1)) is not None


# One dispute


def get_for(actor: Actor, dispute_id: int, act: Act = Act.SEE) -> Dispute:
    """For the two sides, the mediator and, while it is open, the administrators who find one.

    Raises NotFound; NotAllowed for whoever may know of it and not do this.
    """
    dispute = db.session.get(Dispute, dispute_id)
    if dispute is None or not POLICY.can(actor, Act.SEE, dispute):
        raise NotFound(NO_DISPUTE)
    POLICY.require(actor, act, dispute)
    return dispute


def by_id(dispute_id: int) -> Dispute:
    """Unchecked, for reactions."""
    return db.session.get_one(Dispute, dispute_id)


def locked(dispute_id: int) -> Dispute:
    """The dispute as it is now, kept from others until this unit of work ends."""
    db.session.flush()
    query = select(Dispute).where(Dispute.id == dispute_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def offer_of(dispute: Dispute, offer_id: int) -> DisputeOffer:
    """Read afresh. Raises NotFound."""
    query = select(DisputeOffer).where(DisputeOffer.id == offer_id, DisputeOffer.dispute_id == dispute.id)
    found = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(N_("There is no such offer."))
    return found


def offers(dispute_id: int) -> list[DisputeOffer]:
    """The oldest first."""
    return list(db.session.scalars(select(DisputeOffer).where(DisputeOffer.dispute_id == dispute_id).order_by(DisputeOffer.id)))


def on_the_table(dispute_id: int) -> list[DisputeOffer]:
    return [one for one in offers(dispute_id) if one.state is OfferState.OPEN]


@dataclass(frozen=True)
class Said:
    """A statement with its files."""

    statement: DisputeStatement
    files: list[Any]

    @property
    def id(self) -> int:
        return self.statement.id


def statements(dispute_id: int) -> list[Said]:
    """The oldest first. Three statements at most."""
    query = select(DisputeStatement).where(DisputeStatement.dispute_id == dispute_id).order_by(DisputeStatement.id)
    said = db.session.scalars(query).all()
    links = db.session.scalars(
        select(DisputeFile).where(DisputeFile.statement_id.in_([one.id for one in said])).order_by(DisputeFile.id)
    ).all()  # fmt: skip
    known = files.files(link.file_id for link in links)
    return [Said(one, [known[link.file_id] for link in links if link.statement_id == one.id]) for one in said]


def count_statements(dispute_id: int) -> int:
    return db.session.scalar(select(func.count()).select_from(DisputeStatement).where(DisputeStatement.dispute_id == dispute_id)) or 0


def file_of(dispute: Dispute, file_id: int) -> tuple[Any, Role]:
    """A file beside one of its statements, and who showed it. Raises NotFound."""
    query = select(DisputeStatement.role).join(DisputeFile, DisputeStatement.id == DisputeFile.statement_id)
    role = db.session.scalar(query.where(DisputeStatement.dispute_id == dispute.id, DisputeFile.file_id == file_id).limit(1))
    if role is None:
        raise NotFound(N_("There is no such file."))
    return files.get(file_id), role


def trail(dispute: Dispute, limit: int = 100) -> list[audit.Line]:
    """What the journal says of the thing itself, the newest first."""
    return audit.log(ref=dispute.subject, limit=limit)


def story(dispute: Dispute) -> list[audit.Line]:
    """What happened in the dispute, the oldest first."""
    return audit.story(dispute.ref)


@dataclass(frozen=True)
class Names:
    """What the two sides are called, and where they are found."""

    people: dict[int, PersonCard]
    organisations: dict[int, organisations.OrganisationCard]

    def of(self, side: Side) -> str:
        if side.person_id is not None:
            return self.people[side.person_id].name
        return self.organisations[side.organisation_id or 0].name

    def quoted(self, side: Side) -> Of | str:
        """For a notice."""
        return self.of(side) if side.person_id is None else Of(side.person_id, self.of(side))

    def path(self, side: Side) -> str:
        if side.person_id is not None:
            return f"/people/{self.people[side.person_id].handle}"
        return f"/orgs/{self.organisations[side.organisation_id or 0].slug}"


def names(disputes: Iterable[Dispute], also: Iterable[int | None] = ()) -> Names:
    """Two statements."""
    return names_of([side for one in disputes for side in (one.opener, one.other)], also)


def names_of(sides: Sequence[Side], also: Iterable[int | None] = ()) -> Names:
    return Names(accounts.cards([*(side.person_id for side in sides), *also]), organisations.cards(side.organisation_id for side in sides))


def people_of(side: Side) -> list[int]:
    """Whom the news of this side goes to."""
    if side.person_id is not None:
        return [side.person_id]
    return organisations.managers_of([side.organisation_id or 0]).get(side.organisation_id or 0, [])


def candidates(dispute: Dispute) -> list[PersonCard]:
    """Who could mediate: consultants and administrators who have nothing to do with either side, nor with the decision."""
    barred = matter_of(dispute).barred
    known = accounts.cards([one for one in _free([Duty.CONSULTANT, Duty.ADMIN], dispute) if one not in barred])
    return sorted(known.values(), key=lambda card: (card.name, card.id))


def administrators(dispute: Dispute) -> list[int]:
    """Those who may name a mediator."""
    return _free([Duty.ADMIN], dispute)


def _free(duties: Sequence[Duty], dispute: Dispute) -> list[int]:
    """People with these duties who belong to neither side."""
    sides = (dispute.opener, dispute.other)
    bound = {one for side in sides if side.organisation_id is not None for one in organisations.member_ids(side.organisation_id)}
    bound |= {side.person_id for side in sides if side.person_id is not None}
    return [one for one in dict.fromkeys(one for duty in duties for one in accounts.with_duty(duty)) if one not in bound]


def outcomes(dispute: Dispute) -> list[Outcome]:
    """The ways in which it can end now."""
    return [*COMMON, *matter_of(dispute).outcomes]


def may_read(actor: Actor, dispute: Dispute) -> bool:
    return POLICY.can(actor, Act.READ, dispute)


def effects(dispute: Dispute, outcome: str, amount: Money | None) -> list[Effect]:
    """What it would move: what the room says, and what was set aside for it and is not needed."""
    found = list(source_for(dispute).effects(dispute.number, outcome, amount))
    if dispute.secured:
        left = dispute.stake_minor - sum(one.gross.minor for one in found)
        if left > 0:
            found.append(Effect(names([dispute]).of(dispute.other), Money(left, dispute.currency), Money(0, dispute.currency)))
    return found


# Lists


def _mine(actor: Actor) -> ColumnElement[bool]:
    managed = [number for number in actor.roles if actor.manages(number)]
    person = actor.person_id or 0
    sides = (Dispute.opener_person_id == person, Dispute.other_person_id == person)
    bodies = (Dispute.opener_organisation_id.in_(managed), Dispute.other_organisation_id.in_(managed))
    return or_(*sides, *bodies, Dispute.mediator_id == person)


def of_actor(actor: Actor, *, before: int | None = None, limit: int = 50) -> Sequence[Dispute]:
    """Up to `limit` + 1 in which the actor is a side or mediates, the newest first."""
    query = select(Dispute).where(_mine(actor))
    if before is not None:
        query = query.where(Dispute.id < before)
    return db.session.scalars(query.order_by(Dispute.id.desc()).limit(limit + 1)).all()


def desk(actor: Actor, states: Sequence[State], *, page: int = 1, size: int = 20) -> tuple[list[Dispute], int]:
    """For administrators: those in these states in which they have no part, the most urgent first; and how many."""
    if not actor.is_admin:
        raise NotAllowed(N_("Administrators name mediators."))
    chosen = and_(Dispute.state.in_(states), *_not_of(actor))
    total = db.session.scalar(select(func.count()).select_from(Dispute).where(chosen)) or 0
    query = select(Dispute).where(chosen).order_by(Dispute.due_at, Dispute.id).limit(size).offset((page - 1) * size)
    return list(db.session.scalars(query)), total


# The clock


def due(limit: int = 200) -> Sequence[int]:
    """Ids of open disputes whose step is over."""
    query = select(Dispute.id).where(Dispute.state.in_(OPEN), Dispute.due_at <= clock.now())
    return db.session.scalars(query.order_by(Dispute.due_at).limit(limit)).all()


def to_remind(limit: int = 200) -> Sequence[int]:
    """Ids of open disputes whose step is over soon, and nobody was reminded of it."""
    near = (Dispute.due_at <= clock.now() + REMIND_BEFORE) & (Dispute.due_at > clock.now())
    query = select(Dispute.id).where(Dispute.state.in_(OPEN), Dispute.reminded_at.is_(None), near)
    return db.session.scalars(query.order_by(Dispute.due_at).limit(limit)).all()


def waiting(actor: Actor, who: str) -> Question:
    """As hub.web.todo asks: what waits for the actor as `who`: "answer", "accept", "mediate" or "name"."""
    query = select(Dispute.title.label("detail"), Dispute.id.label("key"), Dispute.due_at.label("due"))
    person, managed = actor.person_id or 0, [number for number in actor.roles if actor.manages(number)]
    opener = or_(Dispute.opener_person_id == person, Dispute.opener_organisation_id.in_(managed))
    other = or_(Dispute.other_person_id == person, Dispute.other_organisation_id.in_(managed))
    if who == "answer":
        return query.where(Dispute.state == State.OPENED, other)
    if who == "mediate":
        return query.where(Dispute.state == State.MEDIATION, Dispute.mediator_id == person)
    if who == "name":
        return query.where(Dispute.state == State.WAITING, *_not_of(actor))
    offer = select(DisputeOffer.id).where(DisputeOffer.dispute_id == Dispute.id, DisputeOffer.state == OfferState.OPEN)
    unanswered = or_(
        and_(opener, offer.where(DisputeOffer.opener_at.is_(None)).exists()),
        and_(other, offer.where(DisputeOffer.other_at.is_(None)).exists()),
    )
    return query.where(Dispute.state.in_(OPEN), unanswered)


def _not_of(actor: Actor) -> list[ColumnElement[bool]]:
    bodies, person = list(actor.roles), actor.person_id or 0
    parts: list[ColumnElement[bool]] = [Dispute.opener_organisation_id.in_(bodies), Dispute.other_organisation_id.in_(bodies)]
    parts += [Dispute.opener_person_id == person, Dispute.other_person_id == person]
    return [or_(part.is_(None), ~part) for part in parts]


# The check


@controls.also_verifies
def verify(report: Report) -> None:
    """Add to `report` where money that was disputed moved before the end, or otherwise than it was settled or decided."""
    checks.verify_values(report, Dispute.state, State)
    if report.unreadable:
        return
    for above, last in checks.slices(Dispute.id):
        chosen = select(Dispute).where(Dispute.id > above, Dispute.id <= last, Dispute.held_for != "")
        for one in db.session.scalars(checks.afresh(chosen)):
            _verify_one(report, one)


def _verify_one(report: Report, one: Dispute) -> None:
    out = select(Transaction.id, Transaction.at).where(Transaction.subject == one.held_for, Transaction.kind.in_((Kind.AWARD, Kind.REFUND)))
    rows = db.session.execute(out.where(Transaction.at >= one.opened_at)).all()
    early = [number for number, at in rows if at > one.opened_at and (one.closed_at is None or at < one.closed_at)]
    if early:
        report.add("dispute_moved", one.ref, f"transaction:{early[0]} moved money that was disputed.")
    if one.state not in CLOSED or not one.effects:
        return
    at_the_end = [number for number, at in rows if at == one.closed_at]
    moved = -sum(amount.minor for legs in ledger.legs_of(at_the_end).values() for _, amount in legs if amount.minor < 0)
    said = sum(effect.gross.minor for effect in one.moved)
    if moved != said:
        report.add("dispute_effects", one.ref, f"It ended with {said} minor units going out of {one.held_for}; the books say {moved}.")
