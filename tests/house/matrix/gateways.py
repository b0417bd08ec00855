"""The doors of gateways."""

from __future__ import annotations

from tests.house.matrix.table import ANYONE, Row, post

ROWS: list[Row] = [
    post(
        "/webhooks/stripe",
        ANYONE,
        ok=frozenset({404}),
        csrf=False,
        about="the signature proves who sends; without a processor it is closed",
    )
]


def places() -> dict[str, str]:
    return {}
