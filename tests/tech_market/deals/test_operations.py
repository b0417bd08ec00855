"""A deal's life, its guards, its clocks, and what the other side is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from hub.core.agreements import queries as agreements
from hub.core.agreements.models import Signature
from hub.core.integrity import operations as integrity
from hub.core.integrity.models import IntegrityFlag
from hub.core.integrity.rules import How
from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, SYSTEM, Actor, Role
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn
from hub.tech_market.deals import operations, queries, rules
from hub.tech_market.deals.models import Deal
from hub.tech_market.deals.states import Side, State
from hub.tech_market.listings import operations as listing_operations
from hub.tech_market.listings.rules import Deal as DealKind
from tests.db.processes import together
from tests.factories import deals, listings, people
from tests.tech_market.deals.conftest import Market, market, told

SECOND = timedelta(seconds=1)


def refuse(error: type[HubError], call, **given) -> HubError:
    """The call is refused and leaves nothing behind."""
    counted = [select(func.count()).select_from(model) for model in (Deal, Notification, Signature, journal.JournalRow)]
    before = [db.session.scalar(query) for query in counted]
    states = list(db.session.execute(select(Deal.id, Deal.state, Deal.version)))
    with pytest.raises(error) as refused, work.unit():
        call(**given)
    assert [db.session.scalar(query) for query in counted] == before
    assert list(db.session.execute(select(Deal.id, Deal.state, Deal.version))) == states
    return refused.value


def test_from_an_interest_without_a_name_to_a_deal(hall: Market):
    deal = hall.deal(proposes=DealKind.LICENCE)
    assert (deal.state, deal.answer_by) == (State.INTERESTED, clock.now() + timedelta(days=14))
    with work.unit():
        operations.accept(actor=hall.owner, deal=deal, years=5)
    terms = agreements.get(deal.terms_id or 0)
    assert "last for 5 years" in terms.text_en and "5年" in terms.text_zh
    with work.unit():
        deals.sign(deal, hall.party)
    assert (deal.state, deal.names_are_known) == (State.SIGNED, False)
    with work.unit():
        deals.sign(deal, hall.owner)
        assert "IdentitiesRevealed" in journal.pending_kinds()
    assert (deal.state, deal.names_are_known) == (State.REVEALED, True)
    with work.unit():
        operations.close(actor=hall.owner, deal=deal, agreed=True, reason="A licence for Europe, five years.")
    assert (deal.state, deal.closed_by) == (State.CLOSED_DEAL, Side.OWNER)
    assert "wants to talk" in told(hall.party_person)[0] and "closed with a deal" in told(hall.party_person)[-1]
    assert {one.organisation_id for one in agreements.signatures(terms.id)} == {hall.owner_body.id, hall.party_body.id}


def test_the_owner_may_sign_first_as_well(hall: Market):
    deal = hall.deal("accepted")
    with work.unit():
        deals.sign(deal, hall.owner)
    assert deal.state is State.SIGNED
    with work.unit():
        deals.sign(deal, hall.party)
    assert deal.state is State.REVEALED


def test_a_refusal_has_a_reason_and_the_asker_reads_it(hall: Market):
    deal = hall.deal()
    refused = refuse(Invalid, operations.decline, actor=hall.owner, deal=deal, reason="no")
    assert set(refused.fields) == {"reason"}
    with work.unit():
        operations.decline(actor=hall.owner, deal=deal, reason=deals.REASON)
    assert (deal.state, deal.reason, deal.closed_by) == (State.DECLINED, deals.REASON, Side.OWNER)
    assert "declined" in told(hall.party_person)[-1]


def test_whoever_may_not_ask_is_refused(hall: Market):
    ask = {"listing": hall.listing, "message": deals.MESSAGE}
    refuse(NotSignedIn, operations.express_interest, actor=ANONYMOUS, **ask)
    unconfirmed = people.actor_of(people.person(verified=False))
    assert refuse(NotAllowed, operations.express_interest, actor=unconfirmed, **ask).code == "unverified_address"
    assert refuse(NotAllowed, operations.express_interest, actor=hall.owner, **ask).code == "own_listing"
    member = people.person("Miro")
    with work.unit():
        organisations.add_member(actor=hall.owner, organisation=hall.owner_body, email=member.email, role=Role.FINANCE)
    assert refuse(NotAllowed, operations.express_interest, actor=people.actor_of(member), **ask).code == "own_listing"
    refuse(NotAllowed, operations.express_interest, actor=hall.party, organisation_id=hall.owner_body.id, **ask)
    refuse(NotAllowed, operations.express_interest, actor=hall.party, organisation_id=2**31 - 1, **ask)


@pytest.mark.parametrize("message", ["", "too short", "x" * 1001, "   " * 400])
def test_a_message_says_enough_and_not_too_much(hall: Market, message: str):
    refused = refuse(Invalid, operations.express_interest, actor=hall.party, listing=hall.listing, message=message)
    assert set(refused.fields) == {"message"}


def test_only_what_is_on_the_list_and_what_its_owner_would_agree(hall: Market):
    refused = refuse(
        Invalid, operations.express_interest, actor=hall.party, listing=hall.listing, message=deals.MESSAGE, proposes=DealKind.SALE
    )
    assert set(refused.fields) == {"proposes"}
    with work.unit():
        listing_operations.withdraw(actor=hall.owner, listing=hall.listing)
    refuse(NotNow, operations.express_interest, actor=hall.party, listing=hall.listing, message=deals.MESSAGE)


def test_one_open_interest_each_and_a_new_one_after_the_close(hall: Market):
    first = hall.deal()
    refused = refuse(Conflict, operations.express_interest, actor=hall.party, listing=hall.listing, message=deals.MESSAGE)
    assert refused.code == "already_open"
    with work.unit():
        operations.close(actor=hall.party, deal=first, agreed=False, reason="We found another way to do it.")
    assert first.state is State.CLOSED_NO_DEAL
    assert hall.deal().id != first.id


@pytest.mark.parametrize("state", ["interested", "accepted", "signed", "revealed", "declined", "closed_deal"])
def test_strangers_and_the_wrong_side_can_do_nothing(hall: Market, state: str):
    deal, stranger = hall.deal(state), people.actor_of(people.person("Nobody"))
    with pytest.raises(NotFound):
        queries.get_for(stranger, deal.id)
    for actor in (stranger, Actor(), hall.party):
        refuse(NotAllowed, operations.accept, actor=actor, deal=deal)
        refuse(NotAllowed, operations.decline, actor=actor, deal=deal, reason=deals.REASON)
    refuse(NotAllowed, operations.post, actor=stranger, deal=deal, body="Hello")
    refuse(NotAllowed, operations.close, actor=stranger, deal=deal, agreed=True, reason=deals.REASON)
    refuse(NotAllowed, operations.sign, actor=stranger, deal=deal, seen_hash="0" * 64)


def test_steps_come_in_their_order(hall: Market):
    deal = hall.deal()
    refuse(NotNow, operations.sign, actor=hall.party, deal=deal, seen_hash="0" * 64)
    refuse(NotNow, operations.post, actor=hall.party, deal=deal, body="Hello?")
    refuse(NotNow, operations.close, actor=hall.party, deal=deal, agreed=True, reason=deals.REASON)
    refuse(NotAllowed, operations.close, actor=hall.owner, deal=deal, agreed=False, reason=deals.REASON)
    refuse(Invalid, operations.accept, actor=hall.owner, deal=deal, years=0)
    with work.unit():
        operations.accept(actor=hall.owner, deal=deal)
    refuse(NotNow, operations.decline, actor=hall.owner, deal=deal, reason=deals.REASON)
    assert refuse(Conflict, operations.sign, actor=hall.party, deal=deal, seen_hash="0" * 64).code == "terms_changed"
    with work.unit():
        deals.sign(deal, hall.party)
    refuse(NotAllowed, operations.sign, actor=hall.party, deal=deal, seen_hash="0" * 64)


def test_messages_go_to_the_other_side(hall: Market):
    deal = hall.deal("accepted")
    with work.unit():
        operations.post(actor=hall.party, deal=deal, body="How thick is the layer?")
    with work.unit():
        operations.post(actor=hall.owner, deal=deal, body="Two micrometres.")
    assert [post.side for post in queries.posts(deal)] == [Side.PARTY, Side.OWNER]
    assert "new message" in told(hall.owner_person)[-1] and "new message" in told(hall.party_person)[-1]
    refuse(Invalid, operations.post, actor=hall.party, deal=deal, body="  ")


def test_an_interest_without_an_answer_lapses_after_thirty_days_and_not_a_moment_before(hall: Market):
    deal = hall.deal()
    began = clock.now()
    clock.set_to(began + rules.SILENT_INTEREST - SECOND)
    delivery.run_periodic()
    db.session.refresh(deal)
    assert deal.state is State.INTERESTED
    clock.set_to(began + rules.SILENT_INTEREST)
    delivery.run_periodic()
    delivery.run_periodic()
    db.session.refresh(deal)
    assert deal.state is State.EXPIRED
    assert [text for text in told(hall.party_person) if "lapsed" in text] == told(hall.party_person)[-1:]
    assert "without your answer" in told(hall.owner_person)[-1]
    assert queries.rate_of_listing(hall.listing.id).per_cent == 0


def test_the_owner_is_reminded_once_before_it_is_late(hall: Market):
    hall.deal()
    clock.advance(rules.REMIND_AFTER)
    delivery.run_periodic()
    delivery.run_periodic()
    assert len([text for text in told(hall.owner_person) if "still waits" in text]) == 1


def test_accepted_talks_lapse_after_sixty_silent_days_and_every_message_begins_them_anew(hall: Market):
    deal = hall.deal("accepted")
    clock.advance(timedelta(days=59))
    with work.unit():
        operations.post(actor=hall.party, deal=deal, body="We are still testing.")
    clock.advance(timedelta(days=59))
    with work.unit():
        assert operations.expire_silent() == 0
    clock.advance(timedelta(days=1))
    with work.unit():
        assert operations.expire_silent() == 1
    assert deal.state is State.EXPIRED
    refuse(NotNow, deals.sign, deal=deal, actor=hall.party)


def test_a_deal_that_both_signed_does_not_lapse(hall: Market):
    deal = hall.deal("revealed")
    clock.advance(timedelta(days=400))
    with work.unit():
        assert operations.expire_silent() == 0
    assert deal.state is State.REVEALED


def test_only_the_clock_lets_a_deal_lapse(hall: Market):
    deal = hall.deal()
    with pytest.raises(NotAllowed), work.unit():
        operations._begin(hall.owner, deal, operations.Act.EXPIRE)
    with pytest.raises(NotNow), work.unit():
        operations._begin(SYSTEM, deal, operations.Act.EXPIRE)
        operations.LIFE.fire(deal, operations.Act.EXPIRE)


def test_the_database_knows_the_invariants(hall: Market):
    deal = hall.deal("accepted")
    for change in (
        "state = 'revealed'",
        "state = 'closed_deal', reason = 'x', closed_at = asked_at, closed_by = 'owner'",
        "state = 'declined'",
        f"revealed_at = '{clock.now():%Y-%m-%d %H:%M:%S}'",
        "answered_at = NULL",
    ):
        with pytest.raises(DatabaseError), work.unit():
            db.session.execute(text(f"UPDATE deal SET {change} WHERE id = {deal.id}"))


def test_rates_of_unnamed_listings_do_not_betray_their_owner(app):
    shown = market()
    with work.unit():
        hidden = listings.listing(shown.owner_body, shown.owner, title="A listing without a name", owner_shown=False)
        deals.deal(hidden, shown.owner, shown.party, "declined")
    assert queries.rate_of_organisation(shown.owner_body.id).counted == 0
    assert queries.rate_of_listing(hidden.id).counted == 1
    shown.deal("accepted")
    assert queries.rate_of_organisation(shown.owner_body.id).counted == 1


def _accept(deal_id: int, owner_id: int) -> None:
    _decide(deal_id, owner_id, lambda deal, actor: operations.accept(actor=actor, deal=deal))


def _decline(deal_id: int, owner_id: int) -> None:
    _decide(deal_id, owner_id, lambda deal, actor: operations.decline(actor=actor, deal=deal, reason=deals.REASON))


def _decide(deal_id: int, owner_id: int, operate) -> None:
    actor = people.queries.actor_of(owner_id)
    try:
        with work.unit():
            operate(queries.get(deal_id), actor)
    except (NotNow, Conflict):
        return


def _either(deal_id: int, owner_id: int, yes: bool) -> None:
    (_accept if yes else _decline)(deal_id, owner_id)


def test_two_decisions_at_once_are_one_decision(hall: Market):
    deal_id, owner_id, asker = hall.deal().id, hall.owner_person.id, hall.party_person.id
    together(_either, *[(deal_id, owner_id, n % 2 == 0) for n in range(4)])
    deal = queries.get(deal_id)
    assert deal.state in {State.ACCEPTED, State.DECLINED}
    answers = db.session.scalars(select(Notification).where(Notification.person_id == asker)).all()
    assert len(answers) == 1
    kinds = db.session.scalars(select(journal.JournalRow.kind).where(journal.JournalRow.subject == deal.ref)).all()
    assert sorted(kinds)[:-1] == ["DealAccepted" if deal.state is State.ACCEPTED else "DealDeclined"]


def _ask(listing_id: int, person_id: int) -> None:
    try:
        with work.unit():
            deals.interest(db.session.get(listings.Listing, listing_id), people.queries.actor_of(person_id))
    except Conflict:
        return


def test_two_interests_at_once_are_one(hall: Market):
    listing_id, person_id = hall.listing.id, hall.party_person.id
    together(_ask, *[(listing_id, person_id)] * 4)
    assert db.session.scalar(select(func.count()).select_from(Deal)) == 1


def test_staff_may_look_at_an_interest_of_the_owners_own_people(hall: Market):
    with work.unit():
        integrity.declare(actor=hall.party, organisation=hall.owner_body.slug)
    deal = hall.deal()
    delivery.deliver_all()
    (flag,) = db.session.scalars(select(IntegrityFlag))
    assert (flag.subject, flag.link, flag.person_id, flag.how) == (deal.ref, hall.listing.path, hall.party_person.id, How.DECLARED)
