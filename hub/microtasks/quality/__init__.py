"""Consensus of the answers, with confidence."""
