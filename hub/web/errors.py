"""Refusals into answers: a page for people, RFC 9457 problem+json for programs. The only place that maps errors to statuses."""

from __future__ import annotations

import json
import logging
import secrets
from typing import Any

from flask import Flask, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from hub.db import work
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn, TooMany
from hub.web import auth, handle, logs

log = logging.getLogger("hub.web")

handle.STATUS.update({NotSignedIn: 401, NotFound: 404, NotAllowed: 403, NotNow: 409, Conflict: 409, Invalid: 422, TooMany: 429})

CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "media_type", 429: "too_many"}


def wants_json() -> bool:
    if request.path.startswith("/api/v1") or request.is_json:
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/problem+json", "application/json"], "text/html")
    return best != "text/html"


def said(error: HubError) -> str:
    """The refusal in the reader's language."""
    translated = gettext(error.message)
    return translated % {k: gettext(v) if isinstance(v, str) and v else v for k, v in error.values.items()} if error.values else translated


def said_by_field(error: HubError) -> dict[str, str]:
    """What to mend, field by field, in the reader's language."""
    return {name: said(error) if text == str(error) else gettext(text) for name, text in error.fields.items()}


def problem(status: int, code: str, title: str, *, fields: dict[str, str] | None = None) -> Response:
    body: dict[str, Any] = {"type": f"/problems/{code}", "title": title, "status": status, "code": code}
    if fields:
        body["errors"] = fields
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type="application/problem+json")


def page(status: int, title: str, message: str) -> Response:
    return Response(render_template("web/error.html", status=status, title=title, message=message), status=status)


def answer(status: int, code: str, title: str, message: str, **more: Any) -> Response:
    return problem(status, code, message, **more) if wants_json() else page(status, title, message)


def on_refusal(error: HubError) -> Any:
    work.rollback()
    status = handle.STATUS.get(type(error), 400)
    logs.refusal(error)
    if isinstance(error, NotSignedIn) and not wants_json():
        return handle.sign_in_first()
    if isinstance(error, (NotAllowed, NotFound)) and auth.lacks_factor():
        return _factor_first()
    response = answer(status, error.code, _title(status), said(error), fields=said_by_field(error))
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _factor_first() -> Any:
    """An administrator without a second step has the powers of everybody else until one is set up: that is said instead of "not yours"."""
    text = gettext("You administer this site: set up a second step first. Until then you may do what everybody may.")
    if wants_json():
        return problem(403, "factor_missing", text)
    flash(text)
    return redirect(url_for("factors.mine"))


def on_http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400 or error.response is not None:
        return error
    work.rollback()
    messages = getattr(error, "data", {}).get("messages") if hasattr(error, "data") else None
    if status == 422 and messages:  # the API's schema validation (webargs)
        by_place = next(iter(messages.values()))
        return on_refusal(handle.invalid_fields(by_place if isinstance(by_place, dict) else {"body": by_place}))
    code = CODES.get(status, "error")
    if status == 429:
        logs.note("limit_breached", code="requests")
    if isinstance(error, CSRFError):
        code = "csrf"
        logs.note("refused", code="csrf")
        text = gettext("This form had expired. Go back, reload the page and send it again; what you typed is still there.")
    else:
        text = _text(status)
    response = answer(status, code, _title(status), text)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def on_integrity(error: IntegrityError) -> Any:
    """A constraint held what a rule above it missed or a race slipped past: nothing was written."""
    work.rollback()
    log.warning("constraint refused a write: %s", _first_line(error.orig))
    return on_refusal(Conflict("Somebody else was first, or this would break a rule of the records. Nothing was changed."))


def _first_line(error: object) -> str:
    """PostgreSQL adds whose row it was in the lines below."""
    return str(error).partition("\n")[0]


def on_data(error: DataError) -> Any:
    """A number too large for its column, a NUL in a text: what the schemas let through and the database does not take."""
    work.rollback()
    log.warning("value refused: %s", type(error.orig).__name__)
    return on_refusal(Invalid("A value in this request cannot be stored. Nothing was changed."))


def on_overflow(error: OverflowError) -> Any:
    """A number too large for SQLite, which says so in its own way."""
    work.rollback()
    log.warning("value refused: %s", type(error).__name__)
    return on_refusal(Invalid("A value in this request cannot be stored. Nothing was changed."))


def on_stale(error: StaleDataError) -> Any:
    """Two writers of one row met inside an operation; the commit turns the same into a Conflict by itself."""
    work.rollback()
    return on_refusal(Conflict("Somebody else changed this a moment ago. Look at it again before you repeat the step."))


def on_database(error: OperationalError) -> Any:
    work.rollback()
    log.error("database unavailable: %s", _first_line(error.orig))
    text = gettext("The database is busy. Nothing was lost; try again shortly.")
    response = answer(503, "unavailable", gettext("Back in a moment"), text)
    response.headers["Retry-After"] = "5"
    return response


def on_fault(error: Exception) -> Any:
    work.rollback()
    reference = secrets.token_hex(4)
    route = request.url_rule.rule if request.url_rule is not None else "-"  # the path itself may hold the secret of a link
    log.exception("fault %s on %s %s", reference, request.method, route)
    text = gettext("Something broke on our side. Nothing was changed. Reference: %(reference)s", reference=reference)
    return answer(500, "fault", gettext("Our mistake"), text)


def _title(status: int) -> str:
    return {
        401: gettext("Please sign in"),
        403: gettext("Not for this account"),
        404: gettext("Nothing here"),
        409: gettext("Not now"),
        413: gettext("Too large"),
        422: gettext("Some fields need another look."),
        429: gettext("Too fast"),
    }.get(status, gettext("That did not work"))


def _text(status: int) -> str:
    return {
        400: gettext("The request could not be read."),
        404: gettext("There is no page at this address, or it is not for you to see."),
        405: gettext("This address does not take that kind of request."),
        413: gettext("What you sent is larger than this site takes."),
        415: gettext("Send this as application/json."),
        429: gettext("Too many requests in a short time. Wait a minute and go on."),
    }.get(status, gettext("The request could not be carried out."))


def init(app: Flask) -> None:
    app.register_error_handler(HubError, on_refusal)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(IntegrityError, on_integrity)
    app.register_error_handler(DataError, on_data)
    app.register_error_handler(OverflowError, on_overflow)
    app.register_error_handler(StaleDataError, on_stale)
    app.register_error_handler(OperationalError, on_database)
    app.register_error_handler(Exception, on_fault)
