"""Calling addresses that people type in, under this site's settings. The guard itself is hub.kernel.egress."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_babel import gettext
from marshmallow import ValidationError

from hub.kernel import egress
from hub.kernel.egress import Answer as Answer
from hub.kernel.egress import Unreachable as Unreachable
from hub.kernel.errors import Invalid
from hub.web.forms import Text


def rules() -> egress.Rules:
    """What this site may call (HUB_EGRESS_PORTS, HUB_EGRESS_ALLOW)."""
    config = current_app.config["HUB"]
    return egress.Rules(ports=config.egress_ports, allowed=config.egress_allow)


def fetch(url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b"", **limits: Any) -> Answer:
    """As hub.kernel.egress.fetch: bounded, guarded, no redirects followed; outside any unit of work that writes.

    Raises Invalid if the address may not be called, Unreachable if nothing usable came back.
    """
    return egress.fetch(url, method=method, headers=headers, body=body, rules=rules(), **limits)


class CallableAddress(Text):
    """An address that the site may call as far as its form says; the fetch looks closer."""

    def __init__(self, most: int = 500, **kwargs: Any) -> None:
        super().__init__(1, most, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            egress.inspect(text, rules())
        except Invalid as error:
            raise ValidationError(gettext(error.message)) from error
        return text
