"""Who is credited for what in a space."""
