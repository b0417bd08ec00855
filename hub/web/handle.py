"""The doors' common part: who acts, what was sent, one commit per request, the same request only once."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Response, g, make_response, redirect, request, url_for
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import BadRequest

from hub.db import once as once_keys
from hub.db import work
from hub.kernel.actor import ANONYMOUS, Actor
from hub.kernel.errors import Conflict, HubError, Invalid
from hub.web import logs

View = Callable[..., Any]


def actor() -> Actor:
    found: Actor = g.get("actor", ANONYMOUS)
    return found


def is_api() -> bool:
    return request.path.startswith("/api/v1/")


def sign_in_first() -> Response:
    """A visitor is led to the sign-in page, and from there back to what was asked for; a stream of events is told not to come again."""
    if request.accept_mimetypes.best == "text/event-stream":
        return Response(status=204)
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("signin.sign_in", next=back))  # type: ignore[return-value]


def public(view: View) -> View:
    """Mark a view that anonymous visitors may open. Everything else asks them to sign in first."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def needs_scope(scope: str) -> Callable[[View], View]:
    """Mark a view for which an API key needs more than `read` and `write`."""

    def mark(view: View) -> View:
        view.scope = scope  # type: ignore[attr-defined]
        return view

    return mark


def parse(schema: Schema) -> dict[str, Any]:
    """The request's JSON body or form through one schema. Raises Invalid, which names each field to mend."""
    if request.is_json:
        sent_as_json = request.get_json()
        if not isinstance(sent_as_json, dict):
            raise BadRequest
        return load(schema, sent_as_json)
    lists = {name for name, kind in schema.fields.items() if isinstance(kind, fields.List)}
    sent: dict[str, Any] = {
        name: request.form.getlist(name) if name in lists else value for name, value in request.form.items() if not name.startswith("_")
    }
    schema.unknown = EXCLUDE
    return load(schema, sent)


def load(schema: Schema, sent: Any) -> dict[str, Any]:
    """`sent` through the schema. Raises Invalid."""
    try:
        loaded: dict[str, Any] = schema.load(sent)
    except ValidationError as error:
        raise invalid_fields(error.normalized_messages()) from error
    return loaded


def invalid_fields(messages: dict[str, Any]) -> Invalid:
    """marshmallow's messages as our refusal: one flat name per field ("criteria.0.weight")."""
    flat: dict[str, str] = {}

    def walk(prefix: str, said: Any) -> None:
        if isinstance(said, dict):
            for name, inner in said.items():
                walk(f"{prefix}.{name}" if prefix and name != "_schema" else prefix or str(name), inner)
        else:
            flat[prefix] = " ".join(map(str, said)) if isinstance(said, list) else str(said)

    walk("", messages)
    return Invalid("Some fields need another look.", fields=flat)


def writes(view: View | None = None, *, again: View | None = None) -> Any:
    """Begin a writing unit of work, commit once after the view, or leave nothing behind.

    `again` is the view that shows the form: when the operation refuses, it is shown again with everything typed, the reason on top
    and each field's error beside it (the status stays that of the refusal).
    """
    if view is None:
        return functools.partial(writes, again=again)

    @functools.wraps(view)
    def door(*args: Any, **kwargs: Any) -> Any:
        try:
            with work.stale_is_conflict():
                return _run_once(view, args, kwargs)
        except HubError as error:
            work.rollback()
            if again is None or is_api() or request.is_json or request.accept_mimetypes.best == "application/json":
                raise
            return show_again(again, error, *args, **kwargs)
        except BaseException:
            work.rollback()
            raise

    door.writes = True  # type: ignore[attr-defined]
    return door


def checks(view: View | None = None, *, again: View | None = None) -> Any:
    """A step between a form and what binds: shows what will happen and writes nothing.

    What cannot be taken shows the form `again`, as `writes` does; so does a button named `change`, with everything typed still there.
    """
    if view is None:
        return functools.partial(checks, again=again)

    @functools.wraps(view)
    def door(*args: Any, **kwargs: Any) -> Any:
        assert again is not None
        if "change" in request.form:
            g.typed = True
            return again(*args, **kwargs)
        try:
            return view(*args, **kwargs)
        except HubError as error:
            return show_again(again, error, *args, **kwargs)

    return door


def show_again(page: View, error: HubError, /, *args: Any, **kwargs: Any) -> Response:
    from_errors = STATUS.get(type(error), 400)
    g.refusal = error
    logs.refusal(error)
    response = make_response(page(*args, **kwargs))
    response.status_code = from_errors
    return response


STATUS: dict[type[HubError], int] = {}
"""Filled by hub.web.errors, the one place that knows which refusal is which status."""


def _run_once(view: View, args: Any, kwargs: Any) -> Any:
    key = request.headers.get("Idempotency-Key") or request.form.get("_once")
    work.start_writing()
    if not key or request.method != "POST" or not actor().signed_in:
        answer = view(*args, **kwargs)
        work.commit()
        return answer
    if len(key) > 200:
        raise Invalid("An idempotency key has at most 200 characters.")
    claim = functools.partial(
        once_keys.claim, caller=f"person:{actor().person_id}", key=f"{request.path} {key}", request_hash=_request_hash()
    )
    try:
        row = claim()
    except IntegrityError:
        work.start_writing()
        row = claim()
    if row.status:
        replay = Response(row.body, status=row.status, content_type=row.content_type)
        if row.location:
            replay.headers["Location"] = row.location
        replay.headers["Idempotency-Replayed"] = "true"
        work.rollback()
        return replay
    answer = make_response(view(*args, **kwargs))
    row.status, row.content_type = answer.status_code, answer.content_type or ""
    row.location, row.body = answer.headers.get("Location", ""), answer.get_data()
    work.commit()
    return answer


def _request_hash() -> str:
    """Hash of what was sent, without the parts that change by themselves (CSRF token, a proof of who is there)."""
    digest = hashlib.sha256(request.path.encode())
    if request.is_json:
        digest.update(request.get_data())
    for name in sorted(request.form):
        if name != "csrf_token" and not name.startswith("_proof"):
            digest.update(repr((name, request.form.getlist(name))).encode())
    return digest.hexdigest()


def check_version(version: int) -> None:
    """Compare the row's version with the one the sender saw (If-Match, or the form's `version`). Raises Conflict when they differ."""
    seen = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"') or request.form.get("version", "")
    if seen and seen != "*" and seen != str(version):
        raise Conflict("Somebody changed this since you opened it. Your text is kept below: compare and save again.", code="stale")


def tagged(body: Any, version: int, status: int = 200) -> Response:
    """A JSON answer with the ETag that an edit sends back as If-Match."""
    response = make_response(body, status)
    response.headers["ETag"] = f'"{version}"'
    return response


def safe_next(target: str | None, fallback: str) -> str:
    """`target` if it stays on this site."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return fallback
    parts = urlsplit(target)
    return fallback if parts.netloc or parts.scheme else target


def wants_fragment() -> bool:
    """Is this an htmx request for a part of the page?"""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
