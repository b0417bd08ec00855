"""Reads of the Mechanical Turk door: HITs of one organisation, with what became of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from hub.core.holds import queries as holds
from hub.core.payments import queries as ledger
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.money import Money
from hub.microtasks.mturk import rules
from hub.microtasks.mturk.models import Hit, HitType
from hub.microtasks.mturk.rules import Refusal
from hub.microtasks.projects.models import Project, Task
from hub.microtasks.projects.states import OPEN, TaskState
from hub.microtasks.projects.states import State as ProjectState
from hub.microtasks.queue import queries as queue
from hub.microtasks.queue.models import Assignment
from hub.microtasks.queue.states import State

WHOLE = (joinedload(Hit.hit_type, innerjoin=True), joinedload(Hit.project, innerjoin=True))
DECIDED = (State.ACCEPTED, State.REJECTED)


@dataclass(frozen=True)
class Shown:
    """A HIT with its numbers: `pending` answers are being worked on, `waiting` are submitted, `completed` were decided on."""

    hit: Hit
    available: int
    pending: int
    waiting: int
    completed: int

    @property
    def status(self) -> str:
        """Assignable, Unassignable, Reviewable or Disposed, as the protocol calls it."""
        if self.hit.disposed_at is not None:
            return "Disposed"
        if self.available:
            return "Assignable"
        return "Unassignable" if self.pending else "Reviewable"


def organisation_of(actor: Actor) -> int:
    """The one organisation that the key's person manages. Raises Refusal for none or several, so that no money leaves a wrong one."""
    managed = [organisation_id for organisation_id in actor.roles if actor.manages(organisation_id)]
    if len(managed) != 1:
        told = f"This key's person manages {len(managed)} organisations; requests are paid by the one that a person manages."
        raise Refusal(told, turk_code="AWS.MechanicalTurk.PermissionDeniedException")
    return managed[0]


def _number(letter: str, said: str, what: str) -> int:
    number = rules.number_of(letter, said)
    if number is None:
        raise missing(what, said)
    return number


def missing(what: str, said: str) -> Refusal:
    return Refusal(f"{what} {said[:64]} does not exist.", turk_code=f"AWS.MechanicalTurk.{what}DoesNotExist")


def type_for(actor: Actor, hit_type_id: str) -> HitType:
    """Raises Refusal (HITTypeDoesNotExist), for another organisation's, too."""
    found = db.session.get(HitType, _number("T", hit_type_id, "HITType"))
    if found is None or found.organisation_id != organisation_of(actor):
        raise missing("HITType", hit_type_id)
    return found


def type_by_digest(organisation_id: int, digest: str) -> HitType | None:
    query = select(HitType).where(HitType.organisation_id == organisation_id, HitType.digest == digest)
    return db.session.scalars(query).one_or_none()


def hit_for(actor: Actor, hit_id: str) -> Hit:
    """The HIT with its type and project. Raises Refusal (HITDoesNotExist), for another organisation's, too."""
    query = select(Hit).where(Hit.id == _number("H", hit_id, "HIT"), Hit.organisation_id == organisation_of(actor)).options(*WHOLE)
    found = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise missing("HIT", hit_id)
    return found


def hit_of(project_id: int) -> Hit | None:
    return db.session.scalars(select(Hit).where(Hit.project_id == project_id).options(*WHOLE)).one_or_none()


def hits_before(actor: Actor, before: int | None, limit: int) -> Sequence[Hit]:
    """Up to `limit` + 1 HITs of the actor's organisation that were not disposed of, the newest first."""
    query = select(Hit).where(Hit.organisation_id == organisation_of(actor), Hit.disposed_at.is_(None)).options(*WHOLE)
    return db.session.scalars(older(query, Hit.id, before, limit + 1)).all()


def shown(hits: Iterable[Hit]) -> list[Shown]:
    """Each with its numbers, in two statements."""
    hits = list(hits)
    ids = [hit.project_id for hit in hits]
    counted = select(Assignment.project_id, Assignment.state, func.count()).where(Assignment.project_id.in_(ids))
    numbers = {(row[0], row[1]): row[2] for row in db.session.execute(counted.group_by(Assignment.project_id, Assignment.state))}
    free = select(Task.project_id, func.sum(Task.answers_wanted - Task.taken)).where(Task.project_id.in_(ids), Task.state == TaskState.OPEN)
    left = {row[0]: int(row[1]) for row in db.session.execute(free.group_by(Task.project_id))}
    return [
        Shown(
            hit,
            available=left.get(hit.project_id, 0) if is_open(hit) else 0,
            pending=numbers.get((hit.project_id, State.LEASED), 0),
            waiting=numbers.get((hit.project_id, State.SUBMITTED), 0),
            completed=sum(numbers.get((hit.project_id, state), 0) for state in DECIDED),
        )
        for hit in hits
    ]


def is_open(hit: Hit) -> bool:
    """Is it handed out, as far as its own time goes?"""
    return hit.project.state is ProjectState.RUNNING and clock.within(None, hit.expires_at)


def answers(hit: Hit, states: Collection[State], after: int, limit: int) -> Sequence[Assignment]:
    """Up to `limit` + 1 answers to the HIT in these states, the oldest first, those with an id above `after`."""
    query = select(Assignment).where(Assignment.project_id == hit.project_id, Assignment.state.in_(sorted(states)), Assignment.id > after)
    return db.session.scalars(query.order_by(Assignment.id).limit(limit + 1)).all()


def assignment_for(actor: Actor, assignment_id: str) -> tuple[Assignment, Hit]:
    """An answer to one of the organisation's HITs. Raises Refusal (AssignmentDoesNotExist)."""
    number = _number("R", assignment_id, "Assignment")
    organisation_id = organisation_of(actor)
    try:
        assignment = queue.get_for(actor, number)
    except NotFound:
        raise missing("Assignment", assignment_id) from None
    hit = hit_of(assignment.project_id)
    if hit is None or hit.organisation_id != organisation_id:
        raise missing("Assignment", assignment_id)
    return assignment, hit


def overdue(limit: int) -> Sequence[Hit]:
    """HITs whose time is over while their project still goes on, the oldest first."""
    query = select(Hit).join(Hit.project).where(Hit.expires_at <= clock.now(), Project.state.in_(sorted(OPEN)))
    return db.session.scalars(query.options(*WHOLE).order_by(Hit.expires_at).limit(limit)).all()


def has_ended(hit: Hit) -> bool:
    return hit.project.state not in OPEN


def balance(actor: Actor) -> tuple[Money, Money]:
    """The organisation's free money and what is held of it, in dollars."""
    organisation_id = organisation_of(actor)
    ledger.see_money(actor, organisation_id)
    held = sum(hold.left_minor for hold in holds.holds_by(organisation_id) if hold.currency == rules.CURRENCY)
    return ledger.spendable(organisation_id, rules.CURRENCY), Money(held, rules.CURRENCY)


def decided_at(assignment: Assignment, state: State) -> datetime | None:
    return assignment.decided_at if assignment.state is state else None
