"""People, how they sign in, and the keys of their programs."""
