"""The HTML door: an entry and its result, the choice, the award and its signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext

from hub.contests.awards import operations, queries
from hub.contests.awards.policy import POLICY
from hub.contests.awards.schemas import DeclineIn, EndIn, MessageIn
from hub.contests.awards.states import LIFE, Act, State
from hub.contests.challenges import operations as challenge_operations
from hub.contests.challenges import queries as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import operations as entry_operations
from hub.contests.entries import queries as entries
from hub.contests.entries.states import LIFE as ENTRY_LIFE
from hub.contests.entries.states import Act as EntryAct
from hub.contests.entries.states import State as EntryState
from hub.contests.filings import queries as filings
from hub.contests.judging import queries as judging
from hub.contests.judging import rules as judging_rules
from hub.contests.judging.policy import POLICY as JUDGING
from hub.contests.judging.queries import Waiting
from hub.contests.judging.states import Act as JudgingAct
from hub.contests.judging.states import State as JudgeState
from hub.core.accounts import queries as accounts
from hub.core.agreements import queries as agreements
from hub.core.agreements import rules as agreement_rules
from hub.core.agreements.schemas import ReadForm
from hub.core.disputes import queries as disputes
from hub.core.organisations import queries as organisations
from hub.core.wording import rules as wording
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.money import breakdown
from hub.kernel.words import N_
from hub.web import deeds, todo
from hub.web.handle import actor, needs_scope, parse, writes
from hub.web.proof import asks_proof

pages = Blueprint("awards", __name__, template_folder="templates")
PLACE = "contests/awards/"


# An entry, after the close


@pages.get("/entries/<int:entry_id>")
@writes
def entry(entry_id: int) -> Any:
    """For its author: how it stands, then the result. For those who decide: the entry as sealed; their look is written down."""
    found = entries.find(entry_id)
    challenge = challenge_operations.close_if_due(found.challenge)
    if entry_operations.look(actor=actor(), entry=found) is None:
        return _result(entry_id)
    reads_scores = JUDGING.can(actor(), JudgingAct.READ_SHEET, challenge)
    decided = challenge.state is not ChallengeState.JUDGING
    return render_template(
        PLACE + "entry.html",
        entry=found,
        challenge=challenge,
        sealed=entries.sealed(found),
        verdict=judging.verdict(found) if reads_scores else None,
        shown=judging_rules.shown,
        reads_scores=reads_scores,
        award=queries.of_entry(found.id) if reads_scores and decided else None,
        may_select=POLICY.can(actor(), Act.SELECT, challenge) and not decided,
        held=filings.held(found.id),
    )


def _result(entry_id: int) -> Any:
    result = queries.result_for(actor(), entry_id)
    entry = result.entry
    return render_template(
        PLACE + "result.html",
        result=result,
        entry=entry,
        challenge=entry.challenge,
        seals=entries.seals_of(entry.id),
        views=entries.views_of(entry.id),
        shown=judging_rules.shown,
        method=judging_rules.METHOD,
        may_withdraw=any(move.act is EntryAct.WITHDRAW and not move.blocked(entry) for move in ENTRY_LIFE.open_moves(entry)),
        entry_states=EntryState,
        challenge_states=ChallengeState,
        award_states=State,
        way=disputes.way_for(actor(), entry.ref) if entry.state is EntryState.NOT_SELECTED else None,
    )


# The choice


@pages.get("/challenges/<slug>/select")
def candidates(slug: str) -> Any:
    challenge = _to_decide(slug, Act.SELECT)
    return render_template(
        PLACE + "candidates.html", challenge=challenge, sheet=judging.sheet(challenge), shown=judging_rules.shown,
        method=judging_rules.METHOD, claimed=filings.claimed_in(challenge.id),
        entry_states=EntryState, challenge_states=ChallengeState, award=queries.of_challenge(challenge.id),
    )  # fmt: skip


@pages.get("/challenges/<slug>/select/<int:entry_id>")
def check(slug: str, entry_id: int) -> Any:
    """Check your answers before the choice binds."""
    challenge = _to_decide(slug, Act.SELECT)
    sheet = judging.sheet(challenge)
    standing = next((s for s in sheet.standings if s.entry_id == entry_id), None)
    if standing is None:
        raise NotFound(entries.NO_SUCH)
    first = min((s.place for s in sheet.standings if s.place and sheet.entries[s.entry_id].state is EntryState.SEALED), default=None)
    return render_template(
        PLACE + "check.html",
        challenge=challenge,
        sheet=sheet,
        standing=standing,
        chosen=sheet.entries[entry_id],
        is_first=standing.place is not None and standing.place == first,
        shown=judging_rules.shown,
        split=breakdown(challenge.prize, challenge.fee_bp),
        glance=_granted(challenge.terms),
    )


@pages.post("/challenges/<slug>/select/<int:entry_id>")
@needs_scope("money")
@asks_proof
@writes(again=check)
def select(slug: str, entry_id: int) -> Any:
    challenge = _to_decide(slug, Act.SELECT)
    award = operations.select_winner(actor=actor(), challenge=challenge, entry=entries.find(entry_id), **parse(MessageIn()))
    flash(gettext("Selected. Everybody who entered is told, with scores and reasons."), "success")
    return redirect(url_for(".award", award_id=award.id))


@pages.get("/challenges/<slug>/end")
def ending(slug: str) -> Any:
    challenge = _to_decide(slug, Act.END)
    return render_template(PLACE + "end.html", challenge=challenge, sheet=judging.sheet(challenge), challenge_states=ChallengeState)


@pages.post("/challenges/<slug>/end")
@needs_scope("money")
@writes(again=ending)
def end(slug: str) -> Any:
    operations.end_without_award(actor=actor(), challenge=_to_decide(slug, Act.END), **parse(EndIn()))
    flash(gettext("Ended. The prize is back on your organisation’s balance, and everybody who entered is told why."), "success")
    return redirect(f"/challenges/{slug}")


def _granted(choices: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """What passes with an award: the terms without what they say of entries that do not win."""
    rows = {label: (sentence, values) for label, sentence, values in agreement_rules.at_a_glance(choices)}
    first, *rest = [(label, *rows[label]) for label in rows if label not in {"If you do not win", "Evaluation"}]
    return [(N_("Rights"), *first[1:]), *rest]


def _to_decide(slug: str, act: Act) -> Challenge:
    challenge = challenges.get_for(actor(), slug)
    POLICY.require(actor(), act, challenge)
    return challenge


# The award


@pages.get("/awards/<int:award_id>")
def award(award_id: int) -> Any:
    found = queries.get_for(actor(), award_id)
    terms = agreements.get(found.terms_id or 0)
    return render_template(
        PLACE + "award.html",
        award=found,
        challenge=found.challenge,
        terms=terms,
        clauses={"en": wording.clauses(terms.text_en), "zh": wording.clauses(terms.text_zh)},
        glance=_granted(terms.choices),
        transfer=wording.Transfer(terms.choices["transfer"]),
        is_winner=found.person_id == actor().person_id,
        winner=accounts.card(found.person_id),
        seeker=organisations.card(found.challenge.organisation_id),
        moves={move.act: move.blocked(found) for move in LIFE.moves_for(actor(), found, POLICY)},
        acts=Act,
        award_states=State,
        sharing=(sharing := queries.sharing_of(found.id) if found.person_id == actor().person_id else None),
        parts=queries.parts(found, sharing) if sharing is not None else [],
    )


@pages.post("/awards/<int:award_id>/accept")
@needs_scope("money")
@asks_proof
@writes(again=award)
def accept(award_id: int) -> Any:
    operations.accept(actor=actor(), award=queries.get_for(actor(), award_id), **parse(ReadForm()))
    flash(gettext("Signed and paid: the prize is on your balance."), "success")
    return redirect(url_for(".award", award_id=award_id))


@pages.post("/awards/<int:award_id>/decline")
@writes(again=award)
def decline(award_id: int) -> Any:
    operations.decline(actor=actor(), award=queries.get_for(actor(), award_id), **parse(DeclineIn()))
    flash(gettext("Declined. You keep all rights in your entry."), "success")
    return redirect(url_for(".award", award_id=award_id))


# What other pages ask of this room


@todo.needs_attention
def for_authors(who: Actor) -> list[todo.Todo]:
    """Drafts to seal and awards to sign: one statement for whoever has none to sign."""
    waiting = entries.waiting_for(who) if who.signed_in else []
    drafts = [
        todo.Todo(
            gettext("Seal your entry"), found.challenge.title, url_for("entries.room", slug=found.challenge.slug), gettext("Continue"),
            due=found.challenge.closes_at, mode="contest",
        )
        for found in waiting if found.state is EntryState.DRAFT
    ]  # fmt: skip
    awards = [
        todo.Todo(
            gettext("Sign your award"), found.challenge.title, url_for("awards.award", award_id=found.id), gettext("Read and sign"),
            due=found.sign_by, mode="contest",
        )
        for found in (queries.to_sign(who) if len(drafts) < len(waiting) else [])
    ]  # fmt: skip
    return drafts + awards


@todo.needs_attention
def for_judges_and_managers(who: Actor) -> list[todo.Todo]:
    """Entries to score, and challenges to decide: one statement."""
    found = []
    for waiting in judging.waiting_for(who) if who.signed_in else []:
        decides = POLICY.can(who, Act.SELECT, waiting.challenge) and waiting.challenge.state is ChallengeState.JUDGING
        for title, href, action in [*_to_judge(waiting), *(_to_decide_on(waiting) if decides else [])]:
            found.append(todo.Todo(title, waiting.challenge.title, href, action, mode="contest"))
    return found


def _to_judge(waiting: Waiting) -> list[tuple[str, str, str]]:
    if waiting.judge is not None and waiting.judge.state is JudgeState.APPOINTED:
        return [(gettext("Accept or decline to judge"), url_for("judging.appointment", judge_id=waiting.judge.id), gettext("Read"))]
    if waiting.left:
        return [(ngettext("Score %(num)s entry", "Score %(num)s entries", waiting.left), url_for("judging.queue"), gettext("Judge"))]
    return []


def _to_decide_on(waiting: Waiting) -> list[tuple[str, str, str]]:
    slug = waiting.challenge.slug
    if not waiting.needed:
        return [(gettext("No entry came: end the challenge"), url_for("awards.ending", slug=slug), gettext("Decide"))]
    if waiting.given < waiting.needed:
        title = gettext("See to the judging: %(done)s of %(needed)s reasons given", done=waiting.given, needed=waiting.needed)
        return [(title, url_for("judging.sheet", slug=slug), gettext("Look"))]
    return [(gettext("Select the winner"), url_for("awards.candidates", slug=slug), gettext("Decide"))]


@challenges.advise_with
def next_step(who: Actor, challenge: Challenge) -> challenges.NextStep | None:
    if not who.signed_in or challenge.state not in {ChallengeState.SELECTED, ChallengeState.AWARDED}:
        return None
    found = queries.of_challenge(challenge.id)
    if found is None or not POLICY.can(who, Act.READ, found):
        return None
    to_be_signed = found.state is State.SELECTED and found.person_id == who.person_id
    return challenges.NextStep(f"/awards/{found.id}", N_("Sign your award") if to_be_signed else N_("See the award"))


deeds.tells(10, deeds.Told("entries_won", N_("Entries that won"), "contest", person=queries.won_by))
deeds.tells(11, deeds.Told("prizes_paid", N_("Prizes awarded"), "contest", organisation=queries.paid_by))
