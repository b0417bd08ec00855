"""Both doors of organisations, as members, strangers and visitors find them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.core.accounts import queries as accounts
from hub.core.accounts.models import Person
from hub.core.accounts.states import State
from hub.core.organisations import operations, queries
from hub.core.organisations.models import Organisation
from hub.core.organisations.states import Kind
from hub.db import work
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.db.types import lines
from hub.kernel.actor import SYSTEM, Role
from tests.factories.people import actor_of, api_headers, organisation, person, sign_in

FORM = {"name": "Acme Food", "kind": "company", "country": "DE", "website": "acme.example", "about": "We **mill**."}


def text(answer) -> str:
    return answer.get_data(as_text=True)


def roles(organisation: Organisation) -> dict[int, Role]:
    return {member.person_id: member.role for member in queries.members(organisation.id)}


def test_from_founding_to_the_public_page(app, client):
    ada = person()
    sign_in(client, ada)
    answer = client.post("/orgs/new", data=FORM)
    assert answer.headers["Location"] == "/orgs/acme-food"
    own = text(client.get("/orgs/acme-food"))
    assert "/orgs/acme-food/edit" in own and "/orgs/acme-food/money" in own and "/orgs/acme-food/people" in own
    public = text(app.test_client().get("/orgs/acme-food"))
    assert "<strong>mill</strong>" in public and "Germany" in public and 'href="https://acme.example"' in public
    assert "/orgs/acme-food/edit" not in public and "/orgs/acme-food/people" not in public and ada.email not in public


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "A"}, "name"),
        ({"kind": "gang"}, "kind"),
        ({"kind": None}, "kind"),
        ({"country": "XX"}, "country"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"about": "x" * 5001}, "about"),
    ],
)
def test_a_wrong_form_founds_nothing_and_keeps_what_was_typed(client, wrong, field):
    sign_in(client, person())
    answer = client.post("/orgs/new", data={name: value for name, value in (FORM | wrong).items() if value is not None})
    assert answer.status_code == 422 and f'id="f-{field}-error"' in text(answer)
    assert ("We **mill**." if field != "about" else "Acme Food") in text(answer)
    assert db.session.scalars(select(Organisation)).all() == []


def test_an_unconfirmed_person_is_told_before_and_after(client):
    sign_in(client, person(verified=False))
    assert "Confirm your e-mail address first" in text(client.get("/orgs/new"))
    answer = client.post("/orgs/new", data=FORM)
    assert answer.status_code == 403 and 'value="Acme Food"' in text(answer)
    assert db.session.scalars(select(Organisation)).all() == []


def test_a_double_click_founds_one_organisation(client):
    sign_in(client, person())
    answers = [client.post("/orgs/new", data=FORM | {"_once": "click"}) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"] == "/orgs/acme-food"
    assert len(db.session.scalars(select(Organisation)).all()) == 1


def test_text_of_an_organisation_cannot_smuggle_scripts(app, client):
    sign_in(client, person())
    client.post(
        "/orgs/new", data=FORM | {"name": "<script>alert(1)</script>", "about": "<script>alert(2)</script> [x](javascript:alert(3))"}
    )
    page = text(app.test_client().get("/orgs/script-alert-1-script"))
    assert "<script>alert" not in page and 'href="javascript' not in page


def test_an_imported_organisation_says_that_nobody_speaks_for_it(client):
    with work.unit():
        operations.find_or_create_imported(actor=SYSTEM, name="NASA", kind=Kind.AGENCY, source="challenge.gov", country="US")
    assert "public records" in text(client.get("/orgs/nasa"))


def test_other_rooms_show_their_panels(app, client, monkeypatch):
    monkeypatch.setattr(queries, "_panels", [])
    card = {"url": "/challenges/seasoning", "title": "Disinfect seasoning", "kind_label": "Challenge"}
    queries.shows_on_page(lambda who, organisation: queries.Panel("Open challenges", [card]) if organisation.slug == "acme" else None)
    organisation(person())
    page = text(client.get("/orgs/acme"))
    assert "Open challenges" in page and 'href="/challenges/seasoning"' in page


def test_the_page_is_edited_by_managers_and_a_stale_form_keeps_both_texts(app, client):
    ada, bob = person(), person("Bob")
    acme = organisation(ada)
    sign_in(client, ada)
    assert client.post("/orgs/acme/edit", data=FORM | {"version": "1"}).status_code == 302
    assert queries.by_slug("acme").name == "Acme Food"
    stale = client.post("/orgs/acme/edit", data=FORM | {"name": "Mine", "version": "1"})
    assert stale.status_code == 409 and 'value="Mine"' in text(stale)
    stranger = app.test_client()
    sign_in(stranger, bob)
    assert stranger.get("/orgs/acme/edit").status_code == 403
    assert stranger.post("/orgs/acme/edit", data=FORM | {"name": "Taken"}).status_code == 403
    assert queries.get(acme.id).name == "Acme Food"


def test_an_owner_adds_changes_and_removes(client):
    ada, bob = person(), person("Bob")
    acme = organisation(ada)
    sign_in(client, ada)
    assert client.post("/orgs/acme/people", data={"email": bob.email, "role": "finance"}).status_code == 302
    assert roles(acme) == {ada.id: Role.OWNER, bob.id: Role.FINANCE}
    assert bob.email in text(client.get("/orgs/acme/people"))
    assert client.post(f"/orgs/acme/people/{bob.id}/role", data={"role": "owner"}).status_code == 302
    assert roles(acme)[bob.id] is Role.OWNER
    assert client.post(f"/orgs/acme/people/{bob.id}/remove").status_code == 302
    assert roles(acme) == {ada.id: Role.OWNER}


def test_a_refused_member_form_says_why_beside_the_field(client):
    ada = person()
    acme = organisation(ada)
    sign_in(client, ada)
    answer = client.post("/orgs/acme/people", data={"email": "nobody@example.org", "role": "member"})
    assert answer.status_code == 422 and 'value="nobody@example.org"' in text(answer) and 'id="f-email-error"' in text(answer)
    assert client.post("/orgs/acme/people", data={"email": ada.email, "role": "king"}).status_code == 422
    assert roles(acme) == {ada.id: Role.OWNER}


def test_the_last_owner_is_told_on_the_page(client):
    ada = person()
    acme = organisation(ada)
    sign_in(client, ada)
    for path, data in ((f"/orgs/acme/people/{ada.id}/remove", {}), (f"/orgs/acme/people/{ada.id}/role", {"role": "member"})):
        answer = client.post(path, data=data)
        assert answer.status_code == 409 and "last owner" in text(answer)
    assert roles(acme) == {ada.id: Role.OWNER}


def test_a_member_sees_the_others_without_addresses_and_may_leave(client):
    ada, bob = person(), person("Bob")
    acme = organisation(ada)
    with work.unit():
        operations.add_member(actor=actor_of(ada), organisation=acme, email=bob.email, role=Role.MEMBER)
    sign_in(client, bob)
    page = text(client.get("/orgs/acme/people"))
    assert "Ada Solver" in page and ada.email not in page and "/orgs/acme/money" not in page
    for path in ("/orgs/acme/people", f"/orgs/acme/people/{ada.id}/role", f"/orgs/acme/people/{ada.id}/remove"):
        assert client.post(path, data={"email": ada.email, "role": "member"}).status_code == 403
    assert client.post(f"/orgs/acme/people/{bob.id}/remove").headers["Location"] == "/orgs/acme"
    assert roles(acme) == {ada.id: Role.OWNER}
    assert client.get("/orgs/acme/people").status_code == 403


def test_the_last_owner_leaving_is_refused_to_members_too(client):
    ada, bob = person(), person("Bob")
    acme = organisation(ada)
    with work.unit():
        operations.add_member(actor=actor_of(ada), organisation=acme, email=bob.email, role=Role.OWNER)
        operations.change_role(actor=actor_of(ada), organisation=acme, person_id=ada.id, role=Role.MANAGER)
    sign_in(client, bob)
    assert client.post(f"/orgs/acme/people/{bob.id}/remove").status_code == 409
    assert roles(acme) == {ada.id: Role.MANAGER, bob.id: Role.OWNER}


MEMBERS_ONLY = ["/orgs/acme/edit", "/orgs/acme/people"]
WRITES = ["/orgs/acme/edit", "/orgs/acme/people", "/orgs/acme/people/1/role", "/orgs/acme/people/1/remove"]


@pytest.mark.parametrize("who", ["visitor", "stranger"])
def test_strangers_read_the_overview_alone(client, who):
    ada = person()
    acme = organisation(ada)
    if who == "stranger":
        sign_in(client, person("Eve"))
    assert client.get("/orgs/acme").status_code == 200
    for path in MEMBERS_ONLY:
        assert client.get(path).status_code == (403 if who == "stranger" else 302)
    before = len(db.session.scalars(select(JournalRow)).all())
    for path in WRITES:
        answer = client.post(path, data=FORM | {"email": ada.email, "role": "owner"})
        assert answer.status_code == (403 if who == "stranger" else 302)
    assert len(db.session.scalars(select(JournalRow)).all()) == before
    assert roles(acme) == {ada.id: Role.OWNER} and queries.get(acme.id).name == "Acme"


def test_there_is_nothing_at_an_unknown_address(client):
    sign_in(client, person())
    for path in ("/orgs/nix", "/orgs/nix/people", "/orgs/nix/edit"):
        assert client.get(path).status_code == 404


# Administrators


def test_an_administrator_finds_suspends_and_reinstates(app, client):
    ada, root = person("Ada Solver", email="ada@example.org"), person("Root", admin=True)
    organisation(ada)
    sign_in(client, root)
    page = text(client.get("/admin/people?q=ada@"))
    assert "Ada Solver" in page and "/orgs/acme" in page
    assert "ada@example.org" in text(client.get(f"/admin/people/{ada.id}"))
    without = client.post(f"/admin/people/{ada.id}/suspend", data={"reason": ""})
    assert without.status_code == 422 and 'id="f-reason-error"' in text(without)
    assert client.post(f"/admin/people/{ada.id}/suspend", data={"reason": "Spam"}).status_code == 302
    assert accounts.get(ada.id).state is State.SUSPENDED
    assert "Spam" in text(client.get(f"/admin/people/{ada.id}"))
    assert client.post(f"/admin/people/{ada.id}/reinstate").status_code == 302
    assert accounts.get(ada.id).state is State.ACTIVE
    assert client.post(f"/admin/people/{ada.id}/duties", data={"consultant": "1"}).status_code == 302
    assert actor_of(ada).is_consultant and not actor_of(ada).is_admin


def test_an_administrator_does_not_lock_themselves_out(client):
    root = person("Root", admin=True)
    sign_in(client, root)
    assert client.post(f"/admin/people/{root.id}/duties", data={}).status_code == 403
    assert client.post(f"/admin/people/{root.id}/suspend", data={"reason": "Tired"}).status_code == 403
    assert actor_of(root).is_admin and accounts.get(root.id).state is State.ACTIVE


@pytest.mark.parametrize("who", ["visitor", "member", "consultant"])
def test_nobody_else_reaches_the_list_of_everybody(client, who):
    ada = person()
    if who != "visitor":
        sign_in(client, person("Eve", consultant=who == "consultant"))
    status = 302 if who == "visitor" else 403
    assert client.get("/admin/people").status_code == client.get(f"/admin/people/{ada.id}").status_code == status
    for act in ("suspend", "reinstate", "duties"):
        assert client.post(f"/admin/people/{ada.id}/{act}", data={"reason": "X", "admin": "1"}).status_code == status
    assert accounts.get(ada.id).state is State.ACTIVE and not actor_of(ada).is_admin


# The JSON door


def test_the_same_by_api(client):
    ada, bob = person(), person("Bob")
    headers = api_headers(ada)
    made = client.post("/api/v1/organisations", json=FORM, headers=headers)
    assert made.status_code == 201 and made.get_json()["slug"] == "acme-food" and made.get_json()["website"] == "https://acme.example"
    path = "/api/v1/organisations/acme-food"
    assert client.get(path).get_json()["about"] == "We **mill**.", "public without a key"
    added = client.post(f"{path}/members", json={"email": bob.email, "role": "member"}, headers=headers)
    assert added.status_code == 201 and added.get_json()["role"] == "member" and "email" not in added.get_json()
    changed = client.patch(f"{path}/members/{bob.id}", json={"role": "manager"}, headers=headers)
    assert changed.get_json()["role"] == "manager"
    assert [member["handle"] for member in client.get(f"{path}/members", headers=api_headers(bob)).get_json()["items"]] == [
        ada.handle,
        "bob",
    ]
    edited = client.patch(path, json={"name": "Acme Mills"}, headers=api_headers(bob) | {"If-Match": made.headers["ETag"]})
    assert edited.get_json()["name"] == "Acme Mills" and edited.headers["ETag"] != made.headers["ETag"]
    assert client.patch(path, json={"name": "Late"}, headers=headers | {"If-Match": made.headers["ETag"]}).get_json()["code"] == "stale"
    assert client.delete(f"{path}/members/{bob.id}", headers=headers).status_code == 204
    assert client.delete(f"{path}/members/{ada.id}", headers=headers).get_json()["code"] == "last_owner"
    assert roles(queries.by_slug("acme-food")) == {ada.id: Role.OWNER}


def test_own_organisations_come_in_pages(client):
    ada = person()
    for name in ("One", "Two", "Three"):
        organisation(ada, name)
    organisation(person("Bob"), "Not mine")
    headers = api_headers(ada)
    first = client.get("/api/v1/organisations?limit=2", headers=headers)
    assert [item["slug"] for item in first.get_json()["items"]] == ["one", "two"] and first.get_json()["items"][0]["role"] == "owner"
    assert 'rel="next"' in first.headers["Link"]
    rest = client.get(f"/api/v1/organisations?limit=2&cursor={first.get_json()['next']}", headers=headers).get_json()
    assert [item["slug"] for item in rest["items"]] == ["three"] and rest["next"] is None


def test_the_api_refuses_alike(client):
    ada, eve = person(), person("Eve")
    acme = organisation(ada)
    stranger, reader, path = api_headers(eve), api_headers(ada, "read"), "/api/v1/organisations/acme"
    assert client.get("/api/v1/organisations").status_code == 401
    assert client.get(f"{path}/members", headers=stranger).get_json()["code"] == "not_allowed"
    assert client.post(f"{path}/members", json={"email": eve.email, "role": "owner"}, headers=stranger).status_code == 403
    assert client.patch(path, json={"name": "Taken"}, headers=stranger).status_code == 403
    assert client.patch(path, json={"name": "Taken"}, headers=reader).get_json()["code"] == "missing_scope"
    assert client.delete(f"{path}/members/{ada.id}", headers=stranger).status_code == 403
    wrong = client.post("/api/v1/organisations", json={"name": "A", "kind": "gang", "colour": "red"}, headers=stranger)
    assert wrong.status_code == 422 and set(wrong.get_json()["errors"]) == {"name", "kind", "colour"}
    assert client.get("/api/v1/organisations/nix").get_json()["code"] == "not_found"
    assert roles(acme) == {ada.id: Role.OWNER} and queries.get(acme.id).name == "Acme"


def test_rooms_list_their_things_in_one_statement_three_of_each_in_their_order(client, monkeypatch):
    told = []

    def fact(said):
        told.append(said)
        return f"no {said.number}"

    def shelf(title, start):
        chosen = Person.name.startswith(start)
        query = lines(Person.name, Person.id, words=Person.handle, number=Person.id, at=Person.created_at).where(chosen)
        return lambda body: queries.Shelf(title, query, (Person.name.desc(),), "/things/{}", fact, see_all=f"/all/{start}")

    monkeypatch.setattr(queries, "_panels", [])
    monkeypatch.setattr(queries, "_listers", [shelf("Birds", "Bird"), shelf("Nobodies", "Nobody"), shelf("Cats", "Cat")])
    made = [person(name) for name in ("Bird a", "Bird c", "Bird b", "Bird d", "Cat a")]
    body = organisation(made[0])
    birds, cats = queries.shelves(body)
    assert (birds.title, birds.total, [line.title for line in birds.lines]) == ("Birds", 4, ["Bird d", "Bird c", "Bird b"])
    assert (cats.title, cats.total, cats.lines) == ("Cats", 1, [queries.Line("Cat a", f"/things/{made[4].id}", f"no {made[4].id}")])
    assert told[0].at == made[3].created_at and told[0].words == made[3].handle
    page = text(client.get("/orgs/acme"))
    assert "Birds (4)" in page and 'href="/all/Bird"' in page and f'href="/things/{made[3].id}"' in page and "Bird a" not in page
    assert "Cats (1)" in page and 'href="/all/Cat"' not in page and "Nobodies" not in page
