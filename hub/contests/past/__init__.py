"""Past challenges: what other sites ran and closed, imported as records of who asked for what."""
