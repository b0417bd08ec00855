"""The doors of signing in: second steps, passkeys, recovery codes, proofs of who is there, sessions, keys."""

from __future__ import annotations

from hub.core.accounts import queries as accounts
from hub.core.factors import operations
from hub.core.factors.models import Passkey
from hub.db.extensions import db
from hub.kernel import clock
from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    AUTHOR,
    MOVED,
    NOT_YOURS,
    OK,
    SIGNED,
    STOPPED,
    delete,
    get,
    post,
)  # fmt: skip

SECURITY = "/settings/security"
OTHERS = SIGNED - AUTHOR
NO_PROOF = {"credential": "none"}

ROWS = [
    get("/login", ANYONE, ok=OK | MOVED),
    post("/login", ANYONE, send={"email": "company@demo.example", "password": "demo"}),
    get("/login/second", SIGNED, public=True, asks=True, ok=MOVED, about="nobody is halfway in"),
    post("/login/second", SIGNED, public=True, asks=True, ok=MOVED, send={"code": "123456"}, about="nobody is halfway in"),
    post("/login/second/options", SIGNED, public=True, asks=True, ok=MOVED, about="nobody is halfway in"),
    post("/login/passkey/options", ANYONE),
    post("/login/passkey", ANYONE, ok=STOPPED, send=NO_PROOF),
    post("/logout", ANYONE),
    post("/proof/options", AUTHOR, rest=422),
    get(SECURITY, SIGNED),
    post(SECURITY + "/password", SIGNED, send={"current": "demo", "password": "a-longer-password"}),
    post(SECURITY + "/confirm", SIGNED, ok=STOPPED, about="confirmed already"),
    post(SECURITY + "/sessions/{session}/end", AUTHOR),
    post(SECURITY + "/sessions/end-others", SIGNED),
    get(SECURITY + "/factors", SIGNED),
    post(SECURITY + "/app", SIGNED),
    get(SECURITY + "/app", SIGNED, ok=OK | MOVED),
    get(SECURITY + "/app/qr.svg", AUTHOR),
    post(SECURITY + "/app/confirm", AUTHOR, ok=STOPPED, send={"code": "12345"}, about="a wrong code"),
    post(SECURITY + "/app/remove", SIGNED, ok=STOPPED, about="there is none"),
    get(SECURITY + "/codes", SIGNED, ok=MOVED, about="shown once"),
    post(SECURITY + "/codes", AUTHOR, rest=409),
    post(SECURITY + "/passkeys/options", SIGNED),
    post(SECURITY + "/passkeys", SIGNED, ok=STOPPED, send={"name": "Laptop", **NO_PROOF}),
    get(SECURITY + "/passkeys/{passkey}", AUTHOR),
    post(SECURITY + "/passkeys/{passkey}", AUTHOR, send={"name": "Phone"}),
    post(SECURITY + "/passkeys/{passkey}/remove", AUTHOR),
    get("/admin/people/{author_id}/factors", ADMIN, rest=NOT_YOURS),
    post("/admin/people/{author_id}/factors", ADMIN, rest=NOT_YOURS, send={"reason": "Called at the known number."}),
    post("/admin/people/{author_id}/sessions/end", ADMIN, rest=NOT_YOURS),
    get("/settings/keys", SIGNED),
    post("/settings/keys", SIGNED, send={"name": "Script", "scopes": ["write"]}),
    post("/settings/keys/{key}/revoke", AUTHOR),
    get("/api/v1/me/factors", SIGNED),
    get("/api/v1/me/sessions", SIGNED),
    get("/api/v1/me/sessions/refused", SIGNED),
    delete("/api/v1/me/sessions", SIGNED),
    delete("/api/v1/me/sessions/{session}", AUTHOR),
]


def add_last() -> dict[str, str]:
    """After everybody has signed in: the author has a passkey, and an authenticator app that waits for its first code."""
    author = accounts.by_email("solver@demo.example")
    assert author is not None
    kept = Passkey(
        person_id=author.id, name="My laptop", handle="aGFuZGxl", credential_id="cGFzc2tleQ", public_key=b"public", sign_count=3,
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(kept)
    operations.begin_app(actor=accounts.actor_of(author.id), site_key="test-key")
    db.session.flush()
    return {"passkey": str(kept.id), "author_id": str(author.id)}
