"""A task claimed and answered, at 1,000 and at 100,000 tasks: beside the same SQL bare, and beside bare round trips over HTTP."""

from __future__ import annotations

import http.client
import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.keys import operations as keys
from hub.core.organisations import queries as organisations
from hub.db import work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM, Actor, Scope
from hub.kernel.taxonomy import Sector
from hub.microtasks.projects import operations as projects
from hub.microtasks.projects import queries as projects_read
from hub.microtasks.projects.schemas import Recipe, cook
from hub.microtasks.queue import operations, queries
from scripts.bench import serving

SIZES = (1_000, 100_000)
PEOPLE, PAIRS = 20, 200
ANSWER = {"label": "yes"}
BARE_PORT, HUB_PORT = 8095, 8096


def per_second(pair: Callable[[int], object]) -> float:
    """Pairs per second, from the median of PAIRS."""
    times = []
    for number in range(PAIRS):
        start = time.perf_counter()
        pair(number)
        times.append(time.perf_counter() - start)
    return 1 / statistics.median(times)


def measure(folder: Path) -> None:
    """Print claim + submit through the operations as a share of the same rows bare, and over HTTP as a share of bare round trips."""
    with work.unit():
        workers = [
            accounts.create(actor=SYSTEM, email=f"bench{n}@example.org", name=f"Bench {n}", password="bench-pass", any_password=True).id
            for n in range(PEOPLE)
        ]
    slugs = {size: _project(size) for size in SIZES}
    for size, (slug, project_id) in slugs.items():
        ours = per_second(_through_the_operations(project_id, [people.actor_of(worker) for worker in workers]))
        db.session.remove()
        plain = per_second(_bare(folder, project_id, workers))
        print(f"queue    claim + submit of {size:>7,} {ours / plain:18.0%} of the same rows bare ({plain:,.0f} pairs/s)")
        _measure_http(folder, size, slug, workers)


def _project(size: int) -> tuple[str, int]:
    owner = next(member for member in (people.by_email("owner@demo.example"),) if member is not None)
    actor, place = people.actor_of(owner.id), organisations.by_slug("loom-materials-lab")
    with work.unit():
        project = projects.draft(
            actor=actor, organisation_id=place.id, fee_bp=0, title=f"Bench of {size} tasks", summary="Sentences sorted for the bench.",
            instructions="Say yes to every sentence of the bench.", sector=Sector.DATA, redundancy=3,
            form=cook(Recipe.TEXT_CLASSES, "Is it so?", ["yes", "no"]),
        )  # fmt: skip
        projects.add_tasks(actor=actor, project=project, items=[{"text": f"Sentence {n}"} for n in range(size)])
        projects.start(actor=actor, project=project)
        return project.slug, project.id


def _through_the_operations(project_id: int, actors: list[Actor]) -> Callable[[int], object]:
    def pair(number: int) -> None:
        who = actors[number % PEOPLE]
        with work.unit():
            assignment = operations.claim(actor=who, project=projects_read.by_id(project_id))
            assert assignment is not None
            assignment_id = assignment.id
        with work.unit():
            operations.submit(actor=who, assignment=queries.get_for(who, assignment_id), answer=ANSWER)

    return pair


NEXT = """
UPDATE task SET taken = taken + 1 WHERE id = (
  SELECT id FROM task AS t WHERE project_id = :project AND state = 'open' AND taken < answers_wanted AND position > :place
  AND NOT EXISTS (SELECT 1 FROM assignment WHERE task_id = t.id AND person_id = :person) ORDER BY position LIMIT 1
) AND state = 'open' AND taken < answers_wanted RETURNING id, position"""
LEASE = """
INSERT INTO assignment (task_id, project_id, person_id, position, state, leased_at, lease_until, reason)
VALUES (?, ?, ?, ?, 'leased', datetime('now'), datetime('now', '+15 minutes'), '')"""
ANSWERED = """
UPDATE assignment SET state = 'accepted', answer = ?, seconds = 1, submitted_at = datetime('now'), decided_at = datetime('now')
WHERE id = ?"""
ACCEPTED = """
UPDATE task SET accepted = accepted + 1, state = CASE WHEN accepted + 1 = answers_wanted THEN 'done' ELSE state END WHERE id = ?"""


def _bare(folder: Path, project_id: int, workers: list[int]) -> Callable[[int], object]:
    """The same statements on a copy of the same tables, with nothing around them."""
    with sqlite3.connect(folder / "hub.sqlite3") as original, sqlite3.connect(folder / "bare-queue.sqlite3") as copy:
        original.backup(copy)
    bare = sqlite3.connect(folder / "bare-queue.sqlite3", isolation_level=None)
    bare.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON")

    def pair(number: int) -> None:
        person = workers[number % PEOPLE]
        bare.execute("BEGIN IMMEDIATE")
        place = bare.execute("SELECT max(position) FROM assignment WHERE person_id = ? AND project_id = ?", (person, project_id)).fetchone()
        task, position = bare.execute(NEXT, {"project": project_id, "place": place[0] or 0, "person": person}).fetchone()
        lease = bare.execute(LEASE, (task, project_id, person, position)).lastrowid
        bare.execute("COMMIT")
        bare.execute("BEGIN IMMEDIATE")
        bare.execute(ANSWERED, (json.dumps(ANSWER), lease))
        bare.execute(ACCEPTED, (task,))
        bare.execute("COMMIT")

    return pair


def _measure_http(folder: Path, size: int, slug: str, workers: list[int]) -> None:
    """Two requests a pair on one kept connection, beside two of the bare page."""
    with work.unit():
        issued = [keys.issue_key(actor=people.actor_of(worker), name="Bench", scopes=[Scope.READ, Scope.WRITE])[1] for worker in workers]
    db.session.remove()
    granian = str(Path(sys.executable).parent / "granian")
    bare = [granian, "--interface", "wsgi", "--workers", "1", "--port", str(BARE_PORT), "--no-log", "scripts.bench.bare:app"]
    command, settings = serving.hub(folder, HUB_PORT)
    with (
        serving.running(bare, f"http://127.0.0.1:{BARE_PORT}/", {}),
        serving.running(command, f"http://127.0.0.1:{HUB_PORT}/healthz", settings),
    ):
        plain, ours = http.client.HTTPConnection("127.0.0.1", BARE_PORT), http.client.HTTPConnection("127.0.0.1", HUB_PORT)

        def bare_pair(number: int) -> None:
            for _ in range(2):
                plain.request("GET", "/")
                plain.getresponse().read()

        def pair(number: int) -> None:
            headers = {"Authorization": f"Bearer {issued[number % PEOPLE]}", "Content-Type": "application/json"}
            lease = _post(ours, "/api/v1/tasks/next", {"project": slug}, headers)
            _post(ours, f"/api/v1/assignments/{lease['id']}/submit", {"answer": ANSWER}, headers)

        bare_rate, rate = per_second(bare_pair), per_second(pair)
    print(f"queue    the same of {size:>7,} over HTTP {rate / bare_rate:14.0%} of two bare round trips ({bare_rate:,.0f} pairs/s)")


def _post(connection: http.client.HTTPConnection, path: str, body: dict[str, object], headers: dict[str, str]) -> dict[str, int]:
    connection.request("POST", path, json.dumps(body), headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}: {said[:300]!r}")
    found: dict[str, int] = json.loads(said)
    return found
