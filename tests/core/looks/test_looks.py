"""Who read what others keep from the public: written down, seen by its author, copies marked with reader and time."""

from __future__ import annotations

import hashlib
import io
import re

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from hub.core.disputes.models import DisputeFile
from hub.core.looks.models import Look
from hub.db import work
from hub.db.extensions import db
from hub.search.proposals import operations as proposals
from hub.tech_market.orders import queries as orders
from tests.factories import briefs, disputes, documents, people
from tests.factories.people import api_headers, sign_in

PDF = documents.PDF


def marks_in(answer, reader) -> str:
    """The copy's number, which its name and its bytes carry, with the reader."""
    name = answer.headers["Content-Disposition"]
    number = re.search(r"copy ([0-9a-f]{8}), @" + reader.handle, name)
    assert number, name
    assert f"Copy {number[1]} of a file of".encode() in answer.data and f"@{reader.handle}".encode() in answer.data
    return number[1]


@pytest.fixture
def proposed(cast):
    """A proposal of the solver's with a file, handed in for the company's brief."""
    cast.people["owl"] = people.person("Owl", consultant=True)
    with work.unit():
        brief = briefs.brief(cast.company, cast.owl, cast.owner)
        briefs.draft(brief, cast.solver)
        attached = proposals.attach(actor=cast.solver, brief=brief, stream=io.BytesIO(PDF), filename="plan.pdf")
        made = proposals.hand_in(actor=cast.solver, brief=brief, non_confidential=True)
    return made, attached.file_id


def test_whose_people_read_it_is_not_told_where_the_client_is_not(cast, proposed, client):
    proposal, file = proposed
    with work.unit():
        db.session.merge(proposal).brief.client_shown = False
    key = api_headers(cast.people["solver"])
    for reader in ("owner", "owl"):
        sign_in(client, cast.people[reader])
        client.get(proposal.path)
        client.get(f"{proposal.path}/files/{file}")
    sign_in(client, cast.people["solver"])
    shown = client.get(f"/looks/proposal/{proposal.id}").text
    assert "The client" in shown and "Owl" in shown
    assert f"/people/{cast.people['owner'].handle}" not in shown and f"/people/{cast.people['owl'].handle}" in shown
    told = client.get(f"/api/v1/looks/proposal/{proposal.id}", headers=key).get_json()["items"]
    assert {one.get("reader") for one in told} == {None, cast.people["owl"].handle} and len(told) == 4


def test_a_proposals_readers_are_known_to_its_author_alone(cast, proposed, client):
    proposal, file = proposed
    own, page = f"/looks/proposal/{proposal.id}", f"{proposal.path}/files/{file}"
    sign_in(client, cast.people["solver"])
    assert client.get(page).data == PDF and client.get(proposal.path).status_code == 200
    assert "Nobody has looked at it." in client.get(own).get_data(as_text=True)
    sign_in(client, cast.people["owner"])
    client.get(proposal.path)
    copy = client.get(page)
    number = marks_in(copy, cast.people["owner"])
    assert copy.data.startswith(PDF.rstrip(b"\n")) and client.get(own).status_code == 404
    told = client.get(f"/api/v1{page}", headers=api_headers(cast.people["owl"]))
    marks_in(told, cast.people["owl"])
    sign_in(client, cast.people["solver"])
    shown = client.get(own).get_data(as_text=True)
    assert all(words in shown for words in (cast.people["owner"].name, cast.people["owl"].name, f"copy {number}", "read it", "plan.pdf"))
    items = client.get(f"/api/v1{own}", headers=api_headers(cast.people["solver"])).json["items"]
    assert [(one["reader"], one["file"]) for one in items] == [
        (cast.people["owl"].handle, "plan.pdf"), (cast.people["owner"].handle, "plan.pdf"), (cast.people["owner"].handle, ""),
    ]  # fmt: skip
    assert items[1]["copy_sha256"] == hashlib.sha256(copy.data).hexdigest()
    first = client.get(f"/api/v1{own}?limit=2", headers=api_headers(cast.people["solver"])).json
    rest = client.get(f"/api/v1{own}?limit=2&cursor={first['next']}", headers=api_headers(cast.people["solver"])).json
    assert first["items"] + rest["items"] == items and rest["next"] is None


def test_a_look_is_never_unsaid(cast, proposed):
    proposal, _ = proposed
    with work.unit():
        proposals.look(actor=cast.owner, proposal=proposal)
    for statement in (update(Look).values(file_name="x", copy_no="1", copy_sha256="2"), delete(Look)):
        with pytest.raises(DBAPIError, match="never unsaid"), work.unit():
            db.session.execute(statement)
        work.rollback()
    assert len(db.session.scalars(select(Look)).all()) == 1


def test_files_of_a_dispute_go_out_marked_and_both_sides_see_to_whom(app, client):
    row = disputes.row()
    dispute = disputes.mediated(row, disputes.answered(row, disputes.opened(row, files=((PDF, "raw.pdf"),))))
    page = f"{dispute.path}/files/{db.session.scalar(select(DisputeFile.file_id))}"
    sign_in(client, row.lab)
    assert client.get(page).data == PDF, "the side that showed it"
    for reader in (row.buyer, row.staff["mediator"]):
        sign_in(client, reader)
        marks_in(client.get(page), reader)
    for reader, status in ((row.lab, 200), (row.buyer, 200), (row.staff["stranger"], 404), (row.staff["admin"], 403)):
        sign_in(client, reader)
        answer = client.get(f"/looks/dispute/{dispute.id}")
        assert answer.status_code == status
        assert status != 200 or answer.get_data(as_text=True).count("raw.pdf") == 2


def test_a_delivery_is_the_labs_and_the_buyers_copy_is_marked(app, client):
    row = disputes.row()
    with work.unit():
        disputes.ordering.deliver(actor=row.actor("lab"), order=row.order, text="All forty.", uploads=[(io.BytesIO(PDF), "films.pdf")])
    file = orders.deliveries(row.order_id)[0].files[0]
    page = f"/orders/{row.order_id}/files/{file.id}"
    sign_in(client, row.lab)
    assert client.get(page).data == PDF
    sign_in(client, row.buyer)
    number = marks_in(client.get(page), row.buyer)
    assert client.get(f"/looks/order/{row.order_id}").status_code == 404
    sign_in(client, row.lab)
    assert number in client.get(f"/looks/order/{row.order_id}").get_data(as_text=True)
    assert client.get("/looks/nothing/1").status_code == 404
