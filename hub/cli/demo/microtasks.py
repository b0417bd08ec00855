"""The demo stories of the microtasks: images under the microscope, reviews in Chinese, slips to copy out, one project that is over."""

from __future__ import annotations

import io
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast
from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.payments import operations as payments
from hub.kernel import clock, money
from hub.kernel.taxonomy import Sector
from hub.microtasks.mturk import operations as mturk
from hub.microtasks.projects import operations as projects
from hub.microtasks.projects import queries as projects_read
from hub.microtasks.projects.models import Project
from hub.microtasks.projects.schemas import Recipe, cook
from hub.microtasks.queue import operations as queue
from hub.microtasks.queue import queries as queue_read
from hub.microtasks.queue.states import State

DATA = Path(hub.cli.__file__).parent / "demo_data"


def tell(cast: Cast) -> None:
    """Everything of microtasks that a newcomer finds. Uncommitted."""
    for story in tomllib.loads((DATA / "microtasks.toml").read_text())["project"]:
        began = clock.now() - timedelta(days=story["days_ago"])
        with clock.at(began):
            project = _begin(cast, story)
        if story.get("stage") != "draft":
            _work(cast, story, project, began)
            _decide(cast, story, project, began)
    _tell_hit(cast)
    queue.note_pace()
    queue.finish_projects()


HIT = tomllib.loads((DATA / "hit.toml").read_text())


def _tell_hit(cast: Cast) -> None:
    """A HIT as a program of Mechanical Turk's requesters would have sent it: paid from the balance, one answer approved, one waiting."""
    requester, usd = cast.owner_of(HIT["organisation"]), money.parse(HIT["deposit"], "USD")
    began = clock.now() - timedelta(days=HIT["days_ago"])
    with clock.at(began):
        organisation_id = cast.organisations[HIT["organisation"]]
        payments.take_deposit(actor=cast.actor("admin"), organisation_id=organisation_id, received=usd, bank_reference="DEMO-HIT")
        kind = mturk.create_type(
            actor=requester,
            title=HIT["title"],
            description=HIT["description"],
            reward=money.parse(HIT["reward"], "USD"),
            duration_seconds=600,
            approval_seconds=14 * 86_400,
            keywords=HIT["keywords"],
        )
        hit = mturk.create_hit(
            actor=requester,
            hit_type=kind,
            question=HIT["question"],
            answers=3,
            lifetime_seconds=40 * 86_400,
            fee_bp=fees.rate(Mode.TASKS),
        )
    for hours, (person, answer) in enumerate(HIT["answers"].items(), start=1):
        worker, moment = cast.actor(person), began + timedelta(hours=hours)
        with clock.at(moment):
            assignment = queue.claim(actor=worker, project=projects_read.by_id(hit.project_id))
        assert assignment is not None
        with clock.at(moment + timedelta(seconds=41)):
            queue.submit(actor=worker, assignment=assignment, answer=answer)
            if hours == 1:
                mturk.approve(actor=requester, assignment=assignment, feedback=HIT["feedback"])


def _begin(cast: Cast, story: dict[str, Any]) -> Project:
    owner = cast.owner_of(story["organisation"])
    project = projects.draft(
        actor=owner,
        organisation_id=cast.organisations[story["organisation"]],
        fee_bp=fees.rate(Mode.TASKS),
        title=story["title"],
        summary=story["summary"],
        instructions=story["instructions"].strip(),
        language=story["language"],
        sector=Sector(story["sector"]),
        form=cook(Recipe(story["recipe"]), story["question"], story.get("labels", [])),
        redundancy=story["redundancy"],
        pay=money.parse(story.get("pay", "0"), story.get("currency", "USD")),
        auto_accept_days=story.get("auto_accept_days", 0),
    )
    for name in story.get("images", []):
        projects.add_images(actor=owner, project=project, stream=io.BytesIO((DATA / name).read_bytes()), filename=name)
    if story["items"]:
        projects.add_tasks(actor=owner, project=project, items=story["items"])
    if story.get("stage") == "draft":
        return project
    if project.is_paid:
        funding = projects.fund(actor=owner, project=project)
        reference = f"DEMO-TASKS-{story['key']}"
        payments.confirm_funding(actor=cast.actor("admin"), funding=funding, received=funding.due, bank_reference=reference)
    return projects.start(actor=owner, project=project)


def _work(cast: Cast, story: dict[str, Any], project: Project, began: datetime) -> None:
    """Each person answers on an evening of their own, beginning with the task that the queue gives them."""
    for evening, part in enumerate(story["work"]):
        worker = cast.actor(part["person"])
        moment = began + timedelta(hours=7 + 5 * evening)
        for n in range(1, part["tasks"] + 1):
            with clock.at(moment):
                assignment = queue.claim(actor=worker, project=project)
            if assignment is None:
                break
            moment += timedelta(seconds=part["pace"] + n * 5 % 7)
            with clock.at(moment):
                slips = bool(part["slips"]) and n % part["slips"] == 0
                queue.submit(actor=worker, assignment=assignment, answer=_answer(story, assignment.position, slips))
            moment += timedelta(seconds=2)


def _answer(story: dict[str, Any], position: int, slips: bool) -> dict[str, str]:
    truth = story["truth"][position - 1]
    if story["recipe"] == Recipe.TRANSCRIPTION:
        return {"text": truth}
    labels = story["labels"]
    return {"label": labels[(labels.index(truth) + 1) % len(labels)] if slips else truth}


def _decide(cast: Cast, story: dict[str, Any], project: Project, began: datetime) -> None:
    """The owner accepts some people's answers and rejects one, with the reason; others wait."""
    owner = cast.owner_of(story["organisation"])
    accepted = {cast.people[key] for key in story.get("accept", [])}
    waiting = list(queue_read.answers_of(project, states=[State.SUBMITTED], limit=200))
    with clock.at(began + timedelta(days=1)):
        for assignment in waiting:
            if assignment.person_id in accepted:
                queue.accept(actor=owner, assignment=assignment)
        if said := story.get("reject"):
            wrong = next(a for a in waiting if a.person_id == cast.people[said["person"]] and _is_wrong(story, a.position, a.answer))
            queue.reject(actor=owner, assignment=wrong, reason=said["reason"])


def _is_wrong(story: dict[str, Any], position: int, answer: dict[str, Any] | None) -> bool:
    return answer is not None and answer["label"] != story["truth"][position - 1]
