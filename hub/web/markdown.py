"""People's Markdown as safe HTML."""

from __future__ import annotations

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
