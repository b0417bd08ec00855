"""The HTML door: one's own verification, an organisation's, the checkers' queue, and what the levels mean."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from hub.core.accounts import queries as accounts
from hub.core.domains import queries as domains
from hub.core.files.pages import send_private, uploads
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.organisations.rules import country_names
from hub.core.organisations.states import Act as OrganisationAct
from hub.core.verification import operations, queries, rules, schemas
from hub.core.verification.models import DocumentCheck, DocumentFile
from hub.core.verification.policy import POLICY, checks, is_assigned
from hub.core.verification.reactions import vault
from hub.core.verification.rules import DocumentKind
from hub.core.verification.states import OPEN, Act, State
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid, NotAllowed
from hub.kernel.levels import Level
from hub.kernel.words import N_
from hub.web.handle import actor, parse, public, writes
from hub.web.i18n import language
from hub.web.pagecache import for_visitors
from hub.web.paging import in_tabs
from hub.web.security import limiter
from hub.web.todo import Waiting, waits

pages = Blueprint("verification", __name__, template_folder="templates")
TABS: dict[str, tuple[str, tuple[State, ...]]] = {
    "open": (N_("To check"), OPEN),
    "accepted": (N_("Accepted"), (State.ACCEPTED,)),
    "ended": (N_("Rejected and ended"), (State.REJECTED, State.WITHDRAWN, State.LAPSED, State.REVOKED)),
}


def show_page(template: str, **context: Any) -> str:
    return render_template(f"core/verification/{template}.html", rules=rules, states=State, acts=Act, **context)


@pages.get("/trust/levels")
@public
@for_visitors
def levels() -> Any:
    """What each level rests on, in one screen."""
    return show_page("levels", levels=Level)


# Sending


def _documents(found: list[DocumentCheck]) -> dict[int, list[DocumentFile]]:
    return queries.files_of(check.id for check in found)


def _form(kinds: tuple[DocumentKind, ...], found: list[DocumentCheck], owner: str) -> dict[str, Any]:
    """What both forms and lists of checks need."""
    return {
        "checks": found,
        "files": _documents(found),
        "looks": queries.looks(owner) if found else [],
        "kinds": kinds,
        "countries": country_names(language()),
        "may_send": not any(check.state in OPEN for check in found),
        "days": vault().days,
    }


@pages.get("/settings/verification")
def mine() -> Any:
    me = accounts.get(actor().person_id or 0)
    found = queries.of_owner(person_id=me.id)
    return show_page("mine", person=me, **_form(rules.OF_PEOPLE, found, f"person:{me.id}"))


@pages.post("/settings/verification")
@limiter.limit("20 per hour")
@writes(again=mine)
def send() -> Any:
    operations.send(actor=actor(), vault=vault(), uploads=uploads(), **parse(schemas.SendIn()))
    flash(_("Sent. You are told what the checker decides."))
    return redirect(url_for(".mine"))


def _organisation(slug: str) -> Organisation:
    return organisations.get_for(actor(), slug, OrganisationAct.CHANGE)


@pages.get("/orgs/<slug>/verification")
def organisation(slug: str) -> Any:
    body = _organisation(slug)
    found = queries.of_owner(organisation_id=body.id)
    form = _form(rules.OF_ORGANISATIONS, found, f"organisation:{body.id}")
    domain = domains.proven_domain(body.id, body.website)
    return show_page("organisation", organisation=body, manages=actor().manages(body.id), domain=domain, **form)


@pages.post("/orgs/<slug>/verification")
@limiter.limit("20 per hour")
@writes(again=organisation)
def send_organisations(slug: str) -> Any:
    body = _organisation(slug)
    operations.send(actor=actor(), vault=vault(), uploads=uploads(), organisation_id=body.id, **parse(schemas.SendIn()))
    flash(_("Sent. You are told what the checker decides."))
    return redirect(url_for(".organisation", slug=slug))


def _home(check: DocumentCheck) -> str:
    """Where those whom it is about read of it."""
    if check.person_id is not None:
        return url_for(".mine")
    return url_for(".organisation", slug=organisations.card(check.organisation_id or 0).slug)


@pages.post("/verification/checks/<int:check_id>/withdraw")
@writes
def withdraw(check_id: int) -> Any:
    check = operations.withdraw(actor=actor(), check=queries.get_for(actor(), check_id))
    flash(_("Withdrawn. The files are deleted within the hour."))
    return redirect(_home(check))


# Checking


@pages.get("/verification/checks")
def queue() -> Any:
    if not actor().is_admin:
        raise NotAllowed(N_("Administrators check documents."))
    return show_page("queue", **in_tabs(TABS, partial(queries.queue, actor())))


@waits
def waiting(who: Actor) -> Iterable[Waiting]:
    if who.is_admin:
        yield Waiting(queries.to_check(who), N_("Check documents"), "/verification/checks/{}", N_("Check"))


@pages.get("/verification/checks/<int:check_id>")
def check(check_id: int) -> Any:
    found = queries.get_for(actor(), check_id)
    if not checks(actor(), found):
        return redirect(_home(found))
    (shown,) = queries.shown([found])
    files = _documents([found]).get(found.id, [])
    reads = is_assigned(actor(), found) and found.state is State.READING
    site = vault()
    names = {f.place: _name(site, f) for f in files if reads and f.purged_at is None}
    return show_page(
        "check", shown=shown, check=found, files=files, names=names, reads=reads, looks=queries.looks(found.ref),
        can={act for act in Act if POLICY.can(actor(), act, found)}, counts=queries.counts(found), days=site.days,
    )  # fmt: skip


def _name(site: rules.Vault, file: DocumentFile) -> str:
    """Empty for a file that cannot be opened any more: whoever checks it still rejects it, or leaves it to somebody else."""
    try:
        return rules.unseal_name(site.site_key, file.context, file.sealed_name)
    except Invalid:
        return ""


@pages.get("/verification/checks/<int:check_id>/files/<int:place>")
@writes
def file(check_id: int, place: int) -> Any:
    """A document, for the one who checks it. That it was opened is written down, and its owner sees it."""
    found = queries.get_for(actor(), check_id)
    document, content = operations.view(actor=actor(), check=found, place=place, vault=vault())
    return send_private(content, document.media_type, document.given_name)


@pages.post("/verification/checks/<int:check_id>/take")
@writes(again=check)
def take(check_id: int) -> Any:
    return redirect(operations.take(actor=actor(), check=queries.get_for(actor(), check_id)).path)


@pages.post("/verification/checks/<int:check_id>/give-back")
@writes(again=check)
def give_back(check_id: int) -> Any:
    operations.give_back(actor=actor(), check=queries.get_for(actor(), check_id))
    flash(_("Somebody else can check it now."))
    return redirect(url_for(".queue"))


@pages.post("/verification/checks/<int:check_id>/accept")
@writes(again=check)
def accept(check_id: int) -> Any:
    found = queries.get_for(actor(), check_id)
    operations.accept(actor=actor(), check=found, vault=vault(), **parse(schemas.AcceptIn()))
    flash(_("Accepted. Its owner is told."))
    return redirect(url_for(".queue"))


@pages.post("/verification/checks/<int:check_id>/reject")
@writes(again=check)
def reject(check_id: int) -> Any:
    found = queries.get_for(actor(), check_id)
    operations.reject(actor=actor(), check=found, vault=vault(), **parse(schemas.ReasonIn()))
    flash(_("Rejected. Its owner reads your reason."))
    return redirect(url_for(".queue"))


@pages.post("/verification/checks/<int:check_id>/revoke")
@writes(again=check)
def revoke(check_id: int) -> Any:
    found = operations.revoke(actor=actor(), check=queries.get_for(actor(), check_id), **parse(schemas.ReasonIn()))
    flash(_("Taken back. Its owner reads your reason."))
    return redirect(found.path)
