"""The choice, the signature, the money: once, to the right person, and never without the reasons."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from hub.contests.awards import operations, queries, rules
from hub.contests.awards.models import Award
from hub.contests.awards.states import LIFE, State
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import operations as entry_operations
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry
from hub.contests.entries.states import State as EntryState
from hub.core.agreements import operations as agreements
from hub.core.agreements import queries as agreements_read
from hub.core.agreements.states import State as Standing
from hub.core.controls import queries as controls
from hub.core.holds import queries as holds_read
from hub.core.messages import queries as messages
from hub.core.payments import queries as payments
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, SYSTEM, Actor
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow
from hub.kernel.money import Money
from tests.factories import entries as make
from tests.factories import people

Made = make.Contest


def entry_of(made: Made, number: int = 0) -> Entry:
    found = entries.mine_in(people.actor_of(made.solvers[number]), made.challenge)
    assert found is not None
    return found


def winner(made: Made) -> Actor:
    return people.actor_of(made.solvers[0])


def balance(person_id: int) -> list[Money]:
    return payments.balances("person", person_id)


def refused(expected: type[HubError], code: str, act: Any) -> HubError:
    def rows() -> list[Any]:
        awards = [(a.id, a.state) for a in db.session.query(Award)]
        return awards + [(e.id, e.state) for e in db.session.query(Entry)] + [(e.id, balance(e.person_id)) for e in db.session.query(Entry)]

    before, told = rows(), journal.last_id()
    with pytest.raises(expected) as caught, work.unit():
        act()
    assert caught.value.code == code, caught.value
    assert rows() == before and journal.last_id() == told
    return caught.value


def select(made: Made, number: int = 0, actor: Actor | None = None, message: str = "") -> Award:
    return operations.select_winner(actor=actor or made.manager, challenge=made.challenge, entry=entry_of(made, number), message=message)


# The choice


def test_selecting_offers_the_award_and_closes_every_entry(app: Flask) -> None:
    made = make.judged(solvers=3)
    with work.unit():
        award = select(made)
    assert [entry_of(made, n).state for n in range(3)] == [EntryState.SELECTED, EntryState.NOT_SELECTED, EntryState.NOT_SELECTED]
    assert (award.state, award.person_id, award.gross, award.split.net) == (
        State.SELECTED,
        made.solvers[0].id,
        Money(4_000_000, "USD"),
        Money(3_800_000, "USD"),
    )
    assert made.challenge.state is ChallengeState.SELECTED
    assert award.sign_by == clock.now() + timedelta(days=30)
    assert holds_read.held(made.challenge.ref, "USD") == 4_000_000 and balance(made.solvers[0].id) == []


def test_everybody_who_entered_is_told_and_reads_their_own_scores_and_reasons(app: Flask) -> None:
    made = make.judged(solvers=3)
    for number in range(3):
        assert not queries.result_for(people.actor_of(made.solvers[number]), entry_of(made, number).id).decided
    with work.unit():
        select(made, message="All three were good.")
    delivery.deliver_all()
    award = queries.of_challenge(made.challenge.id)
    assert award is not None
    links = [[note.link for note in messages.inbox(person.id) if note.kind == "award"] for person in made.solvers]
    assert links == [[f"/awards/{award.id}"], [f"/entries/{entry_of(made, 1).id}"], [f"/entries/{entry_of(made, 2).id}"]]
    result = queries.result_for(people.actor_of(made.solvers[1]), entry_of(made, 1).id)
    assert result.decided and result.standing is not None and (result.standing.place, result.of) == (2, 3)
    assert [reason.criterion.id for reason in result.reasons] == [criterion.id for criterion in made.challenge.criteria]
    assert all(len(reason.text) >= 20 for reason in result.reasons) and result.message == "All three were good."
    for other in (made.manager, people.actor_of(made.solvers[0]), ANONYMOUS):
        with pytest.raises(NotFound):
            queries.result_for(other, entry_of(made, 1).id)


def test_nobody_is_selected_while_a_reason_is_missing(app: Flask) -> None:
    made = make.contest(solvers=2, judges=1)
    with work.unit():
        for person in made.solvers:
            make.seal(made.challenge, people.actor_of(person))
        make.appoint(made.challenge, made.manager, made.judges[0])
        make.close(made.challenge)
        make.score(entry_of(made), people.actor_of(made.judges[0]))
    error = refused(NotNow, "reasons_missing", lambda: select(made))
    assert "3 of 6 reasons are still missing" in str(error)
    reason = "Nothing met what we need, sadly."
    refused(NotNow, "reasons_missing", lambda: operations.end_without_award(actor=made.manager, challenge=made.challenge, reason=reason))


def test_who_selects(app: Flask) -> None:
    made = make.judged()
    member = people.person("Consultant", consultant=True)
    for other in (
        people.actor_of(made.judges[0]),
        people.actor_of(made.solvers[1]),
        people.actor_of(member),
        people.actor_of(people.person(admin=True)),
        SYSTEM,
        ANONYMOUS,
    ):
        refused(NotAllowed, "not_allowed", lambda who=other: select(made, actor=who))
        refused(
            NotAllowed, "not_allowed", lambda who=other: operations.end_without_award(actor=who, challenge=made.challenge, reason="x" * 30)
        )


def test_when_and_what_can_be_selected(app: Flask) -> None:
    early = make.contest()
    with work.unit():
        make.seal(early.challenge, people.actor_of(early.solvers[0]))
    refused(NotNow, "not_closed", lambda: select(early))
    made = make.judged()
    refused(NotFound, "not_found", lambda: operations.select_winner(actor=made.manager, challenge=made.challenge, entry=entry_of(early)))
    with work.unit():
        entry_operations.withdraw(actor=people.actor_of(made.solvers[1]), entry=entry_of(made, 1))
    refused(NotFound, "not_found", lambda: select(made, 1))


def test_selecting_twice_changes_nothing_the_second_time(app: Flask) -> None:
    made, _award = make.selected()
    refused(NotNow, "decided", lambda: select(made))
    refused(NotNow, "decided", lambda: select(made, 1, message="Another one after all."))
    refused(NotNow, "decided", lambda: operations.end_without_award(actor=made.manager, challenge=made.challenge, reason="x" * 30))
    assert db.session.query(Award).count() == 1


def test_another_choice_than_the_first_of_the_ranking_needs_a_word(app: Flask) -> None:
    made = make.judged()
    error = refused(Invalid, "reason_missing", lambda: select(made, 1))
    assert set(error.fields) == {"message"}
    with work.unit():
        assert select(made, 1, message="It can be made in our plant as it stands.").entry_id == entry_of(made, 1).id


def test_an_entry_that_misses_a_must_have_cannot_win(app: Flask) -> None:
    made = make.judged()
    with work.unit():
        make.score(entry_of(made), people.actor_of(made.judges[0]), 10, met=False)
    refused(NotNow, "must_failed", lambda: select(made, message="We like it all the same."))


# Signing and being paid


def test_signing_moves_the_prize_once_and_ends_the_challenge(app: Flask) -> None:
    made, award = make.selected()
    with work.unit():
        make.accept(award, winner(made))
    assert (award.state, award.paid_at, made.challenge.state) == (State.PAID, clock.now(), ChallengeState.AWARDED)
    assert balance(made.solvers[0].id) == [Money(3_800_000, "USD")]
    assert holds_read.held(made.challenge.ref, "USD") == 0
    assert agreements_read.has_signed(made.solvers[0].id, award.ref, "award")
    delivery.deliver_all()
    assert any("are on your balance" in note.text for note in messages.inbox(made.solvers[0].id))
    assert controls.verify().ok


def test_signing_twice_pays_once(app: Flask) -> None:
    made, award = make.selected()
    with work.unit():
        make.accept(award, winner(made))
    refused(NotNow, "not_now", lambda: make.accept(award, winner(made)))
    assert balance(made.solvers[0].id) == [Money(3_800_000, "USD")]


def test_two_signatures_at_once_pay_once(app: Flask) -> None:
    made, award = make.selected()
    award_id, author = award.id, winner(made)
    seen = agreements_read.get(award.terms_id or 0).hash
    db.session.remove()
    gate, refusals = threading.Barrier(3), []

    def sign() -> None:
        with app.app_context():
            gate.wait()
            try:
                with work.unit():
                    operations.accept(actor=author, award=queries.get(award_id), seen_hash=seen)
            except HubError as refusal:
                refusals.append(refusal.code)

    threads = [threading.Thread(target=sign) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert refusals == ["not_now", "not_now"]
    assert balance(author.person_id or 0) == [Money(3_800_000, "USD")]


def test_only_the_winner_signs_or_declines(app: Flask) -> None:
    made, award = make.selected()
    for other in (made.manager, people.actor_of(made.solvers[1]), SYSTEM, ANONYMOUS):
        refused(NotAllowed, "not_allowed", lambda who=other: make.accept(award, who))
        refused(NotAllowed, "not_allowed", lambda who=other: operations.decline(actor=who, award=award))
    with pytest.raises(NotFound):
        queries.get_for(people.actor_of(made.solvers[1]), award.id)
    assert queries.get_for(made.manager, award.id) is award


def test_another_text_than_the_one_shown_is_not_signed_and_nothing_is_paid(app: Flask) -> None:
    made, award = make.selected()
    refused(Conflict, "terms_changed", lambda: operations.accept(actor=winner(made), award=award, seen_hash="0" * 64))


def test_the_award_agreement_names_the_seeker_the_money_and_the_seal(app: Flask) -> None:
    made, award = make.selected(seeker_shown=False)
    terms, seal = agreements_read.get(award.terms_id or 0), entries.seal_of(entry_of(made))
    for words in ("Acme", made.solvers[0].name, "USD 40,000.00", "USD 2,000.00", "USD 38,000.00", seal.receipt_no, seal.hash):
        assert words in terms.text_en, words
    participation = agreements_read.current(made.challenge.ref, entries.AGREEMENT)
    assert participation is not None and "Acme" not in participation.text_en
    for reader, may in (
        (made.manager, True),
        (winner(made), True),
        (people.actor_of(made.solvers[1]), False),
        (people.actor_of(made.judges[0]), False),
    ):
        assert agreements_read.may_read(reader, terms) is may


def test_signing_on_the_agreements_own_page_pays_all_the_same_once(app: Flask) -> None:
    made, award = make.selected()
    terms = agreements_read.get(award.terms_id or 0)
    with work.unit():
        agreements.sign(actor=winner(made), terms=terms, seen_hash=terms.hash)
    delivery.deliver_all()
    db.session.refresh(award)
    assert award.state is State.PAID and balance(made.solvers[0].id) == [Money(3_800_000, "USD")]
    delivery.deliver_all()
    assert balance(made.solvers[0].id) == [Money(3_800_000, "USD")]


# Without a signature


def test_a_declined_award_opens_the_choice_again(app: Flask) -> None:
    made, award = make.selected(solvers=3)
    with work.unit():
        operations.decline(actor=winner(made), award=award, reason="My employer does not agree.")
    assert (award.state, made.challenge.state) == (State.DECLINED, ChallengeState.JUDGING)
    assert [entry_of(made, n).state for n in range(3)] == [EntryState.NOT_SELECTED, EntryState.SEALED, EntryState.SEALED]
    delivery.deliver_all()
    assert any("in the running again" in note.text for note in messages.inbox(made.solvers[1].id))
    assert any("Nobody is chosen in" in note.text for note in messages.inbox(made.owner.id))
    refused(NotFound, "not_found", lambda: select(made))
    with work.unit():
        second = select(made, 1)  # the first of those who are left needs no word
        make.accept(second, people.actor_of(made.solvers[1]))
    assert balance(made.solvers[1].id) == [Money(3_800_000, "USD")] and balance(made.solvers[0].id) == []
    assert queries.of_challenge(made.challenge.id) is second


@pytest.mark.parametrize("end", ["decline", "lapse", "reopen"])
def test_an_award_that_is_not_given_asks_nobody_for_a_signature_any_more(app: Flask, end: str) -> None:
    made, award = make.selected()
    first = award.terms_id
    assert [line.state for line in agreements_read.mine(winner(made)) if line.terms.id == first] == [Standing.TO_SIGN]
    with work.unit():
        if end == "decline":
            operations.decline(actor=winner(made), award=award)
        elif end == "reopen":
            operations.reopen_judging(actor=SYSTEM, challenge=made.challenge, reason="The judges overlooked a file.")
        else:
            clock.set_to(award.sign_by)
            operations.lapse(actor=SYSTEM, award=award)
    assert [line.state for line in agreements_read.mine(winner(made)) if line.terms.id == first] == [Standing.REFUSED]
    if end == "reopen":
        with work.unit():
            again = operations.select_winner(actor=made.manager, challenge=made.challenge, entry=entry_of(made), message="Thank you all.")
            make.accept(again, winner(made))
        assert again.terms_id != first and again.state is State.PAID


def test_an_award_not_signed_in_thirty_days_lapses(app: Flask) -> None:
    made, award = make.selected()
    clock.set_to(award.sign_by - timedelta(seconds=1))
    with work.unit():
        assert operations.lapse_overdue() == 0
    clock.set_to(award.sign_by)
    refused(NotNow, "not_now", lambda: make.accept(award, winner(made)))
    with work.unit():
        assert operations.lapse_overdue() == 1
        assert operations.lapse_overdue() == 0
    assert (award.state, made.challenge.state, entry_of(made).state) == (State.LAPSED, ChallengeState.JUDGING, EntryState.NOT_SELECTED)
    delivery.deliver_all()
    assert any("has run out" in note.text for note in messages.inbox(made.solvers[0].id))
    assert balance(made.solvers[0].id) == []


def test_when_every_winner_declines_the_challenge_can_still_end(app: Flask) -> None:
    made, award = make.selected()
    with work.unit():
        operations.decline(actor=winner(made), award=award)
        second = select(made, 1)
    with work.unit():
        operations.decline(actor=people.actor_of(made.solvers[1]), award=second)
        assert entry_of(made).state is EntryState.NOT_SELECTED
        operations.end_without_award(actor=made.manager, challenge=made.challenge, reason="Both winners declined the award.")
    assert payments.balances("organisation", made.organisation.id) == [Money(4_000_000, "USD")]


# Ending


def test_ending_without_an_award_gives_the_prize_back_and_everybody_the_reasons(app: Flask) -> None:
    made = make.judged()
    refused(Invalid, "reason_missing", lambda: operations.end_without_award(actor=made.manager, challenge=made.challenge, reason="No."))
    reason = "No entry reached the price per pack that we named."
    with work.unit():
        operations.end_without_award(actor=made.manager, challenge=made.challenge, reason=reason)
    assert made.challenge.state is ChallengeState.ENDED
    assert holds_read.held(made.challenge.ref, "USD") == 0
    assert payments.balances("organisation", made.organisation.id) == [Money(4_000_000, "USD")]
    delivery.deliver_all()
    for number, person in enumerate(made.solvers):
        result = queries.result_for(people.actor_of(person), entry_of(made, number).id)
        assert result.decided and result.message == reason and len(result.reasons) == 3
        assert any("was not selected" in note.text for note in messages.inbox(person.id))
    assert controls.verify().ok


def test_a_challenge_without_entries_can_be_ended(app: Flask) -> None:
    made = make.contest()
    with work.unit():
        make.close(made.challenge)
        operations.end_without_award(actor=made.manager, challenge=made.challenge, reason="Nobody entered before the deadline.")
    assert made.challenge.state is ChallengeState.ENDED


def test_the_story_of_the_award_stands_in_the_journal(app: Flask) -> None:
    made, award = make.selected()
    with work.unit():
        make.accept(award, winner(made))
        kinds = journal.pending_kinds()
    assert [kind for kind in kinds if kind.startswith("Award") or kind in {"AgreementSigned", "HoldReleased", "ChallengeAwarded"}] == [
        "AgreementSigned", "AwardSigned", "HoldReleased", "ChallengeAwarded", "AwardPaid",
    ]  # fmt: skip


def test_every_state_is_reached() -> None:
    assert LIFE.reachable() == set(State)
    assert timedelta(days=30) == rules.SIGN_WITHIN
