"""Pure rules of signing in elsewhere: what a provider's answer has to say to be believed, and for how long a step is good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.kernel.words import N_

STEP_LIFE = timedelta(minutes=10)
LEEWAY = 60
"""Seconds that the provider's clock may be off."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures with a provider's private key alone: a shared secret, or none, proves nothing about who signed."""
ORCID, GITHUB, OIDC = "orcid", "github", "oidc"

WHY = {
    "bad_state": N_("This sign-in was begun in another browser, or too long ago. Begin again."),
    "cancelled": N_("The other site says that you did not agree. Nothing has changed here."),
    "unreachable": N_("The other site does not answer as it should. Try again in a moment, or sign in with your password."),
    "bad_signature": N_("The other site’s answer is not signed with its key, so it is not believed."),
    "bad_issuer": N_("The answer comes from another site than the one that was asked, so it is not believed."),
    "bad_audience": N_("The answer was made for another site than this one, so it is not believed."),
    "bad_nonce": N_("The answer belongs to another sign-in, so it is not believed."),
    "expired": N_("The answer has lapsed already. Begin again."),
    "no_subject": N_("The answer does not say who you are."),
}
"""Why a sign-in was refused, by code."""


@dataclass(frozen=True)
class Vouched:
    """What a provider says about who sits there. `shown` is how the account is called over there (a name, an ORCID iD)."""

    provider: str
    subject: str
    shown: str
    email: str = ""
    email_verified: bool = False


def step_is_good(begun: datetime, now: datetime) -> bool:
    return begun <= now < begun + STEP_LIFE


def wrong_claim(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime) -> str:
    """The code of what is wrong with an id_token whose signature holds (OpenID Connect Core 3.1.3.7); empty if nothing is."""
    said = claims.get("aud")
    audiences = [said] if isinstance(said, str) else list(said or [])
    moment, ends = now.timestamp(), claims.get("exp")
    if claims.get("iss") != issuer:
        return "bad_issuer"
    if client_id not in audiences or ((len(audiences) > 1 or "azp" in claims) and claims.get("azp") != client_id):
        return "bad_audience"
    if not isinstance(ends, int | float) or ends + LEEWAY <= moment:
        return "expired"
    for begins in ("iat", "nbf"):
        if begins in claims and not (isinstance(claims[begins], int | float) and claims[begins] - LEEWAY <= moment):
            return "expired"
    if not nonce or claims.get("nonce") != nonce:
        return "bad_nonce"
    subject = claims.get("sub")
    return "" if isinstance(subject, str) and 0 < len(subject) <= 255 else "no_subject"
