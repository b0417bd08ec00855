"""The HTML door to credit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from hub.communities.credit import operations, queries
from hub.communities.credit.schemas import CreditIn
from hub.communities.credit.states import BY_HAND
from hub.communities.spaces import queries as spaces
from hub.communities.spaces.policy import POLICY
from hub.communities.spaces.states import Act, State
from hub.kernel.words import N_
from hub.web import deeds, pagecache
from hub.web.handle import actor, parse, public, writes

pages = Blueprint("credit", __name__, template_folder="templates")
spaces.add_tab(30, "/credits", N_("Credit"))


@pages.get("/communities/<slug>/credits")
@public
@pagecache.for_visitors
def listed(slug: str) -> Any:
    space = spaces.get_for(actor(), slug)
    may_give = actor().signed_in and space.state is State.OPEN and POLICY.can(actor(), Act.GIVE_CREDIT, spaces.seat(actor(), space))
    return render_template(
        "communities/credit/list.html",
        space=space,
        credited=queries.list_of(space),
        link_of=queries.link_of,
        kinds=BY_HAND,
        may_give=may_give,
    )


@pages.post("/communities/<slug>/credits")
@writes(again=listed)
def give(slug: str) -> Any:
    operations.give(actor=actor(), space=spaces.get_for(actor(), slug), **parse(CreditIn()))
    flash(gettext("Credited. The person is told."))
    return redirect(url_for("credit.listed", slug=slug))


deeds.tells(50, deeds.Told("contributions", N_("Contributions accepted by communities"), "community", person=queries.given_to))
