"""Installing, fetching, proving it, rating: one each, only by those who may, and a yank reaches whoever has the version."""

from __future__ import annotations

import hashlib
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from hub.complement.products import operations as products
from hub.complement.products import queries as products_read
from hub.complement.products.models import Product
from hub.complement.store import operations, queries
from hub.complement.store.models import Entitlement, Rating
from hub.complement.store.rules import VALID_FOR, Refusal
from hub.complement.store.states import State
from hub.core.files import queries as files
from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Role
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotNow
from tests.db.processes import together
from tests.factories import people, platforms

SECRET = "a-secret"


def told(person) -> list[str]:
    return [note.text % note.values for note in db.session.scalars(select(Notification).where(Notification.person_id == person.id))]


@pytest.fixture
def product(cast) -> Product:
    with work.unit():
        return platforms.product(cast.vendor, cast.platform, cast.owner)


@pytest.fixture
def installed(cast, product) -> Entitlement:
    with work.unit():
        return platforms.install(cast.user, product)


def newest(product):
    return products_read.latest_of([product.id])[product.id]


def test_whoever_asks_twice_has_it_once(cast, product, installed):
    with work.unit():
        assert platforms.install(cast.user, product) is installed
        for_firm = platforms.install(cast.rival, product, cast.firm.id)
    assert for_firm is not installed and queries.count(product.id) == 2
    with pytest.raises(NotAllowed):
        platforms.install(cast.user, product, cast.firm.id)


def _install(product_id: int, person_id: int) -> None:
    with work.unit():
        operations.install(actor=people.queries.actor_of(person_id), product=products_read.by_id(product_id))


def test_of_installs_at_once_one_is_made(cast, product):
    together(_install, *[(product.id, cast.user.person_id)] * 4)
    assert db.session.scalar(select(func.count()).select_from(Entitlement)) == 1


@pytest.mark.parametrize("state", ["draft", "in_review", "returned", "withdrawn"])
def test_what_is_not_listed_cannot_be_installed(cast, state):
    with work.unit():
        product = platforms.product(cast.vendor, cast.platform, cast.owner, state)
    with pytest.raises(NotNow) as refused:
        platforms.install(cast.vendor, product)
    assert refused.value.code == "nothing_to_install"


def test_the_file_is_for_those_who_have_it_and_is_what_its_checksum_says(cast, product, installed):
    release = newest(product)
    with pytest.raises(NotAllowed) as refused:
        operations.fetch(actor=cast.rival, release=release)
    assert refused.value.code == "not_installed"
    with work.unit():
        operations.fetch(actor=cast.user, release=release)
    assert installed.release_id == release.id
    content = files.path_of(files.get(release.file_id)).read_bytes()
    assert hashlib.sha256(content).hexdigest() == release.sha256 and len(content) == release.size


def test_an_update_is_seen_and_a_yanked_version_is_told_of_and_not_handed_out(cast, product, installed):
    first = newest(product)
    with work.unit():
        operations.fetch(actor=cast.user, release=first)
        products.approve(actor=cast.owner, release=platforms.release(cast.vendor, product, "1.1.0"))
    (mine,) = queries.of_actor(cast.user)
    assert mine.has_update and (mine.has.number, mine.latest.number) == ("1.0.0", "1.1.0")
    with work.unit():
        products.yank(actor=cast.vendor, release=first, reason=platforms.REASON)
    delivery.deliver_all()
    assert told(cast.persons["user"]) == [f"“Whisk” 1.0.0, which you have, was yanked: {platforms.REASON}"]
    with pytest.raises(NotNow) as refused:
        operations.fetch(actor=cast.user, release=first)
    assert refused.value.code == "yanked"


def test_a_token_is_worth_what_its_entitlement_is(cast, product, installed):
    token = queries.token_of(SECRET, installed)
    good = queries.verify(SECRET, token)
    assert good.valid and good.entitlement is installed and good.holder == "person"
    assert queries.verify("another", token).refusal is Refusal.FORGED
    assert queries.verify("another", token).entitlement is None
    with clock.at(clock.now() + VALID_FOR):
        assert queries.verify(SECRET, token).refusal is Refusal.EXPIRED
    with work.unit():
        operations.renew_token(actor=cast.user, entitlement=installed)
    assert queries.verify(SECRET, token).refusal is Refusal.REPLACED
    token = queries.token_of(SECRET, installed)
    with work.unit():
        operations.uninstall(actor=cast.user, entitlement=installed)
    assert queries.verify(SECRET, token).refusal is Refusal.ENDED
    with work.unit():
        assert platforms.install(cast.user, product) is installed
    assert queries.verify(SECRET, token).refusal is Refusal.REPLACED, "tokens from before do not come back to life"
    assert queries.verify(SECRET, queries.token_of(SECRET, installed)).valid


def test_revoked_with_a_reason_nothing_works_any_more(cast, product, installed):
    token = queries.token_of(SECRET, installed)
    for actor in (cast.user, cast.rival):
        with pytest.raises(NotAllowed):
            operations.revoke(actor=actor, entitlement=installed, reason=platforms.REASON)
    with pytest.raises(Invalid), work.unit():
        operations.revoke(actor=cast.vendor, entitlement=installed, reason=" no ")
    with work.unit():
        operations.revoke(actor=cast.vendor, entitlement=installed, reason=platforms.REASON)
    assert queries.verify(SECRET, token).refusal is Refusal.REVOKED
    assert told(cast.persons["user"]) == [f"Your entitlement to “Whisk” was revoked: {platforms.REASON}"]
    for act in (
        lambda: platforms.install(cast.user, product),
        lambda: operations.fetch(actor=cast.user, release=newest(product)),
        lambda: operations.rate(actor=cast.user, product=product, stars=1),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert installed.state is State.REVOKED


def test_only_users_rate_and_never_the_vendor_s_people(cast, product, installed):
    with work.unit():
        platforms.install(cast.vendor, product)
    with pytest.raises(NotAllowed):
        operations.rate(actor=cast.vendor, product=product, stars=5)
    with pytest.raises(NotAllowed) as refused:
        operations.rate(actor=cast.rival, product=product, stars=5)
    assert refused.value.code == "not_installed"
    with pytest.raises(Invalid):
        operations.rate(actor=cast.user, product=product, stars=6)
    with work.unit():
        operations.rate(actor=cast.user, product=product, stars=2, text=" Slow. ")
    assert told(cast.persons["vendor"])[-1] == "“Whisk” was rated: 2 of 5 stars."
    assert queries.score(product).stars == {5: 0, 4: 0, 3: 0, 2: 1, 1: 0}


def test_a_member_of_the_vendor_does_not_rate_and_a_member_of_the_holder_does(cast):
    member = people.person("Member")
    with work.unit():
        organisations.add_member(actor=cast.rival, organisation=cast.firm, email=member.email, role=Role.MEMBER)
        theirs = platforms.product(cast.rival, cast.platform, cast.owner, name="Theirs", organisation_id=cast.firm.id)
        bought = platforms.product(cast.vendor, cast.platform, cast.owner, name="Bought")
        platforms.install(cast.rival, bought, cast.firm.id)
        platforms.install(people.actor_of(member), theirs)
    with pytest.raises(NotAllowed):
        operations.rate(actor=people.actor_of(member), product=theirs, stars=5)
    with work.unit():
        assert operations.rate(actor=people.actor_of(member), product=bought, stars=4).stars == 4


def test_a_rating_is_changed_not_doubled_and_the_vendor_replies_once(cast, product, installed):
    with work.unit():
        rating = operations.rate(actor=cast.user, product=product, stars=2)
    with pytest.raises(NotAllowed):
        operations.reply(actor=cast.owner, rating=rating, text="Thank you.")
    with work.unit():
        operations.reply(actor=cast.vendor, rating=rating, text="Try 1.1.0.")
    with pytest.raises(NotNow) as refused, work.unit():
        operations.reply(actor=cast.vendor, rating=rating, text="Please.")
    assert refused.value.code == "replied"
    assert told(cast.persons["user"]) == ["The vendor of “Whisk” replied to your rating."]
    with clock.at(clock.now() + VALID_FOR), work.unit():
        assert operations.rate(actor=cast.user, product=product, stars=5) is rating
    assert rating.changed_since_reply and (rating.stars, rating.reply) == (5, "Try 1.1.0.")
    assert db.session.scalar(select(func.count()).select_from(Rating)) == 1
    assert queries.scores([product.id])[product.id].stars == queries.score(product).stars


def _rate(product_id: int, person_id: int, stars: int) -> None:
    with suppress(Conflict), work.unit():  # the version of a changed rating is compared when the unit is written
        operations.rate(actor=people.queries.actor_of(person_id), product=products_read.by_id(product_id), stars=stars)


def test_of_ratings_at_once_one_stands(cast, product, installed):
    together(_rate, *[(product.id, cast.user.person_id, stars) for stars in (1, 3, 5)])
    assert db.session.scalar(select(func.count()).select_from(Rating)) == 1


def test_the_mean_leans_on_the_platform_s_other_products(cast, product, installed):
    with work.unit():
        other = platforms.product(cast.rival, cast.platform, cast.owner, name="Other")
        platforms.install(cast.user, other)
        operations.rate(actor=cast.user, product=product, stars=5)
        operations.rate(actor=cast.user, product=other, stars=1)
    score = queries.score(product)
    assert (score.platform_mean, score.plain, round(score.mean, 3)) == (3.0, 5.0, 3.333)
