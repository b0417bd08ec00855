"""Revisions, drafts and conflicts: nothing typed is ever lost, and nobody writes where they may not."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from hub.communities.pages import operations, queries
from hub.communities.pages.models import PageDraft, PageRevision, PageShare, SpacePage
from hub.communities.pages.rules import Kind, merge3
from hub.communities.pages.states import State
from hub.communities.spaces import operations as space_operations
from hub.communities.spaces.rules import Licence
from hub.communities.spaces.states import SpaceRole
from hub.core.messages.models import Notification
from hub.db import work
from hub.db.extensions import db
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from tests.db.processes import together
from tests.factories import pages, people, spaces


@pytest.fixture
def steward(app):
    return people.actor_of(people.person("Stella Steward"))


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
def space(steward, member, other):
    with work.unit():
        made = spaces.space(steward)
        spaces.join(made, member, other)
    return made


@pytest.fixture
def page(space, steward):
    with work.unit():
        return pages.page(space, steward)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def told(actor) -> list[str]:
    return [note.text % note.values for note in db.session.scalars(select(Notification).where(Notification.person_id == actor.person_id))]


def test_a_page_and_its_revisions(page, steward, member):
    with work.unit():
        saved = pages.edit(page, member, pages.TEXT + "\n\nWeigh twice.", summary="  Twice  is better ")
    assert (saved.number, saved.base, saved.kind, saved.summary, saved.delta) == (2, 1, Kind.EDITED, "Twice is better", 14)
    assert (page.number, page.updated_by) == (2, member.person_id)
    assert [(one.number, one.author.name) for one in queries.history(page)] == [(2, "Mo Member"), (1, "Stella Steward")]
    assert queries.revision(page, 1).body == pages.TEXT
    with pytest.raises(NotFound):
        queries.revision(page, 3)


def test_a_text_that_is_the_same_is_no_revision(page, member):
    with work.unit():
        pages.edit(page, member, pages.TEXT + "\n\n")
    assert page.number == 1 and count(PageRevision) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "!?"}, "title"),
        ({"title": "t" * 121}, "title"),
        ({"title": "calibration"}, "title"),
        ({"text": " \n "}, "body"),
        ({"text": "t" * 100_001}, "body"),
        ({"text": "t\n" * 5_001}, "body"),
    ],
)
def test_what_cannot_be_a_page_is_named(page, space, member, changes, field):
    with pytest.raises(Invalid) as refused, work.unit():
        operations.create(actor=member, space=space, **{"title": "Another page", "text": "Some text.", **changes})
    assert list(refused.value.fields) == [field]
    assert count(SpacePage) == 1


def test_titles_lead_to_one_page_each_also_after_a_change(page, space, member):
    with work.unit():
        parts = pages.page(space, member, "零件 清单")
        taken = pages.page(space, member, "New")
    assert (parts.slug, taken.slug) == ("零件-清单", "new-page")
    with pytest.raises(Invalid) as refused, work.unit():
        pages.edit(parts, member, "Text", title="Calibration")
    assert refused.value.code == "page_exists"
    with work.unit():
        pages.edit(page, member, pages.TEXT, title="Calibrating")
    resolve = queries.resolver(space)
    for title in ("Calibration", "calibrating"):
        assert resolve(title) == ("/communities/open-soil-sensors/pages/calibration", True)
    assert resolve("R&D") == ("/communities/open-soil-sensors/pages/new?title=R%26D", False)


def test_strangers_and_those_who_left_write_nothing(page, space, member, stranger):
    with work.unit():
        space_operations.leave(actor=member, space=space)
    for actor in (stranger, member):
        for act in (
            lambda who: pages.edit(page, who, "Mine"),
            lambda who: pages.page(space, who, "Mine"),
            lambda who: operations.restore(actor=who, page=page, number=1, base_revision=1),
            lambda who: operations.keep_draft(actor=who, space=space, page=page, title="x", text="Mine", base_revision=1),
            lambda who: operations.lock(actor=who, page=page),
        ):
            with pytest.raises(NotAllowed) as refused, work.unit():
                act(actor)
            assert refused.value.code == "join_first"
    assert (count(PageRevision), count(PageDraft), count(SpacePage)) == (1, 0, 1)


def test_a_changed_charter_is_accepted_before_anything_is_written(page, space, steward, member):
    with work.unit():
        space_operations.set_charter(actor=steward, space=space, charter=spaces.CHARTER + "\nMore.", licence=Licence.CC0, note="More")
    with pytest.raises(NotAllowed) as refused, work.unit():
        pages.edit(page, member, "Under the old charter")
    assert refused.value.code == "accept_first"
    with work.unit():
        spaces.join(space, member)
        saved = pages.edit(page, member, "Under the new charter")
    assert (queries.revision(page, 1).licence, saved.licence) == (Licence.CC_BY_SA, Licence.CC0)


def test_locked_pages_are_for_editors_and_retired_ones_for_nobody(page, space, steward, member, other):
    with pytest.raises(NotAllowed), work.unit():
        operations.lock(actor=member, page=page)
    with work.unit():
        operations.lock(actor=steward, page=page)
        space_operations.change_role(actor=steward, space=space, person_id=other.person_id, role=SpaceRole.EDITOR)
    with pytest.raises(NotAllowed) as refused, work.unit():
        pages.edit(page, member, "Mine")
    assert refused.value.code == "page_locked"
    with work.unit():
        pages.edit(page, other, "An editor's words")
        operations.retire(actor=other, page=page)
    assert queries.listed(space) == []
    with pytest.raises(NotNow), work.unit():
        pages.edit(page, steward, "Mine")
    with work.unit():
        operations.bring_back(actor=steward, page=page)
    assert page.state is State.OPEN and pages.body(page) == "An editor's words"


def test_restoring_is_a_new_revision_and_gives_the_words_back_to_their_writers(page, space, steward, member):
    with work.unit():
        pages.edit(page, member, "Vandalised")
        restored = operations.restore(actor=member, page=page, number=1, base_revision=2)
    assert (restored.number, restored.kind, restored.restored, restored.body) == (3, Kind.RESTORED, 1, pages.TEXT)
    written = queries.written(space)
    assert (written[member.person_id].characters, written[member.person_id].revisions) == (0, 2)
    assert written[steward.person_id].characters == len("".join(pages.TEXT.split()))
    with pytest.raises(Conflict), work.unit():
        operations.restore(actor=member, page=page, number=2, base_revision=2)


def test_somebody_elses_work_is_saved_under_their_name(page, steward, member):
    with work.unit():
        saved = pages.edit(page, steward, "All new", author_id=member.person_id)
    (newest, *_) = queries.history(page)
    assert (newest.author.name, newest.saved_by.name) == ("Mo Member", "Stella Steward")
    assert db.session.scalars(select(PageShare.person_id)).all() == [member.person_id] and saved.number == 2


def test_watchers_hear_of_revisions_but_not_of_their_own(page, steward, member, other):
    with work.unit():
        operations.watch(actor=member, page=page)
        operations.watch(actor=member, page=page)
        pages.edit(page, member, "One", summary="Shorter")
        pages.edit(page, other, "Two")
    assert told(steward) == [
        "Mo Member changed “Calibration” in “Open soil sensors”: Shorter",
        "Otto Ther changed “Calibration” in “Open soil sensors”.",
    ]
    assert told(member) == ["Otto Ther changed “Calibration” in “Open soil sensors”."]
    with work.unit():
        operations.unwatch(actor=member, page=page)
        pages.edit(page, other, "Three")
    assert len(told(member)) == 1


# Conflicts and drafts


def save(page, actor, text, base, **more):
    return operations.save(actor=actor, page=page, title="Calibration", text=text, base_revision=base, **more)


def test_whoever_saves_second_keeps_their_text_and_gets_both_together(page, member, other):
    theirs, yours = pages.TEXT.replace("Soil is", "Soil always is"), pages.TEXT.replace("that you measure", "you will measure")
    with work.unit():
        assert isinstance(save(page, member, theirs, 1), PageRevision)
        draft = save(page, other, yours, 1, summary="Grammar")
    assert isinstance(draft, PageDraft)
    assert (pages.body(page), draft.body, draft.summary, draft.base) == (theirs, yours, "Grammar", 1)
    found = queries.collision(page, draft)
    assert found.merge.is_clean and "always is" in found.merge.text and "you will" in found.merge.text
    assert db.session.execute(queries.waiting_for(other.person_id)).all() == [("Calibration", str(draft.id), None)]
    with work.unit():
        merged = save(page, other, found.merge.text, found.current.number, kind=Kind.MERGED, token=draft.token)
    assert (merged.number, merged.kind, count(PageDraft)) == (3, Kind.MERGED, 0)


def test_writing_on_an_old_revision_is_refused_to_programs(page, member):
    with work.unit():
        pages.edit(page, member, "One")
    with pytest.raises(Conflict) as refused, work.unit():
        pages.edit(page, member, "Two", base_revision=1)
    assert refused.value.code == "edit_conflict" and pages.body(page) == "One"


def test_saving_the_text_that_is_there_already_is_no_conflict(page, member, other):
    with work.unit():
        save(page, member, "One", 1)
        saved = save(page, other, "One", 1)
    assert isinstance(saved, PageRevision) and saved.number == 2 and count(PageDraft) == 0


def test_two_windows_never_write_over_one_another(page, space, member):
    def keep(text, token=""):
        with work.unit():
            return operations.keep_draft(actor=member, space=space, page=page, title="Calibration", text=text, base_revision=1, token=token)

    first = keep("First words")
    seen_by_both = first.token
    assert keep("First words, and more", seen_by_both).id == first.id
    second = keep("Other words in a second window", seen_by_both)
    assert second.id != first.id
    assert {draft.body for draft in queries.drafts_of(member, space, page)} == {"First words, and more", "Other words in a second window"}
    assert keep("", second.token) is None and keep(pages.TEXT) is None
    with work.unit():
        save(page, member, "Saved", 1, token=second.token)
    assert [draft.body for draft in queries.drafts_of(member, space, page)] == ["First words, and more"]


def test_drafts_of_others_are_nobodys_business(page, space, member, other):
    with work.unit():
        draft = operations.keep_draft(actor=member, space=space, page=page, title="C", text="Mine alone", base_revision=1)
        fork = operations.keep_draft(actor=other, space=space, page=page, title="C", text="Mine", base_revision=1, token=draft.token)
    assert fork.id != draft.id and draft.body == "Mine alone"
    with pytest.raises(NotFound):
        queries.draft_for(other, draft.id)
    with pytest.raises(NotAllowed), work.unit():
        operations.discard(actor=other, draft=draft)
    assert count(PageDraft) == 2


def test_people_who_save_at_once_get_a_revision_each_or_keep_a_draft(page, space, steward, member, other):
    texts = [(actor, f"{pages.TEXT}\n\nSaid by {actor.person_id}.") for actor in (steward, member, other)]
    together(_save, *texts)
    page = db.session.scalars(select(SpacePage)).one()
    revisions = db.session.scalars(select(PageRevision.body).where(PageRevision.number > 1)).all()
    drafts = db.session.scalars(select(PageDraft.body)).all()
    assert sorted([*revisions, *drafts]) == sorted(text for _, text in texts)
    assert (len(revisions), len(drafts), page.number) == (1, 2, 2)


def _save(actor, text) -> None:
    with work.unit():
        save(db.session.scalars(select(SpacePage)).one(), actor, text, 1)


def test_people_who_merge_and_save_again_at_once_lose_nothing(page, space, steward, member, other):
    together(_insist, *((actor,) for actor in (steward, member, other)))
    page = db.session.scalars(select(SpacePage)).one()
    body = pages.body(page)
    assert all(f"Said by {actor.person_id}." in body for actor in (steward, member, other))
    assert page.number == 4 and count(PageDraft) == 0


def _insist(actor) -> None:
    """Save; on a conflict put both texts together, as a person would, until it is saved."""
    base, mine, token = 1, f"{pages.TEXT}\n\nSaid by {actor.person_id}.", ""
    while True:
        with work.unit():
            page = db.session.scalars(select(SpacePage)).one()
            result = save(page, actor, mine, base, token=token)
            if isinstance(result, PageRevision):
                return
            found = queries.collision(page, result)
            base, mine, token = found.current.number, merge3(found.base.body, found.current.body, mine).decided(["both"]), result.token


@pytest.mark.parametrize("statement", ["UPDATE page_revision SET body = 'f'", "DELETE FROM page_revision"])
def test_the_database_keeps_revisions(page, statement):
    with pytest.raises(DBAPIError, match="a revision is never changed"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert pages.body(page) == pages.TEXT
