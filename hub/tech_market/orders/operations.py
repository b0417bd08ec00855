"""The only writes of this room. Each locks the order, fires the move, moves money where it is due, tells who waits; none commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hub.core.disputes import queries as disputes
from hub.core.disputes.rules import Source
from hub.core.files import operations as files
from hub.core.files.rules import Upload
from hub.core.holds import operations as holds
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, reasons
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, NotAllowed, NotFound, NotNow, one_field
from hub.kernel.money import Money, breakdown
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_
from hub.tech_market.orders import queries, rules
from hub.tech_market.orders.events import (
    OrderAccepted,
    OrderCancelled,
    OrderDelivered,
    OrderHeld,
    OrderMilestoneAccepted,
    OrderPlaced,
    OrderSentBack,
    OrderSettled,
    OrderStopAsked,
    OrderStopRefused,
)
from hub.tech_market.orders.models import OrderDelivery, OrderFile, ServiceOrder
from hub.tech_market.orders.policy import POLICY, side_of
from hub.tech_market.orders.queries import Milestone
from hub.tech_market.orders.rules import Pay, Side
from hub.tech_market.orders.states import LIFE, Act, State
from hub.tech_market.quotes import operations as quoting
from hub.tech_market.quotes import queries as quotes
from hub.tech_market.quotes.models import Quote
from hub.tech_market.services import queries as services


def place(*, actor: Actor, quote: Quote, seen_hash: str, pay: Pay, reason: str = "") -> ServiceOrder:
    """Choose the quote and order what it says; the other labs read `reason`. The price is held at once, or asked for by bank transfer.

    `seen_hash` is the fingerprint of the agreement that the actor was shown. Raises Conflict (terms_changed), Invalid about `pay` (the
    balance is too small) or `reason`, and what `quotes.choose` and the payments raise.
    """
    if quote not in quotes.visible(actor, [quote]):
        raise NotFound(quotes.NO_QUOTE)
    if not actor.manages(quote.request.organisation_id):
        raise NotAllowed(N_("Only owners and managers order for their organisation."))
    quoting.choose(actor=actor, quote=quote, reason=reason)  # locks: what is read from here on stays as it is
    assert quote.split is not None and quote.fee_bp is not None and quote.turnaround_days is not None
    agreed = queries.agreement(quote)
    fingerprint = rules.fingerprint(agreed)
    if seen_hash != fingerprint:
        raise Conflict(N_("The quote has changed since you opened it. Read it again before you order."), code="terms_changed")
    order = ServiceOrder(
        quote_id=quote.id, service_id=quote.service_id, buyer_id=quote.request.organisation_id, lab_id=quote.organisation_id,
        title=quote.request.title, gross_minor=quote.split.gross.minor, currency=quote.currency, fee_bp=quote.fee_bp,
        turnaround_days=quote.turnaround_days, agreed=agreed, terms_hash=fingerprint, state=LIFE.initial, placed_by=actor.person_id,
        placed_at=clock.now(), remarks="", stop_reason="", reason="",
    )  # fmt: skip
    db.session.add(order)
    db.session.flush()
    _record(actor, order, OrderPlaced(order_id=order.id, quote_id=quote.id, terms_hash=fingerprint))
    _tell(actor, order, Side.LAB, N_("Your quote for “%(title)s” was chosen. Start when the money is held: you are told."))
    if rules.is_staged(agreed):
        stages = [(line.text, line.minor) for line in quote.priced_lines]
        holds.plan_stages(actor=actor, subject=order.ref, total=order.gross, stages=stages)
    if pay is Pay.BALANCE:
        return hold(actor=actor, order=order)
    payments.request_funding(actor=actor, organisation_id=order.buyer_id, subject=order.ref, amount=order.gross, label=order.title)
    return order


def hold(*, actor: Actor, order: ServiceOrder) -> ServiceOrder:
    """Set the price aside from the buyer's balance; the work may start. A transfer that was asked for is not expected any more.

    Raises NotAllowed, NotNow, Invalid about `pay` if the balance is too small.
    """
    POLICY.require(actor, Act.HOLD, order)
    require_verified(actor)
    queries.lock(order)
    if order.state is not State.AWAITING_FUNDS:
        raise NotNow(N_("The money for this order is not waited for."), code="not_awaiting_funds")
    left = payments_read.spendable(order.buyer_id, order.currency)
    if left < order.gross:
        message = N_("The balance is %(left)s, less than %(gross)s: pay by bank transfer.")
        raise one_field("pay", message, code="over_balance", left=str(left), gross=str(order.gross))
    for funding in payments_read.open_fundings_for(order.ref):
        payments.cancel_funding(actor=actor, funding=funding)
    payments.fund_from_balance(
        actor=actor, organisation_id=order.buyer_id, subject=order.ref, amount=order.gross, label=order.title, key=f"{order.ref}:hold"
    )
    return note_held(order=order)


def note_held(*, order: ServiceOrder) -> ServiceOrder:
    """The money is there: the work may start. Nothing happens if it is not, or if it was noted before."""
    queries.lock(order)
    if order.state is not State.AWAITING_FUNDS or not queries.is_held(order):
        return order
    LIFE.fire(order, Act.HOLD)
    order.held_at = clock.now()
    order.due_on = rules.due_on(order.held_at, order.turnaround_days)
    _record(SYSTEM, order, OrderHeld(order_id=order.id))
    _tell(SYSTEM, order, Side.LAB, N_("%(gross)s for “%(title)s” are held. You can start; it is due on %(day)s."), day=str(order.due_on))
    return order


def deliver(*, actor: Actor, order: ServiceOrder, text: str, uploads: Sequence[Upload] = ()) -> OrderDelivery:
    """Hand the result over, with up to ten files. The buyer has 14 days to accept it or send it back; silence accepts.

    Raises NotAllowed, NotNow, Invalid about `text` or `file`.
    """
    POLICY.require(actor, Act.DELIVER, order)
    queries.lock(order)
    if not text.strip() and not uploads:
        raise one_field("text", N_("Say what you deliver, or attach a file."))
    if len(uploads) > rules.MOST_FILES:
        raise one_field("file", N_("A delivery takes at most ten files."), code="too_many_files")
    now = clock.now()
    LIFE.fire(order, Act.DELIVER)
    order.accept_by, order.remarks, order.sent_back_at = rules.accept_by(now), "", None
    delivery = OrderDelivery(
        order_id=order.id, number=queries.last_number(order.id) + 1, text=text.strip(), delivered_by=actor.person_id, at=now
    )
    db.session.add(delivery)
    db.session.flush()
    for stream, name in uploads:
        file = files.store(actor=actor, stream=stream, filename=name, purpose="order")
        db.session.add(OrderFile(delivery_id=delivery.id, file_id=file.id))
    _record(actor, order, OrderDelivered(order_id=order.id, number=delivery.number))
    text_told = N_("“%(title)s” is delivered. Accept it or send it back by %(by)s; after that it counts as accepted.")
    _tell(actor, order, Side.BUYER, text_told, by=f"{order.accept_by:%Y-%m-%d %H:%M} UTC")
    return delivery


def send_back(*, actor: Actor, order: ServiceOrder, reason: str) -> ServiceOrder:
    """The delivery is not what was agreed: the lab works on. Raises NotAllowed, NotNow (too late), Invalid about `reason`."""
    POLICY.require(actor, Act.SEND_BACK, order)
    told = reasons.given(reason, reasons.TO_THE_OTHER)
    queries.lock(order)
    LIFE.fire(order, Act.SEND_BACK)
    order.remarks, order.accept_by, order.sent_back_at = told, None, clock.now()
    _record(actor, order, OrderSentBack(order_id=order.id))
    _tell(actor, order, Side.LAB, N_("Your delivery for “%(title)s” came back: %(reason)s"), reason=told)
    return order


def accept(*, actor: Actor, order: ServiceOrder) -> ServiceOrder:
    """Accept the delivery: the price leaves the hold, the net to the lab's balance; with milestones, that of the one delivered, and the
    work goes on with the next. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.ACCEPT, order)
    require_verified(actor)
    queries.lock(order)
    if (paid := _pay_milestone(actor, order, by_silence=False)) is not None:
        text = N_("Milestone %(number)s of “%(title)s” was accepted: %(part)s are on your organisation’s balance. Go on with the next.")
        _tell(actor, order, Side.LAB, text, number=paid.number, part=str(breakdown(paid.amount, order.fee_bp).net))
        return order
    LIFE.fire(order, Act.ACCEPT)
    _pay(actor, order, by_silence=False)
    _tell(actor, order, Side.LAB, N_("“%(title)s” was accepted: %(net)s are on your organisation’s balance."))
    return order


def accept_silent() -> int:
    """Act.LAPSE: accept every delivery that nobody answered in time and nobody disputes. Returns how many. Bears being repeated."""
    done = 0
    for order in queries.silent():
        queries.lock(order)
        if order.state is not State.DELIVERED or rules.has_time(order.accept_by) or holds.is_still(order.ref):
            continue
        POLICY.require(SYSTEM, Act.LAPSE, order)
        done += 1
        if (paid := _pay_milestone(SYSTEM, order, by_silence=True)) is not None:
            text = N_(
                "Milestone %(number)s of “%(title)s” counts as accepted, since nobody answered in time. The work goes on with the next."
            )
            for side in Side:
                _tell(SYSTEM, order, side, text, number=paid.number)
            continue
        LIFE.fire(order, Act.LAPSE)
        _pay(SYSTEM, order, by_silence=True)
        _tell(
            SYSTEM,
            order,
            Side.LAB,
            N_("“%(title)s” counts as accepted, since nobody answered: %(net)s are on your organisation’s balance."),
        )
        _tell(SYSTEM, order, Side.BUYER, N_("“%(title)s” counts as accepted, since nobody answered in time. The lab has been paid."))
    return done


def _pay_milestone(actor: Actor, order: ServiceOrder, *, by_silence: bool) -> Milestone | None:
    """Pay the milestone that is delivered, if another one follows; the last is paid with the end of the order."""
    left = [one for one in queries.milestones(order) if not one.is_paid]
    if len(left) < 2:
        return None
    LIFE.fire(order, Act.ACCEPT_PART)
    order.accept_by, order.stop_side, order.stop_reason = None, None, ""
    transaction = _release_milestone(actor, order, left[0])
    _record(actor, order, OrderMilestoneAccepted(order.id, left[0].number, transaction.id, by_silence))
    return left[0]


def _release_milestone(actor: Actor, order: ServiceOrder, milestone: Milestone) -> Any:
    return holds.release_stage(
        actor=actor, subject=order.ref, number=milestone.number, to_organisation_id=order.lab_id, fee_bp=order.fee_bp,
        memo=f"{order.title}: {milestone.title}"[:300],
    )  # fmt: skip


def _pay(actor: Actor, order: ServiceOrder, *, by_silence: bool) -> None:
    order.closed_at, order.stop_side, order.stop_reason = clock.now(), None, ""
    if left := [one for one in queries.milestones(order) if not one.is_paid]:
        transaction = _release_milestone(actor, order, left[0])
    else:
        transaction = holds.release(
            actor=actor, subject=order.ref, to_organisation_id=order.lab_id, gross=order.gross, fee_bp=order.fee_bp,
            key=f"{order.ref}:release", memo=order.title,
        )  # fmt: skip
    _record(actor, order, OrderAccepted(order_id=order.id, transaction_id=transaction.id, by_silence=by_silence))


def drop(*, actor: Actor, order: ServiceOrder, reason: str) -> ServiceOrder:
    """Call it off before the money is held; either side may. What came in part goes back. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.DROP, order)
    told = reasons.given(reason, reasons.TO_THE_OTHER)
    queries.lock(order)
    LIFE.fire(order, Act.DROP)
    return _cancel(actor, order, told)


def ask_stop(*, actor: Actor, order: ServiceOrder, reason: str) -> ServiceOrder:
    """Ask the other side to call the order off; `call_off` is their consent. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.ASK_STOP, order)
    told = reasons.given(reason, reasons.TO_THE_OTHER)
    queries.lock(order)
    if order.state not in {State.IN_PROGRESS, State.DELIVERED}:
        raise NotNow(N_("Only an order that is worked on is called off by both sides."), code="not_in_progress")
    if order.stop_side is not None:
        raise NotNow(N_("One side has asked to call it off already."), code="stop_asked")
    side = side_of(actor, order)
    assert side is not None
    order.stop_side, order.stop_reason = side, told
    _record(actor, order, OrderStopAsked(order_id=order.id, side=side.value))
    _tell(actor, order, _other(side), N_("The other side asks to call “%(title)s” off: %(reason)s"), reason=told)
    return order


def refuse_stop(*, actor: Actor, order: ServiceOrder) -> ServiceOrder:
    """Go on with the order; also how one's own question is taken back. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.REFUSE_STOP, order)
    queries.lock(order)
    if order.stop_side is None:
        raise NotNow(N_("Nobody has asked to call this order off."), code="stop_not_asked")
    order.stop_side, order.stop_reason = None, ""
    _record(actor, order, OrderStopRefused(order_id=order.id))
    for side in Side:
        _tell(actor, order, side, N_("“%(title)s” goes on: it is not called off."))
    return order


def call_off(*, actor: Actor, order: ServiceOrder, reason: str = "") -> ServiceOrder:
    """Agree to what the other side asked; administrators decide alone, with a `reason`. The hold goes back to the buyer's balance.

    Raises NotAllowed, NotNow (code needs_consent), Invalid about `reason`.
    """
    POLICY.require(actor, Act.CALL_OFF, order)
    queries.lock(order)
    side = side_of(actor, order)
    if side is None:
        told = reasons.given(reason, reasons.TO_THE_OTHER)
    elif order.stop_side is None or side is order.stop_side:
        raise NotNow(N_("Both sides must want it: ask the other side first."), code="needs_consent")
    else:
        told = order.stop_reason
    LIFE.fire(order, Act.CALL_OFF)
    return _cancel(actor, order, told)


def settle(*, actor: Actor, order: ServiceOrder, to_lab: Money, reason: str) -> ServiceOrder:
    """End the order as a dispute about it ended: `to_lab` of what is held to the lab, less the fee, the rest back to the buyer.

    Raises NotAllowed, NotNow (also not_enough_held).
    """
    POLICY.require(actor, Act.SETTLE, order)
    queries.lock(order)
    if not to_lab:
        LIFE.fire(order, Act.CALL_OFF)
        return _cancel(actor, order, reason)
    LIFE.fire(order, Act.SETTLE)
    order.reason, order.closed_at, order.stop_side, order.stop_reason = reason, clock.now(), None, ""
    db.session.flush()
    paid = holds.release(
        actor=actor, subject=order.ref, to_organisation_id=order.lab_id, gross=to_lab, fee_bp=order.fee_bp, key=f"{order.ref}:settled",
        memo=order.title,
    )  # fmt: skip
    payments.refund(actor=actor, subject=order.ref, key=f"{order.ref}:refund")
    _record(actor, order, OrderSettled(order.id, paid.id, to_lab.minor))
    return order


def _carry_out(number: int, way: str, amount: Money | None, reason: str, ref: str) -> None:
    order = _found(number)
    settle(actor=SYSTEM, order=order, to_lab=queries.to_lab(order, way, amount), reason=reason or SETTLED)


def _resume(number: int) -> None:
    """The buyer's days to answer a delivery stood still."""
    order = _found(number)
    if order.state is State.DELIVERED:
        order.accept_by = rules.accept_by(clock.now())
        db.session.flush()


def _found(number: int) -> ServiceOrder:
    order = queries.by_id(number)
    assert order is not None
    return order


SETTLED = N_("Both sides settled their dispute.")
DISPUTED = Source(
    N_("Order"),
    "/orders/{}".format,
    queries.matter,
    lambda number: queries.lock(_found(number)),
    queries.effects,
    _carry_out,
    resume=_resume,
)
disputes.can_be_disputed("order", DISPUTED)


def _cancel(actor: Actor, order: ServiceOrder, reason: str) -> ServiceOrder:
    order.reason, order.closed_at, order.stop_side, order.stop_reason = reason, clock.now(), None, ""
    db.session.flush()
    payments.refund(actor=actor, subject=order.ref, key=f"{order.ref}:refund")
    _record(actor, order, OrderCancelled(order_id=order.id))
    for side in Side:
        _tell(actor, order, side, N_("“%(title)s” was called off: %(reason)s"), reason=reason)
    return order


def _other(side: Side) -> Side:
    return Side.LAB if side is Side.BUYER else Side.BUYER


def _record(actor: Actor, order: ServiceOrder, event: object) -> None:
    db.session.flush()
    journal.record(event, actor=actor, subject=order.ref)


def _tell(actor: Actor, order: ServiceOrder, side: Side, text: str, **values: Any) -> None:
    organisation_id = order.buyer_id if side is Side.BUYER else order.lab_id
    people: Iterable[int] = services.manager_ids(organisation_id)
    facts = {"title": order.title, "gross": str(order.gross), "net": str(order.split.net), **values}
    others = [person_id for person_id in people if person_id != actor.person_id]
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.MARKET, values=facts, link=order.path)
