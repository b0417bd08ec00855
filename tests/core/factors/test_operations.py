"""Second factors set up, proved and removed; a proof is taken once, and a refusal changes nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.factors import operations, queries, rules
from hub.core.factors.models import AuthenticatorApp, FactorRemoval, Passkey, RecoveryCode, SpentChallenge
from hub.core.factors.queries import Held
from hub.core.factors.rules import Factor
from hub.core.messages import queries as messages
from hub.core.signin import operations as signin
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, SYSTEM
from hub.kernel.base64url import as_text
from hub.kernel.errors import Invalid, NotAllowed, NotFound, NotNow, NotSignedIn
from tests.factories.factors import SITE, SITE_KEY, VERIFIED, app_for, asked, code_of, passkey_for
from tests.factories.money import race
from tests.factories.people import actor_of, person, signed_in


def kinds() -> list[str]:
    return list(db.session.scalars(select(JournalRow.kind).order_by(JournalRow.id)))


def told(person_id: int) -> list[str]:
    delivery.deliver_all()
    return [messages.in_words(note, lambda text: text) for note in messages.inbox(person_id)]


def prove(person_id: int, code: str, **more: bool) -> Factor:
    with work.unit():
        return operations.prove_code(person_id=person_id, code=code, site_key=SITE_KEY, **more)


def refused(person_id: int, code: str, **more: bool) -> None:
    with pytest.raises(Invalid) as refusal:
        prove(person_id, code, **more)
    assert refusal.value.code == "bad_code" and set(refusal.value.fields) == {"code"}


# The authenticator app


def test_an_app_counts_once_a_right_code_has_confirmed_it(app):
    ada = person()
    with work.unit():
        operations.begin_app(actor=actor_of(ada), site_key=SITE_KEY)
    secret = queries.begun_secret(actor_of(ada), SITE_KEY)
    assert queries.held_by(ada.id) == Held(False, 0, 0)
    refused(ada.id, code_of(secret))
    wrong = f"{(int(code_of(secret)) + 1) % 1_000_000:06}"
    with pytest.raises(Invalid), work.unit():
        operations.confirm_app(actor=actor_of(ada), code=wrong, site_key=SITE_KEY)
    assert queries.held_by(ada.id) == Held(False, 0, 0) and told(ada.id) == []
    with work.unit():
        codes = operations.confirm_app(actor=actor_of(ada), code=f" {code_of(secret)[:3]} {code_of(secret)[3:]}", site_key=SITE_KEY)
    assert len(codes) == 10 and queries.held_by(ada.id) == Held(True, 0, 10)
    assert [text for text in told(ada.id) if "authenticator app was added" in text]
    with pytest.raises(NotFound):
        queries.begun_secret(actor_of(ada), SITE_KEY)
    with pytest.raises(NotNow):
        operations.begin_app(actor=actor_of(ada), site_key=SITE_KEY)
    with pytest.raises(NotSignedIn):
        operations.begin_app(actor=ANONYMOUS, site_key=SITE_KEY)


def test_a_code_is_good_once_and_one_step_either_way(app):
    ada = person()
    secret, _ = app_for(ada)
    refused(ada.id, code_of(secret))  # the set-up has used it
    refused(ada.id, code_of(secret, 2))
    assert prove(ada.id, code_of(secret, 1)) is Factor.APP
    refused(ada.id, code_of(secret, 1))
    clock.advance(timedelta(seconds=60))
    refused(ada.id, code_of(secret, -1))  # used in its own window
    assert prove(ada.id, code_of(secret)) is Factor.APP
    clock.advance(timedelta(minutes=5))
    refused(ada.id, code_of(secret, -2))
    assert prove(ada.id, code_of(secret, -1)) is Factor.APP, "a phone that is half a minute slow"


def test_nobody_elses_code_will_do(app):
    ada, bob = person(), person("Bob")
    (secret, codes), _ = app_for(ada), app_for(bob)
    clock.advance(timedelta(minutes=5))
    refused(bob.id, code_of(secret))
    refused(bob.id, codes[0])
    assert prove(ada.id, codes[0]) is Factor.CODE


# Recovery codes


def test_each_recovery_code_works_once_until_new_ones_are_made(app):
    ada = person()
    _, codes = app_for(ada)
    assert prove(ada.id, codes[0].upper().replace("-", " ")) is Factor.CODE
    refused(ada.id, codes[0])
    refused(ada.id, codes[1], recovery=False)
    assert queries.held_by(ada.id).codes == 9
    assert any("9 are left" in text for text in told(ada.id))
    with work.unit():
        fresh = operations.make_codes(actor=actor_of(ada), site_key=SITE_KEY)
    assert len(set(fresh) | set(codes)) == 20
    refused(ada.id, codes[1])
    assert prove(ada.id, fresh[9]) is Factor.CODE


def test_codes_stand_in_for_a_factor_and_go_with_the_last_one(app):
    ada = person()
    with pytest.raises(NotNow):
        operations.make_codes(actor=actor_of(ada), site_key=SITE_KEY)
    _, codes = app_for(ada)
    passkey_for(ada)
    assert queries.held_by(ada.id) == Held(True, 1, 10), "the second factor brings no new codes"
    with work.unit():
        operations.remove_app(actor=actor_of(ada))
    assert queries.held_by(ada.id) == Held(False, 1, 10)
    with pytest.raises(NotNow):
        operations.remove_app(actor=actor_of(ada))
    with work.unit():
        operations.remove_passkey(actor=actor_of(ada), passkey_id=queries.passkeys_of(ada.id)[0].id)
    assert queries.held_by(ada.id) == Held(False, 0, 0)
    refused(ada.id, codes[0])


def test_nothing_that_proves_is_kept_as_it_is(app):
    ada = person()
    secret, codes = app_for(ada)
    prove(ada.id, codes[3])
    kept = [
        str(value) for table in (AuthenticatorApp, RecoveryCode) for row in db.session.execute(select(table.__table__)) for value in row
    ]
    kept += [repr(row.facts) for row in db.session.scalars(select(JournalRow))]
    for hidden in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert not any(hidden in value for value in kept)


# Passkeys


def proved(made, person_id=None, challenge=None, sent=None):
    challenge = challenge or rules.new_challenge()
    with work.unit():
        return operations.prove_passkey(
            credential=sent or made.prove(asked(challenge)), challenge=challenge, site=SITE, person_id=person_id
        )


def test_a_passkey_proves_its_person_and_counts_on(app):
    ada = person()
    made = passkey_for(ada)
    assert proved(made).person_id == proved(made, ada.id).person_id == ada.id
    kept = queries.passkeys_of(ada.id)[0]
    assert (kept.name, kept.sign_count, kept.last_used_at) == ("My laptop", 2, clock.now())
    assert any("passkey was added" in text for text in told(ada.id))


@pytest.mark.parametrize(
    "bent",
    ["origin", "site", "challenge", "user", "signature", "handle", "nobody", "another", "type"],
)
def test_a_passkey_that_proves_nothing_is_refused_and_changes_nothing(app, bent):
    ada, bob = person(), person("Bob")
    made, challenge, whose = passkey_for(ada), rules.new_challenge(), None
    sent = json.loads(made.prove(asked(challenge)))
    if bent == "origin":
        made.site = replace(SITE, origin="http://evil.example")
    elif bent == "site":
        made.site = replace(SITE, id="evil.example")
    elif bent == "challenge":
        sent = json.loads(made.prove(asked(rules.new_challenge())))
    elif bent == "user":
        made.flags &= ~VERIFIED
    elif bent == "signature":
        sent["response"]["signature"] = as_text(b"0" * 70)
    elif bent == "handle":
        made.handle = as_text(rules.new_challenge())
    elif bent == "nobody":
        sent["response"].pop("userHandle")
    elif bent == "another":
        whose = bob.id
    elif bent == "type":
        sent["response"]["clientDataJSON"] = as_text(b'{"type": "webauthn.create"}')
    if bent in {"origin", "site", "user", "handle"}:
        sent = json.loads(made.prove(asked(challenge)))
    before = kinds()
    with pytest.raises(Invalid) as refusal:
        proved(made, whose, challenge, json.dumps(sent))
    assert refusal.value.code == "bad_passkey"
    kept = queries.passkeys_of(ada.id)[0]
    assert (kept.sign_count, kept.last_used_at, kinds()) == (0, None, before)
    assert db.session.scalar(select(func.count()).select_from(SpentChallenge)) == 1, "that of the registration alone"


def test_a_challenge_is_answered_once_and_a_copy_is_found_out(app):
    ada = person()
    made, challenge = passkey_for(ada), rules.new_challenge()
    first = made.prove(asked(challenge))
    assert proved(made, challenge=challenge, sent=first).person_id == ada.id
    with pytest.raises(Invalid) as again:
        proved(made, challenge=challenge)
    assert again.value.code == "bad_passkey"
    made.count = 0
    with pytest.raises(Invalid) as copied:
        proved(made)
    assert copied.value.code == "copied_passkey"
    made.count = 40
    assert proved(made).sign_count == 41


def test_a_passkey_without_a_counter_is_taken(app):
    ada = person()
    made = passkey_for(ada)
    for _ in range(2):
        made.count = -1
        assert proved(made).sign_count == 0


def test_a_suspended_person_enters_with_no_passkey(app):
    ada = person()
    made = passkey_for(ada)
    with work.unit():
        accounts.suspend(actor=SYSTEM, person=ada, reason="Copied entries")
    with pytest.raises(Invalid) as refusal:
        proved(made)
    assert refusal.value.code == "suspended" and queries.passkeys_of(ada.id)[0].sign_count == 0


def test_passkeys_are_ones_own(app):
    ada, bob = person(), person("Bob")
    passkey_for(ada)
    number = queries.passkeys_of(ada.id)[0].id
    for act in (operations.rename_passkey, operations.remove_passkey):
        with pytest.raises(NotFound):
            act(actor=actor_of(bob), passkey_id=number, **({"name": "Mine"} if act is operations.rename_passkey else {}))
    with work.unit():
        operations.rename_passkey(actor=actor_of(ada), passkey_id=number, name=" Key ring ")
    assert db.session.get(Passkey, number).name == "Key ring"


def test_the_same_passkey_is_not_registered_twice_and_a_person_has_one_handle(app):
    ada = person()
    made = passkey_for(ada)
    challenge, handle = rules.new_challenge(), operations.handle_of(ada.id)
    assert handle == made.handle
    options = rules.options_to_make(SITE, challenge, handle=handle, email=ada.email, name=ada.name, has=[as_text(made.credential_id)])
    assert [each["id"] for each in json.loads(options)["excludeCredentials"]] == [as_text(made.credential_id)]
    with pytest.raises(Invalid):
        operations.add_passkey(
            actor=actor_of(ada),
            name="Again",
            credential=made.make(options),
            challenge=challenge,
            handle=handle,
            site=SITE,
            site_key=SITE_KEY,
        )
    assert len(queries.passkeys_of(ada.id)) == 1


# When everything is lost


def test_an_administrator_takes_all_factors_off_for_a_reason_that_is_kept(app):
    ada, root = person(), person("Root", admin=True)
    app_for(ada)
    passkey_for(ada)
    with work.unit():
        token = signin.enter(person_id=ada.id, factor=Factor.APP)
    for actor, reason, refusal in (
        (actor_of(ada), "It is me", NotAllowed), (actor_of(person("Eve", consultant=True)), "Sure", NotAllowed), (actor_of(root), " ", Invalid)
    ):  # fmt: skip
        with pytest.raises(refusal), work.unit():
            operations.remove_all(actor=actor, person_id=ada.id, reason=reason)
    assert queries.held_by(ada.id) == Held(True, 1, 10) and people.identity_by_token(token)
    with work.unit():
        operations.remove_all(actor=actor_of(root), person_id=ada.id, reason="Called her at the number of her contract.")
    assert queries.held_by(ada.id) == Held(False, 0, 0) and people.identity_by_token(token) is None
    kept = db.session.scalars(select(FactorRemoval)).one()
    assert (kept.person_id, kept.removed_by, kept.reason) == (ada.id, root.id, "Called her at the number of her contract.")
    fact = db.session.scalars(select(JournalRow).where(JournalRow.kind == "FactorsRemoved")).one()
    assert fact.facts["reason_sha256"] == hashlib.sha256(kept.reason.encode()).hexdigest() and "Called" not in repr(fact.facts)
    assert any("Called her" in text for text in told(ada.id)), "the person is told, with the reason"
    with work.unit():
        assert signed_in(email=ada.email, password="demo-pass")
    with pytest.raises(NotNow):
        operations.remove_all(actor=actor_of(root), person_id=ada.id, reason="Once more")


def test_nobody_takes_their_own_factors_off_that_way(app):
    root = person("Root", admin=True)
    app_for(root)
    with pytest.raises(NotAllowed):
        operations.remove_all(actor=actor_of(root), person_id=root.id, reason="Lost")
    assert queries.held_by(root.id).app


def test_a_sign_in_on_a_new_device_is_told(app):
    ada = person()
    app_for(ada)
    for browser, news in (("Firefox/140 Linux", 1), ("Firefox/141 Linux", 1), ("Chrome/150 Windows", 2)):
        with work.unit():
            signin.enter(person_id=ada.id, factor=Factor.APP, user_agent=browser)
        assert sum("new to us" in text for text in told(ada.id)) == news
    assert any("Chrome, Windows" in text for text in told(ada.id))


def test_what_was_begun_or_spent_is_forgotten_after_a_day(app):
    ada, bob = person(), person("Bob")
    app_for(bob)
    passkey_for(bob)
    with work.unit():
        operations.begin_app(actor=actor_of(ada), site_key=SITE_KEY)
    clock.advance(timedelta(hours=25))
    with work.unit():
        operations.forget_old()
    assert queries.app_of(ada.id) is None and queries.held_by(bob.id) == Held(True, 1, 10)
    assert db.session.scalar(select(func.count()).select_from(SpentChallenge)) == 0


# Two at once


def test_the_same_proof_twice_at_once_is_taken_once(app):
    ada = person()
    secret, codes = app_for(ada)
    made, challenge, number = passkey_for(ada), rules.new_challenge(), ada.id
    made.count = 7
    clock.advance(timedelta(minutes=5))
    code, sent = code_of(secret), made.prove(asked(challenge))
    for act in (
        lambda: operations.prove_code(person_id=number, code=code, site_key=SITE_KEY),
        lambda: operations.prove_code(person_id=number, code=codes[0], site_key=SITE_KEY),
        lambda: operations.prove_passkey(credential=sent, challenge=challenge, site=SITE),
    ):
        refusals = [outcome for outcome in race(app, act, act) if isinstance(outcome, Exception)]
        assert [type(refusal) for refusal in refusals] == [Invalid], refusals
    work.rollback()
    assert queries.held_by(number).codes == 9
