"""Long lists for one signed-in reader: an inbox of ten thousand notices, a thread of a thousand posts. Each page beside the same page of
a short list and beside a page that never changes, in the same process; and whether it keeps the budget of every page.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from hub.contests.challenges.models import Challenge
from hub.contests.challenges.states import State
from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.accounts.models import Person
from hub.core.discussions import operations as discussions
from hub.core.discussions.models import Post, Thread
from hub.core.discussions.states import PostState
from hub.core.messages.models import Notification
from hub.core.messages.states import Kind
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from scripts.bench import bare
from scripts.bench.posting import hearing
from tests.house.matrix.budgets import BYTES, REPEATS, STATEMENTS, weigh

NOTICES, POSTS, FEW, LOOKS = 10_000, 1_000, 20, 40
PASSWORD = "bench-pass"
ENDS = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


def reader(number: int, notices: int) -> Person:
    """Somebody with so many notices, every third of them read."""
    person = accounts.create(
        actor=SYSTEM, email=f"reader{number}@bench.example", name=f"Reader {number}", password=PASSWORD, any_password=True
    )
    person.email_verified_at = now = clock.now()
    db.session.flush()
    rows = [
        {"person_id": person.id, "kind": Kind.AWARD, "text": "“%(title)s” is decided.", "values": {"title": f"Thing {n}"},
         "link": f"/challenges/{n}", "at": now - timedelta(minutes=notices - n), "read_at": now if n % 3 == 0 else None}
        for n in range(notices)
    ]  # fmt: skip
    db.session.execute(insert(Notification), rows)
    return person


def thread(author: Person, posts: int) -> Thread:
    """A discussion with so many posts, every third of them an answer to the one before."""
    about = db.session.query(Challenge).filter(Challenge.state == State.OPEN).order_by(Challenge.id).first()
    assert about is not None
    made = discussions.open_thread(actor=people.actor_of(author.id), subject=about.ref, title=f"Of {posts}", body="Who has measured it?")
    rows = [
        {"thread_id": made.id, "number": n, "reply_to": n - 1 if n % 3 == 0 else None, "author_id": author.id, "for_host": False,
         "body": f"Post **{n}** about the film, the pack and the phone. " * 6, "named": [], "state": PostState.SHOWN, "edits": 0,
         "at": clock.now() - timedelta(days=2, minutes=posts - n), "version": 1}
        for n in range(2, posts + 1)
    ]  # fmt: skip
    db.session.execute(insert(Post), rows)
    made.posts = posts
    db.session.flush()
    return made


def processor(call: Callable[[], object]) -> float:
    """Seconds of the processor for one call, once warm: the least of LOOKS, which other programs disturb least."""
    call()
    times = []
    for _ in range(LOOKS):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def looked_at(client: FlaskClient, path: str) -> tuple[list[str], bytes]:
    """The statements of one look, and the page."""
    with hearing() as said:
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return [one for one, _ in said if not one.startswith(ENDS)], answer.get_data()


def over_budget(statements: list[str], page: bytes) -> list[str]:
    """What the page spends too much of; nothing if it keeps the budget of every page."""
    worst, weight = max(Counter(statements).values(), default=0), sum(weigh(page).values())
    over = [
        (len(statements) > STATEMENTS, f"{len(statements)} statements"), (worst > REPEATS, f"one statement {worst} times"),
        (weight > BYTES, f"{weight // 1024} KB"),
    ]  # fmt: skip
    return [words for is_over, words in over if is_over]


def measure(app: Flask) -> None:
    """Print each page's cost as times that of its short list and of the bare page. Stops at a page that leaves the budget."""
    app.config["WTF_CSRF_ENABLED"] = False
    with work.unit():
        many, few = reader(1, NOTICES), reader(2, FEW)
        long, short = thread(many, POSTS), thread(many, FEW)
        logins, paths = [many.email, few.email], [f"/discussions/{long.id}", f"/discussions/{short.id}"]
    clients = [app.test_client() for _ in logins]
    for client, email in zip(clients, logins, strict=True):
        assert client.post("/login", data={"email": email, "password": PASSWORD}).status_code == 302
    last = -(-NOTICES // 30)
    plain = processor(lambda: bare.app.test_client().get("/"))
    _tell(f"an inbox of {NOTICES:,}", clients[0], ["/inbox", f"/inbox?page={last}", "/inbox?show=new"], clients[1], "/inbox", plain)
    middle = POSTS // FEW // 2
    _tell(
        f"a thread of {POSTS:,} posts",
        clients[0],
        [paths[0], f"{paths[0]}?page={middle}", f"{paths[0]}?page=last"],
        clients[0],
        paths[1],
        plain,
    )


def _tell(what: str, client: FlaskClient, pages: list[str], other: FlaskClient, short: str, plain: float) -> None:
    base = processor(lambda: other.get(short))
    for path in pages:
        statements, page = looked_at(client, path)
        if over := over_budget(statements, page):
            raise SystemExit(f"{path} leaves the budget of a page: {', '.join(over)}")
        took = processor(lambda path=path: client.get(path))  # type: ignore[misc]
        print(
            f"reading  {what}, {path.partition('?')[2] or 'page=1':9} {took / base:5.2f} times the page of a short list, "
            f"{took / plain:5.1f} times the bare page; {len(statements)} statements, {sum(weigh(page).values()) // 1024} KB"
        )
