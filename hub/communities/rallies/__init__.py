"""Idea rallies: post, build on, vote."""
