"""An entry that did not win becomes an offer of its author, a need becomes a challenge; both ends tell of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from hub.contests.awards import operations as awards
from hub.contests.challenges.models import Challenge
from hub.contests.entries.models import Entry
from hub.core.organisations.models import Organisation
from hub.core.organisations.states import Kind as OrganisationKind
from hub.core.profiles import operations as profiles
from hub.core.profiles import queries as profiles_read
from hub.core.profiles.states import EvidenceKind
from hub.db import delivery, work
from hub.db.extensions import db
from hub.guide.handovers import operations, queries
from hub.guide.handovers.models import Handover
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from hub.search.matching import queries as matching
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import Kind
from hub.tech_market.listings.states import State as ListingState
from tests.conftest import POSTGRES
from tests.factories import entries as entering
from tests.factories import listings, people

REASON = "None of the entries met the criterion that mattered to us."


class Stage:
    """A company with a challenge to which one person has sealed an entry."""

    def __init__(self, **terms: str) -> None:
        self.made = entering.contest(solvers=1, judges=1, **({"terms": terms} if terms else {}))
        self.challenge, self.company = self.made.challenge, self.made.organisation
        self.author = self.made.solvers[0]
        with work.unit():
            sealed = entering.seal(self.challenge, people.actor_of(self.author), title="A clay pot", body="Evaporation does it.")
            entering.appoint(self.challenge, self.boss, self.made.judges[0])
        self.entry = db.session.get(Entry, sealed.entry_id)

    @property
    def me(self) -> Actor:
        return people.actor_of(self.author)

    @property
    def boss(self) -> Actor:
        return self.made.manager

    def close(self) -> None:
        with work.unit():
            entering.close(self.challenge)

    def end(self) -> None:
        self.close()
        with work.unit():
            entering.score(self.entry, people.actor_of(self.made.judges[0]), points=2, met=False)
            awards.end_without_award(actor=self.boss, challenge=self.challenge, reason=REASON)


@pytest.fixture
def stage(app: Flask) -> Stage:
    return Stage()


def offer_of(handover: Handover) -> Listing:
    return db.session.get(Listing, int(handover.target.partition(":")[2]))


def test_an_entry_becomes_an_offer_of_its_author_alone(stage):
    stage.end()
    with work.unit():
        made = operations.offer_entry(actor=stage.me, entry=stage.entry, title="A clay pot that cools")
    offer = offer_of(made)
    assert (offer.kind, offer.state, offer.body) == (Kind.OFFER, ListingState.DRAFT, "Evaporation does it.")
    assert offer.sector is stage.challenge.sector
    owner = db.session.get(Organisation, offer.organisation_id)
    assert (owner.name, owner.kind) == ("Solver 1", OrganisationKind.INDIVIDUAL)
    assert stage.me.manages(owner.id)


def test_or_of_an_organisation_that_the_author_manages(stage):
    stage.end()
    with work.unit():
        lab = people.organisation(stage.author, "Bunting Works")
        me = stage.me
        made = operations.offer_entry(actor=me, entry=stage.entry, title="A clay pot", organisation=lab.slug)
    assert offer_of(made).organisation_id == lab.id


def test_not_of_an_organisation_of_somebody_else(stage):
    stage.end()
    with pytest.raises(Invalid) as refused, work.unit():
        operations.offer_entry(actor=stage.me, entry=stage.entry, title="A clay pot", organisation=stage.company.slug)
    assert "organisation" in refused.value.fields
    assert nothing_happened()


def nothing_happened() -> bool:
    db.session.rollback()
    return not db.session.scalar(select(func.count()).select_from(Handover)) and not db.session.scalar(
        select(func.count()).select_from(Listing)
    )


@pytest.mark.parametrize("moment", ["open", "judging"])
def test_not_while_the_rights_are_bound(stage, moment):
    if moment == "judging":
        stage.close()
    with pytest.raises(NotNow) as refused, work.unit():
        operations.offer_entry(actor=stage.me, entry=stage.entry, title="A clay pot")
    assert refused.value.code == "rights_elsewhere"
    assert nothing_happened()


def test_the_licence_to_evaluate_ends_by_itself(stage):
    """A seeker who never decides does not keep the rights for ever."""
    stage.close()
    clock.advance(timedelta(days=int(stage.challenge.terms["evaluation_days"])))
    with work.unit():
        made = operations.offer_entry(actor=stage.me, entry=stage.entry, title="A clay pot")
    assert made.id


def test_not_what_the_agreement_keeps_confidential(app):
    stage = Stage(losing_entries="stay_confidential")
    stage.end()
    with pytest.raises(NotNow, match="confidential"), work.unit():
        operations.offer_entry(actor=stage.me, entry=stage.entry, title="A clay pot")
    assert nothing_happened()


def test_not_twice_and_never_by_anybody_else(stage):
    stage.end()
    with pytest.raises(NotFound), work.unit():
        operations.offer_entry(actor=stage.boss, entry=stage.entry, title="Mine now")
    assert nothing_happened()
    with work.unit():
        operations.offer_entry(actor=stage.me, entry=stage.entry, title="A clay pot")
    with pytest.raises(Conflict), work.unit():
        operations.offer_entry(actor=stage.me, entry=stage.entry, title="A clay pot")


def test_both_ends_tell_their_own_readers(stage, client):
    stage.end()
    with work.unit():
        made = operations.offer_entry(actor=stage.me, entry=stage.entry, title="A clay pot that cools")
    path = offer_of(made).path
    people.sign_in(client, stage.author)
    assert path in client.get(f"/entries/{stage.entry.id}").get_data(as_text=True)
    assert f"/entries/{stage.entry.id}" in client.get(path).get_data(as_text=True)


@pytest.mark.parametrize("is_shown", [True, False])
def test_the_challenge_behind_an_offer_is_told_only_if_its_author_says_so(stage, client, is_shown):
    stage.end()
    with work.unit():
        made = operations.offer_entry(actor=stage.me, entry=stage.entry, title="A clay pot", is_shown=is_shown)
        offer_of(made).state, offer_of(made).published_at = ListingState.PUBLISHED, clock.now()
    page = client.get(offer_of(made).path).get_data(as_text=True)
    assert (stage.challenge.title in page) is is_shown
    assert f"/entries/{stage.entry.id}" not in page


def test_the_page_offers_the_step_exactly_when_it_can_be_taken(stage, client):
    people.sign_in(client, stage.author)
    address = f"/entries/{stage.entry.id}/offer"
    assert address not in client.get(f"/entries/{stage.entry.id}").get_data(as_text=True)
    stage.end()
    people.sign_in(client, stage.author)
    assert address in client.get(f"/entries/{stage.entry.id}").get_data(as_text=True)
    answer = client.post(address, data={"title": ""})
    assert answer.status_code == 422 and "Please fill this in" in answer.get_data(as_text=True)
    answer = client.post(address, data={"title": "A clay pot", "organisation": ""})
    assert answer.status_code == 302 and answer.headers["Location"].endswith("/edit")
    assert "A clay pot" in client.get(answer.headers["Location"]).get_data(as_text=True)
    assert address not in client.get(f"/entries/{stage.entry.id}").get_data(as_text=True)


def test_a_need_becomes_a_challenge_and_both_say_so(stage, client):
    with work.unit():
        need = listings.listing(stage.company, stage.boss, "published", Kind.NEED, title="Cool milk at noon")
    people.sign_in(client, stage.made.owner)
    assert f"{need.path}/challenge" in client.get(need.path).get_data(as_text=True)
    answer = client.post(f"{need.path}/challenge")
    assert answer.status_code == 302
    made = db.session.scalars(select(Challenge).order_by(Challenge.id.desc())).first()
    assert (made.title, made.problem, made.sector) == (need.title, need.body, need.sector)
    assert f"/challenges/{made.slug}" in client.get(need.path).get_data(as_text=True)
    assert need.path in client.get(f"/challenges/{made.slug}").get_data(as_text=True)
    assert client.post(f"{need.path}/challenge").status_code == 409


def test_the_draft_behind_a_need_is_not_told_to_strangers(stage, client):
    with work.unit():
        need = listings.listing(stage.company, stage.boss, "published", Kind.NEED, title="Cool milk at noon")
        operations.need_to_challenge(actor=stage.boss, need=need, fee_bp=500)
    assert "Became the challenge" not in client.get(need.path).get_data(as_text=True)


def test_only_managers_take_a_need_further(stage):
    with work.unit():
        need = listings.listing(stage.company, stage.boss, "published", Kind.NEED, title="Cool milk at noon")
    before = db.session.scalar(select(func.count()).select_from(Challenge))
    with pytest.raises(NotAllowed), work.unit():
        operations.need_to_challenge(actor=stage.me, need=need, fee_bp=500)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Challenge)) == before
    assert queries.about(need.ref) == []


def test_a_need_becomes_a_brief_that_its_organisation_signs_off(stage, client):
    consultant = people.person("Owl", consultant=True)
    with work.unit():
        need = listings.listing(stage.company, stage.boss, "published", Kind.NEED, title="Cool milk at noon")
        with pytest.raises(NotAllowed):
            operations.need_to_brief(actor=stage.boss, need=need)
    people.sign_in(client, consultant)
    assert f"{need.path}/brief" in client.get(need.path).get_data(as_text=True)
    answer = client.post(f"{need.path}/brief")
    assert answer.status_code == 302 and "/briefs/" in answer.headers["Location"]
    brief = answer.headers["Location"].removesuffix("/edit")
    assert brief in client.get(need.path).get_data(as_text=True)
    page = client.get(brief).get_data(as_text=True)
    assert need.path in page and "Cool milk at noon" in page
    assert client.post(f"{need.path}/brief").status_code == 409
    people.sign_in(client, stage.author)
    assert brief not in client.get(need.path).get_data(as_text=True)


def test_the_trail_names_nobody_who_stays_unnamed(stage, client):
    """A need under its owner's name, a challenge without: the link between them would give the seeker away."""
    with work.unit():
        need = listings.listing(stage.company, stage.boss, "published", Kind.NEED, title="Cool milk at noon")
        made = operations.need_to_challenge(actor=stage.boss, need=need, fee_bp=500)
        challenge = db.session.get(Challenge, int(made.target.partition(":")[2]))
        challenge.seeker_shown, challenge.state = False, stage.challenge.state
        challenge.closes_at, challenge.published_at, challenge.prize_minor = stage.challenge.closes_at, clock.now(), 100
    for path, other in ((need.path, f"/challenges/{challenge.slug}"), (f"/challenges/{challenge.slug}", need.path)):
        assert other not in client.get(path).get_data(as_text=True)
    people.sign_in(client, stage.made.owner)
    assert need.path in client.get(f"/challenges/{challenge.slug}").get_data(as_text=True)


def test_a_handover_is_never_unsaid(stage):
    stage.end()
    with work.unit():
        operations.offer_entry(actor=stage.me, entry=stage.entry, title="A clay pot")
    for statement in ("UPDATE handover SET is_shown = true", "DELETE FROM handover"):
        with pytest.raises(DBAPIError, match="never unsaid"):
            db.session.execute(text(statement if POSTGRES else statement.replace("true", "1")))
        db.session.rollback()


# What one has worked on, on the profile

PAGE = "http://127.0.0.1:8000/challenges/cool-food"


def test_having_taken_part_stands_on_the_profile_and_matching_finds_the_person_by_it(stage):
    stage.end()
    with work.unit():
        profiles.save_profile(actor=stage.me, headline="Potter", visible=True, is_expert=True)
        item = operations.entry_to_evidence(actor=stage.me, entry=stage.entry, url=PAGE, text="I fired forty pots.")
    assert (item.kind, item.title, item.url) == (EvidenceKind.PROJECT, stage.challenge.title, PAGE)
    assert item.text == f"I fired forty pots.\n\n{stage.challenge.summary}"
    assert "Evaporation" not in item.text, "nothing of the entry"
    delivery.deliver_all()
    delivery.run_periodic()
    found = matching.matches_for(f"{stage.challenge.title} {stage.challenge.summary}", ("expert",), 5)
    assert [match.key for match in found] == [f"expert:{stage.author.id}"]


def test_it_stands_there_once_and_comes_back_after_it_was_removed(stage):
    stage.end()
    with work.unit():
        item = operations.entry_to_evidence(actor=stage.me, entry=stage.entry, url=PAGE)
    with pytest.raises(Conflict) as refused, work.unit():
        operations.entry_to_evidence(actor=stage.me, entry=stage.entry, url=PAGE)
    assert refused.value.code == "handed_over"
    with work.unit():
        profiles.remove_evidence(actor=stage.me, evidence=item)
        operations.entry_to_evidence(actor=stage.me, entry=stage.entry, url=PAGE)
    assert len(profiles_read.evidence_of(stage.author.id)) == 1


@pytest.mark.parametrize("moment", ["open", "judging"])
def test_nobody_is_told_who_takes_part_before_the_end(stage, moment):
    if moment == "judging":
        stage.close()
    with pytest.raises(NotNow) as refused, work.unit():
        operations.entry_to_evidence(actor=stage.me, entry=stage.entry, url=PAGE)
    assert refused.value.code == "not_decided"
    assert not profiles_read.evidence_of(stage.author.id)


def test_only_its_author_puts_an_entry_on_a_profile(stage):
    stage.end()
    with pytest.raises(NotFound), work.unit():
        operations.entry_to_evidence(actor=stage.boss, entry=stage.entry, url=PAGE)
