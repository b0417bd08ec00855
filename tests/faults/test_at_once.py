"""Two things at the same moment, by real processes over one database (SQLite or PostgreSQL): one order of them happened, no cent is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.core.cards import operations as cards
from hub.core.cards import queries as cards_read
from hub.core.cards.reactions import look_at_dispute
from hub.core.gateways import gateway_stripe
from hub.core.holds import operations as holding
from hub.core.holds import queries as holds
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.kernel.actor import SYSTEM
from tests.db import children
from tests.db.children import DONE, REFUSED
from tests.factories.money import asked, usd
from tests.faults.test_webhooks import agree

PRIZE, SUBJECT = usd(100_000), "prize:1"


def at_once(till, *acts: Callable[[], object]) -> list[int]:
    """As `children.at_once`, each with its own connection to the processor."""
    return children.at_once(*acts, prepare=lambda: till.app.extensions.pop(gateway_stripe.EXTENSION, None))


def award(key: str, amount=PRIZE, to: int = 1):
    return lambda: holding.release(actor=SYSTEM, subject=SUBJECT, to_person_id=to, gross=amount, fee_bp=0, key=key, memo="")


def won(*people: int) -> int:
    return sum(money.minor for person in people for money in payments_read.balances("person", person))


@pytest.fixture
def held_by_card(till, cast):
    return till.paid(asked(cast.company, PRIZE, SUBJECT))


def test_two_awards_of_the_whole_hold(till, cast, held_by_card):
    one, two = cast.people["solver"].id, cast.people["stranger"].id
    assert sorted(at_once(till, award("a", to=one), award("b", to=two))) == [DONE, REFUSED]
    assert (won(one, two), holds.held(SUBJECT, "USD")) == (PRIZE.minor, 0)
    agree(till)


def test_the_same_award_six_times(till, cast, held_by_card):
    one = cast.people["solver"].id
    assert at_once(till, *[award("same", usd(60_000), one)] * 6) == [DONE] * 6
    assert (won(one), holds.held(SUBJECT, "USD")) == (60_000, 40_000)
    agree(till)


def test_an_award_against_the_return_of_the_rest(till, cast, held_by_card):
    one = cast.people["solver"].id
    award_code, _ = at_once(till, award("a", usd(70_000), one), lambda: payments.refund(actor=SYSTEM, subject=SUBJECT, key="rest"))
    back = sum(money.minor for money in payments_read.balances("organisation", cast.company.id))
    assert (won(one), back) == ((70_000, 30_000) if award_code == DONE else (0, PRIZE.minor))
    agree(till)


def test_an_award_against_a_dispute(till, cast, held_by_card):
    """The bank takes the payment back while its money is given away: what is still held is frozen, the rest is the site's risk."""
    one, visit = cast.people["solver"].id, held_by_card.id
    remote = till.fake.dispute(till.charge(held_by_card))["id"]
    award_code, dispute_code = at_once(till, award("a", usd(70_000), one), lambda: look_at_dispute(visit, remote))
    assert dispute_code == DONE
    [dispute] = cards_read.disputes_of(visit)
    assert dispute.frozen.minor == PRIZE.minor - (70_000 if award_code == DONE else 0)
    assert (won(one), holds.held(SUBJECT, "USD")) == (70_000 if award_code == DONE else 0, 0)
    till.settle()
    agree(till)


@pytest.mark.parametrize("is_won", [True, False])
def test_a_refund_to_the_card_against_a_dispute(till, cast, is_won):
    visit = till.paid(asked(cast.company, PRIZE, subject="")).id
    owner = cast.owner
    remote = till.fake.dispute(till.charge(cards_read.payment(visit)))["id"]
    ask = lambda: cards.ask_refund(actor=owner, payment=cards_read.payment(visit), amount=usd(60_000))  # noqa: E731
    at_once(till, ask, lambda: look_at_dispute(visit, remote))
    till.settle()
    till.fake.close_dispute(remote, won=is_won)
    till.settle()
    assert len(cards_read.disputes_of(visit)) == 1
    back = sum(money.minor for money in payments_read.balances("organisation", cast.company.id))
    assert back == (PRIZE.minor if is_won else 0), "Stripe refunds no charge that is disputed"
    assert [each["status"] for each in till.fake.all("refund")] == []
    agree(till)


def test_the_return_of_the_rest_against_a_dispute(till, cast, held_by_card):
    visit = held_by_card.id
    remote = till.fake.dispute(till.charge(held_by_card))["id"]
    codes = at_once(till, lambda: payments.refund(actor=SYSTEM, subject=SUBJECT, key="rest"), lambda: look_at_dispute(visit, remote))
    assert codes == [DONE, DONE]
    [dispute] = cards_read.disputes_of(visit)
    assert dispute.frozen == PRIZE
    assert (holds.held(SUBJECT, "USD"), payments_read.balances("organisation", cast.company.id)) == (0, [])
    till.settle()
    agree(till)
