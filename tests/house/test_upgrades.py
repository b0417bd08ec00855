"""A site that was in use is upgraded: its money stays where it was, what waited is delivered, and everything goes on from there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from hub.core.accounts import queries as people
from hub.core.cards import operations as cards
from hub.core.cards import queries as cards_read
from hub.core.cards.states import DisputeState, RefundState
from hub.core.controls import queries as controls
from hub.core.gateways import queries as gateways
from hub.core.holds import operations as holds
from hub.core.messages.models import Notification
from hub.core.papers.models import Paper
from hub.core.payments import queries as payments
from hub.core.payouts import operations as payouts
from hub.core.payouts import queries as payouts_read
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import GENESIS, Delivery, DeliveryState
from hub.kernel import clock, sealing
from hub.kernel.actor import SYSTEM
from hub.kernel.money import Money
from tests.conftest import NOON
from tests.house.test_migrations import MIGRATIONS, empty  # noqa: F401

Legs = dict[tuple[str, int, str, str], int]
"""(kind of the owner, its id, purpose, subject) and minor units."""

BANK, FEES = ("site", 0, "bank", ""), ("site", 0, "fees", "")
COMPANY, SOLVER, TRANSIT = ("organisation", 1, "balance", ""), ("person", 2, "balance", ""), ("person", 2, "in_transit", "")
HOLD = ("organisation", 1, "hold", "challenge:1")


class Site:
    """A database of some revision, written to by plain statements: columns that it has not (any more, or yet) are left out."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection, self.tables = connection, sa.MetaData()
        self.balances: dict[tuple[Any, ...], int] = {}

    def put(self, table: str, **values: Any) -> int:
        """Insert one row; what it must have and nobody gives is nothing (0, "", False, noon). Returns its id."""
        found = sa.Table(table, self.tables, autoload_with=self.connection)
        row = {column.name: values.get(column.name, self._nothing(column)) for column in found.columns if self._given(column, values)}
        self.connection.execute(sa.insert(found).values(row))
        return int(self.connection.scalar(sa.select(sa.func.max(found.c.id))) or 0) if "id" in found.c else 0

    def _given(self, column: sa.Column[Any], values: dict[str, Any]) -> bool:
        return column.name in values or not (column.nullable or column.name == "id" or column.server_default is not None)

    def _nothing(self, column: sa.Column[Any]) -> Any:
        for kind, value in ((sa.Boolean, False), (sa.Integer, 0), (sa.DateTime, NOON), (sa.JSON, {})):
            if isinstance(column.type, kind):
                return value
        return ""

    def post(self, kind: str, key: str, cause: str, legs: Legs, currency: str = "USD", subject: str = "", memo: str = "") -> int:
        """One sealed transaction with its postings and balances."""
        told = sorted([*account[:3], account[3], currency, minor] for account, minor in legs.items())
        body = sealing.digest({"kind": kind, "memo": memo, "cause": cause, "subject": subject, "legs": told})
        number = self.put("transaction", key=key, body=body, kind=kind, cause=cause, subject=subject, memo=memo, at=NOON)
        for account, minor in legs.items():
            account_id = self.account(account, currency)
            self.balances[account, currency] += minor
            after = self.balances[account, currency]
            self.connection.execute(sa.text("UPDATE account SET balance = :b WHERE id = :id"), {"b": after, "id": account_id})
            told_of = {"transaction_id": number, "account_id": account_id, "currency": currency, "minor": minor, "balance_after": after}
            self.put("posting", **told_of)
        self.connection.execute(sa.text('UPDATE "transaction" SET sealed_id = id WHERE id = :id'), {"id": number})
        return number

    def account(self, account: tuple[str, int, str, str], currency: str = "USD") -> int:
        kind, number, purpose, subject = account
        names = {"owner_kind": kind, "owner_id": number, "purpose": purpose, "subject": subject, "currency": currency}
        if (account, currency) not in self.balances:
            self.balances[account, currency] = 0
            free = purpose in {"processor", "costs", "losses"}
            bound = "credits_within_debits" if purpose == "bank" else "free" if free else "debits_within_credits"
            self.put("account", **names, guarded=purpose != "bank", bound=bound)
        same = " AND ".join(f"{name} = :{name}" for name in names)
        return int(self.connection.scalar(sa.text(f"SELECT id FROM account WHERE {same}"), names) or 0)

    def tell(self, kind: str, facts: dict[str, Any], reaction: str) -> None:
        """A fact, and a reaction to it that waits in the outbox."""
        row = {"id": 1, "at": NOON.isoformat(), "kind": kind, "actor": None, "credential": "", "subject": "", "scope": "", "facts": facts}
        digest = sealing.digest(row | {"previous": GENESIS})
        self.put("journal", id=1, at=NOON, kind=kind, facts=facts, previous=GENESIS, hash=digest)
        self.connection.execute(sa.text("UPDATE journal_head SET last_id = 1, hash = :hash"), {"hash": digest})
        self.put("delivery", journal_id=1, reaction=reaction, state="due", next_at=NOON)


def people_and_money(site: Site) -> None:
    """USD 100.00 deposited; a prize of 400.00 paid in, of which 100.00 went to a winner (5.00 of it the fee); of the winner's money 50.00
    paid out, 20.00 refused, 10.00 on the way; 70.00 asked for; JPY 5000 on the company's balance."""
    for name in ("admin", "winner"):
        site.put(
            "person", email=f"{name}@example.org", name=name.title(), handle=name, state="active", language="en", timezone="UTC",
            version=1, is_admin=name == "admin", email_verified_at=NOON,
        )  # fmt: skip
    site.put("organisation", slug="acme", name="Acme", kind="company", version=1)
    site.put("membership", organisation_id=1, person_id=1, role="owner", since=NOON)
    site.post("funding", "deposit:1:D", "organisation:1", {BANK: -10_000, COMPANY: 10_000})
    site.post("funding", "deposit:1:J", "organisation:1", {BANK: -5_000, COMPANY: 5_000}, "JPY")
    owner = {"owner_kind": "organisation", "owner_id": 1, "organisation_id": 1, "currency": "USD", "gateway": "bank_transfer"}
    prize = {"subject": "challenge:1", "label": "Prize", "minor": 40_000, "held_minor": 40_000, "state": "confirmed", "closed_at": NOON}
    site.put("funding", reference="HUB-AAAA-AAAA", **owner, **prize)
    site.put("funding", reference="HUB-BBBB-BBBB", **owner, subject="challenge:2", minor=7_000, state="open")
    site.post("funding", "funding:1:T", "funding:1", {BANK: -40_000, HOLD: 40_000}, subject="challenge:1", memo="Prize")
    counted = {"funded_minor": 40_000, "awarded_minor": 9_500, "fee_minor": 500}
    site.put("hold", subject="challenge:1", organisation_id=1, currency="USD", account_id=site.account(HOLD), label="Prize", **counted)
    site.post("award", "award:1", "hold:1", {HOLD: -10_000, SOLVER: 9_500, FEES: 500}, subject="challenge:1", memo="Award")
    for minor, state, more in (
        (5_000, "paid", {"bank_reference": "OUT", "decided_at": NOON}),
        (2_000, "rejected", {"reason": "Closed", "decided_at": NOON}),
        (1_000, "requested", {}),
    ):
        told = {"owner_kind": "person", "owner_id": 2, "minor": minor, "currency": "USD", "destination": "DE89370400440532013000"}
        ref = f"payout:{site.put('payout', gateway='bank_transfer', state=state, **told, **more)}"
        site.post("payout_asked", f"{ref}:payout_asked", ref, {SOLVER: -minor, TRANSIT: minor})
        if state == "paid":
            site.post("payout_sent", f"{ref}:payout_sent", ref, {TRANSIT: -minor, BANK: minor})
        elif state == "rejected":
            site.post("payout_returned", f"{ref}:payout_returned", ref, {TRANSIT: -minor, SOLVER: minor})
    facts = {"funding_id": 9, "organisation_id": 1, "subject": "", "label": "An old one", "minor": 5, "kept_minor": 0, "currency": "USD"}
    site.tell("FundingCancelled", facts | {"tell": [1]}, "hub.core.messages.reactions.tell_funding_cancelled")


def money_by_card(site: Site) -> None:
    """USD 300.00 paid by card onto the balance, which cost 9.00: 40.00 of it on their way back, 60.00 disputed."""
    processor, costs, losses = (("site", 0, purpose, "") for purpose in ("processor", "costs", "losses"))
    returning, disputed = (("organisation", 1, purpose, "") for purpose in ("returning", "disputed"))
    owner = {"owner_kind": "organisation", "owner_id": 1, "currency": "USD", "gateway": "stripe"}
    amounts = {"minor": 30_000, "balance_minor": 30_000, "state": "confirmed", "closed_at": NOON}
    number = site.put("funding", reference="HUB-CCCC-CCCC", **owner, **amounts)
    site.put(
        "card_payment", funding_id=number, minor=30_000, currency="USD", paid_minor=30_000, refunded_minor=4_000, disputed_minor=6_000,
        fee_minor=900, state="paid", intent_id="pi_1", closed_at=NOON,
    )  # fmt: skip
    site.post("funding", "card_payment:1", f"funding:{number}", {processor: -30_000, COMPANY: 30_000})
    site.post("processor_fee", "processor_fee:txn_1", "card_payment:1", {processor: 900, costs: -900})
    site.put("card_refund", payment_id=1, minor=4_000, currency="USD", state="asked")
    site.post("card_refund_asked", "card_refund:1:asked", "card_refund:1", {COMPANY: -4_000, returning: 4_000})
    call = {"name": "refund.create", "params": {"payment_intent": "pi_1", "amount": 4_000}, "attempts": 3, "trouble": "time-out"}
    site.put("gateway_call", key="card_refund:1", params_hash="x", cause="card_refund:1", state="wanted", **call)
    site.put("card_dispute", payment_id=1, remote_id="du_1", minor=6_000, currency="USD", balance_minor=6_000, state="open")
    site.post(
        "dispute_opened", "card_dispute:1:opened", "card_dispute:1", {COMPANY: -6_000, disputed: 6_000, processor: 6_000, losses: -6_000}
    )


def standing() -> dict[Any, int]:
    rows = db.session.execute(sa.text("SELECT owner_kind, owner_id, purpose, subject, currency, balance FROM account"))
    found = {tuple(row[:5]): row[5] for row in rows}
    work.rollback()
    return found


@pytest.mark.parametrize("revision", ["0012", "0020"])
def test_a_site_in_use_is_upgraded_with_its_money(empty, revision):  # noqa: F811
    clock.set_to(NOON)
    upgrade(directory=MIGRATIONS, revision=revision)
    with work.unit():
        site = Site(db.session.connection())
        people_and_money(site)
        if revision >= "0020":
            money_by_card(site)
    before = standing()
    upgrade(directory=MIGRATIONS)
    assert standing() == before
    assert controls.verify().problems == []
    work.rollback()

    delivery.deliver_all()
    assert {one.state for one in db.session.query(Delivery)} == {DeliveryState.DONE}, "also under a name that reactions had then"
    assert [note.person_id for note in db.session.query(Notification)] == [1]
    clock.advance(timedelta(hours=1))
    delivery.run_periodic()
    papers = {(paper.kind.value, paper.minor) for paper in db.session.query(Paper) if paper.currency == "USD"}
    assert papers >= {("receipt", 10_000), ("receipt", 40_000), ("remittance", 10_000), ("invoice", 500), ("payout", 5_000)}

    goes_on(revision)
    delivery.deliver_all()
    assert controls.verify().problems == []
    work.rollback()
    clock.set_to(None)


def goes_on(revision: str) -> None:
    """What was under way is carried on with by today's operations."""
    admin = people.actor_of(1)
    with work.unit():
        holds.release(actor=SYSTEM, subject="challenge:1", to_person_id=2, gross=Money(30_000, "USD"), fee_bp=500, key="rest", memo="")
        payouts.confirm_payout(actor=admin, payout=payouts_read.payout(3), bank_reference="OUT 3")
    assert payments.balances("person", 2) == [Money(9_500 - 5_000 - 1_000 + 28_500, "USD")]
    if revision >= "0020":
        waiting = gateways.by_key("card_refund:1")
        assert waiting is not None
        assert (waiting.attempts, waiting.harmless) == (3, 0)
        with work.unit():
            cards.note_refund(refund=cards_read.refund(1), found={"id": "re_1", "status": "succeeded", "balance_transaction": "txn_2"})
            lost = {"id": "du_1", "status": "lost", "amount": 6_000, "currency": "usd", "balance_transactions": []}
            cards.note_dispute(payment=cards_read.payment(1), found=lost)
        assert cards_read.refund(1).state is RefundState.SENT
        assert cards_read.disputes_of(1)[0].state is DisputeState.LOST


def test_reports_of_ratings_become_cases_and_back(empty):  # noqa: F811
    clock.set_to(NOON)
    upgrade(directory=MIGRATIONS, revision="0039")
    with work.unit():
        site = Site(db.session.connection())
        people_and_money(site)
        deal = {"mode": "service", "finished_at": NOON, "rate_from": NOON, "closes_at": NOON + timedelta(days=14), "told_at": NOON}
        judged = {"report": "insult", "report_words": "See line 2", "reported_by": 1, "reported_at": NOON}
        for number, (state, more) in enumerate((
            ("hidden", judged | {"decision": "It insults.", "decided_by": 1, "decided_at": NOON}),
            ("shown", judged | {"decision": "It is fair.", "decided_by": 1, "decided_at": NOON}),
            ("shown", judged),
            ("shown", {}),
        ), 1):  # fmt: skip
            site.put("finished_deal", key=f"order:{number}", asked_person_id=2, delivered_organisation_id=1, shown_at=NOON, **deal)
            grades = {"substance": 2, "communication": 2, "reliability": 2, "words": f"Rating {number}"}
            about = {"deal_id": number, "part": "asked", "by_person_id": 2, "about_organisation_id": 1}
            site.put("deal_rating", **about, **grades, state=state, given_at=NOON, shown_at=NOON, version=1, **more)
    before = rows("SELECT * FROM deal_rating ORDER BY id")
    upgrade(directory=MIGRATIONS, revision="0040")
    cases = rows("SELECT subject, state, measures, reason, author_id, decided_by FROM moderation_case ORDER BY id")
    assert [tuple(one.values()) for one in cases] == [
        ("rating:1", "upheld", "hide", "It insults.", 2, 1), ("rating:2", "dismissed", "", "It is fair.", 2, 1),
        ("rating:3", "open", "", "", 2, None),
    ]  # fmt: skip
    assert [one["decision"] for one in rows("SELECT decision FROM deal_rating ORDER BY id")] == ["It insults.", "", "", ""]
    assert {tuple(one.values()) for one in rows("SELECT person_id, organisation_id FROM moderation_concerned")} == {(2, None), (None, 1)}
    downgrade(directory=MIGRATIONS, revision="0039")
    assert rows("SELECT * FROM deal_rating ORDER BY id") == before and rows("SELECT id FROM moderation_case") == []
    upgrade(directory=MIGRATIONS)
    assert len(rows("SELECT id FROM moderation_case")) == 3
    clock.set_to(None)


def rows(asked: str) -> list[dict[str, Any]]:
    found = [dict(one) for one in db.session.execute(sa.text(asked)).mappings()]
    work.rollback()
    return found
