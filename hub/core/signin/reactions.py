"""Whose account is tried too often is told, at most once a day."""

from __future__ import annotations

from datetime import timedelta

from hub.core.audit import queries as audit
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.signin.events import SignInSlowed
from hub.core.signin.rules import Step
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_

GUESSED = {
    Step.PASSWORD: N_(
        "Somebody tried many wrong passwords at your account; nobody came in. If it was not you, "
        "a second step keeps such people out for good."
    ),
    Step.SECOND: N_(
        "Somebody knows your password: it was right, and many wrong codes followed; nobody came in. If it was not you, "
        "change your password now."
    ),
}


@reacts_to(SignInSlowed)
def tell_of_guessing(event: SignInSlowed, fact: Fact) -> None:
    before = audit.log(kind=SignInSlowed.__name__, ref=fact.subject, before=fact.id, limit=1) if event.person_id else []
    if event.person_id and not (before and fact.at < before[0].at + timedelta(days=1)):
        text = GUESSED[Step(event.step)]
        messages.notify(actor=SYSTEM, person_ids=[event.person_id], text=text, link="/settings/security", kind=Kind.ACCOUNT)
