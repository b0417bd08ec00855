"""A team shares an award: everybody sees their part first, all agree or the parts are equal, and the payment is one, exact to the cent."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.contests.awards import operations, queries, rules
from hub.contests.awards.models import Award, AwardSharing
from hub.contests.awards.states import SHARING, SharingState, State
from hub.contests.challenges.models import Approval
from hub.core.agreements import operations as agreements
from hub.core.agreements import queries as agreements_read
from hub.core.controls import queries as controls
from hub.core.holds import queries as holds_read
from hub.core.holds.rules import Way
from hub.core.ledger import queries as books
from hub.core.ledger.rules import Purpose
from hub.core.messages import queries as messages
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow
from hub.kernel.money import Money, breakdown
from hub.web import todo
from tests.db.children import killed_before
from tests.factories import entries as make
from tests.factories import people
from tests.factories.damage import break_books
from tests.factories.money import race

PRIZE = 4_000_001
"""USD 40,000.01: no way of sharing divides it evenly."""
FIRST, SECOND = "First Hand", "Second Hand"


class Team:
    """An award that waits for its winner, and two people who worked with them."""

    def __init__(self) -> None:
        self.made, self.award = make.selected(prize="40000.01")
        self.leader = people.actor_of(self.made.solvers[0])
        self.hands = [people.person(FIRST), people.person(SECOND)]

    def propose(self, way: Way = Way.FREE, points: tuple[int, ...] = (5_000, 3_000, 2_000), actor: Actor | None = None) -> AwardSharing:
        members = [(f"@{person.handle}", part) for person, part in zip(self.hands, points[1:], strict=True)]
        with work.unit():
            return operations.propose_sharing(actor=actor or self.leader, award=self.award, way=way, own_points=points[0], members=members)

    def agree(self, *hands: int, number: int = 1) -> None:
        for hand in hands:
            with work.unit():
                operations.agree_to_sharing(actor=people.actor_of(self.hands[hand]), award=self.award, number=number)

    def sign(self) -> Award:
        with work.unit():
            return make.accept(self.award, self.leader)

    def nets(self) -> list[int]:
        everybody = [self.leader.person_id or 0, *(person.id for person in self.hands)]
        return [sum(money.minor for money in payments_read.balances("person", each)) for each in everybody]

    def seen(self) -> list[int]:
        sharing = queries.sharing_of(self.award.id)
        assert sharing is not None
        return [part.paid.net.minor for part in queries.parts(self.award, sharing)]


@pytest.fixture
def team(app: Flask) -> Team:
    return Team()


def refused(expected: type[HubError], code: str, act: Any) -> None:
    def rows() -> Any:
        return [(one.number, one.state, one.everybody_agreed) for one in db.session.query(AwardSharing)], journal.last_id()

    before = rows()
    with pytest.raises(expected) as caught, work.unit():
        act()
    assert caught.value.code == code, caught.value
    assert rows() == before


people_and_points = st.lists(st.integers(0, 10_000), min_size=1, max_size=rules.MOST_PEOPLE - 1).map(sorted)


@settings(max_examples=60)
@given(st.integers(1, 10**12), st.integers(0, 10_000), st.sampled_from(list(Way)), people_and_points)
def test_parts_add_up_to_the_cent_whatever_the_way(minor: int, fee_bp: int, way: Way, cuts: list[int]) -> None:
    points = [after - before for before, after in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    whole = breakdown(Money(minor, "JPY"), fee_bp)
    paid = rules.parts(whole, way, [(number, part) for number, part in enumerate(points, start=1)])
    assert len(paid) == len(points)
    for name in ("gross", "fee", "net"):
        assert sum(getattr(part, name).minor for part in paid.values()) == getattr(whole, name).minor
    assert all(part.gross == part.fee + part.net for part in paid.values())
    if way is Way.EQUAL:
        assert max(part.net for part in paid.values()).minor - min(part.net for part in paid.values()).minor <= 1


def test_equal_parts_bind_at_once_and_are_paid_in_one_transaction(team: Team) -> None:
    team.propose(Way.EQUAL)
    delivery.deliver_all()
    assert any("in equal parts" in note.text for note in messages.inbox(team.hands[0].id))
    shown = team.seen()
    award = team.sign()
    assert award.state is State.PAID and team.nets() == shown and sum(shown) == award.split.net.minor
    assert max(shown) - min(shown) <= 1
    released = books.by_key(f"{award.ref}:prize")
    assert released is not None
    legs = books.legs_of([released.id])[released.id]
    assert sorted(to.purpose for to, _ in legs) == sorted([Purpose.HOLD, Purpose.FEES, *[Purpose.BALANCE] * 3])
    assert holds_read.held(team.made.challenge.ref, "USD") == 0 and controls.verify().ok
    delivery.deliver_all()
    assert any("on your balance" in note.text for note in messages.inbox(team.hands[1].id))


@pytest.mark.parametrize(("way", "first"), [(Way.FREE, 0.5), (Way.HALF, 1 / 6 + 0.25)])
def test_another_way_binds_once_everybody_has_agreed(team: Team, way: Way, first: float) -> None:
    team.propose(way)
    delivery.deliver_all()
    assert any("say whether you agree" in note.text for note in messages.inbox(team.hands[1].id))
    assert [one.title for one in todo.todos(people.actor_of(team.hands[0]))] == ["Say whether you agree to your share"]
    refused(NotNow, "sharing_open", lambda: make.accept(team.award, team.leader))
    team.agree(0, 0)
    refused(NotNow, "sharing_open", lambda: make.accept(team.award, team.leader))
    assert todo.todos(people.actor_of(team.hands[0])) == []
    team.agree(1)
    delivery.deliver_all()
    assert any("Everybody agrees" in note.text for note in messages.inbox(team.leader.person_id or 0))
    shown = team.seen()
    assert abs(shown[0] - first * team.award.split.net.minor) <= 1
    team.sign()
    assert team.nets() == shown and sum(shown) == team.award.split.net.minor


def test_a_refusal_carries_a_reason_and_the_leader_proposes_anew(team: Team) -> None:
    team.propose()
    hand = people.actor_of(team.hands[1])
    refused(Invalid, "reason_missing", lambda: operations.refuse_sharing(actor=hand, award=team.award, number=1, reason=" "))
    with work.unit():
        operations.refuse_sharing(actor=hand, award=team.award, number=1, reason="I wrote half of it.")
    delivery.deliver_all()
    assert any("does not agree" in note.text for note in messages.inbox(team.leader.person_id or 0))
    refused(NotFound, "not_found", lambda: operations.agree_to_sharing(actor=people.actor_of(team.hands[0]), award=team.award, number=1))
    second = team.propose(points=(4_000, 3_000, 3_000))
    assert (second.number, second.state) == (2, SharingState.PROPOSED)
    refused(Conflict, "sharing_changed", lambda: team.agree(0, number=1))
    team.agree(0, 1, number=2)
    team.sign()
    assert sum(team.nets()) == team.award.split.net.minor


def test_what_everybody_agreed_to_binds_the_leader_too(team: Team) -> None:
    team.propose()
    team.agree(0, 1)
    refused(NotNow, "not_now", lambda: operations.take_back_sharing(actor=team.leader, award=team.award))
    refused(NotNow, "not_now", lambda: team.propose(Way.EQUAL))


def test_equal_parts_and_open_proposals_are_taken_back_and_the_winner_signs_alone(team: Team) -> None:
    team.propose(Way.EQUAL)
    team.propose(Way.HALF)
    with work.unit():
        operations.take_back_sharing(actor=team.leader, award=team.award)
    delivery.deliver_all()
    assert any("was taken back" in note.text for note in messages.inbox(team.hands[0].id))
    team.sign()
    assert team.nets() == [team.award.split.net.minor, 0, 0]
    refused(NotNow, "not_to_sign", lambda: team.propose())


def test_who_may_share_and_who_may_be_named(team: Team) -> None:
    made = team.made
    for other in (made.manager, people.actor_of(team.hands[0]), SYSTEM):
        refused(NotAllowed, "not_allowed", lambda who=other: team.propose(actor=who))
    named = {
        "nobody_there": "@nobody", "named_twice": made.solvers[0].handle, "member_barred": made.judges[0].handle, "nobody_named": None,
    }  # fmt: skip
    for code, handle in named.items():
        members = [(handle, 0)] if handle else []
        refused(
            Invalid, code,
            lambda members=members: operations.propose_sharing(
                actor=team.leader, award=team.award, way=Way.EQUAL, own_points=0, members=members
            ),
        )  # fmt: skip
    refused(Invalid, "member_barred", lambda: operations._member(team.award, made.owner.handle))
    refused(Invalid, "parts_do_not_add_up", lambda: team.propose(points=(5_000, 3_000, 1_999)))
    team.propose()
    for act in (operations.agree_to_sharing, operations.refuse_sharing):
        more = {"reason": "No."} if act is operations.refuse_sharing else {}
        for other in (team.leader, made.manager, people.actor_of(made.solvers[1])):
            refused(NotAllowed, "not_allowed", lambda act=act, who=other, more=more: act(actor=who, award=team.award, number=1, **more))
    for other in (made.manager, people.actor_of(made.solvers[1])):
        with pytest.raises(NotFound):
            queries.sharing_for(other, team.award.id)


def test_signed_on_the_agreements_own_page_it_is_paid_with_the_last_word(team: Team) -> None:
    team.propose()
    terms = agreements_read.get(team.award.terms_id or 0)
    with work.unit():
        agreements.sign(actor=team.leader, terms=terms, seen_hash=terms.hash)
    delivery.deliver_all()
    assert team.nets() == [0, 0, 0]
    team.agree(0, 1)
    delivery.deliver_all()
    db.session.refresh(team.award)
    assert team.award.state is State.PAID and sum(team.nets()) == team.award.split.net.minor


def test_the_last_two_agree_at_the_same_moment(app: Flask, team: Team) -> None:
    team.propose()
    award_id, actors = team.award.id, [people.actor_of(hand) for hand in team.hands]

    def agreeing(actor: Actor) -> Any:
        return lambda: operations.agree_to_sharing(actor=actor, award=queries.get(award_id), number=1).id

    db.session.remove()
    done = race(app, *[agreeing(actor) for actor in actors])
    assert len(set(done)) == 1, done
    sharing = queries.sharing_of(award_id)
    assert sharing is not None and sharing.state is SharingState.AGREED and sharing.everybody_agreed


def test_a_shared_award_against_the_return_of_the_prize_at_the_same_moment(app: Flask, team: Team) -> None:
    """Whoever is first has all of it: never a part of both."""
    team.propose(Way.EQUAL)
    award_id, subject, seen = team.award.id, team.made.challenge.ref, agreements_read.get(team.award.terms_id or 0).hash
    leader, organisation = team.leader, team.made.organisation.id
    everybody = [leader.person_id or 0, *(hand.id for hand in team.hands)]
    db.session.remove()
    race(
        app,
        lambda: operations.accept(actor=leader, award=queries.get(award_id), seen_hash=seen).id,
        lambda: len(payments.refund(actor=SYSTEM, subject=subject, key="back")),
    )
    award = queries.get(award_id)
    back = sum(money.minor for money in payments_read.balances("organisation", organisation))
    paid = [sum(money.minor for money in payments_read.balances("person", one)) for one in everybody]
    assert (back, sum(paid)) in {(PRIZE, 0), (0, award.split.net.minor)}
    assert (award.state is State.PAID) is (back == 0) and controls.verify().ok


def test_killed_at_any_statement_everybody_is_paid_or_nobody(team: Team) -> None:
    team.propose()
    team.agree(0, 1)
    award_id, seen = team.award.id, agreements_read.get(team.award.terms_id or 0).hash
    number = 0
    while killed_before(number, lambda: operations.accept(actor=team.leader, award=queries.get(award_id), seen_hash=seen)):
        work.rollback()
        db.session.expire_all()
        assert team.nets() == [0, 0, 0] and team.award.state is State.SELECTED, f"killed before statement {number}"
        number += 3
    db.session.expire_all()
    assert number > 8 and sum(team.nets()) == team.award.split.net.minor and controls.verify().ok


DAMAGE = {
    "sharing_unagreed": "UPDATE award_share SET agreed_at = NULL WHERE place = 1",
    "sharing_parts": "UPDATE award_share SET points = points + 1 WHERE place = 1",
    "sharing_paid": "UPDATE award_share SET points = CASE place WHEN 0 THEN 4000 ELSE 3000 END",
}


@pytest.mark.parametrize("code", DAMAGE)
def test_the_check_of_the_books_finds_a_sharing_that_was_changed(team: Team, code: str) -> None:
    team.propose()
    team.agree(0, 1)
    team.sign()
    assert controls.verify().ok
    break_books(DAMAGE[code])
    assert {problem.code for problem in controls.verify().problems} == {code}


def test_the_consultant_who_approved_has_their_part_of_the_fee(team: Team) -> None:
    consultant = people.person("Consultant", consultant=True)
    with work.unit():
        db.session.add(Approval(challenge_id=team.made.challenge.id, person_id=consultant.id, consultant_bp=2_000, at=clock.now()))
    team.sign()
    fee = team.award.split.fee.minor
    assert [money.minor for money in payments_read.balances("person", consultant.id)] == [fee * 2_000 // 10_000]
    assert team.nets()[0] == team.award.split.net.minor and controls.verify().ok


def test_every_state_is_reached() -> None:
    assert SHARING.reachable() == set(SharingState)
