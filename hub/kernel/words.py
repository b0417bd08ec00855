"""Words for people, marked where they are written and translated at the doors."""

from __future__ import annotations

from enum import StrEnum


def N_(text: str) -> str:
    """Mark `text` for the translators; the door that shows it translates it."""
    return text


class Worded(StrEnum):
    """An enum whose members carry their label: `DRAFT = "draft", N_("Draft")`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Worded:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value.replace("_", " ").capitalize()
        return member
