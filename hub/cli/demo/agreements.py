"""The demo stories of agreements: saved templates, and agreements between parties in force, proposed, sent back."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast, ago
from hub.core.accounts import queries as people
from hub.core.agreements import queries as agreements
from hub.core.clauses import operations as clauses
from hub.core.contracts import operations
from hub.core.contracts.rules import Takes
from hub.core.organisations import queries as organisations
from hub.kernel import money
from hub.kernel.actor import Actor

STORY = Path(hub.cli.__file__).parent / "demo_data" / "agreements.toml"


def tell_templates(cast: Cast) -> None:
    """What organisations saved for themselves: deals and platforms are told with them. Uncommitted."""
    for row in tomllib.loads(STORY.read_text(encoding="utf-8"))["template"]:
        owner, body = cast.owner_of(row["organisation"]), cast.organisations[row["organisation"]]
        said = {"name": row["name"], "choices": row["choices"], "own": row.get("own", ())}
        with ago(row["saved"]):
            template = clauses.save(actor=owner, kind=row["kind"], organisation_id=body, **said)
        if "changed" in row:
            with ago(row["saved"] / 2):
                clauses.change(actor=owner, template=template, name=row["name"], choices=row["changed"])


def tell(cast: Cast) -> None:
    """Everything of agreements that a newcomer finds beside those of challenges, awards, deals and platforms. Uncommitted."""
    story = tomllib.loads(STORY.read_text(encoding="utf-8"))
    for row in sorted(story["contract"], key=lambda row: -row["proposed"]):
        _agree(cast, row)


def _actor(cast: Cast, key: str) -> Actor:
    return cast.owner_of(key) if key in cast.organisations else cast.actor(key)


def _agree(cast: Cast, row: dict[str, Any]) -> None:
    drafter, other = _actor(cast, row["drafter"]), _actor(cast, row["other"])
    body = cast.organisations.get(row["drafter"])
    named = row["other"] in cast.organisations
    said = organisations.card(cast.organisations[row["other"]]).slug if named else people.get(cast.people[row["other"]]).handle
    price = money.parse(*row["price"]) if "price" in row else None
    with ago(row["proposed"] + 0.2):
        contract = operations.draft(
            actor=drafter, kind=row["kind"], title=row["title"], object=row["object"], terms=row["choices"], takes=Takes(row["takes"]),
            other=f"/orgs/{said}" if named else f"@{said}", organisation_id=body, price=price,
        )  # fmt: skip
    with ago(row["proposed"]):
        operations.propose(actor=drafter, contract=contract)
    if row["state"] == "returned":
        _sign(drafter, contract, row["signed"][0])
    if "sent_back" in row:
        with ago(row["sent_back"]):
            operations.return_(actor=other, contract=contract, reason=row["reason"])
    if "again" in row:
        with ago(row["again"]):
            operations.edit(
                actor=drafter, contract=contract, title=row["title"], object=row["object"], terms=row["then"],
                takes=Takes(row["takes"]), price=price,
            )  # fmt: skip
            operations.propose(actor=drafter, contract=contract)
    if row["state"] != "returned":
        for who, when in zip((drafter, other), row["signed"], strict=False):
            _sign(who, contract, when)


def _sign(actor: Actor, contract: Any, days: float) -> None:
    with ago(days):
        operations.sign(actor=actor, contract=contract, seen_hash=agreements.get(contract.terms_id or 0).hash)
