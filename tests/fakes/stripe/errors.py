"""What Stripe says when it refuses: status, type, code, message, parameter."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An error answer. `kept` says whether an Idempotency-Key keeps it: Stripe keeps what came after the checks of the parameters."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        kept: bool = False,
        headers: dict[str, str] | None = None,
        **more: Any,
    ):
        super().__init__(message)
        self.status, self.kind, self.code, self.param, self.kept = status, kind, code, param, kept
        self.headers, self.more = headers or {}, more

    def body(self, request_id: str) -> dict[str, Any]:
        error: dict[str, Any] = {"message": str(self), "type": self.kind}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": error | self.more}


def no_such(what: str, identity: str, param: str | None = None) -> Refusal:
    """Stripe answers 404 for the object of the address, 400 for an object that a parameter names."""
    status = 404 if param in (None, "id") else 400
    return Refusal(f"No such {what}: '{identity}'", status=status, code="resource_missing", param=param or "id")


def not_done(message: str, code: str | None = None, param: str | None = None, **more: Any) -> Refusal:
    """A well-formed request that the state of things forbids."""
    return Refusal(message, code=code, param=param, kept=True, **more)
