from __future__ import annotations

from datetime import timedelta

import pytest

from hub.contests.challenges import operations, queries
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.rules import Kind
from hub.contests.challenges.states import State
from hub.core.agreements import queries as agreements
from hub.core.holds import queries as holds_read
from hub.core.payments import operations as payments
from hub.core.payments import queries as ledger
from hub.db import journal, work
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.kernel import clock, money
from hub.kernel.actor import ANONYMOUS, SYSTEM
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn
from hub.kernel.money import Money
from hub.search.index.models import IndexMark
from tests.factories import challenges


def kinds() -> list[str]:
    return list(db.session.scalars(db.select(JournalRow.kind).where(JournalRow.scope.startswith("challenge:")).order_by(JournalRow.id)))


def again(challenge: Challenge) -> Challenge:
    db.session.expire_all()
    return queries.by_id(challenge.id)


def test_from_draft_to_judging_the_story_is_told_in_order(world):
    made = world.challenge("judging")
    assert made.state is State.JUDGING
    assert [kind for kind in kinds() if kind.startswith("Challenge")] == [
        "ChallengeDrafted", "ChallengeSubmitted", "ChallengeApproved", "ChallengePublished", "ChallengeClosed",
    ]  # fmt: skip


def test_a_new_draft_keeps_what_was_given_and_default_terms(world):
    made = again(world.challenge(prize="1,250.50"))
    assert made.prize == Money(125_050, "USD")
    assert [(c.position, c.kind, c.weight) for c in made.criteria] == [(1, Kind.MUST, 0), (2, Kind.SCORED, 60), (3, Kind.SCORED, 40)]
    assert made.terms["transfer"] == "non_exclusive_licence"
    assert made.fee_bp == 500


def test_two_challenges_of_one_title_get_two_addresses(world):
    first, second, third = (world.challenge() for _ in range(3))
    assert len({first.slug, second.slug, third.slug}) == 3
    assert second.slug == f"{first.slug}-2"


def test_a_challenge_called_new_does_not_hide_the_form(world):
    assert world.challenge(title="New?!").slug == "new-2"
    assert world.challenge(title="在不开封的情况下检测包装食品").slug == "challenge"


@pytest.mark.parametrize("who", ["stranger", "rival", "member", "finance", "consultant", "admin"])
def test_only_managers_draft_for_an_organisation(world, who):
    with pytest.raises(NotAllowed):
        operations.draft(actor=world.actor(who), organisation_id=world.company.id, fee_bp=500, **challenges.content())
    work.rollback()
    assert db.session.query(Challenge).count() == 0


def test_a_visitor_is_asked_to_sign_in(world):
    with pytest.raises((NotAllowed, NotSignedIn)):
        operations.draft(actor=ANONYMOUS, organisation_id=world.company.id, fee_bp=500, **challenges.content())


@pytest.mark.parametrize("who", ["stranger", "rival", "member", "finance", "consultant", "admin"])
def test_nobody_else_edits_submits_publishes_or_withdraws(world, who):
    made = world.challenge("funded")
    actor = world.actor(who)
    for act in (operations.submit, operations.publish, operations.withdraw, operations.reopen):
        with pytest.raises(NotAllowed):
            act(actor=actor, challenge=made)
    with pytest.raises(NotAllowed):
        operations.edit(actor=actor, challenge=made, title="Another title altogether")
    work.rollback()
    made = again(made)
    assert made.state is State.APPROVED and made.title == "Detect spoilage in sealed food packs"


@pytest.mark.parametrize("who", ["owner", "stranger", "rival", "member"])
def test_nobody_but_consultants_decides_on_a_review(world, who):
    made = world.challenge("in_review")
    with pytest.raises(NotAllowed):
        operations.approve(actor=world.actor(who), challenge=made)
    with pytest.raises(NotAllowed):
        operations.return_(actor=world.actor(who), challenge=made, remarks="No.")
    work.rollback()
    assert again(made).state is State.IN_REVIEW


def test_a_consultant_does_not_approve_the_challenge_of_their_own_organisation(world):
    from hub.core.organisations import operations as organisations
    from hub.kernel.actor import Role

    made = world.challenge("in_review")
    with work.unit():
        organisations.add_member(actor=world.actor("owner"), organisation=world.company, email=world.consultant.email, role=Role.MEMBER)
    with pytest.raises(NotAllowed):
        operations.approve(actor=world.actor("consultant"), challenge=made)


def test_a_return_needs_remarks_which_the_seeker_then_reads(world):
    made = world.challenge("in_review")
    with pytest.raises(Invalid) as refusal:
        operations.return_(actor=world.actor("consultant"), challenge=made, remarks="  \n ")
    assert refusal.value.fields.keys() == {"remarks"}
    work.rollback()
    with work.unit():
        operations.return_(actor=world.actor("consultant"), challenge=queries.by_id(made.id), remarks="Name the temperature range.")
    made = again(made)
    assert made.state is State.DRAFT
    assert [(r.decision, r.text, r.person_id) for r in made.remarks] == [("return", "Name the temperature range.", world.consultant.id)]


def test_submitting_names_every_gap_and_moves_nothing(world):
    made = world.challenge(summary="", criteria=[], eligibility="")
    with pytest.raises(Invalid) as refusal:
        operations.submit(actor=world.actor("owner"), challenge=made)
    assert refusal.value.code == "incomplete"
    assert refusal.value.fields.keys() == {"summary", "criteria", "eligibility"}
    work.rollback()
    assert again(made).state is State.DRAFT


def test_submitting_draws_up_the_agreement_that_entrants_sign(world):
    made = world.challenge("in_review", terms={"transfer": "assignment", "evaluation_days": 60})
    terms = agreements.current(made.ref, "challenge_entry")
    assert terms is not None and terms.choices["transfer"] == "assignment" and terms.choices["evaluation_days"] == 60
    assert "Nordic Foods" in terms.text_en and made.title in terms.text_en


def test_an_anonymous_seeker_is_not_named_in_the_agreement(world):
    made = world.challenge("in_review", seeker_shown=False)
    terms = agreements.current(made.ref, "challenge_entry")
    assert terms is not None and "Nordic" not in terms.text_en + terms.text_zh + str(terms.parties) + str(terms.summary_en)


def test_a_changed_draft_asks_for_a_new_version_of_the_agreement(world):
    made = world.challenge("approved")
    with work.unit():
        operations.reopen(actor=world.actor("owner"), challenge=again(made))
        operations.edit(actor=world.actor("owner"), challenge=queries.by_id(made.id), terms={"evaluation_days": 30})
        operations.submit(actor=world.actor("owner"), challenge=queries.by_id(made.id))
    assert [terms.number for terms in agreements.versions(made.ref, "challenge_entry")] == [2, 1]


def test_without_the_whole_prize_nothing_opens_and_nothing_is_told(world):
    made = world.challenge("approved")
    with pytest.raises(NotNow) as refusal:
        operations.publish(actor=world.actor("owner"), challenge=made)
    assert refusal.value.code == "prize_not_held" and "ChallengePublished" not in journal.pending_kinds()
    work.rollback()
    with work.unit():
        funding = operations.fund(actor=world.actor("owner"), challenge=again(made))
        payments.confirm_funding(actor=SYSTEM, funding=funding, received=money.parse("39999.99", "USD"))
    with pytest.raises(NotNow) as refusal:
        operations.publish(actor=world.actor("owner"), challenge=again(made))
    assert refusal.value.code == "prize_not_held"
    work.rollback()
    assert again(made).state is State.APPROVED


def test_publishing_after_the_deadline_is_refused_and_says_what_to_do(world):
    made = world.challenge("funded")
    clock.set_to(made.closes_at)
    with pytest.raises(NotNow) as refusal:
        operations.publish(actor=world.actor("owner"), challenge=made)
    assert refusal.value.code == "deadline_passed"


def test_publishing_twice_is_refused(world):
    made = world.challenge("open")
    with pytest.raises(NotNow):
        operations.publish(actor=world.actor("owner"), challenge=made)
    work.rollback()
    assert kinds().count("ChallengePublished") == 1


def test_asking_for_the_bank_details_twice_is_one_request(world):
    made = world.challenge("approved")
    with work.unit():
        first = operations.fund(actor=world.actor("owner"), challenge=again(made))
        second = operations.fund(actor=world.actor("finance"), challenge=queries.by_id(made.id))
        assert first.reference == second.reference
    assert first.amount == Money(4_000_000, "USD")
    assert kinds().count("FundingRequested") == 1


def test_a_changed_prize_replaces_the_open_request(world):
    made, owner = world.challenge("approved"), world.actor("owner")
    with work.unit():
        first = operations.fund(actor=owner, challenge=again(made))
        payments.confirm_funding(actor=SYSTEM, funding=first, received=Money(1_000_000, "USD"))
        operations.reopen(actor=owner, challenge=queries.by_id(made.id))
        operations.edit(actor=owner, challenge=queries.by_id(made.id), prize=Money(5_000_000, "USD"))
        operations.submit(actor=owner, challenge=queries.by_id(made.id))
        operations.approve(actor=challenges.REVIEWER, challenge=queries.by_id(made.id))
        second = operations.fund(actor=owner, challenge=queries.by_id(made.id))
    assert second.amount == Money(4_000_000, "USD"), "only what is missing is asked for"
    with work.unit():
        payments.confirm_funding(actor=SYSTEM, funding=second, received=Money(4_000_000, "USD"))
        operations.publish(actor=owner, challenge=queries.by_id(made.id))
    assert holds_read.held(made.ref, "USD") == 5_000_000


def test_another_currency_is_refused_while_money_is_held(world):
    made, owner = world.challenge("funded"), world.actor("owner")
    with work.unit():
        operations.reopen(actor=owner, challenge=again(made))
    with pytest.raises(Invalid) as refusal:
        operations.edit(actor=owner, challenge=again(made), prize=Money(4_000_000, "EUR"))
    assert refusal.value.code == "prize_held"
    work.rollback()
    assert again(made).currency == "USD"


def test_withdrawing_returns_the_hold_to_the_balance_and_it_can_pay_the_next(world):
    made, owner = world.challenge("funded"), world.actor("owner")
    with work.unit():
        operations.withdraw(actor=owner, challenge=again(made))
    assert holds_read.held(made.ref, "USD") == 0
    assert ledger.balances("organisation", world.company.id) == [Money(4_000_000, "USD")]
    following = world.challenge("approved")
    with work.unit():
        operations.fund_from_balance(actor=owner, challenge=again(following))
        operations.publish(actor=owner, challenge=queries.by_id(following.id))
    assert again(following).state is State.OPEN
    assert ledger.balances("organisation", world.company.id) == []


def test_a_balance_that_is_too_small_holds_nothing(world):
    made = world.challenge("approved")
    with pytest.raises(HubError):
        operations.fund_from_balance(actor=world.actor("owner"), challenge=made)
    work.rollback()
    assert holds_read.held(made.ref, "USD") == 0


def test_money_for_a_withdrawn_challenge_is_not_expected_any_more(world):
    made, owner = world.challenge("approved"), world.actor("owner")
    with work.unit():
        operations.fund(actor=owner, challenge=again(made))
        operations.withdraw(actor=owner, challenge=queries.by_id(made.id))
    assert ledger.open_funding(made.ref) is None


def test_a_challenge_in_review_is_not_funded(world):
    with pytest.raises(NotNow) as refusal:
        operations.fund(actor=world.actor("owner"), challenge=world.challenge("in_review"))
    assert refusal.value.code == "not_approved"


@pytest.mark.parametrize("who", ["stranger", "rival", "member", "consultant"])
def test_only_the_seekers_managers_and_bookkeepers_fund(world, who):
    made = world.challenge("approved")
    with pytest.raises(NotAllowed):
        operations.fund(actor=world.actor(who), challenge=made)
    assert ledger.open_funding(made.ref) is None


def test_it_closes_at_the_deadline_and_not_a_moment_before(world):
    made = world.challenge("open")
    clock.set_to(made.closes_at - timedelta(microseconds=1))
    with work.unit():
        assert operations.close_due() == 0
    assert queries.is_open(again(made))
    clock.set_to(made.closes_at)
    assert not queries.is_open(again(made)), "the clock decides before the worker has come by"
    with work.unit():
        assert operations.close_due() == 1
    assert again(made).state is State.JUDGING and again(made).closed_at == made.closes_at
    with work.unit():
        assert operations.close_due() == 0
    assert kinds().count("ChallengeClosed") == 1


def test_closing_early_is_refused_even_to_its_owner(world):
    made = world.challenge("open")
    with pytest.raises(NotNow):
        operations.close(actor=world.actor("owner"), challenge=made)


def test_only_an_administrator_cancels_and_the_money_goes_back(world):
    made = world.challenge("open")
    for who in ("owner", "consultant", "stranger"):
        with pytest.raises(NotAllowed):
            operations.cancel(actor=world.actor(who), challenge=made, reason="I changed my mind.")
    work.rollback()
    with work.unit():
        operations.cancel(actor=world.actor("admin"), challenge=again(made), reason="The problem was found to be a weapon.")
    made = again(made)
    assert made.state is State.WITHDRAWN and made.remarks[0].text.startswith("The problem")
    assert holds_read.held(made.ref, "USD") == 0
    assert queries.may_see(ANONYMOUS, made), "whoever had read it may read that it was cancelled"


def test_only_the_system_says_that_the_prize_was_awarded(world):
    made, owner = world.challenge("judging"), world.actor("owner")
    with work.unit():
        operations.select_winner(actor=owner, challenge=again(made))
    with pytest.raises(NotAllowed):
        operations.award(actor=owner, challenge=again(made))
    with work.unit():
        operations.award(actor=SYSTEM, challenge=again(made))
    assert again(made).state is State.AWARDED


def test_ending_without_an_award_needs_a_reason_and_returns_the_prize(world):
    made, owner = world.challenge("judging"), world.actor("owner")
    with pytest.raises(Invalid):
        operations.end(actor=owner, challenge=again(made), reason=" ")
    work.rollback()
    assert holds_read.held(made.ref, "USD") == 4_000_000
    with work.unit():
        operations.end(actor=owner, challenge=again(made), reason="No entry met the must-haves.")
    assert again(made).state is State.ENDED and holds_read.held(made.ref, "USD") == 0


@pytest.mark.parametrize(
    ("content", "field_name"),
    [
        ({"closes_at": "past"}, "closes_at"),
        ({"closes_at": "far"}, "closes_at"),
        ({"terms": {"evaluation_days": 0}}, "terms.evaluation_days"),
        ({"terms": {"territory": ""}}, "terms.territory"),
        ({"terms": {"moon": True}}, "terms.moon"),
        ({"criteria": [{"title": f"C{n}", "detail": "", "kind": Kind.SCORED, "weight": 1} for n in range(21)]}, "criteria"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field_and_changes_nothing(world, content, field_name):
    made, dates = world.challenge(), {"past": clock.now() - timedelta(minutes=1), "far": clock.now() + timedelta(days=366 * 5)}
    before = (made.version, made.closes_at, dict(made.terms), len(made.criteria))
    if "closes_at" in content:
        content = {"closes_at": dates[content["closes_at"]]}
    with pytest.raises(Invalid) as refusal:
        operations.edit(actor=world.actor("owner"), challenge=made, **content)
    assert refusal.value.fields.keys() == {field_name}
    work.rollback()
    made = again(made)
    assert (made.version, made.closes_at, made.terms, len(made.criteria)) == before


def test_an_edit_that_changes_nothing_tells_nothing(world):
    made = world.challenge()
    with work.unit():
        operations.edit(actor=world.actor("owner"), challenge=again(made), **challenges.content())
    assert again(made).version == made.version and kinds() == ["ChallengeDrafted"]


def test_only_drafts_are_edited(world):
    for state in ("in_review", "approved", "open"):
        made = world.challenge(state)
        with pytest.raises(NotNow):
            operations.edit(actor=world.actor("owner"), challenge=made, title="Another title altogether")
        work.rollback()


def test_whoever_read_an_older_version_does_not_overwrite_a_newer_one(world):
    made = world.challenge()
    with pytest.raises(Conflict), work.unit():
        mine = queries.by_id(made.id)
        newer = db.update(Challenge).where(Challenge.id == made.id).values(title="Somebody else's title", version=made.version + 1)
        db.session.execute(newer.execution_options(synchronize_session=False))
        operations.edit(actor=world.actor("owner"), challenge=mine, title="My own title here")
    assert again(made).title == "Detect spoilage in sealed food packs"


def test_drafts_cannot_be_guessed(world):
    made = world.challenge("approved")
    for who in ("stranger", "rival"):
        with pytest.raises(NotFound):
            queries.get_for(world.actor(who), made.slug)
    with pytest.raises(NotFound):
        queries.get_for(ANONYMOUS, made.slug)
    for who in ("owner", "member", "finance", "consultant", "admin"):
        assert queries.get_for(world.actor(who), made.slug).id == made.id


def test_following_twice_is_once_and_visitors_cannot(world):
    made, stranger = world.challenge("open"), world.actor("stranger")
    with work.unit():
        operations.follow(actor=stranger, challenge=queries.by_id(made.id))
        db.session.flush()
        operations.follow(actor=stranger, challenge=queries.by_id(made.id))
    assert list(queries.followers(made.id)) == [world.stranger.id]
    with pytest.raises(NotAllowed):
        operations.follow(actor=ANONYMOUS, challenge=made)
    with work.unit():
        operations.unfollow(actor=stranger, challenge=queries.by_id(made.id))
    assert list(queries.followers(made.id)) == []


def test_every_public_step_asks_the_index_to_look_again(world):
    made = world.challenge("judging")
    assert list(db.session.scalars(db.select(IndexMark.key))).count(made.ref) == 2  # published, closed
