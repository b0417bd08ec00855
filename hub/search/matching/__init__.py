"""Which offers and experts fit a need, and why."""
