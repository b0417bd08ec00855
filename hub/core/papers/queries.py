"""Reading papers: who may see them, what each transaction calls for, and whether every fact has its one true paper."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from hub.core.billing.rules import Owner
from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.ledger import queries as books
from hub.core.ledger.models import Account, Posting, Transaction
from hub.core.ledger.rules import Kind, OwnerKind
from hub.core.papers import rules
from hub.core.papers.models import Paper, PaperFact, PaperProgress, PaperSeries
from hub.core.papers.policy import PAPERS, PaperAct
from hub.core.papers.rules import Moved, PaperKind
from hub.core.royalties import queries as royalties
from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState, JournalRow
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.money import CURRENCIES
from hub.kernel.words import N_

Key = tuple[int, str, str, PaperKind]
"""A transaction, issuer, recipient and kind: what has one paper."""


def get_for(actor: Actor, number: str) -> Paper:
    """The paper, for its two sides and administrators. Raises NotFound for everybody else."""
    found = db.session.scalars(select(Paper).where(Paper.number == number)).one_or_none()
    if found is None or not PAPERS.can(actor, PaperAct.READ, found):
        raise NotFound(N_("There is no such paper."))
    return found


def content(paper: Paper) -> dict[str, Any]:
    """What it says, for its page and its PDF."""
    said: dict[str, Any] = json.loads(paper.content)
    return said


def numbers(paper_ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {number for number in paper_ids if number is not None}
    rows = db.session.execute(select(Paper.id, Paper.number).where(Paper.id.in_(wanted))) if wanted else ()
    return {row.id: row.number for row in rows}


def cancelled_by(paper: Paper) -> Paper | None:
    return db.session.scalars(select(Paper).where(Paper.cancels_id == paper.id)).one_or_none()


def _of(owner: Owner) -> Any:
    return or_(
        and_(Paper.recipient_kind == owner.kind, Paper.recipient_id == owner.id),
        and_(Paper.issuer_kind == owner.kind, Paper.issuer_id == owner.id),
    )


def chosen(owner: Owner | None, *, kind: PaperKind | None = None, year: int | None = None, currency: str = "") -> Select[tuple[Paper]]:
    """The papers that an owner issued or got, or all of them, as far as they match."""
    found = select(Paper)
    for wanted, condition in (
        (owner is not None, lambda: _of(owner)),  # type: ignore[arg-type]
        (kind is not None, lambda: Paper.kind == kind),
        (year is not None, lambda: Paper.year == year),
        (bool(currency), lambda: Paper.currency == currency),
    ):
        if wanted:
            found = found.where(condition())
    return found


def years(owner: Owner | None) -> list[int]:
    """The years in which there are papers, the latest first."""
    wanted = chosen(owner).with_only_columns(Paper.year).distinct().order_by(Paper.year.desc())
    return list(db.session.scalars(wanted))


def page(found: Select[tuple[Paper]], *, offset: int = 0, limit: int = 30) -> tuple[int, list[Paper]]:
    """How many there are, and one page of them, the newest first."""
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    return total, list(db.session.scalars(found.order_by(Paper.id.desc()).offset(offset).limit(limit)))


def before(found: Select[tuple[Paper]], paper_id: int | None, limit: int) -> list[Paper]:
    """The newest first, those below `paper_id`."""
    below = found if paper_id is None else found.where(Paper.id < paper_id)
    return list(db.session.scalars(below.order_by(Paper.id.desc()).limit(limit)))


# From movements to papers


def moved(transaction_ids: Sequence[int]) -> list[Moved]:
    """The transactions as papers see them, in order."""
    if not transaction_ids:
        return []
    wanted = select(Transaction.id, Transaction.kind, Transaction.at, Transaction.memo, Transaction.subject, Transaction.reverses_id)
    rows = db.session.execute(wanted.where(Transaction.id.in_(transaction_ids)).order_by(Transaction.id)).all()
    legs = books.sides_of(transaction_ids)
    before = {one.id: one for one in moved([row.reverses_id for row in rows if row.reverses_id is not None])}
    sales = royalties.sides_of([row.id for row in rows if row.kind is Kind.SALE])
    return [
        Moved(
            row.id, row.kind.value, row.at, row.memo, row.subject, tuple(legs[row.id]), before.get(row.reverses_id),
            _sold(*sales[row.id]) if row.id in sales else None,
        )
        for row in rows
        if row.id in legs
    ]  # fmt: skip


def _sold(sale: Any, year: Any, share: Any) -> rules.Sold:
    sides = Owner(year.seller_kind, year.seller_id), Owner(sale.buyer_kind, sale.buyer_id), Owner(OwnerKind.ORGANISATION, share.owner_id)
    return rules.Sold(*sides, sale.gross_minor, sale.fee_minor, sale.owner_minor, sale.seller_minor)


def of_transaction(transaction_id: int, recipient: Owner) -> list[Paper]:
    """The papers about a transaction that somebody got, in order."""
    chosen = select(Paper).join(PaperFact, PaperFact.paper_id == Paper.id).where(PaperFact.transaction_id == transaction_id)
    return list(db.session.scalars(chosen.where(PaperFact.recipient == str(recipient)).order_by(Paper.id)))


def drafts_of(transaction_id: int) -> list[rules.Draft]:
    """What one transaction calls for."""
    return [draft for one in moved([transaction_id]) for draft in rules.drafts(one)]


def refers_to(draft: rules.Draft) -> tuple[str, ...]:
    """The numbers of the papers that a credit note speaks of: the receipts of a hold, the statement of a payout that came back."""
    if draft.kind is not PaperKind.CREDIT_NOTE or draft.cancels:
        return ()
    wanted = select(Paper.number).where(Paper.recipient_kind == draft.recipient.kind, Paper.recipient_id == draft.recipient.id)
    what = draft.lines[0].what
    if what is rules.What.RETURNED:
        wanted = wanted.where(Paper.subject == draft.subject, Paper.kind == PaperKind.RECEIPT, Paper.currency == draft.currency)
    elif what is rules.What.REVERSED:
        reversed_ = select(Transaction.reverses_id).where(Transaction.id.in_(draft.facts)).scalar_subquery()
        facts = select(PaperFact.paper_id).where(PaperFact.transaction_id == reversed_, PaperFact.issuer == str(draft.issuer))
        wanted = wanted.where(Paper.id.in_(facts))
    elif what is not rules.What.CAME_BACK:
        return ()
    else:
        same = select(Transaction.cause).where(Transaction.id.in_(draft.facts)).scalar_subquery()
        facts = select(PaperFact.paper_id).join(Transaction, Transaction.id == PaperFact.transaction_id).where(Transaction.cause == same)
        wanted = wanted.where(Paper.id.in_(facts), Paper.kind == PaperKind.PAYOUT)
    return tuple(db.session.scalars(wanted.order_by(Paper.id).limit(50)))


def without_paper(found: Sequence[Moved]) -> list[tuple[Moved, rules.Draft]]:
    """What these transactions call for and nobody has issued yet."""
    known = _facts([one.id for one in found])
    return [(one, draft) for one in found for draft in rules.drafts(one) if _key(one.id, draft) not in known]


def _key(transaction_id: int, draft: rules.Draft) -> Key:
    return transaction_id, str(draft.issuer), str(draft.recipient), draft.kind


def _facts(transaction_ids: Sequence[int]) -> dict[Key, int]:
    rows = db.session.execute(
        select(PaperFact.transaction_id, PaperFact.issuer, PaperFact.recipient, PaperFact.kind, PaperFact.paper_id).where(
            PaperFact.transaction_id.in_(transaction_ids)
        )
    )
    return {(row[0], row[1], row[2], row[3]): row[4] for row in rows}


def quiet(transaction_ids: Iterable[int]) -> set[int]:
    """The many small sums, which share one paper a month: those whose fact tells nobody."""
    refs = [f"transaction:{number}" for number in transaction_ids]
    rows = db.session.execute(select(JournalRow.subject, JournalRow.facts).where(JournalRow.subject.in_(refs)))
    return {int(ref.partition(":")[2]) for ref, facts in rows if facts.get("quiet")}


def progress() -> PaperProgress | None:
    return db.session.get(PaperProgress, 1)


def not_looked_at(until: datetime, limit: int) -> list[int]:
    """Ids of the next transactions that nobody has looked at since they are old enough for their papers to be there."""
    done = progress()
    wanted = select(Transaction.id).where(Transaction.id > (done.looked_at_id if done else 0), Transaction.at < until)
    return list(db.session.scalars(wanted.order_by(Transaction.id).limit(limit)))


def first_month() -> str | None:
    """The month of the first movement of all."""
    first = db.session.scalar(select(func.min(Transaction.at)))
    return rules.month_of(first) if first else None


def small_sums(month: str) -> list[rules.Draft]:
    """One paper per issuer, recipient and currency for the month's many small sums that have none yet."""
    start, end = rules.bounds(month)
    fact = select(PaperFact.transaction_id).where(PaperFact.transaction_id == Transaction.id).exists()
    wanted = (
        select(Transaction.id)
        .where(Transaction.kind == Kind.AWARD, Transaction.at >= start, Transaction.at < end, ~fact)
        .order_by(Transaction.id)
    )
    ids = list(db.session.scalars(wanted))
    small: list[int] = []
    for place in range(0, len(ids), checks.CHUNK):
        small += sorted(quiet(ids[place : place + checks.CHUNK]))
    found = [one for place in range(0, len(small), checks.CHUNK) for one in moved(small[place : place + checks.CHUNK])]
    return [replace(draft, cause=f"month:{month}:{draft.currency}", happened_at=start) for draft in rules.together(found)]


# The check


def verify(report: Report) -> None:
    """Add to `report` where papers are missing, doubled, altered, or leave a gap. Wants one moment's view of the database."""
    for column, allowed in (
        (Paper.kind, PaperKind), (Paper.currency, CURRENCIES), (Paper.issuer_kind, OwnerKind), (Paper.recipient_kind, OwnerKind),
    ):  # fmt: skip
        checks.verify_values(report, column, allowed)
    if report.unreadable:
        return
    _verify_series(report)
    for above, last in checks.slices(Paper.id):
        _verify_papers(report, list(db.session.scalars(checks.afresh(select(Paper).where(Paper.id > above, Paper.id <= last)))))
    for above, last in checks.slices(Transaction.id):
        _verify_facts(report, above, last)


def _verify_series(report: Report) -> None:
    """Each series gives 1, 2, 3 ... once, and says itself how far it has come."""
    series = (Paper.issuer_kind, Paper.issuer_id, Paper.year)
    found = {
        tuple(row[:3]): tuple(row[3:])
        for row in db.session.execute(
            select(*series, func.count(), func.count(func.distinct(Paper.place)), func.max(Paper.place)).group_by(*series)
        )
    }
    taken = (PaperSeries.issuer_kind, PaperSeries.issuer_id, PaperSeries.year, PaperSeries.last)
    known = {tuple(row[:3]): row[3] for row in db.session.execute(select(*taken))}
    for key in sorted({*found, *known}, key=str):
        papers, places, highest = found.get(key, (0, 0, 0))
        ref, last = f"series:{key[0]}:{key[1]}:{key[2]}", known.get(key, 0)
        if papers != places:
            report.add("paper_doubled", ref, f"{papers} papers share {places} numbers of the series.")
        if places != highest:
            report.add("paper_gap", ref, f"The series goes to {highest}, but {highest - places} of its numbers have no paper.")
        if last != highest:
            report.add("paper_series", ref, f"The series says that {last} numbers were taken, but the highest of a paper is {highest}.")


def _verify_papers(report: Report, papers: list[Paper]) -> None:
    ids = [paper.id for paper in papers]
    told = {
        facts.get("paper_id"): facts.get("fingerprint")
        for facts in db.session.scalars(
            select(JournalRow.facts).where(JournalRow.subject.in_([paper.ref for paper in papers]), JournalRow.kind == "PaperIssued")
        )
    }
    sums = _called_for(ids)
    cancelled = {paper.id: paper for paper in db.session.scalars(select(Paper).where(Paper.id.in_([p.cancels_id for p in papers])))}
    for paper in papers:
        made = hashlib.sha256(paper.content.encode()).hexdigest()
        if made != paper.fingerprint or told.get(paper.id) != made or not _says_the_same(paper):
            report.add("paper_altered", paper.ref, f"The paper {paper.number} does not say what it said when it was issued.")
            continue
        if paper.id in sums and sums[paper.id] != paper.minor:
            text = f"The paper {paper.number} says {paper.amount}, but what it is the paper of comes to {sums[paper.id]} minor units."
            report.add("paper_differs", paper.ref, text)
        before_ = cancelled.get(paper.cancels_id or 0)
        if before_ is not None and (before_.minor, before_.currency) != (paper.minor, paper.currency):
            report.add("paper_differs", paper.ref, f"{paper.number} cancels {before_.number} with another amount.")
    statements = [paper for paper in papers if paper.kind is PaperKind.STATEMENT]
    for paper in statements:
        said = content(paper)["statement"]
        if said["opening"] + sum(line["minor"] for line in said["lines"]) != said["closing"] or _month_moved(paper) != (
            said["closing"] - said["opening"]
        ):
            report.add("paper_differs", paper.ref, f"The movements of the month {paper.period} do not lead to what {paper.number} says.")


def _says_the_same(paper: Paper) -> bool:
    said = content(paper)
    kept = {
        "number": paper.number, "kind": paper.kind.value, "currency": paper.currency, "total": paper.minor,
        "period": paper.period, "subject": paper.subject,
    }  # fmt: skip
    sides = (said["issuer"]["owner"], said["recipient"]["owner"]) == (str(paper.issuer), str(paper.recipient))
    named = paper.number == rules.number(paper.issuer, paper.year, paper.place)
    return sides and named and all(said.get(name, "") == value for name, value in kept.items())


def _called_for(paper_ids: Sequence[int]) -> dict[int, int]:
    """What the transactions of each paper call for, in minor units."""
    rows = db.session.execute(
        select(PaperFact.transaction_id, PaperFact.issuer, PaperFact.recipient, PaperFact.kind, PaperFact.paper_id)
        .where(PaperFact.paper_id.in_(paper_ids))
        .order_by(PaperFact.transaction_id)
    ).all()
    sums: Counter[int] = Counter({row.paper_id: 0 for row in rows})
    for place in range(0, len(rows), checks.CHUNK):
        part = {(row[0], row[1], row[2], row[3]): row[4] for row in rows[place : place + checks.CHUNK]}
        for one in moved(sorted({key[0] for key in part})):
            for draft in rules.drafts(one):
                if _key(one.id, draft) in part:
                    sums[part[_key(one.id, draft)]] += draft.minor
    return dict(sums)


def _month_moved(paper: Paper) -> int:
    start, end = rules.bounds(paper.period)
    total = db.session.scalar(
        select(func.sum(Posting.minor))
        .join(Account, Account.id == Posting.account_id)
        .join(Transaction, Transaction.id == Posting.transaction_id)
        .where(Account.owner_kind == paper.recipient_kind, Account.owner_id == paper.recipient_id, Account.currency == paper.currency)
        .where(Transaction.at >= start, Transaction.at < end)
    )
    return int(total or 0)


def _verify_facts(report: Report, above: int, last: int) -> None:
    """Every movement has its paper, unless its reaction (or, where no fact names it, the clock) is still to come, or its month is not
    closed."""
    wanted = select(Transaction.id).where(
        Transaction.id > above, Transaction.id <= last, Transaction.kind.in_([kind for kind in Kind if kind.value in rules.BY_KIND])
    )
    missing = without_paper(moved(list(db.session.scalars(wanted))))
    if not missing:
        return
    told, coming = _told_of([one.cause for one, _ in missing])
    small, done = quiet(one.id for one, _ in missing), progress()
    closed, looked_at = (done.closed_month, done.looked_at_id) if done else ("", 0)
    for one, draft in missing:
        waits = one.cause in coming or (one.cause not in told and one.id > looked_at)
        if not waits and not (one.id in small and rules.month_of(one.at) > closed):
            text = f"No {draft.kind.label.lower()} of {draft.issuer} for {draft.recipient} was issued for it."
            report.add("paper_missing", one.cause, text)


def _told_of(refs: Sequence[str]) -> tuple[set[str], set[str]]:
    """Which of these transactions a fact names, and of which a reaction to one is still to come."""
    rows = db.session.execute(select(JournalRow.id, JournalRow.subject).where(JournalRow.subject.in_(set(refs)))).all()
    told: dict[int, str] = dict(rows)
    due = select(Delivery.journal_id).where(Delivery.journal_id.in_(told), Delivery.state == DeliveryState.DUE)
    return set(told.values()), {told[number] for number in db.session.scalars(due)}
