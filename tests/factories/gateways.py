"""A processor that says what a test tells it to, where no wire is needed: strict about keys, as the real one is."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from flask import Flask

from hub.core.gateways import gateway_stripe, queries
from hub.core.gateways.gateway import BadSignature, Object, Refused
from hub.core.gateways.models import GatewayCall

KEY, SECRET = "sk_test_local", "whsec_local"


class Scripted:
    """Keeps objects in memory. `before` and `after` are called around each effect and may raise: faults before and after sending."""

    name = "stripe"

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Object]] = {}
        self.by_key: dict[str, tuple[str, Object]] = {}
        self.calls: list[tuple[str, str]] = []
        self.before: Callable[[str], None] = lambda name: None
        self.after: Callable[[str], None] = lambda name: None

    def call(self, name: str, params: Any, idempotency_key: str) -> Object:
        self.calls.append((name, idempotency_key))
        self.before(name)
        sent = json.dumps([name, dict(params)], sort_keys=True)
        if idempotency_key not in self.by_key:
            kind = name.rpartition(".")[0]
            made = {"id": f"{kind}_{len(self.by_key) + 1}", "object": kind, **params}
            self.objects.setdefault(kind, {})[made["id"]] = made
            self.by_key[idempotency_key] = (sent, made)
        known, made = self.by_key[idempotency_key]
        if known != sent:
            raise Refused("idempotency_error", "The key came with other parameters.")
        self.after(name)
        return made

    def fetch(self, kind: str, id: str) -> Object:
        self.calls.append((f"fetch {kind}", id))
        if id not in self.objects.get(kind, {}):
            raise Refused("resource_missing", f"No such {kind}: {id}")
        return self.objects[kind][id]

    def list(self, kind: str, **filters: Any) -> Iterator[Object]:
        self.calls.append((f"list {kind}", ""))
        yield from reversed(list(self.objects.get(kind, {}).values()))

    def event(self, payload: bytes, signature: str, now: datetime) -> Object:
        if signature != "good":
            raise BadSignature("the signature does not fit")
        found: Object = json.loads(payload)
        return found


def with_processor(app: Flask, processor: Any = None) -> Any:
    """Have the application speak to `processor` (a fresh Scripted, if none is given)."""
    found = processor or Scripted()
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], stripe_key=KEY, stripe_webhook_secret=SECRET)
    app.extensions[gateway_stripe.EXTENSION] = ((KEY, SECRET, ""), found)
    return found


def call_of(key: str) -> GatewayCall:
    found = queries.by_key(key)
    assert found is not None
    return found
