"""Tokens that cannot be made up, and a mean that few ratings do not carry away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.complement.store import rules
from hub.complement.store.rules import Refusal, Score, TokenRefused

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOKEN = rules.issue("secret", entitlement_id=7, serial=2, product="arm/whisk", now=NOW)


def refusal(token: str, secret: str = "secret", now: datetime = NOW) -> Refusal | None:
    try:
        rules.read(secret, token, now)
    except TokenRefused as refused:
        return refused.refusal
    return None


def test_a_token_says_what_it_was_made_for():
    claims = rules.read("secret", TOKEN, NOW)
    assert (claims.entitlement_id, claims.serial, claims.product) == (7, 2, "arm/whisk")
    assert claims.expires_at - claims.issued_at == rules.VALID_FOR.total_seconds()


@settings(max_examples=60)
@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("Aa0_-.="))
def test_no_character_of_it_can_be_changed(place, letter):
    if TOKEN[place] != letter:
        assert refusal(TOKEN[:place] + letter + TOKEN[place + 1 :]) is Refusal.FORGED


@pytest.mark.parametrize(
    "odd",
    [
        "",
        ".",
        "..",
        "hub1..",
        "hub1.e30.",
        "hub2" + TOKEN[4:],
        TOKEN + "x",
        TOKEN[:-1],
        TOKEN.replace("hub1.", ""),
        "é" * 9,
        "\ud800",
        "hub1.a.\ud800",
        "hub1.é.a",
    ],
)
def test_anything_else_is_forged(odd):
    assert refusal(odd) is Refusal.FORGED


def test_another_site_s_token_is_forged_and_an_old_one_has_expired():
    assert refusal(TOKEN, secret="another") is Refusal.FORGED
    assert refusal(TOKEN, now=NOW + rules.VALID_FOR - timedelta(seconds=1)) is None
    assert refusal(TOKEN, now=NOW + rules.VALID_FOR) is Refusal.EXPIRED


STARS = st.fixed_dictionaries({star: st.integers(0, 200) for star in rules.STARS})


@settings(max_examples=60)
@given(STARS, st.floats(1, 5))
def test_the_mean_lies_between_the_platform_s_and_the_product_s_own(stars, platform_mean):
    score = Score(stars, platform_mean)
    if not score.count:
        assert score.mean == pytest.approx(platform_mean)
        return
    low, high = sorted((platform_mean, score.plain))
    assert low - 1e-9 <= score.mean <= high + 1e-9
    assert abs(score.mean - score.plain) <= rules.PRIOR * 4 / (rules.PRIOR + score.count) + 1e-9


def test_one_enthusiast_does_not_beat_fifty_content_users():
    one, fifty = Score({5: 1, 4: 0, 3: 0, 2: 0, 1: 0}, 3.5), Score({5: 30, 4: 20, 3: 0, 2: 0, 1: 0}, 3.5)
    assert one.plain > fifty.plain and one.mean < fifty.mean
    assert one.mean == pytest.approx((5 * 3.5 + 5) / 6)
