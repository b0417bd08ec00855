"""Bank files: what waits goes into one, each of its payouts is confirmed once, what was not used waits again."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.batches import operations, queries, rules
from hub.core.controls import queries as controls
from hub.core.payments import queries as payments
from hub.core.payouts import operations as payouts
from hub.core.payouts import queries as payouts_read
from hub.core.payouts.states import PayoutState
from hub.db import work
from hub.db.extensions import db
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotNow
from hub.kernel.money import Money
from tests.core.controls.test_verify import break_books
from tests.db.children import killed_before
from tests.factories.money import IBAN, earned, payout, race, usd

ME = "solver"


@pytest.fixture
def three(cast):
    """Three payouts that wait: USD 1.00, 2.00, 3.00 of 10.00."""
    earned(cast.company, cast.people[ME].id, usd(1000))
    return [payout(cast.solver, usd(100 * n)).id for n in (1, 2, 3)]


def made(cast, ids):
    with work.unit():
        return operations.make_batch(actor=cast.admin, payout_ids=ids).id


def confirmed(cast, number, references):
    with work.unit():
        return operations.confirm_batch(actor=cast.admin, batch=queries.batch(number), references=references)


def states(ids):
    work.rollback()
    db.session.expire_all()
    return [payouts_read.payout(one).state.value for one in ids]


def test_a_file_is_made_confirmed_in_parts_and_each_payout_once(cast, three):
    number = made(cast, three)
    assert states(three) == ["sending"] * 3
    assert confirmed(cast, number, {three[0]: "B1", three[1]: " ", three[2]: "B3"}) == 2
    assert states(three) == ["paid", "sending", "paid"]
    assert confirmed(cast, number, {three[0]: "B1", three[1]: "B2", three[2]: "B3"}) == 1, "the others are passed over"
    assert payments.balances("person", cast.people[ME].id) == [usd(400)]
    with pytest.raises(Conflict) as refusal:
        confirmed(cast, number, {three[0]: "another"})
    assert refusal.value.code == "confirmed_otherwise"
    assert controls.verify().ok


def test_a_payout_stands_in_one_file_and_waits_again_when_it_is_taken_back(cast, three):
    number = made(cast, three)
    with pytest.raises(NotNow):
        made(cast, three[:1])
    confirmed(cast, number, {three[0]: "B1"})
    with work.unit():
        assert operations.take_back(actor=cast.admin, batch=queries.batch(number)) == 2
    assert states(three) == ["paid", "requested", "requested"]
    again = made(cast, three[1:])
    assert [one.id for one in queries.payouts_in(again)] == three[1:]
    assert [one.id for one in queries.payouts_in(number)] == three[:1]
    with pytest.raises(Invalid):
        confirmed(cast, number, {three[1]: "B2"})
    assert controls.verify().ok


def test_what_cannot_be_a_file_is_refused(cast, three):
    earned(cast.company, cast.people[ME].id, Money(500, "EUR"))
    euro = payout(cast.solver, Money(100, "EUR")).id
    for ids, code in (
        ([], "batch_empty"),
        ([*three, euro], "batch_mixed"),
        ([*three, 999], "batch_unknown"),
        (range(1, 300), "batch_too_long"),
    ):
        with pytest.raises(Invalid) as refusal:
            made(cast, ids)
        assert refusal.value.code == code
    with pytest.raises(NotAllowed), work.unit():
        operations.make_batch(actor=cast.owner, payout_ids=three)
    assert states(three) == ["requested"] * 3


def test_the_files_say_who_gets_what(cast, three):
    with work.unit():
        cast.people[ME].name = "=HYPERLINK(1)"
    number = made(cast, three)
    orders = queries.orders(number)
    rows = list(csv.DictReader(io.StringIO(rules.as_csv(orders).removeprefix("\ufeff"))))
    assert [(row["amount"], row["end_to_end_id"], row["account"]) for row in rows] == [
        (f"{n}.00", f"HUB-PAYOUT-{one}", IBAN) for n, one in zip((1, 2, 3), three, strict=True)
    ]
    assert rows[0]["name"] == "'=HYPERLINK(1)", "no spreadsheet takes it for a formula"
    payer = rules.payer_of("Innovation Hub; IBAN GB33 BUKB 2020 1555 5555 55")
    root = ElementTree.fromstring(rules.as_pain001(number, queries.batch(number).made_at, payer, orders))
    space = {"p": rules.NAMESPACE}
    assert root.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=space) == "6.00"
    assert root.findtext(".//p:DbtrAcct/p:Id/p:IBAN", namespaces=space) == "GB33BUKB20201555555555"
    assert [one.text for one in root.findall(".//p:InstdAmt", space)] == ["1.00", "2.00", "3.00"]
    assert [one.text for one in root.findall(".//p:EndToEndId", space)] == [f"HUB-PAYOUT-{one}" for one in three]


@given(st.integers(1, 10**12), st.text(max_size=8), st.text(alphabet="/ .:", max_size=5))
@settings(max_examples=60, deadline=None, database=None)
def test_a_payout_is_known_again_in_what_banks_make_of_its_name(number, before, after):
    assert rules.payout_named(f"{before} {rules.end_to_end(number)} {after}") == number
    assert rules.payout_named(f"hub payout {number}") == number


def test_two_administrators_put_a_payout_into_one_file(app, cast, three):
    admin = cast.admin
    results = race(app, *[lambda: operations.make_batch(actor=admin, payout_ids=three).id] * 2)
    assert sorted(type(one) for one in results if isinstance(one, Exception)) == [NotNow] or len(set(map(type, results))) == 2
    assert states(three) == ["sending"] * 3
    assert len(queries.batches()) == 1


def test_confirming_the_file_twice_at_once_sends_each_once(app, cast, three):
    number, admin = made(cast, three), cast.admin
    references = {one: f"B{one}" for one in three}

    def confirm():
        return operations.confirm_batch(actor=admin, batch=queries.batch(number), references=references)

    assert sorted(race(app, confirm, confirm)) == [0, 3]
    assert payments.balances("person", cast.people[ME].id) == [usd(400)]


@pytest.mark.parametrize("step", ["make", "confirm", "take_back", "return"])
def test_killed_at_any_statement_a_step_is_whole_or_never_was(cast, three, step):
    number = made(cast, three[:1]) if step != "make" else 0
    if step == "return":
        confirmed(cast, number, {three[0]: "B1"})
    admin, one = cast.admin, three[0]
    steps = {
        "make": lambda: operations.make_batch(actor=admin, payout_ids=three[:2]),
        "confirm": lambda: operations.confirm_batch(actor=admin, batch=queries.batch(number), references={one: "B1"}),
        "take_back": lambda: operations.take_back(actor=admin, batch=queries.batch(number)),
        "return": lambda: payouts.return_payout(actor=admin, payout=payouts_read.payout(one), reason="Account closed"),
    }
    before, count = states(three), 0
    while killed_before(count, steps[step]):
        assert states(three) == before
        assert controls.verify().ok
        count += 2
    assert count > 8
    assert states(three) != before


def test_a_payout_that_bounces_is_back_with_its_reason(cast, three):
    with work.unit():
        payouts.confirm_payout(actor=cast.admin, payout=payouts_read.payout(three[2]), bank_reference="B3")
    with pytest.raises(NotNow), work.unit():
        payouts.return_payout(actor=cast.admin, payout=payouts_read.payout(three[0]), reason="It never left")
    for total, left in ((usd(100), 500), (usd(100), 500), (usd(300), 700)):
        with work.unit():
            payouts.return_payout(actor=cast.admin, payout=payouts_read.payout(three[2]), reason="Account closed", total=total)
        assert payments.balances("person", cast.people[ME].id) == [usd(left)]
    back = payouts_read.payout(three[2])
    assert (back.state, back.reason) == (PayoutState.RETURNED, "Account closed")
    with pytest.raises(Invalid) as refusal, work.unit():
        payouts.return_payout(actor=cast.admin, payout=back, reason="Too much", total=usd(301))
    assert refusal.value.code == "returned_too_much"


MINIMUM = {"USD": 5}


def test_a_payout_below_the_minimum_says_what_is_missing(cast):
    me = cast.people[ME].id
    earned(cast.company, me, usd(320))
    ask = {"actor": cast.solver, "owner": "person", "owner_id": me, "destination": IBAN, "minimum": MINIMUM}
    with pytest.raises(Invalid) as refusal, work.unit():
        payouts.request_payout(amount=usd(320), **ask)
    assert (refusal.value.code, refusal.value.values["missing"]) == ("below_minimum", "USD 1.80")
    earned(cast.company, me, usd(180))
    with pytest.raises(Invalid) as refusal, work.unit():
        payouts.request_payout(amount=usd(499), **ask)
    assert refusal.value.code == "below_minimum"
    assert payments.balances("person", me) == [usd(500)]
    with work.unit():
        assert payouts.request_payout(amount=usd(500), **ask).amount == usd(500)


def test_a_monthly_plan_pays_once_a_month_what_is_enough(cast):
    from datetime import UTC, datetime

    from hub.kernel import clock

    me = cast.people[ME].id
    earned(cast.company, me, usd(700))
    earned(cast.company, me, Money(300, "EUR"))
    with work.unit():
        payouts.plan_payouts(actor=cast.solver, destination=IBAN)

    def run():
        with work.unit():
            return [one.amount for one in payouts.pay_plan(plan=payouts_read.plan_of(me), minimum=MINIMUM | {"EUR": 5})]

    assert run() == [], "not in the month it was asked for"
    clock.set_to(datetime(2026, 12, 1, 0, 5, tzinfo=UTC))
    assert run() == [usd(700)]
    earned(cast.company, me, usd(900))
    assert run() == [], "once a month"
    clock.set_to(datetime(2027, 1, 1, tzinfo=UTC))
    earned(cast.company, me, Money(200, "EUR"))
    assert run() == [Money(500, "EUR"), usd(900)]
    with work.unit():
        payouts.end_plan(actor=cast.solver)
    assert payouts_read.plan_of(me) is None


DAMAGE = {
    "a line vanished": (["DELETE FROM payout_line WHERE id = (SELECT max(id) FROM payout_line)"], "batch_lines"),
    "a payout in the file waits": (
        ["UPDATE payout SET state = 'requested' WHERE state = 'sending' AND id = (SELECT max(id) FROM payout)"], "batch_state",
    ),
    "more came back than was posted": (
        ["UPDATE payout SET returned_minor = 1 WHERE state = 'paid'"], "payout_returned",
    ),
    "a payout changed its way": (["UPDATE payout SET gateway = 'stripe' WHERE state = 'paid'"], "payout_purse"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_each_damage_is_found(cast, three, damage):
    number = made(cast, three)
    confirmed(cast, number, {three[0]: "B1"})
    statements, code = DAMAGE[damage]
    cast.breaks_the_books = True
    break_books(*statements)
    assert code in {problem.code for problem in controls.verify().problems}
