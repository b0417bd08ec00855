"""What a payment processor can do. The rooms of money know this; `gateway_stripe.py` is the one way it is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

Params = Mapping[str, Any]
Object = dict[str, Any]


class Unreachable(Exception):
    """No answer, or one that says nothing (a time-out, a 5xx): whether there is an effect is not known. `answered` tells a 5xx apart."""

    def __init__(self, message: str, *, answered: bool = False) -> None:
        super().__init__(message)
        self.answered = answered


class Busy(Exception):
    """Nothing was done; the same call again, later, may do."""


class Forbidden(Busy):
    """Nothing was done, and nothing will be until somebody mends this site's key or what it is allowed."""


class Refused(Exception):
    """A final no. `code` is the processor's stable name of the reason, `message` its English sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class BadSignature(Exception):
    """A notice that the processor did not send, or sent too long ago."""


class Processor(Protocol):
    """One account at one payment processor. Objects are plain dicts as its API documents them; amounts are in its minor units."""

    @property
    def name(self) -> str: ...

    def call(self, name: str, params: Params, idempotency_key: str) -> Object:
        """Carry out the operation `name` ("refund.create"). `params["id"]`, if the address needs one, names the object acted on.

        Raises Unreachable, Busy (Forbidden), Refused; LookupError for a name it has not.
        """
        ...

    def fetch(self, kind: str, id: str) -> Object:
        """The object as it is now ("checkout.session", "cs_1"). Raises Unreachable, Busy, Refused; LookupError for an unknown kind."""
        ...

    def list(self, kind: str, **filters: Any) -> Iterator[Object]:
        """All objects of a kind, the newest first, page after page. Raises as `fetch`."""
        ...

    def event(self, payload: bytes, signature: str, now: datetime) -> Object:
        """The notice in `payload`, if the processor signed it within the last 300 seconds. Raises BadSignature."""
        ...
