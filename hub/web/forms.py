"""Forms: what a template needs to show one (again), and the fields that people type and programs send alike."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

from flask import g, request
from flask_babel import gettext, lazy_gettext
from marshmallow import ValidationError, fields, validate

from hub.kernel import money
from hub.kernel.errors import HubError, Invalid
from hub.kernel.words import extent
from hub.web.errors import said, said_by_field


class Form:
    """The form of this request: what was typed, what is wrong with it."""

    def __init__(self, sent: Any = None, refusal: HubError | None = None) -> None:
        self._sent = sent
        self.refusal = refusal
        self.once = secrets.token_urlsafe(12)
        self.errors = said_by_field(refusal) if refusal else {}
        self.summary = said(refusal) if refusal else ""

    def value(self, name: str, default: Any = "") -> Any:
        """What was typed into `name`, else `default`."""
        if self._sent is not None and name in self._sent:
            return self._sent[name]
        return "" if default is None else default

    def values(self, name: str, default: list[Any] | None = None) -> list[Any]:
        """All values sent for `name` (check boxes, repeated rows), else `default`."""
        if self._sent is not None:
            return list(self._sent.getlist(name))
        return default or []

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


def current_form() -> Form:
    """One per request: carries the sent values only when the form is shown again, after a refusal or to be changed."""
    if "form" not in g:
        refusal = g.get("refusal")
        g.form = Form(request.form if refusal is not None or g.get("typed") else None, refusal)
    form: Form = g.form
    return form


class Moment(fields.DateTime):
    """A point in time. Programs send ISO 8601 with an offset; a form's `2026-12-10T17:00` means UTC, as its label says."""

    default_error_messages = {"invalid": lazy_gettext("Write a date and time like 2026-12-10 17:00.")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if isinstance(value, str):
            value = value.strip()
        moment = super()._deserialize(value, attr, data, **kwargs)
        assert isinstance(moment, datetime)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Amount(fields.String):
    """An amount as people write it ("40,000.00"); combine with a `currency` field through `as_money`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, bool | float):
            raise ValidationError(gettext('Send the amount as text, like "2500.00".'))
        return str(super()._deserialize(str(value) if isinstance(value, int) else value, attr, data, **kwargs))


class Currency(fields.String):
    """A three-letter code we know."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(sorted(money.CURRENCIES), error=lazy_gettext("We do not know this currency.")), **kwargs)


class Text(fields.String):
    """Trimmed text of `least` to `most` characters; line ends are made alike; NUL and lone surrogates are refused."""

    def __init__(self, least: int = 0, most: int = 200, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(validate=validate.Length(max=most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).replace("\r\n", "\n").strip()
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ValidationError(gettext("This text has a character that cannot be stored."))
        if extent(text) < self.least:
            told = gettext("Please fill this in.") if not text else gettext("Write at least %(n)s characters.", n=self.least)
            raise ValidationError(told)
        if len(text) > self.most:
            raise ValidationError(gettext("Write at most %(n)s characters.", n=self.most))
        return text


class Words(fields.List):
    """Short texts. Programs send a list; a form sends them in one line, separated by commas."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields.String(validate=validate.Length(max=5000)), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        said: list[Any] = super()._deserialize([value] if isinstance(value, str) else value, attr, data, **kwargs)
        return [word.strip() for line in said for word in re.split(r"[,;\n，；、]", line.replace("\x00", "")) if word.strip()]


class Tick(fields.Boolean):
    """A check box: absent means no."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(load_default=False, **kwargs)


def as_money(data: dict[str, Any], name: str, currency: str = "currency") -> dict[str, Any]:
    """Replace `data[name]` (text) by Money, for a schema's post_load. Raises ValidationError about the right field."""
    if data.get(name) is None:
        return data
    try:
        data[name] = money.parse(data[name], data.get(currency, ""), field=name)
    except Invalid as error:
        raise ValidationError({field: [gettext(text)] for field, text in error.fields.items()}) from error
    return data


def typed_rows(*names: str, least: int, most: int) -> list[tuple[str, ...]]:
    """The rows of a form that asks for several at once, as this request typed them: from `least` (empty ones) up to `most`."""
    rows = list(zip_longest(*map(request.form.getlist, names), fillvalue=""))
    return [*rows, *[("",) * len(names)] * (least - len(rows))][:most]


class Whole(fields.Nested):
    """A part that is sent as a whole also where the rest may be left out: what it must have and what it has by itself stay as they are."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        return super()._deserialize(value, attr, data, partial=False, **kwargs)
