"""The sectors as programs read them."""

from __future__ import annotations

from marshmallow import Schema, fields


class CodeOut(Schema):
    code = fields.String()
    title = fields.String(metadata={"description": "In English, as its keeper publishes it."})


class SectorOut(Schema):
    sector = fields.String(metadata={"description": "The value that other endpoints take and give."})
    labels = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "By language: en, zh."})
    research = fields.List(fields.Nested(CodeOut), metadata={"description": "ANZSRC 2020 fields of research: divisions and groups."})
    patents = fields.List(fields.Nested(CodeOut), metadata={"description": "IPC classes and subclasses; a subclass goes before its class."})
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), metadata={"description": "Public things by kind."})


class SectorsOut(Schema):
    items = fields.List(fields.Nested(SectorOut))
