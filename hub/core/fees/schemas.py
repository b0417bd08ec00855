"""What the doors of fees take and give."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields

from hub.core.fees import rules
from hub.core.fees.rules import Mode
from hub.web.forms import Text

CHOOSE = {"unknown": lazy_gettext("Choose one of the options."), "required": lazy_gettext("Choose one of the options.")}
DAY = {"invalid": lazy_gettext("Write a day like 2026-12-10."), "required": lazy_gettext("Write a day like 2026-12-10.")}


class RateIn(Schema):
    mode = fields.Enum(Mode, by_value=True, required=True, error_messages=CHOOSE)
    from_on = fields.Date(required=True, error_messages=DAY, metadata={"description": "The first day (UTC); it must be to come."})
    percent = Text(1, 12, required=True, metadata={"description": "The fee in per cent of the gross: “7.5”."})
    consultant_percent = Text(0, 12, load_default="", metadata={"description": "Of the fee, what goes to the consultant, in per cent."})
    reason = Text(0, 500, required=True, metadata={"description": "Everybody can read it."})


def points_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was sent with basis points instead of per cent. Raises Invalid about the right field."""
    rest = {name: data[name] for name in ("mode", "from_on", "reason")}
    fee_bp = rules.basis_points(data["percent"], "percent", rules.HIGHEST_BP)
    share = rules.basis_points(data["consultant_percent"] or "0", "consultant_percent", rules.EVERYTHING_BP)
    return rest | {"fee_bp": fee_bp, "consultant_bp": share}


class RateOut(Schema):
    mode = fields.Enum(Mode, by_value=True)
    from_on = fields.Date(metadata={"description": "The first day; 0001-01-01 for what was always charged."})
    fee_bp = fields.Integer(metadata={"description": "Of the gross, in 1/100 %."})
    consultant_bp = fields.Integer(metadata={"description": "Of the fee, in 1/100 %: the consultant's part."})


class ChargedOut(RateOut):
    coming = fields.List(fields.Nested(RateOut), metadata={"description": "What will be charged from a later day on."})


class FeesOut(Schema):
    items = fields.List(fields.Nested(ChargedOut))
