"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.core.accounts.schemas import EmailAddress
from hub.core.domains.rules import Way
from hub.core.domains.states import State


class MailboxIn(Schema):
    address = EmailAddress(required=True)


class ProofOut(Schema):
    id = fields.Integer()
    domain = fields.String()
    way = fields.Enum(Way, by_value=True)
    state = fields.Enum(State, by_value=True)
    address = fields.String(attribute="file_address", metadata={"description": "Where the file has to lie; empty for other ways."})
    record = fields.String(metadata={"description": "The name whose TXT record has to say it; empty for other ways."})
    line = fields.String(metadata={"description": "What has to stand in the file, in a line of its own, or in a TXT record."})
    proven_at = fields.AwareDateTime(allow_none=True)
    looked_at = fields.AwareDateTime(allow_none=True)
    missed_at = fields.AwareDateTime(allow_none=True)
    next_at = fields.AwareDateTime(allow_none=True)
    trouble = fields.String()
    version = fields.Integer()


class ProofsOut(Schema):
    items = fields.List(fields.Nested(ProofOut))
    next = fields.String(allow_none=True)
