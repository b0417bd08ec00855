"""How a team shares an award: the author leads, the newcomer is asked, another person of the team has agreed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from hub.contests.awards import operations as awards
from hub.contests.awards.models import Award
from hub.contests.challenges import operations as challenges
from hub.contests.entries.models import Entry
from hub.core.accounts import queries as people
from hub.core.holds.rules import Way
from hub.core.organisations.models import Organisation
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from tests.factories import challenges as contest
from tests.factories import entries as entering
from tests.house.matrix.table import AUTHOR, Row, delete, get, post, who

ASKED = who("newcomer")
TEAM = AUTHOR | ASKED
NEW, OPEN, EQUAL = "{award}", "{award_shared}", "{award_equal}"
FORM = {"way": "half", "own_percent": "60", "member": ["@{newcomer_handle}", ""], "percent": ["40", ""]}
BODY = {"way": "half", "own_percent": "60", "members": [{"handle": "{newcomer_handle}", "percent": "40"}]}
ANSWER = {"number": "1"}
REFUSAL = {"number": "1", "reason": "I wrote the half of it."}

PAGES = [
    get(f"/awards/{NEW}/sharing", AUTHOR, about="the form"),
    get(f"/awards/{OPEN}/sharing", TEAM),
    post(f"/awards/{NEW}/sharing/check", AUTHOR, ok=frozenset({200}), send=FORM),
    post(f"/awards/{NEW}/sharing", AUTHOR, send=FORM),
    post(f"/awards/{OPEN}/sharing/agree", ASKED, AUTHOR, send=ANSWER),
    post(f"/awards/{OPEN}/sharing/refuse", ASKED, AUTHOR, send=REFUSAL),
    post(f"/awards/{OPEN}/sharing/withdraw", AUTHOR, ASKED),
]
API = [
    get(f"/api/v1/awards/{OPEN}/sharing", TEAM),
    get(f"/api/v1/awards/{EQUAL}/sharing", TEAM),
    post(f"/api/v1/awards/{NEW}/sharing", AUTHOR, send=BODY, money=True),
    post(f"/api/v1/awards/{OPEN}/sharing/agree", ASKED, AUTHOR, send={"number": 1}, money=True),
    post(f"/api/v1/awards/{OPEN}/sharing/refuse", ASKED, AUTHOR, send={"number": 1, "reason": "I wrote the half of it."}),
    delete(f"/api/v1/awards/{EQUAL}/sharing", AUTHOR, ASKED),
]
ROWS: list[Row] = [*PAGES, *API]


def _actor(email: str) -> Actor:
    found = people.by_email(f"{email}@demo.example")
    assert found is not None
    return people.actor_of(found.id)


def places() -> dict[str, str]:
    """Two awards that wait for the author: of one the free sharing waits for the newcomer, the other is shared in equal parts."""
    handle = people.get(_actor("newcomer").person_id or 0).handle
    open_one, equal = _selected("Hear a weld cool before it cracks"), _selected("Smell a battery before it burns")
    for award, way in ((open_one, Way.FREE), (equal, Way.EQUAL)):
        awards.propose_sharing(actor=_actor("solver"), award=award, way=way, own_points=6_000, members=[(handle, 4_000)])
    return {"award_shared": str(open_one.id), "award_equal": str(equal.id), "newcomer_handle": handle}


def _selected(title: str) -> Award:
    owner, author, judge = _actor("company"), _actor("solver"), _actor("expert")
    meridian = db.session.scalars(select(Organisation).where(Organisation.slug == "meridian-foods")).one()
    with clock.at(clock.now() - timedelta(days=30)):
        challenge = contest.challenge(meridian, owner, "open", title=title, closes_at=clock.now() + timedelta(days=28))
    with clock.at(clock.now() - timedelta(days=4)):
        entering.seal(challenge, author)
        entering.appoint(challenge, owner, people.get(judge.person_id or 0))
    challenges.close(actor=owner, challenge=challenge)
    entry = db.session.scalars(select(Entry).where(Entry.challenge_id == challenge.id)).one()
    entering.score(entry, judge)
    return awards.select_winner(actor=owner, challenge=challenge, entry=entry, message="Thank you all.")
