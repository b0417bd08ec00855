"""The only writes of this room. Each checks the policy, fires the move, writes, records what happened; none commits."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from hub.complement.platforms import queries, rules
from hub.complement.platforms.events import (
    CataloguePlatformMade,
    PlatformClosed,
    PlatformDrafted,
    PlatformEdited,
    PlatformOpened,
    PlatformReopened,
    PlatformTermsChanged,
)
from hub.complement.platforms.models import Platform
from hub.complement.platforms.policy import POLICY
from hub.complement.platforms.states import LIFE, PUBLIC, Act, State
from hub.core.agreements import operations as agreements
from hub.core.agreements import queries as agreements_read
from hub.core.clauses import queries as clauses
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.organisations import operations as organisations
from hub.core.organisations import queries as organisations_read
from hub.core.organisations.states import Kind as OrganisationKind
from hub.core.royalties import operations as royalties
from hub.core.royalties import queries as sales
from hub.core.royalties import rules as sales_rules
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.slugs import slugify
from hub.kernel.words import N_
from hub.search.index import operations as index

FIELDS = (
    "name", "summary", "about", "language", "public_part", "nda_part", "proprietary_part", "secrecy_years", "review_days", "share_bp",
    "refund_days", "template_version_id",
)  # fmt: skip


def draft(*, actor: Actor, organisation_id: int, name: str, **content: Any) -> Platform:
    """Begin a platform; its address is made from its name. `content` as in `edit`.

    Raises NotAllowed for an organisation that the actor does not manage or before the e-mail address is verified.
    """
    POLICY.require(actor, Act.DRAFT, organisation_id)
    require_verified(actor)
    now = clock.now()
    platform = Platform(
        slug=_free_slug(name), organisation_id=organisation_id, author_id=actor.person_id, name="", summary="", about="",
        public_part="", nda_part="", proprietary_part="", state=LIFE.initial, reason="", created_at=now, updated_at=now,
    )  # fmt: skip
    _write(platform, {"name": name, **content})
    db.session.add(platform)
    db.session.flush()
    journal.record(PlatformDrafted(platform_id=platform.id), actor=actor, subject=platform.ref)
    return platform


def _free_slug(name: str) -> str:
    stem = slugify(name, fallback="platform")
    taken = queries.taken_slugs(stem) | {"new"}
    return next(slug for n in itertools.count(1) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken)


def edit(*, actor: Actor, platform: Platform, **content: Any) -> Platform:
    """Change it, in any state. `content`: any of FIELDS; what is not named stays. `template_version_id` is one of
    the organisation's templates for developers (its years of confidentiality hold), None the site's standard text.

    What the developer agreement names changes the agreement: once the platform has opened, that is a new version, developers are told, and
    sign it before their next release. Raises NotAllowed, Invalid (`incomplete`) for a public one that would lack something, or about
    "template" (`template_changed`, `not_offered`).
    """
    POLICY.require(actor, Act.EDIT, platform)
    changed = _write(platform, content)
    if platform.state in PUBLIC and (gaps := rules.gaps(platform)):
        raise Invalid(N_("An open platform keeps all of its parts."), code="incomplete", fields=gaps)
    if changed:
        platform.updated_at = clock.now()
        db.session.flush()
        journal.record(PlatformEdited(platform_id=platform.id, fields=",".join(changed)), actor=actor, subject=platform.ref)
        if "share_bp" in changed:
            _lower_shares(actor, platform)
        if platform.state in PUBLIC:
            index.mark([platform.ref])
            if set(changed) & set(rules.BINDING):
                _renew_agreement(actor, platform)
    return platform


def _lower_shares(actor: Actor, platform: Platform) -> None:
    """What is said about sales goes down with the share that developers agree to, from today on. It never goes up by itself."""
    for share in (share for said in sales.shares_of(platform.ref).values() for share in said):
        if sales_rules.highest(share.bands) > platform.share_bp:
            lower = [sales_rules.Band(band.upto, min(band.bp, platform.share_bp)) for band in share.bands]
            royalties.share_revenue(
                actor=actor, subject=platform.ref, currency=share.currency, owner_id=platform.organisation_id, bands=lower,
                from_on=max(share.from_on, clock.now().date()),
            )  # fmt: skip


def _write(platform: Platform, content: Mapping[str, Any]) -> list[str]:
    """Put the content in; returns the names of what changed."""
    given = {name: value for name, value in content.items() if name in FIELDS}
    if (wanted := given.get("template_version_id", platform.template_version_id)) is not None:
        given["secrecy_years"] = _text(platform, wanted).choices.confidentiality_years
    changed = [name for name, value in given.items() if getattr(platform, name) != value]
    for name in changed:
        setattr(platform, name, given[name])
    return changed


def _text(platform: Platform, version_id: int) -> clauses.Version:
    """The template that is chosen or kept; what is kept stays as it was chosen. Raises Invalid about "template"."""
    kept = clauses.pinned(version_id) if version_id == platform.template_version_id else None
    return kept or clauses.chosen(platform.organisation_id, queries.AGREEMENT, version_id)


def open_up(*, actor: Actor, platform: Platform) -> Platform:
    """Open it to developers and draw up the agreement that they sign.

    Raises NotAllowed, NotNow, Invalid (`incomplete`) naming what is missing, or about "template" (`not_offered`).
    """
    POLICY.require(actor, Act.OPEN, platform)
    require_verified(actor)
    if platform.state is State.DRAFT and (gaps := rules.gaps(platform)):
        raise Invalid(N_("Some parts are missing before it can open."), code="incomplete", fields=gaps)
    platform.terms_id = _draw_up(actor, platform, clauses.kept(platform.template_version_id)).id
    LIFE.fire(platform, Act.OPEN)
    platform.opened_at = platform.updated_at = clock.now()
    db.session.flush()
    journal.record(PlatformOpened(platform_id=platform.id), actor=actor, subject=platform.ref)
    index.mark([platform.ref])
    return platform


def _draw_up(actor: Actor, platform: Platform, text: clauses.Version | None) -> Any:
    owner = organisations_read.card(platform.organisation_id).name
    return agreements.draw_up(
        actor=actor,
        subject=platform.ref,
        kind=queries.AGREEMENT,
        choices={"confidentiality_years": platform.secrecy_years},
        parties=rules.parties(platform, owner),
        origin=text.origin if text is not None else None,
    )


def _renew_agreement(actor: Actor, platform: Platform) -> None:
    terms = _draw_up(actor, platform, clauses.pinned(platform.template_version_id))
    if terms.id == platform.terms_id:
        return
    platform.terms_id = terms.id
    db.session.flush()
    journal.record(PlatformTermsChanged(platform_id=platform.id, terms_id=terms.id), actor=actor, subject=platform.ref)
    text = N_("The developer agreement of “%(name)s” has changed. Read and sign it before your next release.")
    _tell(actor, agreements_read.signers(platform.ref, queries.AGREEMENT), platform, text, link=f"/agreements/{terms.id}")


def close(*, actor: Actor, platform: Platform, reason: str) -> Platform:
    """Take no new products and releases; what is listed stays. Developers are told the reason. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.CLOSE, platform)
    said = " ".join(reason.split())
    if not 10 <= len(said) <= rules.LONGEST_REASON:
        raise one_field("reason", N_("Say why, in 10 to 1,000 characters: developers read it."))
    LIFE.fire(platform, Act.CLOSE)
    platform.reason, platform.updated_at = said, clock.now()
    journal.record(PlatformClosed(platform_id=platform.id), actor=actor, subject=platform.ref)
    index.mark([platform.ref])
    text = N_("“%(name)s” takes no new releases: %(reason)s")
    _tell(actor, agreements_read.signers(platform.ref, queries.AGREEMENT), platform, text, reason=said)
    return platform


def reopen(*, actor: Actor, platform: Platform) -> Platform:
    """Take products and releases again. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.REOPEN, platform)
    LIFE.fire(platform, Act.REOPEN)
    platform.reason, platform.updated_at = "", clock.now()
    journal.record(PlatformReopened(platform_id=platform.id), actor=actor, subject=platform.ref)
    index.mark([platform.ref])
    _tell(actor, agreements_read.signers(platform.ref, queries.AGREEMENT), platform, N_("“%(name)s” takes releases again."))
    return platform


def catalogue(*, actor: Actor, source_key: str, owner: str, content: Mapping[str, str]) -> Platform:
    """The platform that holds what is imported from `source_key`; made on the first call. `owner` is its organisation's name.

    Nobody publishes there, so it has no agreement. Raises NotAllowed for anybody but administrators and the system.
    """
    POLICY.require(actor, Act.IMPORT, None)
    known = queries.by_source(source_key)
    if known is not None:
        return known
    house = organisations.find_or_create_imported(actor=actor, name=owner, kind=OrganisationKind.AGENCY, source="nasa")
    now = clock.now()
    platform = Platform(
        slug=_free_slug(content["name"]), organisation_id=house.id, source_key=source_key, state=State.OPEN, opened_at=now,
        created_at=now, updated_at=now, reason="", nda_part="",
    )  # fmt: skip
    _write(platform, content)
    db.session.add(platform)
    db.session.flush()
    journal.record(CataloguePlatformMade(platform_id=platform.id, source=source_key), actor=actor, subject=platform.ref)
    index.mark([platform.ref])
    return platform


def _tell(actor: Actor, person_ids: Iterable[int], platform: Platform, text: str, *, link: str = "", **values: str) -> None:
    others = [person_id for person_id in person_ids if person_id != actor.person_id]
    told = {"name": platform.name, **values}
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.COMPLEMENT, values=told, link=link or platform.path)
