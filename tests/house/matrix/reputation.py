"""The doors of reputation and of certificates, for people and for programs."""

from __future__ import annotations

from typing import Any

from hub.core.certificates import operations as certificates
from hub.core.disputes.rules import Side
from hub.core.reputation import queries
from tests.factories import reputation as making
from tests.house.matrix.disputes import _actor
from tests.house.matrix.services import OTHER, _organisation
from tests.house.matrix.table import ADMIN, ANYONE, DONE, MANAGERS, NOT_YOURS, OK, SIGNED, STOPPED, Row, get, post

# The house asked the other's lab for things, and both rate one another. Of the house only owners and managers speak.
PARTIES = MANAGERS | OTHER
RATES = {"substance": "4", "communication": "5", "reliability": "4", "words": "Good data, and they told us early what would not work."}
REPLIES = {"reply": "We have mended the figure since."}
LIKES = {"score": "9", "why": "Quick."}
OPEN, SHOWN = "/reputation/deals/{deal_to_rate}", "/reputation/deals/{deal_rated}"

PAGES = [
    get("/reputation", ANYONE),
    get("/people/{author_handle}/record", ANYONE),
    get("/orgs/{org}/record", ANYONE),
    get("/my/ratings", SIGNED),
    get(OPEN, PARTIES),
    get(SHOWN, PARTIES, about="that is rated"),
    post(f"{OPEN}/rate", PARTIES, send=RATES, ok=DONE | STOPPED),
    post(f"{OPEN}/recommend", PARTIES, send=LIKES, ok=DONE | STOPPED),
    post(f"{SHOWN}/reply", PARTIES, send=REPLIES),
    get("/admin/recommendations", ADMIN, rest=NOT_YOURS),
    get("/my/certificates", SIGNED),
    post("/my/certificates", MANAGERS, rest=NOT_YOURS, send={"organisation": "{org}"}),
    post("/my/certificates/{certificate}/withdraw", MANAGERS, ok=DONE | STOPPED),
    get("/my/certificates/{certificate}.pdf", MANAGERS),
    get("/my/certificates/{certificate}.json", MANAGERS),
    get("/reputation/certificates/{certificate_code}", ANYONE),
    get("/reputation/verify", ANYONE),
    post("/reputation/verify", ANYONE, send={"text": "{{}}"}, ok=OK),
]

API = "/api/v1"
DEAL = f"{API}/finished-deals/{{deal_to_rate}}"
PROGRAMS = [
    get(f"{API}/people/{{author_handle}}/record", ANYONE),
    get(f"{API}/people/{{author_handle}}/ratings", ANYONE),
    get(f"{API}/orgs/{{org}}/record", ANYONE),
    get(f"{API}/orgs/{{org}}/ratings", ANYONE),
    get(f"{API}/me/finished-deals", SIGNED),
    get(DEAL, PARTIES),
    post(f"{DEAL}/rating", PARTIES, send=RATES, ok=DONE | STOPPED),
    post(f"{DEAL}/recommendation", PARTIES, send=LIKES, ok=DONE | STOPPED),
    post(f"{API}/deal-ratings/{{rating_of_lab}}/reply", OTHER, MANAGERS, send=REPLIES),
    get(f"{API}/admin/recommendations", ADMIN, rest=NOT_YOURS),
    get(f"{API}/me/certificates", SIGNED),
    post(f"{API}/me/certificates", MANAGERS, rest=NOT_YOURS, send={"organisation": "{org}"}),
    post(f"{API}/me/certificates/{{certificate}}/withdraw", MANAGERS, ok=DONE | STOPPED),
    get(f"{API}/certificates/{{certificate_code}}", ANYONE),
    post(f"{API}/certificates/check", ANYONE, send={"statement": {}, "signature": ""}, ok=OK),
]

ROWS: list[Row] = [*PAGES, *PROGRAMS]


def places() -> dict[str, str]:
    """One deal that nobody has rated, one that both have; and a certificate of the house."""
    house, lab = Side(organisation_id=_organisation("meridian-foods").id), Side(organisation_id=_organisation("loom-materials-lab").id)
    owner, other = _actor("company"), _actor("owner")

    def both(title: str) -> Any:
        deal = making.finished(house, lab, title=title)
        making.rate(deal, owner, 4)
        return deal, making.rate(deal, other, 5)

    to_rate, (rated, _about_house) = making.finished(house, lab, title="A film to rate"), both("A rated film")
    made = certificates.issue(actor=owner, organisation="meridian-foods")
    return {
        "deal_to_rate": str(to_rate.id), "deal_rated": str(rated.id),
        "rating_of_lab": str(next(one.id for one in queries.ratings(rated.id).values() if one.about == lab)),
        "certificate": str(made.id), "certificate_code": made.code,
    }  # fmt: skip
