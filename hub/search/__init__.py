"""Technical search: the index over everything public, and the matching of needs with offers and experts."""
