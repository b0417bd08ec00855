"""What an agreement's file of evidence says and how it is checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.core.evidence import rules as evidence
from hub.core.evidence.rules import Finding, Keys, found
from hub.kernel import sealing
from hub.kernel.bundles import Unreadable
from hub.kernel.words import N_

# The file of evidence

FORMAT = "innovation-hub/agreement/1"
HASH_IS = 'SHA-256 of {"subject", "kind", "en", "zh"} as canonical JSON (sorted keys, no spaces, UTF-8); en and zh are the two texts'
SIGNED_IS = "the site signs each signature's record without its `site_signature`, and `statement`, as canonical JSON"
_SHAPE: Mapping[str, type] = {
    "format": str, "site": str, "agreement": int, "subject": str, "kind": str, "version": int, "drawn_up_at": str, "title_en": str,
    "title_zh": str, "text_en": str, "text_zh": str, "hash": str, "hash_is": str, "signed_is": str, "in_force": bool, "parties": list,
    "signatures": list, "key": dict, "signature": str,
}  # fmt: skip
_RECORD: Mapping[str, type | tuple[type, ...]] = {
    "evidence_no": int, "hash": str, "person": str, "person_id": int, "organisation": str, "organisation_id": (int, type(None)),
    "role": str, "through": str, "signed_at": str, "site_signature": str,
}  # fmt: skip
_PARTY: Mapping[str, type] = {"place": int, "name": str, "needed": int, "signed": int}


@dataclass(frozen=True)
class Record:
    """One signature as the file tells it."""

    evidence_no: int
    hash: str
    person: str
    person_id: int
    organisation: str
    organisation_id: int | None
    role: str
    through: str
    signed_at: datetime

    def told(self) -> dict[str, Any]:
        return {**self.__dict__, "signed_at": self.signed_at.isoformat()}


def statement(told: Mapping[str, Any]) -> dict[str, Any]:
    """What the site signs of the whole: the texts stand behind `hash`, the names and times in the signatures' records."""
    return {name: told[name] for name in _SHAPE if name not in {"text_en", "text_zh", "key", "signature"}}


def _fits(said: Any, shape: Mapping[str, type | tuple[type, ...]]) -> bool:
    return (
        isinstance(said, dict)
        and said.keys() == shape.keys()
        and all(isinstance(said[name], kind) and (isinstance(said[name], bool) == (kind is bool)) for name, kind in shape.items())
    )


def check(told: Mapping[str, Any], keys: Keys | None) -> list[Finding]:
    """Check an agreement's file by itself: the text, each signature, what the site signed. Raises Unreadable for parts missing."""
    whole = (
        _fits(told, _SHAPE)
        and all(_fits(one, _RECORD) for one in told["signatures"])
        and all(_fits(one, _PARTY) for one in told["parties"])
        and _fits(told["key"], {"id": str, "algorithm": str, "public_key": str})
    )
    if not whole:
        raise Unreadable(N_("Parts of the agreement’s file are missing or foreign to it, so it cannot be checked."), "parts_missing")
    text = found(
        "text",
        sealing.digest({"subject": told["subject"], "kind": told["kind"], "en": told["text_en"], "zh": told["text_zh"]}) == told["hash"],
        N_("The text is the one that was signed: both languages give the fingerprint %(hash)s."),
        N_("The text was altered: the English or the Chinese text does not give the fingerprint %(hash)s."),
        hash=told["hash"],
    )
    counted = found(
        "parties",
        _counted(told),
        N_("The signatures are as many as the file says, and it tells rightly whether the agreement is in force."),
        N_("The signatures do not fit what the file says of the parties: one was put in or taken out."),
    )
    *key, whose = evidence.signature(told, statement(told), told["key"], keys)
    records = [_record(told, one) for one in told["signatures"]]
    sealed = found(
        "statement",
        whose.ok,
        N_("The site’s signature over the whole is valid."),
        N_("The site did not sign this: the version, the title, a time, a party or a signature was changed, put in or taken out."),
    )
    return [text, *records, counted, *key, sealed]


def _record(told: Mapping[str, Any], one: Mapping[str, Any]) -> Finding:
    """A signature under another text, or one whose person, organisation, role or time is not what the site recorded."""
    values = {"number": one["evidence_no"], "person": one["person"], "at": one["signed_at"]}
    if one["hash"] != told["hash"]:
        other = N_("Signature %(number)s of %(person)s is under another text: its fingerprint is not this one’s.")
        return Finding("signature_text", False, other, values)
    bare = {name: value for name, value in one.items() if name != "site_signature"}
    *_, valid = evidence.signature({"signature": one["site_signature"]}, bare, told["key"], None)
    return found(
        "signature",
        valid.ok,
        N_("Signature %(number)s of %(person)s, %(at)s, is as the site recorded it."),
        N_("Signature %(number)s was altered: the person, organisation, role, session or time is not what the site recorded."),
        **values,
    )


def _counted(told: Mapping[str, Any]) -> bool:
    named = told["parties"]
    if not named:
        return bool(told["in_force"] == bool(told["signatures"]) or not told["signatures"])
    given = sum(one["signed"] for one in named)
    complete = all(one["signed"] >= one["needed"] for one in named)
    return given >= len(told["signatures"]) and told["in_force"] == complete and (not complete or given == len(told["signatures"]))


evidence.checks(FORMAT, check)
