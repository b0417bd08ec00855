"""The only writes on webhooks: endpoints by their owners, messages by what happened, attempts by the worker. No network here."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Select, delete, select, update

from hub.core.webhooks import events, queries, rules
from hub.core.webhooks.models import Attempt, Choice, Endpoint, Message
from hub.core.webhooks.policy import POLICY
from hub.core.webhooks.rules import Outcome, Reason
from hub.core.webhooks.states import ENDPOINT, MESSAGE, EndpointAct, EndpointState, MessageAct, MessageState
from hub.db import journal
from hub.db.extensions import db
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock, vault
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Invalid, NotAllowed, NotNow, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_

# What rooms have to tell


def sends(types: Mapping[str, type], reader: queries.Reader, *, data: Sequence[str], money: bool = False) -> None:
    """Called once by a room: its events (by the type that receivers read) may be sent to those whom `reader` names.

    `data` are the names of the facts that are sent, ids and codes alone: whoever receives them reads the rest with a key of their own.
    """
    for made in queries.declare(types, reader, data=data, money=money):
        reacts_to(made.event)(pass_on)


@journal.only_if(queries.is_wanted)
def pass_on(event: Any, fact: Fact) -> None:
    """Put a fact on its way to every endpoint that was there, chose it, and whose owner may know of it. Repeating it changes nothing."""
    sent = queries.sent_for(type(event))
    wanting = queries.wanting(sent.type)
    seen = sent.reader(event) if wanting else None
    if seen is None:
        return
    facts = {name: getattr(event, name) for name in sent.data}
    for endpoint in wanting:
        if endpoint.owner not in seen.by or fact.at < endpoint.created_at:
            continue
        if db.session.scalar(select(Message.id).where(Message.endpoint_id == endpoint.id, Message.journal_id == fact.id)) is None:
            _queue(endpoint, sent.type, facts, seen.path, at=fact.at, journal_id=fact.id)


def _queue(endpoint: Endpoint, type: str, facts: dict[str, Any], path: str, *, at: datetime, journal_id: int | None = None) -> Message:
    """What an endpoint that is paused or switched off misses is kept as not delivered: it can be sent later."""
    message = Message(
        endpoint_id=endpoint.id, journal_id=journal_id, uid=rules.new_uid(), type=type, facts=facts, path=path, at=at,
        state=MessageState.DUE if endpoint.state is EndpointState.ON else MessageState.FAILED, next_at=clock.now(), queued_at=clock.now(),
    )  # fmt: skip
    db.session.add(message)
    db.session.flush()
    return message


# Endpoints


def set_up(
    *,
    actor: Actor,
    url: str,
    types: Iterable[str],
    site_key: str,
    organisation_id: int | None = None,
    description: str = "",
    secret: str = "",
) -> tuple[Endpoint, str]:
    """An endpoint of the actor's own, or of an organisation that the actor manages: the row, and its secret, which is never shown again.

    `secret` is one that a program made itself. The caller has looked at the address (hub.kernel.egress.inspect).
    Raises NotAllowed, Invalid.
    """
    require_verified(actor)
    person_id = actor.person_id if organisation_id is None else None
    endpoint = Endpoint(
        person_id=person_id, organisation_id=organisation_id, url=url, description=description.strip(), sealed_secret="-",
        created_by=actor.person_id, created_at=clock.now(), free_at=clock.now(),
    )  # fmt: skip
    POLICY.require(actor, EndpointAct.CHANGE, endpoint)
    if len(queries.of_owner(person_id=person_id, organisation_id=organisation_id)) >= rules.MOST_ENDPOINTS:
        raise Invalid(N_("There are %(n)s webhooks already: remove one that is not used any more first."), n=rules.MOST_ENDPOINTS)
    chosen = _choosable(actor, organisation_id, types)
    fresh = rules.own_secret(secret) if secret else rules.new_secret()
    db.session.add(endpoint)
    db.session.flush()
    endpoint.sealed_secret = vault.shut(site_key, rules.PURPOSE, fresh, row=endpoint.ref)
    db.session.add_all(Choice(endpoint_id=endpoint.id, type=type) for type in chosen)
    _record(events.EndpointSetUp(endpoint.id), actor, endpoint)
    return endpoint, fresh


def _choosable(actor: Actor, organisation_id: int | None, types: Iterable[str], already: Iterable[str] = ()) -> list[str]:
    """The types, sorted. Who does not keep the books may leave chosen what somebody else chose. Raises Invalid, NotAllowed."""
    chosen = sorted(set(types))
    if not chosen:
        raise one_field("types", N_("Choose at least one event."), code="no_types")
    for type in chosen:
        sent = queries.known(type)
        if sent is None:
            raise one_field("types", N_("There is no event “%(type)s”."), code="unknown_type", type=type[:60])
        if type not in already and not queries.may_choose(actor, organisation_id, sent):
            raise NotAllowed(N_("Events about money are chosen by whoever keeps the organisation’s books."), code="books_only")
    return chosen


def change(*, actor: Actor, endpoint: Endpoint, url: str, types: Iterable[str], description: str = "") -> Endpoint:
    """Raises NotAllowed, Invalid."""
    POLICY.require(actor, EndpointAct.CHANGE, endpoint)
    before = set(queries.choices([endpoint.id]).get(endpoint.id, []))
    chosen = set(_choosable(actor, endpoint.organisation_id, types, before))
    fields = [name for name, new in (("url", url), ("description", description.strip())) if getattr(endpoint, name) != new]
    if chosen != before:
        db.session.execute(delete(Choice).where(Choice.endpoint_id == endpoint.id, Choice.type.in_(before - chosen)))
        db.session.add_all(Choice(endpoint_id=endpoint.id, type=type) for type in sorted(chosen - before))
        fields.append("types")
    if fields:
        endpoint.url, endpoint.description = url, description.strip()
        if "url" in fields:  # another receiver: what the former one did is not held against it
            endpoint.failures, endpoint.failing_since, endpoint.free_at = 0, None, clock.now()
        _record(events.EndpointChanged(endpoint.id, ",".join(fields)), actor, endpoint)
    return endpoint


def rotate(*, actor: Actor, endpoint: Endpoint, site_key: str, secret: str = "") -> str:
    """A new secret, shown now and never again. The former one goes on signing beside it for a day, unless the site's key has changed and
    nobody can read it any more. Raises NotAllowed, Invalid."""
    POLICY.require(actor, EndpointAct.CHANGE, endpoint)
    fresh = rules.own_secret(secret) if secret else rules.new_secret()
    endpoint.former_secret, endpoint.former_until = endpoint.sealed_secret, clock.now() + rules.ROTATION
    if not _opens(endpoint, site_key):
        endpoint.former_secret, endpoint.former_until = "", None
    endpoint.sealed_secret = vault.shut(site_key, rules.PURPOSE, fresh, row=endpoint.ref)
    _record(events.EndpointSecretRotated(endpoint.id), actor, endpoint)
    return fresh


def _opens(endpoint: Endpoint, site_key: str) -> bool:
    """Can the present secret still be read?"""
    try:
        vault.opened(site_key, rules.PURPOSE, endpoint.sealed_secret, row=endpoint.ref)
    except ValueError:
        return False
    return True


def pause(*, actor: Actor, endpoint: Endpoint) -> Endpoint:
    """Send nothing for a while; what waits and what happens meanwhile is kept as not delivered. Raises NotAllowed, NotNow."""
    _moved(actor, endpoint, EndpointAct.PAUSE)
    _give_up_all(endpoint)
    return endpoint


def resume(*, actor: Actor, endpoint: Endpoint, send_missed: bool = False) -> Endpoint:
    """Switch it on again, with a clean slate. What it missed while it was off stays in the log, and is sent only if its owner says so:
    nobody is overrun by old news unasked. Raises NotAllowed, NotNow."""
    since = queries.off_since(endpoint)
    _moved(actor, endpoint, EndpointAct.RESUME)
    endpoint.reason, endpoint.failures, endpoint.failing_since, endpoint.free_at = "", 0, None, clock.now()
    if send_missed and since is not None:
        _send_again(actor, endpoint, queries.missed_since(endpoint.id, since))
    return endpoint


def end(*, actor: Actor, endpoint: Endpoint) -> Endpoint:
    """Remove it for good: nobody sees it any more, and it keeps no secret. Raises NotAllowed, NotNow."""
    _moved(actor, endpoint, EndpointAct.END)
    endpoint.reason = endpoint.sealed_secret = endpoint.former_secret = ""
    endpoint.former_until = None
    db.session.execute(delete(Choice).where(Choice.endpoint_id == endpoint.id))
    _give_up_all(endpoint)
    return endpoint


def _moved(actor: Actor, endpoint: Endpoint, act: EndpointAct) -> Endpoint:
    POLICY.require(actor, act, endpoint)
    ENDPOINT.fire(endpoint, act)
    _record(events.EndpointMoved(endpoint.id, endpoint.state.value), actor, endpoint)
    return endpoint


def disable(*, actor: Actor = SYSTEM, endpoint: Endpoint, reason: Reason) -> None:
    """Switch it off, and keep what waits as not delivered. Nothing happens to one that is not on."""
    if endpoint.state is not EndpointState.ON:
        return
    ENDPOINT.fire(endpoint, EndpointAct.DISABLE)
    endpoint.reason = reason.value
    _record(events.EndpointDisabled(endpoint.id, reason.value), actor, endpoint)
    _give_up_all(endpoint)


def _give_up_all(endpoint: Endpoint) -> None:
    waiting = update(Message).where(Message.endpoint_id == endpoint.id, Message.state == MessageState.DUE)
    db.session.execute(waiting.values(state=MessageState.FAILED, next_at=clock.now()))


def _record(event: Any, actor: Actor, endpoint: Endpoint) -> None:
    journal.record(event, actor=actor, subject=endpoint.ref, scope=endpoint.owner)


# Messages, at their owner's wish


def send_test(*, actor: Actor, endpoint: Endpoint) -> Message:
    """A message without news. Raises NotAllowed, NotNow."""
    POLICY.require(actor, EndpointAct.CHANGE, endpoint)
    _require_on(endpoint)
    _wake(endpoint)
    return _queue(endpoint, rules.TEST, {"endpoint_id": endpoint.id}, f"/api/v1/webhooks/{endpoint.id}", at=clock.now())


def replay(*, actor: Actor, endpoint: Endpoint, message: Message) -> Message:
    """Send one message again, under its own id: receivers that have it know it by that. Raises NotAllowed, NotNow."""
    POLICY.require(actor, EndpointAct.CHANGE, endpoint)
    _require_on(endpoint)
    MESSAGE.fire(message, MessageAct.REPLAY)
    message.attempts, message.next_at, message.delivered_at = 0, clock.now(), None
    _wake(endpoint)
    _record(events.MessagesReplayed(endpoint.id, 1), actor, endpoint)
    return message


def replay_failed(*, actor: Actor, endpoint: Endpoint, since: datetime) -> int:
    """Send everything again that was not delivered and is not older than `since`; how many. Raises NotAllowed, NotNow."""
    POLICY.require(actor, EndpointAct.CHANGE, endpoint)
    _require_on(endpoint)
    return _send_again(actor, endpoint, queries.failed_since(endpoint.id, since))


def _send_again(actor: Actor, endpoint: Endpoint, chosen: Select[int]) -> int:
    again = update(Message).where(Message.id.in_(chosen))
    count = _count(again.values(state=MessageState.DUE, attempts=0, next_at=clock.now()))
    if count:
        _wake(endpoint)
        _record(events.MessagesReplayed(endpoint.id, count), actor, endpoint)
    return count


def _wake(endpoint: Endpoint) -> None:
    """Whoever wants to see it called does not wait until it has rested."""
    if endpoint.failures:
        _note_health(endpoint.id, free_at=clock.now())


def _require_on(endpoint: Endpoint) -> None:
    """Raises NotNow."""
    if endpoint.state is not EndpointState.ON:
        raise NotNow(N_("Switch the webhook on first."), code="webhook_off")


def _count(statement: Any) -> int:
    return cast(CursorResult[Any], db.session.execute(statement)).rowcount


# The worker's part: each step in a unit of work of its own, with the network between them


@dataclass(frozen=True)
class Job:
    """One attempt, free of the database."""

    endpoint_id: int
    message_id: int
    attempt: int
    url: str
    uid: str
    type: str
    at: datetime
    facts: dict[str, Any]
    path: str
    signing: list[str]


def take_endpoint(*, endpoint_id: int) -> bool:
    """Hold the endpoint for LEASE, so that nobody else calls it meanwhile; False if somebody was first."""
    now = clock.now()
    free = update(Endpoint).where(Endpoint.id == endpoint_id, Endpoint.state == EndpointState.ON, Endpoint.free_at <= now)
    return _count(free.values(free_at=now + rules.LEASE)) == 1


def take_message(*, endpoint_id: int, site_key: str) -> Job | None:
    """The endpoint's next message, as one more attempt; None if there is none, or the endpoint is on no more."""
    endpoint = db.session.get(Endpoint, endpoint_id, populate_existing=True)
    if endpoint is None or endpoint.state is not EndpointState.ON:
        return None
    message = queries.next_due(endpoint_id)
    if message is None:
        return None
    try:
        signing = _signing(endpoint, site_key)
    except ValueError:
        disable(endpoint=endpoint, reason=Reason.SECRET)
        return None
    message.attempts, message.next_at = message.attempts + 1, clock.now() + rules.LEASE
    return Job(
        endpoint.id, message.id, message.attempts, endpoint.url, message.uid, message.type, message.at, message.facts, message.path, signing
    )


def _signing(endpoint: Endpoint, site_key: str) -> list[str]:
    """The present secret, and for a day after a change the former one. Raises ValueError once the site's key has changed."""
    sealed = [endpoint.sealed_secret]
    if endpoint.former_until is not None and clock.now() < endpoint.former_until:
        sealed.append(endpoint.former_secret)
    return [vault.opened(site_key, rules.PURPOSE, one, row=endpoint.ref) for one in sealed]


def note(*, job: Job, outcome: Outcome) -> bool:
    """Write an attempt down and what follows from it. True if the endpoint took it, so that the next one may be tried at once."""
    endpoint = db.session.get(Endpoint, job.endpoint_id, populate_existing=True)
    message = db.session.get(Message, job.message_id, populate_existing=True)
    if endpoint is None or message is None:  # its owner left while we spoke
        return False
    db.session.add(
        Attempt(
            message_id=job.message_id, at=clock.now(), status=outcome.status, trouble=outcome.trouble, milliseconds=outcome.milliseconds,
            answer=outcome.answer.replace("\x00", "�"),
        )
    )  # fmt: skip
    if outcome.is_success:
        if message.state is not MessageState.DELIVERED:
            MESSAGE.fire(message, MessageAct.DELIVER)
            message.delivered_at = clock.now()
        _note_health(endpoint.id, failures=0, failing_since=None, free_at=clock.now() + rules.LEASE)
        return True
    _note_failure(endpoint, message, outcome)
    return False


def _note_failure(endpoint: Endpoint, message: Message, outcome: Outcome) -> None:
    since, failures = endpoint.failing_since or clock.now(), endpoint.failures + 1
    _note_health(endpoint.id, failures=failures, failing_since=since, free_at=clock.now() + rules.rest(failures))
    pause = None if outcome.is_gone else rules.wait(message.attempts, random.uniform(0.8, 1.2))
    if message.state is MessageState.DUE:
        if pause is None:
            MESSAGE.fire(message, MessageAct.GIVE_UP)
        else:
            message.next_at = clock.now() + pause
    db.session.flush()
    if outcome.is_gone:
        disable(endpoint=endpoint, reason=Reason.GONE)
    elif clock.now() - since >= rules.PERSISTENT:
        disable(endpoint=endpoint, reason=Reason.FAILING)


def _note_health(endpoint_id: int, **values: Any) -> None:
    """Beside the row's version: what a receiver does must not spoil a form that its owner has open."""
    db.session.execute(update(Endpoint).where(Endpoint.id == endpoint_id).values(**values))


def release(*, endpoint_id: int) -> None:
    """Let go of an endpoint that has nothing due any more."""
    _note_health(endpoint_id, free_at=clock.now())


def forget_old() -> int:
    """Take some of what is over and older than the log reaches out of it; how many messages. Nothing is left once it is none."""
    old = list(queries.over())
    db.session.execute(delete(Attempt).where(Attempt.message_id.in_(old)))
    return _count(delete(Message).where(Message.id.in_(old)))


def disable_of_person(*, person_id: int) -> None:
    """Nothing is sent for an account that is suspended."""
    for endpoint in queries.of_person(person_id):
        disable(endpoint=endpoint, reason=Reason.SUSPENDED)
