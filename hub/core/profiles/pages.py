"""The HTML door: a person's public page, and the settings that fill it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from hub.core.profiles import operations, queries, rules
from hub.core.profiles.schemas import EvidenceForm, ProfileForm
from hub.core.profiles.states import Availability, EvidenceKind
from hub.kernel import clock
from hub.kernel.taxonomy import Sector
from hub.web import pagecache
from hub.web.handle import actor, check_version, parse, public, writes
from hub.web.i18n import language

pages = Blueprint("profiles", __name__, template_folder="templates")


def language_names() -> dict[str, str]:
    """The languages people work in by code, named in the reader's language and put in its order; Chinese and English first."""
    reader = Locale(language())
    names = {code: Locale(code).get_language_name(reader) or own for code, own in rules.LANGUAGES.items()}
    return dict(sorted(names.items(), key=lambda item: (item[0] not in {"en", "zh"}, item[1])))


@pages.get("/people/<handle>")
@public
@pagecache.for_visitors
def person(handle: str) -> Any:
    profile = queries.public_profile(actor(), handle)
    return render_template(
        "core/profiles/person.html", profile=profile, languages=language_names(), is_own=profile.person_id == actor().person_id
    )


@pages.get("/settings/profile/expert")
def expert() -> Any:
    profile = queries.own_profile(_me())
    evidence = queries.evidence_of(_me())
    return render_template(
        "core/profiles/expert.html",
        profile=profile,
        evidence=evidence,
        gaps=rules.gaps(profile, len(evidence)) if profile else [],
        languages=language_names(),
        sectors=Sector,
        availabilities=Availability,
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
