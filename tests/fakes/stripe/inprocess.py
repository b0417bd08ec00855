"""Stripe's client speaking to the fake without a wire: for tests that ask ten thousand times."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe
from tests.fakes.stripe.server import Desk


class InProcess(stripe.HTTPClient):
    """An HTTP client whose other end is a desk in this process; broken connections are broken all the same."""

    name = "inprocess"

    def __init__(self, desk: Desk):
        super().__init__()
        self.desk = desk

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, *, _usage: list[str] | None = None
    ) -> tuple[str, int, Mapping[str, str]]:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        given = {name.lower(): str(value) for name, value in (headers or {}).items()}
        body = post_data.decode() if isinstance(post_data, bytes) else post_data or ""
        status, extra, answer, fault = self.desk.handle(method.upper(), target, given, body)
        if fault and fault.how.startswith(("timeout", "reset")):
            raise stripe.APIConnectionError(f"the connection broke ({fault.how})")
        return json.dumps(answer), status, extra

    def close(self) -> None:
        pass
