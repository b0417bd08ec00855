"""Pages of a list: numbered for people, cursors for programs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request
from flask_babel import gettext
from marshmallow import Schema

from hub.kernel import base64url
from hub.kernel.errors import Invalid

LIMIT, MOST = 50, 200


@dataclass(frozen=True)
class Page:
    """Page `number` (from 1) of `total` things, `size` a page."""

    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)

    def url_for(self, number: int) -> str:
        args = [(k, v) for k, v in request.args.items(multi=True) if k != "page"]
        return f"{request.path}?{urlencode([*args, ('page', str(number))])}"


def page_number() -> int:
    """The asked-for page, 1 for anything unreadable."""
    said = request.args.get("page", "1")
    return min(int(said), 100_000) if said.isdecimal() and said != "0" and len(said) < 7 else 1


def in_tabs(
    tabs: Mapping[str, tuple[str, Sequence[Any]]], find: Callable[..., tuple[Sequence[Any], int]], *, size: int = 20
) -> dict[str, Any]:
    """One page of a list that stands in tabs, as a template takes it: `found`, `page`, `tabs` for ui.tabs, and the `chosen` one's key.

    `tabs`: key -> (label marked with N_, the states it shows); the address says ?state=KEY, the first counts otherwise. `find` is called
    with the states, `page` and `size`.
    """
    asked = request.args.get("state", "")
    chosen = asked if asked in tabs else next(iter(tabs))
    number = page_number()
    found, total = find(tabs[chosen][1], page=number, size=size)
    rows = [(gettext(words), f"{request.path}?{urlencode({'state': key})}", key == chosen) for key, (words, _states) in tabs.items()]
    return {"found": found, "page": Page(number, size, total), "tabs": rows, "chosen": chosen}


def cursor() -> tuple[int | None, int]:
    """The API's `?cursor=&limit=`: (the last id seen or None, how many). Raises Invalid."""
    limit = request.args.get("limit", str(LIMIT))
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST:
        raise Invalid("The limit is a whole number from 1 to 200.", fields={"limit": "The limit is a whole number from 1 to 200."})
    token = request.args.get("cursor")
    if not token:
        return None, int(limit)
    try:
        return int(base64.urlsafe_b64decode(token.encode() + b"==").decode()), int(limit)
    except (ValueError, binascii.Error):
        raise Invalid("This cursor is not one of ours.", fields={"cursor": "This cursor is not one of ours."}) from None


def encode(last_id: int) -> str:
    return base64url.as_text(str(last_id).encode())


def paged(items: Sequence[Any], schema: Schema, limit: int) -> Response:
    """`{"items": [...], "next": cursor or null}` with a Link header. `items` holds up to `limit` + 1 things with an `id`, in order."""
    shown = list(items[:limit])
    following = encode(shown[-1].id) if len(items) > limit else None
    response = jsonify(items=[schema.dump(item) for item in shown], next=following)
    if following:
        args = {k: v for k, v in request.args.items() if k != "cursor"}
        response.headers["Link"] = f'<{request.base_url}?{urlencode({**args, "cursor": following})}>; rel="next"'
    return response
