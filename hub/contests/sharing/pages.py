"""The HTML door to how a team shares its award: the leader's proposal, everybody's part, and what each says of it."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.contests.awards import operations, queries, rules
from hub.contests.awards.models import Award, AwardSharing
from hub.contests.awards.policy import SHARES
from hub.contests.awards.schemas import AnswerIn, RefusalIn, SharingForm
from hub.contests.awards.states import SHARING, SharingAct, SharingState, State
from hub.core.accounts import queries as accounts
from hub.core.fees.rules import percent
from hub.core.holds.rules import Way
from hub.kernel.actor import Actor
from hub.kernel.words import N_
from hub.web import todo
from hub.web.forms import current_form
from hub.web.handle import actor, checks, needs_scope, parse, writes
from hub.web.proof import asks_proof

pages = Blueprint("sharing", __name__, template_folder="templates")
PLACE = "contests/sharing/"
MOST = rules.MOST_PEOPLE - 1


@pages.get("/awards/<int:award_id>/sharing")
def show(award_id: int) -> Any:
    """The sharing with everybody's part; for the leader where nothing stands, or with `?change=1`, the form."""
    award, found = queries.sharing_for(actor(), award_id)
    if found is None or ("change" in request.args and award.person_id == actor().person_id):
        return _form(award)
    return _page(award, found)


def _page(award: Award, found: AwardSharing) -> Any:
    blocked = {move.act: move.blocked(found) for move in SHARING.open_moves(found)}
    mine = next((member for member in found.members if member.person_id == actor().person_id), None)
    return render_template(
        PLACE + "sharing.html", award=award, sharing=found, parts=queries.parts(award, found), states=SharingState, award_states=State,
        leads=found.leader_id == actor().person_id, me=actor().person_id, has_agreed=mine is not None and mine.agreed_at is not None,
        bound=blocked.get(SharingAct.WITHDRAW, ""), waits=award.state is State.SELECTED,
    )  # fmt: skip


def _form(award: Award) -> Any:
    before, form, asked = queries.last_sharing(award.id), current_form(), request.args.get("rows", "")
    kept = queries.parts(award, before) if before is not None else []
    rows = [(f"@{part.person.handle}", percent(part.points) if part.points else "") for part in kept if not part.leads]
    rows = list(zip_longest(form.values("member"), form.values("percent"), fillvalue="")) or rows
    wanted = max(len(rows) + 1, 4, int(asked) if asked.isdecimal() and len(asked) < 3 else 0)
    return render_template(
        PLACE + "share.html", award=award, before=before, ways=Way, states=SharingState, leader=accounts.card(award.person_id),
        own=percent(kept[0].points) if kept and kept[0].points else "", rows=(rows + [("", "")] * wanted)[: min(wanted, MOST)],
        bound=before is not None and before.state is SharingState.AGREED and not before.is_default,
    )  # fmt: skip


def _form_again(award_id: int) -> Any:
    return _form(_to_share(award_id))


def _to_share(award_id: int) -> Award:
    found, _ = queries.sharing_for(actor(), award_id)
    SHARES.require(actor(), SharingAct.PROPOSE, found)
    return found


@pages.post("/awards/<int:award_id>/sharing/check")
@checks(again=_form_again)
def check(award_id: int) -> Any:
    """Check your answers: everybody's gross, fee and net, before anything binds."""
    found, sent = _to_share(award_id), parse(SharingForm())
    people = operations.team(award=found, own_points=sent["own_points"], members=sent["members"])
    paid, known = rules.parts(found.split, sent["way"], people), accounts.cards([person for person, _ in people])
    rows = [(known[who], paid[who]) for who, _ in people]
    typed = zip_longest(request.form.getlist("member"), request.form.getlist("percent"), fillvalue="")
    return render_template(PLACE + "share_check.html", award=found, sent=sent, rows=rows, ways=Way, typed=typed)


@pages.post("/awards/<int:award_id>/sharing")
@needs_scope("money")
@writes(again=_form_again)
def propose(award_id: int) -> Any:
    made = operations.propose_sharing(actor=actor(), award=_to_share(award_id), **parse(SharingForm()))
    told = gettext("Everybody you named is told their part. You can sign now.")
    flash(told if made.is_default else gettext("Everybody you named is asked. You can sign once all have agreed."), "success")
    return redirect(url_for(".show", award_id=award_id))


@pages.post("/awards/<int:award_id>/sharing/agree")
@needs_scope("money")
@asks_proof
@writes(again=show)
def agree(award_id: int) -> Any:
    found, _ = queries.sharing_for(actor(), award_id)
    operations.agree_to_sharing(actor=actor(), award=found, **parse(AnswerIn()))
    flash(gettext("Agreed. You are paid with the leader’s signature."), "success")
    return redirect(url_for(".show", award_id=award_id))


@pages.post("/awards/<int:award_id>/sharing/refuse")
@writes(again=show)
def refuse(award_id: int) -> Any:
    found, _ = queries.sharing_for(actor(), award_id)
    operations.refuse_sharing(actor=actor(), award=found, **parse(RefusalIn()))
    flash(gettext("Your team’s leader reads your reason and proposes another way."), "success")
    return redirect("/home")


@pages.post("/awards/<int:award_id>/sharing/withdraw")
@writes(again=show)
def take_back(award_id: int) -> Any:
    found, _ = queries.sharing_for(actor(), award_id)
    operations.take_back_sharing(actor=actor(), award=found)
    flash(gettext("Taken back. Everybody you had named is told."), "success")
    return redirect(url_for(".show", award_id=award_id))


@todo.waits
def shares_to_agree(who: Actor) -> list[todo.Waiting]:
    if who.person_id is None:
        return []
    question = queries.to_agree(who.person_id)
    return [todo.Waiting(question, N_("Say whether you agree to your share"), "/awards/{}/sharing", N_("See your part"), "contest")]
