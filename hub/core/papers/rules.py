"""Pure rules of papers: which papers a movement of money calls for, what they are called, and the tax that they show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from hub.core.billing.rules import THE_SITE, Owner, Party, tax
from hub.core.ledger.rules import AccountRef, OwnerKind, Purpose
from hub.kernel import money
from hub.kernel.money import Money
from hub.kernel.words import N_, Worded


class PaperKind(Worded):
    RECEIPT = "receipt", N_("Receipt")
    INVOICE = "invoice", N_("Invoice")
    REMITTANCE = "remittance", N_("Payment note")
    CREDIT_NOTE = "credit_note", N_("Credit note")
    PAYOUT = "payout", N_("Payout statement")
    STATEMENT = "statement", N_("Monthly statement")


class What(Worded):
    """What one line of a paper is about."""

    HELD = "held", N_("Paid in and held for this")
    ONTO_BALANCE = "onto_balance", N_("Paid in onto the balance")
    WORK = "work", N_("Paid for this")
    FEE = "fee", N_("Fee of the hub")
    BACKED = "backed", N_("Pledge that met its goal")
    RETURNED = "returned", N_("Returned from the hold to the balance")
    PAID_OUT = "paid_out", N_("Paid out")
    CAME_BACK = "came_back", N_("Payout that came back")
    SENT_BACK = "sent_back", N_("Sent back to the card")
    DISPUTED = "disputed", N_("Taken back by the cardholder’s bank")
    REVERSED = "reversed", N_("Reversed")
    CANCELLED = "cancelled", N_("Taken back")
    PERIOD = "period", N_("Movements of the month")
    BOUGHT = "bought", N_("Bought")
    SHARE = "share", N_("Share of a sale")


def number(issuer: Owner, year: int, place: int) -> str:
    """`SITE-2026-00001`, `ORG12-2026-00001`: the issuer, the year and the place in its one series of that year.

    The width grows with the place, so every number stays unique; persons issue no papers.
    """
    name = {OwnerKind.SITE: "SITE", OwnerKind.ORGANISATION: f"ORG{issuer.id}"}[issuer.kind]
    return f"{name}-{year}-{place:05d}"


@dataclass(frozen=True)
class Line:
    what: What
    minor: int
    label: str = ""
    count: int = 1


@dataclass(frozen=True)
class Draft:
    """A paper before it has a number. `facts` are the ids of the transactions that it is the paper of, `names` the papers it refers to,
    `settles` gross, fee and net, `cancels` the id and number of the paper that it takes back."""

    kind: PaperKind
    issuer: Owner
    recipient: Owner
    cause: str
    currency: str
    lines: tuple[Line, ...]
    subject: str = ""
    happened_at: datetime | None = None
    facts: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    settles: tuple[int, int, int] | None = None
    period: str = ""
    statement: dict[str, Any] | None = None
    cancels: tuple[int, str] | None = None
    reason: str = ""

    @property
    def minor(self) -> int:
        """The total; of a monthly statement, what is there at its end."""
        return sum(line.minor for line in self.lines) if self.statement is None else int(self.statement["closing"])

    @property
    def taxed(self) -> bool:
        """Is it an invoice for something that was supplied? Money that only changes its place carries no tax."""
        return self.kind is PaperKind.INVOICE


@dataclass(frozen=True)
class Sold:
    """A sale as papers see it: who sold to whom on whose platform; `gross == fee + share + net`."""

    seller: Owner
    buyer: Owner
    host: Owner
    gross: int
    fee: int
    share: int
    net: int


@dataclass(frozen=True)
class Moved:
    """A transaction as papers see it: what moved, between whom. `minor` is credit less debit; `sale` says more of one that was a sale."""

    id: int
    kind: str
    at: datetime
    memo: str
    subject: str
    legs: tuple[tuple[AccountRef, int], ...]
    reverses: Moved | None = None
    sale: Sold | None = None

    @property
    def cause(self) -> str:
        return f"transaction:{self.id}"

    @property
    def currency(self) -> str:
        return self.legs[0][0].currency

    def on(self, *purposes: Purpose) -> list[tuple[Owner, int, Purpose]]:
        return [(Owner(ref.owner_kind, ref.owner_id), minor, ref.purpose) for ref, minor in self.legs if ref.purpose in purposes]

    def draft(self, kind: PaperKind, issuer: Owner, recipient: Owner, *lines: Line) -> Draft:
        named = tuple(replace(line, label=line.label or self.memo) for line in lines if line.minor)
        return Draft(kind, issuer, recipient, self.cause, self.currency, named, subject=self.subject, happened_at=self.at, facts=(self.id,))


def _received(moved: Moved) -> list[Draft]:
    """bank -> hold and balance: a receipt for who paid in."""
    whose: dict[Owner, list[Line]] = {}
    for owner_, minor, purpose in moved.on(Purpose.HOLD, Purpose.BALANCE):
        whose.setdefault(owner_, []).append(Line(What.HELD if purpose is Purpose.HOLD else What.ONTO_BALANCE, minor))
    return [moved.draft(PaperKind.RECEIPT, THE_SITE, owner_, *lines) for owner_, lines in sorted(whose.items())]


def _released(moved: Moved) -> list[Draft]:
    """hold -> balances and fees: what was paid for, and the site's fee, which its payee bears (it is taken off what arrives).

    An organisation invoices the payer; persons keep no series of numbers, so the payer writes them a note of what it paid. A fee of one
    transaction with several payees is shared out by what each received.
    """
    payer = next((owner_ for owner_, minor, _ in moved.on(Purpose.HOLD, Purpose.BALANCE) if minor < 0), None)
    paid = sorted((owner_, minor) for owner_, minor, _ in moved.on(Purpose.BALANCE, Purpose.HOLD) if minor > 0)
    fee = sum(minor for _, minor, _ in moved.on(Purpose.FEES))
    if payer is None or fee < 0:
        return []
    if not paid:  # all of it is fee: the payer bears it
        return [moved.draft(PaperKind.INVOICE, THE_SITE, payer, Line(What.FEE, fee))] if fee else []
    fees = money.split(Money(fee, moved.currency), [minor for _, minor in paid])
    found: list[Draft] = []
    for (payee, net), part in zip(paid, fees, strict=True):
        settles = (net + part.minor, part.minor, net)
        if payee != payer:  # what it had set aside itself is nobody's work
            found.append(replace(for_work(moved, payer, payee, settles[0]), settles=settles))
        if part:
            found.append(replace(moved.draft(PaperKind.INVOICE, THE_SITE, payee, Line(What.FEE, part.minor)), settles=settles))
    return found


def _sold(moved: Moved) -> list[Draft]:
    """buyer -> seller, host and fees. An organisation that sells invoices the buyer. Persons keep no series of numbers: of theirs the site
    writes the buyer a receipt, and the seller a note. The seller bears the fee and the host's share; each invoices its own."""
    sale = moved.sale
    if sale is None:
        return []
    settles = (sale.gross, sale.gross - sale.net, sale.net)
    if sale.seller.kind is OwnerKind.ORGANISATION:
        found = [moved.draft(PaperKind.INVOICE, sale.seller, sale.buyer, Line(What.BOUGHT, sale.gross))]
    else:
        found = [
            moved.draft(PaperKind.RECEIPT, THE_SITE, sale.buyer, Line(What.BOUGHT, sale.gross)),
            replace(moved.draft(PaperKind.REMITTANCE, THE_SITE, sale.seller, Line(What.WORK, sale.gross)), settles=settles),
        ]
    if sale.fee:
        found.append(moved.draft(PaperKind.INVOICE, THE_SITE, sale.seller, Line(What.FEE, sale.fee)))
    if sale.share and sale.host != sale.seller:
        found.append(moved.draft(PaperKind.INVOICE, sale.host, sale.seller, Line(What.SHARE, sale.share)))
    return found


def for_work(moved: Moved, payer: Owner, payee: Owner, gross: int) -> Draft:
    """The paper about what was paid for: the payee's invoice if it is an organisation, else the payer's note."""
    if payee.kind is OwnerKind.ORGANISATION:
        return moved.draft(PaperKind.INVOICE, payee, payer, Line(What.WORK, gross))
    return moved.draft(PaperKind.REMITTANCE, payer, payee, Line(What.WORK, gross))


def _returned(moved: Moved) -> list[Draft]:
    """hold -> balances: a credit note for each who gets something back, which names the receipts. The site writes it for who paid in; who
    had backed the work gets it from the organisation that did it."""
    holder = next((owner_ for owner_, minor, _ in moved.on(Purpose.HOLD) if minor < 0), None)
    return [
        moved.draft(PaperKind.CREDIT_NOTE, THE_SITE if holder in {None, owner_} else holder, owner_, Line(What.RETURNED, minor))
        for owner_, minor, _ in moved.on(Purpose.BALANCE)
        if holder is not None and minor > 0
    ]


def _collected(moved: Moved) -> list[Draft]:
    """Pledges -> the hold of the organisation that they were pledged to: its receipt for each backer."""
    to = next((owner_ for owner_, minor, _ in moved.on(Purpose.HOLD) if minor > 0), None)
    given: dict[Owner, int] = {}
    for owner_, minor, _ in moved.on(Purpose.HOLD):
        if minor < 0:
            given[owner_] = given.get(owner_, 0) - minor
    return [moved.draft(PaperKind.RECEIPT, to, owner_, Line(What.BACKED, minor)) for owner_, minor in given.items() if to is not None]


def _paid_out(moved: Moved) -> list[Draft]:
    """in transit -> bank: a payout statement."""
    return [
        moved.draft(PaperKind.PAYOUT, THE_SITE, owner_, Line(What.PAID_OUT, -minor))
        for owner_, minor, _ in moved.on(Purpose.IN_TRANSIT)
        if minor < 0
    ]


def _came_back(moved: Moved) -> list[Draft]:
    """bank -> balance, after a payout: a credit note that names the payout's statement."""
    return [
        moved.draft(PaperKind.CREDIT_NOTE, THE_SITE, owner_, Line(What.CAME_BACK, minor))
        for owner_, minor, _ in moved.on(Purpose.BALANCE)
        if minor > 0
    ]


def _passed_on(moved: Moved) -> list[Draft]:
    """fees -> a consultant's balance: the site's note of what it paid."""
    return [
        moved.draft(PaperKind.REMITTANCE, THE_SITE, owner_, Line(What.WORK, minor))
        for owner_, minor, _ in moved.on(Purpose.BALANCE)
        if minor > 0
    ]


def _back_to_card(moved: Moved) -> list[Draft]:
    """returning -> processor: a credit note for who had paid in."""
    return [
        moved.draft(PaperKind.CREDIT_NOTE, THE_SITE, owner_, Line(What.SENT_BACK, -minor))
        for owner_, minor, _ in moved.on(Purpose.RETURNING)
        if minor < 0
    ]


def _found_back_at_card(moved: Moved) -> list[Draft]:
    """hold, balance -> processor: a credit note for who had paid in, over what was taken from its money."""
    return _taken(moved, What.SENT_BACK)


def _not_back_to_card(moved: Moved) -> list[Draft]:
    """A refund that failed after it was sent is money received again; before, the owner's own money only changed its place."""
    return _received(moved) if moved.on(Purpose.PROCESSOR) else []


def _lost(moved: Moved) -> list[Draft]:
    """disputed, hold, balance -> losses: a credit note of what the cardholder's bank took back."""
    return _taken(moved, What.DISPUTED)


def _taken(moved: Moved, what: What) -> list[Draft]:
    taken: dict[Owner, int] = {}
    for owner_, minor, _ in moved.on(Purpose.DISPUTED, Purpose.HOLD, Purpose.BALANCE):
        taken[owner_] = taken.get(owner_, 0) - minor
    return [moved.draft(PaperKind.CREDIT_NOTE, THE_SITE, owner_, Line(what, minor)) for owner_, minor in taken.items() if minor > 0]


def _reversed(moved: Moved) -> list[Draft]:
    """The mirror of another movement: a credit note for that one's papers between the same two, a line for each."""
    between: dict[tuple[Owner, Owner], list[Line]] = {}
    for one in drafts(moved.reverses) if moved.reverses else []:
        between.setdefault((one.issuer, one.recipient), []).append(Line(What.REVERSED, one.minor, one.lines[0].label))
    return [moved.draft(PaperKind.CREDIT_NOTE, *sides, *lines) for sides, lines in between.items()]


BY_KIND: dict[str, Callable[[Moved], list[Draft]]] = {
    "funding": _received,
    "award": _released,
    "refund": _returned,
    "pledge_collected": _collected,
    "payout_sent": _paid_out,
    "payout_bounced": _came_back,
    "sale": _sold,
    "royalty": _released,
    "consultant_fee": _passed_on,
    "card_refund_sent": _back_to_card,
    "card_refund_returned": _not_back_to_card,
    "card_refund_found": _found_back_at_card,
    "dispute_lost": _lost,
    "reversal": _reversed,
}
"""What each kind of transaction calls for, by its value. A kind that is in neither table has no paper yet: a test asks for it."""

WITHOUT_PAPER = {
    "set_aside": "the payer's own money, from its balance to its hold",
    "pledged": "the backer's own money, kept for the pool until its deadline",
    "pledge_returned": "the backer's own money, back on its balance",
    "payout_asked": "the owner's own money, put aside until it is sent",
    "payout_returned": "the owner's own money, back on its balance",
    "card_refund_asked": "the owner's own money, put aside until the processor has sent it back",
    "dispute_opened": "the owner's own money, frozen until the dispute is decided",
    "dispute_won": "the owner's own money, free again",
    "processor_fee": "the site's own cost",
    "processor_payout": "the site's own money, from the processor to the bank",
    "processor_payout_returned": "the site's own money, from the bank to the processor",
}


def drafts(moved: Moved) -> list[Draft]:
    """The papers that a transaction calls for, in the one order in which numbers are taken, so that nobody waits in a ring."""
    made = BY_KIND.get(moved.kind)
    return sorted(made(moved), key=lambda draft: (draft.issuer, draft.recipient, draft.kind)) if made else []


def together(many: Sequence[Moved]) -> list[Draft]:
    """One paper per issuer, recipient, kind and currency for the many small sums of a month; one line per piece of work."""
    collected: dict[tuple[Owner, Owner, PaperKind, str], list[Draft]] = {}
    for draft in (draft for moved in many for draft in drafts(moved)):
        collected.setdefault((draft.issuer, draft.recipient, draft.kind, draft.currency), []).append(draft)
    return [_joined(collected[key]) for key in sorted(collected)]


def _joined(parts: Sequence[Draft]) -> Draft:
    first = parts[0]
    sums: dict[tuple[What, str], list[int]] = {}
    for line in (line for part in parts for line in part.lines):
        known = sums.setdefault((line.what, line.label), [0, 0])
        known[0], known[1] = known[0] + line.minor, known[1] + 1
    lines = tuple(Line(what, minor, label, count) for (what, label), (minor, count) in sorted(sums.items()))
    settled = [part.settles for part in parts if part.settles]
    settles = (sum(s[0] for s in settled), sum(s[1] for s in settled), sum(s[2] for s in settled)) if settled else None
    facts = tuple(sorted(number for part in parts for number in part.facts))
    return replace(first, lines=lines, settles=settles, facts=facts, subject="")


def content(draft: Draft, *, number: str, issued_at: datetime, issuer: Party, recipient: Party) -> dict[str, object]:
    """All that a paper says, as plain JSON: its page and its PDF are made from this alone."""
    facts: dict[str, object] = {
        "version": 1,
        "number": number,
        "kind": draft.kind.value,
        "issued_at": _moment(issued_at),
        "happened_at": _moment(draft.happened_at or issued_at),
        "issuer": {"owner": str(draft.issuer), **issuer.facts()},
        "recipient": {"owner": str(draft.recipient), **recipient.facts()},
        "currency": draft.currency,
        "lines": [{"what": line.what.value, "label": line.label, "count": line.count, "minor": line.minor} for line in draft.lines],
        "total": draft.minor,
        "subject": draft.subject,
    }
    if draft.taxed:
        share = tax(draft.minor, issuer.tax_bp, recipient.treatment)
        facts["tax"] = {"treatment": share.treatment.value, "bp": share.bp, "minor": share.minor, "net": share.net}
    if draft.settles:
        facts["settles"] = dict(zip(("gross", "fee", "net"), draft.settles, strict=True))
    cancels = draft.cancels[1] if draft.cancels else ""
    optional = {
        "names": list(draft.names), "period": draft.period, "statement": draft.statement, "cancels": cancels, "reason": draft.reason
    }  # fmt: skip
    return facts | {name: value for name, value in optional.items() if value}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


# Months


def month_of(at: datetime) -> str:
    """`2026-03`, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m")


def bounds(month: str) -> tuple[datetime, datetime]:
    """The month as [first moment, first moment of the next), in UTC. Raises ValueError."""
    if not re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", month, re.ASCII):
        raise ValueError(f"no month: {month!r}")
    year, place = int(month[:4]), int(month[5:])
    return datetime(year, place, 1, tzinfo=UTC), datetime(year + place // 12, place % 12 + 1, 1, tzinfo=UTC)


def next_month(month: str) -> str:
    return month_of(bounds(month)[1])


def months(first: str, last: str) -> Iterable[str]:
    """From `first` to `last`, both included."""
    while first <= last:
        yield first
        first = next_month(first)
