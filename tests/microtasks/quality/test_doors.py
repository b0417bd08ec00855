"""Progress, results and exports, as people and programs get them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from hub.db import work
from hub.kernel import clock
from hub.kernel.words import harmless
from hub.microtasks.projects import queries as projects_read
from hub.microtasks.quality import queries
from hub.microtasks.queue import operations as queue
from tests.factories import people, tasks


@pytest.fixture
def house(app):
    owner = people.person("Heron")
    return people.organisation(owner), people.actor_of(owner), owner


@pytest.fixture
def crowd(app):
    return [people.actor_of(people.person(f"Worker {n}")) for n in range(3)]


SAID = {1: "yes yes yes", 2: "yes no yes", 3: "no no yes"}
"""What the three say of each task: the second one of the crowd is right about the second task alone."""


@pytest.fixture
def answered(house, crowd):
    with work.unit():
        project = tasks.project(*house[:2], tasks=4, redundancy=3)
    for position, labels in SAID.items():
        task = projects_read.tasks_of(project.id)[position - 1]
        for person, label in zip(crowd, labels.split(), strict=True):
            with work.unit():
                held = queue.claim(actor=person, project=project, task=task)
                queue.submit(actor=person, assignment=held, answer={"label": label, "why": f"=1+{position}"})
    return project


def sheet(answer):
    assert answer.status_code == 200 and answer.content_type == "text/csv; charset=utf-8"
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_the_api_gives_one_label_per_task_page_by_page(client, house, answered):
    mine, address = people.api_headers(house[2]), f"/api/v1/projects/{answered.slug}/results?method=majority"
    first = client.get(f"{address}&limit=2", headers=mine)
    assert first.headers["Results-Method"] == "majority"
    assert [(row["position"], row["label"], row["answers"]) for row in first.json["items"]] == [(1, "yes", 3), (2, "yes", 3)]
    assert first.json["items"][1]["confidence"] == pytest.approx(2 / 3)
    assert first.json["items"][1]["votes"] == [{"label": "yes", "answers": 2}, {"label": "no", "answers": 1}]
    rest = client.get(f"{address}&limit=2&cursor={first.json['next']}", headers=mine).json
    assert [(row["position"], row["label"]) for row in rest["items"]] == [(3, "no")] and rest["next"] is None
    assert rest["items"][0]["item"] == {"text": "Sentence number 3", "id": "s3"}


def test_what_was_asked_wrongly_is_refused(client, house, answered):
    mine, address = people.api_headers(house[2]), f"/api/v1/projects/{answered.slug}/results"
    assert client.get(f"{address}?method=coin", headers=mine).status_code == 422
    assert client.get(f"{address}?field=nothing", headers=mine).status_code == 404
    assert client.get(f"{address}?cursor=!", headers=mine).status_code == 422
    refused = client.get(f"{address}?field=why&method=dawid-skene", headers=mine)
    assert (refused.status_code, refused.json["code"]) == (422, "not_labels")


def test_a_free_text_goes_by_the_most_frequent(house, answered, client):
    mine = people.api_headers(house[2])
    rows = client.get(f"/api/v1/projects/{answered.slug}/results?field=why", headers=mine).json["items"]
    assert [(row["label"], row["confidence"]) for row in rows] == [("=1+1", 1.0), ("=1+2", 1.0), ("=1+3", 1.0)]


def test_the_least_sure_come_first_and_people_by_handle(client, house, answered):
    people.sign_in(client, house[2])
    page = client.get(f"/tasks/{answered.slug}/results?method=majority").get_data(as_text=True)
    places = [page.index(f"Sentence number {n}") for n in (2, 3, 1)]
    assert places == sorted(places) and "Sentence number 4" not in page
    assert "A tie goes to the label" in page and "66.7" in page
    assert "/people/worker-1" in client.get(f"/tasks/{answered.slug}/results?show=workers").get_data(as_text=True)
    found = queries.results(answered, queries.field_of(answered))
    rows, total = queries.workers(found)
    assert total == 3 and [row.answers for row in rows] == [3, 3, 3]


def test_the_exports_hold_everything_and_no_formula(client, house, answered):
    people.sign_in(client, house[2])
    rows = sheet(client.get(f"/tasks/{answered.slug}/results.csv"))
    assert [(row["item.id"], row["majority"], row["answers"], row["votes"]) for row in rows] == [
        ("s1", "yes", "3", "yes × 3"), ("s2", "yes", "3", "yes × 2; no × 1"), ("s3", "no", "3", "no × 2; yes × 1"),
    ]  # fmt: skip
    assert all(0 <= float(row["dawid_skene_confidence"]) <= 1 and row["dawid_skene"] in {"yes", "no"} for row in rows)
    raw = sheet(client.get(f"/tasks/{answered.slug}/answers.csv"))
    assert len(raw) == 9 and {row["state"] for row in raw} == {"accepted"}
    assert {row["answer.why"] for row in raw} == {"'=1+1", "'=1+2", "'=1+3"}
    assert [row["answer.label"] for row in raw] == " ".join(SAID.values()).split()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_begins_like_a_formula_gets_an_apostrophe(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "1+1", " =1", "猫", -1, None])
def test_all_else_stays_as_it_is(cell):
    assert harmless(cell) is cell


def test_an_export_is_written_portion_by_portion(client, house, answered, monkeypatch):
    monkeypatch.setattr(queries, "PORTION", 2)
    people.sign_in(client, house[2])
    assert len(sheet(client.get(f"/tasks/{answered.slug}/answers.csv"))) == 9
    assert len(sheet(client.get(f"/tasks/{answered.slug}/results.csv"))) == 3


def test_everybody_sees_how_far_it_is_and_the_results_are_not_theirs(client, answered):
    page = client.get(f"/tasks/{answered.slug}/progress").get_data(as_text=True)
    assert "9 of 12" in page and "3 of 4" in page and "56" in page, "pairs agree in 3, 1 and 1 of 3 cases each: 5/9"
    people.sign_in(client, people.person("Stranger"))
    for door in ("results", "results.csv", "answers.csv"):
        assert client.get(f"/tasks/{answered.slug}/{door}").status_code == 403


def test_answers_are_counted_by_their_day(house, crowd, app):
    with work.unit():
        project = tasks.project(*house[:2], tasks=2, redundancy=3)
    for days, person in zip((0, 2, 40), crowd, strict=True):
        with clock.at(clock.now() + timedelta(days=days)), work.unit():
            tasks.answer(person, project)
    days = queries.progress(project).days
    assert len(days) == queries.MOST_DAYS and days[-1][1] == 1 and sum(number for _, number in days) == 1
    assert (days[-1][0] - days[0][0]).days == queries.MOST_DAYS - 1


def test_a_project_without_answers_shows_empty_pages(client, house):
    with work.unit():
        project = tasks.project(*house[:2])
    people.sign_in(client, house[2])
    for door in ("progress", "results", "results?show=workers"):
        assert "answer" in client.get(f"/tasks/{project.slug}/{door}").get_data(as_text=True)
    assert sheet(client.get(f"/tasks/{project.slug}/results.csv")) == []
    assert queries.progress(project).agreement is None
