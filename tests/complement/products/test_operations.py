"""From draft to release: who may do what, reasons for every refusal, one release at a time."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from hub.complement.platforms import operations as platform_operations
from hub.complement.products import operations, queries
from hub.complement.products.models import Decision, Product, Release
from hub.complement.products.rules import ImportedProduct, Reason
from hub.complement.products.states import Stage, State
from hub.core.files.models import File
from hub.core.messages.models import Notification
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from hub.kernel.taxonomy import Sector
from tests.db.processes import together
from tests.factories import people, platforms


def told(person) -> list[str]:
    return [note.text % note.values for note in db.session.scalars(select(Notification).where(Notification.person_id == person.id))]


@pytest.fixture
def listed(cast) -> Product:
    with work.unit():
        return platforms.product(cast.vendor, cast.platform, cast.owner)


def send(actor, product, number="1.0.0", data=None, **more):
    words = {"licence": "MIT", "notes": "What is new in it.", "filename": "a.zip", "stream": io.BytesIO(data or platforms.packed()), **more}
    return operations.send_release(actor=actor, product=product, number=number, **words)


def test_a_first_release_lists_the_product_once_it_is_approved(cast):
    with work.unit():
        product = platforms.draft(cast.vendor, cast.platform)
        release = platforms.release(cast.vendor, product)
    assert (product.state, release.state) == (State.IN_REVIEW, Stage.IN_REVIEW)
    assert told(cast.persons["owner"]) == ["“Whisk” 1.0.0 waits for your review."]
    with work.unit():
        operations.approve(actor=cast.owner, release=release)
    assert (product.state, release.state, product.licence) == (State.LISTED, Stage.APPROVED, "Apache-2.0")
    assert told(cast.persons["vendor"]) == ["“Whisk” 1.0.0 is approved and released."]
    assert queries.latest_of([product.id])[product.id] is release


def test_nobody_releases_without_the_current_signature(cast):
    with work.unit():
        product = platforms.draft(cast.vendor, cast.platform)
    with pytest.raises(NotNow) as refused, work.unit():
        send(cast.vendor, product)
    assert refused.value.code == "sign_first"
    with work.unit():
        platforms.sign(cast.vendor, cast.platform)
        platform_operations.edit(actor=cast.owner, platform=cast.platform, review_days=9)
    with pytest.raises(NotNow) as refused, work.unit():
        send(cast.vendor, product)
    assert refused.value.code == "sign_first"
    with work.unit():
        platforms.sign(cast.vendor, cast.platform)
        send(cast.vendor, product)
    assert db.session.scalar(select(func.count()).select_from(Release)) == 1


def test_the_vendor_s_own_people_never_decide_even_if_they_run_the_platform(cast):
    with work.unit():
        own = platforms.draft(cast.owner, cast.platform, name="Own", organisation_id=cast.house.id)
        mine = platforms.release(cast.owner, own)
        theirs = platforms.release(cast.vendor, platforms.draft(cast.vendor, cast.platform))
    for actor, release in ((cast.owner, mine), (cast.vendor, theirs), (cast.user, theirs), (cast.rival, theirs)):
        for act in (
            lambda actor, release: operations.approve(actor=actor, release=release),
            lambda actor, release: operations.send_back(actor=actor, release=release, reasons=[Reason.BROKEN], remarks=platforms.REMARKS),
        ):
            with pytest.raises(NotAllowed), work.unit():
                act(actor, release)
    assert {mine.state, theirs.state} == {Stage.IN_REVIEW}
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 0
    consultant = people.actor_of(people.person("Consultant", consultant=True))
    with work.unit():
        operations.approve(actor=consultant, release=mine)
    assert own.state is State.LISTED


@pytest.mark.parametrize(("reasons", "remarks", "field"), [([], platforms.REMARKS, "reasons"), ([Reason.RIGHTS], "  No.  ", "remarks")])
def test_a_refusal_without_reasons_is_none(cast, reasons, remarks, field):
    with work.unit():
        release = platforms.release(cast.vendor, platforms.draft(cast.vendor, cast.platform))
    with pytest.raises(Invalid) as refused, work.unit():
        operations.send_back(actor=cast.owner, release=release, reasons=reasons, remarks=remarks)
    assert set(refused.value.fields) == {field}
    assert db.session.get(Release, release.id).state is Stage.IN_REVIEW
    with pytest.raises(IntegrityError):
        db.session.add(
            Decision(product_id=release.product_id, person_id=cast.owner.person_id, verdict="returned", remarks="", at=clock.now())
        )
        db.session.flush()


def test_what_came_back_is_mended_and_sent_again_under_the_same_number(cast):
    with work.unit():
        product = platforms.product(cast.vendor, cast.platform, cast.owner, "returned")
    assert product.state is State.RETURNED
    assert told(cast.persons["vendor"]) == ["“Whisk” 1.0.0 came back from the review with reasons."]
    (decision,) = queries.decisions(product.id)
    assert (decision.reason_words, decision.remarks) == ([Reason.SECURITY], platforms.REMARKS)
    with work.unit():
        again = send(cast.vendor, product)
        operations.approve(actor=cast.owner, release=again)
    assert product.state is State.LISTED and again.number == "1.0.0"


def test_a_listed_product_stays_listed_while_its_next_release_is_reviewed(cast, listed):
    with work.unit():
        release = send(cast.vendor, listed, "1.1.0")
    assert listed.state is State.LISTED
    with pytest.raises(NotNow) as refused, work.unit():
        send(cast.vendor, listed, "1.2.0")
    assert refused.value.code == "in_review"
    with work.unit():
        operations.recall(actor=cast.vendor, release=release)
    assert (release.state, listed.state) == (Stage.RECALLED, State.LISTED)
    with pytest.raises(NotNow), work.unit():
        operations.approve(actor=cast.owner, release=release)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"number": "1.0.0"}, "version_not_higher", "number"),
        ({"number": "one"}, "bad_version", "number"),
        ({"licence": "Apache 2"}, "unknown_licence", "licence"),
        ({"notes": "x"}, "invalid", "notes"),
        ({"data": b"no archive"}, "file_disguised", "file"),
        ({"filename": "a.pdf"}, "file_type", "file"),
    ],
)
def test_bad_input_is_refused_beside_its_field_and_leaves_nothing(cast, listed, more, code, field):
    files = db.session.scalar(select(func.count()).select_from(File))
    with pytest.raises(Invalid) as refused, work.unit():
        send(cast.vendor, listed, **{"number": "1.1.0", **more})
    assert (refused.value.code, set(refused.value.fields)) == (code, {field})
    assert db.session.scalar(select(func.count()).select_from(Release)) == 1
    assert db.session.scalar(select(func.count()).select_from(File)) == files


def test_a_yanked_version_keeps_its_place_and_its_number(cast, listed):
    (release,) = queries.releases(listed, published_only=True)
    with pytest.raises(Invalid), work.unit():
        operations.yank(actor=cast.vendor, release=release, reason="bad")
    with work.unit():
        operations.yank(actor=cast.owner, release=release, reason=platforms.REASON)
    assert told(cast.persons["vendor"])[-1] == "The platform yanked “Whisk” 1.0.0. Read why."
    assert queries.latest_of([listed.id]) == {}
    assert [each.state for each in queries.releases(listed, published_only=True)] == [Stage.YANKED]
    with pytest.raises(Invalid) as refused, work.unit():
        send(cast.vendor, listed, "1.0.0")
    assert refused.value.code == "version_not_higher"
    with pytest.raises(NotAllowed), work.unit():
        operations.yank(actor=cast.user, release=release, reason=platforms.REASON)


def test_an_older_line_goes_on_beside_a_newer_one(cast, listed):
    for number in ("2.0.0", "1.0.1"):
        with work.unit():
            operations.approve(actor=cast.owner, release=send(cast.vendor, listed, number, data=platforms.packed({"v": number.encode()})))
    assert queries.latest_of([listed.id])[listed.id].number == "2.0.0"
    assert [release.number for release in queries.releases(listed, published_only=True)] == ["2.0.0", "1.0.1", "1.0.0"]


def test_taken_off_with_reasons_it_is_gone_for_others_until_a_new_release(cast, listed):
    with work.unit():
        operations.take_off(actor=cast.owner, product=listed, reasons=[Reason.PRIVACY], remarks=platforms.REMARKS)
    with pytest.raises(NotFound):
        queries.get_for(cast.user, cast.platform.slug, listed.slug)
    assert told(cast.persons["vendor"])[-1] == "“Whisk” was taken off the list, with reasons."
    with work.unit():
        operations.approve(actor=cast.owner, release=send(cast.vendor, listed, "1.0.1"))
    assert queries.get_for(cast.user, cast.platform.slug, listed.slug) is listed


def test_for_an_organisation_only_its_managers_publish(cast):
    for actor in (cast.user, cast.owner):
        with pytest.raises(NotAllowed):
            platforms.draft(actor, cast.platform, organisation_id=cast.firm.id)
    with work.unit():
        product = platforms.product(cast.rival, cast.platform, cast.owner, organisation_id=cast.firm.id)
    assert queries.vendors([product])[product.id].name == "Firm"
    with pytest.raises(NotAllowed):
        operations.edit(actor=cast.vendor, product=product, name="Mine now")


def test_the_promise_counts_what_is_late_and_forgives_what_is_not_due(cast):
    with work.unit():
        early = platforms.release(cast.vendor, platforms.draft(cast.vendor, cast.platform, name="Early"))
        operations.approve(actor=cast.owner, release=early)
        platforms.release(cast.vendor, platforms.draft(cast.vendor, cast.platform, name="Waiting"))
    start = clock.now()
    assert queries.promise(cast.platform.id, start) == (1, 1)
    with clock.at(early.due_at):
        assert queries.promise(cast.platform.id, start) == (1, 2)
        assert queries.waiting(cast.platform.id)[0].is_late


def _send(product_id: int, person_id: int, number: str) -> None:
    with work.unit():
        product, actor = queries.by_id(product_id), people.queries.actor_of(person_id)
        try:
            send(actor, product, number, data=platforms.packed({"v": number.encode()}))
        except (NotNow, Conflict):
            return


def test_of_two_releases_sent_at_once_one_is_reviewed(cast, listed):
    person_id, product_id = cast.vendor.person_id, listed.id
    together(_send, (product_id, person_id, "1.1.0"), (product_id, person_id, "1.2.0"), (product_id, person_id, "1.3.0"))
    assert db.session.scalar(select(func.count()).where(Release.product_id == product_id, Release.state == Stage.IN_REVIEW)) == 1


def record(n: int, **more) -> ImportedProduct:
    words = {
        "owner": "NASA Ames",
        "sector": Sector.SOFTWARE,
        "summary": "S",
        "description": "D",
        "licence": "MIT",
        "stated": "MIT",
        "link": "",
    }
    return ImportedProduct(**{"row": n, "source_key": f"test:{n}", "title": f"Tool {n % 2}", **words, **more})


def test_an_import_is_idempotent_and_follows_its_source(cast):
    words = platforms.content(name="Catalogue")
    with work.unit():
        place = platform_operations.catalogue(actor=SYSTEM, source_key="test", owner="NASA", content=words)
        first = operations.bring_in(actor=SYSTEM, platform=place, source="test", records=[record(1), record(2), record(3)])
    with work.unit():
        again = platform_operations.catalogue(actor=SYSTEM, source_key="test", owner="NASA", content=words)
        second = operations.bring_in(
            actor=SYSTEM, platform=again, source="test", records=[record(1), record(2, summary="Changed"), record(4)]
        )
    assert again.id == place.id
    assert [(len(plan.new), len(plan.changed), len(plan.unchanged), plan.vanished) for plan in (first, second)] == [
        (3, 0, 0, 0),
        (1, 1, 1, 1),
    ]
    products = db.session.scalars(select(Product).where(Product.platform_id == place.id).order_by(Product.id)).all()
    assert [product.slug for product in products] == ["tool-1", "tool-0", "tool-1-2", "tool-0-2"]
    assert products[1].summary == "Changed" and {product.state for product in products} == {State.LISTED}
    with pytest.raises(NotAllowed):
        operations.bring_in(actor=cast.owner, platform=place, source="test", records=[])
    with pytest.raises(NotNow):
        platforms.draft(cast.vendor, place)
    delivery.deliver_all()
