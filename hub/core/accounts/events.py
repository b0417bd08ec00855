"""What happens to accounts: ids and plain facts, never an address, a name or a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class PersonRegistered:
    """`mail_token_id` names the secret that the confirming mail carries; 0 when the address needs no confirming."""

    SAYS: ClassVar[str] = N_("opened an account")
    person_id: int
    mail_token_id: int


@dataclass(frozen=True)
class RegistrationRepeated:
    """Somebody tried to register an address that has an account: its owner is told, the visitor is not."""

    SAYS: ClassVar[str] = N_("was asked to register again")
    person_id: int


@dataclass(frozen=True)
class VerificationRequested:
    SAYS: ClassVar[str] = N_("asked for a new confirming mail")
    person_id: int
    mail_token_id: int


@dataclass(frozen=True)
class EmailVerified:
    SAYS: ClassVar[str] = N_("confirmed the e-mail address")
    person_id: int


@dataclass(frozen=True)
class SignedIn:
    """`how` are the proofs, with a space between two: password or another site's name, then app, passkey or code. Older rows have none."""

    SAYS: ClassVar[str] = N_("signed in")
    person_id: int
    session_id: int
    how: str = ""


@dataclass(frozen=True)
class ProvedAgain:
    """`how` is password, app or passkey."""

    SAYS: ClassVar[str] = N_("confirmed who is there")
    person_id: int
    session_id: int
    how: str


@dataclass(frozen=True)
class SessionEnded:
    """`why` is signed_out, revoked, replaced, password, factors, suspended or administrator."""

    SAYS: ClassVar[str] = N_("ended a session")
    person_id: int
    session_id: int
    why: str


@dataclass(frozen=True)
class SessionsEnded:
    """An administrator has ended all sessions of somebody else."""

    SAYS: ClassVar[str] = N_("ended all sessions of an account")
    person_id: int


@dataclass(frozen=True)
class ResetForNobody:
    """A new password was asked for where there is no account, or one that was asked for a moment ago: no mail is sent."""

    SAYS: ClassVar[str] = N_("asked to reset a password without an account")


@dataclass(frozen=True)
class ResetRequested:
    SAYS: ClassVar[str] = N_("asked to reset the password")
    person_id: int
    mail_token_id: int


@dataclass(frozen=True)
class PasswordChanged:
    """`how` is changed (with the old one) or reset (by mail)."""

    SAYS: ClassVar[str] = N_("set a new password")
    person_id: int
    how: str


@dataclass(frozen=True)
class AccountChanged:
    """`fields` names what changed, not to what."""

    SAYS: ClassVar[str] = N_("changed the account")
    person_id: int
    fields: list[str]


@dataclass(frozen=True)
class DutiesChanged:
    SAYS: ClassVar[str] = N_("changed the duties of an account")
    person_id: int
    is_admin: bool
    is_consultant: bool


@dataclass(frozen=True)
class PersonSuspended:
    """The reason stands with the account, not here: it may speak of a person."""

    SAYS: ClassVar[str] = N_("suspended an account")
    person_id: int


@dataclass(frozen=True)
class PersonReinstated:
    SAYS: ClassVar[str] = N_("reinstated an account")
    person_id: int


@dataclass(frozen=True)
class PersonErased:
    SAYS: ClassVar[str] = N_("erased an account")
    person_id: int
