"""Stripe: the only file that imports its client."""

import stripe  # noqa: F401
