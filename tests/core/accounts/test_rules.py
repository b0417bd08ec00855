"""What an account's rules promise."""

import subprocess
import sys
from datetime import timedelta

import pytest

from hub.core.accounts import rules
from hub.core.accounts.states import LIFE, Act, State
from hub.kernel.errors import Invalid
from tests.conftest import NOON

rules.hash_cheaply()


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "1234567",
        "password123",
        "PASSWORD",
        "aaaaaaaaaaaa",
        "12121212",
        "ada@example.org",
        "x" * 257,
        "Dr4gon2024!",
        "p@ssw0rd99",
        "123monkey",
        "Lovelace1815",
        "xAda.Lovelace1",
        "ｐａｓｓｗｏｒｄ１",
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.check_password(password, "ada@example.org", name="Ada Lovelace", field="password")
    assert set(refusal.value.fields) == {"password"}
    assert refusal.value.code == "weak_password"


@pytest.mark.parametrize("password", ["correct horse", "Tr0ub4dor", "密码很长也可以呢", "a-b-c-d-e", "lovelace likes engines"])
def test_an_ordinary_password_is_taken(password: str) -> None:
    rules.check_password(password, "ada@example.org", name="Ada Lovelace")


def test_a_password_matches_its_hash_alone_however_it_is_composed() -> None:
    kept = rules.hash_password("café au lait")
    assert rules.password_matches(kept, "cafe\u0301 au lait")
    assert not rules.password_matches(kept, "cafe au lait")
    assert not rules.password_matches(None, "café au lait")
    assert not rules.password_matches("not a hash", "café au lait")


def test_the_site_hashes_at_the_cost_that_owasp_asks() -> None:
    site = "from hub.core.accounts import rules; print(rules.hash_password('correct horse'))"
    answer = subprocess.run([sys.executable, "-c", site], capture_output=True, text=True, check=True)
    assert answer.stdout.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert rules.needs_new_hash(answer.stdout.strip()), "tests hash more cheaply"


@pytest.mark.parametrize("handle", ["ab", "-ada", "ada-", "ada--b", "ada b", "ada_b", "x" * 31, "admin", "王小明", ""])
def test_a_bad_handle_is_refused(handle: str) -> None:
    with pytest.raises(Invalid):
        rules.check_handle(handle)


@pytest.mark.parametrize(("typed", "kept"), [("Ada-Solver", "ada-solver"), (" @ada ", "ada"), ("a1b", "a1b")])
def test_a_handle_has_one_spelling(typed: str, kept: str) -> None:
    assert rules.check_handle(typed) == kept


@pytest.mark.parametrize(
    ("name", "handle"), [("Ada Lovelace", "ada-lovelace"), ("王小明", "member"), ("Al", "member"), ("Admin", "member"), ("Éa Ö", "ea-o")]
)
def test_a_name_suggests_a_handle(name: str, handle: str) -> None:
    assert rules.handle_from(name) == handle


@pytest.mark.parametrize(
    "email", ["ada", "ada@", "@example.org", "a b@example.org", "ada@@example.org", "ada@.org", "a@b\n", "x" * 65 + "@example.org"]
)
def test_a_bad_address_is_refused(email: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.check_person(email.replace("\n", " x"), "Ada")
    assert set(refusal.value.fields) == {"email"}


def test_an_address_has_one_spelling() -> None:
    assert rules.check_person(" Ada@Example.ORG ", "  Ada   Lovelace ") == ("ada@example.org", "Ada Lovelace")


def test_a_session_lapses_after_fourteen_idle_days_and_after_ninety_in_any_case() -> None:
    day = timedelta(days=1)
    assert rules.session_lives(NOON, NOON, NOON + 14 * day - timedelta(seconds=1))
    assert not rules.session_lives(NOON, NOON, NOON + 14 * day)
    assert rules.session_lives(NOON, NOON + 89 * day, NOON + 90 * day - timedelta(seconds=1))
    assert not rules.session_lives(NOON, NOON + 89 * day, NOON + 90 * day)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36", ("Chrome", "Linux")),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Mobile Safari/604.1", ("Safari", "iPhone")),
        ("", ("", "")),
    ],
)
def test_a_device_is_named_as_people_name_it(header: str, told: tuple[str, str]) -> None:
    assert rules.device(header) == told


def test_an_account_is_suspended_and_reinstated() -> None:
    assert LIFE.move(State.ACTIVE, Act.SUSPEND) and LIFE.move(State.SUSPENDED, Act.REINSTATE)
    assert LIFE.reachable() == set(State)
