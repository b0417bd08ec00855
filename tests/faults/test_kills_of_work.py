"""Killed (kill -9, a real process) at every moment while a team's award, a stage or a milestone is paid, and started again: paid once, to the
cent, and the books are clean."""

from __future__ import annotations

import itertools

from hub.contests.awards import operations as awards
from hub.contests.awards import queries as awards_read
from hub.contests.awards.states import State as AwardState
from hub.core.agreements import queries as agreements
from hub.core.controls import queries as controls
from hub.core.holds import operations as holds
from hub.core.holds import queries as holds_read
from hub.core.holds.rules import Way
from hub.core.messages import queries as messages
from hub.core.payments import queries as payments
from hub.db import work
from hub.db.delivery import deliver_all
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM
from hub.tech_market.orders import operations as orders
from hub.tech_market.orders import queries as orders_read
from hub.tech_market.orders.rules import Pay
from hub.tech_market.quotes.rules import Line
from tests.factories import entries as contests
from tests.factories import people
from tests.factories import services as market
from tests.factories.money import deposited, held, usd
from tests.faults.dying import LONGEST, every_moment
from tests.faults.test_kills import restarted

SUBJECT = "prize:9"
PARTS = [(10_001 + number) for number in range(12)]
"""Minor units: each rounds its fee by itself."""
MOMENTS = (0, 1, 2, 3, 5, 8, 12, LONGEST)
"""About the commit that pays, then some of those that tell people; the last is past the end."""


def net(gross: int) -> int:
    return gross - (gross * 5 + 50) // 100


def on_balances(owner: str, *ids: int) -> list[int]:
    work.rollback()
    db.session.expire_all()
    return [sum(money.minor for money in payments.balances(owner, each)) for each in ids]


def test_killed_while_a_team_is_paid_its_award_each_has_their_part_once(till):
    hand = people.person("Second Hand")

    def prepare():
        made, award = contests.selected(solvers=1)
        leader = people.actor_of(made.solvers[0])
        with work.unit():
            awards.propose_sharing(actor=leader, award=award, way=Way.FREE, own_points=6_667, members=[(hand.handle, 3_333)])
        with work.unit():
            awards.agree_to_sharing(actor=people.actor_of(hand), award=award, number=1)
        deliver_all()
        return award.id, leader, made.challenge.ref, on_balances("person", hand.id)[0]

    def step(thing):
        award_id, leader, _, _ = thing

        def site() -> None:
            with work.unit():
                award = awards_read.get(award_id)
                awards.accept(actor=leader, award=award, seen_hash=agreements.get(award.terms_id).hash)
            deliver_all()

        return site

    def after(thing):
        award_id, leader, subject, before = thing
        restarted(till)
        award = awards_read.get(award_id)
        whole, sharing = award.split.net.minor, awards_read.sharing_of(award_id)
        if award.state is AwardState.SELECTED:
            assert (on_balances("person", leader.person_id, hand.id), holds_read.held(subject, "USD")) == ([0, before], award.gross_minor)
            step(thing)()  # the winner presses the button again
        parts = [part.paid.net.minor for part in awards_read.parts(award, sharing)]
        assert on_balances("person", leader.person_id, hand.id) == [parts[0], before + parts[1]]
        assert sum(parts) == whole and holds_read.held(subject, "USD") == 0
        told = [note for note in messages.inbox(leader.person_id) if "on your balance" in note.text]
        assert len(told) == 1, "told once, too"

    assert every_moment(till, prepare, step, after, MOMENTS) == LONGEST
    assert controls.verify().problems == []


def test_killed_while_a_stage_is_released_it_is_released_once(till, cast):
    me, numbers = cast.people["solver"].id, itertools.count(1)
    held(cast.company, usd(sum(PARTS)), SUBJECT)
    with work.unit():
        holds.plan_stages(actor=SYSTEM, subject=SUBJECT, total=usd(sum(PARTS)), stages=[("Stage", part) for part in PARTS])

    def release(number):
        with work.unit():
            holds.release_stage(actor=SYSTEM, subject=SUBJECT, number=number, fee_bp=500, memo="Stage", to_person_id=me)
        deliver_all()

    def after(number):
        restarted(till)
        done = [stage.number for stage in holds_read.stages_of(SUBJECT) if stage.released_at]
        assert done in (list(range(1, number)), list(range(1, number + 1))), "whole or not at all"
        release(number)  # it is asked for again: the first release, or the same one
        assert on_balances("person", me) == [sum(net(part) for part in PARTS[:number])]
        assert holds_read.held(SUBJECT, "USD") == sum(PARTS[number:])

    assert every_moment(till, lambda: next(numbers), lambda number: lambda: release(number), after, MOMENTS) == LONGEST
    assert controls.verify().problems == []


def test_killed_while_a_milestone_is_accepted_it_is_paid_once(till):
    buyer, lab = people.person("Bea Buyer"), people.person("Lars Lab")
    house, bench = people.organisation(buyer, "Buyers"), people.organisation(lab, "Bench", "lab")
    buying, working, numbers = people.actor_of(buyer), people.actor_of(lab), itertools.count(1)
    deposited(house, usd(sum(PARTS)))
    with work.unit():
        (quote,) = market.quotes(market.request(house, buying, [market.service(bench, working)]))
        market.give(quote, working, lines=[Line("Part", part, number) for number, part in enumerate(PARTS, start=1)], turnaround_days=30)
        order_id = market.ordered(quote, buying, Pay.BALANCE).id

    def order():
        return orders_read.by_id(order_id)

    def prepare():
        with work.unit():
            orders.deliver(actor=working, order=order(), text="Here it is.")
        deliver_all()
        return next(numbers)

    def accept():
        with work.unit():
            orders.accept(actor=buying, order=order())
        deliver_all()

    def after(number):
        restarted(till)
        paid = [one.number for one in orders_read.milestones(order()) if one.is_paid]
        assert paid in (list(range(1, number)), list(range(1, number + 1))), "whole or not at all"
        if len(paid) < number:
            accept()
        assert on_balances("organisation", bench.id) == [sum(net(part) for part in PARTS[:number])]
        assert holds_read.held(order().ref, "USD") == sum(PARTS[number:])

    assert every_moment(till, prepare, lambda number: accept, after, MOMENTS) == LONGEST
    assert controls.verify().problems == []
