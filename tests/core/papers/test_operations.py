"""Papers of money: each movement gets its own, once; numbered without gaps; never changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from hub.core.billing import operations as billing
from hub.core.billing.rules import Owner, Party, Treatment
from hub.core.controls import queries as controls
from hub.core.holds import operations as holds
from hub.core.ledger import operations as ledger
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import OwnerKind
from hub.core.papers import operations, queries
from hub.core.papers.models import Paper, PaperFact
from hub.core.papers.rules import PaperKind
from hub.core.payouts import operations as payouts
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import NotAllowed, NotFound, NotNow
from tests.factories.money import deposited, earned, held, payout, usd
from tests.factories.people import organisation

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


def test_delivered_again_and_looked_at_again_nothing_is_issued_twice(app, cast):
    earned(cast.company, cast.people["solver"].id, usd(100_000), fee_bp=500)
    delivery.deliver_all()
    before = [paper.number for paper in papers()]
    ids = list(db.session.scalars(select(Transaction.id)))
    for number in ids:
        with work.unit():
            assert operations.issue_for(actor=SYSTEM, transaction_id=number, site=SITE) == []
    with work.unit():
        assert operations.look_again(actor=SYSTEM, transaction_ids=ids, site=SITE) == 0
    assert [paper.number for paper in papers()] == before


def test_what_a_dead_reaction_left_out_is_issued_by_the_clock(app, cast):
    deposited(cast.company, usd(7_000))
    db.session.execute(update(Delivery).values(state=DeliveryState.DEAD))
    db.session.commit()
    assert [problem.code for problem in controls.verify().problems] == ["paper_missing"]
    clock.advance(timedelta(minutes=11))
    delivery.run_periodic()
    assert [paper.minor for paper in of_kind(PaperKind.RECEIPT)] == [7_000]
    assert controls.verify().ok


def test_a_rollback_leaves_no_gap(app, cast):
    deposited(cast.company, usd(1))
    deposited(cast.company, usd(2))
    ids = list(db.session.scalars(select(Transaction.id).order_by(Transaction.id)))
    with pytest.raises(RuntimeError), work.unit():
        assert operations.issue_for(actor=SYSTEM, transaction_id=ids[0], site=SITE)[0].number == "SITE-2026-00001"
        raise RuntimeError
    with work.unit():
        assert operations.issue_for(actor=SYSTEM, transaction_id=ids[1], site=SITE)[0].number == "SITE-2026-00001"
    assert [(paper.number, paper.minor) for paper in papers()] == [("SITE-2026-00001", 2)]


def test_each_year_and_each_issuer_has_a_series_of_its_own(app, cast):
    me = cast.people["solver"].id
    earned(cast.company, me, usd(100))
    delivery.deliver_all()
    clock.set_to(datetime(2027, 1, 1, tzinfo=UTC))
    earned(cast.company, me, usd(200))
    delivery.deliver_all()
    org = cast.company.id
    numbers = [paper.number for paper in papers() if paper.kind is not PaperKind.STATEMENT]
    assert numbers == ["SITE-2026-00001", f"ORG{org}-2026-00001", "SITE-2027-00001", f"ORG{org}-2027-00001"]


def test_an_organisation_that_was_paid_invoices_its_payer(app, cast):
    lab = organisation(cast.people["stranger"], "Lab")
    held(cast.company, usd(100_000), "order:1")
    with work.unit():
        holds.release(actor=SYSTEM, subject="order:1", to_organisation_id=lab.id, gross=usd(100_000), fee_bp=500, key="o", memo="Test")
    delivery.deliver_all()
    gross, fee = of_kind(PaperKind.INVOICE)
    assert (gross.issuer.id, gross.recipient.id, gross.minor) == (lab.id, cast.company.id, 100_000)
    assert (str(fee.issuer), fee.recipient.id, fee.minor) == ("site:0", lab.id, 5_000)
    assert queries.content(fee)["settles"] == {"gross": 100_000, "fee": 5_000, "net": 95_000}


def test_what_is_left_of_a_hold_returns_with_a_credit_note_that_names_its_receipts(app, cast):
    held(cast.company, usd(900), "challenge:9")
    delivery.deliver_all()
    with work.unit():
        holds.return_rest(actor=SYSTEM, subject="challenge:9", key="back")
    delivery.deliver_all()
    (note,) = of_kind(PaperKind.CREDIT_NOTE)
    assert (note.minor, queries.content(note)["names"]) == (900, ["SITE-2026-00001"])


def test_a_reversed_movement_takes_its_papers_back(app, cast):
    deposited(cast.company, usd(500))
    delivery.deliver_all()
    with work.unit():
        ledger.reverse(actor=cast.admin, transaction_id=papers_fact(), key="undo", reason="Booked for the wrong one")
    delivery.deliver_all()
    (note,) = of_kind(PaperKind.CREDIT_NOTE)
    assert (note.minor, queries.content(note)["names"]) == (500, ["SITE-2026-00001"])


def papers_fact() -> int:
    return int(db.session.scalars(select(PaperFact.transaction_id)).one())


def test_many_small_sums_share_one_paper_when_the_month_is_over(app, cast):
    me = cast.people["solver"].id
    held(cast.company, usd(1_000), "project:1")
    for place in range(5):
        with work.unit():
            holds.release(
                actor=SYSTEM, subject="project:1", to_person_id=me, gross=usd(100), fee_bp=1_000, key=f"p{place}", memo="Labels", quiet=True
            )
    delivery.deliver_all()
    assert [paper.kind for paper in papers()] == [PaperKind.RECEIPT]
    assert controls.verify().ok, "the month is not over"
    clock.set_to(datetime(2026, 12, 2, 1, tzinfo=UTC))
    delivery.run_periodic()
    (note,), (fee,) = of_kind(PaperKind.REMITTANCE), of_kind(PaperKind.INVOICE)
    assert (note.minor, fee.minor) == (500, 50)
    assert queries.content(note)["lines"] == [{"what": "work", "label": "Labels", "count": 5, "minor": 500}]
    assert {paper.recipient.kind for paper in of_kind(PaperKind.STATEMENT)} == {OwnerKind.PERSON, OwnerKind.ORGANISATION}
    count = len(papers())
    delivery.run_periodic()
    assert len(papers()) == count


def test_a_wrong_paper_is_cancelled_by_a_note_that_names_it_and_issued_anew(app, cast):
    deposited(cast.company, usd(5_000))
    delivery.deliver_all()
    (old,) = papers()
    before = old.content
    with work.unit():
        billing.save(
            actor=cast.finance, owner=Owner(OwnerKind.ORGANISATION, cast.company.id), legal_name="New Ltd", address="1 Road",
            country="DE", tax_id="DE 123 456 789", treatment=Treatment.INCLUDED,
        )  # fmt: skip
    with work.unit():
        note, anew = operations.cancel(actor=cast.admin, paper=queries.get_for(cast.admin, old.number), reason="Old name", site=SITE)
        numbers = note.number, anew.number
    first, credit, last = papers()
    assert (first.content, credit.cancels_id, (credit.number, last.number)) == (before, first.id, numbers)
    assert queries.content(credit)["cancels"] == first.number
    assert queries.content(last)["recipient"] | {"owner": ""} == {
        "owner": "", "name": "New Ltd", "address": "1 Road", "country": "DE", "tax_id": "DE123456789"
    }  # fmt: skip
    with pytest.raises(NotNow, match="already"), work.unit():
        operations.cancel(actor=cast.admin, paper=queries.get_for(cast.admin, old.number), reason="Again", site=SITE)
    with pytest.raises(NotAllowed), work.unit():
        operations.cancel(actor=cast.finance, paper=queries.get_for(cast.finance, last.number), reason="Not ours", site=SITE)
    assert len(papers()) == 3


def test_the_paper_is_for_its_two_sides_alone(app, cast):
    earned(cast.company, cast.people["solver"].id, usd(100))
    delivery.deliver_all()
    (note,) = of_kind(PaperKind.REMITTANCE)
    for reader in (cast.solver, cast.finance, cast.owner, cast.manager, cast.admin):
        assert queries.get_for(reader, note.number).id == note.id
    for reader in (cast.stranger, cast.member):
        with pytest.raises(NotFound):
            queries.get_for(reader, note.number)
