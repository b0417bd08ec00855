"""What happens in the rooms of the core reaches the people who wait for it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from hub.core.accounts import operations as accounts
from hub.core.agreements import operations as agreements
from hub.core.holds import events as holds
from hub.core.holds import reactions as holds_told
from hub.core.messages import queries
from hub.core.messages.states import Kind
from hub.core.organisations import operations as organisations
from hub.core.payments import events, reactions
from hub.core.payouts import events as payouts
from hub.core.payouts import reactions as payouts_told
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.db.journal import Delivery, Fact
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Role
from tests.factories import people


def inbox(person_id: int) -> list[tuple[str, str]]:
    return [(queries.in_words(note, lambda text: text), note.link) for note in queries.inbox(person_id)]


def test_whoever_signs_gets_a_copy(app: Flask) -> None:
    ada = people.person()
    with work.unit():
        terms = agreements.draw_up(
            actor=SYSTEM, subject="challenge:1", kind="challenge_entry", choices={}, parties={"seeker": "A", "title": "Powder"}
        )
        agreements.sign(actor=people.actor_of(ada), terms=terms, seen_hash=terms.hash)
    delivery.deliver_all()
    assert inbox(ada.id) == [("You signed the participation agreement for “Powder”. Your copy stays here.", f"/agreements/{terms.id}")]


def test_members_hear_what_becomes_of_their_place(app: Flask) -> None:
    owner, ben = people.person(), people.person(email="ben@example.org")
    acme = people.organisation(owner, "Acme")
    actor = people.actor_of(owner)
    with work.unit():
        organisations.add_member(actor=actor, organisation=acme, email="ben@example.org", role=Role.MEMBER)
    delivery.deliver_all()
    assert inbox(ben.id) == [("You now belong to Acme.", f"/orgs/{acme.slug}")]
    assert inbox(owner.id) == []


def test_a_changed_password_is_told_even_to_whoever_changed_it(app: Flask) -> None:
    ada = people.person(password="old password 1")
    with work.unit():
        accounts.change_password(actor=people.actor_of(ada), current="old password 1", password="a longer new one")
    delivery.deliver_all()
    [(text, link)] = inbox(ada.id)
    assert text.startswith("Your password was changed.") and link == "/settings/security"


MONEY = {"minor": 4_000_000, "currency": "USD"}


@pytest.mark.parametrize(
    ("reaction", "event", "text"),
    [
        (
            reactions.tell_payer,
            lambda org, me: events.FundingPartlyReceived(1, 1, org, "challenge:1", "Powder", rest_minor=50, tell=[me], **MONEY),
            "USD 40,000.00 of the money for “Powder” has arrived. Still due: USD 0.50.",
        ),
        (
            reactions.tell_money_is_here,
            lambda org, me: events.FundingConfirmed(1, 1, org, "challenge:1", "Powder", surplus_minor=0, tell=[me], **MONEY),
            "The money for “Powder” is here: USD 40,000.00 are held.",
        ),
        (
            reactions.tell_payer,
            lambda org, me: events.FundingCancelled(1, org, "challenge:1", "Powder", kept_minor=0, tell=[me], **MONEY),
            "The payment for “Powder” is not expected any more.",
        ),
        (
            reactions.tell_deposit,
            lambda org, me: events.DepositTaken(1, org, tell=[me], **MONEY),
            "USD 40,000.00 have arrived on your organisation’s balance.",
        ),
        (
            holds_told.tell_payer,
            lambda org, me: holds.HoldRefunded(1, "challenge:1", org, tell=[me], **MONEY),
            "USD 40,000.00 that were held are back on your organisation’s balance.",
        ),
        (
            payouts_told.tell_payout_sent,
            lambda org, me: payouts.PayoutConfirmed(1, 1, "organisation", org, bank_reference="B 7", tell=[me], **MONEY),
            "Your payout of USD 40,000.00 was sent. Bank reference: B 7.",
        ),
        (
            payouts_told.tell_payout_refused,
            lambda org, me: payouts.PayoutRejected(1, 1, "organisation", org, reason="100 % wrong IBAN", tell=[me], **MONEY),
            "Your payout of USD 40,000.00 was refused and the money is back on the balance. The reason: 100 % wrong IBAN",
        ),
    ],
)
def test_money_that_moves_is_told_to_those_who_wait_for_it(app: Flask, reaction: Any, event: Any, text: str) -> None:
    owner, administrator = people.person(), people.person(admin=True)
    acme = people.organisation(owner, "Acme")
    with work.unit():
        reaction(event(acme.id, owner.id), Fact(1, clock.now(), administrator.id, "", ""))
    assert inbox(owner.id) == [(text, f"/orgs/{acme.slug}/money")]
    assert inbox(administrator.id) == []


def test_administrators_hear_of_money_that_waits_for_them(app: Flask) -> None:
    owner, administrator = people.person(), people.person(admin=True)
    acme = people.organisation(owner, "Acme")
    fact = Fact(1, clock.now(), owner.id, "", "")
    with work.unit():
        reactions.tell_money_is_coming(events.FundingRequested(1, acme.id, "challenge:1", "Powder", **MONEY), fact)
        payouts_told.tell_payout_asked(payouts.PayoutRequested(1, 1, "person", owner.id, **MONEY), fact)
    assert [link for _, link in inbox(administrator.id)] == ["/admin/payouts", "/admin/payments"]
    assert "Acme announced USD 40,000.00 for “Powder”" in inbox(administrator.id)[1][0]


def test_a_winner_gets_the_receipt_of_the_prize(app: Flask) -> None:
    winner = people.person()
    event = holds.HoldReleased(1, "award:1", 1, winner.id, "Powder", 4_000_000, 200_000, 3_800_000, "USD")
    with work.unit():
        holds_told.tell_award_paid(event, Fact(1, clock.now(), winner.id, "", ""))
    assert inbox(winner.id) == [
        ("USD 38,000.00 for “Powder” are on your balance (USD 40,000.00 less the fee of USD 2,000.00).", "/my/earnings")
    ]
    assert queries.inbox(winner.id)[0].kind is Kind.MONEY


def test_what_waited_under_a_reactions_name_of_before_is_still_told(app: Flask) -> None:
    """Deliveries written by an earlier release name the reaction as it was called then."""
    winner = people.person()
    with work.unit():
        event = holds.HoldReleased(1, "award:1", 1, winner.id, "Powder", 4_000_000, 200_000, 3_800_000, "USD", quiet=False)
        journal.record(event, actor=SYSTEM)
    with work.unit():
        told = Delivery.reaction == "hub.core.holds.reactions.tell_award_paid"
        db.session.execute(update(Delivery).where(told).values(reaction="hub.core.messages.reactions.tell_award_paid"))
    delivery.deliver_all()
    assert [link for _, link in inbox(winner.id)] == ["/my/earnings"]
