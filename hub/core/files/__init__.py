"""Uploaded files: content-addressed, checked by type and size, served only by the room that attached them."""
