"""Signatures and XML: what is read, what is refused, what is written."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from hub.microtasks.mturk import rules
from hub.microtasks.mturk.rules import Refusal
from hub.microtasks.projects import rules as forms
from tests.factories.turk import FORM, FREE, NAMESPACE, question, question_form, selection


def test_the_signature_of_awss_own_example():
    """Published in AWS's Signature Version 4 documentation (GET iam ListUsers, 2015-08-30), with the secret that stands there."""
    names = ("content-type", "host", "x-amz-date")
    signed = rules.Signed("AKIDEXAMPLE", "20150830", "us-east-1", "iam", names, "")
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8", "host": "iam.amazonaws.com", "x-amz-date": "20150830T123600Z",
    }  # fmt: skip
    made = rules.signature_of(
        signed, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", method="GET", path="/", query="Action=ListUsers&Version=2010-05-08",
        headers=headers, body=b"",
    )  # fmt: skip
    assert made == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"


@pytest.mark.parametrize(
    "header",
    [
        "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=A/B, SignedHeaders=host, Signature=00", "AWS3 x=y",
        "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=" + "Z" * 64,
        "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/iam/aws4_request, SignedHeaders=Ho st, Signature=" + "0" * 64,
    ],
)  # fmt: skip
def test_an_authorization_that_lacks_something_is_refused(header):
    with pytest.raises(Refusal) as refusal:
        rules.read_authorization(header)
    assert refusal.value.kind == "IncompleteSignatureException"


def test_a_question_form_becomes_a_form():
    read = rules.read_question(FORM)
    assert read.overview == "Boxes\n\nThe lid of box 7 & 8 is loose."
    label, why = forms.read_form(rules.form_of(read)).answer
    assert (label.name, label.title, label.ask, label.required) == ("label", "Is it about a package?", forms.Ask.CHOICE, True)
    assert label.options == (("yes", "Yes"), ("no", "No"))
    assert (why.ask, why.required) == (forms.Ask.TEXT, False)


def test_several_selections_lengths_and_odd_identifiers():
    several = selection("a", "b", "c", more="<MinSelectionCount>1</MinSelectionCount><MaxSelectionCount>2</MaxSelectionCount>")
    length = '<FreeTextAnswer><Constraints><Length minLength="2" maxLength="80"/></Constraints></FreeTextAnswer>'
    boxes = selection("a", "b", more="<StyleSuggestion>checkbox</StyleSuggestion>")
    parts = question("what is it?", several) + question("q1", length, required=False) + question("7", boxes, required=False)
    read = rules.read_question(question_form(parts))
    first, second, third = forms.read_form(rules.form_of(read)).answer
    assert (first.name, first.ask, first.least, first.most) == ("q2", forms.Ask.CHOICES, 1, 2)
    assert (second.name, second.least, second.most, second.ask) == ("q1", 2, 80, forms.Ask.LINE)
    assert (third.name, third.ask, third.most) == ("q3", forms.Ask.CHOICES, 2)
    xml = rules.answers_xml(read.asked, {"q2": ["a", "c"]})
    tree = ElementTree.fromstring(xml)
    space = {"a": rules.ANSWERS}
    assert [found.text for found in tree.findall("a:Answer/a:QuestionIdentifier", space)] == ["what is it?", "q1", "7"]
    assert [found.text for found in tree.findall("a:Answer/a:SelectionIdentifier", space)] == ["a", "c"]


def test_where_no_question_is_required_all_are():
    read = rules.read_question(question_form(question("a", FREE, required=False) + question("b", FREE, required=False)))
    assert read.answer["required"] == ["a", "b"]


BOMB = '<!DOCTYPE q [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "xml",
    [
        BOMB + f'<QuestionForm xmlns="{NAMESPACE}">&b;</QuestionForm>',
        '<!DOCTYPE q SYSTEM "file:///etc/passwd"><QuestionForm/>',
        '<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><QuestionForm>&x;</QuestionForm>',
        "<a>" * 10_000,
        "<QuestionForm>" + "<Overview/>" * 5_000 + "</QuestionForm>",
        "<QuestionForm>",
        "no xml",
        "<QuestionForm>\ud800</QuestionForm>",
        '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"/>',
        '<ExternalQuestion xmlns="http://elsewhere.example/"/>',
        "<ExternalQuestion/>",
        question_form(""),
        question_form("<Qualification/>"),
        question_form("<Overview><FormattedContent>x</FormattedContent></Overview>" + question("a", FREE)),
        question_form("<Overview><Binary/></Overview>" + question("a", FREE)),
        question_form(question("a", FREE) * 2),
        question_form(question("", FREE)),
        question_form(question("a", "")),
        question_form(question("a", FREE, "x" * 501)),
        question_form(question("a", "<FileUploadAnswer/>")),
        question_form(question("a", "<FreeTextAnswer><DefaultText>x</DefaultText></FreeTextAnswer>")),
        question_form(question("a", "<FreeTextAnswer><Constraints><IsNumeric/></Constraints></FreeTextAnswer>")),
        question_form(question("a", '<FreeTextAnswer><Constraints><Length maxLength="x"/></Constraints></FreeTextAnswer>')),
        question_form(question("a", '<FreeTextAnswer><Constraints><Length minLength="5" maxLength="2"/></Constraints></FreeTextAnswer>')),
        question_form(question("a", '<FreeTextAnswer><Constraints><Length maxLength="99999"/></Constraints></FreeTextAnswer>')),
        question_form(question("a", selection("one"))),
        question_form(question("a", selection("one", "one"))),
        question_form(question("a", selection("one", "two", more="<MaxSelectionCount>3</MaxSelectionCount>"))),
        question_form(question("a", selection("one", "two", more="<MaxSelectionCount>-1</MaxSelectionCount>"))),
        question_form(question("a", selection("one", "two", more="<OtherSelection/>"))),
    ],
)
def test_what_is_not_supported_is_refused_with_what_is(xml):
    with pytest.raises(Refusal) as refusal:
        rules.read_question(xml)
    assert refusal.value.turk_code == "AWS.MechanicalTurk.XMLParseError" and "QuestionForm" in str(refusal.value)


@settings(max_examples=40, deadline=None)
@given(some.text(max_size=60), some.text(min_size=1, max_size=20))
def test_whatever_is_answered_the_xml_can_be_read(said, identifier):
    asked = rules.Asked(identifier, "q1", False)
    tree = ElementTree.fromstring(rules.answers_xml([asked], {"q1": said}).encode("utf-8", "replace"))
    text = tree.findtext(f"{{{rules.ANSWERS}}}Answer/{{{rules.ANSWERS}}}FreeText") or ""
    if said.isprintable():
        assert text == said


@pytest.mark.parametrize(("seconds", "minutes"), [(30, 1), (60, 1), (61, 2), (3600, 60), (10**7, 1440)])
def test_leases_are_whole_minutes_of_at_most_a_day(seconds, minutes):
    assert rules.lease_minutes(seconds) == minutes


@pytest.mark.parametrize(("seconds", "days"), [(0, 0), (1, 1), (86_400, 1), (86_401, 2), (2_592_000, 30)])
def test_the_time_to_decide_is_whole_days(seconds, days):
    assert rules.auto_accept_days(seconds) == days
