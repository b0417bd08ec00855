"""Pure rules of the store: entitlement tokens and the mean of ratings."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.kernel import base64url, sealing
from hub.kernel.words import N_, Worded

LONGEST_TEXT, LONGEST_REPLY = 4_000, 4_000
SHORTEST_REASON, LONGEST_REASON = 10, 1_000
STARS = (5, 4, 3, 2, 1)

PRIOR = 5
"""`m` of the mean: so many ratings at the platform's mean are added to every product's own."""
NEUTRAL = 3.0
"""The mean of a platform on which nobody has rated anything."""


def shrunk_mean(total: int, count: int, platform_mean: float, prior: int = PRIOR) -> float:
    """The Bayesian average `(m * C + sum) / (m + n)` in stars, 1 to 5: few ratings stay near the platform's mean `C`.

    The weighted rating of IMDb's top lists, WR = v / (v + m) * R + m / (v + m) * C, in another form.
    """
    return (prior * platform_mean + total) / (prior + count)


# --- tokens -----------------------------------------------------------------------------------------------------------

PREFIX = "hub1"
PURPOSE = b"hub.complement.store.entitlement"
VALID_FOR = timedelta(days=90)


class Refusal(Worded):
    """Why a token is not taken."""

    FORGED = "forged", N_("It was not signed by this site, or was changed.")
    EXPIRED = "expired", N_("It has expired: its holder gets a fresh one under “My installs”.")
    REPLACED = "replaced", N_("Its holder has replaced it by another one.")
    ENDED = "ended", N_("Its holder has given the installation up.")
    REVOKED = "revoked", N_("The entitlement was revoked.")
    RETURNED = "returned", N_("It was given back for its price.")


@dataclass(frozen=True)
class Claims:
    """What a token says: the entitlement's number, which of its tokens this is, the product ("arms/gripper-kit"), from when to when."""

    entitlement_id: int
    serial: int
    product: str
    issued_at: int
    expires_at: int


class TokenRefused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


def issue(secret: str, *, entitlement_id: int, serial: int, product: str, now: datetime) -> str:
    """`hub1.<payload>.<signature>`: base64url without padding of a canonical JSON object, and of its HMAC-SHA256.

    The object has the keys `e` (entitlement), `n` (serial), `p` (product), `t` (issued), `x` (expires; both in seconds since 1970).
    The key of the HMAC is HMAC-SHA256(site's secret, PURPOSE), so that no other signature of the site is ever a token.
    """
    issued = int(now.timestamp())
    facts = {"e": entitlement_id, "n": serial, "p": product, "t": issued, "x": issued + int(VALID_FOR.total_seconds())}
    payload = base64url.as_text(sealing.canonical(facts))
    return f"{PREFIX}.{payload}.{_signature(secret, payload)}"


def read(secret: str, token: str, now: datetime) -> Claims:
    """The token's claims. Raises TokenRefused with FORGED or EXPIRED; whether the entitlement still stands, the database says."""
    prefix, _, rest = token.strip().partition(".")
    payload, _, signature = rest.partition(".")
    if not token.isascii() or prefix != PREFIX or not hmac.compare_digest(_signature(secret, payload).encode(), signature.encode()):
        raise TokenRefused(Refusal.FORGED)
    try:
        facts = json.loads(base64url.as_bytes(payload))
        claims = Claims(facts["e"], facts["n"], facts["p"], facts["t"], facts["x"])
    except (ValueError, KeyError, TypeError):
        raise TokenRefused(Refusal.FORGED) from None
    if now.timestamp() >= claims.expires_at:
        raise TokenRefused(Refusal.EXPIRED)
    return claims


def _signature(secret: str, payload: str) -> str:
    key = hmac.new(secret.encode(), PURPOSE, hashlib.sha256).digest()
    return base64url.as_text(hmac.new(key, f"{PREFIX}.{payload}".encode(), hashlib.sha256).digest())


# --- ratings ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """A product's ratings: how many of each number of stars, and the platform's mean they are held against."""

    stars: Mapping[int, int]
    platform_mean: float

    @property
    def count(self) -> int:
        return sum(self.stars.values())

    @property
    def plain(self) -> float:
        """The simple mean, 0 without a rating."""
        return sum(star * n for star, n in self.stars.items()) / self.count if self.count else 0.0

    @property
    def mean(self) -> float:
        return shrunk_mean(sum(star * n for star, n in self.stars.items()), self.count, self.platform_mean)
