"""Accounts at the processor: opened, looked at afresh. What speaks to the processor stands in the doors and in `reactions.py`."""

from __future__ import annotations

from hub.core.gateways import operations as gateways
from hub.core.gateways.gateway import Object
from hub.core.gateways.models import GatewayCall
from hub.core.ledger.operations import insert_unless_there
from hub.core.ledger.rules import OwnerKind
from hub.core.payees import events, queries, rules
from hub.core.payees.models import PayoutAccount
from hub.core.payees.policy import ACCOUNTS, AccountAct
from hub.core.payees.states import PAYEE, PayeeAct, PayeeState
from hub.core.payments.queries import bookkeepers, lock
from hub.db import journal
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotNow, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_


def open_account(*, actor: Actor, owner: str, owner_id: int, country: str, email: str = "") -> tuple[PayoutAccount, GatewayCall]:
    """Have an account opened at the processor, and the call that does it. Asked again, the same; after a refusal, a new try.

    Raises NotAllowed, Invalid (owner_unknown, country_unknown).
    """
    require_verified(actor)
    if owner not in (OwnerKind.PERSON, OwnerKind.ORGANISATION):
        raise one_field("owner", N_("A payout goes to a person or an organisation."), code="owner_unknown")
    kind = OwnerKind(owner)
    ACCOUNTS.require(actor, AccountAct.OPEN, (kind, owner_id))
    where = rules.country(country)
    account = _row(actor, kind, owner_id, where)
    if account.state is PayeeState.FAILED:
        PAYEE.fire(account, PayeeAct.OPEN_AGAIN)
        account.refusal, account.country, account.opens = "", where, account.opens + 1
    call = gateways.want(
        actor=actor,
        key=f"{account.ref}:open:{account.opens}",
        name="account.create",
        params=rules.wanted(kind, account.country, email),
        cause=account.ref,
        at_once=True,
    )
    return account, call


def _row(actor: Actor, kind: OwnerKind, owner_id: int, country: str) -> PayoutAccount:
    values = {"owner_kind": kind, "owner_id": owner_id, "gateway": rules.GATEWAY, "country": country, "opened_by": actor.person_id}
    texts = {"remote_id": "", "currency": "", "disabled": "", "refusal": "", "due": [], "opens": 1, "links": 0}
    made = insert_unless_there(
        PayoutAccount,
        ["owner_kind", "owner_id", "gateway"],
        values | texts | {"state": PayeeState.OPENING, "created_at": clock.now()},
    )
    account = queries.account_of(kind, owner_id)
    assert account is not None
    lock(account)
    if made is not None:
        event = events.PayoutAccountWanted(account.id, kind.value, owner_id, country)
        journal.record(event, actor=actor, subject=account.ref)
    return account


def want_link(*, actor: Actor, account: PayoutAccount, refresh_url: str, return_url: str) -> GatewayCall:
    """A link to the page where the processor asks its questions; it opens once, within minutes, so each visit takes a new one.

    Raises NotAllowed, NotNow (account_not_open).
    """
    require_verified(actor)
    ACCOUNTS.require(actor, AccountAct.OPEN, (account.owner_kind, account.owner_id))
    lock(account)
    if not account.remote_id:
        raise NotNow(N_("The account at Stripe is not open yet. Look again in a moment."), code="account_not_open")
    account.links += 1
    return gateways.want(
        actor=actor,
        key=f"{account.ref}:link:{account.links}",
        name="account_link.create",
        params=rules.link(account.remote_id, refresh_url, return_url),
        cause=account.ref,
        at_once=True,
    )


def note_opened(*, account: PayoutAccount, remote: Object) -> None:
    """The processor opened it. Said again, nothing changes."""
    lock(account)
    if account.state is PayeeState.OPENING:
        PAYEE.fire(account, PayeeAct.OPENED)
        account.remote_id = str(remote["id"])
        journal.record(events.PayoutAccountOpened(account.id, account.remote_id), actor=SYSTEM, subject=account.ref)
        note_status(account=account, remote=remote)


def note_refused(*, account: PayoutAccount, reason: str) -> None:
    """The processor will not open it."""
    lock(account)
    if account.state is PayeeState.OPENING:
        PAYEE.fire(account, PayeeAct.REFUSE)
        account.refusal = reason[:300] or "refused"
        journal.record(events.PayoutAccountRefused(account.id, account.refusal), actor=SYSTEM, subject=account.ref)


def note_left(*, account: PayoutAccount) -> None:
    """The account was closed, or taken away from this site: another one may be opened."""
    lock(account)
    was_ready = account.state is PayeeState.READY
    if PAYEE.move(account.state, PayeeAct.LEAVE) is not None:
        PAYEE.fire(account, PayeeAct.LEAVE)
        account.remote_id, account.refusal, account.due = "", "The account was closed or taken away from this site.", []
        if was_ready:
            _say_changed(account, ready=False)


def note_status(*, account: PayoutAccount, remote: Object) -> None:
    """What the processor says of the account now. Only a change of readiness is told."""
    lock(account)
    said = rules.status(remote)
    account.due, account.disabled = list(said.due), said.disabled
    account.currency, account.checked_at = said.currency or account.currency, clock.now()
    if said.ready == (account.state is PayeeState.READY) or not account.remote_id:
        return
    PAYEE.fire(account, PayeeAct.ENABLE if said.ready else PayeeAct.ASK)
    _say_changed(account, said.ready)


def _say_changed(account: PayoutAccount, ready: bool) -> None:
    tell = [account.owner_id] if account.owner_kind is OwnerKind.PERSON else bookkeepers(account.owner_id)
    event = events.PayoutAccountChanged(account.id, account.owner_kind.value, account.owner_id, ready, tell)
    journal.record(event, actor=SYSTEM, subject=account.ref)
