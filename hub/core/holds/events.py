"""What happened to money that was set aside. `tell` are the people to be told; amounts are minor units of `currency`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class HoldReleased:
    """Gross out of the hold of `organisation_id`, net to a person or to `to_organisation_id` (`tell` are its people), fee to the site.
    `quiet` ones are told by the pages of the work alone."""

    SAYS: ClassVar[str] = N_("released an award from the hold")
    transaction_id: int
    subject: str
    organisation_id: int
    person_id: int | None
    label: str
    gross_minor: int
    fee_minor: int
    net_minor: int
    currency: str
    quiet: bool = False
    to_organisation_id: int | None = None
    tell: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class HoldRefunded:
    """What was left of a hold: `minor` of it back onto the organisation's balance, `backers_minor` to those who had put it in."""

    SAYS: ClassVar[str] = N_("returned what was left of the hold")
    transaction_id: int
    subject: str
    organisation_id: int
    minor: int
    currency: str
    tell: list[int] = field(default_factory=list)
    backers_minor: int = 0


@dataclass(frozen=True)
class ConsultantPaid:
    """A part of the fee of the release `released_id`, on to the consultant who brought it about."""

    SAYS: ClassVar[str] = N_("passed a part of the fee on to the consultant")
    transaction_id: int
    released_id: int
    subject: str
    person_id: int
    label: str
    minor: int
    currency: str


@dataclass(frozen=True)
class StagesPlanned:
    """What is held for `subject` is released in stages of these minor units."""

    SAYS: ClassVar[str] = N_("divided what is held into stages")
    subject: str
    minors: list[int]
    currency: str
