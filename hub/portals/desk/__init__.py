"""Submissions of a portal through their stages."""
