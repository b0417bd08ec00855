"""The HTML door: an organisation's domain, and the page on which a mailbox answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from hub.core.domains import operations, queries, rules
from hub.core.domains.models import DomainProof
from hub.core.domains.rules import Way
from hub.core.domains.schemas import MailboxIn
from hub.core.domains.states import State
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.organisations.states import Act
from hub.kernel import egress, naming
from hub.web.handle import actor, parse, public, writes
from hub.web.security import limiter

pages = Blueprint("domains", __name__, template_folder="templates")


@organisations.vouches
def domain(organisation: Organisation) -> tuple[str, str, str]:
    found = queries.proven_domain(organisation.id, organisation.website)
    return ("globe", _("Domain %(domain)s proven", domain=found), "good") if found else ("globe", _("Domain not proven"), "")


def _organisation(slug: str) -> Organisation:
    return organisations.get_for(actor(), slug, Act.CHANGE)


def _trouble(proof: DomainProof) -> str:
    words = rules.TROUBLES.get(proof.trouble) or {**egress.WHY, **naming.WHY}.get(proof.trouble, "")
    return _(words) if words else ""


@pages.get("/orgs/<slug>/domain")
def show(slug: str) -> Any:
    body = _organisation(slug)
    proofs = queries.of_organisation(body.id)
    host = rules.host_of(body.website)
    return render_template(
        "core/domains/domain.html", organisation=body, proofs=proofs, host=host, ways=Way, states=State, rules=rules,
        manages=actor().manages(body.id), troubles={proof.id: _trouble(proof) for proof in proofs},
        begun={proof.way for proof in proofs if proof.domain == (rules.bare(host) if proof.way is Way.DNS else host)},
        counts={proof.id for proof in proofs if rules.counts(proof.way, proof.domain, body.website)},
    )  # fmt: skip


@pages.post("/orgs/<slug>/domain")
@limiter.limit("60 per hour")
@writes(again=show)
def ask_web(slug: str) -> Any:
    operations.ask_web(actor=actor(), organisation=_organisation(slug))
    flash(_("We look for the file within a minute or two, and tell you once it is found."))
    return redirect(url_for(".show", slug=slug))


@pages.post("/orgs/<slug>/domain/dns")
@limiter.limit("60 per hour")
@writes(again=show)
def ask_dns(slug: str) -> Any:
    operations.ask_dns(actor=actor(), organisation=_organisation(slug))
    flash(_("Publish the record that stands below. We look for it within minutes, and tell you once it is found."))
    return redirect(url_for(".show", slug=slug))


@pages.post("/orgs/<slug>/domain/mailbox")
@limiter.limit("20 per hour")
@writes(again=show)
def ask_mailbox(slug: str) -> Any:
    operations.ask_mailbox(actor=actor(), organisation=_organisation(slug), **parse(MailboxIn()))
    flash(_("Sent. You are told when the mailbox has answered."))
    return redirect(url_for(".show", slug=slug))


@pages.post("/domains/<int:proof_id>/look")
@writes
def look(proof_id: int) -> Any:
    proof = operations.look_again(actor=actor(), proof=queries.get_for(actor(), proof_id))
    flash(_("We look within a minute or two, and tell you once it is found."))
    return redirect(url_for(".show", slug=organisations.card(proof.organisation_id).slug))


@pages.post("/domains/<int:proof_id>/remove")
@writes
def remove(proof_id: int) -> Any:
    proof = queries.get_for(actor(), proof_id)
    slug = organisations.card(proof.organisation_id).slug
    operations.remove(actor=actor(), proof=proof)
    flash(_("Removed."))
    return redirect(url_for(".show", slug=slug))


@pages.get("/domains/answer/<secret>")
@public
def question(secret: str) -> Any:
    """Opening the link changes nothing, because programs open links, too."""
    proof = queries.by_secret(secret)
    return render_template(
        "core/domains/answer.html", organisation=organisations.card(proof.organisation_id), domain=rules.bare(proof.domain)
    )


@pages.post("/domains/answer/<secret>")
@public
@limiter.limit("30 per hour")
@writes(again=question)
def answer(secret: str) -> Any:
    proof = operations.answer(actor=actor(), secret=secret)
    flash(_("Thank you. The organisation is told."))
    return redirect(url_for("organisations.show", slug=organisations.card(proof.organisation_id).slug))
