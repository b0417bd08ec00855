"""Killed at any moment, a step of money is whole or never was: a child process is killed (SIGKILL) before each of its statements in turn."""

from __future__ import annotations

import pytest

from hub.core.controls import queries as controls
from hub.core.holds import operations as holds
from hub.core.holds import queries as holds_read
from hub.core.payments import operations, queries
from hub.core.payouts import operations as payouts
from hub.core.payouts import queries as payouts_read
from hub.core.statements import queries as statements
from hub.db import work
from hub.db.extensions import db
from hub.db.journal import last_id
from hub.kernel.actor import SYSTEM
from tests.db.children import killed_before
from tests.factories.money import IBAN, asked, deposited, earned, held, payout, usd

PRIZE = usd(4_000_000)


def books(cast) -> tuple[object, ...]:
    """All that people could see of the money, and how long the journal is."""
    work.rollback()
    db.session.expire_all()
    me, company = cast.people["solver"].id, cast.company.id
    return (
        [(hold.subject, hold.left_minor) for hold in holds_read.holds_by(company)],
        [(funding.state, funding.received) for funding in queries.fundings_of(company)],
        [(one.state, one.amount) for one in payouts_read.payouts_of("person", me)],
        [queries.balances("person", me), payouts_read.in_transit("person", me), queries.balances("organisation", company)],
        len(statements.statement("organisation", company)),
        last_id(),
    )


def confirming(cast):
    number, admin = asked(cast.company, PRIZE).id, cast.admin
    return lambda: operations.confirm_funding(actor=admin, funding=queries.funding(number), received=usd(4_000_100), bank_reference="T")


def awarding(cast):
    held(cast.company, PRIZE)
    me = cast.people["solver"].id
    return lambda: holds.release(actor=SYSTEM, subject="challenge:1", to_person_id=me, gross=PRIZE, fee_bp=500, key="award", memo="Award")


def refunding(cast):
    held(cast.company, PRIZE)
    asked(cast.company, usd(5))
    return lambda: operations.refund(actor=SYSTEM, subject="challenge:1", key="refund")


def setting_aside(cast):
    deposited(cast.company, PRIZE)
    number = cast.company.id
    return lambda: operations.fund_from_balance(
        actor=SYSTEM, organisation_id=number, subject="challenge:1", amount=PRIZE, label="", key="aside"
    )


def asking_payout(cast):
    earned(cast.company, cast.people["solver"].id, PRIZE)
    solver = cast.solver
    return lambda: payouts.request_payout(actor=solver, owner="person", owner_id=solver.person_id, amount=PRIZE, destination=IBAN)


def confirming_payout(cast):
    earned(cast.company, cast.people["solver"].id, PRIZE)
    number, admin = payout(cast.solver, PRIZE).id, cast.admin
    return lambda: payouts.confirm_payout(actor=admin, payout=payouts_read.payout(number), bank_reference="OUT")


def refusing_payout(cast):
    earned(cast.company, cast.people["solver"].id, PRIZE)
    number, admin = payout(cast.solver, PRIZE).id, cast.admin
    return lambda: payouts.reject_payout(actor=admin, payout=payouts_read.payout(number), reason="Closed")


STEPS = [confirming, awarding, refunding, setting_aside, asking_payout, confirming_payout, refusing_payout]


@pytest.mark.parametrize("prepare", STEPS, ids=lambda step: step.__name__)
def test_killed_at_any_statement_the_step_is_whole_or_never_was(cast, prepare):
    step = prepare(cast)
    before = books(cast)
    number = 0
    while killed_before(number, step):
        assert books(cast) == before, f"killed before statement {number}"
        assert controls.verify().ok
        number += 1
    assert number > 8, "the step was hardly interrupted"
    after = books(cast)
    assert after != before
    assert after[-1] > before[-1], "the journal tells it"
