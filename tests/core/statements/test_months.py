"""Months equal the books, whatever moved and whenever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core.billing.rules import Owner
from hub.core.ledger.rules import OwnerKind
from hub.core.payments import queries as payments
from hub.core.statements import queries
from hub.kernel import clock
from tests.factories.money import deposited, earned, usd

START = datetime(2026, 8, 20, tzinfo=UTC)
MONTHS = ("2026-07", "2026-08", "2026-09", "2026-10", "2026-11")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 90), st.integers(1, 10**6), st.booleans()), min_size=1, max_size=5))
def test_a_chain_of_months_leads_from_nothing_to_the_balance(app, cast, moves):
    for day, minor, to_person in moves:
        with clock.at(START + timedelta(days=day)):
            if to_person:
                earned(cast.company, cast.people["solver"].id, usd(minor), fee_bp=500)
            else:
                deposited(cast.company, usd(minor))
    for owner in (Owner(OwnerKind.PERSON, cast.people["solver"].id), Owner(OwnerKind.ORGANISATION, cast.company.id)):
        before = 0
        for month in MONTHS:
            for most in (5000, 1):
                found = queries.month(owner, month, most=most).get("USD", {"opening": 0, "closing": 0, "lines": [], "accounts": []})
                assert found["opening"] == before
                assert found["opening"] + sum(line["minor"] for line in found["lines"]) == found["closing"]
                assert sum(one["closing"] for one in found["accounts"]) == found["closing"]
            before = found["closing"]
        (balance,) = payments.balances(str(owner.kind), owner.id) or [usd(0)]
        assert balance.minor == before
