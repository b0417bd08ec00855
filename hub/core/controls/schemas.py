"""What the doors of reconciliations take."""

from __future__ import annotations

from marshmallow import Schema

from hub.web.forms import Text


class NoteIn(Schema):
    note = Text(3, 500, required=True)


class DayIn(Schema):
    day = Text(10, 10, required=True)
