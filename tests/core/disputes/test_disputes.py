"""Disputes: who may open one, what each step waits for, how it ends, and that money moves once, as it was shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.core.disputes import operations, queries, rules
from hub.core.disputes.rules import Ground
from hub.core.disputes.states import Act, OfferState, State
from hub.core.holds import queries as holds
from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.core.payments import queries as payments
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.kernel import clock
from hub.kernel.actor import Role
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow, TooMany
from hub.kernel.money import Money
from hub.tech_market.orders import operations as orders
from hub.tech_market.orders.states import State as OrderState
from tests.factories import disputes as made
from tests.factories import people
from tests.factories.disputes import GROSS
from tests.factories.money import refused, usd


def balance(organisation) -> int:
    return next((one.minor for one in payments.balances("organisation", organisation.id)), 0)


def notices(person) -> list[str]:
    delivery.deliver_all()
    return [note.text % note.values for note in db.session.scalars(select(Notification).where(Notification.person_id == person.id))]


def opening(row, who="lab", **changes):
    said = {"kind": "order", "number": row.order_id, "ground": Ground.AS_AGREED, "statement": made.SAYS, **changes}
    return lambda: operations.open_(actor=row.actor(who), **said)


# Opening


def test_the_lab_disputes_that_its_delivery_came_back_and_the_money_stays_where_it_is(row):
    dispute = made.opened(row, files=((b"film,otr\n1,2\n", "raw.csv"),))
    assert (dispute.state, dispute.stake, dispute.held_for) == (State.OPENED, usd(GROSS), row.ref)
    assert dispute.decision == "Three films are missing in the report."
    assert dispute.due_at == clock.now() + timedelta(days=7)
    (said,) = queries.statements(dispute.id)
    assert said.statement.body == made.SAYS and [file.filename for file in said.files] == ["raw.csv"]
    assert any("disputes a decision" in text for text in notices(row.buyer))
    assert holds.held(row.ref, "USD") == GROSS


def test_who_is_told_late_reads_the_day_that_was_named_and_not_where_the_dispute_stands_by_then(row):
    dispute = made.opened(row)
    by = f"{dispute.due_at:%Y-%m-%d %H:%M} UTC"
    with work.unit():
        operations.withdraw(actor=row.actor("lab"), dispute=dispute, reason="We found the three films.")
    assert [text for text in notices(row.buyer) if f"Answer by {by};" in text]


@pytest.mark.parametrize(
    ("who", "changes", "error", "code"),
    [
        ("buyer", {}, NotFound, "not_found"),
        ("stranger", {}, NotFound, "not_found"),
        ("admin", {}, NotFound, "not_found"),
        ("lab", {"number": 99_999}, NotFound, "not_found"),
        ("lab", {"kind": "unknown"}, NotFound, "not_found"),
        ("lab", {"ground": Ground.NOT_AS_DESCRIBED}, Invalid, "ground_unknown"),
        ("lab", {"statement": "Too short."}, Invalid, "words_missing"),
    ],
)
def test_who_may_not_open_it_changes_nothing(row, who, changes, error, code):
    refused(code, error, opening(row, who, **changes))
    assert queries.last_about(row.ref) is None


def test_it_is_opened_within_fourteen_days_and_once(row):
    decided = row.order.sent_back_at
    with clock.at(decided + timedelta(days=14)):
        refused("too_late", NotNow, opening(row))
    with clock.at(decided + timedelta(days=14) - timedelta(seconds=1)):
        dispute = made.opened(row)
        refused("disputed_now", NotNow, opening(row))
        with work.unit():
            operations.withdraw(actor=row.actor("lab"), dispute=dispute, reason="We found the three films.")
        refused("disputed_before", NotNow, opening(row))
    assert made.afresh(dispute).state is State.WITHDRAWN


def test_the_buyer_disputes_that_nothing_came_from_the_day_after_it_was_due(row):
    due = row.order.due_on
    with clock.at(row.order.held_at + timedelta(days=row.order.turnaround_days)):
        assert clock.now().date() == due
        refused("not_found", NotFound, opening(row, "buyer", ground=Ground.NOT_DELIVERED))
    with clock.at(row.order.held_at + timedelta(days=row.order.turnaround_days + 1)), work.unit():
        dispute = opening(row, "buyer", ground=Ground.NOT_DELIVERED)()
        assert dispute.opener.organisation_id == row.house.id and dispute.other.organisation_id == row.bench.id


def test_a_decision_is_disputed_once_whatever_was_disputed_since(row):
    late = row.order.held_at + timedelta(days=row.order.turnaround_days + 1)
    with clock.at(late):
        for who, ground in (("buyer", Ground.NOT_DELIVERED), ("lab", Ground.AS_AGREED)):
            if who == "lab":
                with work.unit():
                    orders.deliver(actor=row.actor("lab"), order=row.order, text="With the three films.")
                    orders.send_back(actor=row.actor("buyer"), order=row.order, reason="One film is still missing.")
            with work.unit():
                dispute = opening(row, who, ground=ground)()
                operations.withdraw(actor=row.actor(who), dispute=dispute, reason="We let it stand for now.")
        refused("disputed_before", NotNow, opening(row, "buyer", ground=Ground.NOT_DELIVERED))
        assert queries.way_for(row.actor("buyer"), row.ref).dispute is not None, "its page offers no second time"
        assert len(queries.all_about(row.ref)) == 2


# While it is open


@pytest.mark.parametrize("step", ["accept", "call_off", "release"])
def test_neither_side_moves_the_money_alone(row, step):
    dispute = made.opened(row)
    with work.unit():
        orders.deliver(actor=row.actor("lab"), order=row.order, text="With the three films.")
    acts = {
        "accept": lambda: orders.accept(actor=row.actor("buyer"), order=row.order),
        "call_off": lambda: orders.call_off(actor=row.actor("admin"), order=row.order, reason="Nobody answers any more."),
        "release": lambda: orders.holds.release(
            actor=row.actor("admin"), subject=row.ref, gross=usd(1), fee_bp=0, key="by hand", memo="", to_person_id=row.buyer.id
        ),
    }
    refused("money_disputed", NotNow, acts[step])
    assert holds.held(row.ref, "USD") == GROSS and made.afresh(dispute).state is State.OPENED


def test_silence_does_not_accept_while_it_is_open_and_gives_the_buyer_time_afterwards(row):
    dispute = made.opened(row)
    with work.unit():
        orders.deliver(actor=row.actor("lab"), order=row.order, text="With the three films.")
    made.days_on(15)
    with work.unit():
        assert orders.accept_silent() == 0
    with work.unit():
        operations.withdraw(actor=row.actor("lab"), dispute=queries.by_id(dispute.id), reason="It is delivered anew.")
    with work.unit():
        assert orders.accept_silent() == 0
    assert row.order.state is OrderState.DELIVERED and row.order.accept_by == clock.now() + timedelta(days=14)
    made.days_on(14)
    with work.unit():
        assert orders.accept_silent() == 1
    assert holds.held(row.ref, "USD") == 0


# Talking, and settling


def test_an_answer_opens_the_talks_and_silence_leaves_it_to_a_mediator(row):
    dispute = made.opened(row)
    with pytest.raises(NotAllowed), work.unit():
        operations.answer(actor=row.actor("lab"), dispute=dispute, statement=made.ANSWERS)
    made.days_on(7)
    delivery.run_periodic()
    dispute = made.afresh(dispute)
    assert dispute.state is State.WAITING and dispute.due_at == clock.now() + timedelta(days=3)
    refused("not_now", NotNow, lambda: operations.answer(actor=row.actor("buyer"), dispute=dispute, statement=made.ANSWERS))
    with work.unit():  # what it has to say, it may still say
        operations.state(actor=row.actor("buyer"), dispute=dispute, statement=made.ANSWERS)
    assert any("waits for a mediator" in text for text in notices(row.staff["admin"]))


def test_a_settlement_is_carried_out_as_it_was_shown(row):
    dispute = made.answered(row, made.opened(row))
    with work.unit():
        offer = operations.offer(
            actor=row.actor("buyer"), dispute=dispute, outcome="part", amount=usd(60_000), words="Most of it is there."
        )
    paid, back = offer.moves
    assert (paid.whom, paid.gross, paid.fee, paid.net) == ("Bench", usd(60_000), usd(3_000), usd(57_000))
    assert (back.whom, back.gross, back.net) == ("Buyers", usd(GROSS - 60_000), usd(GROSS - 60_000))
    before = balance(row.house), balance(row.bench)
    refused("not_allowed", NotAllowed, lambda: operations.accept(actor=row.actor("mediator"), dispute=dispute, offer_id=offer.id))
    with work.unit():
        again = operations.accept(actor=row.actor("buyer"), dispute=dispute, offer_id=offer.id)
    assert again.state is State.TALKING, "one's own yes is not the other side's"
    with work.unit():
        operations.accept(actor=row.actor("lab"), dispute=dispute, offer_id=offer.id)
    dispute = made.afresh(dispute)
    assert (dispute.state, dispute.outcome, dispute.amount) == (State.SETTLED, "part", usd(60_000))
    assert (balance(row.house), balance(row.bench)) == (before[0] + GROSS - 60_000, before[1] + 57_000)
    assert row.order.state is OrderState.ACCEPTED and holds.held(row.ref, "USD") == 0
    assert any("is settled" in text for text in notices(row.buyer))
    refused("closed", NotNow, lambda: operations.accept(actor=row.actor("lab"), dispute=dispute, offer_id=offer.id))


def test_an_offer_is_replaced_refused_and_taken_back(row):
    dispute = made.answered(row, made.opened(row))
    lab, buyer = row.actor("lab"), row.actor("buyer")
    with work.unit():
        first = operations.offer(actor=lab, dispute=dispute, outcome="pay").id
        second = operations.offer(actor=lab, dispute=dispute, outcome="part", amount=usd(80_000)).id
    refused("offer_gone", NotNow, lambda: operations.accept(actor=buyer, dispute=dispute, offer_id=first))
    with work.unit():
        operations.refuse(actor=buyer, dispute=dispute, offer_id=second)
        third = operations.offer(actor=lab, dispute=dispute, outcome="return").id
        operations.refuse(actor=lab, dispute=dispute, offer_id=third)
    assert [one.state for one in queries.offers(dispute.id)] == [OfferState.LAPSED, OfferState.REFUSED, OfferState.LAPSED]
    assert any("was refused" in text for text in notices(row.lab))
    for outcome, amount, code in (
        ("part", None, "amount_missing"), ("part", usd(0), "amount_out_of_range"), ("part", usd(GROSS + 1), "amount_out_of_range"),
        ("award", None, "outcome_unknown"), ("part", Money(1, "EUR"), "currency_differs"),
    ):  # fmt: skip
        refused(code, Invalid, lambda o=outcome, a=amount: operations.offer(actor=lab, dispute=dispute, outcome=o, amount=a))


# The mediator


def test_nobody_mediates_who_belongs_to_a_side_and_nobody_reads_before_declaring(row):
    dispute = made.mediated(row, made.answered(row, made.opened(row)), declared=False)
    mediator = row.actor("mediator")
    assert queries.get_for(mediator, dispute.id).id == dispute.id
    with pytest.raises(NotAllowed):
        queries.get_for(mediator, dispute.id, Act.READ)
    refused(
        "not_allowed", NotAllowed, lambda: operations.decide(actor=mediator, dispute=dispute, outcome="pay", words="It is what was agreed.")
    )
    refused("not_declared", Invalid, lambda: operations.declare(actor=mediator, dispute=dispute, declared=False))
    with work.unit():
        operations.stand_down(actor=mediator, dispute=dispute)
    assert made.afresh(dispute).state is State.WAITING and dispute.mediator_id is None
    with pytest.raises(NotFound):
        queries.get_for(mediator, dispute.id)
    for name in ("buyer", "lab", "stranger"):
        person_id = {"buyer": row.buyer, "lab": row.lab, **row.staff}[name].id
        refused("not_a_mediator", Invalid, lambda p=person_id: operations.name(actor=row.actor("admin"), dispute=dispute, person_id=p))
    assert {card.id for card in queries.candidates(dispute)} == {row.staff[name].id for name in ("admin", "mediator", "second")}


def test_a_mediator_who_joins_a_side_is_none_any_more(row):
    dispute = made.in_mediation(row)
    with work.unit():
        organisations.add_member(actor=row.actor("buyer"), organisation=row.house, email=row.staff["mediator"].email, role=Role.MEMBER)
    with pytest.raises(NotFound):
        queries.get_for(row.actor("mediator"), dispute.id)
    refused(
        "not_allowed",
        NotAllowed,
        lambda: operations.decide(actor=row.actor("mediator"), dispute=dispute, outcome="pay", words="So be it now."),
    )


def test_a_mediator_who_is_dismissed_decides_nothing_and_is_relieved(row):
    dispute = made.in_mediation(row)
    mediator, admin = row.actor("mediator"), row.actor("admin")
    with work.unit():
        row.staff["mediator"].is_consultant = False
    mediator = row.actor("mediator")
    with pytest.raises(NotFound):
        queries.get_for(mediator, dispute.id)
    for act in (operations.decide, operations.propose):
        with pytest.raises(NotAllowed), work.unit():
            act(actor=mediator, dispute=dispute, outcome="pay", words="It is what was agreed.")
    assert queries.of_actor(mediator) == queries.of_actor(mediator, readable=True) == []
    for nobody in ("lab", "buyer", "stranger"):
        with pytest.raises(NotAllowed), work.unit():
            operations.stand_down(actor=row.actor(nobody), dispute=dispute)
    with work.unit():
        operations.stand_down(actor=admin, dispute=dispute)
    dispute = made.afresh(dispute)
    assert (dispute.state, dispute.mediator_id, dispute.declared_at) == (State.WAITING, None, None)
    assert any("has relieved you" in text for text in notices(row.staff["mediator"]))
    with work.unit():
        operations.name(actor=admin, dispute=dispute, person_id=row.staff["second"].id)


def test_where_no_administrator_is_free_of_both_sides_the_side_without_one_names_the_mediator(row, client):
    dispute = made.answered(row, made.opened(row))
    with work.unit():
        organisations.add_member(actor=row.actor("buyer"), organisation=row.house, email=row.staff["admin"].email, role=Role.MANAGER)
        operations.call(actor=row.actor("buyer"), dispute=dispute)
    assert any("name one by" in text for text in notices(row.lab)), "somebody is asked"
    made.days_on(3)
    delivery.run_periodic()
    assert any("still waits for a mediator" in text for text in notices(row.lab))
    for nobody in ("admin", "buyer", "stranger"):
        who = row.actor(nobody)
        refused("not_allowed", NotAllowed, lambda w=who: operations.name(actor=w, dispute=dispute, person_id=row.staff["second"].id))
    people.sign_in(client, row.lab)
    assert "You name a mediator" in client.get(dispute.path).get_data(as_text=True)
    assert client.post(f"{dispute.path}/name", data={"person": row.buyer.id}).status_code == 422
    assert client.post(f"{dispute.path}/name", data={"person": row.staff["second"].id}).status_code == 302
    assert (made.afresh(dispute).state, dispute.mediator_id) == (State.MEDIATION, row.staff["second"].id)


def test_where_nobody_at_all_is_free_administrators_are_asked_for_a_consultant(row):
    dispute = made.answered(row, made.opened(row))
    with work.unit():
        for name in ("admin", "mediator", "second"):
            organisations.add_member(actor=row.actor("buyer"), organisation=row.house, email=row.staff[name].email, role=Role.MEMBER)
        operations.call(actor=row.actor("lab"), dispute=dispute)
    made.days_on(3)
    delivery.run_periodic()
    assert queries.candidates(dispute) == [] and any("make somebody a consultant" in text for text in notices(row.staff["admin"]))


def test_a_proposal_that_both_accept_settles_it(row):
    dispute = made.in_mediation(row)
    with work.unit():
        offer = operations.propose(
            actor=row.actor("mediator"), dispute=dispute, outcome="part", amount=usd(90_000), words="Thirty-seven films of forty."
        ).id
    refused(
        "not_now", NotNow, lambda: operations.decide(actor=row.actor("mediator"), dispute=dispute, outcome="pay", words="It is enough.")
    )
    with work.unit():
        operations.accept(actor=row.actor("lab"), dispute=dispute, offer_id=offer)
    assert made.afresh(dispute).state is State.PROPOSED
    with work.unit():
        operations.accept(actor=row.actor("buyer"), dispute=dispute, offer_id=offer)
    assert made.afresh(dispute).state is State.SETTLED and balance(row.bench) == 85_500


def test_a_proposal_that_one_refuses_or_leaves_is_decided_by_the_mediator_once(row):
    dispute = made.in_mediation(row)
    mediator = row.actor("mediator")
    with work.unit():
        operations.propose(actor=mediator, dispute=dispute, outcome="return", words="Too much is missing.")
    made.days_on(5)
    delivery.run_periodic()
    dispute = made.afresh(dispute)
    assert dispute.state is State.MEDIATION and dispute.due_at == clock.now() + timedelta(days=7)
    refused("not_now", NotNow, lambda: operations.propose(actor=mediator, dispute=dispute, outcome="pay", words="On second thoughts."))
    before = balance(row.house)
    with work.unit():
        operations.decide(actor=mediator, dispute=dispute, outcome="return", words="Nothing usable was delivered.")
    dispute = made.afresh(dispute)
    assert (dispute.state, dispute.reason) == (State.DECIDED, "Nothing usable was delivered.")
    assert row.order.state is OrderState.CANCELLED and balance(row.house) == before + GROSS
    assert any("Nothing usable" in text for text in notices(row.lab))
    refused("closed", NotNow, lambda: operations.decide(actor=mediator, dispute=dispute, outcome="pay", words="And once more."))


def test_a_decision_that_lets_it_stand_moves_nothing_and_frees_the_money(row):
    dispute = made.in_mediation(row)
    with work.unit():
        operations.decide(actor=row.actor("mediator"), dispute=dispute, outcome="uphold", words="Three films are missing indeed.")
    assert made.afresh(dispute).moved == [] and holds.held(row.ref, "USD") == GROSS
    with work.unit():
        orders.deliver(actor=row.actor("lab"), order=row.order, text="All forty now.")
        orders.accept(actor=row.actor("buyer"), order=row.order)
    assert holds.held(row.ref, "USD") == 0


# The clock


def test_each_step_is_reminded_once_and_moved_on_when_its_time_is_over(row):
    dispute = made.opened(row)
    made.days_on(5.5)
    for _ in range(2):
        delivery.run_periodic()
    assert sum("your word is waited for" in text for text in notices(row.buyer)) == 1
    assert not any("your word is waited for" in text for text in notices(row.lab))
    made.days_on(2)  # WAITING
    delivery.run_periodic()
    made.days_on(3)
    delivery.run_periodic()
    assert any("still waits for a mediator" in text for text in notices(row.staff["admin"]))
    with work.unit():
        operations.name(actor=row.actor("admin"), dispute=queries.by_id(dispute.id), person_id=row.staff["mediator"].id)
    made.days_on(10)
    delivery.run_periodic()
    dispute = made.afresh(dispute)
    assert dispute.state is State.WAITING and dispute.mediator_id is None
    assert any("Nothing came from you in time" in text for text in notices(row.staff["mediator"]))


def test_two_workers_that_saw_the_same_remind_once_and_of_nothing_that_is_over(row, monkeypatch):
    dispute = made.opened(row)
    made.days_on(5.5)
    seen = list(queries.to_remind())
    assert seen == [dispute.id]
    monkeypatch.setattr(queries, "to_remind", lambda: seen)  # as the second worker read it, before it waited for the first
    for told in (1, 0):
        with work.unit():
            assert operations.remind() == told
    assert sum("your word is waited for" in text for text in notices(row.buyer)) == 1
    with work.unit():
        operations.withdraw(actor=row.actor("lab"), dispute=queries.by_id(dispute.id), reason="We found the three films.")
        queries.by_id(dispute.id).reminded_at = None
    with work.unit():
        assert operations.remind() == 0


def test_the_doors_tell_whoever_names_a_mediator_nothing_of_what_is_said(row, client):
    older = made.answered(row, made.opened(row))
    with work.unit():
        operations.offer(actor=row.actor("buyer"), dispute=older, outcome="part", amount=usd(61_234))
        operations.call(actor=row.actor("lab"), dispute=older)
    path, asked = f"/api/v1{older.path}", {"person": row.staff["mediator"].id}
    told = client.post(f"{path}/name", json=asked, headers=people.api_headers(row.staff["admin"]))
    left = client.post(f"{path}/stand-down", headers=people.api_headers(row.staff["mediator"]))
    for answer in (told, left):
        assert answer.status_code == 200 and set(answer.json) == {
            "id", "about", "title", "state", "opened_at", "due_at", "mediator", "href", "version",
        }  # fmt: skip
    facts = db.session.scalars(select(JournalRow.facts).where(JournalRow.kind == "SettlementOffered")).one()
    assert set(facts) == {"dispute_id", "offer_id", "role"}


def test_what_a_mediator_does_not_read_yet_hides_nothing_older(row, client):
    older = made.in_mediation(row)
    with work.unit():
        operations.withdraw(actor=row.actor("lab"), dispute=older, reason="We found the three films.")
    made.days_on(1)
    with work.unit():
        orders.deliver(actor=row.actor("lab"), order=row.order, text="With the three films.")
        orders.send_back(actor=row.actor("buyer"), order=row.order, reason="One film is still missing.")
    newer = made.mediated(row, made.answered(row, made.opened(row)), declared=False)
    headers = people.api_headers(row.staff["mediator"])
    told = client.get("/api/v1/disputes?limit=1", headers=headers).json
    assert [one["id"] for one in told["items"]] == [older.id]
    people.sign_in(client, row.staff["mediator"])
    assert newer.path in client.get("/disputes").get_data(as_text=True)


def test_what_is_said_is_bounded_and_ends_with_the_dispute(row, monkeypatch):
    dispute = made.answered(row, made.opened(row))
    monkeypatch.setattr(rules, "MOST_STATEMENTS", 2)
    with pytest.raises(TooMany), work.unit():
        operations.state(actor=row.actor("lab"), dispute=dispute, statement="One thing more to say.")
    with work.unit():
        operations.withdraw(actor=row.actor("lab"), dispute=dispute, reason="We let it stand.")
    refused("closed", NotNow, lambda: operations.state(actor=row.actor("buyer"), dispute=dispute, statement="Thank you for that."))
    refused("not_now", NotNow, lambda: operations.withdraw(actor=row.actor("lab"), dispute=dispute, reason="And once more so."))


def test_what_changed_since_it_was_offered_is_not_settled(row):
    dispute = made.answered(row, made.opened(row))
    with work.unit():
        offer = operations.offer(actor=row.actor("buyer"), dispute=dispute, outcome="part", amount=usd(10_000))
        row.order.fee_bp = 900
    refused("effects_changed", Conflict, lambda: operations.accept(actor=row.actor("lab"), dispute=dispute, offer_id=offer.id))
    assert made.afresh(dispute).state is State.TALKING and holds.held(row.ref, "USD") == GROSS
