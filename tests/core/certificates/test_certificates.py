"""Certificates: what one says is signed; an altered, withdrawn or foreign one is refused with the reason."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.core.certificates import operations, queries, rules
from hub.core.certificates.models import Certificate
from hub.core.certificates.pages import sheet
from hub.core.certificates.rules import Standing
from hub.core.disputes.rules import Side
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import NotAllowed, NotFound, NotNow
from tests.factories import people
from tests.factories import reputation as making
from tests.factories.money import refused


@pytest.fixture
def world(app):
    owner, solver = people.person("Heron"), people.person("丹顶鹤")
    house = people.organisation(owner, "汉水冷链")
    with work.unit():
        deal = making.finished(Side(organisation_id=house.id), Side(person_id=solver.id))
        making.rate(deal, people.actor_of(owner), 5)
        making.rate(deal, people.actor_of(solver), 4)
    return owner, solver, house


def issued(person, **said) -> Certificate:
    with work.unit():
        return operations.issue(actor=people.actor_of(person), **said)


def test_it_says_what_the_record_says_and_anybody_can_check_it(client, world):
    owner, solver, house = world
    made = issued(solver)
    assert (made.statement["name"], made.statement["deals"], made.statement["score"]) == ("丹顶鹤", 1, "3.8")
    assert made.statement["answers"] == "" and queries.checked(made).genuine
    page = client.get(made.path)
    assert "genuine, and it stands" in page.text and "丹顶鹤" in page.text
    assert client.get(f"/api/v1/certificates/{made.code}").get_json()["standing"] == "current"
    assert client.get("/reputation/certificates/unknown").status_code == 404
    assert issued(solver, named="handle").statement["name"] == solver.handle
    assert issued(owner, organisation=house.slug).statement["kind"] == "organisation"
    printed = sheet(made)
    assert printed.startswith(b"%PDF") and len(printed) < 60_000


def test_an_altered_one_is_refused_with_the_reason(client, world):
    _, solver, _ = world
    made = issued(solver)
    told = {"statement": dict(made.statement), "signature": made.signature}
    assert (queries.checked_file(told).genuine, queries.checked_file(told).standing) == (True, Standing.CURRENT)
    for name, value in {"deals": 50, "score": "4.9", "name": "Somebody", "key_id": "0" * 16, "format": "x"}.items():
        altered = queries.checked_file({**told, "statement": {**told["statement"], name: value}})
        assert not altered.genuine and altered.findings[-1].says
    for bad in (None, [], {"statement": 5}, {"statement": told["statement"]}, {**told, "signature": "ab"}, {**told, "signature": 5}):
        assert not queries.checked_file(bad).genuine
    with work.unit():
        db.session.execute(update(Certificate).values(statement={**made.statement, "deals": 50}))
    page = client.get(made.path).text
    assert "not genuine" in page and "The signature does not fit" in page


def test_a_withdrawn_one_and_one_of_last_year_do_not_stand(client, world):
    owner, solver, _ = world
    made, old = issued(solver), issued(solver)
    refused("not_allowed", NotAllowed, lambda: operations.withdraw(actor=people.actor_of(owner), certificate=made))
    with pytest.raises(NotFound):
        queries.get_for(people.actor_of(owner), made.id)
    assert queries.checked(made).standing is Standing.CURRENT
    with work.unit():
        operations.withdraw(actor=people.actor_of(solver), certificate=made)
    refused("withdrawn", NotNow, lambda: operations.withdraw(actor=people.actor_of(solver), certificate=made))
    assert "it was withdrawn" in client.get(made.path).text
    with clock.at(old.until):
        assert queries.checked(old).standing is Standing.EXPIRED
    with clock.at(old.until - timedelta(seconds=1)):
        assert queries.checked(old).standing is Standing.CURRENT


def test_without_a_finished_deal_and_for_others_there_is_none(world):
    owner, solver, house = world
    refused("no_deals", NotNow, lambda: operations.issue(actor=people.actor_of(owner)))
    refused("not_allowed", NotAllowed, lambda: operations.issue(actor=people.actor_of(solver), organisation=house.slug))
    assert db.session.query(Certificate).count() == 0


def test_whatever_stands_in_a_certificate_s_file_is_answered(client, world):
    told = issued(world[1])
    for name in rules.KNOWN:
        for odd in ([], {}, 1.5, None):
            said = {"statement": {**told.statement, name: odd}, "signature": odd}
            answer = client.post("/reputation/verify", data={"text": json.dumps(said)})
            assert answer.status_code == 200 and "not genuine" in answer.text
