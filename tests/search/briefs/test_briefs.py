"""A brief from its draft to its call: who may do what, what readers see, whom an invitation reaches."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.core.profiles import operations as profiles
from hub.core.profiles.states import EvidenceKind
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Role
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow
from hub.search.briefs import documents, operations, queries
from hub.search.briefs.models import Brief, Invitation
from hub.search.briefs.states import State
from tests.factories import briefs, listings, people
from tests.search.briefs.conftest import Search


def refuse(error: type[HubError], call, **given) -> HubError:
    """The call is refused and leaves nothing behind."""
    counted = [select(func.count()).select_from(model) for model in (Brief, Invitation, Notification, journal.JournalRow)]
    before = [db.session.scalar(query) for query in counted] + list(db.session.execute(select(Brief.id, Brief.state, Brief.version)))
    with pytest.raises(error) as refused, work.unit():
        call(**given)
    assert [db.session.scalar(query) for query in counted] + list(
        db.session.execute(select(Brief.id, Brief.state, Brief.version))
    ) == before
    return refused.value


def notes_of(person) -> list[str]:
    found = db.session.scalars(select(Notification).where(Notification.person_id == person.id).order_by(Notification.id))
    return [note.text % note.values for note in found]


def test_written_returned_mended_and_signed_off(search: Search):
    brief = search.brief("sign_off")
    assert "waits for your sign-off" in notes_of(search.manager_person)[-1]
    with work.unit():
        operations.send_back(actor=search.client, brief=brief, remarks="Name the temperature.")
    assert (brief.state, brief.remarks) == (State.DRAFT, "Name the temperature.")
    assert "sent the brief" in notes_of(search.consultant_person)[-1]
    with work.unit():
        operations.edit(actor=search.consultant, brief=brief, sought=briefs.SOUGHT + " From 0 to 8 °C.")
        operations.submit(actor=search.consultant, brief=brief)
    with work.unit():
        operations.sign_off(actor=search.client, brief=brief, version=brief.version)
    assert (brief.state, brief.signed_off_by, brief.remarks) == (State.PUBLISHED, search.manager_person.id, "")
    assert "signed off" in notes_of(search.consultant_person)[-1]


def test_what_is_missing_is_named(search: Search):
    with work.unit():
        brief = operations.draft(actor=search.consultant, organisation_id=search.client_body.id, title="Later")
    refused = refuse(Invalid, operations.submit, actor=search.consultant, brief=brief)
    assert set(refused.fields) == {"title", "background", "sought", "criteria", "sector", "closes_at"}


def test_only_consultants_write_and_only_the_clients_managers_sign(search: Search):
    brief = search.brief("sign_off")
    refuse(NotAllowed, operations.draft, actor=search.client, organisation_id=search.client_body.id, title="Ours, by ourselves")
    for actor in (search.consultant, search.author()):
        refuse(NotAllowed, operations.sign_off, actor=actor, brief=brief)
        refuse(NotAllowed, operations.send_back, actor=actor, brief=brief, remarks="No.")
    member = people.person("Mina Member")
    with work.unit():
        organisations.add_member(actor=search.client, organisation=search.client_body, email=member.email, role=Role.MEMBER)
    refuse(NotAllowed, operations.sign_off, actor=people.actor_of(member), brief=brief)
    with pytest.raises(NotFound):
        queries.get_for(search.author(), brief.id)


def test_who_wrote_it_never_signs_it_off(search: Search):
    with work.unit():
        organisations.add_member(
            actor=search.client, organisation=search.client_body, email=search.consultant_person.email, role=Role.MANAGER
        )
    brief = search.brief("sign_off")
    refuse(NotAllowed, operations.sign_off, actor=search.consultant, brief=brief)
    with pytest.raises(DatabaseError), work.unit():
        db.session.execute(text(f"UPDATE brief SET signed_off_by = consultant_id WHERE id = {brief.id}"))


def test_a_deadline_too_near_or_a_text_that_changed_is_not_signed(search: Search):
    brief = search.brief("sign_off", days=3)
    assert refuse(Conflict, operations.sign_off, actor=search.client, brief=brief, version=brief.version - 1).code == "stale"
    clock.advance(timedelta(days=2, seconds=1))
    refuse(NotNow, operations.sign_off, actor=search.client, brief=brief)
    clock.advance(timedelta(seconds=-1))
    with work.unit():
        operations.sign_off(actor=search.client, brief=brief)
    assert brief.state is State.PUBLISHED
    refuse(NotNow, operations.edit, actor=search.consultant, brief=brief, title="Something else")


@pytest.mark.parametrize("changes", [{"closes_at": "past"}, {"closes_at": "far"}])
def test_deadlines_that_cannot_be_are_refused_beside_the_field(search: Search, changes):
    moment = clock.now() + timedelta(days=-1 if changes["closes_at"] == "past" else 400)
    refused = refuse(
        Invalid, operations.draft, actor=search.consultant, organisation_id=search.client_body.id, **briefs.content(closes_at=moment)
    )
    assert set(refused.fields) == {"closes_at"}


def test_the_clock_closes_calls_with_and_without_proposals(search: Search):
    empty, brief = search.brief(), search.brief()
    with work.unit():
        briefs.proposal(brief, search.author())
    clock.set_to(brief.closes_at - timedelta(seconds=1))
    delivery.run_periodic()
    db.session.refresh(brief)
    assert brief.state is State.PUBLISHED
    clock.advance(timedelta(seconds=1))
    delivery.run_periodic()
    delivery.run_periodic()
    db.session.refresh(brief)
    db.session.refresh(empty)
    assert (brief.state, empty.state) == (State.SELECTING, State.CLOSED_EMPTY)
    assert len([note for note in notes_of(search.manager_person) if "has closed with 1 proposals" in note]) == 1


def test_an_unnamed_client_is_told_nowhere(search: Search, client: FlaskClient):
    brief = search.brief(client_shown=False)
    (document,) = documents.documents([brief.id])
    assert "Quiet" not in json.dumps([document.text, document.facts, document.title])
    people.sign_in(client, search.authors[0])
    key = people.api_headers(search.authors[0])
    pages = ["/briefs", brief.path, f"{brief.path}/propose", "/my/proposals", "/home"]
    said = [client.get(page).text for page in pages]
    said += [client.get(f"/api/v1{page}", headers=key).text for page in ("/briefs", brief.path, "/proposals")]
    with work.unit():
        proposal = briefs.proposal(brief, search.author())
    said += [client.get(proposal.path).text, client.get(f"/api/v1{proposal.path}", headers=key).text]
    assert not [page for page in said if "Quiet" in page or "Cleo" in page or "cleo@" in page]
    assert brief.title not in client.get("/orgs/quiet-packaging").text
    assert (
        client.get(f"/api/v1{brief.path}", headers=people.api_headers(search.consultant_person)).json["client"]["name"] == "Quiet Packaging"
    )


def expert(name: str = "Edda Expert"):
    person = people.person(name)
    actor = people.actor_of(person)
    with work.unit():
        profiles.save_profile(actor=actor, headline="Gas sensors of carbon nanotubes", visible=True, is_expert=True)
        for title in ("Ammonia sensing on nanotube films at refrigerator temperature", "Sealed packs and ammonia"):
            profiles.add_evidence(actor=actor, kind=EvidenceKind.PUBLICATION, title=title, text=briefs.SOUGHT, year=2024)
    return person


def test_matches_have_reasons_and_an_invitation_reaches_the_people_behind_them(search: Search, client: FlaskClient):
    someone, owner = expert(), people.person("Otto Owner")
    body = people.organisation(owner, "Nano Sensors")
    with work.unit():
        offer = listings.listing(body, people.actor_of(owner), owner_shown=False)
    brief = search.brief()
    delivery.deliver_all()
    delivery.run_periodic()
    found = queries.matches(brief)
    (fitting,) = found["expert"]
    assert (fitting.match.key, fitting.reachable, fitting.invited) == (f"expert:{someone.id}", True, None)
    assert {"ammonia", "nanotubes"} & {word for word, _ in fitting.match.reasons}
    assert [one.match.key for one in found["offer"]] == [offer.ref]
    people.sign_in(client, search.consultant_person)
    assert client.post(f"{brief.path}/invite", data={"key": f"expert:{someone.id}"}).status_code == 302
    assert client.post(f"{brief.path}/invite", data={"key": f"expert:{someone.id}"}).status_code == 302
    assert client.post(f"{brief.path}/invite", data={"key": offer.ref}).status_code == 302
    assert len(notes_of(someone)) == len([note for note in notes_of(owner) if "invited" in note]) == 1
    shown = client.get(f"{brief.path}/matches").text
    assert "Otto" not in shown and "Nano Sensors" not in shown
    client.post("/logout")
    people.sign_in(client, someone)
    waits = f'class="todo-title" href="{brief.path}"'
    assert waits in client.get("/home").text
    assert client.post(f"{brief.path}/decline").status_code == 302
    assert waits not in client.get("/home").text
    assert queries.matches(brief)["expert"][0].invited == "declined"
    assert "has declined" in notes_of(search.consultant_person)[-1]


@pytest.mark.parametrize("key", ["expert:999999", "expert:x", "challenge:1", "offer:1", "nonsense", "expert:99999999999"])
def test_nobody_is_invited_where_nobody_is(search: Search, key: str):
    brief = search.brief()
    assert refuse(NotNow, operations.invite, actor=search.consultant, brief=brief, key=key).code == "nobody_there"


def test_invitations_are_for_consultants_and_open_calls(search: Search):
    someone, brief, draft = expert(), search.brief(), search.brief("draft")
    refuse(NotAllowed, operations.invite, actor=search.client, brief=brief, key=f"expert:{someone.id}")
    refuse(NotNow, operations.invite, actor=search.consultant, brief=draft, key=f"expert:{someone.id}")
    refuse(NotFound, operations.decline_invitation, actor=people.actor_of(someone), brief=brief)


def test_forms_keep_what_was_typed(search: Search, client: FlaskClient):
    people.sign_in(client, search.consultant_person)
    typed = {"organisation": "nobody", "title": "Kept in the form", "criteria": "One\nTwo", "closes_at": "soon"}
    answer = client.post("/briefs/new", data=typed)
    assert answer.status_code == 422 and "Kept in the form" in answer.text and "One\nTwo" in answer.text
    answer = client.post("/briefs/new", data=typed | {"closes_at": ""})
    assert answer.status_code == 422 and "no organisation with this address" in answer.text
    answer = client.post("/briefs/new", data=typed | {"closes_at": "", "organisation": "quiet-packaging"})
    assert answer.status_code == 302
    brief = db.session.scalars(select(Brief)).one()
    assert (brief.criteria, brief.client_shown) == (["One", "Two"], False)
    assert client.post(f"{brief.path}/edit", data={"version": "0", "title": "Another window"}).status_code == 409
