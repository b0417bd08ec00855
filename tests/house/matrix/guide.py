"""The doors of the guide: the front page, home, explore, the administrators' desk, engine room, imports and books."""

from __future__ import annotations

from tests.house.matrix.table import ADMIN, ANYONE, MOVED, NOBODY, NOT_YOURS, OK, SIGNED, get, post

CSV_HEAD = b"Center;Status;Case Number;Application SN;Title;Patent Expiration Date\n"
PATENT = CSV_HEAD + b"NASA Ames Research Center;Issued;ARC-1;09/017,519;Multimodality Instrument;02 April 2030\n"

FRONT = [
    get("/", ANYONE, ok=OK | MOVED, about="home for those who are signed in"),
    get("/home", SIGNED),
    get("/new", ANYONE),
    get("/new?result=solution&described=direction&reward=prize", ANYONE, about="with advice"),
    get("/api/v1/advice?result=items", ANYONE),
    get("/robots.txt", ANYONE),
    get("/sitemap.xml", ANYONE),
    get("/explore", ANYONE),
    get("/explore?q=sensor&kind=offer", ANYONE, about="searched"),
    get("/explore.atom", ANYONE),
    get("/api/v1/search", ANYONE),
]

IMPORTS = "/admin/imports"
ADMINISTRATION = [
    get("/admin", ADMIN, rest=NOT_YOURS),
    get("/admin/jobs", ADMIN, rest=NOT_YOURS),
    post("/admin/jobs/{dead}/revive", ADMIN, rest=NOT_YOURS),
    post("/admin/jobs/index", ADMIN, rest=NOT_YOURS),
    get(IMPORTS, ADMIN, rest=NOT_YOURS),
    post(IMPORTS, ADMIN, rest=NOT_YOURS, send={"source": "nasa-patents"}, files={"file": (PATENT, "patents.csv")}),
    get(IMPORTS + "/nasa-patents/{import_file}", ADMIN, rest=NOT_YOURS),
    get(IMPORTS + "/nasa-patents/{file_draft}", NOBODY, SIGNED - ADMIN, about="somebody's attachment"),
    post(IMPORTS + "/nasa-patents/{import_file}", ADMIN, rest=NOT_YOURS),
    get("/admin/ledger", ADMIN, rest=NOT_YOURS),
    get("/admin/ledger/accounts/{account}", ADMIN, rest=NOT_YOURS),
    get("/admin/ledger/transactions/{transaction}", ADMIN, rest=NOT_YOURS),
    get("/admin/ledger/pending", ADMIN, rest=NOT_YOURS),
    get("/admin/ledger/pending/{pending_money}", ADMIN, rest=NOT_YOURS),
]

ROWS = [*FRONT, *ADMINISTRATION]
