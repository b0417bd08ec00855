"""People with two hats, people whose address is not confirmed, people who were suspended: the same doors, seen again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.organisations import operations as organisations
from hub.core.organisations.models import Organisation
from hub.db import work
from hub.kernel.actor import Role
from tests.house.matrix import places
from tests.house.matrix.rows import ROWS
from tests.house.matrix.table import ADMIN, CONSULTANT, SIGNED, STOPPED, Row, post
from tests.house.matrix.world import COOKIE, World

REVIEWS = [
    row
    for row in ROWS
    if row.writes and row.yes >= CONSULTANT and "owner" not in row.yes and "in_review" in row.address and not row.ok >= STOPPED
]
"""What the site's people decide about what was sent to them; not what its state stops for everybody."""


@pytest.fixture
def changed(world: World) -> Iterator[World]:
    """The world, made anew afterwards."""
    yield world
    world.begin_anew()


@pytest.mark.parametrize("row", REVIEWS, ids=str)
@pytest.mark.parametrize("person", ["consultant", "admin"])
def test_nobody_reviews_what_their_own_organisation_sends(changed: World, row: Row, person: str):
    assert row.yes >= CONSULTANT | ADMIN
    with changed.app.app_context(), work.unit():
        meridian = places._one(Organisation, Organisation.slug == "meridian-foods")
        owner = places.actor("owner")
        organisations.add_member(actor=owner, organisation=meridian, email=places.EMAILS[person], role=Role.MEMBER)
    before = changed.fingerprints()
    assert changed.call(row, person).status_code == 403
    assert changed.fingerprints() == before


def test_the_reviews_are_among_the_rows():
    assert len(REVIEWS) >= 12, [str(row) for row in REVIEWS]


BINDING = [
    post("/orgs/new", SIGNED, send={"name": "A new one", "kind": "lab"}),
    post("/settings/keys", SIGNED, send={"name": "Script", "scopes": ["write"]}),
    post("/challenges/{open}/agreement", SIGNED, send={"seen_hash": "{entry_hash}", "agreed": "1"}),
    post("/challenges/{open}/enter", SIGNED),
]
"""What commits somebody: it takes a confirmed address."""


def signed_in(world: World, email: str) -> Any:
    client = world.app.test_client()
    assert client.post("/login", data={"email": email, "password": "demo"}).status_code == 302
    return client


@pytest.mark.parametrize("row", BINDING, ids=str)
def test_an_unconfirmed_address_binds_nobody(changed: World, row: Row):
    client = signed_in(changed, "fledgling@demo.example")
    before = changed.fingerprints()
    answer = client.post(row.path(changed.made.places), data=changed.filled(row.send))
    assert answer.status_code == 403
    assert changed.fingerprints() == before
    assert client.get("/challenges").status_code == client.get("/settings/security").status_code == 200, "looking is free"


def test_a_suspended_person_is_a_stranger_at_once(changed: World):
    with changed.app.app_context(), work.unit():
        owner = people.get(places.actor("owner").person_id or 0)
        accounts.suspend(actor=places.actor("admin"), person=owner, reason="Under suspicion")
    for row in ROWS:
        if "owner" in row.yes and not row.is_public and not row.writes:
            status = changed.call(row, "owner").status_code
            assert status == (401 if row.is_api else 302), row
    client = changed.app.test_client()
    assert client.post("/login", data={"email": "company@demo.example", "password": "demo"}).status_code in {401, 403, 422}


def test_who_leaves_an_organisation_loses_its_doors_at_once(changed: World):
    with changed.app.app_context(), work.unit():
        meridian = places._one(Organisation, Organisation.slug == "meridian-foods")
        manager = places.actor("manager").person_id or 0
        organisations.remove_member(actor=places.actor("owner"), organisation=meridian, person_id=manager)
    for row in ROWS:
        if "manager" in row.yes and "newcomer" not in row.yes and not row.writes:
            assert changed.call(row, "manager").status_code == row.denial("newcomer"), row


def test_signing_in_turns_the_session_round(changed: World):
    """The cookie of before is worth nothing afterwards, and a signed-out one neither."""
    client = signed_in(changed, "company@demo.example")
    old = client.get_cookie(COOKIE).value
    assert client.post("/login", data={"email": "company@demo.example", "password": "demo"}).status_code == 302
    replay = changed.app.test_client()
    replay.set_cookie(COOKIE, old)
    assert replay.get("/home").status_code == 302
    new = client.get_cookie(COOKIE).value
    client.post("/logout")
    replay.set_cookie(COOKIE, new)
    assert replay.get("/home").status_code == 302
