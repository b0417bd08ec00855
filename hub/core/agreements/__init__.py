"""Agreements built from clauses: shown, versioned, signed; the text shown is the text signed."""
