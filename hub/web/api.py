"""The JSON API's frame: OpenAPI 3.1 from the same schemas that read the requests, and a page to browse it."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import flask_smorest
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask, current_app, request
from flask.json.provider import DefaultJSONProvider
from webargs.core import missing
from webargs.flaskparser import FlaskParser

from hub.kernel.errors import one_field
from hub.kernel.words import N_, Worded
from hub.web.security import csrf, limiter

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable and machine-readable."},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}, "description": "What to mend, field by field."},
    },
}
REFUSED: dict[str, Any] = {
    "description": "Refused: what and why",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class Reader(FlaskParser):
    """Reads bodies as the application does, so that what is no JSON for pages is none for programs."""

    def _raw_load_json(self, req: Any) -> Any:
        body = req.get_data(cache=True)
        if not req.is_json or not body:
            return missing
        try:
            found = current_app.json.loads(body)
        except ValueError as error:
            raise json.JSONDecodeError(str(error), "?", 0) from error
        if not isinstance(found, dict):
            raise json.JSONDecodeError("no object", "?", 0)
        return found


class Api(flask_smorest.Api):
    """Errors are answered by hub.web.errors, not by the library."""

    def _register_error_handlers(self) -> None:
        pass


class ApiBlueprint(flask_smorest.Blueprint):
    """A room's JSON door under /api/v1. Keys only, so no CSRF; limited per key."""

    ARGUMENTS_PARSER = Reader()

    def __init__(self, name: str, import_name: str, *, prefix: str, description: str) -> None:
        super().__init__(f"{name}_api", import_name, url_prefix=f"/api/v1{prefix}", description=description)
        csrf.exempt(self)
        limiter.limit("600 per minute")(self)


class Json(DefaultJSONProvider):
    """What is no text, or nested beyond reading, is no JSON: refused before anybody looks at it."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            found = super().loads(s, **kwargs)
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if HALF_A_LETTER.search(s if isinstance(s, bytes) else s.encode("utf-8", "replace")):
            json.dumps(found, ensure_ascii=False).encode()  # half a letter is none: UnicodeEncodeError is a ValueError
        return found


HALF_A_LETTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""One half of a surrogate pair may stand alone in JSON, and in no database."""

EXTENSION = "hub_api"

INFO = (
    "Everything the pages do, for programs: the same operations, the same refusals. Send `Authorization: Bearer <key>`; "
    "make keys under Settings. Lists take `?cursor=&limit=` and answer `next`; a POST that moves money or binds takes an "
    "`Idempotency-Key`; edits answer an `ETag` and take it back as `If-Match`."
)


def init(app: Flask) -> None:
    app.config.update(
        API_TITLE="Innovation Hub",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {"description": INFO, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
            "servers": [{"url": app.config["HUB"].base_url}],
            "tags": [],
        },
    )
    app.json = Json(app)
    api = Api(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_schema_name)})
    app.extensions[EXTENSION] = api
    api.spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})


def _schema_name(schema: Any) -> str:
    """`ProfilesEvidenceOut`: the room and the class, so that two rooms may use the same word."""
    cls = resolve_schema_cls(schema)
    if isinstance(cls, list):
        return ""
    room, name = cls.__module__.split(".")[-2], cls.__name__
    return name if room == "web" or name.lower().startswith(room.lower()[:4]) else f"{room.capitalize()}{name}"


def hang(app: Flask, blueprint: ApiBlueprint) -> None:
    """Give the application a room's JSON door."""
    app.extensions[EXTENSION].register_blueprint(blueprint)


def spec(app: Flask) -> dict[str, Any]:
    """The OpenAPI document: each operation with its scope, the public ones open, every one with the problem answer."""
    made: dict[str, Any] = app.extensions.get("hub_api_spec") or app.extensions.setdefault("hub_api_spec", _spec(app))
    return made


def _spec(app: Flask) -> dict[str, Any]:
    document: dict[str, Any] = app.extensions[EXTENSION].spec.to_dict()
    document["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            view = app.view_functions.get(_endpoint(app, path, method) or "")
            is_public = bool(getattr(view, "is_public", False))
            needed = getattr(view, "scope", None) or ("read" if method == "get" else "write")
            operation["security"] = [{}] if is_public else [{"key": []}]
            operation["x-scope"] = "" if is_public else needed
            done = {status: said for status, said in operation.get("responses", {}).items() if str(status) < "400"}
            if method == "get" and view is not None:
                _say_what_is_read(done.setdefault("200", {"description": "As it was asked for"}), view)
            operation["responses"] = {**done, "default": REFUSED}
    return document


def _say_what_is_read(answer: dict[str, Any], view: Any) -> None:
    """A view that answers with `paged` gives a page of what it names; one that names nothing gives a file."""
    made = _calls(inspect.unwrap(view)) & {"paged", "jsonify"}
    content = answer.setdefault("content", {"*/*": {}})
    listed = content.get("application/json", {}).get("schema", {})
    if made and listed.get("type") == "array":
        following = {"type": ["string", "null"], "description": "The `cursor` of the next page."}
        page = {"type": "object", "properties": {"items": listed, "next": following}, "required": ["items", "next"]}
        content["application/json"] = {"schema": page}


def _calls(view: Any) -> set[str]:
    """What a view calls by name, also in the helpers of its own module."""
    names = set(view.__code__.co_names)
    helpers = [view.__globals__.get(name) for name in names if name.startswith("_")]
    return names.union(*(helper.__code__.co_names for helper in helpers if inspect.isfunction(helper)))


def _openapi_path(rule: str) -> str:
    return "".join("{" + part.split(":")[-1].strip("<>") + "}" if part.startswith("<") else part for part in _parts(rule))


def _parts(rule: str) -> list[str]:
    out, rest = [], rule
    while "<" in rest:
        before, _, after = rest.partition("<")
        inner, _, rest = after.partition(">")
        out += [before, f"<{inner}>"]
    return [*out, rest]


def _endpoint(app: Flask, path: str, method: str) -> str | None:
    for rule in app.url_map.iter_rules():
        if method.upper() in (rule.methods or set()) and _openapi_path(rule.rule) == path:
            return str(rule.endpoint)
    return None


def state_asked(states: type[Worded], default: Worded) -> Any:
    """The `?state=` of a list. Raises Invalid: state_unknown."""
    said = request.args.get("state", default.value)
    if said not in {state.value for state in states}:
        raise one_field("state", N_("There is no such state."), code="state_unknown")
    return states(said)
