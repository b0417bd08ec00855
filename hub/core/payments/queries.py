"""Reading fundings: what owners see, what waits for administrators, what other rooms ask."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from hub.core.accounts import queries as people
from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.holds.queries import bookkeepers, holds_of
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Account, Transaction
from hub.core.ledger.rules import Kind, OwnerKind, Purpose
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.payments import rules
from hub.core.payments.models import Funding
from hub.core.payments.policy import BOOKS, OWN, BooksAct, pays_from_it
from hub.core.payments.states import FundingState
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid, NotAllowed, NotFound, one_field
from hub.kernel.money import CURRENCIES, Money
from hub.kernel.words import N_

Row = TypeVar("Row")


def balances(owner_kind: str, owner_id: int) -> list[Money]:
    """The owner's free money per currency ("person" or "organisation"); empty balances are left out."""
    return books.balances(OwnerKind(owner_kind), owner_id)


def spendable(organisation_id: int, currency: str) -> Money:
    """What the organisation could hold at once."""
    return next((money for money in balances("organisation", organisation_id) if money.currency == currency), Money(0, currency))


def wallets(actor: Actor, currency: str, beside: int) -> list[tuple[str, int, str, str, Money]]:
    """Whose money the actor may use: (owner, id, name, short name, free money in `currency`), the person first, `beside` left out."""
    places = organisations.of_person(actor.person_id or 0)
    able = [place for place, _ in places if place.id != beside and pays_from_it(actor, OwnerKind.ORGANISATION, place.id)]
    owners = [("person", actor.person_id or 0, "", "")] + [("organisation", place.id, place.name, place.slug) for place in able]
    rows = db.session.execute(
        select(Account.owner_kind, Account.owner_id, Account.balance - Account.pending_out).where(
            Account.purpose == Purpose.BALANCE,
            Account.currency == currency,
            ((Account.owner_kind == OwnerKind.PERSON) & (Account.owner_id == (actor.person_id or 0)))
            | ((Account.owner_kind == OwnerKind.ORGANISATION) & Account.owner_id.in_([place.id for place in able])),
        )
    )
    free = {(kind.value, number): balance for kind, number, balance in rows}
    return [(*owner, Money(free.get(owner[:2], 0), currency)) for owner in owners]


def funding(funding_id: int) -> Funding:
    """Raises NotFound."""
    return _found(db.session.get(Funding, funding_id))


def funding_for(actor: Actor, funding_id: int) -> Funding:
    """The funding, for those who see its owner's money. Raises NotFound for everybody else."""
    found = db.session.get(Funding, funding_id)
    return _found(found if found is not None and may(actor, BooksAct.SEE, found) else None)


def may(actor: Actor, act: BooksAct, funding: Funding) -> bool:
    """May the actor do this with the money of whoever pays `funding`?"""
    return (BOOKS if funding.owner_kind is OwnerKind.ORGANISATION else OWN).can(actor, act, funding.owner_id)


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound(N_("There is no such payment."))
    return row


def see_money(actor: Actor, organisation_id: int) -> None:
    """Raises NotAllowed for those who do not see the organisation's money."""
    if not BOOKS.can(actor, BooksAct.SEE, organisation_id):
        raise NotAllowed(N_("The organisation's owners, managers and finance people see its money."))


def organisation_seen(actor: Actor, slug: str) -> int:
    """The organisation's id, for those who see its money. Raises NotFound, NotAllowed."""
    organisation = organisations.by_slug(slug)
    see_money(actor, organisation.id)
    return organisation.id


def fundings_of(owner_id: int, owner: str = "organisation", *, before: int | None = None, limit: int = 50) -> list[Funding]:
    """The organisation's ("person": the person's) requests to pay in, the newest first."""
    chosen = select(Funding).where(Funding.owner_kind == OwnerKind(owner), Funding.owner_id == owner_id)
    return list(db.session.scalars(older(chosen, Funding.id, before, limit)))


def open_funding(subject: str) -> Funding | None:
    return next(iter(open_fundings_for(subject)), None)


def open_fundings_for(subject: str) -> list[Funding]:
    return list(
        db.session.scalars(select(Funding).where(Funding.subject == subject, Funding.state == FundingState.OPEN).order_by(Funding.id))
    )


def open_fundings_by(organisation_ids: Sequence[int], limit: int) -> list[tuple[Funding, str]]:
    """Transfers that these organisations still have to make, the oldest first, each with the address name of who pays. One statement."""
    if not organisation_ids:
        return []
    chosen = select(Funding, Organisation.slug).join(Organisation, Organisation.id == Funding.owner_id)
    chosen = chosen.where(Funding.owner_kind == OwnerKind.ORGANISATION, Funding.owner_id.in_(organisation_ids))
    chosen = chosen.where(Funding.state == FundingState.OPEN)
    return [(funding, slug) for funding, slug in db.session.execute(chosen.order_by(Funding.id).limit(limit))]


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
    *, state: FundingState | None = FundingState.OPEN, text: str = "", after: int | None = None, offset: int = 0, limit: int = 50
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
    return page_of(chosen, Funding.id, after, offset, limit)


def page_of(chosen: Select[Row], number: InstrumentedAttribute[int], after: int | None, offset: int, limit: int) -> tuple[int, list[Row]]:
    """How many rows match and one page of them, the lowest id first."""
    total = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    if after is not None:
        chosen = chosen.where(number > after)
    return total, list(db.session.scalars(chosen.order_by(number).offset(offset).limit(limit)))


def landing(funding: Funding, received: Money) -> rules.Landing:
    """Where `received` would go. Raises Invalid: amount_*, currency_differs."""
    accounts.same_currency(accounts.positive(received), funding.currency)
    return rules.landing(asked=funding.minor, already=funding.received.minor, received=received.minor, has_hold=bool(funding.subject))


def over_balance(owner: OwnerKind, owner_id: int, currency: str) -> Invalid:
    """The refusal of an amount that the balance does not have, or not free: what is pending out of it cannot be spent."""
    left = Money(books.available(accounts.balance_of(owner, owner_id, currency)), currency)
    return one_field("amount", N_("The balance is %(left)s: ask for that much or less."), code="over_balance", left=str(left))


def waiting_fundings() -> int:
    """Fundings whose transfer has not (all) come."""
    return db.session.scalar(select(func.count()).where(Funding.state == FundingState.OPEN)) or 0


def lock(row: object) -> None:
    """Read the row afresh and keep others from deciding on it until this unit of work ends."""
    db.session.flush()
    db.session.refresh(row, with_for_update=True)


def may_fill_hold(funding: Funding) -> bool:
    """Is what the funding is for not paid by another organisation by now?"""
    return not funding.subject or all(hold.organisation_id == funding.owner_id for hold in holds_of(funding.subject))


def owner_names(fundings: Sequence[Funding]) -> dict[int, str]:
    """Who pays each funding, by its id."""
    persons = people.cards([funding.owner_id for funding in fundings if funding.owner_kind is OwnerKind.PERSON])
    payers = organisations.cards([funding.owner_id for funding in fundings if funding.owner_kind is OwnerKind.ORGANISATION])
    found: dict[int, str] = {}
    for funding in fundings:
        card = (persons if funding.owner_kind is OwnerKind.PERSON else payers).get(funding.owner_id)
        found[funding.id] = card.name if card else f"{funding.owner_kind} {funding.owner_id}"
    return found


def payers(funding: Funding) -> list[int]:
    """The bookkeepers, or the person, and who asked."""
    keepers = [funding.owner_id] if funding.organisation_id is None else bookkeepers(funding.organisation_id)
    return sorted({*keepers, *([funding.requested_by] if funding.requested_by is not None else [])})


def verify(report: Report) -> None:
    """Add to `report` where fundings do not say the same as the books. Wants one moment's view of the database."""
    checks.verify_values(report, Funding.state, FundingState)
    checks.verify_values(report, Funding.owner_kind, OwnerKind)
    checks.verify_values(report, Funding.currency, CURRENCIES)
    if report.unreadable:
        return
    _verify_fundings(report)
    checks.verify_causes(report, "funding", Funding.id)


def _verify_fundings(report: Report) -> None:
    for above, last in checks.slices(Funding.id):
        fundings = db.session.scalars(checks.afresh(select(Funding).where(Funding.id > above, Funding.id <= last))).all()
        moved = checks.moved_by_cause([funding.ref for funding in fundings])
        for funding in fundings:
            sums = moved[funding.ref]
            posted = (
                sums[Kind.FUNDING, Purpose.HOLD] + sums[Kind.SET_ASIDE, Purpose.HOLD],
                sums[Kind.FUNDING, Purpose.BALANCE],
            )
            kept = (funding.held_minor, funding.balance_minor)
            if kept != posted:
                text = f"The funding says (into the hold, onto the balance) = {kept} in minor units, but its postings say {posted}."
                report.add("funding_amounts", funding.ref, text)
            if (funding.state is FundingState.CONFIRMED and funding.due) or (funding.state is FundingState.OPEN and not funding.due):
                text = f"The funding is “{funding.state}” while {funding.due} of {funding.amount} is still due."
                report.add("funding_state", funding.ref, text)
