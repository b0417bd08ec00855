"""Bank files made, confirmed and taken back. None commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.core.batches import events, queries, rules
from hub.core.batches.models import PayoutBatch, PayoutLine
from hub.core.batches.policy import BATCHES, BatchAct
from hub.core.payments import rules as payments
from hub.core.payments.queries import lock
from hub.core.payouts import operations as payouts
from hub.core.payouts import queries as waiting
from hub.core.payouts.models import Payout
from hub.core.payouts.states import PayoutState
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, HubError, Invalid, one_field
from hub.kernel.words import N_


def make_batch(*, actor: Actor, payout_ids: Sequence[int]) -> PayoutBatch:
    """Put payouts that wait into one bank file; each is on its way from now on.

    Raises NotAllowed, Invalid (batch_empty, batch_too_long, batch_mixed, batch_unknown), NotNow (one of them does not wait any more).
    """
    BATCHES.require(actor, BatchAct.MAKE, None)
    wanted = sorted(set(payout_ids))
    if not wanted:
        raise one_field("payouts", N_("Choose at least one payout."), code="batch_empty")
    if len(wanted) > rules.MOST:
        raise one_field("payouts", N_("A bank file holds up to %(most)s payouts."), code="batch_too_long", most=str(rules.MOST))
    found = waiting.payouts_by_ids(wanted)
    if len(found) != len(wanted):
        raise one_field("payouts", N_("One of these payouts does not exist."), code="batch_unknown")
    if len({payout.currency for payout in found}) != 1 or not all(payout.by_hand for payout in found):
        text = N_("A bank file holds bank transfers in one currency: choose the currency above the list first.")
        raise one_field("payouts", text, code="batch_mixed")
    for payout in found:
        payouts.send_payout(actor=actor, payout=payout)
    total = sum(payout.minor for payout in found)
    made = PayoutBatch(currency=found[0].currency, payouts=len(found), minor=total, made_by=actor.person_id, made_at=clock.now())
    db.session.add(made)
    db.session.flush()
    db.session.add_all(PayoutLine(batch_id=made.id, payout_id=payout.id) for payout in found)
    journal.record(events.BatchMade(made.id, len(found), total, made.currency), actor=actor, subject=made.ref)
    return made


def confirm_batch(*, actor: Actor, batch: PayoutBatch, references: Mapping[int, str]) -> int:
    """Confirm the payouts of the file that `references` names with the bank's reference; the others stay on their way.

    Sent again, those confirmed with the same reference before are passed over. Returns how many were confirmed now. Raises NotAllowed,
    Invalid (references_missing; one field “reference.<payout>” per mistake), Conflict (confirmed_otherwise), NotNow.
    """
    BATCHES.require(actor, BatchAct.CONFIRM, batch)
    given = {number: text for number, text in references.items() if text.strip()}
    if not given:
        raise one_field("references", N_("Write the bank’s reference of at least one transfer."), code="references_missing")
    lock(batch)
    inside = {payout.id: payout for payout in queries.payouts_in(batch.id)}
    wrong: dict[str, str] = {}
    for number, text in given.items():
        try:
            if number not in inside:
                raise one_field("payout", N_("This payout is not in this bank file."), code="batch_unknown")
            payments.bank_reference(text)
        except Invalid as error:
            wrong[f"reference.{number}"] = str(error)
    if wrong:
        raise Invalid(N_("Some references need another look."), code="references_wrong", fields=wrong)
    done = sum(_confirm(actor, inside[number], given[number]) for number in sorted(given))
    if done:
        journal.record(events.BatchConfirmed(batch.id, done), actor=actor, subject=batch.ref)
    return done


def _confirm(actor: Actor, payout: Payout, reference: str) -> bool:
    lock(payout)
    if payout.state in {PayoutState.PAID, PayoutState.RETURNED}:
        if payout.bank_reference == payments.bank_reference(reference):
            return False
        text = N_("%(payout)s was confirmed already, with the reference %(reference)s.")
        raise Conflict(text, code="confirmed_otherwise", payout=payout.ref, reference=payout.bank_reference)
    try:
        payouts.confirm_payout(actor=actor, payout=payout, bank_reference=reference)
    except HubError as error:
        error.fields.setdefault(f"reference.{payout.id}", str(error))
        raise
    return True


def take_back(*, actor: Actor, batch: PayoutBatch) -> int:
    """The file was not used, or the bank refused it: what is still on its way waits again, for another file.

    Returns how many. Raises NotAllowed, Conflict (nothing_to_take_back).
    """
    BATCHES.require(actor, BatchAct.TAKE_BACK, batch)
    lock(batch)
    back = [payout for payout in queries.payouts_in(batch.id) if payout.state is PayoutState.SENDING]
    if not back:
        raise Conflict(N_("Every payout of this file is decided."), code="nothing_to_take_back")
    for payout in back:
        payouts.take_payout_back(actor=actor, payout=payout)
        line = queries.line(batch.id, payout.id)
        line.taken_back_at = clock.now()
    journal.record(events.BatchTakenBack(batch.id, len(back)), actor=actor, subject=batch.ref)
    return len(back)
