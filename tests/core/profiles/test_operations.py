"""What people tell of themselves, and who gets to see it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.accounts import operations as accounts
from hub.core.profiles import operations, queries, rules
from hub.core.profiles.models import EvidenceItem, Profile, Skill
from hub.core.profiles.states import Availability, EvidenceKind
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.kernel.actor import ANONYMOUS, SYSTEM
from hub.kernel.errors import Invalid, NotAllowed, NotFound, NotNow, NotSignedIn
from hub.kernel.taxonomy import Sector
from tests.factories import people

SENSORS = {
    "headline": "Electrochemical biosensors",
    "bio": "Fifteen years of *nanoelectrodes*.",
    "skills": ["Carbon nanotubes", "biosensors", "BIOSENSORS ", ""],
    "languages": ["zh", "en"],
    "sectors": [Sector.SENSORS, Sector.HEALTH],
    "visible": True,
}


@pytest.fixture
def ada(app):
    return people.person("Ada Solver")


def saved(person, **content):
    with work.unit():
        return operations.save_profile(actor=people.actor_of(person), **content)


def evidence(person, **content):
    item = {"kind": EvidenceKind.PUBLICATION, "title": "Coated nanotubes", "text": "A sensor.", "year": 2023, **content}
    with work.unit():
        return operations.add_evidence(actor=people.actor_of(person), **item)


def test_a_profile_is_shown_as_it_was_saved_with_its_skills_tidied(ada):
    saved(ada, **SENSORS)
    shown = queries.public_profile(ANONYMOUS, ada.handle)
    assert shown.name == "Ada Solver"
    assert shown.skills == ["Carbon nanotubes", "biosensors"]
    assert shown.languages == ["en", "zh"]
    assert shown.sectors == [Sector.SENSORS, Sector.HEALTH]
    assert shown.verified


def test_what_is_not_named_stays(ada):
    saved(ada, **SENSORS)
    saved(ada, headline="Something else")
    shown = queries.public_profile(ANONYMOUS, ada.handle)
    assert (shown.headline, shown.bio, len(shown.skills)) == ("Something else", SENSORS["bio"], 2)


def test_skills_keep_their_order_when_they_change(ada):
    saved(ada, skills=["a1", "b2", "c3"])
    saved(ada, skills=["c3", "D4", "A1"])
    assert queries.own_profile(ada.id).skill_names == ["c3", "D4", "A1"]
    assert db.session.query(Skill).count() == 3


@given(st.lists(st.text(max_size=90), max_size=60))
def test_skills_are_few_short_and_distinct_and_tidying_twice_changes_nothing(words):
    tidy = rules.skills(words)
    assert len(tidy) <= 30
    assert all(0 < len(skill) <= 60 and skill == skill.strip() for skill in tidy)
    assert len({skill.casefold() for skill in tidy}) == len(tidy)
    assert rules.skills(tidy) == tidy


def test_saving_the_same_again_is_no_news(ada):
    saved(ada, **SENSORS)
    before = journal.last_id()
    saved(ada, **SENSORS)
    assert journal.last_id() == before


def test_an_invisible_profile_is_for_its_owner_and_administrators_alone(ada):
    saved(ada, **(SENSORS | {"visible": False}))
    evidence(ada)
    stranger, admin = people.person(), people.person(admin=True)
    for actor in (ANONYMOUS, people.actor_of(stranger)):
        with pytest.raises(NotFound):
            queries.public_profile(actor, ada.handle)
    for actor in (people.actor_of(ada), people.actor_of(admin)):
        assert queries.public_profile(actor, ada.handle).headline == SENSORS["headline"]
    assert queries.experts_for_index() == []
    assert queries.evidence_for_index() == []
    assert list(queries.expert_ids()) == list(queries.evidence_ids()) == []


@pytest.mark.parametrize("hidden", [{"visible": False}, {"is_expert": False}])
def test_the_index_gets_only_people_who_want_to_be_found(ada, hidden):
    saved(ada, **SENSORS)
    item = evidence(ada)
    assert [expert.handle for expert in queries.experts_for_index([ada.id])] == [ada.handle]
    assert [found.title for found in queries.evidence_for_index([item.id])] == ["Coated nanotubes"]
    saved(ada, **hidden)
    assert queries.experts_for_index([ada.id]) == []
    assert queries.evidence_for_index([item.id]) == []
    assert list(queries.evidence_ids_of(ada.id)) == [item.id]


def test_a_suspended_person_is_not_found_and_search_is_told(ada):
    saved(ada, **SENSORS)
    version = queries.experts_for_index()[0].version
    with work.unit():
        accounts.suspend(actor=SYSTEM, person=ada, reason="Spam.")
    delivery.deliver_all()
    assert queries.experts_for_index() == []
    with pytest.raises(NotFound):
        queries.public_profile(ANONYMOUS, ada.handle)
    assert queries.own_profile(ada.id).version > version
    assert "ProfileChanged" in [row.kind for row in db.session.query(journal.JournalRow).order_by(journal.JournalRow.id.desc()).limit(2)]


def test_a_pseudonym_shows_neither_name_nor_organisations(ada):
    people.organisation(ada, "Acme Sensors")
    saved(ada, **SENSORS)
    assert queries.public_profile(ANONYMOUS, ada.handle).organisations == [("acme-sensors", "Acme Sensors")]
    saved(ada, name_shown=False)
    shown = queries.public_profile(ANONYMOUS, ada.handle)
    assert (shown.name, shown.organisations, shown.pseudonymous) == (ada.handle, [], True)
    assert queries.experts_for_index()[0].name == ada.handle


def test_an_unconfirmed_address_is_told(app):
    bob = people.person("Bob", verified=False)
    saved(bob, **SENSORS)
    assert not queries.public_profile(ANONYMOUS, bob.handle).verified


def test_available_later_needs_a_day_in_the_future(ada):
    for day in (None, date(2026, 11, 21)):
        with pytest.raises(Invalid) as refused:
            saved(ada, availability=Availability.LATER, available_from=day)
        assert set(refused.value.fields) == {"available_from"}
    assert db.session.query(Profile).count() == 0
    saved(ada, availability=Availability.LATER, available_from=date(2027, 3, 1))
    assert saved(ada, headline="Back in March").available_from == date(2027, 3, 1)
    assert saved(ada, availability=Availability.OPEN).available_from is None


def test_nobody_but_people_has_a_profile(app):
    for actor in (ANONYMOUS, SYSTEM):
        with pytest.raises(NotSignedIn):
            operations.save_profile(actor=actor, headline="x")
        with pytest.raises(NotSignedIn):
            operations.add_evidence(actor=actor, kind=EvidenceKind.OTHER, title="x")


def test_evidence_is_added_changed_and_removed_and_search_is_told_each_time(ada):
    item = evidence(ada, url="https://example.org/paper")
    work.start_writing()
    actor = people.actor_of(ada)
    operations.change_evidence(actor=actor, evidence=queries.own_evidence(actor, item.id), title="Better title")
    assert journal.pending_kinds() == ["EvidenceChanged"]
    work.commit()
    assert [found.title for found in queries.evidence_of(ada.id)] == ["Better title"]
    with work.unit():
        operations.remove_evidence(actor=actor, evidence=queries.own_evidence(actor, item.id))
        assert journal.pending_kinds() == ["EvidenceChanged"]
    assert list(queries.evidence_of(ada.id)) == []


def test_evidence_is_listed_by_year_the_undated_last(ada):
    for title, year in (("old", 1999), ("undated", None), ("new", 2025)):
        evidence(ada, title=title, year=year)
    assert [item.title for item in queries.evidence_of(ada.id)] == ["new", "old", "undated"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "javascript:alert(1)"),
        ("url", "ftp://example.org/file"),
        ("url", "https://user:secret@example.org/"),
        ("url", "https://localhost/x"),
        ("url", "https://exa mple.org"),
        ("year", 1899),
        ("year", 2028),
        ("title", "   "),
    ],
)
def test_bad_evidence_is_refused_and_changes_nothing(ada, field, value):
    item = evidence(ada)
    with pytest.raises(Invalid) as refused:
        evidence(ada, **{field: value})
    assert set(refused.value.fields) == {field}
    actor = people.actor_of(ada)
    with pytest.raises(Invalid), work.unit():
        operations.change_evidence(actor=actor, evidence=queries.own_evidence(actor, item.id), **{field: value})
    assert db.session.query(EvidenceItem).count() == 1
    kept = queries.own_evidence(actor, item.id)
    assert (kept.title, kept.year, kept.url) == ("Coated nanotubes", 2023, "")


def test_another_persons_evidence_can_neither_be_opened_nor_touched(ada):
    item, mallory = evidence(ada), people.actor_of(people.person("Mallory"))
    with pytest.raises(NotFound):
        queries.own_evidence(mallory, item.id)
    with pytest.raises(NotAllowed):
        operations.change_evidence(actor=mallory, evidence=item, title="Mine now")
    with pytest.raises(NotAllowed):
        operations.remove_evidence(actor=mallory, evidence=item)
    work.rollback()
    assert [found.title for found in queries.evidence_of(ada.id)] == ["Coated nanotubes"]


def test_there_is_an_end_to_evidence(ada, monkeypatch):
    monkeypatch.setattr(rules, "MOST_EVIDENCE", 2)
    evidence(ada)
    evidence(ada)
    with pytest.raises(NotNow):
        evidence(ada)
    assert queries.evidence_count(ada.id) == 2


def test_the_gaps_name_what_is_missing(ada):
    profile = saved(ada, headline="Biosensors", skills=["a", "b"])
    assert rules.gaps(profile, 0) == ["bio", "skills", "sectors", "languages", "evidence"]
    assert rules.gaps(saved(ada, **(SENSORS | {"skills": ["a", "b", "c"]})), 1) == []
