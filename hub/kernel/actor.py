"""Who acts: a person, in the organisations they belong to. Plain data, so that rules and tests need no session."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hub.kernel.words import N_, Worded


class Role(Worded):
    """What a member may do for an organisation."""

    OWNER = "owner", N_("Owner")
    MANAGER = "manager", N_("Manager")
    MEMBER = "member", N_("Member")
    FINANCE = "finance", N_("Finance")


class Duty(Worded):
    """What a person does for the site itself."""

    ADMIN = "admin", N_("Administrator")
    CONSULTANT = "consultant", N_("Consultant")


class Scope(StrEnum):
    """What an API key may do. A session may do everything its person may. PRIVACY fetches the archive of everything held of the person."""

    READ = "read"
    WRITE = "write"
    MONEY = "money"
    PRIVACY = "privacy"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True)
class Actor:
    """`roles` maps an organisation's id to the actor's role there; `credential` names the session or API key that speaks."""

    person_id: int | None = None
    roles: dict[int, Role] = field(default_factory=dict)
    duties: frozenset[Duty] = frozenset()
    verified: bool = False
    scopes: frozenset[Scope] = ALL_SCOPES
    credential: str = ""

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None

    @property
    def is_admin(self) -> bool:
        return Duty.ADMIN in self.duties

    @property
    def is_consultant(self) -> bool:
        return Duty.CONSULTANT in self.duties

    def belongs_to(self, organisation_id: int | None) -> bool:
        return organisation_id in self.roles

    def manages(self, organisation_id: int | None) -> bool:
        """Drafts, publishes and decides for the organisation."""
        return organisation_id is not None and self.roles.get(organisation_id) in {Role.OWNER, Role.MANAGER}

    def owns(self, organisation_id: int | None) -> bool:
        """Decides who belongs to the organisation."""
        return organisation_id is not None and self.roles.get(organisation_id) is Role.OWNER

    def keeps_books_of(self, organisation_id: int | None) -> bool:
        """Pays in, asks for money out, reads the balances of the organisation."""
        return organisation_id is not None and self.roles.get(organisation_id) in {Role.OWNER, Role.FINANCE}


ANONYMOUS = Actor(scopes=frozenset({Scope.READ}))
SYSTEM = Actor(person_id=None, duties=frozenset({Duty.ADMIN}), verified=True, credential="system")
