"""What follows from an agreement's words and choices: its fingerprint, the rows of a panel, when what it grants ends. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.core.wording.rules import WORLDWIDE, Choices, Composed, Kind, Transfer, read_choices
from hub.kernel import sealing
from hub.kernel.words import N_, Worded


class Signers(Worded):
    """Who signs for an organisation."""

    MANAGERS = "managers", N_("Owners and managers")
    OWNERS = "owners", N_("Owners alone")


class Ending(Worded):
    """What of an agreement ends by itself."""

    LICENCE = "licence", N_("The licence ends")
    SECRECY = "secrecy", N_("The duty of confidentiality ends")
    EVALUATION = "evaluation", N_("The time to evaluate ends")


def fingerprint(subject: str, kind: Kind, composed: Composed) -> str:
    """SHA-256 over what is signed: subject, kind, and the whole text in both languages."""
    return sealing.digest({"subject": subject, "kind": str(kind), "en": composed.text_en, "zh": composed.text_zh})


def at_a_glance(choices: Choices | Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """The terms as rows (label, sentence, values) for a page's IP panel; label and sentence are marked for translation."""
    c = choices if isinstance(choices, Choices) else read_choices(choices)
    rows: list[tuple[str, str, dict[str, Any]]] = [(N_("If you win"), c.transfer.label, {})]
    if c.transfer is not Transfer.ASSIGNMENT:
        term = (N_("%(n)s years"), {"n": c.term_years}) if c.term_years else (N_("As long as the rights last"), {})
        rows.append((N_("Term"), *term))
        everywhere = c.territory == WORLDWIDE
        rows.append((N_("Territory"), N_("Worldwide") if everywhere else "%(place)s", {} if everywhere else {"place": c.territory}))
        rows.append((N_("Sublicences"), N_("Allowed") if c.sublicensable else N_("Not allowed"), {}))
        rows.append((N_("Revocable"), N_("Yes, for the reasons in the agreement") if c.revocable else N_("No"), {}))
    rows.append((N_("Payment"), c.payment.label, {}))
    rows.append((N_("If you do not win"), c.losing_entries.label, {}))
    rows.append((N_("Evaluation"), N_("The seeker may read and test entries for %(n)s days after the close"), {"n": c.evaluation_days}))
    rows.append((N_("Confidentiality"), N_("Both sides, for %(n)s years"), {"n": c.confidentiality_years}))
    if c.reversion_years:
        rows.append((N_("If not used"), N_("The rights fall back after %(n)s years"), {"n": c.reversion_years}))
    if c.reversion_unpaid:
        rows.append((N_("If not paid"), N_("The rights fall back"), {}))
    return rows


# When an agreement ends by itself

_LICENSES = frozenset({Kind.AWARD, Kind.TECHNOLOGY})
_SECRET = frozenset({Kind.AWARD, Kind.NDA, Kind.TECHNOLOGY, Kind.SERVICE, Kind.CONFIDENTIALITY})


def ends(kind: Kind, choices: Choices, since: datetime) -> list[tuple[Ending, datetime]]:
    """What of an agreement in force since then ends by itself, the earliest first. What starts with something else than the signatures
    (a challenge's deadline, the receipt of a secret) is not counted here."""
    found = []
    if kind is Kind.TECHNOLOGY:
        found.append((Ending.EVALUATION, since + timedelta(days=choices.evaluation_days)))
    if kind in _LICENSES and choices.transfer is not Transfer.ASSIGNMENT and choices.term_years is not None:
        found.append((Ending.LICENCE, years_after(since, choices.term_years)))
    if kind in _SECRET:
        found.append((Ending.SECRECY, years_after(since, choices.confidentiality_years)))
    return sorted(found, key=lambda one: one[1])


def years_after(moment: datetime, years: int) -> datetime:
    """The same day so many years later; 29 February becomes 1 March."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)
