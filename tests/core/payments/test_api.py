"""The JSON door: the same steps by programs, each refusal a problem with its code."""

from __future__ import annotations

import pytest

from hub.core.holds import queries as holds_read
from hub.core.payments import queries
from hub.core.payouts import queries as payouts_read
from tests.factories.money import IBAN, asked, earned, usd
from tests.factories.people import api_headers

PRIZE = usd(4_000_000)


def test_programs_do_the_same_through_the_api(app, cast, client):
    finance, admin, solver = (api_headers(cast.people[name]) for name in ("finance", "admin", "solver"))
    asked_for = client.post("/api/v1/organisations/acme/fundings", json={"amount": "250.00", "currency": "USD"}, headers=finance)
    assert asked_for.status_code == 201
    funding = asked_for.json
    assert funding["due"] == {"amount": "250.00", "minor": 25_000, "currency": "USD"}
    data = {"amount": "100", "currency": "USD", "bank_reference": "T1"}
    part = client.post(f"/api/v1/admin/fundings/{funding['id']}/confirm", json=data, headers=admin)
    assert (part.status_code, part.json["state"], part.json["due"]["amount"]) == (200, "open", "150.00")
    balances = client.get("/api/v1/organisations/acme/balances", headers=finance).json
    assert balances["balances"] == [{"amount": "100.00", "minor": 10_000, "currency": "USD"}]
    earned(cast.company, cast.people["solver"].id, usd(5000), fee_bp=1000)
    assert client.get("/api/v1/me/earnings", headers=solver).json["items"][0]["net"]["amount"] == "45.00"
    made = client.post("/api/v1/me/payouts", json={"amount": "45", "currency": "USD", "destination": IBAN}, headers=solver)
    assert (made.status_code, made.json["destination"]) == (201, "…3000")
    queue = client.get("/api/v1/admin/payouts", headers=admin).json["items"]
    assert [(one["id"], one["destination"]) for one in queue] == [(made.json["id"], IBAN)]
    done = client.post(f"/api/v1/admin/payouts/{made.json['id']}/confirm", json={"bank_reference": "OUT"}, headers=admin)
    assert done.json["state"] == "paid"
    assert client.get("/api/v1/me/balances", headers=solver).json == {"balances": [], "available": [], "in_transit": []}


@pytest.mark.parametrize(
    ("amount", "currency", "code", "field"),
    [
        ("0", "USD", "amount_zero", "amount"),
        ("-1", "USD", "amount_negative", "amount"),
        ("1e30", "USD", "amount_too_large", "amount"),
        ("1.005", "USD", "amount_too_fine", "amount"),
        ("x", "USD", "amount_unreadable", "amount"),
        ("1", "XXX", "unknown_currency", "currency"),
        ("10.01", "USD", "over_balance", "amount"),
    ],
)
def test_each_mistake_answers_a_problem_with_its_code_and_field(cast, client, amount, currency, code, field):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    data = {"amount": amount, "currency": currency, "destination": IBAN}
    answer = client.post("/api/v1/me/payouts", json=data, headers=api_headers(cast.people["solver"]))
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert answer.json["code"] == code
    assert field in answer.json["errors"]
    assert queries.balances("person", cast.people["solver"].id) == [usd(1000)]


def test_a_float_is_no_amount(cast, client):
    answer = client.post(
        "/api/v1/me/payouts", json={"amount": 0.1, "currency": "USD", "destination": IBAN}, headers=api_headers(cast.people["solver"])
    )
    assert answer.status_code == 422
    assert "as text" in answer.json["errors"]["amount"]


def test_the_same_idempotency_key_moves_money_once_and_another_body_is_a_conflict(cast, client):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    headers = {**api_headers(cast.people["solver"]), "Idempotency-Key": "pay-me"}
    data = {"amount": "4", "currency": "USD", "destination": IBAN}
    first, again = (client.post("/api/v1/me/payouts", json=data, headers=headers) for _ in range(2))
    assert first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert queries.balances("person", cast.people["solver"].id) == [usd(600)]
    other = client.post("/api/v1/me/payouts", json={**data, "amount": "5"}, headers=headers)
    assert (other.status_code, other.json["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("scopes", [("read",), ("read", "write")])
def test_a_key_without_the_money_scope_reads_but_moves_nothing(cast, client, scopes):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    headers = api_headers(cast.people["solver"], *scopes)
    assert client.get("/api/v1/me/balances", headers=headers).status_code == 200
    answer = client.post("/api/v1/me/payouts", json={"amount": "4", "currency": "USD", "destination": IBAN}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "missing_scope")
    assert payouts_read.payouts_of("person", cast.people["solver"].id) == []


@pytest.mark.parametrize("name", ["owner", "manager", "finance", "solver", "stranger"])
def test_the_administrators_endpoints_are_theirs(cast, client, name):
    funding = asked(cast.company, PRIZE)
    headers = api_headers(cast.people[name])
    received = {"amount": "1", "currency": "USD", "bank_reference": "X"}
    sent = [
        client.get("/api/v1/admin/fundings", headers=headers),
        client.get("/api/v1/admin/payouts", headers=headers),
        client.post(f"/api/v1/admin/fundings/{funding.id}/confirm", json=received, headers=headers),
        client.post("/api/v1/admin/fundings/999/confirm", json=received, headers=headers),
        client.post("/api/v1/admin/deposits", json={**received, "organisation": "acme"}, headers=headers),
        client.post("/api/v1/admin/payouts/1/confirm", json={"bank_reference": "X"}, headers=headers),
        client.post("/api/v1/admin/payouts/1/reject", json={"reason": "No way"}, headers=headers),
    ]
    assert {answer.status_code for answer in sent} == {403}
    assert client.get("/api/v1/me/balances").status_code == 401
    assert holds_read.held("challenge:1", "USD") == 0


def test_lists_are_paged_by_cursor(cast, client):
    for number in range(5):
        asked(cast.company, usd(100 + number), f"challenge:{number}")
    headers, seen, path = api_headers(cast.people["finance"]), [], "/api/v1/organisations/acme/fundings?limit=2"
    while path:
        answer = client.get(path, headers=headers).json
        seen += [item["amount"]["minor"] for item in answer["items"]]
        path = f"/api/v1/organisations/acme/fundings?limit=2&cursor={answer['next']}" if answer["next"] else ""
    assert seen == [104, 103, 102, 101, 100]
    queue = client.get("/api/v1/admin/fundings?limit=3", headers=api_headers(cast.people["admin"])).json
    assert [item["amount"]["minor"] for item in queue["items"]] == [100, 101, 102]
    assert client.get("/api/v1/admin/fundings?state=lost", headers=api_headers(cast.people["admin"])).json["code"] == "state_unknown"
