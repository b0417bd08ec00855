"""Money set aside leaves its hold: to whom it is due, or back. Each step moves the books and says so; none commits, so a step is whole or
never was."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub.core.holds import events, queries, rules
from hub.core.holds.models import Hold
from hub.core.holds.policy import HOLDS, HoldAct
from hub.core.ledger import operations as ledger
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import AccountRef, Kind
from hub.db import journal
from hub.kernel import clock, money
from hub.kernel.actor import Actor
from hub.kernel.errors import NotNow
from hub.kernel.money import Money
from hub.kernel.words import N_

Backers = Callable[[Hold, int], Sequence[tuple[AccountRef, int]]]
_backers: list[Backers] = []


def shares_the_rest(backers: Backers) -> Backers:
    """Register a room that put others' money into holds: asked, as the rest of one is returned, how much of it goes back to whom.

    It is called once for each return, in its unit of work, with the locked hold and what is left of it in minor units; what it does not
    claim goes to the organisation.
    """
    if backers not in _backers:
        _backers.append(backers)
    return backers


def opened(*, organisation_id: int, subject: str, currency: str, label: str) -> Hold:
    """The subject's hold, locked; it is opened at its first money. Who fills it posts to its account and adds to `funded_minor`.

    Raises Conflict (other_payer).
    """
    ref = accounts.hold_of(organisation_id, subject, currency)
    values = {"funded_minor": 0, "awarded_minor": 0, "fee_minor": 0, "refunded_minor": 0, "created_at": clock.now()}
    names = {"subject": subject, "organisation_id": organisation_id, "currency": currency, "label": label}
    ledger.insert_unless_there(Hold, ["subject", "currency"], values | names | {"account_id": ledger.account_id(ref)})
    hold = queries.locked_hold(subject, currency)
    if hold is None or hold.organisation_id != organisation_id:
        raise queries.other_payer()
    return hold


def release(
    *, actor: Actor, subject: str, gross: Money, fee_bp: int, key: str, memo: str,
    to_person_id: int | None = None, to_organisation_id: int | None = None, quiet: bool = False,
) -> Transaction:  # fmt: skip
    """Pay `gross` out of the subject's hold: net to one person's or one organisation's balance, `fee_bp` basis points to the site.

    `quiet` tells nobody: for the many small sums of one piece of work, which its own pages show.
    That it is due, the calling room has decided. The same `key` again returns the first transaction. Raises Invalid (amount_*,
    currency_differs), NotNow (nothing_held, not_enough_held), Conflict (idempotency_key_reused), ValueError for no payee or two.
    """
    HOLDS.require(actor, HoldAct.EMPTY, subject)
    accounts.positive(gross)
    to = rules.payee(to_person_id, to_organisation_id, gross.currency)
    hold = _held_for(subject, gross.currency)
    parts = money.breakdown(gross, fee_bp)
    posted = ledger.post(
        actor=actor,
        kind=Kind.AWARD,
        key=key,
        legs=rules.award_legs(hold.organisation_id, subject, to, parts),
        memo=memo[:300],
        cause=hold.ref,
        subject=subject,
        shortage=_not_enough_held(hold, gross),
    )
    if posted.fresh:
        hold.awarded_minor += parts.net.minor
        hold.fee_minor += parts.fee.minor
        amounts = (gross.minor, parts.fee.minor, parts.net.minor, gross.currency)
        tell = queries.bookkeepers(to_organisation_id) if to_organisation_id is not None else []
        facts = (posted.transaction.id, subject, hold.organisation_id, to_person_id, memo[:300], *amounts, quiet, to_organisation_id, tell)
        journal.record(events.HoldReleased(*facts), actor=actor, subject=posted.transaction.ref, scope=subject)
    return posted.transaction


def return_rest(*, actor: Actor, subject: str, key: str) -> list[Transaction]:
    """Return all that is left of the subject's holds to the organisation's balance, or to the backers who put it in (`shares_the_rest`).

    One transaction per currency; none if nothing was left. The same `key` again returns the first ones. Raises Conflict if more money
    came into the hold after a return with this key.
    """
    HOLDS.require(actor, HoldAct.EMPTY, subject)
    returned = (_return_rest(actor, hold, f"{key}:{hold.currency}") for hold in queries.locked_holds(subject))
    return [transaction for transaction in returned if transaction is not None]


def _return_rest(actor: Actor, hold: Hold, key: str) -> Transaction | None:
    left = hold.left_minor
    if not left:
        return books.by_key(key)
    shared = [share for backers in _backers for share in backers(hold, left)]
    to_backers = sum(minor for _, minor in shared)
    posted = ledger.post(
        actor=actor,
        kind=Kind.REFUND,
        key=key,
        legs=rules.refund_legs(hold.organisation_id, hold.subject, hold.money(left), shared),
        memo=hold.label,
        cause=hold.ref,
        subject=hold.subject,
    )
    hold.refunded_minor += left
    tell = queries.bookkeepers(hold.organisation_id) if left > to_backers else []
    facts = (posted.transaction.id, hold.subject, hold.organisation_id, left - to_backers, hold.currency, tell, to_backers)
    event = events.HoldRefunded(*facts)
    journal.record(event, actor=actor, subject=posted.transaction.ref, scope=hold.subject)
    return posted.transaction


def _held_for(subject: str, currency: str) -> Hold:
    hold = queries.locked_hold(subject, currency)
    if hold is not None:
        return hold
    for other in queries.holds_of(subject):
        accounts.same_currency(Money(other.left_minor, currency), other.currency, "gross")
    raise NotNow(N_("No money is held for this."), code="nothing_held")


def _not_enough_held(hold: Hold, gross: Money) -> NotNow:
    left = hold.money(hold.left_minor)
    message = N_("%(left)s is left in the hold, less than %(gross)s.")
    return NotNow(message, code="not_enough_held", left=str(left), gross=str(gross))
