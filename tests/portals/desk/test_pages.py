"""Sending and deciding in a browser: nothing typed is lost, nothing final happens at once, files stay where they belong."""

from __future__ import annotations

import io

import pytest

from hub.core.accounts import operations as accounts
from hub.core.accounts.models import MailToken
from hub.db import work
from hub.db.extensions import db
from hub.portals.desk import operations as desk
from hub.portals.desk import queries
from hub.portals.desk.states import Act, State
from hub.portals.sites.rules import fingerprint
from tests.factories import people, portals

TYPED = {"title": "A film that drinks ethylene", "a-q1": "It drinks.", "a-q2": "o3", "a-q3": ["o1", "o2"], "a-q6": "1"}


@pytest.fixture
def kestrel(stage, client):
    people.sign_in(client, stage.kestrel)
    return client


def draft_of(stage):
    return queries.draft_of(stage.actor("kestrel"), stage.fresh)


def test_visitors_learn_what_is_asked_and_how_to_get_in(stage, client):
    page = client.get("/p/fresh/submit").text
    assert "What is your solution?" in page and "/register?next=/p/fresh/submit" in page and "is not confidential" in page
    assert client.post("/p/fresh/submit", data=TYPED).headers["Location"].startswith("/login")


def test_registering_leads_back_to_the_form(stage, client):
    client.get("/register?next=/p/fresh/submit")
    client.post("/register", data={"name": "Plover", "email": "plover@example.org", "password": "a long enough one"})
    with work.unit():
        token = accounts.fresh_token(db.session.query(MailToken).order_by(MailToken.id.desc()).first().id)
    assert client.post(f"/verify/{token}").headers["Location"] == "/login?next=/p/fresh/submit"


def test_registering_leads_nowhere_else(stage, client):
    client.get("/register?next=//evil.example/")
    client.post("/register", data={"name": "Plover", "email": "plover@example.org", "password": "a long enough one"})
    with work.unit():
        token = accounts.fresh_token(db.session.query(MailToken).order_by(MailToken.id.desc()).first().id)
    assert client.post(f"/verify/{token}").headers["Location"] == "/login"


def test_an_idea_is_written_checked_and_sent(stage, kestrel):
    sent = {**TYPED, "a-q5": (io.BytesIO(b"ppm,days\n5,12\n"), "data.csv"), "check": "1"}
    assert kestrel.post("/p/fresh/submit", data=sent).headers["Location"] == "/p/fresh/submit/check"
    page = kestrel.get("/p/fresh/submit/check").text
    for words in ("It drinks.", "A working prototype", "A granted patent, A patent application", "data.csv", "is not confidential"):
        assert words in page, words
    terms_hash = fingerprint(stage.fresh.terms["en"])
    refused = kestrel.post("/p/fresh/submit/check", data={"terms_hash": terms_hash, "form": "1"})
    assert refused.status_code == 422 and "Agree to the terms" in refused.text
    answer = kestrel.post("/p/fresh/submit/check", data={"terms_hash": terms_hash, "form": "1", "agree": "1"})
    page = kestrel.get(answer.headers["Location"]).text
    assert "Screening" in page and "data.csv" in page
    assert "A film that drinks ethylene" in kestrel.get("/my/submissions").text


def test_wrong_answers_are_named_and_everything_typed_is_kept_files_too(stage, kestrel):
    sent = {**TYPED, "a-q2": "", "a-q4": "nowhere", "a-q5": (io.BytesIO(b"ppm,days\n5,12\n"), "data.csv"), "check": "1"}
    answer = kestrel.post("/p/fresh/submit", data=sent)
    assert answer.status_code == 422
    for words in ('href="#f-a-q2"', 'href="#f-a-q4"', "Please fill this in.", 'value="nowhere"', "It drinks.", "data.csv"):
        assert words in answer.text, words
    assert draft_of(stage).answers["q1"] == "It drinks." and len(draft_of(stage).files) == 1
    assert 'value="nowhere"' in kestrel.get("/p/fresh/submit").text


def test_a_refused_file_is_named_beside_its_question(stage, kestrel):
    answer = kestrel.post("/p/fresh/submit", data={**TYPED, "a-q5": (io.BytesIO(b"MZ\x90"), "tool.exe"), "check": "1"})
    assert answer.status_code == 422 and 'href="#f-a-q5"' in answer.text and "It drinks." in answer.text


def test_a_draft_saves_itself_and_files_can_be_taken_off(stage, kestrel):
    answer = kestrel.post("/p/fresh/submit", data={"title": "Half", "a-q1": "a wo"}, headers={"Accept": "application/json"})
    assert answer.status_code == 200 and draft_of(stage).title == "Half"
    kestrel.post("/p/fresh/submit", data={**TYPED, "a-q5": (io.BytesIO(b"ppm,days\n5,12\n"), "data.csv"), "keep": "1"})
    file_id = draft_of(stage).files[0].file_id
    assert kestrel.post("/p/fresh/submit", data={**TYPED, "title": "Whole", "remove": str(file_id)}).status_code == 302
    assert (draft_of(stage).title, draft_of(stage).files) == ("Whole", [])


def test_a_form_that_changed_meanwhile_is_shown_with_the_same_answers(stage, kestrel):
    from hub.portals.forms import operations as forms

    kestrel.post("/p/fresh/submit", data={**TYPED, "check": "1"})
    with work.unit():
        forms.save(actor=stage.actor("heron"), portal=stage.fresh, fields=forms.in_use(portal=stage.fresh).fields[:3])
        forms.publish(actor=stage.actor("heron"), portal=stage.fresh)
    sent = {"terms_hash": fingerprint(stage.fresh.terms["en"]), "form": "1", "agree": "1"}
    assert kestrel.post("/p/fresh/submit/check", data=sent).status_code == 409
    page = kestrel.get("/p/fresh/submit").text
    assert "The form has changed since you began" in page and "It drinks." in page


@pytest.fixture
def sent(stage):
    with work.unit():
        made = portals.draft(stage.fresh, stage.actor("kestrel"))
        desk.attach(actor=stage.actor("kestrel"), draft=made, key="q5", stream=io.BytesIO(b"ppm,days\n5,12\n"), filename="data.csv")
        return desk.submit(actor=stage.actor("kestrel"), draft=made, terms_hash=fingerprint(stage.fresh.terms["en"]), language="en")


def test_a_final_decision_is_shown_once_more_before_it_counts(stage, client, sent):
    people.sign_in(client, stage.heron)
    place = f"/p/fresh/manage/submissions/{sent.id}/decide"
    said = {"act": "decline", "reason": "We have no pears.", "step": "1"}
    page = client.post(place, data=said)
    assert page.status_code == 200 and "This is final" in page.text and "We have no pears." in page.text
    assert queries.get_for(stage.actor("heron"), stage.fresh, sent.id).state is State.RECEIVED
    back = client.post(place, data={**said, "change": "1"})
    assert "We have no pears." in back.text and 'name="act" value="decline" checked' in back.text
    assert client.post(place, data={**said, "sure": "1"}).status_code == 302
    assert queries.get_for(stage.actor("heron"), stage.fresh, sent.id).state is State.DECLINED


def test_the_slower_manager_keeps_the_typed_reason_and_learns_what_happened(stage, client, sent):
    people.sign_in(client, stage.heron)
    with work.unit():
        desk.decide(actor=stage.actor("owl"), submission=sent, act=Act.ASK, reason="How much?", seen_step=1)
    answer = client.post(
        f"/p/fresh/manage/submissions/{sent.id}/decide", data={"act": "advance", "reason": "A reason I took long to write.", "step": "1"}
    )
    assert answer.status_code == 409
    assert "Owl asked the submitter at stage 1" in answer.text and "A reason I took long to write." in answer.text


def test_a_decision_without_a_reason_comes_back_with_the_choice(stage, client, sent):
    people.sign_in(client, stage.heron)
    answer = client.post(f"/p/fresh/manage/submissions/{sent.id}/decide", data={"act": "advance", "reason": " ", "step": "1"})
    assert answer.status_code == 422 and 'href="#f-reason"' in answer.text and 'value="advance" checked' in answer.text


def test_notes_are_read_by_the_managers_alone(stage, client, sent):
    with work.unit():
        desk.note(actor=stage.actor("heron"), submission=sent, text="Their price is too high, I think.")
    people.sign_in(client, stage.kestrel)
    page = client.get(f"/p/fresh/submissions/{sent.id}").text
    assert "too high" not in page and "Heron" not in page
    told = client.get(f"/api/v1/submissions/{sent.id}", headers=people.api_headers(stage.kestrel))
    assert told.status_code == 200 and "too high" not in told.text
    client.post("/logout")
    people.sign_in(client, stage.owl)
    assert "too high" in client.get(f"/p/fresh/manage/submissions/{sent.id}").text


@pytest.mark.parametrize(
    ("name", "own", "manage"), [("kestrel", 200, 403), ("heron", 404, 200), ("owl", 404, 200), ("wren", 404, 403), ("kingfisher", 404, 403)]
)
def test_a_file_is_for_the_submitter_and_those_who_run_the_portal(stage, client, sent, name, own, manage):
    people.sign_in(client, getattr(stage, name))
    file_id = sent.files[0].file_id
    assert client.get(f"/p/fresh/submissions/{sent.id}/files/{file_id}").status_code == own
    assert client.get(f"/p/fresh/manage/submissions/{sent.id}/files/{file_id}").status_code == manage
    assert client.get(f"/p/coats/manage/submissions/{sent.id}/files/{file_id}").status_code in {403, 404}


def test_a_file_of_another_submission_is_not_there(stage, client, sent):
    with work.unit():
        other = portals.submission(stage.fresh, people.actor_of(people.person("Tern")))
    people.sign_in(client, stage.heron)
    assert client.get(f"/p/fresh/manage/submissions/{other.id}/files/{sent.files[0].file_id}").status_code == 404


def test_what_waits_stands_on_home_for_those_it_waits_for(stage, client, sent):
    for name, there in (("heron", True), ("owl", True), ("wren", False), ("kingfisher", False), ("kestrel", False)):
        people.sign_in(client, getattr(stage, name))
        assert (f"/p/fresh/manage/submissions/{sent.id}" in client.get("/home").text) is there, name
        client.post("/logout")
    with work.unit():
        desk.assign(actor=stage.actor("heron"), submission=sent, person_id=stage.heron.id)
        desk.decide(actor=stage.actor("heron"), submission=sent, act=Act.ASK, reason="How much?", seen_step=1)
    for name, there in (("heron", False), ("owl", False), ("kestrel", True)):
        people.sign_in(client, getattr(stage, name))
        assert (f"submissions/{sent.id}" in client.get("/home").text.split("</main>")[0].split("<main")[1]) is there, name
        client.post("/logout")


def test_programs_send_follow_and_decide(stage, client):
    kestrel, heron = people.api_headers(stage.kestrel), people.api_headers(stage.heron)
    facts = client.get("/api/v1/portals/fresh").json
    form = client.get("/api/v1/portals/fresh/form").json
    assert facts["customer"]["name"] == "Meridian Foods" and form["fields"][0]["key"] == "q1"
    body = {"title": "By program", "answers": portals.ANSWERS, "terms_hash": fingerprint(facts["terms"]["en"])}
    assert (
        client.post("/api/v1/portals/fresh/submissions", json={**body, "terms_hash": "0" * 64}, headers=kestrel).json["code"]
        == "terms_changed"
    )
    bad = client.post("/api/v1/portals/fresh/submissions", json={**body, "answers": {}}, headers=kestrel)
    assert bad.status_code == 422 and set(bad.json["errors"]) == {"q1", "q2", "q6"}
    once = {**kestrel, "Idempotency-Key": "one"}
    sent = client.post("/api/v1/portals/fresh/submissions", json=body, headers=once)
    assert (
        sent.status_code == 201 and client.post("/api/v1/portals/fresh/submissions", json=body, headers=once).json["id"] == sent.json["id"]
    )
    place = f"/api/v1/portals/fresh/submissions/{sent.json['id']}"
    assert [item["id"] for item in client.get("/api/v1/portals/fresh/submissions", headers=heron).json["items"]] == [sent.json["id"]]
    decision = {"act": "advance", "reason": "Good.", "step": 1}
    assert client.post(place + "/decide", json=decision, headers=heron).json["state"] == "second"
    late = client.post(place + "/decide", json=decision, headers=heron)
    assert (late.status_code, late.json["code"]) == (409, "decided_meanwhile")
    own = client.get(f"/api/v1/submissions/{sent.json['id']}", headers=kestrel).json
    assert [step["said"] for step in own["steps"]] == ["", "Good."]
