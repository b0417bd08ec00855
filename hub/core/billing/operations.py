"""Saying what stands on papers from now on."""

from __future__ import annotations

from hub.core.billing import events, queries, rules
from hub.core.billing.models import Billing
from hub.core.billing.policy import DETAILS, DetailsAct
from hub.core.billing.rules import Owner, Treatment
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import one_field
from hub.kernel.words import N_


def save(
    *, actor: Actor, owner: Owner, legal_name: str, address: str, country: str, tax_id: str, treatment: Treatment, tax_bp: int = 0
) -> Billing:
    """What stands on the owner's papers from now on. `tax_bp` is the rate that an organisation's own invoices contain.

    Raises NotAllowed, Invalid (tax_id_wrong, tax_id_missing, country_missing).
    """
    DETAILS.require(actor, DetailsAct.SAY, owner)
    tidy = rules.tax_id(country, tax_id)
    if tidy and not country:
        raise one_field("country", N_("Say in which country this tax number was given."), code="country_missing")
    if treatment is Treatment.REVERSE_CHARGE and not tidy:
        raise one_field("tax_id", N_("Reverse charge takes a tax number."), code="tax_id_missing")
    found = queries.of(owner) or Billing(owner_kind=owner.kind, owner_id=owner.id)
    found.legal_name, found.address, found.country, found.tax_id = legal_name, address, country, tidy
    found.treatment, found.tax_bp, found.updated_at = treatment, tax_bp, clock.now()
    db.session.add(found)
    db.session.flush()
    journal.record(events.BillingChanged(owner.kind.value, owner.id), actor=actor, subject=f"billing:{found.id}", scope=str(owner))
    return found
