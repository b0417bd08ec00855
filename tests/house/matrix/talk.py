"""The doors of discussions, questions and moderation, for people and for programs."""

from __future__ import annotations

import io
from typing import Any

from hub.contests.challenges import queries as challenges
from hub.core.accounts import queries as accounts
from hub.core.discussions import operations as discussions
from hub.core.discussions import queries as threads
from hub.core.discussions.models import Post, Thread
from hub.core.files.rules import Upload
from hub.core.moderation import operations as moderation
from hub.core.moderation.models import Case
from hub.core.moderation.rules import Reason
from hub.core.questions import operations as questions
from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    AUTHOR,
    CONSULTANT,
    HOUSE,
    MANAGERS,
    MOVED,
    NOT_YOURS,
    OWNER,
    SIGNED,
    STAFF,
    Row,
    delete,
    get,
    patch,
    post,
    put,
)  # fmt: skip

# The author of the matrix began the threads, wrote the posts and asked the questions, which Meridian's managers answer; the judge wrote the
# post whose report waits. The consultant decided about the author's posts.
THREAD = {"title": "A thread of the matrix", "body": "What about **this**?"}
POST = {"body": "Another post, for @kestrel."}
ASK = {"text": "Is a second sensor in the same pack allowed?"}
ANSWER = {"answer": "Yes, both count as one."}
REASON = {"reason": "It says what it should not say."}
FLAG = {"reason": "spam", "words": "It sells film."}
DECIDE = {"measures": ["hide"], **REASON}
APPEAL = {"appeal": "It is about the subject after all."}
GUESTS = SIGNED - HOUSE
DECIDERS = MANAGERS | STAFF
ABOUT, ONE, SAID = "/discussions/challenge/{talk_challenge}", "/discussions/{thread}", "/discussions/posts/{post}"
ASKED, QUESTION, CASES = "/questions/challenge/{ask_challenge}", "/questions/{question}", "/moderation/cases"

PAGES = [
    get("/discussions", ANYONE),
    get("/discussions?mine=1", ANYONE, about="that one follows"),
    get(ABOUT, ANYONE),
    get("/discussions/space/{talk_space}", ANYONE, about="a community's"),
    get(f"{ABOUT}/new", SIGNED),
    post(f"{ABOUT}/new", SIGNED, send=THREAD),
    get(ONE, ANYONE),
    get(f"{ONE}?page=last", ANYONE, about="its last page"),
    get("/discussions/{long_thread}?page=3", ANYONE, about="a long one"),
    get("/discussions/{hidden_thread}", AUTHOR | STAFF, public=True),
    post(ONE, SIGNED, send=POST),
    *(post(f"{ONE}/{wish}", SIGNED) for wish in ("follow", "mute", "forget")),
    post(f"{ONE}/lock", STAFF, rest=NOT_YOURS),
    post("/discussions/{locked_thread}/unlock", STAFF, rest=NOT_YOURS),
    get(SAID, ANYONE, ok=MOVED),
    get(f"{SAID}/reply", SIGNED),
    get(f"{SAID}/edit", AUTHOR, rest=NOT_YOURS),
    post(f"{SAID}/edit", AUTHOR, rest=NOT_YOURS, send=POST),
    get(f"{SAID}/delete", AUTHOR, rest=NOT_YOURS),
    post(f"{SAID}/delete", AUTHOR, rest=NOT_YOURS),
    get(f"{SAID}/history", AUTHOR | STAFF, rest=NOT_YOURS),
    get(f"{SAID}/files/{{post_file}}", ANYONE),
    get(ASKED, ANYONE),
    get(f"{ASKED}/ask", SIGNED),
    post(f"{ASKED}/ask", GUESTS, rest=NOT_YOURS, send=ASK),
    get(QUESTION, AUTHOR | DECIDERS, public=True),
    get("/questions/{answered}", ANYONE),
    *(get(f"{QUESTION}/{act}", DECIDERS, AUTHOR) for act in ("answer", "decline")),
    post(f"{QUESTION}/answer", DECIDERS, AUTHOR, send=ANSWER),
    post(f"{QUESTION}/decline", DECIDERS, AUTHOR, send=REASON),
    get("/questions/{answered}/correct", DECIDERS, rest=NOT_YOURS),
    post("/questions/{answered}/correct", DECIDERS, rest=NOT_YOURS, send=ANSWER),
    post(f"{QUESTION}/withdraw", AUTHOR, DECIDERS),
    get("/moderation", STAFF, rest=NOT_YOURS),
    get("/moderation?state=decided", STAFF, rest=NOT_YOURS, about="what was decided"),
    get("/moderation/posts/{post}/flag", SIGNED - AUTHOR, rest=NOT_YOURS),
    post("/moderation/posts/{post}/flag", SIGNED - AUTHOR, rest=NOT_YOURS, send=FLAG),
    get("/moderation/report/need/{need_published}", SIGNED - OWNER, rest=NOT_YOURS),
    post("/moderation/report/need/{need_published}", SIGNED - OWNER, rest=NOT_YOURS, send=FLAG),
    get("/moderation/report/idea/{idea_posting}", SIGNED - AUTHOR, rest=NOT_YOURS),
    get("/moderation/report/rating/{rating_of_lab}", SIGNED - OWNER, rest=NOT_YOURS),
    get("/moderation/report/organisation/{org_id}", SIGNED - OWNER, rest=NOT_YOURS),
    get(f"{CASES}/{{thing_case}}", STAFF, about="about something else than a post"),
    get(f"{CASES}/{{case}}", STAFF),
    post(f"{CASES}/{{case}}/decide", STAFF, send=DECIDE),
    get(f"{CASES}/{{upheld_case}}", AUTHOR | STAFF),
    post(f"{CASES}/{{upheld_case}}/appeal", AUTHOR, STAFF, send=APPEAL),
    *(post(f"{CASES}/{{appealed_case}}/{act}", ADMIN, AUTHOR | CONSULTANT, send=REASON) for act in ("confirm", "overturn")),
]

API, ASK_API, CASE_API = "/api/v1/discussions", "/api/v1/questions", "/api/v1/moderation"
PROGRAMS = [
    get(API, ANYONE),
    get(f"{API}?subject=challenge:{{talk_challenge}}", ANYONE, about="about one thing"),
    post(API, SIGNED, send={"subject": "challenge:{talk_challenge}", **THREAD}),
    get(f"{API}/{{thread}}", ANYONE),
    get(f"{API}/{{thread}}/posts", ANYONE),
    get(f"{API}/{{hidden_thread}}/posts", AUTHOR | STAFF, public=True),
    post(f"{API}/{{thread}}/posts", SIGNED, send={**POST, "reply_to": 1}),
    put(f"{API}/{{thread}}/wish", SIGNED, send={"wish": "mute"}),
    get(f"{API}/posts/{{post}}", ANYONE),
    patch(f"{API}/posts/{{post}}", AUTHOR, rest=NOT_YOURS, send=POST),
    delete(f"{API}/posts/{{post}}", AUTHOR, rest=NOT_YOURS),
    get(f"{API}/posts/{{post}}/history", AUTHOR | STAFF, rest=NOT_YOURS),
    get(f"{ASK_API}?subject=challenge:{{ask_challenge}}", ANYONE),
    get(f"{ASK_API}?subject=challenge:{{ask_challenge}}&waiting=1", DECIDERS, rest=NOT_YOURS, public=True, about="that wait"),
    post(ASK_API, GUESTS, rest=NOT_YOURS, send={"subject": "challenge:{ask_challenge}", **ASK}),
    get(f"{ASK_API}/{{question}}", AUTHOR | DECIDERS, public=True),
    post(f"{ASK_API}/{{question}}/answer", DECIDERS, AUTHOR, send=ANSWER),
    post(f"{ASK_API}/{{question}}/decline", DECIDERS, AUTHOR, send=REASON),
    post(f"{ASK_API}/{{answered}}/correct", DECIDERS, rest=NOT_YOURS, send=ANSWER),
    post(f"{ASK_API}/{{question}}/withdraw", AUTHOR, DECIDERS),
    get("/api/v1/me/questions", SIGNED),
    post(f"{CASE_API}/flags", SIGNED - AUTHOR, rest=NOT_YOURS, send={"post_id": "{post}", **FLAG}),
    post(f"{CASE_API}/reports", SIGNED - AUTHOR, rest=NOT_YOURS, send={"subject": "idea:{idea_posting}", **FLAG}),
    get(f"{CASE_API}/cases", STAFF, rest=NOT_YOURS),
    get(f"{CASE_API}/cases/{{case}}", STAFF),
    post(f"{CASE_API}/cases/{{case}}/decide", STAFF, send=DECIDE),
    post(f"{CASE_API}/cases/{{upheld_case}}/appeal", AUTHOR, STAFF, send=APPEAL),
    *(post(f"{CASE_API}/cases/{{appealed_case}}/{act}", ADMIN, AUTHOR | CONSULTANT, send=REASON) for act in ("confirm", "overturn")),
]

ROWS: list[Row] = [*PAGES, *PROGRAMS]


def places() -> dict[str, str]:
    """Threads that are open, long, locked and hidden; a question that waits and one that is answered; a case at each stage."""
    talk, ask = (_subject("A label adhesive"), _subject("Detect spoilage"))
    author, judge, consultant = _actor("solver"), _actor("expert"), _actor("consultant")
    notes = Upload(io.BytesIO(b"day,ppm\n4,1\n"), "notes.csv")
    thread = discussions.open_thread(actor=author, subject=talk, title="A thread of everybody", body="Who washes what?", uploads=[notes])
    first = threads.numbered(thread, 1)
    assert first is not None
    discussions.edit(actor=author, post=first, body="Who washes what, and at how many degrees?")
    long = discussions.open_thread(actor=consultant, subject=talk, title="A long thread", body="Let us count.")
    for number in range(45):
        discussions.reply(actor=consultant, thread=long, body=f"And {number} more.", reply_to=number or None)
    locked = discussions.lock(actor=consultant, thread=_begun(author, talk, "A locked thread"))
    hidden = _begun(author, talk, "A hidden thread")
    upheld = moderation.decide(actor=consultant, case=_reported(judge, hidden), measures=["hide"], reason="It is an advertisement.")
    appealed = moderation.decide(actor=consultant, case=_reported(judge, locked), measures=["warn"], reason="It is an advertisement.")
    moderation.appeal(actor=author, case=appealed, appeal="It is a question about adhesives.")
    case = _reported(_actor("owner"), _begun(judge, talk, "A reported thread"))
    thing = moderation.report(actor=judge, kind="person", number=author.person_id, reason=Reason.OTHER, words="It names a customer.")
    question = questions.ask(actor=author, subject=ask, text="Is a wire through the seal allowed?")
    answered = questions.ask(actor=author, subject=ask, text="Is a battery in the pack allowed?")
    questions.answer(actor=_actor("company"), question=answered, answer="No.")
    return {
        "talk_challenge": talk.partition(":")[2], "ask_challenge": ask.partition(":")[2], "talk_space": "1",
        "thread": str(thread.id), "post": str(first.id), "post_file": str(threads.files_of([first.id])[first.id][0].id),
        "long_thread": str(long.id), "locked_thread": str(locked.id), "hidden_thread": str(hidden.id),
        "question": str(question.id), "answered": str(answered.id),
        "case": str(case.id), "thing_case": str(thing.id), "upheld_case": str(upheld.id), "appealed_case": str(appealed.id),
    }  # fmt: skip


def _actor(who: str) -> Any:
    person = accounts.by_email(f"{who}@demo.example")
    assert person is not None
    return accounts.actor_of(person.id)


def _subject(begins: str) -> str:
    return next(c.ref for c in challenges.by_ids(challenges.public_ids()).values() if c.title.startswith(begins))


def _begun(actor: Any, subject: str, title: str) -> Thread:
    return discussions.open_thread(actor=actor, subject=subject, title=title, body="Look at this.")


def _reported(reporter: Any, thread: Thread) -> Case:
    first: Post | None = threads.numbered(thread, 1)
    assert first is not None
    return moderation.flag(actor=reporter, post=first, reason=Reason.SPAM)
