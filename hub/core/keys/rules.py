"""Keys: what they look like, and what is kept of them. Pure."""

from __future__ import annotations

import base64
import hmac
import secrets

from hub.kernel import base64url
from hub.kernel.words import N_, Worded

KEY_MARK, ACCESS_KEY_MARK = "hub_", "HUBK"
MOST_KEYS = 25


class KeyKind(Worded):
    """What an API key opens: our own API, or the Mechanical Turk protocol."""

    API = "api", N_("Hub API")
    MTURK = "mturk", N_("Mechanical Turk protocol")


def new_key() -> tuple[str, str]:
    """A fresh API key and the part of it that may be shown later."""
    prefix = KEY_MARK + secrets.token_hex(4)
    return f"{prefix}_{secrets.token_urlsafe(32)}", prefix


def new_access_key() -> str:
    """A public access key id for the Mechanical Turk protocol: 20 signs, 80 of its bits random."""
    return ACCESS_KEY_MARK + base64.b32encode(secrets.token_bytes(10)).decode()


def derived_secret(site_key: str, access_key: str) -> str:
    """The secret that goes with an access key id, made anew each time it is needed, so that no table holds it (see docs/security.md)."""
    own = hmac.digest(site_key.encode(), b"hub access keys 1", "sha256")
    return base64url.as_text(hmac.digest(own, access_key.encode(), "sha256"))
