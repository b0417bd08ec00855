"""Speaking with the processor about accounts: each is read afresh, so late and repeated notices do no harm."""

from __future__ import annotations

from flask import current_app

from hub.core.accounts import queries as people
from hub.core.gateways import queries as gateways
from hub.core.gateways.events import GatewayAnswered, GatewayNotice, GatewayRefused
from hub.core.gateways.gateway import Object, Refused
from hub.core.gateways.reactions import carry_out_now, fresh, processor
from hub.core.ledger import queries as books
from hub.core.ledger.rules import OwnerKind
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.payees import operations, queries
from hub.core.payees.events import PayoutAccountChanged
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_


@reacts_to(GatewayAnswered)
def opened(event: GatewayAnswered, fact: Fact) -> None:
    account = queries.by_cause(event.cause)
    if account is not None and event.name == "account.create":
        operations.note_opened(account=account, remote=gateways.call(event.call_id).answer or {"id": event.remote_id})


@reacts_to(GatewayRefused)
def refused(event: GatewayRefused, fact: Fact) -> None:
    account = queries.by_cause(event.cause)
    if account is not None and event.name == "account.create":
        operations.note_refused(account=account, reason=event.message)


@reacts_to(GatewayNotice)
def changed(event: GatewayNotice, fact: Fact) -> None:
    """`account.updated`, or that the account left us: then it cannot be read any more."""
    if event.type == "account.application.deauthorized" and (left := queries.by_remote_id(event.account)) is not None:
        operations.note_left(account=left)
    elif event.kind == "account" and queries.by_remote_id(event.object_id) is not None:
        look(event.object_id)


def look(remote_id: str) -> None:
    """Read the account afresh and note what it says. Inside a unit of work; what was done so far is committed first."""
    try:
        remote: Object | None = fresh("account", remote_id)
    except Refused:
        remote = None
    account = queries.by_remote_id(remote_id)
    if account is not None and remote is not None:
        operations.note_status(account=account, remote=remote)
    elif account is not None:
        operations.note_left(account=account)


def onboard(actor: Actor, owner: str, owner_id: int, country: str, back: str) -> str | None:
    """The processor's page for the owner's account, which is opened if need be; None if the processor does not answer now.

    `back` is the page's path on this site. Inside a writing unit of work, which is committed before the processor is spoken to.
    """
    if processor() is None:
        raise NotFound(N_("This site pays out by bank transfer alone."))
    who = people.get(actor.person_id or 0)
    account = queries.account_of(owner, owner_id)
    if account is None or not account.remote_id:
        account, call = operations.open_account(actor=actor, owner=owner, owner_id=owner_id, country=country, email=who.email)
        call = carry_out_now(call.id)
        account = queries.account_of(owner, owner_id)
        assert account is not None
        if call.refusal_code:
            operations.note_refused(account=account, reason=call.refusal)
        if not call.answer:
            return None
        operations.note_opened(account=account, remote=call.answer)
    base = current_app.config["HUB"].base_url + back
    call = operations.want_link(actor=actor, account=account, refresh_url=f"{base}/account/expired", return_url=f"{base}/account/back")
    answer = carry_out_now(call.id).answer or {}
    return str(answer["url"]) if "url" in answer else None


@reacts_to(PayoutAccountChanged, formerly=["hub.core.messages.reactions.tell_payout_account"])
def tell_payout_account(event: PayoutAccountChanged, fact: Fact) -> None:
    texts = (
        N_("Stripe does not pay out to your account any more until it has what it asks for."),
        N_("Stripe pays out to your account now."),
    )
    link = books.money_page(event.owner_id if event.owner_kind == OwnerKind.ORGANISATION else None)
    messages.notify(actor=SYSTEM, person_ids=event.tell, but=fact.actor_id, text=texts[event.ready], link=link, kind=Kind.PAYOUT)
