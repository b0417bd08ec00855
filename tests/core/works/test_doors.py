"""Lists are looked at, ticked and taken in: at the page, at the API, once."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from hub.core.profiles import operations as profiles
from hub.core.profiles import queries as profile
from hub.core.profiles import rules as limits
from hub.core.profiles.states import EvidenceKind
from hub.core.works import operations, queries
from hub.core.works.models import EvidenceDraft
from hub.core.works.states import Fate
from hub.db import journal, work
from hub.db.extensions import db
from hub.db.retention import aging, forget
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS
from hub.kernel.errors import Invalid, NotFound, NotSignedIn
from tests.core.works.test_reading import BIBTEX, RIS
from tests.factories import people

START = "/settings/profile/evidence/import"
API = "/api/v1/me/evidence"


@pytest.fixture
def ada(app):
    return people.person("Ada Solver")


def looked(person, text=RIS):
    with work.unit():
        return operations.look(actor=people.actor_of(person), found=queries.read(text.encode()))


def taken(person, draft, take=None):
    with work.unit():
        return operations.bring_in(actor=people.actor_of(person), draft=draft, take=take)


def titles(person):
    return [item.title for item in profile.evidence_of(person.id)]


def test_a_file_is_looked_at_ticked_and_taken_in_and_the_second_time_adds_nothing(client, ada):
    people.sign_in(client, ada)
    assert client.get(START).status_code == 200
    sent = client.post(START, data={"file": (io.BytesIO(BIBTEX.encode("utf-16")), "mine.bib"), "text": "", "source": ""})
    assert sent.status_code == 302
    assert titles(ada) == []
    page = client.get(sent.location).get_data(as_text=True)
    for shown in ("Schönau", "mine.bib", "It has no title.", "10.9999/abc.1", "A strip"):
        assert shown in page
    ticks = re.findall(r'name="take" value="(\d+)"[^>]*checked', page)
    assert sorted(ticks) == ["0", "1", "2", "3"]
    answer = client.post(sent.location, data={"take": ["0", "1"]})
    assert answer.status_code == 302
    assert titles(ada) == ["The CNT of Schönau, Gérard and Ångström", "A strip"]
    assert client.get(sent.location).status_code == 404
    again = client.post(START, data={"text": BIBTEX})
    page = client.get(again.location).get_data(as_text=True)
    assert "same as one of yours" in page
    assert client.post(again.location, data={"take": ["0", "1", "2"]}).status_code == 302
    assert len(titles(ada)) == 3
    public = client.get("/api/v1/me/evidence", headers=people.api_headers(ada)).json["items"]
    assert {item["doi"] for item in public} == {"", "10.9999/abc.1"}


def test_a_refused_list_keeps_what_was_pasted_and_nothing_ticked_keeps_the_page(client, ada):
    people.sign_in(client, ada)
    bad = client.post(START, data={"text": "Dear all", "source": "ris"})
    assert bad.status_code == 422
    assert "Dear all" in bad.get_data(as_text=True) and "neither an ORCID record" in bad.get_data(as_text=True)
    assert client.post(START, data={"text": ""}).status_code == 422
    sent = client.post(START, data={"text": RIS})
    none = client.post(sent.location, data={})
    assert none.status_code == 422
    assert "Choose at least one." in none.get_data(as_text=True)
    assert client.post(sent.location, data={"take": "77"}).status_code == 422
    assert titles(ada) == []


def test_the_api_looks_takes_in_and_repeats_nothing(client, ada):
    key = people.api_headers(ada)
    seen = client.post(f"{API}/preview", json={"text": RIS}, headers=key)
    assert seen.status_code == 201
    assert [(item["number"], item["fate"], item["year"]) for item in seen.json["items"]] == [(0, "new", 2022), (1, "new", 2018)]
    assert seen.json["unread"] == [{"place": 16, "name": "Broken off", "why": "It is broken off, or its brackets do not match."}]
    url = f"{API}/preview/{seen.json['id']}"
    assert client.get(url, headers=key).json == seen.json
    made = [client.post(f"{url}/import", json={}, headers=key | {"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json == made[1].json and made[0].json["added"] == 2
    assert client.post(f"{url}/import", json={}, headers=key).status_code == 404
    again = client.post(f"{API}/preview", json={"text": RIS, "source": "ris"}, headers=key).json
    assert [(item["fate"], item["same_as"]) for item in again["items"]] == [("same", "Drift of printed sensors"), ("same", "冷链标签")]
    nothing = client.post(f"{API}/preview/{again['id']}/import", json={}, headers=key)
    assert (nothing.status_code, nothing.json["code"]) == (422, "import_nothing_chosen")
    wrong = client.post(f"{API}/preview", json={"text": RIS, "source": "bibtex"}, headers=key)
    assert (wrong.status_code, wrong.json["code"], list(wrong.json["errors"])) == (422, "import_wrong_format", ["file"])
    assert len(titles(ada)) == 2


def test_the_same_is_known_by_its_doi_or_by_its_title_and_year(ada):
    with work.unit():
        for item in (
            {"title": "DRIFT of printed—sensors!", "year": None},
            {"title": "Otherwise called", "url": "https://doi.org/10.9999/RIS.2"},
            {"title": "A later year", "year": 2001},
        ):
            profiles.add_evidence(actor=people.actor_of(ada), kind=EvidenceKind.PUBLICATION, **item)
    text = RIS + "ER  -\nTY  - JOUR\nTI  - New title\nDO  - 10.9999/ris.2\nER  -\nTY  - JOUR\nTI  - A later year\nPY  - 2002\nER  -\n"
    text += "TY  - JOUR\nTI  - A LATER YEAR\nPY  - 2002\nER  -\n"
    rows = queries.preview(looked(ada, text)).rows
    assert [(row.fate.value, row.same_as) for row in rows] == [
        ("same", "DRIFT of printed—sensors!"), ("new", ""), ("new", ""), ("same", "Otherwise called"), ("new", ""), ("twice", "A later year"),
    ]  # fmt: skip


def test_what_stands_twice_comes_in_once_however_much_is_ticked(ada):
    one = "TY  - JOUR\nTI  - Twice\nPY  - 2020\nER  -\n"
    found = taken(ada, looked(ada, one + one), take=[0, 1])
    assert (found.added, found.same, titles(ada)) == (1, 1, ["Twice"])


def test_the_limit_stays_and_says_how_many_fit(ada, monkeypatch):
    monkeypatch.setattr(limits, "MOST_EVIDENCE", 1)
    draft = looked(ada)
    with pytest.raises(Invalid) as refused:
        taken(ada, draft)
    assert refused.value.code == "import_no_room"
    assert titles(ada) == []
    assert taken(ada, queries.draft_for(people.actor_of(ada), draft.id), take=[1]).added == 1


def test_looking_writes_no_evidence_and_each_item_taken_in_is_told_to_search(ada):
    before = journal.last_id()
    draft = looked(ada)
    assert journal.last_id() == before
    taken(ada, draft)
    told = db.session.query(journal.JournalRow).where(journal.JournalRow.id > before).all()
    assert [row.kind for row in told] == ["EvidenceChanged"] * 2


def test_a_list_is_its_owners_alone_the_latest_and_forgotten_after_a_day(ada):
    first = looked(ada)
    mallory = people.actor_of(people.person("Mallory"))
    with pytest.raises(NotFound):
        queries.draft_for(mallory, first.id)
    with pytest.raises(NotSignedIn):
        operations.look(actor=ANONYMOUS, found=queries.read(RIS.encode()))
    work.rollback()
    second = looked(ada)
    assert [draft.id for draft in queries.drafts_of(ada.id)] == [second.id]
    kind = aging()["works_looked_at"]
    with work.unit():
        assert forget(kind, clock.now() - timedelta(days=1), 100) == 0
        assert forget(kind, clock.now() + timedelta(minutes=1), 100) == 1
    assert db.session.query(EvidenceDraft).count() == 0


def test_a_long_list_beside_a_full_record_is_compared_in_a_moment_and_as_before(ada):
    long = "Erkennung von Rissen 在汉水冷链 " * 9
    text = "".join(f"TY  - JOUR\nTI  - {long}{number}\nPY  - 2020\nER  - \n" for number in range(1000))
    taken(ada, looked(ada, text), take=[*range(limits.MOST_EVIDENCE)])
    counted: list[str] = []

    def likeness(title):
        counted.append(title)
        return known(title)

    known = limits.likeness
    limits.likeness = likeness
    try:
        found = queries.preview(looked(ada, text))
    finally:
        limits.likeness = known
    assert len(found.of(Fate.SAME)) == limits.MOST_EVIDENCE and len(found.of(Fate.NEW)) == 900
    assert len(counted) < 5_000


def test_of_a_work_that_stands_in_a_list_many_times_one_is_taken_in(ada):
    draft = looked(ada, "TY  - JOUR\nTI  - Drift\nPY  - 2020\nER  - \n" * 40)
    assert taken(ada, draft, take=[*range(1, 40)]).added == 1 and titles(ada) == ["Drift"]
