"""References that survive a copying mistake or show it, bank accounts that can be right, money that all lands somewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.payments import rules
from hub.core.payouts import rules as payouts
from hub.kernel.errors import Invalid

numbers = st.integers(0, rules.CODES - 1)


@given(numbers)
def test_a_reference_is_read_again_however_it_is_typed(number):
    reference = rules.reference(number)
    for typed in (reference, reference.lower(), reference.replace("-", " "), reference.removeprefix("HUB-"), f"  {reference}\n"):
        assert rules.read_reference(typed) == reference


@given(numbers, st.integers(0, 7), st.sampled_from(rules.ALPHABET))
def test_one_wrong_sign_is_never_another_reference(number, place, sign):
    signs = list(rules.reference(number).removeprefix("HUB-").replace("-", ""))
    right, signs[place] = signs[place], sign
    assert (rules.read_reference("".join(signs)) is None) == (sign != right)


@given(numbers, st.integers(0, 6))
def test_two_swapped_neighbours_are_never_another_reference(number, place):
    signs = list(rules.reference(number).removeprefix("HUB-").replace("-", ""))
    same = signs[place] == signs[place + 1]
    signs[place], signs[place + 1] = signs[place + 1], signs[place]
    assert (rules.read_reference("".join(signs)) is None) != same


@given(st.sets(numbers, min_size=2, max_size=30))
def test_different_numbers_have_different_references(chosen):
    assert len({rules.reference(number) for number in chosen}) == len(chosen)


@given(st.text(max_size=30))
def test_other_texts_are_no_reference(text):
    read = rules.read_reference(text)
    assert read is None or rules.read_reference(read) == read


@given(st.integers(1, 10**13), st.integers(0, 10**13), st.integers(1, 10**13), st.booleans())
def test_all_money_received_lands_somewhere_and_never_more_than_asked_in_the_hold(asked, already, received, has_hold):
    land = rules.landing(asked=asked, already=already, received=received, has_hold=has_hold)
    assert land.to_hold + land.to_balance == received
    assert min(land.to_hold, land.to_balance, land.rest_due) >= 0
    assert land.to_hold <= max(0, asked - already)
    assert land.rest_due == max(0, asked - already - received)
    assert has_hold or not land.to_hold


@pytest.mark.parametrize(
    "iban", ["DE89 3704 0044 0532 0130 00", "gb82west12345698765432", "FR1420041010050500013M02606", "NO9386011117947"]
)
def test_true_ibans_are_taken(iban):
    assert payouts.destination(iban) == iban


@given(st.integers(4, 21), st.integers(1, 9))
def test_an_iban_with_a_wrong_digit_is_noticed(place, by):
    right = "DE89370400440532013000"
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    with pytest.raises(Invalid) as refusal:
        payouts.destination(wrong)
    assert refusal.value.code == "iban_wrong"
    assert set(refusal.value.fields) == {"destination"}


def test_accounts_without_an_iban_are_taken_as_they_are():
    assert payouts.destination("  6222 0210 0101 2345 678,\n 中国工商银行 ") == "6222 0210 0101 2345 678, 中国工商银行"


@pytest.mark.parametrize(
    ("text", "code"), [("", "destination_missing"), ("  x ", "destination_missing"), ("9" * 201, "destination_too_long")]
)
def test_no_destination_is_refused(text, code):
    with pytest.raises(Invalid) as refusal:
        payouts.destination(text)
    assert refusal.value.code == code


def test_lists_show_only_the_end_of_an_account():
    assert payouts.masked("DE89 3704 0044 0532 0130 00") == "…3000"
