"""What credit is given for. Nothing here moves: what was given stays."""

from __future__ import annotations

from hub.kernel.words import N_, Worded


class Kind(Worded):
    """The first three are recorded by the rooms in which the work is done, the others by a steward's word."""

    PACKAGE = "package", N_("Work package")
    REVIEW = "review", N_("Review")
    IDEA = "idea", N_("Idea")
    DATA = "data", N_("Data")
    TESTING = "testing", N_("Testing")
    DESIGN = "design", N_("Design")
    TRANSLATION = "translation", N_("Translation")
    ORGANISING = "organising", N_("Organising")
    OTHER = "other", N_("Other help")


BY_HAND = (Kind.DATA, Kind.TESTING, Kind.DESIGN, Kind.TRANSLATION, Kind.ORGANISING, Kind.OTHER)
