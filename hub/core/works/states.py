"""The formats that are read, and what may become of an entry."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.words import N_, Worded


class Source(Worded):
    ORCID_JSON = "orcid-json", N_("ORCID record (JSON)")
    ORCID_XML = "orcid-xml", N_("ORCID record (XML)")
    BIBTEX = "bibtex", N_("BibTeX")
    RIS = "ris", N_("RIS")


class Fate(Worded):
    NEW = "new", N_("new")
    SAME = "same", N_("same as one of yours")
    TWICE = "twice", N_("twice in this file")


class Act(StrEnum):
    LOOK = "look"
    BRING_IN = "bring_in"
