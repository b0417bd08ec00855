"""The doors: what people see and what programs are told."""

from __future__ import annotations

import pytest

from hub.db import work
from hub.microtasks.projects import queries as projects_read
from hub.microtasks.queue import operations, queries
from hub.microtasks.queue.states import State
from tests.factories import people, tasks


@pytest.fixture
def house(app):
    owner = people.person("Heron")
    return people.organisation(owner), people.actor_of(owner), owner


@pytest.fixture
def worker(app):
    return people.person("Worker")


def test_a_program_works_through_a_project(client, house, worker):
    organisation, _, owner = house
    theirs, mine = people.api_headers(owner), people.api_headers(worker)
    new = {"organisation": organisation.slug, "title": "Sentences about lids", **tasks.content(pay=None, sector="data")}
    del new["pay"]
    slug = client.post("/api/v1/projects", json=new, headers=theirs).json["slug"]
    refused = client.post(f"/api/v1/projects/{slug}/tasks", json={"items": [{"text": ""}]}, headers=theirs)
    assert (refused.status_code, refused.json["code"], list(refused.json["errors"])) == (422, "item_wrong", ["tasks.0"])
    items = [{"text": f"Sentence {n}"} for n in range(3)]
    assert client.post(f"/api/v1/projects/{slug}/tasks", json={"items": items}, headers=theirs).json == {"tasks_total": 3}
    assert client.post(f"/api/v1/projects/{slug}/start", headers=theirs).json["state"] == "running"
    assert client.get(f"/api/v1/projects/{slug}").json["form"] == tasks.FORM, "the same schema for everybody"
    for _ in range(3):
        lease = client.post("/api/v1/tasks/next", json={"project": slug}, headers=mine).json
        assert lease["answer_schema"] == tasks.FORM["properties"]["answer"]
        wrong = client.post(f"/api/v1/assignments/{lease['id']}/submit", json={"answer": {"label": "?"}}, headers=mine)
        assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["answer.label"])
        done = client.post(f"/api/v1/assignments/{lease['id']}/submit", json={"answer": tasks.YES}, headers=mine)
        assert done.json["state"] == "accepted"
    assert client.post("/api/v1/tasks/next", json={"project": slug}, headers=mine).status_code == 204
    answers = client.get(f"/api/v1/projects/{slug}/answers?limit=2", headers=theirs).json
    assert [row["person_id"] for row in answers["items"]] == [worker.id] * 2 and answers["next"]
    assert client.post(f"/api/v1/projects/{slug}/finish", headers=theirs).json["state"] == "ending"


def test_a_refused_answer_is_shown_again_with_what_was_typed(client, house, worker):
    with work.unit():
        project = tasks.project(*house[:2])
    people.sign_in(client, worker)
    shown = client.post("/tasks/next", data={"project": project.slug}, follow_redirects=True).get_data(as_text=True)
    assert "Sentence number 1" in shown
    held = queries.in_hand(worker.id)
    again = client.post(f"/assignments/{held.id}/submit", data={"answer.why": "I cannot decide."})
    assert again.status_code == 422
    assert "I cannot decide." in again.get_data(as_text=True) and "Please answer this." in again.get_data(as_text=True)
    gone = client.post(f"/assignments/{held.id}/submit", data={"answer.label": "yes"})
    assert gone.headers["Location"] == f"/tasks/next?project={project.slug}"
    assert "Sentence number 2" in client.get("/tasks/next").get_data(as_text=True), "straight to the next one"


def test_a_task_in_hand_stands_on_the_home_page(client, house, worker):
    with work.unit():
        project = tasks.project(*house[:2])
        operations.claim(actor=people.actor_of(worker), project=project)
    people.sign_in(client, worker)
    assert f"/tasks/next?project={project.slug}" in client.get("/home").get_data(as_text=True)


def test_the_owner_reads_and_decides(client, house, worker):
    with work.unit():
        project = tasks.paid(*house[:2])
    with work.unit():
        answer_id = tasks.answer(people.actor_of(worker), projects_read.by_id(project.id)).id
    slug = project.slug
    people.sign_in(client, house[2])
    assert "/tasks/" + slug + "/answers" in client.get("/home").get_data(as_text=True), "it waits for the owner"
    empty = client.post(f"/assignments/{answer_id}/reject", data={"reason": " "})
    assert empty.status_code == 422 and queries.whole(answer_id).state is State.SUBMITTED
    client.post(f"/assignments/{answer_id}/reject", data={"reason": "It speaks of something else."})
    assert queries.whole(answer_id).state is State.REJECTED


def test_the_list_says_what_one_gets_before_one_starts(client, house):
    with work.unit():
        tasks.paid(*house[:2], title="Paid sentences to sort", minor=25)
        tasks.project(*house[:2], title="Sentences for volunteers")
    page = client.get("/tasks").get_data(as_text=True)
    assert "USD 0.25 an answer" in page and "hourly rate not yet known" in page and "Volunteer" in page
    assert "Paid sentences" not in client.get("/tasks?reward=volunteer").get_data(as_text=True)
    assert "Sentences for volunteers" in client.get("/tasks?reward=volunteer").get_data(as_text=True)


def test_a_program_asks_for_one_task(client, house, worker):
    with work.unit():
        project = tasks.project(*house[:2])
        draft = tasks.project(*house[:2], state="draft", title="Not started yet")
    slug, wanted, hidden = project.slug, projects_read.tasks_of(project.id)[2].id, projects_read.tasks_of(draft.id)[0].id
    mine = people.api_headers(worker)

    def ask(**sent):
        return client.post("/api/v1/tasks/next", json=sent, headers=mine)

    for sent in ({"task": hidden}, {"task": 10**12}, {"task": wanted, "project": "another"}):
        assert ask(**sent).status_code == 404, sent
    for wrong in (0, "2", 1.5, 2**60, [wanted]):
        assert ask(task=wrong).status_code == 422, wrong
    lease = ask(task=wanted).json
    assert (lease["task_id"], lease["project"]) == (wanted, slug)
    refused = ask(task=wanted - 1, project=slug)
    assert (refused.status_code, refused.json["code"]) == (409, "other_in_hand")
    client.post(f"/api/v1/assignments/{lease['id']}/submit", json={"answer": tasks.YES}, headers=mine)
    assert ask(task=wanted).status_code == 204
