"""Money loses no cent: parsing, splitting, taking a fee, in currencies with no, two and three decimal places."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.errors import Invalid
from hub.kernel.money import CURRENCIES, MAX_MINOR, THREE_DECIMAL, ZERO_DECIMAL, Money, breakdown, exponent, parse, split

currencies = st.sampled_from(sorted(CURRENCIES))
minors = st.integers(-MAX_MINOR, MAX_MINOR)
amounts = st.builds(Money, minors, currencies)


@given(st.integers(0, MAX_MINOR), currencies)
def test_what_a_form_shows_reads_back_as_the_same_amount(minor, currency):
    amount = Money(minor, currency)
    assert parse(amount.plain(), currency) == amount


@given(st.integers(0, MAX_MINOR), currencies)
def test_separators_and_spaces_change_nothing(minor, currency):
    amount = Money(minor, currency)
    assert parse(f" {amount.decimal():,.{exponent(currency)}f} ", currency) == amount


@given(amounts)
def test_the_words_name_the_currency_and_its_decimal_places(amount):
    currency, _, figures = str(amount).partition(" ")
    assert currency == amount.currency
    places = len(figures.partition(".")[2])
    assert places == (0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2)
    assert Decimal(figures.replace(",", "")).scaleb(places) == amount.minor


@given(st.text(max_size=30), currencies)
def test_whatever_is_typed_is_an_amount_one_can_move_or_a_refusal_that_says_what_to_mend(text, currency):
    try:
        amount = parse(text, currency)
    except Invalid as refusal:
        assert refusal.code.startswith("amount_")
        assert set(refusal.fields) == {"amount"}
    else:
        assert 0 <= amount.minor <= MAX_MINOR


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("-1", "USD", "amount_negative"),
        ("-0.01", "USD", "amount_negative"),
        ("1e400", "USD", "amount_too_large"),
        ("100000000000.01", "USD", "amount_too_large"),
        ("99999999999999", "JPY", "amount_too_large"),
        ("0.001", "USD", "amount_too_fine"),
        ("0.5", "JPY", "amount_too_fine"),
        ("0.0001", "KWD", "amount_too_fine"),
        ("NaN", "USD", "amount_unreadable"),
        ("Infinity", "USD", "amount_unreadable"),
        ("", "USD", "amount_unreadable"),
        ("twelve", "USD", "amount_unreadable"),
        ("1.2.3", "USD", "amount_unreadable"),
    ],
)
def test_each_mistake_has_its_own_code(text, currency, code):
    with pytest.raises(Invalid) as refusal:
        parse(text, currency)
    assert refusal.value.code == code


@pytest.mark.parametrize("currency", ["XXX", "usd", "", "BTC", "US"])
def test_an_unknown_currency_is_refused_beside_the_currency_field(currency):
    with pytest.raises(Invalid) as refusal:
        parse("1", currency)
    assert refusal.value.code == "unknown_currency"
    assert "currency" in refusal.value.fields


@pytest.mark.parametrize(("currency", "text", "minor"), [("JPY", "1500", 1500), ("USD", "1500", 150_000), ("KWD", "1500", 1_500_000)])
def test_the_same_figures_are_other_minor_units_in_each_kind_of_currency(currency, text, minor):
    assert parse(text, currency) == Money(minor, currency)


@given(amounts, st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(any))
def test_a_split_loses_no_cent_and_nobody_is_off_by_one_unit_or_more(whole, weights):
    parts = split(whole, weights)
    assert sum(part.minor for part in parts) == whole.minor
    assert {part.currency for part in parts} == {whole.currency}
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor * sum(weights) - whole.minor * weight) < sum(weights)
        assert weight or not part.minor


@given(st.integers(0, MAX_MINOR), st.lists(st.integers(0, 100), min_size=2, max_size=8).filter(any))
def test_who_weighs_more_never_gets_less(minor, weights):
    parts = split(Money(minor, "USD"), weights)
    for one, weight in zip(parts, weights, strict=True):
        for other, lighter in zip(parts, weights, strict=True):
            assert weight <= lighter or one.minor >= other.minor


def test_the_left_over_unit_goes_to_the_largest_remainder_and_the_earlier_of_equals():
    assert [part.minor for part in split(Money(100, "USD"), [1, 1, 1])] == [34, 33, 33]
    assert [part.minor for part in split(Money(10, "JPY"), [15, 35, 50])] == [2, 3, 5]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_weights_that_divide_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        split(Money(100, "USD"), weights)


@given(st.integers(0, MAX_MINOR), st.integers(0, 10_000), currencies)
def test_gross_is_fee_and_net_and_the_fee_is_rounded_to_the_nearest_unit(minor, fee_bp, currency):
    parts = breakdown(Money(minor, currency), fee_bp)
    assert parts.fee + parts.net == parts.gross == Money(minor, currency)
    assert 0 <= parts.fee.minor <= minor
    assert abs(parts.fee.minor * 10_000 - minor * fee_bp) <= 5_000


@pytest.mark.parametrize("fee_bp", [-1, 10_001])
def test_a_fee_of_more_than_everything_or_less_than_nothing_is_refused(fee_bp):
    with pytest.raises(ValueError, match="basis points"):
        breakdown(Money(100, "USD"), fee_bp)


def test_currencies_never_mix():
    for mixed in (
        lambda: Money(1, "USD") + Money(1, "EUR"),
        lambda: Money(1, "USD") - Money(1, "EUR"),
        lambda: Money(1, "USD") < Money(2, "EUR"),
    ):
        with pytest.raises(ValueError, match="do not add up"):
            mixed()
    assert Money(100, "USD") != Money(100, "EUR")
