"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, pre_load, validate

from hub.kernel.taxonomy import Sector
from hub.tech_market.listings import rules
from hub.tech_market.listings.rules import Deal, IpStatus, Kind
from hub.tech_market.listings.states import Readiness, State
from hub.web.forms import Text, Words

CHOOSE = {"unknown": lazy_gettext("Choose one of the options.")}
DAY = {"invalid": lazy_gettext("Write a day like 2027-11-30."), "null": lazy_gettext("Write a day like 2027-11-30.")}
WHOLE = {"invalid": lazy_gettext("Write a whole number.")}
Row = dict[str, Any]


class NeedIn(Schema):
    """A draft's content. It may be saved with gaps; a review begins only without any."""

    title = Text(1, rules.LONGEST_TITLE, required=True)
    summary = Text(0, rules.LONGEST_SUMMARY)
    body = Text(0, rules.LONGEST_BODY, metadata={"description": "Markdown; public."})
    language = fields.String(validate=validate.OneOf(["en", "zh"], error=CHOOSE["unknown"]))
    sector = fields.Enum(Sector, by_value=True, allow_none=True, error_messages=CHOOSE)
    deals = fields.List(fields.Enum(Deal, by_value=True, error_messages=CHOOSE))
    trl = fields.Integer(
        allow_none=True,
        validate=validate.Range(1, 9, error=lazy_gettext("Technology readiness goes from 1 to 9.")),
        error_messages=WHOLE,
        metadata={"description": "Technology readiness level: reached (offer) or wanted at least (need)."},
    )
    categories = Words(metadata={"description": "Key words; at most 20 are kept."})
    expires_on = fields.Date(allow_none=True, error_messages=DAY, metadata={"description": "The day it leaves the list unless renewed."})
    owner_shown = fields.Boolean(
        metadata={"description": "False: readers learn whose it is only when both sides of a deal have signed for confidentiality."}
    )


class OfferIn(NeedIn):
    ip_status = fields.Enum(IpStatus, by_value=True, error_messages=CHOOSE)
    case_number = Text(0, 80)
    serial_number = Text(0, 80, metadata={"description": "The patent's or application's number."})
    patent_expires_on = fields.Date(allow_none=True, error_messages=DAY)
    licence = Text(0, 200, metadata={"description": "A standard licence that goes with it, such as Apache-2.0."})
    link = Text(0, 500, metadata={"description": "Where to read more, outside this site."})


ORGANISATION = {"description": "The organisation's address name (slug)."}


class NewNeedIn(NeedIn):
    organisation = Text(1, 80, required=True, metadata=ORGANISATION)


class NewOfferIn(OfferIn):
    organisation = Text(1, 80, required=True, metadata=ORGANISATION)


class NeedChangeIn(NeedIn):
    """Any part of a draft; what is left out stays."""

    title = Text(1, rules.LONGEST_TITLE)


class OfferChangeIn(OfferIn):
    """Any part of a draft; what is left out stays."""

    title = Text(1, rules.LONGEST_TITLE)


class FormMixin:
    """What a form sends: empty cells mean none, and no ticked box means none of them."""

    deals = fields.List(fields.Enum(Deal, by_value=True, error_messages=CHOOSE), load_default=list)

    @pre_load
    def empty_is_none(self, data: Row, **_: Any) -> Row:
        blank = {"sector", "trl", "expires_on", "patent_expires_on"}
        shown = {"owner_shown": data.get("owner_shown", False)}
        return {name: None if name in blank and not value.strip() else value for name, value in data.items()} | shown


class NeedForm(FormMixin, NeedIn):
    pass


class OfferForm(FormMixin, OfferIn):
    pass


class NewNeedForm(FormMixin, NewNeedIn):
    pass


class NewOfferForm(FormMixin, NewOfferIn):
    pass


class RemarksIn(Schema):
    remarks = Text(1, 4000, required=True, metadata={"description": "What the authors should mend; they read it word for word."})


class ListIn(Schema):
    """What a list may be narrowed to."""

    sector = fields.Enum(Sector, by_value=True, load_default=None, error_messages=CHOOSE)
    deal = fields.Enum(Deal, by_value=True, load_default=None, error_messages=CHOOSE)
    readiness = fields.Enum(Readiness, by_value=True, load_default=None, error_messages=CHOOSE)
    organisation = fields.String(load_default="", metadata=ORGANISATION)
    cursor = fields.String()
    limit = fields.String()
    mine = fields.Boolean(load_default=False, metadata={"description": "Those of your organisations, in every state."})


class OfferListIn(ListIn):
    status = fields.Enum(IpStatus, by_value=True, load_default=None, error_messages=CHOOSE)


class OwnerOut(Schema):
    slug = fields.String()
    name = fields.String()


class NeedOut(Schema):
    id = fields.Integer(attribute="listing.id")
    kind = fields.Enum(Kind, by_value=True, attribute="listing.kind")
    url = fields.String(attribute="listing.path")
    organisation = fields.Nested(
        OwnerOut, attribute="owner", allow_none=True, metadata={"description": "Null where the owner stays unnamed."}
    )
    owner_shown = fields.Boolean(attribute="listing.owner_shown")
    title = fields.String(attribute="listing.title")
    summary = fields.String(attribute="listing.summary")
    body = fields.String(attribute="listing.body")
    language = fields.String(attribute="listing.language")
    sector = fields.Enum(Sector, by_value=True, attribute="listing.sector", allow_none=True)
    deals = fields.List(fields.String(), attribute="listing.deals")
    trl = fields.Integer(attribute="listing.trl", allow_none=True)
    categories = fields.List(fields.String(), attribute="listing.categories")
    state = fields.Enum(State, by_value=True, attribute="listing.state")
    expires_on = fields.Date(attribute="listing.expires_on", allow_none=True)
    published_at = fields.DateTime(attribute="listing.published_at", allow_none=True)
    updated_at = fields.DateTime(attribute="listing.updated_at")
    version = fields.Integer(attribute="listing.version")


class OfferOut(NeedOut):
    ip_status = fields.Enum(IpStatus, by_value=True, attribute="listing.ip_status")
    case_number = fields.String(attribute="listing.case_number")
    serial_number = fields.String(attribute="listing.serial_number")
    patent_expires_on = fields.Date(attribute="listing.patent_expires_on", allow_none=True)
    licence = fields.String(attribute="listing.licence")
    link = fields.String(attribute="listing.link", metadata={"description": "Where to read more, outside this site."})
    source = fields.String(attribute="listing.source", metadata={"description": "The data set it was imported from."})
