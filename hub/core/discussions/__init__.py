"""Discussions: threads of posts about a thing of the hub."""
