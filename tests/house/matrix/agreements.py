"""The doors of deeds (versions compared, PDF, evidence), of the clause builder and of agreements between parties."""

from __future__ import annotations

from sqlalchemy import select

from hub.core.accounts import queries as people
from hub.core.agreements import queries as agreements
from hub.core.clauses import operations as clauses
from hub.core.contracts import operations
from hub.core.organisations.models import Organisation
from hub.db.extensions import db
from hub.kernel.actor import Actor
from tests.factories import contracts
from tests.house.matrix.table import (
    ADMIN,
    AUTHOR,
    HOUSE,
    MANAGERS,
    NOT_YOURS,
    OWNER,
    SIGNED,
    STAFF,
    STOPPED,
    Row,
    get,
    post,
    put,
    who,
)  # fmt: skip

SIDES = MANAGERS | AUTHOR
READERS = SIDES | ADMIN
TERMS = {"terms": {"transfer": "exclusive_licence", "term_years": 5}}
FORM = {"terms.transfer": "exclusive_licence", "terms.term_years": "5", "terms.territory": "worldwide"}
CONTRACT = {"title": "A licence of ours", "object": contracts.OBJECT}
REASON = {"reason": contracts.REASON}
HASH = {"seen_hash": "{contract_hash}"}
SIGNING = {"needed": "1", "signers": "managers"}
T, C = "/api/v1/agreement-templates", "/api/v1/contracts"
SOMEBODY = {"other": "loom-materials-lab"}
OTHERS = SIGNED - who("other")

PAGES = [
    get("/agreements/{entry_terms}/evidence.json", SIGNED),
    get("/agreements/{award_terms}/evidence.json", AUTHOR | MANAGERS | STAFF),
    get("/agreements/{award_terms}.pdf", AUTHOR | MANAGERS | STAFF),
    get("/agreements/{award_terms}/standard", AUTHOR | MANAGERS | STAFF),
    get("/agreements/{changed_terms}/changes", READERS),
    get("/orgs/{org}/signing", MANAGERS, rest=NOT_YOURS),
    post("/orgs/{org}/signing", OWNER, rest=NOT_YOURS, send=SIGNING),
    get("/agreements/templates", SIGNED),
    get("/agreements/templates/new", SIGNED),
    post("/agreements/templates/new", SIGNED, send={"kind": "technology", "name": "Ours", **FORM}),
    get("/agreements/templates/{template}", HOUSE),
    post("/agreements/templates/{template}", MANAGERS, no=HOUSE - MANAGERS, send={"name": "Renamed", **FORM}),
    get("/agreements/templates/{template}/standard", HOUSE),
    post("/agreements/templates/{template}/archive", MANAGERS, no=HOUSE - MANAGERS),
    post("/agreements/templates/{old_template}/restore", MANAGERS, no=HOUSE - MANAGERS),
    post("/agreements/preview", SIGNED, send={"preview_kind": "technology", **FORM}),
    get("/my/contracts", SIGNED),
    get("/orgs/{org}/agreements", MANAGERS, rest=NOT_YOURS),
    get("/agreements/new", SIGNED),
    post("/agreements/new", SIGNED, send={"kind": "technology", "takes": "gives", **CONTRACT, **SOMEBODY, **FORM}),
    get("/contracts/{contract_draft}/edit", MANAGERS, no=ADMIN),
    post("/contracts/{contract_draft}/edit", MANAGERS, no=ADMIN, send={**CONTRACT, "takes": "gives", **FORM}),
    get("/contracts/{contract_draft}/check", MANAGERS, no=ADMIN),
    post("/contracts/{contract_draft}/propose", MANAGERS, no=ADMIN),
    get("/contracts/{contract_draft}", MANAGERS | ADMIN),
    get("/contracts/{contract_asked}", READERS),
    post("/contracts/{contract_asked}/confirm", SIDES, no=ADMIN, send={**HASH, "agreed": "1"}),
    post("/contracts/{contract_asked}/sign", SIDES, no=ADMIN, send={**HASH, "agreed": "1"}),
    post("/contracts/{contract_asked}/return", AUTHOR, no=MANAGERS | ADMIN, send=REASON),
    post("/contracts/{contract_asked}/withdraw", MANAGERS, no=AUTHOR | ADMIN, send=REASON),
    post("/contracts/{contract_bound}/change", MANAGERS, no=AUTHOR | ADMIN),
    post("/contracts/{contract_asked}/keep", MANAGERS, no=AUTHOR | ADMIN, ok=STOPPED, send=REASON, about="nothing is in force"),
]

API = [
    get("/api/v1/agreements/{changed_terms}/changes", READERS),
    get("/api/v1/agreements/{award_terms}/evidence", AUTHOR | MANAGERS | STAFF),
    get("/api/v1/agreements/{award_terms}/standard", AUTHOR | MANAGERS | STAFF),
    get("/api/v1/agreements/signing/{org}", MANAGERS, rest=NOT_YOURS),
    put("/api/v1/agreements/signing/{org}", OWNER, rest=NOT_YOURS, send={"needed": 1, "signers": "managers"}),
    get(T, SIGNED),
    post(T, SIGNED, send={"kind": "technology", "name": "Ours", **TERMS}),
    post(f"{T}/preview", SIGNED, send={"kind": "technology", **TERMS}, ok=frozenset({200})),
    get(T + "/{template}", HOUSE),
    put(T + "/{template}", MANAGERS, no=HOUSE - MANAGERS, send={"name": "Renamed", **TERMS}),
    post(T + "/{template}/archive", MANAGERS, no=HOUSE - MANAGERS),
    post(T + "/{old_template}/restore", MANAGERS, no=HOUSE - MANAGERS),
    get(C, SIGNED),
    post(C, SIGNED, send={"kind": "technology", "takes": "gives", **CONTRACT, **SOMEBODY, **TERMS}),
    get(C + "/{contract_asked}", READERS),
    put(C + "/{contract_draft}", MANAGERS, no=ADMIN, send={**CONTRACT, "takes": "gives", **TERMS}),
    post(C + "/{contract_draft}/propose", MANAGERS, no=ADMIN),
    post(C + "/{contract_asked}/sign", SIDES, no=ADMIN, send=HASH),
    post(C + "/{contract_asked}/return", AUTHOR, no=MANAGERS | ADMIN, send=REASON),
    post(C + "/{contract_asked}/withdraw", MANAGERS, no=AUTHOR | ADMIN, send=REASON),
    post(C + "/{contract_bound}/change", MANAGERS, no=AUTHOR | ADMIN),
    post(C + "/{contract_asked}/keep", MANAGERS, no=AUTHOR | ADMIN, ok=STOPPED, send=REASON, about="nothing is in force"),
]

ROWS: list[Row] = [*PAGES, *API]


def _actor(email: str) -> Actor:
    found = people.by_email(email)
    assert found is not None
    return people.actor_of(found.id)


def places() -> dict[str, str]:
    """Of the owner's organisation: a template in use and an archived one; with the author an agreement at each step."""
    owner, author = _actor("company@demo.example"), _actor("solver@demo.example")
    meridian = db.session.scalars(select(Organisation).where(Organisation.slug == "meridian-foods")).one()
    handle, ours = people.get(author.person_id or 0).handle, {"organisation_id": meridian.id}
    template = clauses.save(actor=owner, kind="technology", name="Licence to start-ups", choices={}, **ours)
    old = clauses.save(actor=owner, kind="service", name="Lab work before 2026", choices={}, **ours)
    clauses.archive(actor=owner, template=old)
    draft = contracts.drawn_up(owner, handle, title="Freezing without crystals", **ours)
    asked = contracts.proposed(owner, handle, title="Thawing without drip", **ours)
    operations.return_(actor=author, contract=asked, reason=contracts.REASON)
    operations.edit(
        actor=owner, contract=asked, title=asked.title, object=asked.object, terms={"term_years": 9}, takes=asked.takes,
    )  # fmt: skip
    operations.propose(actor=owner, contract=asked)
    bound = contracts.in_force(owner, author, handle, title="Packing under nitrogen", **ours)
    return {
        "template": str(template.id), "old_template": str(old.id), "contract_draft": str(draft.id), "contract_asked": str(asked.id),
        "contract_bound": str(bound.id), "changed_terms": str(asked.terms_id), "contract_hash": agreements.get(asked.terms_id or 0).hash,
    }  # fmt: skip
