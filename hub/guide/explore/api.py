"""The search for programs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import current_app, jsonify, request

from hub.guide.explore import schemas
from hub.guide.explore.schemas import SearchFacetOut, SearchIn, SearchOut, SearchResultOut
from hub.search.index import queries
from hub.search.index.queries import Results
from hub.web import paging
from hub.web.api import ApiBlueprint
from hub.web.handle import public

api = ApiBlueprint("search", __name__, prefix="/search", description="One search over everything public.")


@api.get("")
@public
@api.doc(summary="Search challenges, needs, offers and experts")
@api.arguments(SearchIn, location="query")
@api.response(200, SearchOut)
def search(sent: dict[str, Any]) -> Any:
    offset, limit = paging.cursor()
    asked = replace(schemas.asked(request.args.to_dict(flat=False)), offset=offset or 0, size=limit)
    found = queries.search(asked)
    following = paging.encode(asked.offset + limit) if asked.offset + limit < found.total else None
    answer = jsonify(_body(found) | {"next": following})
    if following:
        args = [*schemas.parameters(asked), ("limit", str(limit)), ("cursor", following)]
        answer.headers["Link"] = f'<{request.base_url}?{urlencode(args)}>; rel="next"'
    return answer


def _body(found: Results) -> dict[str, Any]:
    base = current_app.config["HUB"].base_url
    documents = [card.document for card in found.cards]
    items = [{**vars(each), "url": base + each.url, "summary": str(each.facts.get("summary") or "")} for each in documents]
    return {
        "total": found.total,
        "relaxed": found.relaxed,
        "suggestion": found.suggestion,
        "available": found.available,
        "facets": {facet: SearchFacetOut(many=True).dump(values) for facet, values in found.facets.items()},
        "items": SearchResultOut(many=True).dump(items),
    }
