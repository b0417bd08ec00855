"""Proposals to a brief, their answers, the selection."""
