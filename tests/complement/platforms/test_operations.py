"""A platform opens with a boundary that its agreement repeats; what changes the agreement asks developers again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.complement.platforms import operations, queries, rules
from hub.complement.platforms.states import State
from hub.core.agreements import queries as agreements
from hub.core.messages.models import Notification
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.kernel.errors import Invalid, NotAllowed, NotFound, NotNow
from tests.factories import platforms


def told(person) -> list[str]:
    return [note.text % note.values for note in db.session.scalars(select(Notification).where(Notification.person_id == person.id))]


def test_the_agreement_says_what_the_platform_says(cast):
    terms = agreements.current(cast.platform.ref, "developer")
    for words in (
        "Robot arm",
        "The interface and its documentation.",
        "Drawings of the tool flange.",
        "The motion control.",
        "5 days",
        "15 %",
        "House",
    ):
        assert words in terms.text_en, words
    assert terms.id == cast.platform.terms_id


def test_an_incomplete_platform_does_not_open_and_names_what_is_missing(cast):
    with work.unit():
        draft = platforms.platform(cast.owner, cast.house.id, "draft", name="Oven", about="Short.", proprietary_part="")
    with pytest.raises(Invalid) as refused:
        operations.open_up(actor=cast.owner, platform=draft)
    assert set(refused.value.fields) == {"about", "proprietary_part"}
    work.rollback()
    assert queries.by_slug("oven").state is State.DRAFT


def test_only_its_managers_draft_change_open_and_close_it(cast):
    with pytest.raises(NotAllowed):
        operations.draft(actor=cast.user, organisation_id=cast.house.id, name="Mine")
    for act in (
        lambda actor: operations.edit(actor=actor, platform=cast.platform, name="Stolen"),
        lambda actor: operations.close(actor=actor, platform=cast.platform, reason="Because I can do it."),
    ):
        for actor in (cast.user, cast.rival):
            with pytest.raises(NotAllowed):
                act(actor)
    assert (cast.platform.name, cast.platform.state) == ("Robot arm", State.OPEN)


def test_a_draft_is_not_there_for_others(cast):
    with work.unit():
        draft = platforms.platform(cast.owner, cast.house.id, "draft", name="Oven")
    assert queries.get_for(cast.owner, draft.slug) is draft
    with pytest.raises(NotFound):
        queries.get_for(cast.user, draft.slug)


def test_whoever_signs_gets_a_copy(cast):
    with work.unit():
        platforms.sign(cast.vendor, cast.platform)
    delivery.deliver_all()
    assert told(cast.persons["vendor"]) == ["You signed the developer agreement of “Robot arm”. Your copy stays here."]


def test_a_changed_boundary_is_a_new_agreement_and_signers_are_told(cast):
    with work.unit():
        platforms.sign(cast.vendor, cast.platform)
        before = cast.platform.terms_id
        operations.edit(actor=cast.owner, platform=cast.platform, nda_part="")
        assert "PlatformTermsChanged" in journal.pending_kinds()
    standing = queries.standing(cast.vendor, cast.platform)
    assert cast.platform.terms_id != before and standing.terms.number == 2
    assert (standing.signed_at, standing.signed_before) == (None, True)
    assert told(cast.persons["vendor"]) == [
        "The developer agreement of “Robot arm” has changed. Read and sign it before your next release."
    ]
    assert told(cast.persons["user"]) == []


def test_what_the_agreement_does_not_name_asks_nobody_again(cast):
    before = cast.platform.terms_id
    with work.unit():
        operations.edit(actor=cast.owner, platform=cast.platform, summary="Another sentence about the same platform.")
    assert cast.platform.terms_id == before


def test_an_open_platform_cannot_lose_a_part(cast):
    with pytest.raises(Invalid) as refused, work.unit():
        operations.edit(actor=cast.owner, platform=cast.platform, public_part="")
    assert set(refused.value.fields) == {"public_part"}


def test_closing_needs_a_reason_that_developers_read(cast):
    with work.unit():
        platforms.sign(cast.vendor, cast.platform)
    with pytest.raises(Invalid), work.unit():
        operations.close(actor=cast.owner, platform=cast.platform, reason=" No. ")
    with work.unit():
        operations.close(actor=cast.owner, platform=cast.platform, reason="We replace it by its successor.")
    assert told(cast.persons["vendor"]) == ["“Robot arm” takes no new releases: We replace it by its successor."]
    with pytest.raises(NotNow):
        platforms.draft(cast.vendor, cast.platform)
    with work.unit():
        operations.reopen(actor=cast.owner, platform=cast.platform)
    assert cast.platform.takes_releases and cast.platform.reason == ""


def test_two_platforms_of_one_name_have_two_addresses(cast):
    with work.unit():
        twin = platforms.platform(cast.owner, cast.house.id, "draft")
        chinese = platforms.platform(cast.owner, cast.house.id, "draft", name="机械臂")
        new = platforms.platform(cast.owner, cast.house.id, "draft", name="New")
    assert (twin.slug, chinese.slug, new.slug) == ("robot-arm-2", "platform", "new-2")


@pytest.mark.parametrize(("bp", "said"), [(0, ""), (1500, "15 %"), (1250, "12.5 %"), (5000, "50 %")])
def test_a_share_reads_as_people_write_it(bp, said):
    assert rules.share(bp) == said
