"""What the program says of itself, on standard error: one line of JSON each, with its time, without secrets or anybody's address.

`set_up` is the one place where logging is configured. `note` tells what concerns security: who was let in, who was turned away and why.
"""

from __future__ import annotations

import hmac
import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from flask import current_app, g, has_request_context, request

from hub.kernel.actor import ANONYMOUS
from hub.kernel.errors import HubError, NotAllowed, TooMany

security = logging.getLogger("hub.security")
FACTS = "facts"
"""The attribute of a record that holds its named facts."""
HIDDEN = (
    (re.compile(r"[^\s@\"'<>(){}\[\],;:=]{1,128}@[^\s@\"'<>(){}\[\],;:=]+"), "<address>"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), r"\1 <secret>"),
    (re.compile(r"\b(hub|sk|rk|whsec|pk)_[\w-]{8,}"), r"\1_<secret>"),
    (re.compile(r"(?i)\b(password|passwd|secret|token)(['\"]?\s*[=:]\s*['\"]?)[^\s'\",}&]+"), r"\1\2<secret>"),
    (re.compile(r"://[^/\s:@]+:[^/\s@]+@"), "://<secret>@"),
)
"""What must not stand in a log, wherever it comes from; the first that fits wins."""


def without_secrets(text: str) -> str:
    for pattern, instead in (HIDDEN[-1], *HIDDEN[:-1]):
        text = pattern.sub(instead, text)
    return text


class JsonLines(logging.Formatter):
    """One record, one line: JSON escapes line ends and every other sign that could begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            **getattr(record, FACTS, {}),
        }
        if record.exc_info:
            said["trace"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=True, default=str)


class OurHandler(logging.StreamHandler[TextIO]):
    """So that a second application in one process finds the handler of the first."""


def set_up(stream: TextIO | None = None) -> logging.Handler:
    """Have everything that is logged in this process written to `stream`, standard error by default."""
    root = logging.getLogger()
    for known in [handler for handler in root.handlers if isinstance(handler, OurHandler)]:
        root.removeHandler(known)
    handler = OurHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    logging.getLogger("hub").setLevel(logging.INFO)
    return handler


def note(what: str, **facts: Any) -> None:
    """A line of what concerns security. `what` is a stable word; of whoever asks: their number, credential, and a keyed hash of the
    address, by which lines of one visitor are found together."""
    level = logging.INFO if what == "signed_in" else logging.WARNING
    security.log(level, what, extra={FACTS: {**_asked(), **{name: value for name, value in facts.items() if value is not None}}})


def _asked() -> dict[str, Any]:
    if not has_request_context():
        return {}
    actor = g.get("actor", ANONYMOUS)
    rule = request.url_rule.rule if request.url_rule is not None else "-"  # the path itself may hold the secret of a link
    return {
        "method": request.method,
        "route": rule,
        "person": actor.person_id,
        "credential": actor.credential,
        "visitor": visitor(request.remote_addr or ""),
    }


def visitor(address: str) -> str:
    """Stands for a net address in the log: the same for the same address, and without the site's key it cannot be tried out."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(key, b"hub log 1 visitor\0" + address.encode(), "sha256").hex()[:12]


def refusal(error: HubError) -> None:
    """What was refused for lack of a role or scope, or because it came too often."""
    if isinstance(error, NotAllowed):
        note("refused", code=error.code)
    elif isinstance(error, TooMany):
        note("limit_breached", code=error.code, retry_after=error.retry_after)
