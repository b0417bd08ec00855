"""Made-up requests at every operation of the OpenAPI document, fitting and not: never our fault, and answered as the document says.

Schemathesis makes them from the document itself. They come from several people, at places of a world that is lived in; refused ones change
nothing. `HUB_TRIES` says how many of each kind (a night's worth finds more): HUB_TRIES=40 pytest tests/security/test_schemathesis.py
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import content_type_conformance, not_a_server_error, response_schema_conformance, status_code_conformance

from hub.web import api
from tests.house.matrix.rows import ROWS
from tests.house.matrix.table import PEOPLE, Row
from tests.house.matrix.world import World

pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.slow]

TRIES = int(os.environ.get("HUB_TRIES", "1"))
SHARES = 4
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
CODE = re.compile(r"[a-z][a-z0-9_]{2,60}")
READS = {"GET", "HEAD"}


def rows_by_operation(world: World) -> dict[tuple[str, str], list[Row]]:
    """The matrix's rows of each operation of the document."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    adapter = world.app.url_map.bind("127.0.0.1")
    for row in ROWS:
        if row.is_api:
            rule, _ = adapter.match(row.path(world.made.places), method=row.method, return_rule=True)
            found[row.method, api._openapi_path(rule.rule)].append(row)
    return found


def people_of(rows: list[Row]) -> list[str]:
    """Somebody who is served, somebody who takes another role, a stranger, a visitor."""
    chosen = {min(kind, key=PEOPLE.index) for row in rows for kind in (row.yes, row.no, row.refused) if kind}
    return sorted(chosen | {"anonymous"}, key=PEOPLE.index)


def visits(world: World, operation: Any, rows: list[Row], mode: GenerationMode) -> st.SearchStrategy[tuple[Any, str, Any]]:
    """(case, person, what a right request would send): at a place that is there, or at one that is made up."""
    adapter = world.app.url_map.bind("127.0.0.1")
    strategies = [st.tuples(operation.as_strategy(generation_mode=mode), st.sampled_from(people_of(rows)), st.none())]
    for row in rows[:3]:
        _, places = adapter.match(row.path(world.made.places), method=row.method)
        there = operation.as_strategy(generation_mode=mode, path_parameters=places)
        strategies.append(
            st.tuples(there, st.sampled_from(sorted(row.yes or row.no or row.refused)), st.just(world.filled(row.send)) | st.none())
        )
    return st.one_of(*reversed(strategies))


def is_plain_problem(answer: Any) -> bool:
    """A refusal in the one shape that programs know."""
    said = answer.json()
    return bool(
        answer.headers["content-type"][0] == "application/problem+json"
        and said["status"] == answer.status_code
        and CODE.fullmatch(said["code"])
        and said["title"]
    )


def try_it(world: World, case: Any, person: str, right: Any) -> None:
    """One request. A right one with some of its fields made up gets further than one that is made up altogether."""
    if isinstance(right, dict) and right and isinstance(case.body, dict):
        case.body = {**right, **case.body}
    before = world.fingerprints()
    answer = case.call(headers={"Accept-Encoding": "identity", **world.program(person, "full")})
    about = f"{person}: {case.as_curl_command()}"
    assert answer.status_code < 500, f"{about}\n{answer.text[:500]}"
    case.validate_response(answer, checks=CHECKS)
    if answer.status_code >= 400 and case.method not in {"HEAD"}:
        assert is_plain_problem(answer), f"{about}\n{answer.status_code} {answer.text[:500]}"
        assert world.fingerprints() == before, f"{about}: refused, and yet something was written"


def operations(world: World) -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(api.spec(world.app))
    schema.app = world.app
    for found in schema.get_all_operations():
        yield found.ok()


@pytest.mark.parametrize("share", range(SHARES))
def test_no_made_up_request_is_our_fault(world: World, share: int):
    tried, rows = 0, rows_by_operation(world)
    for number, operation in enumerate(operations(world)):
        if number % SHARES != share:
            continue
        mine = rows[operation.method.upper(), operation.path]
        assert mine, f"{operation.label} has no row in the matrix"
        before = world.fingerprints()
        for mode in (GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if operation.body or TRIES > 1 else [])):
            attempt(world, visits(world, operation, mine, mode))
        tried += 1
        if world.fingerprints() != before:
            world.begin_anew()
    assert tried > 20


def attempt(world: World, strategy: st.SearchStrategy[tuple[Any, str, Any]]) -> None:
    @given(strategy)
    @settings(
        max_examples=TRIES, derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    def one(visit: tuple[Any, str, Any]) -> None:
        try_it(world, *visit)

    with suppress(Unsatisfiable):  # where nothing is sent, nothing can be wrong
        one()
