"""Where to begin: five questions, a recommendation with its reasons, and every way there is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from hub.guide.advisor import rules
from hub.web.handle import public
from hub.web.pagecache import for_visitors

pages = Blueprint("advisor", __name__, template_folder="templates")
ALTERNATIVES = 2


@pages.get("/new")
@public
@for_visitors
def new() -> Any:
    """The answers stand in the address, so that advice can be shared, and asked again with one answer changed."""
    answers = rules.known(request.args.to_dict())
    advice = rules.advise(answers)
    return render_template(
        "guide/advisor/new.html",
        questions=rules.QUESTIONS,
        answers=answers,
        best=advice[0] if advice else None,
        others=advice[1 : 1 + ALTERNATIVES],
        ways=rules.WAYS,
    )
