"""Issuing papers, and cancelling them by a credit note. None commits: with the unit of work goes the number."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import insert, select, update

from hub.core.billing import queries as billing
from hub.core.billing.rules import Owner, Party
from hub.core.ledger.operations import insert_unless_there
from hub.core.papers import events, queries, rules
from hub.core.papers.models import Paper, PaperFact, PaperProgress, PaperSeries
from hub.core.papers.policy import PAPERS, PaperAct
from hub.core.papers.rules import Draft, Line, PaperKind, What
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, sealing
from hub.kernel.actor import Actor
from hub.kernel.errors import NotNow, one_field
from hub.kernel.words import N_


def issue_for(*, actor: Actor, transaction_id: int, site: Party) -> list[Paper]:
    """The papers that a transaction calls for, each once: what has its paper gets none again. `site` is the site as an issuer."""
    return issue(actor=actor, drafts=queries.drafts_of(transaction_id), site=site)


def issue(*, actor: Actor, drafts: Sequence[Draft], site: Party) -> list[Paper]:
    """Number, write and tell each draft whose cause has no such paper yet, in the order of their issuers."""
    wanted = [draft for draft in drafts if not _is_there(draft)]
    if not wanted:
        return []
    known = billing.parties({side for draft in wanted for side in (draft.issuer, draft.recipient)}, site)
    made = (_issue(actor, draft, known) for draft in sorted(wanted, key=lambda draft: (draft.issuer, draft.recipient, draft.kind)))
    return [paper for paper in made if paper is not None]


def _is_there(draft: Draft) -> bool:
    same = select(Paper.id).where(
        Paper.cause == draft.cause, Paper.kind == draft.kind,
        Paper.issuer_kind == draft.issuer.kind, Paper.issuer_id == draft.issuer.id,
        Paper.recipient_kind == draft.recipient.kind, Paper.recipient_id == draft.recipient.id,
    )  # fmt: skip
    return db.session.scalar(same) is not None


def _issue(actor: Actor, draft: Draft, known: dict[Owner, Party]) -> Paper | None:
    now = clock.now()
    series = _locked_series(draft.issuer, now.year)
    if _is_there(draft):  # somebody else was issuing it at this very moment
        return None
    place = _next_place(series)
    number = rules.number(draft.issuer, now.year, place)
    told = replace(draft, names=draft.names or queries.refers_to(draft))
    said = rules.content(told, number=number, issued_at=now, issuer=known[draft.issuer], recipient=known[draft.recipient])
    text = sealing.canonical(said)
    paper = Paper(
        number=number, issuer_kind=draft.issuer.kind, issuer_id=draft.issuer.id, year=now.year, place=place, kind=draft.kind,
        recipient_kind=draft.recipient.kind, recipient_id=draft.recipient.id, cause=draft.cause, subject=draft.subject,
        period=draft.period, currency=draft.currency, minor=draft.minor, happened_at=draft.happened_at or now, issued_at=now,
        content=text.decode(), fingerprint=hashlib.sha256(text).hexdigest(), cancels_id=draft.cancels[0] if draft.cancels else None,
    )  # fmt: skip
    db.session.add(paper)
    db.session.flush()
    if draft.facts:
        sides = {"issuer": str(draft.issuer), "recipient": str(draft.recipient), "kind": draft.kind, "paper_id": paper.id}
        db.session.execute(insert(PaperFact), [{"transaction_id": fact, **sides} for fact in draft.facts])
    event = events.PaperIssued(
        paper.id, number, draft.kind.value, paper.fingerprint, str(draft.issuer), str(draft.recipient), paper.minor, paper.currency
    )
    journal.record(event, actor=actor, subject=paper.ref, scope=str(draft.recipient))
    return paper


def _locked_series(issuer: Owner, year: int) -> int:
    """The id of the issuer's series of this year, kept from others until this unit of work ends."""
    same = (PaperSeries.issuer_kind == issuer.kind, PaperSeries.issuer_id == issuer.id, PaperSeries.year == year)
    wanted = select(PaperSeries.id).where(*same).with_for_update()
    found = db.session.scalar(wanted)
    if found is None:
        values = {"issuer_kind": issuer.kind, "issuer_id": issuer.id, "year": year, "last": 0}
        insert_unless_there(PaperSeries, ["issuer_kind", "issuer_id", "year"], values)
        found = db.session.scalars(wanted).one()
    return found


def _next_place(series: int) -> int:
    changed = update(PaperSeries).where(PaperSeries.id == series).values(last=PaperSeries.last + 1)
    return db.session.scalars(changed.returning(PaperSeries.last).execution_options(synchronize_session=False)).one()


def cancel(*, actor: Actor, paper: Paper, reason: str, site: Party) -> tuple[Paper, Paper]:
    """Take back a paper that says something wrong: a credit note that names it, and the paper anew with today's details.

    What was moved stays moved; only the papers change. Raises NotAllowed, NotNow (cancelled_already, not_cancellable), Invalid (reason).
    """
    PAPERS.require(actor, PaperAct.CANCEL, paper)
    told = reason.strip()
    if len(told) < 3:
        raise one_field("reason", N_("Say what was wrong: it stands on the credit note."), code="reason_missing")
    if paper.kind is PaperKind.STATEMENT or paper.cancels_id is not None:
        raise NotNow(N_("This paper only repeats what the books say: there is nothing to cancel."), code="not_cancellable")
    _locked_series(paper.issuer, clock.now().year)
    if queries.cancelled_by(paper) is not None:
        raise NotNow(N_("This paper was cancelled already."), code="cancelled_already")
    said = queries.content(paper)
    same = Draft(
        paper.kind, paper.issuer, paper.recipient, f"again:{paper.number}", paper.currency,
        tuple(Line(What(line["what"]), line["minor"], line["label"], line["count"]) for line in said["lines"]),
        subject=paper.subject, happened_at=paper.happened_at, names=tuple(said.get("names", ())),
        settles=tuple(said["settles"][name] for name in ("gross", "fee", "net")) if "settles" in said else None,
    )  # fmt: skip
    note = replace(
        same, kind=PaperKind.CREDIT_NOTE, cause=f"cancels:{paper.number}", cancels=(paper.id, paper.number), names=(paper.number,),
        lines=(Line(What.CANCELLED, paper.minor, paper.number),), settles=None, reason=told[:300],
    )  # fmt: skip
    known = billing.parties((paper.issuer, paper.recipient), site)
    credit, anew = _issue(actor, note, known), _issue(actor, replace(same, names=(*same.names, paper.number)), known)
    assert credit is not None and anew is not None
    event = events.PaperCancelled(paper.id, paper.number, credit.number, anew.number)
    journal.record(event, actor=actor, subject=paper.ref, scope=str(paper.recipient))
    return credit, anew


# By the clock


def look_again(*, actor: Actor, transaction_ids: Sequence[int], site: Party) -> int:
    """Issue what these transactions still lack (they are older than this room, or their reaction died). Returns how many papers."""
    if not transaction_ids:
        return 0
    lacking = queries.without_paper(queries.moved(transaction_ids))
    small = queries.quiet(one.id for one, _ in lacking)
    made = issue(actor=actor, drafts=[draft for one, draft in lacking if one.id not in small], site=site)
    _progress().looked_at_id = max(transaction_ids)
    db.session.flush()
    return len(made)


def close_month(*, month: str) -> None:
    """Every statement of this month and of those before is issued."""
    _progress().closed_month = month
    db.session.flush()


def _progress() -> PaperProgress:
    found = queries.progress()
    if found is None:
        found = PaperProgress(id=1, looked_at_id=0, closed_month="")
        db.session.add(found)
    return found
