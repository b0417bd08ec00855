"""The catalogue: a service is read before it is listed, and only its lab changes it."""

from __future__ import annotations

import pytest

from hub.db import work
from hub.db.extensions import db
from hub.kernel.errors import Invalid, NotAllowed, NotNow
from hub.kernel.money import Money
from hub.tech_market.services import documents, operations, queries
from hub.tech_market.services.models import Service
from hub.tech_market.services.rules import price_gap
from hub.tech_market.services.states import State
from tests.factories import people
from tests.factories import services as making

FORM = {
    "organisation": "acme", "title": "Permeability of films", "summary": "Transmission rates of flat films, three repeats.",
    "description": making.DESCRIPTION + " <script>alert(1)</script>", "send_us": "Four flat pieces.", "sector": "materials",
    "unit": "sample", "price_from": "80", "price_to": "", "currency": "EUR", "turnaround_days": "10", "languages": ["en", "de"],
    "language": "en",
}  # fmt: skip


@pytest.fixture
def owner(app):
    return people.person("Ola Owner")


@pytest.fixture
def acme(owner):
    return people.organisation(owner, "Acme", "lab")


@pytest.fixture
def me(owner, acme):
    return people.actor_of(owner)


def test_a_lab_drafts_checks_and_a_consultant_publishes(client, owner, acme):
    people.sign_in(client, owner)
    answer = client.post("/services/new", data=FORM)
    assert answer.status_code == 302 and answer.location.endswith("/check")
    service = db.session.scalars(db.select(Service)).one()
    assert (service.price_from, service.price_to) == (Money(8_000, "EUR"), None)
    assert client.post(f"/services/{service.id}/submit").status_code == 302
    people.sign_in(reviewer := client.application.test_client(), people.person(consultant=True))
    assert "Permeability of films" in reviewer.get("/desk/services").text
    assert reviewer.post(f"/services/{service.id}/publish").status_code == 302
    page = client.application.test_client().get(service.path).text
    assert "EUR 80 per sample" in page and "Ask for a quote" in page and "<script>alert" not in page


def test_a_form_refused_keeps_what_was_typed_and_says_what_is_wrong(client, owner, acme):
    people.sign_in(client, owner)
    answer = client.post("/services/new", data={**FORM, "price_from": "many", "turnaround_days": "soon", "unit": "per gram of it"})
    assert answer.status_code == 422
    assert 'value="many"' in answer.text and "per gram of it" in answer.text and "Write a whole number." in answer.text
    assert "Write an amount in figures" in client.post("/services/new", data={**FORM, "price_from": "many"}).text
    assert client.post("/services/new", data={**FORM, "price_from": "90", "price_to": "80"}).status_code == 422
    assert not db.session.scalars(db.select(Service)).all()


def test_nothing_incomplete_goes_to_review(me, acme):
    with work.unit():
        service = making.service(acme, me, "draft", summary="", languages=[], turnaround_days=None)
    with pytest.raises(Invalid) as refused, work.unit():
        operations.submit(actor=me, service=service)
    assert set(refused.value.fields) == {"summary", "languages", "turnaround_days"}


def test_nobody_reviews_their_own_labs_service(app, acme):
    consultant = people.person(consultant=True)
    mine = people.organisation(consultant, "Own lab", "lab")
    me = people.actor_of(consultant)
    with work.unit():
        service = making.service(mine, me, "in_review")
    with pytest.raises(NotAllowed), work.unit():
        operations.publish(actor=me, service=service)
    assert service.state is State.IN_REVIEW


def test_what_is_published_is_changed_only_as_a_draft_and_leaves_the_index_meanwhile(me, acme):
    with work.unit():
        service = making.service(acme, me)
    assert [document.key for document in documents.services([service.id])] == [service.ref]
    with pytest.raises(NotNow), work.unit():
        operations.edit(actor=me, service=service, title="Another title altogether")
    with work.unit():
        operations.revise(actor=me, service=service)
    assert not list(documents.services([service.id])) and queries.listed(queries.Wanted())[1] == 0


def test_the_list_narrows_by_sector_language_and_lab(client, me, acme):
    with work.unit():
        making.service(acme, me)
        making.service(acme, me, title="薄膜氧气透过率测定服务", languages=["zh"])
    assert "2 of 2" in client.get("/services").text.replace("–", " of ").replace("1 of 2 of 2", "2 of 2")
    only = client.get("/services?tongue=zh").text
    assert "薄膜氧气透过率测定服务" in only and "Permeability of films to oxygen" not in only
    assert client.get("/services?sector=nonsense&lab=99999999999999").status_code == 200
    assert "Nothing fits" in client.get("/services?sector=water").text


@pytest.mark.parametrize(("least", "most", "field"), [(None, 5, "price_from"), (0, None, "price_from"), (9, 8, "price_to")])
def test_prices_that_cannot_be(least, most, field):
    assert set(price_gap(least, most)) == {field}


def test_a_program_reads_and_drafts(client, owner, acme):
    headers = people.api_headers(owner)
    sent = {"organisation": "acme", "title": "Permeability of films", "price_from": "80.00", "currency": "EUR", "languages": ["en"]}
    made = client.post("/api/v1/services", json=sent, headers=headers)
    assert made.status_code == 201 and made.json["price_from"] == "80.00"
    address, tag = f"/api/v1/services/{made.json['id']}", made.headers["ETag"]
    assert client.patch(address, json={"title": "Permeability of thin films"}, headers={**headers, "If-Match": tag}).status_code == 200
    late = client.patch(address, json={"title": "Once more"}, headers={**headers, "If-Match": tag})
    assert (late.status_code, late.json["code"]) == (409, "stale")
    assert client.get("/api/v1/services").json["items"] == []
    assert len(client.get("/api/v1/services?mine=1", headers=headers).json["items"]) == 1
