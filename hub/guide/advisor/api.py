"""The advice for programs."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import gettext

from hub.guide.advisor import rules
from hub.guide.advisor.schemas import AdviceIn, AdviceListOut
from hub.web.api import ApiBlueprint
from hub.web.handle import public

api = ApiBlueprint("advice", __name__, prefix="/advice", description="Which mode fits?")


@api.get("")
@public
@api.doc(summary="Which modes fit these answers, and why")
@api.arguments(AdviceIn, location="query")
@api.response(200, AdviceListOut)
def advice(sent: dict[str, str]) -> Any:
    base = current_app.config["HUB"].base_url
    return {
        "items": [
            {
                "mode": each.mode.value,
                "points": each.points,
                "url": base + each.way.href,
                "speaks_for": [gettext(reason) for reason in each.speaks_for],
                "speaks_against": [gettext(reason) for reason in each.speaks_against],
            }
            for each in rules.advise(sent)
        ]
    }
