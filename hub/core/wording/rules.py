"""From choices to an agreement's words: the clause catalogue (`data/*.toml`) and how it is put together. Pure.

A catalogue file is one kind of agreement: clauses in order, each with parts, each part in both languages with a plain sentence beside
it. A part is in the text if its `when` fits the choices. `{name}` is filled from choices and parties, `§key` with a clause's number.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from hub.kernel.errors import Invalid
from hub.kernel.words import N_, Worded, extent


class Kind(Worded):
    CHALLENGE_ENTRY = "challenge_entry", N_("Participation agreement")
    AWARD = "award", N_("Award agreement")
    NDA = "nda", N_("Confidentiality agreement")
    DEVELOPER = "developer", N_("Developer agreement")
    TECHNOLOGY = "technology", N_("Technology agreement")
    SERVICE = "service", N_("Service agreement")
    CONFIDENTIALITY = "confidentiality", N_("Mutual confidentiality agreement")
    CONTRIBUTION = "contribution", N_("Contribution agreement")


class Transfer(Worded):
    """What becomes of the winning entry's rights."""

    ASSIGNMENT = "assignment", N_("Assignment: the winner’s rights pass to the seeker")
    EXCLUSIVE = "exclusive_licence", N_("Exclusive licence: the winner stays the owner, the seeker alone may use it")
    NON_EXCLUSIVE = "non_exclusive_licence", N_("Non-exclusive licence: the seeker may use it, the winner may license it to others too")


class Payment(Worded):
    LUMP_SUM = "lump_sum", N_("One sum: the prize")
    ROYALTY = "royalty", N_("The prize and a royalty on sales")


class Losing(Worded):
    """What becomes of entries that do not win."""

    RETURN = "return_to_author", N_("All rights stay with the author; copies are deleted")
    CONFIDENTIAL = "stay_confidential", N_("Rights stay with the author; both sides keep the entry confidential")


WORLDWIDE = "worldwide"


@dataclass(frozen=True)
class Choices:
    """The IP terms of one subject. Times are in years or days as named; `term_years` None means as long as the rights last.

    For an assignment, `sublicensable`, `term_years`, `territory` and `revocable` have no meaning and are left out of the text.
    `royalty_bp` is in 1/100 % of net sales; None leaves the rate to an agreement or an expert. The rights fall back if they are not used
    within `reversion_years` (None: they do not), or with `reversion_unpaid` if what is due is not paid. `prior_knowledge` excepts what the
    receiving side can show it knew before.
    """

    transfer: Transfer = Transfer.NON_EXCLUSIVE
    sublicensable: bool = False
    term_years: int | None = None
    territory: str = WORLDWIDE
    revocable: bool = False
    payment: Payment = Payment.LUMP_SUM
    royalty_bp: int | None = None
    evaluation_days: int = 90
    losing_entries: Losing = Losing.RETURN
    confidentiality_years: int = 3
    originality_warranty: bool = True
    employer_waiver: bool = True
    reversion_years: int | None = None
    reversion_unpaid: bool = False
    prior_knowledge: bool = False


@dataclass(frozen=True)
class Parties:
    """Who and what the agreement names, as text: `prize`, `fee`, `net` with their currency; `entry` is the sealed entry's receipt.

    `reference` is the number under which the site keeps parties that the text leaves unnamed.
    Of a platform (`seeker` runs it): its share of sales ("15 %"), the days its review takes, and the three parts of its boundary.
    Between named parties `seeker` is the side that receives and `solver` the one that gives; `object` says what, `price` for how much.
    """

    seeker: str
    title: str
    solver: str = ""
    prize: str = ""
    fee: str = ""
    net: str = ""
    entry: str = ""
    reference: str = ""
    share: str = ""
    review_days: str = ""
    refund_days: str = ""
    public_part: str = ""
    nda_part: str = ""
    proprietary_part: str = ""
    object: str = ""
    price: str = ""


@dataclass(frozen=True)
class Own:
    """A clause in the words of the side that sets the terms; an empty line begins a paragraph. What is not said in Chinese stands in
    English there, too: the English text prevails."""

    heading_en: str
    text_en: str
    plain_en: str = ""
    heading_zh: str = ""
    text_zh: str = ""
    plain_zh: str = ""


@dataclass(frozen=True)
class Composed:
    """One agreement in both languages. `summary_*` has one plain sentence (or "") per clause, in order. From the clause numbered `own_from`
    on (None: nowhere) the words are not the site's."""

    kind: Kind
    title_en: str
    title_zh: str
    text_en: str
    text_zh: str
    summary_en: tuple[str, ...]
    summary_zh: tuple[str, ...]
    own_from: int | None = None

    @property
    def title(self) -> str:
        return self.title_en


@dataclass(frozen=True)
class Clause:
    number: str
    heading: str
    paragraphs: tuple[str, ...]


_RANGES = {
    "term_years": (1, 99),
    "royalty_bp": (1, 5000),
    "evaluation_days": (1, 365),
    "confidentiality_years": (1, 30),
    "reversion_years": (1, 20),
}
_KINDS: dict[str, type[Worded]] = {"transfer": Transfer, "payment": Payment, "losing_entries": Losing}
_TICKS = {"sublicensable", "revocable", "originality_warranty", "employer_waiver", "reversion_unpaid", "prior_knowledge"}
_MAY_BE_NONE = {"term_years", "royalty_bp", "reversion_years"}
_BEHIND = {
    "licence": "transfer", "limited_term": "term_years", "ts": "term_years", "worldwide": "territory", "royalty_rate": "royalty_bp",
    "s": "confidentiality_years", "reverts_unused": "reversion_years", "rs": "reversion_years",
    "reverts": "reversion_years",
}  # fmt: skip
"""The choice behind a fact or a place of the catalogue that has another name."""


def read_choices(said: Mapping[str, Any]) -> Choices:
    """Choices from plain data (JSON, a form's values); what is not named keeps its default. Raises Invalid, field by field."""
    wrong: dict[str, str] = {}
    read: dict[str, Any] = {}
    for name, value in said.items():
        try:
            read[name] = _read_choice(name, value)
        except (ValueError, TypeError):
            wrong[name] = N_("This is not one of the possible terms.")
    if wrong:
        raise Invalid(N_("Some of the terms cannot be taken as they are."), code="terms_invalid", fields=wrong)
    return Choices(**read)


def _read_choice(name: str, value: Any) -> Any:
    if name in _KINDS:
        return _KINDS[name](value)
    if name in _TICKS:
        if not isinstance(value, bool):
            raise TypeError(name)
        return value
    if name == "territory":
        words = " ".join(str(value).split())
        if not words or len(words) > 80:
            raise ValueError(name)
        return words
    least, most = _RANGES[name] if name in _RANGES else _unknown(name)
    if value is None and name in _MAY_BE_NONE:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(name)
    return value


def _unknown(name: str) -> tuple[int, int]:
    raise ValueError(name)


def plain_choices(choices: Choices) -> dict[str, Any]:
    """As JSON keeps them."""
    return {f.name: str(v) if isinstance(v := getattr(choices, f.name), Worded) else v for f in fields(choices)}


def read_parties(said: Mapping[str, str]) -> Parties:
    """Parties from plain text, each on one line. Raises ValueError for a name that no agreement has, TypeError for a missing one."""
    unknown = set(said) - {f.name for f in fields(Parties)}
    if unknown:
        raise ValueError(f"no agreement names {sorted(unknown)}; known: {[f.name for f in fields(Parties)]}")
    return Parties(**{name: " ".join(str(text).split()) for name, text in said.items()})


OWN_WORDS = (Kind.CHALLENGE_ENTRY, Kind.NDA, Kind.DEVELOPER)
"""Kinds to which the side that sets the terms may add clauses of its own: those that one side sets and others sign as they are."""
MOST_OWN = 10
OWN_SIZES = {"heading": 120, "text": 4_000, "plain": 300}


def read_own(kind: Kind, said: Iterable[Mapping[str, str]]) -> tuple[Own, ...]:
    """Clauses of one's own from plain data; rows without any text are left out. Raises Invalid, field by field ("own.0.text_en")."""
    rows = [{name: _tidy(name, row.get(name, "")) for name in Own.__dataclass_fields__} for row in said]
    filled = [(n, row) for n, row in enumerate(rows) if any(row.values())]
    known = {clause["heading"][language].casefold() for clause in _catalogue(kind)["clause"] for language in ("en", "zh")}
    wrong: dict[str, str] = {}
    if filled and kind not in OWN_WORDS:
        wrong["own"] = N_("This kind of agreement takes no clauses of your own.")
    if len(filled) > MOST_OWN:
        wrong["own"] = N_("Write at most 10 clauses of your own.")
    for n, row in filled:
        for name in ("heading_en", "text_en"):
            if extent(row[name]) < 2:
                wrong[f"own.{n}.{name}"] = N_("Write it in English at least: the English text prevails.")
        wrong |= {f"own.{n}.{name}": N_("This is too long.") for name in row if len(row[name]) > OWN_SIZES[name.partition("_")[0]]}
        for name in ("heading_en", "heading_zh"):
            if row[name] and row[name].casefold() in known:
                wrong[f"own.{n}.{name}"] = N_("A clause with this heading stands in the agreement already. Choose another heading.")
        known |= {row["heading_en"].casefold(), row["heading_zh"].casefold()}
    if wrong:
        raise Invalid(N_("Some of your own clauses cannot be taken as they are."), code="own_invalid", fields=wrong)
    return tuple(Own(**row) for _, row in filled)


def _tidy(name: str, text: str) -> str:
    """One line; of a text, its paragraphs."""
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if name.startswith("text") else [text]
    return "\n\n".join(line for part in parts if (line := " ".join(part.split())))


def plain_own(own: Iterable[Own]) -> list[dict[str, str]]:
    """As JSON keeps them."""
    return [asdict(one) for one in own]


def compose(
    kind: Kind | str, choices: Choices | Mapping[str, Any], parties: Parties | Mapping[str, str], own: Sequence[Own] = ()
) -> Composed:
    """The agreement's words. The same input gives the same text, to the letter; `own` clauses come last, each paragraph with a number.
    Raises Invalid about the choices."""
    kind = Kind(kind)
    chosen = choices if isinstance(choices, Choices) else read_choices(choices)
    named = parties if isinstance(parties, Parties) else read_parties(parties)
    catalogue = _catalogue(kind)
    facts = _facts(chosen, named)
    kept = [(clause, parts) for clause in catalogue["clause"] if (parts := [p for p in clause["part"] if _fits(p, facts)])]
    numbers = {clause["key"]: str(n) for n, (clause, _) in enumerate(kept, 1)}
    words: dict[str, Any] = {}
    for language in ("en", "zh"):
        said = _said(language, chosen, named, numbers)
        title = catalogue["title"][language]
        words[f"title_{language}"] = title
        lines = [title]
        for clause, parts in kept:
            number = numbers[clause["key"]]
            lines.append(f"{number}. {clause['heading'][language]}")
            lines += [_number(number, n, len(parts)) + _fill(part[language], said) for n, part in enumerate(parts, 1)]
        gap = " " if language == "en" else ""
        summary = [gap.join(_fill(part["plain"][language], said) for part in parts if "plain" in part) for _, parts in kept]
        for place, heading, paragraphs, plain in _own_clauses(kind, language, own, len(kept) + 1):
            lines += [f"{place}. {heading}", *(f"{place}.{n} {text}" for n, text in enumerate(paragraphs, 1))]
            summary.append(plain)
        words[f"text_{language}"] = "\n\n".join(lines) + "\n"
        words[f"summary_{language}"] = tuple(summary)
    return Composed(kind=kind, own_from=len(kept) + 1 if own else None, **words)


def _own_clauses(kind: Kind, language: str, own: Sequence[Own], first: int) -> list[tuple[int, str, list[str], str]]:
    """(number, heading, paragraphs, plain sentence): who wrote what follows, then each clause. What people typed is filled in nowhere."""
    if not own:
        return []
    told = _catalogue("own")
    author = {"author": told["author"][kind][language]}
    begin = told["clause"]
    found = [(first, begin["heading"][language], [_fill(begin[language], author)], _fill(begin["plain"][language], author))]
    for number, one in enumerate(own, first + 1):
        said = {name: getattr(one, f"{name}_{language}") or getattr(one, f"{name}_en") for name in OWN_SIZES}
        found.append((number, said["heading"], said["text"].split("\n\n"), said["plain"]))
    return found


SITES_OWN: Mapping[Kind, Choices] = {
    **dict.fromkeys((Kind.CHALLENGE_ENTRY, Kind.AWARD, Kind.DEVELOPER, Kind.NDA), Choices()),
    Kind.TECHNOLOGY: Choices(transfer=Transfer.EXCLUSIVE, term_years=10, reversion_years=3, reversion_unpaid=True),
    Kind.SERVICE: Choices(transfer=Transfer.ASSIGNMENT, reversion_unpaid=True),
    Kind.CONFIDENTIALITY: Choices(prior_knowledge=True),
    Kind.CONTRIBUTION: Choices(sublicensable=True),
}
"""The site's own template of every kind: what a builder begins with, and what others are compared with."""


@cache
def choices_of(kind: Kind) -> frozenset[str]:
    """The choices that make a difference to this kind's text: what a form has to ask."""
    asked = {
        name
        for clause in _catalogue(kind)["clause"]
        for part in clause["part"]
        for name in [*part.get("when", {}), *re.findall(r"\{([a-z_]+)\}", part["en"] + part["zh"])]
    }
    return frozenset(f.name for f in fields(Choices)) & {_BEHIND.get(name, name) for name in asked}


@cache
def _catalogue(kind: Kind | str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / f"{kind}.toml").read_text(encoding="utf-8"))


def _facts(choices: Choices, parties: Parties) -> dict[str, Any]:
    """What a part's `when` may ask."""
    return plain_choices(choices) | {
        "licence": choices.transfer is not Transfer.ASSIGNMENT,
        "limited_term": choices.term_years is not None,
        "worldwide": choices.territory == WORLDWIDE,
        "royalty_rate": choices.royalty_bp is not None,
        "reverts_unused": choices.reversion_years is not None,
        "has_prize": bool(parties.prize),
        "has_split": bool(parties.prize and parties.fee and parties.net),
        "has_entry": bool(parties.entry),
        "has_share": bool(parties.share),
        "has_refunds": bool(parties.refund_days),
        "has_promise": bool(parties.review_days),
        "has_nda": bool(parties.nda_part),
        "has_boundary": bool(parties.public_part and parties.proprietary_part),
        "has_price": bool(parties.price),
        "about": bool(parties.reference),
    }


def _fits(part: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    return all(facts[name] == wanted for name, wanted in part.get("when", {}).items())


def _number(clause: str, part: int, parts: int) -> str:
    return f"{clause}.{part} " if parts > 1 else ""


def _said(language: str, choices: Choices, parties: Parties, numbers: Mapping[str, str]) -> dict[str, str]:
    rate = f"{choices.royalty_bp / 100:g} %" if choices.royalty_bp else ""
    return {
        **{f"§{key}": number for key, number in numbers.items()},
        **{f.name: getattr(parties, f.name) for f in fields(Parties)},
        "term_years": str(choices.term_years or ""),
        "territory": choices.territory,
        "royalty_rate": rate,
        "evaluation_days": str(choices.evaluation_days),
        "confidentiality_years": str(choices.confidentiality_years),
        "s": "" if choices.confidentiality_years == 1 or language == "zh" else "s",
        "ts": "" if choices.term_years == 1 or language == "zh" else "s",
        "reversion_years": str(choices.reversion_years or ""),
        "rs": "" if choices.reversion_years == 1 or language == "zh" else "s",
    }


def _fill(text: str, said: Mapping[str, str]) -> str:
    """One pass, so that what a person typed is never read as a place to fill."""
    return re.sub(r"\{([a-z_]+)\}|(§[a-z]+)", lambda m: said[m[1] or m[2]], " ".join(text.split()))


def clauses(text: str) -> list[Clause]:
    """An agreement's text taken apart for the page: nothing is left out but the title."""
    found: list[Clause] = []
    for block in text.strip().split("\n\n")[1:]:
        heading = re.fullmatch(r"(\d+)\. (.+)", block)
        if heading:
            found.append(Clause(heading[1], heading[2], ()))
        else:
            last = found[-1]
            found[-1] = Clause(last.number, last.heading, (*last.paragraphs, block))
    return found
