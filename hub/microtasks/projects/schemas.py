"""One schema per direction serves the JSON body, the HTML form and OpenAPI; and the ready-made forms people choose from."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate

from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_, Worded
from hub.microtasks.projects import rules
from hub.microtasks.projects.rules import Ask, Look, Reward
from hub.microtasks.projects.states import State
from hub.web.forms import Amount, Currency, Text, as_money

CHOOSE = {"unknown": lazy_gettext("Choose one of the options.")}
WHOLE = {"invalid": lazy_gettext("Write a whole number.")}
Row = dict[str, Any]


class Recipe(Worded):
    """The ready-made forms, and one's own."""

    IMAGE_CLASSES = "image_classes", N_("Sort images into classes")
    TEXT_CLASSES = "text_classes", N_("Sort texts into classes")
    TRANSCRIPTION = "transcription", N_("Copy out what an image says")
    OWN = "own", N_("A form of your own (JSON schema)")


KINDS: dict[tuple[Look, Ask], str] = {
    (Look.IMAGE, Ask.CHOICE): N_("Image classification"),
    (Look.TEXT, Ask.CHOICE): N_("Text classification"),
    (Look.IMAGE, Ask.TEXT): N_("Transcription"),
    (Look.IMAGE, Ask.LINE): N_("Transcription"),
    (Look.IMAGE, Ask.CHOICES): N_("Image classification"),
    (Look.TEXT, Ask.CHOICES): N_("Text classification"),
}
OTHER_KIND = N_("Tasks")


def kind_of(schema: dict[str, Any]) -> str:
    """What a form's tasks are, in English, by the first thing shown and the first thing asked."""
    form = rules.read_form(schema)
    shown = next((part.look for part in form.item if part.look is not Look.HIDDEN), None)
    if shown is None or not form.answer:
        return OTHER_KIND
    return KINDS.get((shown, form.answer[0].ask), OTHER_KIND)


def cook(recipe: Recipe, question: str, labels: list[str]) -> dict[str, Any]:
    """The schema of a ready-made form: an image or a text is shown, a class or a text is asked for."""
    shown = "text" if recipe is Recipe.TEXT_CLASSES else "image"
    column: Row = {"type": "string"} if shown == "text" else {"type": "string", "format": "image"}
    item = {"type": "object", "properties": {shown: column, "id": {"type": "string", "format": "hidden"}}, "required": [shown]}
    if recipe is Recipe.TRANSCRIPTION:
        asked: Row = {"type": "string", "title": question, "maxLength": 4000}
        name = "text"
    else:
        asked, name = {"type": "string", "title": question, "enum": labels}, "label"
    answer = {"type": "object", "properties": {name: asked}, "required": [name]}
    return {"type": "object", "properties": {"item": item, "answer": answer}, "required": ["item", "answer"]}


def uncook(schema: dict[str, Any]) -> tuple[Recipe, str, list[str]]:
    """The recipe, question and labels of which `cook` made this schema; one's own form where it made none."""
    asked: Row = next(iter(schema.get("properties", {}).get("answer", {}).get("properties", {}).values()), {})
    question, labels = asked.get("title", ""), asked.get("enum", [])
    for recipe in (Recipe.IMAGE_CLASSES, Recipe.TEXT_CLASSES, Recipe.TRANSCRIPTION):
        if isinstance(question, str) and isinstance(labels, list) and cook(recipe, question, labels) == schema:
            return recipe, question, labels
    return Recipe.OWN, "", []


def _range(least: int, most: int) -> validate.Range:
    return validate.Range(least, most, error=lazy_gettext("Take a number from {min} to {max}."))


class ProjectIn(Schema):
    """A draft's content. It may be saved with gaps; it starts only without any."""

    title = Text(1, rules.LONGEST_TITLE, required=True)
    summary = Text(0, rules.LONGEST_SUMMARY)
    instructions = Text(0, rules.LONGEST_INSTRUCTIONS, metadata={"description": "Markdown: how to answer, with examples."})
    language = fields.String(validate=validate.OneOf(["en", "zh"], error=CHOOSE["unknown"]))
    sector = fields.Enum(Sector, by_value=True, allow_none=True, error_messages=CHOOSE)
    form = fields.Dict(metadata={"description": "One JSON schema of a task: properties item (what is shown) and answer (what is asked)."})
    redundancy = fields.Integer(
        validate=_range(1, rules.MOST_REDUNDANCY), error_messages=WHOLE, metadata={"description": "Answers wanted for each task."}
    )
    lease_minutes = fields.Integer(
        validate=_range(rules.LEAST_LEASE, rules.MOST_LEASE), error_messages=WHOLE, metadata={"description": "Time to answer one task."}
    )
    auto_accept_days = fields.Integer(
        validate=_range(0, rules.MOST_ACCEPT_DAYS),
        error_messages=WHOLE,
        metadata={"description": "After so many days without a decision an answer is accepted; 0 accepts at once."},
    )
    pay = Amount(metadata={"description": "What a person gets for an accepted answer, in figures; 0 for volunteers."})
    currency = Currency()

    @post_load
    def read_pay(self, data: Row, **_: Any) -> Row:
        if "pay" in data and "currency" not in data:
            raise ValidationError({"currency": [gettext("Say in which currency.")]})
        data = as_money(data, "pay")
        data.pop("currency", None)
        return data


ORGANISATION = {"description": "The organisation's address name (slug)."}


class NewProjectIn(ProjectIn):
    organisation = Text(1, 80, required=True, metadata=ORGANISATION)


class ProjectChangeIn(ProjectIn):
    """Any part of a draft; what is left out stays."""

    title = Text(1, rules.LONGEST_TITLE)


class ProjectForm(ProjectIn):
    """What the page sends: a recipe with a question and labels instead of a schema, unless somebody writes their own."""

    recipe = fields.Enum(Recipe, by_value=True, required=True, error_messages=CHOOSE)
    question = Text(0, 300, load_default="")
    labels = Text(0, 10_000, load_default="")
    own_form = Text(0, 60_000, load_default="")

    @pre_load
    def empty_is_none(self, data: Row, **_: Any) -> Row:
        data = {name: None if name == "sector" and not str(value).strip() else value for name, value in data.items()}
        data.pop("form", None)
        return data | {"pay": str(data.get("pay", "")).strip() or "0"}

    @post_load
    def make_form(self, data: Row, **_: Any) -> Row:
        recipe, question, said, own = (data.pop(name) for name in ("recipe", "question", "labels", "own_form"))
        if recipe is Recipe.OWN:
            data["form"] = _written(own)
            return data
        labels = list(dict.fromkeys(line.strip() for line in said.split("\n") if line.strip()))
        wrong = {}
        if not question:
            wrong["question"] = [gettext("Write the question that people answer.")]
        if recipe is not Recipe.TRANSCRIPTION and not 2 <= len(labels) <= rules.MOST_OPTIONS:
            wrong["labels"] = [gettext("Name 2 to 50 classes, one a line.")]
        if any(len(label) > 200 for label in labels):
            wrong["labels"] = [gettext("Each class has at most 200 characters.")]
        if wrong:
            raise ValidationError(wrong)
        data["form"] = cook(recipe, question, labels if recipe is not Recipe.TRANSCRIPTION else [])
        return data


def _written(own: str) -> dict[str, Any]:
    try:
        schema = json.loads(own)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValidationError(
            {"own_form": [gettext("This is no JSON: %(why)s", why=getattr(error, "msg", gettext("nested too deeply")))]}
        ) from None
    if not isinstance(schema, dict):
        raise ValidationError({"own_form": [gettext("A schema is a JSON object.")]})
    return schema


class NewProjectForm(ProjectForm):
    organisation = Text(1, 80, required=True)


class TasksIn(Schema):
    items = fields.List(
        fields.Dict(keys=fields.String(), values=fields.String()),
        required=True,
        validate=validate.Length(1, 5_000, error=lazy_gettext("Send 1 to 5,000 tasks at a time.")),
        metadata={"description": "One object per task with the columns that the form's item names."},
    )


class FundIn(Schema):
    from_balance = fields.Boolean(load_default=False, metadata={"description": "Take it from the balance instead of a transfer."})


class ListIn(Schema):
    """What a list may be narrowed to."""

    reward = fields.Enum(Reward, by_value=True, load_default=None, error_messages=CHOOSE)
    language = fields.String(load_default="", validate=validate.OneOf(["", "en", "zh"], error=CHOOSE["unknown"]))
    sector = fields.Enum(Sector, by_value=True, load_default=None, error_messages=CHOOSE)
    organisation = fields.String(load_default="", metadata=ORGANISATION)
    mine = fields.Boolean(load_default=False, metadata={"description": "Those of your organisations, in every state."})
    cursor = fields.String()
    limit = fields.String()


class OwnerOut(Schema):
    slug = fields.String()
    name = fields.String()


class TaskCountsOut(Schema):
    total = fields.Integer()
    open = fields.Integer()
    done = fields.Integer()
    withdrawn = fields.Integer()
    accepted = fields.Integer(metadata={"description": "Answers that were accepted."})
    wanted = fields.Integer(metadata={"description": "Answers wanted in all."})


class ProjectOut(Schema):
    """`pay` is what a person gets for an accepted answer, `gross` what the project pays for it with the site's fee."""

    id = fields.Integer(attribute="project.id")
    slug = fields.String(attribute="project.slug")
    url = fields.String(attribute="project.path")
    organisation = fields.Nested(OwnerOut, attribute="owner")
    title = fields.String(attribute="project.title")
    summary = fields.String(attribute="project.summary")
    instructions = fields.String(attribute="project.instructions")
    language = fields.String(attribute="project.language")
    sector = fields.Enum(Sector, by_value=True, attribute="project.sector", allow_none=True)
    form = fields.Dict(attribute="project.form", metadata={"description": "The JSON schema by which items are shown and answers checked."})
    redundancy = fields.Integer(attribute="project.redundancy")
    lease_minutes = fields.Integer(attribute="project.lease_minutes")
    auto_accept_days = fields.Integer(attribute="project.auto_accept_days")
    pay = fields.Function(lambda shown: shown.project.pay.plain(), metadata={"type": "string"})
    gross = fields.Function(lambda shown: shown.project.price.gross.plain(), metadata={"type": "string"})
    currency = fields.String(attribute="project.currency")
    median_seconds = fields.Integer(attribute="project.median_seconds", allow_none=True)
    hourly = fields.Function(
        lambda shown: shown.project.hourly.plain() if shown.project.hourly else None,
        metadata={"type": ["string", "null"], "description": "What an hour brings at the observed pace; null while it is not known."},
    )
    state = fields.Enum(State, by_value=True, attribute="project.state")
    tasks = fields.Nested(TaskCountsOut, attribute="counts")
    published_at = fields.DateTime(attribute="project.published_at", allow_none=True)
    version = fields.Integer(attribute="project.version")


class TasksOut(Schema):
    tasks_total = fields.Integer()


class ImageOut(Schema):
    name = fields.String(metadata={"description": "What tasks call it."})


class TaskFundingOut(Schema):
    """What is to be paid in: write `reference` on the bank transfer."""

    id = fields.Integer()
    reference = fields.String()
    amount = fields.Function(lambda funding: funding.amount.plain(), metadata={"type": "string"})
    due = fields.Function(lambda funding: funding.due.plain(), metadata={"type": "string", "description": "What is still to come."})
    currency = fields.String()
    state = fields.String()
