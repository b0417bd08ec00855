"""Two sides, countersigned: nothing is in force before all have signed; who says no says why."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from hub.cli.evidence import verify
from hub.core.agreements import operations as agreements
from hub.core.agreements import queries as terms_read
from hub.core.agreements import rules as deed_rules
from hub.core.agreements.models import SignedAs, TermsParty, TermsRefusal
from hub.core.agreements.rules import Ending, Signers
from hub.core.agreements.states import State as Standing
from hub.core.contracts import operations, queries
from hub.core.contracts.models import Contract
from hub.core.contracts.rules import Takes
from hub.core.contracts.states import State
from hub.core.deeds import queries as deeds
from hub.core.evidence import rules as evidence
from hub.core.messages.models import Notification
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.bundles import Unreadable
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from hub.kernel.money import Money
from hub.web.todo import todos
from tests.core.conftest import Cast
from tests.factories import contracts, people


def handle(cast: Cast, name: str) -> str:
    return cast.people[name].handle


def run(operation: Any, contract: Contract, **more: Any) -> Any:
    with work.unit():
        return operation(contract=db.session.merge(contract), **more)


@pytest.fixture
def asked(cast: Cast) -> Contract:
    """Acme proposes a licence to the solver."""
    with work.unit():
        return contracts.proposed(cast.owner, handle(cast, "solver"), organisation_id=cast.company.id, terms={"term_years": 5})


def sign(actor: Actor, contract: Contract) -> Contract:
    with work.unit():
        return contracts.sign(actor, db.session.merge(contract))


def told(person_id: int | None) -> list[str]:
    rows = db.session.query(Notification).filter_by(person_id=person_id).order_by(Notification.id)
    return [note.text % note.values for note in rows]


def test_it_is_in_force_only_when_both_have_signed_and_each_is_told_whom_it_awaits(cast: Cast, asked: Contract) -> None:
    assert any("Acme proposes an agreement to you: “Coating licence”" in line for line in told(cast.solver.person_id))
    assert [todo.href for todo in todos(cast.solver)] == [todo.href for todo in todos(cast.manager)] == [f"/contracts/{asked.id}"]
    asked = sign(cast.solver, asked)
    assert asked.state is State.PROPOSED and asked.force_terms_id is None
    assert any("solver has signed. Other signatures are still awaited" in line for line in told(cast.owner.person_id))
    assert not todos(cast.solver)
    (line,) = terms_read.mine(cast.solver)
    assert (line.state, [side.organisation_id for side in line.awaited]) == (Standing.AWAITS, [cast.company.id])
    asked = sign(cast.manager, asked)
    assert asked.state is State.IN_FORCE and asked.force_terms_id == asked.terms_id
    assert terms_read.mine(cast.solver)[0].state is terms_read.mine(cast.owner)[0].state is Standing.IN_FORCE
    assert any("is in force: all have signed" in line for line in told(cast.solver.person_id))
    ends = {end.what: end.ends_at for end in terms_read.ends_of([asked.terms_id or 0])}
    assert set(ends) == set(Ending) and ends[Ending.LICENCE].year == clock.now().year + 5


@pytest.mark.parametrize("who", ["member", "finance", "stranger", "admin"])
def test_nobody_else_signs_returns_or_changes_it(cast: Cast, asked: Contract, who: str) -> None:
    for act, more in (
        (contracts.sign, None), (operations.return_, {"reason": contracts.REASON}), (operations.withdraw, {"reason": contracts.REASON}),
    ):  # fmt: skip
        with pytest.raises(NotAllowed), work.unit():
            here = db.session.merge(asked)
            contracts.sign(cast.actor(who), here) if more is None else act(actor=cast.actor(who), contract=here, **more)
    assert terms_read.signatures(asked.terms_id or 0) == [] and db.session.merge(asked).state is State.PROPOSED
    if who != "admin":
        with pytest.raises(NotFound):
            queries.get_for(cast.actor(who), asked.id)


def test_a_draft_is_seen_by_its_own_side_alone(cast: Cast) -> None:
    with work.unit():
        draft = contracts.drawn_up(cast.owner, handle(cast, "solver"), organisation_id=cast.company.id)
    assert queries.get_for(cast.manager, draft.id).id == draft.id
    with pytest.raises(NotFound):
        queries.get_for(cast.solver, draft.id)
    with pytest.raises(NotAllowed), work.unit():
        contracts.drawn_up(cast.member, handle(cast, "solver"), organisation_id=cast.company.id)


def test_two_people_sign_where_the_organisation_asks_for_two(cast: Cast) -> None:
    with pytest.raises(NotAllowed), work.unit():
        agreements.set_rule(actor=cast.manager, organisation_id=cast.company.id, needed=2, signers=Signers.MANAGERS)
    with pytest.raises(Invalid), work.unit():
        agreements.set_rule(actor=cast.owner, organisation_id=cast.company.id, needed=2, signers=Signers.OWNERS)
    with work.unit():
        agreements.set_rule(actor=cast.owner, organisation_id=cast.company.id, needed=2, signers=Signers.MANAGERS)
    with work.unit():
        contract = contracts.proposed(cast.solver, cast.company.slug)
    sign(cast.solver, contract)
    contract = sign(cast.owner, contract)
    assert contract.state is State.PROPOSED and [todo.href for todo in todos(cast.owner)] == []
    with pytest.raises(NotAllowed):
        sign(cast.owner, contract)
    assert sign(cast.manager, contract).state is State.IN_FORCE
    roles = deeds.roles_of(contract.terms_id or 0)
    assert sorted(str(role) for role in roles.values()) == ["manager", "owner"]


def test_an_organisation_whose_owners_sign_is_not_bound_by_a_manager(cast: Cast) -> None:
    with work.unit():
        agreements.set_rule(actor=cast.owner, organisation_id=cast.company.id, needed=1, signers=Signers.OWNERS)
    with work.unit():
        contract = contracts.proposed(cast.solver, cast.company.slug)
    assert not todos(cast.manager)
    with pytest.raises(NotAllowed):
        sign(cast.manager, contract)
    assert terms_read.signatures(contract.terms_id or 0) == []
    sign(cast.owner, contract)


def test_who_does_not_sign_says_why_and_the_next_version_shows_what_changed(cast: Cast, asked: Contract) -> None:
    sign(cast.owner, asked)
    with pytest.raises(Invalid):
        run(operations.return_, asked, actor=cast.solver, reason="no")
    asked = run(operations.return_, asked, actor=cast.solver, reason=contracts.REASON)
    first = asked.terms_id or 0
    assert asked.state is State.RETURNED and terms_read.refusal(first).reason == contracts.REASON  # type: ignore[union-attr]
    with pytest.raises(NotNow), work.unit():
        agreements.sign(actor=cast.solver, terms=terms_read.get(first), seen_hash=terms_read.get(first).hash)
    run(operations.edit, asked, actor=cast.owner, title=asked.title, object=asked.object, terms={"term_years": 8}, takes=asked.takes)
    asked = run(operations.propose, asked, actor=cast.owner)
    newest = terms_read.get(asked.terms_id or 0)
    assert newest.number == 2 and any("See what changed" in line for line in told(cast.solver.person_id))
    before, _ = deeds.earlier(cast.owner, newest, None)
    changed = [one for one in deed_rules.compare(before.text_en, newest.text_en) if one.kind is not deed_rules.Became.SAME]
    assert [one.heading for one in changed] == ["Term and scope of the licence"]
    with pytest.raises(Conflict), work.unit():
        operations.sign(actor=cast.solver, contract=db.session.merge(asked), seen_hash=before.hash)
    sign(cast.solver, asked)
    assert sign(cast.owner, asked).state is State.IN_FORCE


def test_a_change_leaves_the_version_in_force_until_all_have_signed_it(cast: Cast, asked: Contract) -> None:
    sign(cast.owner, asked)
    asked = sign(cast.solver, asked)
    binding = asked.force_terms_id
    run(operations.change, asked, actor=cast.owner)
    with pytest.raises(NotNow) as same:
        run(operations.propose, asked, actor=cast.owner)
    assert same.value.code == "nothing_changed"
    run(operations.edit, asked, actor=cast.owner, title=asked.title, object=asked.object, terms={"term_years": 9}, takes=asked.takes)
    asked = run(operations.propose, asked, actor=cast.owner)
    assert asked.force_terms_id == binding != asked.terms_id
    with pytest.raises(NotNow):
        run(operations.withdraw, asked, actor=cast.owner, reason=contracts.REASON)
    asked = run(operations.keep, asked, actor=cast.owner, reason=contracts.REASON)
    assert (asked.state, asked.force_terms_id, asked.choices["term_years"]) == (State.IN_FORCE, binding, 5)


def changed(cast: Cast) -> Contract:
    """In force with the solver for EUR 1,000.00; its owner is drawing up a change of everything."""
    with work.unit():
        made = contracts.in_force(
            cast.owner, cast.solver, handle(cast, "solver"), organisation_id=cast.company.id, price=Money(100_000, "EUR"),
            terms={"term_years": 5},
        )  # fmt: skip
    run(operations.change, made, actor=cast.owner)
    run(
        operations.edit, made, actor=cast.owner, title="Our last word", object="Half of the family alone, and none of the know-how.",
        takes=Takes.RECEIVES, price=Money(10, "USD"), terms={"term_years": 9},
    )  # fmt: skip
    return made


def said(contract: Contract) -> tuple[Any, ...]:
    return contract.title, contract.object, contract.takes, contract.price, contract.choices["term_years"]


def test_what_is_kept_says_again_what_is_in_force_in_all_its_parts(client: FlaskClient, cast: Cast) -> None:
    made = changed(cast)
    binding = made.force_terms_id
    run(operations.propose, made, actor=cast.owner)
    run(operations.return_, made, actor=cast.solver, reason=contracts.REASON)
    made = run(operations.keep, made, actor=cast.owner)
    assert said(made) == ("Coating licence", contracts.OBJECT, Takes.GIVES, Money(100_000, "EUR"), 5)
    assert (made.state, made.terms_id) == (State.IN_FORCE, binding)
    people.sign_in(client, cast.people["solver"])
    page = client.get(made.path).text
    assert contracts.OBJECT in page and "none of the know-how" not in page
    run(operations.change, made, actor=cast.owner)
    with pytest.raises(NotNow) as same:
        run(operations.propose, made, actor=cast.owner)
    assert same.value.code == "nothing_changed"


def test_the_other_side_reads_a_change_once_it_is_proposed_and_not_before(client: FlaskClient, cast: Cast) -> None:
    made, key = changed(cast), people.api_headers(cast.people["solver"])
    people.sign_in(client, cast.people["solver"])
    for page in (made.path, "/my/contracts"):
        assert "Coating licence" in client.get(page).text and "Our last word" not in client.get(page).text
    for told in (
        client.get(f"/api/v1{made.path}", headers=key).get_json(),
        client.get("/api/v1/contracts", headers=key).get_json()["items"][0],
    ):
        assert (told["title"], told["price"], told["currency"], told["takes"]) == ("Coating licence", "1000.00", "EUR", "gives")
        assert told["object"] == contracts.OBJECT and told["terms"]["term_years"] == 5
    own = client.get(f"/api/v1{made.path}", headers=people.api_headers(cast.people["owner"])).get_json()
    assert (own["title"], own["price"], own["takes"]) == ("Our last word", "0.10", "receives")
    run(operations.propose, made, actor=cast.owner)
    assert "Our last word" in client.get(made.path).text


def test_what_binds_is_listed_as_in_force_until_all_have_signed_another(client: FlaskClient, cast: Cast) -> None:
    made = changed(cast)

    def states() -> list[Standing]:
        return [line.state for line in terms_read.mine(cast.solver)]

    run(operations.propose, made, actor=cast.owner)
    assert states() == [Standing.TO_SIGN, Standing.IN_FORCE]
    people.sign_in(client, cast.people["solver"])
    page = client.get(f"/agreements/{made.force_terms_id}").text
    assert "is in force until all have signed another" in page and "Replaced by" not in page
    run(operations.return_, made, actor=cast.solver, reason=contracts.REASON)
    assert states() == [Standing.REFUSED, Standing.IN_FORCE]
    run(
        operations.edit,
        made,
        actor=cast.owner,
        title="Coating licence",
        object=contracts.OBJECT,
        takes=Takes.GIVES,
        terms={"term_years": 6},
    )
    run(operations.propose, made, actor=cast.owner)
    sign(cast.owner, made)
    sign(cast.solver, made)
    assert states() == [Standing.IN_FORCE, Standing.REFUSED, Standing.REPLACED]


def test_nobody_is_reminded_of_the_end_of_what_another_version_has_replaced(cast: Cast) -> None:
    made = changed(cast)
    [old] = [one for one in terms_read.ends_of([made.force_terms_id or 0]) if one.what is Ending.LICENCE]
    run(operations.propose, made, actor=cast.owner)
    sign(cast.owner, made)
    sign(cast.solver, made)
    with clock.at(old.ends_at - timedelta(days=10)), work.unit():
        assert agreements.remind_of_ends() == 0
    [new] = [one for one in terms_read.ends_of([db.session.get_one(Contract, made.id).force_terms_id or 0]) if one.what is Ending.LICENCE]
    with clock.at(new.ends_at - timedelta(days=10)), work.unit():
        assert agreements.remind_of_ends() == 1


def test_who_decides_for_both_sides_signs_for_one_of_them_and_is_told_so(cast: Cast) -> None:
    other = people.organisation(cast.people["owner"], "Acme Coatings")
    with work.unit():
        made = contracts.proposed(cast.owner, other.slug, organisation_id=cast.company.id)
    sign(cast.owner, made)
    with pytest.raises(NotAllowed) as refused:
        sign(cast.owner, made)
    assert refused.value.code == "both_sides"


@pytest.mark.parametrize("other", ["", "nobody-here", "/orgs/nobody", "@nobody"])
def test_an_unknown_other_side_is_refused_beside_the_field(cast: Cast, other: str) -> None:
    with pytest.raises(Invalid) as refused, work.unit():
        contracts.drawn_up(cast.solver, other)
    assert set(refused.value.fields) == {"other"} and db.session.query(Contract).count() == 0


def test_nobody_agrees_with_themselves(cast: Cast) -> None:
    for more in ({"other": handle(cast, "owner")}, {"other": cast.company.slug, "organisation_id": cast.company.id}):
        with pytest.raises(Invalid) as refused, work.unit():
            contracts.drawn_up(cast.owner, **more)
        assert refused.value.code == "same_party"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "x"}, "title"),
        ({"object": "short"}, "object"),
        ({"terms": {"term_years": 0}}, "terms.term_years"),
        ({"kind": "nda"}, "kind"),
        ({"kind": "award"}, "kind"),
    ],
)
def test_what_cannot_be_agreed_is_named_field_by_field(cast: Cast, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused, work.unit():
        contracts.drawn_up(cast.owner, handle(cast, "solver"), **change)
    assert set(refused.value.fields) == {field} and db.session.query(Contract).count() == 0


@pytest.mark.parametrize("table", [TermsParty, TermsRefusal, SignedAs])
def test_the_database_itself_refuses_to_change_parties_refusals_and_roles(cast: Cast, asked: Contract, table: Any) -> None:
    sign(cast.owner, asked)
    run(operations.return_, asked, actor=cast.solver, reason=contracts.REASON)
    column = {"terms_party": "place", "terms_refusal": "reason", "signed_as": "role"}[table.__tablename__]
    value: Any = {"place": 7, "reason": "Another reason altogether.", "role": "finance"}[column]
    for statement in (update(table).values({column: value}), delete(table)):
        with pytest.raises(DatabaseError), work.unit():
            db.session.execute(statement)
        work.rollback()


# The calendar


def test_both_sides_are_reminded_once_before_something_ends(cast: Cast, asked: Contract) -> None:
    sign(cast.owner, asked)
    asked = sign(cast.solver, asked)
    licence = next(end for end in terms_read.ends_of([asked.terms_id or 0]) if end.what is Ending.LICENCE)
    with clock.at(licence.ends_at - timedelta(days=31)), work.unit():
        before = agreements.remind_of_ends()
    with clock.at(licence.ends_at - timedelta(days=29)):
        assert terms_read.mine(cast.solver)[0].state is Standing.ENDS_SOON
        with work.unit():
            assert agreements.remind_of_ends() == 1
        with work.unit():
            assert agreements.remind_of_ends() == 0
    assert before == 0  # the evaluation was over long before: nobody is reminded of what has ended
    for person in (cast.solver, cast.owner, cast.manager):
        assert sum("the licence ends on" in line for line in told(person.person_id)) == 1
    assert not any("the licence ends on" in line for line in told(cast.member.person_id))
    with clock.at(licence.ends_at):
        assert terms_read.mine(cast.solver)[0].state is Standing.ENDED


# Evidence


@pytest.fixture
def bound(cast: Cast, asked: Contract) -> dict[str, Any]:
    """The file of evidence of an agreement in force."""
    sign(cast.solver, asked)
    contract = sign(cast.owner, asked)
    with work.unit():
        return deeds.file(cast.solver, terms_read.get(contract.terms_id or 0))


def codes(told: dict[str, Any]) -> set[str]:
    return {finding.code for finding in evidence.check(told) if not finding.ok}


def test_the_file_holds_as_it_is_and_names_who_signed_in_which_role(bound: dict[str, Any]) -> None:
    assert codes(bound) == set() and bound["in_force"] is True
    assert [(one["person"], one["organisation"], one["role"]) for one in bound["signatures"]] == [
        ("solver", "", ""), ("owner", "Acme", "owner"),
    ]  # fmt: skip


TAMPERED: list[tuple[str, Any, str]] = [
    ("text_en", lambda told: told["text_en"].replace("5 years", "50 years"), "text"),
    ("text_zh", lambda told: told["text_zh"] + "。", "text"),
    ("hash", lambda told: "0" * 64, "text"),
    ("version", lambda told: 7, "statement"),
    ("subject", lambda told: "contract:999", "text"),
    ("in_force", lambda told: False, "parties"),
    ("signatures", lambda told: told["signatures"][:1], "parties"),
    ("signatures", lambda told: [{**told["signatures"][0], "person": "Somebody Else"}, told["signatures"][1]], "signature"),
    ("signatures", lambda told: [told["signatures"][0], {**told["signatures"][1], "role": "manager"}], "signature"),
    ("signatures", lambda told: [told["signatures"][0], {**told["signatures"][1], "signed_at": "2020-01-01T00:00:00+00:00"}], "signature"),
    ("signatures", lambda told: [told["signatures"][0], {**told["signatures"][1], "hash": "1" * 64}], "signature_text"),
    ("drawn_up_at", lambda told: "2020-01-01T00:00:00+00:00", "statement"),
    ("signature", lambda told: "00" * 64, "statement"),
    ("key", lambda told: {**told["key"], "public_key": "11" * 32}, "key"),
]


@pytest.mark.parametrize(("part", "change", "code"), TAMPERED)
def test_a_tampered_agreement_is_refused_with_what_is_wrong(bound: dict[str, Any], part: str, change: Any, code: str) -> None:
    assert code in codes({**bound, part: change(bound)})


@pytest.mark.parametrize("part", ["signatures", "text_zh", "key", "parties"])
def test_a_file_without_its_parts_cannot_be_checked(bound: dict[str, Any], part: str) -> None:
    with pytest.raises(Unreadable):
        evidence.check({name: value for name, value in bound.items() if name != part})


def test_the_command_and_the_page_check_it(bound: dict[str, Any], client: FlaskClient, tmp_path: Any) -> None:
    file = tmp_path / "agreement.json"
    file.write_text(json.dumps(bound, ensure_ascii=False))
    good = CliRunner().invoke(verify, [str(file)])
    assert good.exit_code == 0 and "The agreement holds." in good.output
    bound["signatures"][0]["person"] = "Mallory"
    file.write_text(json.dumps(bound))
    bad = CliRunner().invoke(verify, [str(file)])
    assert bad.exit_code == 1 and "was altered: the person" in bad.output and "does NOT hold" in bad.output
    page = client.post("/evidence/verify", data={"text": json.dumps(bound)}).get_data(as_text=True)
    assert "It does not hold" in page and "was altered: the person" in page


def test_names_of_a_deal_stay_unknown_until_both_have_signed(app: Flask, cast: Cast) -> None:
    """Where the text does not name the parties, a signature of one tells the other nothing."""
    with work.unit():
        terms = agreements.draw_up(
            actor=SYSTEM, subject="deal:999", kind="nda", choices={}, parties={"seeker": "", "title": "Powder", "reference": "D-9"},
            sides=(agreements.Side(organisation_id=cast.company.id, needed=1), agreements.Side(cast.solver.person_id, needed=1)),
        )  # fmt: skip
        agreements.sign(actor=cast.solver, terms=terms, seen_hash=terms.hash)
    half = deeds.deed(cast.owner, terms)
    assert half.records == () and {one.name for one in half.parties} == {"Acme", ""} and not half.in_force
    with work.unit():
        agreements.sign(actor=cast.owner, terms=db.session.merge(terms), seen_hash=terms.hash, organisation_id=cast.company.id)
    whole = deeds.deed(cast.owner, terms_read.get(terms.id))
    assert whole.in_force and {one.name for one in whole.parties} == {"Acme", "solver"}


# The doors


def test_a_page_walks_from_the_draft_to_the_signature(client: FlaskClient, cast: Cast) -> None:
    people.sign_in(client, cast.people["owner"])
    form = {
        "kind": "technology", "takes": "gives", "title": "Coating licence", "object": contracts.OBJECT, "other": f"/people/{handle(cast, 'solver')}",
        "organisation": cast.company.slug, "price": "60,000", "currency": "EUR", "terms.transfer": "exclusive_licence",
        "terms.term_years": "many", "terms.territory": "Japan", "terms.evaluation_days": "60", "terms.confidentiality_years": "3",
    }  # fmt: skip
    refused = client.post("/agreements/new", data=form)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and 'value="many"' in page and "Coating licence" in page and "Write a whole number" in page
    made = client.post("/agreements/new", data={**form, "terms.term_years": "8"})
    contract = db.session.query(Contract).one()
    assert made.location == f"/contracts/{contract.id}/check"
    check = client.get(made.location).get_data(as_text=True)
    assert "EUR 60,000" in check and "the territory Japan" in check and "solver" in check
    assert client.post(f"/contracts/{contract.id}/propose", data={"version": contract.version}).status_code == 302
    terms = terms_read.get(db.session.query(Contract).one().terms_id or 0)
    seen = {"seen_hash": terms.hash, "agreed": "1"}
    no_tick = client.post(f"/contracts/{contract.id}/confirm", data={"seen_hash": terms.hash})
    assert no_tick.status_code == 422 and "Tick that you have read" in no_tick.get_data(as_text=True)
    confirm = client.post(f"/contracts/{contract.id}/confirm", data=seen).get_data(as_text=True)
    assert "Sign now" in confirm and terms.hash in confirm and terms_read.signatures(terms.id) == []
    assert client.post(f"/contracts/{contract.id}/sign", data=seen).status_code == 302
    assert len(terms_read.signatures(terms.id)) == 1
    pdf = client.get(f"/agreements/{terms.id}.pdf?text=both")
    assert pdf.data.startswith(b"%PDF") and pdf.headers["Content-Disposition"].endswith(f'agreement-{terms.id}-v1.pdf"')


def test_a_program_does_the_same(client: FlaskClient, cast: Cast) -> None:
    owner, solver = people.api_headers(cast.people["owner"]), people.api_headers(cast.people["solver"])
    body = {
        "kind": "confidentiality", "title": "Plant visit", "object": contracts.OBJECT, "other": handle(cast, "solver"),
        "organisation": cast.company.slug, "terms": {"confidentiality_years": 5},
    }  # fmt: skip
    made = client.post("/api/v1/contracts", json=body, headers=owner)
    assert made.status_code == 201 and made.json["state"] == "draft"
    path = f"/api/v1/contracts/{made.json['id']}"
    assert client.get(path, headers=solver).status_code == 404
    stale = client.post(f"{path}/propose", headers={**owner, "If-Match": '"77"'})
    assert (stale.status_code, stale.json["code"]) == (409, "stale")
    asked = client.post(f"{path}/propose", headers=owner).json
    terms = client.get(f"/api/v1/agreements/{asked['terms_id']}", headers=solver).json
    for who in (owner, solver):
        signed = client.post(f"{path}/sign", json={"seen_hash": terms["hash"]}, headers={**who, "Idempotency-Key": "s1"})
        assert signed.status_code == 200, signed.json
    assert signed.json["state"] == "in_force" and signed.json["in_force_id"] == terms["id"]
    listed = client.get("/api/v1/agreements", headers=solver).json[0]
    assert (listed["state"], listed["id"]) == ("in_force", terms["id"]) and listed["ends_at"]
    file = client.get(f"/api/v1/agreements/{terms['id']}/evidence", headers=solver).json
    assert codes(file) == set()
