"""The whole log, for administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext

from hub.core.audit import queries
from hub.core.audit.policy import POLICY, Act
from hub.web.handle import actor

pages = Blueprint("audit", __name__, template_folder="templates")
SIZE = 50


@pages.get("/admin/audit")
def log() -> Any:
    POLICY.require(actor(), Act.READ, None)
    asked: dict[str, Any] = {"kind": _words("kind"), "ref": _words("ref"), "actor": _whole("actor"), "people": _words("people")}
    after, before = _whole("after"), _whole("before")
    lines = queries.log(
        kind=asked["kind"], ref=asked["ref"], actor_id=asked["actor"], by_people=asked["people"] == "1",
        before=before, after=after, limit=SIZE + 1,
    )  # fmt: skip
    more = len(lines) > SIZE
    lines = (lines[1:] if after is not None else lines[:SIZE]) if more else lines
    older = lines[-1].id if lines and (more or after is not None) else None
    newer = lines[0].id if lines and (before is not None or (after is not None and more)) else None
    return render_template(
        "core/audit/log.html", lines=lines, names=queries.names(lines), kinds=sorted(queries.sentences()), asked=asked,
        older=_address(asked, before=older), newer=_address(asked, after=newer), say=say,
    )  # fmt: skip


@pages.get("/admin/audit/<int:row_id>")
def row(row_id: int) -> Any:
    """One fact with all it holds and its place in the chain."""
    POLICY.require(actor(), Act.READ, None)
    line = queries.get(row_id)
    if line is None:
        abort(404)
    return render_template("core/audit/row.html", line=line, names=queries.names([line]), say=say)


@pages.post("/admin/audit/check")
def check() -> Any:
    """Check the chain now. A POST because it reads everything; it writes nothing."""
    POLICY.require(actor(), Act.READ, None)
    return render_template("core/audit/check.html", report=queries.verify())


def say(line: queries.Line) -> str:
    """The fact's sentence in the reader's language."""
    text = gettext(line.says)
    try:
        return text % line.facts
    except (KeyError, ValueError, TypeError):  # an older row without a fact that today's sentence names
        return text


def _words(name: str) -> str:
    return request.args.get(name, "").replace("\0", "").strip()[:80]


def _whole(name: str) -> int | None:
    said = request.args.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 10 else None


def _address(asked: dict[str, Any], **place: int | None) -> str:
    if None in place.values():
        return ""
    return url_for("audit.log", **{k: v for k, v in {**asked, **place}.items() if v not in {"", None}})
