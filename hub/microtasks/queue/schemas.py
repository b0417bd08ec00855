"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from hub.microtasks.queue import rules
from hub.microtasks.queue.states import State
from hub.web.forms import Text


class ClaimIn(Schema):
    project = Text(0, 80, load_default="", metadata={"description": "Of this project (address name) alone; empty: of any that runs."})
    task = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(1, 2**53),
        metadata={"description": "This task (its `task_id`), where it has a free place that you may have; null: the next one."},
    )  # fmt: skip


class AnswerIn(Schema):
    answer = fields.Raw(required=True, metadata={"type": "object", "description": "As the project's form asks for it (its `answer`)."})


class ReasonIn(Schema):
    reason = Text(rules.SHORTEST_REASON, rules.LONGEST_REASON, required=True, metadata={"description": "Somebody reads it, word for word."})


class AnswersIn(Schema):
    """Which answers of a project."""

    state = fields.Enum(State, by_value=True, load_default=None)
    cursor = fields.String()
    limit = fields.String()


class PageIn(Schema):
    cursor = fields.String()
    limit = fields.String()


class AssignmentOut(Schema):
    """One task in one person's hands. `item` is what is shown; names of images stand at `images` with their addresses."""

    id = fields.Integer()
    project = fields.String(attribute="project.slug")
    task_id = fields.Integer()
    state = fields.Enum(State, by_value=True)
    item = fields.Dict(attribute="task.data")
    images = fields.Function(lambda a: image_addresses(a), metadata={"type": "object"})
    answer_schema = fields.Function(
        lambda a: a.project.form.get("properties", {}).get("answer", {}),
        metadata={"type": "object", "description": "The part of the project's JSON schema that the answer is checked by."},
    )
    pay = fields.Function(lambda a: a.project.pay.plain(), metadata={"type": "string"})
    currency = fields.String(attribute="project.currency")
    leased_at = fields.DateTime()
    lease_until = fields.DateTime()
    submitted_at = fields.DateTime(allow_none=True)
    answer = fields.Raw(allow_none=True, metadata={"type": "object"})
    seconds = fields.Integer(allow_none=True)
    reason = fields.String(metadata={"description": "Why it was rejected, or why the task was called broken."})


class AnswerOut(AssignmentOut):
    """The same for the project's people, with the number of the person who answered."""

    person_id = fields.Integer()


def image_addresses(assignment: object) -> dict[str, str]:
    """The addresses of the item's images by column."""
    project, task = assignment.project, assignment.task  # type: ignore[attr-defined]
    shown = project.form.get("properties", {}).get("item", {}).get("properties", {})
    columns = [name for name, said in shown.items() if said.get("format") == "image" and name in task.data]
    return {name: f"{project.path}/images/{task.data[name]}" for name in columns}
