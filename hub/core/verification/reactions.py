"""Levels follow what they rest on; checks run out, documents are deleted."""

from __future__ import annotations

from flask import current_app

from hub.core.accounts.events import EmailVerified
from hub.core.domains.events import DomainLost, DomainProven, DomainRemoved
from hub.core.organisations import queries as organisations
from hub.core.organisations.events import MemberAdded, MemberRemoved, OrganisationChanged
from hub.core.verification import operations
from hub.core.verification.rules import Vault
from hub.db import work
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to


def vault() -> Vault:
    """Where this site keeps sealed documents."""
    config = current_app.config["HUB"]
    return Vault(config.data_dir / "verification", config.secret_key, config.document_days)


@every(3600)
def keep_up() -> None:
    if vault().restored.exists():
        operations.note_lost(vault=vault())
        with work.outside():
            vault().restored.unlink(missing_ok=True)
    operations.lapse_due()
    operations.purge_due(vault=vault())
    operations.sweep(vault=vault())


@reacts_to(DomainProven)
@reacts_to(DomainLost)
@reacts_to(DomainRemoved)
def follow_domain(event: DomainProven | DomainLost | DomainRemoved, fact: Fact) -> None:
    """The organisation's level, and those of its people whose addresses lie there."""
    _follow(event.organisation_id)


@reacts_to(OrganisationChanged)
def follow_website(event: OrganisationChanged, fact: Fact) -> None:
    if "website" in event.fields:
        _follow(event.organisation_id)


def _follow(organisation_id: int) -> None:
    operations.settle_organisation(organisation_id=organisation_id)
    for person_id in organisations.member_ids(organisation_id):
        operations.settle_person(person_id=person_id)


@reacts_to(MemberAdded)
@reacts_to(MemberRemoved)
@reacts_to(EmailVerified)
def follow_person(event: MemberAdded | MemberRemoved | EmailVerified, fact: Fact) -> None:
    operations.settle_person(person_id=event.person_id)
