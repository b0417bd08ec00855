"""Versions and licences: what is taken, what is refused, and with which words."""

from __future__ import annotations

import random

import pytest
import semver
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.complement.products import rules
from hub.kernel.errors import Invalid

NUMBERS = st.integers(0, 3)
PRE = st.sampled_from(["", "-alpha", "-alpha.1", "-alpha.beta", "-beta", "-beta.2", "-beta.11", "-rc.1"])
BUILD = st.sampled_from(["", "+5", "+build.7"])
VERSIONS = st.builds(lambda a, b, c, pre, build: f"{a}.{b}.{c}{pre}{build}", NUMBERS, NUMBERS, NUMBERS, PRE, BUILD)


@settings(max_examples=60)
@given(VERSIONS, st.lists(VERSIONS, max_size=6))
def test_a_version_is_taken_exactly_if_it_is_above_all_of_its_line(number, published):
    line = [semver.Version.parse(each) for each in published if each.split(".")[0] == number.split(".")[0]]
    above = all(semver.Version.parse(number).compare(each) > 0 for each in line)
    try:
        taken = rules.check_next(number, published)
    except Invalid as refused:
        assert not above and refused.code == "version_not_higher" and "number" in refused.fields
    else:
        assert above and taken == number


@settings(max_examples=40)
@given(st.lists(VERSIONS, min_size=1, max_size=8))
def test_the_newest_is_final_where_there_is_a_final_one_and_the_order_of_asking_does_not_matter(numbers):
    newest = rules.newest(numbers)
    assert rules.precedence(newest).compare(rules.newest(reversed(numbers))) == 0
    finals = [number for number in numbers if "-" not in number]
    assert newest in (finals or numbers)
    assert all(rules.precedence(newest) >= rules.precedence(other) for other in finals or numbers)


def test_precedence_is_that_of_the_specification():
    """Section 11 of semver.org 2.0.0."""
    order = "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 2.0.0 2.1.0 2.1.1".split()
    assert sorted(random.Random(1).sample(order, len(order)), key=rules.precedence) == order
    assert rules.is_newer("1.0.0", "1.0.0-rc.1") and not rules.is_newer("1.0.0+a", "1.0.0+b") and not rules.is_newer("", "1.0.0")


@pytest.mark.parametrize(
    "odd", ["", "1", "1.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", "١.0.0", "1.0.0 beta", "1" * 70 + ".0.0", "\x00"]
)
def test_what_is_no_semantic_version_is_refused_beside_its_field(odd):
    with pytest.raises(Invalid) as refused:
        rules.check_next(odd, [])
    assert refused.value.code == "bad_version" and set(refused.value.fields) == {"number"}


@pytest.mark.parametrize(
    ("said", "normal"),
    [
        ("MIT", "MIT"),
        ("apache-2.0", "Apache-2.0"),
        ("mit or apache-2.0", "MIT OR Apache-2.0"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("(MIT AND BSD-3-Clause) OR GPL-3.0-only", "(MIT AND BSD-3-Clause) OR GPL-3.0-only"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("NASA-1.3", "NASA-1.3"),
        ("LicenseRef-Acme-EULA", "LicenseRef-Acme-EULA"),
        ("MIT OR LicenseRef-Acme-EULA", "MIT OR LicenseRef-Acme-EULA"),
        ("  MIT   OR  ISC ", "MIT OR ISC"),
    ],
)
def test_licences_come_in_their_normal_form(said, normal):
    assert rules.check_licence(said) == normal


@pytest.mark.parametrize(
    ("said", "code", "near"),
    [
        ("", "bad_licence", ""),
        ("MIT AND", "bad_licence", ""),
        ("(MIT", "bad_licence", ""),
        ("MIT/Apache-2.0", "bad_licence", ""),
        ("MIT Apache-2.0", "bad_licence", ""),
        ("MIT WITH Apache-2.0", "bad_licence", ""),
        ("x" * 201, "bad_licence", ""),
        ("Apache 2", "unknown_licence", "Apache-2.0"),
        ("Apache2", "unknown_licence", "Apache-2.0"),
        ("GPLv3", "unknown_licence", "GPL-3.0-only"),
        ("BSD-3-Claus", "unknown_licence", "BSD-3-Clause"),
        ("MIT OR Mozila-2.0", "unknown_licence", ""),
        ("许可证", "unknown_licence", ""),
        ("LicenseRef-", "unknown_licence", ""),
    ],
)
def test_licences_that_are_none_are_refused_with_the_nearest_known_one(said, code, near):
    with pytest.raises(Invalid) as refused:
        rules.check_licence(said)
    assert (refused.value.code, set(refused.value.fields)) == (code, {"licence"})
    assert near in str(refused.value)


@pytest.mark.parametrize(
    ("names", "normal"),
    [
        (["NASA Open Source", "Apache-2.0"], ("Apache-2.0", "Apache-2.0")),
        (["NASA Open Source"], ("", "NASA Open Source")),
        (["NASA Open Source", "GPLv3"], ("GPL-3.0-only", "GPLv3")),
        (["NASA Open Source", "LGPL"], ("", "LGPL")),
        (["NASA Open Source", "Apache-2.0", "EPL"], ("", "Apache-2.0, EPL")),
        (["Pending Release", "CC0"], ("", "Pending Release, CC0")),
        ([], ("", "")),
    ],
)
def test_a_record_s_licence_is_normal_only_where_it_can_mean_one(names, normal):
    assert rules.normal_licence(names) == normal
