"""Labels that real people gave, replayed through the site's API, come out as other programs have measured.

The Recognising Textual Entailment labels of Snow et al. (2008): 800 items, 10 labels each, 164 workers. The published accuracies are those
of crowd-kit 1.4.2, computed apart from this code. The set is not ours to ship: it is read from HUB_SHARED_DATA (default ../shared/data).
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hub.cli.labels import labels as labels_command
from hub.db import work
from hub.kernel.actor import Scope
from hub.microtasks.projects import queries as projects
from hub.microtasks.quality import rules
from hub.microtasks.quality.rules import Method
from tests.factories import people, tasks

DATA = Path(os.environ.get("HUB_SHARED_DATA", "../shared/data")) / "labels" / "rte"
pytestmark = [
    pytest.mark.peer,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no crowd labels in {DATA} (set HUB_SHARED_DATA)"),
]

PUBLISHED = {Method.MAJORITY: 0.919, Method.DAWID_SKENE: 0.928}
OFF = 0.01
"""A point: how ties are decided, and how Dawid-Skene is smoothed, differs from program to program."""
ITEMS, WORKERS = 800, 164
FORM = {
    "type": "object",
    "properties": {
        "item": {
            "type": "object",
            "properties": {"text": {"type": "string"}, "id": {"type": "string", "format": "hidden"}},
            "required": ["text", "id"],
        },
        "answer": {"type": "object", "properties": {"label": {"type": "string", "enum": ["0", "1"]}}, "required": ["label"]},
    },
}


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def draft(client: Any, organisation: Any, headers: dict[str, str], items: list[str]) -> str:
    """A running project with one task per item, made through the API."""
    new = {"organisation": organisation.slug, "title": "Does the second follow from the first?", **tasks.content(sector="data")}
    new |= {"form": FORM, "redundancy": 10, "auto_accept_days": 0}
    slug = client.post("/api/v1/projects", json=new, headers=headers).json["slug"]
    sent = client.post(
        f"/api/v1/projects/{slug}/tasks", json={"items": [{"text": f"Pair {item}", "id": item} for item in items]}, headers=headers
    )
    assert sent.json == {"tasks_total": len(items)}
    assert client.post(f"/api/v1/projects/{slug}/start", headers=headers).json["state"] == "running"
    return str(slug)


def replay(client: Any, slug: str, task_ids: dict[str, int], rows: list[dict[str, str]]) -> None:
    keys = {name: people.api_headers(people.person(f"Worker {name}"), Scope.WRITE) for name in {row["worker"] for row in rows}}
    for row in rows:
        headers = keys[row["worker"]]
        lease = client.post("/api/v1/tasks/next", json={"project": slug, "task": task_ids[row["item"]]}, headers=headers)
        assert lease.status_code == 200 and lease.json["item"]["id"] == row["item"], lease.get_data(as_text=True)
        done = client.post(f"/api/v1/assignments/{lease.json['id']}/submit", json={"answer": {"label": row["label"]}}, headers=headers)
        assert done.status_code == 200 and done.json["state"] == "accepted", done.get_data(as_text=True)


def told(client: Any, slug: str, method: str, headers: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(item, label) from every page of the results."""
    following: str | None = ""
    while following is not None:
        page = client.get(f"/api/v1/projects/{slug}/results?limit=200&method={method}&cursor={following}", headers=headers).json
        yield from ((row["item"]["id"], row["label"]) for row in page["items"])
        following = page["next"]


def share_right(labels: dict[str, str], truth: dict[str, str]) -> float:
    return sum(labels[item] == true for item, true in truth.items()) / len(truth)


def by_the_rules(rows: list[dict[str, str]], method: Method) -> dict[str, str]:
    answers = rules.gather((row["item"], row["worker"], row["label"]) for row in rows)
    verdicts, _ = rules.aggregate(answers, method)
    return {str(item): str(answers.labels[label]) for item, label in zip(answers.items, verdicts.label, strict=True)}


def by_the_command(method: Method) -> dict[str, str]:
    printed = CliRunner().invoke(labels_command, ["aggregate", "--labels", str(DATA / "label.csv"), "--method", method.value])
    return {row["item"]: row["label"] for row in csv.DictReader(io.StringIO(printed.stdout))}


@pytest.mark.parametrize(("method", "published"), PUBLISHED.items())
def test_the_command_finds_the_published_accuracy_of_all_800_items(method, published):
    truth = {row["item"]: row["truth"] for row in read("truth.csv")}
    assert share_right(by_the_command(method), truth) == pytest.approx(published, abs=OFF)


def test_all_8000_labels_given_through_the_api_by_164_workers_reach_the_published_accuracy(client, app):
    owner = people.person("Heron")
    truth = {row["item"]: row["truth"] for row in read("truth.csv")}
    rows = [row for row in read("label.csv") if row["item"] in truth]
    assert (len(truth), len(rows), len({row["worker"] for row in rows})) == (ITEMS, ITEMS * 10, WORKERS)
    organisation, headers = people.organisation(owner), people.api_headers(owner)
    slug = draft(client, organisation, headers, list(truth))
    with work.unit():
        project_id = projects.get_for(people.actor_of(owner), slug).id
        task_ids = {task.data["id"]: task.id for task in projects.all_tasks(project_id)}
    replay(client, slug, task_ids, rows)

    people.sign_in(client, owner)
    export = client.get(f"/tasks/{slug}/results.csv").get_data().decode("utf-8-sig")
    exported = {row["item.id"]: row for row in csv.DictReader(io.StringIO(export))}
    assert {item: row["answers"] for item, row in exported.items()} == dict.fromkeys(truth, "10")
    for method, published in PUBLISHED.items():
        labels = dict(told(client, slug, method.value, headers))
        assert labels == {item: row[method.value.replace("-", "_")] for item, row in exported.items()}, (
            "the API and the export say the same"
        )
        assert labels == by_the_rules(rows, method)
        assert share_right(labels, truth) == pytest.approx(published, abs=OFF)
    raw = csv.DictReader(io.StringIO(client.get(f"/tasks/{slug}/answers.csv").get_data().decode("utf-8-sig")))
    assert sorted((row["item.id"], row["answer.label"]) for row in raw) == sorted((row["item"], row["label"]) for row in rows)
