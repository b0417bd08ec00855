"""What the results' door takes and answers."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.microtasks.quality.rules import Method
from hub.web.forms import Text


class ResultsIn(Schema):
    method = fields.Enum(Method, by_value=True, load_default=Method.AUTO, metadata={"description": "auto, majority or dawid-skene."})
    field = Text(0, 40, load_default="", metadata={"description": "The part of the answer; empty: the first one that is a choice."})
    cursor = fields.String()
    limit = fields.String()


class VoteOut(Schema):
    label = fields.String()
    answers = fields.Integer()


class ConsensusOut(Schema):
    """One task's answers made one label, by the method asked for."""

    task_id = fields.Integer(attribute="task.id")
    position = fields.Integer(attribute="task.position")
    item = fields.Dict(attribute="task.data")
    label = fields.String(attribute="chosen.label")
    confidence = fields.Float(attribute="chosen.confidence", metadata={"description": "0..1: share of the votes, or probability."})
    tied = fields.Boolean(attribute="chosen.tied", metadata={"description": "Several labels were equally good; see the tie rule."})
    answers = fields.Integer()
    votes = fields.Function(
        lambda row: [VoteOut().dump({"label": label, "answers": count}) for label, count in row.votes],
        metadata={"type": "array", "items": {"type": "object"}},
    )
