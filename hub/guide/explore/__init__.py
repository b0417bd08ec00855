"""One search over all modes."""
