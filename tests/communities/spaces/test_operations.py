"""Founding, joining, charters and roles: what people may do, and that a refused act leaves nothing behind."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hub.communities.spaces import operations, queries
from hub.communities.spaces.models import CharterAcceptance, Space, SpaceCharter, SpaceMember
from hub.communities.spaces.rules import Licence
from hub.communities.spaces.states import Act, SpaceRole, State
from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.db import work
from hub.db.extensions import db
from hub.kernel.actor import ANONYMOUS, Role
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn
from tests.db.processes import together
from tests.factories import people, spaces

NEW_CHARTER = "We build soil sensors, and from now on also the loggers that go with them, for schools and small farms."


@pytest.fixture
def steward(app):
    return people.actor_of(people.person("Stella Steward"))


@pytest.fixture
def member(app):
    return people.actor_of(people.person("Mo Member"))


@pytest.fixture
def stranger(app):
    return people.actor_of(people.person("Stan Ger"))


@pytest.fixture
def space(steward, member):
    with work.unit():
        made = spaces.space(steward)
        spaces.join(made, member)
    return made


def told(actor) -> list[str]:
    return [note.text % note.values for note in db.session.scalars(select(Notification).where(Notification.person_id == actor.person_id))]


def test_the_founder_is_the_steward_and_has_accepted_the_charter(space, steward):
    seat = queries.seat(steward, space)
    assert (seat.role, seat.is_up_to_date) == (SpaceRole.STEWARD, True)
    assert space.path == "/communities/open-soil-sensors"
    assert db.session.scalars(select(SpaceCharter.number)).all() == [1]


def test_two_spaces_of_one_name_and_one_in_chinese_have_addresses_of_their_own(space, steward):
    with work.unit():
        found = [spaces.space(steward), spaces.space(steward, name="低成本土壤传感器"), spaces.space(steward, name="New")]
    assert [one.slug for one in found] == ["open-soil-sensors-2", "低成本土壤传感器", "new-2"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "x"}, "name"),
        ({"name": "n" * 81}, "name"),
        ({"summary": "short"}, "summary"),
        ({"charter": "Be nice."}, "charter"),
        ({"charter": "c" * 20_001}, "charter"),
    ],
)
def test_what_cannot_be_taken_is_named(steward, changes, field):
    with pytest.raises(Invalid) as refused, work.unit():
        spaces.space(steward, **changes)
    assert list(refused.value.fields) == [field]
    assert db.session.scalar(select(Space)) is None


def test_founding_takes_a_confirmed_address_and_a_managed_organisation(app, steward):
    unconfirmed = people.actor_of(people.person("Una Nown", verified=False))
    acme = people.organisation(people.person("Ola Owner"))
    for actor, changes, refusal in (
        (ANONYMOUS, {}, NotSignedIn),
        (unconfirmed, {}, NotAllowed),
        (steward, {"organisation_id": acme.id}, NotAllowed),
    ):
        with pytest.raises(refusal), work.unit():
            spaces.space(actor, **changes)
    assert db.session.scalar(select(Space)) is None


def test_joining_takes_the_charter_that_was_read(space, stranger, steward):
    with work.unit():
        operations.set_charter(actor=steward, space=space, charter=NEW_CHARTER, licence=space.licence, note="Loggers, too")
    with pytest.raises(Conflict) as refused, work.unit():
        operations.join(actor=stranger, space=space, seen=1)
    assert refused.value.code == "charter_changed"
    assert queries.role_in(space, stranger.person_id) is None
    with work.unit():
        operations.join(actor=stranger, space=space, seen=2)
        operations.join(actor=stranger, space=space, seen=2)
    assert queries.seat(stranger, space).is_up_to_date
    kept = db.session.scalars(select(CharterAcceptance).where(CharterAcceptance.person_id == stranger.person_id)).one()
    assert (kept.number, len(kept.hash)) == (2, 64)


def test_whoever_has_not_joined_or_not_confirmed_writes_nothing(app, space, member, stranger):
    unconfirmed = people.actor_of(people.person("Una Nown", verified=False))
    assert queries.require_seat(member, space).role is SpaceRole.MEMBER
    for actor, refusal, code in ((ANONYMOUS, NotSignedIn, "not_signed_in"), (stranger, NotAllowed, "join_first")):
        with pytest.raises(refusal) as refused:
            queries.require_seat(actor, space)
        assert refused.value.code == code
    with pytest.raises(NotAllowed) as refused, work.unit():
        operations.join(actor=unconfirmed, space=space, seen=1)
    assert refused.value.code == "unverified_address"


def test_a_changed_charter_is_told_to_all_and_asks_again(space, steward, member):
    with work.unit():
        operations.set_charter(actor=steward, space=space, charter=NEW_CHARTER, licence=Licence.CC_BY, note="Loggers, too")
    assert told(member) == ["The charter of “Open soil sensors” has changed. Read it and accept it before you write there again."]
    assert told(steward) == []
    with pytest.raises(NotAllowed) as refused:
        queries.require_seat(member, space)
    assert refused.value.code == "accept_first"
    assert queries.require_seat(steward, space).is_up_to_date
    assert db.session.execute(queries.waiting_for(member.person_id)).all() == [(space.name, space.slug, None)]
    with work.unit():
        operations.join(actor=member, space=space, seen=2)
    assert queries.require_seat(member, space).accepted == 2
    assert db.session.execute(queries.waiting_for(member.person_id)).all() == []


def test_the_same_charter_is_no_new_version_and_a_changed_one_says_why(space, steward):
    with work.unit():
        operations.set_charter(actor=steward, space=space, charter=space.charter, licence=space.licence, note="")
    with pytest.raises(Invalid) as refused, work.unit():
        operations.set_charter(actor=steward, space=space, charter=NEW_CHARTER, licence=space.licence, note=" ")
    assert list(refused.value.fields) == ["note"]
    db.session.refresh(space)
    assert space.charter_number == 1


def test_only_stewards_change_the_space(space, member, stranger):
    acts = (
        lambda actor: operations.edit(actor=actor, space=space, name="Mine now"),
        lambda actor: operations.set_charter(actor=actor, space=space, charter=NEW_CHARTER, licence=space.licence, note="Because"),
        lambda actor: operations.change_role(actor=actor, space=space, person_id=actor.person_id, role=SpaceRole.STEWARD),
        lambda actor: operations.remove_member(actor=actor, space=space, person_id=actor.person_id, reason="Because"),
        lambda actor: operations.archive(actor=actor, space=space),
    )
    for act in acts:
        for actor in (member, stranger):
            with pytest.raises(NotAllowed), work.unit():
                act(actor)
    db.session.refresh(space)
    assert (space.name, space.charter_number, space.state) == ("Open soil sensors", 1, State.OPEN)
    assert queries.role_in(space, member.person_id) is SpaceRole.MEMBER


def test_managers_of_the_steering_organisation_act_as_stewards(app, steward):
    owner, reader = people.person("Ola Owner"), people.person("Rea Der")
    acme = people.organisation(owner)
    with work.unit():
        organisations.add_member(actor=people.actor_of(owner), organisation=acme, email=reader.email, role=Role.MEMBER)
        made = spaces.space(people.actor_of(owner), organisation_id=acme.id)
        operations.change_role(
            actor=people.actor_of(owner), space=made, person_id=_joined(made, steward), role=SpaceRole.STEWARD
        )  # fmt: skip
        operations.leave(actor=people.actor_of(owner), space=made)
        operations.edit(actor=people.actor_of(owner), space=made, name="Soil at Acme")
    with pytest.raises(NotAllowed), work.unit():
        operations.edit(actor=people.actor_of(reader), space=made, name="Mine now")
    assert made.name == "Soil at Acme"


def _joined(space, actor) -> int:
    spaces.join(space, actor)
    return actor.person_id


def test_a_space_keeps_a_steward(space, steward, member):
    for act in (
        lambda: operations.leave(actor=steward, space=space),
        lambda: operations.change_role(actor=steward, space=space, person_id=steward.person_id, role=SpaceRole.MEMBER),
        lambda: operations.remove_member(actor=steward, space=space, person_id=steward.person_id, reason="Tired"),
    ):
        with pytest.raises(NotNow) as refused, work.unit():
            act()
        assert refused.value.code == "last_steward"
    with work.unit():
        operations.change_role(actor=steward, space=space, person_id=member.person_id, role=SpaceRole.STEWARD)
        operations.leave(actor=steward, space=space)
    assert [(m.id, m.role) for m in queries.members(space)] == [(member.person_id, SpaceRole.STEWARD)]


def test_two_stewards_who_leave_at_once_leave_one_behind(space, steward, member):
    with work.unit():
        operations.change_role(actor=steward, space=space, person_id=member.person_id, role=SpaceRole.STEWARD)
    together(_leave, (space.slug, steward), (space.slug, member))
    stewards = db.session.scalars(select(SpaceMember.person_id).where(SpaceMember.role == SpaceRole.STEWARD)).all()
    assert len(stewards) == 1


def _leave(slug, actor) -> None:
    try:
        with work.unit():
            operations.leave(actor=actor, space=queries.get_for(actor, slug))
    except NotNow:
        pass


def test_whoever_is_removed_reads_the_reason(space, steward, member):
    with pytest.raises(Invalid), work.unit():
        operations.remove_member(actor=steward, space=space, person_id=member.person_id, reason=" ")
    with work.unit():
        operations.remove_member(actor=steward, space=space, person_id=member.person_id, reason="Advertising")
    assert told(member) == ["Your membership of “Open soil sensors” has ended. The reason: Advertising"]
    with pytest.raises(NotFound), work.unit():
        operations.remove_member(actor=steward, space=space, person_id=member.person_id, reason="Again")


def test_an_archived_space_is_read_only_until_it_is_opened_again(space, steward, member):
    with work.unit():
        operations.archive(actor=steward, space=space)
    assert told(member) == ["“Open soil sensors” is archived: everything can be read, nothing is changed any more."]
    for act in (
        lambda: queries.require_seat(member, space, Act.CONTRIBUTE),
        lambda: operations.edit(actor=steward, space=space, name="Late"),
    ):
        with pytest.raises(NotNow) as refused, work.unit():
            act()
        assert refused.value.code == "archived"
    with work.unit():
        operations.reopen(actor=steward, space=space)
    assert queries.require_seat(member, space)


@pytest.mark.parametrize("table", ["space_charter", "charter_acceptance"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET hash = 'f'", "DELETE FROM {}"])
def test_the_database_keeps_charters_and_acceptances(space, table, statement):
    with pytest.raises(DBAPIError, match="never"):
        db.session.execute(text(statement.format(table)))
    db.session.rollback()
