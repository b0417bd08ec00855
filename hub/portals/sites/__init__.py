"""A customer's own open-innovation site."""
