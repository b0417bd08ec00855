from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.shelf import Shelf, document


@pytest.fixture
def shelf(app: Flask) -> Iterator[Shelf]:
    with Shelf() as shelf:
        shelf.put(
            document(1, "Gas sensor", sector="sensors", facts={"summary": "Detects ammonia.", "owner": "Acme"}),
            document(1, "Find leaks", kind="challenge", text="with a sensor", status="open", rank=100),
            *[document(number, f"Valve {number}") for number in range(10, 40)],
        )
        shelf.index()
        yield shelf


def test_programs_search_without_a_key(shelf: Shelf, client: FlaskClient):
    answer = client.get("/api/v1/search?q=sensor")
    assert answer.status_code == 200
    body = answer.json
    assert body["total"] == 2 and body["next"] is None
    assert [item["key"] for item in body["items"]] == ["offer:1", "challenge:1"]
    assert body["items"][0]["url"] == "http://127.0.0.1:8000/offers/1"
    assert body["items"][0]["facts"]["owner"] == "Acme"
    assert {each["value"]: each["count"] for each in body["facets"]["kind"]} == {"offer": 1, "challenge": 1}


def test_facets_repeat(shelf: Shelf, client: FlaskClient):
    assert client.get("/api/v1/search?kind=challenge&kind=need").json["total"] == 1
    assert client.get("/api/v1/search?kind=offer&sector=sensors").json["total"] == 1


def test_a_cursor_leads_through_everything_once(shelf: Shelf, client: FlaskClient):
    seen, address = [], "/api/v1/search?limit=7"
    while address:
        answer = client.get(address)
        seen += [item["key"] for item in answer.json["items"]]
        following = answer.json["next"]
        assert (following is not None) == ("Link" in answer.headers)
        address = f"/api/v1/search?limit=7&cursor={following}" if following else ""
    assert len(seen) == len(set(seen)) == 32


@pytest.mark.parametrize(
    ("query", "field"), [("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"), ("cursor=%21%21", "cursor")]
)
def test_bad_paging_is_refused_by_name(shelf: Shelf, client: FlaskClient, query: str, field: str):
    answer = client.get(f"/api/v1/search?{query}")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert field in answer.json["errors"]


def test_it_is_described(client: FlaskClient):
    paths = client.get("/api/openapi.json").json["paths"]
    parameters = {each["name"] for each in paths["/api/v1/search"]["get"]["parameters"]}
    assert {"q", "kind", "sector", "status", "centre", "sort", "cursor", "limit"} <= parameters


def test_without_an_index_it_says_so(app: Flask, client: FlaskClient):
    body = client.get("/api/v1/search?q=x").json
    assert body["available"] is False and body["items"] == []
