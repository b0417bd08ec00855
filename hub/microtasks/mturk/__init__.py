"""Mechanical Turk's requester protocol."""
