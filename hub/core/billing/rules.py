"""Pure rules of what stands on papers of money: who somebody is, their tax number, the tax that a price contains."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.core.ledger.rules import SITE, OwnerKind
from hub.kernel.errors import one_field
from hub.kernel.words import N_, Worded

MOST_BP = 10_000


class Treatment(Worded):
    """How tax is treated on what somebody is invoiced for."""

    INCLUDED = "included", N_("Tax is included where it is due")
    REVERSE_CHARGE = "reverse_charge", N_("Reverse charge: the recipient owes the tax")
    OUTSIDE_SCOPE = "outside_scope", N_("Outside the scope of the tax")


@dataclass(frozen=True, order=True)
class Owner:
    """Who issues a paper, or whom it is for."""

    kind: OwnerKind
    id: int

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.id}"


THE_SITE = Owner(OwnerKind.SITE, SITE)


def owner(said: str) -> Owner:
    """The owner that `str` wrote."""
    kind, _, number = said.partition(":")
    return Owner(OwnerKind(kind), int(number))


# Tax


@dataclass(frozen=True)
class Tax:
    """`minor` is contained in the total; `net` is the rest."""

    treatment: Treatment
    bp: int
    minor: int
    net: int


def contained(total: int, bp: int) -> int:
    """The tax that is contained in `total`: total × rate ÷ (100 % + rate), rounded half up to the smallest unit.

    What the books say was paid is paid: tax never adds to it.
    """
    if not 0 <= bp <= MOST_BP or total < 0:
        raise ValueError("a rate is between 0 and 10,000 basis points, of an amount that is not negative")
    return (2 * total * bp + MOST_BP + bp) // (2 * (MOST_BP + bp))


def tax(total: int, bp: int, treatment: Treatment) -> Tax:
    """How a total is divided. Where the tax is not the issuer's matter, there is none in it."""
    rate = bp if treatment is Treatment.INCLUDED else 0
    part = contained(total, rate)
    return Tax(treatment, rate, part, total - part)


# Details of the parties

VAT = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}", "DE": r"\d{9}", "DK": r"\d{8}",
    "EE": r"\d{9}", "GR": r"\d{9}", "ES": r"([A-Z]\d{7}[A-Z0-9]|\d{8}[A-Z])", "FI": r"\d{8}", "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "HR": r"\d{11}", "HU": r"\d{8}", "IE": r"(\d[A-Z0-9+*]\d{5}[A-Z]|\d{7}[A-Z]{1,2})", "IT": r"\d{11}", "LT": r"(\d{9}|\d{12})",
    "LU": r"\d{8}", "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}", "PT": r"\d{9}", "RO": r"\d{2,10}",
    "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}",
}  # fmt: skip
"""The syntax of VAT numbers per member state, without the country's letters (European Commission, VIES: "What is the format of a VAT
number?"). It says whether a number can be right; whether it was given to anybody, only VIES knows."""

PREFIX = {"GR": "EL"}


def tax_id(country: str, typed: str) -> str:
    """The tax id, tidied; one of a member state of the European Union with its letters in front. Raises Invalid: tax_id_wrong."""
    tidy = " ".join(typed.split())
    if country not in VAT or not tidy:
        return tidy
    letters = PREFIX.get(country, country)
    rest = re.sub(r"[\s.\-/]", "", tidy.upper()).removeprefix(letters)
    if not re.fullmatch(VAT[country], rest, re.ASCII):
        message = N_("This is no VAT number of %(country)s: copy it as it stands on your registration, or leave it empty.")
        raise one_field("tax_id", message, code="tax_id_wrong", country=country)
    return letters + rest


@dataclass(frozen=True)
class Party:
    """Who stands on a paper, as they were when it was issued. `tax_bp` is the rate that an issuer's own invoices contain."""

    name: str
    address: str = ""
    country: str = ""
    tax_id: str = ""
    treatment: Treatment = Treatment.INCLUDED
    tax_bp: int = 0

    def facts(self) -> dict[str, str]:
        return {"name": self.name, "address": self.address, "country": self.country, "tax_id": self.tax_id}
