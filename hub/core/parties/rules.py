"""Pure rules of parties: what one side of something is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Side:
    """One of the parties: a person, or an organisation for which its owners and managers speak."""

    person_id: int | None = None
    organisation_id: int | None = None

    def __post_init__(self) -> None:
        if (self.person_id is None) == (self.organisation_id is None):
            raise ValueError("a side is one person or one organisation")
