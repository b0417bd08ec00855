"""Five questions, a recommendation, its reasons."""

from __future__ import annotations

import itertools

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.guide.advisor import rules
from hub.guide.advisor.rules import EVIDENCE, QUESTIONS, WAYS, Mode
from tests.factories import people

ANSWERS = [(question.name, value) for question in QUESTIONS for value, _ in question.answers]


def test_every_answer_says_something_and_nothing_else_does():
    assert set(EVIDENCE) == set(ANSWERS)
    assert set(WAYS) == set(Mode)


@pytest.mark.parametrize("mode", Mode)
def test_every_mode_is_somebodys_best(mode: Mode):
    """There is a way to answer two questions that leads to it."""
    pairs = itertools.product([("result", value) for name, value in ANSWERS if name == "result"], ANSWERS)
    assert any(advice and advice[0].mode is mode for advice in (rules.advise(dict(pair)) for pair in pairs))


def test_the_best_comes_first_and_only_what_is_spoken_for():
    for values in itertools.product(*([value for value, _ in question.answers] for question in QUESTIONS)):
        advice = rules.advise(dict(zip([question.name for question in QUESTIONS], values, strict=True)))
        points = [each.points for each in advice]
        assert advice and points == sorted(points, reverse=True) and points[-1] > 0
        assert all(each.speaks_for for each in advice)


def test_an_answer_against_a_mode_is_shown_with_it():
    (best, *_) = rules.advise({"result": "solution", "reward": "prize", "described": "direction"})
    assert best.mode is Mode.CHALLENGE
    assert best.speaks_against == ("Without criteria entries cannot be judged fairly.",)


def test_enough_against_a_mode_turns_the_advice():
    said = {"result": "solution", "described": "direction", "who": "around", "reward": "credit"}
    assert rules.advise(said)[0].mode is not Mode.CHALLENGE


def test_no_answer_no_advice():
    assert rules.advise({}) == [] and rules.advise({"result": "nonsense", "x": "y"}) == []


def test_the_page_recommends_and_keeps_the_answers(client: FlaskClient):
    text = client.get("/new?result=items&reward=piece&evil=<script>").get_data(as_text=True)
    assert text.index("Answers are paid one by one") < text.index("Every way there is")
    assert 'value="piece" checked' in text and "<script>alert" not in text
    assert 'id="advice"' not in client.get("/new").get_data(as_text=True)


def test_every_way_leads_somewhere(app: Flask, client: FlaskClient):
    owner = people.person("Grace Seeker")
    people.organisation(owner)
    people.sign_in(client, owner)
    for mode, way in WAYS.items():
        assert client.get(way.href).status_code == 200, mode


def test_programs_get_the_same_advice_in_their_language(client: FlaskClient):
    answer = client.get("/api/v1/advice?result=buyers", headers={"Accept-Language": "en"}).json
    (best,) = answer["items"]
    assert best["mode"] == "offer" and best["url"].endswith("/offers/new") and best["speaks_for"]
