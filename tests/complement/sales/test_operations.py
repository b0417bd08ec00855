"""Buying and giving back: paid once, divided by the year's bands, given back to the cent while the days last, and never more than once."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sql
from sqlalchemy import func, select

from hub.complement.platforms import operations as platforms_do
from hub.complement.products import operations as products_do
from hub.complement.products import queries as products
from hub.complement.sales import operations, queries
from hub.complement.sales.models import Purchase
from hub.complement.sales.states import State
from hub.complement.store import operations as store
from hub.complement.store import queries as holdings
from hub.complement.store.rules import Refusal
from hub.complement.store.states import State as Holding
from hub.core.controls import queries as controls
from hub.core.disputes import operations as disputes
from hub.core.disputes.rules import Ground
from hub.core.ledger import operations as ledger
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import OwnerKind
from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.core.papers.models import Paper
from hub.core.papers.rules import PaperKind
from hub.core.payouts import operations as payouts
from hub.core.royalties import queries as royalties
from hub.core.royalties.rules import Band, due_on
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Role
from hub.kernel.errors import HubError, Invalid, NotAllowed, NotFound, NotNow
from hub.kernel.money import Money, breakdown
from tests.db.processes import together
from tests.factories import people, platforms
from tests.factories import sales as made
from tests.factories.damage import break_books
from tests.factories.money import IBAN
from tests.factories.sales import eur

WHY = "It does not run on our line."
PERSON, ORG = OwnerKind.PERSON, OwnerKind.ORGANISATION


@pytest.fixture
def product(cast):
    """The firm's product on the house's platform: EUR 20.00, 15 % of what is left after 5 %. The user has EUR 100.00."""
    made.rich(cast.user, eur(10_000))
    vars(cast)["ids"] = (cast.user.person_id, cast.firm.id, cast.house.id, cast.vendor.person_id)
    with work.unit():
        found = made.priced(cast.rival, cast.platform, cast.owner, organisation_id=cast.firm.id)
    yield found
    work.rollback()
    if "broken" not in vars(cast):
        assert controls.verify().problems == []


def has(kind: OwnerKind, number: int, currency: str = "EUR") -> int:
    return books.balance(accounts.balance_of(kind, number, currency))


def sides(cast) -> tuple[int, ...]:
    """What the user, the firm, the platform's owner and the site have."""
    site = books.balance(accounts.fees("EUR"))
    user, firm, house, _vendor = vars(cast)["ids"]
    return has(PERSON, user), has(ORG, firm), has(ORG, house), site


def buy(buyer, product, organisation_id=None) -> Purchase:
    with work.unit():
        return made.bought(buyer, product, organisation_id)


def give_back(actor, purchase) -> Purchase:
    with work.unit():
        return operations.give_back(actor=actor, purchase=purchase, reason=WHY)


def told(person) -> list[str]:
    rows = db.session.scalars(select(Notification).where(Notification.person_id == person.id).order_by(Notification.id))
    return [note.text % note.values for note in rows]


def refused(kind: type[HubError], code: str, call, **arguments) -> None:
    """Refused with this code, and nothing changed."""
    before = db.session.scalar(select(func.count()).select_from(Purchase))
    with pytest.raises(kind) as refusal, work.unit():
        call(**arguments)
    assert refusal.value.code == code
    work.rollback()
    assert db.session.scalar(select(func.count()).select_from(Purchase)) == before


def test_what_is_bought_is_paid_divided_and_there_at_once(cast, product):
    assert queries.quote(product, eur(2_000)).parts.seller == eur(1_615)
    purchase = buy(cast.user, product)
    assert sides(cast) == (8_000, 1_615, 285, 100)
    assert (purchase.licence, purchase.price, purchase.release.number) == ("Apache-2.0", eur(2_000), "1.0.0")
    assert purchase.entitlement.state is Holding.ACTIVE and holdings.may_use(cast.user, product.id) is purchase.entitlement
    assert store.fetch(actor=cast.user, release=purchase.release).number == "1.0.0"
    assert royalties.has_bought(cast.user, product.ref) and royalties.count_of(product.ref) == 1
    (month,) = queries.months(product=product)
    assert (month.sold.count, month.kept.seller, month.kept.owner) == (1, eur(1_615), eur(285))
    work.rollback()
    delivery.deliver_all()
    assert told(cast.persons["user"]) == ["“Whisk” is bought: EUR 20.00 were paid. It is yours to use now."]
    assert "“Whisk” was sold: of EUR 20.00 you get EUR 16.15." in told(cast.persons["rival"])
    papers = {
        (one.kind, str(one.issuer), str(one.recipient)): one.minor
        for one in db.session.scalars(select(Paper))
        if one.kind is not PaperKind.STATEMENT
    }
    user, firm, house = f"person:{cast.user.person_id}", f"organisation:{cast.firm.id}", f"organisation:{cast.house.id}"
    assert papers == {
        (PaperKind.INVOICE, firm, user): 2_000, (PaperKind.INVOICE, house, firm): 285, (PaperKind.INVOICE, "site:0", firm): 100,
    }  # fmt: skip


def test_buying_twice_is_paying_once(cast, product):
    first = buy(cast.user, product)
    assert buy(cast.user, product).id == first.id
    assert sides(cast)[0] == 8_000
    made.rich(cast.rival, eur(5_000), cast.house.id)
    for_house = buy(cast.owner, product, cast.house.id)
    assert for_house.id != first.id and for_house.entitlement.organisation_id == cast.house.id


def test_what_cannot_be_bought_costs_nothing(cast, product):
    buys = {"actor": cast.user, "product": product, "agreed": eur(2_000)}
    refused(Invalid, "price_changed", operations.buy, **buys | {"agreed": eur(1_999)})
    refused(Invalid, "price_changed", operations.buy, **buys | {"agreed": Money(2_000, "USD")})
    refused(NotAllowed, "not_allowed", operations.buy, **buys | {"actor": cast.rival})  # its own vendor
    refused(NotAllowed, "not_allowed", operations.buy, **buys, organisation_id=cast.house.id)  # not the user's to spend
    refused(Invalid, "over_balance", operations.buy, **buys | {"actor": cast.vendor})
    refused(NotNow, "has_a_price", store.install, actor=cast.user, product=product)
    with work.unit():
        operations.set_price(actor=cast.rival, product=product, amount=None)
    refused(NotNow, "is_free", operations.buy, **buys)
    with work.unit():
        store.install(actor=cast.user, product=product)
        operations.set_price(actor=cast.rival, product=product, amount=eur(2_000))
    refused(Invalid, "has_it", operations.buy, **buys)
    with work.unit():
        products_do.withdraw(actor=cast.rival, product=product)
    refused(NotNow, "nothing_to_install", operations.buy, **buys | {"actor": cast.owner, "organisation_id": cast.house.id})
    assert sides(cast) == (10_000, 0, 0, 0)


@pytest.mark.parametrize("amount", [eur(0), eur(-1)])
def test_a_price_is_more_than_nothing(cast, product, amount):
    with pytest.raises(Invalid), work.unit():
        operations.set_price(actor=cast.rival, product=product, amount=amount)
    work.rollback()
    for actor in (cast.user, cast.owner, cast.vendor):
        with pytest.raises(NotAllowed), work.unit():
            operations.set_price(actor=actor, product=product, amount=eur(5))
    work.rollback()
    assert products.by_id(product.id).price == eur(2_000)


def test_given_back_all_is_as_it_was_and_it_can_be_bought_again(cast, product):
    purchase = buy(cast.user, product)
    token = holdings.token_of("s", purchase.entitlement)
    give_back(cast.user, purchase)
    assert sides(cast) == (10_000, 0, 0, 0)
    assert purchase.state is State.RETURNED and holdings.verify("s", token).refusal is Refusal.RETURNED
    assert holdings.may_use(cast.user, product.id) is None
    with pytest.raises(NotAllowed):
        store.fetch(actor=cast.user, release=purchase.release)
    refused(NotNow, "given_back", operations.give_back, actor=cast.user, purchase=purchase, reason=WHY)
    refused(NotNow, "has_a_price", store.install, actor=cast.user, product=product)
    again = buy(cast.user, product)
    assert again.id != purchase.id and again.entitlement.state is Holding.ACTIVE and sides(cast)[0] == 8_000
    (month,) = queries.months(product=product)
    assert (month.sold.count, month.returned.count, month.kept.gross) == (2, 1, eur(2_000))
    work.rollback()
    delivery.deliver_all()
    notes = [paper for paper in db.session.scalars(select(Paper)) if paper.kind is PaperKind.CREDIT_NOTE]
    assert sorted(paper.minor for paper in notes) == [100, 285, 2_000]


def test_the_days_are_half_open_and_the_money_for_them_cannot_be_spent(cast, product):
    purchase = buy(cast.user, product)
    end = clock.now() + timedelta(days=14)
    assert purchase.returnable_until == end
    payout = {"actor": cast.rival, "owner": "organisation", "owner_id": cast.firm.id, "destination": IBAN}
    with pytest.raises(Invalid), work.unit():
        payouts.request_payout(**payout, amount=eur(1_615))
    work.rollback()
    with clock.at(end - timedelta(microseconds=1)), work.unit():
        operations.give_back(actor=cast.user, purchase=purchase, reason=WHY)
    assert sides(cast)[0] == 10_000
    again = buy(cast.user, product)
    with clock.at(end):
        refused(NotNow, "too_late", operations.give_back, actor=cast.user, purchase=again, reason=WHY)
        with work.unit():
            assert ledger.expire_due() == 1
        with work.unit():
            payouts.request_payout(**payout, amount=eur(1_615))
        refused(NotNow, "not_enough_to_reverse", operations.refund, actor=cast.rival, purchase=again, reason=WHY)


def test_the_vendor_may_return_the_money_later_and_before_the_clock_has_let_it_go(cast, product):
    purchase = buy(cast.user, product)
    with pytest.raises(NotAllowed), work.unit():
        operations.refund(actor=cast.user, purchase=purchase, reason=WHY)
    work.rollback()
    with clock.at(clock.now() + timedelta(days=15)), work.unit():
        operations.refund(actor=cast.rival, purchase=purchase, reason=WHY)
    assert sides(cast) == (10_000, 0, 0, 0) and purchase.state is State.RETURNED
    assert any("on your balance again" in text for text in told(cast.persons["user"]))


def test_without_days_nothing_is_set_aside(cast, product):
    with work.unit():
        platforms_do.edit(actor=cast.owner, platform=cast.platform, refund_days=0)
    purchase = buy(cast.user, product)
    assert purchase.returnable_until is None and not purchase.is_returnable
    refused(NotNow, "too_late", operations.give_back, actor=cast.user, purchase=purchase, reason=WHY)
    with work.unit():
        payouts.request_payout(actor=cast.rival, owner="organisation", owner_id=cast.firm.id, destination=IBAN, amount=eur(1_615))


def test_whose_paid_entitlement_is_revoked_gets_the_price_back(cast, product):
    purchase = buy(cast.user, product)
    with work.unit():
        store.revoke(actor=cast.rival, entitlement=purchase.entitlement, reason="It was shared with others.")
    work.rollback()
    delivery.deliver_all()
    db.session.expire_all()
    assert sides(cast)[0] == 10_000 and purchase.state is State.RETURNED and purchase.entitlement.state is Holding.REVOKED
    refused(NotAllowed, "revoked", operations.buy, actor=cast.user, product=product, agreed=eur(2_000))


def test_purchases_are_seen_by_their_two_sides_alone(cast, product):
    with work.unit():
        organisations.add_member(actor=cast.rival, organisation=cast.firm, email=cast.persons["vendor"].email, role=Role.MEMBER)
    purchase = buy(cast.user, product)
    assert queries.get_for(cast.user, purchase.id) is queries.get_for(cast.rival, purchase.id)
    for actor in (cast.owner, cast.vendor):
        with pytest.raises(NotFound):
            queries.get_for(actor, purchase.id)
        assert not queries.of_actor(actor)
    with pytest.raises(NotAllowed), work.unit():
        operations.give_back(actor=cast.rival, purchase=purchase, reason=WHY)
    for reason in ("", "  short  ", "x" * 1_001):
        with pytest.raises(Invalid), work.unit():
            operations.give_back(actor=cast.user, purchase=purchase, reason=reason)
    work.rollback()
    assert sides(cast)[0] == 8_000


# Shares


def shares(cast, bands, days=0, currency="EUR", actor=None):
    with work.unit():
        day = clock.now().date() + timedelta(days=days)
        return operations.say_shares(actor=actor or cast.owner, platform=cast.platform, currency=currency, bands=bands, from_on=day)


def test_shares_fall_at_once_and_rise_with_notice_and_never_above_the_agreement(cast, product):
    shares(cast, [Band(None, 500)])
    assert queries.quote(product, eur(2_000)).parts.owner == eur(95)
    for days, bands, code in (
        (14, [Band(None, 501)], "notice_too_short"),
        (0, [Band(1_000, 500), Band(None, 600)], "notice_too_short"),
        (30, [Band(None, 1_501)], "share_over_agreement"),
        (-1, [Band(None, 100)], "day_past"),
        (0, [], "bands_count"),
        (0, [Band(5, 100), Band(5, 100), Band(None, 0)], "bands_out_of_order"),
    ):
        with pytest.raises(Invalid) as refusal:
            shares(cast, bands, days)
        assert refusal.value.code == code
    shares(cast, [Band(None, 1_500)], 15)
    with clock.at(clock.now() + timedelta(days=15)):
        assert queries.quote(product, eur(2_000)).parts.owner == eur(285)
    (now, coming) = queries.shares_of(cast.platform)["EUR"]
    assert (now.bands, coming.bands) == ([Band(None, 500)], [Band(None, 1_500)])
    assert sum("announced its shares" in text for text in told(cast.persons["rival"])) == 2
    for actor in (cast.user, cast.rival):
        with pytest.raises(NotAllowed):
            shares(cast, [Band(None, 0)], actor=actor)


def test_lowered_in_the_agreement_they_are_lower_everywhere(cast, product):
    shares(cast, [Band(100_000, 1_500), Band(None, 700)])
    with work.unit():
        platforms_do.edit(actor=cast.owner, platform=cast.platform, share_bp=1_000)
    assert royalties.share_of(cast.platform.ref, "EUR").bands == [Band(100_000, 1_000), Band(None, 700)]


bands_of = st.builds(
    lambda limits, parts: [Band(upto, bp) for upto, bp in zip([*sorted(limits), None], sorted(parts, reverse=True), strict=False)],
    st.sets(st.integers(1, 60_000), max_size=3), st.lists(st.integers(0, 1_500), min_size=4, max_size=4),
)  # fmt: skip


@given(bands_of, st.lists(st.tuples(st.integers(1, 40_000), st.booleans()), min_size=1, max_size=4))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_over_a_year_the_owner_gets_what_the_bands_say(cast, steps, sold):
    """Any prices, some given back at once, through the door: each sale adds what the bands say of the year's total, to the cent."""
    vendor, rook = people.actor_of(people.person("Wren")), people.person("Rook")
    house, owner = people.organisation(rook, "Run"), people.actor_of(rook)
    with work.unit():
        place = platforms.platform(owner, house.id, name="Run", share_bp=1_500)
        operations.say_shares(actor=owner, platform=place, currency="EUR", bands=steps, from_on=clock.now().date())
        one = made.priced(vendor, place, owner)
    made.rich(cast.user, eur(sum(price for price, _ in sold)))
    net = due = 0
    for price, kept in sold:
        with work.unit():
            operations.set_price(actor=vendor, product=one, amount=eur(price))
        buyer = cast.user if not kept else people.actor_of(people.person())
        if kept:
            made.rich(buyer, eur(price))
        purchase = buy(buyer, one)
        if kept:
            net += breakdown(eur(price), 500).net.minor
            due = due_on(steps, net)
        else:
            give_back(buyer, purchase)
        assert has(ORG, house.id) == due and has(PERSON, vendor.person_id) == net - due
    assert royalties.sold(place.ref, PERSON, vendor.person_id, "EUR", clock.now().year) == net


# At once


def _buys(product_id: int, person_id: int, organisation_id: int | None = None) -> None:
    with suppress(HubError):
        buy(people.queries.actor_of(person_id), products.by_id(product_id), organisation_id)


def _gives_back(purchase_id: int, person_id: int) -> None:
    with suppress(NotNow):
        give_back(people.queries.actor_of(person_id), db.session.get(Purchase, purchase_id))


def test_a_double_click_is_one_sale_and_two_buyers_share_the_bands(cast, product):
    shares(cast, [Band(3_000, 1_500), Band(None, 0)])
    made.rich(cast.vendor, eur(2_000))
    together(_buys, *[(product.id, cast.user.person_id)] * 3, (product.id, cast.vendor.person_id))
    work.rollback()
    assert db.session.scalar(select(func.count()).select_from(Purchase)) == 2
    assert sides(cast) == (8_000, 3_350, 450, 200)  # 15 % of the first EUR 30.00 of two times EUR 19.00, whoever was first
    assert has(PERSON, vars(cast)["ids"][3]) == 0


def test_given_back_twice_at_once_it_comes_back_once(cast, product):
    purchase, place = buy(cast.user, product), cast.platform.ref
    together(_gives_back, *[(purchase.id, cast.user.person_id)] * 3)
    work.rollback()
    db.session.expire_all()
    assert sides(cast) == (10_000, 0, 0, 0)
    assert royalties.sold(place, ORG, vars(cast)["ids"][1], "EUR", clock.now().year) == 0


# Faults, and what the check finds


@pytest.mark.parametrize("act", ["buy", "give_back"])
def test_what_dies_at_any_statement_never_was(cast, product, act):
    purchase = buy(cast.user, product) if act == "give_back" else None
    before, place = sides(cast), 0
    while True:
        place, seen = place + 1, 0

        def die(connection, cursor, statement, *more, place=place):
            nonlocal seen
            if statement.startswith(("INSERT", "UPDATE")):
                seen += 1
                if seen == place:
                    raise RuntimeError("killed")

        sql.listen(db.engine, "before_cursor_execute", die)
        try:
            if purchase is None:
                buy(cast.user, product)
            else:
                give_back(cast.user, purchase)
            break
        except RuntimeError:
            work.rollback()
        finally:
            sql.remove(db.engine, "before_cursor_execute", die)
        assert sides(cast) == before
    assert place > 8 and sides(cast)[0] == (8_000 if purchase is None else 10_000)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE product_purchase SET price_minor = price_minor + 1", "purchase_sale"),
        ("UPDATE product_purchase SET sale_id = NULL", "purchase_sale"),
        ("UPDATE product_purchase SET state = 'returned'", "purchase_state"),
        ("UPDATE entitlement SET state = 'returned'", "purchase_entitlement"),
        ("DELETE FROM product_purchase", "sale_without_purchase"),
        ("UPDATE product_purchase SET state = 'odd'", "value_unknown"),
        ("UPDATE pending_leg SET minor = minor * 2", "sale_pending"),
    ],
)
def test_the_check_finds_each_way_of_corrupting_a_sale(cast, product, damage, code):
    buy(cast.user, product)
    vars(cast)["broken"] = True
    break_books(damage)
    db.session.expire_all()
    assert code in {problem.code for problem in controls.verify().problems}


# Disputes


def test_a_buyer_disputes_after_the_days_and_the_price_is_there_however_long_it_takes(cast, product):
    purchase = buy(cast.user, product)
    say = {"kind": "purchase", "number": purchase.id, "ground": Ground.NOT_AS_DESCRIBED, "statement": "It never read a single tag of ours."}
    refused(NotFound, "not_found", lambda: disputes.open_(actor=cast.user, **say))
    clock.set_to(purchase.returnable_until)
    with work.unit():
        dispute = disputes.open_(actor=cast.user, **say)
        ledger.expire_due()
    assert (dispute.stake, dispute.held_for) == (eur(2_000), "")
    firm = accounts.balance_of(ORG, cast.firm.id, "EUR")
    assert (books.balance(firm), books.available(firm)) == (1_615, 0), "what it got stands there and cannot be spent"
    with work.unit():
        offer = disputes.offer(actor=cast.rival, dispute=dispute, outcome="refund", words="Sorry: we mend it in the next release.")
        disputes.accept(actor=cast.user, dispute=dispute, offer_id=offer.id)
    assert sides(cast) == (10_000, 0, 0, 0) and purchase.state is State.RETURNED
    assert purchase.entitlement.state is Holding.RETURNED


def test_a_dispute_that_is_withdrawn_frees_what_the_vendor_got(cast, product):
    purchase = buy(cast.user, product)
    clock.set_to(purchase.returnable_until)
    with work.unit():
        dispute = disputes.open_(
            actor=cast.user, kind="purchase", number=purchase.id, ground=Ground.OTHER, statement="We have no use for it any more."
        )
        disputes.withdraw(actor=cast.user, dispute=dispute, reason="We found a use for it.")
    assert books.available(accounts.balance_of(ORG, cast.firm.id, "EUR")) == 1_615


def test_what_the_vendor_still_has_is_kept_for_a_dispute_though_it_has_spent_a_cent(cast, product, client):
    purchase = buy(cast.user, product)
    clock.set_to(purchase.returnable_until)
    firm = accounts.balance_of(ORG, cast.firm.id, "EUR")
    with work.unit():
        ledger.expire_due()
        legs = accounts.from_to(firm, accounts.balance_of(ORG, cast.house.id, "EUR"), 1)
        ledger.post(actor=SYSTEM, kind=accounts.Kind.FUNDING, key="a cent", legs=legs)
    whole = queries.matter(purchase.id).at_stake
    people.sign_in(client, cast.persons["user"])
    assert "EUR 19.99" in client.get(f"/disputes/new/purchase/{purchase.id}").get_data(as_text=True), "what is there is said beforehand"
    with work.unit():
        say = {"kind": "purchase", "number": purchase.id, "ground": Ground.NOT_AS_DESCRIBED, "statement": "It never read a single tag."}
        dispute = disputes.open_(actor=cast.user, **say)
    assert dispute.stake == whole == eur(1_999)
    assert (books.balance(firm), books.available(firm)) == (1_614, 0), "the rest is not paid out meanwhile"
    with work.unit():
        disputes.withdraw(actor=cast.user, dispute=dispute, reason="We found a use for it.")
    assert books.available(firm) == 1_614


def test_the_vendor_learns_from_no_dispute_who_bought(cast, product, client):
    purchase = buy(cast.user, product)
    clock.set_to(purchase.returnable_until)
    path = f"/disputes/new/purchase/{purchase.id}"
    people.sign_in(client, cast.persons["rival"])
    assert client.get(path).status_code == 404
    with work.unit():
        say = {"kind": "purchase", "number": purchase.id, "ground": Ground.NOT_AS_DESCRIBED, "statement": "It never read a single tag."}
        dispute = disputes.open_(actor=cast.user, **say)
        disputes.offer(actor=cast.user, dispute=dispute, outcome="refund")
    delivery.deliver_all()
    name = cast.persons["user"].name
    shown = [client.get(where).get_data(as_text=True) for where in (dispute.path, "/disputes", "/inbox")]
    assert not [page for page in shown if name in page.partition("<main")[2]] and "The buyer" in shown[0]
    people.sign_in(client, cast.persons["user"])
    assert name in client.get(dispute.path).get_data(as_text=True)
