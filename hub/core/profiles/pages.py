"""The HTML door: a person's public page, and the settings that fill it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from hub.core.profiles import operations, queries, rules
from hub.core.profiles.models import Profile
from hub.core.profiles.queries import PublicProfile
from hub.core.profiles.schemas import EvidenceForm, ProfileForm
from hub.core.profiles.states import Availability, EvidenceKind, Fluency, Terms
from hub.kernel import clock
from hub.kernel.taxonomy import Sector, of_skill
from hub.web import deeds, pagecache
from hub.web.handle import actor, check_version, parse, public, writes
from hub.web.i18n import language

pages = Blueprint("profiles", __name__, template_folder="templates")


ROWS = 3
"""Empty rows for further languages."""


@pages.app_template_filter("language_name")
def language_name(code: str) -> str:
    """In the reader's language."""
    return rules.language_name(code, language())


@pages.app_template_filter("by_sector")
def by_sector(skills: Sequence[str], sectors: Sequence[str]) -> list[tuple[Sector | None, list[str]]]:
    """The skills under their sectors, the person's own sectors first; those that tell of none come last, under None."""
    own = [Sector(sector) for sector in sectors]
    found: dict[Sector | None, list[str]] = {}
    for skill in skills:
        found.setdefault(of_skill(skill, own), []).append(skill)
    order = [*own, *Sector, None]
    return sorted(found.items(), key=lambda each: order.index(each[0]))


def _languages_offered(profile: Profile | None) -> list[tuple[str, str]]:
    """For the form: Chinese and English first, then by name; those that the person has named are among them."""
    codes = dict.fromkeys([*rules.LANGUAGES, *(profile.languages if profile else [])])
    names = [(code, language_name(code)) for code in codes]
    return sorted(names, key=lambda item: (item[0] not in {"en", "zh"}, item[1]))


@pages.get("/people/<handle>")
@public
@pagecache.for_visitors
def person(handle: str) -> Any:
    profile = queries.public_profile(actor(), handle)
    return render_template(
        "core/profiles/person.html", profile=profile, is_own=profile.person_id == actor().person_id, deeds=_deeds(profile)
    )


def _spoken_of(profile: Profile | None) -> list[Sector]:
    """Sectors that the skills speak of and that are not chosen."""
    found = by_sector(profile.skill_names, profile.sectors) if profile else []
    return [sector for sector, _ in found if sector is not None and profile is not None and sector.value not in profile.sectors]


def _deeds(profile: PublicProfile) -> list[deeds.Deed]:
    return deeds.of("person", profile.person_id) if profile.record_shown else []


@pages.get("/settings/profile/expert")
def expert() -> Any:
    profile = queries.own_profile(_me())
    evidence = queries.evidence_of(_me())
    return render_template(
        "core/profiles/expert.html",
        profile=profile,
        evidence=evidence,
        gaps=rules.gaps(profile, len(evidence)) if profile else [],
        languages=_languages_offered(profile),
        rows=ROWS,
        fluencies=Fluency,
        sectors=Sector,
        spoken_of=_spoken_of(profile),
        availabilities=Availability,
        terms=Terms,
        holds=rules.HOLDS.days,
        most_hours=rules.MOST_HOURS,
        today=clock.now().date(),
        tomorrow=clock.now().date() + timedelta(days=1),
        most_skills=rules.MOST_SKILLS,
    )


def _me() -> int:
    return actor().person_id or 0


@pages.post("/settings/profile/expert")
@writes(again=expert)
def save() -> Any:
    profile = queries.own_profile(_me())
    check_version(profile.version if profile else 0)
    operations.save_profile(actor=actor(), **parse(ProfileForm()))
    flash(gettext("Saved."))
    return redirect(url_for("profiles.expert"))


@pages.get("/settings/profile/evidence/new")
def new_evidence() -> Any:
    return render_template("core/profiles/evidence.html", item=None, kinds=EvidenceKind, this_year=clock.now().year)


@pages.post("/settings/profile/evidence/new")
@writes(again=new_evidence)
def add_evidence() -> Any:
    operations.add_evidence(actor=actor(), **parse(EvidenceForm()))
    flash(gettext("Added."))
    return redirect(url_for("profiles.expert", _anchor="evidence"))


@pages.get("/settings/profile/evidence/<int:evidence_id>")
def edit_evidence(evidence_id: int) -> Any:
    item = queries.own_evidence(actor(), evidence_id)
    return render_template("core/profiles/evidence.html", item=item, kinds=EvidenceKind, this_year=clock.now().year)


@pages.post("/settings/profile/evidence/<int:evidence_id>")
@writes(again=edit_evidence)
def change_evidence(evidence_id: int) -> Any:
    item = queries.own_evidence(actor(), evidence_id)
    check_version(item.version)
    operations.change_evidence(actor=actor(), evidence=item, **parse(EvidenceForm()))
    flash(gettext("Saved."))
    return redirect(url_for("profiles.expert", _anchor="evidence"))


@pages.post("/settings/profile/evidence/<int:evidence_id>/remove")
@writes
def remove_evidence(evidence_id: int) -> Any:
    operations.remove_evidence(actor=actor(), evidence=queries.own_evidence(actor(), evidence_id))
    flash(gettext("Removed."))
    return redirect(url_for("profiles.expert", _anchor="evidence"))
