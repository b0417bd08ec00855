"""Run the fake by hand: python -m tests.fakes.stripe --port 12111 --webhook-url http://127.0.0.1:8000/webhooks/stripe."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from tests.fakes.stripe import FakeStripe


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.stripe", description="A strict, stateful fake of Stripe on loopback.")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--secret", default="sk_test_fake", help="the secret API key it accepts")
    parser.add_argument("--webhook-url", default=None)
    parser.add_argument("--webhook-secret", default="whsec_fake")
    given = parser.parse_args()
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with FakeStripe(given.webhook_url, port=given.port, secret=given.secret, webhook_secret=given.webhook_secret) as fake:
        sys.stdout.write(f"Stripe (fake) at {fake.base}, key {fake.secret}, webhooks to {given.webhook_url or 'nobody'}\n")
        sys.stdout.flush()
        while not over.wait(1.0):
            fake.tick()


if __name__ == "__main__":
    main()
