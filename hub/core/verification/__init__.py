"""Verification levels of people and organisations: what was proven, by whom it was checked, and for how long it counts."""
