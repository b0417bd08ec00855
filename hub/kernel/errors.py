"""Refusals a caller can act on. Doors turn them into answers; nothing below the doors knows HTTP."""

from __future__ import annotations

from typing import Any


class HubError(Exception):
    """Base of every refusal.

    `code` is stable and machine-readable. `message` is an English template for people, marked with `N_` or listed with the
    extractor, and `values` fill its `%(name)s` places after translation. `fields` maps a field's name to what to mend.
    """

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, fields: dict[str, str] | None = None, **values: Any) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values
        self.fields = fields or {}
        if code is not None:
            self.code = code


class NotFound(HubError):
    code = "not_found"


class NotSignedIn(HubError):
    code = "not_signed_in"


class NotAllowed(HubError):
    code = "not_allowed"


class NotNow(HubError):
    """The act exists, the actor may do it, but not in this state or at this time."""

    code = "not_now"


class Conflict(HubError):
    """Somebody else was first, or the same key came with another body."""

    code = "conflict"


class Invalid(HubError):
    """Input that cannot be taken; `fields` says what to mend, field by field."""

    code = "invalid"


class TooMany(HubError):
    """`retry_after` is in seconds."""

    code = "too_many"

    def __init__(self, message: str, *, retry_after: int = 60, **values: Any) -> None:
        super().__init__(message, **values)
        self.retry_after = retry_after


def one_field(name: str, message: str, *, code: str | None = None, **values: Any) -> Invalid:
    """An Invalid about a single field, the same words beside the field and above the form."""
    return Invalid(message, code=code, fields={name: message % values if values else message}, **values)
