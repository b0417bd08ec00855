"""Calling addresses that people type in: the one place from which the site speaks to machines it does not know.

Whoever may name an address could otherwise make the site look into its own network. So: https alone, known ports, public addresses alone,
no names and passwords in the address, no redirects followed, bounded time and bounded reading. The name is looked up once, every address it
has is judged, and the connection goes to the very address that was judged (a second look-up could answer otherwise), while the certificate
is still checked against the name. `Rules.allowed` opens single networks for development and for machines of the operator's own.
"""

from __future__ import annotations

import functools
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit

from hub.kernel.errors import Invalid
from hub.kernel.words import N_

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver: TypeAlias = Callable[[str, int], list[str]]
"""(host, port) -> the addresses, as text. Raises OSError."""

CONNECT_SECONDS, TOTAL_SECONDS, MOST_BYTES, LONGEST_URL = 5.0, 15.0, 64 * 1024, 2000
METHODS = frozenset({"GET", "HEAD", "POST"})

NEVER = tuple(
    map(
        ipaddress.ip_network,
        (
            "100.64.0.0/10",  # shared by carriers; metadata services of some clouds
            "168.63.129.16/32",  # the metadata service of one cloud, at a public address
            "192.0.0.0/24",  # protocol assignments; the metadata service of another cloud
            "192.88.99.0/24",  # 6to4 relays
            "::/96",  # IPv4 written as IPv6, in all its ways: compatible, mapped, translated, tunnelled
            "::ffff:0:0/96",
            "::ffff:0:0:0/96",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "2001::/32",
            "2002::/16",
            "fec0::/10",  # site-local, of old
        ),
    )
)
"""Networks refused beside those that are private, loopback, link-local, multicast, reserved or unspecified by their nature."""


@dataclass(frozen=True)
class Rules:
    """`ports` may be called on public addresses. Within the networks `allowed`, http, any port and private addresses may be called, too."""

    ports: frozenset[int] = frozenset({443})
    allowed: tuple[Network, ...] = ()

    def allows(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self.allowed)


STRICT = Rules()


@dataclass(frozen=True)
class Target:
    """An address that may be called as far as its form says. `host` is ASCII and lower case, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == (443 if self.scheme == "https" else 80)
        return host if usual else f"{host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    """What came back: at most as many bytes as were asked for (`cut`: there were more). Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False
    address: str = ""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body for people: whatever is no UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")


class Unreachable(Exception):
    """Nothing usable came back. `code` is stable (one of WHY), `says` is an English sentence marked for translation."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail

    @property
    def says(self) -> str:
        return WHY[self.code]


WHY = {
    "no_such_name": N_("The name of the address is not known."),
    "not_public": N_("The name leads to an address that is not public."),
    "refused": N_("Nothing answers at this address."),
    "timeout": N_("The answer took too long."),
    "certificate": N_("The certificate of the address is not valid."),
    "broken": N_("What came back is no answer of a web server."),
}


def _unsafe(message: str, code: str) -> Invalid:
    return Invalid(message, code=code, fields={"url": message})


def inspect(url: str, rules: Rules = STRICT) -> Target:
    """What the address says, if it may be called as far as its form tells; no look-up happens here.

    Raises Invalid (field `url`) with the codes address_unreadable, address_not_https, address_with_password, address_port,
    address_not_public.
    """
    unreadable = _unsafe(N_("Write a whole address like https://example.com/hook."), "address_unreadable")
    if len(url) > LONGEST_URL or re.search(r"[\x00-\x20\x7f\\]", url):
        raise unreadable
    try:
        parts = urlsplit(url)
        host, port = _plain_host(parts.hostname or ""), parts.port
        literal = _literal(host)
    except ValueError:
        raise unreadable from None
    if not host or parts.scheme not in {"https", "http"}:
        raise unreadable
    if "@" in parts.netloc:
        raise _unsafe(N_("Leave name and password out of the address."), "address_with_password")
    if literal is None and (host == "localhost" or host.endswith(".localhost") or "." not in host) and not rules.allowed:
        raise _unsafe(N_("This address is not public: it leads into a network of our own."), "address_not_public")
    free = rules.allows(literal) if literal is not None else bool(rules.allowed)
    if parts.scheme != "https" and not free:
        raise _unsafe(N_("The address must begin with https://."), "address_not_https")
    number = port if port is not None else (443 if parts.scheme == "https" else 80)
    if number not in rules.ports and not free:
        raise _unsafe(N_("This port may not be called: use the usual one of https."), "address_port")
    if literal is not None and not may_call(literal, rules):
        raise _unsafe(N_("This address is not public: it leads into a network of our own."), "address_not_public")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._") if parts.query else ""
    return Target(parts.scheme, str(literal or host), number, path + query)


def _plain_host(host: str) -> str:
    """The name as it is looked up: IDNA, lower case, no dot at the end. Raises ValueError."""
    if ":" in host or not host:
        return host
    plain = host.encode("idna").decode("ascii").lower().rstrip(".")
    if not re.fullmatch(r"[a-z0-9._-]{1,253}", plain) or ".." in plain or plain.startswith("."):
        raise ValueError(host)
    return plain


def _literal(host: str) -> Address | None:
    """The IP address that the host is written as, also in the odd ways (decimal, octal, hexadecimal, shortened) that resolvers take."""
    with suppress(ValueError):
        return ipaddress.ip_address(host)
    if re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)", host.rsplit(".", 1)[-1]):
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            raise ValueError(host) from None
    return None


def may_call(address: Address, rules: Rules = STRICT) -> bool:
    """Is this a public address, or one of those that the operator has opened?"""
    if rules.allows(address):
        return True
    if isinstance(address, ipaddress.IPv6Address) and (address.scope_id or address.ipv4_mapped):
        return False
    by_nature = address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback)
    return by_nature and not any(address.version == network.version and address in network for network in NEVER)


def look_up(host: str, port: int) -> list[str]:
    """The name's addresses, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _addresses(target: Target, rules: Rules, resolver: Resolver, seconds: float) -> list[Address]:
    """All addresses of the name, if each may be called: one that may not is a trap, whatever the others are. Raises Unreachable."""
    literal = _literal(target.host)
    found = [str(literal)] if literal is not None else _in_time(lambda: resolver(target.host, target.port), seconds)
    addresses = [ipaddress.ip_address(one) for one in found]
    if not addresses:
        raise Unreachable("no_such_name", target.host)
    for address in addresses:
        inside = rules.allows(address)
        usual = target.scheme == "https" and target.port in rules.ports
        if not may_call(address, rules) or not (inside or usual):
            raise Unreachable("not_public", target.host)
    return addresses


def _in_time(call: Callable[[], list[str]], seconds: float) -> list[str]:
    """The system's look-up knows no time limit, so it runs beside us. Raises Unreachable."""
    found: list[list[str]] = []

    def look() -> None:
        with suppress(OSError, UnicodeError):
            found.append(call())

    thread = threading.Thread(target=look, name="hub-look-up", daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise Unreachable("timeout" if thread.is_alive() else "no_such_name")
    return found[0]


class _Timed:
    """A socket whose every wait ends at one common moment: a receiver that answers letter by letter gains nothing."""

    until: float

    def _left(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self._left())  # type: ignore[attr-defined]
        return int(super().recv_into(*args, **kwargs))  # type: ignore[misc]

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(self._left())  # type: ignore[attr-defined]
        super().sendall(*args, **kwargs)  # type: ignore[misc]


@functools.cache
def _usual_trust() -> ssl.SSLContext:
    """The system's certificates; reading them takes a while."""
    return ssl.create_default_context()


class _Plain(_Timed, socket.socket):
    pass


class _Secure(_Timed, ssl.SSLSocket):
    pass


def _connected(address: Address, target: Target, until: float, connect: float, trust: ssl.SSLContext | None) -> _Plain | _Secure:
    """A connection to this very address; the certificate is checked against the name. Raises OSError."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    plain = _Plain(family, socket.SOCK_STREAM)
    try:
        plain.until = until
        plain.settimeout(min(connect, plain._left()))
        plain.connect((str(address), target.port))
        if target.scheme == "http":
            return plain
        context = trust or _usual_trust()
        context.sslsocket_class = _Secure
        plain.settimeout(min(connect, plain._left()))
        secure = context.wrap_socket(plain, server_hostname=target.host)
        assert isinstance(secure, _Secure)
        secure.until = until
        return secure
    except BaseException:
        plain.close()
        raise


@contextmanager
def _explained() -> Iterator[None]:
    """What goes wrong on the way, as Unreachable."""
    try:
        yield
    except TimeoutError as error:
        raise Unreachable("timeout") from error
    except ssl.SSLError as error:
        raise Unreachable("certificate", str(error)) from error
    except (http.client.HTTPException, ValueError) as error:
        raise Unreachable("broken", type(error).__name__) from error
    except OSError as error:
        raise Unreachable("refused", str(error)) from error


def fetch(
    url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b"", rules: Rules = STRICT,
    most: int = MOST_BYTES, connect: float = CONNECT_SECONDS, total: float = TOTAL_SECONDS, resolver: Resolver = look_up,
    trust: ssl.SSLContext | None = None,
) -> Answer:  # fmt: skip
    """Call an address that somebody typed in. A redirect is an answer like any other: it is not followed.

    `most` bytes of the body are read; `connect` and `total` are seconds. Never call this inside a unit of work that writes.
    Raises Invalid if the address may not be called (see `inspect`), Unreachable if nothing usable came back.
    """
    if method not in METHODS:
        raise ValueError(method)
    until = time.monotonic() + total
    target = inspect(url, rules)
    addresses = _addresses(target, rules, resolver, min(connect, total))
    with _explained():
        connection = _first_that_answers(addresses, target, until, connect, trust)
        try:
            return _exchange(connection, target, method, {**(headers or {})}, body, most)
        finally:
            connection.close()


def _first_that_answers(
    addresses: list[Address], target: Target, until: float, connect: float, trust: ssl.SSLContext | None
) -> _Plain | _Secure:
    """Of several addresses the first that takes the connection; a certificate that does not hold ends it. At most three are tried, the last
    of the other kind where there are both: IPv6 may lead nowhere, however many addresses the name has there."""
    alike = [one for one in addresses if one.version == addresses[0].version]
    others = [one for one in addresses if one.version != addresses[0].version]
    tried = [*alike[: 2 if others else 3], *others[:1]]
    for address in tried[:-1]:
        try:
            return _connected(address, target, until, connect / 2, trust)
        except ssl.SSLError:
            raise
        except OSError:
            continue
    return _connected(tried[-1], target, until, connect, trust)


def _exchange(sock: _Plain | _Secure, target: Target, method: str, headers: dict[str, str], body: bytes, most: int) -> Answer:
    address = str(sock.getpeername()[0])  # before the answer: one that ends with the connection closes the socket as soon as it is read
    speaks = http.client.HTTPConnection(target.host, target.port)
    speaks.sock = sock
    speaks.putrequest(method, target.path, skip_host=True, skip_accept_encoding=True)
    fixed = {"Host": target.host_header, "Accept-Encoding": "identity", "Connection": "close"}
    if body or method == "POST":
        fixed["Content-Length"] = str(len(body))
    for name, value in {"User-Agent": "innovation-hub", **headers, **fixed}.items():
        speaks.putheader(name, value)
    speaks.endheaders(body or None)
    with speaks.getresponse() as response:
        said = _read(response, most + 1)
        known = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, known, said[:most], len(said) > most, address)


def _read(response: http.client.HTTPResponse, most: int) -> bytes:
    """Up to `most` bytes; a body that breaks off is what came of it."""
    parts: list[bytes] = []
    left = most
    while left > 0:
        try:
            part = response.read1(min(left, 16_384))
        except http.client.IncompleteRead as error:
            part = error.partial[:left]
            parts.append(part)
            break
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
