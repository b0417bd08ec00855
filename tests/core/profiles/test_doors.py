"""The profile's pages and its API: the same operations behind both."""

from __future__ import annotations

import pytest

from hub.core.profiles import operations, queries
from hub.core.profiles.states import EvidenceKind
from hub.db import work
from tests.factories import people

FORM = {
    "version": "0",
    "headline": "Electrochemical biosensors",
    "bio": "I build **sensors** <script>alert(1)</script>",
    "skills": "nanotubes, biosensors；nanotubes",
    "sectors": ["sensors", "health"],
    "languages": ["en", "zh"],
    "availability": "open",
    "available_from": "",
    "visible": "1",
    "is_expert": "1",
    "name_shown": "1",
}
PAPER = {"kind": "publication", "title": "Coated nanotubes", "text": "At room temperature.", "year": "2023", "url": "https://example.org/a"}


@pytest.fixture
def ada(app):
    return people.person("Ada Solver")


@pytest.fixture
def signed_in(client, ada):
    people.sign_in(client, ada)
    return client


def test_the_form_makes_a_public_page_without_running_what_was_typed(signed_in, app, ada):
    assert signed_in.get("/settings/profile/expert").status_code == 200
    answer = signed_in.post("/settings/profile/expert", data=FORM)
    assert answer.status_code == 302
    signed_in.post("/settings/profile/evidence/new", data=PAPER)
    page = app.test_client().get(f"/people/{ada.handle}")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    for shown in ("Ada Solver", "Electrochemical biosensors", "<strong>sensors</strong>", "Coated nanotubes", "中文", "Not yet verified"):
        assert shown in text
    assert "<script>alert" not in text
    assert ada.email not in text


def test_unticking_everything_takes_it_away(signed_in, ada):
    signed_in.post("/settings/profile/expert", data=FORM)
    bare = {"version": "1", "headline": "", "bio": "", "skills": "", "availability": "busy", "available_from": ""}
    assert signed_in.post("/settings/profile/expert", data=bare).status_code == 302
    profile = queries.own_profile(ada.id)
    assert (profile.sectors, profile.languages, profile.skill_names, profile.visible) == ([], [], [], False)
    assert signed_in.get(f"/people/{ada.handle}").status_code == 200
    signed_in.post("/logout")
    assert signed_in.get(f"/people/{ada.handle}").status_code == 404


def test_a_refused_form_keeps_what_was_typed(signed_in, ada):
    answer = signed_in.post("/settings/profile/expert", data=FORM | {"availability": "later", "headline": "Typed"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="Typed"' in text
    assert "in the future" in text
    assert queries.own_profile(ada.id) is None


def test_a_stale_form_is_refused_and_shows_both_texts(signed_in, ada):
    signed_in.post("/settings/profile/expert", data=FORM)
    answer = signed_in.post("/settings/profile/expert", data=FORM | {"headline": "From the other window"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "From the other window" in text
    assert "Electrochemical biosensors" in text
    assert queries.own_profile(ada.id).headline == "Electrochemical biosensors"


def test_evidence_is_edited_and_removed_on_its_page(signed_in, ada):
    signed_in.post("/settings/profile/evidence/new", data=PAPER)
    (item,) = queries.evidence_of(ada.id)
    url = f"/settings/profile/evidence/{item.id}"
    assert "Coated nanotubes" in signed_in.get(url).get_data(as_text=True)
    signed_in.post(url, data=PAPER | {"version": "1", "title": "Better", "year": ""})
    (item,) = queries.evidence_of(ada.id)
    assert (item.title, item.year) == ("Better", None)
    assert signed_in.post(url, data=PAPER | {"version": "1", "title": "Stale"}).status_code == 409
    signed_in.post(f"{url}/remove")
    assert list(queries.evidence_of(ada.id)) == []


def test_bad_evidence_is_refused_alike_at_both_doors(signed_in, ada):
    bad = PAPER | {"url": "javascript:alert(1)", "kind": "publication"}
    page = signed_in.post("/settings/profile/evidence/new", data=bad)
    api = signed_in.post("/api/v1/me/evidence", json=bad | {"year": 2023}, headers=people.api_headers(ada))
    assert (page.status_code, api.status_code) == (422, 422)
    assert "https://" in api.json["errors"]["url"]
    assert "Write a whole web address" in page.get_data(as_text=True)
    assert list(queries.evidence_of(ada.id)) == []


def test_the_api_reads_and_writes_the_own_profile(client, ada):
    key = people.api_headers(ada)
    assert client.get("/api/v1/me/profile", headers=key).status_code == 404
    made = client.patch("/api/v1/me/profile", json={"headline": "Sensors", "skills": ["a", "A", "b"], "visible": True}, headers=key)
    assert (made.status_code, made.json["skills"], made.headers["ETag"]) == (200, ["a", "b"], '"1"')
    changed = client.patch("/api/v1/me/profile", json={"headline": "Optics"}, headers=key | {"If-Match": '"1"'})
    assert (changed.json["headline"], changed.json["skills"]) == ("Optics", ["a", "b"])
    stale = client.patch("/api/v1/me/profile", json={"headline": "Late"}, headers=key | {"If-Match": '"1"'})
    assert (stale.status_code, stale.json["code"]) == (409, "stale")
    assert client.get(f"/api/v1/people/{ada.handle}").json["headline"] == "Optics"


def test_the_api_names_the_field_to_mend(client, ada):
    key = people.api_headers(ada)
    for body, field in (({"sectors": ["magic"]}, "sectors.0"), ({"languages": ["xx"]}, "languages.0"), ({"colour": "red"}, "colour")):
        answer = client.patch("/api/v1/me/profile", json=body, headers=key)
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert queries.own_profile(ada.id) is None


def test_evidence_through_the_api(client, ada):
    key = people.api_headers(ada)
    for n in range(3):
        made = client.post("/api/v1/me/evidence", json={"kind": "project", "title": f"Project {n}", "year": 2020 + n}, headers=key)
        assert made.status_code == 201
    first = client.get("/api/v1/me/evidence?limit=2", headers=key).json
    rest = client.get(f"/api/v1/me/evidence?limit=2&cursor={first['next']}", headers=key).json
    assert [item["title"] for item in first["items"] + rest["items"]] == ["Project 2", "Project 1", "Project 0"]
    assert rest["next"] is None
    url = f"/api/v1/me/evidence/{rest['items'][0]['id']}"
    assert client.patch(url, json={"title": "Renamed"}, headers=key | {"If-Match": '"1"'}).json["year"] == 2020
    assert client.delete(url, headers=key | {"If-Match": '"1"'}).status_code == 409
    assert client.delete(url, headers=key).status_code == 204
    assert client.get(url, headers=key).status_code == 404


def test_a_stranger_reaches_nobody_elses_things(client, ada):
    with work.unit():
        operations.save_profile(actor=people.actor_of(ada), headline="Secret plans", visible=False)
        item = operations.add_evidence(actor=people.actor_of(ada), kind=EvidenceKind.PROJECT, title="Hidden")
    mallory = people.person("Mallory")
    key = people.api_headers(mallory)
    for method, url in (
        ("get", f"/api/v1/people/{ada.handle}"),
        ("get", f"/api/v1/me/evidence/{item.id}"),
        ("patch", f"/api/v1/me/evidence/{item.id}"),
        ("delete", f"/api/v1/me/evidence/{item.id}"),
    ):
        assert getattr(client, method)(url, headers=key, **({"json": {"title": "x"}} if method == "patch" else {})).status_code == 404
    people.sign_in(client, mallory)
    for url in (f"/people/{ada.handle}", f"/settings/profile/evidence/{item.id}"):
        assert client.get(url).status_code == 404
    assert client.post(f"/settings/profile/evidence/{item.id}/remove").status_code == 404
    assert [found.title for found in queries.evidence_of(ada.id)] == ["Hidden"]


def test_visitors_are_asked_to_sign_in_and_unknown_handles_are_not_found(client, app):
    assert client.get("/settings/profile/expert").status_code == 302
    assert client.post("/settings/profile/expert", data=FORM).status_code == 302
    assert client.get("/api/v1/me/profile").status_code == 401
    assert client.get("/people/nobody-here").status_code == 404
    assert app.view_functions["profiles.person"].is_public
    assert app.view_functions["profiles_api.person"].is_public
    described = client.get("/api/openapi.json").json["paths"]["/api/v1/people/{handle}"]["get"]
    assert described["security"] == [{}]


def test_a_read_only_key_cannot_write(client, ada):
    key = people.api_headers(ada, "read")
    assert client.patch("/api/v1/me/profile", json={"headline": "x"}, headers=key).status_code == 403
    assert queries.own_profile(ada.id) is None
