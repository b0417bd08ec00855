"""What happens to proofs of domains: ids and plain facts; no addresses, no secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class DomainAsked:
    """`way` is web, dns or email; a mail is written for the last."""

    SAYS: ClassVar[str] = N_("began to prove the domain %(domain)s")
    proof_id: int
    organisation_id: int
    domain: str
    way: str


@dataclass(frozen=True)
class DomainProven:
    SAYS: ClassVar[str] = N_("has proven the domain %(domain)s")
    proof_id: int
    organisation_id: int
    domain: str


@dataclass(frozen=True)
class DomainMissed:
    """Not found for the first time after it was: `trouble` is a code."""

    SAYS: ClassVar[str] = N_("does not show the proof of its domain any more")
    proof_id: int
    organisation_id: int
    trouble: str


@dataclass(frozen=True)
class DomainLost:
    SAYS: ClassVar[str] = N_("has lost the proof of the domain %(domain)s")
    proof_id: int
    organisation_id: int
    domain: str


@dataclass(frozen=True)
class DomainRemoved:
    SAYS: ClassVar[str] = N_("took back the proof of the domain %(domain)s")
    proof_id: int
    organisation_id: int
    domain: str
