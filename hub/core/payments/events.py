"""What happened to money. `tell` are the people to be told; amounts are minor units of `currency`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class FundingRequested:
    """An organisation, or the person `person_id`, wants to pay in."""

    SAYS: ClassVar[str] = N_("asked to pay in money by bank transfer")
    funding_id: int
    organisation_id: int | None
    subject: str
    label: str
    minor: int
    currency: str
    person_id: int | None = None


@dataclass(frozen=True)
class FundingPartlyReceived:
    """Some of the money came; `rest_minor` is still due."""

    SAYS: ClassVar[str] = N_("confirmed a part of the money")
    funding_id: int
    transaction_id: int
    organisation_id: int | None
    subject: str
    label: str
    minor: int
    rest_minor: int
    currency: str
    tell: list[int] = field(default_factory=list)
    person_id: int | None = None


@dataclass(frozen=True)
class FundingConfirmed:
    """All that was asked for is here: `minor` of it in the hold, `surplus_minor` beyond it on the organisation's balance."""

    SAYS: ClassVar[str] = N_("confirmed that the money is here")
    funding_id: int
    transaction_id: int
    organisation_id: int | None
    subject: str
    label: str
    minor: int
    surplus_minor: int
    currency: str
    tell: list[int] = field(default_factory=list)
    person_id: int | None = None


@dataclass(frozen=True)
class FundingCancelled:
    """The rest is not expected any more; `kept_minor` had come already and stays in the hold."""

    SAYS: ClassVar[str] = N_("cancelled a request to pay in")
    funding_id: int
    organisation_id: int | None
    subject: str
    label: str
    minor: int
    kept_minor: int
    currency: str
    tell: list[int] = field(default_factory=list)
    person_id: int | None = None


@dataclass(frozen=True)
class DepositTaken:
    """Money that nobody had announced, or that came late, onto the owner's balance."""

    SAYS: ClassVar[str] = N_("confirmed money onto the balance")
    transaction_id: int
    organisation_id: int | None
    minor: int
    currency: str
    tell: list[int] = field(default_factory=list)
    person_id: int | None = None
