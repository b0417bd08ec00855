"""What the world of the route matrix holds beyond the demo content, and what its places are called in the rows' addresses."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from hub.cli.demo.load import DATA
from hub.contests.awards.models import Award
from hub.contests.challenges import operations as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.entries import operations as entries
from hub.contests.entries.models import Entry, EntryFile
from hub.contests.judging import operations as judging
from hub.contests.judging.models import Judge
from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.accounts.models import LoginSession, MailToken
from hub.core.agreements import queries as agreements
from hub.core.files import operations as files
from hub.core.keys import operations as keys
from hub.core.keys.models import ApiKey
from hub.core.ledger import operations as ledger
from hub.core.ledger import rules as books
from hub.core.ledger.models import Account, Transaction
from hub.core.ledger.rules import Kind as MoneyKind
from hub.core.messages import rules as messages
from hub.core.messages.models import Notification
from hub.core.messages.states import Kind as NoticeKind
from hub.core.organisations import operations as organisations
from hub.core.organisations.models import Organisation
from hub.core.payments import operations as payments
from hub.core.payments.models import Funding
from hub.core.payouts import operations as payouts
from hub.core.payouts.models import Payout
from hub.core.profiles import operations as profiles
from hub.core.profiles.models import EvidenceItem
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState, JournalRow
from hub.guide.imports import operations as imports
from hub.guide.imports import queries as imports_read
from hub.guide.imports.rules import Source
from hub.kernel import clock, money
from hub.kernel.actor import SYSTEM, Actor, Role, Scope
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import Kind
from tests.factories import challenges as contest
from tests.factories import entries as entering
from tests.factories import filings, listings
from tests.house.matrix import signin, verification
from tests.house.matrix.wings import WINGS

EMAILS = {
    "newcomer": "newcomer@demo.example", "author": "solver@demo.example", "judge": "expert@demo.example",
    "member": "volunteer@demo.example", "finance": "finance@demo.example", "manager": "manager@demo.example",
    "owner": "company@demo.example", "other": "owner@demo.example", "consultant": "consultant@demo.example", "admin": "admin@demo.example",
}  # fmt: skip
DEMO_CHALLENGES = {
    "open": "Detect spoilage", "judging": "A label adhesive", "selected": "Store waste cold", "awarded": "用门店订单", "ended": "Keep cut fennel",
    "in_review": "A gripper", "requested": "See bones", "draft": "Reuse the rinse water",
}  # fmt: skip
"""Place: how its title begins."""
AMOUNT = money.parse("500", "EUR")
IBAN = "GB33BUKB20201555555555"


def stream(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


def actor(person: str) -> Actor:
    found = people.by_email(EMAILS[person])
    assert found is not None, person
    return people.actor_of(found.id)


def key_for(person: str, scopes: Iterable[Scope]) -> str:
    with work.unit():
        return keys.issue_key(actor=actor(person), name="Matrix", scopes=scopes)[1]


def add() -> dict[str, str]:
    """Add people and things; the places' names."""
    with work.unit():
        found = _people()
    for addition in (_contests, _market, _money, _records):
        with work.unit():
            found |= addition()
    for wing in WINGS:
        with work.unit():
            found |= wing.places()
    delivery.deliver_all()
    delivery.run_periodic()
    return found | _names()


def _people() -> dict[str, str]:
    for key in ("newcomer", "finance", "manager"):
        accounts.create(actor=SYSTEM, email=EMAILS[key], name=f"Demo {key}", password="demo", language="en", any_password=True)
    meridian = _one(Organisation, Organisation.slug == "meridian-foods")
    for role in (Role.FINANCE, Role.MANAGER):
        organisations.add_member(actor=actor("owner"), organisation=meridian, email=EMAILS[role.value], role=role)
    profiles.save_profile(actor=actor("member"), headline="Not for everybody yet", visible=False)
    unconfirmed = accounts.create(actor=SYSTEM, email="fledgling@demo.example", name="Fledgling", password="demo", any_password=True)
    unconfirmed.email_verified_at = None
    return {
        "api_room": "agreements", "org": meridian.slug, "org_id": str(meridian.id), "other_org": "loom-materials-lab",
        "member_id": str(actor("member").person_id), "manager_id": str(actor("manager").person_id),
        "newcomer_id": str(actor("newcomer").person_id),
        "author_handle": people.get(actor("author").person_id or 0).handle,
        "hidden_handle": people.get(actor("member").person_id or 0).handle,
    }  # fmt: skip


def _one(model: Any, *conditions: Any) -> Any:
    return db.session.scalars(select(model).where(*conditions).order_by(model.id)).first()


def _begins(title: str) -> Challenge:
    found: Challenge = _one(Challenge, Challenge.title.startswith(title))
    return found


def _contests() -> dict[str, str]:
    """A challenge ready for each step that the demo stories leave out; drafts attached to, a judge who has not answered."""
    owner, author, judge = actor("owner"), actor("author"), actor("judge")
    meridian = _one(Organisation, Organisation.slug == "meridian-foods")
    ready = contest.challenge(meridian, owner, "draft", title="Count seeds through a paper bag")
    funded = contest.challenge(meridian, owner, "funded", title="Peel onions without tears or waste")
    closed = _open_until(meridian, owner, "Tell ripe mangoes by their sound", clock.now() - timedelta(days=2))
    with clock.at(clock.now() - timedelta(days=4)):
        entering.seal(closed, author, files={"data.csv": b"hz,ripe\n220,1\n"})
        filing = filings.sealed(closed, owner)
        entering.appoint(closed, owner, people.get(judge.person_id or 0))
        judging.appoint(actor=owner, challenge=_begins(DEMO_CHALLENGES["open"]), email=EMAILS["judge"])
    challenges.close(actor=owner, challenge=closed)
    entering.score(_entry(closed), judge)
    draft = _entry(_begins(DEMO_CHALLENGES["open"]))
    entries.upload(actor=author, entry=draft, stream=stream(b"ppm,hue\n5,12\n"), filename="draft.csv")
    challenges.follow(actor=actor("newcomer"), challenge=_begins(DEMO_CHALLENGES["open"]))
    places = {"ready": ready.slug, "funded": funded.slug, "closed": closed.slug, "filing_closed": str(filing.id)}
    return places | {"closed_criteria": ",".join(str(c.id) for c in closed.criteria)}


def _open_until(organisation: Any, owner: Actor, title: str, closes_at: Any) -> Challenge:
    with clock.at(clock.now() - timedelta(days=30)):
        return contest.challenge(organisation, owner, "open", title=title, closes_at=closes_at)


def _entry(challenge: Challenge) -> Entry:
    found: Entry = _one(Entry, Entry.challenge_id == challenge.id, Entry.person_id == actor("author").person_id)
    return found


def _market() -> dict[str, str]:
    """Of each kind a draft, one in review, one published, one withdrawn, all of the owner's organisation; and a full list to page through."""
    owner, found = actor("owner"), {}
    meridian = _one(Organisation, Organisation.slug == "meridian-foods")
    for kind in Kind:
        for state in ("draft", "in_review", "published", "withdrawn"):
            title = f"{kind.value.capitalize()} that is {state.replace('_', ' ')}"
            found[f"{kind.value}_{state}"] = str(listings.listing(meridian, owner, state, kind, title=title).id)
        for n in range(24):
            listings.listing(meridian, owner, "published", kind, title=f"{kind.value.capitalize()} number {n} of a long list")
    return found


def _money() -> dict[str, str]:
    """Money on the organisation's and the author's balances, a transfer that is expected, payouts that wait."""
    meridian = _one(Organisation, Organisation.slug == "meridian-foods")
    payments.take_deposit(actor=actor("admin"), organisation_id=meridian.id, received=money.parse("200000", "EUR"), bank_reference="BANK-1")
    top_up = payments.request_funding(actor=actor("owner"), organisation_id=meridian.id, subject="", amount=AMOUNT, label="For later")
    payout = payouts.request_payout(actor=actor("owner"), owner="organisation", owner_id=meridian.id, amount=AMOUNT, destination=IBAN)
    loom = _one(Organisation, Organisation.slug == "loom-materials-lab")
    foreign = payments.request_funding(actor=actor("other"), organisation_id=loom.id, subject="", amount=AMOUNT, label="Theirs")
    return {"funding": str(top_up.id), "payout": str(payout.id), "other_funding": str(foreign.id)}


def _records() -> dict[str, str]:
    """Some of the real records, and a file of them that waits to be imported."""
    patents = (DATA / "nasa_patents.csv").read_bytes().splitlines(keepends=True)
    past = json.loads((DATA / "challenge_gov.json").read_text())
    for source, data in ((Source.NASA_PATENTS, b"".join(patents[:60])), (Source.CHALLENGES, json.dumps(past[:30]).encode())):
        found = imports_read.preview(source, data)
        imports.bring_in(actor=SYSTEM, preview=found, records=found.due)
    sent = stream(b"".join([patents[0], *patents[60:90]]))
    kept = files.store(actor=actor("admin"), stream=sent, filename="more.csv", purpose="import")
    offer = _one(Listing, Listing.source == Source.NASA_PATENTS.value)
    challenge = _one(Challenge, Challenge.source_key.is_not(None))
    return {"import_file": str(kept.id), "imported_offer": str(offer.id), "imported_challenge": challenge.slug}


def _names() -> dict[str, str]:
    found = {place: _begins(title) for place, title in DEMO_CHALLENGES.items()}
    closed = _begins("Tell ripe mangoes")
    drafted, judged, won, finished = (_entry(each) for each in (found["open"], found["judging"], found["selected"], closed))
    judge, author = actor("judge").person_id, actor("author").person_id
    entry_terms = agreements.current(found["open"].ref, "challenge_entry")
    award_terms = _award_terms(found["selected"])
    review_terms = agreements.current(found["in_review"].ref, "challenge_entry")
    assert entry_terms is not None and review_terms is not None
    return {place: challenge.slug for place, challenge in found.items()} | {
        "entry_draft": str(drafted.id), "entry_judging": str(judged.id), "entry_won": str(won.id), "entry_closed": str(finished.id),
        "file_draft": str(_file(drafted)), "file_closed": str(_file(finished)),
        "version_draft": str(drafted.version),
        "asked": str(_one(Judge, Judge.challenge_id == found["open"].id, Judge.person_id == judge).id),
        "judging_judge": str(_one(Judge, Judge.challenge_id == found["judging"].id, Judge.person_id == judge).id),
        "judging_criterion": str(found["judging"].criteria[1].id),
        "award": award_terms.subject.partition(":")[2], "award_terms": str(award_terms.id), "award_hash": award_terms.hash,
        "review_terms": str(review_terms.id), "entry_terms": str(entry_terms.id), "entry_hash": entry_terms.hash,
        "evidence": str(_one(EvidenceItem, EvidenceItem.person_id == author).id),
        "note": str(_one(Notification, Notification.person_id == author, Notification.link != "").id),
        "row": str(_one(JournalRow).id), "account": str(_one(Account).id), "transaction": str(_one(Transaction).id),
        "pending_money": str(_pending_money()),
        "other_need": str(_one(Listing, Listing.kind == Kind.NEED, Listing.title.startswith("夜间")).id),
        "site_payout": str(_one(Payout, Payout.owner_id == author).id),
        "challenge_funding": str(_one(Funding, Funding.subject == found["requested"].ref).id),
        "unsubscribe": messages.unsubscribe_token(str(current_app.config["SECRET_KEY"]), author or 0, NoticeKind.CHALLENGE),
    }  # fmt: skip


def _pending_money() -> int:
    with work.unit():
        legs = books.from_to(books.bank("USD"), books.fees("USD"), 500)
        return ledger.pend(actor=SYSTEM, kind=MoneyKind.FUNDING, key="matrix:pending", legs=legs, memo="Card payment").pending.id


def _award_terms(challenge: Challenge) -> Any:
    award = _one(Award, Award.challenge_id == challenge.id)
    return agreements.current(award.ref, "award")


def _file(entry: Entry) -> int:
    return int(db.session.scalar(select(EntryFile.file_id).where(EntryFile.entry_id == entry.id)) or 0)


def add_last() -> dict[str, str]:
    """Sessions, keys and tokens, after everybody has signed in; and what the worker would not leave as it is."""
    author = actor("author").person_id
    fledgling = people.by_email("fledgling@demo.example")
    assert fledgling is not None and author is not None
    with work.unit():
        session = _one(LoginSession, LoginSession.person_id == author)
        accounts.open_session(person_id=author)
        accounts.request_verification(actor=people.actor_of(fledgling.id))
        accounts.request_reset(actor=Actor(), email=EMAILS["newcomer"])
        verify = accounts.fresh_token(_one(MailToken, MailToken.person_id == fledgling.id).id)
        reset = accounts.fresh_token(_one(MailToken, MailToken.person_id == actor("newcomer").person_id).id)
        other = db.session.scalars(select(LoginSession.id).where(LoginSession.person_id == author, LoginSession.id != session.id)).first()
        key = _one(ApiKey, ApiKey.person_id == author)
        meridian = _one(Organisation, Organisation.slug == "meridian-foods")
        overdue = _open_until(meridian, actor("owner"), "Keep ice cream scoopable", clock.now() - timedelta(hours=1))
        dead = _one(Delivery)
        dead.state, dead.error = DeliveryState.DEAD, "OSError: no route to the mail server"
        found = signin.add_last() | verification.add_last()
    return (
        found
        | {"overdue": overdue.slug, "dead": str(dead.id)}
        | {
            "verify": str(verify),
            "reset": str(reset),
            "session": str(other),
            "key": str(key.id),
        }
    )
