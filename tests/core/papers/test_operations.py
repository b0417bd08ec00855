"""Papers of money: each movement gets its own, once; numbered without gaps; never changed."""

from __future__ import annotations

from sqlalchemy import select

from hub.core.papers.models import Paper
from hub.core.papers.rules import PaperKind, Party
from hub.core.payouts import operations as payouts
from hub.db import delivery, work
from hub.db.extensions import db
from tests.factories.money import earned, payout, usd

SITE = Party("Hub Ltd")


def papers() -> list[Paper]:
    work.rollback()
    return list(db.session.scalars(select(Paper).order_by(Paper.id)))


def of_kind(kind: PaperKind) -> list[Paper]:
    return [paper for paper in papers() if paper.kind is kind]


def test_every_movement_gets_its_paper(app, cast):
    me = cast.people["solver"].id
    earned(cast.company, me, usd(100_000), fee_bp=500)
    one = payout(cast.solver, usd(50_000))
    with work.unit():
        payouts.confirm_payout(actor=cast.admin, payout=one, bank_reference="OUT-1")
    delivery.deliver_all()
    found = [(paper.kind, str(paper.issuer.kind), str(paper.recipient.kind), paper.minor, paper.number) for paper in papers()]
    assert found == [
        (PaperKind.RECEIPT, "site", "organisation", 100_000, "SITE-2026-00001"),
        (PaperKind.REMITTANCE, "organisation", "person", 100_000, f"ORG{cast.company.id}-2026-00001"),
        (PaperKind.INVOICE, "site", "person", 5_000, "SITE-2026-00002"),
        (PaperKind.PAYOUT, "site", "person", 50_000, "SITE-2026-00003"),
    ]
