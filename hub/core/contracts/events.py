from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ContractDrafted:
    SAYS: ClassVar[str] = N_("began to draw up an agreement")

    contract_id: int


@dataclass(frozen=True)
class ContractProposed:
    SAYS: ClassVar[str] = N_("proposed the agreement")

    contract_id: int
    terms_id: int


@dataclass(frozen=True)
class ContractSigned:
    SAYS: ClassVar[str] = N_("signed for a party")

    contract_id: int
    signature_id: int


@dataclass(frozen=True)
class ContractInForce:
    SAYS: ClassVar[str] = N_("brought the agreement into force")

    contract_id: int
    terms_id: int


@dataclass(frozen=True)
class ContractReturned:
    SAYS: ClassVar[str] = N_("sent the agreement back, with a reason")

    contract_id: int
    terms_id: int


@dataclass(frozen=True)
class ContractWithdrawn:
    SAYS: ClassVar[str] = N_("took the agreement back")

    contract_id: int


@dataclass(frozen=True)
class ContractReopened:
    SAYS: ClassVar[str] = N_("began to draw up a change")

    contract_id: int


@dataclass(frozen=True)
class ContractKept:
    SAYS: ClassVar[str] = N_("kept the version in force")

    contract_id: int
