"""The life of a need or an offer, who may move it on, and what a refusal leaves behind: nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from hub.core.messages import queries as messages
from hub.db import journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, SYSTEM
from hub.kernel.errors import HubError, Invalid, NotAllowed, NotFound, NotNow
from hub.search.index.models import IndexMark
from hub.tech_market.listings import operations, queries, reactions
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.queries import Wanted
from hub.tech_market.listings.rules import Deal, IpStatus, Kind
from hub.tech_market.listings.states import Readiness, State
from tests.factories import listings, people


@pytest.fixture
def owner(app):
    return people.person("Ola Owner")


@pytest.fixture
def acme(owner):
    return people.organisation(owner, "Acme")


@pytest.fixture
def me(owner, acme):
    return people.actor_of(owner)


@pytest.fixture
def consultant(app):
    return people.actor_of(people.person("Con Sultant", consultant=True))


def made(acme, me, state="published", **changes):
    with work.unit():
        return listings.listing(acme, me, state, **changes)


def do(operation, **given):
    with work.unit():
        return operation(**given)


def marks():
    return [mark.key for mark in db.session.query(IndexMark).order_by(IndexMark.id)]


def test_a_need_goes_from_draft_to_the_list(acme, me, consultant):
    need = made(acme, me, "draft", kind=Kind.NEED)
    assert need.state is State.DRAFT
    do(operations.submit, actor=me, listing=need)
    assert [found.id for found in queries.in_review()] == [need.id]
    do(operations.publish, actor=consultant, listing=need)
    found, total = queries.listed(Wanted(Kind.NEED))
    assert ([listing.id for listing in found], total) == ([need.id], 1)
    assert need.expires_on == date(2027, 11, 21)
    assert marks() == [f"need:{need.id}"]
    kinds = [row.kind for row in db.session.query(journal.JournalRow).filter_by(subject=need.ref)]
    assert kinds == ["ListingDrafted", "ListingSubmitted", "ListingPublished"]


def test_authors_and_consultants_are_told_of_every_decision(acme, me, owner, consultant):
    offer = made(acme, me, "in_review")
    assert messages.unread(consultant.person_id) == 1
    before = messages.unread(owner.id)
    do(operations.send_back, actor=consultant, listing=offer, remarks="Say what was measured.")
    assert messages.unread(owner.id) == before + 1
    do(operations.submit, actor=me, listing=offer)
    do(operations.publish, actor=consultant, listing=offer)
    assert messages.unread(owner.id) == before + 2


def test_an_incomplete_draft_is_not_sent_and_says_what_is_missing(acme, me):
    draft = made(acme, me, "draft", body="Too short.", deals=[], sector=None)
    with pytest.raises(Invalid) as refused:
        do(operations.submit, actor=me, listing=draft)
    assert refused.value.code == "incomplete"
    assert set(refused.value.fields) == {"body", "deals", "sector"}
    assert queries.by_id(draft.id).state is State.DRAFT


def test_remarks_come_with_the_return_and_go_with_the_next_submission(acme, me, consultant):
    offer = made(acme, me, "in_review")
    with pytest.raises(Invalid) as refused:
        do(operations.send_back, actor=consultant, listing=offer, remarks="  ")
    assert set(refused.value.fields) == {"remarks"}
    assert queries.by_id(offer.id).state is State.IN_REVIEW
    do(operations.send_back, actor=consultant, listing=offer, remarks="Name the range.")
    assert (offer.state, offer.remarks) == (State.DRAFT, "Name the range.")
    assert [found.key for found in db.session.execute(queries.returned_to(offer.kind, [acme.id]))] == [offer.id]
    do(operations.submit, actor=me, listing=offer)
    assert (offer.state, offer.remarks) == (State.IN_REVIEW, "")


def test_a_consultant_does_not_review_their_own_organisation(acme, me, owner):
    offer = made(acme, me, "in_review")
    owner.is_consultant = True
    with work.unit():
        db.session.merge(owner)
    own = people.actor_of(owner)
    for operation, more in ((operations.publish, {}), (operations.send_back, {"remarks": "Fine."})):
        with pytest.raises(NotAllowed):
            do(operation, actor=own, listing=offer, **more)
    assert queries.by_id(offer.id).state is State.IN_REVIEW


OPERATIONS = {
    "draft": [(operations.edit, {"title": "Taken over by somebody"}), (operations.submit, {}), (operations.withdraw, {})],
    "in_review": [(operations.publish, {}), (operations.send_back, {"remarks": "No."}), (operations.withdraw, {})],
    "published": [(operations.revise, {}), (operations.renew, {}), (operations.withdraw, {})],
}
CASES = [(state, operation, more) for state, known in OPERATIONS.items() for operation, more in known]


@pytest.mark.parametrize(("state", "operation", "more"), CASES, ids=[f"{s}-{o.__name__}" for s, o, _ in CASES])
def test_strangers_move_nothing(acme, me, state, operation, more):
    offer, mallory = made(acme, me, state), people.actor_of(people.person("Mallory"))
    before = (offer.state, offer.version, offer.title, journal.last_id())
    for actor in (ANONYMOUS, mallory):
        with pytest.raises(NotAllowed):
            do(operation, actor=actor, listing=offer, **more)
    db.session.expire_all()
    assert (offer.state, offer.version, offer.title, journal.last_id()) == before


@pytest.mark.parametrize(
    ("state", "operation"), [("draft", "publish"), ("draft", "renew"), ("published", "submit"), ("withdrawn", "renew")]
)
def test_a_move_that_does_not_exist_here_is_refused(acme, me, consultant, state, operation):
    offer = made(acme, me, state)
    actor = consultant if operation == "publish" else me
    with pytest.raises(NotNow):
        do(getattr(operations, operation), actor=actor, listing=offer)
    assert queries.by_id(offer.id).state == state


def test_members_who_do_not_manage_draft_nothing(acme, me):
    for actor in (ANONYMOUS, people.actor_of(people.person("Mallory")), people.actor_of(people.person("Con", consultant=True))):
        with pytest.raises(HubError):
            made(acme, actor, "draft")
    assert db.session.query(Listing).count() == 0


def test_an_unconfirmed_address_drafts_nothing(acme, owner):
    with work.unit():
        db.session.merge(owner).email_verified_at = None
    with pytest.raises(NotAllowed) as refused:
        made(acme, people.actor_of(owner), "draft")
    assert refused.value.code == "unverified_address"


def test_only_a_draft_is_changed_and_only_what_is_named(acme, me):
    offer = made(acme, me, "draft")
    do(operations.edit, actor=me, listing=offer, summary="Finds ammonia in the air of a stable.")
    assert offer.title == "Gas sensors of coated carbon nanotubes"
    (row,) = db.session.query(journal.JournalRow).filter_by(kind="ListingEdited")
    assert row.facts["fields"] == "summary"
    do(operations.submit, actor=me, listing=offer)
    with pytest.raises(NotNow):
        do(operations.edit, actor=me, listing=offer, title="Something quite different")
    assert queries.by_id(offer.id).title == "Gas sensors of coated carbon nanotubes"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("expires_on", date(2026, 11, 21)),
        ("expires_on", date(2036, 1, 1)),
        ("link", "javascript:alert(1)"),
        ("link", "//evil.example/x"),
    ],
)
def test_bad_content_is_refused_by_field_and_changes_nothing(acme, me, field, value):
    offer = made(acme, me, "draft")
    with pytest.raises(Invalid) as refused:
        do(operations.edit, actor=me, listing=offer, **{field: value, "title": "Changed all the same"})
    assert set(refused.value.fields) == {field}
    assert queries.by_id(offer.id).title == "Gas sensors of coated carbon nanotubes"


def test_a_need_takes_nothing_that_only_offers_have(acme, me):
    need = made(acme, me, "draft", kind=Kind.NEED, ip_status=IpStatus.ISSUED, case_number="X", patent_expires_on=date(2030, 1, 1))
    assert (need.ip_status, need.case_number, need.patent_expires_on) == (IpStatus.NONE, "", None)


@pytest.mark.parametrize(
    "broken",
    [{"trl": 10}, {"trl": 0}, {"source": "x"}, {"author_id": None}, {"kind": Kind.NEED}, {"state": State.PUBLISHED}],
    ids=lambda broken: next(iter(broken)) + str(next(iter(broken.values()))),
)
def test_the_database_holds_the_invariants_itself(acme, me, broken):
    offer = made(acme, me, "draft")
    with pytest.raises(IntegrityError), work.unit():
        for name, value in broken.items():
            setattr(db.session.get(Listing, offer.id), name, value)
    assert db.session.get(Listing, offer.id).trl == 5


def test_the_second_of_two_writers_changes_nothing(acme, me):
    offer = made(acme, me, "draft")
    other_window = db.update(Listing).where(Listing.id == offer.id).values(version=7)
    db.session.execute(other_window, execution_options={"synchronize_session": False})
    offer.title = "From the second window"
    with pytest.raises(HubError) as refused:
        work.commit()
    assert refused.value.code == "conflict"
    assert queries.by_id(offer.id).title == "Gas sensors of coated carbon nanotubes"


def test_revising_takes_it_off_the_list_until_the_next_review(acme, me, consultant):
    offer = made(acme, me)
    first = offer.published_at
    do(operations.revise, actor=me, listing=offer)
    assert queries.listed(Wanted(Kind.OFFER)) == ([], 0)
    with pytest.raises(NotFound):
        queries.get_for(ANONYMOUS, offer.id, Kind.OFFER)
    clock.advance(timedelta(days=3))
    do(operations.submit, actor=me, listing=offer)
    do(operations.publish, actor=consultant, listing=offer)
    assert (offer.state, offer.published_at) == (State.PUBLISHED, first)


def test_the_last_day_takes_it_off_and_renewing_brings_it_back(acme, me, owner):
    offer = made(acme, me, expires_on=date(2026, 12, 1))
    clock.set_to(clock.now().replace(month=11, day=30, hour=23))
    assert do(operations.expire_due) == 0
    clock.advance(timedelta(hours=1))
    before = messages.unread(owner.id)
    assert do(operations.expire_due) == 1
    assert do(operations.expire_due) == 0
    assert (offer.state, messages.unread(owner.id)) == (State.EXPIRED, before + 1)
    assert queries.listed(Wanted(Kind.OFFER))[1] == 0
    assert queries.get_for(ANONYMOUS, offer.id, Kind.OFFER).id == offer.id
    do(operations.renew, actor=me, listing=offer)
    assert (offer.state, offer.expires_on) == (State.PUBLISHED, date(2027, 12, 1))


def test_a_review_that_outlasts_the_last_day_cannot_publish(acme, me, consultant):
    offer = made(acme, me, "in_review", expires_on=date(2026, 12, 1))
    clock.advance(timedelta(days=30))
    with pytest.raises(NotNow, match="last day has passed"):
        do(operations.publish, actor=consultant, listing=offer)
    assert queries.by_id(offer.id).state is State.IN_REVIEW


def test_a_patent_that_ends_is_said_to_have_ended_and_stays_listed(acme, me):
    offer = made(acme, me, patent_expires_on=date(2026, 12, 1))
    clock.advance(timedelta(days=10))
    assert do(operations.note_ended_patents) == 0
    clock.advance(timedelta(hours=12))
    assert do(operations.note_ended_patents) == 1
    assert do(operations.note_ended_patents) == 0
    assert (offer.ip_status, offer.state) == (IpStatus.EXPIRED, State.PUBLISHED)
    assert marks().count(offer.ref) == 2


def test_only_its_own_people_and_the_reviewers_read_what_is_not_published(acme, me, consultant):
    drafts = [made(acme, me, state) for state in ("draft", "in_review", "withdrawn")]
    for listing in drafts:
        assert queries.get_for(me, listing.id, Kind.OFFER) is listing
        assert queries.get_for(consultant, listing.id, Kind.OFFER) is listing
        for actor in (ANONYMOUS, people.actor_of(people.person("Mallory"))):
            with pytest.raises(NotFound):
                queries.get_for(actor, listing.id, Kind.OFFER)
    with pytest.raises(NotFound):
        queries.get_for(me, drafts[0].id, Kind.NEED)


def test_an_administrator_may_withdraw_and_its_people_are_told(acme, me, owner):
    offer, admin = made(acme, me), people.actor_of(people.person("Ann", admin=True))
    before = messages.unread(owner.id)
    do(operations.withdraw, actor=admin, listing=offer)
    assert (offer.state, messages.unread(owner.id)) == (State.WITHDRAWN, before + 1)


def test_the_list_is_narrowed_by_every_filter_and_the_counts_agree(acme, me):
    sensor = made(acme, me, trl=5)
    paint = made(acme, me, title="A paint that cools itself", sector="materials", deals=[Deal.SALE], trl=8, ip_status=IpStatus.NONE)
    made(acme, me, kind=Kind.NEED)
    cases = {
        "sectors": (("materials",), [paint]),
        "statuses": ((IpStatus.ISSUED,), [sensor]),
        "deals": ((Deal.JOINT, Deal.SERVICE), [sensor]),
        "readiness": ((Readiness.IN_USE,), [paint]),
        "organisation_ids": ((acme.id,), [paint, sensor]),
    }
    for name, (values, expected) in cases.items():
        found, total = queries.listed(Wanted(Kind.OFFER, **{name: values}))
        assert ([listing.id for listing in found], total) == ([listing.id for listing in expected], len(expected)), name
    counts = queries.counts(Wanted(Kind.OFFER, statuses=(IpStatus.ISSUED,)))
    assert counts.sectors == {"sensors": 1}
    assert counts.statuses == {IpStatus.ISSUED: 1, IpStatus.NONE: 1}
    assert counts.organisations == {acme.id: 1}


def test_pages_of_the_list_hold_everything_once(acme, me):
    ids = [made(acme, me).id for _ in range(7)]
    seen = [listing.id for page in (1, 2, 3) for listing in queries.listed(Wanted(Kind.OFFER), page=page, size=3)[0]]
    assert sorted(seen) == sorted(ids)
    assert [listing.id for listing in queries.public_after(ids[3], 10, Wanted(Kind.OFFER))] == ids[:3][::-1]


def test_the_system_alone_lets_things_expire(acme, me):
    offer = made(acme, me)
    assert operations.POLICY.can(SYSTEM, operations.Act.EXPIRE, offer)
    assert not operations.POLICY.can(me, operations.Act.EXPIRE, offer)


def test_the_calendar_is_followed_without_anybody_asking(acme, me):
    running_out = made(acme, me, expires_on=date(2026, 12, 1))
    ending = made(acme, me, patent_expires_on=date(2026, 12, 1))
    clock.advance(timedelta(days=20))
    with work.unit():
        reactions.keep_current()
    assert running_out.state is State.EXPIRED
    assert (ending.state, ending.ip_status) == (State.PUBLISHED, IpStatus.EXPIRED)
