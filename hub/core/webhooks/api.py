"""The JSON door: webhooks, set up and looked after by programs."""

from __future__ import annotations

from typing import Any

from flask import current_app, jsonify
from flask_babel import gettext

from hub.core.organisations import queries as organisations
from hub.core.webhooks import operations, queries, rules
from hub.core.webhooks.models import Endpoint
from hub.core.webhooks.policy import POLICY
from hub.core.webhooks.queries import Asked
from hub.core.webhooks.schemas import (
    AttemptOut,
    EndpointIn,
    EndpointOut,
    EndpointsAsked,
    EndpointsOut,
    LogAsked,
    MessageOut,
    MessagesOut,
    MessageWithAttemptsOut,
    NewEndpointIn,
    ReplayedOut,
    ReplayIn,
    ResumeIn,
    SecretIn,
    TypesOut,
)
from hub.core.webhooks.states import EndpointAct
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint(
    "webhooks", __name__, prefix="/webhooks", description="Your programs hear of what happens here: signed messages to an address."
)


def _site_key() -> str:
    return str(current_app.config["HUB"].secret_key)


def _organisation(slug: str) -> int | None:
    """Raises NotFound, NotAllowed."""
    if not slug:
        return None
    organisation = organisations.by_slug(slug)
    POLICY.require(actor(), EndpointAct.SEE, Endpoint(organisation_id=organisation.id))
    return organisation.id


def _dumped(endpoint: Endpoint, types: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = EndpointOut().dump(endpoint)
    return made | {"types": types, "missed": queries.count_missed(endpoint)}


def _told(endpoint: Endpoint, status: int = 200) -> Any:
    return tagged(_dumped(endpoint, queries.choices([endpoint.id]).get(endpoint.id, [])), endpoint.version, status)


@api.get("/types")
@public
@api.response(200, TypesOut)
def types() -> Any:
    """Every type of event that can be sent, with the names of what it carries."""
    items = [
        {"type": one.type, "says": rules.left_open(gettext(one.says)), "data": one.data, "money": one.money} for one in queries.types()
    ]
    return {"items": items, "next": None}


@api.get("")
@api.arguments(EndpointsAsked, location="query")
@api.response(200, EndpointsOut)
def listed(asked: dict[str, Any]) -> Any:
    """Your own, or those of an organisation that you manage."""
    last_id, limit = cursor()
    ours = _organisation(asked["organisation"])
    found = queries.after(person_id=actor().person_id, organisation_id=ours, last_id=last_id, limit=limit + 1)
    chosen = queries.choices(endpoint.id for endpoint in found)
    return paged(found, _Listed(chosen), limit)


class _Listed(EndpointOut):
    """With the chosen types, asked once for the whole list."""

    def __init__(self, chosen: dict[int, list[str]]) -> None:
        super().__init__()
        self._chosen = chosen

    def dump(self, obj: Any, **kwargs: Any) -> Any:
        return super().dump(obj, **kwargs) | {"types": self._chosen.get(obj.id, [])}


@api.post("")
@writes
@api.arguments(NewEndpointIn)
@api.response(201, EndpointOut)
def set_up(data: dict[str, Any]) -> Any:
    """Have messages sent to an address. Takes an Idempotency-Key."""
    ours = _organisation(data.pop("organisation"))
    endpoint, _ = operations.set_up(actor=actor(), organisation_id=ours, site_key=_site_key(), **data)
    return _told(endpoint, 201)


@api.get("/<int:endpoint_id>")
@api.response(200, EndpointOut)
def show(endpoint_id: int) -> Any:
    return _told(queries.get_for(actor(), endpoint_id))


@api.put("/<int:endpoint_id>")
@writes
@api.arguments(EndpointIn)
@api.response(200, EndpointOut)
def change(data: dict[str, Any], endpoint_id: int) -> Any:
    """Another address, other events. Takes If-Match."""
    endpoint = queries.get_for(actor(), endpoint_id)
    check_version(endpoint.version)
    return _told(operations.change(actor=actor(), endpoint=endpoint, **data))


@api.delete("/<int:endpoint_id>")
@writes
@api.response(204)
def end(endpoint_id: int) -> Any:
    operations.end(actor=actor(), endpoint=queries.get_for(actor(), endpoint_id))


@api.post("/<int:endpoint_id>/pause")
@writes
@api.response(200, EndpointOut)
def pause(endpoint_id: int) -> Any:
    """Nothing is sent while it is paused; what it misses is kept for 30 days."""
    return _told(operations.pause(actor=actor(), endpoint=queries.get_for(actor(), endpoint_id)))


@api.post("/<int:endpoint_id>/resume")
@writes
@api.arguments(ResumeIn)
@api.response(200, EndpointOut)
def resume(data: dict[str, Any], endpoint_id: int) -> Any:
    """Send again from now on. What it missed (`missed`) stays in the log unless `send_missed` says otherwise."""
    return _told(operations.resume(actor=actor(), endpoint=queries.get_for(actor(), endpoint_id), **data))


@api.post("/<int:endpoint_id>/rotate")
@writes
@api.arguments(SecretIn)
@api.response(200, EndpointOut)
def rotate(data: dict[str, Any], endpoint_id: int) -> Any:
    """Sign with a new secret; for 24 hours the former one signs, too."""
    endpoint = queries.get_for(actor(), endpoint_id)
    operations.rotate(actor=actor(), endpoint=endpoint, site_key=_site_key(), **data)
    return _told(endpoint)


@api.post("/<int:endpoint_id>/test")
@writes
@api.response(201, MessageOut)
def send_test(endpoint_id: int) -> Any:
    """Have a message without news sent."""
    return operations.send_test(actor=actor(), endpoint=queries.get_for(actor(), endpoint_id))


@api.post("/<int:endpoint_id>/replay")
@writes
@api.arguments(ReplayIn)
@api.response(200, ReplayedOut)
def replay_failed(data: dict[str, Any], endpoint_id: int) -> Any:
    """Send everything again that was not delivered since a moment."""
    endpoint = queries.get_for(actor(), endpoint_id)
    return {"messages": operations.replay_failed(actor=actor(), endpoint=endpoint, **data)}


@api.get("/<int:endpoint_id>/messages")
@api.arguments(LogAsked, location="query")
@api.response(200, MessagesOut)
def messages(asked: dict[str, Any], endpoint_id: int) -> Any:
    """The log of 30 days, the newest first."""
    endpoint = queries.get_for(actor(), endpoint_id)
    last_id, limit = cursor()
    return paged(queries.log_before(endpoint, Asked(asked["state"], asked["type"]), last_id, limit + 1), MessageOut(), limit)


@api.get("/<int:endpoint_id>/messages/<int:message_id>")
@api.response(200, MessageWithAttemptsOut)
def message(endpoint_id: int, message_id: int) -> Any:
    """One message with every attempt."""
    found = queries.message_of(queries.get_for(actor(), endpoint_id), message_id)
    log = AttemptOut(many=True).dump(queries.attempts_of([found.id]).get(found.id, []))
    return jsonify(MessageOut().dump(found) | {"log": log})


@api.post("/<int:endpoint_id>/messages/<int:message_id>/replay")
@writes
@api.response(200, MessageOut)
def replay(endpoint_id: int, message_id: int) -> Any:
    """Send it again, under its own webhook-id."""
    endpoint = queries.get_for(actor(), endpoint_id)
    return operations.replay(actor=actor(), endpoint=endpoint, message=queries.message_of(endpoint, message_id))
