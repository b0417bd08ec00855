"""From a draft to a running project: files with bad rows, images, the budget, the start, the end."""

from __future__ import annotations

import io
import zipfile

import pytest

from hub.cli.demo.load import DATA
from hub.core.controls import queries as controls
from hub.core.holds import queries as holds_read
from hub.core.payments import operations as money
from hub.core.payments import queries as payments
from hub.db import work
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Invalid, NotAllowed, NotNow
from hub.kernel.money import Money
from hub.kernel.tables import Weight
from hub.microtasks.projects import operations, queries
from hub.microtasks.projects.schemas import Recipe, cook
from hub.microtasks.projects.states import State
from tests.factories import money as paid_in
from tests.factories import people, tasks

PICTURE = (DATA / "coating_01.png").read_bytes()


@pytest.fixture
def house(app):
    owner = people.person("Heron")
    organisation = people.organisation(owner)
    return organisation, people.actor_of(owner)


@pytest.fixture
def draft(house):
    with work.unit():
        return tasks.project(*house, state="draft", tasks=0)


def test_a_file_is_read_row_by_row(draft):
    data = b"text,id,remark\nThe lid is loose.,1,x\n,2,y\nToo short,3\nThe  lid\tleaks.,4,\n"
    reading = queries.read_items(draft, data)
    assert reading.records == [{"text": "The lid is loose.", "id": "1"}, {"text": "The lid leaks.", "id": "4"}]
    assert reading.rejected == [3, 4], "the empty one, and the one with a cell too few"
    assert {remark.code for remark in reading.remarks if remark.weight is Weight.ERROR} == {"missing", "row_shape"}


def test_rows_that_say_the_same_are_two_tasks(draft):
    assert len(queries.read_items(draft, b"text\nSame\nSame\n").records) == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import_empty"), (b"title\nx\n", "import_wrong_file"), (b"text\n", "import_empty"), (b"\xff\xfe\x00", "import_encoding"),
        (b"PK\x03\x04zip", "import_wrong_file"), (b"text\n\"open\n", "import_broken_csv"), (b"text\nfa\xe7ade\n", "import_encoding"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_says_why(draft, data, code):
    with pytest.raises(Invalid) as refusal:
        queries.read_items(draft, data)
    assert refusal.value.code == code and "file" in refusal.value.fields


def test_images_are_named_by_the_file(house):
    with work.unit():
        project = tasks.project(*house, state="draft", tasks=0, form=cook(Recipe.IMAGE_CLASSES, "A crack?", ["yes", "no"]))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("photos/one.png", PICTURE)
            archive.writestr("photos/two.png", PICTURE)
        packed.seek(0)
        operations.add_images(actor=house[1], project=project, stream=packed, filename="photos.zip")
    reading = queries.read_items(project, b"image\nphotos/one.png\nthree.png\ntwo.png\n")
    assert [item["image"] for item in reading.records] == ["one.png", "two.png"]
    assert reading.rejected == [3]


@pytest.mark.parametrize(
    ("name", "content"), [("a.png", b"no picture"), ("a.svg", b"<svg/>"), ("a.txt", b"text"), ("a.zip", b"PK\x03\x04")]
)
def test_what_is_no_image_is_refused(house, draft, name, content):
    with pytest.raises(Invalid) as refusal, work.unit():
        operations.add_images(actor=house[1], project=draft, stream=io.BytesIO(content), filename=name)
    assert "file" in refusal.value.fields
    assert not queries.images(draft.id)


def test_items_that_do_not_fit_are_all_refused(house, draft):
    with pytest.raises(Invalid) as refusal, work.unit():
        operations.add_tasks(actor=house[1], project=draft, items=[{"text": "Good"}, {"text": ""}, {"id": "3"}, {"text": "a\x00b"}])
    assert set(refusal.value.fields) == {"tasks.1", "tasks.2", "tasks.3"}
    assert queries.by_id(draft.id).tasks_total == 0 and not queries.tasks_of(draft.id)


def test_a_form_in_use_cannot_be_changed_until_its_tasks_are_removed(house, draft):
    other = cook(Recipe.TEXT_CLASSES, "Is it?", ["yes", "no"])
    with work.unit():
        operations.add_tasks(actor=house[1], project=draft, items=[{"text": "One"}])
    with pytest.raises(Invalid) as refusal, work.unit():
        operations.edit(actor=house[1], project=queries.by_id(draft.id), form=other)
    assert refusal.value.code == "form_in_use"
    with work.unit():
        operations.clear_tasks(actor=house[1], project=draft)
        operations.edit(actor=house[1], project=queries.by_id(draft.id), form=other)
    assert queries.by_id(draft.id).form == other


def test_an_unfinished_draft_does_not_start_and_says_what_is_missing(house):
    with work.unit():
        bare = operations.draft(actor=house[1], organisation_id=house[0].id, fee_bp=0, title="Short")
    with pytest.raises(Invalid) as refusal, work.unit():
        operations.start(actor=house[1], project=bare)
    assert set(refusal.value.fields) == {"title", "summary", "instructions", "form", "sector", "tasks"}


def test_a_paid_project_starts_only_when_all_of_its_budget_is_held(house):
    owner = house[1]
    with work.unit():
        project = tasks.paid(*house, state="draft", tasks=10, redundancy=3, minor=40)
    budget = queries.budget(project)
    assert (budget.cost.gross, budget.cost.fee, budget.cost.net) == (Money(1260, "USD"), Money(60, "USD"), Money(1200, "USD"))
    with pytest.raises(NotNow) as refusal, work.unit():
        operations.start(actor=owner, project=project)
    assert refusal.value.code == "budget_not_held"
    with work.unit():
        funding = operations.fund(actor=owner, project=queries.by_id(project.id))
        money.confirm_funding(actor=SYSTEM, funding=funding, received=Money(1259, "USD"), bank_reference="IN-1")
    with pytest.raises(NotNow), work.unit():
        operations.start(actor=owner, project=queries.by_id(project.id))
    with work.unit():
        money.confirm_funding(actor=SYSTEM, funding=payments.open_funding(project.ref), received=Money(1, "USD"), bank_reference="IN-2")
        assert operations.start(actor=owner, project=queries.by_id(project.id)).state is State.RUNNING


def test_a_budget_can_come_from_the_balance_and_goes_back_with_the_draft(house):
    organisation, owner = house
    paid_in.deposited(organisation, Money(5000, "USD"))
    with work.unit():
        project = tasks.paid(organisation, owner, state="draft", tasks=2, redundancy=2)
        operations.fund_from_balance(actor=owner, project=project)
    assert holds_read.held(project.ref, "USD") == 420
    with work.unit():
        operations.edit(actor=owner, project=queries.by_id(project.id), pay=Money(200, "USD"))
    twice = queries.by_id(project.id).price.gross.minor * 4
    assert queries.budget(queries.by_id(project.id)).missing == Money(twice - 420, "USD")
    with pytest.raises(Invalid) as refusal, work.unit():
        operations.edit(actor=owner, project=queries.by_id(project.id), pay=Money(200, "EUR"))
    assert refusal.value.code == "budget_held"
    with work.unit():
        operations.withdraw(actor=owner, project=queries.by_id(project.id))
    assert payments.balances("organisation", organisation.id) == [Money(5000, "USD")]
    assert not controls.verify().problems


def test_only_managers_touch_a_project(house, draft):
    other = people.actor_of(people.person("Other"))
    for act in (operations.start, operations.withdraw, operations.clear_tasks, operations.fund):
        with pytest.raises(NotAllowed), work.unit():
            act(actor=other, project=queries.by_id(draft.id))
    with pytest.raises(NotAllowed), work.unit():
        operations.draft(actor=other, organisation_id=house[0].id, fee_bp=0, title="Not mine")
    assert queries.by_id(draft.id).state is State.DRAFT


def test_a_running_project_stays_as_it_is(house):
    with work.unit():
        project = tasks.project(*house)
    for change in ({"title": "Another title"}, {"redundancy": 9}, {"pay": Money(1, "USD")}):
        with pytest.raises(NotNow), work.unit():
            operations.edit(actor=house[1], project=queries.by_id(project.id), **change)
    with pytest.raises(NotNow), work.unit():
        operations.add_tasks(actor=house[1], project=project, items=[{"text": "One more"}])
    assert queries.counts([project.id])[project.id].total == 3
