"""The HTML door to pools: reading, organising, reviewing, spending."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hub.core.accounts import queries as accounts
from hub.core.holds import queries as held
from hub.core.ledger import queries as books
from hub.core.ledger.rules import Kind, positive
from hub.core.organisations import queries as organisations
from hub.core.payments.schemas import CURRENCIES
from hub.core.pools import documents, operations, queries, rules, schemas
from hub.core.pools.documents import TONES
from hub.core.pools.models import Pool
from hub.core.pools.policy import POLICY
from hub.core.pools.states import Act, For, State
from hub.kernel.actor import Actor
from hub.kernel.money import breakdown
from hub.kernel.money import parse as money_from
from hub.kernel.permissions import consults
from hub.kernel.words import N_
from hub.web import pagecache
from hub.web.facets import asked, radios
from hub.web.handle import actor, check_version, checks, parse, public, writes
from hub.web.i18n import label, show_money
from hub.web.paging import Page, page_number
from hub.web.todo import Waiting, waits
from hub.web.trail import Step, tells_trail

pages = Blueprint("pools", __name__, template_folder="templates")

SIZE, BACKERS = 20, 30
STATES = (State.OPEN, State.MET, State.FAILED, State.CANCELLED)
SIMPLE_MOVES: dict[str, tuple[Callable[..., Pool], str]] = {
    "submit": (operations.submit, N_("Sent. A consultant reads it now; you will be told of the decision.")),
    "recall": (operations.recall, N_("Taken back: change it, then send it again.")),
    "discard": (operations.discard, N_("The draft is discarded.")),
}


def show_page(template: str, **context: Any) -> str:
    return render_template(f"core/pools/{template}.html", **context)


def before() -> int | None:
    return int(said) if (said := request.args.get("before", "")).isdecimal() and len(said) < 16 else None


@pages.get("/pools")
@public
@pagecache.for_visitors
def index() -> Any:
    state, kind, number = asked("state", STATES), asked("kind", For), page_number()
    found, total = queries.listed(state, kind, page=number, size=SIZE)
    counts, hosts = queries.counts(), queries.hosts(found)
    by_state = {one: sum(n for key, n in counts.items() if one in key) for one in STATES}
    by_kind = {one: sum(n for key, n in counts.items() if one in key) for one in For}
    return show_page(
        "index", pools=[(pool, hosts[pool.organisation_id]) for pool in found], page=Page(number, SIZE, total), rules=rules, tones=TONES,
        states=State, chosen=state or kind, drafts=queries.drafts_of(actor()) if actor().roles else [],
        groups=[radios("state", _("State"), by_state, state), radios("kind", _("What for"), by_kind, kind)],
    )  # fmt: skip


@pages.get("/pools.atom")
@public
@pagecache.for_visitors
def feed() -> Any:
    found, _total = queries.listed(None, None, page=1, size=SIZE)
    body = documents.atom(found, queries.hosts(found), base_url=current_app.config["HUB"].base_url, title=_("Pools"))
    return Response(body, content_type="application/atom+xml; charset=utf-8")


@pages.get("/pools/<slug>")
@public
@pagecache.for_visitors
def show(slug: str) -> Any:
    pool, who = queries.get_for(actor(), slug), actor()
    found = queries.backers(pool, before=before(), limit=BACKERS + 1)
    return show_page(
        "show", pool=pool, host=queries.hosts([pool])[pool.organisation_id], tone=TONES.get(pool.state, ""), states=State, kinds=For,
        rules=rules, subject=subject_of(pool), backers=found[:BACKERS],
        older=found[BACKERS - 1].id if len(found) > BACKERS else None, stories=queries.stories(pool.id) if pool.opened_at else [],
        updates=queries.updates(pool.id) if pool.opened_at else [], mine=queries.mine_in(who, pool), spent=_spent(pool), **may(who, pool),
    )  # fmt: skip


def subject_of(pool: Pool) -> rules.Subject | None:
    return queries.subject_named(pool.subject) if pool.subject else None


def _spent(pool: Pool) -> list[Any]:
    """What a community paid out of its hold: everybody reads what for."""
    if pool.kind is not For.SPACE or pool.state is not State.MET:
        return []
    paid = [one for hold in held.holds_of(pool.subject) for one in books.transactions_of(hold.ref) if one.kind is Kind.AWARD]
    legs = books.legs_of([one.id for one in paid])
    return [(one.at, one.memo, next(-money for account, money in legs[one.id] if account.subject)) for one in reversed(paid)]


def may(who: Actor, pool: Pool) -> dict[str, Any]:
    """What this person may do here now."""
    manages, is_open = who.manages(pool.organisation_id), pool.state is State.OPEN and rules.takes_pledges(pool)
    return {
        "manages": manages,
        "is_open": is_open,
        "may_pledge": is_open and not manages,
        "may_cancel": is_open and POLICY.can(who, Act.CANCEL, pool),
        "may_see_backers": pool.opened_at is not None and POLICY.can(who, Act.SEE_BACKERS, pool),
        "may_review": pool.state is State.IN_REVIEW and POLICY.can(who, Act.APPROVE, pool),
        "may_spend": manages and pool.kind is For.SPACE and pool.state is State.MET,
    }


# The organiser


def _own(slug: str, act: Act) -> Pool:
    pool = queries.get_for(actor(), slug)
    POLICY.require(actor(), act, pool)
    return pool


@pages.get("/pools/new")
def new() -> Any:
    managed = [place for place, _role in organisations.of_person(actor().person_id or 0) if actor().manages(place.id)]
    subjects = queries.subjects_of([place.id for place in managed])
    return show_page(
        "form", pool=None, managed=[(place.slug, place.name) for place in managed], currencies=CURRENCIES,
        subjects=[(one.ref, _("%(kind)s: %(title)s", kind=label(For(one.ref.partition(":")[0])), title=one.title)) for one in subjects],
    )  # fmt: skip


@pages.post("/pools/new")
@writes(again=new)
def create() -> Any:
    data = parse(schemas.NewPoolForm())
    host = organisations.by_slug(data.pop("organisation"))
    content = schemas.with_amounts(data, data["currency"])
    pool = operations.draft(actor=actor(), organisation_id=host.id, **content)
    return redirect(url_for("pools.check", slug=pool.slug))


@pages.get("/pools/<slug>/edit")
def edit(slug: str) -> Any:
    return show_page("form", pool=_own(slug, Act.EDIT), managed=[], subjects=[], currencies=())


@pages.post("/pools/<slug>/edit")
@writes(again=edit)
def change(slug: str) -> Any:
    pool = _own(slug, Act.EDIT)
    check_version(pool.version)
    operations.edit(actor=actor(), pool=pool, **schemas.with_amounts(parse(schemas.PoolForm()), pool.currency))
    return redirect(url_for("pools.check", slug=slug))


@pages.get("/pools/<slug>/check")
def check(slug: str) -> Any:
    """Check your answers, then send it to review: once open, goal and deadline stay."""
    pool = _own(slug, Act.SUBMIT)
    return show_page("check", pool=pool, subject=subject_of(pool), gaps=rules.gaps(pool), paid=breakdown(pool.goal, pool.fee_bp), kinds=For)


@pages.post(f"/pools/<slug>/<any({','.join(SIMPLE_MOVES)}):act>")
@writes(again=lambda slug, act: check(slug))
def move(slug: str, act: str) -> Any:
    operate, said = SIMPLE_MOVES[act]
    operate(actor=actor(), pool=queries.get_for(actor(), slug))
    flash(_(said))
    return redirect(
        url_for("pools.edit", slug=slug) if act == "recall" else url_for("pools.index" if act == "discard" else ".show", slug=slug)
    )


@pages.get("/pools/<slug>/manage")
def manage(slug: str) -> Any:
    """The organiser's page: every pledge by name, and what can be done."""
    pool, number = _own(slug, Act.SEE_BACKERS), page_number()
    pledges = queries.pledges_of(pool.id)
    total, chosen = len(pledges), list(reversed(pledges))[(number - 1) * BACKERS : number * BACKERS]
    left = pool.money(held.held(pool.subject, pool.currency)) if pool.kind is For.SPACE else None
    return show_page(
        "manage", pool=pool, backers=queries.named(chosen, inside=True), page=Page(number, BACKERS, total), rules=rules, states=State,
        left=left, tone=TONES.get(pool.state, ""), **may(actor(), pool),
    )  # fmt: skip


@pages.get("/pools/<slug>/story")
def story(slug: str) -> Any:
    return show_page("words", pool=_own(slug, Act.RETELL), what="story")


@pages.post("/pools/<slug>/story")
@writes(again=story)
def retell(slug: str) -> Any:
    operations.retell(actor=actor(), pool=queries.get_for(actor(), slug), **parse(schemas.StoryIn()))
    flash(_("Saved. The earlier story stays readable, with its date."))
    return redirect(url_for("pools.show", slug=slug))


@pages.get("/pools/<slug>/update")
def new_update(slug: str) -> Any:
    return show_page("words", pool=_own(slug, Act.UPDATE), what="update")


@pages.post("/pools/<slug>/update")
@writes(again=new_update)
def post_update(slug: str) -> Any:
    operations.post_update(actor=actor(), pool=queries.get_for(actor(), slug), **parse(schemas.UpdateIn()))
    flash(_("Posted. All backers are told."))
    return redirect(url_for("pools.show", slug=slug, _anchor="updates"))


@pages.get("/pools/<slug>/cancel")
def cancellation(slug: str) -> Any:
    return show_page("words", pool=_own(slug, Act.CANCEL), what="cancel")


@pages.post("/pools/<slug>/cancel")
@writes(again=cancellation)
def cancel(slug: str) -> Any:
    operations.cancel(actor=actor(), pool=queries.get_for(actor(), slug), **parse(schemas.PoolReasonIn()))
    flash(_("Cancelled. Every pledge is on its backer’s balance again."))
    return redirect(url_for("pools.show", slug=slug))


# The review


@pages.get("/pools/<slug>/review")
def review(slug: str) -> Any:
    pool = _own(slug, Act.APPROVE)
    host = queries.hosts([pool])[pool.organisation_id]
    return show_page(
        "review", pool=pool, subject=subject_of(pool), host=host, paid=breakdown(pool.goal, pool.fee_bp), kinds=For, states=State
    )


@pages.post("/pools/<slug>/approve")
@writes(again=review)
def approve(slug: str) -> Any:
    operations.approve(actor=actor(), pool=queries.get_for(actor(), slug))
    flash(_("Open: it takes pledges from now on."))
    return redirect(url_for("pools.show", slug=slug))


@pages.post("/pools/<slug>/return")
@writes(again=review)
def send_back(slug: str) -> Any:
    operations.return_(actor=actor(), pool=queries.get_for(actor(), slug), **parse(schemas.PoolReasonIn()))
    flash(_("Sent back. The organiser reads your remarks."))
    return redirect(url_for("pools.show", slug=slug))


@waits
def waiting_reviews(who: Actor) -> Iterable[Waiting]:
    if consults(who, None):
        yield Waiting(queries.to_review(who.roles), N_("Review a pool"), "/pools/{}/review", N_("Review"))


@tells_trail
def pools_of(who: Actor, ref: str) -> Sequence[Step]:
    """On a community's page: who pools money for it. (A challenge's prize is pooled before publication; the page that funds it says so.)"""
    if ref.partition(":")[0] != For.SPACE.value:
        return []
    return [Step(_("Money is pooled for it:"), pool.title, pool.path, pool.state is State.OPEN) for pool in queries.for_subject(ref)]


# Afterwards: a community's money


@pages.get("/pools/<slug>/spend")
def spending(slug: str) -> Any:
    pool = _own(slug, Act.SPEND)
    left = pool.money(held.held(pool.subject, pool.currency)) if pool.kind is For.SPACE else pool.money(0)
    return show_page("spend", pool=pool, left=left, **may(actor(), pool))


@pages.post("/pools/<slug>/spend/check")
@checks(again=spending)
def check_spending(slug: str) -> Any:
    pool, data = _own(slug, Act.SPEND), parse(schemas.SpendIn())
    gross, payee = positive(money_from(data["amount"], pool.currency, field="amount")), schemas.payee(data)
    name = accounts.card(payee["to_person_id"]).name if "to_person_id" in payee else organisations.card(payee["to_organisation_id"]).name
    return show_page("spend_check", pool=pool, paid=breakdown(gross, pool.fee_bp), name=name, data=data)


@pages.post("/pools/<slug>/spend")
@writes(again=spending)
def spend(slug: str) -> Any:
    pool, data = queries.get_for(actor(), slug), parse(schemas.SpendIn())
    gross, payee = money_from(data["amount"], pool.currency, field="amount"), schemas.payee(data)
    operations.spend(
        actor=actor(), pool=pool, gross=gross, purpose=data["purpose"], key=schemas.spending_key(request.form.get("_once", "")), **payee
    )
    flash(_("Paid: %(amount)s less the fee.", amount=show_money(gross)))
    return redirect(url_for("pools.manage", slug=slug))


@pages.post("/pools/<slug>/return-rest")
@writes(again=manage)
def return_rest(slug: str) -> Any:
    operations.return_rest(actor=actor(), pool=queries.get_for(actor(), slug))
    flash(_("What was left is on its backers’ balances again."))
    return redirect(url_for("pools.manage", slug=slug))
