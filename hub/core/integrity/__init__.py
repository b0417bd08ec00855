"""Quiet flags for staff: the seeker's own people taking part, several accounts of one hand. A person judges; nothing happens by itself."""
