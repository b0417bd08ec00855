"""Webhooks for tests, and the site's worker sending what is due."""

from __future__ import annotations

import dataclasses
import ipaddress
from typing import Any

from flask import Flask

from hub.core.webhooks import operations, reactions
from hub.core.webhooks.models import Endpoint
from hub.db import work
from hub.kernel.actor import Actor

SITE_KEY = "test-key"
ORGANISATION = ("organisation.changed", "member.added")


def may_call_itself(app: Flask) -> None:
    """Open the loopback network, where tests keep their receivers."""
    loopback = (ipaddress.ip_network("127.0.0.0/8"),)
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], egress_allow=loopback)


def endpoint(actor: Actor, url: str = "https://receiver.example/hub", **about: Any) -> tuple[Endpoint, str]:
    """An endpoint and its secret; committed."""
    with work.unit():
        made, secret = operations.set_up(actor=actor, url=url, site_key=SITE_KEY, **{"types": ORGANISATION, **about})
    return made, secret


def send() -> None:
    """One round of the worker, until its threads are done."""
    with work.unit():
        reactions.send_due()
    reactions.settle()
    work.rollback()
