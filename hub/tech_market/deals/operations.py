"""The only writes of this room. Each checks the policy, fires the move, writes, records what happened and tells the other side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import lazyload

from hub.core.agreements import operations as agreements
from hub.core.agreements import queries as agreements_read
from hub.core.agreements.operations import Side as Side_
from hub.core.clauses import queries as clauses
from hub.core.files import operations as files
from hub.core.files.rules import Copy
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.wording import rules as wording
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, NotAllowed, NotFound, NotNow, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_, extent
from hub.tech_market.deals import queries, rules
from hub.tech_market.deals.events import (
    AnnexChanged,
    DealAccepted,
    DealClosed,
    DealDeclined,
    DealExpired,
    DealPosted,
    DealSigned,
    IdentitiesRevealed,
    InterestExpressed,
)
from hub.tech_market.deals.models import Annex, AnnexFile, AnnexLook, Deal, DealPost
from hub.tech_market.deals.policy import POLICY, side_of
from hub.tech_market.deals.states import LIFE, TALKING, Act, Looked, Side, State
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import Deal as DealKind
from hub.tech_market.listings.states import State as ListingState

LAPSED = N_("Nothing happened for 60 days, so it lapsed.")
ALREADY = N_("You have an open deal on this already.")


def express_interest(
    *, actor: Actor, listing: Listing, message: str, organisation_id: int | None = None, proposes: DealKind | None = None
) -> Deal:
    """Tell the owner of a published listing that somebody is interested, without a name.

    `organisation_id` is whom the actor asks for (None: themselves). Raises NotSignedIn, NotAllowed (unverified address, code
    `own_listing`, not a manager of the organisation), NotNow (not published; code `nobody_there` for imported ones), Invalid, Conflict
    (code `already_open`).
    """
    require_verified(actor)
    POLICY.require(actor, Act.EXPRESS, None)
    _check_open_to(actor, listing)
    if organisation_id is not None and not actor.manages(organisation_id):
        raise NotAllowed(N_("Only owners and managers ask for an organisation."))
    _check_words("message", message, rules.SHORTEST_MESSAGE, rules.LONGEST_MESSAGE)
    if proposes is not None and proposes not in listing.deal_kinds:
        raise one_field("proposes", N_("Choose one of the deals that the listing names."))
    known = next(sketch for number, _, sketch in queries.sketches_of(actor) if number == organisation_id)
    now = clock.now()
    deal = Deal(
        listing=listing, listing_id=listing.id, person_id=actor.person_id, organisation_id=organisation_id, message=message.strip(),
        proposes=proposes, party_kind=known.kind, party_country=known.country, domain_checked=known.domain_checked,
        state=LIFE.initial, asked_at=now, answer_by=now + rules.ANSWER_WITHIN, unsilent_at=now,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(deal)
            db.session.flush()
    except IntegrityError as error:
        raise Conflict(ALREADY, code="already_open") from error
    _record(InterestExpressed(deal_id=deal.id, listing_id=listing.id), actor, deal)
    _tell(actor, deal, Side.OWNER, N_("Somebody is interested in “%(title)s”. Answer within 14 days."))
    return deal


def _check_open_to(actor: Actor, listing: Listing) -> None:
    if actor.belongs_to(listing.organisation_id):
        raise NotAllowed(N_("This is your own organisation’s listing."), code="own_listing")
    if listing.is_imported:
        raise NotNow(N_("Nobody speaks for this owner here yet, so nobody would answer."), code="nobody_there")
    if listing.state is not ListingState.PUBLISHED:
        raise NotNow(N_("This is not on the list now."), code="not_listed")


def accept(*, actor: Actor, deal: Deal, years: int = rules.USUAL_YEARS, template: int | None = None) -> Deal:
    """The owner wants to talk: the confidentiality agreement is drawn up for both to sign: the site's standard text for `years` years, or
    the version `template` of one of the owner's own, whose years hold.

    Raises NotAllowed, NotNow, Invalid about `years` or `template` (code `template_changed`, `not_offered`, `names_the_owner`).
    """
    _begin(actor, deal, Act.ACCEPT)
    if not rules.LEAST_YEARS <= years <= rules.MOST_YEARS:
        raise one_field("years", N_("Choose between 1 and 10 years."))
    whose, own = deal.listing.organisation_id, None
    if template is not None:
        own = clauses.chosen(whose, queries.AGREEMENT, template, unnamed=not deal.listing.owner_shown)
    LIFE.fire(deal, Act.ACCEPT)
    deal.answered_at = clock.now()
    terms = agreements.draw_up(
        actor=actor, subject=deal.ref, kind=queries.AGREEMENT, origin=own.origin if own is not None else None,
        choices=wording.plain_choices(own.choices) if own is not None else {"confidentiality_years": years},
        parties={"seeker": "", "title": deal.listing.title, "reference": f"D-{deal.id}"},
        sides=(Side_(organisation_id=whose, needed=1), Side_(deal.person_id, deal.organisation_id, needed=1)),
    )  # fmt: skip
    deal.terms_id = terms.id
    _touch(deal)
    _record(DealAccepted(deal_id=deal.id, terms_id=terms.id), actor, deal)
    _tell(actor, deal, Side.PARTY, N_("The owner of “%(title)s” wants to talk. Sign for confidentiality to go on."))
    return deal


def decline(*, actor: Actor, deal: Deal, reason: str) -> Deal:
    """The owner does not want to talk, and says why. Raises NotAllowed, NotNow, Invalid about `reason`."""
    _begin(actor, deal, Act.DECLINE)
    LIFE.fire(deal, Act.DECLINE)
    deal.answered_at = clock.now()
    _close(deal, Side.OWNER, reason)
    _record(DealDeclined(deal_id=deal.id), actor, deal)
    _tell(actor, deal, Side.PARTY, N_("The owner of “%(title)s” declined, and says why."))
    return deal


def sign(*, actor: Actor, deal: Deal, seen_hash: str) -> Deal:
    """Sign the confidentiality agreement as it was shown. With the second side's signature both learn who the other is.

    Raises NotAllowed (not the side whose turn it is), NotNow, Conflict (code `terms_changed`).
    """
    _lock(deal)
    act = Act.COUNTERSIGN if deal.state is State.SIGNED else Act.SIGN
    POLICY.require(actor, act, deal)
    side = side_of(actor, deal)
    assert side is not None
    LIFE.fire(deal, act)
    now = clock.now()
    if side is Side.OWNER:
        deal.owner_signed_at, deal.owner_signer_id = now, actor.person_id
    else:
        deal.party_signed_at = now
    deal.revealed_at = now if act is Act.COUNTERSIGN else None
    _touch(deal)
    terms = agreements_read.get(deal.terms_id or 0)
    for_whom = deal.listing.organisation_id if side is Side.OWNER else deal.organisation_id
    signature = agreements.sign(actor=actor, terms=terms, seen_hash=seen_hash, organisation_id=for_whom)
    _record(DealSigned(deal_id=deal.id, side=side.value, signature_id=signature.id), actor, deal)
    if act is Act.COUNTERSIGN:
        _record(IdentitiesRevealed(deal_id=deal.id), actor, deal)
        for each in Side:
            _tell(actor, deal, each, N_("“%(title)s”: both sides have signed. You see now who the other is."))
    else:
        _tell(actor, deal, side.other, N_("“%(title)s”: the other side has signed for confidentiality. It is your turn."))
    return deal


def post(*, actor: Actor, deal: Deal, body: str) -> DealPost:
    """Write to the other side; once the owner has accepted. Raises NotAllowed, NotNow, Invalid about `body`."""
    _begin(actor, deal, Act.POST)
    if deal.state not in TALKING:
        raise NotNow(N_("Messages can be written from the owner’s yes until the deal is closed."))
    _check_words("body", body, 1, rules.LONGEST_POST)
    side = side_of(actor, deal)
    assert side is not None
    written = DealPost(deal_id=deal.id, person_id=actor.person_id, side=side, body=body.strip(), at=clock.now())
    db.session.add(written)
    _touch(deal)
    _record(DealPosted(deal_id=deal.id, post_id=written.id), actor, deal)
    _tell(actor, deal, side.other, N_("A new message about “%(title)s”."))
    return written


def close(*, actor: Actor, deal: Deal, agreed: bool, reason: str) -> Deal:
    """End it, with a deal or without, and say why; the other side is told. Before the owner's answer: take the interest back.

    Raises NotAllowed, NotNow, Invalid about `reason`.
    """
    act = Act.AGREE if agreed else Act.GIVE_UP
    _begin(actor, deal, act)
    side = side_of(actor, deal)
    assert side is not None
    LIFE.fire(deal, act)
    _close(deal, side, reason)
    _set_aside(deal, reason)
    _record(DealClosed(deal_id=deal.id, agreed=agreed), actor, deal)
    closed = N_("“%(title)s” was closed with a deal.") if agreed else N_("“%(title)s” was closed without a deal. The other side says why.")
    _tell(actor, deal, side.other, closed)
    return deal


def _set_aside(deal: Deal, reason: str) -> None:
    """What not both have signed is never in force any more. Agreements from before there were parties to them are left as they are."""
    if deal.terms_id is None or deal.names_are_known or not agreements_read.parties(deal.terms_id):
        return
    agreements.refuse(actor=SYSTEM, terms=agreements_read.get(deal.terms_id), reason=reason)


def expire_silent() -> int:
    """Let deals lapse in which nothing has happened for too long; both sides are told. Returns how many. Bears being repeated."""
    due = queries.silent()
    for deal in due:
        _begin(SYSTEM, deal, Act.EXPIRE)
        unanswered = deal.state is State.INTERESTED
        LIFE.fire(deal, Act.EXPIRE)
        deal.closed_at = clock.now()
        db.session.flush()
        _set_aside(deal, LAPSED)
        _record(DealExpired(deal_id=deal.id), SYSTEM, deal)
        asked = N_("Nobody answered your interest in “%(title)s”, so it has lapsed. It counts in the owner’s response rate.")
        missed = N_("An interest in “%(title)s” lapsed without your answer. It counts in your response rate.")
        silent = N_("“%(title)s” has lapsed: nothing happened for 60 days.")
        _tell(SYSTEM, deal, Side.PARTY, asked if unanswered else silent)
        _tell(SYSTEM, deal, Side.OWNER, missed if unanswered else silent)
    return len(due)


def remind_owners() -> int:
    """Remind owners of interests that will soon count as unanswered. Returns how many. Bears being repeated."""
    due = queries.to_remind()
    for deal in due:
        deal.reminded_at = clock.now()
        _tell(SYSTEM, deal, Side.OWNER, N_("An interest in “%(title)s” still waits for your answer; soon it counts as late."))
    return len(due)


# The annex


def write_annex(*, actor: Actor, listing: Listing, body: str) -> Annex:
    """Keep the confidential part's text. Raises NotAllowed, Invalid about `body`."""
    annex = _own_annex(actor, listing)
    _check_words("body", body, 0, rules.LONGEST_ANNEX)
    if annex.body != body.strip():
        annex.body, annex.updated_at = body.strip(), clock.now()
        db.session.flush()
        _note_change(actor, listing, "text")
    return annex


def attach(*, actor: Actor, listing: Listing, stream: BinaryIO, filename: str) -> AnnexFile:
    """Take a file into the annex. Raises NotAllowed and what `files.operations.store` raises; Invalid about "file" for one too many."""
    _own_annex(actor, listing)
    if len(queries.annex_file_ids(listing.id)) >= rules.MOST_FILES:
        raise one_field("file", N_("An annex takes at most %(most)s files."), code="too_many_files", most=rules.MOST_FILES)
    file = files.store(actor=actor, stream=stream, filename=filename, purpose="annex")
    attached = AnnexFile(listing_id=listing.id, file_id=file.id, added_at=clock.now())
    db.session.add(attached)
    db.session.flush()
    _note_change(actor, listing, "file added")
    return attached


def detach(*, actor: Actor, listing: Listing, file_id: int) -> None:
    """Take a file out of the annex. Raises NotAllowed, NotFound."""
    _own_annex(actor, listing)
    query = select(AnnexFile).where(AnnexFile.listing_id == listing.id, AnnexFile.file_id == file_id)
    attached = db.session.scalars(query).one_or_none()
    if attached is None:
        raise NotFound(N_("There is no such file."))
    db.session.delete(attached)
    db.session.flush()
    _note_change(actor, listing, "file removed")


def _own_annex(actor: Actor, listing: Listing) -> Annex:
    POLICY.require(actor, Act.WRITE_ANNEX, listing)
    annex = db.session.get(Annex, listing.id, with_for_update=True)
    if annex is None:
        annex = Annex(listing_id=listing.id, body="", updated_at=clock.now())
        try:
            with db.session.begin_nested():
                db.session.add(annex)
                db.session.flush()
        except IntegrityError as error:
            raise Conflict(N_("Somebody else has begun this annex a moment ago. Look at it again before you repeat the step.")) from error
    return annex


def _note_change(actor: Actor, listing: Listing, what: str) -> None:
    journal.record(AnnexChanged(listing_id=listing.id, what=what), actor=actor, subject=listing.ref)


def look(*, actor: Actor, seen: queries.AnnexView) -> AnnexLook | None:
    """Write down that somebody reads the annex; the owner's own people are not written down."""
    return _look(actor, seen, Looked.TEXT)


def take_copy(*, actor: Actor, seen: queries.AnnexView, file: Any, content: Callable[[], bytes]) -> Copy | None:
    """A file of the annex as this reader's copy, marked and written down; None for the owner's own people, who get it as it is."""
    if seen.opened_by is None:
        return None
    of = f"the annex of {seen.listing.ref.replace(':', ' ')}"
    copy: Copy = files.copy_for(actor=actor, file=file, of=of, content=content())
    _look(actor, seen, Looked.FILE, file_name=file.filename[:255], copy_no=copy.number, copy_sha256=copy.sha256)
    return copy


def _look(actor: Actor, seen: queries.AnnexView, what: Looked, **copy: str) -> AnnexLook | None:
    if seen.opened_by is None or seen.annex is None:
        return None
    written = AnnexLook(
        listing_id=seen.listing.id, deal_id=seen.opened_by.id, person_id=actor.person_id, what=what, at=clock.now(), **copy
    )  # fmt: skip
    db.session.add(written)
    db.session.flush()
    return written


# What all of them do


def _begin(actor: Actor, deal: Deal, act: Act) -> None:
    """Hold the row against another decision, then see whether this one may be made."""
    _lock(deal)
    POLICY.require(actor, act, deal)


def _lock(deal: Deal) -> None:
    """Row locks are PostgreSQL's; SQLite has one writer anyway."""
    db.session.flush()
    query = select(Deal).where(Deal.id == deal.id).options(lazyload(Deal.listing)).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).one()


def _touch(deal: Deal) -> None:
    deal.unsilent_at = clock.now()
    db.session.flush()


def _close(deal: Deal, side: Side, reason: str) -> None:
    _check_words("reason", reason, rules.SHORTEST_REASON, rules.LONGEST_REASON)
    deal.closed_at, deal.closed_by, deal.reason = clock.now(), side, reason.strip()
    _touch(deal)


def _check_words(field: str, text: str, least: int, most: int) -> None:
    if not least <= extent(text) or len(text.strip()) > most:
        raise one_field(field, N_("Write between %(least)s and %(most)s characters."), least=least, most=most)


def _record(event: object, actor: Actor, deal: Deal) -> None:
    journal.record(event, actor=actor, subject=deal.ref, scope=deal.listing.ref)


def _tell(actor: Actor, deal: Deal, side: Side, text: str) -> None:
    """A notice names the listing and nobody: before both have signed neither side may learn a name from it."""
    people = queries.deciders(deal) if side is Side.OWNER else [deal.person_id]
    others = [person_id for person_id in people if person_id != actor.person_id]
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.MARKET, values={"title": deal.listing.title}, link=deal.path)
