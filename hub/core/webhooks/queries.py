"""What can be sent to whom, whose endpoints there are, and their log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from hub.core.webhooks import rules
from hub.core.webhooks.events import EndpointDisabled, EndpointMoved
from hub.core.webhooks.models import Attempt, Choice, Endpoint, Message
from hub.core.webhooks.policy import POLICY
from hub.core.webhooks.states import EndpointAct, EndpointState, MessageState
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.db.prepared import Prepared, connection
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_


@dataclass(frozen=True)
class Seen:
    """Who may be told of a fact ("organisation:3", "person:7"), and the path of our API where they read about it."""

    by: frozenset[str]
    path: str = ""


def seen(*, organisations: Iterable[int | None] = (), people: Iterable[int | None] = (), path: str = "") -> Seen:
    """None is nobody."""
    refs = {f"organisation:{one}" for one in organisations if one is not None} | {f"person:{one}" for one in people if one is not None}
    return Seen(frozenset(refs), path)


Reader = Callable[[Any], Seen | None]
Event: TypeAlias = type[Any]


@dataclass(frozen=True)
class Sent:
    """One type of event that can be sent. `says` is the fact's sentence; `data` are the names of its fields that are sent: ids and codes.

    `reader` finds out who may be told. `money`: for an organisation only who keeps its books may choose it.
    """

    type: str
    event: Event
    says: str
    data: tuple[str, ...]
    reader: Reader
    money: bool = False

    @property
    def group(self) -> str:
        return self.type.partition(".")[0]


_sent: dict[str, Sent] = {}
_by_event: dict[Event, Sent] = {}
_types: dict[str, str] = {}
"""Types by the events' names, as the journal knows them."""


def declare(types: Mapping[str, Event], reader: Reader, *, data: Sequence[str], money: bool = False) -> list[Sent]:
    """Called by `operations.sends`. Raises ValueError for a type or an event that is declared already, or data that the event has not."""
    made = []
    for name, event in types.items():
        if missing := set(data) - set(event.__dataclass_fields__):
            raise ValueError(f"{event.__name__} has no {sorted(missing)}")
        if name in _sent or event in _by_event:
            raise ValueError(f"{name} ({event.__name__}) is declared already")
        _sent[name] = _by_event[event] = Sent(name, event, str(event.SAYS), tuple(data), reader, money)
        _types[event.__name__] = name
        made.append(_sent[name])
    return made


def types() -> list[Sent]:
    """Every type of event, by name."""
    return [_sent[name] for name in sorted(_sent)]


def known(type: str) -> Sent | None:
    return _sent.get(type)


def sent_for(event: Event) -> Sent:
    return _by_event[event]


def may_choose(actor: Actor, organisation_id: int | None, type: Sent) -> bool:
    return not type.money or organisation_id is None or actor.keeps_books_of(organisation_id)


_WANTED = Prepared(select(Choice.type).where(Choice.type == bindparam("type")).limit(1))
"""Asked with every commit of such a fact, so made once."""


def is_wanted(kind: str) -> bool:
    """Has any endpoint chosen facts of this kind (an event's name)? Asked in the transaction that writes the fact."""
    return bool(_WANTED(connection(), {"type": _types[kind]}))


def wanting(type: str) -> list[Endpoint]:
    """Endpoints that chose the type, those that are paused or switched off included."""
    rows = db.session.scalars(
        select(Endpoint)
        .join(Choice, Choice.endpoint_id == Endpoint.id)
        .where(Choice.type == type, Endpoint.state != EndpointState.ENDED)
        .order_by(Endpoint.id)
    )
    return list(rows)


# Whose they are


def get_for(actor: Actor, endpoint_id: int) -> Endpoint:
    """Raises NotFound; NotAllowed for members of the organisation who do not manage it."""
    endpoint = db.session.get(Endpoint, endpoint_id)
    if endpoint is None or endpoint.state is EndpointState.ENDED:
        raise NotFound(N_("There is no such webhook."))
    if not POLICY.can(actor, EndpointAct.SEE, endpoint) and not actor.belongs_to(endpoint.organisation_id):
        raise NotFound(N_("There is no such webhook."))
    POLICY.require(actor, EndpointAct.SEE, endpoint)
    return endpoint


def by_id(endpoint_id: int) -> Endpoint | None:
    return db.session.get(Endpoint, endpoint_id)


def _of(person_id: int | None, organisation_id: int | None) -> ColumnElement[bool]:
    return Endpoint.organisation_id == organisation_id if organisation_id is not None else Endpoint.person_id == person_id


def of_owner(*, person_id: int | None = None, organisation_id: int | None = None) -> Sequence[Endpoint]:
    """Those of an organisation, or else of a person; the removed ones are gone."""
    mine = select(Endpoint).where(_of(person_id, organisation_id), Endpoint.state != EndpointState.ENDED)
    return db.session.scalars(mine.order_by(Endpoint.id)).all()


def of_person(person_id: int) -> Sequence[Endpoint]:
    return of_owner(person_id=person_id)


def after(*, person_id: int | None, organisation_id: int | None, last_id: int | None, limit: int) -> Sequence[Endpoint]:
    mine = select(Endpoint).where(_of(person_id, organisation_id), Endpoint.state != EndpointState.ENDED, Endpoint.id > (last_id or 0))
    return db.session.scalars(mine.order_by(Endpoint.id).limit(limit)).all()


def choices(endpoint_ids: Iterable[int]) -> dict[int, list[str]]:
    """The chosen types by endpoint, in one statement."""
    found: dict[int, list[str]] = {}
    rows = db.session.execute(
        select(Choice.endpoint_id, Choice.type).where(Choice.endpoint_id.in_(list(endpoint_ids))).order_by(Choice.type)
    )
    for row in rows:
        found.setdefault(row.endpoint_id, []).append(row.type)
    return found


# The log


@dataclass(frozen=True)
class Asked:
    """What of the log is wanted."""

    state: MessageState | None = None
    type: str = ""


def _log(endpoint_id: int, asked: Asked) -> Select[Message]:
    found = select(Message).where(Message.endpoint_id == endpoint_id)
    if asked.state is not None:
        found = found.where(Message.state == asked.state)
    if asked.type:
        found = found.where(Message.type == asked.type)
    return found


def log(endpoint: Endpoint, asked: Asked = Asked(), *, page: int = 1, size: int = 30) -> tuple[Sequence[Message], int]:
    """The newest first, and how many there are."""
    found = _log(endpoint.id, asked)
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    return db.session.scalars(found.order_by(Message.id.desc()).offset((page - 1) * size).limit(size)).all(), total


def log_before(endpoint: Endpoint, asked: Asked, last_id: int | None, limit: int) -> Sequence[Message]:
    """The newest first, from `last_id` (exclusive) on."""
    found = _log(endpoint.id, asked)
    return db.session.scalars(older(found, Message.id, last_id, limit)).all()


def message_of(endpoint: Endpoint, message_id: int) -> Message:
    """Raises NotFound."""
    message = db.session.get(Message, message_id)
    if message is None or message.endpoint_id != endpoint.id:
        raise NotFound(N_("There is no such message any more."))
    return message


def attempts_of(message_ids: Iterable[int]) -> dict[int, list[Attempt]]:
    """By message, the oldest first, in one statement."""
    found: dict[int, list[Attempt]] = {}
    for attempt in db.session.scalars(select(Attempt).where(Attempt.message_id.in_(list(message_ids))).order_by(Attempt.id)):
        found.setdefault(attempt.message_id, []).append(attempt)
    return found


def failed_since(endpoint_id: int, since: datetime) -> Select[int]:
    return select(Message.id).where(Message.endpoint_id == endpoint_id, Message.state == MessageState.FAILED, Message.queued_at >= since)


def off_since(endpoint: Endpoint) -> datetime | None:
    """When it was paused or switched off; None while it is on."""
    if endpoint.state is EndpointState.ON:
        return None
    moved = JournalRow.kind.in_((EndpointMoved.__name__, EndpointDisabled.__name__))
    return db.session.scalar(select(JournalRow.at).where(JournalRow.subject == endpoint.ref, moved).order_by(JournalRow.id.desc()).limit(1))


def missed_since(endpoint_id: int, since: datetime) -> Select[int]:
    """What waited when it was paused or switched off at that moment, and what has happened from then on."""
    return select(Message.id).where(Message.endpoint_id == endpoint_id, Message.state == MessageState.FAILED, Message.next_at >= since)


def count_missed(endpoint: Endpoint) -> int:
    """How many messages it has missed while it is off."""
    since = off_since(endpoint)
    return 0 if since is None else db.session.scalar(select(func.count()).select_from(missed_since(endpoint.id, since).subquery())) or 0


def count_failed(endpoint: Endpoint) -> int:
    return db.session.scalar(select(func.count()).where(Message.endpoint_id == endpoint.id, Message.state == MessageState.FAILED)) or 0


# For the worker


def due_endpoints(limit: int) -> Sequence[int]:
    """Endpoints that are on, free, and have something due; who has waited longest first."""
    now = clock.now()
    return db.session.scalars(
        select(Endpoint.id)
        .join(Message, Message.endpoint_id == Endpoint.id)
        .where(Message.state == MessageState.DUE, Message.next_at <= now, Endpoint.state == EndpointState.ON, Endpoint.free_at <= now)
        .group_by(Endpoint.id)
        .order_by(func.min(Message.next_at))
        .limit(limit)
    ).all()


def next_due(endpoint_id: int) -> Message | None:
    due = select(Message).where(Message.endpoint_id == endpoint_id, Message.state == MessageState.DUE, Message.next_at <= clock.now())
    return db.session.scalars(due.order_by(Message.id).limit(1)).one_or_none()


def over(limit: int = 500) -> Sequence[int]:
    """Messages that are over and older than the log reaches."""
    old = select(Message.id).where(Message.state != MessageState.DUE, Message.queued_at < clock.now() - rules.KEPT)
    return db.session.scalars(old.order_by(Message.id).limit(limit)).all()
