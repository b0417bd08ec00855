"""No name is told before both sides have signed: not on a page, in the API, in a notice, a mail, the index or an agreement; and the annex
opens to nobody who has not signed for it, and to nobody unseen."""

from __future__ import annotations

import email
import email.policy
import io
import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from hub.core.accounts.models import Person
from hub.core.messages.models import Notification
from hub.db import delivery, work
from hub.db.extensions import db
from hub.tech_market.deals import operations, queries
from hub.tech_market.deals.models import AnnexLook
from hub.tech_market.listings import documents
from hub.web import deeds
from tests.factories import deals, listings, people
from tests.tech_market.deals.conftest import OWNER_NAMES, PARTY_NAMES, Market, market

BEFORE = ("interested", "accepted", "signed", "declined")
AFTER = ("revealed", "closed_deal", "closed_no_deal")
SECRET = "Etch in phosphoric acid, four per cent."


def everything_readable(client: FlaskClient, person: Person, deal_id: int, listing_path: str, terms_id: int | None) -> str:
    """Each page and API answer in which one side could look for the other's name, and all that was sent to them."""
    people.sign_in(client, person)
    key = people.api_headers(person)
    numbers = [f"/agreements/{terms_id}", f"/agreements/{terms_id}?text=both", f"/agreements/{terms_id}/evidence.json"] if terms_id else []
    pages = [
        f"/deals/{deal_id}", "/my/deals", listing_path, f"{listing_path}/interest", "/offers", "/home", "/inbox", "/my/agreements",
        "/explore?q=nanotubes", "/orgs", *numbers,
    ]  # fmt: skip
    doors = ["/deals", f"/deals/{deal_id}", f"/deals/{deal_id}/posts", listing_path, "/offers", "/search?q=nanotubes", "/notifications"]
    said = [client.get(address, follow_redirects=True).get_data(as_text=True) for address in pages]
    said += [client.get(f"/api/v1{address}", headers=key).get_data(as_text=True) for address in doors]
    if terms_id:
        said.append(client.get(f"/api/v1/agreements/{terms_id}", headers=key).get_data(as_text=True))
    notes = db.session.scalars(select(Notification).where(Notification.person_id == person.id))
    said += [note.text + json.dumps(note.values, ensure_ascii=False) + note.link for note in notes]
    client.post("/logout")
    return "\n".join(said)


def names_in(said: str, names: tuple[str, ...], person: Person) -> list[str]:
    return [name for name in (*names, person.email, f"/people/{person.handle}") if name in said]


@pytest.mark.parametrize("state", BEFORE)
def test_neither_side_learns_a_name_before_both_have_signed(hall: Market, client: FlaskClient, state: str):
    deal = hall.deal(state)
    if state in {"accepted", "signed"}:
        with work.unit():
            operations.post(actor=hall.party, deal=deal, body="How long does a sample take?")
            operations.post(actor=hall.owner, deal=deal, body="Two weeks.")
    deal_id, terms_id = deal.id, deal.terms_id
    delivery.deliver_all()
    delivery.run_periodic()
    for_owner = everything_readable(client, hall.owner_person, deal_id, hall.listing.path, terms_id)
    assert deals.MESSAGE in for_owner
    assert "How long does" in for_owner or state in {"interested", "declined"}
    assert not names_in(for_owner, PARTY_NAMES, hall.party_person)
    for_party = everything_readable(client, hall.party_person, deal_id, hall.listing.path, terms_id)
    assert hall.listing.title in for_party
    assert not names_in(for_party, OWNER_NAMES, hall.owner_person)


@pytest.mark.parametrize("state", AFTER)
def test_both_know_each_other_once_both_have_signed(hall: Market, client: FlaskClient, state: str):
    deal_id = hall.deal(state).id
    people.sign_in(client, hall.owner_person)
    assert all(name in client.get(f"/deals/{deal_id}").get_data(as_text=True) for name in PARTY_NAMES)
    client.post("/logout")
    answer = client.get(f"/api/v1/deals/{deal_id}", headers=people.api_headers(hall.party_person)).json
    assert answer["owner"] == {"organisation": OWNER_NAMES[1], "organisation_slug": "secretive-coatings", "person": OWNER_NAMES[0]}


def test_mails_before_the_names_name_nobody_else(hall: Market, app):
    hall.deal("signed")
    delivery.deliver_all()
    sides = {hall.owner_person.email: (PARTY_NAMES, hall.party_person), hall.party_person.email: (OWNER_NAMES, hall.owner_person)}
    mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in app.config["HUB"].data_dir.rglob("*.eml")]
    about = [mail for mail in mails if hall.listing.title in mail["Subject"] + mail.get_body(("plain",)).get_content()]
    assert {mail["To"].addresses[0].addr_spec for mail in about} == set(sides)
    for mail in about:
        said = mail["Subject"] + "".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
        names, person = sides[mail["To"].addresses[0].addr_spec]
        assert not names_in(said, names, person)


def test_the_index_and_the_lists_do_not_tell_whose_an_unnamed_listing_is(hall: Market, client: FlaskClient):
    (document,) = documents.offers([hall.listing.id])
    assert OWNER_NAMES[1] not in json.dumps([document.text, document.facts, document.centre, document.title])
    for address in ("/offers", hall.listing.path, "/api/v1/offers", f"/api/v1{hall.listing.path}"):
        assert OWNER_NAMES[1] not in client.get(address).get_data(as_text=True), address
    assert hall.listing.title not in client.get(f"/offers?owner={hall.owner_body.id}").get_data(as_text=True)
    assert hall.listing.title not in client.get(f"/orgs/{hall.owner_body.slug}").get_data(as_text=True)
    narrowed = client.get(f"/api/v1/offers?organisation={hall.owner_body.slug}").json
    assert narrowed["items"] == []
    assert client.get(f"/api/v1{hall.listing.path}").json["organisation"] is None


def test_the_sketch_says_what_kind_of_party_asks(hall: Market, client: FlaskClient):
    hall.deal("closed_deal")
    deal = hall.deal()
    known = queries.sketch(deal)
    assert (known.kind, known.domain_checked, known.talks, known.agreed) == ("company", False, 0, 0)
    people.sign_in(client, hall.owner_person)
    assert "Company" in client.get(f"/deals/{deal.id}").get_data(as_text=True)


def annex(hall: Market) -> int:
    with work.unit():
        operations.write_annex(actor=hall.owner, listing=hall.listing, body=SECRET)
        file = operations.attach(actor=hall.owner, listing=hall.listing, stream=io.BytesIO(b"acid,4\n"), filename="recipe.csv")
    return file.file_id


def doors(hall: Market, file_id: int) -> list[str]:
    here = f"{hall.listing.path}/annex"
    return [here, f"{here}/files/{file_id}", f"/api/v1{here}", f"/api/v1{here}/files/{file_id}"]


@pytest.mark.parametrize("state", [None, *BEFORE, "closed_no_deal"])
def test_the_annex_stays_shut_without_both_signatures(hall: Market, client: FlaskClient, state: str | None):
    file_id = annex(hall)
    if state:
        hall.deal(state)
    people.sign_in(client, hall.party_person)
    for address in doors(hall, file_id):
        headers = people.api_headers(hall.party_person) if address.startswith("/api") else {}
        answer = client.get(address, headers=headers)
        assert answer.status_code == 403, address
        assert "acid" not in answer.get_data(as_text=True)
    assert db.session.scalars(select(AnnexLook)).all() == []
    said = client.get(hall.listing.path).get_data(as_text=True) + client.get("/explore?q=phosphoric").get_data(as_text=True)
    assert SECRET not in said


@pytest.mark.parametrize("state", ["revealed", "closed_deal"])
def test_who_signed_reads_it_and_the_owner_sees_every_look(hall: Market, client: FlaskClient, state: str):
    file_id = annex(hall)
    hall.deal(state)
    people.sign_in(client, hall.party_person)
    page, file, *_ = doors(hall, file_id)
    assert SECRET in client.get(page).get_data(as_text=True)
    copy = client.get(file)
    assert b"acid,4" in copy.data and f"@{hall.party_person.handle}" in copy.headers["Content-Disposition"], "a copy with their mark"
    assert "Who has looked" not in client.get(page).get_data(as_text=True)
    client.post("/logout")
    assert [look.what for look in db.session.scalars(select(AnnexLook).order_by(AnnexLook.id))] == ["text", "file", "text"]
    people.sign_in(client, hall.owner_person)
    shown = client.get(page).get_data(as_text=True)
    assert PARTY_NAMES[0] in shown and "recipe.csv" in shown and PARTY_NAMES[1] in shown
    number = db.session.scalar(select(AnnexLook.copy_no).where(AnnexLook.file_name != ""))
    assert f"copy {number}" in shown and f"copy {number}" in copy.headers["Content-Disposition"]
    assert len(db.session.scalars(select(AnnexLook)).all()) == 3, "the owner's own looks are not written down"


def test_a_deal_on_another_listing_opens_nothing(hall: Market, client: FlaskClient):
    file_id = annex(hall)
    with work.unit():
        other = listings.listing(hall.owner_body, hall.owner, title="Another thing altogether")
        deals.deal(other, hall.owner, hall.party, "revealed")
    people.sign_in(client, hall.party_person)
    assert client.get(doors(hall, file_id)[0]).status_code == 403
    assert client.get(f"{other.path}/annex/files/{file_id}").status_code == 404


def test_an_administrator_keeps_out_of_annexes(hall: Market, client: FlaskClient):
    file_id = annex(hall)
    people.sign_in(client, people.person("Root", admin=True))
    assert [client.get(address).status_code for address in doors(hall, file_id)[:2]] == [403, 403]


def test_a_look_cannot_be_unsaid(hall: Market):
    annex(hall)
    hall.deal("revealed")
    with work.unit():
        operations.look(actor=hall.party, seen=queries.annex_for(hall.party, hall.listing))
    for statement in ("DELETE FROM annex_look", "UPDATE annex_look SET file_name = 'x'"):
        with pytest.raises(DatabaseError), work.unit():
            db.session.execute(text(statement))


def test_a_stale_edit_of_the_annex_keeps_both_texts(hall: Market, client: FlaskClient):
    people.sign_in(client, hall.owner_person)
    edit = f"{hall.listing.path}/annex/edit"
    assert client.post(edit, data={"version": "0", "body": "First."}).status_code == 302
    answer = client.post(edit, data={"version": "0", "body": "Second, typed elsewhere."})
    assert answer.status_code == 409
    assert "First." in answer.text and "Second, typed elsewhere." in answer.text


def test_what_was_typed_stays_when_it_is_refused(hall: Market, client: FlaskClient):
    deal = hall.deal()
    people.sign_in(client, hall.party_person)
    answer = client.post(f"{hall.listing.path}/interest", data={"message": "Once more, with everything typed still there."})
    assert answer.status_code == 409 and "with everything typed" in answer.text
    answer = client.post(f"/deals/{deal.id}/close", data={"agreed": "false", "reason": "short"})
    assert answer.status_code == 422 and "short" in answer.text
    client.post("/logout")
    people.sign_in(client, hall.owner_person)
    answer = client.post(f"/deals/{deal.id}/decline", data={"reason": "nah"})
    assert answer.status_code == 422 and "nah" in answer.text
    assert client.post(f"/deals/{deal.id}/accept", data={"years": "99"}).status_code == 422
    assert client.post(f"/deals/{deal.id}/accept", data={"years": "soon"}).status_code == 422


def test_the_home_page_says_what_waits(hall: Market, client: FlaskClient):
    deal = hall.deal()
    people.sign_in(client, hall.owner_person)
    assert f"/deals/{deal.id}" in client.get("/home").text
    with work.unit():
        operations.accept(actor=hall.owner, deal=deal)
    assert "Sign for confidentiality" in client.get("/home").text
    with work.unit():
        deals.sign(deal, hall.owner)
    assert f"/deals/{deal.id}" not in client.get("/home").text
    client.post("/logout")
    people.sign_in(client, hall.party_person)
    assert "Sign for confidentiality" in client.get("/home").text


def test_a_rate_is_public_and_honest(hall: Market, client: FlaskClient):
    assert "No requests yet" in client.get(hall.listing.path).text
    assert "No requests yet" in client.get(f"/orgs/{hall.owner_body.slug}").text
    hall.deal("accepted")
    assert "1 of 1 requests answered within 14 days" in client.get(hall.listing.path).text
    assert "No requests yet" in client.get(f"/orgs/{hall.owner_body.slug}").text, "an unnamed listing does not count there"


def test_bad_input_by_program_is_named(hall: Market, client: FlaskClient):
    key = people.api_headers(hall.party_person)
    for body in (
        {},
        {"listing_id": 2**40, "message": deals.MESSAGE},
        {"listing_id": "x", "message": deals.MESSAGE},
        {"listing_id": 1, "message": 5},
    ):
        answer = client.post("/api/v1/deals", json=body, headers=key)
        assert answer.status_code == 422 and answer.json["errors"], body
    assert client.post("/api/v1/deals", json={"listing_id": 99999, "message": deals.MESSAGE}, headers=key).status_code == 404
    once = key | {"Idempotency-Key": "once"}
    first, again = (
        client.post("/api/v1/deals", json={"listing_id": hall.listing.id, "message": deals.MESSAGE}, headers=once) for _ in "12"
    )
    assert (first.status_code, again.json["id"]) == (201, first.json["id"])


@pytest.mark.parametrize("named", [True, False])
def test_a_deal_counts_for_an_owner_who_is_named_and_never_for_the_other_side(app, named):
    hall = market(owner_shown=named)
    hall.deal("closed_deal")
    assert [(deed.name, deed.total) for deed in deeds.of("organisation", hall.owner_body.id)] == ([("deals", 1)] if named else [])
    assert deeds.of("organisation", hall.party_body.id) == []
    assert deeds.of("person", hall.party_person.id) == []
