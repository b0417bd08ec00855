"""Reports of other things than posts: ideas, listings, profiles; taken down, put back on appeal, never twice."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from hub.communities.rallies import operations as rallies
from hub.communities.rallies.models import Idea
from hub.communities.rallies.states import IdeaState
from hub.core.messages.models import Notification
from hub.core.moderation import operations, queries
from hub.core.moderation.models import Case, Flag
from hub.core.moderation.rules import Reason
from hub.core.moderation.states import State
from hub.core.organisations import operations as organisations
from hub.core.profiles import operations as profiles
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel.actor import Role
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import Kind
from hub.tech_market.listings.states import State as ListingState
from tests.factories import listings, people
from tests.factories import rallies as made
from tests.factories.money import race
from tests.factories.people import actor_of, api_headers, person, sign_in

WHY = "It sells something that nobody asked for."


@pytest.fixture
def scene(cast):
    """The solver posts an idea to the company's rally under another name; Owl and Crane moderate."""
    cast.people |= {"owl": person("Owl", consultant=True), "crane": person("Crane", consultant=True)}
    with work.unit():
        rally = made.rally(cast.company, cast.owner, "posting")
        made.join(rally, cast.solver, alias="Silent Otter")
        return made.post(rally, cast.solver)


def report(actor, kind, number, reason=Reason.SPAM, words=""):
    with work.unit():
        return operations.report(actor=actor, kind=kind, number=number, reason=reason, words=words)


def decide(actor, case, *measures):
    with work.unit():
        return operations.decide(actor=actor, case=case, measures=measures, reason=WHY)


def heard(actor) -> list[str]:
    delivery.deliver_all()
    work.rollback()
    notes = db.session.scalars(select(Notification).where(Notification.person_id == actor.person_id).order_by(Notification.id))
    return [note.text % note.values for note in notes]


def refused(expected, code, act) -> None:
    work.rollback()
    before = db.session.scalar(select(func.count()).select_from(Flag))
    with pytest.raises(HubError) as caught:
        act()
    work.rollback()
    assert (type(caught.value), caught.value.code) == (expected, code)
    assert db.session.scalar(select(func.count()).select_from(Flag)) == before


def test_an_idea_is_reported_taken_down_and_put_back_on_appeal(cast, scene, client):
    idea = scene
    case = report(cast.stranger, "idea", idea.id)
    assert report(cast.member, "idea", idea.id).id == case.id, "reports of one thing gather in one case"
    refused(Conflict, "already_reported", lambda: report(cast.stranger, "idea", idea.id))
    refused(NotAllowed, "own_thing", lambda: report(cast.solver, "idea", idea.id))
    refused(Invalid, "words_missing", lambda: report(cast.manager, "idea", idea.id, Reason.OTHER))
    refused(NotFound, "not_found", lambda: report(cast.manager, "rally", idea.rally_id))
    refused(Invalid, "measure_unknown", lambda: decide(cast.owl, case, "lock"))
    sign_in(client, cast.people["owl"])
    page = client.get(case.path).get_data(as_text=True)
    assert idea.title in page and "Silent Otter" in page and cast.people["solver"].name not in page, "a pseudonym is not lifted"
    assert "Silent Otter" in client.get("/moderation").get_data(as_text=True)
    decide(cast.owl, case, "hide")
    assert (db.session.get(Idea, idea.id).state, case.state) == (IdeaState.REMOVED, State.UPHELD)
    assert any("You can appeal once" in text for text in heard(cast.solver)) and any("thank you" in text for text in heard(cast.stranger))
    with work.unit():
        operations.appeal(actor=cast.solver, case=case, appeal="It asks a question, and sells nothing.")
    refused(NotAllowed, "not_allowed", lambda: operations.overturn(actor=cast.owl, case=case, reason=WHY))
    with work.unit():
        operations.overturn(actor=cast.crane, case=case, reason="It sells nothing indeed.")
    assert db.session.get(Idea, idea.id).state is IdeaState.POSTED
    assert report(cast.manager, "idea", idea.id).id != case.id, "others may report it anew"


def test_an_idea_that_its_author_took_back_meanwhile_stays_as_it_is(cast, scene):
    case = report(cast.stranger, "idea", scene.id)
    with work.unit():
        rallies.withdraw(actor=cast.solver, idea=scene)
    decide(cast.owl, case, "hide", "warn")
    assert db.session.get(Idea, scene.id).state is IdeaState.WITHDRAWN and case.state is State.UPHELD


def test_a_need_is_taken_off_and_its_people_are_told(cast, client):
    cast.people["owl"] = person("Owl", consultant=True)
    with work.unit():
        need = listings.listing(cast.company, cast.owner, kind=Kind.NEED)
        draft = listings.listing(cast.company, cast.owner, "draft", kind=Kind.NEED)
    refused(NotFound, "not_found", lambda: report(cast.stranger, "need", draft.id))
    page = client.get(need.path).get_data(as_text=True)
    assert f"/moderation/report/need/{need.id}" in page
    headers = {**api_headers(cast.people["stranger"]), "Idempotency-Key": "report-1"}
    sent = {"subject": need.ref, "reason": "illegal", "words": "It asks for a banned solvent."}
    answer = client.post("/api/v1/moderation/reports", json=sent, headers=headers)
    assert (answer.status_code, answer.json) == (201, {"subject": need.ref, "reported": True})
    assert (
        client.post(
            "/api/v1/moderation/reports", json={**sent, "subject": "need:0"}, headers=api_headers(cast.people["member"])
        ).status_code
        == 422
    )
    case = db.session.scalars(select(Case)).one()
    decide(cast.owl, case, "hide")
    assert db.session.get(Listing, need.id).state is ListingState.WITHDRAWN
    assert any("was withdrawn by the site" in text for text in heard(cast.manager))


def test_a_profile_is_never_taken_down_and_a_hidden_one_cannot_be_reported(cast, client):
    cast.people["owl"] = person("Owl", consultant=True)
    with work.unit():
        profiles.save_profile(actor=cast.solver, headline="Sells film", bio="Buy film from me.", visible=True)
    number = cast.people["solver"].id
    case = report(cast.stranger, "person", number)
    refused(Invalid, "measure_unknown", lambda: decide(cast.owl, case, "hide"))
    decide(cast.owl, case, "warn")
    with work.unit():
        profiles.save_profile(actor=cast.solver, visible=False)
    sign_in(client, cast.people["member"])
    assert client.get(f"/moderation/report/person/{number}").status_code == 404
    assert client.get("/moderation/report/nothing/5").status_code == 404


def test_an_organisation_s_owner_answers_for_its_page_and_none_of_its_people_decides(cast, client):
    owl, crane = person("Owl", consultant=True), person("Crane", consultant=True)
    with work.unit():
        organisations.add_member(actor=cast.owner, organisation=cast.company, email=owl.email, role=Role.MEMBER)
    page = client.get(f"/orgs/{cast.company.slug}").get_data(as_text=True)
    assert f"/moderation/report/organisation/{cast.company.id}" in page
    case = report(cast.stranger, "organisation", cast.company.id)
    assert case.author_id == cast.people["owner"].id and queries.moderators(case) == [cast.people["admin"].id, crane.id]
    refused(NotAllowed, "not_allowed", lambda: decide(actor_of(owl), case, "warn"))
    refused(Invalid, "measure_unknown", lambda: decide(actor_of(crane), case, "hide"))
    decide(actor_of(crane), case, "warn")
    assert any("You can appeal once" in text for text in heard(cast.owner))


def test_first_reports_at_once_make_one_case(app, cast, scene):
    reporters, number = [cast.people[name].id for name in ("stranger", "member", "manager")], scene.id
    work.rollback()

    def by(who: int):
        return lambda: (
            operations.report(actor=actor_of(db.session.get(people.Person, who)), kind="idea", number=number, reason=Reason.SPAM).id
        )

    results = race(app, *[by(who) for who in reporters])
    assert len(set(results)) == 1, results
    work.rollback()
    (case,) = db.session.scalars(select(Case).where(Case.subject == f"idea:{number}"))
    assert len(queries.flaggers(case.id)) == 3
