"""The administrators' desk and the engine room."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.db import journal, work
from hub.db.delivery import deliver_due, run_periodic
from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState, JournalRow, reacts_to
from hub.guide.admin import operations, queries
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import NotAllowed, NotNow
from hub.search.index import engines
from tests.factories.people import actor_of, person, sign_in


@dataclass(frozen=True)
class BellRang:
    number: int


broken = {"now": True}
heard: list[int] = []


@reacts_to(BellRang)
def hear(event: BellRang, fact: journal.Fact) -> None:
    if broken["now"]:
        raise RuntimeError("the line is <dead>")
    heard.append(event.number)


@pytest.fixture
def dead(app: Flask) -> Delivery:
    """A delivery that was tried too often."""
    broken["now"] = True
    heard.clear()
    with work.unit():
        journal.record(BellRang(7), actor=SYSTEM, subject="bell:7")
    deliver_due()
    with work.unit():
        delivery = db.session.scalars(select(Delivery).where(Delivery.reaction.endswith("hear"))).one()
        delivery.state, delivery.attempts = DeliveryState.DEAD, 8
    return delivery


def test_the_desk_counts_what_waits(client: FlaskClient, dead: Delivery):
    sign_in(client, person(admin=True))
    text = client.get("/admin").text
    assert "1 delivery was given up" in text
    for place in ("/admin/payments", "/admin/payouts", "/admin/ledger", "/admin/audit", "/admin/jobs", "/admin/people", "/admin/imports"):
        assert f'href="{place}"' in text


@pytest.mark.parametrize("address", ["/admin", "/admin/jobs"])
def test_only_administrators_come_in(client: FlaskClient, app: Flask, address: str):
    assert "/login" in client.get(address).headers["Location"]
    sign_in(client, person(consultant=True))
    assert client.get(address).status_code == 403


def test_a_given_up_delivery_is_shown_with_its_error_and_tried_again(client: FlaskClient, dead: Delivery):
    number = dead.id
    sign_in(client, person(admin=True))
    text = client.get("/admin/jobs").text
    assert "BellRang" in text and "the line is &lt;dead&gt;" in text and "bell:7" in text
    broken["now"] = False
    assert client.post(f"/admin/jobs/{number}/revive").status_code == 302
    deliver_due()
    assert heard == [7]
    assert db.session.get(Delivery, number).state is DeliveryState.DONE
    assert "Nothing was given up" in client.get("/admin/jobs").text
    assert "DeliveryRevived" in db.session.scalars(select(JournalRow.kind)).all()


def test_nobody_else_revives(client: FlaskClient, dead: Delivery):
    number, stranger = dead.id, person(consultant=True)
    with pytest.raises(NotAllowed), work.unit():
        operations.revive(actor=actor_of(stranger), delivery=queries.delivery(number))
    sign_in(client, stranger)
    assert client.post(f"/admin/jobs/{number}/revive").status_code == 403
    assert db.session.get(Delivery, number).state is DeliveryState.DEAD


def test_only_dead_ones_are_revived(dead: Delivery):
    admin = actor_of(person(admin=True))
    with work.unit():
        operations.revive(actor=admin, delivery=queries.delivery(dead.id))
    with pytest.raises(NotNow), work.unit():
        operations.revive(actor=admin, delivery=queries.delivery(dead.id))


def test_an_unknown_delivery_is_not_found(client: FlaskClient):
    sign_in(client, person(admin=True))
    assert client.post("/admin/jobs/4711/revive").status_code == 404


def test_failing_ones_are_listed_before_they_are_given_up(client: FlaskClient, app: Flask):
    broken["now"] = True
    with work.unit():
        journal.record(BellRang(8), actor=SYSTEM)
    deliver_due()
    backlog = queries.backlog()
    assert (backlog.due, backlog.failing, backlog.dead) == (1, 1, 0)
    sign_in(client, person(admin=True))
    text = client.get("/admin/jobs").text
    assert "Failing, to be tried again" in text and "RuntimeError" in text


def test_many_dead_ones_come_in_pages(app: Flask, dead: Delivery, monkeypatch: pytest.MonkeyPatch, client: FlaskClient):
    with work.unit():
        for _ in range(4):
            db.session.add(Delivery(journal_id=dead.journal_id, reaction="x", state=DeliveryState.DEAD, attempts=8, next_at=dead.next_at))
    monkeypatch.setattr(queries, "SHOWN", 2)
    newest = queries.dead(limit=2)
    older = queries.dead(before=newest[1].id, limit=2)
    assert len(newest) == 3 and {job.id for job in newest[:2]}.isdisjoint({job.id for job in older})
    sign_in(client, person(admin=True))
    assert f"before={newest[1].id}" in client.get("/admin/jobs").text
    assert client.get("/admin/jobs?before=x").status_code == 200


def test_an_administrator_may_have_the_index_built_anew(client: FlaskClient, app: Flask):
    run_periodic()
    before = engines.current().generation()
    sign_in(client, person(admin=True))
    assert client.post("/admin/jobs/index").status_code == 302
    assert "being built" in client.get("/admin/jobs").text
    run_periodic()
    assert engines.current().generation() != before and not engines.current().needs_rebuild()
    assert "IndexRebuildAsked" in db.session.scalars(select(JournalRow.kind)).all()


def test_nobody_else_has_it_built(client: FlaskClient, app: Flask):
    run_periodic()
    sign_in(client, person(consultant=True))
    assert client.post("/admin/jobs/index").status_code == 403
    assert not engines.current().needs_rebuild()
