"""Portals at every stage, set up by the real operations."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from hub.kernel.actor import Actor
from hub.portals.desk import operations as desk
from hub.portals.desk.models import Submission
from hub.portals.desk.states import Act, State
from hub.portals.sites import operations
from hub.portals.sites.models import Portal
from hub.portals.sites.rules import fingerprint

CONTENT: dict[str, Any] = {
    "taglines": {"en": "Ideas for fresher food", "zh": "征集让食品更新鲜的点子"},
    "welcomes": {"en": "We look for **ideas** that keep food fresh.", "zh": "我们寻找让食品保鲜的**点子**。"},
}


def portal(organisation: Any, consultant: Actor, state: str = "open", slug: str = "fresh", **changes: Any) -> Portal:
    """A portal of `organisation`, in `state`: draft, open or closed. Uncommitted."""
    names = changes.pop("names", {"en": f"{slug.capitalize()} ideas", "zh": "新鲜点子"})
    languages = changes.pop("languages", ["en", "zh"])
    made = operations.found(actor=consultant, slug=slug, organisation_id=organisation.id, names=names, languages=languages)
    operations.edit(actor=consultant, portal=made, **{**CONTENT, **changes})
    if state != "draft":
        operations.open_portal(actor=consultant, portal=made)
    if state == "closed":
        operations.close(actor=consultant, portal=made)
    return made


def image(width: int = 1) -> io.BytesIO:
    """A PNG, `width` pixels wide."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\x00" + b"\x0b\x3d\x91" * width)
    header = struct.pack(">IIBBBBB", width, 1, 8, 2, 0, 0, 0)
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


ANSWERS: dict[str, Any] = {"q1": "A film that drinks the ethylene.", "q2": "o3", "q3": ["o2"], "q4": "https://example.org/film", "q6": "1"}
REASON = "It fits what we look for, and the data are convincing."


def draft(portal: Portal, author: Actor, title: str = "A film that drinks ethylene", **answers: Any) -> Submission:
    """A complete draft of an answer to the starting form. Uncommitted."""
    return desk.save(actor=author, portal=portal, title=title, answers={**ANSWERS, **answers})


def submission(portal: Portal, author: Actor, title: str = "A film that drinks ethylene") -> Submission:
    """One that has just come in. Uncommitted."""
    made = draft(portal, author, title)
    return desk.submit(actor=author, draft=made, terms_hash=fingerprint(portal.terms["en"]), language="en")


PATHS = {
    State.RECEIVED: (), State.ASKED_FIRST: (Act.ASK,), State.SECOND: (Act.ADVANCE,), State.ASKED_SECOND: (Act.ADVANCE, Act.ASK),
    State.THIRD: (Act.ADVANCE, Act.ADVANCE), State.ASKED_THIRD: (Act.ADVANCE, Act.ADVANCE, Act.ASK),
    State.ACCEPTED: (Act.ADVANCE, Act.ADVANCE, Act.ACCEPT), State.DECLINED: (Act.DECLINE,),
}  # fmt: skip


def decided(portal: Portal, author: Actor, manager: Actor, state: State, title: str = "A film that drinks ethylene") -> Submission:
    """A submission in `state`, walked there by the real operations. Uncommitted."""
    made = submission(portal, author, title)
    for act in PATHS[state]:
        desk.decide(actor=manager, submission=made, act=act, reason=REASON, seen_step=made.step)
    return made
