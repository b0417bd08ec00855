"""People's Markdown as safe HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Collection

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_TAGS = set("p br hr h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong s a table thead tbody tr th td".split())


_HANDLE = re.compile(r"(?<![\w@/.\-])@([A-Za-z0-9-]{3,30})")


def render(text: str | None, named: Collection[str] = ()) -> Markup:
    """Safe HTML; a document's own top heading is one step below the page's. `named` are the handles that lead to people (@wren)."""
    tokens = _parser.parse(text or "")
    for token in tokens if named else ():
        if token.children:
            token.children = _with_people(token.children, named)
    html = _parser.renderer.render(tokens, _parser.options, {}).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    schemes = {"http", "https", "mailto"}
    return Markup(nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes=schemes, link_rel="nofollow noopener"))


def _with_people(tokens: list[Token], named: Collection[str]) -> list[Token]:
    """Each `@handle` of `named` as a link; what stands in code or in another link stays as it is."""
    found: list[Token] = []
    depth = 0
    for token in tokens:
        depth += token.nesting if token.type in {"link_open", "link_close"} else 0
        if token.type == "text" and not depth and "@" in token.content:
            found += _split(token.content, named)
        else:
            found.append(token)
    return found


def _split(text: str, named: Collection[str]) -> list[Token]:
    made, rest = [], 0
    for hit in _HANDLE.finditer(text):
        handle = hit[1].lower()
        if handle in named:
            made += [
                Token("text", "", 0, content=text[rest : hit.start()]),
                Token("link_open", "a", 1, attrs={"href": f"/people/{handle}"}),
            ]
            made += [Token("text", "", 0, content=hit[0]), Token("link_close", "a", -1)]
            rest = hit.end()
    return [*made, Token("text", "", 0, content=text[rest:])]


def excerpt(text: str | None, most: int = 240) -> str:
    """The beginning of what Markdown says, without its marks, on one line; cut at a word, with “…”."""
    said = " ".join(html.unescape(nh3.clean(_parser.render(text or ""), tags=set())).split())
    if len(said) <= most:
        return said
    cut = said[:most]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut) + "…"
