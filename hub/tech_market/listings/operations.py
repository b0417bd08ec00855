"""The only writes of this room. Each checks the policy, fires the move, writes, records what happened; none commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from hub.core.accounts import queries as accounts
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.organisations import operations as organisations
from hub.core.organisations.states import Kind as OrganisationKind
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor, Duty
from hub.kernel.errors import Invalid, NotNow, one_field
from hub.kernel.links import check_link
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_
from hub.search.index import operations as index
from hub.tech_market.listings import queries, rules
from hub.tech_market.listings.events import (
    ListingDrafted,
    ListingEdited,
    ListingExpired,
    ListingPublished,
    ListingRenewed,
    ListingReturned,
    ListingRevised,
    ListingSubmitted,
    ListingWithdrawn,
    OffersImported,
    PatentsEnded,
)
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.policy import POLICY
from hub.tech_market.listings.rules import ImportedOffer, IpStatus, Kind
from hub.tech_market.listings.states import LIFE, Act, State

LONGEST_REMARKS = 4_000
COMMON = ("title", "summary", "body", "language", "sector", "deals", "trl", "categories", "expires_on", "owner_shown")
OFFERED = ("ip_status", "case_number", "serial_number", "patent_expires_on", "licence", "link")
"""What only an offer has."""


def draft(*, actor: Actor, kind: Kind, organisation_id: int, title: str, **content: Any) -> Listing:
    """Begin a need or an offer. `content` as in `edit`.

    Raises NotAllowed for an organisation that the actor does not manage or before the e-mail address is verified, Invalid.
    """
    now = clock.now()
    listing = Listing(
        kind=kind, organisation_id=organisation_id, author_id=actor.person_id, title="", state=LIFE.initial,
        ip_status=IpStatus.NONE, deals=[], categories=[], source="", remarks="", created_at=now, updated_at=now,
    )  # fmt: skip
    POLICY.require(actor, Act.DRAFT, listing)
    require_verified(actor)
    _write(listing, {"title": title, "language": rules.language_of(f"{title} {content.get('summary', '')}"), **content})
    db.session.add(listing)
    db.session.flush()
    _record(ListingDrafted(listing_id=listing.id), actor, listing)
    return listing


def edit(*, actor: Actor, listing: Listing, **content: Any) -> Listing:
    """Change a draft. `content`: any of COMMON and, for offers, OFFERED; what is not named stays.

    Raises NotAllowed, NotNow unless it is a draft, Invalid naming the field.
    """
    POLICY.require(actor, Act.EDIT, listing)
    if listing.state is not State.DRAFT:
        raise NotNow(N_("Only a draft can be changed: take it back first."))
    changed = _write(listing, content)
    if changed:
        listing.updated_at = clock.now()
        db.session.flush()
        _record(ListingEdited(listing_id=listing.id, fields=",".join(changed)), actor, listing)
    return listing


def _write(listing: Listing, content: Mapping[str, Any]) -> list[str]:
    """Put the content in; returns the names of what changed."""
    fields = COMMON + OFFERED if listing.kind is Kind.OFFER else COMMON
    given = {name: value for name, value in content.items() if name in fields}
    if gap := rules.last_day_gap(given.get("expires_on")):
        raise one_field("expires_on", gap)
    check_link(given.get("link", ""), field="link")
    if "deals" in given:
        given["deals"] = [deal.value for deal in rules.Deal if deal in given["deals"]]
    if "categories" in given:
        given["categories"] = rules.key_words(given["categories"])
    changed = [name for name, value in given.items() if getattr(listing, name) != value]
    for name in changed:
        setattr(listing, name, given[name])
    if listing.kind is Kind.OFFER:
        listing.ip_status = rules.standing(listing.ip_status, listing.patent_expires_on, clock.now().date())
    return changed


def submit(*, actor: Actor, listing: Listing) -> Listing:
    """Send a draft for review. Raises NotAllowed, NotNow, Invalid (code `incomplete`) naming what is missing."""
    POLICY.require(actor, Act.SUBMIT, listing)
    if listing.state is State.DRAFT and (gaps := rules.gaps(listing)):
        raise Invalid(N_("Some parts are missing before it can be reviewed."), code="incomplete", fields=gaps)
    _move(actor, listing, Act.SUBMIT)
    listing.submitted_at, listing.remarks = clock.now(), ""
    _record(ListingSubmitted(listing_id=listing.id), actor, listing)
    its_people = set(queries.member_ids(listing))
    reviewers = [person_id for person_id in accounts.with_duty(Duty.CONSULTANT) if person_id not in its_people]
    _tell(actor, reviewers, listing, N_("“%(title)s” waits for your review."))
    return listing


def send_back(*, actor: Actor, listing: Listing, remarks: str) -> Listing:
    """Return it to its authors with what they should mend. Raises NotAllowed, NotNow, Invalid about `remarks`."""
    POLICY.require(actor, Act.RETURN, listing)
    remarks = remarks.strip()
    if not 1 <= len(remarks) <= LONGEST_REMARKS:
        raise one_field("remarks", N_("Say what should be mended, in at most 4,000 characters."))
    _move(actor, listing, Act.RETURN)
    listing.remarks = remarks
    _record(ListingReturned(listing_id=listing.id), actor, listing)
    _tell(actor, queries.manager_ids(listing), listing, N_("“%(title)s” came back from the review with remarks."))
    return listing


def publish(*, actor: Actor, listing: Listing) -> Listing:
    """Put it on the list, for a year if its authors named no last day. Raises NotAllowed, NotNow."""
    _move(actor, listing, Act.PUBLISH)
    now = clock.now()
    listing.published_at = listing.published_at or now
    listing.expires_on = listing.expires_on or now.date() + timedelta(days=rules.LISTED_DAYS)
    _record(ListingPublished(listing_id=listing.id), actor, listing, public=True)
    _tell(actor, queries.manager_ids(listing), listing, N_("“%(title)s” is published."))
    return listing


def revise(*, actor: Actor, listing: Listing) -> Listing:
    """Take it off the list to change it; it is reviewed again before it comes back. Raises NotAllowed, NotNow."""
    _move(actor, listing, Act.REVISE)
    if listing.expires_on is not None and not rules.is_current(listing):
        listing.expires_on = None
    _record(ListingRevised(listing_id=listing.id), actor, listing, public=True)
    return listing


def renew(*, actor: Actor, listing: Listing) -> Listing:
    """Say that it still stands: listed for another year from today. Raises NotAllowed, NotNow."""
    _move(actor, listing, Act.RENEW)
    listing.renewed_at = clock.now()
    listing.expires_on = listing.renewed_at.date() + timedelta(days=rules.LISTED_DAYS)
    _record(ListingRenewed(listing_id=listing.id, until=listing.expires_on.isoformat()), actor, listing, public=True)
    return listing


def withdraw(*, actor: Actor, listing: Listing) -> Listing:
    """Take it off for good, or discard the draft. Raises NotAllowed, NotNow."""
    _move(actor, listing, Act.WITHDRAW)
    _record(ListingWithdrawn(listing_id=listing.id), actor, listing, public=True)
    if not actor.manages(listing.organisation_id):
        _tell(actor, queries.manager_ids(listing), listing, N_("“%(title)s” was withdrawn by the site’s administrators."))
    return listing


def expire_due() -> int:
    """Take everything off the list whose last day has come. Returns how many. Bears being repeated."""
    due = queries.due_to_expire()
    for listing in due:
        _move(SYSTEM, listing, Act.EXPIRE)
        _record(ListingExpired(listing_id=listing.id), SYSTEM, listing, public=True)
        _tell(SYSTEM, queries.manager_ids(listing), listing, N_("“%(title)s” has reached its last day. Renew it if it still stands."))
    return len(due)


def note_ended_patents() -> int:
    """Offers whose patent is over say so from now on; they stay listed. Returns how many. Bears being repeated."""
    ended = queries.patents_past()
    for listing in ended:
        listing.ip_status, listing.updated_at = IpStatus.EXPIRED, clock.now()
    if ended:
        journal.record(PatentsEnded(listing_ids=[listing.id for listing in ended]), actor=SYSTEM, subject="import:patents")
        index.mark([listing.ref for listing in ended])
    return len(ended)


def import_offers(*, actor: Actor, source: str, records: Sequence[ImportedOffer]) -> queries.Plan:
    """Bring in one batch of records: new ones are published, changed ones updated where they stand, others left alone.

    Returns what was done. An offer withdrawn here is updated and stays withdrawn. Raises NotAllowed.
    """
    POLICY.require(actor, Act.IMPORT, None)
    plan = queries.compare(source, records)
    owners = {name: _owner(actor, name) for name in {record.owner for record in (*plan.new, *plan.changed)}}
    known = queries.by_source_keys(record.source_key for record in plan.changed)
    new = [_import_new(source, record, owners[record.owner]) for record in plan.new]
    db.session.add_all(new)
    for record in plan.changed:
        _copy(record, known[record.source_key], owners[record.owner])
    db.session.flush()
    if new or known:
        event = OffersImported(source=source, new=[offer.id for offer in new], changed=[offer.id for offer in known.values()])
        journal.record(event, actor=actor, subject=f"import:{source}")
        index.mark([offer.ref for offer in (*new, *known.values())])
    return plan


def _owner(actor: Actor, name: str) -> int:
    """One organisation per centre, whichever of NASA's files names it."""
    return organisations.find_or_create_imported(actor=actor, name=name, kind=OrganisationKind.AGENCY, source="nasa").id


def _import_new(source: str, record: ImportedOffer, owner_id: int) -> Listing:
    now = clock.now()
    offer = Listing(kind=Kind.OFFER, state=State.PUBLISHED, source=source, source_key=record.source_key, created_at=now, published_at=now)
    _copy(record, offer, owner_id)
    return offer


def _copy(record: ImportedOffer, offer: Listing, owner_id: int) -> None:
    now = clock.now()
    offer.organisation_id, offer.updated_at = owner_id, now
    offer.title, offer.summary, offer.body = record.title, record.summary, record.body
    offer.sector, offer.trl = record.sector, record.trl
    offer.deals, offer.categories = [deal.value for deal in record.deals], list(record.categories)
    offer.case_number, offer.serial_number = record.case_number, record.serial_number
    offer.patent_expires_on = record.patent_expires_on
    offer.ip_status = rules.standing(record.status, record.patent_expires_on, now.date())
    offer.licence, offer.link, offer.source_hash = record.licence, record.link, record.fingerprint


def _move(actor: Actor, listing: Listing, act: Act) -> None:
    POLICY.require(actor, act, listing)
    LIFE.fire(listing, act)
    listing.updated_at = clock.now()


def _record(event: object, actor: Actor, listing: Listing, *, public: bool = False) -> None:
    """Write down what happened; `public` if visitors see something else from now on."""
    journal.record(event, actor=actor, subject=listing.ref)
    if public:
        index.mark([listing.ref])


def _tell(actor: Actor, person_ids: Sequence[int], listing: Listing, text: str) -> None:
    others = [person_id for person_id in person_ids if person_id != actor.person_id]
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.MARKET, values={"title": listing.title}, link=listing.path)
