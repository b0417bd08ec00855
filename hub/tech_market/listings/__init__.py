"""Needs and offers: what an organisation looks for, and what it has to give."""
