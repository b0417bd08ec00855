"""Opening sessions for those who have proved who they are, in one step or in two."""

from __future__ import annotations

from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.accounts.models import Person
from hub.core.factors import operations as factors
from hub.core.factors import queries as held
from hub.core.factors.rules import Factor, Party
from hub.core.signin import rules
from hub.core.signin.events import SignInSlowed
from hub.core.signin.models import RefusedSignIn
from hub.core.signin.rules import Step
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS
from hub.kernel.errors import NotAllowed
from hub.kernel.words import N_


def enter(
    *, person_id: int, password: str = "", factor: Factor | None = None, first: str = "", ip: str = "", user_agent: str = "",
    replaces: str = "",
) -> str:  # fmt: skip
    """A session for a person whose proofs the caller has checked: the password or another site (`first` says which), a second `factor`, or
    both. Its secret.

    Raises NotAllowed (code second_step) if the person has a second factor and none was proved; Invalid (code suspended).
    """
    person = people.may_enter(people.get(person_id))
    if factor is None and held.held_by(person_id).any:
        raise NotAllowed(N_("This account takes a second step to sign in."), code="second_step")
    if password:
        accounts.renew_hash(person=person, password=password)
    how = " ".join(filter(None, [first or ("password" if password else ""), factor.value if factor is not None else ""]))
    token = accounts.open_session(person_id=person_id, how=how, ip=ip, user_agent=user_agent, replaces=replaces)
    known = people.identity_by_token(token)
    if factor is not None and known is not None:
        factors.note_device(person_id=person_id, session_id=known.credential_id, factor=factor)
    return token


def prove_second(
    *, person_id: int, code: str = "", credential: str = "", challenge: bytes = b"", site: Party | None = None, site_key: str
) -> Factor:
    """The second step: a passkey if one was sent, else a code. Raises Invalid (code bad_code, bad_passkey)."""
    if credential and site is not None:
        factors.prove_passkey(credential=credential, challenge=challenge, site=site, person_id=person_id)
        return Factor.PASSKEY
    return factors.prove_code(person_id=person_id, code=code, site_key=site_key)


def half_in(person: Person) -> str:
    """What the browser keeps of a proven password until the second step."""
    return rules.mark_of(person.password_hash)


def note_refused(*, email: str = "", step: Step, slowed: bool = False, ip: str = "", user_agent: str = "") -> None:
    """Keep that somebody was turned away, for the owner of the account to see. Writes the same whether or not the address has an account.

    `slowed`: with this try the free ones are used up.
    """
    person = people.by_email(email) if email else None
    found = person.id if person is not None else 0
    db.session.add(RefusedSignIn(person_id=found or None, step=step, at=clock.now(), ip=ip[:45], user_agent=user_agent[:300]))
    db.session.flush()
    if slowed:
        subject = f"person:{found}" if found else ""
        journal.record(SignInSlowed(person_id=found, step=step.value), actor=ANONYMOUS, subject=subject)
