"""Who may do what: a table of acts to named predicates, one table per room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotSignedIn

Predicate = Callable[[Actor, Any], bool]


@dataclass(frozen=True)
class Policy:
    """`table` names one predicate per act; an act without one is a mistake in the table, found at import by the tests."""

    name: str
    table: Mapping[StrEnum, Predicate]

    def can(self, actor: Actor, act: StrEnum, subject: Any) -> bool:
        return self.table[act](actor, subject)

    def require(self, actor: Actor, act: StrEnum, subject: Any) -> None:
        """Raises NotAllowed."""
        if not self.can(actor, act, subject):
            raise NotAllowed("You may not do this here: it takes another role.")


def either(*predicates: Predicate) -> Predicate:
    """True if any of the predicates is."""

    def any_of(actor: Actor, subject: Any) -> bool:
        return any(predicate(actor, subject) for predicate in predicates)

    any_of.__name__ = "_or_".join(predicate.__name__ for predicate in predicates)
    return any_of


def administers(actor: Actor, subject: Any) -> bool:
    return actor.is_admin


def consults(actor: Actor, subject: Any) -> bool:
    return actor.is_consultant or actor.is_admin


def is_signed_in(actor: Actor, subject: Any) -> bool:
    return actor.signed_in


def require_verified(actor: Actor) -> None:
    """Raises NotSignedIn, or NotAllowed (code unverified_address) with what to do about it."""
    if not actor.signed_in and actor.credential != "system":
        raise NotSignedIn("Sign in first.")
    if not actor.verified:
        raise NotAllowed(
            "Confirm your e-mail address first: open the link in the mail we sent you, or ask for a new one under Settings.",
            code="unverified_address",
        )


def by_the_system(actor: Actor, subject: Any) -> bool:
    return actor.credential == "system"
