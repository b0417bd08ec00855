"""Work packages: one claimant at a time, a review by somebody else, both texts kept, credit once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub.communities.credit.models import SpaceCredit
from hub.communities.packages import operations, queries
from hub.communities.packages.models import PackageSubmission, WorkPackage
from hub.communities.packages.states import State
from hub.communities.pages import queries as pages_read
from hub.communities.pages.models import PageRevision
from hub.communities.spaces.states import SpaceRole
from hub.core.messages.models import Notification
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotNow
from tests.db.processes import together
from tests.factories import packages, pages, people, spaces

NEW = pages.TEXT + "\n\nFor loam and sand."
TWO_WEEKS = timedelta(days=14)


@pytest.fixture
def steward(app):
    return people.actor_of(people.person("Stella Steward"))


@pytest.fixture
def editor(app):
    return people.actor_of(people.person("Edi Tor"))


@pytest.fixture
def member(app):
    return people.actor_of(people.person("Mo Member"))


@pytest.fixture
def other(app):
    return people.actor_of(people.person("Otto Ther"))


@pytest.fixture
def stranger(app):
    return people.actor_of(people.person("Stan Ger"))


@pytest.fixture
def page(steward, editor, member, other):
    with work.unit():
        space = spaces.space(steward)
        spaces.join(space, member, other)
        spaces.join(space, editor, role=SpaceRole.EDITOR, by=steward)
        return pages.page(space, steward)


@pytest.fixture
def package(page, steward):
    with work.unit():
        return packages.package(page, steward)


def do(operate, **more):
    """One operation in its own unit, as the doors do it."""
    with work.unit():
        return operate(**more)


def told(actor, text: str) -> list[Notification]:
    db.session.expire_all()
    return [note for note in db.session.scalars(select(Notification).where(Notification.person_id == actor.person_id)) if text in note.text]


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def submitted(package, author, text=NEW, **more):
    with work.unit():
        return packages.submit(package, author, text, **more)


def test_from_the_claim_to_the_credit(package, page, steward, editor, member):
    do(operations.claim, actor=member, package=package)
    assert package.state is State.CLAIMED and package.claimant_id == member.person_id
    submitted(package, member, note="Two soils")
    assert package.state is State.SUBMITTED and package.lease_until is None
    assert told(steward, "for review") and told(editor, "for review") and not told(member, "for review")
    do(operations.merge, actor=editor, package=package, submission=1, seen=1)
    saved = pages_read.current(page)
    assert (saved.body, saved.number, saved.author_id, saved.saved_by) == (NEW, 2, member.person_id, editor.person_id)
    assert package.state is State.MERGED and package.revision == 2
    (credit,) = db.session.scalars(select(SpaceCredit))
    assert (credit.person_id, credit.points, credit.subject) == (member.person_id, 8, package.ref)
    assert told(member, "merged your work") and told(steward, "merged the work")
    with pytest.raises(NotNow):
        do(operations.merge, actor=steward, package=package, submission=1, seen=2)
    assert count(SpaceCredit) == 1 and count(PageRevision) == 2


def _claim(actor) -> None:
    try:
        with work.unit():
            operations.claim(actor=actor, package=db.session.scalars(select(WorkPackage)).one())
    except HubError as refusal:
        assert refusal.code == "claimed"


def test_a_race_for_a_package_has_exactly_one_winner(package, member, other, editor):
    racers = (member, other, editor)
    together(_claim, *((racer,) for racer in racers))
    found = db.session.scalars(select(WorkPackage)).one()
    assert found.state is State.CLAIMED and found.claimant_id in {racer.person_id for racer in racers}
    assert found.version == 2


def test_a_claim_is_over_at_its_last_moment_and_not_before(package, member, other):
    do(operations.claim, actor=member, package=package)
    end = package.lease_until
    with clock.at(end - timedelta(microseconds=1)):
        assert do(operations.expire_overdue) == 0 and package.stands is State.CLAIMED
        with pytest.raises(Conflict) as refusal:
            do(operations.claim, actor=other, package=package)
        assert refusal.value.code == "claimed"
    with clock.at(end):
        assert package.stands is State.OPEN
        with pytest.raises(NotNow, match="over"):
            do(operations.renew, actor=member, package=package)
        with pytest.raises(NotNow, match="over"):
            do(operations.submit, actor=member, package=package, text=NEW, base_revision=1)
        assert do(operations.expire_overdue) == 1 and do(operations.expire_overdue) == 0
    assert package.state is State.OPEN and package.claimant_id is None
    assert len(told(member, "is over")) == 1


def test_the_next_claim_ends_an_overdue_one_before_the_job_comes_round(package, member, other):
    do(operations.claim, actor=member, package=package)
    with clock.at(package.lease_until):
        do(operations.claim, actor=other, package=package)
    assert package.claimant_id == other.person_id and len(told(member, "is over")) == 1


def test_renewing_begins_the_time_anew_and_giving_back_opens_it(package, steward, member, other):
    do(operations.claim, actor=member, package=package)
    later = clock.now() + timedelta(days=10)
    with clock.at(later):
        do(operations.renew, actor=member, package=package)
        with pytest.raises(NotAllowed):
            do(operations.renew, actor=other, package=package)
    assert package.lease_until == later + TWO_WEEKS
    do(operations.give_back, actor=member, package=package)
    assert package.state is State.OPEN and told(steward, "gave")
    do(operations.claim, actor=other, package=package)


def test_a_return_has_remarks_and_the_author_goes_on(package, steward, member):
    submitted(package, member)
    with pytest.raises(Invalid) as refusal:
        do(operations.return_, actor=steward, package=package, submission=1, remarks=" \n")
    assert "remarks" in refusal.value.fields
    assert package.state is State.SUBMITTED
    do(operations.return_, actor=steward, package=package, submission=1, remarks="Which loam?")
    assert package.state is State.RETURNED and package.claimant_id == member.person_id and package.lease_until is not None
    assert told(member, "returned")[0].values["reason"] == "Which loam?"
    submitted(package, member, NEW + " River loam.")
    with pytest.raises(Conflict) as stale:
        do(operations.merge, actor=steward, package=package, submission=1, seen=1)
    assert stale.value.code == "moved_on"
    do(operations.merge, actor=steward, package=package, submission=2, seen=1)
    assert [one.remarks for one in queries.submissions(package)] == ["", "Which loam?"]


def test_nobody_reviews_their_own_work(package, steward, editor):
    submitted(package, editor)
    for operate in (
        lambda: do(operations.merge, actor=editor, package=package, submission=1, seen=1),
        lambda: do(operations.return_, actor=editor, package=package, submission=1, remarks="Fine"),
    ):
        with pytest.raises(NotAllowed):
            operate()
    assert count(PageRevision) == 1 and count(SpaceCredit) == 0
    do(operations.merge, actor=steward, package=package, submission=1, seen=1)


def test_outsiders_and_members_without_the_role_change_nothing(package, page, member, stranger):
    submitted(package, member)
    refused = [
        lambda who: do(operations.merge, actor=who, package=package, submission=1, seen=1),
        lambda who: do(operations.return_, actor=who, package=package, submission=1, remarks="No"),
        lambda who: do(operations.withdraw, actor=who, package=package, reason="No"),
        lambda who: do(packages.package, page=page, editor=who, title="Mine"),
    ]
    for who in (member, stranger):
        for operate in refused:
            with pytest.raises(NotAllowed):
                operate(who)
    with pytest.raises(NotAllowed) as outside:
        do(operations.claim, actor=stranger, package=package)
    assert outside.value.code == "join_first"
    assert package.state is State.SUBMITTED and count(WorkPackage) == 1 and count(SpaceCredit) == 0


def test_merging_after_the_page_moved_brings_both_together(package, page, steward, member):
    submitted(package, member)
    moved = pages.TEXT.replace("Soil is a mixture.", "Soil is a living mixture.")
    do(pages.edit, page=page, author=steward, text=moved)
    with pytest.raises(Conflict) as stale:
        do(operations.merge, actor=steward, package=package, submission=1, seen=1)
    assert stale.value.code == "edit_conflict" and package.state is State.SUBMITTED
    do(operations.merge, actor=steward, package=package, submission=1, seen=2)
    assert pages.body(page) == moved + "\n\nFor loam and sand."


def test_a_conflict_writes_nothing_until_somebody_decided_and_keeps_both_texts(package, page, steward, member):
    made = submitted(package, member, pages.TEXT.replace("a mixture", "a sponge"))
    do(pages.edit, page=page, author=steward, text=pages.TEXT.replace("a mixture", "alive"))
    with pytest.raises(Conflict) as refusal:
        do(operations.merge, actor=steward, package=package, submission=1, seen=2)
    assert refusal.value.code == "merge_conflict"
    assert "alive" in pages.body(page) and "sponge" in made.body and package.state is State.SUBMITTED
    proposal = queries.proposal(page, made)
    assert proposal.text is None and "alive" in proposal.merge.text and "sponge" in proposal.merge.text
    do(operations.merge, actor=steward, package=package, submission=1, seen=2, text=proposal.merge.text)
    assert "alive" in pages.body(page) and "sponge" in pages.body(page) and count(SpaceCredit) == 1


def test_what_the_page_says_already_is_no_work(package, page, steward, member):
    submitted(package, member)
    do(pages.edit, page=page, author=steward, text=NEW)
    with pytest.raises(NotNow) as refusal:
        do(operations.merge, actor=steward, package=package, submission=1, seen=2)
    assert refusal.value.code == "nothing_to_merge" and package.state is State.SUBMITTED and count(SpaceCredit) == 0


def test_withdrawing_takes_a_reason_which_the_author_reads(package, steward, member):
    submitted(package, member)
    with pytest.raises(Invalid):
        do(operations.withdraw, actor=steward, package=package, reason="")
    do(operations.withdraw, actor=steward, package=package, reason="The page is given up")
    assert package.state is State.WITHDRAWN and told(member, "withdrew")[0].values["reason"] == "The page is given up"
    with pytest.raises(NotNow):
        do(operations.claim, actor=member, package=package)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"title": " "}, "title"), ({"brief": ""}, "brief"), ({"points": 0}, "points"), ({"points": 1001}, "points"),
     ({"lease_days": 0}, "lease_days"), ({"lease_days": 61}, "lease_days")],
)  # fmt: skip
def test_what_a_package_cannot_be(page, steward, wrong, field):
    with pytest.raises(Invalid) as refusal:
        do(packages.package, page=page, editor=steward, **wrong)
    assert field in refusal.value.fields and count(WorkPackage) == 0


@pytest.mark.parametrize(
    ("text", "base", "field"), [("", 1, "body"), (pages.TEXT, 1, "body"), (NEW, 9, "base_revision")], ids=["empty", "same", "base"]
)
def test_what_cannot_be_submitted(package, member, text, base, field):
    do(operations.claim, actor=member, package=package)
    with pytest.raises(Invalid) as refusal:
        do(operations.submit, actor=member, package=package, text=text, base_revision=base)
    assert field in refusal.value.fields
    assert package.state is State.CLAIMED and count(PackageSubmission) == 0
