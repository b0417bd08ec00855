"""Disputed money: still while a dispute is open, moved once at its end, whoever comes at the same moment and whatever dies on the way."""

from __future__ import annotations

import json
import random

import pytest
from flask import current_app

from hub.core.controls import queries as controls
from hub.core.disputes import operations, queries
from hub.core.disputes.rules import Ground, Role
from hub.core.disputes.states import OPEN, OfferState, State
from hub.core.holds import queries as holds
from hub.core.ledger import queries as ledger
from hub.core.ledger.rules import fees
from hub.core.payments import queries as payments
from hub.db import work
from hub.db.extensions import db
from hub.db.journal import last_id
from hub.kernel.errors import HubError, NotFound, NotNow
from hub.tech_market.orders import operations as orders
from hub.tech_market.orders.states import State as OrderState
from tests.db.children import killed_before
from tests.factories import disputes as made
from tests.factories.damage import break_books
from tests.factories.disputes import GROSS, Row
from tests.factories.money import race, usd


def balance(organisation) -> int:
    return next((one.minor for one in payments.balances("organisation", organisation.id)), 0)


def seen(row: Row) -> tuple[object, ...]:
    """All that both sides could see of the money, the order and the dispute."""
    work.rollback()
    db.session.expire_all()
    last = queries.last_about(row.ref)
    money = (balance(row.house), balance(row.bench), holds.held(row.ref, "USD"), ledger.balance(fees("USD")))
    return money, row.order.state, (last.state, last.outcome) if last is not None else None, last_id()


# At the same moment


@pytest.mark.parametrize("turn", range(2))
def test_a_dispute_and_the_end_of_the_order_that_meet_leave_one_of_two_clean_outcomes(row, turn):
    lab, admin, number = row.actor("lab"), row.actor("admin"), row.order_id

    def dispute():
        made_ = operations.open_(actor=lab, kind="order", number=number, ground=Ground.AS_AGREED, statement=made.SAYS)
        return made_.state

    def end():
        return orders.call_off(actor=admin, order=row.order, reason="The lab has closed down.").state

    calls = [dispute, end] if turn else [end, dispute]
    results = race(current_app._get_current_object(), *calls)
    (money, state, about, _) = seen(row)
    refusals = [one for one in results if isinstance(one, Exception)]
    assert len(refusals) == 1 and isinstance(refusals[0], NotNow | NotFound), results
    if about is not None:
        assert (state, about[0], money[2], refusals[0].code) == (OrderState.IN_PROGRESS, State.OPENED, GROSS, "money_disputed")
    else:
        assert (state, money[2], refusals[0].code) == (OrderState.CANCELLED, 0, refusals[0].code)
        assert refusals[0].code in {"nothing_to_dispute", "not_found"}


def test_silence_that_is_due_at_the_very_end_of_a_dispute_pays_once_or_later(row):
    dispute = made.opened(row)
    with work.unit():
        orders.deliver(actor=row.actor("lab"), order=row.order, text="With the three films.")
    made.days_on(15)
    lab, number = row.actor("lab"), dispute.id
    results = race(
        current_app._get_current_object(),
        lambda: operations.withdraw(actor=lab, dispute=queries.by_id(number), reason="It is delivered anew.").state,
        orders.accept_silent,
    )
    (money, state, about, _) = seen(row)
    assert results == [State.WITHDRAWN, 0] and about == (State.WITHDRAWN, "")
    assert state is OrderState.DELIVERED and money[2] == GROSS, "the buyer has its days to answer, whoever was first"


def test_one_of_an_acceptance_and_a_decision_ends_it(row):
    dispute = made.in_mediation(row)
    with work.unit():
        offer = operations.offer(actor=row.actor("buyer"), dispute=dispute, outcome="part", amount=usd(60_000)).id
    lab, mediator, number = row.actor("lab"), row.actor("mediator"), dispute.id
    results = race(
        current_app._get_current_object(),
        lambda: operations.accept(actor=lab, dispute=queries.by_id(number), offer_id=offer).state,
        lambda: operations.decide(actor=mediator, dispute=queries.by_id(number), outcome="pay", words="It is what was agreed.").state,
        lambda: operations.accept(actor=lab, dispute=queries.by_id(number), offer_id=offer).state,
    )
    (money, _, about, _) = seen(row)
    ended = [one for one in results if one in (State.SETTLED, State.DECIDED)]
    assert len(ended) == 1 and about is not None and about[0] is ended[0], results
    assert all(isinstance(one, HubError) for one in results if one not in ended), results
    paid = 57_000 if ended[0] is State.SETTLED else 95_009
    assert (money[1], money[2]) == (paid, 0)


# Killed on the way


def test_killed_at_any_write_a_decision_is_whole_or_never_was(row):
    dispute, mediator = made.in_mediation(row).id, row.actor("mediator")

    def decide():
        operations.decide(
            actor=mediator, dispute=queries.by_id(dispute), outcome="part", amount=usd(60_000), words="Most of it was delivered."
        )

    before, number = seen(row), 0
    while killed_before(number, decide, writes_only=True):
        assert seen(row) == before, f"killed before write {number}"
        number += 1
    assert number > 12, "the step was hardly interrupted"
    money, state, about, told = seen(row)
    assert (money[2], state, about) == (0, OrderState.ACCEPTED, (State.DECIDED, "part")) and told > before[-1]
    assert money[1] == 57_000 and money[3] == 3_000 and money[0] == before[0][0] + GROSS - 60_000


# Whatever people do


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_sides_do_money_is_neither_made_nor_lost_nor_moved_before_the_end(row, seed):
    """A random walk of everybody's acts and the clock: while it is open the hold is untouched; what was moved is what was written down."""
    roll = random.Random(seed)
    dispute = made.opened(row)
    whole = sum(seen(row)[0])
    names = ("buyer", "lab", "mediator", "admin")

    def act():
        who = row.actor(roll.choice(names))
        found = queries.by_id(dispute.id)
        way = roll.choice(["uphold", "finding", "pay", "part", "return"])
        amount = usd(roll.randint(1, GROSS)) if way == "part" else None
        table = [one.id for one in queries.on_the_table(found.id)] or [0]
        return roll.choice([
            lambda: operations.answer(actor=who, dispute=found, statement=made.ANSWERS),
            lambda: operations.call(actor=who, dispute=found),
            lambda: operations.name(actor=who, dispute=found, person_id=row.staff["mediator"].id),
            lambda: operations.declare(actor=who, dispute=found, declared=True),
            lambda: operations.stand_down(actor=who, dispute=found),
            lambda: operations.offer(actor=who, dispute=found, outcome=way, amount=amount),
            lambda: operations.propose(actor=who, dispute=found, outcome=way, amount=amount, words="So it should end, I think."),
            lambda: operations.accept(actor=who, dispute=found, offer_id=roll.choice(table)),
            lambda: operations.refuse(actor=who, dispute=found, offer_id=roll.choice(table)),
            lambda: operations.decide(actor=who, dispute=found, outcome=way, amount=amount, words="So it ends, for these reasons."),
            lambda: orders.accept(actor=who, order=row.order),
            lambda: orders.call_off(actor=who, order=row.order, reason="It takes too long."),
            lambda: operations.run_clocks(),
        ])  # fmt: skip

    for _ in range(60):
        if roll.random() < 0.15:
            made.days_on(roll.choice([1, 4, 8]))
        step = act()
        try:
            with work.unit():
                step()
        except HubError:
            work.rollback()
        money = seen(row)[0]
        found = queries.by_id(dispute.id)
        assert sum(money) == whole
        if found.state in OPEN:
            assert money[2] == GROSS
        elif found.moved:
            assert money[2] == 0 and sum(one.gross.minor for one in found.moved) == GROSS
            assert all(one.gross == one.fee + one.net for one in found.moved)
    for one in queries.offers(dispute.id):
        assert one.state is not OfferState.ACCEPTED or (one.accepted_by(Role.OPENER) and one.accepted_by(Role.OTHER))


# The check


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE dispute SET effects = '{effects}'", "dispute_effects"),
        ("UPDATE dispute SET state = 'mediation', closed_at = NULL, opened_at = '2020-01-01 00:00:00'", "dispute_moved"),
    ],
)
def test_the_check_finds_money_that_moved_otherwise_than_it_was_decided(app, damage, code):
    row = made.row()
    dispute = made.in_mediation(row)
    with work.unit():
        operations.decide(actor=row.actor("mediator"), dispute=dispute, outcome="pay", words="It is what was agreed.")
    assert controls.verify().problems == []
    wrong = json.dumps([{"whom": "Bench", "gross": 1, "fee": 0, "currency": "USD"}])
    break_books(damage.replace("{effects}", wrong))
    assert code in {problem.code for problem in controls.verify().problems}
