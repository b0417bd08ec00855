"""The only writes of this room. Each checks the policy, fires the move, writes, records what happened; none commits."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from hub.complement.platforms import rules as platform_rules
from hub.complement.platforms.models import Platform
from hub.complement.products import queries, rules
from hub.complement.products.events import (
    ProductDrafted,
    ProductEdited,
    ProductPriced,
    ProductsImported,
    ProductTakenOff,
    ProductTakenUp,
    ProductWithdrawn,
    ReleaseApproved,
    ReleaseRecalled,
    ReleaseReturned,
    ReleaseSent,
    ReleaseYanked,
)
from hub.complement.products.models import Decision, Product, Release
from hub.complement.products.policy import POLICY, RELEASE_POLICY, speaks_for_it
from hub.complement.products.rules import ImportedProduct, Reason
from hub.complement.products.states import LIFE, RELEASE_LIFE, Act, ReleaseAct, State
from hub.core.agreements import queries as agreements
from hub.core.files import operations as files
from hub.core.ledger.rules import positive
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.organisations import operations as organisations
from hub.core.organisations.states import Kind as OrganisationKind
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid, NotAllowed, NotNow, one_field
from hub.kernel.links import check_link
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.slugs import slugify
from hub.kernel.words import N_
from hub.search.index import operations as index

FIELDS = ("name", "summary", "description", "language", "sector", "categories", "homepage", "source_url")
PURPOSE = "release"
ONLY_MANAGERS = N_("Only owners and managers publish for an organisation.")
CLOSED = N_("This platform takes no new products and releases.")


def draft(*, actor: Actor, platform: Platform, name: str, organisation_id: int | None = None, **content: Any) -> Product:
    """Begin a product on the platform, for an organisation or for oneself; its address is made from its name. `content` as in `edit`.

    Raises NotAllowed, NotNow where the platform takes no products, Invalid.
    """
    POLICY.require(actor, Act.DRAFT, platform)
    require_verified(actor)
    if organisation_id is not None and not actor.manages(organisation_id):
        raise NotAllowed(ONLY_MANAGERS)
    if not platform.takes_releases:
        raise NotNow(CLOSED, code="platform_closed")
    now = clock.now()
    product = Product(
        platform=platform, platform_id=platform.id, slug=_free_slug(name, queries.taken_slugs(platform.id, _stem(name))),
        organisation_id=organisation_id, person_id=None if organisation_id else actor.person_id,
        name="", summary="", description="", categories=[], homepage="", source_url="", state=LIFE.initial, source="",
        created_at=now, updated_at=now,
    )  # fmt: skip
    _write(product, {"name": name, **content})
    db.session.add(product)
    db.session.flush()
    _record(ProductDrafted(product_id=product.id), actor, product)
    return product


def _stem(name: str) -> str:
    return slugify(name, fallback="product")


def _free_slug(name: str, taken: set[str]) -> str:
    stem = _stem(name)
    return next(slug for n in itertools.count(1) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken)


def edit(*, actor: Actor, product: Product, **content: Any) -> Product:
    """Change the product's page. `content`: any of FIELDS; what is not named stays. The licence changes with a release.

    Raises NotAllowed, NotNow while it is in review, Invalid.
    """
    POLICY.require(actor, Act.EDIT, product)
    if product.state is State.IN_REVIEW:
        raise NotNow(N_("Reviewers are reading it: take the release back first, or wait for their decision."))
    changed = _write(product, content)
    if product.state is State.LISTED and (gaps := rules.gaps(product)):
        raise Invalid(N_("A listed product keeps all of its parts."), code="incomplete", fields=gaps)
    if changed:
        product.updated_at = clock.now()
        db.session.flush()
        _record(ProductEdited(product_id=product.id, fields=",".join(changed)), actor, product)
    return product


def _write(product: Product, content: Mapping[str, Any]) -> list[str]:
    """Put the content in; returns the names of what changed."""
    given = {name: value for name, value in content.items() if name in FIELDS}
    for name in ("homepage", "source_url"):
        check_link(given.get(name, ""), field=name)
    if "categories" in given:
        given["categories"] = rules.key_words(given["categories"])
    changed = [name for name, value in given.items() if getattr(product, name) != value]
    for name in changed:
        setattr(product, name, given[name])
    return changed


def price(*, actor: Actor, product: Product, amount: Money | None) -> Product:
    """What new users pay from now on; None: nothing. Who has it keeps it. Whether it can be sold there, the calling room has decided.

    Raises NotAllowed, Invalid (amount_zero, amount_negative).
    """
    POLICY.require(actor, Act.PRICE, product)
    require_verified(actor)
    if amount is not None:
        positive(amount)
    minor, currency = (amount.minor, amount.currency) if amount is not None else (0, "")
    if (product.price_minor, product.price_currency) != (minor, currency):
        product.price_minor, product.price_currency, product.updated_at = minor, currency, clock.now()
        db.session.flush()
        _record(ProductPriced(product_id=product.id, minor=minor, currency=currency), actor, product)
    return product


def send_release(*, actor: Actor, product: Product, number: str, licence: str, notes: str, stream: BinaryIO, filename: str) -> Release:
    """Send a version with its file for review; the first one brings the product with it.

    Raises NotAllowed; NotNow: `platform_closed`, `sign_first` (the actor has not signed the current developer agreement), `in_review`;
    Invalid about `number`, `licence`, `notes`, `file` (see `files.operations.store`), or `incomplete` for the product's own gaps;
    Conflict if another release is sent at the same moment.
    """
    POLICY.require(actor, Act.RELEASE, product)
    require_verified(actor)
    platform = product.platform
    if not platform.takes_releases or platform.terms_id is None:
        raise NotNow(CLOSED, code="platform_closed")
    if agreements.signature(actor.person_id or 0, platform.terms_id) is None:
        raise NotNow(N_("Read and sign the platform’s current developer agreement first."), code="sign_first")
    if gaps := rules.gaps(product):
        raise Invalid(N_("Some parts of the product’s page are missing."), code="incomplete", fields=gaps)
    queries.hold(product.id)
    if queries.in_review(product.id) is not None:
        raise NotNow(N_("A release is in review already: wait for the decision, or take it back."), code="in_review")
    number = rules.check_next(number, queries.published_numbers(product.id))
    licence = rules.check_licence(licence)
    if not rules.SHORTEST_NOTES <= len(notes.strip()) <= rules.LONGEST_NOTES:
        raise one_field("notes", N_("Say what is new, in 10 to 20,000 characters."))
    if product.state is not State.LISTED:
        _move(actor, product, Act.SUBMIT)
    product.updated_at = clock.now()
    db.session.flush()
    file = files.store(actor=actor, stream=stream, filename=filename, purpose=PURPOSE, software=True)
    release = Release(
        product=product, product_id=product.id, number=number, notes=notes.strip(), licence=licence, file_id=file.id,
        filename=file.filename, size=file.size, sha256=file.sha256, state=RELEASE_LIFE.initial, author_id=actor.person_id,
        terms_id=platform.terms_id, sent_at=clock.now(), due_at=platform_rules.due(clock.now(), platform.review_days),
    )  # fmt: skip
    db.session.add(release)
    db.session.flush()
    _record(ReleaseSent(release_id=release.id, number=number, sha256=file.sha256), actor, product)
    _tell(
        actor, queries.reviewer_ids(product), product, N_("“%(name)s” %(number)s waits for your review."), f"{release.path}/review", number
    )
    return release


def recall(*, actor: Actor, release: Release) -> Release:
    """Take it back before the decision. Raises NotAllowed, NotNow."""
    _decide(actor, release, ReleaseAct.RECALL)
    if release.product.state is State.IN_REVIEW:
        _move(actor, release.product, Act.RESUME)
    _record(ReleaseRecalled(release_id=release.id), actor, release.product)
    return release


def approve(*, actor: Actor, release: Release, remarks: str = "") -> Release:
    """Release it; the first one lists the product. Raises NotAllowed (also for the vendor's own people), NotNow."""
    _decide(actor, release, ReleaseAct.APPROVE)
    product, now = release.product, clock.now()
    release.decided_at = product.updated_at = now
    if product.state is State.IN_REVIEW:
        product.listed_at = now
        _move(actor, product, Act.LIST)
    product.licence = release.licence
    _decided(actor, product, release, "approved", (), remarks)
    _record(ReleaseApproved(release_id=release.id, number=release.number), actor, product)
    _tell(actor, queries.vendor_ids(product), product, N_("“%(name)s” %(number)s is approved and released."), product.path, release.number)
    return release


def send_back(*, actor: Actor, release: Release, reasons: Sequence[Reason], remarks: str) -> Release:
    """Return it to the vendor with reasons. Raises NotAllowed, NotNow, Invalid about `reasons` or `remarks`."""
    RELEASE_POLICY.require(actor, ReleaseAct.SEND_BACK, release)
    codes = _check_reasons(reasons, remarks)
    _decide(actor, release, ReleaseAct.SEND_BACK)
    product = release.product
    release.decided_at = product.updated_at = clock.now()
    if product.state is State.IN_REVIEW:
        _move(actor, product, Act.SEND_BACK)
    _decided(actor, product, release, "returned", codes, remarks)
    _record(ReleaseReturned(release_id=release.id, reasons=",".join(codes)), actor, product)
    text = N_("“%(name)s” %(number)s came back from the review with reasons.")
    _tell(actor, queries.vendor_ids(product), product, text, f"{release.path}/review", release.number)
    return release


def take_off(*, actor: Actor, product: Product, reasons: Sequence[Reason], remarks: str) -> Product:
    """Take a listed product off the list with reasons; a new release brings it back. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.TAKE_OFF, product)
    codes = _check_reasons(reasons, remarks)
    if (pending := queries.in_review(product.id)) is not None:
        raise NotNow(N_("Decide on version %(number)s first."), code="in_review", number=pending.number)
    _move(actor, product, Act.TAKE_OFF)
    product.listed_at, product.updated_at = None, clock.now()
    _decided(actor, product, None, "taken_off", codes, remarks)
    _record(ProductTakenOff(product_id=product.id, reasons=",".join(codes)), actor, product)
    _tell(actor, queries.vendor_ids(product), product, N_("“%(name)s” was taken off the list, with reasons."), product.path)
    return product


def _check_reasons(reasons: Sequence[Reason], remarks: str) -> list[str]:
    if not reasons:
        raise one_field("reasons", N_("Choose at least one reason."))
    if not rules.SHORTEST_REMARKS <= len(remarks.strip()) <= rules.LONGEST_REMARKS:
        raise one_field("remarks", N_("Say what should be mended, in 20 to 4,000 characters."))
    return [reason.value for reason in Reason if reason in reasons]


def _decided(actor: Actor, product: Product, release: Release | None, verdict: str, codes: Sequence[str], remarks: str) -> None:
    release_id = release.id if release is not None else None
    row = Decision(
        product_id=product.id, release_id=release_id, person_id=actor.person_id, verdict=verdict, reasons=list(codes),
        remarks=remarks.strip()[: rules.LONGEST_REMARKS], at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()


def yank(*, actor: Actor, release: Release, reason: str) -> Release:
    """Say that nobody should use this version any more. It stays in the history, cannot be installed, and those who have it are told.

    Raises NotAllowed, NotNow, Invalid about `reason`.
    """
    RELEASE_POLICY.require(actor, ReleaseAct.YANK, release)
    said = reason.strip()
    if not rules.SHORTEST_REASON <= len(said) <= rules.LONGEST_REASON:
        raise one_field("reason", N_("Say why, in 10 to 1,000 characters: everybody reads it."))
    _decide(actor, release, ReleaseAct.YANK)
    release.yanked_at, release.yank_reason = clock.now(), said
    release.product.updated_at = clock.now()
    db.session.flush()
    product, by_platform = release.product, not speaks_for_it(actor, release.product)
    _record(ReleaseYanked(release_id=release.id, by_platform=by_platform), actor, product)
    if by_platform:
        text = N_("The platform yanked “%(name)s” %(number)s. Read why.")
        _tell(actor, queries.vendor_ids(product), product, text, product.path, release.number)
    return release


def withdraw(*, actor: Actor, product: Product) -> Product:
    """Take it off the list for good, or discard the draft; who has installed it keeps it. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.WITHDRAW, product)
    if (pending := queries.in_review(product.id)) is not None:
        raise NotNow(N_("Version %(number)s is in review: take it back first."), code="in_review", number=pending.number)
    _move(actor, product, Act.WITHDRAW)
    product.updated_at = clock.now()
    _record(ProductWithdrawn(product_id=product.id), actor, product)
    return product


def take_up(*, actor: Actor, product: Product) -> Product:
    """Make a draft of a withdrawn one; its next release is reviewed before it is listed again. Raises NotAllowed, NotNow."""
    _move(actor, product, Act.TAKE_UP)
    product.updated_at = clock.now()
    _record(ProductTakenUp(product_id=product.id), actor, product)
    return product


def bring_in(*, actor: Actor, platform: Platform, source: str, records: Sequence[ImportedProduct]) -> queries.Plan:
    """Bring in one batch of published records as products released elsewhere: new ones are listed, changed ones updated where they stand.

    Idempotent by source key; a product that was taken off here is updated and stays off. Returns what was done. Raises NotAllowed.
    """
    POLICY.require(actor, Act.IMPORT, None)
    plan = queries.compare(source, records)
    owners = {name: _owner(actor, name) for name in {record.owner for record in (*plan.new, *plan.changed)}}
    known = queries.by_source_keys(record.source_key for record in plan.changed)
    taken, now, new = queries.taken_slugs(platform.id), clock.now(), []
    for record in plan.new:
        slug = _free_slug(record.title, taken)
        taken.add(slug)
        product = Product(
            platform=platform, platform_id=platform.id, slug=slug, source=source, source_key=record.source_key, state=State.LISTED,
            homepage="", created_at=now, listed_at=now,
        )  # fmt: skip
        _copy(record, product, owners[record.owner])
        new.append(product)
    db.session.add_all(new)
    for record in plan.changed:
        _copy(record, known[record.source_key], owners[record.owner])
    db.session.flush()
    if new or known:
        event = ProductsImported(source=source, new=[product.id for product in new], changed=[product.id for product in known.values()])
        journal.record(event, actor=actor, subject=f"import:{source}", scope=platform.ref)
        index.mark([platform.ref, *(product.ref for product in (*new, *known.values()))])
    return plan


def _owner(actor: Actor, name: str) -> int:
    return organisations.find_or_create_imported(actor=actor, name=name, kind=OrganisationKind.AGENCY, source="nasa").id


def _copy(record: ImportedProduct, product: Product, owner_id: int) -> None:
    product.organisation_id, product.updated_at = owner_id, clock.now()
    product.name, product.summary, product.description = record.title, record.summary, record.description
    product.sector, product.categories = record.sector, list(record.categories)
    product.licence, product.stated, product.source_url = record.licence, record.stated, record.link
    product.source_hash = record.fingerprint


def _move(actor: Actor, product: Product, act: Act) -> None:
    POLICY.require(actor, act, product)
    LIFE.fire(product, act)


def _decide(actor: Actor, release: Release, act: ReleaseAct) -> None:
    RELEASE_POLICY.require(actor, act, release)
    RELEASE_LIFE.fire(release, act)


def _record(event: object, actor: Actor, product: Product) -> None:
    journal.record(event, actor=actor, subject=product.ref, scope=product.platform.ref)
    index.mark([product.ref])


def _tell(actor: Actor, person_ids: Iterable[int], product: Product, text: str, link: str, number: str = "") -> None:
    others = [person_id for person_id in person_ids if person_id != actor.person_id]
    values = {"name": product.name} | ({"number": number} if number else {})
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.COMPLEMENT, values=values, link=link)
