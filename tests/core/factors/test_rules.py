"""What the rules of second factors promise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.factors import rules
from hub.kernel.errors import Invalid
from tests.conftest import NOON

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("second", "code"), [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")]
)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    """RFC 6238, appendix B, in six digits."""
    assert rules.step_of(RFC_SECRET, code, datetime.fromtimestamp(second, UTC)) == second // 30


@settings(max_examples=40)
@given(st.integers(0, 29), st.integers(-4, 4))
def test_a_clock_may_be_one_step_off_and_no_more(into: int, steps: int) -> None:
    secret = rules.new_secret()
    now = datetime.fromtimestamp(1_800_000_000 + into, UTC)
    code = rules.pyotp.TOTP(secret).at(now + timedelta(seconds=30 * steps))
    near = {rules.pyotp.TOTP(secret).at(now + timedelta(seconds=30 * each)) for each in (-1, 0, 1)}
    assert (rules.step_of(secret, code, now) is not None) == (code in near)
    if abs(steps) <= 1:
        assert rules.step_of(secret, code, now) is not None


def test_a_sealed_secret_opens_for_its_person_and_this_site_alone() -> None:
    sealed = rules.seal("site", 5, "SECRET")
    assert "SECRET" not in sealed and sealed != rules.seal("site", 5, "SECRET")
    assert rules.unseal("site", 5, sealed) == "SECRET"
    for key, person, text in (("other", 5, sealed), ("site", 6, sealed), ("site", 5, sealed[:-8] + "AAAAAAA=")):
        with pytest.raises(Invalid) as refusal:
            rules.unseal(key, person, text)
        assert refusal.value.code == "unreadable_secret"


@settings(max_examples=30)
@given(st.data())
def test_a_recovery_code_is_the_same_however_it_is_typed(data: st.DataObject) -> None:
    code = rules.new_codes()[0]
    typed = "".join(sign.upper() if data.draw(st.booleans()) else sign for sign in code.replace("-", data.draw(st.sampled_from("- –"))))
    assert rules.code_hash("site", 5, f" {typed} ") == rules.code_hash("site", 5, code)
    assert rules.code_hash("site", 6, code) != rules.code_hash("site", 5, code) != rules.code_hash("other", 5, code)


def test_a_code_in_other_digits_is_read_or_wrong() -> None:
    code = rules.pyotp.TOTP(RFC_SECRET).at(NOON)
    wide, indic = ("".join(chr(start + int(digit)) for digit in code) for start in (0xFF10, 0x0660))
    assert rules.step_of(RFC_SECRET, rules.plain_code(wide), NOON) == int(NOON.timestamp()) // rules.STEP
    assert rules.step_of(RFC_SECRET, rules.plain_code(indic), NOON) is None


def test_recovery_codes_are_ten_and_never_read_for_a_one_time_code() -> None:
    codes = rules.new_codes()
    assert len(set(codes)) == 10 and not any(rules.is_one_time(rules.plain_code(code)) for code in codes)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://hub.example.org", ("hub.example.org", "https://hub.example.org")),
        ("https://hub.example.org:8443", ("hub.example.org", "https://hub.example.org:8443")),
        ("http://127.0.0.1:8000", ("localhost", "http://localhost:8000")),
        ("http://[::1]:8000", ("localhost", "http://localhost:8000")),
        ("https://192.0.2.7", None),
    ],
)
def test_passkeys_belong_to_the_sites_name(address: str, expected: tuple[str, str] | None) -> None:
    found = rules.party(address, "Hub")
    assert (found and (found.id, found.origin)) == expected


@pytest.mark.parametrize("sent", ["", "{", "[]", "null", '{"id": 5}', '{"id": "x"}', '{"id": "x", "response": []}', "[" * 5000,
                                  '{"id": "\\ud800", "response": {}}', '{"id": "x", "response": {"userHandle": []}}'])  # fmt: skip
def test_what_no_browser_gives_is_refused(sent: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.parsed(sent)
    assert refusal.value.code == "bad_passkey"


def test_the_moment_of_tests_is_whole() -> None:
    assert int(NOON.timestamp()) % 30 == 0, "tests of codes count steps from here"
