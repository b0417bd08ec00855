"""Stripe: the only file that imports its client. It never tries again by itself: when and with which key is decided in `reactions.py`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

import stripe
from flask import current_app

from hub.core.gateways.gateway import BadSignature, Busy, Forbidden, Object, Params, Processor, Refused, Unreachable

TOLERANCE = timedelta(seconds=300)
CONNECT_SECONDS, ANSWER_SECONDS = 5, 25
PAGE = 100
BUSY_STATUSES = {409, 429}
"""Nothing was done: another call holds the key or the lock, or we ask too often."""

FORBIDDEN_STATUSES, GONE = {401, 403}, "account_invalid"
"""This site's key is not good (for that); but a connected account that left us is gone for good."""

EXTENSION = "hub_processor"

Service = Callable[[stripe.StripeClient], Any]

SERVICES: dict[str, Service] = {
    "account": lambda client: client.v1.accounts,
    "account_link": lambda client: client.v1.account_links,
    "balance": lambda client: client.v1.balance,
    "balance_transaction": lambda client: client.v1.balance_transactions,
    "charge": lambda client: client.v1.charges,
    "checkout.session": lambda client: client.v1.checkout.sessions,
    "dispute": lambda client: client.v1.disputes,
    "event": lambda client: client.v1.events,
    "payment_intent": lambda client: client.v1.payment_intents,
    "payout": lambda client: client.v1.payouts,
    "refund": lambda client: client.v1.refunds,
    "transfer": lambda client: client.v1.transfers,
    "transfer_reversal": lambda client: client.v1.transfers.reversals,
}
"""What Stripe calls each kind of object in its `object` field, and where its client keeps it."""


class Stripe:
    """One Stripe account. Neither the key nor the webhook's secret is in its repr or in what it raises."""

    name = "stripe"

    def __init__(self, key: str, webhook_secret: str = "", api_base: str = "") -> None:
        self._webhook_secret = webhook_secret
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": api_base.rstrip("/")} if api_base else {},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, ANSWER_SECONDS)),
        )

    def call(self, name: str, params: Params, idempotency_key: str) -> Object:
        kind, _, verb = name.rpartition(".")
        act = getattr(self._service(kind), verb)
        sent = dict(params)
        names = [sent.pop("id")] if "id" in sent else []
        with _told():
            return _plain(act(*names, params=sent, options={"idempotency_key": idempotency_key}))

    def fetch(self, kind: str, id: str) -> Object:
        service = self._service(kind)
        with _told():
            return _plain(service.retrieve() if kind == "balance" else service.retrieve(id))

    def list(self, kind: str, **filters: Any) -> Iterator[Object]:
        service = self._service(kind)
        names = [filters.pop("id")] if "id" in filters else []
        with _told():
            for one in service.list(*names, params={"limit": PAGE} | filters).auto_paging_iter():
                yield _plain(one)

    def event(self, payload: bytes, signature: str, now: datetime) -> Object:
        try:
            stripe.WebhookSignature.verify_header(payload, signature, self._webhook_secret, tolerance=None)
            signed_at, _ = stripe.WebhookSignature._get_timestamp_and_signatures(signature, "v1")
        except (stripe.SignatureVerificationError, ValueError) as error:  # ValueError: bytes that are no text
            raise BadSignature("the signature does not fit") from error
        if abs(now.timestamp() - signed_at) > TOLERANCE.total_seconds():
            raise BadSignature("the signature is too old")
        try:
            found = json.loads(payload)
        except ValueError as error:
            raise BadSignature("the notice is no JSON") from error
        if not isinstance(found, dict):
            raise BadSignature("the notice is no object")
        return found

    def _service(self, kind: str) -> Any:
        return SERVICES[kind](self._client)


def _plain(found: Any) -> Object:
    return cast(Object, json.loads(json.dumps(found.to_dict(), default=str)))


@contextmanager
def _told() -> Iterator[None]:
    """Stripe's errors as ours, by the status that came with them."""
    try:
        yield
    except stripe.StripeError as error:
        raise _ours(error) from None  # the original carries the whole request


def _ours(error: stripe.StripeError) -> Exception:
    said = (error.user_message or type(error).__name__)[:300]
    if error.http_status is None:
        return Unreachable(said)
    if error.http_status >= 500 or error.http_status < 400:
        return Unreachable(said, answered=True)
    if error.http_status in BUSY_STATUSES:
        return Busy(said)
    if error.http_status in FORBIDDEN_STATUSES and error.code != GONE:
        return Forbidden(said)
    return Refused(error.code or type(error).__name__, said)


def configured() -> Processor | None:
    """The site's processor; None when it has none and money moves by bank transfer alone."""
    config = current_app.config["HUB"]
    if not config.stripe_key:
        return None
    wanted = (config.stripe_key, config.stripe_webhook_secret, config.stripe_api_base)
    known = current_app.extensions.get(EXTENSION)
    if known is None or known[0] != wanted:
        known = current_app.extensions[EXTENSION] = (wanted, Stripe(*wanted))
    return cast(Processor, known[1])
