"""Reads of integrity: the queue, and what ties people to organisations and to one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.orm import aliased

from hub.core.accounts import queries as accounts
from hub.core.accounts.models import LoginSession, Person
from hub.core.accounts.queries import PersonCard
from hub.core.domains import queries as proofs
from hub.core.domains import rules as domains
from hub.core.integrity import rules
from hub.core.integrity.models import DeclaredAffiliation, IntegrityFlag, SignInTrace
from hub.core.integrity.policy import POLICY
from hub.core.integrity.rules import How, Trace
from hub.core.integrity.states import Act, State
from hub.core.ledger.rules import OwnerKind
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Membership, Organisation
from hub.core.organisations.queries import OrganisationCard
from hub.core.payouts.models import Payout, PayoutPlan
from hub.db.extensions import db
from hub.db.types import NO_DUE, Question
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_


@dataclass(frozen=True)
class Shown:
    """A flag with whom it is about."""

    flag: IntegrityFlag
    person: PersonCard
    other: PersonCard | None
    organisation: OrganisationCard | None

    @property
    def id(self) -> int:
        return self.flag.id


def get_for(actor: Actor, flag_id: int) -> IntegrityFlag:
    """Raises NotFound."""
    flag = db.session.get(IntegrityFlag, flag_id)
    if flag is None or not POLICY.can(actor, Act.SEE, flag):
        raise NotFound(N_("There is no such flag."))
    return flag


def shown(flags: Sequence[IntegrityFlag]) -> list[Shown]:
    """In two statements."""
    people = accounts.cards(number for flag in flags for number in (flag.person_id, flag.other_id))
    bodies = organisations.cards(flag.organisation_id for flag in flags)
    return [Shown(one, people[one.person_id], people.get(one.other_id or 0), bodies.get(one.organisation_id or 0)) for one in flags]


def _elses(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """What does not concern the actor."""
    me = actor.person_id or 0
    apart = or_(IntegrityFlag.organisation_id.is_(None), IntegrityFlag.organisation_id.not_in(list(actor.roles)))
    return IntegrityFlag.person_id != me, func.coalesce(IntegrityFlag.other_id, literal(0)) != me, apart


def queue(actor: Actor, states: Sequence[State], *, page: int = 1, size: int = 20) -> tuple[list[Shown], int]:
    """One page of the flags in these states that the actor may judge, the oldest open first, and how many there are."""
    chosen = (IntegrityFlag.state.in_(states), *_elses(actor))
    total = db.session.scalar(select(func.count()).select_from(IntegrityFlag).where(*chosen)) or 0
    order = IntegrityFlag.id if State.OPEN in states else IntegrityFlag.id.desc()
    query = select(IntegrityFlag).where(*chosen).order_by(order).limit(size).offset((page - 1) * size)
    return shown(db.session.scalars(query).all()), total


def flags_after(actor: Actor, after: int | None, limit: int, state: State) -> list[IntegrityFlag]:
    query = select(IntegrityFlag).where(IntegrityFlag.state == state, IntegrityFlag.id > (after or 0), *_elses(actor))
    return list(db.session.scalars(query.order_by(IntegrityFlag.id).limit(limit + 1)))


def to_judge(actor: Actor) -> Question:
    query = select(IntegrityFlag.title.label("detail"), IntegrityFlag.id.label("key"), NO_DUE)
    return query.where(IntegrityFlag.state == State.OPEN, *_elses(actor))


def affiliations(person_id: int) -> list[OrganisationCard]:
    """What the person declared, by name."""
    ids = db.session.scalars(select(DeclaredAffiliation.organisation_id).where(DeclaredAffiliation.person_id == person_id))
    return sorted(organisations.cards(ids).values(), key=lambda card: card.name.lower())


def declared(person_id: int, organisation_id: int) -> DeclaredAffiliation | None:
    mine = DeclaredAffiliation.person_id == person_id, DeclaredAffiliation.organisation_id == organisation_id
    return db.session.scalars(select(DeclaredAffiliation).where(*mine)).one_or_none()


# What ties people


def tie(person_id: int, organisation_id: int) -> How | None:
    """What makes the person one of the organisation's own: the strongest of what is known."""
    belongs = select(Membership.id).where(Membership.organisation_id == organisation_id, Membership.person_id == person_id)
    if db.session.scalar(belongs) is not None:
        return How.MEMBER
    if declared(person_id, organisation_id) is not None:
        return How.DECLARED
    person, body = db.session.get_one(Person, person_id), db.session.get_one(Organisation, organisation_id)
    domain = domains.domain_of(person.email)
    if person.email_verified_at is None or domains.is_free_mail(domain):
        return None
    known = {one.domain for one in proofs.of_organisation(body.id) if one.proven_at is not None} | {domains.host_of(body.website)}
    return How.DOMAIN if any(domains.belong_together(domain, one) for one in known if one) else None


def seen_together(person_id: int, others: Iterable[int]) -> dict[int, Trace]:
    """Those of the others who signed in from the person's address, or even with the same device there."""
    wanted = sorted(set(others) - {person_id})[: rules.MOST_OTHERS]
    mine, theirs = aliased(SignInTrace), aliased(SignInTrace)
    same = select(theirs.person_id, mine.kind).join(theirs, (theirs.kind == mine.kind) & (theirs.hash == mine.hash))
    found: dict[int, Trace] = {}
    for start in range(0, len(wanted), 500):
        part = theirs.person_id.in_(wanted[start : start + 500])
        for other, kind in db.session.execute(same.where(mine.person_id == person_id, part).order_by(theirs.person_id)):
            found[other] = Trace.DEVICE if Trace.DEVICE in (kind, found.get(other)) else Trace.ADDRESS
    return found


def paid_together(person_id: int, others: Iterable[int]) -> list[int]:
    """Those of the others who asked for payouts to an account of the person's."""
    wanted = sorted(set(others) - {person_id})[: rules.MOST_OTHERS]
    mine = set(_destinations([person_id]).get(person_id, []))
    found = []
    for start in range(0, len(wanted) if mine else 0, 500):
        for other, theirs in _destinations(wanted[start : start + 500]).items():
            if any(rules.same_account(one, each) for one in mine for each in theirs):
                found.append(other)
    return found


def _destinations(person_ids: Sequence[int]) -> dict[int, list[str]]:
    asked = select(Payout.owner_id, Payout.destination).where(Payout.owner_kind == OwnerKind.PERSON, Payout.owner_id.in_(person_ids))
    planned = select(PayoutPlan.person_id, PayoutPlan.destination).where(PayoutPlan.person_id.in_(person_ids))
    found: dict[int, list[str]] = {}
    for owner_id, destination in [*db.session.execute(asked.distinct()), *db.session.execute(planned)]:
        found.setdefault(owner_id, []).append(destination)
    return found


def session_of(session_id: int) -> LoginSession | None:
    return db.session.get(LoginSession, session_id)
