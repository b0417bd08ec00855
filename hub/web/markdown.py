"""People's Markdown as safe HTML."""

from __future__ import annotations

import html

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_TAGS = set("p br hr h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong s a table thead tbody tr th td".split())


def render(text: str | None) -> Markup:
    """Safe HTML; a document's own top heading is one step below the page's."""
    html = _parser.render(text or "").replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    schemes = {"http", "https", "mailto"}
    return Markup(nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes=schemes, link_rel="nofollow noopener"))


def excerpt(text: str | None, most: int = 240) -> str:
    """The beginning of what Markdown says, without its marks, on one line; cut at a word, with “…”."""
    said = " ".join(html.unescape(nh3.clean(_parser.render(text or ""), tags=set())).split())
    if len(said) <= most:
        return said
    cut = said[:most]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut) + "…"
