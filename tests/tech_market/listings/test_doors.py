"""The pages and the API of needs and offers: the same operations behind both, the same refusals."""

from __future__ import annotations

from datetime import date

import pytest

from hub.core.profiles import operations as profiles
from hub.core.profiles.states import EvidenceKind
from hub.db import delivery, work
from hub.db.extensions import db
from hub.search.index import reactions as index
from hub.tech_market.listings import operations, queries
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import IpStatus, Kind
from hub.tech_market.listings.states import State
from tests.factories import listings, people

FORM = {
    "owner_shown": "1",
    "organisation": "acme",
    "title": "Gas sensors of coated carbon nanotubes",
    "summary": "Detects traces of ammonia at room temperature.",
    "body": listings.BODY + " <script>alert(1)</script>",
    "sector": "sensors",
    "deals": ["licence", "joint"],
    "trl": "5",
    "categories": "gas sensor, nanotube，ammonia",
    "ip_status": "issued",
    "case_number": "ACME-17",
    "serial_number": "13/033,085",
    "patent_expires_on": "2031-05-26",
    "licence": "",
    "link": "https://acme.example/sensor",
    "language": "en",
    "expires_on": "",
}
NEED_FORM = {
    name: value
    for name, value in FORM.items()
    if name in {"organisation", "body", "sector", "deals", "categories", "language", "owner_shown"}
} | {
    "title": "Tell spoiled food through the closed pack",
    "summary": "A sensor for ammonia and other amines, below two cents a pack.",
}
JSON = {name: value for name, value in FORM.items() if name not in {"expires_on", "owner_shown"}} | {"trl": 5}


@pytest.fixture
def owner(app):
    return people.person("Ola Owner")


@pytest.fixture
def acme(owner):
    return people.organisation(owner, "Acme")


@pytest.fixture
def me(owner, acme):
    return people.actor_of(owner)


@pytest.fixture
def consultant(app):
    return people.person("Con Sultant", consultant=True)


def made(acme, me, state="published", **changes):
    with work.unit():
        return listings.listing(acme, me, state, **changes)


def one() -> Listing:
    return db.session.query(Listing).one()


def test_an_offer_from_the_form_to_the_list(client, app, owner, acme, consultant):
    people.sign_in(client, owner)
    assert client.get("/offers/new").status_code == 200
    answer = client.post("/offers/new", data=FORM)
    assert answer.location == f"/offers/{one().id}/check"
    assert "Case number" in client.get(f"/offers/{one().id}").get_data(as_text=True)
    assert "Send for review" in client.get(answer.location).get_data(as_text=True)
    assert client.post(f"/offers/{one().id}/submit").status_code == 302
    assert one().state is State.IN_REVIEW
    reviewer = app.test_client()
    people.sign_in(reviewer, consultant)
    assert FORM["title"] in reviewer.get("/desk/listings").get_data(as_text=True)
    assert "Send back with remarks" in reviewer.get(f"/offers/{one().id}").get_data(as_text=True)
    reviewer.post(f"/offers/{one().id}/publish")
    visitor = app.test_client()
    page = visitor.get(f"/offers/{one().id}").get_data(as_text=True)
    for shown in (FORM["title"], "ACME-17", "26 May 2031", "Patent issued", "13/033,085", "Acme", "TRL 5", "ammonia"):
        assert shown in page.replace("May 26, 2031", "26 May 2031"), shown
    assert "<script>alert" not in page
    assert FORM["title"] in visitor.get("/offers").get_data(as_text=True)
    assert FORM["title"] not in visitor.get("/needs").get_data(as_text=True)


def test_a_consultants_remarks_reach_the_authors_form(client, app, owner, acme, me, consultant):
    offer = made(acme, me, "in_review")
    reviewer = app.test_client()
    people.sign_in(reviewer, consultant)
    empty = reviewer.post(f"/offers/{offer.id}/return", data={"remarks": " "})
    assert (empty.status_code, one().state) == (422, State.IN_REVIEW)
    assert 'id="f-remarks-error"' in empty.get_data(as_text=True)
    reviewer.post(f"/offers/{offer.id}/return", data={"remarks": "Name the **range**."})
    people.sign_in(client, owner)
    assert "<strong>range</strong>" in client.get(f"/offers/{offer.id}/edit").get_data(as_text=True)
    assert "Came back with remarks" in client.get("/home").get_data(as_text=True)


def test_what_was_typed_is_kept_when_the_form_is_refused(client, owner, acme):
    people.sign_in(client, owner)
    answer = client.post("/offers/new", data=FORM | {"trl": "12", "link": "acme.example", "expires_on": "yesterday"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for kept in (FORM["title"], "acme.example", "13/033,085", 'value="joint" checked'):
        assert kept in page, kept
    for field in ("trl", "expires_on"):
        assert f'id="f-{field}-error"' in page
    assert db.session.query(Listing).count() == 0


def test_an_incomplete_draft_is_saved_and_says_what_it_lacks(client, owner, acme):
    people.sign_in(client, owner)
    client.post("/needs/new", data={"organisation": "acme", "title": "Something"})
    page = client.get(f"/needs/{one().id}/check").get_data(as_text=True)
    assert "Describe it in at least 80 characters." in page
    assert f"/needs/{one().id}/edit#f-body" in page
    refused = client.post(f"/needs/{one().id}/submit")
    assert (refused.status_code, one().state) == (422, State.DRAFT)


def test_unticking_every_deal_takes_them_away(client, owner, acme, me):
    offer = made(acme, me, "draft")
    people.sign_in(client, owner)
    form = {name: value for name, value in FORM.items() if name not in {"deals", "organisation"}} | {"version": offer.version}
    assert client.post(f"/offers/{offer.id}/edit", data=form).status_code == 302
    assert one().deals == []
    assert one().patent_expires_on == date(2031, 5, 26)


def test_a_stale_form_is_refused_keeps_both_texts_and_can_be_sent_again(client, owner, acme, me):
    offer = made(acme, me, "draft")
    people.sign_in(client, owner)
    form = {name: value for name, value in FORM.items() if name != "organisation"} | {"version": "1"}
    client.post(f"/offers/{offer.id}/edit", data=form | {"title": "The first window's title"})
    answer = client.post(f"/offers/{offer.id}/edit", data=form | {"title": "The second window's title"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "The second window&#39;s title" in page
    assert "The first window&#39;s title" in page
    assert one().title == "The first window's title"
    assert 'name="version" value="2"' in page
    client.post(f"/offers/{offer.id}/edit", data=form | {"title": "The second window's title", "version": "2"})
    assert one().title == "The second window's title"


def test_the_api_walks_the_same_way(client, owner, acme, consultant):
    key, review = people.api_headers(owner), people.api_headers(consultant)
    made = client.post("/api/v1/offers", json=JSON, headers=key)
    assert (made.status_code, made.json["state"], made.json["categories"]) == (201, "draft", ["gas sensor", "nanotube", "ammonia"])
    url = f"/api/v1/offers/{made.json['id']}"
    assert client.post(f"{url}/submit", headers=key).json["state"] == "in_review"
    assert client.post(f"{url}/return", json={"remarks": "More."}, headers=review).json["state"] == "draft"
    tag = client.get(url, headers=key).headers["ETag"]
    edited = client.patch(url, json={"summary": "Detects ammonia at once."}, headers=key | {"If-Match": tag})
    assert (edited.json["summary"], edited.json["title"]) == ("Detects ammonia at once.", FORM["title"])
    assert edited.headers["ETag"] != tag
    stale = client.patch(url, json={"summary": "Too late, this one."}, headers=key | {"If-Match": tag})
    assert (stale.status_code, stale.json["code"]) == (409, "stale")
    client.post(f"{url}/submit", headers=key)
    published = client.post(f"{url}/publish", headers=review).json
    assert (published["state"], published["expires_on"], published["url"]) == ("published", "2027-11-21", f"/offers/{made.json['id']}")
    assert client.get(url).json["organisation"] == {"slug": "acme", "name": "Acme"}
    assert client.post(f"{url}/withdraw", headers=key).json["state"] == "withdrawn"
    assert client.get(url).status_code == 404


def test_both_doors_name_the_same_fields(client, owner, acme):
    bad = {"title": "", "trl": "0", "sector": "magic", "patent_expires_on": "soon"}
    people.sign_in(client, owner)
    page = client.post("/offers/new", data=FORM | bad).get_data(as_text=True)
    answer = client.post("/api/v1/offers", json=JSON | bad | {"trl": 0}, headers=people.api_headers(owner))
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == set(bad)
    assert all(f'id="f-{field}-error"' in page for field in bad)
    assert db.session.query(Listing).count() == 0


def test_a_need_takes_no_patent_through_the_api(client, owner, acme):
    body = {"organisation": "acme", "title": "A need", "case_number": "X-1"}
    answer = client.post("/api/v1/needs", json=body, headers=people.api_headers(owner))
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"case_number"})


def test_cursor_lists_hold_each_public_listing_once(client, owner, acme, me):
    ids = [made(acme, me, title=f"Sensor number {n}").id for n in range(5)]
    made(acme, me, "draft")
    seen, cursor = [], ""
    for _ in range(4):
        answer = client.get(f"/api/v1/offers?limit=2{cursor}")
        seen += [item["id"] for item in answer.json["items"]]
        if answer.json["next"] is None:
            break
        assert 'rel="next"' in answer.headers["Link"]
        cursor = f"&cursor={answer.json['next']}"
    assert seen == ids[::-1]
    assert client.get("/api/v1/offers?status=application").json["items"] == []
    assert len(client.get("/api/v1/offers?sector=sensors&deal=joint&readiness=4-6&organisation=acme").json["items"]) == 5
    assert len(client.get("/api/v1/offers?mine=1", headers=people.api_headers(owner)).json["items"]) == 6
    assert client.get("/api/v1/offers?mine=1").status_code == 401
    assert client.get("/api/v1/offers?sector=magic").status_code == 422
    assert client.get("/api/v1/offers?cursor=%21").status_code == 422


STRANGERS = ("anonymous", "stranger", "member", "consultant")
ROUTES = [
    ("get", "/offers/{id}/edit", {}),
    ("post", "/offers/{id}/edit", {"version": "1", "title": "Taken over by somebody"}),
    ("get", "/offers/{id}/check", {}),
    ("post", "/offers/{id}/submit", {}),
    ("post", "/offers/{id}/withdraw", {}),
    ("post", "/offers/{id}/renew", {}),
    ("post", "/offers/{id}/revise", {}),
]


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize(("method", "route", "data"), ROUTES, ids=[f"{m} {r}" for m, r, _ in ROUTES])
def test_nobody_else_reaches_an_organisations_draft(client, acme, me, owner, consultant, who, method, route, data):
    offer = made(acme, me, "draft")
    before = (offer.version, offer.state, offer.title)
    if who == "stranger":
        people.sign_in(client, people.person("Mallory"))
    elif who == "consultant":
        people.sign_in(client, consultant)
    elif who == "member":
        member = people.person("Mem Ber")
        with work.unit():
            from hub.core.organisations import operations as organisations
            from hub.kernel.actor import Role

            organisations.add_member(actor=me, organisation=db.session.merge(acme), email=member.email, role=Role.MEMBER)
        people.sign_in(client, member)
    answer = getattr(client, method)(route.format(id=offer.id), data=data)
    assert answer.status_code in ({302} if who == "anonymous" else {403, 404})
    if who == "anonymous":
        assert "/login" in answer.location
    assert (one().version, one().state, one().title) == before


def test_strangers_are_told_nothing_of_a_draft(client, acme, me):
    offer = made(acme, me, "draft")
    assert client.get(f"/offers/{offer.id}").status_code == 404
    assert client.get(f"/api/v1/offers/{offer.id}").status_code == 404
    assert client.get(f"/needs/{offer.id}").status_code == 404
    mallory = people.person("Mallory")
    key = people.api_headers(mallory)
    for act in ("submit", "publish", "revise", "renew", "withdraw"):
        assert client.post(f"/api/v1/offers/{offer.id}/{act}", headers=key).status_code == 404
    assert client.post("/api/v1/offers", json=JSON, headers=key).status_code == 403
    people.sign_in(client, mallory)
    assert client.get("/orgs/acme/offers").status_code == 403
    assert client.get("/desk/listings").status_code == 403
    assert client.post("/offers/new", data=FORM).status_code == 403
    assert db.session.query(Listing).count() == 1


def test_its_own_people_see_everything_of_the_organisation(client, acme, me, owner):
    made(acme, me, "draft", title="Only a draft yet")
    made(acme, me, title="Published already")
    made(acme, me, kind=Kind.NEED, title="A need of ours, published")
    people.sign_in(client, owner)
    offers = client.get("/orgs/acme/offers").get_data(as_text=True)
    assert "Only a draft yet" in offers
    assert "Published already" in offers
    assert "A need of ours" not in offers
    assert "A need of ours, published" in client.get("/orgs/acme/needs").get_data(as_text=True)


def test_an_organisations_page_shows_what_it_has_published(client, acme, me):
    made(acme, me, "draft", title="Only a draft yet")
    made(acme, me, title="Published already")
    page = client.get("/orgs/acme").get_data(as_text=True)
    assert "Published already" in page
    assert "Only a draft yet" not in page


def test_people_without_an_organisation_are_told_what_to_do(client):
    people.sign_in(client, people.person("Lone"))
    page = client.get("/needs/new").get_data(as_text=True)
    assert "/orgs/new" in page
    assert 'name="title"' not in page


def test_filters_in_the_address_narrow_the_list_and_nonsense_is_passed_over(client, acme, me):
    made(acme, me, title="A sensor for gases", trl=5)
    made(acme, me, title="A paint that cools", sector="materials", ip_status=IpStatus.NONE)
    text = client.get("/offers?sector=materials&sector=magic&trl=x&owner=abc&page=zero").get_data(as_text=True)
    assert "A paint that cools" in text
    assert "A sensor for gases" not in text
    assert "Nothing fits all of these filters." in client.get("/offers?sector=water").get_data(as_text=True)
    assert client.get("/offers?owner=999999&sort=title&page=999").status_code == 200
    beyond = client.get("/offers?page=999").get_data(as_text=True)
    assert "There are no more results." in beyond
    assert "Nothing found" not in beyond


def test_an_expired_offer_is_read_by_its_address_alone(client, app, acme, me):
    offer = made(acme, me, expires_on=date(2026, 12, 1))
    with work.unit():
        stored = db.session.get(Listing, offer.id)
        stored.expires_on = date(2026, 11, 1)
    with work.unit():
        operations.expire_due()
    assert "no longer on the list" in client.get(f"/offers/{offer.id}").get_data(as_text=True)
    assert offer.title not in client.get("/offers").get_data(as_text=True)


def test_a_need_shows_offers_and_experts_that_fit_with_their_reasons(client, app, acme, me):
    made(acme, me)
    made(
        acme, me, title="A paint that cools itself in the sun", summary="A paint without a compressor.", body="Paint. " * 30, categories=[]
    )
    expert = people.person("Eva Expert")
    with work.unit():
        profiles.save_profile(actor=people.actor_of(expert), headline="Amine sensing", visible=True)
        profiles.add_evidence(
            actor=people.actor_of(expert),
            kind=EvidenceKind.PUBLICATION,
            title="Printed ammonia sensors",
            text="Nanotube sensors for amines in food packs.",
        )
    need = made(
        acme, me, kind=Kind.NEED, title="Tell spoiled food by its ammonia", summary="A nanotube sensor for amines in the closed pack."
    )
    delivery.deliver_all()
    index.index_changes()
    page = client.get(f"/needs/{need.id}").get_data(as_text=True)
    offers, _, experts = page.partition('id="experts"')
    assert "Gas sensors of coated carbon nanotubes" in offers
    assert "<mark>ammonia</mark>" in offers
    assert "A paint that cools itself" not in offers
    assert "Eva Expert" in experts or "Amine sensing" in experts
    assert "<mark>" in experts


def test_reading_doors_are_marked_public_and_writing_ones_are_not(app):
    views = app.view_functions
    for name in ("listings.index", "listings.show", "listings_api.offers", "listings_api.needs", "listings_api.offer", "listings_api.need"):
        assert views[name].is_public
    for name in ("listings.create", "listings.desk", "listings_api.draft_offer", "listings_api.publish_need"):
        assert not getattr(views[name], "is_public", False)


def test_the_list_needs_few_statements(client, app, acme, me):
    for n in range(25):
        made(acme, me, title=f"Sensor number {n:02}")
    statements = []
    db.event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert client.get("/offers").status_code == 200
    assert len([s for s in statements if s.lstrip().upper().startswith("SELECT")]) <= 9
    assert len(queries.listed(queries.Wanted(Kind.OFFER))[0]) == 20
