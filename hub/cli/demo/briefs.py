"""The demo stories of the search briefs: one at each step, told by the operations that people use."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast, ago
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.kernel import clock, money
from hub.kernel.actor import Actor
from hub.kernel.taxonomy import Sector
from hub.search.briefs import operations
from hub.search.briefs.models import Brief
from hub.search.briefs.rules import Pay
from hub.search.proposals import operations as proposals

STORY = Path(hub.cli.__file__).parent / "demo_data" / "briefs.toml"
OPENED = frozenset({"published", "selecting", "decided"})


def tell(cast: Cast) -> None:
    """Everything of briefs that a newcomer finds. Uncommitted."""
    for row in tomllib.loads(STORY.read_text())["brief"]:
        _tell(cast, row)


def _tell(cast: Cast, row: dict[str, Any]) -> None:
    consultant, client = cast.actor("consultant"), cast.owner_of(row["organisation"])
    written, stage = row["written"], row["stage"]
    now = clock.now()
    with ago(written):
        brief = _draft(cast, row, consultant, now)
        if "fee" in row:
            operations.offer_fee(actor=consultant, brief=brief, gross=money.parse(row["fee"], row["currency"]))
    if stage == "draft":
        return
    with ago(written - 1):
        operations.submit(actor=consultant, brief=brief)
    if stage == "returned":
        with ago(written - 3):
            operations.send_back(actor=client, brief=brief, remarks=row["remarks"])
    elif stage in OPENED:
        if "fee" in row:
            _pay_in(cast, row, brief, client)
        with ago(written - 2):
            operations.sign_off(actor=client, brief=brief)
        _invite(cast, row, brief, consultant)
        for each in row.get("proposal", []):
            _propose(cast, each, brief)
    if stage in {"selecting", "decided"}:
        _select(cast, row, brief, consultant, client)


def _pay_in(cast: Cast, row: dict[str, Any], brief: Brief, client: Actor) -> None:
    """The client agrees to the fee, and its transfer arrives."""
    gross = money.parse(row["fee"], row["currency"])
    with ago(row["written"] - 1.5):
        operations.hold_fee(actor=client, brief=brief, seen=gross, pay=Pay.TRANSFER)
        (funding,) = payments_read.open_fundings_for(brief.ref)
        payments.confirm_funding(actor=cast.actor("admin"), funding=funding, received=gross, bank_reference=f"DEMO-B{brief.id:03}")
        operations.note_fee_held(brief=brief)


def _draft(cast: Cast, row: dict[str, Any], consultant: Actor, now: Any) -> Brief:
    closes_at = (now + timedelta(days=row["closes"])).replace(minute=0, second=0, microsecond=0) if "closes" in row else None
    return operations.draft(
        actor=consultant, organisation_id=cast.organisations[row["organisation"]], title=row["title"], sought=row["sought"],
        background=row.get("background", ""), must_haves=row["must_haves"], criteria=row["criteria"], sector=Sector(row["sector"]),
        language=row.get("language", "en"), closes_at=closes_at, client_shown=row.get("client_shown", True),
    )  # fmt: skip


def _invite(cast: Cast, row: dict[str, Any], brief: Brief, consultant: Actor) -> None:
    with ago(row["written"] - 3):
        for person in row.get("invite", []):
            operations.invite(actor=consultant, brief=brief, key=f"expert:{cast.people[person]}")
    with ago(row["written"] - 5):
        for person in row.get("decline", []):
            operations.decline_invitation(actor=cast.actor(person), brief=brief)


def _propose(cast: Cast, row: dict[str, Any], brief: Brief) -> None:
    """`before` is days before the deadline, or before now while the call is open."""
    author, until = cast.actor(row["person"]), min(clock.now(), brief.closes_at or clock.now())
    with clock.at(until - timedelta(days=row["before"], hours=1)):
        row["made"] = proposals.save(actor=author, brief=brief, title=row["title"], approach=row["approach"], answers=row["answers"])
        if row.get("stage") != "draft":
            proposals.hand_in(actor=author, brief=brief, non_confidential=True)


def _select(cast: Cast, row: dict[str, Any], brief: Brief, consultant: Actor, client: Actor) -> None:
    assert brief.closes_at is not None
    with clock.at(brief.closes_at):
        proposals.close_due()
    with clock.at(brief.closes_at + timedelta(days=2)):
        for each in row["proposal"]:
            if each.get("shortlisted"):
                proposals.sort(actor=consultant, proposal=each["made"], shortlisted=True)
            if "answer" in each:
                chosen, reason = each["answer"]
                proposals.answer(actor=consultant, proposal=each["made"], chosen=chosen, reason=reason)
    if row["stage"] == "decided":
        with clock.at(brief.closes_at + timedelta(days=9)):
            proposals.decide(actor=client, brief=brief)
