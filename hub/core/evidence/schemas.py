"""What the log's doors answer and take."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from hub.web.forms import Text

MOST = 2**53


class Size(fields.Integer):
    """A number of leaves."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(strict=False, validate=validate.Range(0, MOST), **kwargs)  # type: ignore[arg-type]


class StampOut(Schema):
    """What a time-stamping authority (RFC 3161) said: `answer` is its whole answer (DER, base64), about `sha256`, that of the canonical
    JSON of the checkpoint without `id`, `public_key` and `time_stamp`."""

    authority = fields.String()
    at = fields.String()
    sha256 = fields.String()
    answer = fields.String()


class CheckpointOut(Schema):
    """The log's size and root on one day, signed over the canonical JSON of all but `id`, `public_key`, `signature` and `time_stamp`.

    `time_stamp` is there where an authority stamped it."""

    id = fields.Integer()
    format = fields.String()
    site = fields.String()
    day = fields.String()
    size = fields.Integer()
    root = fields.String()
    at = fields.String()
    key = fields.String()
    public_key = fields.String()
    signature = fields.String()
    time_stamp = fields.Nested(StampOut)


class EndOut(Schema):
    size = fields.Integer()
    root = fields.String()


class ConsistencyIn(Schema):
    """Two sizes of the log."""

    first = Size(required=True)
    second = Size(required=True)


class ConsistencyOut(Schema):
    """RFC 6962, 2.1.2: the log of the first size is the beginning of that of the second. Hashes in hex."""

    format = fields.String()
    site = fields.String()
    first = fields.Nested(EndOut)
    second = fields.Nested(EndOut)
    proof = fields.List(fields.String())


class ProofIn(Schema):
    """`hash` is the fingerprint on the receipt; `size` that of the log at some time, by default now."""

    hash = fields.String(required=True)
    size = Size(load_default=None, allow_none=True)


class ProofOut(Schema):
    """RFC 6962, 2.1.1: the leaf `index` is in the log of `size` leaves. The leaf's data are the 32 bytes of `hash`."""

    hash = fields.String()
    index = fields.Integer()
    size = fields.Integer()
    root = fields.String()
    proof = fields.List(fields.String())


class KeyOut(Schema):
    """A public key in hex; `retired_at` is empty while it signs."""

    id = fields.String()
    algorithm = fields.String()
    public_key = fields.String()
    made_at = fields.String()
    retired_at = fields.String()


class KeysOut(Schema):
    format = fields.String()
    site = fields.String()
    keys = fields.List(fields.Nested(KeyOut))


class PastedIn(Schema):
    """A receipt as text, instead of its file."""

    text = Text(0, 1_000_000, load_default="")
