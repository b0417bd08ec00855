from __future__ import annotations

from datetime import timedelta

import pytest

from hub.contests.challenges import operations, queries
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.states import State
from hub.core.holds import queries as holds_read
from hub.core.payments import operations as payments
from hub.core.payments import queries as ledger
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from tests.factories import challenges, people

BODY = {
    "title": "Keep berries fresh for a week longer",
    "summary": "A coating or a box that adds a week to the life of soft fruit.",
    "problem": challenges.PROBLEM,
    "sector": "agriculture",
    "prize": "12500.50",
    "currency": "EUR",
    "closes_at": "2027-01-15T18:00:00+01:00",
    "eligibility": "Anyone.",
    "criteria": [{"title": "Seven days at 4 °C", "kind": "must"}, {"title": "Cost per kilogram", "weight": 100}],
    "terms": {"transfer": "exclusive_licence", "term_years": 10},
}
URL = "/api/v1/challenges"


def again(challenge: Challenge) -> Challenge:
    work.rollback()
    return queries.by_id(challenge.id)


@pytest.fixture
def owner(world):
    return people.api_headers(world.owner)


@pytest.fixture
def consultant(world):
    return people.api_headers(world.consultant)


def test_a_program_goes_the_whole_way_to_an_open_challenge(client, world, owner, consultant):
    made = client.post(URL, json=BODY | {"organisation": world.company.slug}, headers=owner)
    assert made.status_code == 201, made.json
    assert (made.json["prize"], made.json["net"], made.json["closes_at"]) == ("12500.50", "11875.47", "2027-01-15T17:00:00+00:00")
    assert [c["weight"] for c in made.json["criteria"]] == [0, 100] and made.json["terms"]["term_years"] == 10
    here = f"{URL}/{made.json['slug']}"
    edited = client.patch(here, json={"summary": "Berries, a week longer."}, headers=owner | {"If-Match": made.headers["ETag"]})
    assert edited.status_code == 200 and edited.json["version"] == made.json["version"] + 1
    less = client.patch(here, json={"criteria": [{"title": "Cost", "weight": 100}, {"title": "Cold", "kind": "must"}]}, headers=owner)
    assert less.status_code == 200 and [(c["kind"], c["detail"]) for c in less.json["criteria"]] == [("scored", ""), ("must", "")]
    assert client.post(f"{here}/submit", headers=owner).json["state"] == "in_review"
    assert client.post(f"{here}/return", json={"remarks": "Which berries?"}, headers=consultant).json["state"] == "draft"
    assert client.get(f"{here}/remarks", headers=owner).json[0]["text"] == "Which berries?"
    client.post(f"{here}/submit", headers=owner)
    assert client.post(f"{here}/approve", json={}, headers=consultant).json["state"] == "approved"
    funding = client.post(f"{here}/fund", json={}, headers=owner)
    assert (funding.json["due"], funding.json["currency"]) == ("12500.50", "EUR") and funding.json["reference"].startswith("HUB-")
    with work.unit():
        found = ledger.funding_by_reference(funding.json["reference"])
        payments.confirm_funding(actor=SYSTEM, funding=found, received=found.amount)
    published = client.post(f"{here}/publish", headers=owner)
    assert published.status_code == 200 and published.json["state"] == "open" and published.json["open"] is True
    assert client.get(here).json["title"] == BODY["title"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prize": "-1"}, "prize"),
        ({"prize": 12.5}, "prize"),
        ({"prize": True}, "prize"),
        ({"prize": "1" + "0" * 30}, "prize"),
        ({"currency": "XXX"}, "currency"),
        ({"closes_at": "soon"}, "closes_at"),
        ({"closes_at": "2020-01-01T00:00:00Z"}, "closes_at"),
        ({"closes_at": "2099-01-01T00:00:00Z"}, "closes_at"),
        ({"criteria": [{"title": ""}]}, "criteria.0.title"),
        ({"criteria": [{"title": "x", "weight": -3}]}, "criteria.0.weight"),
        ({"criteria": [{"title": f"C{n}"} for n in range(21)]}, "criteria"),
        ({"terms": {"transfer": "soul"}}, "terms.transfer"),
        ({"terms": {"soul": True}}, "terms.soul"),
        ({"problem": "P" * 40_001}, "problem"),
        ({"title": "\x00 a title with NUL"}, "title"),
        ({"state": "open"}, "state"),
        ({"fee_bp": 0}, "fee_bp"),
        ({"organisation_id": 2}, "organisation_id"),
    ],
)
def test_bad_input_names_its_field_and_leaves_nothing_behind(client, world, owner, change, field):
    answer = client.post(URL, json=BODY | {"organisation": world.company.slug} | change, headers=owner)
    assert answer.status_code == 422 and answer.content_type == "application/problem+json", answer.json
    assert list(answer.json["errors"]) == [field]
    assert db.session.query(Challenge).count() == 0


def test_a_currency_without_its_prize_is_no_edit(client, world, owner):
    made = world.challenge()
    answer = client.patch(f"{URL}/{made.slug}", json={"currency": "EUR"}, headers=owner)
    assert answer.status_code == 422 and "prize" in answer.json["errors"]
    assert again(made).currency == "USD"


def test_an_edit_of_an_older_version_is_refused(client, world, owner):
    made = world.challenge()
    seen = client.get(f"{URL}/{made.slug}", headers=owner).headers["ETag"]
    assert (
        client.patch(f"{URL}/{made.slug}", json={"summary": "The first one to save."}, headers=owner | {"If-Match": seen}).status_code
        == 200
    )
    late = client.patch(f"{URL}/{made.slug}", json={"summary": "The second one to save."}, headers=owner | {"If-Match": seen})
    assert (late.status_code, late.json["code"]) == (409, "stale")
    assert again(made).summary == "The first one to save."


def test_a_foreign_organisation_is_not_drafted_for(client, world, owner):
    for slug in (world.other.slug, "no-such-house"):
        answer = client.post(URL, json=BODY | {"organisation": slug}, headers=owner)
        assert answer.status_code in {403, 404}
    assert db.session.query(Challenge).count() == 0


MOVES = [
    ("draft", "PATCH", "", {"summary": "Written by somebody else altogether."}), ("draft", "POST", "/submit", None),
    ("in_review", "POST", "/approve", {}), ("in_review", "POST", "/return", {"remarks": "No."}), ("approved", "POST", "/fund", {}),
    ("approved", "POST", "/reopen", None), ("approved", "POST", "/withdraw", None), ("funded", "POST", "/publish", None),
    ("open", "POST", "/cancel", {"reason": "Because."}), ("draft", "GET", "/remarks", None), ("open", "GET", "/remarks", None),
]  # fmt: skip


@pytest.mark.parametrize("who", ["", "stranger", "rival"])
@pytest.mark.parametrize(("state", "method", "path", "body"), MOVES)
def test_strangers_move_nothing(client, world, who, state, method, path, body):
    made = world.challenge(state)
    before = (made.state, made.version, holds_read.held(made.ref, "USD"))
    headers = people.api_headers(getattr(world, who)) if who else {}
    answer = client.open(f"{URL}/{made.slug}{path}", method=method, json=body, headers=headers)
    assert answer.status_code == 401 if not who else answer.status_code in {403, 404}
    made = again(made)
    assert (made.state, made.version, holds_read.held(made.ref, "USD")) == before and ledger.open_funding(made.ref) is None


def test_a_key_without_the_money_scope_moves_no_money(client, world):
    made = world.challenge("approved")
    writing = people.api_headers(world.owner, "read", "write")
    for act, body in (("fund", {}), ("withdraw", None)):
        answer = client.post(f"{URL}/{made.slug}/{act}", json=body, headers=writing)
        assert (answer.status_code, answer.json["code"]) == (403, "missing_scope")
    reading = people.api_headers(world.owner, "read")
    assert client.post(f"{URL}/{made.slug}/reopen", headers=reading).status_code == 403
    assert again(made).state is State.APPROVED


def test_the_same_key_publishes_once_and_gets_the_same_answer(client, world, owner):
    made = world.challenge("funded")
    keyed = owner | {"Idempotency-Key": "publish-1"}
    first, second = (client.post(f"{URL}/{made.slug}/publish", headers=keyed) for _ in range(2))
    assert first.status_code == second.status_code == 200 and first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"
    assert client.post(f"{URL}/{made.slug}/publish", headers=owner).json["code"] == "not_now"


def test_too_early_and_unpaid_have_codes_of_their_own(client, world, owner):
    made, opened = world.challenge("approved"), world.challenge("open")
    assert client.post(f"{URL}/{made.slug}/publish", headers=owner).json["code"] == "prize_not_held"
    assert client.post(f"{URL}/{opened.slug}/close", headers=owner).json["code"] == "not_now"
    draft = world.challenge("draft", criteria=[])
    answer = client.post(f"{URL}/{draft.slug}/submit", headers=owner)
    assert (answer.json["code"], list(answer.json["errors"])) == ("incomplete", ["criteria"])


def test_whoever_comes_after_the_deadline_closes_it(client, world):
    made = world.challenge("open")
    clock.set_to(made.closes_at)
    stranger = people.api_headers(world.stranger)
    assert client.get(f"{URL}/{made.slug}").json["open"] is False, "the clock decides, not the worker"
    assert client.post(f"{URL}/{made.slug}/close", headers=stranger).json["state"] == "judging"


def test_the_prize_can_come_from_the_balance(client, world, owner):
    made = world.challenge("funded")
    client.post(f"{URL}/{made.slug}/withdraw", headers=owner)
    following = world.challenge("approved")
    answer = client.post(f"{URL}/{following.slug}/fund", json={"from_balance": True}, headers=owner)
    assert answer.status_code == 200 and answer.json["state"] == "confirmed"
    short = world.challenge("approved")
    assert client.post(f"{URL}/{short.slug}/fund", json={"from_balance": True}, headers=owner).status_code == 422


def test_lists_go_on_by_cursor_and_hold_only_what_is_public(client, world, owner):
    made = [world.challenge("open", title=f"Open challenge number {n}", days=10 + n) for n in range(5)]
    world.challenge("draft", title="Nobody may see this draft")
    titles, url = [], f"{URL}?limit=2"
    while url:
        page = client.get(url)
        assert page.status_code == 200
        titles += [item["title"] for item in page.json["items"]]
        url = f"{URL}?limit=2&cursor={page.json['next']}" if page.json["next"] else ""
        assert bool(url) == ("Link" in page.headers)
    assert titles == [c.title for c in reversed(made)]
    assert client.get(f"{URL}?state=judging").json["items"] == []
    clock.advance(timedelta(days=10))
    assert [item["title"] for item in client.get(f"{URL}?state=judging").json["items"]] == [made[0].title]
    for bad in ("state=no", "limit=0", "limit=x", "limit=1000", "cursor=%21", "sector=no"):
        assert client.get(f"{URL}?{bad}").status_code == 422, bad


def test_ones_own_organisation_lists_its_drafts_and_nobody_elses_does(client, world, owner):
    made = world.challenge("draft")
    own = client.get(f"{URL}?organisation={world.company.slug}", headers=owner)
    assert [item["slug"] for item in own.json["items"]] == [made.slug]
    for headers in ({}, people.api_headers(world.rival)):
        assert client.get(f"{URL}?organisation={world.company.slug}", headers=headers).status_code == 404
        assert client.get(f"{URL}/{made.slug}", headers=headers).status_code == 404


def test_the_number_of_entries_is_a_range_until_the_close(client, world):
    made = world.challenge("open")
    queries_count = queries._count_entries
    try:
        queries.count_entries_with(lambda ids: dict.fromkeys(ids, 17))
        assert client.get(f"{URL}/{made.slug}").json["entries"] == {"least": 11, "most": 25}
        clock.set_to(made.closes_at)
        with work.unit():
            operations.close_due()
        assert client.get(f"{URL}/{made.slug}").json["entries"] == {"least": 17, "most": 17}
    finally:
        queries.count_entries_with(queries_count)


def test_following_by_program(client, world):
    made, headers = world.challenge("open"), people.api_headers(world.stranger)
    assert client.put(f"{URL}/{made.slug}/follow", headers=headers).status_code == 204
    work.rollback()
    assert list(queries.followers(made.id)) == [world.stranger.id]
    assert client.delete(f"{URL}/{made.slug}/follow", headers=headers).status_code == 204
    work.rollback()
    assert list(queries.followers(made.id)) == []
