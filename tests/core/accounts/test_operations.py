"""What the operations on accounts do, and what a refusal leaves as it was."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, func, select

from hub.core.accounts import operations, queries, rules
from hub.core.accounts.models import LoginSession, MailToken, Person
from hub.core.accounts.states import Purpose, State
from hub.core.keys import operations as keys
from hub.core.keys import queries as keys_read
from hub.core.keys import rules as key_rules
from hub.core.keys.models import ApiKey
from hub.core.keys.rules import KeyKind
from hub.core.retention import operations as retention
from hub.db import journal, work
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, SYSTEM, Duty, Scope
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn
from tests.factories.people import actor_of, organisation, person, signed_in


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def kinds() -> list[str]:
    return list(db.session.scalars(select(JournalRow.kind).order_by(JournalRow.id)))


def registered(email: str = "ada@example.org", password: str = "correct horse") -> Person:
    with work.unit():
        made = operations.register(actor=ANONYMOUS, email=email, name="Ada Lovelace", password=password, language="zh")
    assert made is not None
    return made


def mailed(person: Person, purpose: Purpose) -> str:
    """The secret of the person's latest mail, as the mailing reaction gets it."""
    with work.unit():
        token = db.session.scalars(
            select(MailToken).where(MailToken.person_id == person.id, MailToken.purpose == purpose).order_by(MailToken.id.desc())
        ).first()
        assert token is not None
        secret = operations.fresh_token(token.id)
    assert secret is not None
    return secret


def test_registering_opens_an_unconfirmed_account_and_journals_no_personal_data(app):
    ada = registered(" Ada@Example.org ")
    assert (ada.email, ada.handle, ada.language, ada.email_verified_at) == ("ada@example.org", "ada-lovelace", "zh", None)
    assert not actor_of(ada).verified
    row = db.session.scalars(select(JournalRow)).one()
    assert row.kind == "PersonRegistered" and row.facts == {"person_id": ada.id, "mail_token_id": 1}
    assert row.actor_id == ada.id and row.subject == f"person:{ada.id}"


def test_registering_a_known_address_makes_nothing_but_a_hint_to_its_owner(app):
    ada = registered()
    with work.unit():
        again = operations.register(actor=ANONYMOUS, email="ADA@example.org", name="Mallory", password="other words", language="en")
    assert again is None
    assert count(Person) == 1 and count(MailToken) == 1
    assert kinds()[-1] == "RegistrationRepeated"
    assert queries.with_password("ada@example.org", "correct horse").id == ada.id
    with pytest.raises(Invalid):
        queries.with_password("ada@example.org", "other words")


@pytest.mark.parametrize(
    ("email", "name", "password", "field"),
    [("ada", "Ada", "correct horse", "email"), ("a@b.org", " ", "correct horse", "name"), ("a@b.org", "Ada", "password", "password")],
)
def test_a_refused_registration_leaves_nothing(app, email, name, password, field):
    with pytest.raises(Invalid) as refusal, work.unit():
        operations.register(actor=ANONYMOUS, email=email, name=name, password=password)
    assert set(refusal.value.fields) == {field}
    assert count(Person) == count(MailToken) == 0 and kinds() == []


def test_people_of_one_name_get_handles_of_their_own(app):
    handles = [person("Ada Lovelace").handle for _ in range(3)] + [person("王小明").handle, person("李雷").handle]
    assert handles == ["ada-lovelace", "ada-lovelace-2", "ada-lovelace-3", "member-4", "member-5"]


def test_the_mailed_link_confirms_the_address_once(app):
    ada = registered()
    secret = mailed(ada, Purpose.VERIFY)
    with work.unit():
        operations.verify_email(token=secret)
    assert actor_of(ada).verified
    with pytest.raises(NotFound) as refusal, work.unit():
        operations.verify_email(token=secret)
    assert refusal.value.code == "bad_link"
    assert kinds().count("EmailVerified") == 1


def test_a_mail_written_twice_makes_the_older_link_useless(app):
    ada = registered()
    first, second = mailed(ada, Purpose.VERIFY), mailed(ada, Purpose.VERIFY)
    with pytest.raises(NotFound):
        queries.open_token(first, Purpose.VERIFY)
    assert queries.open_token(second, Purpose.VERIFY).person_id == ada.id


def test_only_hashes_of_secrets_are_kept(app):
    ada = registered()
    secret = mailed(ada, Purpose.VERIFY)
    with work.unit():
        operations.verify_email(token=secret)
        token = signed_in(email=ada.email, password="correct horse")
    with work.unit():
        _, key = keys.issue_key(actor=actor_of(ada), name="Nightly")
    kept = [
        str(value)
        for table in (MailToken, LoginSession, ApiKey, Person)
        for row in db.session.execute(select(table.__table__))
        for value in row
    ]
    kept += [repr(row.facts) for row in db.session.scalars(select(JournalRow))]
    for hidden in (secret, token, key, "correct horse"):
        assert not any(hidden in value for value in kept)


def test_a_confirming_link_lapses_after_a_week_and_is_no_reset_link(app):
    ada = registered()
    secret = mailed(ada, Purpose.VERIFY)
    with pytest.raises(NotFound):
        operations.reset(token=secret, password="new correct horse")
    clock.advance(timedelta(days=7))
    with pytest.raises(NotFound):
        operations.verify_email(token=secret)
    assert not actor_of(ada).verified


def test_the_confirming_mail_is_sent_again_at_most_once_a_minute(app):
    ada = registered()
    with pytest.raises(NotNow):
        operations.request_verification(actor=actor_of(ada))
    clock.advance(timedelta(minutes=1))
    with work.unit():
        operations.request_verification(actor=actor_of(ada))
    assert kinds()[-1] == "VerificationRequested" and count(MailToken) == 2
    with pytest.raises(NotNow):
        operations.request_verification(actor=actor_of(person()))
    with pytest.raises(NotSignedIn):
        operations.request_verification(actor=ANONYMOUS)


def test_a_reset_sets_the_password_once_ends_all_sessions_and_proves_the_address(app):
    ada = registered()
    with work.unit():
        old = signed_in(email=ada.email, password="correct horse")
        operations.request_reset(actor=ANONYMOUS, email="Ada@example.org")
    secret = mailed(ada, Purpose.RESET)
    with work.unit():
        operations.reset(token=secret, password="a fresh start")
    assert queries.identity_by_token(old) is None
    assert queries.with_password(ada.email, "a fresh start").email_verified_at == clock.now()
    with pytest.raises(NotFound), work.unit():
        operations.reset(token=secret, password="another start")
    assert queries.with_password(ada.email, "a fresh start")


def test_a_reset_link_lives_an_hour_from_its_mail(app):
    ada = person()
    with work.unit():
        operations.request_reset(actor=ANONYMOUS, email=ada.email)
    clock.advance(timedelta(minutes=30))
    secret = mailed(ada, Purpose.RESET)
    clock.advance(timedelta(minutes=60) - timedelta(seconds=1))
    assert queries.open_token(secret, Purpose.RESET)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(NotFound):
        operations.reset(token=secret, password="a fresh start")
    assert queries.with_password(ada.email, "demo-pass")


def test_one_reset_uses_up_the_other_links(app):
    ada = person()
    with work.unit():
        operations.request_reset(actor=ANONYMOUS, email=ada.email)
    first = mailed(ada, Purpose.RESET)
    clock.advance(timedelta(minutes=2))
    with work.unit():
        operations.request_reset(actor=ANONYMOUS, email=ada.email)
        pending = db.session.scalar(select(func.max(MailToken.id)))
    with work.unit():
        operations.reset(token=first, password="a fresh start")
    assert operations.fresh_token(pending) is None, "the second mail is not wanted any more"


def test_a_weak_new_password_keeps_the_link_good(app):
    ada = person()
    with work.unit():
        operations.request_reset(actor=ANONYMOUS, email=ada.email)
    secret = mailed(ada, Purpose.RESET)
    with pytest.raises(Invalid), work.unit():
        operations.reset(token=secret, password="password")
    with work.unit():
        operations.reset(token=secret, password="a fresh start")


def test_a_reset_for_nobody_says_and_does_nothing(app):
    ada = person()
    with work.unit():
        operations.suspend(actor=SYSTEM, person=ada, reason="Spam")
    before = kinds()
    with work.unit():
        operations.request_reset(actor=ANONYMOUS, email="nobody@example.org")
        operations.request_reset(actor=ANONYMOUS, email=ada.email)
    assert count(MailToken) == 0 and kinds() == [*before, "ResetForNobody", "ResetForNobody"], "as much is written as for somebody"


def test_resets_are_mailed_at_most_once_a_minute(app):
    ada = person()
    for _ in range(3):
        with work.unit():
            operations.request_reset(actor=ANONYMOUS, email=ada.email)
    assert count(MailToken) == 1


def test_changing_the_password_takes_the_present_one_and_ends_the_other_sessions(app):
    ada = person()
    with work.unit():
        here = signed_in(email=ada.email, password="demo-pass")
        there = signed_in(email=ada.email, password="demo-pass")
    me = queries.identity_by_token(here)
    assert me is not None
    with pytest.raises(Invalid) as refusal, work.unit():
        operations.change_password(actor=me.actor, current="wrong", password="a fresh start")
    assert set(refusal.value.fields) == {"current"}
    assert queries.identity_by_token(there) is not None
    with work.unit():
        operations.change_password(actor=me.actor, current="demo-pass", password="a fresh start")
    assert queries.identity_by_token(here) is not None
    assert queries.identity_by_token(there) is None
    assert queries.with_password(ada.email, "a fresh start").id == ada.id


def test_signing_in_says_the_same_for_an_unknown_address_and_a_wrong_password(app):
    ada = person()
    with pytest.raises(Invalid) as unknown:
        signed_in(email="nobody@example.org", password="demo-pass")
    with pytest.raises(Invalid) as wrong:
        signed_in(email=ada.email, password="demo-past")
    assert (str(unknown.value), unknown.value.code) == (str(wrong.value), wrong.value.code) == (str(wrong.value), "bad_credentials")
    assert count(LoginSession) == 0


def test_an_unknown_address_costs_a_hash_too(app, monkeypatch):
    tried = []
    whole = rules._Hashing.hasher
    monkeypatch.setattr(rules._Hashing, "hasher", type("Counting", (), {
        "hash": whole.hash, "verify": lambda self, kept, typed: tried.append(kept) or whole.verify(kept, typed),
        "__hash__": lambda self: 7, "__eq__": lambda self, other: True,
    })())  # fmt: skip
    with pytest.raises(Invalid):
        queries.with_password("nobody@example.org", "demo-pass")
    assert len(tried) == 1


def test_signing_in_again_ends_the_session_it_replaces(app):
    ada = person()
    with work.unit():
        first = signed_in(email=ada.email, password="demo-pass", ip="10.0.0.1", user_agent="Firefox/1" + "x" * 400)
    with work.unit():
        second = signed_in(email=ada.email, password="demo-pass", replaces=first)
    assert first != second
    assert queries.identity_by_token(first) is None
    assert queries.identity_by_token(second) is not None
    assert len(queries.live_sessions(ada.id)) == 1


def test_a_hash_of_another_cost_is_renewed_at_signing_in(app):
    ada = person()
    with work.unit():
        ada.password_hash = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1).hash("demo-pass")
    with work.unit():
        signed_in(email=ada.email, password="demo-pass")
    assert "m=8,t=1" in ada.password_hash
    assert queries.with_password(ada.email, "demo-pass").id == ada.id


def test_a_session_is_good_for_fourteen_days_without_use(app):
    ada = person()
    with work.unit():
        token = signed_in(email=ada.email, password="demo-pass")
    clock.advance(timedelta(days=13))
    known = queries.identity_by_token(token)
    assert known is not None and not known.noted
    with work.unit():
        operations.note_use(session_id=known.credential_id)
    assert queries.identity_by_token(token).noted
    clock.advance(timedelta(days=13))
    assert queries.identity_by_token(token) is not None
    clock.advance(timedelta(days=1))
    assert queries.identity_by_token(token) is None
    assert queries.live_sessions(ada.id) == []


def test_nobody_ends_another_persons_session(app):
    ada, eve = person(), person("Eve")
    with work.unit():
        token = signed_in(email=ada.email, password="demo-pass")
    session = queries.live_sessions(ada.id)[0]
    for number in (session.id, session.id + 99):
        with pytest.raises(NotFound):
            operations.end_session(actor=actor_of(eve), session_id=number)
    assert queries.identity_by_token(token) is not None
    with work.unit():
        operations.end_session(actor=actor_of(ada), session_id=session.id)
    assert queries.identity_by_token(token) is None
    with pytest.raises(NotFound):
        operations.end_session(actor=actor_of(ada), session_id=session.id)


def test_identity_takes_two_statements_and_carries_roles(app):
    ada = person()
    acme, zeta = organisation(ada, "acme"), organisation(ada, "Zeta")
    with work.unit():
        token = signed_in(email=ada.email, password="demo-pass")
        _, key = keys.issue_key(actor=actor_of(ada), name="Nightly", scopes=[Scope.WRITE])
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]) if args[2] != "BEGIN" else None)
    by_token, by_key = queries.identity_by_token(token), keys_read.identity_by_key(key)
    assert len(seen) == 4, seen
    assert by_token is not None and by_key is not None
    assert by_token.actor.owns(acme.id) and by_key.actor.owns(zeta.id)
    assert [place.name for place in by_token.belongings] == ["acme", "Zeta"]
    assert by_token.actor.scopes == set(Scope) and by_key.actor.scopes == {Scope.READ, Scope.WRITE}


def test_a_key_works_until_it_is_revoked(app):
    ada = person()
    with work.unit():
        row, secret = keys.issue_key(actor=actor_of(ada), name=" Nightly ", scopes=[Scope.MONEY])
    assert secret.startswith(row.prefix + "_") and row.scopes == "read money" and row.name == "Nightly"
    assert keys_read.identity_by_key(secret).actor.person_id == ada.id
    with pytest.raises(NotFound):
        keys.revoke_key(actor=actor_of(person("Eve")), key_id=row.id)
    assert keys_read.identity_by_key(secret) is not None
    with work.unit():
        keys.revoke_key(actor=actor_of(ada), key_id=row.id)
    assert keys_read.identity_by_key(secret) is None
    assert keys_read.keys_of(ada.id) == []
    with pytest.raises(NotFound):
        keys.revoke_key(actor=actor_of(ada), key_id=row.id)


def test_a_protocol_keys_secret_is_derived_and_ends_with_the_sites_own_key(app):
    ada = person()
    with work.unit():
        row, secret = keys.issue_key(actor=actor_of(ada), name="Turk", kind=KeyKind.MTURK, scopes=[Scope.WRITE], site_key="site")
        other, another = keys.issue_key(actor=actor_of(ada), name="Turk", kind=KeyKind.MTURK, site_key="site")
    found = keys_read.identity_by_access_key(row.prefix, "site")
    assert found is not None and found[1] == secret
    assert (found[0].actor.person_id, found[0].actor.scopes) == (ada.id, {Scope.READ, Scope.WRITE})
    assert another != secret and other.prefix != row.prefix
    assert keys_read.identity_by_access_key(row.prefix, "another site key") is None
    assert keys_read.identity_by_access_key("HUBKUNKNOWN", "site") is None
    with work.unit():
        keys.revoke_key(actor=actor_of(ada), key_id=row.id)
    assert keys_read.identity_by_access_key(row.prefix, "site") is None
    with pytest.raises(ValueError):
        keys.issue_key(actor=actor_of(ada), name="Turk", kind=KeyKind.MTURK)


def test_a_key_may_end_by_itself_and_a_protocol_key_opens_no_api(app):
    ada = person()
    with work.unit():
        _, secret = keys.issue_key(actor=actor_of(ada), name="A day", expires_at=clock.now() + timedelta(days=1))
        _, turk = keys.issue_key(actor=actor_of(ada), name="Turk", kind=KeyKind.MTURK, site_key="site")
    assert keys_read.identity_by_key(secret) is not None
    assert keys_read.identity_by_key(turk) is None
    clock.advance(timedelta(days=1))
    assert keys_read.identity_by_key(secret) is None
    with pytest.raises(Invalid):
        keys.issue_key(actor=actor_of(ada), name="Late", expires_at=clock.now())


def test_an_unconfirmed_person_gets_no_key(app):
    ada = person(verified=False)
    with pytest.raises(NotAllowed) as refusal:
        keys.issue_key(actor=actor_of(ada), name="Nightly")
    assert refusal.value.code == "unverified_address"
    assert count(ApiKey) == 0


def test_there_is_an_end_to_keys(app, monkeypatch):
    monkeypatch.setattr(key_rules, "MOST_KEYS", 2)
    ada = person()
    for name in ("One", "Two"):
        with work.unit():
            keys.issue_key(actor=actor_of(ada), name=name)
    with pytest.raises(Invalid):
        keys.issue_key(actor=actor_of(ada), name="Three")
    assert len(keys_read.keys_of(ada.id)) == 2


def test_the_account_changes_as_asked_and_says_which_fields(app):
    ada = person()
    with work.unit():
        operations.change_profile(actor=actor_of(ada), name="Ada L.", handle="Countess", timezone="Europe/London", language="en")
    assert (ada.name, ada.handle, ada.timezone) == ("Ada L.", "countess", "Europe/London")
    row = db.session.scalars(select(JournalRow).order_by(JournalRow.id.desc())).first()
    assert row is not None and row.kind == "AccountChanged" and row.facts["fields"] == ["name", "handle", "timezone"]
    with work.unit():
        operations.change_profile(actor=actor_of(ada), name="Ada L.")
        assert journal.pending_kinds() == []


def test_a_taken_handle_is_refused_and_nothing_changes(app):
    ada, bob = person(), person("Bob Builder")
    with pytest.raises(Invalid) as refusal, work.unit():
        operations.change_profile(actor=actor_of(bob), name="Robert", handle=ada.handle.upper())
    assert refusal.value.code == "handle_taken"
    assert (bob.name, bob.handle) == ("Bob Builder", "bob-builder")


def test_two_changes_of_one_account_at_once_do_not_overwrite_each_other(app):
    ada = person()
    with pytest.raises(Conflict), work.unit():
        operations.change_profile(actor=actor_of(ada), name="Ada One")
        db.session.execute(Person.__table__.update().where(Person.id == ada.id).values(version=77))
        ada.name = "Ada Two"
    assert ada.name == "Ada Solver"


def test_suspending_ends_sessions_and_keys_and_signing_in_until_reinstated(app):
    ada, root = person(), person("Root", admin=True)
    with work.unit():
        token = signed_in(email=ada.email, password="demo-pass")
        _, secret = keys.issue_key(actor=actor_of(ada), name="Nightly")
    with work.unit():
        operations.suspend(actor=actor_of(root), person=ada, reason="Copied entries")
    assert queries.identity_by_token(token) is None and keys_read.identity_by_key(secret) is None
    with pytest.raises(Invalid, match="Copied entries") as refusal:
        signed_in(email=ada.email, password="demo-pass")
    assert refusal.value.code == "suspended"
    with pytest.raises(Invalid) as wrong:
        signed_in(email=ada.email, password="wrong")
    assert wrong.value.code == "bad_credentials", "only the owner learns that the account is suspended"
    assert queries.addressees([ada.id]) == {}
    assert "Copied" not in repr([row.facts for row in db.session.scalars(select(JournalRow))])
    with work.unit():
        operations.reinstate(actor=actor_of(root), person=ada)
    assert queries.identity_by_token(token) is None, "the old session stays ended"
    assert keys_read.identity_by_key(secret) is not None
    assert signed_in(email=ada.email, password="demo-pass")


def test_only_another_administrator_suspends_and_gives_duties(app):
    ada, eve, root = person(), person("Eve", consultant=True), person("Root", admin=True)
    denied = [
        lambda: operations.suspend(actor=actor_of(eve), person=ada, reason="Because"),
        lambda: operations.suspend(actor=actor_of(root), person=root, reason="Because"),
        lambda: operations.reinstate(actor=actor_of(eve), person=ada),
        lambda: operations.set_duties(actor=actor_of(eve), person=eve, admin=True, consultant=True),
        lambda: operations.set_duties(actor=actor_of(root), person=root, admin=False, consultant=True),
        lambda: operations.create(actor=actor_of(eve), email="x@example.org", name="X", password="correct horse", admin=True),
        lambda: operations.suspend(actor=ANONYMOUS, person=ada, reason="Because"),
    ]
    before = kinds()
    for act in denied:
        with pytest.raises(HubError), work.unit():
            act()
    assert kinds() == before
    assert (ada.state, root.state) == (State.ACTIVE, State.ACTIVE)
    assert root.is_admin and not eve.is_admin and queries.by_email("x@example.org") is None


def test_a_suspension_needs_a_reason_and_happens_once(app):
    ada, root = person(), person("Root", admin=True)
    with pytest.raises(Invalid):
        operations.suspend(actor=actor_of(root), person=ada, reason="  ")
    with pytest.raises(NotNow):
        operations.reinstate(actor=actor_of(root), person=ada)
    with work.unit():
        operations.suspend(actor=actor_of(root), person=ada, reason="Spam")
    with pytest.raises(NotNow):
        operations.suspend(actor=actor_of(root), person=ada, reason="Spam again")
    assert ada.state_reason == "Spam"


def test_duties_are_given_and_journaled(app):
    ada, root = person(), person("Root", admin=True)
    with work.unit():
        operations.set_duties(actor=actor_of(root), person=ada, admin=False, consultant=True)
    assert actor_of(ada).is_consultant and not actor_of(ada).is_admin
    assert kinds()[-1] == "DutiesChanged"
    assert queries.with_duty(Duty.CONSULTANT) == [ada.id] and queries.with_duty(Duty.ADMIN) == [root.id]


def test_what_is_useless_for_a_month_is_forgotten(app):
    ada = person()
    with work.unit():
        operations.request_reset(actor=ANONYMOUS, email=ada.email)
        ended = signed_in(email=ada.email, password="demo-pass")
        operations.sign_out(token=ended)
        signed_in(email=ada.email, password="demo-pass")
    clock.advance(timedelta(days=20))
    with work.unit():
        kept = signed_in(email=ada.email, password="demo-pass")
        retention.forget()
    assert (count(LoginSession), count(MailToken)) == (3, 1)
    clock.advance(timedelta(days=11))
    with work.unit():
        retention.forget()
    assert (count(LoginSession), count(MailToken)) == (2, 0)
    assert queries.identity_by_token(kept) is not None
    clock.advance(timedelta(days=20))
    with work.unit():
        retention.forget()
    assert count(LoginSession) == 1


def test_cards_tell_what_everybody_may_know(app):
    ada = person(language="zh")
    card = queries.card(ada.id)
    assert (card.id, card.name, card.handle, card.language) == (ada.id, "Ada Solver", "ada-solver", "zh")
    assert set(queries.cards([ada.id, None, 999])) == {ada.id}
    for missing in (lambda: queries.card(999), lambda: queries.get(999), lambda: queries.actor_of(999)):
        with pytest.raises(NotFound):
            missing()
