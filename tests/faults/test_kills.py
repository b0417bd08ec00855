"""The site is killed (kill -9, a real process) at every moment of a charge, a refund, a payout and an award, and started again:
each has exactly one effect, here and at Stripe, and the books are clean."""

from __future__ import annotations

import itertools
from datetime import timedelta

from hub.core.cards import operations as cards
from hub.core.cards import queries as cards_read
from hub.core.cards import reactions as card_payments
from hub.core.cards.states import PaymentState, RefundState
from hub.core.controls import queries as controls
from hub.core.gateways import reactions as gateway_calls
from hub.core.holds import operations as holding
from hub.core.holds import queries as holds
from hub.core.ledger import queries as books
from hub.core.ledger.rules import OwnerKind, Purpose
from hub.core.payees.reactions import onboard
from hub.core.payments import queries as payments_read
from hub.core.payouts import operations as payouts
from hub.core.payouts import queries as payouts_read
from hub.core.payouts.states import PayoutState
from hub.db import work
from hub.db.delivery import deliver_all
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from tests.factories.money import asked, held, usd
from tests.factories.money import earned as earn
from tests.faults.dying import every_moment
from tests.faults.test_webhooks import agree

PRIZE = usd(100_000)
NUMBERS = itertools.count(1)


def restarted(till) -> None:
    """The site is up again; leases have run out, what is due is done."""
    work.rollback()
    clock.set_to(clock.now() + timedelta(minutes=11))
    till.fake.tick()
    for due in (gateway_calls.make_due_calls, card_payments.look_after_payments):
        with work.unit():
            due()
    till.settle()


def test_killed_while_the_page_is_opened_there_is_one_page_and_one_payment(till, cast):
    def prepare():
        return asked(cast.company, PRIZE, f"prize:{next(NUMBERS)}")

    def step(funding):
        number = funding.id
        return lambda: (till.start(payments_read.funding(number)), deliver_all())

    def after(funding):
        restarted(till)
        visit = till.start(payments_read.funding(funding.id))  # the person presses the button again
        sessions = [each for each in till.fake.all("checkout.session") if each["client_reference_id"] == funding.reference]
        assert len(sessions) == 1
        till.pay(visit)
        till.settle()
        assert holds.held(funding.subject, "USD") == PRIZE.minor

    assert every_moment(till, prepare, step, after) >= 6
    agree(till)


def test_killed_while_a_payment_is_received_it_is_received_once(till, cast):
    def prepare():
        visit = till.start(asked(cast.company, PRIZE, f"prize:{next(NUMBERS)}"))
        till.pay(visit)
        return visit.id

    def step(number):
        def site() -> None:
            till.fake.webhooks.flush()
            deliver_all()

        return site

    def after(number):
        restarted(till)
        visit = till.payment(number)
        assert visit.state is PaymentState.PAID
        assert visit.fee_minor == 2_930
        [hold] = [hold for hold in holds.holds_by(cast.company.id) if hold.subject == f"prize:{next(NUMBERS) - 1}"]
        assert hold.left_minor == PRIZE.minor

    assert every_moment(till, prepare, step, after) >= 20
    agree(till)


def test_killed_while_money_goes_back_it_goes_back_once(till, cast):
    paid = till.paid(asked(cast.company, usd(10_000_000), subject="")).id
    till.fake.settle()
    owner = cast.owner

    def prepare():
        return payments_read.balances("organisation", cast.company.id)[0]

    def step(before):
        def site() -> None:
            with work.unit():
                cards.ask_refund(actor=owner, payment=cards_read.payment(paid), amount=PRIZE)
            deliver_all()

        return site

    def after(before):
        restarted(till)
        refunds = cards_read.refunds_of(paid)
        assert {refund.state for refund in refunds} <= {RefundState.SENT}
        assert [each["amount"] for each in till.fake.all("refund")] == [PRIZE.minor] * len(refunds)
        assert payments_read.balances("organisation", cast.company.id) in ([before], [before - PRIZE])

    assert every_moment(till, prepare, step, after) >= 10
    agree(till)


def test_killed_while_somebody_is_paid_out_there_is_one_transfer(till, cast):
    solver, me = cast.solver, cast.people["solver"].id
    with work.unit():
        onboard(solver, "person", me, "US", "/my/earnings/payout")
    account = till.fake.all("account")[0]["id"]
    till.fake.onboard(account)
    till.settle()
    till.fake.top_up(10_000_000)
    earn(cast.company, me, usd(10_000_000))

    def prepare():
        return len(till.fake.all("transfer")), payments_read.balances("person", me)[0]

    def step(before):
        def site() -> None:
            with work.unit():
                payouts.request_payout(actor=solver, owner="person", owner_id=me, amount=usd(1_000), gateway="stripe")
            deliver_all()

        return site

    def after(before):
        restarted(till)
        transfers, balance = before
        [*mine] = payouts_read.payouts_of("person", me)
        assert {each.state for each in mine} <= {PayoutState.PAID}
        assert sorted(each.bank_reference for each in mine) == sorted(each["id"] for each in till.fake.all("transfer"))
        made = len(till.fake.all("transfer")) - transfers
        assert made in (0, 1)
        assert payments_read.balances("person", me) == [balance - usd(1_000 * made)]

    assert every_moment(till, prepare, step, after) >= 8
    assert till.fake.available(owner=account) == 1_000 * len(till.fake.all("transfer"))
    assert controls.verify().problems == []


def test_killed_while_an_award_is_shared_out_everybody_has_it_once(till, cast):
    """Five shares in one unit of work, and the notices after it."""
    winners = [cast.people[name].id for name in ("solver", "stranger", "member", "finance", "manager")]

    def prepare():
        subject = f"prize:{next(NUMBERS)}"
        held(cast.company, PRIZE, subject)
        return subject, earned(winners)

    def step(thing):
        def site() -> None:
            with work.unit():
                for person in winners:
                    holding.release(
                        actor=SYSTEM,
                        subject=thing[0],
                        to_person_id=person,
                        gross=usd(20_000),
                        fee_bp=500,
                        key=f"{thing[0]}:{person}",
                        memo="",
                    )
            deliver_all()

        return site

    def after(thing):
        subject, before = thing
        restarted(till)
        left = holds.held(subject, "USD")
        assert left in (0, PRIZE.minor), "all of them or none"
        assert earned(winners) == [amount + (0 if left else 19_000) for amount in before]

    assert every_moment(till, prepare, step, after) >= 6
    agree(till)
    assert sum(each.minor for each in books.balances(OwnerKind.SITE, 0, Purpose.FEES)) % 5_000 == 0


def earned(people: list[int]) -> list[int]:
    return [sum(money.minor for money in payments_read.balances("person", person)) for person in people]
