"""Pledges of many towards one goal: all or nothing, by a deadline."""
