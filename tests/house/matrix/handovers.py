"""The doors from one mode into the next, for people and for programs."""

from __future__ import annotations

from datetime import timedelta

from hub.contests.awards import operations as awards
from hub.contests.challenges import operations as challenges
from hub.core.accounts import queries as accounts
from hub.kernel import clock
from tests.factories import entries as entering
from tests.house.matrix.contests import INSIDERS
from tests.house.matrix.table import AUTHOR, HOUSE, MANAGERS, NOT_YOURS, STAFF, STOPPED, Row, get, post

OFFER = {"title": "What did not win there"}
V1 = "/api/v1"

ROWS: list[Row] = [
    get("/entries/{entry_free}/offer", AUTHOR),
    get("/entries/{entry_judging}/offer", AUTHOR, about="not free yet"),
    post("/entries/{entry_free}/offer", AUTHOR, send=OFFER),
    post("/entries/{entry_judging}/offer", AUTHOR, send=OFFER, ok=STOPPED, about="not free yet"),
    get("/entries/{entry_free}/evidence", AUTHOR),
    get("/entries/{entry_judging}/evidence", AUTHOR, about="not ended yet"),
    post("/entries/{entry_free}/evidence", AUTHOR, send={"text": "The powder was mine."}),
    post("/entries/{entry_judging}/evidence", AUTHOR, ok=STOPPED, about="not ended yet"),
    get("/needs/{need_published}/challenge", MANAGERS, rest=NOT_YOURS),
    post("/needs/{need_published}/challenge", MANAGERS, rest=NOT_YOURS),
    post("/needs/{need_draft}/challenge", MANAGERS, INSIDERS - MANAGERS, about="a draft that others must not know of"),
    get("/needs/{need_published}/brief", STAFF, rest=NOT_YOURS),
    post("/needs/{need_published}/brief", STAFF, rest=NOT_YOURS),
    post("/needs/{need_in_review}/brief", STAFF, HOUSE, ok=STOPPED, about="not published"),
    post(V1 + "/needs/{need_published}/brief", STAFF, rest=NOT_YOURS),
    post(V1 + "/entries/{entry_free}/offer", AUTHOR, send=OFFER),
    post(V1 + "/entries/{entry_free}/evidence", AUTHOR),
    post(V1 + "/needs/{need_published}/challenge", MANAGERS, rest=NOT_YOURS),
]


def places() -> dict[str, str]:
    """An entry to a challenge that ended without an award."""
    from tests.house.matrix.places import EMAILS, Organisation, _entry, _one, _open_until, actor  # the places of all others ask for these

    owner, author = actor("owner"), actor("author")
    meridian = _one(Organisation, Organisation.slug == "meridian-foods")
    ended = _open_until(meridian, owner, "Keep cut apples white", clock.now() - timedelta(days=2))
    with clock.at(clock.now() - timedelta(days=4)):
        entering.seal(ended, author)
        judge = accounts.by_email(EMAILS["judge"])
        assert judge is not None
        entering.appoint(ended, owner, judge)
    challenges.close(actor=owner, challenge=ended)
    entering.score(_entry(ended), actor("judge"), points=2, met=False)
    awards.end_without_award(actor=owner, challenge=ended, reason="None of the entries met what was required.")
    return {"entry_free": str(_entry(ended).id)}
