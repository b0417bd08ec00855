"""What is not public is never found: the real rooms behind the index."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from hub.contests.challenges import operations as challenges
from hub.core.accounts import operations as accounts
from hub.core.profiles import operations as profiles
from hub.core.profiles import queries as profile_queries
from hub.core.profiles.states import EvidenceKind
from hub.db import work
from hub.db.delivery import deliver_all
from hub.kernel.actor import SYSTEM
from hub.search.index import queries, reactions
from hub.search.index.queries import SearchRequest
from hub.search.matching import queries as matching
from hub.tech_market.listings import operations as listings
from tests.factories.challenges import challenge
from tests.factories.listings import listing
from tests.factories.people import actor_of, organisation, person

STAGES = ("draft", "in_review", "approved", "funded")


def index() -> None:
    deliver_all()
    reactions.index_changes()
    reactions.index_changes()


def keys(**asked: Any) -> list[str]:
    return sorted(card.document.key for card in queries.search(SearchRequest(**asked)).cards)


@pytest.mark.parametrize("stage", STAGES)
def test_a_challenge_is_found_only_once_it_is_open(app: Flask, stage: str):
    owner = person()
    place = organisation(owner)
    with work.unit():
        challenge(place, actor_of(owner), stage)
    index()
    reactions.rebuild()
    assert keys() == [] and matching.matches_for("Detect spoilage in sealed food packs", ("challenge",)) == []


def test_an_open_challenge_is_found_and_a_cancelled_one_is_not(app: Flask):
    owner = person()
    place = organisation(owner)
    with work.unit():
        made = challenge(place, actor_of(owner), "open")
    index()
    assert keys(q="spoilage") == [made.ref]
    (card,) = queries.search(SearchRequest(q="spoilage")).cards
    assert card.document.facts["prize"] == [4_000_000, "USD"] and card.document.status == "open"
    with work.unit():
        challenges.cancel(actor=actor_of(person(admin=True)), challenge=made, reason="A mistake in the terms.")
    index()
    assert keys() == []


def test_an_anonymous_seeker_is_not_named_anywhere(app: Flask):
    owner = person()
    place = organisation(owner, name="Very Secret Foods")
    with work.unit():
        challenge(place, actor_of(owner), "open", seeker_shown=False)
    index()
    assert len(keys()) == 1 and keys(q="Very Secret Foods") == []
    (card,) = queries.search(SearchRequest()).cards
    assert "Secret" not in repr(card.document)


@pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
def test_a_listing_is_found_only_while_it_is_published(app: Flask, state: str):
    owner = person()
    place = organisation(owner)
    with work.unit():
        listing(place, actor_of(owner), state)
    index()
    reactions.rebuild()
    assert keys() == []


def test_a_withdrawn_listing_goes(app: Flask):
    owner = person()
    place = organisation(owner)
    with work.unit():
        made = listing(place, actor_of(owner))
    index()
    assert keys(q="nanotubes") == [made.ref]
    with work.unit():
        listings.withdraw(actor=actor_of(owner), listing=made)
    index()
    assert keys() == [] and matching.matches_for("coated carbon nanotubes") == []


def expert(**changes: Any) -> Any:
    """A visible expert with one piece of evidence."""
    someone = person(name="Li Wei")
    with work.unit():
        told = {"headline": "Electrochemical biosensors", "skills": ["nanoelectrodes"], "visible": True, "is_expert": True} | changes
        profiles.save_profile(actor=actor_of(someone), **told)
        profiles.add_evidence(actor=actor_of(someone), kind=EvidenceKind.PATENT, title="Nanoelectrode arrays for amines")
    index()
    return someone


def test_a_visible_expert_is_found_and_matched_by_evidence(app: Flask):
    someone = expert()
    assert keys(q="biosensors") == [f"expert:{someone.id}"]
    assert keys(q="amines") == [], "evidence is for matching, not for lists"
    (match,) = matching.matches_for("arrays that detect amines", ("expert",))
    assert (match.key, match.url) == (f"expert:{someone.id}", f"/people/{someone.handle}")
    assert {word for word, _ in match.reasons} == {"arrays", "amines"}


@pytest.mark.parametrize("changes", [{"visible": False}, {"is_expert": False}])
def test_who_does_not_want_to_be_found_is_not(app: Flask, changes: dict[str, bool]):
    someone = expert(**changes)
    assert keys() == [] and matching.matches_for("Nanoelectrode arrays for amines", ("expert",)) == []
    reactions.rebuild()
    assert keys() == []
    assert profile_queries.evidence_ids_of(someone.id)


def test_hiding_the_profile_takes_its_evidence_away_too(app: Flask):
    someone = expert()
    with work.unit():
        profiles.save_profile(actor=actor_of(someone), visible=False)
    index()
    assert keys() == [] and matching.matches_for("Nanoelectrode arrays for amines", ("expert",)) == []
    assert reactions.check().ok and reactions.check().documents == 0


def test_changed_and_removed_evidence_is_followed(app: Flask):
    someone = expert()
    (item,) = profile_queries.evidence_of(someone.id)
    with work.unit():
        profiles.change_evidence(actor=actor_of(someone), evidence=item, title="Thermal switches")
    index()
    assert matching.matches_for("arrays for amines", ("expert",)) == []
    assert matching.matches_for("thermal switches", ("expert",))
    with work.unit():
        profiles.remove_evidence(actor=actor_of(someone), evidence=item)
    index()
    assert matching.matches_for("thermal switches", ("expert",)) == []


def test_a_suspended_expert_is_not_found(app: Flask):
    someone = expert()
    with work.unit():
        accounts.suspend(actor=SYSTEM, person=someone, reason="Spam")
    index()
    assert keys() == []


def test_a_pseudonymous_expert_is_found_without_the_name(app: Flask):
    someone = expert(name_shown=False)
    assert keys(q="biosensors") == [f"expert:{someone.id}"]
    (card,) = queries.search(SearchRequest(q="biosensors")).cards
    assert "Li Wei" not in repr(card.document)
