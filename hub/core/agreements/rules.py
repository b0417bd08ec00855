"""What follows from an agreement's words and choices: its fingerprint, the rows of a panel, what another text says otherwise, its ends.
Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.core.wording.rules import WORLDWIDE, Choices, Composed, Kind, Own, Transfer, clauses, read_choices
from hub.kernel import redline, sealing
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


@dataclass(frozen=True)
class Origin:
    """An organisation's template in one version, in place of the site's standard text; `own` are clauses in its own words."""

    organisation_id: int
    template_id: int
    number: int
    own: tuple[Own, ...] = ()


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


# What another text says differently


class Became(Worded):
    """What became of a clause."""

    SAME = "same", N_("unchanged")
    CHANGED = "changed", N_("changed")
    ADDED = "added", N_("added")
    REMOVED = "removed", N_("removed")


@dataclass(frozen=True)
class Change:
    """One clause of the newer text (or one that is gone). `before` and `number` are its numbers then and now, "" where it was not."""

    kind: Became
    before: str
    number: str
    heading: str
    paragraphs: tuple[redline.Paragraph, ...]


def compare(before: str, after: str) -> list[Change]:
    """Two texts clause by clause, in the order of the newer one; a clause is known by its heading. Numbers of paragraphs are left out:
    where something was put in, all that follow have another without saying anything else."""
    old, new = clauses(before), clauses(after)
    names = [clause.heading for clause in new]
    found_: list[Change] = []
    for clause in new:
        was = next((one for one in old if one.heading == clause.heading), None)
        said = _plain(clause.paragraphs)
        if was is None:
            added = tuple(redline.Paragraph("added", (redline.Piece("added", text),)) for text in said)
            found_.append(Change(Became.ADDED, "", clause.number, clause.heading, added))
            continue
        parts = tuple(redline.paragraphs(_plain(was.paragraphs), said))
        kind = Became.SAME if all(part.kind == "same" for part in parts) else Became.CHANGED
        found_.append(Change(kind, was.number, clause.number, clause.heading, parts))
    for place, clause in enumerate(old):
        if clause.heading not in names:
            gone = tuple(redline.Paragraph("removed", (redline.Piece("removed", text),)) for text in _plain(clause.paragraphs))
            after_ = [one.heading for one in old[:place]]
            at = next((n for n in range(len(found_), 0, -1) if found_[n - 1].heading in after_), 0)
            found_.insert(at, Change(Became.REMOVED, clause.number, "", clause.heading, gone))
    return found_


def _plain(paragraphs: Sequence[str]) -> list[str]:
    return [re.sub(r"^\d+\.\d+ ", "", text) for text in paragraphs]


# When an agreement ends by itself

_LICENSES = frozenset({Kind.AWARD, Kind.TECHNOLOGY})
_SECRET = frozenset({Kind.AWARD, Kind.NDA, Kind.TECHNOLOGY, Kind.SERVICE, Kind.CONFIDENTIALITY})


def ends(kind: Kind, choices: Choices, since: datetime) -> list[tuple[Ending, datetime]]:
    """What of an agreement in force since then ends by itself, the earliest first. What starts with something else than the signatures
    (a challenge's deadline: `ends_from`; the receipt of a secret) is not counted here."""
    found = []
    if kind is Kind.TECHNOLOGY:
        found.append((Ending.EVALUATION, since + timedelta(days=choices.evaluation_days)))
    if kind in _LICENSES and choices.transfer is not Transfer.ASSIGNMENT and choices.term_years is not None:
        found.append((Ending.LICENCE, years_after(since, choices.term_years)))
    if kind in _SECRET:
        found.append((Ending.SECRECY, years_after(since, choices.confidentiality_years)))
    return sorted(found, key=lambda one: one[1])


def ends_from(kind: Kind, choices: Choices, deadline: datetime) -> list[tuple[Ending, datetime]]:
    """What of an agreement ends so long after a moment that it names and its room knows: a challenge's deadline."""
    if kind is not Kind.CHALLENGE_ENTRY:
        return []
    read, secret = deadline + timedelta(days=choices.evaluation_days), years_after(deadline, choices.confidentiality_years)
    return sorted([(Ending.EVALUATION, read), (Ending.SECRECY, secret)], key=lambda one: one[1])


def years_after(moment: datetime, years: int) -> datetime:
    """The same day so many years later; 29 February becomes 1 March."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)
