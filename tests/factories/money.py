"""Money for tests: paid in, held, awarded, all by the room's own operations and committed."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hub.core.holds import operations as holds
from hub.core.ledger.models import Posting, Transaction
from hub.core.organisations.models import Organisation
from hub.core.payments import operations
from hub.core.payments.models import Funding
from hub.core.payouts import operations as payouts
from hub.core.payouts.models import Payout
from hub.db import work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import HubError
from hub.kernel.money import Money

_numbers = itertools.count(1)
IBAN = "DE89370400440532013000"


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def asked(organisation: Organisation, amount: Money, subject: str = "challenge:1", label: str = "Disinfect seasoning") -> Funding:
    """A request to pay in that nothing has come for."""
    with work.unit():
        return operations.request_funding(actor=SYSTEM, organisation_id=organisation.id, subject=subject, amount=amount, label=label)


def held(organisation: Organisation, amount: Money, subject: str = "challenge:1") -> Funding:
    """`amount` held for `subject`."""
    funding = asked(organisation, amount, subject)
    with work.unit():
        return operations.confirm_funding(actor=SYSTEM, funding=funding, received=amount, bank_reference=f"IN-{next(_numbers)}")


def deposited(organisation: Organisation, amount: Money) -> None:
    """`amount` on the organisation's balance."""
    with work.unit():
        operations.take_deposit(actor=SYSTEM, organisation_id=organisation.id, received=amount, bank_reference=f"D-{next(_numbers)}")


def earned(organisation: Organisation, person_id: int, amount: Money, fee_bp: int = 0) -> None:
    """An award of gross `amount`, out of a hold of its own."""
    subject = f"challenge:{1000 + next(_numbers)}"
    held(organisation, amount, subject)
    with work.unit():
        holds.release(
            actor=SYSTEM, subject=subject, to_person_id=person_id, gross=amount, fee_bp=fee_bp, key=f"{subject}:award", memo="Award"
        )


def payout(actor: Actor, amount: Money) -> Payout:
    """A person's payout that waits for the bank."""
    with work.unit():
        return payouts.request_payout(actor=actor, owner="person", owner_id=actor.person_id or 0, amount=amount, destination=IBAN)


def race(app: Flask, *calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same time, each in a thread, session and unit of work of its own. Returns results or what was raised."""
    results: list[Any] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(place: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with work.unit():
                    results[place] = calls[place]()
            except Exception as error:
                results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "the race hangs"
    return results


def counts() -> tuple[int, ...]:
    """How many rows there are about money."""
    return tuple(db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Transaction, Posting, Funding, Payout))


def refused(code: str, kind: type[HubError], call: Callable[..., Any], **arguments: Any) -> HubError:
    """Make the call, see it refused with this code, and nothing changed."""
    before = counts()
    with pytest.raises(kind) as refusal, work.unit():
        call(**arguments)
    assert refusal.value.code == code
    assert counts() == before
    return refusal.value
