"""Disputes about entries: what the decision of a challenge leaves to dispute, and what the end of a dispute does."""
