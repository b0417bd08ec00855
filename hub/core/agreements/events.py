from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class TermsDrawnUp:
    SAYS: ClassVar[str] = N_("set the terms (version %(number)s)")

    terms_id: int
    subject: str
    kind: str
    number: int
    hash: str


@dataclass(frozen=True)
class AgreementSigned:
    SAYS: ClassVar[str] = N_("signed the agreement (version %(number)s)")

    signature_id: int
    terms_id: int
    subject: str
    kind: str
    number: int
    person_id: int
    organisation_id: int | None


@dataclass(frozen=True)
class AgreementInForce:
    """The last party has signed."""

    SAYS: ClassVar[str] = N_("brought the agreement into force (version %(number)s)")

    terms_id: int
    subject: str
    kind: str
    number: int


@dataclass(frozen=True)
class AgreementRefused:
    SAYS: ClassVar[str] = N_("did not sign the agreement (version %(number)s)")

    terms_id: int
    subject: str
    kind: str
    number: int
    person_id: int | None
    organisation_id: int | None


@dataclass(frozen=True)
class SigningRuleSet:
    SAYS: ClassVar[str] = N_("set how the organisation signs")

    organisation_id: int
    needed: int
    signers: str
