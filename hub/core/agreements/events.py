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
