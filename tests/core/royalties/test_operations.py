"""Sales and royalties: each moves money once, to the right sides, and is given back exactly as it was taken."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sql

from hub.core.checks.rules import Report
from hub.core.controls import queries as controls
from hub.core.ledger import operations as ledger
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import OwnerKind
from hub.core.messages.models import Notification
from hub.core.payments import queries as payments
from hub.core.royalties import operations, queries
from hub.core.royalties.models import RevenueYear, Royalty, RoyaltyDue, Sale
from hub.core.royalties.rules import Band, Period
from hub.core.royalties.states import DueState, State
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from hub.kernel.money import Money
from tests.core.controls.test_verify import break_books
from tests.factories import people
from tests.factories.money import deposited, earned, race, usd

TWO = [Band(100_000, 3_000), Band(None, 1_500)]
PLATFORM = "platform:1"
KEYS = itertools.count(1)
ORG, PERSON = OwnerKind.ORGANISATION, OwnerKind.PERSON
NOON = datetime(2031, 2, 3, 12, tzinfo=UTC)


@pytest.fixture
def shop(cast):
    """The company owns the platform, `solver` sells there, `stranger` buys with USD 5,000.00."""
    with clock.at(NOON):
        earned(cast.company, cast.people["stranger"].id, usd(500_000))
        with work.unit():
            today = NOON.date()
            operations.share_revenue(actor=cast.owner, subject=PLATFORM, currency="USD", owner_id=cast.company.id, bands=TWO, from_on=today)
        yield cast


def sell(cast, minor, key="", buyer="stranger"):
    with work.unit():
        return operations.sell(
            actor=cast.actor(buyer), subject=PLATFORM, gross=usd(minor), buyer=(PERSON, cast.people[buyer].id),
            seller=(PERSON, cast.people["solver"].id), label="Plug-in", key=key or f"k{next(KEYS)}",
        )  # fmt: skip


def has(kind, number):
    return sum(amount.minor for amount in payments.balances(kind, number))


def sides(cast):
    """What buyer, seller, owner and site have."""
    names = ("stranger", "solver")
    return (
        *(has("person", cast.people[name].id) for name in names),
        has("organisation", cast.company.id),
        books.balance(accounts.fees("USD")),
    )


def test_a_sale_goes_to_the_seller_the_owner_and_the_site_by_the_years_bands(shop):
    first = sell(shop, 100_000)  # fee 5 %: 95,000 to share, all in the first band
    assert (first.fee_minor, first.owner_minor, first.seller_minor) == (5_000, 28_500, 66_500)
    second = sell(shop, 100_000)  # 5,000 at 30 %, 90,000 at 15 %
    assert (second.fee_minor, second.owner_minor, second.seller_minor) == (5_000, 15_000, 80_000)
    assert sides(shop) == (300_000, 146_500, 43_500, 10_000)
    with clock.at(NOON.replace(year=2032)):
        assert sell(shop, 100_000).owner_minor == 28_500  # a new year begins below


def test_what_is_given_back_is_what_was_posted_once(shop):
    sell(shop, 100_000)
    before = sides(shop)
    sale = sell(shop, 33_333)
    for _ in range(2):
        with work.unit():
            operations.refund_sale(actor=SYSTEM, sale=sale, reason="It did not run.")
    assert sides(shop) == before
    assert queries.sold(PLATFORM, PERSON, shop.people["solver"].id, "USD", 2031) == 95_000
    assert sell(shop, 33_333).owner_minor == sale.owner_minor


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 200), st.lists(st.floats(0, 1), min_size=3, max_size=3), st.booleans())
def test_kept_for_a_dispute_is_of_each_part_what_is_there_and_nothing_is_lost_at_the_end(shop, price, spent, back):
    """Whatever seller, owner and site have spent of theirs meanwhile."""
    work.rollback()
    sale = sell(shop, price)
    three = [accounts.balance_of(PERSON, shop.people["solver"].id, "USD"), accounts.balance_of(ORG, shop.company.id, "USD"),
             accounts.fees("USD")]  # fmt: skip
    parts = (sale.seller_minor, sale.owner_minor, sale.fee_minor)
    with work.unit():
        for place, share in enumerate(spent):
            _spend_down_to(three[place], round(parts[place] * (1 - share)), to=_elsewhere(shop))
    before = [books.available(one) for one in three]
    whole = sum(sides(shop)) + books.balance(_elsewhere(shop))
    with work.unit():
        kept = operations.keep_returnable(actor=SYSTEM, sale=sale)
    report = Report()
    queries.verify(report)
    assert report.problems == [], "the check knows that only a part was there"
    taken = [had - books.available(one) for had, one in zip(before, three, strict=True)]
    assert taken == [min(had, part) for had, part in zip(before, parts, strict=True)] and kept.minor == sum(taken)
    with work.unit():
        assert operations.keep_returnable(actor=SYSTEM, sale=sale) == kept, "again is the same"
    if back and kept.minor == price:
        with work.unit():
            operations.refund_sale(actor=SYSTEM, sale=sale, reason="The plug-in does nothing.")
        assert [books.available(one) for one in three] == [had - part for had, part in zip(before, parts, strict=True)]
    else:
        with work.unit():
            operations.stop_keeping(actor=SYSTEM, sale=sale)
        assert [books.available(one) for one in three] == before
    assert sum(sides(shop)) + books.balance(_elsewhere(shop)) == whole


def _elsewhere(cast):
    return accounts.balance_of(PERSON, cast.people["member"].id, "USD")


def _spend_down_to(account, left, to):
    gone = books.available(account) - left
    if gone > 0:
        legs = accounts.from_to(account, to, gone)
        ledger.post(actor=SYSTEM, kind=accounts.Kind.FUNDING, key=f"spent{next(KEYS)}", legs=legs)


def test_the_same_sale_again_is_the_first_one(shop):
    first = sell(shop, 10_000, key="same")
    assert sell(shop, 10_000, key="same").id == first.id
    with pytest.raises(Conflict) as refusal:
        sell(shop, 10_001, key="same")
    assert refusal.value.code == "idempotency_key_reused"
    assert sides(shop)[0] == 490_000


def test_shares_change_from_a_day_on_and_never_backwards(shop):
    with work.unit():
        operations.share_revenue(
            actor=shop.owner, subject=PLATFORM, currency="USD", owner_id=shop.company.id, bands=[Band(None, 0)], from_on=date(2031, 3, 1)
        )
    assert sell(shop, 10_000).owner_minor == 2_850
    with clock.at(datetime(2031, 3, 1, tzinfo=UTC)):
        assert sell(shop, 10_000).owner_minor == 0
    with pytest.raises(Invalid) as refusal, work.unit():
        yesterday = NOON.date() - timedelta(days=1)
        operations.share_revenue(actor=shop.owner, subject=PLATFORM, currency="USD", owner_id=shop.company.id, bands=TWO, from_on=yesterday)
    assert refusal.value.code == "day_past"


def test_what_cannot_be_sold_moves_nothing(shop):
    before = sides(shop)
    for minor, kind, code in ((500_001, Invalid, "over_balance"), (0, Invalid, "amount_zero"), (-1, Invalid, "amount_negative")):
        with pytest.raises(kind) as refusal:
            sell(shop, minor)
        assert refusal.value.code == code
    told = {"actor": shop.stranger, "seller": (PERSON, shop.people["solver"].id), "label": "", "key": "x"}
    mine = (PERSON, shop.people["stranger"].id)
    with pytest.raises(NotNow), work.unit():
        operations.sell(subject="platform:9", gross=usd(5), buyer=mine, **told)
    with pytest.raises(NotAllowed), work.unit():
        operations.sell(subject=PLATFORM, gross=usd(5), buyer=(PERSON, shop.people["member"].id), **told)
    with pytest.raises(NotAllowed), work.unit():
        operations.sell(subject=PLATFORM, gross=usd(5), buyer=(ORG, shop.company.id), **told)
    with pytest.raises(Invalid), work.unit():
        operations.sell(subject=PLATFORM, gross=usd(5), buyer=mine, **{**told, "seller": mine})
    assert sides(shop) == before and db.session.query(Sale).count() == 0


def test_sales_at_once_share_the_year_as_if_one_came_after_the_other(app, shop):
    stranger = shop.stranger

    def act(key):
        return lambda: operations.sell(
            actor=stranger, subject=PLATFORM, gross=usd(60_000), buyer=(PERSON, stranger.person_id),
            seller=(PERSON, shop.people["solver"].id), label="", key=key,
        ).id  # fmt: skip

    solver = shop.people["solver"].id
    results = race(app, *(act(f"r{number}") for number in range(4)), act("r0"))
    work.rollback()
    assert len(set(results)) == 4
    assert sides(shop)[2] == 30_000 + (4 * 57_000 - 100_000) * 15 // 100
    assert queries.sold(PLATFORM, PERSON, solver, "USD", 2031) == 4 * 57_000


# Royalties


@pytest.fixture
def lab(cast):
    """Another organisation, the licensee, with USD 1,000.00; its owner is `stranger`."""
    made = people.organisation(cast.people["stranger"], "Licensee", "lab")
    deposited(made, usd(100_000))
    return made


def proposed(cast, lab, **more):
    told = {
        "licensee": lab.slug, "title": "Coating", "currency": "USD", "period": Period.QUARTER, "bands": TWO, "minimum": usd(1_000),
        "from_on": date(2031, 2, 15), "pay_days": 30,
    } | more  # fmt: skip
    with work.unit():
        return operations.propose(actor=cast.owner, licensor_id=cast.company.id, **told)


def running(cast, lab, **more):
    royalty = proposed(cast, lab, **more)
    with work.unit():
        return operations.accept(actor=cast.stranger, royalty=royalty)


def report(cast, royalty, minor, start):
    with work.unit():
        return operations.report_sales(actor=cast.stranger, royalty=royalty, sales=usd(minor), from_on=start)


def test_reported_sales_fall_due_by_the_years_bands_and_are_paid_once(cast, lab):
    royalty = running(cast, lab)
    with clock.at(datetime(2031, 4, 1, tzinfo=UTC)):
        first = report(cast, royalty, 60_000, date(2031, 1, 1))
        assert (first.minor, first.pay_by, first.state) == (18_000, date(2031, 5, 1), DueState.DUE)
        with work.unit():
            operations.pay(actor=cast.stranger, royalty=royalty, due=first)
        with pytest.raises(NotNow), work.unit():
            operations.pay(actor=cast.stranger, royalty=royalty, due=first)
    assert (has("organisation", lab.id), has("organisation", cast.company.id)) == (82_000, 17_100)
    assert books.balance(accounts.fees("USD")) == 900
    with clock.at(datetime(2031, 7, 1, tzinfo=UTC)):
        assert report(cast, royalty, 60_000, date(2031, 4, 1)).minor == 12_000 + 3_000
    with clock.at(datetime(2031, 10, 1, tzinfo=UTC)):
        assert report(cast, royalty, 0, date(2031, 7, 1)).minor == 1_000


def test_a_period_is_reported_once_in_order_and_after_its_end(cast, lab):
    royalty = running(cast, lab)
    with clock.at(datetime(2031, 3, 31, 23, 59, tzinfo=UTC)):
        for start, kind, code in ((date(2031, 1, 1), NotNow, "period_not_over"), (date(2031, 4, 1), Conflict, "another_period")):
            with pytest.raises(kind) as refusal:
                report(cast, royalty, 5, start)
            assert refusal.value.code == code
    with clock.at(datetime(2031, 4, 1, tzinfo=UTC)):
        report(cast, royalty, 5, date(2031, 1, 1))
        with pytest.raises(Conflict):
            report(cast, royalty, 7, date(2031, 1, 1))
        with pytest.raises(Invalid), work.unit():
            operations.report_sales(actor=cast.stranger, royalty=royalty, sales=Money(5, "EUR"), from_on=date(2031, 4, 1))
    assert db.session.query(RoyaltyDue).count() == 1


def test_a_fixed_sum_falls_due_at_once_and_never_again(cast, lab):
    royalty = running(cast, lab, period=Period.ONCE, minimum=usd(70_000))
    (due,) = queries.dues_of([royalty.id])[royalty.id]
    assert due.minor == 70_000 and queries.next_period(royalty) is None
    with pytest.raises(NotNow):
        report(cast, royalty, 5, due.until_on)


def test_without_the_money_it_stays_due_and_is_told_once_when_overdue(cast, lab):
    royalty = running(cast, lab, period=Period.ONCE, minimum=usd(100_001))
    (due,) = queries.dues_of([royalty.id])[royalty.id]
    with pytest.raises(Invalid) as refusal, work.unit():
        operations.pay(actor=cast.stranger, royalty=royalty, due=due)
    assert refusal.value.code == "over_balance" and due.state is DueState.DUE
    with clock.at(clock.now() + timedelta(days=30)), work.unit():
        assert operations.tell_overdue() == 0
    with clock.at(clock.now() + timedelta(days=31)):
        with work.unit():
            assert operations.tell_overdue() == 1
            assert journal.pending_kinds() == ["RoyaltyOverdue"]
        with work.unit():
            assert operations.tell_overdue() == 0


def test_each_side_does_its_part_and_nobody_else(cast, lab):
    royalty = proposed(cast, lab)
    for name in ("owner", "manager", "finance", "member", "solver", "admin"):
        with pytest.raises(NotAllowed), work.unit():
            operations.accept(actor=cast.actor(name), royalty=royalty)
    for name in ("finance", "member", "solver", "stranger", "admin"):
        with pytest.raises(NotAllowed), work.unit():
            operations.propose(
                actor=cast.actor(name), licensor_id=cast.company.id, licensee=lab.slug, title="X", currency="USD", period=Period.YEAR,
                bands=TWO, minimum=usd(0), from_on=date(2031, 1, 1), pay_days=30,
            )  # fmt: skip
    for name in ("member", "solver"):
        with pytest.raises(NotFound):
            queries.get_for(cast.actor(name), royalty.id)
    with work.unit():
        operations.decline(actor=cast.stranger, royalty=royalty, reason="The shares are too high.")
    assert royalty.state is State.DECLINED
    with pytest.raises(NotNow), work.unit():
        operations.accept(actor=cast.stranger, royalty=royalty)
    with pytest.raises(NotAllowed):
        report(dataclass_of(cast, "solver"), royalty, 5, date(2031, 1, 1))


def dataclass_of(cast, name):
    return type("Other", (), {"stranger": cast.actor(name)})()


def test_ended_it_takes_no_reports_and_what_is_due_stays_due(cast, lab):
    royalty = running(cast, lab)
    with clock.at(datetime(2031, 4, 1, tzinfo=UTC)):
        due = report(cast, royalty, 10_000, date(2031, 1, 1))
        with work.unit():
            operations.end(actor=cast.owner, royalty=royalty, reason="The patent has expired.")
        with pytest.raises(NotNow):
            report(cast, royalty, 5, date(2031, 4, 1))
        with work.unit():
            operations.pay(actor=cast.stranger, royalty=royalty, due=due)
    assert due.state is DueState.PAID


def test_one_due_paid_by_two_at_once_is_paid_once(app, cast, lab):
    royalty = running(cast, lab, period=Period.ONCE, minimum=usd(30_000))
    number, payer, royalty_id = queries.dues_of([royalty.id])[royalty.id][0].id, cast.stranger, royalty.id

    def act():
        found = db.session.get(RoyaltyDue, number)
        return operations.pay(actor=payer, royalty=db.session.get(Royalty, royalty_id), due=found).state

    results = race(app, act, act, act)
    work.rollback()
    assert sorted(type(one) is NotNow for one in results) == [False, True, True]
    assert has("organisation", lab.id) == 70_000


def test_both_sides_are_told(cast, lab):
    royalty = running(cast, lab, period=Period.ONCE, minimum=usd(30_000))
    work.rollback()
    delivery.deliver_all()
    told = {
        name: [row.text for row in db.session.query(Notification).filter_by(person_id=cast.people[name].id)]
        for name in ("stranger", "owner")
    }
    assert any("is proposed" in text for text in told["stranger"])
    assert any("answered" in text for text in told["owner"]) and any("is to be paid by" in text for text in told["owner"])
    assert royalty.state is State.RUNNING


# Faults, and what the check finds


@pytest.mark.parametrize("place", range(1, 9))
def test_a_sale_that_dies_at_any_statement_never_was(shop, place):
    before, seen = sides(shop), itertools.count(1)

    def die(connection, cursor, statement, *more):
        if statement.startswith(("INSERT", "UPDATE")) and next(seen) == place:
            raise RuntimeError("killed")

    sql.listen(db.engine, "before_cursor_execute", die)
    try:
        sell(shop, 10_000, key="dies")
        died = False
    except RuntimeError:
        died = True
    finally:
        sql.remove(db.engine, "before_cursor_execute", die)
    work.rollback()
    if died:
        assert sides(shop) == before and db.session.query(Sale).count() == 0
    assert sell(shop, 10_000, key="dies").gross_minor == 10_000
    assert sides(shop)[0] == before[0] - 10_000


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE sale SET owner_minor = owner_minor + 1, seller_minor = seller_minor - 1", "sale_postings"),
        ("UPDATE sale SET buyer_id = buyer_id + 1", "sale_postings"),
        ("UPDATE sale SET refund_id = transaction_id", "sale_refund"),
        ("UPDATE sale SET share_id = 99", "sale_orphan"),
        ("UPDATE revenue_year SET net_minor = net_minor + 1", "revenue_year"),
        ("UPDATE royalty_due SET minor = minor + 1 WHERE state = 'paid'", "royalty_postings"),
        ("UPDATE royalty_due SET state = 'due' WHERE state = 'paid'", "royalty_postings"),
        ("UPDATE royalty_due SET royalty_id = 99", "royalty_orphan"),
        ("DELETE FROM royalty_due", "cause_missing"),
        ("UPDATE royalty SET state = 'odd'", "value_unknown"),
    ],
)
def test_the_check_finds_what_the_books_do_not_know(shop, lab, damage, code):
    sell(shop, 10_000)
    royalty = running(shop, lab, period=Period.ONCE, minimum=usd(30_000))
    with work.unit():
        operations.pay(actor=shop.stranger, royalty=royalty, due=queries.dues_of([royalty.id])[royalty.id][0])
    assert controls.verify().ok, controls.verify().problems
    shop.breaks_the_books = True
    break_books(damage)
    db.session.expire_all()
    assert code in {problem.code for problem in controls.verify().problems}
    assert db.session.query(RevenueYear).count() == 1
