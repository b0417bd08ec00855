"""Platforms that others build on."""
