"""The doors of the site itself and of the core: accounts, organisations, profiles, agreements, messages, the audit log."""

from __future__ import annotations

from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    AUTHOR,
    HOUSE,
    MANAGERS,
    MOVED,
    NOT_YOURS,
    OK,
    OWNER,
    SIGNED,
    STAFF,
    STOPPED,
    get,
    post,
    who,
)  # fmt: skip

SITE = [
    get("/healthz", ANYONE),
    get("/readyz", ANYONE),
    get("/metrics", ANYONE),
    get("/api/openapi.json", ANYONE),
    get("/api/docs", ANYONE),
    get("/api/docs/{api_room}", ANYONE),
    get("/how-it-works", ANYONE),
    get("/styleguide", ANYONE),
    get("/problems/not_found", ANYONE),
    get("/language/zh", ANYONE, ok=MOVED),
    get("/theme/dark", ANYONE, ok=MOVED),
    post("/markdown", SIGNED, send={"text": "**bold**"}),
]

NEW_PASSWORD = "a-longer-password"
ACCOUNTS = [
    get("/register", ANYONE, ok=OK | MOVED),
    post("/register", ANYONE, send={"name": "Ada", "email": "ada@example.org", "password": NEW_PASSWORD}),
    get("/register/sent", ANYONE),
    get("/verify/{verify}", ANYONE),
    post("/verify/{verify}", ANYONE),
    get("/reset", ANYONE),
    post("/reset", ANYONE, send={"email": "company@demo.example"}),
    get("/reset/sent", ANYONE),
    get("/reset/{reset}", ANYONE),
    post("/reset/{reset}", ANYONE, send={"password": NEW_PASSWORD}),
    get("/settings/profile", SIGNED),
    post("/settings/profile", SIGNED, send={"name": "Somebody Else"}),
]

ORGANISATION = {"name": "Meridian Fine Foods", "kind": "company"}
ORGANISATIONS = [
    get("/orgs/new", SIGNED),
    post("/orgs/new", SIGNED, send={"name": "A new one", "kind": "lab"}),
    get("/orgs/{org}", ANYONE),
    get("/orgs/{org}/edit", MANAGERS | ADMIN, rest=NOT_YOURS),
    post("/orgs/{org}/edit", MANAGERS | ADMIN, rest=NOT_YOURS, send=ORGANISATION),
    get("/orgs/{org}/people", HOUSE | ADMIN, rest=NOT_YOURS),
    post("/orgs/{org}/people", OWNER | ADMIN, rest=NOT_YOURS, send={"email": "newcomer@demo.example", "role": "member"}),
    post("/orgs/{org}/people/{manager_id}/role", OWNER | ADMIN, rest=NOT_YOURS, send={"role": "member"}),
    post("/orgs/{org}/people/{manager_id}/remove", OWNER | ADMIN | who("manager"), rest=NOT_YOURS, own=who("manager")),
    get("/admin/people", ADMIN, rest=NOT_YOURS),
    get("/admin/people/{newcomer_id}", ADMIN, rest=NOT_YOURS),
    post("/admin/people/{newcomer_id}/suspend", ADMIN, rest=NOT_YOURS, send={"reason": "Spam."}),
    post("/admin/people/{newcomer_id}/reinstate", ADMIN, rest=NOT_YOURS, ok=STOPPED, about="not suspended"),
    post("/admin/people/{newcomer_id}/duties", ADMIN, rest=NOT_YOURS, send={"consultant": "1"}),
]

AUDIT = [
    get("/admin/audit", ADMIN, rest=NOT_YOURS),
    get("/admin/audit/{row}", ADMIN, rest=NOT_YOURS),
    post("/admin/audit/check", ADMIN, rest=NOT_YOURS),
]

EVIDENCE = {"kind": "project", "title": "A thing done", "text": "And how.", "year": "2020"}
PROFILES = [
    get("/people/{author_handle}", ANYONE),
    get("/people/{hidden_handle}", who("member") | ADMIN, public=True, about="not visible"),
    get("/settings/profile/expert", SIGNED),
    post("/settings/profile/expert", SIGNED, send={"headline": "Something new"}),
    get("/settings/profile/evidence/new", SIGNED),
    post("/settings/profile/evidence/new", SIGNED, send=EVIDENCE),
    get("/settings/profile/evidence/{evidence}", AUTHOR),
    post("/settings/profile/evidence/{evidence}", AUTHOR, send=EVIDENCE),
    post("/settings/profile/evidence/{evidence}/remove", AUTHOR),
]

SIGNATURE = {"seen_hash": "{award_hash}", "agreed": "1"}
AGREEMENTS = [
    get("/my/agreements", SIGNED),
    get("/agreements/{entry_terms}", ANYONE, asks=True, about="of a public challenge"),
    get("/agreements/{review_terms}", HOUSE | STAFF, public=True, asks=True, about="of a challenge in review"),
    get("/agreements/{award_terms}", AUTHOR | MANAGERS | STAFF, public=True, asks=True, about="between seeker and winner"),
    post("/agreements/{entry_terms}/sign", SIGNED, ok=STOPPED, send=SIGNATURE, about="signed where one enters"),
    post("/agreements/{award_terms}/sign", AUTHOR | MANAGERS | STAFF, ok=STOPPED, send=SIGNATURE, about="signed where it is paid"),
]

MESSAGES = [
    get("/inbox", SIGNED),
    get("/inbox/{note}", AUTHOR, ok=MOVED),
    post("/inbox/read-all", SIGNED),
    get("/settings/notifications", SIGNED),
    post("/settings/notifications", SIGNED, send={"award": "daily", "hour": "18"}),
    get("/unsubscribe/{unsubscribe}", ANYONE),
    post("/unsubscribe/{unsubscribe}", ANYONE, csrf=False),
]

ROWS = [*SITE, *ACCOUNTS, *ORGANISATIONS, *AUDIT, *PROFILES, *AGREEMENTS, *MESSAGES]
