"""How much is said, whatever the script."""

from __future__ import annotations

import pytest

from hub.kernel.words import extent


@pytest.mark.parametrize(
    ("text", "letters"),
    [("", 0), ("  spare room  ", 10), ("三百个订单用时两秒。", 20), ("TRL 六级", 8), ("한국어", 6)],
)
def test_a_wide_character_says_as_much_as_two_letters(text: str, letters: int):
    assert extent(text) == letters
