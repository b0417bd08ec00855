"""Setting a portal up: who may, what is refused, what visitors find."""

from __future__ import annotations

import io

import pytest

from hub.core.organisations import operations as organisations
from hub.db import work
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from hub.portals.sites import operations as sites
from hub.portals.sites import queries
from hub.portals.sites.states import State
from hub.tech_market.listings.rules import Kind
from tests.factories import challenges, listings, people, portals


def test_only_consultants_begin_portals(stage):
    for name in ("heron", "kestrel"):
        with pytest.raises(NotAllowed):
            portals.portal(stage.meridian, stage.actor(name), slug="another")


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"slug": "a b"}, "slug"), ({"slug": "fresh"}, "slug"), ({"languages": []}, "languages"), ({"languages": ["fr"]}, "languages"),
     ({"names": {"zh": "只有中文"}}, "names.en"), ({"names": {"en": "x" * 61}}, "names.en")],
)  # fmt: skip
def test_a_portal_that_cannot_be_called_is_refused(stage, changes, field):
    content = {"slug": "another", "organisation_id": stage.meridian.id, "names": {"en": "Another"}, "languages": ["en"], **changes}
    with pytest.raises(Invalid) as refused:
        sites.found(actor=stage.actor("owl"), **content)
    assert list(refused.value.fields) == [field]


def test_a_portal_opens_when_it_has_something_to_say(stage):
    owl = stage.actor("owl")
    with work.unit():
        bare = sites.found(actor=owl, slug="bare", organisation_id=stage.loom.id, names={"en": "Bare"}, languages=["en"])
    with pytest.raises(Invalid) as refused:
        sites.open_portal(actor=owl, portal=bare)
    assert set(refused.value.fields) == {"taglines.en", "welcomes.en"}
    with work.unit():
        sites.edit(actor=owl, portal=bare, taglines={"en": "Say"}, welcomes={"en": "Hello"})
        sites.open_portal(actor=owl, portal=bare)
    with pytest.raises(NotNow):
        sites.open_portal(actor=owl, portal=bare)
    with pytest.raises(Invalid):
        sites.edit(actor=owl, portal=bare, welcomes={"en": ""})


def test_an_owner_who_is_not_named_runs_nothing_and_a_manager_who_leaves_runs_no_more(stage):
    with pytest.raises(NotAllowed):
        queries.managed_by(stage.actor("wren"), "fresh")
    with work.unit():
        sites.name_manager(actor=stage.actor("owl"), portal=stage.fresh, email=stage.wren.email)
    assert queries.managed_by(stage.actor("wren"), "fresh")
    assert [portal.slug for portal in queries.run_by_person(stage.actor("wren"))] == ["fresh"]
    with work.unit():
        organisations.remove_member(actor=stage.actor("heron"), organisation=stage.meridian, person_id=stage.wren.id)
    with pytest.raises(NotAllowed):
        queries.managed_by(stage.actor("wren"), "fresh")
    assert not queries.run_by_person(stage.actor("wren")) and stage.wren.id not in queries.manager_ids(stage.fresh)


def test_managers_come_from_the_customer_and_are_named_by_consultants(stage):
    with pytest.raises(Invalid):
        sites.name_manager(actor=stage.actor("owl"), portal=stage.fresh, email=stage.kingfisher.email)
    with pytest.raises(NotAllowed):
        sites.name_manager(actor=stage.actor("heron"), portal=stage.fresh, email=stage.wren.email)
    with pytest.raises(Conflict):
        sites.name_manager(actor=stage.actor("owl"), portal=stage.fresh, email=stage.heron.email)
    with work.unit():
        sites.remove_manager(actor=stage.actor("owl"), portal=stage.fresh, person_id=stage.heron.id)
    with pytest.raises(NotAllowed):
        queries.managed_by(stage.actor("heron"), "fresh")


def test_a_draft_is_not_there_for_others(stage):
    with work.unit():
        portals.portal(stage.loom, stage.actor("owl"), "draft", slug="secret")
    for name in ("heron", "wren", "kestrel", "kingfisher"):
        with pytest.raises(NotFound):
            queries.get_for(stage.actor(name), "secret")


def test_a_theme_that_cannot_be_read_is_not_saved(stage):
    before = stage.fresh.theme
    with pytest.raises(Invalid) as refused:
        sites.set_theme(actor=stage.actor("heron"), portal=stage.fresh, theme={"light": {"ink": "#cccccc"}})
    assert refused.value.code == "contrast" and stage.fresh.theme == before


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"not an image", "logo.png"),
        (b"a,b\n1,2\n", "logo.csv"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.svg"),
        (b"", "logo.png"),
    ],
)
def test_a_logo_is_an_image(stage, content, name):
    with pytest.raises(Invalid) as refused:
        sites.set_logo(actor=stage.actor("heron"), portal=stage.fresh, stream=io.BytesIO(content), filename=name)
    assert list(refused.value.fields) == ["logo"]


def test_the_list_holds_the_customer_s_public_things_in_the_chosen_order(stage):
    heron, kingfisher = stage.actor("heron"), stage.actor("kingfisher")
    with work.unit():
        first = listings.listing(stage.meridian, heron, "published", Kind.NEED, title="First need")
        second = listings.listing(stage.meridian, heron, "published", Kind.NEED, title="Second need")
        listings.listing(stage.meridian, heron, "draft", Kind.NEED, title="A need nobody knows")
        foreign = listings.listing(stage.loom, kingfisher, "published", Kind.NEED, title="Somebody else's need")
    assert [item.title for item in queries.published(stage.fresh)] == ["Second need", "First need"]
    with work.unit():
        sites.arrange(
            actor=heron, portal=stage.fresh, first=[first.ref, foreign.ref, "need:999999", first.ref], hidden=[second.ref, foreign.ref]
        )
    assert (stage.fresh.first, stage.fresh.hidden) == ([first.ref], [second.ref])
    assert [item.title for item in queries.published(stage.fresh)] == ["First need"]
    assert [item.title for item in queries.published(stage.coats)] == ["Somebody else's need"]


def test_a_challenge_whose_seeker_stays_anonymous_is_not_listed(stage):
    with work.unit():
        shown = challenges.challenge(stage.meridian, stage.actor("heron"), "open", title="Known seeker", seeker_shown=True)
        challenges.challenge(stage.meridian, stage.actor("heron"), "open", title="Unknown seeker", seeker_shown=False)
    assert [item.ref for item in queries.published(stage.fresh)] == [shown.ref]


@pytest.mark.parametrize(("stages", "days", "field"), [
    ([{"en": "One"}, {"en": "Two"}], [1, 2, 3], "stages"), ([{"en": "One"}, {"zh": "二"}, {"en": "Three"}], [1, 2, 3], "stages.2.en"),
    ([{"en": "One"}, {"en": "Two"}, {"en": "Three"}], [1, 0, 3], "days.2"), ([{"en": "One"}, {"en": "Two"}, {"en": "Three"}], [1, 2, "x"], "days.3"),
    ([{"en": "One"}, {"en": "Two"}, {"en": "Three"}], [1, 2, True], "days.3"), ("abc", [1, 2, 3], "stages"),
])  # fmt: skip
def test_a_pipeline_has_three_named_stages_with_a_promise_each(stage, stages, days, field):
    with pytest.raises(Invalid) as refused:
        sites.set_pipeline(actor=stage.actor("heron"), portal=stage.fresh, stages=stages, days=days)
    assert list(refused.value.fields) == [field]


def test_closing_and_opening_again(stage):
    owl = stage.actor("owl")
    with work.unit():
        sites.close(actor=owl, portal=stage.fresh)
    assert stage.fresh.state is State.CLOSED and stage.fresh.closed_at
    with pytest.raises(NotAllowed):
        sites.open_portal(actor=stage.actor("heron"), portal=stage.fresh)
    with work.unit():
        sites.open_portal(actor=owl, portal=stage.fresh)
    assert stage.fresh.state is State.OPEN and stage.fresh.closed_at is None


def test_people_without_a_confirmed_address_begin_nothing(stage):
    unverified = people.actor_of(people.person("Fledgling", consultant=True, verified=False))
    with pytest.raises(NotAllowed):
        portals.portal(stage.meridian, unverified, slug="another")
