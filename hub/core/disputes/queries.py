"""Reads of disputes: what rooms above say can be disputed, one's own disputes with everything said in them, what the clock is due to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from hub.core.disputes.rules import COMMON, PARTIES, REMIND_BEFORE, Claim, Effect, Matter, Outcome, Role, Side, Source
from hub.core.disputes.states import CLOSED, OPEN, Act, OfferState, State
from hub.core.files import queries as files
from hub.core.ledger import queries as ledger
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import Kind
from hub.core.parties import queries as parties
from hub.core.parties.policy import speaks_for
from hub.db.extensions import db
from hub.db.types import Question
from hub.kernel import clock, refs
from hub.kernel.actor import Actor, Duty
from hub.kernel.errors import NotAllowed, NotFound, NotNow
from hub.kernel.money import Money
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
    """A thing with a decision against the actor's side. Raises NotFound for everybody else: who counts numbers learns nothing."""
    matter = _sources[kind].one(number) if kind in _sources else None
    if matter is None or own_claim(actor, matter) is None:
        raise NotFound(N_("There is nothing here that you could dispute."))
    return matter


def own_claim(actor: Actor, matter: Matter) -> Claim | None:
    """The decision against the actor's side, whether or not it is too late to dispute it."""
    return next((one for one in matter.claims if speaks_for(actor, one.side)), None)


def claim_for(actor: Actor, matter: Matter) -> Claim:
    """The decision that the actor may dispute now. Raises NotNow (nothing_to_dispute, too_late, disputed_before, disputed_now)."""
    claim = own_claim(actor, matter)
    if claim is None:
        raise NotNow(N_("There is no decision now that you could dispute."), code="nothing_to_dispute")
    earlier = all_about(matter.ref)
    if any(one.state in OPEN for one in earlier):
        raise NotNow(N_("A dispute about this is open already."), code="disputed_now")
    if _is_known(claim, earlier):
        raise NotNow(N_("You have disputed this decision before: how it ended stands."), code="disputed_before")
    if not claim.in_time:
        raise NotNow(N_("The time to dispute this decision is over."), code="too_late")
    return claim


def _is_known(claim: Claim, earlier: Iterable[Dispute]) -> bool:
    """Has this side disputed this very decision, whatever was disputed since?"""
    return any(one.opener == claim.side and one.decided_at >= claim.decided_at for one in earlier)


def all_about(ref: str) -> Sequence[Dispute]:
    """Every dispute about the thing, the newest first."""
    return db.session.scalars(select(Dispute).where(Dispute.subject == ref).order_by(Dispute.id.desc())).all()


def last_about(ref: str) -> Dispute | None:
    """The newest dispute about the thing."""
    return next(iter(all_about(ref)), None)


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
    earlier = all_about(ref)
    last = next(iter(earlier), None)
    if last is not None and last.state in OPEN:
        return Way(last.path, last) if policy.is_party(actor, last) else None
    matter = _sources[kind].one(int(number))
    claim = own_claim(actor, matter) if matter is not None else None
    if claim is not None and claim.in_time and not _is_known(claim, earlier):
        return Way(f"/disputes/new/{kind}/{number}", None, claim.until)
    return Way(last.path, last) if last is not None and policy.is_party(actor, last) else None


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
    """The dispute as it is now, kept from others until this unit of work ends; so are, in one order, those open about the same money."""
    db.session.flush()
    query = select(Dispute).where(or_(Dispute.id == dispute_id, _beside(by_id(dispute_id)))).order_by(Dispute.id).with_for_update()
    return next(one for one in db.session.scalars(query.execution_options(populate_existing=True)).all() if one.id == dispute_id)


def _beside(dispute: Dispute) -> ColumnElement[bool]:
    others = source_for(dispute).beside(dispute.number) if dispute.kind in _sources else ()
    return and_(Dispute.subject.in_([f"{dispute.kind}:{number}" for number in others]), Dispute.state.in_(OPEN))


def unsecured_beside(dispute: Dispute) -> Sequence[Dispute]:
    """Other open disputes about the money that was set aside for this one, the oldest first. Locked with it."""
    return db.session.scalars(select(Dispute).where(_beside(dispute), Dispute.secured.is_(False)).order_by(Dispute.id)).all()


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
    beside = select(DisputeFile).where(DisputeFile.statement_id.in_([one.id for one in said]))
    links = db.session.scalars(beside.order_by(DisputeFile.id)).all()
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


def names(reader: Actor, disputes: Sequence[Dispute], also: Sequence[int | None] = ()) -> parties.Names:
    """What their sides are called to this reader. Two statements, and one for each kind of thing that hides somebody."""
    veils: dict[int, dict[Side, str]] = {}
    known = {reader.person_id or 0}
    for one, words in _hidden(disputes):
        role = policy.role_of(reader, one)
        if role in PARTIES and (word := words.get(one.side(role.opposite))):
            veils[one.id] = {one.side(role.opposite): word}
            known.add(one.mediator_id or 0)
    cards = parties.names([side for one in disputes for side in one.sides], also)
    return replace(cards, veils=veils, known=frozenset(known))


def _hidden(disputes: Sequence[Dispute]) -> Iterable[tuple[Dispute, Mapping[Side, str]]]:
    found = hidden(one.subject for one in disputes)
    return ((one, found.get(one.subject, {})) for one in disputes)


def hidden(subjects: Iterable[str]) -> dict[str, Mapping[Side, str]]:
    """The sides that the other one is not to know, and what they are called to it, by the thing ("purchase:7"). One statement for each kind
    of thing that hides somebody."""
    numbers: dict[str, list[int]] = {}
    for kind, number in map(refs.split, subjects):
        if kind in _sources:
            numbers.setdefault(kind, []).append(number)
    return {f"{kind}:{number}": words for kind in sorted(numbers) for number, words in _sources[kind].hidden(numbers[kind]).items()}


def veil(dispute: Dispute, role: Role) -> str:
    """What a side is called that the other one is not to know; empty for any other."""
    return next((words.get(dispute.side(role), "") for _, words in _hidden([dispute])), "")


def called(dispute: Dispute, role: Role) -> str:
    """The side as everybody reads of it who reads of the dispute."""
    return veil(dispute, role) or parties.names([dispute.side(role)]).of(dispute.side(role))


def candidates(dispute: Dispute) -> list[PersonCard]:
    """Who could mediate: consultants and administrators who have nothing to do with either side, nor with the decision."""
    barred = source_for(dispute).barred(dispute.number)
    free = parties.staff_beside(dispute.sides, Duty.CONSULTANT, Duty.ADMIN)
    known = accounts.cards([one for one in free if one not in barred])
    return sorted(known.values(), key=lambda card: (card.name, card.id))


def naming_sides(dispute: Dispute) -> list[Side]:
    """Those who name the mediator if no administrator is free of both sides: the one without administrators, or else either."""
    if parties.staff_beside(dispute.sides, Duty.ADMIN):
        return []
    return parties.without_administrators(dispute.sides) or [*dispute.sides]


def may_name(actor: Actor, dispute: Dispute) -> bool:
    return POLICY.can(actor, Act.NAME, dispute) or any(speaks_for(actor, side) for side in naming_sides(dispute))


def namers(dispute: Dispute) -> list[int]:
    """Those who may name a mediator."""
    free = parties.staff_beside(dispute.sides, Duty.ADMIN)
    return free or [one for side in naming_sides(dispute) for one in parties.people_of(side)]


def outcomes(dispute: Dispute) -> list[Outcome]:
    """The ways in which it can end now."""
    return [*COMMON, *matter_of(dispute).outcomes]


def effects(dispute: Dispute, outcome: str, amount: Money | None) -> list[Effect]:
    """What it would move: what the room says, and what was set aside for it and is not needed."""
    found = list(source_for(dispute).effects(dispute.number, outcome, amount))
    if dispute.secured:
        left = dispute.stake_minor - sum(one.gross.minor for one in found)
        if left > 0:
            found.append(Effect(called(dispute, Role.OTHER), Money(left, dispute.currency), Money(0, dispute.currency)))
    return found


# Lists


def of_actor(actor: Actor, *, before: int | None = None, limit: int = 50, readable: bool = False) -> Sequence[Dispute]:
    """Up to `limit` + 1 in which the actor is a side or mediates, the newest first; `readable`: only what they may read already."""
    query = select(Dispute).where(policy.read_by(actor) if readable else policy.seen_by(actor))
    if before is not None:
        query = query.where(Dispute.id < before)
    return db.session.scalars(query.order_by(Dispute.id.desc()).limit(limit + 1)).all()


def desk(actor: Actor, states: Sequence[State], *, page: int = 1, size: int = 20) -> tuple[list[Dispute], int]:
    """For administrators: those in these states in which they have no part, the most urgent first; and how many."""
    if not actor.is_admin:
        raise NotAllowed(N_("Administrators name mediators."))
    chosen = and_(Dispute.state.in_(states), policy.beside(actor))
    total = db.session.scalar(select(func.count()).select_from(Dispute).where(chosen)) or 0
    query = select(Dispute).where(chosen).order_by(Dispute.due_at, Dispute.id).limit(size).offset((page - 1) * size)
    return list(db.session.scalars(query)), total


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
    opener, other = policy.sides_of(actor)
    if who == "answer":
        return query.where(Dispute.state == State.OPENED, other)
    if who == "mediate":
        return query.where(Dispute.state == State.MEDIATION, Dispute.mediator_id == actor.person_id)
    if who == "name":
        return query.where(Dispute.state == State.WAITING, policy.beside(actor))
    offer = select(DisputeOffer.id).where(DisputeOffer.dispute_id == Dispute.id, DisputeOffer.state == OfferState.OPEN)
    unanswered = or_(
        and_(opener, offer.where(DisputeOffer.opener_at.is_(None)).exists()),
        and_(other, offer.where(DisputeOffer.other_at.is_(None)).exists()),
    )
    return query.where(Dispute.state.in_(OPEN), unanswered)


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
