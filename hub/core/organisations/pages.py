"""The HTML door: an organisation's page, its people, and the administrators' list of everybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.core.accounts import operations as account_operations
from hub.core.accounts import queries as accounts
from hub.core.accounts.schemas import DutiesIn, ReasonIn
from hub.core.keys import queries as keys
from hub.core.organisations import operations, queries, rules
from hub.core.organisations.policy import POLICY
from hub.core.organisations.schemas import MemberIn, OrganisationIn, RoleIn
from hub.core.organisations.states import Act, Kind
from hub.kernel.actor import Role
from hub.web import deeds
from hub.web.handle import actor, check_version, parse, public, writes
from hub.web.i18n import language
from hub.web.pagecache import for_visitors
from hub.web.paging import Page, page_number
from hub.web.proof import asks_proof
from hub.web.security import limiter

pages = Blueprint("organisations", __name__, template_folder="templates")


@pages.app_template_filter("country")
def country_name(code: str) -> str:
    """A country's name in the reader's language."""
    return dict(rules.country_names(language())).get(code, code)


@pages.get("/orgs/new")
def new() -> Any:
    return render_template("core/organisations/new.html", kinds=Kind, countries=rules.country_names(language()))


@pages.post("/orgs/new")
@limiter.limit("30 per hour")
@writes(again=new)
def found() -> Any:
    organisation = operations.found(actor=actor(), **parse(OrganisationIn()))
    flash(gettext("%(name)s is set up. You are its owner.", name=organisation.name))
    return redirect(url_for("organisations.show", slug=organisation.slug))


@pages.get("/orgs/<slug>")
@public
@for_visitors
def show(slug: str) -> Any:
    organisation = queries.by_slug(slug)
    who = actor()
    return render_template(
        "core/organisations/show.html",
        organisation=organisation,
        panels=queries.panels(who, organisation),
        shelves=queries.shelves(organisation),
        trust=[] if organisation.source else queries.trust(organisation),
        deeds=[] if organisation.source else deeds.of("organisation", organisation.id),
        may_change=POLICY.can(who, Act.CHANGE, organisation),
    )


@pages.get("/orgs/<slug>/edit")
def edit(slug: str) -> Any:
    organisation = queries.get_for(actor(), slug, Act.CHANGE)
    return render_template("core/organisations/edit.html", organisation=organisation, kinds=Kind, countries=rules.country_names(language()))


@pages.post("/orgs/<slug>/edit")
@writes(again=edit)
def change(slug: str) -> Any:
    organisation = queries.get_for(actor(), slug, Act.CHANGE)
    check_version(organisation.version)
    operations.change(actor=actor(), organisation=organisation, **parse(OrganisationIn()))
    flash(gettext("Saved."))
    return redirect(url_for("organisations.show", slug=slug))


@pages.get("/orgs/<slug>/people")
def people(slug: str) -> Any:
    who = actor()
    organisation = queries.get_for(who, slug, Act.SEE_PEOPLE)
    return render_template(
        "core/organisations/people.html",
        organisation=organisation,
        members=queries.members(organisation.id),
        roles=Role,
        may_decide=POLICY.can(who, Act.CHANGE_ROLE, organisation),
        me=who.person_id,
    )


@pages.post("/orgs/<slug>/people")
@limiter.limit("60 per hour")
@writes(again=people)
def add_member(slug: str) -> Any:
    organisation = queries.get_for(actor(), slug, Act.ADD_MEMBER)
    member = operations.add_member(actor=actor(), organisation=organisation, **parse(MemberIn()))
    flash(gettext("%(name)s belongs to %(organisation)s now.", name=accounts.card(member.person_id).name, organisation=organisation.name))
    return redirect(url_for("organisations.people", slug=slug))


def _people_again(slug: str, person_id: int) -> Any:
    return people(slug)


@pages.post("/orgs/<slug>/people/<int:person_id>/role")
@writes(again=_people_again)
def change_role(slug: str, person_id: int) -> Any:
    organisation = queries.get_for(actor(), slug, Act.CHANGE_ROLE)
    operations.change_role(actor=actor(), organisation=organisation, person_id=person_id, **parse(RoleIn()))
    flash(gettext("Saved."))
    return redirect(url_for("organisations.people", slug=slug))


@pages.post("/orgs/<slug>/people/<int:person_id>/remove")
@writes(again=_people_again)
def remove_member(slug: str, person_id: int) -> Any:
    organisation = queries.by_slug(slug)
    operations.remove_member(actor=actor(), organisation=organisation, person_id=person_id)
    if person_id == actor().person_id:
        flash(gettext("You have left %(organisation)s.", organisation=organisation.name))
        return redirect(url_for("organisations.show", slug=slug))
    flash(gettext("The membership has ended."))
    return redirect(url_for("organisations.people", slug=slug))


# For administrators: everybody


@pages.get("/admin/people")
def everybody() -> Any:
    q, number, size = request.args.get("q", "").strip()[:100], page_number(), 50
    found, total = queries.people(actor(), q, number, size)
    return render_template("core/organisations/everybody.html", found=found, q=q, page=Page(number, size, total))


@pages.get("/admin/people/<int:person_id>")
def one_of_all(person_id: int) -> Any:
    POLICY.require(actor(), Act.LIST_PEOPLE, None)
    return render_template(
        "core/organisations/person.html",
        person=accounts.get(person_id),
        places=queries.of_person(person_id),
        sessions=len(accounts.live_sessions(person_id)),
        keys=len(keys.keys_of(person_id)),
        me=actor().person_id,
    )


@pages.post("/admin/people/<int:person_id>/suspend")
@writes(again=one_of_all)
def suspend(person_id: int) -> Any:
    POLICY.require(actor(), Act.LIST_PEOPLE, None)
    account_operations.suspend(actor=actor(), person=accounts.get(person_id), **parse(ReasonIn()))
    flash(gettext("The account is suspended and its sessions have ended."))
    return redirect(url_for("organisations.one_of_all", person_id=person_id))


@pages.post("/admin/people/<int:person_id>/reinstate")
@writes(again=one_of_all)
def reinstate(person_id: int) -> Any:
    POLICY.require(actor(), Act.LIST_PEOPLE, None)
    account_operations.reinstate(actor=actor(), person=accounts.get(person_id))
    flash(gettext("The account is open again."))
    return redirect(url_for("organisations.one_of_all", person_id=person_id))


@pages.post("/admin/people/<int:person_id>/sessions/end")
@writes(again=one_of_all)
def end_sessions(person_id: int) -> Any:
    POLICY.require(actor(), Act.LIST_PEOPLE, None)
    account_operations.shut_out(actor=actor(), person=accounts.get(person_id))
    flash(gettext("All sessions of this account have ended."))
    return redirect(url_for("organisations.one_of_all", person_id=person_id))


@pages.post("/admin/people/<int:person_id>/duties")
@asks_proof
@writes(again=one_of_all)
def set_duties(person_id: int) -> Any:
    POLICY.require(actor(), Act.LIST_PEOPLE, None)
    account_operations.set_duties(actor=actor(), person=accounts.get(person_id), **parse(DutiesIn()))
    flash(gettext("Saved."))
    return redirect(url_for("organisations.one_of_all", person_id=person_id))
