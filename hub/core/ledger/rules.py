"""What a transaction is, before any database sees it: accounts by their name, legs that add up, amounts one may move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.kernel import money, sealing
from hub.kernel.errors import Invalid, one_field
from hub.kernel.money import Money
from hub.kernel.words import N_, Worded

LIMIT = 10**18
"""No balance leaves -LIMIT..LIMIT: amounts are at most money.MAX_MINOR, so adding one never leaves a 64-bit integer."""

SITE = 0


class OwnerKind(Worded):
    PERSON = "person", N_("Person")
    ORGANISATION = "organisation", N_("Organisation")
    SITE = "site", N_("This site")


class Purpose(Worded):
    """What an account is for; see docs/money.md for the chart."""

    BALANCE = "balance", N_("Balance")
    HOLD = "hold", N_("Hold")
    IN_TRANSIT = "in_transit", N_("Payouts on their way")
    FEES = "fees", N_("Fees earned")
    BANK = "bank", N_("At the bank")
    PROCESSOR = "processor", N_("At the payment processor")
    COSTS = "costs", N_("Costs of the payment processor")
    LOSSES = "losses", N_("Lost or at stake in disputes")
    RETURNING = "returning", N_("Refunds on their way")
    DISPUTED = "disputed", N_("Disputed")


class Kind(Worded):
    """What a transaction did."""

    FUNDING = "funding", N_("Money received")
    SET_ASIDE = "set_aside", N_("Set aside from the balance")
    AWARD = "award", N_("Award")
    REFUND = "refund", N_("Returned from a hold")
    PLEDGED = "pledged", N_("Pledged")
    PLEDGE_RETURNED = "pledge_returned", N_("Pledge given back")
    PLEDGE_COLLECTED = "pledge_collected", N_("Pledges released to their goal")
    PAYOUT_ASKED = "payout_asked", N_("Payout asked for")
    PAYOUT_SENT = "payout_sent", N_("Payout sent")
    PAYOUT_RETURNED = "payout_returned", N_("Payout refused, money returned")
    PAYOUT_BOUNCED = "payout_bounced", N_("Payout came back")
    CONSULTANT_FEE = "consultant_fee", N_("Consultant’s part of the fee")
    SALE = "sale", N_("Sale")
    ROYALTY = "royalty", N_("Royalty")
    REVERSAL = "reversal", N_("Reversed")
    PROCESSOR_FEE = "processor_fee", N_("Cost of a card payment")
    CARD_REFUND_ASKED = "card_refund_asked", N_("Refund to the card asked for")
    CARD_REFUND_SENT = "card_refund_sent", N_("Refunded to the card")
    CARD_REFUND_RETURNED = "card_refund_returned", N_("Refund failed, money returned")
    CARD_REFUND_FOUND = "card_refund_found", N_("Refunded at the payment processor")
    DISPUTE_OPENED = "dispute_opened", N_("Disputed by the cardholder")
    DISPUTE_WON = "dispute_won", N_("Dispute won")
    DISPUTE_LOST = "dispute_lost", N_("Dispute lost")
    PROCESSOR_PAYOUT = "processor_payout", N_("From the payment processor to the bank")
    PROCESSOR_PAYOUT_RETURNED = "processor_payout_returned", N_("From the bank back to the payment processor")


class Bound(Worded):
    """What an account's balance (credits less debits) may not leave, pending money counted in."""

    DEBITS_WITHIN_CREDITS = "debits_within_credits", N_("Never below zero")
    CREDITS_WITHIN_DEBITS = "credits_within_debits", N_("Never above zero")
    FREE = "free", N_("Free")


BOUNDS = {
    Purpose.BANK: Bound.CREDITS_WITHIN_DEBITS,
    Purpose.PROCESSOR: Bound.FREE,
    Purpose.COSTS: Bound.FREE,
    Purpose.LOSSES: Bound.FREE,
}
"""The purposes whose accounts are not bound like most. The bank and the processor hold what we have, seen from the other side; a dispute
may take more from the processor than is there. Costs and losses are what that costs the site."""


@dataclass(frozen=True, order=True)
class AccountRef:
    """An account by what it is, so that nobody needs to know whether it exists yet. `subject` is set for holds alone."""

    owner_kind: OwnerKind
    owner_id: int
    purpose: Purpose
    currency: str
    subject: str = ""

    @property
    def bound(self) -> Bound:
        """Most accounts hold what we owe or earned, and never go below zero."""
        return BOUNDS.get(self.purpose, Bound.DEBITS_WITHIN_CREDITS)


def balance_of(kind: OwnerKind, owner_id: int, currency: str) -> AccountRef:
    return AccountRef(kind, owner_id, Purpose.BALANCE, currency)


def in_transit_of(kind: OwnerKind, owner_id: int, currency: str) -> AccountRef:
    return AccountRef(kind, owner_id, Purpose.IN_TRANSIT, currency)


def hold_of(organisation_id: int, subject: str, currency: str) -> AccountRef:
    return AccountRef(OwnerKind.ORGANISATION, organisation_id, Purpose.HOLD, currency, subject)


def fees(currency: str) -> AccountRef:
    return AccountRef(OwnerKind.SITE, SITE, Purpose.FEES, currency)


def bank(currency: str) -> AccountRef:
    return AccountRef(OwnerKind.SITE, SITE, Purpose.BANK, currency)


def of_site(purpose: Purpose, currency: str) -> AccountRef:
    return AccountRef(OwnerKind.SITE, SITE, purpose, currency)


@dataclass(frozen=True)
class Leg:
    """`minor` units more (credit, positive) or less (debit, negative) on one account."""

    account: AccountRef
    minor: int


def from_to(source: AccountRef, target: AccountRef, minor: int) -> list[Leg]:
    """One amount from one account to another."""
    return [Leg(source, -minor), Leg(target, minor)]


def checked_legs(legs: Iterable[Leg]) -> list[Leg]:
    """The legs, one per account, without empty ones. Raises ValueError if they do not add up to zero per currency or are fewer than two."""
    by_account: Counter[AccountRef] = Counter()
    for leg in legs:
        by_account[leg.account] += leg.minor
    kept = [Leg(account, minor) for account, minor in sorted(by_account.items()) if minor]
    totals: Counter[str] = Counter()
    for leg in kept:
        totals[leg.account.currency] += leg.minor
    if len(kept) < 2 or any(totals.values()):
        raise ValueError("a transaction has at least two legs and adds up to zero in each currency")
    return kept


@dataclass(frozen=True)
class Movement:
    """What one transaction does. `cause` names what asked for it ("funding:5"), `subject` what it is about ("challenge:2")."""

    kind: Kind
    key: str
    legs: list[Leg]
    memo: str = ""
    cause: str = ""
    subject: str = ""

    def body(self, **more: str | int | None) -> str:
        return body(kind=self.kind, memo=self.memo, cause=self.cause, subject=self.subject, legs=self.legs, **more)


def body(*, kind: str, memo: str, cause: str, subject: str, legs: Sequence[Leg], **more: str | int | None) -> str:
    """The fingerprint of what a transaction does: the same key must always come with the same one, and postings must still match it.

    `more` are facts that only some have: what it reverses, when it expires; those that are None are left out.
    """
    return sealing.digest(
        {
            "kind": str(kind),
            "memo": memo,
            "cause": cause,
            "subject": subject,
            "legs": sorted(
                [
                    str(leg.account.owner_kind),
                    leg.account.owner_id,
                    str(leg.account.purpose),
                    leg.account.subject,
                    leg.account.currency,
                    leg.minor,
                ]
                for leg in legs
            ),
            **{name: value for name, value in more.items() if value is not None},
        }
    )


FREE_CAUSES = ("organisation", "person")
"""Causes that name whose money it is and no row that counts it: a deposit nobody asked for."""


def kept_by_a_room(cause: str) -> bool:
    """Does a room keep a row of its own ("payout:5") that counts what was posted for this cause?"""
    return bool(cause) and cause.partition(":")[0] not in FREE_CAUSES


def mirrored(legs: Iterable[Leg]) -> list[Leg]:
    """What undoes these legs."""
    return [Leg(leg.account, -leg.minor) for leg in legs]


def checked_part(whole: Sequence[Leg], part: Sequence[Leg]) -> list[Leg]:
    """The part of a pending transaction that is posted: on its accounts, in its directions, nowhere more. Raises Invalid, ValueError."""
    most = {leg.account: leg.minor for leg in whole}
    kept = checked_legs(part)
    if not all(within(leg.minor, most.get(leg.account, 0)) for leg in kept):
        raise Invalid(N_("This is more than was set aside, or something else."), code="over_pending")
    return kept


def within(part: int, whole: int) -> bool:
    """Does `part` go the same way as `whole`, and no further?"""
    return 0 < part <= whole or whole <= part < 0


@dataclass(frozen=True)
class Change:
    """What one statement does to one account: minor units onto its balance, and onto what is pending out of it and into it."""

    balance: int = 0
    pending_out: int = 0
    pending_in: int = 0

    def __add__(self, other: Change) -> Change:
        return Change(self.balance + other.balance, self.pending_out + other.pending_out, self.pending_in + other.pending_in)


def reserving(minor: int, times: int = 1) -> Change:
    """A pending leg put aside, or (`times` -1) let go."""
    return Change(pending_out=-minor * times) if minor < 0 else Change(pending_in=minor * times)


def positive(amount: Money, field: str = "amount") -> Money:
    """The amount, if one can move it. Raises Invalid: amount_zero, amount_negative, amount_too_large."""
    if amount.minor == 0:
        raise one_field(field, N_("The amount must be more than zero."), code="amount_zero")
    if amount.minor < 0:
        raise one_field(field, N_("The amount cannot be negative."), code="amount_negative")
    if amount.minor > money.MAX_MINOR:
        raise one_field(field, N_("The amount is too large."), code="amount_too_large")
    return amount


def same_currency(amount: Money, currency: str, field: str = "amount") -> Money:
    """The amount, if it is in `currency`. Raises Invalid: currency_differs."""
    if amount.currency != currency:
        message = N_("This is in %(expected)s, not in %(sent)s; money is never converted here.")
        told = message % {"expected": currency, "sent": amount.currency}
        raise Invalid(message, code="currency_differs", fields={field: told}, expected=currency, sent=amount.currency)
    return amount
