"""The HTTP side: keys, idempotency, faults, the hosted pages."""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.stripe import pages, payments
from tests.fakes.stripe.api import Call, route
from tests.fakes.stripe.errors import Refusal
from tests.fakes.stripe.faults import AFTER, Fault, Faults
from tests.fakes.stripe.forms import pairs, parse
from tests.fakes.stripe.world import DAY, PLATFORM, World, current_request


@dataclass
class Kept:
    """What an Idempotency-Key stands for: the request it came with, and its answer once there is one."""

    request: tuple[Any, ...]
    since: int
    status: int = 0
    body: dict[str, Any] | None = None


@dataclass
class Request:
    method: str
    path: str
    text: str
    key: str | None
    owner: str
    identity: str


@dataclass
class Seen:
    """One line of the log of requests."""

    method: str
    path: str
    text: str
    key: str | None
    status: int = 0
    replayed: bool = False


@dataclass
class Desk:
    """Answers requests on a world, whoever carries them (the HTTP server, or a client in the same process)."""

    world: World
    secret: str
    faults: Faults = field(default_factory=Faults)
    keys: dict[tuple[str, str], Kept] = field(default_factory=dict)
    log: list[Seen] = field(default_factory=list)

    def handle(
        self, method: str, target: str, headers: dict[str, str], body: str
    ) -> tuple[int, dict[str, str], dict[str, Any], Fault | None]:
        """Status, headers, body, and the fault to act out while sending."""
        parts = urlsplit(target)
        text = body if method == "POST" else parts.query
        seen = Seen(method, parts.path, text, headers.get("idempotency-key"))
        with self.world.lock:
            identity = self.world.identity("req_", 14)
            self.log.append(seen)
        fault = self.faults.take(method, parts.path)
        extra = {"Request-Id": identity, "Stripe-Version": headers.get("stripe-version", "")}
        try:
            owner = self.check_key(headers)
            request = Request(method, parts.path, text, seen.key if method == "POST" else None, owner, identity)
            status, answer, replayed = self.once(request, fault)
        except Refusal as refusal:
            status, answer, replayed = refusal.status, refusal.body(identity), False
            extra |= refusal.headers
        seen.status, seen.replayed = status, replayed
        if replayed:
            extra["Idempotent-Replayed"] = "true"
        if seen.key:
            extra["Idempotency-Key"] = seen.key
        return status, extra, answer, fault

    def check_key(self, headers: dict[str, str]) -> str:
        given = headers.get("authorization", "")
        if given.startswith("Basic "):
            given = "Bearer " + base64.b64decode(given[6:]).decode().partition(":")[0]
        if not given.startswith("Bearer ") or not given[7:]:
            raise Refusal("You did not provide an API key. You need to provide your API key in the Authorization header.", status=401)
        if given[7:] != self.secret:
            raise Refusal(f"Invalid API Key provided: {given[7:15]}****{given[-4:]}", status=401)
        owner = headers.get("stripe-account", "")
        if owner and (owner not in self.world.objects or self.world.hidden[owner].get("gone")):
            raise Refusal(
                f"The provided key 'sk_test_***' does not have access to account '{owner}' (or that account does not exist).",
                status=403, code="account_invalid",
            )  # fmt: skip
        return owner or PLATFORM

    def once(self, request: Request, fault: Fault | None) -> tuple[int, dict[str, Any], bool]:
        """Carry the request out, at most once for its Idempotency-Key."""
        key = request.key
        if key is None:
            return (*self.act(request, fault), False)
        if len(key) > 255:
            raise Refusal("Idempotency keys can be at most 255 characters long.", kind="idempotency_error")
        place = (request.owner, key)
        told = (request.path, tuple(sorted(pairs(request.text))))
        with self.world.lock:
            kept = self.keys.get(place)
            if kept and self.world.now() - kept.since >= DAY:
                kept = None
            if kept:
                return self.again(kept, told, key)
            mine = self.keys[place] = Kept(told, self.world.now())
        try:
            status, answer = self.act(request, fault, mine)
        except BaseException:
            with self.world.lock:
                if mine.body is None:
                    self.keys.pop(place, None)
            raise
        return status, answer, False

    @staticmethod
    def again(kept: Kept, told: tuple[Any, ...], key: str) -> tuple[int, dict[str, Any], bool]:
        if kept.request[0] != told[0]:
            raise Refusal(
                f"Keys for idempotent requests can only be used for the same endpoint they were first used for ('{told[0]}' vs '{kept.request[0]}')."
                f" Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        if kept.request != told:
            raise Refusal(
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        if kept.body is None:
            raise Refusal(
                f"There is currently another in-progress request using this Idempotent Key: {key}. Please try again later.",
                status=409, kind="invalid_request_error", code="idempotency_key_in_use",
            )  # fmt: skip
        return kept.status, kept.body, True

    def act(self, request: Request, fault: Fault | None, kept: Kept | None = None) -> tuple[int, dict[str, Any]]:
        """Read the parameters, then do it. What came after the reading stays with the key, a 500 included."""
        endpoint, path = route(request.method, request.path)
        params = endpoint.shape.read(parse(request.text))
        if request.owner != PLATFORM and not endpoint.connected:
            raise Refusal(f"This fake of Stripe does not do {request.path} for a connected account", status=501, kind="api_error")
        if fault and fault.how in ("error_503", "rate_limit_429"):
            raise early(fault)
        self.faults.reach(request.method, request.path, "before")
        if fault and fault.how in ("timeout_before", "reset"):
            raise Refusal("never sent", status=500)
        status, answer = 200, {}
        token = current_request.set((request.identity, request.key))
        try:
            with self.world.lock:
                if fault and fault.how == "error_500_without_effect":
                    status, answer = broken(request)
                else:
                    status, answer = self.effect(endpoint.act, Call(self.world, params, path, request.owner), request)
                if fault and fault.how == "error_500":
                    status, answer = broken(request)
                if kept is not None:
                    kept.status, kept.body = status, answer
                if request.method == "POST":
                    after(self.world)
        finally:
            current_request.reset(token)
        self.faults.reach(request.method, request.path, "after")
        return status, answer

    def effect(self, do: Any, call: Call, request: Request) -> tuple[int, dict[str, Any]]:
        try:
            return 200, do(call)
        except Refusal as refusal:
            if not refusal.kept:
                raise
            return refusal.status, refusal.body(request.identity)


def after(world: World) -> None:
    """What Stripe does by itself once a request is over."""
    if not world.late_balance:
        payments.settle_late(world)


def early(fault: Fault) -> Refusal:
    if fault.how == "error_503":
        return Refusal("Stripe is briefly unavailable.", status=503, kind="api_error")
    return Refusal(
        "Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.",
        status=429, code="rate_limit", headers={"Stripe-Should-Retry": "false"},
    )  # fmt: skip


def broken(request: Request) -> tuple[int, dict[str, Any]]:
    refusal = Refusal("An unknown error occurred", status=500, kind="api_error")
    return 500, refusal.body(request.identity)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, desk: Desk, port: int = 0):
        super().__init__(("127.0.0.1", port), Handler)
        self.desk = desk
        self.closing = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to tell."""
        if not self.closing.is_set():
            import sys

            kind = sys.exc_info()[0]
            if kind is not None and not issubclass(kind, OSError):
                super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.serve("GET")

    def do_POST(self) -> None:
        self.serve("POST")

    def do_DELETE(self) -> None:
        self.serve("DELETE")

    def serve(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path = urlsplit(self.path).path
        if not path.startswith("/v1/"):
            status, headers, text = pages.serve(self.server.desk.world, method, self.path, body)
            self.reply(status, {"Content-Type": "text/html; charset=utf-8"} | headers, text.encode())
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, extra, answer, fault = self.server.desk.handle(method, self.path, headers, body)
        if fault and self.lose(fault):
            return
        self.reply(status, {"Content-Type": "application/json"} | extra, json.dumps(answer, indent=2).encode())

    def lose(self, fault: Fault) -> bool:
        """Break the connection instead of answering: at once with a reset, or after a silence."""
        if fault.how not in ("reset", "reset_after_send", "timeout_before", "timeout_after_send"):
            return False
        if fault.how.startswith("timeout"):
            self.server.closing.wait(fault.patience)
        else:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
        return True

    def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def run(desk: Desk, port: int = 0) -> tuple[Server, threading.Thread]:
    server = Server(desk, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True, name="fake-stripe")
    thread.start()
    return server, thread


__all__ = ["AFTER", "Desk", "Server", "run", "time"]
