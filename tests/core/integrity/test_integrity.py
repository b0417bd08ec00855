"""Quiet flags: what ties people, who judges it, and that nothing happens by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub.core.integrity import operations, queries, rules
from hub.core.integrity.models import IntegrityFlag, SignInTrace
from hub.core.integrity.rules import How, Kind
from hub.core.integrity.states import State
from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.core.payouts.models import Payout
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import last_id
from hub.kernel import clock
from hub.kernel.errors import Invalid, NotAllowed, NotFound, NotNow
from hub.web import todo
from tests.factories import challenges as contest
from tests.factories import entries as entering
from tests.factories.documents import accepted, everything_on_disk
from tests.factories.people import actor_of, api_headers, person, sign_in, signed_in

WHY = "They left that company three years ago."
HOME, PHONE = "93.184.216.34", "Mozilla/5.0 (iPhone) Safari/604.1"


@pytest.fixture
def scene(cast):
    cast.people["owl"] = person("Owl", consultant=True)
    return cast


def look(who, host, among=(), link="/challenges/ice"):
    with work.unit():
        return operations.look(
            subject=f"entry:{who.person_id}", title="Ice", link=link, person_id=who.person_id, host_id=host.id,
            among=[one.person_id for one in among],
        )  # fmt: skip


def sees(who, ip=HOME, browser=PHONE):
    """Signs in from there."""
    with work.unit():
        signed_in(email=who.email, password="demo-pass", ip=ip, user_agent=browser)
    delivery.deliver_all()


def what(flags) -> set[tuple]:
    return {(flag.kind, flag.how, flag.other_id) for flag in flags}


def test_the_seekers_own_people_are_noticed_by_membership_address_and_word(scene):
    with work.unit():
        organisations.change(actor=scene.owner, organisation=scene.company, website="https://www.acme.example")
    at_work, elsewhere = (actor_of(person(email=f"x@{domain}")) for domain in ("lab.acme.example", "notacme.example"))
    with work.unit():
        operations.declare(actor=scene.stranger, organisation=f"/orgs/{scene.company.slug}")
    assert what(look(scene.member, scene.company)) == {(Kind.AFFILIATION, How.MEMBER, None)}
    assert what(look(at_work, scene.company)) == {(Kind.AFFILIATION, How.DOMAIN, None)}
    assert what(look(scene.stranger, scene.company)) == {(Kind.AFFILIATION, How.DECLARED, None)}
    assert look(elsewhere, scene.company) == look(scene.solver, scene.company) == []


def test_one_hand_is_noticed_by_address_device_and_account(scene):
    for name, ip, browser in (
        ("solver", HOME, PHONE),
        ("stranger", HOME, "Other"),
        ("member", HOME, PHONE),
        ("finance", "9.9.9.9", PHONE),
    ):
        sees(scene.people[name], ip, browser)
    for name, destination in (("solver", "GB33 BUKB 2020 1555 5555 55"), ("owner", "gb33bukb20201555555555")):
        with work.unit():
            db.session.add(
                Payout(
                    owner_kind="person", owner_id=getattr(scene, name).person_id, minor=100, currency="EUR", destination=destination,
                    created_at=clock.now(),
                )
            )  # fmt: skip
    scene.breaks_the_books = True
    ids = {name: getattr(scene, name).person_id for name in scene.people}
    found = look(scene.solver, scene.company, among=[scene.stranger, scene.admin])
    assert what(found) == {
        (Kind.PAYOUT, How.DESTINATION, ids["owner"]), (Kind.DEVICE, How.SEEN, ids["member"]), (Kind.ADDRESS, How.SEEN, ids["stranger"]),
    }  # fmt: skip
    before = last_id()
    assert look(scene.solver, scene.company, among=[scene.stranger]) == look(scene.stranger, scene.company, among=[scene.solver])[2:] == []
    assert last_id() >= before


def test_of_addresses_and_devices_only_keyed_hashes_are_kept_and_not_for_ever(scene):
    key = "site-key"
    assert rules.traces(key, "2a00:1450:4001:81b::1", PHONE).keys() == rules.traces(key, HOME, PHONE).keys()
    for inside in ("10.1.2.3", "192.168.0.9", "127.0.0.1", "fe80::1", "", "nonsense"):
        assert rules.traces(key, inside, PHONE) == {}
    same = rules.network("2a00:1450:4001:81b::200e"), rules.network("2a00:1450:4001:81b:ffff::1")
    assert same[0] == same[1] != rules.network("2a00:1450:4001:81c::200e")
    assert rules.traces(key, HOME, PHONE) != rules.traces("other", HOME, PHONE)
    ip = "8.8.4.4"
    with work.unit():
        operations.note_traces(person_id=scene.solver.person_id, ip=ip, user_agent="Very special browser", site_key=key)
        operations.note_traces(person_id=scene.solver.person_id, ip=ip, user_agent="Very special browser", site_key=key)
    assert db.session.scalar(select(func.count()).select_from(SignInTrace)) == 2
    assert b"Very special browser" not in everything_on_disk() and ip.encode() not in everything_on_disk()
    clock.advance(rules.REMEMBERED + timedelta(seconds=1))
    with work.unit():
        operations.forget_traces()
    assert db.session.scalar(select(func.count()).select_from(SignInTrace)) == 0


def test_the_same_document_on_two_accounts_is_noticed(scene):
    accepted(scene.solver, scene.admin)
    delivery.deliver_all()
    assert db.session.scalar(select(IntegrityFlag.id)) is None
    accepted(scene.stranger, scene.admin)
    delivery.deliver_all()
    (flag,) = db.session.scalars(select(IntegrityFlag))
    assert (flag.kind, flag.person_id, flag.other_id) == (Kind.DOCUMENT, scene.stranger.person_id, scene.solver.person_id)


def test_staff_judge_with_a_reason_and_nobody_else_hears_of_it(scene):
    (flag,) = look(scene.member, scene.company)
    assert [one.href for one in todo.todos(scene.owl)] == [flag.path] and todo.todos(scene.member) == []
    assert (
        db.session.scalar(select(Notification.id).where(Notification.person_id == scene.member.person_id, Notification.link == flag.path))
        is None
    )
    for outsider in (scene.member, scene.owner, scene.solver):
        with pytest.raises(NotFound):
            queries.get_for(outsider, flag.id)
        with pytest.raises(NotAllowed), work.unit():
            operations.dismiss(actor=outsider, flag=flag, reason=WHY)
    with pytest.raises(Invalid), work.unit():
        operations.dismiss(actor=scene.owl, flag=flag, reason="no")
    with work.unit():
        operations.dismiss(actor=scene.owl, flag=flag, reason=WHY)
    assert (flag.state, flag.reason, todo.todos(scene.owl)) == (State.DISMISSED, WHY, [])
    with pytest.raises(NotNow), work.unit():
        operations.settle(actor=scene.admin, flag=flag, reason=WHY)
    assert look(scene.member, scene.company) == [], "what was dismissed stays dismissed"


def test_staff_do_not_see_flags_about_themselves_or_their_organisations(scene):
    with work.unit():
        operations.declare(actor=scene.owl, organisation=scene.company.slug)
    (flag,) = look(scene.owl, scene.company)
    with pytest.raises(NotFound):
        queries.get_for(scene.owl, flag.id)
    assert queries.queue(scene.owl, [State.OPEN])[1] == 0 and queries.queue(scene.admin, [State.OPEN])[1] == 1


def test_sealing_an_entry_has_it_looked_at(scene):
    with work.unit():
        operations.declare(actor=scene.solver, organisation=scene.company.slug)
        challenge = contest.challenge(scene.company, scene.owner, "open")
    with work.unit():
        entering.seal(challenge, scene.solver)
    delivery.deliver_all()
    (flag,) = db.session.scalars(select(IntegrityFlag))
    assert (flag.kind, flag.how, flag.link, flag.state) == (Kind.AFFILIATION, How.DECLARED, f"/challenges/{challenge.slug}", State.OPEN)


def test_the_doors(scene, client):
    (flag,) = look(scene.member, scene.company)
    sign_in(client, scene.people["owl"])
    assert "Belongs to the organisation that asks" in client.get("/integrity").get_data(as_text=True)
    assert "a member of the organisation" in client.get(flag.path).get_data(as_text=True)
    refused = client.post(f"{flag.path}/settle", data={"reason": "hm"})
    assert refused.status_code == 422 and "hm</textarea>" in refused.get_data(as_text=True)
    answer = client.post(f"/api/v1/integrity/flags/{flag.id}/settle", json={"reason": WHY}, headers=api_headers(scene.people["owl"]))
    assert answer.json["state"] == "acted"
    sign_in(client, scene.people["solver"])
    wrong = client.post("/settings/affiliations", data={"organisation": "nowhere"})
    assert wrong.status_code == 422 and 'value="nowhere"' in wrong.get_data(as_text=True)
    client.post("/settings/affiliations", data={"organisation": scene.company.slug})
    assert "Acme" in client.get("/settings/affiliations").get_data(as_text=True)
    client.post(f"/settings/affiliations/{scene.company.id}/end")
    assert queries.affiliations(scene.solver.person_id) == []
