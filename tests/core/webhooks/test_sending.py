"""Messages on their way: what a real receiver gets, what happens when it does not take them, and nothing lost or forged."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.core.webhooks import operations, queries, reactions, rules
from hub.core.webhooks.models import Attempt, Endpoint, Message
from hub.core.webhooks.states import EndpointState, MessageState
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import Delivery
from hub.kernel import clock
from hub.kernel.actor import Role
from tests.factories.receiver import Got, Receiver, receiver
from tests.factories.webhooks import endpoint, may_call_itself, send


@pytest.fixture
def there(app: Flask) -> Iterator[Receiver]:
    """A receiver that the site may call; the clock runs, as signatures carry the time."""
    may_call_itself(app)
    clock.set_to(None)
    with receiver() as made:
        yield made


def rename(cast, name: str) -> None:
    """Something worth a message."""
    with work.unit():
        organisations.change(actor=cast.owner, organisation=cast.company, name=name)
    delivery.deliver_all()


def checked(got: Got, secret: str) -> dict:
    return Webhook(secret).verify(got.body, got.headers)


def log(made: Endpoint) -> list[tuple[str, str, list[int | str]]]:
    """Type, state, and what came of each attempt; the oldest first."""
    work.rollback()
    messages, _ = queries.log(made)
    attempts = queries.attempts_of(message.id for message in messages)
    return [(m.type, m.state.value, [a.status or a.trouble for a in attempts.get(m.id, [])]) for m in reversed(messages)]


def test_a_receiver_verifies_what_it_got_with_the_library(cast, there):
    made, secret = endpoint(cast.manager, there.url, organisation_id=cast.company.id)
    rename(cast, "Acme & Daughters")
    send()
    (got,) = there.got
    assert checked(got, secret) == {
        "type": "organisation.changed",
        "timestamp": db.session.scalars(select(Message.at)).one().isoformat(),
        "data": {"organisation_id": cast.company.id, "url": f"http://127.0.0.1:8000/api/v1/organisations/{cast.company.slug}"},
    }
    assert "Acme" not in got.body.decode()
    assert log(made) == [("organisation.changed", "delivered", [204])]
    send()
    assert len(there.got) == 1


def test_whatever_is_tampered_with_no_longer_verifies(cast, there):
    _, secret = endpoint(cast.manager, there.url, organisation_id=cast.company.id)
    rename(cast, "Acme Two")
    send()
    (got,) = there.got
    forged = {
        "body": (got.headers, got.body.replace(b"changed", b"deleted")),
        "id": (got.headers | {"Webhook-Id": "msg_1", "webhook-id": "msg_1"}, got.body),
        "time": (got.headers | {"webhook-timestamp": str(int(got.headers["webhook-timestamp"]) + 1)}, got.body),
        "age": (got.headers | {"webhook-timestamp": str(int(got.headers["webhook-timestamp"]) - 400)}, got.body),
        "signature": (got.headers | {"webhook-signature": "v1," + "A" * 43 + "="}, got.body),
    }
    for part, (headers, body) in forged.items():
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers)
            pytest.fail(part)
    with pytest.raises(WebhookVerificationError):
        checked(got, rules.new_secret())


def test_for_a_day_both_secrets_sign(cast, there):
    made, first = endpoint(cast.manager, there.url, organisation_id=cast.company.id)
    with work.unit():
        second = operations.rotate(actor=cast.manager, endpoint=made, site_key="test-key")
    rename(cast, "Acme Rotating")
    send()
    assert checked(there.got[0], first) == checked(there.got[0], second)
    row = db.session.get_one(Endpoint, made.id)
    assert first not in row.sealed_secret + row.former_secret and second not in row.sealed_secret + row.former_secret
    with work.unit():
        row = db.session.get_one(Endpoint, made.id)
        row.former_until = clock.now() - timedelta(seconds=1)
    rename(cast, "Acme Rotated")
    send()
    assert checked(there.got[1], second)
    with pytest.raises(WebhookVerificationError):
        checked(there.got[1], first)


def test_only_the_owner_of_a_fact_hears_of_it(cast, there):
    endpoint(cast.manager, there.url + "/ours", organisation_id=cast.company.id)
    endpoint(cast.solver, there.url + "/mine", types=["member.added", "organisation.changed"])
    other, _ = endpoint(cast.stranger, there.url + "/other", types=["member.added", "organisation.changed"])
    with work.unit():
        organisations.add_member(actor=cast.owner, organisation=cast.company, email=cast.people["solver"].email, role=Role.MEMBER)
    rename(cast, "Acme Three")
    send()
    assert sorted((got.path, json.loads(got.body)["type"]) for got in there.got) == [
        ("/hub/mine", "member.added"),
        ("/hub/ours", "member.added"),
        ("/hub/ours", "organisation.changed"),
    ]
    assert log(other) == []


def test_what_nobody_chose_costs_the_outbox_nothing(cast, there):
    def waiting() -> int:
        work.rollback()
        return len(db.session.scalars(select(Delivery).where(Delivery.reaction == "hub.core.webhooks.operations.pass_on")).all())

    before = waiting()
    rename(cast, "Acme Unheard")
    assert waiting() == before
    endpoint(cast.manager, there.url, organisation_id=cast.company.id)
    rename(cast, "Acme Heard")
    assert waiting() == before + 1
    send()
    assert len(there.got) == 1


def test_a_fact_repeated_by_the_outbox_is_one_message(cast, there):
    made, _ = endpoint(cast.manager, there.url, organisation_id=cast.company.id)
    rename(cast, "Acme Again")
    with work.unit():
        for again in db.session.scalars(select(Delivery)):
            delivery.revive(again.id)
    delivery.deliver_all()
    send()
    assert (len(there.got), len(log(made))) == (1, 1)


def test_a_worker_killed_after_the_call_sends_again_under_the_same_id(cast, there, monkeypatch):
    made, _ = endpoint(cast.manager, there.url, organisation_id=cast.company.id)
    rename(cast, "Acme Killed")
    with monkeypatch.context() as killed:
        killed.setattr(operations, "note", lambda **about: (_ for _ in ()).throw(SystemError("killed")))
        with pytest.raises(SystemError):
            send()
    reactions._running.clear()
    send()
    assert len(there.got) == 1, "the lease still holds"
    with clock.at(clock.now() + rules.LEASE):
        send()
    assert len(there.got) == 2
    assert there.got[0].headers["webhook-id"] == there.got[1].headers["webhook-id"]
    assert there.got[0].body == there.got[1].body
    assert log(made) == [("organisation.changed", "delivered", [204])]


def test_failures_are_tried_again_later_and_everything_is_logged(cast, there):
    made, _ = endpoint(cast.manager, there.url, organisation_id=cast.company.id)
    there.answer = (500, {}, b"<p>\x00broken " + b"x" * 2000)
    rename(cast, "Acme Failing")
    send()
    send()
    assert len(there.got) == 1, "it rests"
    (attempt,) = db.session.scalars(select(Attempt))
    assert (attempt.status, len(attempt.answer), attempt.answer[:4]) == (500, 500, "<p>�")
    there.answer = (302, {"Location": "http://127.0.0.1:1/"}, b"")
    with clock.at(clock.now() + timedelta(minutes=2)):
        send()
    there.answer = (204, {}, b"")
    with clock.at(clock.now() + timedelta(minutes=10)):
        send()
    assert log(made) == [("organisation.changed", "delivered", [500, 302, 204])]
    assert db.session.get_one(Endpoint, made.id).failing_since is None


def test_persistent_failure_switches_it_off_and_the_owner_brings_everything_back(cast, there):
    made, _ = endpoint(cast.manager, there.url, organisation_id=cast.company.id, description="Tickets")
    there.answer = (503, {}, b"")
    rename(cast, "Acme Down")
    begun = clock.now()
    for hours in range(0, 100, 2):
        with clock.at(begun + timedelta(hours=hours)):
            send()
            delivery.deliver_all()
    row = db.session.get_one(Endpoint, made.id)
    assert (row.state, row.reason) == (EndpointState.DISABLED, "failing")
    tried = len(there.got)
    assert 8 <= tried <= rules.MOST_ATTEMPTS
    told = db.session.scalars(select(Notification).where(Notification.link == f"/webhooks/{made.id}")).all()
    assert {note.person_id for note in told} == {cast.owner.person_id, cast.manager.person_id}
    rename(cast, "Acme Meanwhile")
    send()
    assert len(there.got) == tried
    there.answer = (204, {}, b"")
    with work.unit():
        row = operations.resume(actor=cast.manager, endpoint=db.session.get_one(Endpoint, made.id))
        assert operations.replay_failed(actor=cast.manager, endpoint=row, since=begun - timedelta(days=1)) == 2
    send()
    assert [state for _, state, _ in log(made)] == ["delivered", "delivered"]


def test_of_two_workers_one_takes_the_endpoint_and_one_message_goes_once(cast, there):
    made, _ = endpoint(cast.manager, there.url, organisation_id=cast.company.id)
    rename(cast, "Acme Raced")
    with work.unit():
        assert [operations.take_endpoint(endpoint_id=made.id) for _ in range(2)] == [True, False]
    with work.unit():
        assert operations.take_message(endpoint_id=made.id, site_key="test-key") is not None
        assert operations.take_message(endpoint_id=made.id, site_key="test-key") is None
    send()
    assert there.got == [], "another holds it"


def test_gone_switches_it_off_at_once(cast, there):
    made, _ = endpoint(cast.manager, there.url, organisation_id=cast.company.id)
    there.answer = (410, {}, b"")
    rename(cast, "Acme Gone")
    send()
    row = db.session.get_one(Endpoint, made.id)
    assert (row.state, row.reason, log(made)) == (EndpointState.DISABLED, "gone", [("organisation.changed", "failed", [410])])


def test_a_slow_receiver_holds_up_nobody(cast, there):
    """The slow one answers only once the other has got its message: one after the other, that would never be."""
    heard = threading.Event()

    def answer(handler) -> None:
        if handler.path == "/hub/slow":
            assert heard.wait(10)
        else:
            heard.set()
        handler.send_response(204)
        handler.end_headers()

    there.answer = answer
    slow, _ = endpoint(cast.manager, there.url + "/slow", organisation_id=cast.company.id)
    fast, _ = endpoint(cast.manager, there.url + "/fast", organisation_id=cast.company.id)
    rename(cast, "Acme Slow")
    send()
    assert [log(one)[0][1] for one in (slow, fast)] == ["delivered", "delivered"]


def test_no_address_inside_is_ever_called(app, cast, there):
    made, _ = endpoint(cast.manager, there.url, organisation_id=cast.company.id)
    app.config["HUB"] = app.config["HUB"].__class__(**{**vars(app.config["HUB"]), "egress_allow": ()})
    rename(cast, "Acme Inside")
    send()
    assert there.got == []
    assert log(made)[0][2][0] in {"address_not_public", "address_not_https"}


def test_a_changed_key_of_the_site_stops_sending_instead_of_signing_wrongly(app, cast, there):
    made, _ = endpoint(cast.manager, there.url, organisation_id=cast.company.id)
    app.config["HUB"] = app.config["HUB"].__class__(**{**vars(app.config["HUB"]), "secret_key": "another"})
    rename(cast, "Acme Rekeyed")
    send()
    row = db.session.get_one(Endpoint, made.id)
    assert (there.got, row.state, row.reason) == ([], EndpointState.DISABLED, "secret")
    with work.unit():
        row = operations.resume(actor=cast.manager, endpoint=db.session.get_one(Endpoint, made.id))
        fresh = operations.rotate(actor=cast.manager, endpoint=row, site_key="another")
    rename(cast, "Acme Mended")
    send()
    row = db.session.get_one(Endpoint, made.id)
    assert (row.state, row.former_secret, row.former_until) == (EndpointState.ON, "", None)
    assert checked(there.got[0], fresh), "a new secret is the way out, at once"


def test_what_waited_when_it_was_paused_waits_for_its_owner(cast, there):
    """Months later nobody expects it any more: it stands in the log, is sent again when somebody says so, and is forgotten in its time."""
    made, _ = endpoint(cast.manager, there.url, organisation_id=cast.company.id)
    rename(cast, "Acme Waiting")
    with work.unit():
        operations.pause(actor=cast.manager, endpoint=db.session.get_one(Endpoint, made.id))
    rename(cast, "Acme Paused")
    assert [state for _, state, _ in log(made)] == ["failed", "failed"]
    with work.unit():
        operations.resume(actor=cast.manager, endpoint=db.session.get_one(Endpoint, made.id))
    send()
    assert there.got == []
    with clock.at(clock.now() + timedelta(hours=1)):
        with work.unit():
            row = operations.pause(actor=cast.manager, endpoint=db.session.get_one(Endpoint, made.id))
        rename(cast, "Acme Paused again")
        assert queries.count_missed(row) == 1
        with work.unit():
            operations.resume(actor=cast.manager, endpoint=db.session.get_one(Endpoint, made.id), send_missed=True)
        send()
    assert len(there.got) == 1, "what it missed this time, and nothing older"
    there.got.clear()
    with clock.at(clock.now() + rules.KEPT + timedelta(days=1)), work.unit():
        reactions.forget_old()
    assert log(made) == []


def test_tests_and_replays(cast, there):
    made, secret = endpoint(cast.solver, there.url, types=["key.made"])
    with work.unit():
        message = operations.send_test(actor=cast.solver, endpoint=made)
    send()
    assert checked(there.got[0], secret)["type"] == "webhook.test"
    with work.unit():
        operations.replay(actor=cast.solver, endpoint=made, message=db.session.get_one(Message, message.id))
    send()
    assert there.got[0].headers["webhook-id"] == there.got[1].headers["webhook-id"]
    assert log(made) == [("webhook.test", "delivered", [204, 204])]


def test_the_log_forgets_what_is_over(cast, there):
    made, _ = endpoint(cast.solver, there.url, types=["key.made"])
    with work.unit():
        operations.send_test(actor=cast.solver, endpoint=made)
    send()
    with clock.at(clock.now() + rules.KEPT + timedelta(days=1)):
        with work.unit():
            waiting = operations.send_test(actor=cast.solver, endpoint=made)
        with work.unit():
            assert operations.forget_old() == 1
    assert [message.id for message in db.session.scalars(select(Message))] == [waiting.id]
    assert db.session.scalars(select(Attempt)).all() == []


def test_the_log_forgets_however_much_is_over(cast, monkeypatch):
    made, _ = endpoint(cast.solver, types=["key.made"])
    with work.unit():
        for _ in range(7):
            operations.send_test(actor=cast.solver, endpoint=made)
        operations.pause(actor=cast.solver, endpoint=made)
    whole = queries.over
    monkeypatch.setattr(queries, "over", lambda: whole(3))
    with clock.at(clock.now() + rules.KEPT + timedelta(days=1)), work.unit():
        reactions.forget_old()
    assert db.session.scalars(select(Message)).all() == []


@given(st.integers(1, 30), st.floats(0.8, 1.2))
def test_pauses_grow_and_end_after_three_days(attempts: int, jitter: float):
    pause, following = rules.wait(attempts, jitter), rules.wait(attempts + 1, jitter)
    assert (pause is None) == (attempts >= rules.MOST_ATTEMPTS)
    assert following is None or (pause is not None and pause <= following <= timedelta(days=1) * jitter)
    if attempts == 1:
        total = sum((rules.wait(n, 1.0) or timedelta() for n in range(1, rules.MOST_ATTEMPTS)), timedelta())
        assert timedelta(days=3) <= total <= timedelta(days=4)
    assert MessageState.DUE == "due"
