"""The doors of the contests: challenges, their launch, entries, judging, awards."""

from __future__ import annotations

from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    AUTHOR,
    HOUSE,
    JUDGE,
    MANAGERS,
    MONEY,
    MOVED,
    NOBODY,
    NOT_YOURS,
    OK,
    SIGNED,
    STAFF,
    STOPPED,
    get,
    post,
    who,
)  # fmt: skip

OTHERS_OF_THE_HOUSE = HOUSE - MANAGERS
INSIDERS = HOUSE | STAFF
"""Who may know of a challenge before it is published."""
BYSTANDERS = INSIDERS - MANAGERS

CHALLENGES = [
    get("/challenges", ANYONE),
    get("/challenges.atom", ANYONE),
    get("/challenges.ics", ANYONE),
    *(get(f"/challenges/{{{state}}}", ANYONE) for state in ("open", "judging", "selected", "awarded", "ended", "imported_challenge")),
    *(get(f"/challenges/{{{state}}}", INSIDERS, public=True) for state in ("draft", "in_review", "requested")),
    get("/challenges/{open}/deadline.ics", ANYONE),
    get("/challenges/{in_review}/deadline.ics", INSIDERS, public=True),
    get("/orgs/{org}/challenges", INSIDERS),
    get("/challenges/{open}/story", MANAGERS | STAFF, rest=NOT_YOURS),
    get("/challenges/{draft}/story", MANAGERS | STAFF, OTHERS_OF_THE_HOUSE),
    post("/challenges/{open}/follow", SIGNED),
    post("/challenges/{draft}/follow", INSIDERS, about="what one may know of"),
    post("/challenges/{open}/unfollow", SIGNED),
    get("/challenges/{open}/cancel", ADMIN, rest=NOT_YOURS),
    post("/challenges/{open}/cancel", ADMIN, rest=NOT_YOURS, send={"reason": "It breaks the rules of the site."}),
]

DRAFT = {
    "organisation": "{org}", "title": "A new and shiny problem", "summary": "In short.", "prize": "100", "currency": "EUR",
    "criteria.0.title": "Works", "criteria.0.kind": "scored", "criteria.0.weight": "100",
}  # fmt: skip
LAUNCH = [
    get("/challenges/new", SIGNED),
    post("/challenges/new", MANAGERS, rest=NOT_YOURS, send=DRAFT),
    get("/challenges/{draft}/edit", MANAGERS, BYSTANDERS),
    get("/challenges/{in_review}/edit", MANAGERS, BYSTANDERS, ok=STOPPED, about="only a draft"),
    get("/challenges/{open}/edit", MANAGERS, rest=NOT_YOURS, ok=STOPPED, about="only a draft"),
    post("/challenges/{draft}/edit", MANAGERS, BYSTANDERS, send=DRAFT),
    get("/challenges/{ready}/check", MANAGERS, BYSTANDERS),
    post("/challenges/{ready}/submit", MANAGERS, BYSTANDERS),
    get("/challenges/{in_review}/review", STAFF, HOUSE),
    post("/challenges/{in_review}/return", STAFF, HOUSE, send={"remarks": "Say what you have tried."}),
    post("/challenges/{in_review}/approve", STAFF, HOUSE),
    get("/challenges/{requested}/fund", MONEY, INSIDERS - MONEY),
    post("/challenges/{requested}/fund", MONEY, INSIDERS - MONEY),
    post("/challenges/{funded}/publish", MANAGERS, BYSTANDERS),
    post("/challenges/{funded}/reopen", MANAGERS, BYSTANDERS),
    get("/challenges/{requested}/withdraw", MANAGERS, BYSTANDERS),
    post("/challenges/{requested}/withdraw", MANAGERS, BYSTANDERS),
    get("/desk", STAFF, rest=NOT_YOURS),
]

BARRED = HOUSE | JUDGE | STAFF
"""The seeker's own people, who was asked to judge, and who looks after the site."""
CSV = {"file": (b"a,b\n1,2\n", "more.csv")}
ENTRIES = [
    get("/challenges/{open}/agreement", SIGNED),
    get("/challenges/{in_review}/agreement", INSIDERS),
    post("/challenges/{open}/agreement", SIGNED - BARRED, BARRED, send={"seen_hash": "{entry_hash}", "agreed": "1"}),
    post("/challenges/{open}/enter", AUTHOR, rest=NOT_YOURS, about="after the signature"),
    get("/challenges/{open}/room", SIGNED, ok=OK | MOVED, about="others are led to the agreement"),
    get("/challenges/{draft}/room", INSIDERS, ok=MOVED),
    post("/challenges/{open}/room", AUTHOR, send={"title": "Better", "body": "Much better."}),
    post("/challenges/{open}/room/files", AUTHOR, files=CSV),
    post("/challenges/{open}/room/files/{file_draft}/remove", AUTHOR),
    get("/challenges/{open}/room/seal", AUTHOR),
    post("/challenges/{open}/room/seal", AUTHOR),
    post("/challenges/{judging}/room/seal", who("author"), ok=STOPPED, about="too late"),
    post("/challenges/{open}/room/withdraw", AUTHOR),
    get("/entries/{entry_closed}/receipt", AUTHOR),
    get("/entries/{entry_closed}/receipt.json", AUTHOR),
    get("/entries/{entry_closed}/bundle.zip", AUTHOR),
    get("/entries/{entry_closed}/looks", AUTHOR),
    get("/entries/{entry_closed}/files/{file_closed}", AUTHOR | JUDGE | MANAGERS | STAFF),
    get("/entries/{entry_closed}/files/{file_draft}", NOBODY, about="another entry's file"),
    get("/entries/{entry_draft}/files/{file_draft}", AUTHOR, about="before the close"),
    get("/my/entries", SIGNED),
]

REASON = "Clear, measured and told with the numbers that matter."
SCORE = {"score-{judging_criterion}": "8", "reason-{judging_criterion}": REASON}
JUDGING = [
    get("/challenges/{judging}/judging", MANAGERS | STAFF, rest=NOT_YOURS),
    get("/challenges/{open}/judging", MANAGERS | STAFF, rest=NOT_YOURS),
    get("/challenges/{draft}/judging", MANAGERS | STAFF, OTHERS_OF_THE_HOUSE),
    post("/challenges/{open}/judges", MANAGERS | STAFF, rest=NOT_YOURS, send={"email": "newcomer@demo.example"}),
    post("/judges/{judging_judge}/dismiss", MANAGERS | STAFF, JUDGE),
    get("/judge", SIGNED),
    get("/judge/appointments/{asked}", JUDGE | MANAGERS | STAFF, ok=OK | MOVED, about="the seeker is led to the sheet"),
    post("/judge/appointments/{asked}/accept", JUDGE, MANAGERS | STAFF, send={"declared": "1"}),
    post("/judge/appointments/{asked}/decline", JUDGE, MANAGERS | STAFF, send={"reason": "No time."}),
    get("/judge/entries/{entry_judging}", JUDGE),
    get("/judge/entries/{entry_draft}", NOBODY, about="before the close"),
    post("/judge/entries/{entry_judging}", JUDGE, send=SCORE),
]

HASH = {"seen_hash": "{award_hash}"}
TICKED = HASH | {"agreed": "1"}
AWARDS = [
    get("/entries/{entry_closed}", AUTHOR | JUDGE | MANAGERS | STAFF),
    get("/entries/{entry_won}", AUTHOR | MANAGERS | STAFF, about="its judging is over"),
    get("/entries/{entry_draft}", AUTHOR, about="before the close"),
    get("/challenges/{closed}/select", MANAGERS, rest=NOT_YOURS),
    get("/challenges/{closed}/select/{entry_closed}", MANAGERS, rest=NOT_YOURS),
    get("/challenges/{closed}/select/{entry_judging}", NOBODY, SIGNED - MANAGERS, about="another challenge's entry"),
    post("/challenges/{closed}/select/{entry_closed}", MANAGERS, rest=NOT_YOURS, send={"message": "Thank you all."}),
    post("/challenges/{closed}/select/{entry_judging}", NOBODY, SIGNED - MANAGERS, about="another challenge's entry"),
    get("/challenges/{closed}/end", MANAGERS, rest=NOT_YOURS),
    post("/challenges/{closed}/end", MANAGERS, rest=NOT_YOURS, send={"reason": "Nothing we could use, for the reasons given."}),
    get("/awards/{award}", AUTHOR | MANAGERS | STAFF),
    post("/awards/{award}/accept", AUTHOR, MANAGERS | STAFF, send=TICKED),
    post("/awards/{award}/decline", AUTHOR, MANAGERS | STAFF, send={"reason": "We changed our plans."}),
]

ROWS = [*CHALLENGES, *LAUNCH, *ENTRIES, *JUDGING, *AWARDS]
