"""Speaking to the processor: outside any unit of work, under a key that never changes, until there is an answer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.core.gateways import gateway_stripe, operations, queries, rules
from hub.core.gateways.events import GatewayCallWanted, GatewayEventReceived
from hub.core.gateways.gateway import Busy, Forbidden, Object, Processor, Refused, Unreachable
from hub.core.gateways.models import GatewayCall
from hub.core.gateways.states import EventState
from hub.db import work
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

log = logging.getLogger("hub.gateways")


WITHOUT_CAUSE = frozenset({"payout"})
"""Kinds of objects that the processor makes by itself, or for whoever asks it to in its own dashboard."""


@dataclass(frozen=True)
class Attempt:
    """A call as it is made, free of the database. `before` counts the attempts made already."""

    call_id: int
    name: str
    params: dict[str, Any]
    key: str
    remote_key: str
    created_at: datetime
    before: int
    generation: int

    @classmethod
    def of(cls, call: GatewayCall) -> Attempt:
        params = rules.marked(call.name, call.params, call.key, call.cause)
        sent_key = rules.remote_key(call.key, call.generation)
        return cls(call.id, call.name, params, call.key, sent_key, call.created_at, call.attempts - 1, call.generation)


def processor() -> Processor | None:
    """The site's payment processor; None when money moves by bank transfer alone."""
    return gateway_stripe.configured()


def need_processor() -> None:
    """Raises NotFound where money moves by bank transfer alone."""
    if processor() is None:
        raise NotFound(N_("This site takes no card payments."))


@reacts_to(GatewayCallWanted)
def make_the_call(event: GatewayCallWanted, fact: Fact) -> None:
    """The first attempt. What has no answer then is tried again by the clock."""
    _carry_out(event.call_id)


@every(2)
def make_due_calls() -> None:
    for call_id in queries.due_calls():
        _carry_out(call_id)


def carry_out_now(call_id: int) -> GatewayCall:
    """Make the call at once and return it as it is then: answered, refused, or still wanted if there was no answer.

    Called inside a writing unit of work: what was done so far is committed first.
    """
    _carry_out(call_id, at_once=True)
    return queries.call(call_id)


def _carry_out(call_id: int, *, at_once: bool = False) -> None:
    speaks = processor()
    if speaks is None or not operations.take(call_id=call_id, at_once=at_once):
        return
    attempt = Attempt.of(queries.call(call_id))
    try:
        with work.outside():
            answer = _found_or_made(speaks, attempt)
    except Refused as error:
        operations.note_refusal(call_id=call_id, code=error.code, message=error.message)
    except Forbidden as error:
        log.error("call %s is not allowed: %s", call_id, error)
        operations.note_forbidden(call_id=call_id, trouble=str(error))
    except Busy as error:
        _note_trouble(call_id, error, harmless=True)
    except Unreachable as error:
        with work.outside():
            found, spoilt = _look_after(error, speaks, attempt)
        if found is not None:
            operations.note_answer(call_id=call_id, answer=found)
        else:
            _note_trouble(call_id, error, spoilt=spoilt)
    else:
        operations.note_answer(call_id=call_id, answer=answer)


def _note_trouble(call_id: int, error: Exception, *, spoilt: bool = False, harmless: bool = False) -> None:
    log.warning("call %s has no answer yet: %s", call_id, error)
    operations.note_trouble(call_id=call_id, trouble=str(error), spoilt=spoilt, harmless=harmless)


def _found_or_made(speaks: Processor, attempt: Attempt) -> Object:
    """The call's answer; or the effect of an earlier attempt, where the processor may not know our key any more."""
    if rules.look_first(created_at=attempt.created_at, now=clock.now(), attempts=attempt.before, generation=attempt.generation):
        found = _effect(speaks, attempt)
        if found is not None:
            return found
    return speaks.call(attempt.name, attempt.params, attempt.remote_key)


def _look_after(error: Unreachable, speaks: Processor, attempt: Attempt) -> tuple[Object | None, bool]:
    """After an error of the processor's own that came twice under one key (it replays those for a day, too): the effect, if there is
    one; else whether the key is spoilt, so that the next attempt takes another."""
    if not error.answered or not attempt.before or attempt.name not in (*rules.MARKED, *rules.WITHOUT_EFFECT):
        return None, False
    try:
        found = _effect(speaks, attempt)
    except (Unreachable, Busy, Refused):
        return None, False
    return found, found is None


def _effect(speaks: Processor, attempt: Attempt) -> Object | None:
    """What an earlier attempt made, found by our key in its metadata."""
    if attempt.name not in rules.MARKED:
        return None
    kind = attempt.name.rpartition(".")[0]
    for one in speaks.list(kind, **rules.search_filters(attempt.params, attempt.created_at)):
        if (one.get("metadata") or {}).get(rules.HUB_KEY) == attempt.key:
            return one
    return None


def fresh(kind: str, object_id: str) -> Object:
    """The processor's object as it is now. Inside a unit of work: what was done so far is committed first.

    Raises Unreachable, Busy, Refused; LookupError without a processor.
    """
    speaks = processor()
    if speaks is None:
        raise LookupError("no payment processor is configured")
    with work.outside():
        return speaks.fetch(kind, object_id)


@reacts_to(GatewayEventReceived)
def handle_event(event: GatewayEventReceived, fact: Fact) -> None:
    """Read the object afresh, find out whose it is, and tell the rooms above."""
    notice = queries.event(event.gateway_event_id)
    if notice.state is not EventState.RECEIVED or processor() is None:
        return
    cause = _cause_of(notice.kind, notice.object_id)
    operations.pass_on(event=queries.event(event.gateway_event_id), cause=cause)


def look_again(kind: str, object_id: str) -> None:
    """Have the rooms above look at an object of the processor as if a notice of it had come: theirs may have been lost."""
    cause = _cause_of(kind, object_id)
    if cause or kind in WITHOUT_CAUSE:
        operations.tell(kind=kind, object_id=object_id, cause=cause)


def _cause_of(kind: str, object_id: str) -> str:
    """Our cause, from the object's metadata or from that of the payment it belongs to; empty if it has none."""
    if kind not in gateway_stripe.SERVICES or not object_id:
        return ""
    try:
        found = fresh(kind, object_id)
        cause = _cause_in(found)
        if not cause and isinstance(found.get("payment_intent"), str):
            cause = _cause_in(fresh("payment_intent", found["payment_intent"]))
    except Refused:  # it is not there any more
        return ""
    return cause


def _cause_in(found: Object) -> str:
    return str((found.get("metadata") or {}).get(rules.HUB_CAUSE, ""))[:80]
