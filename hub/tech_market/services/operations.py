"""The only writes of this room. Each checks the policy, fires the move, writes, records what happened; none commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.core.accounts import queries as accounts
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.organisations import queries as organisations
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor, Duty
from hub.kernel.errors import Invalid, NotNow, one_field
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_
from hub.search.index import operations as index
from hub.tech_market.services import queries, rules
from hub.tech_market.services.events import (
    ServiceDrafted,
    ServiceEdited,
    ServicePublished,
    ServiceReturned,
    ServiceRevised,
    ServiceSubmitted,
    ServiceWithdrawn,
)
from hub.tech_market.services.models import Service
from hub.tech_market.services.policy import POLICY
from hub.tech_market.services.states import LIFE, Act, State

LONGEST_REMARKS = 4_000
PLAIN = ("title", "summary", "description", "language", "sector", "unit", "turnaround_days", "send_us")
"""What is kept as it is given; prices (Money or None) and languages are taken apart first."""


def draft(*, actor: Actor, organisation_id: int, title: str, **content: Any) -> Service:
    """Begin a service. `content` as in `edit`. Raises NotAllowed (not a manager, or e-mail not verified), Invalid."""
    now = clock.now()
    service = Service(
        organisation_id=organisation_id, author_id=actor.person_id, title="", state=LIFE.initial, languages=[], remarks="", unit="",
        summary="", description="", send_us="", currency="USD", created_at=now, updated_at=now,
    )  # fmt: skip
    POLICY.require(actor, Act.DRAFT, service)
    require_verified(actor)
    _write(service, {"title": title, **content})
    db.session.add(service)
    db.session.flush()
    _record(ServiceDrafted(service_id=service.id), actor, service)
    return service


def edit(*, actor: Actor, service: Service, **content: Any) -> Service:
    """Change a draft: any of PLAIN, `languages`, `price_from` and `price_to` (Money of one currency, or None).

    Raises NotAllowed, NotNow unless it is a draft, Invalid naming the field.
    """
    POLICY.require(actor, Act.EDIT, service)
    if service.state is not State.DRAFT:
        raise NotNow(N_("Only a draft can be changed: take it back first."))
    changed = _write(service, content)
    if changed:
        service.updated_at = clock.now()
        db.session.flush()
        _record(ServiceEdited(service_id=service.id, fields=",".join(changed)), actor, service)
    return service


def _write(service: Service, content: Mapping[str, Any]) -> list[str]:
    """Put the content in; returns the names of what changed."""
    given = {name: value for name, value in content.items() if name in PLAIN}
    if "languages" in content:
        given["languages"] = [tongue.value for tongue in rules.Tongue if tongue in content["languages"]]
    if "price_from" in content or "price_to" in content:
        least, most = content.get("price_from", service.price_from), content.get("price_to", service.price_to)
        given |= _prices(least, most)
    changed = [name for name, value in given.items() if getattr(service, name) != value]
    for name in changed:
        setattr(service, name, given[name])
    return changed


def _prices(least: Money | None, most: Money | None) -> dict[str, Any]:
    if least is not None and most is not None and least.currency != most.currency:
        raise one_field("price_to", N_("Both prices are in one currency."))
    minor_from, minor_to = (price.minor if price is not None else None for price in (least, most))
    if gap := rules.price_gap(minor_from, minor_to):
        raise Invalid(next(iter(gap.values())), fields=gap)
    prices: dict[str, Any] = {"price_from_minor": minor_from, "price_to_minor": minor_to}
    return prices | ({"currency": least.currency} if least is not None else {})


def submit(*, actor: Actor, service: Service) -> Service:
    """Send a draft for review. Raises NotAllowed, NotNow, Invalid (code `incomplete`) naming what is missing."""
    POLICY.require(actor, Act.SUBMIT, service)
    if service.state is State.DRAFT and (gaps := rules.gaps(service)):
        raise Invalid(N_("Some parts are missing before it can be reviewed."), code="incomplete", fields=gaps)
    _move(actor, service, Act.SUBMIT)
    service.submitted_at, service.remarks = clock.now(), ""
    _record(ServiceSubmitted(service_id=service.id), actor, service)
    its_people = set(organisations.member_ids(service.organisation_id))
    reviewers = [person_id for person_id in accounts.with_duty(Duty.CONSULTANT) if person_id not in its_people]
    _tell(actor, reviewers, service, N_("“%(title)s” waits for your review."))
    return service


def send_back(*, actor: Actor, service: Service, remarks: str) -> Service:
    """Act.RETURN: to its authors, with what they should mend. Raises NotAllowed, NotNow, Invalid about `remarks`."""
    POLICY.require(actor, Act.RETURN, service)
    remarks = remarks.strip()
    if not 1 <= len(remarks) <= LONGEST_REMARKS:
        raise one_field("remarks", N_("Say what should be mended, in at most 4,000 characters."))
    _move(actor, service, Act.RETURN)
    service.remarks = remarks
    _record(ServiceReturned(service_id=service.id), actor, service)
    _tell(actor, queries.manager_ids(service.organisation_id), service, N_("“%(title)s” came back from the review with remarks."))
    return service


def publish(*, actor: Actor, service: Service) -> Service:
    """Put it on the list. Raises NotAllowed, NotNow."""
    _move(actor, service, Act.PUBLISH)
    service.published_at = service.published_at or clock.now()
    _record(ServicePublished(service_id=service.id), actor, service, public=True)
    _tell(actor, queries.manager_ids(service.organisation_id), service, N_("“%(title)s” is published."))
    return service


def revise(*, actor: Actor, service: Service) -> Service:
    """Take it off the list to change it; it is reviewed again before it comes back. Raises NotAllowed, NotNow."""
    _move(actor, service, Act.REVISE)
    _record(ServiceRevised(service_id=service.id), actor, service, public=True)
    return service


def withdraw(*, actor: Actor, service: Service) -> Service:
    """Take it off for good, or discard the draft; what was ordered goes on. Raises NotAllowed, NotNow."""
    _move(actor, service, Act.WITHDRAW)
    _record(ServiceWithdrawn(service_id=service.id), actor, service, public=True)
    if not actor.manages(service.organisation_id):
        text = N_("“%(title)s” was withdrawn by the site’s administrators.")
        _tell(actor, queries.manager_ids(service.organisation_id), service, text)
    return service


def _move(actor: Actor, service: Service, act: Act) -> None:
    POLICY.require(actor, act, service)
    LIFE.fire(service, act)
    service.updated_at = clock.now()


def _record(event: object, actor: Actor, service: Service, *, public: bool = False) -> None:
    """Write down what happened; `public` if visitors see something else from now on."""
    journal.record(event, actor=actor, subject=service.ref)
    if public:
        index.mark([service.ref])


def _tell(actor: Actor, person_ids: Sequence[int], service: Service, text: str) -> None:
    others = [person_id for person_id in person_ids if person_id != actor.person_id]
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.MARKET, values={"title": service.title}, link=service.path)
