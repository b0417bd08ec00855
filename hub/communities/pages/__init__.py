"""Pages of a space with their revisions."""
