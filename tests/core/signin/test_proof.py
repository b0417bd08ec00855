"""What binds or moves money asks again who is there, once the last proof is old; nothing that was typed is lost by it."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.routing import BuildError

from hub.core.accounts.models import LoginSession
from hub.core.keys.models import ApiKey
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.kernel import clock
from tests.factories.factors import app_for, code_of, passkey_for
from tests.factories.people import api_headers, person, sign_in

ASKING = {
    "agreements.set_signing", "agreements.sign", "awards.accept", "awards.select", "batches.confirm", "batches.make", "briefs.hold_fee", "cards.refund", "contracts.propose", "contracts.sign", "deals.sign", "disputes.accept", "disputes.resolve", "elsewhere.disconnect", "elsewhere.may_connect", "entries.sign", "erasure.ask",
    "factors.add_passkey", "factors.begin_app", "factors.confirm_app", "factors.make_codes", "factors.remove_all", "factors.remove_app",
    "factors.remove_passkey", "keys.issue", "orders.accept", "organisations.set_duties", "payees.open_mine", "payees.open_organisations",
    "payments.confirm_funding", "payments.take_deposit", "payouts.ask_organisation_payout", "payouts.ask_payout", "payouts.confirm_payout",
    "payouts.plan_payouts", "privacy.ask_export", "royalties.accept", "royalties.pay", "sharing.agree", "webhooks.change", "webhooks.rotate",
    "webhooks.set_up", "webhooks.set_up_ours",
}  # fmt: skip
"""Signing, money that leaves or is called received, payout accounts, keys, duties, and how one signs in."""
FORM = {"name": "Nightly <script>", "scopes": ["write", "money"], "days": "30", "_once": "one-click"}
QUESTION = "Confirm that it is you"


def text(answer) -> str:
    return answer.get_data(as_text=True)


def keys() -> int:
    return db.session.scalar(select(func.count()).select_from(ApiKey)) or 0


@pytest.fixture
def stale(app, client):
    """A browser whose person proved who they are a quarter of an hour ago."""
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], proof_minutes=15)

    def signed_in(ada):
        sign_in(client, ada)
        clock.advance(timedelta(minutes=15))
        return client

    return signed_in


def test_the_question_carries_everything_and_the_right_answer_sends_it_on_its_way(stale):
    ada = person()
    client = stale(ada)
    page = text(client.post("/settings/keys", data=FORM))
    assert QUESTION in page and keys() == 0
    for name, value in (
        ("name", "Nightly &lt;script&gt;"),
        ("scopes", "write"),
        ("scopes", "money"),
        ("days", "30"),
        ("_once", "one-click"),
    ):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    wrong = client.post("/settings/keys", data=FORM | {"_proof": "1", "_proof_password": "wrong"})
    assert wrong.status_code == 422 and "not your present password" in text(wrong) and 'value="one-click"' in text(wrong)
    assert "wrong" not in text(wrong).replace("field wrong", "") and keys() == 0
    right = client.post("/settings/keys", data=FORM | {"_proof": "1", "_proof_password": "demo-pass"})
    assert right.headers["Location"] == "/settings/keys"
    key = db.session.scalars(select(ApiKey)).one()
    assert (key.name, key.scopes) == ("Nightly <script>", "read write money")
    again = client.post("/settings/keys", data=FORM | {"_proof": "1", "_proof_password": "demo-pass"})
    assert again.headers["Idempotency-Replayed"] == "true" and keys() == 1, "a double click answers alike"
    clock.advance(timedelta(minutes=14))
    assert client.post("/settings/keys", data=FORM | {"_once": "another"}).status_code == 302, "the proof is fresh for a while"
    session = db.session.scalars(select(LoginSession)).one()
    assert session.proved_at == clock.now() - timedelta(minutes=14)
    facts = db.session.scalars(select(JournalRow).where(JournalRow.kind == "ProvedAgain")).one().facts
    assert facts == {"person_id": ada.id, "session_id": session.id, "how": "password"}


def test_a_fresh_sign_in_is_not_asked(app, client):
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], proof_minutes=15)
    sign_in(client, person())
    clock.advance(timedelta(minutes=14, seconds=59))
    assert client.post("/settings/keys", data=FORM).status_code == 302 and keys() == 1


def test_an_app_proves_it_once_and_a_recovery_code_does_not(stale):
    ada = person()
    client = stale(ada)
    secret, codes = app_for(ada)
    clock.advance(timedelta(minutes=1))
    assert "Or the code of your app" in text(client.post("/settings/keys", data=FORM))
    for code, status in ((codes[0], 422), ("000000", 422), (code_of(secret), 302)):
        answer = client.post("/settings/keys", data=FORM | {"_proof": "1", "_proof_code": code})
        assert answer.status_code == status
        assert status == 302 or 'href="#f-_proof_code"' in text(answer)
    clock.advance(timedelta(minutes=15))
    used = code_of(secret, -30)
    assert client.post("/settings/keys", data=FORM | {"_once": "x", "_proof": "1", "_proof_code": used}).status_code == 422


def test_a_passkey_proves_it(stale):
    ada, bob = person(), person("Bob")
    client = stale(ada)
    made, foreign = passkey_for(ada), passkey_for(bob)
    for one, status in ((foreign, 422), (made, 302)):
        sent = one.prove(text(client.post("/proof/options")))
        assert client.post("/settings/keys", data=FORM | {"_proof": "1", "_proof_credential": sent}).status_code == status
    assert keys() == 1


def test_programs_are_not_asked_and_other_ways_in_are_refused(stale):
    ada = person()
    client = stale(ada)
    headers = api_headers(ada)
    refused = client.post("/settings/keys", json={"name": "x"})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "proof_needed") and keys() == 1
    payout = {"amount": "10.00", "currency": "EUR", "destination": "GB33BUKB20201555555555"}
    assert client.post("/api/v1/me/payouts", json=payout, headers=headers).get_json()["code"] != "proof_needed"


def anything_for(converter) -> int | str:
    """A value that an address of this kind can hold."""
    if type(converter).__name__ == "RowNumber":
        return 1
    return min(getattr(converter, "items", ["x"]))


def asking(app) -> set[str]:
    return {name for name, view in app.view_functions.items() if getattr(view, "asks_proof", False)}


def test_none_of_the_doors_that_must_ask_has_stopped_asking(app):
    """A room may mark more of its doors; taking one off the table is a decision to be made here."""
    assert not ASKING - asking(app)


def test_every_door_that_should_ask_does_and_changes_nothing(app, stale):
    client = stale(person("Root", admin=True))
    before = db.session.scalar(select(func.count()).select_from(JournalRow))
    for endpoint in sorted(asking(app)):
        for rule in app.url_map.iter_rules(endpoint):
            if "POST" not in (rule.methods or set()):
                continue
            values = {name: anything_for(converter) for name, converter in rule._converters.items()}
            with app.test_request_context():
                try:
                    address = app.url_map.bind("127.0.0.1").build(endpoint, values, method="POST")
                except BuildError as error:
                    raise AssertionError(rule.rule) from error
            answer = client.post(address, data={"amount": "12.50"})
            assert answer.status_code == 200 and QUESTION in text(answer) and 'value="12.50"' in text(answer), rule.rule
    assert db.session.scalar(select(func.count()).select_from(JournalRow)) == before
