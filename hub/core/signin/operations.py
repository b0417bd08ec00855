"""Opening sessions for those who have proved who they are, in one step or in two."""

from __future__ import annotations

from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.accounts.models import Person
from hub.core.factors import operations as factors
from hub.core.factors import queries as held
from hub.core.factors.rules import Factor, Party
from hub.core.signin import rules
from hub.kernel.errors import NotAllowed
from hub.kernel.words import N_


def enter(
    *, person_id: int, password: str = "", factor: Factor | None = None, ip: str = "", user_agent: str = "", replaces: str = ""
) -> str:
    """A session for a person whose proofs the caller has checked: the password, a second `factor`, or both. Its secret.

    Raises NotAllowed (code second_step) if the person has a second factor and none was proved; Invalid (code suspended).
    """
    person = people.may_enter(people.get(person_id))
    if factor is None and held.held_by(person_id).any:
        raise NotAllowed(N_("This account takes a second step to sign in."), code="second_step")
    if password:
        accounts.renew_hash(person=person, password=password)
    token = accounts.open_session(person_id=person_id, ip=ip, user_agent=user_agent, replaces=replaces)
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
