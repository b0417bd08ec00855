"""`hub users` and `hub keys`: accounts and API keys from the command line."""

from __future__ import annotations

import secrets
import sys

import click
from flask import current_app

from hub.cli.context import show, with_app
from hub.core.accounts import operations, queries
from hub.core.factors import operations as factors
from hub.core.keys import operations as key_operations
from hub.core.keys.rules import KeyKind
from hub.db import work
from hub.kernel.actor import SYSTEM, Scope
from hub.kernel.errors import NotFound


@click.group()
def users() -> None:
    """Accounts of people."""


@users.command("create")
@click.option("--email", required=True, help="The address to sign in with; it counts as confirmed.")
@click.option("--name", required=True, help="The person's name.")
@click.option("--admin", is_flag=True, help="May administer the site: confirm money, suspend accounts, read the audit log.")
@click.option("--consultant", is_flag=True, help="May review challenges and work at the consultants' desk.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one up and printing it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def create_user(email: str, name: str, admin: bool, consultant: bool, language: str, password_stdin: bool, as_json: bool) -> None:
    """Open an account."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(12)
    with work.unit():
        person = operations.create(
            actor=SYSTEM, email=email, name=name, password=password, language=language, admin=admin, consultant=consultant
        )
    data = {"id": person.id, "email": person.email, "handle": person.handle, "admin": admin, "consultant": consultant}
    text = f"{person.email} may sign in (account {person.id}, @{person.handle})."
    if not password_stdin:
        data["password"] = password
        text += f"\nPassword: {password}"
    show(data, as_json, text)


@users.command("remove-factors")
@click.option("--email", required=True, help="Whose account it is.")
@click.option("--reason", required=True, help="How you know that it is this person: kept, and sent to them.")
@with_app
def remove_factors(email: str, reason: str) -> None:
    """Take all second factors off an account whose owner has lost them; its sessions end."""
    person = queries.by_email(email)
    if person is None:
        raise NotFound("There is no account with this address.")
    with work.unit():
        factors.remove_all(actor=SYSTEM, person_id=person.id, reason=reason)
    show({"email": person.email}, False, f"{person.email} signs in with the password alone.")


@users.command("end-sessions")
@click.option("--email", default="", help="Whose sessions end.")
@click.option("--all", "everybody", is_flag=True, help="Everybody's: whoever is signed in has to do so again.")
@with_app
def end_sessions(email: str, everybody: bool) -> None:
    """Sign somebody out everywhere, or everybody: after a device was lost, or the data may have been read. API keys go on."""
    if bool(email) == everybody:
        raise click.UsageError("Say whose: --email or --all.")
    person = queries.by_email(email) if email else None
    if email and person is None:
        raise NotFound("There is no account with this address.")
    with work.unit():
        number = operations.end_sessions_of(actor=SYSTEM, person_id=person.id if person is not None else None)
    show({"ended": number}, False, f"{number} sessions have ended.")


@click.group()
def keys() -> None:
    """API keys."""


@keys.command("create")
@click.option("--email", required=True, help="Whose key it is.")
@click.option("--kind", type=click.Choice([kind.value for kind in KeyKind]), default="api", show_default=True)
@click.option("--scopes", multiple=True, type=click.Choice([scope.value for scope in Scope]), help="Repeat it for several; all without it.")
@click.option("--name", default="Made on the command line", show_default=True, help="What the key is for.")
@with_app
def create_key(email: str, kind: str, scopes: tuple[str, ...], name: str) -> None:
    """Make a key and print it as JSON, this once. Of the kind mturk: a pair for programs that sign their requests."""
    person = queries.by_email(email)
    if person is None:
        raise NotFound("There is no account with this address.")
    granted = list(map(Scope, scopes or [scope.value for scope in Scope]))
    site_key = current_app.config["HUB"].secret_key
    with work.unit():
        row, secret = key_operations.issue_key(
            actor=queries.actor_of(person.id), name=name, kind=KeyKind(kind), scopes=granted, site_key=site_key
        )
    data = {"id": row.id, "key": secret, "prefix": row.prefix, "kind": row.kind.value, "scopes": row.scopes.split(), "email": person.email}
    if row.kind is KeyKind.MTURK:
        data |= {"access_key_id": row.prefix, "secret_access_key": secret}
    show(data, True, "")


COMMANDS = [users, keys]
