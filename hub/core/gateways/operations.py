"""Writing down what a processor is to do and what it said. Nothing here speaks to it: `reactions.py` does, outside any unit of work."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, update

from hub.core.gateways import events, queries, rules
from hub.core.gateways.gateway import Object, Params
from hub.core.gateways.models import GatewayCall, GatewayEvent
from hub.core.gateways.states import CALL, EVENT, CallAct, CallState, EventAct, EventState
from hub.core.ledger import operations as ledger
from hub.core.ledger.operations import insert_unless_there
from hub.core.ledger.rules import Kind
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict
from hub.kernel.words import N_


def want(*, actor: Actor, key: str, name: str, params: Params, cause: str, at_once: bool = False) -> GatewayCall:
    """Have the processor carry out `name` ("refund.create") once; it becomes durable with the caller's unit of work.

    `key` is unique for ever: the same one again returns the first call, whatever became of it. `cause` ("funding:5") comes back in
    GatewayAnswered, GatewayRefused and GatewayNotice. `at_once`: the door makes the call itself (`reactions.carry_out_now`), the worker
    only if the door did not. That it may be wanted, the calling room has decided. Raises Conflict (idempotency_key_reused).
    """
    now, params_hash = clock.now(), rules.fingerprint(name, params, cause)
    values = {"key": key, "name": name, "params": dict(params), "params_hash": params_hash, "cause": cause, "state": CallState.WANTED}
    texts = {"remote_id": "", "refusal_code": "", "refusal": "", "trouble": ""}
    times = {"next_at": now + rules.HEAD_START if at_once else now, "created_at": now, "attempts": 0, "generation": 0}
    call_id = None if queries.by_key(key) else insert_unless_there(GatewayCall, ["key"], values | texts | times)
    if call_id is None:
        return _same(queries.by_key(key), params_hash)
    call = queries.call(call_id)
    journal.record(events.GatewayCallWanted(call.id, key, name, cause), actor=actor, subject=call.ref, scope=cause)
    return call


def _same(before: GatewayCall | None, params_hash: str) -> GatewayCall:
    if before is None or before.params_hash != params_hash:
        raise Conflict(N_("This key was used before for another call to the payment processor."), code="idempotency_key_reused")
    return before


def take(*, call_id: int, at_once: bool = False) -> bool:
    """Reserve the next attempt for the caller; False if the call is closed, not due, or another's."""
    due = [] if at_once else [GatewayCall.next_at <= clock.now()]
    taken = db.session.execute(
        update(GatewayCall)
        .where(GatewayCall.id == call_id, GatewayCall.state == CallState.WANTED, *due)
        .values(next_at=clock.now() + rules.LEASE, attempts=GatewayCall.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], taken).rowcount == 1


def note_answer(*, call_id: int, answer: Object) -> None:
    """The processor did it. A second answer to the same call changes nothing."""
    call = _open_call(call_id)
    if call is None:
        return
    CALL.fire(call, CallAct.ANSWER)
    call.answer, call.remote_id, call.closed_at, call.trouble = answer, str(answer.get("id") or "")[:120], clock.now(), ""
    event = events.GatewayAnswered(call.id, call.key, call.name, call.cause, call.remote_id)
    journal.record(event, actor=SYSTEM, subject=call.ref, scope=call.cause)


def note_refusal(*, call_id: int, code: str, message: str) -> None:
    """The processor will not do it."""
    call = _open_call(call_id)
    if call is None:
        return
    CALL.fire(call, CallAct.REFUSE)
    call.refusal_code, call.refusal, call.closed_at, call.trouble = code[:80] or "refused", message[:300], clock.now(), ""
    event = events.GatewayRefused(call.id, call.key, call.name, call.cause, call.refusal_code, call.refusal)
    journal.record(event, actor=SYSTEM, subject=call.ref, scope=call.cause)


def note_trouble(*, call_id: int, trouble: str, spoilt: bool = False, harmless: bool = False) -> None:
    """No answer yet: to be tried again later, under a fresh key if the old one is `spoilt`. `harmless`: surely nothing was done."""
    call = _open_call(call_id)
    if call is not None:
        call.forbidden_at = None
        _try_later(call, trouble, spoilt, harmless)


def _try_later(call: GatewayCall, trouble: str, spoilt: bool, harmless: bool) -> None:
    call.trouble, call.next_at = trouble[:300], clock.now() + rules.back_off(call.attempts)
    call.generation += spoilt
    call.harmless = min(call.harmless + harmless, call.attempts)


def note_forbidden(*, call_id: int, trouble: str) -> None:
    """This site's key may not do it. Administrators are told, once a day for all calls; after a day it is refused for good, provided
    that no earlier attempt can have had an effect."""
    call = _open_call(call_id)
    if call is None:
        return
    if call.forbidden_at is None:
        if not queries.forbidden_since(clock.now() - rules.PATIENCE):
            event = events.GatewayForbidden(call.id, call.key, call.name, call.cause, trouble[:300])
            journal.record(event, actor=SYSTEM, subject=call.ref, scope=call.cause)
        call.forbidden_at = clock.now()
    _try_later(call, trouble, False, True)
    if rules.given_up(forbidden_at=call.forbidden_at, now=clock.now(), attempts=call.attempts, harmless=call.harmless):
        note_refusal(call_id=call.id, code=rules.FORBIDDEN, message=trouble)


def _open_call(call_id: int) -> GatewayCall | None:
    call = db.session.get_one(GatewayCall, call_id, populate_existing=True, with_for_update=True)
    return call if call.state is CallState.WANTED else None


def take_event(*, event_id: str, type: str, kind: str, object_id: str, account: str = "") -> bool:
    """Keep a notice; False if it came before."""
    values = {"event_id": event_id, "type": type, "kind": kind, "object_id": object_id, "account": account}
    number = insert_unless_there(GatewayEvent, ["event_id"], values | {"state": EventState.RECEIVED, "received_at": clock.now()})
    if number is None:
        return False
    journal.record(events.GatewayEventReceived(number, type), actor=SYSTEM, subject=f"gateway_event:{number}")
    return True


def pass_on(*, event: GatewayEvent, cause: str) -> None:
    """Tell the rooms above that an object changed, once."""
    db.session.refresh(event, with_for_update=True)
    if event.state is not EventState.RECEIVED:
        return
    EVENT.fire(event, EventAct.HANDLE)
    event.handled_at = clock.now()
    notice = events.GatewayNotice(event.kind, event.object_id, cause, event.type, event.account)
    journal.record(notice, actor=SYSTEM, subject=event.ref, scope=cause)


def tell(*, kind: str, object_id: str, cause: str) -> None:
    """Tell the rooms above to look at an object of the processor, though it sent no notice of it that we know of."""
    notice = events.GatewayNotice(kind, object_id, cause, f"{kind}.looked_at")
    journal.record(notice, actor=SYSTEM, subject=f"{kind}:{object_id}"[:80], scope=cause)


def note_sweep(*, found: Object) -> None:
    """The processor paid what it has of ours to our own bank account (its `payout`, by whomever it was asked for), or that came back.
    Each once; of one that came back before anybody heard of it, both."""
    amount = rules.from_processor(int(found["amount"]), str(found["currency"]))
    key, status = f"processor_payout:{found['id']}", found.get("status")
    if status not in {"paid", "failed", "canceled"} or not found.get("balance_transaction"):
        return
    ledger.post(actor=SYSTEM, kind=Kind.PROCESSOR_PAYOUT, key=key, legs=rules.swept_legs(amount), memo=str(found["id"]))
    if status != "paid":
        legs = rules.swept_legs(-amount)
        ledger.post(actor=SYSTEM, kind=Kind.PROCESSOR_PAYOUT_RETURNED, key=f"{key}:returned", legs=legs, memo=str(found["id"]))
