"""Headers, CSRF and rate limits."""

from __future__ import annotations

import hashlib
import ipaddress

from flask import Flask, Response, current_app, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

CSP = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
csrf = CSRFProtect()


def caller() -> str:
    """Whom a limit counts: the person, else the address."""
    identity = g.get("identity")
    return f"person:{identity.actor.person_id}" if identity is not None else by_address()


def _reading_a_page() -> bool:
    return request.method in {"GET", "HEAD", "OPTIONS"} and not request.path.startswith("/api/")


limiter = Limiter(
    caller,
    default_limits=["300 per minute"],
    default_limits_exempt_when=_reading_a_page,
    headers_enabled=True,
    storage_uri="memory://",
)


def by_address() -> str:
    """Whom a limit counts where nobody is signed in yet: the net address, of IPv6 the network of the connection."""
    return f"ip:{network_of(get_remote_address())}"


def network_of(ip: str) -> str:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)


def add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if g.get("identity") is not None:
        headers.setdefault("Cache-Control", "no-store")
    return response


class RowNumber(IntegerConverter):
    """`<int:...>` in an address: a number that no table can hold is no address of ours, instead of the database's error."""

    def __init__(self, map: Map, fixed_digits: int = 0, min: int | None = None, max: int | None = 2**31 - 1, signed: bool = False) -> None:
        super().__init__(map, fixed_digits, min, max, signed)


class Name(UnicodeConverter):
    """`<slug>` in an address: one that no database can compare is no address of ours."""

    def to_python(self, value: str) -> str:
        if "\x00" in value:
            raise ValidationError
        return super().to_python(value)


class Sessions(SecureCookieSessionInterface):
    """The browser's session cookie, signed with HMAC-SHA-256."""

    digest_method = staticmethod(hashlib.sha256)


def init(app: Flask) -> None:
    app.session_interface = Sessions()
    app.url_map.converters.update(int=RowNumber, default=Name, string=Name)
    csrf.init_app(app)
    limiter.init_app(app)
    app.after_request(add_headers)
    if proxies := app.config["HUB"].proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
