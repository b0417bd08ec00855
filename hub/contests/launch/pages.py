"""How a challenge gets from the draft to its opening."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hub.contests.challenges import operations, queries, rules
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.pages import found, parts, task_of
from hub.contests.challenges.policy import POLICY, reviews_it
from hub.contests.challenges.schemas import ApproveIn, ChallengeForm, NewChallengeForm, ReturnIn
from hub.contests.challenges.states import Act, State
from hub.contests.launch import queries as launch
from hub.core.accounts import queries as accounts
from hub.core.clauses import queries as builder
from hub.core.clauses.rules import CONTESTS
from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode, share
from hub.core.organisations import queries as organisations
from hub.core.payments import queries as payments
from hub.core.payments.gateway_bank_transfer import BANK_TRANSFER
from hub.core.wording import rules as clauses
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotNow
from hub.kernel.permissions import consults
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_, Worded
from hub.web.forms import current_form
from hub.web.handle import actor, check_version, parse, writes
from hub.web.i18n import language
from hub.web.todo import Todo, Waiting, needs_attention, waits

pages = Blueprint("launch", __name__, template_folder="templates")

SPARE_ROWS = 2
CURRENCIES = ("USD", "EUR", "CNY", "GBP", "CHF", "JPY", "CAD", "AUD", "SGD", "SEK")
"""Offered in the form; programs may send any that we know."""


def show(template: str, **context: Any) -> str:
    return render_template(f"contests/launch/{template}.html", **context)


def to_page(challenge: Challenge, endpoint: str = "challenges.page", toast: str = "", **more: Any) -> Response:
    if toast:
        flash(toast)
    answer: Any = redirect(url_for(endpoint, slug=challenge.slug, **more))
    return answer


@pages.get("/challenges/new")
def new() -> Any:
    mine = [(o.slug, o.name) for o, _role in organisations.of_person(actor().person_id or 0) if actor().manages(o.id)]
    return show("edit", c=None, organisations=mine, **form_parts([]), **terms_parts(clauses.Choices()))


@pages.post("/challenges/new")
@writes(again=new)
def create() -> Any:
    content = parse(NewChallengeForm())
    organisation = organisations.by_slug(content.pop("organisation"))
    challenge = operations.draft(actor=actor(), organisation_id=organisation.id, fee_bp=fees.rate(Mode.CONTESTS), **content)
    return after_saving(challenge)


@pages.get("/challenges/<slug>/edit")
def edit(slug: str) -> Any:
    challenge = found(slug, Act.EDIT)
    if challenge.state is not State.DRAFT and current_form().refusal is None:
        raise NotNow(N_("Only a draft can be changed; it is “%(state)s” now."), state=challenge.state.label)
    return show("edit", c=challenge, **form_parts(challenge.criteria), **terms_parts(clauses.read_choices(challenge.terms), challenge))


@pages.post("/challenges/<slug>/edit")
@writes(again=edit)
def save(slug: str) -> Any:
    challenge = found(slug, Act.EDIT)
    check_version(challenge.version)
    return after_saving(operations.edit(actor=actor(), challenge=challenge, **parse(ChallengeForm())))


def after_saving(challenge: Challenge) -> Response:
    if request.form.get("_then") == "check":
        return to_page(challenge, ".check")
    if request.form.get("_then") == "rows":
        return to_page(challenge, ".edit", rows=len(challenge.criteria) + 2 * SPARE_ROWS, _anchor="f-criteria")
    if request.form.get("_then") == "template" and request.form.get("template"):
        return to_page(challenge, ".edit", template=request.form["template"], _anchor="f-terms")
    return to_page(challenge, ".edit", toast=_("The draft is saved."))


def form_parts(criteria: Sequence[Any]) -> dict[str, Any]:
    """Rows for the criteria: those sent or saved, some to spare, and as many as the address asks for."""
    asked = request.args.get("rows", "")
    sent = [int(n) + 1 for n in range(2 * rules.MOST_CRITERIA) if current_form().value(f"criteria.{n}.title")]
    count = max([4, len(criteria) + SPARE_ROWS, *sent, int(asked) if asked.isdecimal() and len(asked) < 3 else 0])
    return {
        "criteria": criteria, "row_count": min(count, rules.MOST_CRITERIA), "rules": rules, "currencies": CURRENCIES,
        "sectors": labelled(Sector),
    }  # fmt: skip


def terms_parts(saved: clauses.Choices, challenge: Challenge | None = None) -> dict[str, Any]:
    """What the clause builder begins with: the saved terms, or those of the template that the address names; and whose own clauses may join
    them."""
    asked = request.args.get("template", "")
    taken, kept = builder.taken_version(actor(), asked), builder.pinned(challenge.own_clauses if challenge is not None else None)
    texts = builder.of_organisation(challenge.organisation_id, clauses.Kind.CHALLENGE_ENTRY) if challenge is not None else []
    texts = [one for one in texts if one.own]
    kept = taken if taken is not None and taken.id in {one.id for one in texts} else kept
    terms, own = taken.choices if taken is not None else saved, kept.own if kept is not None else ()
    entry = builder.preview(clauses.Kind.CHALLENGE_ENTRY, terms, own=own)
    return {
        "terms": terms, "templates": builder.offered(actor(), CONTESTS), "taken": asked if taken is not None else "", "code": language(),
        "texts": texts, "kept": kept, "previews": [entry, builder.preview(clauses.Kind.AWARD, terms)],
    }  # fmt: skip


def labelled(kind: Iterable[Worded]) -> list[tuple[str, str]]:
    return [(member.value, _(member.label)) for member in kind]


@pages.get("/challenges/<slug>/check")
def check(slug: str) -> Any:
    challenge = found(slug, Act.SUBMIT)
    own = builder.pinned(challenge.own_clauses)
    return show("check", **parts(challenge), own=own, gaps=rules.gaps(challenge) if challenge.state is State.DRAFT else {})


@pages.post("/challenges/<slug>/submit")
@writes(again=check)
def submit(slug: str) -> Any:
    challenge = found(slug)
    check_version(challenge.version)
    operations.submit(actor=actor(), challenge=challenge)
    return to_page(challenge, toast=_("Sent. A consultant reads it now; you will be told of the decision."))


# The consultants' review


@pages.get("/challenges/<slug>/review")
def review(slug: str) -> Any:
    challenge = found(slug, Act.APPROVE)
    return show("review", **parts(challenge), author=accounts.cards([challenge.author_id]).get(challenge.author_id or 0))


@pages.post("/challenges/<slug>/return")
@writes(again=review)
def return_(slug: str) -> Any:
    challenge = found(slug)
    operations.return_(actor=actor(), challenge=challenge, remarks=parse(ReturnIn())["remarks"])
    return to_desk(_("Sent back with your remarks."))


@pages.post("/challenges/<slug>/approve")
@writes(again=review)
def approve(slug: str) -> Any:
    challenge = found(slug)
    operations.approve(actor=actor(), challenge=challenge, remarks=parse(ApproveIn())["remarks"])
    return to_desk(_("Approved. The seeker has been told."))


def to_desk(toast: str) -> Any:
    flash(toast)
    return redirect(url_for(".desk"))


# Funding and the moves


@pages.get("/challenges/<slug>/fund")
def funding(slug: str) -> Any:
    challenge = queries.with_hold(found(slug, Act.FUND))
    known, asked = parts(challenge), payments.open_funding(challenge.ref)
    account, approved = current_app.config["HUB"].bank_account, launch.approval(challenge)
    passed_on = share(challenge.prize, challenge.fee_bp, approved.consultant_bp).consultant if approved is not None else None
    return show(
        "fund", **known, passed_on=passed_on, funding=asked, missing=queries.missing(challenge),
        balance=payments.spendable(challenge.organisation_id, challenge.currency),
        instructions=BANK_TRANSFER.instructions(amount=asked.due, reference=asked.reference, account=account) if asked else None,
        may_publish=POLICY.can(actor(), Act.PUBLISH, challenge), may_pool=not launch.fundable(challenge).why_not,
    )  # fmt: skip


@pages.post("/challenges/<slug>/fund")
@writes(again=funding)
def fund(slug: str) -> Any:
    challenge = found(slug)
    if request.form.get("from") == "balance":
        operations.fund_from_balance(actor=actor(), challenge=challenge)
        return to_page(challenge, ".funding", toast=_("The prize is held."))
    operations.fund(actor=actor(), challenge=challenge)
    return to_page(challenge, ".funding")


@pages.post("/challenges/<slug>/publish")
@writes(again=funding)
def publish(slug: str) -> Any:
    challenge = operations.publish(actor=actor(), challenge=found(slug))
    return to_page(challenge, toast=_("Published. It is open for entries."))


@pages.post("/challenges/<slug>/reopen")
@writes
def reopen(slug: str) -> Any:
    challenge = operations.reopen(actor=actor(), challenge=found(slug))
    return to_page(challenge, ".edit", toast=_("It is a draft again."))


@pages.get("/challenges/<slug>/withdraw")
def withdrawal(slug: str) -> Any:
    return show("withdraw", **parts(found(slug, Act.WITHDRAW)))


@pages.post("/challenges/<slug>/withdraw")
@writes(again=withdrawal)
def withdraw(slug: str) -> Any:
    challenge = operations.withdraw(actor=actor(), challenge=found(slug))
    return to_page(challenge, toast=_("Withdrawn."))


@waits
def to_review(reader: Actor) -> list[Waiting]:
    if not reader.is_consultant:
        return []
    return [Waiting(launch.to_review(reader.roles), N_("Review a challenge"), "/challenges/{}/review", N_("Review"), "contest")]


@needs_attention
def to_finish(reader: Actor) -> list[Todo]:
    """Drafts that came back and approved challenges, for the seeker's managers."""
    managed = [organisation_id for organisation_id in reader.roles if reader.manages(organisation_id)]
    found = [(task_of(challenge), challenge) for challenge in (launch.unfinished(managed) if managed else [])]
    return [
        Todo(task[1], challenge.title, task[0], _("Go on"), challenge.closes_at, "contest") for task, challenge in found if task is not None
    ]


@pages.get("/desk")
def desk() -> Any:
    if not consults(actor(), None):
        raise NotAllowed(N_("The desk is for the consultants of this site."))
    queue = launch.in_review()
    own = {c.id for c in queue if not reviews_it(actor(), c)}
    late = {c.id for c in queue if c.submitted_at is not None and rules.waits_too_long(c.submitted_at)}
    return show("desk", rows=queries.shown(actor(), queue), own=own, late=late, decided=launch.decided_lately())
