"""Moderation: reports, decisions with reasons, one appeal."""
