"""Agreements between named parties: drawn up, proposed, countersigned, sent back, in force."""
