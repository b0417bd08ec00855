"""Reading and signing through both doors."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from hub.core.agreements import operations, queries
from hub.core.agreements.models import Signature, Terms
from hub.db import work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM
from tests.factories import people


@pytest.fixture(autouse=True)
def open_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The subject "thing:..." belongs to a room that lets everybody read."""
    monkeypatch.setitem(queries._readers, "thing", lambda actor, subject: True)
    monkeypatch.setitem(queries._readers, "secret", lambda actor, subject: False)


def drawn_up(subject: str = "thing:1", **more: Any) -> Terms:
    with work.unit():
        return operations.draw_up(
            actor=SYSTEM,
            subject=subject,
            kind=more.pop("kind", "challenge_entry"),
            choices=more.pop("choices", {"transfer": "assignment"}),
            parties={"seeker": "Acme <b>AG</b>", "title": "Powder & “dust”", "solver": "Ada"},
            **more,
        )


def signatures() -> int:
    return db.session.query(Signature).count()


def form(terms: Terms, **changes: Any) -> dict[str, Any]:
    return {"seen_hash": terms.hash, "organisation_id": "", "agreed": "1", **changes}


def test_a_visitor_reads_public_terms_and_is_asked_to_sign_in(client: FlaskClient) -> None:
    page = client.get(f"/agreements/{drawn_up().id}").get_data(as_text=True)
    assert "assign to the Seeker all transferable Rights" in page
    assert "If you win, the rights in your entry pass to the seeker" in page
    assert "Sign in to sign this agreement" in page
    assert "Acme &lt;b&gt;AG&lt;/b&gt;" in page


def test_who_may_not_read_learns_nothing(client: FlaskClient) -> None:
    hidden = drawn_up("secret:1")
    for number in (hidden.id, 999_999):
        answer = client.get(f"/agreements/{number}")
        assert answer.status_code == 302 and "/login" in answer.location
    people.sign_in(client, people.person())
    assert client.get(f"/agreements/{hidden.id}").status_code == client.get("/agreements/999999").status_code == 404
    assert client.post(f"/agreements/{hidden.id}/sign", data=form(hidden)).status_code == 404
    assert signatures() == 0


def test_a_number_that_no_table_can_hold_is_just_no_address(client: FlaskClient) -> None:
    for number in (2**31, 2**63, 10**30):
        assert client.get(f"/agreements/{number}").status_code == 404
        answer = client.get(f"/api/v1/agreements/{number}", headers=people.api_headers(people.person()))
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_signing_keeps_the_evidence_and_shows_it(client: FlaskClient) -> None:
    terms, ada = drawn_up(), people.person("Ada Lovelace")
    people.sign_in(client, ada)
    answer = client.post(f"/agreements/{terms.id}/sign", data=form(terms, next="/challenges/powder/room"))
    assert answer.location == "/challenges/powder/room"
    kept = db.session.query(Signature).one()
    assert (kept.person_id, kept.hash, kept.organisation_id) == (ada.id, terms.hash, None)
    assert kept.credential.startswith("session:")
    page = client.get(f"/agreements/{terms.id}").get_data(as_text=True)
    assert "Ada Lovelace" in page and terms.hash in page
    assert "Powder &amp; “dust”" in client.get("/my/agreements").get_data(as_text=True)
    file = client.get(f"/agreements/{terms.id}/evidence.json")
    assert file.headers["Content-Disposition"].startswith("attachment")
    (record,) = file.json["signatures"]
    assert record["hash"] == file.json["hash"] == terms.hash and record["person"] == "Ada Lovelace"


def test_a_double_click_signs_once_and_answers_alike(client: FlaskClient) -> None:
    terms = drawn_up()
    people.sign_in(client, people.person())
    answers = [client.post(f"/agreements/{terms.id}/sign", data=form(terms, _once="click-1")) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(302, f"/agreements/{terms.id}")] * 2
    assert "Idempotency-Replayed" in answers[1].headers and signatures() == 1


def test_signing_never_leads_off_the_site(client: FlaskClient) -> None:
    terms = drawn_up()
    people.sign_in(client, people.person())
    answer = client.post(f"/agreements/{terms.id}/sign", data=form(terms, next="https://evil.example/"))
    assert answer.location == f"/agreements/{terms.id}"


def test_without_the_tick_nothing_is_signed_and_the_form_says_so(client: FlaskClient) -> None:
    terms = drawn_up()
    people.sign_in(client, people.person())
    sent = form(terms)
    del sent["agreed"]
    answer = client.post(f"/agreements/{terms.id}/sign", data=sent)
    assert answer.status_code == 422
    assert "Tick that you have read the text" in answer.get_data(as_text=True)
    assert signatures() == 0


def test_a_text_changed_meanwhile_is_not_signed(client: FlaskClient) -> None:
    old = drawn_up()
    people.sign_in(client, people.person())
    new = drawn_up(choices={"transfer": "exclusive_licence"})
    answer = client.post(f"/agreements/{old.id}/sign", data=form(old))
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "The text has changed since you opened it" in page and f"/agreements/{new.id}" in page
    assert client.post(f"/agreements/{new.id}/sign", data=form(old)).status_code == 409
    assert signatures() == 0


def test_an_unverified_person_cannot_sign(client: FlaskClient) -> None:
    terms, newcomer = drawn_up(), people.person(verified=False)
    people.sign_in(client, newcomer)
    assert "Confirm your e-mail address before you sign" in client.get(f"/agreements/{terms.id}").get_data(as_text=True)
    assert client.post(f"/agreements/{terms.id}/sign", data=form(terms)).status_code == 403
    assert signatures() == 0


def test_only_managers_bind_their_organisation(client: FlaskClient) -> None:
    terms, owner, stranger = drawn_up(), people.person("Olga Owner"), people.person("Sam Stranger")
    acme = people.organisation(owner, "Acme Works")
    people.sign_in(client, stranger)
    assert client.post(f"/agreements/{terms.id}/sign", data=form(terms, organisation_id=str(acme.id))).status_code == 403
    assert signatures() == 0
    client.post("/logout")
    people.sign_in(client, owner)
    assert "Acme Works" in client.get(f"/agreements/{terms.id}").get_data(as_text=True)
    assert client.post(f"/agreements/{terms.id}/sign", data=form(terms, organisation_id=str(acme.id))).status_code == 302
    assert db.session.query(Signature).one().organisation_id == acme.id


def test_entrants_do_not_see_each_other_but_administrators_see_all(client: FlaskClient) -> None:
    terms, ada, ben = drawn_up(), people.person("Ada Lovelace"), people.person("Ben Franklin")
    for who in (ada, ben):
        with work.unit():
            operations.sign(actor=people.actor_of(who), terms=db.session.merge(terms), seen_hash=terms.hash)
    people.sign_in(client, ada)
    page = client.get(f"/agreements/{terms.id}").get_data(as_text=True)
    assert "Ada Lovelace" in page and "Ben Franklin" not in page
    client.post("/logout")
    people.sign_in(client, people.person("Root", admin=True))
    page = client.get(f"/agreements/{terms.id}").get_data(as_text=True)
    assert "Ada Lovelace" in page and "Ben Franklin" in page


def test_an_agreement_for_one_person_is_theirs_alone_to_sign(client: FlaskClient) -> None:
    winner, other = people.person("Wanda Winner"), people.person("Otto Other")
    terms = drawn_up("secret:2", kind="award", signer_id=winner.id)
    people.sign_in(client, other)
    assert client.get(f"/agreements/{terms.id}").status_code == 404
    client.post("/logout")
    people.sign_in(client, winner)
    assert client.get(f"/agreements/{terms.id}").status_code == 200
    assert client.post(f"/agreements/{terms.id}/sign", data=form(terms)).status_code == 302
    assert db.session.query(Signature).one().person_id == winner.id


def test_every_text_is_shown_in_the_language_asked_for(client: FlaskClient) -> None:
    terms = drawn_up()
    chinese = client.get(f"/agreements/{terms.id}?text=zh").get_data(as_text=True)
    assert "挑战赛参与协议" in chinese and "以英文文本为准" in chinese and "This agreement is made between" not in chinese
    both = client.get(f"/agreements/{terms.id}?text=both").get_data(as_text=True)
    assert "本协议由" in both and "This agreement is made between" in both
    assert client.get(f"/agreements/{terms.id}?text=%00xx").status_code == 200


def test_what_takes_effect_elsewhere_is_signed_there(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """An award is paid when it is signed: the agreement's own page leads to the award's."""
    monkeypatch.setitem(queries._places, "prize", lambda subject: f"/prizes/{subject.partition(':')[2]}")
    winner = people.person()
    terms = drawn_up("prize:7", kind="award", signer_id=winner.id)
    people.sign_in(client, winner)
    page = client.get(f"/agreements/{terms.id}").get_data(as_text=True)
    assert 'href="/prizes/7"' in page and 'name="seen_hash"' not in page
    assert client.post(f"/agreements/{terms.id}/sign", data=form(terms)).status_code == 409
    answer = client.post(f"/api/v1/agreements/{terms.id}/sign", json={"seen_hash": terms.hash}, headers=people.api_headers(winner))
    assert (answer.status_code, answer.json["code"]) == (409, "sign_elsewhere")
    assert signatures() == 0
    with work.unit():
        operations.sign(actor=people.actor_of(winner), terms=db.session.merge(terms), seen_hash=terms.hash)
    assert signatures() == 1


# The JSON door


def test_a_program_reads_the_text_and_signs_with_its_hash(client: FlaskClient) -> None:
    terms, ada = drawn_up(), people.person()
    key = people.api_headers(ada)
    read = client.get(f"/api/v1/agreements/{terms.id}", headers=key).json
    assert read["hash"] == terms.hash and read["is_current"] is True and read["signature"] is None
    assert read["text_en"].startswith("Challenge participation agreement")
    headers = {**key, "Idempotency-Key": "sign-1"}
    first = client.post(f"/api/v1/agreements/{terms.id}/sign", json={"seen_hash": read["hash"]}, headers=headers)
    again = client.post(f"/api/v1/agreements/{terms.id}/sign", json={"seen_hash": read["hash"]}, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json == again.json and again.headers["Idempotency-Replayed"] == "true"
    assert signatures() == 1
    assert db.session.query(Signature).one().credential.startswith("key:")
    assert client.get("/api/v1/agreements", headers=key).json[0]["signature"]["terms_id"] == terms.id


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"seen_hash": "0" * 64}, 409, "terms_changed"),
        ({"seen_hash": "short"}, 422, "invalid"),
        ({}, 422, "invalid"),
        ({"seen_hash": None}, 422, "invalid"),
        ({"seen_hash": "0" * 64, "organisation_id": "x"}, 422, "invalid"),
        ({"seen_hash": "0" * 64, "person_id": 1}, 422, "invalid"),
    ],
)
def test_bad_signatures_are_refused_with_a_code(client: FlaskClient, body: dict[str, Any], status: int, code: str) -> None:
    terms = drawn_up()
    answer = client.post(f"/api/v1/agreements/{terms.id}/sign", json=body, headers=people.api_headers(people.person()))
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"
    assert signatures() == 0


def test_a_key_that_may_only_read_does_not_sign(client: FlaskClient) -> None:
    terms = drawn_up()
    headers = people.api_headers(people.person(), "read")
    answer = client.post(f"/api/v1/agreements/{terms.id}/sign", json={"seen_hash": terms.hash}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "missing_scope")
    assert signatures() == 0


def test_without_a_key_public_terms_can_be_read_and_nothing_signed(client: FlaskClient) -> None:
    terms = drawn_up()
    assert client.get(f"/api/v1/agreements/{terms.id}").status_code == 200
    assert client.get(f"/api/v1/agreements/{drawn_up('secret:9').id}").status_code == 404
    assert client.post(f"/api/v1/agreements/{terms.id}/sign", json={"seen_hash": terms.hash}).status_code == 401
