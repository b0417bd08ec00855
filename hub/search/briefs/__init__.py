"""Technical search: a brief through its four steps."""
