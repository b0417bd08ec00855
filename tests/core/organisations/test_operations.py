"""What the operations on organisations do, and what a refusal leaves as it was."""

import pytest
from sqlalchemy import select

from hub.core.accounts import operations as accounts
from hub.core.organisations import operations, queries, rules
from hub.core.organisations.models import Membership, Organisation
from hub.core.organisations.states import Kind
from hub.db import work
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.kernel.actor import ANONYMOUS, SYSTEM, Role
from hub.kernel.errors import HubError, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn
from tests.factories.people import actor_of, organisation, person


def kinds() -> list[str]:
    return list(db.session.scalars(select(JournalRow.kind).order_by(JournalRow.id)))


def roles(organisation: Organisation) -> dict[str, Role]:
    return {member.handle: member.role for member in queries.members(organisation.id)}


def add(owner, organisation, newcomer, role=Role.MEMBER) -> Membership:
    with work.unit():
        return operations.add_member(actor=actor_of(owner), organisation=organisation, email=newcomer.email, role=role)


def test_founding_makes_the_founder_owner(app):
    ada = person()
    with work.unit():
        acme = operations.found(
            actor=actor_of(ada), name=" Acme Food ", kind=Kind.COMPANY, country="DE", website="https://acme.example", about="We mill."
        )
    assert (acme.slug, acme.name, acme.source) == ("acme-food", "Acme Food", "")
    assert actor_of(ada).owns(acme.id) and actor_of(ada).keeps_books_of(acme.id) and actor_of(ada).manages(acme.id)
    assert kinds()[-1] == "OrganisationFounded"
    row = db.session.scalars(select(JournalRow).order_by(JournalRow.id.desc())).first()
    assert row is not None and row.subject == f"organisation:{acme.id}" and row.facts == {"organisation_id": acme.id, "kind": "company"}


def test_names_alike_get_addresses_of_their_own(app):
    ada = person()
    slugs = [organisation(ada, name).slug for name in ("Acme", "ACME!", "Acme Two", "acme", "New", "创新公司", "北京大学")]
    assert slugs == ["acme", "acme-2", "acme-two", "acme-3", "new-2", "org", "org-2"]


@pytest.mark.parametrize(("who", "refusal"), [("unconfirmed", NotAllowed), ("visitor", NotSignedIn), ("system", NotAllowed)])
def test_only_people_with_a_confirmed_address_found(app, who, refusal):
    actor = {"unconfirmed": lambda: actor_of(person(verified=False)), "visitor": lambda: ANONYMOUS, "system": lambda: SYSTEM}[who]()
    with pytest.raises(refusal), work.unit():
        operations.found(actor=actor, name="Acme", kind=Kind.COMPANY)
    assert db.session.scalars(select(Organisation)).all() == []


def test_a_member_is_added_at_once_and_the_event_names_them(app):
    ada, bob = person(), person("Bob")
    acme = organisation(ada)
    add(ada, acme, bob, Role.FINANCE)
    assert actor_of(bob).keeps_books_of(acme.id) and not actor_of(bob).manages(acme.id)
    row = db.session.scalars(select(JournalRow).order_by(JournalRow.id.desc())).first()
    assert row is not None
    assert (row.kind, row.subject, row.scope) == ("MemberAdded", f"person:{bob.id}", f"organisation:{acme.id}")
    assert row.facts == {"organisation_id": acme.id, "person_id": bob.id, "role": "finance"}


def test_only_confirmed_active_strangers_can_be_added(app):
    ada, unconfirmed, suspended, bob = person(), person("Uma", verified=False), person("Sven"), person("Bob")
    acme = organisation(ada)
    add(ada, acme, bob)
    with work.unit():
        accounts.suspend(actor=SYSTEM, person=suspended, reason="Spam")
    before = kinds()
    for email, code in [
        ("nobody@example.org", "no_such_account"),
        (unconfirmed.email, "no_such_account"),
        (suspended.email, "no_such_account"),
        (bob.email.upper(), "already_member"),
    ]:
        with pytest.raises(Invalid) as refusal, work.unit():
            operations.add_member(actor=actor_of(ada), organisation=acme, email=email, role=Role.MEMBER)
        assert refusal.value.code == code and set(refusal.value.fields) == {"email"}
    assert len(queries.members(acme.id)) == 2 and kinds() == before


@pytest.mark.parametrize("role", [None, Role.MEMBER, Role.FINANCE, Role.MANAGER])
def test_only_owners_decide_who_belongs(app, role):
    ada, bob, eve = person(), person("Bob"), person("Eve")
    acme, other = organisation(ada), organisation(eve, "Other")
    add(ada, acme, bob)
    if role is not None:
        add(ada, acme, eve, role)
    before, were = kinds(), roles(acme)
    denied = [
        lambda who: operations.add_member(actor=who, organisation=acme, email=person("Zed").email, role=Role.OWNER),
        lambda who: operations.change_role(actor=who, organisation=acme, person_id=bob.id, role=Role.OWNER),
        lambda who: operations.change_role(actor=who, organisation=acme, person_id=who.person_id, role=Role.OWNER),
        lambda who: operations.remove_member(actor=who, organisation=acme, person_id=bob.id),
    ]
    for act in denied:
        with pytest.raises(NotAllowed):
            act(actor_of(eve))
        db.session.rollback()
    assert roles(acme) == were
    assert [kind for kind in kinds() if kind != "PersonRegistered"] == [kind for kind in before if kind != "PersonRegistered"]
    assert actor_of(eve).owns(other.id), "owning one organisation gives nothing in another"


def test_roles_change_and_members_go(app):
    ada, bob = person(), person("Bob")
    acme = organisation(ada)
    add(ada, acme, bob)
    with work.unit():
        operations.change_role(actor=actor_of(ada), organisation=acme, person_id=bob.id, role=Role.MANAGER)
    assert actor_of(bob).manages(acme.id)
    with work.unit():
        operations.change_role(actor=actor_of(ada), organisation=acme, person_id=bob.id, role=Role.MANAGER)
    assert kinds().count("MemberRoleChanged") == 1, "nothing changed the second time"
    with work.unit():
        operations.remove_member(actor=actor_of(bob), organisation=acme, person_id=bob.id)
    assert not actor_of(bob).belongs_to(acme.id)
    assert kinds()[-1] == "MemberRemoved"
    for act in (
        lambda: operations.remove_member(actor=actor_of(ada), organisation=acme, person_id=bob.id),
        lambda: operations.change_role(actor=actor_of(ada), organisation=acme, person_id=9999, role=Role.MEMBER),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_last_owner_neither_leaves_nor_steps_down(app):
    ada, bob, root = person(), person("Bob"), person("Root", admin=True)
    acme = organisation(ada)
    add(ada, acme, bob, Role.MANAGER)
    for who in (ada, root):
        for act in (
            lambda who=who: operations.remove_member(actor=actor_of(who), organisation=acme, person_id=ada.id),
            lambda who=who: operations.change_role(actor=actor_of(who), organisation=acme, person_id=ada.id, role=Role.MEMBER),
        ):
            with pytest.raises(NotNow) as refusal, work.unit():
                act()
            assert refusal.value.code == "last_owner"
    assert roles(acme) == {ada.handle: Role.OWNER, bob.handle: Role.MANAGER}
    with work.unit():
        operations.change_role(actor=actor_of(ada), organisation=acme, person_id=bob.id, role=Role.OWNER)
        operations.remove_member(actor=actor_of(ada), organisation=acme, person_id=ada.id)
    assert roles(acme) == {bob.handle: Role.OWNER}


def test_managers_change_the_page_and_others_do_not(app):
    ada, bob, eve = person(), person("Bob"), person("Eve")
    acme = organisation(ada)
    add(ada, acme, bob, Role.MANAGER)
    add(ada, acme, eve, Role.FINANCE)
    with work.unit():
        operations.change(actor=actor_of(bob), organisation=acme, name="Acme Mills", country="FR")
    assert (acme.name, acme.country, acme.slug) == ("Acme Mills", "FR", "acme")
    row = db.session.scalars(select(JournalRow).order_by(JournalRow.id.desc())).first()
    assert row is not None and row.facts["fields"] == ["name", "country"]
    for who in (actor_of(eve), actor_of(person("Zed")), ANONYMOUS):
        with pytest.raises(NotAllowed), work.unit():
            operations.change(actor=who, organisation=acme, name="Taken over")
    assert acme.name == "Acme Mills"


def test_an_import_finds_its_organisation_again_and_never_somebody_elses(app):
    ada = person()
    mine = organisation(ada, "NASA", "agency")
    made = []
    for _ in range(2):
        with work.unit():
            made.append(
                operations.find_or_create_imported(actor=SYSTEM, name="NASA", kind=Kind.AGENCY, source="challenge.gov", country="US")
            )
    assert made[0].id == made[1].id != mine.id
    assert (made[0].slug, made[0].source, queries.members(made[0].id)) == ("nasa-2", "challenge.gov", [])
    assert kinds().count("OrganisationImported") == 1
    with pytest.raises(NotAllowed):
        operations.find_or_create_imported(actor=actor_of(ada), name="ESA", kind=Kind.AGENCY, source="x")


def test_what_others_ask(app):
    ada, bob = person(), person("Bob")
    zeta, acme = organisation(ada, "Zeta"), organisation(ada, "acme")
    add(ada, acme, bob, Role.FINANCE)
    assert [(o.slug, role) for o, role in queries.of_person(ada.id)] == [("acme", Role.OWNER), ("zeta", Role.OWNER)]
    assert queries.roles_of(bob.id) == {acme.id: Role.FINANCE}
    assert queries.member_ids(acme.id, [Role.OWNER]) == [ada.id] and queries.member_ids(acme.id) == [ada.id, bob.id]
    assert queries.cards([zeta.id, None, 99]) == {zeta.id: queries.OrganisationCard(zeta.id, "zeta", "Zeta", Kind.COMPANY)}
    assert [member.name for member in queries.members(acme.id)] == ["Ada Solver", "Bob"]
    for missing in (
        lambda: queries.get(99),
        lambda: queries.by_slug("nix"),
        lambda: queries.card(99),
        lambda: queries.membership(zeta.id, bob.id),
    ):
        with pytest.raises(NotFound):
            missing()


def test_only_administrators_list_everybody(app):
    ada, root = person("Ada 50%", email="ada@example.org"), person("Root", admin=True)
    organisation(ada)
    found, total = queries.people(actor_of(root), "ADA@")
    assert total == 1 and found[0].person.id == ada.id and [place.slug for place in found[0].places] == ["acme"]
    assert queries.people(actor_of(root), "50%")[1] == 1 and queries.people(actor_of(root), "5_%")[1] == 0
    assert [row.person.id for row in queries.people(actor_of(root), "", page=2, size=1)[0]] == [ada.id]
    for who in (actor_of(ada), ANONYMOUS, actor_of(person("Con", consultant=True))):
        with pytest.raises(HubError):
            queries.people(who)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("acme.example", "https://acme.example"),
        (" http://acme.example/x ", "http://acme.example/x"),
        ("", ""),
        ("https://例子.中国/", "https://例子.中国/"),
    ],
)
def test_a_web_address_is_completed(typed, kept):
    assert rules.web_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "ftp://acme.example",
        "https://user:pw@acme.example",
        "acme",
        "https://a b.example",
        "http://[::1",
        "javascript://acme.example/%0aalert(1)",
    ],
)
def test_a_dangerous_or_broken_web_address_is_refused(typed):
    with pytest.raises(Invalid):
        rules.web_address(typed)


def test_countries_have_names_in_both_languages():
    english, chinese = dict(rules.country_names("en")), dict(rules.country_names("zh"))
    assert english["DE"] == "Germany" and chinese["DE"] == "德国"
    assert set(english) == set(chinese) == rules.COUNTRIES and not {"EU", "ZZ", "XA"} & rules.COUNTRIES
