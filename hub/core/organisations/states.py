"""The kinds of organisations, and what can be done in one."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.words import N_, Worded


class Kind(Worded):
    COMPANY = "company", N_("Company")
    UNIVERSITY = "university", N_("University")
    AGENCY = "agency", N_("Public agency")
    FOUNDATION = "foundation", N_("Foundation")
    LAB = "lab", N_("Laboratory")
    INDIVIDUAL = "individual", N_("Individual")


class Act(StrEnum):
    CHANGE = "change"
    SEE_PEOPLE = "see_people"
    SEE_MONEY = "see_money"
    ADD_MEMBER = "add_member"
    CHANGE_ROLE = "change_role"
    REMOVE_MEMBER = "remove_member"
    LIST_PEOPLE = "list_people"
