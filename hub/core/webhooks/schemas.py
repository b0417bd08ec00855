"""What the doors of this room take and give."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from hub.core.webhooks.states import EndpointState, MessageState
from hub.web.egress import CallableAddress
from hub.web.forms import Moment, Text


class EndpointIn(Schema):
    url = CallableAddress(required=True, metadata={"description": "Where your program listens: https, on a public address."})
    types = fields.List(fields.String(validate=validate.Length(max=60)), load_default=list)
    description = Text(0, 120, load_default="")


class NewEndpointIn(EndpointIn):
    """`secret` is made by the program: an answer that carried one would be kept with its Idempotency-Key."""

    secret = Text(1, 100, required=True, metadata={"description": "whsec_ and 24 to 64 random bytes in base64. It is never given back."})
    organisation = Text(
        0, 80, load_default="", metadata={"description": "The slug of an organisation that you manage; empty for your own."}
    )


class SecretIn(Schema):
    secret = Text(1, 100, required=True, metadata={"description": "The former one goes on signing beside it for 24 hours."})


class EndpointsAsked(Schema):
    organisation = Text(0, 80, load_default="", metadata={"description": "The slug of an organisation that you manage."})
    cursor = fields.String()
    limit = fields.Integer()


class EndpointOut(Schema):
    id = fields.Integer()
    url = fields.String()
    description = fields.String()
    types = fields.List(fields.String())
    state = fields.Enum(EndpointState, by_value=True)
    reason = fields.String(metadata={"description": "Why the site switched it off."})
    missed = fields.Integer(metadata={"description": "While it is paused or off: so many messages it has missed since. Left out of lists."})
    failing_since = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime()
    version = fields.Integer()


class EndpointsOut(Schema):
    items = fields.List(fields.Nested(EndpointOut))
    next = fields.String(allow_none=True)


class TypeOut(Schema):
    type = fields.String()
    says = fields.String()
    data = fields.List(fields.String(), metadata={"description": "The names of what `data` holds, beside `url`."})
    money = fields.Boolean(metadata={"description": "For an organisation only who keeps its books may choose it."})


class TypesOut(Schema):
    items = fields.List(fields.Nested(TypeOut))
    next = fields.String(allow_none=True)


class LogAsked(Schema):
    state = fields.Enum(MessageState, by_value=True, load_default=None, allow_none=True)
    type = Text(0, 60, load_default="")
    cursor = fields.String()
    limit = fields.Integer()


class AttemptOut(Schema):
    at = fields.AwareDateTime()
    status = fields.Integer(allow_none=True)
    trouble = fields.String(metadata={"description": "Why nothing came back."})
    milliseconds = fields.Integer()
    answer = fields.String(metadata={"description": "How the receiver's answer began."})


class MessageOut(Schema):
    id = fields.Integer()
    uid = fields.String(data_key="webhook_id")
    type = fields.String()
    timestamp = fields.AwareDateTime(attribute="at")
    data = fields.Dict(attribute="facts")
    path = fields.String()
    state = fields.Enum(MessageState, by_value=True)
    attempts = fields.Integer()
    next_at = fields.AwareDateTime(metadata={"description": "When it is tried next, while it waits."})
    delivered_at = fields.AwareDateTime(allow_none=True)


class MessagesOut(Schema):
    items = fields.List(fields.Nested(MessageOut))
    next = fields.String(allow_none=True)


class MessageWithAttemptsOut(MessageOut):
    log = fields.List(fields.Nested(AttemptOut))


class ReplayIn(Schema):
    since = Moment(required=True)


class ReplayedOut(Schema):
    messages = fields.Integer()


class ResumeIn(Schema):
    send_missed = fields.Boolean(
        load_default=False,
        metadata={"description": "Send what it missed while it was off, the oldest first. By default that stays in the log."},
    )


class DaysIn(Schema):
    days = fields.Integer(required=True, validate=validate.OneOf([1, 3, 7, 30]))
