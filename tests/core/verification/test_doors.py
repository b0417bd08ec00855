"""Documents through the pages and the API; the badge where people meet."""

from __future__ import annotations

import io

from hub.core.verification import queries
from hub.core.verification.states import State
from hub.db import work
from tests.factories.documents import PDF, accepted, sent, taken
from tests.factories.people import api_headers, sign_in


def text(answer) -> str:
    return answer.get_data(as_text=True)


def form(**more):
    return {"kind": "passport", "country": "NL", "note": "The second page is the back.", "file": (io.BytesIO(PDF), "p.pdf"), **more}


def test_from_the_form_to_the_badge(cast, client):
    sign_in(client, cast.people["solver"])
    refused = client.post("/settings/verification", data=form(kind="", country="XX"))
    assert refused.status_code == 422 and "The second page is the back." in text(refused) and "Choose one of the options." in text(refused)
    assert client.post("/settings/verification", data=form()).status_code == 302
    (check,) = queries.of_owner(person_id=cast.solver.person_id)
    page = text(client.get("/settings/verification"))
    assert "Waits to be checked" in page and "Nobody has opened them so far." in page and 'enctype="multipart' not in page
    sign_in(client, cast.people["admin"])
    assert check.path in text(client.get("/home"))
    assert "file 1, sealed" in text(client.get(check.path)).lower()
    client.post(f"{check.path}/take")
    page = client.get(f"{check.path}/files/1")
    assert (page.data, page.headers["Cache-Control"]) == (PDF, "private, no-store") and "p.pdf" in text(client.get(check.path))
    assert "attachment" in page.headers["Content-Disposition"] and "p.pdf" not in page.headers["Content-Disposition"]
    wrong = client.post(f"{check.path}/accept", data={"number": "NX9", "reason": "Agrees with the account.", "document_ends": "1999-01-01"})
    assert wrong.status_code == 422 and "Agrees with the account." in text(wrong)
    client.post(f"{check.path}/accept", data={"number": "NX123456", "reason": "Agrees with the account.", "document_ends": ""})
    sign_in(client, cast.people["solver"])
    page = text(client.get("/settings/verification"))
    assert "Opened 1 time" in page and "admin opened file 1" in page and "Verified: documents" in page


def test_an_answer_with_a_document_is_not_kept_for_repeated_requests(cast, client):
    check = taken(cast.solver, cast.admin)
    keys = api_headers(cast.people["admin"]) | {"Idempotency-Key": "again"}
    for _ in range(2):
        answer = client.get(f"/api/v1/verification/checks/{check.id}/files/1", headers=keys)
        assert answer.data == PDF and "Idempotency-Replayed" not in answer.headers
    assert len(queries.looks(check.ref)) == 2


def test_programs_send_and_decide(cast, client):
    mine, admin = api_headers(cast.people["solver"]), api_headers(cast.people["admin"])
    answer = client.post("/api/v1/verification/me", data=form(), headers=mine)
    assert answer.status_code == 201 and answer.json["documents"][0]["size"] == len(PDF) and answer.json["state"] == "waiting"
    assert not {"identity_hash", "note", "sealed_key", "blob"} & set(answer.json) | {"sealed_name"} & set(answer.json["documents"][0])
    number = answer.json["id"]
    assert [one["id"] for one in client.get("/api/v1/verification/checks", headers=admin).json["items"]] == [number]
    assert client.post(f"/api/v1/verification/checks/{number}/take", headers=mine).status_code == 403
    client.post(f"/api/v1/verification/checks/{number}/take", headers=admin)
    sent_with = {"number": "NX123456", "reason": "Agrees with the account."}
    answer = client.post(f"/api/v1/verification/checks/{number}/accept", json=sent_with, headers=admin)
    assert answer.json["state"] == "accepted"
    assert client.get("/api/v1/verification/me", headers=mine).json["level"] == "document"


def test_the_badge_stands_beside_people_and_organisations(cast, client):
    accepted(cast.manager, cast.admin, organisation_id=cast.company.id)
    assert "Verified: documents" in text(client.get(f"/orgs/{cast.company.slug}"))
    assert client.get(f"/api/v1/organisations/{cast.company.slug}").json["level"] == "document"
    levels = text(client.get("/trust/levels"))
    assert "Not yet verified" in levels and "Verified: domain" in levels
    sign_in(client, cast.people["owner"])
    assert "Not yet verified" in text(client.get(f"/orgs/{cast.company.slug}/people"))


def test_another_administrator_sees_that_it_is_read_and_not_the_names_of_the_files(cast, client):
    check = sent(cast.solver)
    sign_in(client, cast.people["admin"])
    page = text(client.get(check.path))
    assert "passport of Kestrel" not in page and "Check it" in page
    assert client.get(f"{check.path}/files/1").status_code == 403
    work.rollback()
    assert queries.looks(check.ref) == [] and check.state is State.WAITING
