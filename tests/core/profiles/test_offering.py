"""How much time somebody has and until when, what languages they have, and what they have done here."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.communities.credit import operations as credit
from hub.communities.credit.states import Kind
from hub.core.profiles import operations, queries, rules
from hub.core.profiles.states import Availability, Fluency, Terms
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS
from hub.kernel.errors import Invalid
from hub.search.index import documents
from hub.web import deeds
from tests.conftest import NOON
from tests.factories import entries as make
from tests.factories import people, spaces

TODAY = NOON.date()
FORM = {
    "version": "0",
    "headline": "Sensors",
    "availability": "open",
    "visible": "1",
    "is_expert": "1",
    "name_shown": "1",
    "record_shown": "1",
}


@pytest.fixture
def ada(app):
    return people.person("Ada Solver")


def saved(person, **content):
    with work.unit():
        return operations.save_profile(actor=people.actor_of(person), **{"visible": True, **content})


def shown(person):
    return queries.public_profile(ANONYMOUS, person.handle)


def test_availability_is_shown_until_its_day_and_then_not_said_since(ada, client):
    saved(
        ada,
        availability=Availability.LIMITED,
        hours_a_week=6,
        available_until=TODAY + timedelta(days=9),
        terms=[Terms.PRO_BONO, Terms.PAID],
    )
    found = shown(ada)
    assert (found.availability, found.hours_a_week, found.terms) == (Availability.LIMITED, 6, [Terms.PAID, Terms.PRO_BONO])
    with clock.at(NOON + timedelta(days=9)):
        assert shown(ada).availability is Availability.LIMITED
    with clock.at(NOON + timedelta(days=10)):
        found = shown(ada)
        assert (found.availability, found.hours_a_week, found.terms) == (None, None, [])
        assert "not said since" in client.get(f"/people/{ada.handle}").get_data(as_text=True)
        assert client.get(f"/api/v1/people/{ada.handle}").json["availability"] is None
        saved(ada, availability=Availability.OPEN, available_until=None)
        assert shown(ada).availability is Availability.OPEN


def test_without_a_day_it_holds_for_180_days_and_saving_other_things_does_not_renew_it(ada):
    saved(ada, availability=Availability.OPEN)
    with clock.at(NOON + timedelta(days=100)):
        saved(ada, headline="Something else")
    with clock.at(NOON + timedelta(days=180)):
        assert shown(ada).availability is Availability.OPEN
    with clock.at(NOON + timedelta(days=181)):
        assert shown(ada).availability is None


def test_later_becomes_open_and_search_is_told_on_the_day_once(ada):
    saved(ada, availability=Availability.LATER, available_from=TODAY + timedelta(days=5), available_until=TODAY + timedelta(days=8))
    versions = []
    for days in range(12):
        with clock.at(NOON + timedelta(days=days)), work.unit():
            operations.turn(today=clock.now().date())
            versions.append((queries.own_profile(ada.id).version, queries.experts_for_index()[0].availability))
    turned = [day for day in range(1, 12) if versions[day][0] != versions[day - 1][0]]
    assert turned == [5, 9]
    assert [versions[day][1] for day in (4, 5, 9)] == [Availability.LATER, Availability.OPEN, None]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"available_until": TODAY - timedelta(days=1)}, "available_until"),
        ({"hours_a_week": 0}, "hours_a_week"),
        ({"hours_a_week": 81}, "hours_a_week"),
        ({"availability": Availability.LATER, "available_from": date(2027, 3, 1), "available_until": date(2027, 2, 1)}, "available_until"),
    ],
)
def test_impossible_times_are_refused_and_change_nothing(ada, content, field):
    saved(ada, headline="Before")
    with pytest.raises(Invalid) as refused:
        saved(ada, headline="After", **content)
    assert set(refused.value.fields) == {field}
    assert queries.own_profile(ada.id).headline == "Before"


def test_languages_have_levels_and_names_in_both_languages(ada, client):
    people.sign_in(client, ada)
    form = FORM | {
        "languages": ["zh-Hant", "de", "", "de"],
        "language_level": ["native", "B2", "C1", ""],
        "hours_a_week": "12",
        "terms": ["paid"],
    }
    assert client.post("/settings/profile/expert", data=form).status_code == 302
    assert queries.own_profile(ada.id).language_levels == {"de": "B2", "zh-Hant": "native"}
    page = client.get(f"/people/{ada.handle}").get_data(as_text=True)
    assert "German (B2)" in page and "Traditional Chinese (native)" in page and "12 hours a week" in page and "Paid work" in page
    client.set_cookie("lang", "zh")
    page = client.get(f"/people/{ada.handle}").get_data(as_text=True)
    assert "德语" in page and "繁体中文" in page
    api = client.get(f"/api/v1/people/{ada.handle}").json
    assert (api["languages"], api["language_levels"]) == (["de", "zh-Hant"], {"de": "B2", "zh-Hant": "native"})
    key = people.api_headers(ada)
    for body, field in (
        ({"languages": ["klingon"]}, "languages.0"),
        ({"language_levels": {"en": "C9"}}, "language_levels.en.value"),
        ({"hours_a_week": "many"}, "hours_a_week"),
        ({"terms": ["equity"]}, "terms.0"),
    ):
        answer = client.patch("/api/v1/me/profile", json=body, headers=key)
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert client.patch("/api/v1/me/profile", json={"languages": ["EN", "pt_br"]}, headers=key).json["languages"] == ["en", "pt-BR"]
    assert queries.own_profile(ada.id).language_levels == {}


def test_a_refused_form_keeps_languages_and_levels(ada, client):
    people.sign_in(client, ada)
    form = FORM | {"languages": ["de"], "language_level": ["B2"], "hours_a_week": "900", "terms": ["paid"]}
    answer = client.post("/settings/profile/expert", data=form)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert '<option value="de" selected' in text and '<option value="B2" selected' in text and 'value="900"' in text
    assert queries.own_profile(ada.id) is None


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12) | st.sampled_from(["en", "ZH_hans_cn", "pt-BR", "xx", "en-XX", "zh-Zzzz", "de-DE-1996", "i-klingon", "C", ""]))
def test_a_language_code_is_known_and_stays_itself_or_is_none(said):
    code = rules.language_code(said)
    assert code == "" or (rules.language_code(code) == code and rules.language_name(code, "zh") and rules.language_name(code, "en"))


def test_search_shows_what_holds_and_is_narrowed_by_language_and_availability(ada):
    saved(
        ada, languages=["pt-BR", "zh"], language_levels={"zh": Fluency.NATIVE, "pt-BR": Fluency.B2}, hours_a_week=6, terms=[Terms.PRO_BONO]
    )
    (document,) = documents.experts([ada.id])
    assert (document.language, document.status) == ("zh pt", "expert-open")
    assert document.facts["plain"] == ["Português B2"]
    assert ["%(n)s hours a week", {"n": 6}] in document.facts["words"]
    assert ["native: %(languages)s", {"languages": "中文"}] in document.facts["words"]
    with clock.at(NOON + timedelta(days=200)):
        (document,) = documents.experts([ada.id])
        assert (document.status, len(document.facts["words"])) == ("", 1)


def test_a_track_record_counts_public_facts_by_year_and_only_if_its_person_wants(ada, client):
    saved(ada)
    assert deeds.of("person", ada.id) == []
    actor = people.actor_of(ada)
    with work.unit():
        space = spaces.space(actor)
        for year, times in ((2024, 1), (2026, 2)):
            with clock.at(NOON.replace(year=year)):
                for _ in range(times):
                    credit.record(actor=actor, space=space, person_id=ada.id, kind=Kind.DATA)
    (deed,) = deeds.of("person", ada.id)
    assert (deed.name, deed.total, deed.years) == ("contributions", 3, [(2026, 2), (2024, 1)])
    assert "Track record" in client.get(f"/people/{ada.handle}").get_data(as_text=True)
    assert client.get(f"/api/v1/people/{ada.handle}").json["record"][0]["years"] == [[2026, 2], [2024, 1]]
    saved(ada, record_shown=False)
    assert "Track record" not in client.get(f"/people/{ada.handle}").get_data(as_text=True)
    assert client.get(f"/api/v1/people/{ada.handle}").json["record"] == []


def test_all_rooms_are_asked_in_one_statement(ada, monkeypatch):
    asked = []
    execute = db.session.execute
    monkeypatch.setattr(db.session, "execute", lambda *args, **kwargs: asked.append(args) or execute(*args, **kwargs))
    deeds.of("person", ada.id)
    deeds.of("organisation", 1)
    assert len(asked) == 2


@pytest.mark.parametrize("named", [True, False])
def test_a_prize_counts_for_who_won_it_and_for_a_seeker_who_is_named(app, named):
    made, award = make.selected(seeker_shown=named)
    winner, other = made.solvers
    assert deeds.of("person", winner.id) == []
    with work.unit():
        make.accept(award, people.actor_of(winner))
    (won,) = deeds.of("person", winner.id)
    assert (won.name, won.total, won.years) == ("entries_won", 1, [(NOON.year, 1)])
    assert deeds.of("person", other.id) == []
    paid = [deed.name for deed in deeds.of("organisation", made.challenge.organisation_id)]
    assert paid == (["prizes_paid"] if named else [])
