"""The books and everything that leans on them, checked together."""
