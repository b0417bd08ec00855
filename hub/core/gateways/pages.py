"""The processor's door: its notices come in here. No page of this room is for people."""

from __future__ import annotations

import json
from typing import Any, cast

from flask import Blueprint, Response, request

from hub.core.gateways import operations, reactions
from hub.core.gateways.gateway import BadSignature, Processor
from hub.db import work
from hub.kernel import clock
from hub.web.handle import public
from hub.web.security import by_address, csrf, limiter

pages = Blueprint("gateways", __name__)

LARGEST_BODY = 512 * 1024


@csrf.exempt
@pages.post("/webhooks/stripe")
@public
@limiter.limit("1200 per minute", key_func=by_address)
def stripe_notice() -> Response:
    """Check the signature, keep the notice once, answer at once: what it means is found out by the worker."""
    reactions.need_processor()
    speaks = cast(Processor, reactions.processor())
    if (request.content_length or 0) > LARGEST_BODY:
        return _answer(413, "too_large", "A notice has at most 512 KB.")
    payload = request.stream.read(LARGEST_BODY + 1)
    if len(payload) > LARGEST_BODY:
        return _answer(413, "too_large", "A notice has at most 512 KB.")
    try:
        event = speaks.event(payload, request.headers.get("Stripe-Signature", ""), clock.now())
    except BadSignature as error:
        return _answer(400, "bad_signature", f"Not taken: {error}.")
    told = _read(event)
    if told is None:
        return _answer(400, "bad_notice", "Not taken: a notice names itself, its type and its object.")
    with work.unit():
        known = not operations.take_event(**told)
    return Response(json.dumps({"received": True, "known": known}), mimetype="application/json")


def _read(event: dict[str, Any]) -> dict[str, str] | None:
    """What of a notice is kept; None if it is none."""
    data = event.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    if not isinstance(thing, dict):
        return None
    told: dict[str, Any] = {
        "event_id": event.get("id"),
        "type": event.get("type"),
        "kind": thing.get("object"),
        "object_id": thing.get("id") or "",  # a balance has no name
        "account": event.get("account") or "",
    }
    longest = {"event_id": 120, "type": 120, "kind": 60, "object_id": 120, "account": 120}
    fits = all(isinstance(value, str) and len(value) <= longest[name] and "\x00" not in value for name, value in told.items())
    return told if fits and told["event_id"] and told["type"] and told["kind"] else None


def _answer(status: int, code: str, detail: str) -> Response:
    body = {"type": "about:blank", "status": status, "code": code, "detail": detail}
    return Response(json.dumps(body), status=status, mimetype="application/problem+json")
