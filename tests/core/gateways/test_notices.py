"""The processor's door: what it signed is taken once, whatever else comes is refused and leaves nothing behind."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from hub.core.gateways.models import GatewayEvent
from hub.core.gateways.states import EventState
from hub.db import work
from hub.db.delivery import deliver_all
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.kernel import clock
from tests.factories.gateways import SECRET, with_processor
from tests.fakes.stripe.webhooks import signature

EVENT = {"id": "evt_1", "type": "refund.updated", "data": {"object": {"object": "refund", "id": "refund_1", "status": "failed"}}}


@pytest.fixture
def speaks(app):
    found = with_processor(app)
    found.objects["refund"] = {"refund_1": {"id": "refund_1", "object": "refund", "metadata": {"hub_cause": "card_refund:7"}}}
    return found


def kept() -> int:
    work.rollback()
    return db.session.scalar(select(func.count(GatewayEvent.id))) or 0


def notices() -> list[dict]:
    work.rollback()
    return [row.facts for row in db.session.scalars(select(JournalRow).where(JournalRow.kind == "GatewayNotice"))]


def send(client, event=EVENT, signed="good"):
    return client.post("/webhooks/stripe", data=json.dumps(event), headers={"Stripe-Signature": signed})


def test_a_notice_is_kept_once_and_told_once_with_what_it_is_about(client, speaks):
    answers = [send(client) for _ in range(10)]
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json["known"] for answer in answers] == [False] + [True] * 9
    deliver_all()
    deliver_all()
    expected = {"kind": "refund", "object_id": "refund_1", "cause": "card_refund:7", "type": "refund.updated", "account": ""}
    assert (kept(), notices()) == (1, [expected])
    assert db.session.scalars(select(GatewayEvent)).one().state is EventState.HANDLED


def test_the_cause_of_what_bears_none_is_that_of_its_payment(client, speaks):
    speaks.objects["dispute"] = {"du_1": {"id": "du_1", "object": "dispute", "payment_intent": "pi_1"}}
    speaks.objects["payment_intent"] = {"pi_1": {"id": "pi_1", "metadata": {"hub_cause": "card_payment:3"}}}
    send(client, EVENT | {"id": "evt_2", "data": {"object": {"object": "dispute", "id": "du_1"}}})
    send(client, EVENT | {"id": "evt_3", "data": {"object": {"object": "refund", "id": "gone"}}})
    deliver_all()
    assert [facts["cause"] for facts in notices()] == ["card_payment:3", ""]


@pytest.mark.parametrize("signed", ["", "bad"])
def test_what_is_not_signed_is_refused(client, speaks, signed):
    answer = send(client, signed=signed)
    assert (answer.status_code, answer.json["code"], kept()) == (400, "bad_signature", 0)


@pytest.mark.parametrize(
    "event",
    [
        {}, {"id": "evt"}, {"id": "evt", "type": "x", "data": {}}, {"id": "evt", "type": "x", "data": {"object": []}},
        {"id": 5, "type": "x", "data": {"object": {"object": "refund", "id": "r"}}},
        {"id": "e" * 121, "type": "x", "data": {"object": {"object": "refund", "id": "r"}}},
        {"id": "e\x00", "type": "x", "data": {"object": {"object": "refund", "id": "r"}}},
    ],
)  # fmt: skip
def test_what_is_signed_and_no_notice_is_refused(client, speaks, event):
    answer = send(client, event)
    assert (answer.status_code, answer.json["code"], kept()) == (400, "bad_notice", 0)


def test_what_is_too_large_is_refused(client, speaks):
    answer = send(client, EVENT | {"more": "x" * 600_000})
    assert (answer.status_code, kept()) == (413, 0)


def test_without_a_processor_the_door_is_closed(client):
    assert send(client).status_code == 404


@pytest.mark.parametrize(
    ("age", "secret", "status"), [(0, SECRET, 200), (299, SECRET, 200), (301, SECRET, 400), (-301, SECRET, 400), (0, "whsec_other", 400)]
)
def test_stripes_own_signature_holds_for_five_minutes(app, client, age, secret, status):
    from hub.core.gateways.gateway_stripe import Stripe

    with_processor(app, Stripe("sk_test_x", SECRET))
    body = json.dumps(EVENT).encode()
    signed = signature(body, secret, int(clock.now().timestamp()) - age)
    answer = client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signed})
    assert (answer.status_code, kept()) == (status, 1 if status == 200 else 0)


def test_a_changed_body_does_not_fit_its_signature(app, client):
    from hub.core.gateways.gateway_stripe import Stripe

    with_processor(app, Stripe("sk_test_x", SECRET))
    body = json.dumps(EVENT).encode()
    signed = signature(body, SECRET, int(clock.now().timestamp()))
    answer = client.post("/webhooks/stripe", data=body.replace(b"refund_1", b"refund_2"), headers={"Stripe-Signature": signed})
    assert (answer.status_code, kept()) == (400, 0)
    assert client.post("/webhooks/stripe", data=b"\xff\xfe", headers={"Stripe-Signature": signed}).status_code == 400


def test_secrets_are_in_no_repr_and_no_error(app):
    from hub.core.gateways.gateway import Unreachable
    from hub.core.gateways.gateway_stripe import Stripe

    with_processor(app)
    stripe = Stripe("sk_test_hidden", "whsec_hidden", "http://127.0.0.1:9")
    with pytest.raises(Unreachable) as error:
        stripe.fetch("refund", "re_1")
    told = f"{stripe!r} {vars(error.value)} {error.value!r} {app.config['HUB']!r}"
    assert "hidden" not in told
    assert SECRET not in told
    assert "sk_test_local" not in told
