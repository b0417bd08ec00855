"""The doors of the idea rallies, for people and for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hub.communities.rallies import operations
from hub.core.accounts import queries as accounts
from hub.core.organisations import queries as organisations
from hub.kernel import clock
from tests.factories import rallies as made
from tests.house.matrix.contests import BYSTANDERS, INSIDERS
from tests.house.matrix.table import ADMIN, ANYONE, AUTHOR, HOUSE, JUDGE, MANAGERS, NOT_YOURS, SIGNED, Row, delete, get, patch, post, put

# Meridian hosts every rally here; the author has posted an idea to each, the judge has joined each.
NEW = {"organisation": "{org}", "title": "What else could it be good for?"}
CHANGE = {"title": "What else could rinse water do?"}
LATER = {"until": "{rally_later}"}
REASON = {"reason": "It asks for what the law forbids."}
ANSWER = {"answer": "We try the first two ideas on a side stream from January on."}
JOIN = {"terms_hash": "{rally_terms}", "accepted": "1", "alias": ""}
IDEA = {"title": "Another idea", "body": made.BODY}
GUESTS = SIGNED - HOUSE
PEOPLE = AUTHOR | JUDGE
RUNNING, IDEAS = "/rallies/{rally_posting}", "/rallies/{rally_posting}/ideas/{idea_posting}"

PAGES = [
    get("/rallies", ANYONE),
    get("/rallies?phase=closed", ANYONE, about="by phase"),
    *(get(f"/rallies/{{rally_{stage}}}", ANYONE) for stage in ("announced", "posting", "voting", "closed")),
    get("/rallies/{rally_draft}", INSIDERS, public=True),
    get("/rallies/new", SIGNED),
    post("/rallies/new", MANAGERS, rest=NOT_YOURS, send=NEW),
    get("/rallies/{rally_draft}/edit", MANAGERS, BYSTANDERS),
    post("/rallies/{rally_draft}/edit", MANAGERS, BYSTANDERS, send=CHANGE),
    get("/rallies/{rally_draft}/check", MANAGERS, BYSTANDERS),
    post("/rallies/{rally_draft}/announce", MANAGERS, BYSTANDERS),
    post("/rallies/{rally_announced}/revise", MANAGERS, rest=NOT_YOURS),
    post("/rallies/{rally_draft}/discard", MANAGERS, BYSTANDERS),
    get(f"{RUNNING}/extend", MANAGERS, rest=NOT_YOURS),
    post(f"{RUNNING}/extend", MANAGERS, rest=NOT_YOURS, send=LATER),
    get(f"{RUNNING}/cancel", ADMIN, rest=NOT_YOURS),
    post(f"{RUNNING}/cancel", ADMIN, rest=NOT_YOURS, send=REASON),
    get("/rallies/{rally_closed}/answer", MANAGERS, rest=NOT_YOURS),
    post("/rallies/{rally_closed}/answer", MANAGERS, rest=NOT_YOURS, send=ANSWER),
    get(f"{RUNNING}/join", SIGNED),
    post(f"{RUNNING}/join", GUESTS, rest=NOT_YOURS, send=JOIN),
    get(f"{RUNNING}/ideas/new", SIGNED),
    get(f"{RUNNING}/ideas/new?onto=1", SIGNED, about="building on one"),
    post(f"{RUNNING}/ideas/new", PEOPLE, rest=NOT_YOURS, send=IDEA),
    get(IDEAS, ANYONE),
    get("/rallies/{rally_closed}/ideas/{idea_closed}", ANYONE),
    get(f"{IDEAS}/edit", AUTHOR, rest=NOT_YOURS),
    post(f"{IDEAS}/edit", AUTHOR, rest=NOT_YOURS, send=IDEA),
    post(f"{IDEAS}/withdraw", AUTHOR, rest=NOT_YOURS),
    get(f"{IDEAS}/remove", MANAGERS | ADMIN, rest=NOT_YOURS),
    post(f"{IDEAS}/remove", MANAGERS | ADMIN, rest=NOT_YOURS, send=REASON),
    post("/rallies/{rally_voting}/ideas/{idea_voting}/vote", JUDGE, rest=NOT_YOURS, about="not by its author"),
    post("/rallies/{rally_voting}/ideas/{idea_voting}/unvote", PEOPLE, rest=NOT_YOURS),
    get("/rallies/{rally_closed}/report", ANYONE),
    get("/rallies/{rally_closed}/report.csv", ANYONE),
]

API, RUNS = "/api/v1/rallies", "/api/v1/rallies/{rally_posting}"
ONE = f"{RUNS}/ideas/{{idea_posting}}"
PROGRAMS = [
    get(API, ANYONE),
    post(API, MANAGERS, rest=NOT_YOURS, send=NEW),
    get(RUNS, ANYONE),
    get(f"{API}/{{rally_draft}}", INSIDERS, public=True),
    patch(f"{API}/{{rally_draft}}", MANAGERS, BYSTANDERS, send=CHANGE),
    post(f"{API}/{{rally_draft}}/announce", MANAGERS, BYSTANDERS),
    post(f"{API}/{{rally_announced}}/revise", MANAGERS, rest=NOT_YOURS),
    post(f"{API}/{{rally_draft}}/discard", MANAGERS, BYSTANDERS),
    post(f"{RUNS}/extend", MANAGERS, rest=NOT_YOURS, send=LATER),
    post(f"{RUNS}/cancel", ADMIN, rest=NOT_YOURS, send=REASON),
    post(f"{API}/{{rally_closed}}/answer", MANAGERS, rest=NOT_YOURS, send=ANSWER),
    post(f"{RUNS}/join", GUESTS, rest=NOT_YOURS, send={"terms_hash": "{rally_terms}"}),
    get(f"{RUNS}/me", PEOPLE),
    get(f"{RUNS}/ideas", ANYONE),
    post(f"{RUNS}/ideas", PEOPLE, rest=NOT_YOURS, send=IDEA),
    get(ONE, ANYONE),
    patch(ONE, AUTHOR, rest=NOT_YOURS, send=IDEA),
    post(f"{ONE}/withdraw", AUTHOR, rest=NOT_YOURS),
    post(f"{ONE}/remove", MANAGERS | ADMIN, rest=NOT_YOURS, send=REASON),
    put(f"{API}/{{rally_voting}}/ideas/{{idea_voting}}/vote", JUDGE, rest=NOT_YOURS),
    delete(f"{API}/{{rally_voting}}/ideas/{{idea_voting}}/vote", PEOPLE, rest=NOT_YOURS),
    get(f"{API}/{{rally_closed}}/report", ANYONE),
]

ROWS: list[Row] = [*PAGES, *PROGRAMS]


def places() -> dict[str, str]:
    """A rally in each phase, with an idea of the author wherever ideas are."""
    host, author, judge = (_actor(who) for who in ("company", "solver", "expert"))
    meridian = organisations.by_slug("meridian-foods")
    found: dict[str, str] = {}
    for stage in ("draft", "announced"):
        found[f"rally_{stage}"] = str(made.rally(meridian, host, stage, title=f"A rally that is {stage}").id)
    for stage, ago in (("posting", 2), ("voting", 16), ("closed", 23)):
        with clock.at(clock.now() - timedelta(days=ago)):
            rally = made.rally(meridian, host, "announced", title=f"A rally that is {stage}")
        with clock.at(rally.opens_at + timedelta(hours=1)):
            made.join(rally, author)
            made.join(rally, judge, alias="Night owl")
            idea = made.post(rally, author, title=f"The idea for {stage}")
            other = made.post(rally, judge, title=f"Another one for {stage}", onto=(idea.id,))
        if stage == "closed":
            with clock.at(rally.voting_at):
                operations.vote(actor=author, idea=other)
        found |= {f"rally_{stage}": str(rally.id), f"idea_{stage}": str(idea.id)}
        if stage == "posting":
            found |= {"rally_terms": rally.terms_hash, "rally_later": f"{rally.building_at + timedelta(days=3):%Y-%m-%dT%H:%M}"}
    operations.follow_all()
    return found


def _actor(who: str) -> Any:
    person = accounts.by_email(f"{who}@demo.example")
    assert person is not None
    return accounts.actor_of(person.id)
