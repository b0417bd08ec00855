"""Where the suite of tests/peers/test_stripe_peers.py knocks: the fake, localstripe (a program that others wrote), Stripe itself.

localstripe is GPL and no dependency of ours: it is installed on demand into an environment of its own below pytest's cache, and runs as a
process of its own, bound to loopback and kept from writing outside its folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.fakes.stripe import FakeStripe

LOCALSTRIPE = "localstripe==1.15.10"
WEBHOOK_SECRET = "whsec_doors"
LAUNCH = """
import builtins, os, runpy, socket, sys
real_bind, real_open = socket.socket.bind, builtins.open
def bind(self, address):
    return real_bind(self, ("::1",) + tuple(address[1:]) if address[0] == "::" else address)
def opened(file, *args, **kwargs):
    return real_open(os.devnull if file == "/tmp/localstripe.pickle" else file, *args, **kwargs)
socket.socket.bind, builtins.open = bind, opened
sys.argv = ["localstripe", "--from-scratch", "--port", sys.argv[1]]
runpy.run_module("localstripe", run_name="__main__")
"""


@dataclass
class Inbox:
    """Where webhooks arrive: what carried a good signature."""

    url: str = ""
    events: list[Any] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    def take(self, body: bytes, signature: str) -> int:
        with self.came:
            try:
                self.events.append(stripe.Webhook.construct_event(body, signature, WEBHOOK_SECRET))
            except stripe.SignatureVerificationError as error:
                self.refused.append(str(error))
                return 400
            finally:
                self.came.notify_all()
            return 200

    def about(self, kind: str, identity: str, timeout: float = 10) -> Any:
        """The event of this kind about that object, as soon as it is here."""
        wanted = lambda: [each for each in self.events if each.type == kind and each.data.object["id"] == identity]  # noqa: E731
        with self.came:
            assert self.came.wait_for(wanted, timeout), f"no {kind} about {identity}: {[each.type for each in self.events]} {self.refused}"
            return wanted()[0]


@dataclass
class Door:
    name: str
    v1: Any
    inbox: Inbox | None


@contextlib.contextmanager
def inbox() -> Iterator[Inbox]:
    box = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(box.take(body, self.headers["Stripe-Signature"]))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    box.url = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def client(key: str, base: str | None) -> Any:
    return stripe.StripeClient(key, base_addresses={"api": base} if base else {}, max_network_retries=0).v1


@contextlib.contextmanager
def fake() -> Iterator[Door]:
    with inbox() as box, FakeStripe(box.url, webhook_secret=WEBHOOK_SECRET) as running:
        yield Door("fake", client(running.secret, running.base), box)


@contextlib.contextmanager
def localstripe(cache: Path) -> Iterator[Door]:
    python = installed(cache)
    port = free_port()
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(cache), "TMPDIR": str(cache)}
    process = subprocess.Popen(
        [python, "-c", LAUNCH, str(port)],
        cwd=cache,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    base = f"http://[::1]:{port}"
    try:
        answering(base, process)
        with inbox() as box:
            body = f"url={box.url}&secret={WEBHOOK_SECRET}".encode()
            urllib.request.urlopen(urllib.request.Request(f"{base}/_config/webhooks/doors", data=body), timeout=5)
            yield Door("localstripe", client("sk_test_door", base), box)
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextlib.contextmanager
def real() -> Iterator[Door]:
    key = os.environ.get("STRIPE_TEST_KEY", "")
    if not key:
        pytest.skip("NOT RUN Stripe itself: no STRIPE_TEST_KEY")
    if not key.startswith(("sk_test_", "rk_test_")):
        pytest.fail("STRIPE_TEST_KEY is no key of Stripe's test mode")
    yield Door("stripe", client(key, None), None)


def installed(cache: Path) -> str:
    """The Python of localstripe's own environment, made once."""
    home = cache / LOCALSTRIPE.replace("==", "-")
    python = home / "bin" / "python"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (home / "ready").exists():
            return str(python)
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True, capture_output=True, timeout=120)
            pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", LOCALSTRIPE]
            subprocess.run(pip, check=True, capture_output=True, timeout=300)
        except (subprocess.SubprocessError, OSError) as error:
            said = getattr(error, "stderr", b"") or b""
            if os.environ.get("CI"):
                pytest.fail(f"localstripe cannot be installed: {error} {said.decode()[-500:]}")
            pytest.skip(f"NOT RUN localstripe: pip cannot install it here ({type(error).__name__})")
        (home / "ready").touch()
    return str(python)


def free_port() -> int:
    with socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return int(probe.getsockname()[1])


def answering(base: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        assert process.poll() is None, "localstripe ended"
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{base}/js.stripe.com/v3/", timeout=2)
            return
        time.sleep(0.05)
    raise TimeoutError("localstripe does not answer")
