"""The HTML door to what stands on papers: one's own, an organisation's."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from hub.core.billing import operations, queries
from hub.core.billing.models import Billing
from hub.core.billing.policy import DETAILS, DetailsAct
from hub.core.billing.rules import Owner, Treatment
from hub.core.billing.schemas import BillingIn, percent
from hub.core.ledger.rules import OwnerKind
from hub.core.organisations import queries as organisations
from hub.core.organisations import rules as places
from hub.core.organisations.models import Organisation
from hub.web.handle import actor, check_version, parse, writes
from hub.web.i18n import language

pages = Blueprint("billing", __name__, template_folder="templates")


def _form(owner: Owner, organisation: Organisation | None = None) -> Any:
    found = queries.of(owner)
    return render_template(
        "core/billing/form.html",
        details=found or Billing(legal_name="", address="", country="", tax_id="", treatment=Treatment.INCLUDED, tax_bp=0),
        version=found.version if found else 0,
        percent=percent(found.tax_bp if found else 0),
        organisation=organisation,
        treatments=Treatment,
        countries=places.country_names(language()),
    )


def _save(owner: Owner) -> None:
    found = queries.of(owner)
    check_version(found.version if found else 0)
    operations.save(actor=actor(), owner=owner, **parse(BillingIn()))
    flash(gettext("Saved. It stands on the papers that are issued from now on."))


def _me() -> Owner:
    return Owner(OwnerKind.PERSON, actor().person_id or 0)


@pages.get("/settings/billing")
def mine() -> Any:
    return _form(_me())


@pages.post("/settings/billing")
@writes(again=mine)
def save_mine() -> Any:
    _save(_me())
    return redirect(url_for(".mine"))


def _ours(slug: str) -> tuple[Owner, Organisation]:
    organisation = organisations.by_slug(slug)
    owner = Owner(OwnerKind.ORGANISATION, organisation.id)
    DETAILS.require(actor(), DetailsAct.SAY, owner)
    return owner, organisation


@pages.get("/orgs/<slug>/money/billing")
def ours(slug: str) -> Any:
    return _form(*_ours(slug))


@pages.post("/orgs/<slug>/money/billing")
@writes(again=ours)
def save_ours(slug: str) -> Any:
    _save(_ours(slug)[0])
    return redirect(url_for(".ours", slug=slug))
