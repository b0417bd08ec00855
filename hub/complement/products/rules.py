"""Pure rules of products: versions, licences, what a draft lacks, and how published records become products."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Protocol

import semver
from license_expression import ExpressionError, get_spdx_licensing

from hub.kernel import sealing
from hub.kernel.errors import one_field
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_, Worded, distinct, extent

LONGEST_NAME = 120
SHORTEST_SUMMARY, LONGEST_SUMMARY = 20, 300
SHORTEST_DESCRIPTION, LONGEST_DESCRIPTION = 80, 40_000
MOST_CATEGORIES, LONGEST_CATEGORY = 12, 60
LONGEST_NUMBER, LONGEST_LICENCE = 64, 200
SHORTEST_NOTES, LONGEST_NOTES = 10, 20_000
SHORTEST_REMARKS, LONGEST_REMARKS = 20, 4_000
SHORTEST_REASON, LONGEST_REASON = 10, 1_000


class Reason(Worded):
    """Why a release is sent back: what a platform's reviewers may object to, and nothing else."""

    BROKEN = "broken", N_("It does not work as described")
    SECURITY = "security", N_("It is not safe to run")
    LICENCE = "licence", N_("The licence does not fit what is inside")
    BOUNDARY = "boundary", N_("It reaches beyond the platform’s boundary")
    RIGHTS = "rights", N_("It uses what belongs to others")
    DESCRIPTION = "description", N_("The description is incomplete or misleading")
    PRIVACY = "privacy", N_("It handles personal data without saying so")


class Drafted(Protocol):
    summary: str
    description: str
    sector: Sector | None


def gaps(product: Drafted) -> dict[str, str]:
    """What is missing before a release can be sent for review, field by field."""
    checks = {
        "summary": "" if extent(product.summary) >= SHORTEST_SUMMARY else N_("Sum it up in at least 20 characters."),
        "description": "" if extent(product.description) >= SHORTEST_DESCRIPTION else N_("Describe it in at least 80 characters."),
        "sector": "" if product.sector else N_("Choose a category, so that users find it."),
    }
    return {field: gap for field, gap in checks.items() if gap}


def key_words(words: Iterable[str]) -> list[str]:
    return distinct(words, most=MOST_CATEGORIES, longest=LONGEST_CATEGORY)


# --- versions -------------------------------------------------------------------------------------------------------


def parse_number(text: str) -> semver.Version:
    """A semantic version (https://semver.org, 2.0.0) such as 1.4.0 or 2.0.0-rc.1. Raises Invalid about `number`."""
    said = text.strip()
    try:
        if len(said) > LONGEST_NUMBER:
            raise ValueError(said)
        return semver.Version.parse(said)
    except ValueError:
        told = N_("Write a semantic version: three numbers such as 1.4.0, or 2.0.0-rc.1 before a release.")
        raise one_field("number", told, code="bad_version") from None


def precedence(number: str) -> semver.Version:
    """For sorting: by precedence, in which 1.0.0-rc.1 comes before 1.0.0."""
    return semver.Version.parse(number)


def newest(numbers: Iterable[str]) -> str:
    """The highest version; a pre-release only where there is nothing else. Empty for none."""
    known = sorted(numbers, key=precedence)
    final = [number for number in known if not precedence(number).prerelease]
    return (final or known or [""])[-1]


def check_next(number: str, published: Iterable[str]) -> str:
    """`number` in its normal form, provided that it is above everything published of its line (its major version).

    An older line may go on beside a newer one: 1.4.1 may follow 2.0.0 where 1.4.0 was the last of line 1. Raises Invalid about `number`.
    """
    wanted = parse_number(number)
    line = [version for version in map(precedence, published) if version.major == wanted.major]
    if line and wanted <= max(line):
        told = N_("Version %(last)s of this line is published: choose a higher one.")
        raise one_field("number", told, code="version_not_higher", last=str(max(line)))
    return str(wanted)


def is_newer(number: str, than: str) -> bool:
    return bool(number and than) and precedence(number) > precedence(than)


# --- licences -------------------------------------------------------------------------------------------------------


@cache
def _spdx() -> Any:
    return get_spdx_licensing()


def check_licence(text: str) -> str:
    """The SPDX licence expression in its normal form ("apache-2.0 or mit" -> "Apache-2.0 OR MIT").

    A licence of one's own is named LicenseRef-Something. Raises Invalid about `licence`: unknown names with the nearest known ones.
    """
    said = " ".join(text.split())
    if not said or len(said) > LONGEST_LICENCE:
        raise one_field(
            "licence", N_("Name the licence as an SPDX expression, such as Apache-2.0 or MIT OR GPL-3.0-only."), code="bad_licence"
        )
    try:
        parsed = _spdx().parse(said)
    except (ExpressionError, AttributeError):
        told = N_("This is no SPDX expression. Write identifiers joined by AND, OR or WITH, such as MIT OR Apache-2.0.")
        raise one_field("licence", told, code="bad_licence") from None
    unknown = [str(key) for key in _spdx().unknown_license_keys(parsed) if not re.fullmatch(r"LicenseRef-[A-Za-z0-9.-]+", str(key))]
    if not unknown:
        _check_exceptions(said)
        return str(parsed.render())
    near = [match for name in unknown for match in nearest_licences(name)]
    if near:
        told = N_("SPDX knows no licence “%(unknown)s”. Did you mean %(near)s?")
        raise one_field("licence", told, code="unknown_licence", unknown=", ".join(unknown), near=", ".join(near))
    told = N_("SPDX knows no licence “%(unknown)s”. Look it up at spdx.org/licenses, or name your own LicenseRef-%(example)s.")
    raise one_field("licence", told, code="unknown_licence", unknown=", ".join(unknown), example="Name")


def _check_exceptions(said: str) -> None:
    """After WITH stands an exception, before it a licence."""
    try:
        _spdx().parse(said, validate=not re.search("LicenseRef-", said), strict=True)
    except (ExpressionError, AttributeError):
        told = N_("After WITH stands an exception that SPDX knows, such as GPL-2.0-only WITH Classpath-exception-2.0.")
        raise one_field("licence", told, code="bad_licence") from None


@cache
def _identifiers() -> dict[str, str]:
    keys = [key for key in _spdx().known_symbols if not key.startswith("LicenseRef-")]
    return {key.casefold(): key for key in keys}


def nearest_licences(name: str, most: int = 3) -> list[str]:
    """Known identifiers that look like `name`: "Apache 2" -> Apache-2.0, "GPLv3" -> GPL-3.0-only and its like."""
    plain = re.sub(r"[\s_]+", "-", name.casefold())
    tries = [plain, re.sub(r"-?v?(\d)(\.0)?$", r"-\1.0", plain), re.sub(r"-?v?(\d)(\.0)?$", r"-\1.0-only", plain)]
    found: dict[str, None] = {}
    for attempt in reversed(tries):
        for match in difflib.get_close_matches(attempt, list(_identifiers()), n=most, cutoff=0.75):
            found[_identifiers()[match]] = None
    return list(found)[:most]


# --- published records ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ImportedProduct:
    """One record, ready to become a product that is released elsewhere. `licence` is SPDX or empty, `stated` what the source says."""

    row: int
    source_key: str
    owner: str
    title: str
    sector: Sector
    summary: str
    description: str
    licence: str
    stated: str
    link: str
    categories: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes exactly when the record does."""
        facts = asdict(self)
        del facts["row"]
        return sealing.digest(facts)


KNOWN_NAMES = {
    "bsd-3-clause": "BSD-3-Clause", "cc0": "CC0-1.0", "gplv2": "GPL-2.0-only", "gplv3": "GPL-3.0-only", "mplv2": "MPL-2.0",
}  # fmt: skip
"""What published records call licences, where it can mean only one."""
GENERAL = frozenset({"nasa open source"})
"""Says of every record that it is open, and names no licence where another one does."""


def normal_licence(names: Sequence[str]) -> tuple[str, str]:
    """(SPDX expression or "", what is stated) of a record's licences. What could mean several licences stays as it is stated."""
    stated = [name for name in dict.fromkeys(" ".join(name.split()) for name in names) if name]
    named = [name for name in stated if name.casefold() not in GENERAL] or stated
    if len(named) != 1:
        return "", ", ".join(named)[:LONGEST_LICENCE]
    name = named[0]
    spdx = KNOWN_NAMES.get(name.casefold()) or _identifiers().get(name.casefold(), "")
    return spdx, name[:LONGEST_LICENCE]
