"""What the doors of this room take."""

from __future__ import annotations

from marshmallow import Schema

from hub.core.accounts.schemas import Password


class PasswordIn(Schema):
    password = Password()
