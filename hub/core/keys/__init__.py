"""Keys: what programs prove themselves with."""
