"""Money leaves its hold: to one, to several, or back; never more than was paid in."""

from __future__ import annotations

import pytest

from hub.core.holds import operations as holds
from hub.core.holds import queries as holds_read
from hub.core.payments import queries
from hub.core.statements import queries as statements
from hub.db import work
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, NotNow
from tests.factories.money import held, refused, usd

PRIZE = usd(4_000_000)
SUBJECT = "challenge:1"


def release(actor=SYSTEM, gross=PRIZE, key="award:1", fee_bp=500, to=1, subject=SUBJECT):
    with work.unit():
        return holds.release(actor=actor, subject=subject, to_person_id=to, gross=gross, fee_bp=fee_bp, key=key, memo="Award")


def back(key="refund"):
    with work.unit():
        return holds.return_rest(actor=SYSTEM, subject=SUBJECT, key=key)


def test_an_award_moves_net_to_the_winner_and_the_fee_to_the_site(cast):
    held(cast.company, PRIZE)
    winner = cast.people["solver"].id
    release(to=winner)
    assert queries.balances("person", winner) == [usd(3_800_000)]
    assert holds_read.held(SUBJECT, "USD") == 0
    earning = statements.earnings(winner)[0]
    assert (earning.gross, earning.fee, earning.net) == (PRIZE, usd(200_000), usd(3_800_000))
    assert statements.earnings(cast.people["stranger"].id) == []


def test_the_same_award_twice_is_one_award(cast):
    held(cast.company, PRIZE)
    first = release(gross=usd(1_000_000))
    assert release(gross=usd(1_000_000)).id == first.id
    assert holds_read.held(SUBJECT, "USD") == 3_000_000
    again = {"actor": SYSTEM, "subject": SUBJECT, "to_person_id": 1, "fee_bp": 500, "key": "award:1", "memo": "Award"}
    refused("idempotency_key_reused", Conflict, holds.release, gross=usd(1), **again)


def test_awards_and_refunds_never_exceed_what_was_funded(cast):
    held(cast.company, PRIZE)
    release(gross=usd(3_000_000), key="a")
    over = {"actor": SYSTEM, "subject": SUBJECT, "to_person_id": 1, "fee_bp": 0, "memo": ""}
    refusal = refused("not_enough_held", NotNow, holds.release, gross=usd(1_000_001), key="b", **over)
    assert "10,000.00" in str(refusal)
    back()
    refused("not_enough_held", NotNow, holds.release, gross=usd(1), key="c", **over)
    refused("nothing_held", NotNow, holds.release, gross=usd(1), key="d", **{**over, "subject": "challenge:9"})


def test_the_rest_is_returned_once(cast):
    held(cast.company, PRIZE)
    release(gross=usd(1_000_000))
    first = back()
    assert queries.balances("organisation", cast.company.id) == [usd(3_000_000)]
    assert [transaction.id for transaction in back()] == [first[0].id]
    assert queries.balances("organisation", cast.company.id) == [usd(3_000_000)]
    assert holds_read.holds_of(SUBJECT)[0].left_minor == 0


@pytest.mark.parametrize("payees", [{}, {"to_person_id": 1, "to_organisation_id": 1}])
def test_a_release_names_one_payee(cast, payees):
    held(cast.company, PRIZE)
    with pytest.raises(ValueError), work.unit():
        holds.release(actor=SYSTEM, subject=SUBJECT, gross=usd(1), fee_bp=0, key="k", memo="", **payees)
