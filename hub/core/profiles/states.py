"""The kinds of things in a profile, and what can be done with it."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.words import N_, Worded


class Availability(Worded):
    OPEN = "open", N_("Open to new work")
    LIMITED = "limited", N_("A few hours a week")
    LATER = "later", N_("Available later")
    BUSY = "busy", N_("Not available")


class Terms(Worded):
    """What somebody works for."""

    PAID = "paid", N_("Paid work")
    PRO_BONO = "pro_bono", N_("Pro bono work")
    NO_EMPLOYMENT = "no_employment", N_("Not looking for employment")


class Fluency(Worded):
    """How well somebody has a language: their own, or a level of the Common European Framework of Reference (Council of Europe, 2001)."""

    NATIVE = "native", N_("native")
    C2 = "C2", "C2"
    C1 = "C1", "C1"
    B2 = "B2", "B2"
    B1 = "B1", "B1"
    A2 = "A2", "A2"
    A1 = "A1", "A1"


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
