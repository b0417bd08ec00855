"""The backer's pages: pledging, one's pledges, taking one back. Over the pools' operations."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from hub.core.organisations import queries as organisations
from hub.core.payments import queries as payments
from hub.core.pools import operations, queries, rules, schemas
from hub.core.pools.documents import TONES
from hub.core.pools.models import Pool
from hub.core.pools.pages import before, may, subject_of
from hub.core.pools.states import PLEDGE, For, PledgeAct, State
from hub.kernel.errors import one_field
from hub.kernel.money import Money, breakdown
from hub.kernel.money import parse as money_from
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_
from hub.web.handle import actor, checks, parse, writes
from hub.web.i18n import show_money

pages = Blueprint("pledges", __name__, template_folder="templates")

SIZE = 20


def show_page(template: str, **context: Any) -> str:
    return render_template(f"core/pledges/{template}.html", **context)


def _wallets(pool: Pool) -> list[tuple[str, str, Money]]:
    """Whose money can be pledged: (value of the choice, its words, free money)."""
    found = payments.wallets(actor(), pool.currency, pool.organisation_id)
    return [(slug, name or _("My own money"), free) for _kind, _number, name, slug, free in found]


@pages.get("/pools/<slug>/pledge")
def pledging(slug: str) -> Any:
    pool = queries.get_for(actor(), slug)
    return show_page("pledge", pool=pool, wallets=_wallets(pool), rules=rules, kinds=For, **may(actor(), pool))


def _chosen(data: dict[str, Any], pool: Pool) -> tuple[Money, int | None]:
    data["amount"] = money_from(data["amount"], pool.currency, field="amount")
    slug = data.pop("organisation")
    return data["amount"], organisations.by_slug(slug).id if slug else None


@pages.post("/pools/<slug>/pledge/check")
@checks(again=pledging)
def check_pledge(slug: str) -> Any:
    pool, data = queries.get_for(actor(), slug), parse(schemas.PledgeIn())
    require_verified(actor())
    rules.check_open(pool)
    wallet = data["organisation"]
    amount, _organisation_id = _chosen(data, pool)
    owner = next((one for one in _wallets(pool) if one[0] == wallet), None)
    if owner is None:
        raise one_field("organisation", N_("Choose whose money you pledge."))
    rules.check_amount(pool, amount)
    return show_page(
        "check", pool=pool, amount=amount, paid=breakdown(amount, 0 if pool.kind is For.CHALLENGE else pool.fee_bp),
        wallet=wallet, owner=owner, named=data["named"], rules=rules, kinds=For,
        host=queries.hosts([pool])[pool.organisation_id], short=owner[2] < amount, subject=subject_of(pool), **may(actor(), pool),
    )  # fmt: skip


@pages.post("/pools/<slug>/pledge")
@writes(again=pledging)
def pledge(slug: str) -> Any:
    pool, data = queries.get_for(actor(), slug), parse(schemas.PledgeIn())
    amount, organisation_id = _chosen(data, pool)
    operations.pledge(actor=actor(), pool=pool, organisation_id=organisation_id, **data)
    flash(_("Pledged: %(amount)s are set aside until the deadline.", amount=show_money(amount)))
    return redirect(url_for("pools.show", slug=slug))


@pages.get("/my/pledges")
def mine() -> Any:
    found = queries.pledges_by(actor(), before=before(), limit=SIZE + 1)
    shown = found[:SIZE]
    return show_page(
        "mine", pledges=[(one, backer, _may_withdraw(one)) for one, backer in zip(shown, queries.named(shown, inside=True), strict=True)],
        older=shown[-1].id if len(found) > SIZE else None, rules=rules, states=State, tones=TONES,
    )  # fmt: skip


def _may_withdraw(pledge: Any) -> bool:
    move = PLEDGE.move(pledge.state, PledgeAct.WITHDRAW)
    return pledge.pool.state is State.OPEN and move is not None and not move.blocked(pledge)


@pages.get("/my/pledges/<int:pledge_id>/withdraw")
def withdrawal(pledge_id: int) -> Any:
    pledge = queries.pledge_for(actor(), pledge_id)
    return show_page("withdraw", pledge=pledge, pool=pledge.pool, may=_may_withdraw(pledge), rules=rules)


@pages.post("/my/pledges/<int:pledge_id>/withdraw")
@writes(again=withdrawal)
def withdraw(pledge_id: int) -> Any:
    pledge = operations.withdraw(actor=actor(), pledge=queries.pledge_for(actor(), pledge_id))
    flash(_("Withdrawn: %(amount)s are on the balance again.", amount=show_money(pledge.amount)))
    return redirect(url_for("pledges.mine"))
