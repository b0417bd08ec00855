"""What second factors have to tell the person whose account they guard, always by mail too; and what is forgotten by itself."""

from __future__ import annotations

from typing import Any

from hub.core.accounts import queries as accounts
from hub.core.factors import operations, queries
from hub.core.factors.events import CodesMade, CodeUsed, FactorAdded, FactorRemoved, FactorsRemoved, UsedOnNewDevice
from hub.core.factors.rules import Factor
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_

ADDED = {
    Factor.APP: N_("An authenticator app was added to your account. If it was not you, remove it and change your password."),
    Factor.PASSKEY: N_("A passkey was added to your account. If it was not you, remove it and change your password."),
}
REMOVED = {
    Factor.APP: N_(
        "The authenticator app was removed from your account. If it was not you, change your password and end the other sessions."
    ),
    Factor.PASSKEY: N_("A passkey was removed from your account. If it was not you, change your password and end the other sessions."),
}
NEW_DEVICE = N_(
    "Your account was opened on a device that is new to us: %(device)s. If it was not you, end that session and change your password."
)


@every(6 * 3600)
def forget_old() -> None:
    operations.forget_old()


def _tell(person_id: int, text: str, link: str = "/settings/security/factors", **values: Any) -> None:
    messages.notify(actor=SYSTEM, person_ids=[person_id], text=text, values=values, link=link, kind=Kind.ACCOUNT)


@reacts_to(FactorAdded)
def tell_added(event: FactorAdded, fact: Fact) -> None:
    _tell(event.person_id, ADDED[Factor(event.factor)])


@reacts_to(FactorRemoved)
def tell_removed(event: FactorRemoved, fact: Fact) -> None:
    _tell(event.person_id, REMOVED[Factor(event.factor)])


@reacts_to(CodesMade)
def tell_codes_made(event: CodesMade, fact: Fact) -> None:
    text = N_("New recovery codes were made for your account; the old ones no longer work. If it was not you, change your password.")
    _tell(event.person_id, text)


@reacts_to(CodeUsed)
def tell_code_used(event: CodeUsed, fact: Fact) -> None:
    text = N_("One of your recovery codes was used; %(left)s are left. If it was not you, change your password and end the other sessions.")
    _tell(event.person_id, text, left=event.left)


@reacts_to(FactorsRemoved)
def tell_all_removed(event: FactorsRemoved, fact: Fact) -> None:
    removal = queries.removal(event.removal_id)
    text = N_("An administrator removed all second factors from your account, and its sessions have ended. The reason: %(reason)s")
    _tell(event.person_id, text, reason=removal.reason if removal is not None else "")


@reacts_to(UsedOnNewDevice)
def tell_of_device(event: UsedOnNewDevice, fact: Fact) -> None:
    device = ", ".join(filter(None, accounts.device_of(event.session_id)))
    if device:
        _tell(event.person_id, NEW_DEVICE, "/settings/security", device=device)
    else:
        text = N_("Your account was opened on a device that is new to us. If it was not you, end that session and change your password.")
        _tell(event.person_id, text, "/settings/security")
