"""Sealed evidence: a Merkle log of what was sealed, signed receipts, daily checkpoints, and their checks without the site."""
