"""The signer's own copy, and the calendar."""

from __future__ import annotations

from hub.core.agreements import operations, queries
from hub.core.agreements.events import AgreementInForce, AgreementRefused, AgreementSigned
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_

TOLD = {
    "challenge_entry": N_("You signed the participation agreement for “%(title)s”. Your copy stays here."),
    "award": N_("You signed the award agreement for “%(title)s”. Your copy stays here."),
    "developer": N_("You signed the developer agreement of “%(title)s”. Your copy stays here."),
    "nda": N_("You signed for confidentiality about “%(title)s”. Your copy stays here."),
    "technology": N_("You signed the technology agreement about “%(title)s”. Your copy stays here."),
    "service": N_("You signed the service agreement about “%(title)s”. Your copy stays here."),
    "confidentiality": N_("You signed the confidentiality agreement about “%(title)s”. Your copy stays here."),
    "contribution": N_("You signed the contribution agreement about “%(title)s”. Your copy stays here."),
}
HOUR = 3600


@reacts_to(AgreementSigned, formerly=["hub.core.messages.reactions.send_copy"])
def send_copy(event: AgreementSigned, fact: Fact) -> None:
    """The address at which the signed text stays."""
    terms = queries.get(event.terms_id)
    values, link = {"title": terms.parties.get("title", "")}, f"/agreements/{terms.id}"
    messages.notify(actor=SYSTEM, person_ids=[event.person_id], text=TOLD[event.kind], values=values, link=link, kind=Kind.AGREEMENT)


@every(HOUR)
def keep_time() -> None:
    """Reminders before something ends."""
    operations.remind_of_ends()


# What programs may hear of it


def _seen(event: AgreementSigned) -> Seen:
    return seen(organisations=[event.organisation_id], people=[event.person_id], path=f"/api/v1/agreements/{event.terms_id}")


def _seen_by_parties(event: AgreementInForce | AgreementRefused) -> Seen:
    named = queries.parties(event.terms_id)
    return seen(
        organisations=[side.organisation_id for side in named], people=[side.person_id for side in named],
        path=f"/api/v1/agreements/{event.terms_id}",
    )  # fmt: skip


webhooks.sends({"agreement.signed": AgreementSigned}, _seen, data=("terms_id", "signature_id", "kind"))
webhooks.sends({"agreement.in_force": AgreementInForce, "agreement.refused": AgreementRefused}, _seen_by_parties, data=("terms_id", "kind"))
