"""Judging: who scores, what each criterion got and why, the ranking."""
