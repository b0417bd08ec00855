"""Signing in, in one step or two; saying again who is there; sessions."""
