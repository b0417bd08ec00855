"""Signing in through accounts at other sites."""
