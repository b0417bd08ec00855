"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from hub.communities.packages import rules
from hub.communities.packages.states import State
from hub.communities.pages import rules as pages
from hub.communities.pages.schemas import MARKDOWN, REVISION, AuthorOut
from hub.web.forms import Text


class PackageIn(Schema):
    title = Text(1, rules.LONGEST_TITLE, required=True)
    brief = Text(
        1, rules.LONGEST_BRIEF, required=True, metadata={"description": "What is wanted, and how one sees that it is done; Markdown."}
    )
    page = Text(1, 200, required=True, metadata={"description": "The address of the page that is to change."})
    points = fields.Integer(
        required=True, validate=validate.Range(1, rules.MOST_POINTS), metadata={"description": "Credit for the author."}
    )
    lease_days = fields.Integer(
        load_default=rules.USUAL_DAYS,
        validate=validate.Range(rules.LEAST_DAYS, rules.MOST_DAYS),
        metadata={"description": "How many days a claim lasts."},
    )


class SubmissionIn(Schema):
    """A whole new text of the page."""

    body = Text(1, pages.LONGEST_BODY, required=True, metadata=MARKDOWN)
    base_revision = fields.Integer(
        required=True, validate=REVISION, metadata={"description": "The number of the page's revision it was made of."}
    )
    note = Text(0, rules.LONGEST_NOTE, load_default="", metadata={"description": "A line for the reviewers."})


class RemarksIn(Schema):
    submission = fields.Integer(required=True, validate=REVISION, metadata={"description": "The number of the submission you read."})
    remarks = Text(1, rules.LONGEST_REASON, required=True, metadata={"description": "What is still to be done."})


class WithdrawIn(Schema):
    reason = Text(1, rules.LONGEST_REASON, required=True)


class MergeIn(Schema):
    """Without `body`, the submission and the page as it stands are brought together; where they conflict, send the text you decided on."""

    submission = fields.Integer(required=True, validate=REVISION, metadata={"description": "The number of the submission you read."})
    revision = fields.Integer(required=True, validate=REVISION, metadata={"description": "The newest revision of the page you know of."})
    body = Text(1, pages.LONGEST_BODY, metadata=MARKDOWN)


class PackageListIn(Schema):
    state = fields.Enum(State, by_value=True, load_default=None)


class PackageOut(Schema):
    id = fields.Integer()
    title = fields.String(attribute="package.title")
    brief = fields.String(attribute="package.brief")
    page = fields.String(attribute="page.slug")
    points = fields.Integer(attribute="package.points")
    lease_days = fields.Integer(attribute="package.lease_days")
    state = fields.Enum(State, by_value=True, attribute="package.stands")
    claimant = fields.Nested(AuthorOut, allow_none=True)
    lease_until = fields.DateTime(attribute="package.lease_until", allow_none=True)
    revision = fields.Integer(attribute="package.revision", allow_none=True, metadata={"description": "What the page became."})
    reason = fields.String(attribute="package.reason", metadata={"description": "Why it was withdrawn."})
    created_at = fields.DateTime(attribute="package.created_at")


class PackageSubmissionOut(Schema):
    id = fields.Integer()
    number = fields.Integer(attribute="made.number")
    author = fields.Nested(AuthorOut)
    base_revision = fields.Integer(attribute="made.base")
    body = fields.String(attribute="made.body", metadata=MARKDOWN)
    note = fields.String(attribute="made.note")
    at = fields.DateTime(attribute="made.at")
    remarks = fields.String(attribute="made.remarks", metadata={"description": "Why it was returned."})
    decided_at = fields.DateTime(attribute="made.decided_at", allow_none=True)


class ProposalOut(Schema):
    """The submission and the page as it stands, brought together."""

    submission = fields.Integer()
    revision = fields.Integer(metadata={"description": "The page's newest revision."})
    base_revision = fields.Integer()
    body = fields.String(allow_none=True, metadata={"description": "What the page becomes; null where somebody has to decide."})
    conflicts = fields.Integer()
    both = fields.String(metadata={"description": "The same with both texts, one after the other, wherever they conflict."})
