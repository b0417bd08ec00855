"""Reading fundings, holds and payouts: what owners see, what waits for administrators, what other rooms ask."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select

from hub.core.ledger import queries as books
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import Kind, OwnerKind, Purpose
from hub.core.organisations import queries as organisations
from hub.core.payments import rules
from hub.core.payments.models import Funding, Hold, Payout
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payments.states import FundingState, PayoutState
from hub.db.extensions import db
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotAllowed, NotFound
from hub.kernel.money import Money
from hub.kernel.words import N_

Row = TypeVar("Row", Funding, Hold, Payout)


def held(subject: str, currency: str) -> int:
    """Minor units held for `subject` now."""
    left = Hold.funded_minor - Hold.awarded_minor - Hold.fee_minor - Hold.refunded_minor
    return int(db.session.scalar(select(func.sum(left)).where(Hold.subject == subject, Hold.currency == currency)) or 0)


def holds_of(subject: str) -> list[Hold]:
    return list(db.session.scalars(select(Hold).where(Hold.subject == subject).order_by(Hold.id)))


def holds_by(organisation_id: int) -> list[Hold]:
    """What the organisation has set aside, the newest first."""
    return list(db.session.scalars(select(Hold).where(Hold.organisation_id == organisation_id).order_by(Hold.id.desc())))


def balances(owner_kind: str, owner_id: int) -> list[Money]:
    """The owner's free money per currency ("person" or "organisation"); empty balances are left out."""
    return books.balances(OwnerKind(owner_kind), owner_id)


def in_transit(owner_kind: str, owner_id: int) -> list[Money]:
    """Asked for and not yet sent, per currency."""
    return books.balances(OwnerKind(owner_kind), owner_id, Purpose.IN_TRANSIT)


def statement(
    owner_kind: str, owner_id: int, *, purposes: Sequence[Purpose] = tuple(Purpose), before: int | None = None, limit: int = 50
) -> list[books.Line]:
    """The owner's postings, the newest first, those below posting id `before`."""
    return books.statement(OwnerKind(owner_kind), owner_id, purposes=purposes, before=before, limit=limit)


@dataclass(frozen=True)
class Earning:
    """One award to a person: `gross == fee + net`."""

    id: int
    at: datetime
    memo: str
    subject: str
    gross: Money
    fee: Money
    net: Money


def earnings(person_id: int, *, before: int | None = None, limit: int = 50) -> list[Earning]:
    """The person's awards, the newest first, in two statements; `id` is the transaction's."""
    found = books.transactions_on(OwnerKind.PERSON, person_id, Kind.AWARD, before=before, limit=limit)
    legs = books.legs_of([transaction.id for transaction in found])
    return [_earning(transaction, legs[transaction.id], person_id) for transaction in found]


def _earning(transaction: Transaction, legs: books.Legs, person_id: int) -> Earning:
    net = next(money for account, money in legs if (account.owner_kind, account.owner_id) == (OwnerKind.PERSON, person_id))
    fee = sum((money for account, money in legs if account.purpose is Purpose.FEES), Money(0, net.currency))
    return Earning(transaction.id, transaction.at, transaction.memo, transaction.subject, net + fee, fee, net)


def funding(funding_id: int) -> Funding:
    """Raises NotFound."""
    return _found(db.session.get(Funding, funding_id))


def funding_for(actor: Actor, funding_id: int) -> Funding:
    """The funding, for those who see the organisation's money. Raises NotFound for everybody else."""
    found = db.session.get(Funding, funding_id)
    return _found(found if found is not None and BOOKS.can(actor, BooksAct.SEE, found.organisation_id) else None)


def payout(payout_id: int) -> Payout:
    """Raises NotFound."""
    return _found(db.session.get(Payout, payout_id))


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound(N_("There is no such payment."))
    return row


def see_money(actor: Actor, organisation_id: int) -> None:
    """Raises NotAllowed for those who do not see the organisation's money."""
    if not BOOKS.can(actor, BooksAct.SEE, organisation_id):
        raise NotAllowed(N_("The organisation's owners, managers and finance people see its money."))


def fundings_of(organisation_id: int, *, before: int | None = None, limit: int = 50) -> list[Funding]:
    """The organisation's requests to pay in, the newest first."""
    chosen = select(Funding).where(Funding.organisation_id == organisation_id)
    if before is not None:
        chosen = chosen.where(Funding.id < before)
    return list(db.session.scalars(chosen.order_by(Funding.id.desc()).limit(limit)))


def open_funding(subject: str) -> Funding | None:
    return next(iter(open_fundings_for(subject)), None)


def open_fundings_for(subject: str) -> list[Funding]:
    return list(
        db.session.scalars(select(Funding).where(Funding.subject == subject, Funding.state == FundingState.OPEN).order_by(Funding.id))
    )


def funding_by_reference(reference: str) -> Funding | None:
    return db.session.scalars(select(Funding).where(Funding.reference == reference)).one_or_none()


def free_reference() -> str:
    """A reference that no funding has."""
    while funding_by_reference(found := rules.reference(secrets.randbelow(rules.CODES))) is not None:
        pass
    return found


def funding_of(transaction: Transaction) -> Funding | None:
    """The funding that a transaction belongs to."""
    kind, _, number = transaction.cause.partition(":")
    return db.session.get(Funding, int(number)) if kind == "funding" else None


def find_fundings(
    *, state: FundingState | None = FundingState.OPEN, text: str = "", offset: int = 0, limit: int = 50
) -> tuple[int, list[Funding]]:
    """How many fundings match and one page of them, the oldest first. `text` is a reference, or a part of one or of the label."""
    chosen = select(Funding)
    if state is not None:
        chosen = chosen.where(Funding.state == state)
    if text:
        exact = rules.read_reference(text)
        like = f"%{text.strip().lower().replace('%', '').replace('_', '')}%"
        chosen = chosen.where(
            Funding.reference == exact if exact else func.lower(Funding.reference).like(like) | func.lower(Funding.label).like(like)
        )
    total = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    return total, list(db.session.scalars(chosen.order_by(Funding.id).offset(offset).limit(limit)))


def payouts_of(owner_kind: str, owner_id: int, *, before: int | None = None, limit: int = 50) -> list[Payout]:
    """The owner's payouts, the newest first."""
    chosen = select(Payout).where(Payout.owner_kind == OwnerKind(owner_kind), Payout.owner_id == owner_id)
    if before is not None:
        chosen = chosen.where(Payout.id < before)
    return list(db.session.scalars(chosen.order_by(Payout.id.desc()).limit(limit)))


def find_payouts(*, state: PayoutState | None = PayoutState.REQUESTED, offset: int = 0, limit: int = 50) -> tuple[int, list[Payout]]:
    """How many payouts match and one page of them, the oldest first."""
    chosen = select(Payout)
    if state is not None:
        chosen = chosen.where(Payout.state == state)
    total = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    return total, list(db.session.scalars(chosen.order_by(Payout.id).offset(offset).limit(limit)))


@dataclass(frozen=True)
class Waiting:
    """How much waits for somebody's decision, and since when."""

    count: int
    oldest: datetime | None


def waiting_payouts() -> Waiting:
    return _waiting(select(func.count(), func.min(Payout.created_at)).where(Payout.state == PayoutState.REQUESTED))


def waiting_fundings(organisation_ids: Iterable[int] | None = None) -> Waiting:
    """Fundings whose transfer has not (all) come; of some organisations or of all."""
    chosen = select(func.count(), func.min(Funding.created_at)).where(Funding.state == FundingState.OPEN)
    return _waiting(chosen if organisation_ids is None else chosen.where(Funding.organisation_id.in_(list(organisation_ids))))


def _waiting(statement: object) -> Waiting:
    count, oldest = db.session.execute(statement).one()  # type: ignore[call-overload]
    return Waiting(count, oldest)


def lock(row: Funding | Payout) -> None:
    """Read the row afresh and keep others from deciding on it until this unit of work ends."""
    db.session.flush()
    db.session.refresh(row, with_for_update=True)


def locked_hold(subject: str, currency: str) -> Hold | None:
    """The hold, read afresh and kept from others until this unit of work ends."""
    return next((hold for hold in locked_holds(subject) if hold.currency == currency), None)


def locked_holds(subject: str) -> list[Hold]:
    db.session.flush()
    chosen = select(Hold).where(Hold.subject == subject).order_by(Hold.id).with_for_update()
    return list(db.session.scalars(chosen.execution_options(populate_existing=True)))


def bookkeepers(organisation_id: int) -> list[int]:
    """Ids of the people whom the organisation's money news goes to."""
    return organisations.member_ids(organisation_id, (Role.OWNER, Role.FINANCE))


def payers(funding: Funding) -> list[int]:
    """The bookkeepers and who asked."""
    return sorted({*bookkeepers(funding.organisation_id), *([funding.requested_by] if funding.requested_by is not None else [])})


def payees(payout: Payout) -> list[int]:
    """Whom a decision on the payout is told."""
    return [payout.owner_id] if payout.owner_kind is OwnerKind.PERSON else bookkeepers(payout.owner_id)
