"""Requests for quotes, sealed answers, the choice."""
