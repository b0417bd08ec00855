"""Outgoing webhooks, pure: secrets, signatures (Standard Webhooks), bodies, and how long to wait before the next attempt."""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from standardwebhooks import Webhook

from hub.kernel.errors import one_field
from hub.kernel.words import N_, Worded

SECRET_MARK = "whsec_"
PURPOSE = b"hub webhooks 1"
"""What secrets are sealed for (hub.kernel.vault)."""
ROTATION = timedelta(hours=24)
"""How long the former secret signs, too."""
MOST_ENDPOINTS = 10
"""Of one owner."""
TEST = "webhook.test"
KEPT = timedelta(days=30)
"""How long the log keeps what is over."""
MOST_OF_ANSWER = 500
PERSISTENT = timedelta(days=3)
"""An endpoint that has not taken anything for so long is switched off."""
LEASE = timedelta(minutes=2)
"""How long a worker that took something up may be silent before another does it again."""
FIRST_WAIT, GROWTH, LONGEST_WAIT, MOST_ATTEMPTS = timedelta(seconds=10), 3, timedelta(hours=24), 12
LONGEST_REST = timedelta(minutes=10)


class Reason(Worded):
    """Why the site switched an endpoint off."""

    FAILING = "failing", N_("It has taken nothing for three days.")
    GONE = "gone", N_("It answered 410 Gone: it does not want to be called any more.")
    SECRET = "secret", N_("Its signing secret cannot be read any more, because the site’s own key has changed. Make a new one.")
    SUSPENDED = "suspended", N_("The account is suspended.")


def new_secret() -> str:
    """192 random bits, written as Standard Webhooks has it."""
    return SECRET_MARK + base64.b64encode(secrets.token_bytes(24)).decode()


def own_secret(said: str) -> str:
    """A secret that a program made itself. Raises Invalid unless it is `whsec_` and 24 to 64 bytes in base64."""
    try:
        bare = base64.b64decode(said.removeprefix(SECRET_MARK), validate=True)
    except (binascii.Error, ValueError):
        bare = b""
    if not said.startswith(SECRET_MARK) or not 24 <= len(bare) <= 64 or len(set(bare)) < 8:
        raise one_field("secret", N_("A secret is whsec_ and 24 to 64 random bytes in base64."), code="weak_secret")
    return said


def new_uid() -> str:
    """The id of a message: the same in each attempt, so that receivers know repetitions by it."""
    return "msg_" + secrets.token_hex(16)


def body_of(type: str, at: datetime, facts: dict[str, Any], url: str) -> str:
    """What is sent: the type, when it happened, ids, and where to read about it."""
    data = facts | ({"url": url} if url else {})
    return json.dumps({"type": type, "timestamp": at.isoformat(), "data": data}, separators=(",", ":"), ensure_ascii=True)


def headers_of(uid: str, at: datetime, body: str, signing: list[str]) -> dict[str, str]:
    """The headers of one attempt: a signature (v1: HMAC-SHA256) for each of the `signing` secrets, the present one first."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "innovation-hub-webhooks/1",
        "webhook-id": uid,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(uid, at, body) for secret in signing),
    }


def wait(attempts: int, jitter: float) -> timedelta | None:
    """Until the next attempt after so many failed ones; None when enough is enough. `jitter` is from 0.8 to 1.2.

    10 s, 30 s, 90 s ... up to a day: twelve attempts in a little more than three days.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    return min(FIRST_WAIT * int(GROWTH ** (attempts - 1)), LONGEST_WAIT) * jitter


def rest(failures: int) -> timedelta:
    """How long an endpoint that failed so often in a row is left alone, whatever waits for it: one that hangs costs little that way."""
    return min(timedelta(seconds=2 ** min(failures, 12)), LONGEST_REST)


def left_open(sentence: str) -> str:
    """A fact's sentence for what has not happened yet: what differs from one to the next is left open."""
    return re.sub(r"%\(\w+\)s", "…", sentence)


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt: a status, or the code of what went wrong on the way (hub.kernel.egress.WHY, or an address's refusal)."""

    milliseconds: int
    status: int | None = None
    trouble: str = ""
    answer: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == 410
