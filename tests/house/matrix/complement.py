"""The doors of the complement, for people and for programs.

The platform is the owner's organisation's; its products are the other's (Loom Materials Lab), one is the author's own.
"""

from __future__ import annotations

from hub.complement.platforms import operations as platforms
from hub.complement.products import queries as products_read
from hub.complement.store import operations as store
from hub.complement.store.rules import issue
from hub.core.accounts import queries as people
from hub.core.organisations import queries as organisations
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from tests.factories import platforms as made
from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    AUTHOR,
    HOUSE,
    MANAGERS,
    NOBODY,
    NOT_YOURS,
    SIGNED,
    STAFF,
    STOPPED,
    Row,
    get,
    patch,
    post,
    put,
    who,
)  # fmt: skip

OTHER = who("other")
REVIEWERS = MANAGERS | STAFF
KNOWING = HOUSE | STAFF
"""Who may know of a platform before it opens."""
CONCERNED = REVIEWERS | OTHER
"""Who may know of a product before it is listed: its vendor, and those who look after the platform."""
BYSTANDERS = KNOWING - MANAGERS

FORM = {
    "name": "Renamed arm", "summary": "Another sentence about it.", "about": "Words enough to say what it is, who uses it, and what we would like to see built on it next year.",
    "public_part": "The interface and its documentation", "nda_part": "", "proprietary_part": "The motion control", "secrecy_years": "3",
    "review_days": "7", "share": "12.5", "language": "en",
}  # fmt: skip
REASON = {"reason": "We replace it by its successor."}
PLATFORMS = [
    get("/platforms", ANYONE),
    get("/platforms/new", SIGNED),
    post("/platforms/new", MANAGERS, rest=NOT_YOURS, send=FORM | {"organisation": "{org}"}),
    get("/platforms/{platform}", ANYONE),
    get("/platforms/{platform}?q=whisk&sector=manufacturing", ANYONE, about="searched"),
    get("/platforms/{platform_draft}", KNOWING, public=True),
    get("/platforms/{platform_closed}", ANYONE),
    get("/platforms/{catalogue}", ANYONE),
    get("/platforms/{platform}/releases.atom", ANYONE),
    get("/platforms/{platform}/edit", MANAGERS, rest=NOT_YOURS),
    get("/platforms/{platform_draft}/edit", MANAGERS, BYSTANDERS),
    post("/platforms/{platform}/edit", MANAGERS, rest=NOT_YOURS, send=FORM),
    get("/platforms/{platform_draft}/check", MANAGERS, BYSTANDERS),
    post("/platforms/{platform_draft}/open", MANAGERS, BYSTANDERS),
    get("/platforms/{platform}/close", MANAGERS, rest=NOT_YOURS),
    post("/platforms/{platform}/close", MANAGERS, rest=NOT_YOURS, send=REASON),
    post("/platforms/{platform_closed}/reopen", MANAGERS, rest=NOT_YOURS),
    get("/orgs/{org}/platforms", HOUSE | ADMIN, rest=NOT_YOURS),
    get("/agreements/{developer_terms}", ANYONE, asks=True, about="of an open platform"),
]

PRODUCT = "/platforms/{platform}/products"
PAGE = {
    "name": "Better whisk", "summary": "A whisk that the arm changes by itself.", "sector": "manufacturing", "language": "en",
    "description": "It beats eggs and batter at six speeds, knows when it is clean, and tells the arm when it wants to be changed.",
}  # fmt: skip
RELEASE = {"number": "2.0.0", "licence": "MIT OR Apache-2.0", "notes": "Everything is new."}
FILE = {"file": (made.packed(), "whisk-2.0.0.zip")}
REASONS = {"reasons": ["security"], "remarks": made.REMARKS}
PRODUCTS = [
    get("/my/products", SIGNED),
    get("/platforms/{platform}/publish", SIGNED),
    get("/platforms/{platform_closed}/publish", SIGNED, ok=STOPPED, about="closed"),
    post("/platforms/{platform}/publish", SIGNED, send=PAGE),
    get(PRODUCT + "/{listed}", ANYONE),
    get(PRODUCT + "/{withdrawn}", ANYONE),
    *(get(PRODUCT + f"/{{{state}}}", CONCERNED, public=True) for state in ("draft_product", "reviewed", "returned")),
    get(PRODUCT + "/{listed}/edit", OTHER, rest=NOT_YOURS),
    get(PRODUCT + "/{draft_product}/edit", OTHER, REVIEWERS),
    post(PRODUCT + "/{listed}/edit", OTHER, rest=NOT_YOURS, send=PAGE),
    get(PRODUCT + "/{listed}/release", OTHER, rest=NOT_YOURS),
    post(PRODUCT + "/{listed}/release", OTHER, rest=NOT_YOURS, send=RELEASE, files=FILE),
    post(PRODUCT + "/{listed}/withdraw", OTHER, rest=NOT_YOURS),
    post(PRODUCT + "/{draft_product}/withdraw", OTHER, REVIEWERS),
    post(PRODUCT + "/{withdrawn}/take-up", OTHER, rest=NOT_YOURS),
    get("/platforms/{platform}/reviews", REVIEWERS, rest=NOT_YOURS),
    get(PRODUCT + "/{reviewed}/releases/{release_sent}/review", CONCERNED),
    get(PRODUCT + "/{returned}/releases/{release_returned}/review", CONCERNED),
    get(PRODUCT + "/{listed}/releases/{release}/review", CONCERNED, rest=NOT_YOURS),
    get(PRODUCT + "/{listed}/releases/{release_sent}/review", NOBODY, about="another product's release"),
    post(PRODUCT + "/{reviewed}/releases/{release_sent}/approve", REVIEWERS, OTHER, send={"remarks": ""}),
    post(PRODUCT + "/{reviewed}/releases/{release_sent}/return", REVIEWERS, OTHER, send=REASONS),
    post(PRODUCT + "/{reviewed}/releases/{release_sent}/recall", OTHER, REVIEWERS),
    get(PRODUCT + "/{listed}/releases/{release}/yank", CONCERNED, rest=NOT_YOURS),
    post(PRODUCT + "/{listed}/releases/{release}/yank", CONCERNED, rest=NOT_YOURS, send={"reason": made.REASON}),
    get(PRODUCT + "/{listed}/take-off", REVIEWERS, rest=NOT_YOURS),
    post(PRODUCT + "/{listed}/take-off", REVIEWERS, rest=NOT_YOURS, send=REASONS),
]

HOLDER = AUTHOR
ANSWERING = CONCERNED
STORE = [
    post(PRODUCT + "/{listed}/install", SIGNED),
    post(PRODUCT + "/{reviewed}/install", CONCERNED, ok=STOPPED, about="nothing is released"),
    get(PRODUCT + "/{listed}/releases/{release}/file", HOLDER | CONCERNED, rest=NOT_YOURS),
    get(PRODUCT + "/{reviewed}/releases/{release_sent}/file", CONCERNED),
    get(PRODUCT + "/{listed}/releases/{release}/sha256", ANYONE),
    get(PRODUCT + "/{reviewed}/releases/{release_sent}/sha256", CONCERNED, public=True),
    get("/my/installs", SIGNED),
    get("/installs/{install}", HOLDER, ANSWERING),
    post("/installs/{install}/uninstall", HOLDER, ANSWERING),
    post("/installs/{install}/renew-token", HOLDER, ANSWERING),
    get(PRODUCT + "/{listed}/installs", CONCERNED, rest=NOT_YOURS),
    get("/installs/{install}/revoke", ANSWERING, HOLDER),
    post("/installs/{install}/revoke", ANSWERING, HOLDER, send={"reason": made.REASON}),
    post(PRODUCT + "/{listed}/ratings", HOLDER, rest=NOT_YOURS, send={"stars": "4", "text": "Good, mostly."}),
    get("/ratings/{rating}/reply", OTHER, rest=NOT_YOURS),
    post("/ratings/{rating}/reply", OTHER, rest=NOT_YOURS, send={"text": "Thank you."}),
]

V1 = "/api/v1"
API = V1 + PRODUCT
PLATFORM_BODY = FORM | {"share": "12.5", "review_days": 7, "secrecy_years": 3}
PLATFORMS_API = [
    get(V1 + "/platforms", ANYONE),
    get(V1 + "/platforms/{platform}", ANYONE),
    get(V1 + "/platforms/{platform_draft}", KNOWING, public=True),
    post(V1 + "/platforms", MANAGERS, rest=NOT_YOURS, send=PLATFORM_BODY | {"organisation": "{org}"}),
    patch(V1 + "/platforms/{platform}", MANAGERS, rest=NOT_YOURS, send={"summary": "Another sentence about it."}),
    post(V1 + "/platforms/{platform_draft}/open", MANAGERS, BYSTANDERS),
    post(V1 + "/platforms/{platform}/close", MANAGERS, rest=NOT_YOURS, send=REASON),
    post(V1 + "/platforms/{platform_closed}/reopen", MANAGERS, rest=NOT_YOURS),
]
PRODUCTS_API = [
    get(V1 + "/products", ANYONE),
    get(API, ANYONE),
    post(API, SIGNED, send=PAGE),
    get(API + "/{listed}", ANYONE),
    get(API + "/{reviewed}", CONCERNED, public=True),
    patch(API + "/{listed}", OTHER, rest=NOT_YOURS, send={"summary": "Another sentence about it."}),
    post(API + "/{listed}/withdraw", OTHER, rest=NOT_YOURS),
    post(API + "/{withdrawn}/take-up", OTHER, rest=NOT_YOURS),
    post(API + "/{listed}/take-off", REVIEWERS, rest=NOT_YOURS, send=REASONS),
    get(API + "/{returned}/decisions", CONCERNED),
    get(API + "/{listed}/releases", ANYONE),
    get(API + "/{reviewed}/releases", CONCERNED, public=True),
    post(API + "/{listed}/releases", OTHER, rest=NOT_YOURS, send=RELEASE, files=FILE),
    get(API + "/{listed}/releases/{release}", ANYONE),
    get(API + "/{reviewed}/releases/{release_sent}", CONCERNED, public=True),
    post(API + "/{reviewed}/releases/{release_sent}/recall", OTHER, REVIEWERS),
    post(API + "/{reviewed}/releases/{release_sent}/approve", REVIEWERS, OTHER, send={}),
    post(API + "/{reviewed}/releases/{release_sent}/return", REVIEWERS, OTHER, send=REASONS),
    post(API + "/{listed}/releases/{release}/yank", CONCERNED, rest=NOT_YOURS, send={"reason": made.REASON}),
]
STORE_API = [
    post(API + "/{listed}/install", SIGNED, send={}),
    get(API + "/{listed}/releases/{release}/file", HOLDER | CONCERNED, rest=NOT_YOURS),
    get(V1 + "/installs", SIGNED),
    get(V1 + "/installs/{install}", HOLDER | ANSWERING),
    get(V1 + "/installs/{install}/token", HOLDER, ANSWERING),
    post(V1 + "/installs/{install}/renew-token", HOLDER, ANSWERING),
    post(V1 + "/installs/{install}/uninstall", HOLDER, ANSWERING),
    post(V1 + "/installs/{install}/revoke", ANSWERING, HOLDER, send={"reason": made.REASON}),
    get(V1 + "/entitlements/verify?token=hub1.e30.none", ANYONE),
    post(V1 + "/entitlements/verify", ANYONE, send={"token": "{token}"}),
    get(API + "/{listed}/ratings", ANYONE),
    get(API + "/{listed}/score", ANYONE),
    put(API + "/{listed}/rating", HOLDER, rest=NOT_YOURS, send={"stars": 5}),
    post(V1 + "/ratings/{rating}/reply", OTHER, rest=NOT_YOURS, send={"text": "Thank you."}),
]

ROWS: list[Row] = [*PLATFORMS, *PRODUCTS, *STORE, *PLATFORMS_API, *PRODUCTS_API, *STORE_API]


def _actor(email: str) -> Actor:
    found = people.by_email(email)
    assert found is not None
    return people.actor_of(found.id)


def places() -> dict[str, str]:
    """What the world holds of it beyond the demo content, by the names that the rows use. Called inside a unit of work."""
    owner, other, author = _actor("company@demo.example"), _actor("owner@demo.example"), _actor("solver@demo.example")
    house, vendor = organisations.by_slug("meridian-foods"), organisations.by_slug("loom-materials-lab")
    arm = made.platform(owner, house.id, name="Matrix arm")
    draft = made.platform(owner, house.id, "draft", name="Matrix oven")
    closed = made.platform(owner, house.id, "closed", name="Matrix mixer")
    made.sign(author, arm)
    made.sign(owner, arm)
    found = {
        name: made.product(other, arm, owner, state, name=f"Matrix {name}", organisation_id=vendor.id)
        for name, state in (
            ("listed", "listed"), ("reviewed", "in_review"), ("returned", "returned"), ("draft_product", "draft"), ("withdrawn", "withdrawn"),
        )
    }  # fmt: skip
    install = made.install(author, found["listed"])
    (release,) = products_read.releases(found["listed"], published_only=True)
    store.fetch(actor=author, release=release)
    rating = store.rate(actor=author, product=found["listed"], stars=3, text="It whisks.")
    words = made.content(name="Matrix catalogue")
    catalogue = platforms.catalogue(actor=SYSTEM, source_key="matrix", owner="NASA", content=words)
    sent, returned = products_read.in_review(found["reviewed"].id), products_read.releases(found["returned"], published_only=False)[0]
    assert sent is not None
    return {
        "platform": arm.slug, "platform_draft": draft.slug, "platform_closed": closed.slug, "catalogue": catalogue.slug,
        "developer_terms": str(arm.terms_id), "release": str(release.id), "release_sent": str(sent.id), "release_returned": str(returned.id),
        "install": str(install.id), "rating": str(rating.id),
        "token": issue("test-key", entitlement_id=install.id, serial=1, product="matrix-arm/matrix-listed", now=clock.now()),
        **{name: product.slug for name, product in found.items()},
    }  # fmt: skip
