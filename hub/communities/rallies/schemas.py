"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from hub.communities.ballots.rules import LONGEST_ALIAS, Uncounted
from hub.communities.rallies import rules
from hub.communities.rallies.rules import Licence
from hub.communities.rallies.states import IdeaState, State
from hub.kernel.levels import Level
from hub.web.forms import Moment, Text, Tick

CHOOSE = {"unknown": lazy_gettext("Choose one of the options.")}
WHOLE = {"invalid": lazy_gettext("Write a whole number."), "null": lazy_gettext("Write a whole number.")}
ORGANISATION = {"description": "The host's address name (slug)."}
LARGEST_ID = 2**31 - 1
Row = dict[str, Any]


class RallyIn(Schema):
    """A draft's content. It may be saved with gaps; it is announced only without any."""

    title = Text(1, rules.LONGEST_TITLE, required=True)
    summary = Text(0, rules.LONGEST_SUMMARY, metadata={"description": "For lists, in a sentence or two."})
    question = Text(0, rules.LONGEST_QUESTION, metadata={"description": "Markdown."})
    promise = Text(0, rules.LONGEST_PROMISE, metadata={"description": "Markdown: what happens with the ideas. Participants accept it."})
    licence = fields.Enum(Licence, by_value=True, error_messages=CHOOSE)
    language = fields.String(validate=validate.OneOf(["en", "zh"], error=CHOOSE["unknown"]))
    votes_each = fields.Integer(
        validate=validate.Range(1, rules.MOST_VOTES, error=lazy_gettext("Give each participant 1 to 20 votes.")), error_messages=WHOLE
    )
    voters = fields.Enum(
        Level,
        by_value=True,
        error_messages=CHOOSE,
        metadata={"description": "Whose votes count: email (who joined), domain or document (verified persons)."},
    )
    opens_at = Moment(allow_none=True, metadata={"description": "Posting begins; null: as soon as it is announced."})
    building_at = Moment(allow_none=True, metadata={"description": "Building begins: from then on, new ideas build on others."})
    voting_at = Moment(allow_none=True, metadata={"description": "The vote begins; ideas stand as they are from then on."})
    closes_at = Moment(allow_none=True, metadata={"description": "The vote ends; a vote at this very second is late."})


class NewRallyIn(RallyIn):
    organisation = Text(1, 80, required=True, metadata=ORGANISATION)


class RallyChangeIn(RallyIn):
    """Any part of a draft; what is left out stays."""

    title = Text(1, rules.LONGEST_TITLE)


class FormMixin:
    """What a form sends: an empty moment means none yet."""

    @pre_load
    def empty_is_none(self, data: Row, **_: Any) -> Row:
        return {name: None if name in rules.MOMENTS and not value.strip() else value for name, value in data.items()}


class RallyForm(FormMixin, RallyIn):
    pass


class NewRallyForm(FormMixin, NewRallyIn):
    pass


class RallyExtendIn(Schema):
    until = Moment(required=True, metadata={"description": "When the present phase ends from now on; later phases move along."})


class RallyReasonIn(Schema):
    reason = Text(1, 4000, required=True, metadata={"description": "The people concerned read it word for word."})


class RallyAnswerIn(Schema):
    answer = Text(1, rules.LONGEST_PROMISE, required=True, metadata={"description": "Markdown: what becomes of the ideas."})


class JoinIn(Schema):
    alias = Text(0, LONGEST_ALIAS, load_default="", metadata={"description": "A pseudonym for this rally; empty: one's own name."})
    terms_hash = Text(64, 64, required=True, metadata={"description": "`terms_hash` of the rally: what is accepted."})


class JoinForm(JoinIn):
    accepted = Tick()

    @validates_schema
    def terms_are_accepted(self, data: Row, **_: Any) -> None:
        if not data.get("accepted"):
            raise ValidationError(str(lazy_gettext("Tick this to take part.")), "accepted")


class IdeaIn(Schema):
    title = Text(1, rules.LONGEST_TITLE, required=True)
    body = Text(1, rules.LONGEST_IDEA, required=True, metadata={"description": "Markdown."})
    onto = fields.List(
        fields.Integer(validate=validate.Range(1, LARGEST_ID), error_messages=WHOLE),
        load_default=list,
        metadata={"description": "Ideas of this rally that it builds on, by id."},
    )


class IdeaChangeIn(IdeaIn):
    """What is left out stays."""

    title = Text(1, rules.LONGEST_TITLE)
    body = Text(1, rules.LONGEST_IDEA)
    onto = fields.List(fields.Integer(validate=validate.Range(1, LARGEST_ID), error_messages=WHOLE))


class RallyListIn(Schema):
    """What a list may be narrowed to."""

    phase = fields.Enum(State, by_value=True, load_default=None, error_messages=CHOOSE)
    organisation = fields.String(load_default="", metadata=ORGANISATION)
    mine = fields.Boolean(load_default=False, metadata={"description": "Those of your organisations, drafts too."})
    cursor = fields.String()
    limit = fields.String()


class HostOut(Schema):
    slug = fields.String()
    name = fields.String()


class RallyOut(Schema):
    id = fields.Integer(attribute="rally.id")
    url = fields.String(attribute="rally.path")
    host = fields.Nested(HostOut)
    title = fields.String(attribute="rally.title")
    summary = fields.String(attribute="rally.summary")
    question = fields.String(attribute="rally.question")
    promise = fields.String(attribute="rally.promise")
    licence = fields.Enum(Licence, by_value=True, attribute="rally.licence")
    terms_hash = fields.String(attribute="rally.terms_hash", metadata={"description": "SHA-256 of promise and licence: join with it."})
    language = fields.String(attribute="rally.language")
    votes_each = fields.Integer(attribute="rally.votes_each")
    voters = fields.Enum(
        Level, by_value=True, attribute="rally.voters", metadata={"description": "The level that votes take to be counted."}
    )
    phase = fields.Enum(State, by_value=True, attribute="rally.phase", metadata={"description": "By the hub's clock."})
    opens_at = fields.DateTime(attribute="rally.opens_at", allow_none=True)
    building_at = fields.DateTime(attribute="rally.building_at", allow_none=True)
    voting_at = fields.DateTime(attribute="rally.voting_at", allow_none=True)
    closes_at = fields.DateTime(attribute="rally.closes_at", allow_none=True)
    participants = fields.Integer(attribute="rally.participant_count")
    ideas = fields.Integer(attribute="rally.idea_count")
    reason = fields.String(attribute="rally.reason", metadata={"description": "Why it was cancelled."})
    answer = fields.String(attribute="rally.answer", metadata={"description": "What the host says becomes of the ideas."})
    version = fields.Integer(attribute="rally.version")


class ParticipantOut(Schema):
    """The key's person in this rally."""

    alias = fields.String()
    votes_left = fields.Integer()
    uncounted = fields.Enum(
        Uncounted, by_value=True, allow_none=True, metadata={"description": "Why your votes were not counted at the close."}
    )
    terms_hash = fields.String()
    joined_at = fields.DateTime()


class RallyAuthorOut(Schema):
    name = fields.String()
    handle = fields.String(metadata={"description": "Empty for a pseudonym."})
    mine = fields.Boolean()


class IdeaNameOut(Schema):
    id = fields.Integer()
    title = fields.String()
    state = fields.Enum(IdeaState, by_value=True)


class StandingOut(Schema):
    place = fields.Integer(allow_none=True)
    tied = fields.Boolean()
    votes = fields.Integer()
    of = fields.Integer(metadata={"description": "Voters who could have voted for it: its author could not."})
    share = fields.Float()
    low = fields.Float(metadata={"description": "Lower end of the 95 % Wilson interval of the share: what the ranking goes by."})
    high = fields.Float()


class IdeaOut(Schema):
    id = fields.Integer(attribute="idea.id")
    url = fields.String(attribute="idea.path")
    title = fields.String(attribute="idea.title")
    body = fields.String(attribute="idea.body")
    state = fields.Enum(IdeaState, by_value=True, attribute="idea.state")
    author = fields.Nested(RallyAuthorOut)
    onto = fields.List(fields.Nested(IdeaNameOut))
    built_on_by = fields.List(fields.Nested(IdeaNameOut))
    voted = fields.Boolean(metadata={"description": "Has a vote of the key's person; false for everybody else while the vote runs."})
    standing = fields.Nested(StandingOut, allow_none=True, metadata={"description": "Null before the close."})
    posted_at = fields.DateTime(attribute="idea.posted_at")
    edited_at = fields.DateTime(attribute="idea.edited_at", allow_none=True)
    version = fields.Integer(attribute="idea.version")


class RankedOut(StandingOut):
    id = fields.Integer()
    title = fields.String()
    author = fields.String()
    onto = fields.List(fields.Integer())


class RallyReportOut(Schema):
    method = fields.String()
    participants = fields.Integer()
    voters = fields.Integer()
    votes = fields.Integer()
    contributors = fields.Integer()
    chains = fields.Integer(metadata={"description": "Ideas that build on another one."})
    unverified = fields.Integer(
        metadata={"description": "People whose votes were not counted: not verified at the close as far as is asked."}
    )
    repeated = fields.Integer(metadata={"description": "Accounts whose votes were not counted: the same person voted on another one."})
    answer = fields.String()
    ranking = fields.List(fields.Nested(RankedOut))
