"""The books, recomputed."""
