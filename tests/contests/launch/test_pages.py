from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest

from hub.contests.challenges import operations, queries
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.states import State
from hub.core.messages import queries as messages
from hub.core.payments import operations as payments
from hub.core.payments import queries as ledger
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM
from tests.factories import people

FORM = {
    "title": "Keep berries fresh for a week longer",
    "summary": "A coating or a box that adds a week to the life of soft fruit.",
    "problem": "Berries mould within days. " * 10,
    "language": "en",
    "sector": "agriculture",
    "prize": "12,500.50",
    "currency": "EUR",
    "closes_at": "2027-01-15T17:00",
    "review_days": "40",
    "eligibility": "Anyone.",
    "seeker_shown": "1",
    "criteria.0.title": "Seven days at 4 °C",
    "criteria.0.kind": "must",
    "criteria.0.weight": "",
    "criteria.1.title": "Cost per kilogram",
    "criteria.1.kind": "scored",
    "criteria.1.weight": "100",
    "criteria.2.title": "",
    "criteria.2.kind": "scored",
    "criteria.2.weight": "",
    "terms.transfer": "exclusive_licence",
    "terms.term_years": "",
    "terms.territory": "worldwide",
    "terms.payment": "lump_sum",
    "terms.royalty_bp": "",
    "terms.losing_entries": "return_to_author",
    "terms.evaluation_days": "60",
    "terms.confidentiality_years": "3",
    "terms.originality_warranty": "1",
}


def text(answer) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def again(challenge: Challenge) -> Challenge:
    work.rollback()
    return queries.by_id(challenge.id)


@pytest.fixture
def as_owner(client, world):
    people.sign_in(client, world.owner)
    return client


def test_the_form_makes_a_draft_of_everything_typed(as_owner, world):
    answer = as_owner.post("/challenges/new", data=FORM | {"organisation": world.company.slug, "_then": "check"})
    assert answer.status_code == 302 and answer.location.endswith("/check")
    made = db.session.scalars(db.select(Challenge)).one()
    assert (str(made.prize), made.review_days, made.sector, made.seeker_shown) == ("EUR 12,500.50", 40, "agriculture", True)
    assert [(c.title, c.kind, c.weight) for c in made.criteria] == [("Seven days at 4 °C", "must", 0), ("Cost per kilogram", "scored", 100)]
    assert made.terms["transfer"] == "exclusive_licence" and made.terms["employer_waiver"] is False
    page = text(as_owner.get(answer.location))
    for shown in ("EUR 12,500.50", "EUR 11,875.47", "15 Jan 2027, 17:00 UTC", "Cost per kilogram", "Anyone."):
        assert shown in page, shown
    assert "missing" not in page


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("prize", "-5", "cannot be negative"),
        ("prize", "1e40", "too large"),
        ("prize", "NaN", "in figures"),
        ("prize", "forty", "in figures"),
        ("prize", "12.345", "fewer decimal places"),
        ("currency", "DOG", "do not know this currency"),
        ("closes_at", "tomorrow", "like 2026-12-10 17:00"),
        ("closes_at", "2026-11-20T10:00", "must lie in the future"),
        ("closes_at", "2036-11-20T10:00", "at most five years ahead"),
        ("review_days", "0", "from 1 to 365"),
        ("review_days", "many", "whole number"),
        ("title", "Short", "at least 8 characters"),
        ("title", "T" * 161, "at most 160 characters"),
        ("problem", "P" * 40_001, "at most 40000 characters"),
        ("sector", "astrology", "one of the options"),
        ("criteria.1.weight", "101", "from 0 to 100"),
        ("criteria.1.weight", "lots", "whole number"),
        ("criteria.2.weight", "10", "Name this criterion"),
        ("terms.transfer", "everything", "one of the options"),
        ("terms.evaluation_days", "366", "from 1 to 365"),
        ("terms.territory", "", "fill this in"),
        ("terms.royalty_bp", "sixty", "like 2.5"),
        ("terms.royalty_bp", "60", "0.01 and 50"),
    ],
)
def test_what_cannot_be_taken_is_told_beside_its_field_and_nothing_typed_is_lost(as_owner, world, name, value, words):
    answer = as_owner.post("/challenges/new", data=FORM | {"organisation": world.company.slug, name: value})
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    shown_at = {"currency": "prize", "criteria.2.weight": "criteria.2.title"}.get(name, name)
    error = re.search(rf'id="f-{re.escape(shown_at)}-error"[^>]*>(.*?)</p>', html, re.S)
    assert error and words in unescape(error[1]), html[html.find("error-summary") :][:1500]
    assert "Seven days at 4 °C" in html and (value if name == "problem" else "Berries mould") in html
    if value and len(value) < 200 and name not in {"currency", "sector", "terms.transfer"}:
        assert f'value="{value}"' in html
    assert db.session.query(Challenge).count() == 0


@pytest.mark.parametrize("organisation", ["rival-foods", "no-such-house", ""])
def test_an_organisation_that_is_not_ones_own_is_refused(as_owner, world, organisation):
    answer = as_owner.post("/challenges/new", data=FORM | {"organisation": organisation})
    assert answer.status_code in {403, 404, 422}
    assert "Berries mould" in answer.get_data(as_text=True)
    assert db.session.query(Challenge).count() == 0


def test_somebody_without_an_organisation_is_told_what_to_do(client, world):
    people.sign_in(client, world.stranger)
    assert "/orgs/new" in client.get("/challenges/new").get_data(as_text=True)


def test_a_stale_form_keeps_both_texts(as_owner, world):
    made = world.challenge()
    opened = made.version
    with work.unit():
        operations.edit(actor=world.actor("owner"), challenge=queries.by_id(made.id), summary="What a colleague wrote in the meantime.")
    answer = as_owner.post(
        f"/challenges/{made.slug}/edit", data=FORM | {"version": str(opened), "summary": "What I typed all morning long."}
    )
    assert answer.status_code == 409
    page = text(answer)
    assert "What I typed all morning long." in page and "What a colleague wrote in the meantime." in page
    assert again(made).summary == "What a colleague wrote in the meantime."
    version = re.search(r'name="version" value="(\d+)"', answer.get_data(as_text=True))
    answer = as_owner.post(
        f"/challenges/{made.slug}/edit", data=FORM | {"version": version[1], "summary": "What I typed all morning long."}
    )
    assert answer.status_code == 302 and again(made).summary == "What I typed all morning long."


def test_more_rows_are_offered_without_losing_what_was_typed(as_owner, world):
    made = world.challenge()
    answer = as_owner.post(f"/challenges/{made.slug}/edit", data=FORM | {"version": str(made.version), "_then": "rows"})
    page = as_owner.get(answer.location).get_data(as_text=True)
    assert 'name="criteria.5.title"' in page and "Cost per kilogram" in page


def test_the_check_names_the_gaps_and_offers_no_way_past_them(as_owner, world):
    made = world.challenge(criteria=[], eligibility="")
    page = as_owner.get(f"/challenges/{made.slug}/check")
    assert "2 things are missing" in text(page) and f'href="/challenges/{made.slug}/edit#f-criteria"' in page.get_data(as_text=True)
    answer = as_owner.post(f"/challenges/{made.slug}/submit", data={"version": str(made.version)})
    assert answer.status_code == 422 and again(made).state is State.DRAFT


def test_the_review_goes_from_hand_to_hand(client, world, app):
    made = world.challenge("in_review")
    people.sign_in(client, world.consultant)
    assert made.title in text(client.get("/desk"))
    empty = client.post(f"/challenges/{made.slug}/return", data={"remarks": ""})
    assert empty.status_code == 422 and again(made).state is State.IN_REVIEW
    assert client.post(f"/challenges/{made.slug}/return", data={"remarks": "Which **berries**?"}).status_code == 302
    assert again(made).state is State.DRAFT
    delivery.deliver_all()
    seeker = app.test_client()
    people.sign_in(seeker, world.owner)
    assert "<strong>berries</strong>" in seeker.get(f"/challenges/{made.slug}/edit").get_data(as_text=True)
    assert any("came back" in note.text and note.link.endswith("/edit") for note in messages.inbox(world.owner.id))
    assert seeker.post(f"/challenges/{made.slug}/submit", data={"version": str(again(made).version)}).status_code == 302
    assert client.post(f"/challenges/{made.slug}/approve", data={"remarks": ""}).status_code == 302
    assert again(made).state is State.APPROVED


def test_the_desk_is_for_consultants(client, world):
    for who, status in (("stranger", 403), ("owner", 403), ("admin", 200), ("consultant", 200)):
        people.sign_in(client, getattr(world, who))
        assert client.get("/desk").status_code == status, who


def test_the_money_page_says_what_to_pay_and_publishes_only_when_it_is_here(as_owner, world):
    made = world.challenge("approved")
    where = f"/challenges/{made.slug}"
    assert as_owner.post(f"{where}/publish").status_code == 409
    as_owner.post(f"{where}/fund")
    page = text(as_owner.get(f"{where}/fund"))
    assert "USD 40,000" in page and "USD 38,000" in page and re.search(r"HUB-\w{4}-\w{4}", page)
    with work.unit():
        payments.confirm_funding(actor=SYSTEM, funding=ledger.open_funding(made.ref), received=made.prize)
    assert "The whole prize is held" in text(as_owner.get(f"{where}/fund"))
    assert as_owner.post(f"{where}/publish", follow_redirects=True).status_code == 200
    assert again(made).state is State.OPEN


def test_a_double_click_on_publish_is_one_publication(as_owner, world):
    made = world.challenge("funded")
    first = as_owner.post(f"/challenges/{made.slug}/publish", data={"_once": "the-same-click"})
    second = as_owner.post(f"/challenges/{made.slug}/publish", data={"_once": "the-same-click"})
    assert first.status_code == second.status_code == 302 and first.location == second.location
    third = as_owner.post(f"/challenges/{made.slug}/publish", data={"_once": "another-click"})
    assert third.status_code == 409
    told = db.session.execute(db.text("SELECT count(*) FROM journal WHERE kind = 'ChallengePublished'")).scalar()
    assert told == 1


def test_of_two_publishing_at_once_one_does(app, world):
    made = world.challenge("funded")
    clients = [app.test_client(), app.test_client()]
    for client in clients:
        people.sign_in(client, world.owner)
    slug = made.slug
    db.session.remove()
    start = threading.Barrier(2)

    def publish(client) -> int:
        start.wait()
        with app.app_context():
            return client.post(f"/challenges/{slug}/publish").status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(publish, clients))
    assert answers == [302, 409]
    told = db.session.execute(db.text("SELECT count(*) FROM journal WHERE kind = 'ChallengePublished'")).scalar()
    assert told == 1


def test_all_that_is_wrong_is_told_at_once(as_owner, world):
    wrong = {"title": "Short", "prize": "-5", "criteria.1.weight": "400", "terms.transfer": "everything"}
    page = as_owner.post("/challenges/new", data=FORM | {"organisation": world.company.slug} | wrong).get_data(as_text=True)
    assert all(f'href="#f-{name}"' in page for name in wrong)


def test_withdrawing_asks_first_and_says_where_the_money_goes(as_owner, world):
    made = world.challenge("funded")
    assert "USD 40,000 returns from the hold" in text(as_owner.get(f"/challenges/{made.slug}/withdraw"))
    as_owner.post(f"/challenges/{made.slug}/withdraw")
    assert again(made).state is State.WITHDRAWN
