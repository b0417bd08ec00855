"""Stripe's own pages: the payment page of a Checkout session and the form of a connected account. Plain HTML, no script."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs, urlsplit

from tests.fakes.stripe import checkout, connect
from tests.fakes.stripe.currencies import shown
from tests.fakes.stripe.errors import Refusal
from tests.fakes.stripe.world import World

Answer = tuple[int, dict[str, str], str]


def document(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"></head><body><main><h1>{escape(title)}</h1>{body}</main></body></html>'
    )


def to(address: str) -> Answer:
    return 303, {"Location": address}, ""


def serve(world: World, method: str, target: str, body: str) -> Answer:
    parts = urlsplit(target).path.strip("/").split("/")
    form = {name: values[-1] for name, values in parse_qs(body, keep_blank_values=True).items()}
    from tests.fakes.stripe.server import after

    with world.lock:
        if parts[0] == "pay" and len(parts) == 2:
            answer = payment(world, method, parts[1], form)
        elif parts[:2] == ["setup", "e"] and len(parts) == 4:
            answer = setup(world, method, parts[2], parts[3], form)
        elif parts[0] == "express" and len(parts) == 2:
            answer = (200, {}, document("Express dashboard", f"<p>{escape(parts[1])}</p>"))
        else:
            answer = (404, {}, document("Not found", "<p>There is no such page.</p>"))
        after(world)
    return answer


def payment(world: World, method: str, identity: str, form: dict[str, str]) -> Answer:
    session = world.objects.get(identity)
    if session is None or session["object"] != "checkout.session":
        return 404, {}, document("Something went wrong", "<p>The page you were looking for could not be found.</p>")
    if session["status"] == "expired":
        return 200, {}, document("This Checkout Session has timed out", "<p>The link has expired. Go back to the shop for a new one.</p>")
    if session["status"] == "complete":
        return 200, {}, document("You are all done here", "<p>This payment has been made.</p>")
    if method == "GET":
        return 200, {}, form_of(world, session, "", form)
    if form.get("act") == "cancel":
        return to(session["cancel_url"]) if session["cancel_url"] else (200, {}, form_of(world, session, "There is no way back.", form))
    try:
        checkout.pay(world, session, card=form.get("card", ""), email=form.get("email") or None, delayed=form.get("act") == "bank")
    except Refusal as refusal:
        return 200, {}, form_of(world, session, str(refusal), form)
    return to(checkout.success_address(session))


def form_of(world: World, session: dict, problem: str, form: dict[str, str]) -> str:  # type: ignore[type-arg]
    lines = "".join(
        f"<li>{escape(line['description'])} × {line['quantity']}: {shown(line['amount_total'], line['currency'])}</li>"
        for line in world.hidden[session["id"]]["lines"]
    )
    email, card = form.get("email", session["customer_email"] or ""), form.get("card", "4242424242424242")
    total = shown(session["amount_total"], session["currency"])
    bank = (
        '<button name="act" value="bank">Pay by bank debit</button>' if set(session["payment_method_types"]) & set(checkout.DELAYED) else ""
    )
    back = '<button name="act" value="cancel" formnovalidate>Cancel</button>' if session["cancel_url"] else ""
    return document(
        f"Pay {total}",
        (f'<p role="alert">{escape(problem)}</p>' if problem else "")
        + f'<p>Test mode: no money moves.</p><ul>{lines}</ul><form method="post">'
        f'<p><label for="email">E-mail</label> <input id="email" name="email" type="email" value="{escape(email, quote=True)}"></p>'
        f'<p><label for="card">Card number</label> <input id="card" name="card" inputmode="numeric" value="{escape(card, quote=True)}"></p>'
        f'<button name="act" value="pay">Pay</button> {bank} {back}</form>',
    )


def setup(world: World, method: str, account: str, token: str, form: dict[str, str]) -> Answer:
    """The form of a connected account: a link opens it once; a second visit, or one too late, goes to refresh_url."""
    link = world.hidden.get(f"link:{token}")
    if link is None or link["account"] != account:
        return 404, {}, document("Not found", "<p>There is no such page.</p>")
    if method == "GET":
        if link["used"] or world.now() > link["expires_at"]:
            return to(link["refresh_url"])
        link["used"] = True
        body = (
            '<p>Test mode: the details are made up for you.</p><form method="post"><button name="act" value="done">Agree and submit</button>'
            ' <button name="act" value="later">Save for later</button></form>'
        )
        return 200, {}, document("Set up payouts", body)
    if form.get("act") == "done":
        connect.onboard(world, world.objects[account])
    return to(link["return_url"])
