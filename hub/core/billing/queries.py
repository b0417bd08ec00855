"""Who stands on papers, and as what."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from hub.core.accounts import queries as people
from hub.core.billing.models import Billing
from hub.core.billing.rules import THE_SITE, Owner, Party
from hub.core.ledger.rules import OwnerKind
from hub.core.organisations.models import Organisation
from hub.db.extensions import db


def names_of(owners: Iterable[Owner]) -> dict[Owner, str]:
    """What owners are called now, in two statements at most."""
    return {one: party.name for one, party in _named(set(owners)).items()}


def _named(owners: set[Owner]) -> dict[Owner, Party]:
    found: dict[Owner, Party] = {}
    organisations = [one.id for one in owners if one.kind is OwnerKind.ORGANISATION]
    if organisations:
        wanted = select(Organisation.id, Organisation.name, Organisation.country).where(Organisation.id.in_(organisations))
        for row in db.session.execute(wanted):
            found[Owner(OwnerKind.ORGANISATION, row.id)] = Party(row.name, country=row.country)
    for card in people.cards(one.id for one in owners if one.kind is OwnerKind.PERSON).values():
        found[Owner(OwnerKind.PERSON, card.id)] = Party(card.name)
    return found


def parties(owners: Iterable[Owner], site: Party) -> dict[Owner, Party]:
    """Who stands on a paper, as they say of themselves at this moment; without details their names alone."""
    wanted = set(owners)
    found = {one: Party(str(one)) for one in wanted} | _named(wanted) | {THE_SITE: site}
    for details in db.session.scalars(select(Billing).where(Billing.owner_id.in_({one.id for one in wanted}))):
        one = Owner(details.owner_kind, details.owner_id)
        if one in wanted:
            name, country = details.legal_name or found[one].name, details.country or found[one].country
            found[one] = Party(name, details.address, country, details.tax_id, details.treatment, details.tax_bp)
    return found


def of(owner: Owner) -> Billing | None:
    return db.session.scalars(select(Billing).where(Billing.owner_kind == owner.kind, Billing.owner_id == owner.id)).one_or_none()
