"""Every door of the house, tried by everybody: strangers, members, owners, other tenants, visitors; people and programs.

The table of who may do what stands in tests/house/matrix, written from the product's promises and not from the answers of the code.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from tests.conftest import POSTGRES
from tests.house.matrix import budgets, secrets
from tests.house.matrix.rows import ROWS
from tests.house.matrix.table import DONE, PEOPLE, SIGNED, STOPPED, Row
from tests.house.matrix.world import Look, World, bearer

WRITES = [row for row in ROWS if row.writes]
READS = [row for row in [*ROWS, *secrets.SEARCHES] if not row.writes and row.yes]
API = [row for row in ROWS if row.is_api]
NAMING = [row for row in ROWS if row.names]


ODD_NUMBERS = ("2147483648",) if POSTGRES else ("9" * 30, "0")
ODD_WORDS = ("a%00b", "%F0%9F%A6%86") if POSTGRES else ("x" * 3000,)
LEAD_TO_SIGN_IN = {"/verify/{verify}", "/reset/{reset}"}
ONCE = pytest.mark.only_on("sqlite")
"""What is refused above the database is refused alike above each; what is served, and odd numbers and letters, are tried on both."""


def rows(chosen: list[Row]) -> Any:
    return pytest.mark.parametrize("row", chosen, ids=str)


def leads_to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith("/login")


def rule_of(app: Flask, world: World, row: Row) -> str:
    """The route that the row is about; the empty string if there is none."""
    adapter = app.url_map.bind("127.0.0.1")
    try:
        rule, _ = adapter.match(row.path(world.made.places), method=row.method, return_rule=True)
    except HTTPException:
        return ""
    return f"{row.method} {rule.rule}"


def routes(app: Flask) -> dict[str, str]:
    """Every route that the house has, with its endpoint."""
    return {
        f"{method} {rule.rule}": rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }


# The table itself


def test_every_route_has_an_entry_and_every_entry_a_route(world: World):
    entered = {rule_of(world.app, world, row): str(row) for row in ROWS}
    assert "" not in entered, f"no such route: {[str(row) for row in ROWS if not rule_of(world.app, world, row)]}"
    assert not sorted(set(routes(world.app)) - set(entered)), "give these routes an entry in tests/house/matrix"


def test_every_act_of_a_route_with_several_has_an_entry(world: World):
    """`/needs/1/<any(publish,revise):act>` is one route and several doors."""
    adapter = world.app.url_map.bind("127.0.0.1")
    for rule in world.app.url_map.iter_rules():
        for name, converter in rule._converters.items():
            if not hasattr(converter, "items"):
                continue
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                mine = [row for row in ROWS if rule_of(world.app, world, row) == f"{method} {rule.rule}"]
                seen = {adapter.match(row.path(world.made.places), method=method)[1][name] for row in mine}
                assert seen == set(converter.items), f"{rule.rule}: {name}"


def test_the_public_doors_are_those_that_the_table_names(world: World):
    by_endpoint = defaultdict(set)
    for row in ROWS:
        by_endpoint[routes(world.app)[rule_of(world.app, world, row)]].add(row.is_public)
    public = {endpoint for endpoint in by_endpoint if getattr(world.app.view_functions[endpoint], "is_public", False)}
    assert public == {endpoint for endpoint, said in by_endpoint.items() if True in said}


# Who is served, and who is not


@rows(READS)
def test_those_who_may_read_are_served_at_a_fair_price_and_told_no_secret(world: World, row: Row):
    """One visit for all of it. What it costs and says is the same above both databases; on PostgreSQL two stand for all."""
    served = sorted(row.yes, key=PEOPLE.index)
    looks = [world.look(row, person) for person in ({served[0], served[-1]} if POSTGRES else served)]
    for look in looks:
        assert look.status in row.ok, f"{look.person}: {look.status}\n{told(look)}"
        assert look.status != 302 or not look.location.startswith("/login") or row.address in LEAD_TO_SIGN_IN, look.person
    budgets.keep_to_them(looks)
    secrets.keep_them(row, looks)


def told(look: Look) -> str:
    return look.body[:2000].decode(errors="replace") if look.mimetype not in secrets.BINARY else ""


def test_the_secrets_are_there_to_be_told(world: World):
    assert secrets.kept(world) == [*secrets.UNPUBLISHED, *secrets.SEALED]


@rows(WRITES)
def test_those_who_may_write_are_served(world: World, row: Row):
    """Each over the world as it was. On PostgreSQL, where making it anew is slow, one of them stands for all."""
    served = sorted(row.yes, key=PEOPLE.index, reverse=True)
    for person in served[:1] if POSTGRES else served:
        answer = world.call(row, person)
        try:
            assert answer.status_code in row.ok, f"{person}: {answer.status_code}\n{answer.get_data()[:2000].decode(errors='replace')}"
            assert not leads_to_sign_in(answer) or row.address in LEAD_TO_SIGN_IN, person
        finally:
            answer.close()
            world.begin_anew()


@ONCE
@rows([row for row in ROWS if row.refused])
def test_those_who_may_not_are_refused_and_change_nothing(world: World, row: Row):
    before = world.fingerprints()
    for person in sorted(row.refused, key=PEOPLE.index):
        answer = world.call(row, person)
        assert answer.status_code == row.denial(person), f"{person}: {answer.status_code}\n{answer.get_data(as_text=True)[:2000]}"
        assert person != "anonymous" or answer.status_code != 302 or leads_to_sign_in(answer)
    after = world.fingerprints()
    assert after == before, f"changed: {[name for name in after if after[name] != before.get(name)]}"


@ONCE
@rows(NAMING)
def test_what_does_not_exist_is_not_there_for_anybody(world: World, row: Row):
    """An id that leads nowhere, in each place of the address: 404, and never more than the same person learns of an existing one.
    One stands for all who are served, one for those who take another role, one for those who may not know."""
    before = world.fingerprints()
    told_apart = [row.yes & SIGNED, row.no, row.refused & SIGNED - row.no]
    visitors = {min(kind, key=PEOPLE.index) for kind in told_apart if kind} | ({"anonymous"} if row.is_public and not row.asks else set())
    for name in row.names:
        missing = "999999" if world.made.places[name].isdecimal() else "no-such-thing"
        for person in sorted(visitors, key=PEOPLE.index):
            answer = world.call(row, person, places={**world.made.places, name: missing})
            expected = {404} | ({row.denial(person)} if person in row.refused | row.own else set())
            assert answer.status_code in expected, f"{person}, {name}={missing!r}: {answer.status_code}"
    assert world.fingerprints() == before


@rows([row for row in NAMING if not (POSTGRES and row.writes)])
def test_what_cannot_exist_is_not_there_either(world: World, row: Row):
    """Numbers beyond any database's integers, characters that PostgreSQL does not store: no address, and never our fault. On each
    database the oddest for it alone; on PostgreSQL by reading, since whoever writes looks for the thing in the same way."""
    person = min(row.yes or SIGNED, key=PEOPLE.index)
    for name in row.names:
        for odd in ODD_NUMBERS if world.made.places[name].isdecimal() else ODD_WORDS:
            answer = world.call(row, person, places={**world.made.places, name: odd})
            told = {422} if f"{{{name}}}" in row.address.partition("?")[2] else set()  # a question that cannot be asked is said to be one
            assert answer.status_code in {404, 405, row.denial(person)} | told, f"{name}={odd!r}: {answer.status_code}"


# Programs


@ONCE
@rows([row for row in API if row.writes and row.yes])
def test_a_reading_key_writes_nothing_and_only_a_money_key_moves_money(world: World, row: Row):
    person = min(row.yes & SIGNED, key=PEOPLE.index)
    before = world.fingerprints()
    for kind in ("reading", "writing") if row.money else ("reading",):
        answer = world.call(row, person, key=kind)
        assert (answer.status_code, answer.json["code"]) == (403, "missing_scope"), kind
    assert world.fingerprints() == before
    if not row.money:
        assert world.call(row, person, key="writing").status_code in row.ok
        world.begin_anew()


@ONCE
@rows([row for row in API if not row.is_public])
def test_the_api_takes_keys_and_no_cookies(world: World, row: Row):
    """A browser that is signed in must not be a key: other sites could make it send requests."""
    before = world.fingerprints()
    address = row.address.format_map(world.made.places)
    answer = world.visitor("owner").open(address, method=row.method, json={})
    assert answer.status_code == 401
    answer = world.app.test_client().open(address, method=row.method, json={}, headers=bearer("hub_unknown"))
    assert (answer.status_code, answer.json["code"]) == (401, "bad_key")
    assert world.fingerprints() == before


# Forms


@ONCE
@rows([row for row in WRITES if not row.is_api])
def test_a_form_without_its_token_is_refused(world: World, row: Row):
    world.app.config["WTF_CSRF_ENABLED"] = True
    before = world.fingerprints()
    person = min(row.yes or SIGNED, key=PEOPLE.index)
    answer = world.call(row, person)
    if not row.csrf:
        assert answer.status_code in row.ok
        world.begin_anew()
        return
    assert answer.status_code == 400, answer.status_code
    assert world.fingerprints() == before


def test_the_table_says_what_it_means():
    """No row is served to somebody it also refuses, and what is only stopped says so."""
    for row in ROWS:
        assert not row.yes & row.no, row
        assert not row.writes or not row.csrf or row.ok <= DONE | STOPPED or row.ok == frozenset({404}), (
            row
        )  # what proves its caller otherwise answers in its own words
        assert not (row.is_api and not row.writes and row.money), row
