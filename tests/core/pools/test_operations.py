"""Pledges of many towards one goal: all of it by the deadline, or every cent back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hub.core.holds import operations as holds
from hub.core.holds import queries as held
from hub.core.ledger.rules import OwnerKind
from hub.core.payments import queries as payments
from hub.core.pools import operations, queries
from hub.core.pools.rules import Source, Subject
from hub.core.pools.states import For, PledgeState, State
from hub.db import journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Invalid, NotAllowed, NotFound, NotNow
from hub.kernel.money import Money
from tests.factories import pools as made
from tests.factories.money import held as held_for
from tests.factories.people import actor_of, organisation, person
from tests.factories.pools import usd


@pytest.fixture
def pool(cast):
    return made.opened(cast.owner, cast.company)


@pytest.fixture
def things(cast, monkeypatch):
    """Challenges and communities that the rooms above would tell of, by number."""
    there: dict[str, Subject] = {}
    for kind in (For.CHALLENGE, For.SPACE):
        one = lambda number, kind=kind: there.get(f"{kind}:{number}")  # noqa: E731
        monkeypatch.setitem(queries._sources, kind, Source(one, lambda organisation_id: []))
    for ref in ("challenge:7", "space:7"):
        there[ref] = Subject(ref, "Cleaner water", cast.company.id)
    return there


def free(actor, currency="USD") -> int:
    return queries.balance(OwnerKind.PERSON, actor.person_id, currency).minor


def company_has(cast) -> list[Money]:
    return payments.balances("organisation", cast.company.id)


def past(pool) -> None:
    clock.set_to(queries.by_id(pool.id).closes_at)


def kinds() -> set[str]:
    return set(db.session.scalars(db.select(journal.JournalRow.kind)))


def test_a_met_goal_brings_the_pledges_less_the_fee_to_the_organisation(cast, pool):
    made.pledged(cast.solver, pool, 7_001)
    made.pledged(cast.stranger, pool, 3_000)
    past(pool)
    assert made.closed() == 1
    pool = queries.by_id(pool.id)
    assert (pool.state, pool.closed_at) == (State.MET, clock.now())
    assert company_has(cast) == [usd(10_001 - 500)]
    assert {one.state for one in queries.pledges_of(pool.id)} == {PledgeState.COLLECTED}
    assert {"PoolMet", "HoldReleased", "PoolGoalReached"} <= kinds()
    assert made.closed() == 0


def test_a_missed_goal_gives_every_pledge_back_whole(cast, pool):
    made.pledged(cast.solver, pool, 7_001)
    made.pledged(cast.stranger, pool, 2_998)
    assert free(cast.solver) == 0
    past(pool)
    made.closed()
    assert queries.by_id(pool.id).state is State.FAILED
    assert (free(cast.solver), free(cast.stranger)) == (7_001, 2_998)
    assert company_has(cast) == []


def test_a_pool_that_nobody_backed_fails_quietly(cast, pool):
    past(pool)
    made.closed()
    assert queries.by_id(pool.id).state is State.FAILED


def test_the_worker_that_was_down_closes_it_late_by_what_stood_at_the_deadline(cast, pool):
    made.pledged(cast.solver, pool, 10_000)
    clock.set_to(pool.closes_at + timedelta(days=3))
    made.has("person", cast.stranger.person_id, usd(500))
    with pytest.raises(NotNow), work.unit():
        operations.pledge(actor=cast.stranger, pool=pool, amount=usd(500))
    assert made.closed() == 1
    assert queries.by_id(pool.id).state is State.MET


def test_the_interval_is_half_open(cast, pool):
    for actor in (cast.solver, cast.stranger):
        made.has("person", actor.person_id, usd(500))
    clock.set_to(pool.closes_at - timedelta(microseconds=1))
    with work.unit():
        operations.pledge(actor=cast.solver, pool=pool, amount=usd(500))
    clock.set_to(pool.closes_at)
    with pytest.raises(NotNow) as refused, work.unit():
        operations.pledge(actor=cast.stranger, pool=pool, amount=usd(500))
    assert refused.value.code == "not_open"
    assert free(cast.stranger) == 500


def test_before_the_deadline_nothing_closes_it_whatever_is_pledged(cast, pool):
    made.pledged(cast.solver, pool, 20_000)
    clock.set_to(pool.closes_at - timedelta(seconds=1))
    assert made.closed() == 0
    with pytest.raises(NotNow), work.unit():
        operations.close(actor=SYSTEM, pool=pool)
    assert queries.by_id(pool.id).state is State.OPEN


@pytest.mark.parametrize(("before", "stands"), [(timedelta(hours=24, seconds=1), False), (timedelta(hours=24), True)])
def test_a_pledge_is_withdrawn_until_a_day_before_the_deadline(cast, pool, before, stands):
    one = made.pledged(cast.solver, pool, 4_000)
    clock.set_to(pool.closes_at - before)
    if stands:
        with pytest.raises(NotNow), work.unit():
            operations.withdraw(actor=cast.solver, pledge=one)
    else:
        with work.unit():
            operations.withdraw(actor=cast.solver, pledge=one)
    pool = queries.by_id(pool.id)
    assert (pool.pledged_minor, pool.backers) == ((4_000, 1) if stands else (0, 0))
    assert free(cast.solver) == (0 if stands else 4_000)


def test_a_pledge_is_withdrawn_once_and_by_its_backer_alone(cast, pool):
    one = made.pledged(cast.solver, pool, 4_000)
    with pytest.raises(NotAllowed), work.unit():
        operations.withdraw(actor=cast.stranger, pledge=one)
    with pytest.raises(NotFound):
        queries.pledge_for(cast.stranger, one.id)
    with work.unit():
        operations.withdraw(actor=cast.solver, pledge=one)
    with pytest.raises(NotNow), work.unit():
        operations.withdraw(actor=cast.solver, pledge=one)
    assert free(cast.solver) == 4_000


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (usd(0), "amount_zero"), (usd(-5), "amount_negative"), (usd(99), "below_minimum"), (usd(5_001), "over_balance"),
        (Money(500, "EUR"), "currency_differs"), (usd(10**14), "amount_too_large"),
    ],
)  # fmt: skip
def test_an_amount_that_cannot_be_pledged_is_refused_and_changes_nothing(cast, pool, amount, code):
    made.has("person", cast.solver.person_id, usd(5_000))
    with pytest.raises(Invalid) as refused, work.unit():
        operations.pledge(actor=cast.solver, pool=pool, amount=amount)
    assert refused.value.code == code
    assert (free(cast.solver), queries.by_id(pool.id).pledged_minor, queries.pledges_of(pool.id)) == (5_000, 0, [])


def test_the_organiser_and_those_without_a_say_over_the_money_cannot_pledge(cast, pool):
    other = organisation(person("other"), "Other").id
    for actor, wallet in (
        (cast.owner, None),
        (cast.manager, None),
        (cast.finance, cast.company.id),
        (cast.solver, other),
        (cast.member, other),
    ):
        with pytest.raises(NotAllowed), work.unit():
            operations.pledge(actor=actor, pool=pool, amount=usd(500), organisation_id=wallet)
    with pytest.raises(NotAllowed), work.unit():
        operations.pledge(actor=actor_of(person("new", verified=False)), pool=pool, amount=usd(500))


def test_an_organisation_pledges_its_money_and_gets_it_back(cast, pool):
    boss = person("boss")
    other = organisation(boss, "Other")
    one = made.pledged(actor_of(boss), pool, 4_000, organisation_id=other.id, named=True)
    (backer,) = queries.backers(pool)
    assert (backer.name, backer.href) == ("Other", f"/orgs/{other.slug}")
    assert queries.people_behind([one]) == {one.id: [boss.id]}
    past(pool)
    made.closed()
    assert payments.balances("organisation", other.id) == [usd(4_000)]


def test_only_those_who_want_it_are_named(cast, pool):
    made.pledged(cast.solver, pool, 500)
    made.pledged(cast.stranger, pool, 600, named=True)
    assert [backer.name for backer in queries.backers(pool)] == ["stranger", ""]
    assert [backer.name for backer in queries.backers(pool, inside=True)] == ["stranger", "solver"]


def test_who_pledges_twice_is_one_backer(cast, pool):
    made.pledged(cast.solver, pool, 500)
    made.pledged(cast.solver, pool, 700)
    assert (queries.by_id(pool.id).backers, queries.by_id(pool.id).pledged_minor) == (1, 1_200)


# Where the money goes


def test_for_a_challenge_the_money_is_added_to_the_hold_of_its_prize(cast, things):
    held_for(cast.company, usd(5_000), "challenge:7")
    pool = made.opened(cast.owner, cast.company, subject="challenge:7")
    made.pledged(cast.solver, pool, 12_000)
    past(pool)
    made.closed()
    assert held.held("challenge:7", "USD") == 17_000
    assert company_has(cast) == []


def test_a_challenge_that_ends_without_an_award_gives_the_rest_back_pro_rata(cast, things):
    held_for(cast.company, usd(5_000), "challenge:7")
    pool = made.opened(cast.owner, cast.company, subject="challenge:7")
    made.pledged(cast.solver, pool, 10_000)
    made.pledged(cast.stranger, pool, 5_000)
    past(pool)
    made.closed()
    with work.unit():
        holds.release(
            actor=SYSTEM, subject="challenge:7", gross=usd(9_998), fee_bp=0, key="stage", memo="", to_person_id=cast.people["member"].id
        )
    with work.unit():
        holds.return_rest(actor=SYSTEM, subject="challenge:7", key="end")
    assert (free(cast.solver), free(cast.stranger), company_has(cast)) == (5_001, 2_501, [usd(2_500)])
    assert [one.back_minor for one in queries.pledges_of(pool.id)] == [5_001, 2_501]
    assert "PoolRestReturned" in kinds()


def test_what_comes_in_after_a_return_belongs_to_who_brought_it(cast, things):
    first = made.opened(cast.owner, cast.company, subject="space:7")
    made.pledged(cast.solver, first, 10_000)
    past(first)
    made.closed()
    with work.unit():
        operations.spend(
            actor=cast.owner,
            pool=queries.by_id(first.id),
            gross=usd(4_000),
            purpose="Pumps",
            key="1",
            to_person_id=cast.people["member"].id,
        )
    with work.unit():
        operations.return_rest(actor=cast.owner, pool=queries.by_id(first.id))
    second = made.opened(cast.owner, cast.company, subject="space:7", title="Again")
    made.pledged(cast.stranger, second, 10_000)
    past(second)
    made.closed()
    with work.unit():
        operations.return_rest(actor=cast.manager, pool=queries.by_id(second.id))
    assert (free(cast.solver), free(cast.stranger), free(cast.actor("member"))) == (6_000, 10_000, 3_800)
    with pytest.raises(NotNow), work.unit():
        operations.return_rest(actor=cast.owner, pool=queries.by_id(second.id))


def test_money_of_a_community_is_paid_out_once_and_only_by_those_who_steer_it(cast, things):
    pool = made.opened(cast.owner, cast.company, subject="space:7")
    made.pledged(cast.solver, pool, 10_000)
    step = {"gross": usd(4_000), "purpose": "Pumps", "key": "1", "to_person_id": cast.people["member"].id}
    with pytest.raises(NotNow), work.unit():
        operations.spend(actor=cast.owner, pool=pool, **step)
    past(pool)
    made.closed()
    pool = queries.by_id(pool.id)
    with pytest.raises(NotAllowed), work.unit():
        operations.spend(actor=cast.solver, pool=pool, **step)
    for _ in range(2):
        with work.unit():
            operations.spend(actor=cast.owner, pool=pool, **step)
    with pytest.raises(NotNow) as refused, work.unit():
        operations.spend(actor=cast.owner, pool=pool, **step | {"key": "2", "gross": usd(6_001)})
    assert refused.value.code == "not_enough_held"
    assert (free(cast.actor("member")), held.held("space:7", "USD")) == (3_800, 6_000)


@pytest.mark.parametrize("change", ["gone", "closed", "sold"])
def test_if_what_it_was_for_takes_no_money_any_more_all_of_it_goes_back(cast, things, change):
    pool = made.opened(cast.owner, cast.company, subject="challenge:7")
    made.pledged(cast.solver, pool, 12_000)
    if change == "gone":
        things.clear()
    else:
        owner = cast.company.id if change == "closed" else 999
        things["challenge:7"] = Subject("challenge:7", "Cleaner water", owner, why_not="It is over." if change == "closed" else "")
    past(pool)
    made.closed()
    pool = queries.by_id(pool.id)
    assert (pool.state, pool.reason) == (State.CANCELLED, operations.NO_LONGER)
    assert free(cast.solver) == 12_000


def test_if_another_organisation_pays_for_it_by_then_all_of_it_goes_back(cast, things):
    pool = made.opened(cast.owner, cast.company, subject="challenge:7")
    made.pledged(cast.solver, pool, 12_000)
    held_for(organisation(person("rival"), "Rival"), usd(1), "challenge:7")
    past(pool)
    made.closed()
    assert (queries.by_id(pool.id).state, free(cast.solver)) == (State.CANCELLED, 12_000)


# The organiser


def test_what_was_promised_stays_from_the_opening_on(cast, pool):
    for change in ({"goal": usd(1)}, {"closes_at": pool.closes_at + timedelta(days=9)}, {"story": made.STORY * 2}, {"title": "x"}):
        with pytest.raises(NotNow), work.unit():
            operations.edit(actor=cast.owner, pool=pool, **change)
    pool = queries.by_id(pool.id)
    assert (pool.goal_minor, pool.title) == (10_000, "A plant for rinse water")


@pytest.mark.parametrize("change", ["goal_minor = 1", "closes_at = '2027-01-01 00:00:00'", "fee_bp = 0", "currency = 'EUR'"])
def test_no_program_moves_the_goal_or_the_deadline_of_an_opened_pool(cast, pool, change):
    with pytest.raises(IntegrityError, match="keeps what was promised"), work.unit():
        db.session.execute(text(f"UPDATE pool SET {change}"))
    with pytest.raises(IntegrityError), work.unit():
        db.session.execute(text("DELETE FROM pool_story"))
        db.session.execute(text("DELETE FROM pool"))


def test_no_program_changes_the_amount_of_a_pledge(cast, pool):
    made.pledged(cast.solver, pool, 500)
    with pytest.raises(IntegrityError, match="keeps its backer"), work.unit():
        db.session.execute(text("UPDATE pledge SET minor = 1"))


def test_a_changed_story_shows_when_and_the_old_one_stays(cast, pool):
    clock.advance(timedelta(days=1))
    with work.unit():
        operations.retell(actor=cast.owner, pool=pool, story="Better. " + made.STORY)
    shown = queries.stories(pool.id)
    assert [(one.number, one.story[:5], one.at) for one in shown] == [(2, "Bette", clock.now()), (1, "Every", pool.opened_at)]
    with pytest.raises(NotAllowed), work.unit():
        operations.retell(actor=cast.solver, pool=pool, story=made.STORY)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"summary": " "}, "summary"),
        ({"story": "Short."}, "story"),
        ({"minimum": usd(10_001)}, "minimum"),
        ({"closes_at": None}, "closes_at"),
    ],
)
def test_an_incomplete_draft_is_not_reviewed(cast, content, field):
    pool = made.draft(cast.owner, cast.company, **content)
    with pytest.raises(Invalid) as refused, work.unit():
        operations.submit(actor=cast.owner, pool=pool)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("days", [1.9, 91])
def test_a_deadline_is_two_to_ninety_days_away_when_it_opens(cast, days):
    pool = made.draft(cast.owner, cast.company, closes_at=clock.now() + timedelta(days=days))
    with pytest.raises(Invalid), work.unit():
        operations.submit(actor=cast.owner, pool=pool)


def test_a_review_that_took_too_long_does_not_open_it(cast):
    pool = made.submitted(cast.owner, cast.company)
    clock.advance(timedelta(days=9))
    with pytest.raises(NotNow), work.unit():
        operations.approve(actor=SYSTEM, pool=pool)


def test_a_consultant_reviews_but_not_what_is_their_own(cast):
    consultant = person("consultant", consultant=True)
    mine = organisation(consultant, "Mine")
    with pytest.raises(NotAllowed), work.unit():
        operations.approve(actor=actor_of(consultant), pool=made.submitted(actor_of(consultant), mine))
    pool = made.submitted(cast.owner, cast.company)
    with pytest.raises(Invalid), work.unit():
        operations.return_(actor=actor_of(consultant), pool=pool, reason="no")
    with work.unit():
        operations.return_(actor=actor_of(consultant), pool=queries.by_id(pool.id), reason="Say who builds the plant.")
    assert (queries.by_id(pool.id).state, queries.by_id(pool.id).reason) == (State.DRAFT, "Say who builds the plant.")


def test_a_cancelled_pool_gives_everything_back_with_the_reason(cast, pool):
    made.pledged(cast.solver, pool, 12_000)
    for actor, error in ((cast.solver, NotAllowed), (cast.member, NotAllowed)):
        with pytest.raises(error), work.unit():
            operations.cancel(actor=actor, pool=pool, reason="I do not like it at all.")
    with pytest.raises(Invalid), work.unit():
        operations.cancel(actor=cast.owner, pool=pool, reason="no")
    with work.unit():
        operations.cancel(actor=cast.owner, pool=pool, reason="The plant is not needed any more.")
    assert (queries.by_id(pool.id).state, free(cast.solver)) == (State.CANCELLED, 12_000)


def test_past_the_deadline_nobody_cancels_what_was_met(cast, pool):
    made.pledged(cast.solver, pool, 12_000)
    past(pool)
    with pytest.raises(NotNow) as refused, work.unit():
        operations.cancel(actor=cast.owner, pool=pool, reason="The plant is not needed any more.")
    assert refused.value.code == "too_late"


def test_a_subject_must_be_ones_own_and_take_money(cast, things):
    things["challenge:8"] = Subject("challenge:8", "Not mine", 999)
    things["challenge:9"] = Subject("challenge:9", "Over", cast.company.id, why_not="It is over.")
    things["challenge:10"] = Subject("challenge:10", "Euro", cast.company.id, lacks=Money(5, "EUR"))
    for number, code in ((6, "subject_unknown"), (8, "subject_unknown"), (9, "subject_takes_nothing"), (10, "currency_differs")):
        with pytest.raises(Invalid) as refused:
            made.draft(cast.owner, cast.company, subject=f"challenge:{number}")
        assert refused.value.code == code


def test_backers_are_reminded_once_while_they_can_still_withdraw(cast, pool):
    clock.set_to(pool.closes_at - timedelta(hours=73))
    for hours, told in ((0, 0), (2, 1), (0, 0)):
        clock.advance(timedelta(hours=hours))
        with work.unit():
            assert operations.warn_due() == told
    assert clock.now() < pool.closes_at - timedelta(hours=24)
