"""Notifications and mail: every decision that somebody waits for ends in a message to them."""
