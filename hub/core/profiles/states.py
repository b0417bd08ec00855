"""The kinds of things in a profile, and what can be done with it."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.words import N_, Worded


class Availability(Worded):
    OPEN = "open", N_("Open to new work")
    LIMITED = "limited", N_("A few hours a week")
    LATER = "later", N_("Available later")
    BUSY = "busy", N_("Not available")


class EvidenceKind(Worded):
    PUBLICATION = "publication", N_("Publication")
    PROJECT = "project", N_("Project")
    PATENT = "patent", N_("Patent")
    AWARD = "award", N_("Award")
    OTHER = "other", N_("Other work")


class Act(StrEnum):
    SAVE = "save"
    CHANGE_EVIDENCE = "change_evidence"


"""Adding and removing included."""
