"""What the end of a dispute about an entry does: a payment after all, or the judging opened again."""

from __future__ import annotations

from hub.contests.awards import operations as awards
from hub.contests.awards.policy import POLICY
from hub.contests.awards.states import Act
from hub.contests.disputes import queries, rules
from hub.contests.disputes.events import EntryPaidLate
from hub.contests.entries import operations as entries
from hub.contests.entries import queries as entries_read
from hub.contests.entries.models import Entry
from hub.core.payments import operations as payments
from hub.db import journal
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.money import Money


def pay_late(*, actor: Actor, entry: Entry, gross: Money, key: str) -> None:
    """Pay the author of an entry as a dispute about it ended: from what was set aside for it, and for the rest from the seeker's balance.
    Each dispute (`key`) pays once; there may be one after each choice. Raises NotAllowed, Invalid (over_balance), what payments raise."""
    challenge = entry.challenge
    POLICY.require(actor, Act.PAY_LATE, challenge)
    paid = payments.pay_out_of(
        actor=actor, organisation_id=challenge.organisation_id, subject=entry.ref, gross=gross, fee_bp=challenge.fee_bp,
        key=f"{key}:late", memo=challenge.title, to_person_id=entry.person_id,
    )  # fmt: skip
    journal.record(EntryPaidLate(entry.id, challenge.id, paid.id, gross.minor), actor=actor, subject=entry.ref, scope=challenge.ref)


def lock_entry(number: int) -> None:
    """Its challenge and itself, in the order of those who decide."""
    entry = entries_read.find(number)
    entries.locked_challenge(entry.challenge_id, to_decide=True)
    db.session.refresh(entry, with_for_update={"of": Entry})


def carry_out(number: int, way: str, amount: Money | None, reason: str, ref: str) -> None:
    """Do what the dispute `ref` ended with."""
    entry = entries_read.find(number)
    if way == rules.REJUDGE:
        awards.reopen_judging(actor=SYSTEM, challenge=entry.challenge, reason=reason)
        return
    pay_late(actor=SYSTEM, entry=entry, gross=queries.to_pay(entry, way, amount) or entry.challenge.prize, key=ref)
