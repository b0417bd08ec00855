"""An OpenID Connect provider of somebody else's (and GitHub's way beside it): a small site of its own with discovery, keys, and codes."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, abort, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "hub-client", "hub-secret"


@functools.cache
def key(whose: str = "the provider's") -> RSAKey:
    """Made when it is wanted first: that takes a while."""
    return RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class OtherSite:
    """`claims` says who sits there; `forge` makes an id_token another way than it should be made; `writes_itself` is the issuer in
    discovery and tokens where it differs from the address."""

    issuer: str = ""
    writes_itself: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "0000-0002-1825-0097"})
    forge: Callable[[dict[str, Any]], str] | None = None
    says_no: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    emails: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def token(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key())


def signed_by_another(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key("another's"))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _parts(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))


def signed_with_the_public_key(claims: dict[str, Any]) -> str:
    """The old trick: the published key used as if it were a shared secret."""
    said = _parts({"alg": "HS256", "kid": "one"}, claims)
    return f"{said}.{_encoded(hmac.digest(key().as_pem(private=False), said.encode(), 'sha256'))}"


def not_signed(claims: dict[str, Any]) -> str:
    return _parts({"alg": "none"}, claims) + "."


def _app(site: OtherSite) -> Flask:
    app = Flask("provider")

    @app.before_request
    def note() -> None:
        site.asked.append(request.path)

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Any:
        return jsonify(
            issuer=site.writes_itself or site.issuer, authorization_endpoint=site.issuer + "/authorize", token_endpoint=site.issuer + "/token",
            jwks_uri=site.issuer + "/keys",
        )  # fmt: skip

    @app.get("/keys")
    def keys() -> Any:
        return jsonify(keys=[key().as_dict(private=False)])

    @app.get("/authorize")
    @app.get("/login/oauth/authorize")
    def authorize() -> Any:
        asked = request.args
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert len(asked["code_challenge"]) == 43
        if site.says_no:
            return redirect(f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}")
        code = secrets.token_urlsafe(8)
        site.codes[code] = dict(asked)
        return redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    @app.post("/token")
    @app.post("/login/oauth/access_token")
    def token() -> Any:
        asked = site.codes.pop(request.form["code"], None) or abort(400)
        auth = request.authorization
        assert auth is not None and (auth.username, auth.password) == (CLIENT, SECRET)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(request.form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if challenge != asked["code_challenge"] or request.form["redirect_uri"] != asked["redirect_uri"]:
            abort(400)
        now = int(time.time())
        claims = {
            "iss": site.writes_itself or site.issuer,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked.get("nonce", ""),
            **site.claims,
        }
        return jsonify(access_token="opaque", token_type="Bearer", id_token=(site.forge or site.token)(claims))

    @app.get("/api/v3/user")
    def user() -> Any:
        assert request.headers["Authorization"] == "Bearer opaque"
        return jsonify(site.claims)

    @app.get("/api/v3/user/emails")
    def emails() -> Any:
        return jsonify(site.emails)

    return app


@contextmanager
def other_site() -> Iterator[OtherSite]:
    site = OtherSite()
    server = make_server("127.0.0.1", 0, _app(site), threaded=True)
    site.issuer = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
