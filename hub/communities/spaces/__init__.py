"""Spaces: a community, its charter, licence and roles."""
