"""Speaking to the sites that vouch for people: OpenID Connect (ORCID and others) and GitHub's OAuth 2. Never inside a unit of work."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hub.config import Provider
from hub.core.elsewhere import rules
from hub.core.elsewhere.rules import Vouched
from hub.kernel import clock
from hub.kernel.errors import Invalid

SECONDS = 10


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and what it has to bring back."""

    url: str
    state: str
    nonce: str
    verifier: str


def refused(code: str) -> Invalid:
    return Invalid(rules.WHY[code], code=code)


def begin(provider: Provider, back: str) -> Begun:
    """The first step: state against forged returns, a nonce against replayed answers, PKCE (S256) against stolen codes.

    Raises Invalid (code unreachable).
    """
    state, nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    extra = {} if provider.key == rules.GITHUB else {"nonce": nonce}
    url, _ = _client(provider, back).create_authorization_url(
        _addresses(provider)["authorization_endpoint"], state=state, code_verifier=verifier, **extra
    )
    return Begun(url, state, nonce, verifier)


def finish(provider: Provider, back: str, *, code: str, verifier: str, nonce: str) -> Vouched:
    """The second step: the code for an answer, which is checked. Raises Invalid with one of the codes of rules.WHY."""
    addresses, client = _addresses(provider), _client(provider, back)
    try:
        token = client.fetch_token(addresses["token_endpoint"], code=code, code_verifier=verifier, timeout=SECONDS)
    except (AuthlibBaseError, requests.RequestException, ValueError) as error:
        raise refused("unreachable") from error
    if provider.key == rules.GITHUB:
        return _github(provider, client)
    claims = _claims(token.get("id_token"), addresses)
    if wrong := rules.wrong_claim(claims, issuer=addresses["issuer"], client_id=provider.client_id, nonce=nonce, now=clock.now()):
        raise refused(wrong)
    shown = claims["sub"] if provider.key == rules.ORCID else str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
    return Vouched(provider.key, claims["sub"], shown, str(claims.get("email") or ""), claims.get("email_verified") is True)


def _client(provider: Provider, back: str) -> OAuth2Session:
    scope = {rules.ORCID: "openid", rules.GITHUB: "read:user user:email"}.get(provider.key, "openid email profile")
    return OAuth2Session(provider.client_id, provider.client_secret, scope=scope, redirect_uri=back, code_challenge_method="S256")


def _addresses(provider: Provider) -> dict[str, str]:
    """The provider's endpoints: GitHub's are known, the others' stand in their discovery document, beside the `issuer` as it writes itself
    (with a slash at its end or without), which is how it signs."""
    if provider.key == rules.GITHUB:
        base = provider.issuer + "/login/oauth"
        return {"authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/access_token"}
    found: Any = _get(f"{provider.issuer}/.well-known/openid-configuration")
    wanted = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in wanted):
        raise refused("unreachable")
    if found["issuer"].rstrip("/") != provider.issuer:
        raise refused("bad_issuer")
    return {name: found[name] for name in wanted}


def _get(url: str, client: requests.Session | None = None) -> Any:
    try:
        answer = (client or requests).get(url, timeout=SECONDS, allow_redirects=False)
        answer.raise_for_status()
        return answer.json()
    except (AuthlibBaseError, requests.RequestException, ValueError) as error:
        raise refused("unreachable") from error


def _claims(id_token: Any, addresses: dict[str, str]) -> dict[str, Any]:
    """What the id_token says, once its signature by one of the provider's keys holds."""
    keys = _get(addresses["jwks_uri"])
    try:
        return dict(jwt.decode(str(id_token or ""), KeySet.import_key_set(keys), algorithms=rules.ALGORITHMS).claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise refused("bad_signature") from error


def _github(provider: Provider, client: OAuth2Session) -> Vouched:
    person, emails = _get(f"{provider.api}/user", client), _get(f"{provider.api}/user/emails", client)
    if not isinstance(person, dict) or not isinstance(person.get("id"), int):
        raise refused("no_subject")
    listed = [one for one in emails if isinstance(one, dict)] if isinstance(emails, list) else []
    primary: dict[str, Any] = next((one for one in listed if one.get("primary")), {})
    subject, shown = str(person["id"]), str(person.get("login") or person["id"])
    return Vouched(rules.GITHUB, subject, shown, str(primary.get("email") or ""), primary.get("verified") is True)
