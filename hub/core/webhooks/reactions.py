"""Sending: by the clock, in threads of its own, so that a slow receiver holds up neither the worker nor other receivers."""

from __future__ import annotations

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor

from flask import Flask, current_app

from hub.core.accounts.events import PasswordChanged, PersonSuspended
from hub.core.keys.events import KeyIssued, KeyRevoked
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.organisations import queries as organisations
from hub.core.organisations.events import MemberAdded, MemberRemoved, MemberRoleChanged, OrganisationChanged
from hub.core.webhooks import operations, queries, rules
from hub.core.webhooks.events import EndpointDisabled
from hub.core.webhooks.operations import Job
from hub.core.webhooks.queries import Seen, seen
from hub.core.webhooks.rules import Outcome, Reason
from hub.db import work
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Role
from hub.kernel.errors import Invalid
from hub.kernel.words import N_
from hub.web import egress

log = logging.getLogger("hub.webhooks")

AT_ONCE = 16
"""Endpoints that are called at the same time."""
TURN_SECONDS, TURN_MESSAGES = 60, 50
"""After so long an endpoint lets others have their turn (well within the lease)."""

_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hub-webhooks")
_running: set[Future[None]] = set()


@every(2)
def send_due() -> None:
    """Give every endpoint that has something due to a thread, as long as there are free ones."""
    _running.difference_update({one for one in _running if one.done()})
    free = AT_ONCE - len(_running)
    taken = [one for one in queries.due_endpoints(free) if operations.take_endpoint(endpoint_id=one)] if free else []
    if not taken:
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with work.outside():
        for endpoint_id in taken:
            one = _pool.submit(_serve, app, endpoint_id)
            one.add_done_callback(_say_what_failed)
            _running.add(one)


def _say_what_failed(one: Future[None]) -> None:
    """The lease runs out by itself, and another worker goes on."""
    if error := one.exception():
        log.error("a webhook's turn failed", exc_info=error)


def settle() -> None:
    """Wait until the threads are done: for tests, and for commands that want to see the effects."""
    for one in list(_running):
        one.result()
    _running.clear()


def _serve(app: Flask, endpoint_id: int) -> None:
    """One endpoint's turn: its messages one after the other, until it fails, nothing is due, or its time is over."""
    until = time.monotonic() + TURN_SECONDS
    with app.app_context():
        for _ in range(TURN_MESSAGES):
            with work.unit():
                job = operations.take_message(endpoint_id=endpoint_id, site_key=app.config["HUB"].secret_key)
            if job is None:
                break
            if not _attempt(job):
                return
            if time.monotonic() > until:
                break
        with work.unit():
            operations.release(endpoint_id=endpoint_id)


def _attempt(job: Job) -> bool:
    outcome = call(job)
    with work.unit():
        return operations.note(job=job, outcome=outcome)


def call(job: Job) -> Outcome:
    """One attempt over the network, outside any unit of work."""
    body = rules.body_of(job.type, job.at, job.facts, current_app.config["HUB"].base_url + job.path if job.path else "")
    headers = rules.headers_of(job.uid, clock.now(), body, job.signing)
    begun = time.monotonic()

    def after() -> int:
        return round((time.monotonic() - begun) * 1000)

    try:
        answer = egress.fetch(job.url, method="POST", headers=headers, body=body.encode(), most=rules.MOST_OF_ANSWER)
    except Invalid as error:
        return Outcome(after(), trouble=error.code)
    except egress.Unreachable as error:
        return Outcome(after(), trouble=error.code)
    return Outcome(after(), status=answer.status, answer=answer.text)


@every(6 * 3600)
def forget_old() -> None:
    """Some at a time, each lot kept before the next, until nothing is left that is older than the log reaches."""
    while operations.forget_old():
        with work.outside():
            pass


@reacts_to(PersonSuspended)
def stop_with_the_account(event: PersonSuspended, fact: Fact) -> None:
    operations.disable_of_person(person_id=event.person_id)


@reacts_to(EndpointDisabled)
def tell_of_the_end(event: EndpointDisabled, fact: Fact) -> None:
    endpoint = queries.by_id(event.endpoint_id)
    if endpoint is None or event.reason == Reason.SUSPENDED:
        return
    ours = endpoint.organisation_id
    people = [endpoint.person_id] if ours is None else organisations.member_ids(ours, (Role.OWNER, Role.MANAGER))
    messages.notify(
        actor=SYSTEM, person_ids=people, kind=Kind.ACCOUNT, link=f"/webhooks/{endpoint.id}",
        text=N_("The webhook “%(name)s” was switched off, because it took nothing any more. What it missed is kept to be sent later."),
        values={"name": (endpoint.description or endpoint.url)[:80]},
    )  # fmt: skip


# What the rooms below this one have to tell


def _member(event: MemberAdded | MemberRoleChanged | MemberRemoved) -> Seen:
    slug = organisations.get(event.organisation_id).slug
    return seen(organisations=[event.organisation_id], people=[event.person_id], path=f"/api/v1/organisations/{slug}")


def _organisation(event: OrganisationChanged) -> Seen:
    return seen(organisations=[event.organisation_id], path=f"/api/v1/organisations/{organisations.get(event.organisation_id).slug}")


def _account(event: KeyIssued | KeyRevoked | PasswordChanged) -> Seen:
    return seen(people=[event.person_id], path="/api/v1/me")


operations.sends(
    {"member.added": MemberAdded, "member.role_changed": MemberRoleChanged, "member.removed": MemberRemoved},
    _member, data=("organisation_id", "person_id"),
)  # fmt: skip
operations.sends({"organisation.changed": OrganisationChanged}, _organisation, data=("organisation_id",))
operations.sends({"key.made": KeyIssued, "key.revoked": KeyRevoked}, _account, data=("key_id",))
operations.sends({"password.changed": PasswordChanged}, _account, data=())
