"""Which papers movements call for, tax that is contained, tax numbers that can be right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.billing.rules import MOST_BP, THE_SITE, VAT, Owner, Treatment, contained, tax, tax_id
from hub.core.ledger.rules import AccountRef, Kind, OwnerKind, Purpose
from hub.core.papers import rules
from hub.core.papers.rules import Moved, PaperKind
from hub.kernel.errors import Invalid

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ORG, LAB = Owner(OwnerKind.ORGANISATION, 1), Owner(OwnerKind.ORGANISATION, 2)


def test_every_kind_of_transaction_has_its_papers_or_says_why_not():
    assert {kind.value for kind in Kind} == {*rules.BY_KIND, *rules.WITHOUT_PAPER}
    assert not set(rules.BY_KIND) & set(rules.WITHOUT_PAPER)


def account(owner: Owner, purpose: Purpose) -> AccountRef:
    return AccountRef(owner.kind, owner.id, purpose, "USD", "order:1" if purpose is Purpose.HOLD else "")


def moved(kind: str, *legs: tuple[Owner, Purpose, int]) -> Moved:
    return Moved(1, kind, NOON, "Work", "order:1", tuple((account(owner, purpose), minor) for owner, purpose, minor in legs))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=6), st.integers(0, 10**6))
def test_the_parts_of_a_release_add_up_to_what_left_the_hold(nets, fee):
    payees = [Owner(OwnerKind.PERSON if place % 2 else OwnerKind.ORGANISATION, place + 10) for place in range(len(nets))]
    legs = [(payee, Purpose.BALANCE, net) for payee, net in zip(payees, nets, strict=True)]
    gross = sum(nets) + fee
    found = rules.drafts(moved("award", (ORG, Purpose.HOLD, -gross), *legs, (THE_SITE, Purpose.FEES, fee)))
    work = [draft for draft in found if draft.lines[0].what is rules.What.WORK]
    fees = [draft for draft in found if draft.lines[0].what is rules.What.FEE]
    assert sum(draft.minor for draft in work) == gross
    assert sum(draft.minor for draft in fees) == fee
    assert all(draft.issuer.kind is not OwnerKind.PERSON for draft in found)
    assert {draft.recipient for draft in fees} <= set(payees)
    for draft in found:
        assert draft.settles is not None
        assert draft.settles[0] == draft.settles[1] + draft.settles[2]


def test_who_is_paid_out_of_its_own_hold_writes_itself_no_invoice():
    legs = [(ORG, Purpose.HOLD, -100), (ORG, Purpose.BALANCE, 95), (THE_SITE, Purpose.FEES, 5)]
    assert [(draft.kind, draft.issuer, draft.minor) for draft in rules.drafts(moved("award", *legs))] == [(PaperKind.INVOICE, THE_SITE, 5)]


def test_backers_get_receipts_of_the_organisation_and_its_credit_notes():
    backer = Owner(OwnerKind.PERSON, 7)
    (receipt,) = rules.drafts(moved("pledge_collected", (backer, Purpose.HOLD, -40), (ORG, Purpose.HOLD, 40)))
    assert (receipt.kind, receipt.issuer, receipt.recipient, receipt.minor) == (PaperKind.RECEIPT, ORG, backer, 40)
    back = rules.drafts(moved("refund", (ORG, Purpose.HOLD, -40), (backer, Purpose.BALANCE, 30), (ORG, Purpose.BALANCE, 10)))
    assert {(note.issuer, note.recipient, note.minor) for note in back} == {(ORG, backer, 30), (THE_SITE, ORG, 10)}


def test_what_a_dispute_took_and_what_went_back_to_a_card_has_a_credit_note():
    (lost,) = rules.drafts(moved("dispute_lost", (ORG, Purpose.DISPUTED, -60), (ORG, Purpose.BALANCE, -5), (THE_SITE, Purpose.LOSSES, 65)))
    (sent,) = rules.drafts(moved("card_refund_sent", (ORG, Purpose.RETURNING, -9), (THE_SITE, Purpose.PROCESSOR, 9)))
    assert (lost.kind, lost.minor, sent.kind, sent.minor) == (PaperKind.CREDIT_NOTE, 65, PaperKind.CREDIT_NOTE, 9)
    assert rules.drafts(moved("card_refund_returned", (ORG, Purpose.RETURNING, -9), (ORG, Purpose.BALANCE, 9))) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**13), st.integers(0, MOST_BP))
def test_the_tax_contained_is_the_nearest_to_the_true_one_and_adds_nothing(total, bp):
    part = contained(total, bp)
    assert abs(2 * (part * (MOST_BP + bp) - total * bp)) <= MOST_BP + bp
    share = tax(total, bp, Treatment.INCLUDED)
    assert share.minor + share.net == total
    assert tax(total, bp, Treatment.REVERSE_CHARGE).minor == tax(total, bp, Treatment.OUTSIDE_SCOPE).minor == 0


def test_tax_is_rounded_half_up():
    assert [contained(total, 1900) for total in (119, 100, 1, 3)] == [19, 16, 0, 0]
    assert contained(3, 10_000) == 2  # 1.5


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("DE", "de 123.456.789", "DE123456789"), ("GR", "EL123456789", "EL123456789"), ("NL", "123456789B01", "NL123456789B01"),
        ("FR", "FR XX 123456789", "FRXX123456789"), ("US", " 12-3456789 ", "12-3456789"), ("DE", "", ""), ("", "free", "free"),
    ],
)  # fmt: skip
def test_tax_numbers_are_tidied(country, typed, kept):
    assert tax_id(country, typed) == kept


@pytest.mark.parametrize(("country", "typed"), [("DE", "12345678"), ("AT", "123456789"), ("IE", "12"), ("PL", "12345678９0"), ("DE", "x")])
def test_numbers_that_cannot_be_right_are_refused(country, typed):
    with pytest.raises(Invalid) as refused:
        tax_id(country, typed)
    assert refused.value.code == "tax_id_wrong"
    assert len(VAT) == 27


def test_months_follow_one_another():
    assert list(rules.months("2026-11", "2027-02")) == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert rules.bounds("2026-12") == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    for wrong in ("2026-13", "2026-00", "26-01", "2026-1", "", "2026-01-01", "２026-01"):
        with pytest.raises(ValueError):
            rules.bounds(wrong)
